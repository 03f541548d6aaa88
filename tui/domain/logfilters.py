"""What somebody types to see only some lines of a log: `-C 3 !debug`."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from tui.domain.search import compile_pattern

_CONTEXT = re.compile(r"-[CABcab] ?(\d+)(?: +|$)")
MOST_CONTEXT = 200


class TypedFilter(NamedTuple):
    """A typed filter, taken apart."""

    pattern: re.Pattern[str]
    is_inverted: bool
    context: int
    note: str
    """Why the expression was taken literally, if it was."""


def let_through(lines: Sequence[str], filters: Iterable[TypedFilter]) -> list[int]:
    """The numbers of the lines that all of the filters let through, one after the other."""
    numbers = list(range(len(lines)))
    for each in filters:
        hits = [
            at
            for at, number in enumerate(numbers)
            if bool(each.pattern.search(lines[number])) != each.is_inverted
        ]
        around = {
            near
            for at in hits
            for near in range(max(0, at - each.context), at + each.context + 1)
            if near < len(numbers)
        }
        numbers = [numbers[at] for at in sorted(around)]
    return numbers


def typed_filter(text: str) -> TypedFilter | None:
    """A filter as it was typed; None where nothing is looked for.

    `!` in front shows the lines that do not match, `-C 3` three lines around each as well.
    """
    text = text.strip()
    context = 0
    found = _CONTEXT.match(text)
    if found is not None:
        context = min(int(found[1]), MOST_CONTEXT)
        text = text[found.end() :]
    is_inverted = text.startswith("!")
    text = text.removeprefix("!")
    if not text:
        return None
    pattern, note = compile_pattern(text)
    return TypedFilter(pattern, is_inverted, context, note)
