from __future__ import annotations

import base64
import copy
import gzip
import json
import time
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.plans import calls_of
from tui.actions import RESUBMIT, RETRY
from tui.actions.base import Context
from tui.actions.nodes import LARGEST_OBJECT
from tui.errors import PlanError

NOW = datetime(2026, 1, 15, 12, tzinfo=UTC)
CONTEXT = Context(now=NOW, suffix="abcde")
TYPES = ["Pod", "Steps", "StepGroup", "DAG", "TaskGroup", "Retry", "Skipped", "Suspend", "HTTP"]
PHASES = ["Succeeded", "Failed", "Error", "Skipped", "Omitted", "Running", "Pending", "odd"]


def workflow(nodes: dict[str, Any], **spec: Any) -> dict[str, Any]:
    return {
        "metadata": {"name": "wf", "namespace": "argo", "resourceVersion": "7", "labels": {}},
        "spec": spec,
        "status": {"phase": "Failed", "nodes": nodes},
    }


def failed_pair() -> dict[str, Any]:
    """A DAG of two steps, the second of which failed."""
    return {
        "wf": {"id": "wf", "name": "wf", "type": "DAG", "phase": "Failed", "children": ["a"]},
        "a": {
            "id": "a",
            "name": "wf.a",
            "type": "Pod",
            "phase": "Succeeded",
            "boundaryID": "wf",
            "children": ["b"],
            "templateName": "one",
        },
        "b": {
            "id": "b",
            "name": "wf.b",
            "type": "Pod",
            "phase": "Failed",
            "boundaryID": "wf",
            "templateName": "two",
        },
    }


def test_the_update_is_rehearsed_then_pods_go_then_it_is_sent() -> None:
    plan = RETRY.plan(workflow(failed_pair()), {}, CONTEXT)
    rehearsal, delete, update = calls_of(plan)
    assert (rehearsal.method, rehearsal.query) == ("PUT", (("dryRun", "All"),))
    assert delete.method == "DELETE" and delete.missing_ok
    assert delete.path.startswith("/api/v1/namespaces/argo/pods/wf-two-")
    assert (update.method, update.query) == ("PUT", ())
    assert update.body == rehearsal.body
    assert update.body["metadata"]["resourceVersion"] == "7"
    assert update.body["kind"] == "Workflow"
    assert any("rehearsed" in line for line in plan.lines)


def test_one_pod_and_one_step_are_told_of_as_one() -> None:
    plan = RETRY.plan(workflow(failed_pair()), {}, CONTEXT)
    assert plan.sentence.endswith("1 kept") and plan.logs_lost == 1 and plan.loses
    assert any(line.startswith("Kept: 1 step as it is, with its outputs") for line in plan.lines)
    assert any(line.startswith("Deleted: 1 pod with its logs: ") for line in plan.lines)


def test_of_what_is_archived_nothing_is_lost() -> None:
    nodes = failed_pair()
    nodes["b"]["outputs"] = {"artifacts": [{"name": "main-logs", "s3": {"key": "b/main.log"}}]}
    plan = RETRY.plan(workflow(nodes), {}, CONTEXT)
    assert plan.sentence.endswith("1 kept, 1 pod deleted, logs archived")
    assert not plan.loses and plan.logs_lost == 0
    told = next(line for line in plan.lines if line.startswith("Deleted: 1 pod: "))
    assert told.endswith("; its log is archived until the step writes it anew.")


def test_of_two_pods_the_one_is_named_whose_log_nobody_keeps() -> None:
    nodes = failed_pair()
    nodes["a"]["phase"] = "Failed"
    nodes["a"]["outputs"] = {"artifacts": [{"name": "main-logs"}]}
    plan = RETRY.plan(workflow(nodes), {}, CONTEXT)
    lost, kept = (line for line in plan.lines if line.startswith("Deleted: "))
    assert lost.startswith("Deleted: 1 pod with its logs: ") and plan.losses == (lost,)
    assert kept.startswith("Deleted: 1 pod: ") and plan.logs_lost == 1
    assert len(plan.facts["pods_to_delete"]) == 2


