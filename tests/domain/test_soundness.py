"""What is said of workflows that can be read and are odd all the same."""

from __future__ import annotations

import time
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.runs import nightly_etl
from tui.domain import decode, soundness
from tui.domain.workflow import Workflow


def troubles(workflow: Workflow) -> tuple[str, ...]:
    return tuple(each.said for each in soundness.troubles(workflow))


def of(nodes: dict[str, dict[str, Any]], phase: str = "Running") -> Workflow:
    """A workflow of these nodes, each named by its key."""
    whole = {
        key: {"id": key, "displayName": key, "type": "Pod", "phase": "Running", **node}
        for key, node in nodes.items()
    }
    return decode.from_manifest({"metadata": {"name": "w"}, "status": status(phase, whole)})


def status(phase: str, nodes: dict[str, Any]) -> dict[str, Any]:
    return {"phase": phase, "nodes": nodes}


def test_nothing_is_odd_about_an_ordinary_workflow() -> None:
    assert troubles(decode.from_manifest(nightly_etl())) == ()
    shared = of({"a": {"children": ["b", "c"]}, "b": {"children": ["d"]}, "c": {"children": ["d"]}})
    assert "d that is not there" in troubles(shared)[0]
    whole = {"a": ["b", "c"], "b": ["d"], "c": ["d"], "d": []}
    assert troubles(of({key: {"children": list(below)} for key, below in whole.items()})) == ()


def test_one_without_status_says_so() -> None:
    for manifest in ({"metadata": {"name": "w"}}, {"metadata": {"name": "w"}, "status": {}}):
        (said,) = troubles(decode.from_manifest(manifest))
        assert "no status" in said


@pytest.mark.parametrize(
    "nodes, said",
    [
        ({"a": {"children": ["x"]}}, "a has a child x that is not there"),
        (
            {"a": {"children": ["x", "y"]}, "b": {"children": ["z"]}},
            "a has a child x that is not there (and 2 other children)",
        ),
        ({"a": {"children": ["a"]}}, "a is its own descendant: the steps form a circle"),
        (
            {"up": {"children": ["a"]}, "a": {"children": ["b"]}, "b": {"children": ["a", "c"]}}
            | {"c": {}},
            "a is its own descendant: the steps form a circle (and 1 other step)",
        ),
        ({"a": {"phase": "Flickering"}}, "a has the unknown phase Flickering"),
        (
            {"a": {"type": "Hologram"}, "b": {"type": "Ghost"}},
            "a has the unknown type Hologram (and 1 other step)",
        ),
        ({"a": {"type": ""}, "b": {}}, "a has no type"),
    ],
)
def test_each_oddity_names_the_first_step_and_counts_the_others(
    nodes: dict[str, dict[str, Any]], said: str
) -> None:
    assert troubles(of(nodes)) == (said,)


@pytest.mark.parametrize(
    "nodes, is_fault",
    [
        ({"w": {"children": ["w-2652912851"]}}, False),
        ({"w": {"children": ["w-2652912851", "ghost"]}}, True),
        ({"w": {"children": ["w-4294967296"]}}, True),
        ({"w": {"children": ["v-1"]}}, True),
        ({"w": {"children": ["w-" + "9" * 5000]}}, True),
        ({"w": {"children": ["w-"]}}, True),
        ({"w": {"type": ""}}, False),
        ({"w": {"type": "Hologram"}}, True),
        ({"w": {"phase": "Flickering"}}, True),
        ({"w": {"children": ["w"]}}, True),
    ],
)
def test_a_fault_is_what_no_controller_writes(
    nodes: dict[str, dict[str, Any]], is_fault: bool
) -> None:
    (said,) = soundness.troubles(of(nodes))
    assert said.is_fault == is_fault


def test_an_unknown_phase_of_the_workflow_is_named() -> None:
    assert troubles(of({"a": {}}, "Levitating")) == (
        "the workflow has the unknown phase Levitating",
    )


def test_a_circle_of_ten_thousand_nodes_is_found_at_once() -> None:
    keys = [f"n{i}" for i in range(10_000)]
    ring = {key: {"children": [keys[(i + 1) % len(keys)]]} for i, key in enumerate(keys)}
    workflow = of(ring)
    began = time.process_time()
    (said,) = troubles(workflow)
    assert time.process_time() - began < 2
    assert said.startswith("n0 is") and said.endswith("(and 9,999 other steps)")


