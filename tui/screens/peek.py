"""What the cursor of a list is on: in some lines below the list, and beside it where it is wide.

It is what the list knows, so that nothing is asked for; beside the list somebody may want one of
the panes of an object instead. It is drawn when the cursor rests, so that a step of the cursor
costs no more than its row.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any, ClassVar, NamedTuple

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.getters import query_one
from textual.strip import Strip

from tui.bindings import bind
from tui.domain.node import Node
from tui.keys import hint
from tui.kinds.base import Kind, Told
from tui.panes import panes_of
from tui.panes.base import PaneContext
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
from tui.widgets.line_view import LineView

if TYPE_CHECKING:
    from tui.screens.pane_tabs import PaneTabs  # no list waits for it

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
    """What a list knows, beside it, one fact below the other; it is scrolled with or without going
    there."""

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
    ]
    LABEL = 11
    """Cells of the words before a value, the blank behind them included."""

    DEFAULT_CSS = "Preview { height: 1fr; }"

    def __init__(self, *, ascii: bool = False) -> None:
        super().__init__()
        self.ascii = ascii
        self.about = ""
        """What it is that is told of."""
        self._facts: Sequence[Told] = ()
        self._top = 0

    def show(self, title: str, facts: Sequence[Told]) -> None:
        """Tell this, from its beginning if it is of another thing than before."""
        if title != self.about:
            self._top = 0
        self.about, self._facts = title, facts
        self.repaint()

    def scroll_by(self, lines: int) -> None:
        """Show what is so many lines further down; negative for up."""
        most = max(0, len(self._rows()) - self.size.height)
        self._top = max(0, min(self._top + lines, most))
        self.repaint()

    def action_scroll(self, lines: int) -> None:
        """A line down, or up."""
        self.scroll_by(lines)

    def action_page(self, pages: int, part: int) -> None:
        """A page, or a part of one, down or up."""
        self.scroll_by(pages * max(1, self.size.height // part))

    def action_edge(self, side: int) -> None:
        """To the beginning, or to the end."""
        self.scroll_by(side * len(self._rows()))

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
        """A row of the facts."""
        width, base = self.size.width, self.token("")
        rows = self._rows()
        at = self._top + y
        if at >= len(rows):
            return Strip.blank(width, base)
        if y == self.size.height - 1 and at + 1 < len(rows):
            more = f" {plain(ELLIPSIS, self.ascii)} {len(rows) - at} more lines"
            return strip_of([(more, self.token("muted"))], width, base)
        label, text, token = rows[at]
        return strip_of(
            [(" ", base), (label, self.token("muted")), (text, self.token(token))], width, base
        )


class Part(NamedTuple):
    """All of an object, and what of it a pane begins with."""

    item: Any
    hangs_on: Node | None
    """The step that it hangs on, with which panes that answer begin; None for the whole."""
    logged: Node | None
    """The step whose log is shown."""
    raw: bytes


class PreviewTitle(LineView, can_focus=False):
    """What is previewed, and at the right in which form, with the keys that change it."""

    DEFAULT_CSS = "PreviewTitle { height: 1; }"

    def __init__(self, *, ascii: bool = False) -> None:
        super().__init__()
        self.ascii = ascii
        self._title = self._form = ""
        self._has_keys = False

    def show(self, title: str, form: str, *, has_keys: bool) -> None:
        """Say this; `has_keys` is whether keys go to the preview."""
        told = title, form, has_keys
        if told != (self._title, self._form, self._has_keys):
            self._title, self._form, self._has_keys = told
            self.repaint()

    def line_at(self, y: int) -> Strip:
        """All of it; a name that has no room is cut."""
        width, base = self.size.width, self.token("")
        turns = f"  {hint('tab.previous')} {hint('tab.next')} tab " if self._title else ""
        right = [(self._form, self.token("heading")), (turns, self.token("muted"))]
        if sum(width_of(text) for text, _ in right) > width // 2:
            right = [*right[:1], (" ", base)]
        room = max(0, width - 3 - sum(width_of(text) for text, _ in right))
        title = cut(plain(printable(self._title), self.ascii), room, middle=True)
        left = [(" ", base), (title, self.token("heading"))]
        if self._has_keys:
            left = [(f" {title} ", self.token("front"))]
        blank = width - sum(width_of(text) for text, _ in (*left, *right))
        return strip_of([*left, (" " * max(0, blank), base), *right], width, base)


GLANCE = ""
"""The form of a preview that a list knows by itself; all others are ids of panes."""


class PreviewSide(Vertical):
    """What the cursor of a list is on, beside that: what the list knows of it, or one of the panes
    of its own screen, which is made when somebody first wants it."""

    DEFAULT_CSS = """
    PreviewSide {
        #tabs { display: none; }
        PaneTabs { height: 1fr; border: none; display: none; }
        &.-pane PaneTabs { display: block; }
        &.-pane Preview { display: none; }
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        bind("open", "screen.open('')", "Open", group="preview", shown=True),
    ]

    facts = query_one(Preview)
    title_line = query_one(PreviewTitle)

    def __init__(self, kind: Kind[Any, Any], *, ascii: bool = False, id: str | None = None) -> None:
        super().__init__(id=id)
        self._kind = kind
        self._ascii = ascii
        self.specs = tuple(spec for spec in panes_of(kind) if spec.is_previewed)
        """The panes that it can show."""
        self.front = GLANCE
        """What is shown: the id of a pane, or what the list knows."""
        self._title = ""
        self._tabs: PaneTabs | None = None
        self._source = ""
        """The connection that its panes read from."""

    def compose(self) -> ComposeResult:
        """The title, and what the list knows."""
        yield PreviewTitle(ascii=self._ascii)
        yield Preview(ascii=self._ascii)

    @property
    def holds_focus(self) -> bool:
        """Whether keys go here."""
        return self.has_focus_within

    def take_focus(self) -> None:
        """Keys go here from now on."""
        if self._tabs is not None and self.front != GLANCE:
            self._tabs.take_focus()
        else:
            self.facts.focus()

    def show(self, title: str, facts: Sequence[Told]) -> None:
        """What the list knows of what the cursor is on."""
        self.facts.show(title, facts)
        if self._tabs is None or not title:
            self._title = title
            self._show_title()

    def turn(self, step: int) -> None:
        """The next form (1), or the one before (-1)."""
        forms = [GLANCE, *(spec.id for spec in self.specs)]
        self.front = forms[(forms.index(self.front) + step) % len(forms)]
        if self.front == GLANCE:
            self.forget()
        self._show_title()

    async def show_whole(self, context: PaneContext, source: str, title: str, part: Part) -> None:
        """Show the pane in front with all of what the cursor rests on; `source` is the id of the
        connection that it is of."""
        if self.front == GLANCE or not self.is_attached:
            return
        from tui.screens.pane_tabs import PaneTabs  # no list waits for it

        if self._tabs is not None and source != self._source:
            self.forget()
        had_focus = self.holds_focus
        if self._tabs is None:
            # Without an id: those before may not be taken down yet, and two of one id are an error.
            self._tabs = PaneTabs(context, self._kind, self.specs, id=None)
            self._source = source
            await self.mount(self._tabs)
        tabs = self._tabs
        (spec,) = (spec for spec in self.specs if spec.id == self.front)
        step = part.logged if spec.of_step else part.hangs_on if spec.is_answer else None
        await tabs.bring(self.front, (part.item, step, part.raw))
        self.add_class("-pane")
        self._title = title
        self._show_title()
        if had_focus:
            self.call_after_refresh(self.take_focus)  # what is hidden still takes no focus

    def forget(self, *, keeps_focus: bool = True) -> None:
        """Show what the list knows, and read nothing any more."""
        had_focus, tabs = keeps_focus and self.holds_focus, self._tabs
        self._tabs = None
        self.remove_class("-pane")
        self._title = self.facts.about
        if tabs is not None:
            tabs.display = False
            tabs.remove()
        if had_focus:
            self.facts.focus()
        self._show_title()

    def scroll_by(self, lines: int) -> None:
        """Show what is so many lines further down; negative for up."""
        if self._tabs is not None and self.front != GLANCE:
            self._tabs.scroll_text(lines)
        else:
            self.facts.scroll_by(lines)

    def tick(self, now: datetime) -> None:
        """A second went by."""
        if self._tabs is not None:
            self._tabs.tick(now)

    def on_descendant_focus(self) -> None:
        """The title shows that keys come here."""
        self._show_title()

    def on_descendant_blur(self) -> None:
        """And that they do not."""
        self.call_after_refresh(self._show_title)

    def _show_title(self) -> None:
        titles = {spec.id: spec.title for spec in self.specs}
        form = titles.get(self.front, "Glance") if self._title else ""
        self.title_line.show(self._title, form, has_keys=self.holds_focus)
