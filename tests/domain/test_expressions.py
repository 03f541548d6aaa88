"""What is read off an expression is true of every text that it matches."""

from __future__ import annotations

import re

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from tui.domain.expressions import lowered, required
from tui.domain.logsearch import wanted_of

PARTS = [
    *(
        "a",
        "b",
        "ab",
        "1",
        "-",
        " ",
        "é",
        "K",
        "\\.",
        "\\-",
        "\\d",
        "\\W",
        "\\S",
        "\\b",
        "\\x41",
        "\\1",
    ),
    *(
        "[ab]",
        "[^a]",
        "[a-c]",
        "[]a]",
        "[^]b]",
        "[A-Z]",
        "[!-Z]",
        "[0-9_]",
        "[\\W1]",
        "[a\\-z]",
        "[\\x41]",
    ),
    *("(", "(?:", "(?=", "(?!", "(?<!", "(?P<n>", "(?i:", ")", "|", "^", "$", "."),
    *("*", "+", "?", "{2}", "{0,1}", "{,2}", "{}", "{", "}", "{1,", "*?", "++", "(?#x)", "]"),
]
EXPRESSIONS = st.lists(st.sampled_from(PARTS), max_size=7).map("".join)
TEXTS = st.text("abABcZ1-. é_K\u212aſ{}]x", max_size=12)


def compiled(text: str, flags: re.RegexFlag) -> re.Pattern[str]:
    try:
        return re.compile(text, flags)
    except re.error:
        assume(False)
        raise


@given(EXPRESSIONS, TEXTS, st.sampled_from([re.NOFLAG, re.IGNORECASE, re.DOTALL]))
@pytest.mark.filterwarnings("ignore::FutureWarning", "ignore::DeprecationWarning")
def test_what_each_match_has_is_in_each_text_with_a_match(
    expression: str, text: str, flags: re.RegexFlag
) -> None:
    pattern = compiled(expression, flags)
    literal, is_word = required(pattern)
    is_caseless = bool(pattern.flags & re.IGNORECASE)
    if is_caseless and not text.isascii():
        return
    has_it = literal.lower() in text.lower() if is_caseless else literal in text
    is_hit = pattern.search(text) is not None
    assert has_it or not is_hit
    assert is_hit or not (is_word and has_it)


@given(EXPRESSIONS, TEXTS)
@pytest.mark.filterwarnings("ignore::FutureWarning", "ignore::DeprecationWarning")
def test_in_lower_case_the_same_is_found(expression: str, text: str) -> None:
    pattern = compiled(expression, re.IGNORECASE)
    in_lower_case = lowered(pattern)
    if in_lower_case is None or not text.isascii():
        return
    found = in_lower_case.search(text.lower())
    assert (found is None) == (pattern.search(text) is None)


@pytest.mark.parametrize(
    ("text", "literal", "is_word"),
    [
        ("batch", "batch", True),
        (r"a\.b\ c", "a.b c", True),
        ('{"level"', '{"level"', True),
        (r"step=\d*77\b", "step=", False),
        ("colou?rs of", "rs of", False),
        ("ab+c{2}d{0}efgh*", "efg", False),
        ("error.*(a|b)timeout", "timeout", False),
        ("(?i)x(abc)yz", "yz", False),
        ("a|b", "", False),
        (r"\x41bcd", "", False),
        ("(?x) a b", "", False),
        ("(?#(|)abc", "", False),
        ("", "", False),
    ],
)
def test_the_longest_text_that_must_be_there(text: str, literal: str, is_word: bool) -> None:
    assert required(re.compile(text)) == (literal, is_word)


@pytest.mark.parametrize("text", [r"step=\d*77\b", "(a|aa)+$", r"[a-f0-9]{8}", "(?i)err", r"\S+Z?"])
def test_usual_expressions_are_sought_in_lower_case(text: str) -> None:
    is_usual = "Z" not in text
    assert (lowered(re.compile(text, re.IGNORECASE)) is not None) == is_usual
    assert lowered(re.compile(text.removeprefix("(?i)"))) is None, "it minds case"


def test_no_other_letter_is_the_same_as_one_of_ascii_where_case_does_not_matter() -> None:
    """A block that has one of these few is searched line by line."""
    letters = re.compile("[a-z]", re.IGNORECASE)
    alike = {chr(code) for code in range(0x80, 0x110000) if letters.match(chr(code))}
    assert alike == set("\u0130\u0131\u017f\u212a")
    assert wanted_of(re.compile("straße", re.IGNORECASE)).literal == b""