@given(st.dictionaries(st.sampled_from("abcdef"), st.lists(st.sampled_from("abcdefgh"))))
def test_a_circle_is_told_exactly_when_there_is_one(below: dict[str, list[str]]) -> None:
    workflow = of({key: {"children": children} for key, children in below.items()})

    def reached(key: str) -> set[str]:
        seen: set[str] = set()
        waiting = list(below.get(key, []))
        while waiting:
            if (one := waiting.pop()) not in seen:
                seen.add(one)
                waiting += below.get(one, [])
        return seen

    is_told = any("circle" in said for said in troubles(workflow))
    assert is_told == any(key in reached(key) for key in below)


@pytest.mark.parametrize(
    ("manifest", "said"),
    [
        ({"status": {"phase": "Failed", "nodes": ["a"]}}, "status.nodes is a list where a map"),
        ({"status": "Failed"}, "status is text where a map belongs"),
        ({"spec": "echo", "status": {"phase": "Failed"}}, "spec is text where a map belongs"),
        ({"spec": 7, "status": {"phase": "Failed"}}, "spec is a number where a map belongs"),
        (
            {"spec": {"templates": {"a": {}}}, "status": {"phase": "Failed"}},
            "spec.templates is a map where a list belongs",
        ),
        (
            {"status": {"phase": "Failed", "nodes": {"a": "b", "c": 1}}},
            "status.nodes.a is text where a map belongs: it is left out (and 1 other thing)",
        ),
        (
            {"status": {"phase": "Failed", "nodes": {"a": {"type": "Pod", "children": "b"}}}},
            "status.nodes.a.children is text where a list belongs",
        ),
        (
            {"status": {"phase": "Failed", "estimatedDuration": "soon"}},
            "status.estimatedDuration is text where a number belongs",
        ),
    ],
)
def test_what_has_no_shape_of_a_workflow_is_named_and_a_fault(
    manifest: dict[str, Any], said: str
) -> None:
    manifest = {"metadata": {"name": "w"}, **manifest}
    for whole in (manifest, msgspec.json.encode(manifest)):
        odd = soundness.troubles(decode.from_manifest(manifest), decode.misfits(whole))
        assert odd[0].said.startswith(said) and odd[0].is_fault
        assert not any("no status" in each.said for each in odd)


def test_numbers_for_text_and_nulls_are_nothing_odd() -> None:
    manifest = {
        "metadata": {"name": "w", "labels": None},
        "spec": {"arguments": {"parameters": [{"name": "n", "value": 5}]}, "templates": None},
        "status": {"phase": "Failed", "nodes": {"a": {"type": "Pod", "phase": "Failed"}}},
    }
    assert decode.misfits(manifest) == ()


@pytest.mark.parametrize(
    ("status", "said", "is_fault"),
    [
        (
            {"finishedAt": "2026-13-45T99:00:00Z"},
            "the workflow has the impossible time 2026-13-45T99:00:00Z",
            True,
        ),
        ({"startedAt": "yesterday"}, "the workflow has the impossible time yesterday", True),
        (
            {"nodes": {"a": {"type": "Pod", "displayName": "a", "startedAt": "25 o'clock"}}},
            "a has the impossible time 25 o'clock",
            True,
        ),
        (
            {"startedAt": "2026-01-15T12:00:00Z", "finishedAt": "2025-01-15T12:00:00Z"},
            "the workflow finished before it began",
            False,
        ),
    ],
)
def test_impossible_times_are_named(status: dict[str, Any], said: str, is_fault: bool) -> None:
    manifest = {"metadata": {"name": "w"}, "status": {"phase": "Failed", **status}}
    assert soundness.troubles(decode.from_manifest(manifest)) == (
        soundness.Trouble(said, is_fault),
    )


def test_a_second_between_two_clocks_and_the_time_never_are_nothing_odd() -> None:
    times = {"startedAt": "2026-01-15T12:00:01Z", "finishedAt": "2026-01-15T12:00:00Z"}
    never = {"type": "Pod", "startedAt": "0001-01-01T00:00:00Z", "finishedAt": None}
    nodes = {"a": {"type": "Pod", **times}, "b": never}
    manifest = {"metadata": {"name": "w"}, "status": {"phase": "Failed", **times, "nodes": nodes}}
    assert troubles(decode.from_manifest(manifest)) == ()
