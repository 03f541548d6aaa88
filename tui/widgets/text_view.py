"""Text to read: logs that grow, YAML, anything in lines, and the keys that move through it."""

from __future__ import annotations

from typing import ClassVar

from textual import events
from textual.binding import BindingType

from tui.bindings import bind
from tui.domain.lines import TextLines
from tui.domain.logs import ERROR
from tui.keys import hint
from tui.messages import Said
from tui.widgets.placed_text import Place
from tui.widgets.shown_text import ShownText

PAN = 10
"""Cells that Left and Right move by."""

__all__ = ["TextLines", "TextView"]


class TextView(ShownText):
    """Lines that can be followed, wrapped, panned and searched."""

    BINDINGS: ClassVar[list[BindingType]] = [
        bind("move.down", "down", "Down", group="text"),
        bind("move.up", "up", "Up", group="text"),
        bind("move.first", "first", "Begin", group="text"),
        bind("move.last", "last", "End", group="text"),
        bind("move.half-down", "half_down", "Half page down", group="text"),
        bind("move.half-up", "half_up", "Half page up", group="text"),
        bind("text.page-down", "page_down", "Page", group="text"),
        bind("move.page-down", "page_down", "Page", group="text"),
        bind("text.page-up", "page_up", "Page up", group="text"),
        bind("move.page-up", "page_up", "Page up", group="text"),
        bind("move.left", "pan(-1)", "Pan left", group="text"),
        bind("move.right", "pan(1)", "Pan right", group="text"),
        bind("move.edge", "pan(0)", "To the left edge", group="text"),
        bind("wide", "wrap", "Wrap", group="text"),
        bind("find.next", "next_hit", "Next match", group="text"),
        bind("find.previous", "previous_hit", "Previous match", group="text"),
        bind("error-after", "error(1)", "Next error", group="text"),
        bind("problem-after", "error(1)", "Next error", group="text"),
        bind("error-before", "error(-1)", "Last error", group="text"),
        bind("problem-before", "error(-1)", "Last error", group="text"),
    ]

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Only logs have lines that tell of errors; elsewhere the keys mean something else."""
        return action != "error" or self._levels

    @property
    def current_line(self) -> int:
        """The line one means: the hit we went to while it is on the screen, else the first."""
        first, last = self.shown_range
        for hit in (self.finder.hit, self._errors.hit):
            if hit is not None and first <= hit <= last:
                return hit
        return first

    # --- searching -----------------------------------------------------------------------

    def find(self, text: str) -> str:
        """Look for a pattern from here on; "" ends the search. Says if it is taken literally."""
        self.finder.begin(text, self.model, self._top.line)
        self.repaint()
        return self.finder.note

    def action_next_hit(self) -> None:
        """To the next hit; from the last one to the first."""
        self._move_to_hit(self._top.line - 1, forward=True)

    def action_previous_hit(self) -> None:
        """To the hit before; from the first one to the last."""
        self._move_to_hit(self._top.line, forward=False)

    def _move_to_hit(self, start: int, *, forward: bool) -> None:
        if self.finder.search is None:
            self.post_message(Said(f"nothing to look for yet: {hint('filter')} searches"))
        self.finder.move(start, forward=forward)

    def action_error(self, step: int) -> None:
        """To the next (1) or previous (-1) line of a log that tells of an error."""
        self._wants_error = True
        if self._errors.search is None:
            self._errors.look_for(ERROR, self.model, self._top.line)
        first, last = self.shown_range
        if self._errors.hit is not None and not first <= self._errors.hit <= last:
            self._errors.hit = None  # somebody scrolled away: on from what one sees
        self._errors.move(first - 1 if step > 0 else first, forward=step > 0)

    # --- keys ----------------------------------------------------------------------------

    def action_down(self) -> None:
        """One row down."""
        self._scroll(1)

    def action_up(self) -> None:
        """One row up."""
        self._scroll(-1)

    def action_first(self) -> None:
        """To the beginning."""
        self.follow(False)
        self._top = Place(0)
        self.repaint()

    def action_last(self) -> None:
        """To the end."""
        self._top = self._end()
        self.repaint()

    def action_half_down(self) -> None:
        """Half a page down."""
        self._scroll(max(1, self.size.height // 2))

    def action_half_up(self) -> None:
        """Half a page up."""
        self._scroll(-max(1, self.size.height // 2))

    def action_page_down(self) -> None:
        """A page down."""
        self._scroll(max(1, self.size.height - 1))

    def action_page_up(self) -> None:
        """A page up."""
        self._scroll(-max(1, self.size.height - 1))

    def action_pan(self, direction: int) -> None:
        """Show what is further left (-1) or right (1); 0 is the beginning of the lines."""
        if self.is_wrapped:
            return
        first, last = self.shown_range
        longest = max((self._painter.width(i) for i in range(first, last + 1)), default=0)
        furthest = max(self._left, longest - self._text_width)
        self._left = max(0, min(self._left + PAN * direction, furthest)) if direction else 0
        self.repaint()

    def action_wrap(self) -> None:
        """Long lines over several rows, or cut."""
        self.is_wrapped = not self.is_wrapped
        self._left, self._top = 0, Place(self._top.line)
        self._settle()
        self.repaint()
        how = "go on in the next row" if self.is_wrapped else "are cut; Left and Right pan"
        self.post_message(Said(f"long lines {how}"))

    def action_follow(self) -> None:
        """To the end, and stay there."""
        self.follow(True)

    def action_toggle_follow(self) -> None:
        """Follow, or stop following."""
        self.follow(not self.is_following)

    # --- mouse ---------------------------------------------------------------------------

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        """The wheel turns three rows."""
        event.stop()
        self._scroll(3)

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        """The wheel turns three rows."""
        event.stop()
        self._scroll(-3)
