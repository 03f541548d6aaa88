"""A widget of lines that repaints the cells that changed, and nothing else.

Textual sends every cell of a region that is marked dirty, changed or not (house.md 5.1), and a
ScrollView lays the screen out anew whenever its number of lines changes. So this base class scrolls
by itself, remembers the line it last gave for each row of the screen, and after a change of its
model marks only the spans in which the new lines differ. Lines that are not on the screen are never
built, so a hundred thousand of them cost what fifty cost.
"""

from __future__ import annotations

import asyncio
from abc import abstractmethod
from collections.abc import Callable, Iterable
from functools import partial
from typing import Protocol, runtime_checkable

from rich.style import Style
from textual import events
from textual.css.styles import RenderStyles
from textual.dom import DOMNode
from textual.geometry import Region
from textual.strip import Strip
from textual.widget import Widget

from tui.widgets.cells import difference

PHASE_TOKENS = (
    "phase-pending",
    "phase-running",
    "phase-succeeded",
    "phase-failed",
    "phase-error",
    "phase-skipped",
    "phase-omitted",
    "phase-suspended",
)
TEXT_TOKENS = (
    *("muted", "warning", "trouble", "problem", "accent", "heading", "guide", "rule", "front"),
    *("behind", "struck"),
)
SYNTAX_TOKENS = ("key", "string", "number", "comment")
"""Names of styles. Columns use the first two groups."""
CURSOR = "cursor"
"""The token of the row that the cursor is on: what is laid over the styles of its texts."""
TOKENS = frozenset((*PHASE_TOKENS, *TEXT_TOKENS, *SYNTAX_TOKENS, CURSOR))
"""All of them; the stylesheet knows each as `.token--<name>`."""

IN_A_TURN = 0.008
"""Seconds of work after which keys are heard again."""


@runtime_checkable
class KeysFirst(Protocol):
    """An app in which other work gives way to keys."""

    def give_way(self, news: Callable[[], object]) -> None:
        """Call this when no key is under way."""


def in_next_turn(widget: Widget, work: Callable[[], object]) -> None:
    """Do something when everything else that waits was dealt with once, and no key is under way.

    Textual's `call_later` puts it behind the messages of the widget, and goes through all of them,
    those that come meanwhile too, before the event loop turns: who does much in small pieces would
    hold up keys and other widgets until the last of them. A key takes some dozens of turns until
    all is done that it asked for: a piece of work in each of them would make it slow.
    """
    if not widget.is_running:
        widget.call_later(work)  # it waits until there is a loop
        return
    app, later = widget.app, partial(widget.call_later, work)
    loop = asyncio.get_running_loop()
    if isinstance(app, KeysFirst):
        loop.call_soon(app.give_way, later)
    else:
        loop.call_soon(later)


class TokenNode(DOMNode):
    """What the stylesheet looks at for the style of a token of a widget.

    Textual's component classes are the same, but of those it makes one for every token that a
    widget might draw with, when it is mounted and whenever a class of it changes: that took a
    quarter of the time in which a screen opens, and a fifth of its memory.
    """

    def __init__(self, name: str, widget: Widget) -> None:
        super().__init__(classes=f"token--{name}")
        self._attach(widget)


