"""A list of things that change while one looks at it, and the keys that move through it."""

from __future__ import annotations

from collections.abc import Hashable
from typing import ClassVar, TypeVar

from textual import events
from textual.binding import Binding, BindingType

from tui.messages import Said
from tui.widgets.row_paint import REVERSE, PaintedRows

__all__ = ["REVERSE", "Table"]

T = TypeVar("T")

PAN = 10
"""Cells that Left and Right move by."""


class Table(PaintedRows[T]):
    """A list with a cursor, marks, a sticky header and columns that give way when it is narrow."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("j,down", "down", "Down", show=False, id="list.down"),
        Binding("k,up", "up", "Up", show=False, id="list.up"),
        Binding("g,home", "first", "First", show=False, id="list.first"),
        Binding("G,end", "last", "Last", show=False, id="list.last"),
        Binding("ctrl+d", "half_down", "Half page down", show=False, id="list.half-down"),
        Binding("ctrl+u", "half_up", "Half page up", show=False, id="list.half-up"),
        Binding("ctrl+f,pagedown", "page_down", "Page down", show=False, id="list.page-down"),
        Binding("ctrl+b,pageup", "page_up", "Page up", show=False, id="list.page-up"),
        Binding("space", "mark", "Mark", show=False, id="list.mark"),
        Binding("V,ctrl+@", "mark_range", "Mark up to here", show=False, id="list.mark-range"),
        Binding("u", "unmark", "Unmark all", show=False, id="list.unmark"),
        Binding("left", "pan_left", "Pan left", show=False, id="list.pan-left"),
        Binding("right", "pan_right", "Pan right", show=False, id="list.pan-right"),
        Binding("ctrl+w,w", "wide", "Wide", show=False, id="list.wide"),
        Binding("enter", "choose", "Open", show=False, id="list.open"),
    ]

    UNMARKABLE: ClassVar[str] = "nothing is marked here"
    """What is said to who tries to mark where that means nothing."""

    _anchor: Hashable | None = None
    """Where marking a range begins."""

    # --- keys ----------------------------------------------------------------------------

    def action_down(self) -> None:
        """One line down."""
        self.move_to_line(self._cursor + 1)

    def action_up(self) -> None:
        """One line up."""
        self.move_to_line(self._cursor - 1)

    def action_first(self) -> None:
        """To the first line."""
        self.move_to_line(0)

    def action_last(self) -> None:
        """To the last line."""
        self.move_to_line(len(self._items) - 1)

    def action_half_down(self) -> None:
        """Half a page down."""
        self._turn(max(1, self.page // 2))

    def action_half_up(self) -> None:
        """Half a page up."""
        self._turn(-max(1, self.page // 2))

    def action_page_down(self) -> None:
        """A page down."""
        self._turn(self.page)

    def action_page_up(self) -> None:
        """A page up."""
        self._turn(-self.page)

    def action_mark(self) -> None:
        """Mark or unmark what the cursor is on, and go on to the next."""
        if not self._may_mark() or self._cursor_key is None:
            return
        self._anchor = self._cursor_key
        self.marks = self._marks ^ {self._cursor_key}
        self.action_down()

    def action_mark_range(self) -> None:
        """Mark everything from the last mark up to the cursor."""
        if not self._may_mark() or self._cursor_key is None:
            return
        start = self._place_of(self._anchor, self._cursor)
        low, high = sorted((start, self._cursor))
        self._anchor = self._cursor_key
        self.marks = self._marks | {self._key(self._items[i]) for i in range(low, high + 1)}

    def action_unmark(self) -> None:
        """Take all marks back."""
        if not self._marks and self._may_mark():
            self.post_message(Said("nothing is marked; Space marks"))
        self.marks = frozenset()

    def _may_mark(self) -> bool:
        """Whether what is here can be marked at all; says so if not."""
        if not self._markable:
            self.post_message(Said(self.UNMARKABLE))
        elif not self._items:
            self.post_message(Said("nothing here to mark"))
        return self._markable and bool(self._items)

    def action_pan_left(self) -> None:
        """Show what is further left."""
        self.pan(-PAN)

    def action_pan_right(self) -> None:
        """Show what is further right."""
        self.pan(PAN)

    def action_wide(self) -> None:
        """All columns, long ones longer; Left and Right move over them."""
        self.widen(not self._wide)

    def action_choose(self) -> None:
        """Open what the cursor is on."""
        if self._cursor_key is not None:
            self.post_message(self.Chosen(self, self._cursor_key))
        else:
            self.post_message(Said("nothing here to open"))

    # --- mouse ---------------------------------------------------------------------------

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        """The wheel turns three lines."""
        event.stop()
        self._turn(3)

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        """The wheel turns three lines."""
        event.stop()
        self._turn(-3)

    def on_click(self, event: events.Click) -> None:
        """A click moves the cursor, a second one opens."""
        index = self._top + event.y - self._header_height
        if event.y < self._header_height or index >= len(self._items):
            return
        self.move_to_line(index)
        if event.chain == 2:
            self.action_choose()
