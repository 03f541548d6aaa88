"""The door between cluster text and the terminal."""

from __future__ import annotations

import re
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui.domain.text import (
    clean,
    clean_lines,
    clean_log,
    clean_plain,
    clean_plain_lines,
    decoded_log,
)

SGR = re.compile(r"\x1b\[[0-9;:]*m")
anything = st.text() | st.text(alphabet="\x1b[]0;m\x07\x9b\x9d\\a\t\r\n2J\u202e\u200b\ud800é世")


def is_harmless(text: str) -> bool:
    """No control, nothing invisible; characters newer than this Python are no danger."""
    return not any(unicodedata.category(c) in ("Cc", "Cf", "Cs", "Zl", "Zp") for c in text)


@given(anything)
def test_a_cleaned_line_is_harmless(text: str) -> None:
    assert is_harmless(clean(text))
    assert clean(clean(text)) == clean(text)


@given(anything)
def test_cleaned_lines_keep_newlines_and_tabs_only(text: str) -> None:
    left = clean_lines(text).replace("\n", "").replace("\t", "")
    assert is_harmless(left)
    assert clean_lines(text).count("\n") == text.count("\n")


def test_blanks_of_other_widths_are_printed_as_they_came_and_drawn_as_blanks() -> None:
    blanks = [chr(n) for n in range(0x3100) if unicodedata.category(chr(n)) == "Zs"]
    text = "日".join(blanks)
    assert clean_lines(text) == text
    assert clean(text) == "日".join(" " * len(blanks))


@given(anything)
def test_a_cleaned_log_line_has_colours_and_no_other_sequence(line: str) -> None:
    assert is_harmless(SGR.sub("", clean_log(line)))


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain é 世界", "plain é 世界"),
        ("a\nb\tc\rd", "a b c d"),
        ("\x1b[2J", "\ufffd[2J"),
        ("a\u202eb\u200bc", "abc"),
        ("\ud800", "\ufffd"),
    ],
)
def test_clean_shows_that_something_was_there(text: str, shown: str) -> None:
    assert clean(text) == shown


@pytest.mark.parametrize(
    ("line", "shown"),
    [
        ("\x1b[31mred\x1b[0m\n", "\x1b[31mred\x1b[0m"),
        ("a\x1b[2Jb\x1b[10;10Hc", "abc"),
        ("\x1b]52;c;aGk=\x07rest", "rest"),
        ("\x1b]0;title\x1b\\rest", "rest"),
        ("\x1bPdcs\x1b\\rest", "rest"),
        ("\x9b2Jrest", "rest"),
        ("ab\tc", "ab      c"),
        ("\x1b[1mab\x1b[0m\tc", "\x1b[1mab\x1b[0m      c"),
        ("50%\r100%\r\n", "100%"),
        ("\x1b[", ""),
        ("\x1b[38:2::255:0:0mred\x1b[m", "\x1b[38:2::255:0:0mred\x1b[m"),
    ],
)
def test_logs_keep_their_colours_only(line: str, shown: str) -> None:
    assert clean_log(line) == shown


@pytest.mark.parametrize(
    ("line", "shown"),
    [
        (" 10%|#   |\r 50%|##  |\r100%|####|", "100%|####|"),
        ("downloading\rdone", "doneloading"),
        ("downloading\r\x1b[Kdone", "done"),
        ("downloading\r\x1b[2Kdone", "done"),
        ("\rone", "one"),
        ("one\r\r", "one"),
        ("\x1b[32mlonger\x1b[0m\rab", "ab\x1b[0m\x1b[32mnger\x1b[0m"),
        ("abc\b\bX", "aXc"),
        ("\b\bx", "x"),
        ("b\bbo\bo", "\x1b[1mbo\x1b[0m"),
        ("_\bu_\bn", "\x1b[4mun\x1b[0m"),
        ("|\b/\b-\bdone", "done"),
        ("\rab\tc", "ab      c"),
    ],
)
def test_what_was_written_over_is_shown_as_it_was_left(line: str, shown: str) -> None:
    assert clean_log(line) == shown


def test_pipes_get_the_last_state_too_and_no_replacement_signs() -> None:
    assert clean_plain("10%\r100%") == "100%"
    assert clean_plain("_\bu_\bn") == "un"
    assert clean_plain_lines("1%\r2%\na\tb\r\n") == "2%\na\tb\n"


def test_a_bar_that_was_written_over_a_million_times_is_one_row_at_once() -> None:
    line = "".join(f"\r{number:7}" for number in range(1_000_000))
    assert clean_log(line) == " 999999"


def pieces_of(text: str, order: str) -> list[bytes]:
    """A text in UTF-16 in lines, as whoever splits at the byte of a newline gets them."""
    return text.encode(order).split(b"\n")


@pytest.mark.parametrize("order", ["utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
@pytest.mark.parametrize(
    "text", ["Starting up\nÄrger with x\nlast", "Привет, мир\nготово дело\nall", "a\nb\nok"]
)
def test_utf_16_is_read_with_and_without_a_mark(text: str, mark: str, order: str) -> None:
    if len(text) < 8 and not mark and order == "utf-16-be":
        return  # one letter is too little to tell the orders apart
    lines = [decoded_log(line) for line in pieces_of(mark + text, order)]
    assert lines == text.split("\n")


@pytest.mark.parametrize("line", [b"a\0b\0key=value\0", b"\xff\xfe caf\xc3\xa9", b"\0\0\x01binary"])
def test_what_is_no_utf_16_is_left_alone(line: bytes) -> None:
    assert decoded_log(line) == line.decode("utf-8", "replace")
