"""The map in the last column of a log: what it shows of lines that are not on the screen."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.waiting import until
from tests.support.widgets import Alone, blocks, book_of, painting, screen_of
from tui.widgets.minimap import ERROR, HIT, KEPT, SHOWN, minimap
from tui.widgets.text_view import TextView


class Lines:
    """Lines that were found."""

    def __init__(self, *lines: int) -> None:
        self._lines = lines

    def has_between(self, low: int, high: int) -> bool:
        return any(low <= line < high for line in self._lines)


@given(st.integers(11, 100_000), st.integers(4, 60), st.data())
def test_every_line_is_in_the_part_of_one_row(lines: int, rows: int, data: st.DataObject) -> None:
    line = data.draw(st.integers(0, lines - 1))
    signs = [cell.sign for cell in minimap(lines, rows, (0, 0), [(ERROR, Lines(line))])]
    assert signs.count(ERROR) == 1
    kept = [cell.sign for cell in minimap(lines, rows, (lines, lines), [], [line])]
    assert kept.index(KEPT) == signs.index(ERROR)


def test_the_most_telling_of_a_part_is_shown_and_what_is_on_the_screen_where_nothing_is() -> None:
    found = [(HIT, Lines(5)), (ERROR, Lines(5, 25))]
    cells = minimap(40, 4, (10, 29), found, [25, 35])
    assert cells == ((HIT, False), (SHOWN, True), (ERROR, True), (KEPT, False))


def column(widget: TextView) -> str:
    return "".join(line[-1] for line in screen_of(widget))


@pytest.mark.parametrize(
    ("is_ascii", "empty", "hit"), [(False, "│  ◄   ◂  ", "•"), (True, "|  !   <  ", "/")]
)
async def test_a_log_longer_than_its_screen_has_a_map_of_errors_warnings_and_hits(
    is_ascii: bool, empty: str, hit: str
) -> None:
    lines = [f"line {i}" for i in range(100)]
    lines[35], lines[78], lines[92] = "ERROR disk", "WARN slow", "found it"
    widget = TextView(levels=True, ascii=is_ascii)
    async with Alone(widget).run_test(size=(40, 10)) as pilot:
        widget.show(book_of(*lines))
        await until(lambda: widget.counts == (1, 1))
        await pilot.pause()
        assert column(widget) == empty
        widget.find("found")
        await until(lambda: widget.finder.is_done)
        assert column(widget)[9] == hit
        widget.find("")
        widget.action_first()
        assert column(widget) == empty


async def test_a_log_that_fits_has_none_and_keeps_its_width() -> None:
    widget = TextView(levels=True)
    async with Alone(widget).run_test(size=(12, 5)):
        book = book_of(*(["0123456789a"] * 5))
        widget.show(book)
        assert screen_of(widget)[0] == "0123456789a "
        widget.lines_appended(*book.append(blocks(b"more\n")))
        assert screen_of(widget)[0] == "012345678› │"


async def test_while_the_end_of_a_log_that_goes_on_is_followed_there_is_none() -> None:
    widget = TextView(levels=True, follow=True)
    async with Alone(widget).run_test(size=(40, 10)):
        widget.goes_on = True
        book = book_of(*(f"line {i}" for i in range(100)))
        widget.show(book)
        assert column(widget).strip() == ""
        widget.go_to(50)
        assert column(widget).strip() == "││"
        widget.follow(True)
        assert column(widget).strip() == ""
        widget.ended()
        assert column(widget) == " " * 9 + "│"


async def test_the_map_is_painted_only_where_it_shows_something_else() -> None:
    book = book_of(*(f"line {i}" for i in range(1000)))
    widget = TextView(levels=True)
    async with Alone(widget).run_test(size=(40, 10)) as pilot:
        widget.show(book)
        await until(lambda: widget.counts == (0, 0))
        await pilot.pause()
        with painting(widget) as painted:
            widget.lines_appended(*book.append(blocks(b"ERROR disk\n")))
            await until(lambda: widget.counts == (1, 0))
            widget.lines_appended(*book.append(blocks(b"one more\n" * 20)))
            await until(lambda: widget.counts == (1, 0))
        assert painted.cells == 1 and painted.rows == [9]


async def test_of_a_very_long_log_errors_are_looked_for_when_no_more_lines_come() -> None:
    book = book_of(*(["line"] * 250_000), "ERROR disk")
    widget = TextView(levels=True)
    async with Alone(widget).run_test(size=(40, 10)):
        widget.show(book)
        assert widget.counts is None
        await until(lambda: widget.counts == (1, 0))
        assert column(widget)[9] == "◄"
