"""A log book keeps what came, in lines, up to a bound, and says what it dropped."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui.state.logs import LONGEST_LINE, LogBook

NOON = datetime(2026, 8, 21, 12, tzinfo=UTC)


def text_of(book: LogBook) -> list[str]:
    return [book.line(i) for i in range(len(book))]


@given(st.lists(st.text("ab\né", max_size=12)), st.integers(1, 5))
def test_lines_do_not_depend_on_how_the_stream_was_cut(texts: list[str], size: int) -> None:
    whole = "".join(texts).encode()
    book = LogBook()
    counted = sum(book.append([whole[i : i + size]]).lines for i in range(0, len(whole), size))
    counted += book.finish().lines
    wanted = whole.decode().split("\n")
    if not wanted[-1]:
        wanted.pop()
    assert text_of(book) == wanted
    assert counted == len(wanted)


def test_an_unfinished_line_waits_for_its_end() -> None:
    book = LogBook()
    assert book.append([b"one\ntw"]).lines == 1
    assert text_of(book) == ["one"]
    assert book.append([b"o\n"]).lines == 1
    assert text_of(book) == ["one", "two"]


def test_a_full_book_drops_its_oldest_lines_and_counts_them() -> None:
    book = LogBook(max_lines=80)
    dropped = sum(book.append([b"%d\n" % i]).dropped for i in range(1000))
    assert 60 <= len(book) <= 80
    assert dropped == book.dropped == 1000 - len(book)
    assert text_of(book) == [str(i) for i in range(book.dropped, 1000)]


def test_the_bytes_of_a_book_are_bounded_too() -> None:
    book = LogBook(max_bytes=8000)
    for i in range(500):
        book.append([b"%099d\n" % i])
    assert book.size <= 8000
    assert text_of(book)[-1] == "499".zfill(99)


def test_a_line_without_an_end_is_broken_and_nothing_of_it_is_lost() -> None:
    book = LogBook()
    for _ in range(5):
        book.append([b"x" * LONGEST_LINE])
    book.finish()
    assert sum(len(line) for line in text_of(book)) == 5 * LONGEST_LINE
    assert max(len(line) for line in text_of(book)) <= LONGEST_LINE


def test_times_are_kept_and_shown_when_asked_for() -> None:
    book = LogBook(clock=lambda: NOON)
    book.append([b"2026-08-21T10:41:22.123456789Z Killed\n"])
    assert book.line(0) == "Killed"
    book.times = "utc"
    assert book.line(0) == "10:41:22.123 Killed"
    book.times = "relative"
    assert book.line(0) == " -1:18:37 Killed"
    assert book.parts(0).stamp == b"2026-08-21T10:41:22.123456789Z"


def test_what_is_not_utf8_is_shown_and_does_not_end_anything() -> None:
    book = LogBook()
    book.append([b"\xff\xfe caf\xc3\xa9\n"])
    assert book.line(0) == "\ufffd\ufffd café"


def test_a_note_of_ours_ends_what_was_unfinished() -> None:
    book = LogBook()
    book.append([b"half"])
    assert book.note("── from the archive ──").lines == 2
    assert text_of(book) == ["half", "── from the archive ──"]


def test_there_is_nothing_before_the_first_and_after_the_last_line() -> None:
    book = LogBook()
    book.append([b"one\n"])
    for index in (-1, 1):
        with pytest.raises(IndexError):
            book.line(index)


def test_a_cleared_book_begins_anew() -> None:
    book = LogBook(max_lines=8)
    for i in range(100):
        book.append([b"%d\n" % i])
    book.clear()
    assert (len(book), book.dropped, book.size) == (0, 0, 0)
    book.append([b"again\n"])
    assert text_of(book) == ["again"]
