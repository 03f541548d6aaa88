"""Workflows that somebody edits: retried, resumed, stopped, resubmitted, deleted.

The edits are those of our own plans, so this is also where plans and controller meet.
"""

from __future__ import annotations

import pytest

from tests.support.world import World
from tui.actions import RESUBMIT, RETRY, SET_NODE
from tui.actions.stop import STOP, TERMINATE
from tui.actions.suspend import RESUME, SUSPEND
from tui.demo.resources import PODS, WORKFLOW_TASK_RESULTS, WORKFLOWS


def flaky(codes: str, kind: str = "dag") -> str:
    """Two shards of three succeed; the one called x ends with these codes."""
    given = "arguments: {parameters: [{name: i, value: '{{item}}'}]}"
    loop = f"{{name: each, template: w, withItems: [a, x, b], {given}}}"
    after = "{name: after, template: ok"
    body = {
        "dag": f"dag: {{tasks: [{loop}, {after}, depends: each}}]}}",
        "steps": f"steps: [[{loop}], [{after}}}]]",
    }[kind]
    return f"""
entrypoint: main
onExit: ok
templates:
- {{name: main, {body}}}
- {{name: ok, container: {{image: busybox, command: [echo], args: [fine]}}}}
- name: w
  inputs: {{parameters: [{{name: i}}]}}
  retryStrategy: {{limit: 1}}
  metadata:
    annotations:
      demo.argo-tui/only-if: "{{{{inputs.parameters.i}}}} == x"
      demo.argo-tui/exit-codes: "{codes}"
  container: {{image: busybox, command: [sh, -c], args: ["sleep 2"]}}
"""


@pytest.mark.parametrize("kind", ["dag", "steps"])
def test_a_retried_workflow_reruns_what_failed_and_succeeds(world: World, kind: str) -> None:
    world.run(flaky("1,1,0", kind))
    assert world.status()["phase"] == "Failed"
    kept = world.node("each(0:a)(0)")
    kept.pop("children", None)
    world.clock.advance(30)
    world.act(RETRY)
    world.until(lambda: world.status().get("phase") == "Running")
    labels = world.get()["metadata"]["labels"]
    assert labels["workflows.argoproj.io/phase"] == "Running"
    done = world.finish()
    assert done["status"]["phase"] == "Succeeded"
    assert done["metadata"]["labels"]["workflows.argoproj.io/completed"] == "true"
    assert {"type": "Completed", "status": "True"} in done["status"]["conditions"]
    after = world.node("each(0:a)(0)")
    assert {key: after[key] for key in kept} == kept, "what had succeeded was not touched"
    assert world.node("each(1:x)(0)")["phase"] == "Succeeded"
    assert world.node("after")["phase"] == "Succeeded"
    assert set(world.phases().values()) == {"Succeeded"}
    assert "message" not in done["status"]
    children = {each for n in done["status"]["nodes"].values() for each in n.get("children", ())}
    assert children <= set(done["status"]["nodes"])


def test_a_memoized_resubmit_runs_only_what_failed(world: World) -> None:
    world.run(flaky("1", "steps"))
    spec = world.get()
    world.act(RESUBMIT, memoized=True)
    (name,) = {r.name for r in world.store.records(WORKFLOWS)} - {spec["metadata"]["name"]}
    world.finish(name)
    ran = {node for node in world.pods() if node.startswith(name)}
    assert not any("(0:a)" in node or "(2:b)" in node for node in ran)
    assert any("(1:x)" in node for node in ran)


def test_a_plain_resubmit_runs_everything_again(world: World) -> None:
    world.submit(flaky("0"), generateName="wf-")
    world.finish()
    world.act(RESUBMIT)
    (name,) = {r.name for r in world.store.records(WORKFLOWS)} - {"wf"}
    done = world.finish(name)
    assert done["status"]["phase"] == "Succeeded"
    label = "workflows.argoproj.io/resubmitted-from-workflow"
    assert done["metadata"]["labels"][label] == "wf"


