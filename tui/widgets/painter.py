"""Lines of a text as pieces to draw: cleaned, coloured, cut into rows, hits marked.

What was made of a line is kept while the line is near the screen; a line that was never on the
screen is never touched.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from itertools import pairwise

from rich.style import Style
from textual.cache import LRUCache

from tui.domain.highlight import Highlighter
from tui.domain.lines import LineModel
from tui.domain.text import clean_log
from tui.widgets.cells import Piece, head, steady, width_of
from tui.widgets.sgr import coloured

LONGEST_SHOWN = 20_000
"""Characters of one line that are drawn; the rest is counted at its end."""
KEPT = 400
HIT = Style(reverse=True)
CURRENT_HIT = Style(reverse=True, bold=True, underline=True)


class Painter:
    """What the lines of one model look like."""

    def __init__(
        self,
        model: LineModel,
        token: Callable[[str], Style],
        highlighter: Highlighter | None,
        *,
        by_words: bool = False,
    ) -> None:
        self._model = model
        self._token = token
        self._highlighter = highlighter
        self._by_words = by_words
        self._pieces: LRUCache[int, list[Piece]] = LRUCache(KEPT)
        self._rows: LRUCache[tuple[int, int], list[list[Piece]]] = LRUCache(KEPT)

    def forget(self) -> None:
        """The lines, or the colours, are others now."""
        self._pieces.clear()
        self._rows.clear()

    def dropped(self, count: int) -> None:
        """So many lines are gone from the front: the numbers of the others moved."""
        kept = {i - count: self._pieces[i] for i in list(self._pieces.keys()) if i >= count}
        self.forget()
        for index, pieces in kept.items():
            self._pieces[index] = pieces

    def pieces(self, index: int) -> list[Piece]:
        """A line as pieces of printable text."""
        if (kept := self._pieces.get(index)) is not None:
            return kept
        raw = self._model.line(index)
        shown = steady(clean_log(raw[:LONGEST_SHOWN]))
        if "\x1b" in shown or self._highlighter is None:
            pieces = list(coloured(shown, self._token("")))
        else:
            pieces = self._highlighted(shown, self._highlighter)
        if len(raw) > LONGEST_SHOWN:
            pieces.append((f" (+{len(raw) - LONGEST_SHOWN} characters)", self._token("muted")))
        self._pieces[index] = pieces
        return pieces

    def width(self, index: int) -> int:
        """How many cells a line takes."""
        return sum(width_of(text) for text, _ in self.pieces(index))

    def rows(self, index: int, width: int) -> list[list[Piece]]:
        """A line cut into rows of a width; never none.

        What is written in sentences is cut at blanks, a log where the row ends.
        """
        key = (index, width)
        if (kept := self._rows.get(key)) is not None:
            return kept
        pieces = self.pieces(index)
        whole = "".join(text for text, _ in pieces)
        lengths = _lengths(whole, width, by_words=self._by_words)
        rows = list(_parted(pieces, lengths)) or [[]]
        self._rows[key] = rows
        return rows

    def _highlighted(self, line: str, highlighter: Highlighter) -> list[Piece]:
        pieces: list[Piece] = []
        at = 0
        for start, end, token in highlighter(line):
            if start > at:
                pieces.append((line[at:start], self._token("")))
            pieces.append((line[start:end], self._token(token)))
            at = end
        if at < len(line):
            pieces.append((line[at:], self._token("")))
        return pieces


def _lengths(text: str, cells: int, *, by_words: bool) -> Iterator[int]:
    """How much of a text each row holds; a blank that a row is cut at still belongs to it."""
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


def _parted(pieces: Iterable[Piece], lengths: Iterable[int]) -> Iterator[list[Piece]]:
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


def marked(pieces: list[Piece], spans: list[tuple[int, int]], look: Style) -> list[Piece]:
    """The pieces with some stretches of their text looking otherwise."""
    result: list[Piece] = []
    at = 0
    for text, style in pieces:
        end = at + len(text)
        cuts = {at, end}
        for span in spans:
            cuts.update(edge for edge in span if at < edge < end)
        for begin, stop in pairwise(sorted(cuts)):
            is_hit = any(start <= begin < last for start, last in spans)
            result.append((text[begin - at : stop - at], style + look if is_hit else style))
        at = end
    return result


def hits_in(pieces: list[Piece], pattern: re.Pattern[str]) -> list[tuple[int, int]]:
    """Where a pattern is in the text of some pieces."""
    found = pattern.finditer("".join(text for text, _ in pieces))
    return [match.span() for match in found if match.end() > match.start()]
