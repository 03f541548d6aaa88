"""Text becomes cells: clean, measured, cut by cells."""

from __future__ import annotations

from unicodedata import category

from hypothesis import example, given
from hypothesis import strategies as st
from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

from tui.domain.text import clean
from tui.widgets.cells import (
    LONGEST,
    Align,
    cut,
    difference,
    fit,
    head,
    panned,
    plain,
    printable_name,
    strip_of,
    tail,
    units,
    width_of,
    wrapped,
)

PLAIN, BOLD = Style(), Style(bold=True)
TEXT = st.text(st.sampled_from("ab日é\u0301 ‖█[/]"), max_size=20).map(clean)


@given(st.text(max_size=40), st.integers(0, 30), st.sampled_from(["left", "right"]))
def test_a_fitted_text_has_exactly_its_cells_and_is_printable(
    text: str, cells: int, align: Align
) -> None:
    shown = fit(text, cells, align=align)
    assert cell_len(shown) == cells
    assert not {category(c) for c in shown} & {"Cc", "Cf", "Cs", "Zl", "Zp"}


def test_a_long_text_is_cut_at_its_end_or_in_its_middle() -> None:
    assert cut("nightly-etl-x7k2p", 10) == "nightly-e…"
    assert cut("nightly-etl-x7k2p", 10, middle=True) == "night…7k2p"
    assert cut("nightly-etl-x7k2p", 10, ellipsis="~") == "nightly-e~"
    assert cut("日本語", 4) == "日…"
    assert cut("abc", 1) == "a"
    assert cut("abc", 0) == ""


def test_a_name_as_long_as_a_book_keeps_both_its_ends() -> None:
    name = printable_name("begin" + "x" * 100_000 + "end")
    assert (name[:5], name[-3:], len(name)) == ("begin", "end", LONGEST)


@given(st.text(max_size=30))
def test_units_are_the_text(text: str) -> None:
    assert "".join(unit for unit, _ in units(text)) == text


def test_a_combining_mark_stays_with_its_letter() -> None:
    assert [unit for unit, _ in units("e\u0301x")] == ["e\u0301", "x"]
    assert head("e\u0301x", 1) == "e\u0301"
    assert tail("xe\u0301", 1) == "e\u0301"


@given(TEXT, st.integers(0, 25))
def test_head_and_tail_never_take_more_than_there_is_room_for(text: str, cells: int) -> None:
    assert width_of(head(text, cells)) <= cells
    assert width_of(tail(text, cells)) <= cells
    assert text.startswith(head(text, cells)) and text.endswith(tail(text, cells))


def test_a_strip_has_its_width_and_no_two_neighbours_of_one_style() -> None:
    strip = strip_of([("a", PLAIN), ("b", PLAIN), ("c", BOLD)], 5, PLAIN)
    assert [segment.text for segment in strip] == ["ab", "c", "  "]
    assert strip_of([("日本", PLAIN)], 3, PLAIN).text == "日 "


def test_a_mark_without_a_letter_changes_no_neighbour() -> None:
    assert fit("\u0301a", 2) == "a "
    assert strip_of([("e", PLAIN), ("\u0301x", BOLD)], 3, PLAIN).text == "ex "


def test_half_a_wide_character_that_is_panned_away_leaves_a_blank() -> None:
    assert "".join(text for text, _ in panned([("日本", PLAIN)], 1)) == " 本"
    assert list(panned([("ab", PLAIN), ("cd", BOLD)], 3)) == [("d", BOLD)]


def strip(text: str, style: Style = PLAIN) -> Strip:
    return Strip([Segment(text, style)])


def test_the_difference_of_two_lines_is_the_smallest_span() -> None:
    assert difference(strip("abcdef"), strip("abXYef")) == (2, 4)
    assert difference(strip("abc"), strip("abc")) is None
    assert difference(strip("abc"), strip("abc", BOLD)) == (0, 3)
    assert difference(strip("abc"), Strip([Segment("a", PLAIN), Segment("bc", PLAIN)])) is None


def test_a_difference_never_halves_a_wide_character() -> None:
    assert difference(strip("a日b"), strip("axyb")) == (1, 3)
    assert difference(strip("axyb"), strip("a日b")) == (1, 3)
    assert difference(strip("日日x"), strip("日本x")) == (2, 4)


@given(TEXT, TEXT)
@example("", "[\u0301日\u0301")
def test_painting_the_difference_over_the_old_line_gives_the_new_one(old: str, new: str) -> None:
    before = strip_of([(fit(old, 20), PLAIN)], 20, PLAIN)
    after = strip_of([(fit(new, 20), PLAIN)], 20, PLAIN)
    span = difference(before, after)
    if span is None:
        assert before.text == after.text
        return
    first, end = span
    joined = before.crop(0, first).text + after.crop(first, end).text + before.crop(end, 20).text
    assert joined == after.text


def test_our_symbols_are_drawn_as_ascii_where_nothing_else_can_be() -> None:
    ours = "reading … ▸ ► ● ◷ ✔ ✖ ⚠ ▲ ○ ─ │ – — “x” ·"
    assert plain(ours, True).isascii() and plain(ours, True).startswith("reading ... > >")
    assert plain(ours, False) == ours
    assert plain("名前 …", True) == "名前 ...", "what is somebody's own stays"


@given(st.text(alphabet="ab c日é ", max_size=40), st.integers(1, 12))
def test_a_wrapped_text_loses_no_letter_and_no_row_is_too_wide(text: str, cells: int) -> None:
    rows = wrapped(text, cells)
    assert all(width_of(row) <= cells for row in rows)
    if cells > 1:
        assert "".join(rows).replace(" ", "") == text.replace(" ", "")


def test_a_wrapped_text_breaks_at_blanks() -> None:
    assert wrapped("one two three", 8) == ["one two", "three"]
    assert wrapped("abcdefgh", 3) == ["abc", "def", "gh"]
    assert wrapped("日本", 1) == []
