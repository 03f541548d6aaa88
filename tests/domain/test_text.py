"""The door between cluster text and the terminal."""

from __future__ import annotations

import re
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui.domain.text import clean, clean_lines, clean_log

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
        ("50%\r100%\r\n", "50%␍100%"),
        ("\x1b[", ""),
    ],
)
def test_logs_keep_their_colours_only(line: str, shown: str) -> None:
    assert clean_log(line) == shown
