"""Whether a new picture is the old one with some of its lines moved up or down.

A terminal moves whole lines for some thirty bytes, however many they are: a log that goes on and a
list that scrolls then cost the lines that are new. Only lines over the full width of the screen can
be moved.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from tui.terminal.picture import Row

FEWEST = 3
"""Lines that must have moved before anything is tried."""
COST = 40
"""Cells that could be written for what moving lines costs by itself."""


class Shift(NamedTuple):
    """Lines from `top` to `bottom` move up by `rows`, or down if it is negative."""

    top: int
    bottom: int
    rows: int


def find_shift(shown: Sequence[Row], wanted: Sequence[Row], dirty: Iterable[int]) -> Shift | None:
    """The move that saves most of the writing; None if none saves any."""
    differing = [y for y in dirty if not wanted[y].same_as(shown[y])]
    if len(differing) < FEWEST:
        return None
    shift = _likeliest(shown, wanted, differing)
    if shift is None:
        return None
    span = range(shift.top, shift.bottom + 1)
    as_it_is = sum(_cells_between(shown[y], wanted[y]) for y in span)
    moved = sum(
        _cells_between(shown[y + shift.rows], wanted[y])
        if y + shift.rows in span
        else len("".join(wanted[y].chars).rstrip())
        for y in span
    )
    return shift if moved + COST < as_it_is else None


def _likeliest(
    shown: Sequence[Row], wanted: Sequence[Row], differing: Sequence[int]
) -> Shift | None:
    """By how many rows most of the lines moved, and between which ones."""
    places: dict[str, list[int]] = {}
    for y, row in enumerate(shown):
        text = "".join(row.chars)
        if text and not text.isspace():
            places.setdefault(text, []).append(y)
    found = {y: places.get("".join(wanted[y].chars), []) for y in differing}
    votes = Counter(was - y for y, candidates in found.items() for was in candidates if was != y)
    if not votes:
        return None
    rows, count = votes.most_common(1)[0]
    if count < FEWEST:
        return None
    moved = [y for y, candidates in found.items() if y + rows in candidates]
    return Shift(min(min(moved), min(moved) + rows), max(max(moved), max(moved) + rows), rows)


def _cells_between(one: Row, other: Row) -> int:
    """How many cells differ, by their characters or their looks."""
    if len(one.chars) != len(other.chars):
        return len(other.chars)
    chars = sum(was != char for was, char in zip(one.chars, other.chars, strict=True))
    looks = sum(was is not look for was, look in zip(one.looks, other.looks, strict=True))
    return max(chars, looks)
