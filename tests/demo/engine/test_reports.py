"""What pods report while they run: task results, progress, estimates, and how they fail."""

from __future__ import annotations

from typing import Any

from tests.support.world import World
from tui.demo.resources import PODS, WORKFLOW_TASK_RESULTS, WORKFLOWS

TWO = """
entrypoint: main
templates:
- name: main
  steps:
  - - {name: first, template: first}
  - - {name: second, template: second}
- name: first
  container: {image: busybox, command: [sh, -c], args: ["echo 7 > /tmp/n; sleep 5"]}
  outputs:
    parameters: [{name: n, valueFrom: {path: /tmp/n}}]
- name: second
  container: {image: busybox, command: [sleep, "30"]}
"""
LABEL = "workflows.argoproj.io/"


def results(world: World) -> dict[str, dict[str, Any]]:
    """All task results by the id of their node."""
    return {each["metadata"]["name"]: each for each in world.store.list(WORKFLOW_TASK_RESULTS)}


def container(world: World, name: str) -> dict[str, Any]:
    """The status of one container of the only pod."""
    (pod,) = world.store.list(PODS)
    found: dict[str, Any] = next(
        each for each in pod["status"]["containerStatuses"] if each["name"] == name
    )
    return found


def test_each_pod_has_a_task_result_from_its_start_to_the_end_of_the_workflow() -> None:
    world = World()
    world.submit(TWO)
    world.until(lambda: world.has("first") and world.node("first")["phase"] == "Running")
    first = world.node("first")["id"]
    begun = results(world)[first]
    assert begun["metadata"]["labels"] == {
        f"{LABEL}workflow": "wf",
        f"{LABEL}report-outputs-completed": "false",
    }
    assert begun["metadata"]["ownerReferences"][0]["uid"] == world.get()["metadata"]["uid"]
    assert "outputs" not in begun
    assert world.status()["taskResultsCompletionStatus"] == {first: False}

    world.until(lambda: world.has("second") and world.node("second")["phase"] == "Running")
    done = results(world)[first]
    assert done["metadata"]["labels"][f"{LABEL}report-outputs-completed"] == "true"
    assert done["outputs"]["parameters"][0]["value"] == "7"
    assert set(results(world)) == {first, world.node("second")["id"]}

    world.finish()
    assert results(world) == {}
    assert all(world.status()["taskResultsCompletionStatus"].values())


def test_a_deleted_workflow_takes_its_task_results_with_it() -> None:
    world = World()
    world.submit(TWO)
    world.until(lambda: bool(results(world)))
    world.store.delete(WORKFLOWS, "argo", "wf")
    assert results(world) == {}


def test_a_stopped_workflow_leaves_no_task_result() -> None:
    world = World()
    world.submit(TWO)
    world.until(lambda: bool(results(world)))
    world.store.patch_merge(WORKFLOWS, "argo", "wf", {"spec": {"shutdown": "Terminate"}})
    world.finish()
    assert results(world) == {}


def test_a_pod_says_in_a_file_how_far_it_is() -> None:
    world = World()
    world.submit(
        """
        entrypoint: main
        templates:
        - name: main
          metadata: {annotations: {workflows.argoproj.io/progress: 0/100}}
          container:
            image: busybox
            command: [sh, -c]
            args: ["for n in 10 20 30; do echo $n/100 > $ARGO_PROGRESS_FILE; sleep 10; done"]
        """
    )
    world.until(lambda: world.status().get("progress") == "0/100")
    world.until(lambda: world.status().get("progress") == "20/100")
    assert world.node("wf")["progress"] == "20/100"
    assert results(world)["wf"]["progress"] == "20/100"
    world.finish()
    assert world.status()["progress"] == "100/100"


def test_rubbish_in_the_progress_file_is_not_heard() -> None:
    world = World()
    world.run(
        """
        entrypoint: main
        templates:
        - name: main
          container:
            image: busybox
            command: [sh, -c]
            args: ["echo 7/3 > $ARGO_PROGRESS_FILE; sleep 9; echo much > $ARGO_PROGRESS_FILE"]
        """
    )
    assert world.status()["progress"] == "1/1"


