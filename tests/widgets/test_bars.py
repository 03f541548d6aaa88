"""Bars: drawn to their width, rewritten where they changed, and never by colour alone."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace

import pytest
from textual.pilot import Pilot

from tests.support.widgets import Alone, painting, screen_of
from tui.widgets.bars import Bar, Bars

SOME = [
    Bar("progress", "progress", "5 of 10", 5, 10),
    Bar("none", "memory", "0 of 8Gi", 0, 8),
    Bar("words", "CPU", "1.2 cores, no limit known"),
    Bar("late", "time", "! 2m of usual 1m", 2, 2, token="warning"),
]


@asynccontextmanager
async def shown(
    *bars: Bar, ascii: bool = False, size: tuple[int, int] = (60, 10)
) -> AsyncIterator[tuple[Bars, Pilot[None]]]:
    """A widget of bars on the screen."""
    widget = Bars(ascii=ascii)
    async with Alone(widget).run_test(size=size) as pilot:
        widget.show(bars)
        await pilot.pause()
        yield widget, pilot


async def test_a_bar_has_a_label_the_ends_of_its_scale_and_words() -> None:
    async with shown(*SOME) as (widget, _):
        lines = screen_of(widget)
        assert len(lines) == 4, "as high as they are many"
        assert lines[0].lstrip("►").startswith("progress ") and "5 of 10" in lines[0]
        inner = lines[0].partition("▕")[2].partition("▏")[0]
        assert inner.count("█") == len(inner) // 2
        assert "▕" in lines[1] and "█" not in lines[1], "nothing of it is used"
        assert "▕" not in lines[2] and "no limit known" in lines[2]
        assert "! 2m" in lines[3], "words say what the colour says"


async def test_a_bar_may_begin_anywhere_and_never_leaves_its_scale() -> None:
    for begin, value in ((5, 5), (9.99, 0.0001), (0, 50), (20, 3)):
        async with shown(Bar("a", "a", "", value, 10, begin)) as (widget, _):
            line = screen_of(widget)[0]
            inner = line.partition("▕")[2].partition("▏")[0]
            assert len(line) == 60 and inner.strip(), (begin, value)
            assert inner.startswith(" ") is (begin > 0)


async def test_without_utf_8_it_is_ascii() -> None:
    late = Bar("x", "✖ step", "1 … 2", 1, 2)
    async with shown(*SOME, late, ascii=True) as (widget, pilot):
        widget.focus()
        await pilot.pause()
        assert all(line.isascii() for line in screen_of(widget)), screen_of(widget)
        assert "[#" in screen_of(widget)[0]


async def test_a_value_that_goes_on_rewrites_its_own_cells() -> None:
    async with shown(*SOME) as (widget, _):
        with painting(widget) as painted:
            widget.show(list(SOME))
        assert painted.cells == 0, "nothing changed"
        with painting(widget) as painted:
            widget.show([replace(SOME[0], value=6, text="6 of 10"), *SOME[1:]])
        assert painted.rows == [0] and painted.cells < 30


async def test_another_number_of_bars_is_laid_out_anew() -> None:
    async with shown(*SOME) as (widget, pilot):
        widget.show(SOME[:2])
        await pilot.pause()
        assert widget.size.height == 2
        widget.show([])
        await pilot.pause()
        assert widget.size.height == 0


async def test_a_hundred_thousand_scroll_and_change_as_ten_do() -> None:
    many = [Bar(i, f"step {i}", str(i), i, 100_000) for i in range(100_000)]
    async with shown(*many) as (widget, pilot):
        widget.focus()
        widget.styles.height = 8
        await pilot.pause()
        with painting(widget) as painted:
            await pilot.press("G")
            await pilot.pause()
        assert "step 99999" in screen_of(widget)[-1]
        assert set(painted.rows) <= set(range(8)), "what is not on the screen is not drawn"
        with painting(widget) as painted:
            widget.update_item(5, replace(many[5], value=7))
        assert painted.cells == 0


async def test_the_cursor_is_seen_only_where_keys_are_heard() -> None:
    async with shown(*SOME) as (widget, pilot):
        widget.can_focus = False
        widget.blur()
        await pilot.pause()
        assert "►" not in "".join(screen_of(widget))
        widget.can_focus = True
        widget.focus()
        await pilot.press("j")
        assert screen_of(widget)[1].startswith("►memory")


@pytest.mark.parametrize("width", [3, 9, 20, 33, 61, 200])
async def test_at_any_width_the_words_are_there_and_the_lines_fit(width: int) -> None:
    async with shown(*SOME, size=(width, 5)) as (widget, _):
        for line in screen_of(widget):
            assert len(line) == width
        if width > 20:
            assert "5 of 10" in screen_of(widget)[0]


async def test_what_a_cluster_says_stays_text() -> None:
    evil = Bar("a", "\x1b]52;c;x\x07[red]漢\u202e", "\n\x1b[2J", 1, 2)
    async with shown(evil) as (widget, _):
        assert screen_of(widget)[0].isprintable() and "[red]" in screen_of(widget)[0]
