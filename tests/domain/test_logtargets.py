"""Which logs a name stands for."""

from __future__ import annotations

from typing import Any

import pytest

from tui.domain import decode
from tui.domain.logtargets import LogTarget, attempts_before, ends_early, log_targets
from tui.domain.podname import v2_pod_name
from tui.domain.workflow import Workflow


def node(key: str, name: str, kind: str, **more: Any) -> dict[str, Any]:
    return {
        "id": key,
        "name": name,
        "displayName": name.rpartition(".")[2],
        "type": kind,
        "phase": "Succeeded",
        "templateName": "work",
        **more,
    }


def etl(**extra: dict[str, Any]) -> Workflow:
    nodes = {
        "etl": node("etl", "etl", "Steps", children=["g"]),
        "g": node("g", "etl[0]", "StepGroup", boundaryID="etl", children=["r", "s"]),
        "r": node("r", "etl[0].load", "Retry", boundaryID="etl", children=["r0", "r1"]),
        "r1": node("r1", "etl[0].load(1)", "Pod", boundaryID="etl", startedAt="00:02:00Z"),
        "r0": node("r0", "etl[0].load(0)", "Pod", boundaryID="etl", startedAt="00:01:00Z"),
        "s": node("s", "etl[0].sets", "Pod", boundaryID="etl", startedAt="00:03:00"),
        "c1": node("c1", "etl[0].sets.one", "Container", boundaryID="s"),
        "c2": node("c2", "etl[0].sets.two", "Container", boundaryID="s"),
        **extra,
    }
    manifest = {"metadata": {"name": "etl", "namespace": "argo"}, "status": {"nodes": nodes}}
    return decode.from_manifest(manifest)


def found(step: str = "", container: str = "") -> list[tuple[str, str]]:
    return [(each.node.id, each.container) for each in log_targets(etl(), step, container)]


def test_a_workflow_has_the_logs_of_all_its_pods_as_they_started() -> None:
    assert found() == [("r0", "main"), ("r1", "main"), ("s", "one"), ("s", "two")]


@pytest.mark.parametrize("step", ["r0", "etl[0].load(0)", "load(0)"])
def test_a_step_is_called_by_id_name_or_display_name(step: str) -> None:
    assert found(step) == [("r0", "main")]


def test_a_step_is_called_by_its_pod() -> None:
    assert found(v2_pod_name("etl", "etl[0].load(1)", "work")) == [("r1", "main")]


def test_a_step_that_is_no_pod_stands_for_the_pods_inside() -> None:
    assert found("sets") == [("s", "one"), ("s", "two")]
    assert found("etl") == [("r1", "main"), ("s", "one"), ("s", "two")]


def test_a_step_that_was_tried_again_stands_for_its_last_attempt() -> None:
    assert found("load") == [("r1", "main")]
    assert found("load(0)") == [("r0", "main")], "an attempt that is named is meant"


def test_a_fan_out_stands_for_its_items_and_not_for_the_task_after_it() -> None:
    nodes = {
        "dag": node("dag", "dag", "DAG", children=["g"]),
        "g": node("g", "dag.shard", "TaskGroup", boundaryID="dag", children=["i0", "i1", "next"]),
        "i0": node("i0", "dag.shard(0:a)", "Retry", boundaryID="dag", children=["p0"]),
        "p0": node("p0", "dag.shard(0:a)(0)", "Pod", boundaryID="dag", children=["next"]),
        "i1": node("i1", "dag.shard(1:b)", "Pod", boundaryID="dag"),
        "next": node("next", "dag.shard-report", "Pod", boundaryID="dag"),
    }
    manifest = {"metadata": {"name": "dag"}, "status": {"nodes": nodes}}
    targets = log_targets(decode.from_manifest(manifest), "shard")
    assert sorted(each.node.id for each in targets) == ["i1", "p0"]


def test_one_container_of_a_set_is_called_by_its_own_name() -> None:
    assert found("two") == [("s", "two")]


def test_a_named_container_is_the_only_one() -> None:
    assert found("sets", "wait") == [("s", "wait")]


def test_a_name_that_nothing_has_finds_nothing() -> None:
    assert found("nope") == []


def test_a_circle_of_nodes_ends() -> None:
    x = node("x", "x", "Retry", children=["y"])
    y = node("y", "y", "Retry", children=["x", "z"], boundaryID="x")
    z = node("z", "z", "Pod", boundaryID="y")
    targets = log_targets(etl(x=x, y=y, z=z), "x")
    assert [each.node.id for each in targets] == ["z"]


def test_what_has_not_begun_or_came_from_a_cache_has_no_log() -> None:
    hit = {"hit": True, "key": "k", "cacheName": "c"}
    workflow = etl(
        p=node("p", "p", "Pod", phase="Pending"),
        m=node("m", "m", "Pod", memoizationStatus=hit),
    )
    begun = {each.node.id: each.has_begun for each in log_targets(workflow)}
    assert begun == {"r0": True, "r1": True, "s": True, "p": False, "m": False}


def test_attempts_before_are_pods_of_the_same_step_the_last_of_them_first() -> None:
    tries = [f"wf.build({n})" for n in range(3)]
    children = [*tries, "wf.build.onExit"]
    nodes: dict[str, Any] = {
        "group": {"id": "group", "name": "wf.build", "type": "Retry", "children": children},
        "alone": {"id": "alone", "name": "wf.alone", "type": "Pod"},
    }
    for name in children:
        nodes[name] = {"id": name, "name": name, "type": "Pod"}
    nodes[tries[1]]["type"] = "Skipped"
    made = decode.from_manifest({"metadata": {"name": "wf"}, "status": {"nodes": nodes}})
    by_name = {node.name: node for node in made.nodes.values()}

    def before(name: str) -> list[str] | None:
        found = attempts_before(made, by_name[name])
        return None if found is None else [node.name for node in found]

    assert before(tries[2]) == [tries[0]], "one without a pod has no log"
    assert before(tries[0]) == []
    assert before("wf.build.onExit") is None and before("wf.alone") is None


def test_a_log_may_end_early_where_the_pod_was_deleted_under_what_wrote_it() -> None:
    deleted = {"phase": "Error", "message": "pod deleted"}
    logs = {"artifacts": [{"name": "main-logs", "raw": {"data": "x"}}]}
    workflow = etl(
        x=node("x", "etl.x", "Pod", **deleted),
        y=node("y", "etl.y", "Pod", phase="Error", message="main: Error (exit code 1)"),
        z=node("z", "etl.z", "Pod", **deleted, outputs=logs),
    )
    said = {
        (each.id, container): ends_early(workflow, LogTarget(each, "p", container))
        for each in workflow.nodes.values()
        for container in ("main", "wait", "proxy")
    }
    assert {key: words for key, words in said.items() if words} == {
        ("x", "main"): "x: its pod was deleted, so its log may end early",
        ("x", "proxy"): "x/proxy: its pod was deleted, so its log may end early",
        ("z", "proxy"): "z/proxy: its pod was deleted, so its log may end early",
    }