class LineView(Widget, can_focus=True):
    """A widget drawn line by line, with the styles of `TOKENS`."""

    ALLOW_SELECT = False
    DEFAULT_CSS = """
    LineView {
        height: 1fr;
        width: 1fr;
        overflow: hidden;
        & > .token--phase-pending { color: $text-warning; }
        & > .token--phase-running { color: $text-secondary; }
        & > .token--phase-succeeded { color: $text-success; }
        & > .token--phase-failed { color: $text-error; text-style: bold; }
        & > .token--phase-error { color: $text-error; text-style: bold; }
        & > .token--phase-skipped { text-style: dim; }
        & > .token--phase-omitted { text-style: dim; }
        & > .token--phase-suspended { color: $text-accent; }
        & > .token--muted { text-style: dim; }
        & > .token--guide { text-style: dim; }
        & > .token--warning { color: $text-warning; }
        & > .token--trouble { color: $text-warning; text-style: bold; }
        & > .token--problem { color: $text-error; }
        & > .token--accent { color: $text-accent; }
        & > .token--heading { text-style: bold; }
        & > .token--rule { color: $text-primary; text-style: bold; }
        & > .token--struck { text-style: strike; }
        & > .token--front { text-style: bold reverse; }
        & > .token--behind { text-style: bold underline; }
        & > .token--key { color: $text-secondary; }
        & > .token--string { color: $text-success; }
        & > .token--number { color: $text-warning; }
        & > .token--comment { text-style: dim; }
        & > .token--cursor { background: $primary-muted; }
    }
    """

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:
        super().__init__(id=id, classes=classes)
        self._shown: dict[int, Strip] = {}
        self._token_styles: dict[str, Style] = {}

    @abstractmethod
    def line_at(self, y: int) -> Strip:
        """The line on a row of this widget, as wide as the widget."""

    def render_line(self, y: int) -> Strip:
        """Called by Textual for rows that are marked dirty."""
        # A widget drawn by lines never empties this set by itself.
        self._dirty_regions.clear()
        strip = self._shown[y] = self.line_at(y)
        return strip

    def repaint(self, rows: Iterable[int] | None = None) -> None:
        """Something changed: mark the cells that differ, in these rows of the widget or in all."""
        height, width = self.size.height, self.size.width
        for y in range(height) if rows is None else rows:
            if not 0 <= y < height:
                continue
            old = self._shown.get(y)
            if old is None:
                self.refresh(Region(0, y, width, 1))
                continue
            new = self.line_at(y)
            span = difference(old, new)
            if span is not None:
                self.refresh(Region(span[0], y, span[1] - span[0], 1))

    def in_next_turn(self, work: Callable[[], object]) -> None:
        """Do something when everything else that waits was dealt with once."""
        in_next_turn(self, work)

    def token(self, name: str) -> Style:
        """The style of a token on this widget's background; "" is that of plain text.

        Raises: KeyError where there is no such token.
        """
        style = self._token_styles.get(name)
        if style is None:
            if not self.is_mounted:
                return Style.null()  # nothing has colours yet, and nothing is drawn yet
            style = self.rich_style
            if name == CURSOR:
                style = self._over_the_cursor()
            elif name:
                style += self._styles_of(name).partial_rich_style
            self._token_styles[name] = style
        return style

    def _over_the_cursor(self) -> Style:
        """A background where there are colours enough for a quiet one, else reverse video."""
        if self.app.native_ansi_color or self.app.no_color:
            return Style(reverse=True, bold=True)
        behind = self._styles_of(CURSOR).background
        return Style(bgcolor=(self.background_colors[1] + behind).rich_color)

    def _styles_of(self, name: str) -> RenderStyles:
        """What the stylesheet says of a token in this widget."""
        if name not in TOKENS:
            raise KeyError(name)
        node = TokenNode(name, self)
        self.app.stylesheet.apply(node, animate=False)
        return node.styles

    def notify_style_update(self) -> None:
        """The theme, a class or the focus changed; Textual repaints all if the widget's own colours
        did, and this does if those of a token did."""
        super().notify_style_update()
        before, self._token_styles = self._token_styles, {}
        if any(self.token(name) != style for name, style in before.items()):
            self.refresh()

    def on_resize(self, event: events.Resize) -> None:
        """Textual repaints all of it, perhaps before this: then what moved is painted again."""
        self._shown = {y: strip for y, strip in self._shown.items() if y < self.size.height}
        self.resized()
        self.repaint()

    def resized(self) -> None:
        """Called after a change of size, before anything is painted: adapt to `self.size`."""
