"""An expression that argo takes means here what it means there, or is refused by name."""

from __future__ import annotations

import re

import pytest

from tui.domain.re2 import python_of_re2


@pytest.mark.parametrize(
    ("text", "yes", "no"),
    [
        ("[[:digit:]]+ms", "12ms", "ms"),
        ("[^[:space:]]x", "ax", " x"),
        ("[[:^digit:]]", "a", "1"),
        ("[[:alpha:]_-]+=", "a-b=", "1="),
        ("[[:punct:]]", "]", "a"),
        ("[[:xdigit:]]{4}", "beef", "beeg"),
        ("[]a]", "]", "b"),
        (r"\d", "1", "\u0661"),
        (r"[\w.]+", "a.b", "é"),
        (r"end\z", "the end", "end."),
        (r"\Qa.b\E+", "a.bb", "axb"),
        (r"\x{e9}", "é", "e"),
        ("(?i)error", "ERROR", "warn"),
        ("(?i:e)rror", "Error", "ERROR"),
        ("(?P<a>x)y", "xy", "y"),
        ("(?<a>x)y", "xy", "y"),
        ("a[&&]b", "a&b", "ab"),
    ],
)
def test_it_finds_what_go_finds(text: str, yes: str, no: str) -> None:
    pattern = re.compile(python_of_re2(text))
    assert pattern.search(yes)
    assert not pattern.search(no)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("[[:digits:]]", r"there is no class \[:digits:\]; there are \[:alnum:\]"),
        (r"\p{Greek}", "classes of Unicode"),
        (r"[\p{Greek}]", "classes of Unicode"),
        ("(?=x)", "does not look around"),
        ("(?<!x)y", "does not look around"),
        (r"(a)\1", "no references to groups"),
        ("(?U)a*", "the flag U"),
        ("a(?i)b", "at the beginning"),
        ("[abc", "not closed"),
        (r"x\Z", r"is \\z"),
    ],
)
def test_what_cannot_be_said_is_refused_by_name(text: str, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        python_of_re2(text)
