"""What the cursor of a list is on: in some lines below the list, and beside it where it is wide.

Nothing of it is asked for: it is what the list knows. It is drawn when the cursor rests, so that a
step of the cursor costs no more than its row.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import ClassVar

from textual.binding import BindingType
from textual.strip import Strip

from tui.bindings import bind
from tui.kinds.base import Told
from tui.widgets.cells import (
    ASCII_ELLIPSIS,
    ELLIPSIS,
    Piece,
    cut,
    plain,
    printable,
    rule,
    strip_of,
    width_of,
    wrapped,
)
from tui.widgets.header import HeaderPart
from tui.widgets.line_view import COMMON, LineView

REST = 0.2
"""Seconds without a step of the cursor after which it is told what it is on."""
TALL = (100, 30)
"""Columns and rows of a screen from which on more than a line is told."""
WIDE = 160
"""Columns from which on it is told beside the list."""
LONGEST = 2000
"""Characters of one value that are told."""


class Peek(LineView, can_focus=False):
    """Some lines below a list; the first has parts at its right, too."""

    COMPONENT_CLASSES: ClassVar[set[str]] = COMMON
    DEFAULT_CSS = "Peek { height: 1; }"

    def __init__(self, *, ascii: bool = False, id: str | None = None) -> None:
        super().__init__(id=id)
        self.ascii = ascii
        self._lines: Sequence[Sequence[HeaderPart]] = ()
        self._right: Sequence[HeaderPart] = ()

    @property
    def text(self) -> str:
        """All lines as one text, whatever there is room for."""
        told = ["".join(text for text, _ in line) for line in (*self._lines, self._right)]
        return "\n".join(told)

    def show(self, lines: Iterable[Sequence[HeaderPart]], right: Sequence[HeaderPart]) -> None:
        """Tell this; a height of one line tells the first alone, a greater one draws a rule."""
        self._lines, self._right = list(lines), list(right)
        self.repaint()

    def line_at(self, y: int) -> Strip:
        """The rule, the first line with what is at its right, or another line."""
        width, base = self.size.width, self.token("")
        if self.size.height > 1:
            if y == 0:
                return strip_of(
                    [(rule(False, ascii=self.ascii) * width, self.token("guide"))], width, base
                )
            y -= 1
        right = self._drawn(self._right if y == 0 else ())
        taken = sum(width_of(text) for text, _ in right)
        room = max(0, width - taken - bool(taken))
        left: list[Piece] = []
        for text, style in self._drawn(self._lines[y] if y < len(self._lines) else ()):
            used = sum(width_of(each) for each, _ in left)
            shown = cut(text, room - used, ellipsis=ASCII_ELLIPSIS if self.ascii else ELLIPSIS)
            left.append((shown, style))
        used = sum(width_of(each) for each, _ in left)
        return strip_of([*left, (" " * (width - taken - used), base), *right], width, base)

    def _drawn(self, parts: Iterable[HeaderPart]) -> list[Piece]:
        return [
            (plain(printable(text[:LONGEST]), self.ascii), self.token(token))
            for text, token in parts
        ]


class Preview(LineView):
    """The same beside a list, one fact below the other; it is scrolled with or without going
    there."""

    COMPONENT_CLASSES: ClassVar[set[str]] = COMMON
    BINDINGS: ClassVar[list[BindingType]] = [
        bind("move.down", "scroll(1)", "Down", group="preview"),
        bind("move.up", "scroll(-1)", "Up", group="preview"),
        bind("move.first", "edge(-1)", "Begin", group="preview"),
        bind("move.last", "edge(1)", "End", group="preview"),
        bind("move.half-down", "page(1, 2)", "Half page down", group="preview"),
        bind("move.half-up", "page(-1, 2)", "Half page up", group="preview"),
        bind("text.page-down", "page(1, 1)", "Page down", group="preview"),
        bind("move.page-down", "page(1, 1)", "Page down", group="preview"),
        bind("text.page-up", "page(-1, 1)", "Page up", group="preview"),
        bind("move.page-up", "page(-1, 1)", "Page up", group="preview"),
        bind("open", "screen.open('')", "Open", group="preview"),
    ]
    LABEL = 11
    """Cells of the words before a value, the blank behind them included."""

    def __init__(self, *, ascii: bool = False, id: str | None = None) -> None:
        super().__init__(id=id)
        self.ascii = ascii
        self._title = ""
        self._facts: Sequence[Told] = ()
        self._top = 0

    def show(self, title: str, facts: Sequence[Told]) -> None:
        """Tell this, from its beginning if it is of another thing than before."""
        if title != self._title:
            self._top = 0
        self._title, self._facts = title, facts
        self.repaint()

    def scroll_by(self, lines: int) -> None:
        """Show what is so many lines further down; negative for up."""
        most = max(0, len(self._rows()) - self.size.height + 1)
        self._top = max(0, min(self._top + lines, most))
        self.repaint()

    def action_scroll(self, lines: int) -> None:
        """A line down, or up."""
        self.scroll_by(lines)

    def action_page(self, pages: int, part: int) -> None:
        """A page, or a part of one, down or up."""
        self.scroll_by(pages * max(1, (self.size.height - 1) // part))

    def action_edge(self, side: int) -> None:
        """To the beginning, or to the end."""
        self.scroll_by(side * len(self._rows()))

    def on_focus(self) -> None:
        """The title shows that keys come here."""
        self.repaint([0])

    def on_blur(self) -> None:
        """And that they do not."""
        self.repaint([0])

    def _rows(self) -> list[Told]:
        return list(self._wrapped(max(1, self.size.width - 2)))

    def _wrapped(self, width: int) -> Iterator[Told]:
        for fact in self._facts:
            if not fact.value:
                if not fact.label:
                    yield fact
                continue
            words = plain(printable(fact.value[:LONGEST]), self.ascii)
            before = fact.label.ljust(self.LABEL) if fact.label else ""
            for row in wrapped(words, max(8, width - len(before))):
                yield Told(before, row, fact.token)
                before = " " * len(before)

    def line_at(self, y: int) -> Strip:
        """The title, then a row of the facts."""
        width, base = self.size.width, self.token("")
        if y == 0:
            title = cut(plain(printable(self._title), self.ascii), width - 2, middle=True)
            if self.has_focus:
                return strip_of([(f" {title} ", self.token("front"))], width, base)
            return strip_of([(" ", base), (title, self.token("heading"))], width, base)
        rows = self._rows()
        at = self._top + y - 1
        if at >= len(rows):
            return Strip.blank(width, base)
        if y == self.size.height - 1 and at + 1 < len(rows):
            more = f" {plain(ELLIPSIS, self.ascii)} {len(rows) - at} more lines"
            return strip_of([(more, self.token("muted"))], width, base)
        label, text, token = rows[at]
        return strip_of(
            [(" ", base), (label, self.token("muted")), (text, self.token(token))], width, base
        )
