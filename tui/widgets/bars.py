"""Labelled bars, each on a line of its own: how much of a limit is used, or when something ran.

They are a table, so what is off the screen costs nothing, and a value that changes repaints its own
cells only. The ends of the scale are drawn, and whatever a colour says the text says too.
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from datetime import datetime

from textual.geometry import Size

from tui.columns import Column
from tui.domain.bars import timeline_bar
from tui.widgets.cells import Piece, fit, padded, plain, printable_name
from tui.widgets.table import Table
from tui.widgets.table_renderer import REVERSE

EDGES = (("▕", "▏"), ("[", "]"))
"""What is drawn where the scale begins and ends, with and without UTF-8."""


@dataclass(frozen=True, slots=True)
class Bar:
    """One line: a label, a bar, and a text."""

    key: Hashable
    label: str
    text: str = ""
    """What the bar says, in words and numbers."""
    value: float = 0.0
    limit: float = 0.0
    """Where the scale ends; 0 for a line without a bar."""
    begin: float = 0.0
    """Where on the scale the bar begins."""
    token: str = ""
    """The token of the bar's style."""
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
    """A table of bars, as high as it has lines."""

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
            gutter=0,
            whole_row=False,
            now=now,
            id=id,
        )
        self.renderer.cells = {"label": self._label, "bar": self._bar, "text": self._text}

    def show(self, bars: Sequence[Bar]) -> None:
        """Show these bars."""
        if len(bars) != len(self.items):
            self.refresh(layout=True)
        self.replace(bars)

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        """A line for each bar; the style sheet limits it."""
        return len(self.items)

    def on_focus(self) -> None:
        """The cursor is drawn while it has the focus."""
        self.changed([self.cursor_key])

    def on_blur(self) -> None:
        """The cursor is not drawn any more."""
        self.changed([self.cursor_key])

    def _label(self, bar: Bar, cells: int, *, is_cursor: bool) -> list[Piece]:
        column, sign = COLUMNS[0], ""
        style = self.token(column.style(bar))
        if is_cursor and self.has_focus:
            style += REVERSE
            sign = ">" if self.ascii else "►"
        label = plain(printable_name(bar.label), self.ascii)
        shown = self.renderer.cut_name(column, label, cells - len(sign))
        return [(padded(f"{sign}{shown}", cells), style)]

    def _text(self, bar: Bar, cells: int, *, is_cursor: bool) -> list[Piece]:
        text = fit(plain(bar.text, self.ascii), cells, ellipsis=self.renderer.ellipsis)
        return [(text, self.token(""))]

    def _bar(self, bar: Bar, cells: int, *, is_cursor: bool) -> list[Piece]:
        return [(self._drawn(bar, cells), self.token(bar.token))]

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
