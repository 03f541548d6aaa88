"""Text to read: following, wrapping, panning, and how little of it is painted."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.style import Style
from textual.message import Message

from tests.support.waiting import until
from tests.support.widgets import Alone, blocks, book_of, numbered, painting, screen_of
from tui.domain.highlight import yaml_spans
from tui.domain.levels import Level
from tui.domain.lines import TextLines
from tui.panes.text_pane import before_value
from tui.widgets.cells import width_of
from tui.widgets.text_renderer import TextRenderer
from tui.widgets.text_view import FLOOD, FRAME, TextView


@pytest.mark.parametrize(
    ("keys", "first"),
    [
        (["j", "j"], 2),
        (["G"], 90),
        (["end", "k"], 89),
        (["G", "g"], 0),
        (["space"], 9),
        (["ctrl+f", "b"], 0),
        (["ctrl+d", "ctrl+d", "ctrl+u"], 5),
        (["k"], 0),
        (["G", "j"], 90),
    ],
)
async def test_keys_move_the_text(keys: list[str], first: int) -> None:
    widget = TextView()
    async with Alone(widget).run_test(size=(40, 10)) as pilot:
        widget.show(numbered(100))
        await pilot.press(*keys)
        assert widget.shown_range == (first, first + 9)
        assert screen_of(widget)[0].rstrip() == f"line {first}"


async def test_following_shows_the_end_until_somebody_looks_back() -> None:
    heard: list[Message] = []
    book = book_of(*(f"line {i}" for i in range(30)))
    widget = TextView(follow=True)
    async with Alone(widget).run_test(size=(40, 10), message_hook=heard.append) as pilot:
        widget.show(book)
        assert screen_of(widget)[-1].rstrip() == "line 29"
        for i in range(30, 60):
            widget.lines_appended(*book.append(blocks(b"line %d\n" % i)))
            assert widget.shown_range[1] == i
        await pilot.press("k")
        assert not widget.is_following
        shown = screen_of(widget)
        widget.lines_appended(*book.append(blocks(b"line 60\n")))
        assert screen_of(widget) == shown
        widget.follow(True)
        assert screen_of(widget)[-1].rstrip() == "line 60"
        await pilot.pause()
    told = [m.is_following for m in heard if isinstance(m, TextView.FollowChanged)]
    assert told[-1] is True and False in told


async def test_a_followed_text_makes_room_and_then_stands_still() -> None:
    book = book_of(*(f"line {i}" for i in range(30)))
    widget = TextView(follow=True)
    async with Alone(widget).run_test(size=(40, 24)) as pilot:
        widget.show(book)
        widget.lines_appended(*book.append(blocks(b"line 30\n")))
        assert [line.strip() for line in screen_of(widget)[-5:]] == ["line 30", "", "", "", ""]
        await pilot.pause()
        with painting(widget) as painted:
            widget.lines_appended(*book.append(blocks(b"line 31\n")))
        assert (painted.rows, painted.cells) == ([20], len("line 31"))


async def test_a_flood_of_lines_is_painted_some_times_a_second_and_its_end_always() -> None:
    book = book_of("line 0")
    widget = TextView(follow=True)
    async with Alone(widget).run_test(size=(40, 10)) as pilot:
        widget.show(book)
        await pilot.pause()
        piece = b"".join(b"line %d\n" % i for i in range(FLOOD + 1))
        with painting(widget) as painted:
            for _ in range(50):
                widget.lines_appended(*book.append(blocks(piece)))
            assert not painted.rows, "keys come first"
            await until(lambda: bool(painted.rows))
            await pilot.pause(FRAME)
            assert len(painted.regions) <= 10, "once"
        assert f"line {FLOOD}" in [row.strip() for row in screen_of(widget)]


async def test_what_one_reads_stays_where_it_is_while_a_full_book_drops_its_front() -> None:
    book = book_of(*(f"line {i}" for i in range(75)), room=640)
    widget = TextView()
    async with Alone(widget).run_test(size=(40, 10)) as pilot:
        widget.show(book)
        widget.go_to(50)
        shown = screen_of(widget)
        for i in range(75, 95):
            widget.lines_appended(*book.append(blocks(b"line %d\n" % i)))
        await pilot.pause()
        assert book.dropped > 0
        assert screen_of(widget) == shown


async def test_a_line_appended_below_the_screen_paints_nothing() -> None:
    book = book_of(*(f"line {i}" for i in range(30)))
    widget = TextView()
    async with Alone(widget).run_test(size=(40, 10)) as pilot:
        widget.show(book)
        await pilot.pause()
        with painting(widget) as painted:
            widget.lines_appended(*book.append(blocks(b"one more\n")))
        assert painted.cells == 0


async def test_a_followed_line_paints_only_cells_that_differ() -> None:
    book = book_of(*(f"10:41:{i:02} epoch {i:02} of 40 " for i in range(30)))
    widget = TextView(follow=True)
    async with Alone(widget).run_test(size=(80, 10)) as pilot:
        widget.show(book)
        await pilot.pause()
        with painting(widget) as painted:
            widget.lines_appended(*book.append(blocks(b"10:41:30 epoch 30 of 40\n")))
        assert painted.rows == list(range(10))
        assert painted.cells <= 12 * 10


async def test_wrapped_lines_show_all_of_a_line_and_cut_no_wide_character() -> None:
    widget = TextView(wrap=True)
    async with Alone(widget).run_test(size=(7, 6)) as pilot:
        widget.show(TextLines("abcdefghij\n日本語日本語\nend"))
        await pilot.pause()
        assert [line.rstrip() for line in screen_of(widget)] == [
            "abcdefg",
            "hij",
            "日本語",
            "日本語",
            "end",
            "",
        ]
        await pilot.press("j")
        assert screen_of(widget)[0].rstrip() == "abcdefg", "it all fits, so it stays"


async def test_sentences_are_wrapped_at_blanks_and_long_words_where_the_row_ends() -> None:
    widget = TextView(wrap=True, by_words=True)
    async with Alone(widget).run_test(size=(12, 9)) as pilot:
        widget.show(
            TextLines("one two three four\n  abcdefghijklmno\n日本 日本語 日本\nexactly12 ok yes")
        )
        await pilot.pause()
        assert [line.rstrip() for line in screen_of(widget)] == [
            "one two",
            "three four",
            "  abcdefghij",
            "klmno",
            "日本 日本語",
            "日本",
            "exactly12 ok",
            "yes",
            "",
        ]
        assert widget.find("three f") == ""
        await until(lambda: widget.finder.hit == 0)


def rows_of(
    text: str, cells: int, *, by_words: bool, hangs: Callable[[str], int] | None = None
) -> list[str]:
    """A line as rows of so many cells."""
    renderer = TextRenderer(lambda name: Style.null(), by_words=by_words, hangs=hangs)
    renderer.show(TextLines(f"{text}\n"))
    return ["".join(part for part, _ in row) for row in renderer.rows(0, cells)]


@pytest.mark.parametrize(
    ("line", "cells", "rows"),
    [
        ("message:  one two three", 20, ["message:  one two", "          three"]),
        ("  ten letters and more", 13, ["  ten letters", "  and more"]),
        ("Time: 12:30:45 and on", 14, ["Time: 12:30:45", "      and on"]),
        ("http://a/b c d e f g", 12, ["http://a/b c", "d e f g"]),
        ("a very long name: and on", 16, ["a very long", "        name:", "        and on"]),
    ],
)
def test_further_rows_of_a_line_begin_where_its_value_does(
    line: str, cells: int, rows: list[str]
) -> None:
    found = [row.rstrip() for row in rows_of(line, cells, by_words=True, hangs=before_value)]
    assert found[: len(rows)] == rows


@given(st.text("ab: 日é", max_size=60), st.integers(4, 30))
def test_further_rows_lose_no_character_by_being_indented(text: str, cells: int) -> None:
    found = rows_of(text, cells, by_words=True, hangs=before_value)
    plain = rows_of(text, 1000, by_words=True)[0]
    assert "".join(found).replace(" ", "") == plain.replace(" ", "")
    assert all(width_of(row.rstrip(" ")) <= cells for row in found)


@given(st.text("ab 日é", max_size=60), st.integers(1, 9), st.booleans())
def test_rows_hold_every_character_and_only_a_blank_may_stand_over(
    text: str, cells: int, by_words: bool
) -> None:
    rows = rows_of(text, cells, by_words=by_words)
    renderer = TextRenderer(lambda name: Style.null(), by_words=by_words)
    renderer.show(TextLines(f"{text}\n"))
    if cells > 1:
        assert "".join(rows) == "".join(part for part, _ in renderer.parts(0)[0])
    assert all(width_of(row) <= cells or width_of(row.rstrip(" ")) <= cells for row in rows)


async def test_wrapped_text_scrolls_by_rows_and_ends_at_its_end() -> None:
    widget = TextView(wrap=True)
    async with Alone(widget).run_test(size=(4, 3)) as pilot:
        widget.show(TextLines("aaaabbbb\nccccdddd\neeeeffff"))
        await pilot.press("j")
        assert screen_of(widget) == ["bbbb", "cccc", "dddd"]
        await pilot.press("G")
        assert screen_of(widget) == ["dddd", "eeee", "ffff"]
        await pilot.press("w")
        assert screen_of(widget) == ["aaa›", "ccc›", "eee›"]


async def test_long_lines_are_panned() -> None:
    widget = TextView()
    async with Alone(widget).run_test(size=(10, 3)) as pilot:
        widget.show(TextLines("0123456789abcdefghij\nshort"))
        await pilot.press("right")
        assert screen_of(widget)[:2] == ["abcdefghij", " " * 10]
        await pilot.press("right", "left")
        assert screen_of(widget)[0] == "012345678›"
        await pilot.press("right", "shift+left")
        assert screen_of(widget)[0] == "012345678›"


async def test_a_hundred_thousand_lines_are_not_read_to_show_ten() -> None:
    class Counted:
        def __init__(self) -> None:
            self.read = 0

        def __len__(self) -> int:
            return 100_000

        def line(self, index: int) -> str:
            self.read += 1
            return f"line {index}"

        def level(self, index: int) -> Level:
            return ""

    model = Counted()
    for wrap in (False, True):
        widget = TextView(wrap=wrap)
        async with Alone(widget).run_test(size=(40, 10)) as pilot:
            widget.show(model)
            await pilot.press("G", "b", "g", "space")
            assert model.read < 120


async def test_a_line_of_a_megabyte_is_cut_and_that_is_said() -> None:
    widget = TextView(wrap=True)
    async with Alone(widget).run_test(size=(80, 24)) as pilot:
        widget.show(TextLines("x" * 1_000_000))
        await pilot.press("G")
        assert "(+980000 characters)" in "".join(screen_of(widget))


async def test_an_empty_text_says_why_and_every_key_is_harmless() -> None:
    widget = TextView(placeholder="the pod has not begun")
    keys = ["j", "k", "g", "G", "space", "b", "ctrl+d", "ctrl+u", "left", "right", "w", "n", "N"]
    async with Alone(widget).run_test(size=(40, 5)) as pilot:
        await pilot.press(*keys)
        assert screen_of(widget)[0].rstrip() == "the pod has not begun"
        assert widget.shown_range == (0, -1)


async def test_times_can_be_turned_on_and_off() -> None:
    book = book_of("2026-08-21T10:41:22.123456789Z Killed")
    widget = TextView()
    async with Alone(widget).run_test(size=(40, 5)):
        widget.show(book)
        assert screen_of(widget)[0].rstrip() == "Killed"
        book.times = "utc"
        widget.changed()
        assert screen_of(widget)[0].rstrip() == "10:41:22.123 Killed"


def test_looks(snap_compare: Callable[..., bool]) -> None:
    widget = TextView(id="log")
    widget.show(
        TextLines(
            "10:41:02 step=11 lr=0.0003 loss=0.431\n"
            "10:41:15 \x1b[33mWARN\x1b[0m  shard 3 has \x1b[1m9.1M\x1b[0m rows\n"
            "10:41:22 \x1b[38;5;196mERROR\x1b[0m allocating \x1b[48;2;60;60;60m3.1 GiB\x1b[0m\n"
            "10:41:22 Killed \x1b]0;title\x07[/x] \x1b[2J日本語 loss=∞\n"
        )
    )
    widget.find("loss")
    assert snap_compare(Alone(widget), press=["n"], terminal_size=(80, 24))


def test_yaml_looks(snap_compare: Callable[..., bool]) -> None:
    widget = TextView(highlighter=yaml_spans)
    widget.show(
        TextLines(
            "apiVersion: argoproj.io/v1alpha1  # the only one\n"
            "metadata:\n"
            "  name: 'etl: nightly'\n"
            "spec:\n"
            "  priority: 3\n"
            "  suspend: false\n"
            "  args: |-\n"
            "    echo [/x]\n"
        )
    )
    assert snap_compare(Alone(widget), terminal_size=(80, 24))


class OneLine(TextLines):
    """A line that says other things as time goes on."""

    text = "once " * 20

    def line(self, index: int) -> str:
        return self.text


async def test_lines_of_other_lengths_stand_where_they_wrap_now() -> None:
    long, short = "word " * 20, "word"
    widget = TextView(wrap=True)
    async with Alone(widget).run_test(size=(30, 10)):
        widget.show(TextLines(f"{long}\n{short}\n{short}"))
        assert [line.strip() for line in screen_of(widget)].count(short) == 2
        widget.show(TextLines(f"{short}\n{short}\n{long}"))
        assert [line.strip() for line in screen_of(widget)[:2]] == [short, short]
        assert screen_of(widget)[2].strip().startswith("word word")
        said = OneLine("one")
        widget.show(said)
        assert screen_of(widget)[3].strip()
        said.text = "now"
        widget.changed()
        assert [line.strip() for line in screen_of(widget)] == ["now", *[""] * 9]


async def test_what_is_dropped_from_the_front_leaves_the_rest_where_it_wraps() -> None:
    book = book_of("long " * 20, *(f"line {i}" for i in range(79)), room=740)
    widget = TextView(wrap=True)
    async with Alone(widget).run_test(size=(30, 10)):
        widget.show(book)
        assert screen_of(widget)[4].strip() == "line 0"
        count, dropped = book.append(blocks(b"one more\n" * 40))
        assert dropped
        widget.lines_appended(count, dropped)
        assert [line.strip() for line in screen_of(widget)[:2]] == [book.line(0), book.line(1)]
