"""`=`: two marked runs beside each other, or one beside the last that succeeded before it."""

from __future__ import annotations

from tests.support.app import Shown, showing
from tests.support.runs import run
from tui.domain.workflow import Manifest
from tui.screens.comparison import CompareScreen, spans_of
from tui.widgets.text_view import TextView


def nightly(number: int, phase: str) -> Manifest:
    found = run(f"nightly-{number:05}", phase, ended=1)
    found["metadata"]["creationTimestamp"] = f"2026-03-0{number}T06:00:00Z"
    return found


RUNS = (nightly(1, "Succeeded"), nightly(2, "Succeeded"), nightly(3, "Failed"))


def lines(shown: Shown) -> list[str]:
    text = shown.app.screen.query_one(TextView).text
    return [text.line(index) for index in range(len(text))]


async def compared(shown: Shown) -> list[str]:
    await shown.press("=")
    await shown.until(lambda: shown.shows(CompareScreen))
    await shown.until(lambda: bool(lines(shown)))
    return lines(shown)


async def test_the_run_under_the_cursor_is_compared_with_the_last_that_succeeded() -> None:
    async with showing(*RUNS) as shown:
        await shown.until(lambda: len(shown.names) == 3)
        assert shown.names[0] == "nightly-00003"
        told = await compared(shown)
        assert told[0].startswith("- nightly-00002") and told[1].startswith("+ nightly-00003")
        await shown.press("escape")
        await shown.until(lambda: not shown.shows(CompareScreen))


async def test_two_marked_runs_are_compared_the_earlier_one_first() -> None:
    async with showing(*RUNS) as shown:
        await shown.until(lambda: len(shown.names) == 3)
        await shown.press("space", "down", "space")
        told = await compared(shown)
        assert told[0].startswith("- nightly-00001") and told[1].startswith("+ nightly-00003")


async def test_three_marked_runs_are_one_too_many() -> None:
    async with showing(*RUNS) as shown:
        await shown.until(lambda: len(shown.names) == 3)
        await shown.press("*", "=")
        await shown.until_said("two runs are compared, and 3 are marked")


async def test_where_none_succeeded_before_it_that_is_said_in_its_place() -> None:
    async with showing(nightly(1, "Failed")) as shown:
        await shown.until(lambda: len(shown.names) == 1)
        told = await compared(shown)
        assert told[0] == "no run of nightly-* succeeded before nightly-00001"


def test_lines_are_drawn_by_their_side_and_by_what_grew() -> None:
    assert spans_of("  - day 1") == [(2, 9, "problem")]
    assert spans_of("+ b  Failed 1m") == [(0, 14, "phase-succeeded")]
    assert spans_of("  load  10s → 1m  +50s (+500 %)")[0][2] == "warning"
    assert spans_of("  load  1m → 10s  -50s (-83 %)")[0][2] == "phase-succeeded"
    assert spans_of("images") == [(0, 6, "heading")] and spans_of("") == []
    assert spans_of("  date") == []
