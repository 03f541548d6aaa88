"""The frame of a box: its name and its keys stand in its edges, as far as there is room."""

from __future__ import annotations

import pytest
from textual.app import App
from textual.widgets import Static

from tests.support.widgets import Alone
from tui.widgets.box import LEAST_BESIDE, Box, without_slivers


class Framed(Alone):
    """A box of some lines."""

    CSS = "Box { border: round blue; } .-ascii Box { border: ascii blue; }"


def edges(app: App[None]) -> tuple[str, str]:
    """The upper and the lower edge of what is on the screen."""
    lines = [
        "".join(segment.text for segment in strip)
        for strip in app.screen._compositor.render_strips()
    ]
    return lines[0], next(line for line in reversed(lines) if line.strip())


async def test_a_name_stands_at_the_left_and_how_much_there_is_at_the_right() -> None:
    box = Box(Static("inside"), id="box")
    async with Framed(box).run_test(size=(40, 5)) as pilot:
        box.show_title("Commands", "3 of 96")
        box.show_keys("Enter runs  Esc closes")
        await pilot.pause()
        upper, lower = edges(pilot.app)
        assert upper.startswith("╭─ Commands ─") and upper.endswith("─ 3 of 96 ─╮")
        assert lower.endswith("─ Enter runs  Esc closes ─╯")


@pytest.mark.parametrize("ascii", [False, True])
async def test_names_lose_their_middle_and_are_never_markup(ascii: bool) -> None:
    box = Box(Static("inside"), id="box", ascii=ascii)
    async with Framed(box).run_test(size=(30, 5)) as pilot:
        box.show_title("[red]a-long-name-of-a-workflow\x1b[2J", "1 of 2")
        await pilot.pause()
        upper = edges(pilot.app)[0]
        assert "[red]a" in upper and "\x1b" not in upper and len(upper) == 30
        assert ("~" if ascii else "…") in upper
        assert "1 of 2" not in upper, "what it is called comes first"
        await pilot.resize_terminal(60, 5)
        await pilot.pause()
        assert "1 of 2" in edges(pilot.app)[0]


async def test_what_is_wrong_takes_the_place_of_the_keys() -> None:
    box = Box(Static("inside"), id="box")
    async with Framed(box).run_test(size=(40, 5)) as pilot:
        box.show_keys("Enter runs")
        box.show_keys("there is no xyz here", is_wrong=True)
        await pilot.pause()
        lower = edges(pilot.app)[1]
        assert "there is no xyz here" in lower and "Enter runs" not in lower


def test_a_box_leaves_room_at_its_sides_or_none() -> None:
    for cells in (40, 58, 74, 100):
        for of in range(40, 200):
            wide = without_slivers(cells, of)
            assert wide == of or (wide == cells and of - cells >= 2 * LEAST_BESIDE)


async def test_it_is_as_wide_as_it_wants_where_that_leaves_no_slivers() -> None:
    box = Box(Static("inside"), id="box", width=74)
    async with Framed(box).run_test(size=(80, 5)):
        assert box.outer_size.width == 80
    async with Framed(other := Box(Static("inside"), id="box", width=74)).run_test(size=(90, 5)):
        assert other.outer_size.width == 74
