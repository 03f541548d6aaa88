"""A screen as rows of cells: what is to be shown, and what is shown.

Each row is two lists of equal length, characters and looks, because lists are compared and sliced
by the interpreter at its own speed. A wide character takes two places, the second one empty; what
combines with a character stays with it. This is also the last door before the terminal: whatever a
widget drew, no control character passes.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from itertools import chain

from rich.cells import get_character_cell_size
from rich.segment import Segment

from tui.terminal.looks import PLAIN, Look, Looks

try:
    from rich.cells import split_graphemes
except ImportError:  # Rich before it knew joined characters: one code point, one cluster.

    def split_graphemes(
        text: str, unicode_version: str = "auto"
    ) -> tuple[list[tuple[int, int, int]], int]:
        widths = [get_character_cell_size(char) for char in text]
        return [(at, at + 1, width) for at, width in enumerate(widths)], sum(widths)


NARROW = frozenset(
    chr(code)
    for code in chain(
        range(0x20, 0x7F), range(0xA1, 0xAD), range(0xAE, 0x250), range(0x2500, 0x25FD)
    )
)
"""Characters that are one cell everywhere; text of these alone needs no measuring."""

UNSEEN = frozenset("\u200e\u200f\u061c\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
"""Marks that turn the direction of everything after them."""


class Row:
    """One line of the screen."""

    __slots__ = ("chars", "looks", "parts")

    def __init__(self, width: int) -> None:
        self.chars = [" "] * width
        self.looks = [PLAIN] * width
        self.parts: dict[int, tuple[int, object]] = {}
        """Where a part begins → where it ends, and the very object it was made from."""

    def copy(self) -> Row:
        twin = Row(0)
        twin.chars = self.chars[:]
        twin.looks = self.looks[:]
        return twin

    def same_as(self, other: Row) -> bool:
        return self.chars == other.chars and self.looks == other.looks

    def put(
        self, start: int, end: int, source: object, chars: list[str], looks: list[Look]
    ) -> None:
        """Lay cells over the columns from `start` to `end`, cut or filled to fit."""
        room = end - start
        if len(chars) != room:
            _fit(chars, looks, room)
        self.chars[start:end] = chars
        self.looks[start:end] = looks
        for at in [at for at, (to, _) in self.parts.items() if at < end and to > start]:
            del self.parts[at]
        self.parts[start] = (end, source)


def _fit(chars: list[str], looks: list[Look], room: int) -> None:
    if len(chars) > room:
        # A wide character across the edge leaves a blank, as it does in a terminal.
        if chars[room] == "" and room:
            chars[room - 1] = " "
        del chars[room:], looks[room:]
    missing = room - len(chars)
    chars.extend(" " * missing)
    looks.extend([looks[-1] if looks else PLAIN] * missing)


class Picture:
    """A screen of rows; changed part by part."""

    def __init__(self, width: int, height: int) -> None:
        self.width = width
        self.height = height
        self.rows = [Row(width) for _ in range(height)]
        self.dirty: set[int] = set(range(height))
        """Rows laid since the last time they were painted."""

    def lay(self, y: int, start: int, end: int, segments: Iterable[Segment], looks: Looks) -> None:
        """Show these segments on row `y`, from column `start` to `end`."""
        row = self.rows[y]
        end = min(end, self.width)
        if start >= end:
            return
        known = row.parts.get(start)
        if known is not None and known[0] == end and known[1] is segments:
            # Textual hands over the same strip for a line that did not change.
            return
        chars, cell_looks = cells(segments, looks)
        row.put(start, end, segments, chars, cell_looks)
        self.dirty.add(y)


def cells(segments: Iterable[Segment], looks: Looks) -> tuple[list[str], list[Look]]:
    """Segments taken apart into cells."""
    chars: list[str] = []
    cell_looks: list[Look] = []
    narrow = NARROW.issuperset
    for text, style, control in segments:
        if control:
            continue
        look = looks.of(style)
        if not (text.isascii() and text.isprintable()) and not narrow(text):
            _measure(text, look, chars, cell_looks)
            continue
        chars.extend(text)
        cell_looks.extend([look] * len(text))
    return chars, cell_looks


def _measure(text: str, look: Look, chars: list[str], looks: list[Look]) -> None:
    spans, _ = split_graphemes(text)
    for start, end, width in spans:
        cluster = text[start:end]
        if end - start > 1 or not width:
            cluster = "".join(filter(_may_pass, cluster))
        if width:
            chars.append(cluster or " ")
            looks.append(look)
            if width == 2:
                chars.append("")
                looks.append(look)
        elif cluster and chars:
            chars[-2 if chars[-1] == "" else -1] += cluster


def _may_pass(char: str) -> bool:
    return unicodedata.category(char) not in ("Cc", "Cs") and char not in UNSEEN
