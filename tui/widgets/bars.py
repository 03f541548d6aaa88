"""Labelled bars: how much of what there could be, each on a line of its own.

A list like any other, so off the screen they cost nothing, a hundred thousand scroll as ten do, and
a value that goes on rewrites its own cells. The ends of the scale are drawn, and what a colour
says the text says, too.
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from datetime import datetime

from textual.geometry import Size

from tui.columns import Column, Placed
from tui.domain.bars import timeline_bar
from tui.widgets.cells import Piece, fit, plain
from tui.widgets.table import REVERSE, Table

EDGES = (("▕", "▏"), ("[", "]"))
"""Where the scale begins and ends, with and without UTF-8."""


@dataclass(frozen=True, slots=True)
class Bar:
    """One line."""

    key: Hashable
    label: str
    text: str = ""
    """The same in words and numbers."""
    value: float = 0.0
    limit: float = 0.0
    """Where the scale ends; 0 for a line that is only words."""
    begin: float = 0.0
    """Where on the scale the bar begins."""
    token: str = ""
    """How the bar looks; never the only one to say what it says."""
    is_heading: bool = False


COLUMNS: tuple[Column[Bar], ...] = (
    Column(
        id="label",
        title="",
        text=lambda bar, now: bar.label,
        width=16,
        least=8,
        grow=2,
        cut="middle",
        style=lambda bar: "heading" if bar.is_heading else "",
    ),
    Column(
        id="bar",
        title="",
        text=lambda bar, now: "",
        width=12,
        grow=3,
        style=lambda bar: bar.token,
        drop=1,
    ),
    Column(id="text", title="", text=lambda bar, now: bar.text, width=25, least=18, grow=1),
)


class Bars(Table[Bar]):
    """Bars below each other, as high as they are many."""

    GUTTER = 0
    DEFAULT_CSS = "Bars { height: auto; }"

    def __init__(
        self, *, ascii: bool = False, now: datetime | None = None, id: str | None = None
    ) -> None:
        super().__init__(
            COLUMNS,
            key=lambda bar: bar.key,
            ascii=ascii,
            header=False,
            markable=False,
            now=now,
            id=id,
        )

    def show(self, bars: Sequence[Bar]) -> None:
        """Show these instead; what is the same is not drawn again."""
        if len(bars) != len(self.items):
            self.refresh(layout=True)
        self.replace(bars)

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        """A line each; the style sheet says where that ends."""
        return len(self.items)

    def on_focus(self) -> None:
        """The cursor is seen while keys come here."""
        self.changed([self.cursor_key])

    def on_blur(self) -> None:
        """No longer."""
        self.changed([self.cursor_key])

    def cell(self, placed: Placed[Bar], item: Bar, *, is_cursor: bool) -> list[Piece]:
        """Label and text are words; what is between them is drawn to its width."""
        is_cursor = is_cursor and self.has_focus
        style = self.token(placed.column.style(item))
        if placed.column.id == "bar":
            return [(self._drawn(item, placed.width), style)]
        text = plain(placed.column.text(item, self.now), self.ascii)
        middle = placed.column.cut == "middle"
        if placed.column.id == "label" and is_cursor:
            style += REVERSE
            text = f"{'>' if self.ascii else '►'}{text}"
        return [(fit(text, placed.width, middle=middle, ellipsis=self.ellipsis), style)]

    def _drawn(self, bar: Bar, cells: int) -> str:
        """The bar between the ends of its scale."""
        if bar.limit <= 0 or cells < 3:
            return " " * cells
        left, right = EDGES[self.ascii]
        first = max(0.0, bar.begin) / bar.limit
        last = first + max(0.0, bar.value) / bar.limit
        if bar.value <= 0:
            filled = " " * (cells - 2)
        else:
            filled = timeline_bar(first, last, cells - 2, ascii=self.ascii)
        return f"{left}{filled}{right}"
