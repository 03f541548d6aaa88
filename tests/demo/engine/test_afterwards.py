"""What is left of a run, and what is told of it: pods, artifacts, events."""

from __future__ import annotations

from tests.support.specs import only, shell
from tests.support.world import World
from tui.demo.resources import EVENTS, WORKFLOWS


def test_pods_are_collected_as_the_workflow_wants(world: World) -> None:
    world.run(only("echo hi", top="podGC: {strategy: OnPodCompletion}, "))
    world.clock.advance(10)
    assert world.pods() == {}
    assert world.bucket.get("wf/wf/main.log") == b"hi\n"
    assert world.logs.lines("argo", "wf", "main") == ()


def test_a_time_to_live_removes_the_workflow(world: World) -> None:
    ttl = "ttlStrategy: {secondsAfterCompletion: 60}"
    world.run(f"{{entrypoint: a, {ttl}, templates: [{shell('a', 'true')}]}}")
    world.clock.advance(61)
    assert world.store.find(WORKFLOWS, "argo", "wf") is None
    assert world.pods() == {}


def test_events_tell_of_workflow_nodes_and_pods(world: World) -> None:
    world.run(f"{{entrypoint: a, templates: [{shell('a', 'exit 1')}]}}")
    told = world.store.list(EVENTS)
    reasons = {(each["involvedObject"]["kind"], each["reason"]) for each in told}
    assert {
        ("Workflow", "WorkflowRunning"),
        ("Workflow", "WorkflowNodeFailed"),
        ("Workflow", "WorkflowFailed"),
        ("Pod", "Scheduled"),
        ("Pod", "Pulled"),
        ("Pod", "Started"),
    } <= reasons


GARBAGE = """
entrypoint: a
artifactGC: {strategy: OnWorkflowDeletion}
templates:
- name: a
  container: {image: busybox, command: [sh, -c], args: ["echo x > /x"]}
  outputs: {artifacts: [{name: x, path: /x, archive: {none: {}}}]}
"""


def test_artifacts_are_collected_before_their_workflow_goes(world: World) -> None:
    done = world.run(GARBAGE)
    finalizer = "workflows.argoproj.io/artifact-gc"
    assert done["metadata"]["finalizers"] == [finalizer]
    assert world.bucket.get("wf/wf/x") == b"x\n"
    world.store.delete(WORKFLOWS, "argo", "wf")
    assert world.get()["metadata"]["deletionTimestamp"]
    world.clock.advance(5)
    assert world.bucket.get("wf/wf/x") is None
    assert world.store.find(WORKFLOWS, "argo", "wf") is None
