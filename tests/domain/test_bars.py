"""Bars have an exact width and never hide that something happened."""

from __future__ import annotations

import pytest

from tui.domain.bars import progress_bar, timeline_bar


@pytest.mark.parametrize(
    ("done", "total", "bar"),
    [
        (0, 4, "    "),
        (1, 4, "█   "),
        (1, 8, "▌   "),
        (4, 4, "████"),
        (9, 4, "████"),
        (-1, 4, "    "),
        (1, 0, "    "),
    ],
)
def test_a_progress_bar_is_an_eighth_of_a_cell_fine(done: int, total: int, bar: str) -> None:
    assert progress_bar(done, total, 4) == bar


def test_without_utf8_a_cell_is_full_or_empty() -> None:
    assert progress_bar(3, 8, 4, ascii=True) == "#   "


@pytest.mark.parametrize(
    ("start", "end", "bar"),
    [
        (0.0, 1.0, "████"),
        (0.5, 1.0, "  ██"),
        (0.25, 0.5, " █  "),
        (0.0, 0.0, "▏   "),
        (1.0, 1.0, "   █"),
        (-3.0, 9.0, "████"),
        (0.5, 0.1, "  ▏ "),
    ],
)
def test_a_timeline_bar_stands_where_it_ran(start: float, end: float, bar: str) -> None:
    assert timeline_bar(start, end, 4) == bar
    assert len(timeline_bar(start, end, 4, ascii=True)) == 4
    assert "#" in timeline_bar(start, end, 4, ascii=True)


def test_no_room_is_no_bar() -> None:
    assert progress_bar(1, 2, 0) == timeline_bar(0, 1, 0) == ""
