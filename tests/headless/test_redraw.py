"""Lines that are drawn in place: what a terminal shows after it, and how few bytes it took."""

from __future__ import annotations

import os

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.emulator import Emulator
from tui.headless.redraw import Redrawn

COLUMNS, ROWS = 30, 10
LINES = st.lists(st.text("ab ✔●日é", max_size=20).map(str.rstrip), min_size=1, max_size=ROWS - 1)


class Drawn:
    """Something redrawn, and the terminal it is on."""

    def __init__(self) -> None:
        self.screen = Emulator(COLUMNS, ROWS)
        self.size = os.terminal_size((COLUMNS, ROWS))
        self.written: list[str] = []
        self.redrawn = Redrawn(self._write, lambda: self.size)

    def _write(self, text: str) -> None:
        self.written.append(text)
        # As a terminal does it that is not raw.
        self.screen.feed(text.replace("\n", "\r\n").encode())

    def shown(self) -> list[str]:
        rows = [row.rstrip() for row in self.screen.text()]
        while rows and not rows[-1]:
            rows.pop()
        return rows


def shown_of(lines: list[str]) -> list[str]:
    lines = list(lines)
    while lines and not lines[-1]:
        lines.pop()
    return lines


@given(st.lists(LINES, min_size=1, max_size=6))
def test_the_terminal_shows_the_lines_drawn_last(frames: list[list[str]]) -> None:
    drawn = Drawn()
    for lines in frames:
        drawn.redrawn.draw(lines)
        assert drawn.shown()[: len(lines)] == shown_of(lines)
        assert drawn.shown() == shown_of(lines)


@given(st.lists(LINES, min_size=1, max_size=4))
def test_at_the_end_the_lines_stay_whole(frames: list[list[str]]) -> None:
    drawn = Drawn()
    for lines in frames:
        drawn.redrawn.draw(lines)
    drawn.redrawn.end(frames[0])
    assert drawn.shown() == shown_of(frames[0])


def test_a_second_that_passes_is_a_few_bytes() -> None:
    drawn = Drawn()
    lines = [f" └─\x1b[36m●\x1b[0m step-{n}  3s" for n in range(8)]
    drawn.redrawn.draw(lines)
    drawn.redrawn.draw([*lines[:5], lines[5].replace("3s", "4s"), *lines[6:]])
    assert len(drawn.written[-1]) < 20
    drawn.redrawn.draw([*lines[:5], lines[5].replace("3s", "4s"), *lines[6:]])
    assert len(drawn.written) == 2, "what is the same writes nothing"
    assert drawn.shown()[5].endswith("step-5  4s")


def test_the_first_drawing_leaves_what_was_there_before() -> None:
    drawn = Drawn()
    drawn._write("$ argo-tui watch x\n")
    drawn.redrawn.draw(["a", "b"])
    drawn.redrawn.draw(["a"])
    assert drawn.shown() == ["$ argo-tui watch x", "a"]


def test_colours_end_where_their_text_does() -> None:
    drawn = Drawn()
    drawn.redrawn.draw(["\x1b[31mx\x1b[0m y", "z"])
    drawn.redrawn.draw(["\x1b[32mx\x1b[0m y", "z"])
    assert drawn.written[-1].count("\x1b[0m") == 1
    assert drawn.screen.cell(0, 0).fg != drawn.screen.cell(2, 0).fg


@pytest.mark.parametrize("columns", [5, 80])
def test_another_width_draws_anew_and_cuts_there(columns: int) -> None:
    drawn = Drawn()
    drawn.redrawn.draw(["0123456789", "b"])
    drawn.size = os.terminal_size((columns, ROWS))
    drawn.redrawn.draw(["0123456789", "b"])
    assert drawn.shown() == ["0123456789"[:columns], "b"]
