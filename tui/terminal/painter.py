"""What to write so that the terminal shows a picture, given what it shows.

The painter remembers the cells it wrote. Of a new picture the spans that differ are written and
nothing else. `forget` is for every doubt: then the next paint writes everything.
"""

from __future__ import annotations

import re
import unicodedata
from itertools import groupby
from operator import is_not, ne

from tui.terminal.brush import Abilities, Brush, Run
from tui.terminal.picture import Picture, Row
from tui.terminal.shift import Shift, find_shift

__all__ = ["Abilities", "Painter"]

Span = tuple[int, int]

NEAR = 4
"""Unchanged cells of the same look that are cheaper written again than jumped over."""

STRETCHES = re.compile(rb"\x01+")
"""Neighbouring columns that differ, in what `_differing` answers."""

ERASE_FROM = 4
"""Blanks at the end of a line from which erasing is shorter than writing them."""


class Painter:
    """Keeps what the terminal shows and says what to write to change it."""

    def __init__(self, abilities: Abilities | None = None) -> None:
        self.brush = Brush(abilities or Abilities())
        self._shown: list[Row] | None = None
        self._width = 0

    def forget(self) -> None:
        """Take nothing for granted any more."""
        self._shown = None
        self.brush.forget()

    def paint(self, picture: Picture, cursor: tuple[int, int] | None = None) -> str:
        """The bytes that make the terminal show the picture, with the cursor at the end there."""
        if self._shown is not None and (
            len(self._shown) != picture.height or self._width != picture.width
        ):
            self.forget()
        if self._shown is None:
            picture.dirty.update(range(picture.height))
            self._shown = [Row(0) for _ in range(picture.height)]
            self._width = picture.width
        elif self.brush.abilities.scroll:
            shift = find_shift(self._shown, picture.rows, picture.dirty)
            if shift is not None:
                self._scroll(self._shown, shift)
                picture.dirty.update(range(shift.top, shift.bottom + 1))
        runs: list[Run] = []
        spans = 0
        for y in sorted(picture.dirty):
            row = picture.rows[y]
            shown = self._shown[y]
            if not row.same_as(shown):
                spans += self._row(y, shown if shown.chars else None, row, runs)
                self._shown[y] = row.copy()
        picture.dirty.clear()
        self.brush.write(runs, spans)
        return self.brush.end(cursor)

    def _scroll(self, shown: list[Row], shift: Shift) -> None:
        """Have the terminal move lines it shows already; what comes in at the edge is unknown."""
        top, bottom, rows = shift
        self.brush.scroll(top, bottom, rows)
        moved = shown[top : bottom + 1]
        fresh = [Row(0) for _ in range(abs(rows))]
        shown[top : bottom + 1] = [*moved[rows:], *fresh] if rows > 0 else [*fresh, *moved[:rows]]

    def _row(self, y: int, shown: Row | None, row: Row, runs: list[Run]) -> int:
        """What differs in a row as runs; the answer is in how many spans it lies."""
        width = len(row.chars)
        spans = [(0, width)] if shown is None else _spans(shown, row)
        tail = self._tail(row) if spans and spans[-1][1] > width - ERASE_FROM else width
        for start, end in spans:
            blank = max(start, tail)
            if end - blank >= ERASE_FROM:
                _cells(row, start, blank, y, runs)
                runs.append((y, blank, "", [], row.looks[blank]))
                break
            _cells(row, start, end, y, runs)
        return len(spans)

    def _tail(self, row: Row) -> int:
        """Where the blanks at the end of the line begin that erasing can paint."""
        chars, looks = row.chars, row.looks
        at = len(chars)
        if not at or not self.brush.erasable(looks[-1]):
            return at
        blank = looks[-1].blank
        while at and chars[at - 1] == " " and looks[at - 1].blank == blank:
            at -= 1
        return at


def _cells(row: Row, start: int, end: int, y: int, runs: list[Run]) -> None:
    """The cells of one span as runs of one look each."""
    chars, looks = row.chars[start:end], row.looks[start:end]
    if chars and looks.count(looks[0]) == len(looks):
        runs.append((y, start, "".join(chars), chars, looks[0]))
        return
    at = 0
    # Looks have no equality but identity, and grouping them is the interpreter's work.
    for look, same in groupby(looks):
        stop = at + len(list(same))
        cells = chars[at:stop]
        text = "".join(cells)
        if at and runs[-1][4].blank == look.blank:
            # Blanks that look the same under the pen at hand, or under the one that follows.
            _, x, before, begun, pen = runs[-1]
            if pen is look or text.count(" ") == stop - at:
                runs[-1] = (y, x, before + text, begun + cells, pen)
            elif before.count(" ") == len(begun):
                runs[-1] = (y, x, before + text, begun + cells, look)
            else:
                runs.append((y, start + at, text, cells, look))
        else:
            runs.append((y, start + at, text, cells, look))
        at = stop


def _spans(shown: Row, row: Row) -> list[Span]:
    """The stretches of a row that differ from what is shown, near ones joined."""
    differing = _differing(shown, row)
    first = differing.find(1)
    if first < 0:
        return []
    chars, last = row.chars, len(row.chars)
    if max(map(len, chars)) > 1 and any(_sprawls(char) for char in chars[first:]):
        # Some terminals draw it over more cells than it has, so all after it is drawn again.
        return [(first, last)]
    looks = row.looks
    spans = []
    start = end = first
    for stretch in STRETCHES.finditer(differing, first):
        at, stop = stretch.span()
        gap = at - end
        if gap > NEAR or (gap and looks[end:at].count(looks[end - 1]) != gap):
            spans.append((start, end))
            start = at
        end = stop
    spans.append((start, end))
    return [_whole(chars, *span) for span in spans] if "" in chars else spans


def _whole(chars: list[str], start: int, end: int) -> Span:
    """A span that holds both halves of every wide character in it."""
    if chars[start] == "":
        start -= 1
    if end < len(chars) and chars[end] == "":
        end += 1
    return start, end


def _differing(shown: Row, row: Row) -> bytes:
    """For each column 1 if its cell looks different, else 0.

    Without a loop over cells: comparing them one by one was most of what a frame cost.
    """
    chars = bytes(map(ne, shown.chars, row.chars))
    if shown.looks == row.looks:
        return chars
    found = bytearray(map(is_not, shown.looks, row.looks))
    for x, is_other in enumerate(chars):
        if is_other:
            found[x] = 1
        elif found[x] and row.chars[x] == " " and shown.looks[x].blank == row.looks[x].blank:
            found[x] = 0
    return bytes(found)


def _sprawls(cluster: str) -> bool:
    """Whether some terminals draw this over more cells than Textual counts."""
    return len(cluster) > 1 and any(
        not unicodedata.category(char).startswith("M") or char == "\ufe0f" for char in cluster[1:]
    )
