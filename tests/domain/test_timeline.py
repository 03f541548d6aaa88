"""Steps as bars on the time of their run."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.compared import node, run
from tests.support.scripted import manifest
from tui.domain import decode
from tui.domain.durations import epoch_of
from tui.domain.node import NodeId
from tui.domain.timeline import (
    BAD,
    GROUP,
    MARK_ROOM,
    NOW,
    PART,
    RUN,
    WAIT,
    Span,
    axis,
    bar,
    span_of,
)
from tui.domain.workflow import Workflow

BEGUN = epoch_of("2026-11-01T10:00:00Z") or 0.0


def drawn(workflow: Workflow, key: str, cells: int, now: float = BEGUN + 600) -> str:
    span = span_of(workflow, now)
    assert span is not None
    found = bar(workflow, workflow.nodes[NodeId(key)], span, cells, now)
    assert len(found) == cells
    return "".join(each.sign for each in found)


def test_a_bar_is_as_long_as_its_share_of_the_run() -> None:
    workflow = run("a", node("a.x", 300))
    assert drawn(workflow, "a.x", 20) == RUN * 10 + " " * 10


def test_what_took_no_time_has_one_cell_where_it_was() -> None:
    at_the_end = {"startedAt": "2026-11-01T10:10:00Z", "finishedAt": "2026-11-01T10:10:00Z"}
    workflow = run("a", {**node("a.x", 0), **at_the_end})
    assert drawn(workflow, "a.x", 10) == " " * 9 + RUN
    assert drawn(run("a", node("a.x", 0)), "a.x", 10) == RUN + " " * 9


def test_failed_waiting_and_groups_have_signs_of_their_own() -> None:
    failed = run("a", node("a.x", 600, "Failed"), node("a.g", 600, type="DAG"))
    assert drawn(failed, "a.x", 4) == BAD * 4 and drawn(failed, "a.g", 4) == GROUP * 4
    waits = {"startedAt": "2026-11-01T10:00:00Z", "finishedAt": None}
    going = going_run({**node("a.x", 0, "Pending"), **waits})
    assert drawn(going, "a.x", 10, BEGUN + 100).startswith(WAIT)


@pytest.mark.parametrize("phase", ["Skipped", "Omitted"])
def test_what_never_ran_has_no_bar(phase: str) -> None:
    assert drawn(run("a", node("a.x", 600, phase)), "a.x", 4) == " " * 4


def going_run(*nodes: dict[str, Any]) -> Workflow:
    found = manifest("a", phase="Running", startedAt="2026-11-01T10:00:00Z")
    found["status"]["nodes"] = {each["id"]: each for each in nodes}
    return decode.from_manifest(found)


def test_each_attempt_is_seen_and_those_before_the_last_as_failed() -> None:
    first = node("a.x(0)", 150, "Failed")
    times = {"startedAt": "2026-11-01T10:05:00Z", "finishedAt": "2026-11-01T10:10:00Z"}
    second = {**node("a.x(1)", 0), **times}
    retry = node("a.x", 600, type="Retry", children=["a.x(0)", "a.x(1)"])
    assert drawn(run("a", retry, first, second), "a.x", 8) == PART * 2 + GROUP * 2 + RUN * 4


def test_what_failed_by_itself_is_darker_than_what_it_is_part_of() -> None:
    first = node("a.x(0)", 600, "Failed")
    retry = node("a.x", 600, "Failed", type="Retry", children=["a.x(0)"])
    failed = run("a", retry, first)
    assert drawn(failed, "a.x(0)", 8) == BAD * 8
    assert drawn(failed, "a.x", 8) == PART * 8


def test_a_run_that_goes_on_shows_now_and_its_scale_changes_seldom() -> None:
    going = going_run({**node("a.x", 0, "Running"), "finishedAt": None})
    spans = {span_of(going, BEGUN + seconds) for seconds in range(60, 120)}
    assert len(spans) <= 5
    line = drawn(going, "a.x", 40, BEGUN + 100)
    assert line.rstrip().endswith((RUN, NOW)) and len(line.rstrip()) < 40
    assert NOW in drawn(going_run(node("a.x", 5)), "a.x", 40, BEGUN + 100)


def test_nothing_that_began_has_no_time() -> None:
    found = manifest("a", phase="Pending")
    found["status"]["startedAt"] = None
    assert span_of(decode.from_manifest(found), BEGUN) is None


@given(st.floats(1, 1e8), st.integers(0, 200), st.integers(0, 10), st.floats(0, 1))
def test_marks_stand_in_order_within_the_axis_and_apart(
    seconds: float, cells: int, zoom: int, middle: float
) -> None:
    whole = Span(BEGUN, BEGUN + seconds)
    span = whole.within(zoom, BEGUN + seconds * middle)
    assert whole.begin <= span.begin and span.end <= whole.end + 1e-3
    marks = axis(span, whole, cells)
    ends = 0
    for at, text in marks:
        assert ends <= at and at + len(text) <= cells
        ends = at + len(text) + 1
    assert len(marks) <= 2 + cells // MARK_ROOM * 2


TIMES = st.sampled_from(
    [None, "", "rubbish", "2026-11-01T10:00:00Z", "2026-11-01T10:07:00Z", "0001-01-01T00:00:00Z"]
)


@given(TIMES, TIMES, st.integers(0, 50), st.sampled_from(["Pod", "Retry", "DAG", "Suspend", ""]))
def test_whatever_times_say_a_bar_has_its_width(
    begun: str | None, ended: str | None, cells: int, kind: str
) -> None:
    odd = {**node("a.x", 1, type=kind), "startedAt": begun, "finishedAt": ended}
    for workflow in (run("a", odd), going_run(odd)):
        span = span_of(workflow, BEGUN + 30) or Span(BEGUN, BEGUN + 1)
        key = next(iter(workflow.nodes))
        assert len(bar(workflow, workflow.nodes[key], span, cells, BEGUN + 30)) == cells


@pytest.mark.parametrize(("zoom", "share"), [(0, 1.0), (1, 0.5), (3, 0.125)])
def test_a_zoom_halves_the_time_around_what_one_looks_at(zoom: int, share: float) -> None:
    whole = Span(0.0, 800.0)
    seen = whole.within(zoom, 700.0)
    assert seen.seconds == pytest.approx(800 * share) and seen.end <= 800
    assert seen.begin <= 700 <= seen.end
