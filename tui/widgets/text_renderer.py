"""How the lines of a text look: cleaned, coloured, cut into rows, search hits in reverse video.

What was made of a line is kept while the line is near the screen; a line that was never on the
screen is never read.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from itertools import pairwise

from rich.segment import Segment
from rich.style import Style
from textual.cache import LRUCache
from textual.strip import Strip

from tui.domain.deadline import TookTooLong, deadline
from tui.domain.highlight import Highlighter
from tui.domain.lines import LineModel, TextLines
from tui.domain.text import SGR, clean_log, overwritten
from tui.widgets.cells import (
    LONGEST,
    Piece,
    head,
    panned,
    plain,
    printable,
    strip_of,
    width_of,
    without_selectors,
    wrapped,
)
from tui.widgets.line_view import CURSOR
from tui.widgets.minimap import ERROR, KEPT, SHOWN, SIGNS, WARNING, MapCell
from tui.widgets.sgr import coloured
from tui.widgets.text_view_model import TextPosition

LONGEST_SHOWN = 20_000
"""Characters of one line that are drawn; the rest is counted at its end."""
MOST_MADE = 400
"""Lines whose pieces are kept."""
LONGEST_LOOK = 0.02
"""Seconds of computing after which the hits of one row are left unmarked."""
HIT = Style(reverse=True)
CURRENT_HIT = Style(reverse=True, bold=True, underline=True)
LEVELS = {
    "": SIGNS[""],
    "own": SIGNS[""],
    "seam": SIGNS[""],
    "warning": SIGNS[WARNING],
    "error": SIGNS[ERROR],
}
"""How bad a line is → its sign, the one without UTF-8, and a token."""


class TextRenderer:
    """Makes rows of the screen out of the lines of a text."""

    def __init__(
        self,
        style: Callable[[str], Style],
        *,
        highlighter: Highlighter | None = None,
        by_words: bool = False,
        hangs: Callable[[str], int] | None = None,
        levels: bool = False,
        placeholder: str = "",
        ascii: bool = False,
    ) -> None:
        """`style` gives the style of a token.

        With `by_words`, lines are wrapped at blanks, else wherever the row ends; `hangs` says how
        many cells the further rows of a line are indented by, at most half of them. With `levels`,
        the last column marks lines that tell of errors and warnings.
        """
        self.style = style
        self.placeholder = placeholder
        """What a text without lines says."""
        self.ascii = ascii
        self.levels = levels
        self.is_kept: Callable[[int], bool] = lambda line: False
        """Whether somebody marked a line."""
        self._highlighter = highlighter
        self._by_words = by_words
        self._hangs = hangs
        self._text: LineModel = TextLines()
        self._parts: LRUCache[int, list[list[Piece]]] = LRUCache(MOST_MADE)
        self._rows: LRUCache[tuple[int, int], list[list[Piece]]] = LRUCache(MOST_MADE)

    # --- what is drawn -------------------------------------------------------------------

    def show(self, text: LineModel, highlighter: Highlighter | None = None) -> None:
        """Another text, and how to colour it; None to colour it as the one before."""
        self._text = text
        self._highlighter = highlighter or self._highlighter
        self.forget()

    def forget(self) -> None:
        """The lines read differently now, or the colours are others."""
        self._parts.clear()
        self._rows.clear()

    def dropped(self, count: int) -> None:
        """So many lines are gone from the front: the others have other numbers."""
        kept = {i - count: self._parts[i] for i in list(self._parts.keys()) if i >= count}
        self.forget()
        for index, parts in kept.items():
            self._parts[index] = parts

    # --- lines ---------------------------------------------------------------------------

    def parts(self, index: int) -> list[list[Piece]]:
        """A line as pieces of printable text: mostly one list, of a line that its model lays out
        over several rows one for each of them."""
        if (kept := self._parts.get(index)) is not None:
            return kept
        raw = self._text.line(index)
        if "\r" in raw:
            raw = overwritten(raw.rstrip("\r\n"))  # what it says last may be far behind
        level = self._text.level(index) if self.levels else ""
        shown = raw[:LONGEST_SHOWN]
        parts = [self._cleaned(row, level) for row in shown.split("\n")]
        if len(raw) > LONGEST_SHOWN:
            parts[-1].append((f" (+{len(raw) - LONGEST_SHOWN} characters)", self.style("muted")))
        self._parts[index] = parts
        return parts

    def _cleaned(self, row: str, level: str) -> list[Piece]:
        shown = without_selectors(clean_log(row))
        if level in ("own", "seam"):
            return [(SGR.sub("", shown), self.style("muted"))]
        if "\x1b" in shown or self._highlighter is None:
            return list(coloured(shown, self.style("")))
        return self._highlighted(shown, self._highlighter)

    def line_width(self, index: int) -> int:
        """How many cells a line takes at its widest."""
        return max(sum(width_of(text) for text, _ in part) for part in self.parts(index))

    def rows(self, index: int, width: int | None) -> list[list[Piece]]:
        """A line cut into rows of so many cells, or as its model lays it out; never none."""
        if width is None:
            return self.parts(index)
        key = (index, width)
        if (kept := self._rows.get(key)) is not None:
            return kept
        rows: list[list[Piece]] = []
        for pieces in self.parts(index):
            whole = "".join(text for text, _ in pieces)
            hang = min(self._hangs(whole), width // 2) if self._hangs is not None else 0
            lengths = _row_lengths(whole, width, by_words=self._by_words, hang=hang)
            first, *others = list(_split_rows(pieces, lengths)) or [[]]
            before = [(" " * hang, self.style(""))] if hang else []
            rows += [first, *([*before, *row] for row in others)]
        self._rows[key] = rows
        return rows

    def row_count(self, index: int, width: int | None) -> int:
        """Over how many rows of so many cells a line goes."""
        return len(self.rows(index, width))

    def _highlighted(self, line: str, highlighter: Highlighter) -> list[Piece]:
        pieces: list[Piece] = []
        at = 0
        for start, end, token in highlighter(line):
            if start > at:
                pieces.append((line[at:start], self.style("")))
            pieces.append((line[start:end], self.style(token)))
            at = end
        if at < len(line):
            pieces.append((line[at:], self.style("")))
        return pieces

    # --- rows of the screen --------------------------------------------------------------

    def row_strip(
        self,
        position: TextPosition,
        width: int,
        *,
        wrap_at: int | None,
        pan: int = 0,
        search: re.Pattern[str] | None = None,
        hit: int | None = None,
        is_marked: bool = False,
    ) -> Strip:
        """One row, exactly so many cells wide.

        Lines are wrapped at `wrap_at` cells, or cut if that is None. What `search` finds is in
        reverse video; the line `hit` is the one that the search went to. A line that `is_marked`
        is one of a range that somebody marks.
        """
        line, row = position
        pieces = self.rows(line, wrap_at)[row]
        if search is not None:
            spans = _spans_of(pieces, search)
            if spans:
                pieces = _restyled(pieces, spans, CURRENT_HIT if line == hit else HIT)
        if pan:
            pieces = list(panned(pieces, pan))
        cells = width - self.levels
        if wrap_at is None and sum(width_of(text) for text, _ in pieces) > cells > 0:
            # Not every line ends where the screen does.
            more = Segment(">" if self.ascii else "›", self.style("accent"))
            strip = Strip([*strip_of(pieces, cells - 1, self.style("")), more], cells)
        else:
            strip = strip_of(pieces, cells, self.style(""))
        if is_marked:
            over = self.style(CURSOR)
            strip = Strip(
                [Segment(text, (style or over) + over) for text, style, _ in strip], cells
            )
        if self.levels:
            strip = Strip([*strip, Segment(*self._level_sign(position))], width)
        return strip

    def with_map(self, strip: Strip, cell: MapCell) -> Strip:
        """A row, and after it the cell of the map of all lines."""
        signs, token = SIGNS[cell.sign]
        style = self.style(token)
        if cell.is_shown and cell.sign != SHOWN:
            style += HIT
        return Strip([*strip, Segment(signs[self.ascii], style)], strip.cell_length + 1)

    def placeholder_strip(self, row: int, width: int) -> Strip:
        """A row of a text without lines: this row of the placeholder, wrapped."""
        rows = wrapped(plain(printable(self.placeholder[:LONGEST]), self.ascii), width)
        pieces = [(text, self.style("muted")) for text in rows[row : row + 1]]
        return strip_of(pieces, width, self.style(""))

    def _level_sign(self, position: TextPosition) -> Piece:
        line, row = position
        if not row and self.is_kept(line):
            sign, token = SIGNS[KEPT]
            return sign[self.ascii], self.style(token)
        sign, token = LEVELS["" if row else self._text.level(line)]
        return sign[self.ascii], self.style(token)


def _row_lengths(text: str, cells: int, *, by_words: bool, hang: int = 0) -> Iterator[int]:
    """How many characters each row holds; a blank that a row is cut at still belongs to it.

    Rows after the first have `hang` cells less.
    """
    while text:
        row = head(text, cells)
        if not row:
            return  # a wide character where there is one column
        if by_words and len(row) < len(text):
            words = row[: row.rfind(" ") + 1]
            if text[len(row)] == " ":
                row += " "
            elif len(words.strip()) * 3 > cells:  # else a long word would leave the row empty
                row = words
        yield len(row)
        text = text[len(row) :]
        cells, hang = cells - hang, 0


def _split_rows(pieces: Iterable[Piece], lengths: Iterable[int]) -> Iterator[list[Piece]]:
    """Pieces as rows of so many characters each."""
    left = deque(pieces)
    for length in lengths:
        row: list[Piece] = []
        while length:
            text, style = left.popleft()
            if len(text) > length:
                left.appendleft((text[length:], style))
                text = text[:length]
            row.append((text, style))
            length -= len(text)
        yield row


def _spans_of(pieces: list[Piece], pattern: re.Pattern[str]) -> list[tuple[int, int]]:
    """Where a pattern is found in the text of some pieces."""
    text = "".join(text for text, _ in pieces)
    try:
        with deadline(LONGEST_LOOK):
            found = [match.span() for match in pattern.finditer(text)]
    except TookTooLong:
        return []
    return [(start, end) for start, end in found if end > start]


def _restyled(pieces: list[Piece], spans: list[tuple[int, int]], style: Style) -> list[Piece]:
    """The pieces, with a style added to these spans of their text."""
    result: list[Piece] = []
    at = 0
    for text, before in pieces:
        end = at + len(text)
        cuts = {at, end}
        for span in spans:
            cuts.update(edge for edge in span if at < edge < end)
        for begin, stop in pairwise(sorted(cuts)):
            is_hit = any(start <= begin < last for start, last in spans)
            result.append((text[begin - at : stop - at], before + style if is_hit else before))
        at = end
    return result
