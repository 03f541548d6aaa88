"""Keys of texts that are no logs: only lines that match, a line to copy, a pager, times."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from tests.support.panes import On, bench
from tests.support.runs import ETL, at, nightly_etl
from tests.support.scripted import ScriptedSource
from tui.domain.logfilters import let_through, typed_filter
from tui.panes.events import EventsPane
from tui.panes.text_pane import TextPane
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


async def typed(on: On[EventsPane], text: str) -> None:
    await on.pilot.press("ampersand")
    names = {" ": "space", "-": "minus", "!": "exclamation_mark"}
    await on.pilot.press(*(names.get(char, char) for char in text), "enter")


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


def test_context_of_a_filter_is_shown_with_what_matches() -> None:
    lines = [str(number) for number in range(10)]
    around, inverted = typed_filter("-C 1 5"), typed_filter("!4")
    assert around is not None and inverted is not None
    assert let_through(lines, [around]) == [4, 5, 6]
    assert let_through(lines, [around, inverted]) == [5, 6]


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
