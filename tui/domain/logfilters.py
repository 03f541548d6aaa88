"""What somebody types to see only some lines of a log: `-C 3 !debug`."""

from __future__ import annotations

import re
from collections.abc import Callable, Generator, Iterable, Sequence
from functools import partial
from typing import NamedTuple, TypeAlias

from tui.domain.lines import LineModel
from tui.domain.search import compile_pattern
from tui.domain.text import clean_plain

_CONTEXT = re.compile(r"-[CABcab] ?(\d+)(?: +|$)")
MOST_CONTEXT = 200
SLICE = 100
"""Lines that are looked at before a pause."""
Looking: TypeAlias = Generator[None, None, Sequence[int]]
"""Looks at some lines at a time, and comes to numbers of lines in the end."""


class TypedFilter(NamedTuple):
    """A typed filter, taken apart."""

    pattern: re.Pattern[str]
    is_inverted: bool
    context: int
    note: str
    """Why the expression was taken literally, if it was."""


def narrowed(
    lines: LineModel,
    filters: Iterable[TypedFilter],
    *,
    wrong: Callable[[str], bool] | None = None,
    around: int = 0,
) -> Looking:
    """Find the numbers of the lines that all of the filters let through, and of those around them
    as many as the filter says that wants most, but none that an inverted one leaves out; with
    `wrong` only what it says of, and so many lines around that.

    It pauses after some lines, for keys to be heard.
    """
    filters = list(filters)
    numbers: Sequence[int] = range(len(lines))
    for each in filters:
        places = yield from _places(numbers, partial(_is_through, lines, each))
        numbers = [numbers[at] for at in places]
    if context := max((each.context for each in filters), default=0):
        numbers = yield from _with_context(numbers, context, len(lines))
        for each in filters:
            if each.is_inverted and not each.context:
                places = yield from _places(numbers, partial(_is_through, lines, each))
                numbers = [numbers[at] for at in places]
    if wrong is not None:
        places = yield from _places(range(len(lines)), partial(_is_so, lines, wrong))
        near = yield from _with_context(places, around, len(lines))
        wanted = set(near)
        numbers = [number for number in numbers if number in wanted]
    return numbers


def _is_through(lines: LineModel, each: TypedFilter, number: int) -> bool:
    found = each.pattern.search(clean_plain(lines.line(number)))
    return (found is None) is each.is_inverted


def _is_so(lines: LineModel, asked: Callable[[str], bool], number: int) -> bool:
    return asked(clean_plain(lines.line(number)))


def _places(numbers: Sequence[int], wanted: Callable[[int], bool]) -> Looking:
    """The places in `numbers` of those that are wanted."""
    found = []
    for at, number in enumerate(numbers):
        if wanted(number):
            found.append(at)
        if at % SLICE == SLICE - 1:
            yield
    return found


def _with_context(places: Sequence[int], context: int, count: int) -> Looking:
    """The places and so many before and after each, of `count`."""
    if not context:
        return places
    found: list[int] = []
    end = 0
    for number, at in enumerate(places):
        first, end = max(end, at - context), min(count, at + context + 1)
        found.extend(range(first, end))
        if number % SLICE == SLICE - 1:
            yield
    return found


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