GATE = """
entrypoint: main
templates:
- name: main
  steps:
  - [{name: gate, template: gate}]
  - - name: say
      template: say
      arguments: {parameters: [{name: m, value: "{{steps.gate.outputs.parameters.ok}}"}]}
- name: gate
  suspend: {}
  outputs: {parameters: [{name: ok, valueFrom: {supplied: {}, default: by default}}]}
- name: say
  inputs: {parameters: [{name: m}]}
  container: {image: busybox, command: [echo], args: ["{{inputs.parameters.m}}"]}
"""


def test_a_resumed_gate_goes_on_with_its_default(world: World) -> None:
    world.submit(GATE)
    world.clock.advance(60)
    world.act(RESUME)
    world.finish()
    assert world.node("say")["outputs"]["result"] == "by default"


def test_a_gate_can_be_given_its_output(world: World) -> None:
    world.submit(GATE)
    world.clock.advance(60)
    selector = "displayName=gate"
    world.act(SET_NODE, node_field_selector=selector, parameters=("ok=by hand",), phase="Succeeded")
    world.finish()
    assert world.node("say")["outputs"]["result"] == "by hand"


def test_a_gate_that_is_stopped_fails_its_workflow(world: World) -> None:
    world.submit(GATE)
    world.clock.advance(60)
    world.act(STOP, node_field_selector="displayName=gate", message="not today")
    world.finish()
    assert world.node("gate")["message"] == "not today"
    assert world.status()["phase"] == "Failed"


def test_a_suspended_workflow_starts_nothing_until_it_is_resumed(world: World) -> None:
    world.submit(flaky("0", "steps"))
    world.clock.advance(1)
    world.act(SUSPEND)
    world.clock.advance(300)
    assert not world.has("after")
    assert world.status()["phase"] == "Running"
    world.act(RESUME)
    assert world.finish()["status"]["phase"] == "Succeeded"


LONG = """
entrypoint: main
onExit: bye
templates:
- {name: main, steps: [[{name: long, template: long}], [{name: next, template: long}]]}
- {name: long, container: {image: busybox, command: [sh, -c], args: ["echo begun; sleep 9999"]}}
- {name: bye, container: {image: busybox, command: [echo], args: [bye]}}
"""


def test_stop_ends_what_runs_but_lets_the_exit_handler_run(world: World) -> None:
    world.submit(LONG)
    world.clock.advance(60)
    world.act(STOP)
    done = world.finish(limit=120)
    assert done["status"]["phase"] == "Failed"
    assert done["status"]["message"] == "Stopped with strategy 'Stop'"
    assert world.node("long")["message"] == "workflow shutdown with strategy: Stop"
    assert world.node("wf.onExit")["phase"] == "Succeeded"
    pod = world.pods()["wf[0].long"]
    ended = {c["name"]: c["state"]["terminated"] for c in pod["status"]["containerStatuses"]}
    assert ended["main"]["exitCode"] == 143
    assert not world.has("next")


def test_terminate_ends_everything_at_once(world: World) -> None:
    world.submit(LONG)
    world.clock.advance(60)
    world.act(TERMINATE)
    done = world.finish(limit=60)
    assert done["status"]["message"] == "Stopped with strategy 'Terminate'"
    assert not world.has("wf.onExit")


def test_a_stopped_workflow_can_be_retried(world: World) -> None:
    world.submit(LONG.replace("9999", "100"))
    world.clock.advance(60)
    world.act(TERMINATE)
    world.finish(limit=60)
    world.act(RETRY)
    assert world.finish()["status"]["phase"] == "Succeeded"


def test_a_waiting_workflow_can_be_stopped_too(world: World) -> None:
    lock = "synchronization: {mutexes: [{name: m}]}\n"
    world.submit(lock + LONG, "one")
    world.clock.advance(5)
    world.submit(lock + LONG, "two")
    world.clock.advance(5)
    world.act(TERMINATE, "two")
    assert world.finish("two", limit=60)["status"]["phase"] == "Failed"
    assert world.status("one")["phase"] == "Running"


