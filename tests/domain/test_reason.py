"""Which step a workflow hangs on, found from glimpses of a list and from whole nodes alike."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import json, structs

from tests.support.runs import nightly_etl
from tui.domain import decode
from tui.domain.forest import first_problem, rows
from tui.domain.reason import Glimpse, failed, stuck, why


def seen(*nodes: dict[str, Any]) -> dict[str, Glimpse]:
    return {node["id"]: json.decode(json.encode(node), type=Glimpse) for node in nodes}


def node(id: str, phase: str, type: str = "Pod", **more: Any) -> dict[str, Any]:
    return {"id": id, "name": f"w.{id}", "displayName": id, "phase": phase, "type": type, **more}


def test_the_step_is_told_and_not_what_it_stands_in() -> None:
    nodes = seen(
        node("w", "Failed", "Steps", message="child 'b' failed", children=["g"]),
        node("g", "Failed", "StepGroup", boundaryID="w", children=["a", "b"]),
        node("a", "Succeeded", boundaryID="w"),
        node("b", "Failed", boundaryID="w", message="Error (exit code 2)"),
    )
    assert why(nodes, is_over=True) == "b: Error (exit code 2)"


def test_of_several_attempts_the_last_is_told_and_forgiven_ones_never() -> None:
    def tried(phase: str) -> dict[str, Glimpse]:
        return seen(
            node("w", phase, "DAG", children=["r"]),
            node("r", phase, "Retry", boundaryID="w", children=["r0", "r1", "r1.onExit"]),
            node("r0", "Failed", boundaryID="w", message="exit code 1", startedAt="10:00"),
            node("r1", phase, boundaryID="w", message="exit code 137", startedAt="10:01"),
            node("r1.onExit", "Succeeded", boundaryID="w"),
        )

    assert why(tried("Failed"), is_over=True) == "r1: exit code 137"
    assert why(tried("Succeeded"), is_over=True) == ""
    assert why(tried("Running"), is_over=False) == ""


def test_what_fails_inside_something_that_succeeded_was_forgiven() -> None:
    nodes = seen(
        node("w", "Failed", "DAG"),
        node("ok", "Succeeded", "Steps", boundaryID="w", startedAt="1"),
        node("inner", "Failed", boundaryID="ok", startedAt="1"),
        node("late", "Error", boundaryID="w", message="no space left", startedAt="3"),
        node("early", "Failed", boundaryID="w", message="exit code 3", startedAt="2"),
    )
    assert failed(nodes) == ["early", "late"]


def test_items_that_began_together_stand_in_the_order_of_their_numbers() -> None:
    names = ["part(21:u)", "part(7:h)", "part(9:j)"]
    nodes = seen(*(node(name, "Failed", startedAt="1") for name in names))
    assert failed(nodes) == ["part(7:h)", "part(9:j)", "part(21:u)"]
    nodes = seen(*(node(name, "Pending", message="no node") for name in names))
    assert stuck(nodes) == ["part(7:h)", "part(9:j)", "part(21:u)"]


def test_what_cannot_begin_comes_before_what_waits_for_somebody_and_what_failed() -> None:
    nodes = seen(
        node("w", "Running", "DAG"),
        node("broken", "Failed", boundaryID="w", message="exit code 3"),
        node("gate", "Running", "Suspend", boundaryID="w"),
        node("starts", "Pending", boundaryID="w", message="ContainerCreating"),
        node("new", "Pending", boundaryID="w"),
        node("pulls", "Pending", boundaryID="w", message="ImagePullBackOff: no such image"),
    )
    assert stuck(nodes) == ["pulls", "gate"]
    assert why(nodes, is_over=False) == "pulls: ImagePullBackOff: no such image"
    del nodes["pulls"]
    assert why(nodes, is_over=False) == "gate: waits to be resumed"
    del nodes["gate"]
    assert why(nodes, is_over=False) == "broken: exit code 3"


def test_a_workflow_that_is_one_step_only_says_why() -> None:
    nodes = seen(node("w", "Pending", name="w", message="Unschedulable: 0/3 nodes are available"))
    assert why(nodes, is_over=False) == "Unschedulable: 0/3 nodes are available"


def test_a_list_tells_what_the_screen_of_the_workflow_stands_on() -> None:
    raw = json.encode(nightly_etl())
    whole = decode.workflow(raw)
    problem = first_problem(whole, rows(whole))
    assert problem is not None and failed(whole.nodes)[0] == problem
    node = whole.nodes[problem]
    assert decode.listed(raw).status.why == f"{node.display_name}: {node.message}"
    assert decode.without_nodes(whole).status.why == decode.listed(raw).status.why


def test_the_nodes_of_a_list_are_not_kept_and_odd_ones_do_no_harm() -> None:
    bad: list[Any] = [None, [], {"a": None}, {"a": {"phase": 7}}, "x", {"a": {"children": {}}}]
    for nodes in bad:
        raw = json.encode(
            {"metadata": {"name": "w"}, "status": {"phase": "Failed", "nodes": nodes}}
        )
        found = decode.listed(raw)
        assert (found.metadata.name, found.status.why) == ("w", "")
        assert not found.status.nodes  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("message", "why", "told"),
    [
        ("", "a: exit code 1", "a: exit code 1"),
        ("child 'w-123' failed", "a: exit code 1", "a: exit code 1"),
        ("child 'w-123' failed", "", "child 'w-123' failed"),
        (
            "Max duration limit exceeded",
            "a: Pod was active too long",
            "Max duration limit exceeded",
        ),
    ],
)
def test_its_own_message_is_told_if_it_says_more(message: str, why: str, told: str) -> None:
    found = decode.without_nodes(decode.from_manifest({"status": {"message": message}}))
    status = structs.replace(found.status, why=why)
    assert structs.replace(found, status=status).reason == told


@given(
    st.dictionaries(
        st.sampled_from("abcdef"),
        st.fixed_dictionaries(
            {
                "phase": st.sampled_from(
                    ["", "Pending", "Running", "Succeeded", "Failed", "Error"]
                ),
                "type": st.sampled_from(
                    ["Pod", "Retry", "StepGroup", "TaskGroup", "DAG", "Suspend"]
                ),
                "boundaryID": st.sampled_from(["", *"abcdefg"]),
                "children": st.lists(st.sampled_from("abcdefg")),
                "message": st.sampled_from(["", "m"]),
            }
        ),
    )
)
def test_no_graph_is_too_odd(graph: dict[str, dict[str, Any]]) -> None:
    nodes = seen(*({"id": key, **value} for key, value in graph.items()))
    for key in failed(nodes):
        assert nodes[key].phase in ("Failed", "Error")
    assert why(nodes, is_over=False) or not stuck(nodes)
