"""What the controller writes beside phases and nodes is what a real one writes."""

from __future__ import annotations

import re
from typing import Any

import pytest

from tests.support.recorded import workflow_of
from tests.support.world import World
from tui.demo.clock import SteppedClock
from tui.demo.engine.engine import OFFLOADED, Engine
from tui.demo.podlogs import PodLogs
from tui.demo.resources import CONFIG_MAPS, WORKFLOWS

LABEL = "workflows.argoproj.io/"
SPEC = """
entrypoint: main
templates:
- name: main
  steps:
  - - {name: one, template: work}
  - - {name: two, template: work}
    - {name: never, template: work, when: "1 == 2"}
- {name: work, container: {image: busybox, command: [sh, -c], args: [sleep 2]}}
"""


def test_labels_annotations_and_status_have_the_keys_of_a_recorded_run() -> None:
    world = World()
    world.run(SPEC)
    world.clock.advance(5)
    ours, theirs = world.get(), workflow_of("steps")
    for place in ("labels", "annotations"):
        named = {key for key in theirs["metadata"][place] if key.startswith(LABEL)}
        assert named == {key for key in ours["metadata"][place] if key.startswith(LABEL)}
    assert ours["metadata"]["labels"][f"{LABEL}workflow-archiving-status"] == "Archived"
    assert re.fullmatch("[0-9a-f]{32}", ours["metadata"]["annotations"][f"{LABEL}trace-id"])
    refs = [each["status"]["artifactRepositoryRef"] for each in (ours, theirs)]
    assert refs[0].keys() == refs[1].keys()
    assert refs[0]["default"] is refs[1]["default"] is True
    flags: list[dict[str, Any]] = [{}, {}]
    for found, run in zip(flags, (ours, theirs), strict=True):
        for node in run["status"]["nodes"].values():
            found[node["type"]] = node.get("nodeFlag", "none")
    assert flags[0] == flags[1]


def test_pods_carry_the_trace_of_their_run() -> None:
    world = World()
    world.run(SPEC)
    trace = world.get()["metadata"]["annotations"][f"{LABEL}trace-id"]
    spans = set()
    for pod in world.pods().values():
        assert pod["metadata"]["annotations"][f"{LABEL}trace-id"] == trace
        spans.add(pod["metadata"]["annotations"][f"{LABEL}span-id"])
    assert len(spans) == 2


def test_a_run_that_is_tried_again_at_once_is_not_called_archived() -> None:
    world = World()
    world.finish(world.submit(SPEC))
    change = {"metadata": {"labels": {f"{LABEL}workflow-archiving-status": None}}}
    world.store.patch_merge(WORKFLOWS, "argo", "wf", change)
    world.clock.advance(5)
    assert f"{LABEL}workflow-archiving-status" not in world.get()["metadata"]["labels"]


def test_the_repository_of_a_namespace_is_that_of_its_config_map() -> None:
    world = World()
    world.store.create(
        CONFIG_MAPS,
        {
            "metadata": {
                "name": "artifact-repositories",
                "namespace": "argo",
                "annotations": {f"{LABEL}default-artifact-repository": "mine"},
            },
            "data": {"mine": "s3: {}"},
        },
    )
    world.run(SPEC)
    ref = world.status()["artifactRepositoryRef"]
    assert (ref["configMap"], ref["key"], ref["namespace"]) == (
        "artifact-repositories",
        "mine",
        "argo",
    )
    assert "default" not in ref


@pytest.mark.parametrize(("requeue", "least", "most"), [(0.5, 5, 15), (10.0, 20, 40)])
def test_a_controller_that_looks_every_ten_seconds_takes_its_time(
    requeue: float, least: float, most: float
) -> None:
    world = engine_with(requeue=requeue)
    begun = world.clock.now()
    world.run(SPEC)
    assert least <= (world.clock.now() - begun).total_seconds() <= most


def engine_with(**options: Any) -> World:
    """A world whose controller is set up differently."""
    world = World()
    world.engine.stop()
    assert isinstance(world.clock, SteppedClock)
    world.engine = Engine(world.store, world.clock, PodLogs(), world.bucket, seed=1, **options)
    world.engine.start()
    return world


@pytest.mark.parametrize("by", ["the controller", "its label"])
def test_nodes_that_are_kept_apart_are_in_no_object_and_nothing_is_lost(by: str) -> None:
    world = engine_with(offload=by == "the controller")
    labels = {OFFLOADED: "true"} if by == "its label" else {}
    world.submit(SPEC, labels=labels)
    seen: set[str] = set()

    def is_over() -> bool:
        status = world.status()
        assert not status.get("nodes")
        seen.add(str(status.get("offloadNodeStatusVersion")))
        return bool(status.get("finishedAt"))

    world.until(is_over)
    assert world.status()["phase"] == "Succeeded"
    assert world.status()["progress"] == "2/2"
    assert len(seen - {"None"}) > 2, "each version of the nodes has a version of its own"
    theirs = workflow_of("offloaded")["status"]
    assert theirs["offloadNodeStatusVersion"].startswith("fnv:")
    assert world.status()["offloadNodeStatusVersion"].startswith("fnv:")


def test_what_somebody_writes_meanwhile_loses_no_nodes_that_are_kept_apart() -> None:
    world = engine_with(offload=True)
    world.submit(SPEC)
    world.until(lambda: bool(world.pods()))
    change = {"metadata": {"labels": {"mine": "yes"}}}
    world.store.patch_merge(WORKFLOWS, "argo", "wf", change)
    world.finish()
    assert world.status()["phase"] == "Succeeded"
    assert world.get()["metadata"]["labels"]["mine"] == "yes"
    assert sorted(world.pods()) == ["wf[0].one", "wf[1].two"], "no step ran twice"
    world.store.delete(WORKFLOWS, "argo", "wf")
    assert not world.engine._offloaded
