"""Text to read: logs that grow, YAML, anything in lines, and the keys that move through it.

Which part of the text is on the screen is `text_view_model.py`, how a line looks
`text_renderer.py`, searching `finder.py`. Lines are asked for by number and drawn only while they
are on the screen, so a million of them cost what a screenful costs.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from time import monotonic
from typing import ClassVar, NamedTuple

from textual import events
from textual.binding import BindingType
from textual.message import Message
from textual.strip import Strip

from tui.bindings import bind
from tui.domain.highlight import Highlighter
from tui.domain.lines import Levels, LineModel, PlainRows
from tui.keys import hint
from tui.messages import Said
from tui.widgets.finder import Finder
from tui.widgets.line_view import LineView
from tui.widgets.minimap import ERROR as ERROR_SIGN
from tui.widgets.minimap import HIT, LEAST_ROWS, Found, MapCell, minimap
from tui.widgets.minimap import WARNING as WARNING_SIGN
from tui.widgets.text_renderer import TextRenderer
from tui.widgets.text_view_model import TextViewModel

ERROR, WARNING = re.compile("error"), re.compile("warning")
"""The levels of lines that tell of errors and of warnings."""
TROUBLE = re.compile("error|warning")
MOST_COUNTED = 200_000
"""Lines that are looked at for errors at once; of more, as soon as no others come for a while."""
QUIET = 0.3
"""Seconds without a line after which as many as there are are looked at."""
FLOOD = 1000
"""Lines that come together which nobody reads as they go by."""
FRAME = 0.1
"""Seconds between two paintings while such come."""
PAN = 10
"""Cells that Left and Right move by."""
WHEEL = 3
"""Rows that the mouse wheel scrolls by."""


class MarkedLines(NamedTuple):
    """A range of lines that is being marked."""

    anchor: int
    """The line at which it began."""
    end: int
    """The line that keys move."""

    @property
    def first(self) -> int:
        """The first of its lines."""
        return min(self)

    @property
    def last(self) -> int:
        """The last of its lines."""
        return max(self)


class TextView(LineView):
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
        bind("problem-after", "error(1)", "Next error or warning", group="text"),
        bind("problem-before", "error(-1)", "Last error or warning", group="text"),
    ]

    @dataclass
    class SearchMoved(Message):
        """A search found more, ended, or went to another hit."""

        view: TextView
        rank: int
        """The number of the hit that was gone to among all hits, from 1; 0 for none."""
        count: int
        """Lines with hits that were found so far."""
        is_done: bool
        """Whether all lines were looked at."""

        @property
        def control(self) -> TextView:
            """The view it happened in."""
            return self.view

        def can_replace(self, message: Message) -> bool:
            return isinstance(message, TextView.SearchMoved) and message.view is self.view

    @dataclass
    class Counted(Message):
        """More lines that tell of errors or warnings were found, or all are."""

        view: TextView

        @property
        def control(self) -> TextView:
            """The view it happened in."""
            return self.view

        def can_replace(self, message: Message) -> bool:
            return isinstance(message, TextView.Counted) and message.view is self.view

    @dataclass
    class Moved(Message):
        """Other lines are on the screen, or there are more or fewer of them."""

        view: TextView

        @property
        def control(self) -> TextView:
            """The view it happened in."""
            return self.view

        def can_replace(self, message: Message) -> bool:
            return isinstance(message, TextView.Moved) and message.view is self.view

    @dataclass
    class FollowChanged(Message):
        """It follows the end now, or no longer."""

        view: TextView
        is_following: bool

        @property
        def control(self) -> TextView:
            """The view it happened in."""
            return self.view

    def __init__(
        self,
        *,
        highlighter: Highlighter | None = None,
        wrap: bool = False,
        by_words: bool = False,
        hangs: Callable[[str], int] | None = None,
        follow: bool = False,
        levels: bool = False,
        placeholder: str = "",
        ascii: bool = False,
        id: str | None = None,
        classes: str | None = None,
        clock: Callable[[], float] = monotonic,
    ) -> None:
        """`wrap` begins with long lines wrapped, `by_words` at blanks; `hangs` says how far their
        further rows are indented; `follow` begins at the end. `clock` gives seconds, for searches.

        With `levels`, lines that tell of errors and warnings are marked, and keys go to errors.
        """
        super().__init__(id=id, classes=classes)
        self.renderer = TextRenderer(
            self.token,
            highlighter=highlighter,
            by_words=by_words,
            hangs=hangs,
            levels=levels,
            placeholder=placeholder,
            ascii=ascii,
        )
        self.model = TextViewModel(self.renderer.row_count, is_wrapped=wrap, is_following=follow)
        self.finder = Finder(self.in_next_turn, self.go_to, self._post_search, clock)
        self.errors = Finder(self.in_next_turn, self._show_error, self._errors_looked_for, clock)
        """The search for lines that tell of errors."""
        self.trouble = Finder(self.in_next_turn, self.go_to, self._trouble_looked_for, clock)
        """The same for lines of either kind, which keys go to; it begins with the first key."""
        self.warnings = Finder(self.in_next_turn, self.go_to, self._post_counts, clock)
        """The same for warnings, which are only counted."""
        self._wants_error = False
        self._is_opening = False
        """Whether the last error is gone to only if it is not on the screen anyway."""
        self._told: tuple[object, ...] | None = None
        """What is on the screen, as it was told last."""
        self._map: tuple[MapCell, ...] = ()
        """What the rows of the map show; nothing while there is none."""
        self._quiet: asyncio.TimerHandle | None = None
        self._frame: asyncio.TimerHandle | None = None
        """When the lines that came are painted; None if that is done."""
        self._painted = 0.0
        """When that was done last, by the clock of the event loop."""
        self.goes_on = False
        """Whether lines still come: who follows them sees the end, and a map would change with each
        row that the terminal moves up."""
        self.kept_lines: Callable[[], Iterable[int]] = tuple
        """The lines that somebody marked, as the map shows them."""
        self.marked: MarkedLines | None = None
        """The range of lines that somebody marks; None while nobody does."""

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Only logs have lines that tell of errors; elsewhere the keys mean something else."""
        return action != "error" or self.renderer.levels

    # --- what is in it -------------------------------------------------------------------

    @property
    def text(self) -> LineModel:
        """The text that is shown."""
        return self.model.text

    def show(self, text: LineModel, *, highlighter: Highlighter | None = None) -> None:
        """Another text, from its beginning, or from its end while following."""
        self.renderer.show(text, highlighter)
        self.model.show(text)
        self.finder.begin_again(text, 0)
        self.errors.begin("", text, 0)
        self.trouble.begin("", text, 0)
        self.warnings.begin("", text, 0)
        self._is_opening = False
        self.marked = None
        self._make_room_for_map()
        self._count()
        self.repaint()

    def lines_appended(self, count: int, dropped: int = 0) -> None:
        """The text has so many more lines at its end, and so many fewer at its front."""
        if dropped:
            self.renderer.dropped(dropped)
            self.finder.dropped(dropped)
            self.errors.dropped(dropped)
            self.trouble.dropped(dropped)
            self.warnings.dropped(dropped)
            if self.marked is not None:
                anchor, end = (max(0, line - dropped) for line in self.marked)
                self.marked = MarkedLines(anchor, end)
        is_seen = self.model.lines_appended(count, dropped)
        if self._make_room_for_map() or is_seen:
            if count > FLOOD:
                self._paint_soon()
            else:
                self.repaint()
        else:
            self._paint_map()
        self.finder.go_on()
        if self.trouble.search is not None:
            self.trouble.go_on()
        self._count()

    def _paint_soon(self) -> None:
        """Paint what came in a turn of its own, some times a second: keys come between."""
        if self._frame is None:
            loop = asyncio.get_running_loop()
            due = max(loop.time(), self._painted + FRAME)
            self._frame = loop.call_at(due, self.call_later, self._paint_frame)

    def _paint_frame(self) -> None:
        self._frame = None
        self._painted = asyncio.get_running_loop().time()
        self.repaint()

    def _count(self) -> None:
        """Count the lines that tell of errors and of warnings, where that is told."""
        if not self.renderer.levels or not len(self.text):
            return
        searched = self.errors.search.searched if self.errors.search is not None else 0
        if len(self.text) - searched > MOST_COUNTED:
            # Who only waits for the lines waits no longer for what they tell.
            if self._quiet is not None:
                self._quiet.cancel()
            # No timer of Textual: lines come from outside of what it calls.
            loop = asyncio.get_running_loop()
            self._quiet = loop.call_later(QUIET, self.call_later, self._count_in_quiet)
            return
        self._look_at_all()

    def _count_in_quiet(self) -> None:
        self._quiet = None
        self._look_at_all()

    def _look_at_all(self) -> None:
        self._look_for(self.errors, ERROR)
        if self.errors.is_done:
            self._look_for(self.warnings, WARNING)

    def _look_for(self, finder: Finder, level: re.Pattern[str]) -> None:
        if finder.search is None:
            finder.look_for(level, Levels(self.text), 0)
        finder.go_on()

    def _errors_looked_for(self) -> None:
        if self.errors.is_done:
            # Warnings are known by then. Both at a time would take twice as long in each turn.
            self._look_for(self.warnings, WARNING)
        self._post_counts()

    @property
    def counts(self) -> tuple[int, int] | None:
        """How many lines tell of errors, and how many of warnings; None until all are counted."""
        found = self.errors.search, self.warnings.search
        if None in found or not (self.errors.is_done and self.warnings.is_done):
            return None
        return self.errors.count, self.warnings.count

    def ended(self) -> None:
        """No more lines come, so the end needs no room below it."""
        self.goes_on = False
        is_wider = self._make_room_for_map()
        if self.is_following:
            self.model.settle()
        if is_wider or self.is_following:
            self.repaint()

    def changed(self, *, tall: bool | None = None) -> None:
        """The same lines read differently now (times on or off).

        With `tall` some of them go over several rows, or none does any more.
        """
        self.renderer.forget()
        self.model.lay_out(tall=self.model.is_tall if tall is None else tall)
        self.repaint()

    @property
    def is_kept(self) -> Callable[[int], bool]:
        """Whether somebody marked a line, which is shown in the last column of a log."""
        return self.renderer.is_kept

    @is_kept.setter
    def is_kept(self, asked: Callable[[int], bool]) -> None:
        self.renderer.is_kept = asked

    @property
    def placeholder(self) -> str:
        """What it says while there are no lines."""
        return self.renderer.placeholder

    @placeholder.setter
    def placeholder(self, text: str) -> None:
        self.renderer.placeholder = text
        if not len(self.text):
            self.repaint()

    @property
    def shown_range(self) -> tuple[int, int]:
        """First and last line on the screen, from 0; (0, -1) while there is none."""
        return self.model.shown_range

    @property
    def position(self) -> str:
        """`12-40 of 1,204 lines  3%`: those on the screen, and how far down the last of them is; ""
        where all are there."""
        (first, last), count = self.shown_range, len(self.text)
        if not count or (first == 0 and last >= count - 1):
            return ""
        return f"{first + 1:,}-{last + 1:,} of {count:,} lines  {(last + 1) * 100 // count}%"

    def plain_lines(self, *, everything: bool) -> PlainRows:
        """Its lines without colours: those that are marked, else all of them, or those on the
        screen."""
        first, last = (0, len(self.text) - 1) if everything else self.shown_range
        if self.marked is not None:
            first, last = self.marked.first, self.marked.last
        return PlainRows(self.text, first, last + 1)

    # --- a range of lines ----------------------------------------------------------------

    def mark_from(self, line: int) -> None:
        """Begin to mark lines here: keys that move take the end of the range with them."""
        self.follow(False)
        self.marked = MarkedLines(line, line)
        self.repaint()

    def end_marking(self) -> None:
        """No line is marked any more."""
        self.marked = None
        self.repaint()

    def _mark_to(self, line: int) -> bool:
        """Move the end of the range there, if one is being marked."""
        if self.marked is None:
            return False
        self.marked = MarkedLines(self.marked.anchor, max(0, min(line, len(self.text) - 1)))
        self.model.keep_in_sight(self.marked.end)
        self.repaint()
        return True

    # --- moving --------------------------------------------------------------------------

    @property
    def is_following(self) -> bool:
        """Whether the end stays on the screen."""
        return self.model.is_following

    def follow(self, on: bool) -> None:
        """Stay at the end, or no longer."""
        if on == self.is_following:
            return
        self.model.is_following = on
        is_wider = self._make_room_for_map()
        if on:
            self.model.settle()
        if on or is_wider:
            self.repaint()
        self.post_message(self.FollowChanged(self, on))

    def go_to(self, line: int) -> None:
        """Bring a line to the screen, with some before it; following ends."""
        if self._mark_to(line):
            return
        self.follow(False)
        self.model.bring(line)
        self.repaint()

    def show_from(self, line: int) -> None:
        """Bring a line to the first row of the screen; following ends."""
        if self._mark_to(line):
            return
        self.follow(False)
        self.model.move_to(line)
        self.repaint()

    def _scroll(self, rows: int) -> None:
        """Upward movement ends following; reaching the end does not begin it."""
        if self.marked is not None:
            self._mark_to(self.marked.end + rows)
            return
        if rows < 0:
            self.follow(False)
        self.model.scroll(rows)
        self.repaint()

    # --- painting ------------------------------------------------------------------------

    def repaint(self, rows: Iterable[int] | None = None) -> None:
        """Paint what changed, and tell where in the text that is."""
        self._map = self._mapped()
        super().repaint(rows)
        now = (*self.shown_range, len(self.text), self.marked)
        if now != self._told:
            self._told = now
            self.post_message(self.Moved(self))

    @property
    def _has_map(self) -> bool:
        """Whether there is a map: of lines that have levels, and are more than the screen holds."""
        height = self.size.height
        if self.goes_on and self.is_following:
            return False
        return self.renderer.levels and height >= LEAST_ROWS and len(self.text) > height

    def _make_room_for_map(self) -> bool:
        """Lines have a cell less where there is a map; whether their width changed."""
        if max(1, self._room_for_lines) == self.model.width:
            return False
        self.resized()
        return True

    @property
    def _room_for_lines(self) -> int:
        return self.size.width - self.renderer.levels - self._has_map

    def _mapped(self) -> tuple[MapCell, ...]:
        """What the rows of the map show now."""
        if not self._has_map:
            return ()
        searches = (
            (HIT, self.finder.search),
            (ERROR_SIGN, self.errors.search),
            (WARNING_SIGN, self.warnings.search),
        )
        found: list[tuple[str, Found]] = [(name, each) for name, each in searches if each]
        height = self.size.height
        return minimap(len(self.text), height, self.shown_range, found, self.kept_lines())

    def _paint_map(self) -> None:
        """Paint the rows whose part of the map shows something else now."""
        before = self._map
        now = self._mapped()
        if now != before:
            same = len(now) == len(before)
            rows = [y for y in range(len(now)) if now[y] != before[y]] if same else None
            self.repaint(rows)

    def line_at(self, y: int) -> Strip:
        """A row of the text, of the placeholder, or a blank."""
        if y < len(self._map):
            return self.renderer.with_map(self._row_at(y, self.size.width - 1), self._map[y])
        return self._row_at(y, self.size.width)

    def _row_at(self, y: int, width: int) -> Strip:
        model = self.model
        positions = model.positions
        if not positions and self.renderer.placeholder:
            return self.renderer.placeholder_strip(y, width)
        if y >= len(positions):
            return Strip.blank(width, self.token(""))
        search = self.finder.search
        return self.renderer.row_strip(
            positions[y],
            width,
            wrap_at=model.width if model.is_wrapped else None,
            pan=model.pan,
            search=search.pattern if search is not None else None,
            hit=self.finder.hit,
            is_marked=(
                self.marked is not None
                and self.marked.first <= positions[y].line <= self.marked.last
            ),
        )

    def resized(self) -> None:
        """More or fewer rows are on the screen, and lines wrap elsewhere."""
        self.model.resize(self._room_for_lines, self.size.height)

    def notify_style_update(self) -> None:
        """Colours changed: what was kept has the old ones."""
        super().notify_style_update()
        self.renderer.forget()

    # --- searching -----------------------------------------------------------------------

    def find(self, text: str) -> str:
        """Look for a pattern from here on; "" ends the search. Says if it is taken literally."""
        self.finder.begin(text, self.text, self.model.top.line)
        self.repaint()
        return self.finder.note

    def _post_search(self) -> None:
        finder = self.finder
        self._paint_map()
        self.post_message(self.SearchMoved(self, finder.rank, finder.count, finder.is_done))

    def action_next_hit(self) -> None:
        """To the next hit; from the last one to the first."""
        self._move_to_hit(self.model.top.line - 1, forward=True)

    def action_previous_hit(self) -> None:
        """To the hit before; from the first one to the last."""
        self._move_to_hit(self.model.top.line, forward=False)

    def _move_to_hit(self, start: int, *, forward: bool) -> None:
        if self.finder.search is None:
            self.post_message(Said(f"nothing to look for yet: {hint('filter')} searches"))
        self.finder.move(start, forward=forward)

    def action_error(self, step: int) -> None:
        """To the next (1) or previous (-1) line of a log that tells of an error or a warning."""
        self._wants_error = True
        if self.trouble.search is None:
            self.trouble.look_for(TROUBLE, Levels(self.text), self.model.top.line)
        first, last = self.shown_range
        if self.trouble.hit is not None and not first <= self.trouble.hit <= last:
            self.trouble.hit = None  # somebody scrolled away: on from what one sees
        # Who follows the end stands below the last line; who reads, at the first on the screen.
        origin = last + 1 if self.is_following else first
        self.trouble.move(first - 1 if step > 0 else origin, forward=step > 0)
        self._trouble_looked_for()

    def show_last_error(self) -> None:
        """To the last line that tells of an error, where there is one and it is not in sight."""
        if not len(self.text) or len(self.text) > MOST_COUNTED:
            return
        self._look_at_all()
        self._is_opening = True
        self.errors.move(len(self.text), forward=False)

    def _show_error(self, line: int) -> None:
        first, last = self.shown_range
        if not (self._is_opening and first <= line <= last):
            self.go_to(line)
        self._is_opening = False

    def _post_counts(self) -> None:
        self._paint_map()
        self.post_message(self.Counted(self))

    def _trouble_looked_for(self) -> None:
        if self._wants_error and self.trouble.is_done:
            self._wants_error = False
            first, last = self.shown_range
            if not self.trouble.count:
                self.post_message(Said("no line of this tells of an error or a warning"))
            elif first <= 0 and last >= len(self.text) - 1:
                # It moves nowhere: who pressed the key would think that it does nothing.
                self.post_message(Said("all errors and warnings are on the screen"))

    # --- keys ----------------------------------------------------------------------------

    def action_down(self) -> None:
        """One row down."""
        self._scroll(1)

    def action_up(self) -> None:
        """One row up."""
        self._scroll(-1)

    def action_first(self) -> None:
        """To the beginning."""
        if self._mark_to(0):
            return
        self.follow(False)
        self.model.move_to_begin()
        self.repaint()

    def action_last(self) -> None:
        """To the end."""
        if self._mark_to(len(self.text) - 1):
            return
        self.model.move_to_end()
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
        model = self.model
        if model.is_wrapped:
            return
        first, last = self.shown_range
        longest = max((self.renderer.line_width(i) for i in range(first, last + 1)), default=0)
        limit = max(model.pan, longest - model.width)
        model.pan = max(0, min(model.pan + PAN * direction, limit)) if direction else 0
        self.repaint()

    def action_wrap(self) -> None:
        """Long lines over several rows, or cut."""
        self.model.wrap(not self.model.is_wrapped)
        self.repaint()
        pan = f"{hint('move.left')} and {hint('move.right')} pan"
        how = "go on in the next row" if self.model.is_wrapped else f"are cut; {pan}"
        self.post_message(Said(f"long lines {how}"))

    def action_follow(self) -> None:
        """To the end, and stay there."""
        self.marked = None
        self.follow(True)

    def action_toggle_follow(self) -> None:
        """Follow, or stop following."""
        self.follow(not self.is_following)

    # --- mouse ---------------------------------------------------------------------------

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        """The wheel scrolls."""
        event.stop()
        self._scroll(WHEEL)

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        """The wheel scrolls."""
        event.stop()
        self._scroll(-WHEEL)