def test_a_pod_deleted_by_hand_is_an_error(world: World) -> None:
    world.submit(LONG)
    world.clock.advance(60)
    name = world.pods()["wf[0].long"]["metadata"]["name"]
    world.store.delete(PODS, "argo", name)
    world.finish(limit=120)
    node = world.node("long")
    assert (node["phase"], node["message"]) == ("Error", "pod deleted")


def test_a_deleted_workflow_takes_its_pods_and_locks_along(world: World) -> None:
    lock = "synchronization: {mutexes: [{name: m}]}\n"
    world.submit(lock + LONG, "one")
    world.clock.advance(30)
    world.submit(lock + LONG, "two")
    world.clock.advance(5)
    world.store.delete(WORKFLOWS, "argo", "one")
    world.clock.advance(5)
    assert [pod for pod in world.pods() if pod.startswith("one")] == []
    assert world.status("two")["phase"] == "Running"


def test_pods_of_a_deleted_workflow_are_given_time_to_end_if_they_run(world: World) -> None:
    world.submit(LONG)
    world.clock.advance(30)
    (running,) = world.pods().values()
    assert running["status"]["phase"] == "Running"
    world.store.delete(WORKFLOWS, "argo", "wf")
    (ending,) = world.pods().values()
    assert ending["metadata"]["deletionGracePeriodSeconds"] == 30
    assert ending["metadata"]["deletionTimestamp"] > running["metadata"]["creationTimestamp"]
    world.clock.advance(5)
    assert world.pods() == {}
    assert world.store.list(WORKFLOW_TASK_RESULTS) == []


def test_who_makes_a_workflow_again_at_once_need_not_wait_for_the_pods_of_the_first(
    world: World,
) -> None:
    world.submit(LONG)
    world.clock.advance(30)
    (first,) = world.pods().values()
    world.store.delete(WORKFLOWS, "argo", "wf")
    world.submit(LONG)
    world.clock.advance(1)
    (second,) = world.pods().values()
    assert second["metadata"]["name"] == first["metadata"]["name"]
    assert second["metadata"]["uid"] != first["metadata"]["uid"]
    world.clock.advance(30)
    assert world.phases()["long"] == "Running"


def test_an_engine_takes_on_workflows_that_were_there_before(world: World) -> None:
    world.engine.stop()
    world.submit(flaky("0"))
    world.clock.advance(60)
    assert world.status() == {}
    world.engine.start()
    assert world.finish()["status"]["phase"] == "Succeeded"


def test_who_acted_stays_written_on_the_workflow_to_its_end() -> None:
    world = World()
    world.submit(
        """
        entrypoint: main
        templates:
        - name: main
          container: {image: busybox, command: [sleep, "60"]}
        """
    )
    prefix = "workflows.argoproj.io"
    said = {
        f"{prefix}/action": "Suspend",
        f"{prefix}/actor": "system-serviceaccount-argo-jane",
        f"{prefix}/actor-email": "jane.at.example.com",
        f"{prefix}/actor-preferred-username": "jane",
    }
    patch = {"metadata": {"labels": said}, "spec": {"suspend": True}}
    world.clock.advance(5)
    world.store.patch_merge(WORKFLOWS, "argo", "wf", patch)
    world.clock.advance(20)
    resumed = {"metadata": {"labels": {f"{prefix}/action": "Resume"}}, "spec": {"suspend": None}}
    world.store.patch_merge(WORKFLOWS, "argo", "wf", resumed)
    done = world.finish()
    labels = done["metadata"]["labels"]
    assert said | {f"{prefix}/action": "Resume"} == {name: labels[name] for name in said}
    assert labels[f"{prefix}/phase"] == "Succeeded"