def test_without_pods_to_delete_there_is_one_call() -> None:
    nodes = failed_pair()
    nodes["b"]["type"] = "HTTP"
    plan = RETRY.plan(workflow(nodes), {}, CONTEXT)
    assert [write.method for write in calls_of(plan)] == ["PUT"]
    assert plan.facts["deleted"] == ["b"]


def test_failed_work_that_something_succeeded_after_is_told_and_kept() -> None:
    nodes = failed_pair()
    nodes["b"]["children"] = ["c"]
    nodes["c"] = {"id": "c", "name": "wf.b.onExit", "type": "Pod", "phase": "Succeeded"}
    plan = RETRY.plan(workflow(nodes), {}, CONTEXT)
    assert plan.facts["deleted"] == []
    assert any(line.startswith("Not again: wf.b failed") for line in plan.lines)


@pytest.mark.parametrize("child", ["missing"])
def test_a_missing_child_is_told_in_argos_words(child: str) -> None:
    nodes = failed_pair()
    nodes["b"]["children"] = [child]
    with pytest.raises(PlanError) as caught:
        RETRY.plan(workflow(nodes), {}, CONTEXT)
    assert caught.value.what == f"coudln't obtain child {child}"


def test_a_node_without_a_parent_is_told_in_argos_words() -> None:
    nodes = {**failed_pair(), "z": {"id": "z", "name": "wf.z", "type": "Pod", "phase": "Failed"}}
    with pytest.raises(PlanError) as caught:
        RETRY.plan(workflow(nodes), {}, CONTEXT)
    assert caught.value.what == "couldn't find parent node for z"


def test_offloaded_nodes_are_refused() -> None:
    given = workflow({})
    given["status"]["offloadNodeStatusVersion"] = "fnv:1"
    with pytest.raises(PlanError) as caught:
        RETRY.plan(given, {}, CONTEXT)
    assert caught.value.what == "offload node status is not supported"


@pytest.mark.parametrize("action", [RETRY, RESUBMIT])
def test_compressed_nodes_give_the_plan_of_plain_ones(action: Any) -> None:
    plain = workflow(failed_pair())
    packed = workflow({})
    del packed["status"]["nodes"]
    data = gzip.compress(json.dumps(failed_pair()).encode())
    packed["status"]["compressedNodes"] = base64.b64encode(data).decode()
    before = copy.deepcopy(packed)
    choices = {"memoized": True}
    one, two = action.plan(plain, choices, CONTEXT), action.plan(packed, choices, CONTEXT)
    assert calls_of(one) == calls_of(two)
    assert one.facts == two.facts
    assert packed == before


def wide(count: int) -> dict[str, Any]:
    nodes = {
        f"n{index:06}": {
            "id": f"n{index:06}",
            "name": f"wf.n({index})",
            "displayName": f"n({index})",
            "type": "Pod",
            "phase": "Failed" if index % 7 == 0 else "Succeeded",
            "boundaryID": "wf",
            "templateName": "work",
            "startedAt": "2026-01-01T00:00:00Z",
            "message": "x" * 60,
        }
        for index in range(count)
    }
    root = {"id": "wf", "name": "wf", "type": "DAG", "phase": "Failed", "children": list(nodes)}
    return {"wf": root, **nodes}


def deep(count: int) -> dict[str, Any]:
    """Nested DAGs, each with a failed step of its own beside the next level."""
    nodes: dict[str, Any] = {}
    for level in range(count):
        name = "wf" if level == 0 else f"wf.d{level:05}"
        below = f"wf.d{level + 1:05}"
        children = [f"{name}.p", below] if level + 1 < count else [f"{name}.p"]
        above = "" if level == 0 else "wf" if level == 1 else f"wf.d{level - 1:05}"
        common = {"phase": "Failed"}
        nodes[name] = {
            "id": name,
            "name": name,
            "type": "DAG",
            "boundaryID": above,
            "children": children,
            **common,
        }
        pod = f"{name}.p"
        nodes[pod] = {"id": pod, "name": pod, "type": "Pod", "boundaryID": name, **common}
    return nodes


