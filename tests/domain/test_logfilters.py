"""A filter of a log is typed in one line."""

from __future__ import annotations

import pytest

from tui.domain.logfilters import typed_filter


@pytest.mark.parametrize(
    ("text", "expression", "is_inverted", "context"),
    [
        ("error|warn", "error|warn", False, 0),
        ("!debug", "debug", True, 0),
        ("-C 3 loss", "loss", False, 3),
        ("-C3 !loss", "loss", True, 3),
        ("-C 9999 x", "x", False, 200),
        ("[", r"\[", False, 0),
    ],
)
def test_it_says_which_lines_and_how_many_around_them(
    text: str, expression: str, is_inverted: bool, context: int
) -> None:
    found = typed_filter(text)
    assert found is not None
    assert (found.pattern.pattern, found.is_inverted, found.context) == (
        expression,
        is_inverted,
        context,
    )
    assert bool(found.note) == (text == "[")


@pytest.mark.parametrize("text", ["", "  ", "!", "-C 3"])
def test_nothing_to_look_for_is_no_filter(text: str) -> None:
    assert typed_filter(text) is None
