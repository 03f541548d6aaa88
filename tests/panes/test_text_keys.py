"""Keys of texts that are no logs: only lines that match, a line to copy, a pager, times."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.support.app import showing
from tests.support.panes import On, bench
from tests.support.runs import ETL, at, nightly_etl, run, step
from tests.support.scripted import ScriptedSource
from tui.bindings import group_of
from tui.domain.lines import TextLines
from tui.domain.logfilters import Looking, narrowed, typed_filter
from tui.panes.events import EventsPane
from tui.panes.inout import InOutPane
from tui.panes.manifest import ManifestPane
from tui.panes.text_pane import TextPane
from tui.panes.why import WhyPane
from tui.ports.events import Event

SAID = ("alpha one", "beta two", "alpha three", "gamma four")


def told() -> ScriptedSource:
    source = ScriptedSource()
    source.events_of[ETL] = tuple(
        Event("Warning" if "b" in text else "Normal", text.split()[0], text, at(90 - number))
        for number, text in enumerate(SAID)
    )
    return source


async def shown(on: On[EventsPane]) -> None:
    on.app.show(nightly_etl())
    await on.until(lambda: "gamma four" in on.app.text)


async def typed(on: On[Any], text: str) -> None:
    await on.pilot.press("ampersand")
    names = {" ": "space", "-": "minus", "!": "exclamation_mark"}
    await on.pilot.press(*(names.get(char, char) for char in text), "enter")


def found(looking: Looking) -> list[int]:
    while True:
        try:
            next(looking)
        except StopIteration as end:
            return list(end.value)


def said(on: On[EventsPane]) -> list[str]:
    return [each for each in SAID if each in on.app.text]


async def test_only_lines_that_match_are_shown_filters_stack_and_esc_takes_the_last_away() -> None:
    async with bench(EventsPane, told()) as on:
        await shown(on)
        await typed(on, "alpha")
        assert said(on) == ["alpha one", "alpha three"]
        bar = on.pane._narrow_bar
        assert bar is not None and bar.is_open and bar.text == "alpha"
        await typed(on, "!three")
        assert said(on) == ["alpha one"] and bar.text == "alpha & !three"
        on.pane.tick(on.app.now())
        on.pane._write()  # what comes meanwhile is narrowed, too
        assert said(on) == ["alpha one"]
        await on.pilot.press("escape")
        assert said(on) == ["alpha one", "alpha three"]
        await on.pilot.press("escape")
        assert said(on) == list(SAID) and not bar.is_open and not on.app.escapes
        await on.pilot.press("escape")
        assert on.app.escapes == 1


async def test_a_filter_that_is_given_up_changes_nothing() -> None:
    async with bench(EventsPane, told()) as on:
        await shown(on)
        await on.pilot.press("ampersand", "z", "escape")
        assert said(on) == list(SAID)
        await typed(on, "beta")
        on.pane.find_when_there("gamma")
        assert said(on) == list(SAID), "where a sentence comes from is never left out"


async def test_a_filter_keeps_the_place_and_all_can_be_saved() -> None:
    async with bench(InOutPane, ScriptedSource()) as on:
        on.pane.put("long", "\n".join(f"line {number}" for number in range(500)))
        await on.pilot.pause()
        assert on.pane.whole_text() is None, "all of it is shown"
        on.pane.lines.show_from(200)
        await typed(on, "0$")
        assert on.app.text.splitlines()[on.pane.lines.shown_range[0]] == "line 200"
        await typed(on, "nothing has this")
        assert len(on.pane._text) == 0
        whole = on.pane.whole_text()
        assert whole is not None and len(whole) == 500 and [*whole][-1] == "line 499"
        await on.pilot.press("escape", "escape")
        assert on.pane.lines.shown_range[0] == 200


def test_context_of_a_filter_is_shown_with_what_matches() -> None:
    lines = TextLines("\n".join(map(str, range(10))))
    around, inverted = typed_filter("-C 1 5"), typed_filter("!4")
    assert around is not None and inverted is not None
    assert found(narrowed(lines, [around])) == [4, 5, 6]
    assert found(narrowed(lines, [around, inverted])) == [5, 6]
    assert found(narrowed(lines, [inverted], wrong=lambda text: text == "5", around=2)) == [
        *(3, 5, 6, 7),
    ]


NEVER = "(a|aa)+$"
"""An expression that comes to no end on a line of many `a` and something else."""


async def test_a_filter_that_comes_to_no_end_is_left_out_and_the_one_before_stays() -> None:
    source = told()
    event = Event("Normal", "alpha", f"alpha {'a' * 200}!", at(1))
    source.events_of[ETL] = (*source.events_of[ETL], event)
    async with bench(EventsPane, source) as on:
        await shown(on)
        await typed(on, "alpha")
        await typed(on, NEVER)
        await on.until(lambda: bool(on.app.said))
        assert on.app.said[-1].startswith("on some line the expression takes too long")
        assert said(on) == ["alpha one", "alpha three"]
        bar = on.pane._narrow_bar
        assert bar is not None and bar.text == "alpha"


async def test_a_long_text_is_looked_through_in_turns_and_what_is_typed_meanwhile_stays(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    lines = 60_000
    text = "\n".join("exit code: 2" if at % 1000 == 7 else f"{at}" for at in range(lines))
    async with bench(InOutPane, ScriptedSource()) as on:
        on.pane.put("long", text)
        turns = 0

        def in_next_turn(work: Callable[[], object]) -> None:
            nonlocal turns
            turns += 1
            usual(work)

        usual = on.pane.lines.in_next_turn
        monkeypatch.setattr(on.pane.lines, "in_next_turn", in_next_turn)
        await on.pilot.press("!")
        await on.until(lambda: len(on.pane._text) == lines // 1000)
        assert turns > 2, "keys have their turn between"
        await on.pilot.press("!")
        await typed(on, "00$")
        on.pane.put("long", f"{text}\n7700")
        await on.pilot.press("ampersand", "x")
        bar = on.pane._narrow_bar
        await on.until(lambda: len(on.pane._text) == lines // 100)
        assert bar is not None and bar.text == "x", "it is not written over"


async def test_a_line_is_copied_that_of_a_search_first() -> None:
    async with bench(EventsPane, told()) as on:
        await shown(on)
        await on.pilot.press("c")
        assert on.app.copied[-1].split()[0] == "TIME", "the first on the screen"
        on.pane.find("three")
        await on.pilot.press("n", "c")
        assert on.app.copied[-1].endswith("alpha three")


async def test_times_are_those_of_here_when_wanted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TZ", "EST+5")
    time.tzset()
    try:
        async with bench(EventsPane, told()) as on:
            await shown(on)
            in_utc = on.app.text.splitlines()[1].split()[0]
            await on.pilot.press("t")
            heading, first = on.app.text.splitlines()[:2]
            assert heading.split()[0] == "LOCAL"
            assert (int(in_utc[:2]) - int(first.split()[0][:2])) % 24 == 5
            await on.pilot.press("t")
            assert on.app.text.splitlines()[1].split()[0] == in_utc
    finally:
        monkeypatch.undo()
        time.tzset()


FAILED_STEP = "transform(2:shard:2)(1)"
"""A step of the run that failed."""


async def test_yaml_has_keys_to_what_failed_alone_and_one_after_the_other() -> None:
    async with bench(ManifestPane, ScriptedSource()) as on:
        on.app.show(nightly_etl())
        await on.until(lambda: "phase: Failed" in on.app.text)
        whole = on.app.text
        await on.pilot.press("!")
        lines = on.app.text.splitlines()
        assert 0 < len(lines) < len(whole.splitlines()) and "phase: Succeeded" not in on.app.text
        failed = [line for line in whole.splitlines() if line.strip() == "phase: Failed"]
        assert [line for line in lines if line.strip() == "phase: Failed"] == failed
        assert any("displayName" in line for line in lines), "and which step that is"
        await on.pilot.press("!")
        assert on.app.text == whole
        await on.pilot.press("!", "escape")
        assert on.app.text == whole and not on.app.escapes
        await on.pilot.press("g")
        seen = set()
        for _ in failed:
            await on.pilot.press("}")
            first, last = on.app.lines.shown_range
            shown = whole.splitlines()[first : last + 1]
            assert any("phase: Failed" in line or "exitCode" in line for line in shown)
            seen.add(first)
        assert len(seen) > 1
        at_last = on.app.lines.shown_range
        await on.pilot.press("{")
        assert on.app.lines.shown_range[0] < at_last[0]


async def test_where_nothing_is_wrong_the_keys_say_so_and_hide_nothing() -> None:
    async with bench(ManifestPane, ScriptedSource()) as on:
        on.app.show(run("well-1", "Succeeded", ended=1))
        await on.until(lambda: "phase: Succeeded" in on.app.text)
        whole = on.app.text
        for key in ("!", "}", "{"):
            on.app.said.clear()
            await on.pilot.press(key)
            assert on.app.said == ["nothing here tells of anything wrong"]
            assert on.app.text == whole


async def test_times_of_yaml_are_told_beside_what_is_written(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("TZ", "EST+5")
    time.tzset()
    try:
        async with bench(ManifestPane, ScriptedSource()) as on:
            on.app.show(run("well-1", "Succeeded", began=90, ended=60))
            await on.until(lambda: "finishedAt" in on.app.text)
            whole = on.app.text
            await on.pilot.press("t")
            (told,) = (line for line in on.app.text.splitlines() if "  finishedAt" in line)
            written, sign, beside = told.partition("  # ")
            assert sign and written in whole.splitlines(), "it is YAML all the same"
            hour = int(written.partition("T")[2][:2])
            assert int(beside.split()[0][:2]) == (hour - 5) % 24 or beside.count("-") == 2
            assert beside.endswith("here, 1h ago")
            on.pane.find("finishedAt")
            await on.pilot.press("n", "t")
            assert on.app.text == whole and on.app.said[-1] == "times as written"
    finally:
        monkeypatch.undo()
        time.tzset()


async def test_in_and_out_tell_an_exit_code_and_times_in_values() -> None:
    nodes = [
        step("two-1", "", "Failed", type="DAG", children=["a"]),
        step("two-1", "a", "Failed", outputs={"exitCode": "2", "result": at(30)}),
    ]
    manifest = run("two-1", "Failed", ended=1, nodes=nodes)
    async with bench(InOutPane, ScriptedSource()) as on:
        on.app.show(manifest, "a")
        await on.until(lambda: "exit code" in on.app.text)
        await on.pilot.press("t")
        assert " here, " in on.app.text
        await on.pilot.press("t", "!")
        assert on.app.text.split() == ["exit", "code:", "2"]
        await on.pilot.press("!", "}")
        assert on.app.said[-1] == "the only line about it is on the screen"
        on.app.show(run("well-1", "Succeeded", ended=1))
        await on.until(lambda: "no inputs" in on.app.text)
        await on.pilot.press("t")
        assert on.app.said[-1] == "no times here"


async def test_why_shows_its_problems_alone() -> None:
    async with bench(WhyPane, ScriptedSource(nightly_etl())) as on:
        on.app.show(nightly_etl(), FAILED_STEP)
        await on.until(lambda: "✖ " in on.app.text and "looking further" not in on.app.text)
        whole = on.app.text.splitlines()
        await on.pilot.press("!")
        alone = on.app.text.splitlines()
        assert alone[0] == whole[0] and 0 < len(alone) < len(whole)
        assert all(line.startswith(("✖ ", "! ")) for line in alone)
        await on.pilot.press("t")
        assert on.app.said[-1] == "no times here"
        await on.pilot.press("!")
        assert on.app.text.splitlines() == whole


async def test_every_text_has_these_keys_by_their_one_meaning() -> None:
    meant = {"times", "problems", "problem-before", "problem-after"}
    async with showing(nightly_etl()) as whole:
        await whole.open()
        for pane in "Wiyde":
            await whole.press(pane)
            await whole.until(lambda: whole.detail.pane_tabs.holds_focus)
            alive = whole.app.screen.active_bindings.values()
            here = {each.binding.id for each in alive if group_of(each.binding) == "text"}
            assert meant <= here, pane


async def test_what_is_shown_goes_to_the_pager(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "paged"
    monkeypatch.setenv("PAGER", f"sh -c 'cat > {out}'")
    async with bench(EventsPane, told()) as on:
        assert isinstance(on.pane, TextPane)
        await shown(on)
        await typed(on, "beta")
        await on.pilot.press("vertical_line")
        await on.until(lambda: out.exists() and "beta two" in out.read_text())
        assert "alpha" not in out.read_text()