def test_nodes_are_expected_to_take_what_they_took_last_time() -> None:
    world = World()
    label = {f"{LABEL}workflow-template": "two"}
    world.submit(TWO, "one", labels=label)
    world.finish("one")
    took = world.status("one")
    world.submit(TWO, "two", labels=label)
    world.until(lambda: world.has("second", "two"))
    assert "estimatedDuration" not in world.node("first", "one")
    assert 30 <= world.node("second", "two")["estimatedDuration"] <= 33
    assert 5 <= world.node("first", "two")["estimatedDuration"] <= 8
    assert world.status("two")["estimatedDuration"] > 35
    assert took["phase"] == "Succeeded"


def test_an_image_that_cannot_be_pulled_is_one_containers_trouble() -> None:
    world = World()
    world.submit(
        """
        entrypoint: main
        templates:
        - name: main
          metadata: {annotations: {demo.argo-tui/image-pull-failure: not found}}
          container: {image: nobody/nothing, command: [work]}
        """
    )
    world.until(lambda: bool(world.status().get("nodes")) and "Pull" in str(world.node("wf")))
    assert container(world, "main")["state"]["waiting"]["reason"] == "ErrImagePull"
    assert "running" in container(world, "wait")["state"]
    world.clock.advance(60)
    assert container(world, "main")["state"]["waiting"]["reason"] == "ImagePullBackOff"
    assert container(world, "wait")["ready"] is True
    assert world.node("wf")["phase"] == "Pending"


def test_a_pod_whose_time_is_over_before_its_image_is_there_is_an_error() -> None:
    world = World()
    world.run(
        """
        entrypoint: main
        templates:
        - name: main
          activeDeadlineSeconds: 30
          metadata: {annotations: {demo.argo-tui/image-pull-failure: not found}}
          container: {image: nobody/nothing, command: [work]}
        """
    )
    node = world.node("wf")
    assert node["phase"] == "Error"
    assert node["message"].startswith("Pod failed before main container starts due to Deadline")


def test_who_is_killed_never_says_that_all_went_well() -> None:
    world = World()
    world.run(
        """
        entrypoint: main
        templates:
        - name: main
          retryStrategy: {limit: "1", retryPolicy: Always}
          metadata:
            annotations: {demo.argo-tui/exit-codes: "137,0", demo.argo-tui/duration: "20"}
          container: {image: busybox, command: [sh, -c], args: ["echo go; sleep 20; echo done"]}
        """
    )
    assert world.status()["phase"] == "Succeeded"
    logs = {}
    for pod in world.store.list(PODS):
        name = pod["metadata"]["annotations"][f"{LABEL}node-name"]
        lines = world.logs.lines("argo", pod["metadata"]["name"], "main")
        logs[name] = [line.text for line in lines if not line.is_argos]
    assert logs["wf(0)"][0] == logs["wf(1)"][0] == "go"
    assert "done" not in logs["wf(0)"]
    assert logs["wf(1)"][-1] == "done"


def test_steps_around_others_have_their_progress_while_these_run() -> None:
    world = World()
    world.submit(TWO)
    world.until(lambda: world.has("second") and world.node("second")["phase"] == "Running")
    assert world.node("wf")["progress"] == world.node("[0]")["progress"] == "1/2"
    assert world.status()["resourcesDuration"]["memory"] >= 5
    assert "resourcesDuration" not in world.node("wf")
    world.finish()
    assert world.node("wf")["progress"] == "2/2"
    assert world.node("wf")["resourcesDuration"] == world.status()["resourcesDuration"]


def test_what_never_ran_has_no_progress() -> None:
    world = World()
    world.run(
        """
        entrypoint: main
        templates:
        - name: main
          steps: [[{name: never, template: leaf, when: "1 == 2"}]]
        - name: leaf
          container: {image: busybox, command: ["true"]}
        """
    )
    assert world.status()["progress"] == "0/0"
    assert not any("progress" in node for node in world.status()["nodes"].values())
