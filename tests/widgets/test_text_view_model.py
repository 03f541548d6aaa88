"""A text's model: which lines are on the screen after each change of text, size or position."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from tui.domain.lines import TextLines
from tui.widgets.text_view_model import TextPosition, TextViewModel


def model(
    *lengths: int, wrap: bool = False, follow: bool = False, size: tuple[int, int] = (10, 4)
) -> TextViewModel:
    """A text of lines of these lengths, each character a cell."""

    def row_count(line: int, width: int | None) -> int:
        if width is None:
            return 3
        return max(1, -(-len(made.text.line(line)) // width))

    made = TextViewModel(row_count, is_wrapped=wrap, is_following=follow)
    made.resize(*size)
    made.show(TextLines("".join("x" * length + "\n" for length in lengths)))
    return made


def test_wrapped_lines_take_rows_and_the_screen_ends_within_a_line() -> None:
    text = model(25, 5, 15, wrap=True)
    assert text.positions == [(0, 0), (0, 1), (0, 2), (1, 0)]
    text.scroll(2)
    assert text.positions == [(0, 2), (1, 0), (2, 0), (2, 1)]
    assert text.shown_range == (0, 2)


def test_no_scrolling_goes_beyond_the_ends() -> None:
    text = model(*[5] * 10)
    text.scroll(100)
    assert text.shown_range == (6, 9)
    text.scroll(-100)
    assert text.top == TextPosition(0)


def test_a_text_shorter_than_the_screen_stays_at_its_beginning() -> None:
    text = model(5, 5, follow=True)
    assert text.shown_range == (0, 1)
    text.move_to_end()
    assert text.top == TextPosition(0)


def test_following_makes_room_for_some_lines_once_the_screen_is_full() -> None:
    text = model(*[5] * 12, follow=True, size=(10, 12))
    text.text = TextLines("x\n" * 13)
    assert text.lines_appended(1)
    assert (text.top.line, text.shown_range[1]) == (3, 12)
    text.text = TextLines("x\n" * 14)
    assert text.lines_appended(1)
    assert text.top.line == 3, "there was room for this one"
    text.settle()
    assert text.shown_range == (2, 13), "without lines to come the screen is filled"


def test_lines_appended_below_the_screen_are_not_seen() -> None:
    text = model(*[5] * 10)
    text.text = TextLines("x\n" * 11)
    assert not text.lines_appended(1)
    text.scroll(100)
    text.text = TextLines("x\n" * 12)
    assert not text.lines_appended(1), "the screen is full already"
    short = model(5)
    short.text = TextLines("x\n" * 2)
    assert short.lines_appended(1)


def test_lines_dropped_at_the_front_leave_the_others_where_they_are() -> None:
    text = model(*[5] * 20)
    text.scroll(10)
    text.text = TextLines("x\n" * 15)
    assert text.lines_appended(0, 5)
    assert text.top == TextPosition(5)
    text.text = TextLines("x\n" * 7)
    assert text.lines_appended(0, 8)
    assert text.top == TextPosition(0)


def test_a_line_is_brought_with_some_before_it_unless_it_is_there() -> None:
    text = model(*[5] * 30, size=(10, 9))
    text.bring(20)
    assert text.top.line == 17
    text.bring(18)
    assert text.top.line == 17
    text.bring(99)
    assert text.shown_range == (21, 29)


def test_wrapping_keeps_the_line_at_the_top() -> None:
    text = model(*[25] * 10)
    text.scroll(3)
    text.pan = 20
    text.wrap(True)
    assert (text.top, text.pan) == (TextPosition(3), 0)
    text.scroll(1)
    assert text.top == TextPosition(3, 1)
    text.wrap(False)
    assert text.top == TextPosition(3)


def test_without_lines_nothing_is_shown_and_nothing_moves() -> None:
    text = model()
    text.scroll(5)
    text.bring(3)
    text.move_to_end()
    assert (text.positions, text.shown_range) == ([], (0, -1))


@given(
    st.lists(st.integers(0, 60), max_size=12),
    st.booleans(),
    st.booleans(),
    st.lists(st.integers(-30, 30), max_size=6),
    st.tuples(st.integers(1, 30), st.integers(0, 12)),
)
def test_the_screen_is_full_of_rows_that_follow_each_other(
    lengths: list[int], wrap: bool, follow: bool, moves: list[int], size: tuple[int, int]
) -> None:
    text = model(*lengths, wrap=wrap, follow=follow, size=size)
    rows = [
        (line, row)
        for line, length in enumerate(lengths)
        for row in range(max(1, -(-length // size[0])) if wrap else 1)
    ]
    for move in moves:
        text.scroll(move)
    shown = [tuple(position) for position in text.positions]
    assert len(shown) == min(size[1], len(rows))
    if shown:
        first = rows.index((text.top.line, text.top.row))
        assert shown == rows[first : first + len(shown)]


def test_lines_laid_out_over_rows_are_scrolled_by_rows_though_nothing_is_wrapped() -> None:
    text = model(*[5] * 6)
    text.scroll(1)
    text.lay_out(tall=True)
    assert text.positions == [(1, 0), (1, 1), (1, 2), (2, 0)]
    text.scroll(1)
    assert text.positions == [(1, 1), (1, 2), (2, 0), (2, 1)]
    text.keep_in_sight(0)
    assert text.positions == [(0, 0), (0, 1), (0, 2), (1, 0)]
    text.keep_in_sight(2)
    assert text.positions == [(1, 2), (2, 0), (2, 1), (2, 2)]
    text.lay_out(tall=False)
    assert text.positions == [(1, 0), (2, 0), (3, 0), (4, 0)]