@pytest.mark.parametrize("nodes", [wide(10_000), deep(5_000)], ids=["wide", "deep"])
def test_ten_thousand_nodes_are_planned_in_a_moment(nodes: dict[str, Any]) -> None:
    begun = time.process_time()
    plan = RETRY.plan(workflow(nodes), {}, CONTEXT)
    # A second is what a person waits; the bound is wide, for slow machines.
    assert time.process_time() - begun < 5
    assert plan.facts["deleted"]
    assert "wf" in plan.facts["reset"]


def test_nodes_too_large_for_an_object_are_written_compressed() -> None:
    plan = RETRY.plan(workflow(wide(10_000)), {}, CONTEXT)
    status = calls_of(plan)[-1].body["status"]
    assert "nodes" not in status
    data = gzip.decompress(base64.b64decode(status["compressedNodes"]))
    assert json.loads(data).keys() == plan.facts["nodes"].keys()
    assert len(json.dumps(calls_of(plan)[-1].body)) < LARGEST_OBJECT


@st.composite
def graphs(draw: st.DrawFn) -> dict[str, Any]:
    ids = ["wf", *(f"n{index}" for index in range(draw(st.integers(0, 12))))]
    if draw(st.booleans()):
        ids.append("wf.onExit")
    known = [*ids, "ghost"] if draw(st.integers(0, 5)) == 0 else ids
    nodes: dict[str, Any] = {}
    for at, one in enumerate(ids):
        node: dict[str, Any] = {
            "id": one,
            "name": one if one.startswith("wf") else f"wf.{one}",
            "type": draw(st.sampled_from(TYPES)),
            "phase": draw(st.sampled_from(PHASES)),
            "boundaryID": draw(st.sampled_from(["", "wf", *ids])),
            "children": draw(st.lists(st.sampled_from(known), max_size=3)),
            "outboundNodes": draw(st.lists(st.sampled_from(ids), max_size=2)),
            "nodeFlag": {"retried": draw(st.booleans())},
        }
        nodes[one] = node
        if at and draw(st.integers(0, 9)):
            # Most nodes have a parent, so that most graphs get past the first check.
            nodes[ids[draw(st.integers(0, at - 1))]]["children"].append(one)
    return nodes


@settings(max_examples=300, deadline=None)
@given(nodes=graphs(), restart=st.booleans(), reexpand=st.booleans())
def test_no_graph_keeps_a_reference_to_a_deleted_node(
    nodes: dict[str, Any], restart: bool, reexpand: bool
) -> None:
    manifest = workflow(nodes)
    before = copy.deepcopy(manifest)
    choices = {
        "restart_successful": restart,
        "node_field_selector": "phase=Succeeded",
        "parameters": ("a=b",) if reexpand else (),
    }
    try:
        plan = RETRY.plan(manifest, choices, CONTEXT)
    except PlanError:
        return
    finally:
        assert manifest == before
    gone = set(plan.facts["deleted"])
    left = plan.facts["nodes"]
    assert gone | left.keys() == nodes.keys() and not gone & left.keys()
    assert not gone & set(plan.facts["reset"])
    for node in left.values():
        assert not gone & set(node.get("children", ()))
        assert not gone & set(node.get("outboundNodes", ()))


@settings(max_examples=150, deadline=None)
@given(nodes=graphs())
def test_any_graph_can_be_resubmitted_memoized(nodes: dict[str, Any]) -> None:
    manifest = workflow(nodes)
    before = copy.deepcopy(manifest)
    made = RESUBMIT.plan(manifest, {"memoized": True}, CONTEXT).result
    assert manifest == before
    assert made is not None
    for node_id, node in made["status"]["nodes"].items():
        assert node["id"] == node_id
        assert node_id.startswith("wf-abcde")
