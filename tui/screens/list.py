"""The list of the objects of one kind: how they are, and one key to do something about one."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Hashable, Iterable, Sequence
from datetime import datetime
from functools import partial
from itertools import chain
from typing import Any, ClassVar, NamedTuple

import msgspec
from msgspec import structs
from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Horizontal
from textual.getters import query_one
from textual.timer import Timer

from tui.actions import called
from tui.actions.base import On
from tui.actions.verdict import Subject
from tui.bindings import add_bindings, bind
from tui.commands import Command, alone, among, namespaces_of, one_of
from tui.context import AppContext
from tui.domain.changes import ChangeSet
from tui.domain.groups import Group
from tui.domain.identity import Depth, ObjectKey, Row, Target
from tui.domain.links import Link
from tui.domain.names import ALL
from tui.domain.query import Fields
from tui.domain.workflow import Manifest
from tui.errors import SourceError, TuiError
from tui.keys import hint
from tui.kinds.base import FailedLog, Glance, Inside, Kind, Told
from tui.kinds.registry import KINDS
from tui.menu import (
    GROUPING,
    REVERSED,
    Choice,
    Menu,
    ask_for_columns,
    lettered,
    orders,
)
from tui.messages import GoToStep, OpenObject, RunAction, ShowProof
from tui.panes import panes_of
from tui.ports.collections import Collections, Scope
from tui.ports.connection import Connection
from tui.ports.identity import Caller, caller_of
from tui.ports.objects import Objects
from tui.ports.tables import Tables
from tui.ports.threads import CancelToken
from tui.screens.archived import ONLY, ArchiveBeside
from tui.screens.arrangement import Arrangement
from tui.screens.bindings import (
    action_bindings,
    favourite_bindings,
    hints,
    kind_bindings,
    lacks,
    opening_bindings,
    preset_bindings,
)
from tui.screens.commands import action_commands, objects_called, pane_commands, sort_commands
from tui.screens.copies import Copied, copies_of, copies_of_marked, names
from tui.screens.filter_bar import FilterBar
from tui.screens.groups import (
    LABEL,
    NONE,
    PREFIX,
    group_columns,
    grouping_called,
    label_keys,
    named,
)
from tui.screens.headings import (
    about_cursor,
    about_name,
    count_of_marks,
    heading_of_list,
    how_far_all_read,
    why_empty,
    why_nothing_done,
)
from tui.screens.legend import LIST
from tui.screens.named_filters import NamedFiltersScreen
from tui.screens.peek import GLANCE, REST, TALL, WIDE, Part, Peek, PreviewSide
from tui.screens.pressure import Pressures, read_pressure
from tui.session import Session
from tui.settings import SETTINGS_FILE
from tui.state.archived import Seen
from tui.state.filling import Filling, Fillings
from tui.view import View
from tui.widgets.cells import printable, width_of
from tui.widgets.header import HeaderLine, HeaderPart
from tui.widgets.status_line import StatusLine
from tui.widgets.table import Table, sort_bindings

ARRANGING = 10
"""Arranging a list anew while it is read takes one in so many seconds at most."""
LEAST_PRESSURE = 16
"""Cells for how full a namespace is that are worth it, of the line below the list."""
PREVIEW_STEP = 5
"""Lines that a key scrolls the preview by."""
ZOOM_LIST, ZOOM_PREVIEW = "-zoom-list", "-zoom-preview"
"""Classes while one side has all the room."""
BORDER = 4
"""Cells that the border between list and preview moves by."""
LEAST_BESIDE, LEAST_LIST = 24, 80
"""Cells that the preview keeps, and the list."""
INSIDE_EVERY = 10.0
"""Seconds between two readings of all of the object that the cursor rests on."""
GROUPED = "grouped"
"""The choice of the menu of orders that goes on to what rows are put together by."""
LABELS, LABELS_OF = 9, 500
"""Keys of labels that are offered, and how many rows are looked at for them."""
MINE = "@mine"
"""The filter with a name that depends on who looks."""
TYPING = 0.3
"""Seconds without a key after which a filter is taken for one that is wanted."""


class _Glanced(NamedTuple):
    """What tells of a row at any time, and what it was made of."""

    row: Row[Any]
    said: str
    """The last line of the log of what failed in it."""
    moment: int
    """Of all that is known, at which."""
    second: int
    """In which second, by the clock of the loop."""
    tell: Callable[[datetime], Glance]


def _asked(fields: Fields) -> list[str]:
    """How a filter asks for each of the fields; the first needs no name."""
    first, *others = fields.named
    return [first, *(f"{name}:…" for name in others)]


class ListScreen(View[None]):
    """All objects of a kind in the scope, live."""

    ACTS_ON: ClassVar[tuple[On, ...]] = ("object", "kind")
    """What of a workflow can be acted on from here."""

    rows = query_one("#objects", Table)
    head = query_one("#head", HeaderLine)
    about = query_one("#about", Peek)
    beside = query_one("#beside", PreviewSide)
    groups = query_one("#groups", Table)
    query_bar = query_one(FilterBar)

    topics = (LIST,)

    @property
    def filter_fields(self) -> Fields:
        """Those of its kind."""
        return self.kind.fields

    @classmethod
    def key_bindings(cls, kind: Kind[Any, Any] | None = None) -> tuple[Binding, ...]:
        """Its own, and those of what is registered for a kind, the first one if none is named."""
        kind = kind or next(iter(KINDS))
        preset = preset_bindings()
        taken = {binding.key for binding in preset}
        return (
            *preset,
            bind("filter", "filter", "Filter", group="list", shown=True),
            bind("named-filters", "named_filters", "Named filters", group="list"),
            bind("problems", "problems", "Problems", group="list", shown=bool(kind.problems)),
            *favourite_bindings(()),
            *(each for each in opening_bindings(kind) if each.key not in taken),
            *action_bindings(kind.id, *cls.ACTS_ON),
            *kind_bindings(),
            *sort_bindings("list"),
            bind("columns", "columns_menu", "Columns", group="list"),
            bind("times", "times", "Ages or times", group="list"),
            bind("follow", "newest", "Stay at the newest", group="list"),
            bind("hide", "hide", "Archived ones", group="list"),
            bind("problem-after", "problem(1)", "Next problem", group="list"),
            bind("problem-before", "problem(-1)", "Previous problem", group="list"),
            bind("copy", "copy", "Copy name", group="workflow"),
            bind("preview", "preview", "Preview", group="list"),
            bind("side.other", "other_side", "List or preview", group="list"),
            bind("zoom", "zoom", "Zoom", group="list"),
            bind("border.more", "border(1)", "More room for this side", group="list"),
            bind("border.less", "border(-1)", "Less room for this side", group="list"),
            bind("side.down", "scroll_preview(1)", "Scroll the preview down", group="list"),
            bind("side.up", "scroll_preview(-1)", "Scroll the preview up", group="list"),
            bind("tab.next", "turn_preview(1)", "Next tab of the preview", group="list"),
            bind("tab.previous", "turn_preview(-1)", "Last tab of the preview", group="list"),
            bind("unwind", "unwind", "Unwind", group="list", shown=True),
        )

    def __init__(self, context: AppContext, kind: Kind[Any, Any], *, query: str = "") -> None:
        """`query` is the filter that it begins with."""
        super().__init__()
        self._first_query = query
        self.title = f"{kind.noun} list"
        self.noun = kind.noun
        add_bindings(self, self.key_bindings(kind))
        self.context = context
        self.kind = kind
        self.follows_scope = kind.follows_scope
        self.listed = kind.id
        self._ascii = context.settings.ascii
        self.arrangement: Arrangement[Any] = Arrangement(context, kind)
        self._asked_rights = False
        """Whether it was asked, for what is listed now, what may be done."""
        self._shown_for = ("", "")
        """The connection and namespace whose rights header and hints show."""
        self._related: list[Kind[Any, Any]] = []
        """The other lists that its columns look at."""
        self._end_related: list[Callable[[], object]] = []
        self._vanished: set[ObjectKey] = set()
        """What was marked when it went; another one of its name is not."""
        self._new: set[ObjectKey] = set()
        """What came above the screen since somebody moved the cursor, and was not seen yet."""
        self._wanted: tuple[ObjectKey, int] | None = None
        """The row that the cursor was on before other namespaces were listed, and its line."""
        self._resting: Timer | None = None
        """Runs until the cursor has rested where it is."""
        self._glanced: _Glanced | None = None
        """What tells of the row that the cursor is on."""
        self._pressures = Pressures()
        self._inside: tuple[object, str, list[Told], Manifest] | None = None
        """What is told of what was read whole: of which object, and of which version of it; and
        that itself."""
        self._whole: tuple[object, Part] | None = None
        """The same as panes take it, once somebody wants one: of which object and version."""
        self._unread: object = None
        """Which object could not be read last."""
        self._decoding: object = None
        """What is being made of it just now."""
        self._hinted_for: tuple[Row[Any] | None, frozenset[Hashable], str] = None, frozenset(), ""
        """For what the row of hints was made last: what the cursor is on, the marks, and Esc."""
        self._said: tuple[object, str] = ((), "")
        """What the step that failed said last, and of which object it is."""
        self._reading = CancelToken()
        """Ends the reading of what the cursor is no longer on."""
        self._looked: tuple[object, float] = ((), 0.0)
        """Which object was asked for last, and when by the clock of the loop."""
        self._hides_preview = False
        """Whether somebody wants the list to have all of a wide screen."""
        self._zoomed = ""
        """Which side has all the room for a while, by its class; "" for neither."""
        self._border = 0
        """Cells that somebody gave the preview; 0 for what the style sheet says."""
        self._filling: Fillings[Any] | None = None
        """What is read whole beside the list; None where the server tells all of it at once."""
        self._archive = ArchiveBeside(
            context, kind, self.arrangement, seen=self._seen, went_on=self._archive_went_on
        )
        self._asking_archive: Timer | None = None
        self._wanting: Timer | None = None
        self._stopped: tuple[str, str] | None = None
        """What somebody did not want to be read for any longer."""
        self._next_arranging = 0.0
        """By the clock of the loop, when it is arranged anew at the earliest."""
        self._has_landed = False
        """Whether something was read that the filter or the order may wait for."""
        self._shown_trouble: SourceError | None = None
        """The trouble of requests that the header tells of."""

    def compose(self) -> ComposeResult:
        """Header, filter, list, what the cursor is on, hints."""
        yield HeaderLine(id="head", ascii=self._ascii)
        yield FilterBar(
            self.context, self.arrangement, filtered=self._show_filtered, left=self._take_focus
        )
        with Horizontal(id="body"):
            yield Table[Row[Any]](
                self.arrangement.columns,
                key=lambda row: row.key,
                ascii=self._ascii,
                fits=True,
                now=self.context.now(),
                id="objects",
            )
            yield Table[Group[Any]](
                (),
                key=lambda group: group.name,
                ascii=self._ascii,
                fits=True,
                markable=False,
                now=self.context.now(),
                id="groups",
            )
            yield PreviewSide(self.kind, ascii=self._ascii, id="beside")
        yield Peek(id="about", ascii=self._ascii)
        yield StatusLine(ascii=self._ascii, grows=True)
        yield hints(self.context, self, self.kind.id)

    def on_mount(self) -> None:
        """Show what is known already, then hear of changes."""
        lists = self.context.lists
        self._end_listening = lists.listen(self.kind, self.take_changes)
        self.rows.sees = self._see
        self.rows.stay_at_newest()
        self.scope_changed()
        self.arrived()
        self.rows.focus()
        self.leave_only(self._first_query)

    def on_unmount(self) -> None:
        """Nobody looks at it any more."""
        self._end_listening()
        self._reading.set()
        self._leave_related()
        self._end_filling()
        self._archive.end()
        self.context.lists.drop_unheard(self.kind)

    # --- what the cluster tells ------------------------------------------------------------

    def scope_changed(self) -> None:
        """Other objects, or another source: begin anew, keep filter, order and the cursor's row."""
        self._remember_row()
        self._end_filling()
        self._listen_to_related()
        self._vanished.clear()
        self.arrangement.begin_anew()
        self._asked_rights = False
        self._begin_filling()
        self._archive.begin()
        self.query_bar.problem = ""
        self.rows.columns = self.arrangement.columns
        self._show_order()
        self.show_standing()

    def _listen_to_related(self) -> None:
        """Which lists those are depends on the source."""
        related = [self.arrangement.related(other) for other in self.kind.related]
        if [each.id for each in related] == [each.id for each in self._related]:
            return
        self._leave_related()
        self._related = related
        self._end_related = [
            self.context.lists.listen(each, lambda changes: self._show_related())
            for each in related
        ]

    def _show_related(self) -> None:
        if self.query(Table):  # else the screen is being taken down
            self.rows.repaint()

    def _leave_related(self) -> None:
        for end in self._end_related:
            end()
        for other in self._related:
            self.context.lists.drop_unheard(other)

    def arrived(self) -> None:
        """Other objects are listed: marks of those before are over, and favourites may differ."""
        self.rows.marks = [mark for mark in self.rows.marks if self._may_list(mark)]
        if self.follows_scope:
            add_bindings(self, favourite_bindings(self.context.elsewhere.favourites))
            self.refresh_bindings()

    def done_to(self, keys: frozenset[ObjectKey]) -> None:
        """What failed stays marked, so that it can be tried again."""
        if self.query(Table) and not self.rows.marks.isdisjoint(keys):
            self.rows.marks = self.rows.marks - keys

    def _may_list(self, key: Hashable) -> bool:
        """Whether an object can be in the list at all."""
        if not isinstance(key, ObjectKey) or self.context.connection(key.connection) is None:
            return False
        within = self.context.lists.scope.namespaces
        return not within or key.namespace in ("", *within)

    def take_changes(self, changes: ChangeSet[Any]) -> None:
        """Redraw what changed: some rows, or the order."""
        if not self.query(Table):
            return  # the screen is being taken down
        if self.app.screen is not self:
            # Behind a box it is seen, and not told of each second: what came has the ages of now.
            self.rows.tick(self.context.now())
        listing = self.arrangement.listing
        if self.arrangement.session.is_whole and not self.rows.model.is_at_newest:
            self._new.update(row.key for row in changes.added)
        if self.context.pending:
            # What somebody acts on stays in sight, though it may not match the filter after.
            listing.keep(row.key for row in changes.changed if self.context.pending.of(row.key))
        change = listing.update(changes)
        if self.arrangement.gave_up:
            self.query_bar.give_up()
        elif change.order:
            self._show_rows()
        elif change:
            rows = listing.rows
            for index in change.rows:
                self.rows.update_item(index, rows[index])
        self._unmark(changes, change.replaced)
        self._has_landed = self._has_landed or bool(changes.filled)
        if self._filling is not None:
            self._filling.take(changes)
            if changes.standing:
                self._want()  # only now it is known what there is
        self._archive.take(changes)
        self.show_standing()

    def _unmark(self, changes: ChangeSet[Any], replaced: Sequence[ObjectKey]) -> None:
        """A mark is for an object; another one of the same name was never meant."""
        gone = {key for key in changes.removed if key in self.rows.marks}
        again = {row.key for row in changes.added if row.key in self._vanished}
        lost = (self.rows.marks & set(replaced)) | again
        self._vanished = (self._vanished | gone) - again
        if lost or gone:
            self.rows.marks = self.rows.marks - lost - gone
        if lost:
            names = ", ".join(sorted(str(key.name) for key in lost if isinstance(key, ObjectKey)))
            self.context.say(f"no longer marked, as it was made anew: {names}", "warning")

    def show_standing(self) -> None:
        """Header, placeholder and the line about the cursor's row."""
        self._show_head()
        listing, query = self.arrangement.listing, self.arrangement.query
        far = self._how_far if self.arrangement.is_filter_deep else ""
        far = far or self._archive.how_far
        self.rows.placeholder = why_empty(self.context, self.kind, query, listing.total, far)
        self._show_about()
        self._heed_rights()

    def _heed_rights(self) -> None:
        """Ask what may be done where the cursor is when the list opens, and show it wherever it
        moves; of other namespaces it is asked when something is done to what is there."""
        if not self._asked_rights and self.namespace and self.context.is_connected:
            self._asked_rights = True
            self.context.ask_rights(self.namespace, connection=self.connection)
        if self._shown_for != (self.connection, self.namespace):
            self.rights_known()

    def rights_known(self) -> None:
        """Header and hints tell what may be done in the namespace of the cursor."""
        self._shown_for = (self.connection, self.namespace)
        self.refresh_bindings()
        self._show_head()

    def tick(self, now: datetime) -> None:
        """A second went by."""
        if self.arrangement.tick():
            self._show_rows()
        if self._filling is not None:
            self._show_landed()
            self._filling.go_on()
        if self.is_grouped:
            self._show_groups()
            self.groups.tick(now)
        self.rows.tick(now)
        self.beside.tick(now)
        if self._resting is None and self._has_glance:
            self._tell(self.row)
        is_live = self.arrangement.session.standings.is_live
        if not self.context.is_connected:
            self.show_standing()  # it tells how far files are read
        elif not is_live or self.context.request_trouble is not self._shown_trouble:
            self._show_head()

    def on_screen_resume(self) -> None:
        """In front again: ages are those of now, not of when it was covered, and so are rights."""
        self.tick(self.context.now())
        self.rights_known()
        self._show_about()

    def heading_changed(self) -> None:
        """Whether it is recorded, or what time is played."""
        self._show_head()

    def _show_head(self) -> None:
        self._shown_trouble = self.context.request_trouble
        listing = self.arrangement.listing
        where = (self.connection, self.namespace)
        archive = self._archive.reader
        self.head.show(*heading_of_list(self.context, self.kind, listing, where, archive=archive))

    def _show_about(self) -> None:
        """Tell what the cursor is on, and read what else there is to tell of it."""
        if self._resting is not None:
            self._resting.stop()
            self._resting = None
        row = self.row
        hinted = row, self.rows.marks, self.unwinds
        if hinted != self._hinted_for:
            self._hinted_for = hinted
            self.hint_anew()
        self._tell(row)
        if row is None:
            self.beside.forget()
        elif self._has_glance:
            self._look_inside(row)
            self._show_pane(row)

    def _tell(self, row: Row[Any] | None) -> None:
        """Tell what the cursor is on: in one line, or in some and beside the list."""
        listing, query = self.arrangement.listing, self.arrangement.query
        left, right = about_cursor(self.context, self.kind, row, listing, query, self._how_far)
        right = [*right, *count_of_marks(len(self.rows.marks))]
        if self.is_grouped:
            left = [*self._about_group(), (f"   {hint('open')} opens it", "muted")]
        elif self.arrangement.opened is not None:
            right = [*self._about_group(), (f"  {hint('unwind')} goes back  ", "muted"), *right]
        full = self._pressure_on(row) if row is not None and not self.is_grouped else ""
        words: list[HeaderPart] = [("  pressure ", "muted"), (full, "")] if full else []
        is_room = self._room_beside(*left, *words[:1], *right) >= LEAST_PRESSURE
        is_room = is_room and not self.has_class("-beside")  # where it stands in any case
        lines: list[list[HeaderPart]] = [[*left, *(words if is_room else ())]]
        glance = self._glance(row) if row is not None else None
        if row is not None and glance is not None:
            inside = self._inside
            steps = inside[2] if inside is not None and inside[0] == (row.key, row.uid) else []
            pressed = [Told("", ""), Told("pressure", full)] if full else []
            self.beside.show(row.key.name, [*glance.facts, *pressed, *steps])
            if self.has_class("-tall"):
                first, *more = glance.lines
                if full:
                    # What waits has more from that than from how others went.
                    runs = more.pop() if len(more) > 1 else []
                    more.append([*words, (" ", ""), *runs])
                lines = [[*about_name(self.context, row), *first], *more]
        elif row is None:
            self.beside.show("", [])
        self.about.show(lines, right)

    def _room_beside(self, *parts: HeaderPart) -> int:
        """How many cells of the line below the list these leave."""
        return self.size.width - sum(width_of(printable(text)) for text, _ in parts)

    @property
    def _has_glance(self) -> bool:
        """Whether there is more to tell than a line, and room for it."""
        is_room = self.has_class("-tall") or self.has_class("-beside")
        return is_room and self.kind.glance is not None

    def _glance(self, row: Row[Any]) -> Glance | None:
        """What is told of a row where there is room for it; None where there is none."""
        make = self.kind.glance
        if make is None or not self._has_glance:
            return None
        # Of the time that the rows show, so that both tell the same.
        now, second = self.rows.now, int(asyncio.get_running_loop().time())
        last, known = self._glanced, self.arrangement.session.known
        said = self._said[1] if self._said[0] == (row.key, row.uid) else ""
        # Going over ten thousand runs takes a while: not with each of ten changes a second, nor
        # where nothing but the time is another.
        if (
            last is not None
            and (last.row is row and last.said == said)
            and (last.moment == known.moment or last.second == second)
        ):
            return last.tell(now)
        here = (each for each in known.values() if each.key.connection == row.key.connection)
        runs = chain((each.value for each in here), self._past_runs(row))
        tell = make(row.value, runs, said=said, ascii=self._ascii)
        self._glanced = _Glanced(row, said, known.moment, second, tell)
        return tell(now)

    def _past_runs(self, row: Row[Any]) -> Iterable[Any]:
        """What the archive knows of runs like the one that the cursor rests on."""
        if self.kind.archived is None or row.depth is Depth.TABLE:
            return ()
        connection = self.context.connection(row.key.connection)
        loop, of = asyncio.get_running_loop(), self.context.past_runs.of
        return of(connection, self.kind, row.value, loop, self._show_past_runs)

    def _show_past_runs(self) -> None:
        if self.query(Table):
            self._glanced = None
            self._show_about()

    def _pressure_on(self, row: Row[Any]) -> str:
        """How full the namespace is in which a row waits; "" for what does not, and until it is
        read."""
        waits, key = self.kind.waits, row.key
        if waits is None or not waits(row.value):
            return ""
        connection = self.context.connection(key.connection)
        if connection is None or not connection.place.is_live:
            return ""
        now = asyncio.get_running_loop().time()
        if self._pressures.is_due(key.connection, key.namespace, now):
            self._read_pressure(connection, key.namespace)
        return self._pressures.known(key.connection, key.namespace)

    @work(thread=True, group="pressure", exit_on_error=False, description="reading the pressure")
    def _read_pressure(self, connection: Connection, namespace: str) -> None:
        told = read_pressure(connection, namespace)
        self.app.call_from_thread(self._take_pressure, connection.id, namespace, told)

    def _take_pressure(self, connection: str, namespace: str, told: str) -> None:
        if self._pressures.learn(connection, namespace, told) and self.query(Table):
            self._show_about()

    def _look_inside(self, row: Row[Any]) -> None:
        """Read all of what the cursor rests on, if that is shown and may be another than before.

        Below the list no more of it is told than the last line of a log, of what failed.
        """
        tell, second = self.kind.inside, asyncio.get_running_loop().time()
        log = self.kind.failed_log
        failed = log if log is not None and log.may_be(row.value) else None
        is_told = self.has_class("-beside") or (failed is not None and self.has_class("-tall"))
        if tell is None or not is_told or row.depth is Depth.TABLE:
            return
        wanted, known = (row.key, row.uid), self._inside
        if known is not None and known[0] == wanted and known[1] == row.version:
            return
        if wanted == self._looked[0] and second < self._looked[1] + INSIDE_EVERY:
            return
        self._looked = wanted, second
        self._reading.set()
        self._reading = CancelToken()
        self._read_inside(row, tell, failed, self._reading)

    @work(thread=True, exclusive=True, group="inside", exit_on_error=False)
    def _read_inside(
        self, row: Row[Any], tell: Inside, failed: FailedLog | None, stop: CancelToken
    ) -> None:
        connection = self.context.connection(row.key.connection)
        objects = connection.port(Objects) if connection is not None else None
        if objects is None:
            return
        try:
            manifest = objects.get(Target(row.key, row.uid))
        except TuiError as error:
            # What the list knows stays, and the list says what is wrong.
            self.app.call_from_thread(self._take_unread, row, str(error))
            return
        told = tell(manifest, self.context.now(), ascii=self._ascii)
        self.app.call_from_thread(self._take_inside, row, told, None, manifest)
        log = failed.of(manifest) if failed is not None else None
        if log is None or connection is None or stop.is_set:
            return
        # A list does not wait for what reading logs takes to be imported.
        from tui.inquiry import last_line

        try:
            said = last_line(connection, *log, stop)
        except TuiError:
            return  # its own screen says what is wrong with its log
        self.app.call_from_thread(self._take_inside, row, told, said, manifest)

    def _take_inside(
        self, row: Row[Any], told: list[Told], said: str | None, manifest: Manifest
    ) -> None:
        self._inside = (row.key, row.uid), row.version, told, manifest
        self._unread = None
        if said is not None:
            self._said = (row.key, row.uid), said
        if self.query(Table) and self.row is not None and self.row.key == row.key:
            self._show_about()

    def _take_unread(self, row: Row[Any], why: str) -> None:
        """It could not be read, which who wants a pane of it is told."""
        if self.query(Table) and self.row is not None and self.row.key == row.key:
            is_wanted = self.beside.front != GLANCE and self.has_class("-beside")
            if is_wanted and self._unread != (row.key, row.uid):
                self.context.say(f"{row.key.name} cannot be previewed: {why}", "warning")
            self._unread = row.key, row.uid
            self.beside.forget()

    def _show_pane(self, row: Row[Any]) -> None:
        """Show the pane that somebody wants beside the list, once what it is about was read."""
        known = self._inside
        if self.beside.front == GLANCE or not self.has_class("-beside") or known is None:
            return
        of = known[:2]
        if of[0] != (row.key, row.uid):
            return  # until that is read, what was shown before stays
        if self._whole is None or self._whole[0] != of:
            if self._decoding != of:
                self._decoding = of
                self._decode(of, known[3])
            return
        source = row.key.connection
        self.call_later(
            self.beside.show_whole, self.context.at(source), source, row.key.name, self._whole[1]
        )

    # Textual describes a worker by the text of its arguments: of a large run, megabytes.
    @work(thread=True, group="whole", description="decoding what is previewed")
    def _decode(self, of: object, manifest: Manifest) -> None:
        raw = msgspec.json.encode(manifest)
        item, _ = self.kind.whole(raw)
        begin = self.kind.begins_with
        steps = begin(item) if begin is not None else (None, None)
        self.app.call_from_thread(self._take_whole, of, Part(item, *steps, raw))

    def _take_whole(self, of: object, part: Part) -> None:
        self._whole, self._decoding = (of, part), None
        if self.query(Table):
            self._show_about()

    def on_screen_suspend(self) -> None:
        """Another is in front: what nobody sees is not read. Behind a box it is still seen."""
        if not self.app.screen.is_modal:
            self.beside.forget()

    def on_resize(self) -> None:
        """There is room for more, or for less."""
        self._fit()

    def _fit(self) -> None:
        """Tell as much of what the cursor is on as there is room for."""
        width, height = self.size
        can = self.kind.glance is not None
        is_beside = can and width >= WIDE and not self._hides_preview
        is_tall = can and not is_beside and width >= TALL[0] and height >= TALL[1]
        if not is_beside:
            self._border = 0
            self._leave_preview()
        if (is_beside, is_tall) != (self.has_class("-beside"), self.has_class("-tall")):
            self.set_class(is_beside, "-beside")
            self.set_class(is_tall, "-tall")
            self.call_after_refresh(self._show_about)

    def _leave_preview(self) -> None:
        """There is no preview any more: neither the keys nor all the room can be its own."""
        self._zoom("" if self._zoomed == ZOOM_PREVIEW else self._zoomed)
        had_focus = self.beside.holds_focus
        self.beside.forget(keeps_focus=False)
        if had_focus:
            self.call_after_refresh(self._take_focus)  # what is hidden still takes no focus

    def _zoom(self, side: str) -> None:
        """Give one side all the room, or, for "", each its own."""
        self._zoomed = side
        for each in (ZOOM_LIST, ZOOM_PREVIEW):
            self.set_class(each == side, each)
        self._put_border()

    @property
    def _is_beside(self) -> bool:
        """Whether there is a preview to go to; one that the list hides for a while is."""
        return self.has_class("-beside") and not self.is_grouped

    def action_other_side(self) -> None:
        """Between the list and the preview."""
        if not self._is_beside:
            self.context.say(self._why_no_preview)
            return
        goes_there = not self.beside.holds_focus
        if self._zoomed:
            self._zoom(ZOOM_PREVIEW if goes_there else ZOOM_LIST)
        # What is hidden still takes no focus.
        self.call_after_refresh(self.beside.take_focus if goes_there else self._take_focus)

    def action_zoom(self) -> None:
        """Only the side with the focus, or both again."""
        if self._zoomed:
            self._zoom("")
        elif self.beside.holds_focus:
            self._zoom(ZOOM_PREVIEW)
        elif self._is_beside or self.has_class("-tall"):
            self._zoom(ZOOM_LIST)
        else:
            self.context.say("the list has all the room already")

    def action_border(self, step: int) -> None:
        """Move the border between list and preview: more room (1) or less (-1) for this side."""
        if not self._is_beside or self._zoomed:
            self.context.say("no border to move here")
            return
        now = self.beside.outer_size.width
        grows = step if self.beside.holds_focus else -step
        self._border = max(LEAST_BESIDE, min(now + grows * BORDER, self.size.width - LEAST_LIST))
        self._put_border()

    def _put_border(self) -> None:
        """Give the preview the cells that somebody gave it, else what the style sheet says."""
        styles, at = self.beside.styles, self._border
        for rule in ("width", "max_width"):
            styles.clear_rule(rule)
        if at and self._zoomed != ZOOM_PREVIEW:
            styles.width = styles.max_width = at

    @property
    def _why_no_preview(self) -> str:
        """Why there is no preview here."""
        if self.kind.glance is None:
            return f"{self.kind.nouns} have no preview; {hint('open')} opens one"
        if self.is_grouped:
            return f"a group has no preview; {hint('open')} opens it"
        if self.size.width < WIDE:
            return f"the preview needs {WIDE} columns; {hint('open')} opens the workflow"
        return f"there is no preview; {hint('preview')} shows it"

    def action_preview(self) -> None:
        """Tell of what the cursor is on beside the list, or give the list all of the screen."""
        if self.kind.glance is None or self.size.width < WIDE:
            self.context.say(self._why_no_preview)
        else:
            self._hides_preview = not self._hides_preview
            self._zoom("")
            self._fit()

    def action_turn_preview(self, step: int) -> None:
        """Preview the next pane of what the cursor is on, or the one before; round the end."""
        if not self._is_beside:
            self.context.say(self._why_no_preview)
            return
        self.beside.turn(step)
        self._show_about()

    @on(GoToStep)
    @on(ShowProof)
    def open_proof(self, message: GoToStep | ShowProof) -> None:
        """Enter in a pane that is previewed goes on in the screen of the object."""
        message.stop()
        self.action_open(message.pane if isinstance(message, ShowProof) else "")

    def action_scroll_preview(self, lines: int) -> None:
        """Show what is further down, or up, beside the list; from there, go on in the list."""
        if self.beside.holds_focus:
            self.rows.move_to_line(self.rows.cursor + lines)
        elif self.has_class("-beside"):
            self.beside.scroll_by(lines * PREVIEW_STEP)
        else:
            self.context.say("there is no preview to scroll here")

    def _show_rows(self) -> None:
        self.rows.replace(list(self.arrangement.rows))
        self._go_back_to_row()
        self._count_new()

    def _remember_row(self) -> None:
        """The cursor shall stay on its row if that is in the next list, too."""
        key, model = self.rows.cursor_key, self.rows.model
        if isinstance(key, ObjectKey):
            self._wanted = key, model.cursor - model.top
        self.rows.stay_at_newest()
        self._new.clear()

    def _go_back_to_row(self) -> None:
        if self._wanted is None:
            return
        key, line = self._wanted
        index = self.arrangement.listing.index_of(key)
        if index is not None:
            self.rows.move_to_line(index, line=line)
        if index is not None or not self.rows.model.is_at_newest:
            self._wanted = None  # it is there, or somebody went elsewhere meanwhile

    def _count_new(self) -> None:
        """Say how many came above what is on the screen."""
        if self._new:
            listing, top = self.arrangement.listing, self.rows.model.top
            places = {key: listing.index_of(key) for key in self._new}
            self._new = {key for key, at in places.items() if at is not None and at < top}
        count = f"{len(self._new):,} new above ({hint('move.first')})" if self._new else ""
        self.rows.note(count)

    def action_newest(self) -> None:
        """The cursor stays on the newest from now on."""
        self.sort_by("")
        self.rows.stay_at_newest()

    def _show_order(self) -> None:
        column, descending = self.arrangement.sorted_as
        self._show_rows()
        self.rows.show_sort(column, descending=descending)
        self._stopped = None
        self._want()
        self._archive.read_on()

    def remembered(self, session: Session) -> Session:
        """The session with what this screen shows in it."""
        hides = not self._archive.is_wanted
        return structs.replace(self.arrangement.remembered(session), hides_archived=hides)

    def go_on(self, session: Session) -> None:
        """Show what was shown before."""
        self._archive.want(wanted=not session.hides_archived)
        self.query_bar.put(session.query)
        self.sort_by(session.sort, descending=session.descending)

    # --- what is read beside the list --------------------------------------------------------

    def _begin_filling(self) -> None:
        urgencies = {
            group: place for place, tally in enumerate(self.kind.tallies) for group in tally.groups
        }
        each = [
            Filling(
                self.arrangement.session,
                tables,
                self.kind,
                scope,
                asyncio.get_running_loop(),
                connection=name,
                urgency=lambda value: urgencies.get(self.kind.group(value)),
                newest=self.kind.newest,
                said=self._say_not_read,
                went_on=self._reading_went_on,
            )
            for name, tables, scope in self._tables()
        ]
        if each:
            self._filling = Fillings(each)
        self._want()

    def _tables(self) -> Iterable[tuple[str, Tables, Scope]]:
        """The connections of this list that tell Tables, and what is listed of each."""
        scopes = {id(feed.collections): feed.scope for feed in self.context.lists.feeds}
        for name, connection in self.context.connections.items():
            tables, scope = connection.port(Tables), scopes.get(id(connection.port(Collections)))
            if tables is not None and scope is not None:
                yield name, tables, scope

    def _end_filling(self) -> None:
        if self._wanting is not None:
            self._wanting.stop()
        if self._filling is not None:
            self._filling.end()
            self._filling = None

    def _say_not_read(self, error: SourceError) -> None:
        self.context.say(f"{self.kind.nouns} are not read whole: {error}", "warning")

    def _see(self, near: Sequence[Hashable]) -> None:
        """Other rows are on the screen."""
        if self._new:
            self._count_new()
        if self._filling is not None:
            self._filling.look([key for key in near if isinstance(key, ObjectKey)])
        self._archive.read_on()

    def _seen(self) -> Seen:
        """What is on the screen, for who reads on where its end is near."""
        listing, model = self.arrangement.listing, self.rows.model
        return Seen(
            model.top + model.page,
            len(listing),
            listing.index_of,
            model.cursor,
            self.arrangement.is_by_time,
        )

    def _archive_went_on(self) -> None:
        if self.query(Table):
            self.show_standing()

    def action_hide(self) -> None:
        """With what an Argo Server has archived, or without."""
        self._archive.switch()
        self.rows.refit()

    def show_archive(self) -> None:
        """Only what is archived; again: look further in it."""
        if why := self._archive.why_none:
            self.context.say(why)
            return
        if not self._archive.is_wanted:
            self._archive.switch()
        if self.arrangement.query != ONLY:
            self.query_bar.put(ONLY)
        else:
            self._archive.look_further()

    def _want(self) -> None:
        """Read what filter and order need, once somebody has typed to the end."""
        if self._filling is None:
            return
        if self._wanting is not None:
            self._wanting.stop()
        if self.arrangement.depth is Depth.TABLE:
            self._filling.read_no_more()
        elif self.arrangement.needs != self._stopped:
            self._wanting = self.set_timer(TYPING, self._read_wanted)

    def _read_wanted(self) -> None:
        filling = self._filling
        if filling is None:
            return
        selectors = self.arrangement.selectors
        if selectors:
            filling.select(selectors)
        elif self.arrangement.wants_all:
            filling.read_all()
        else:
            filling.read_no_more()
        self._reading_went_on()

    def _reading_went_on(self) -> None:
        """Reading everything began or ended, or a server selected."""
        if self._filling is None or not self.query(Table):
            return
        self.arrangement.selected = self._filling.selected
        self._has_landed = True
        self._show_landed(at_once=True)
        self.show_standing()

    def _show_landed(self, *, at_once: bool = False) -> None:
        """Filter and sort by what was read meanwhile: not with every page that lands, and of many
        thousands less often than once a second."""
        if not self._has_landed or self.arrangement.depth is Depth.TABLE:
            self._has_landed = False
            return
        clock = asyncio.get_running_loop().time
        begun = clock()
        if begun < self._next_arranging and not at_once:
            return
        self.arrangement.listing.arrange_anew()
        self._show_rows()
        self._has_landed = False
        self._next_arranging = begun + (clock() - begun) * ARRANGING

    @property
    def _how_far(self) -> str:
        """How far that was read which filter and order need; "" where it is there."""
        filling, arrangement = self._filling, self.arrangement
        if filling is None or arrangement.depth is Depth.TABLE:
            return ""
        far = how_far_all_read(arrangement.listing)
        if not far or not (arrangement.selectors or arrangement.wants_all):
            return ""  # how far that was read which is counted stands in the header
        if filling.is_asking:
            return "asking the server for labels …"
        selectors = arrangement.selectors
        if any(filling.selected.get(each) for each in selectors):
            return "labels as typed"
        return f"{far} …" if filling.is_reading_all else far

    def why_nothing(self, meaning: str) -> str:
        """What such an object does not have, or cannot have done to it."""
        return lacks(self.kind, meaning)

    def try_again(self) -> None:
        """Do not wait for the next try."""
        if self._filling is not None:
            self._filling.try_again()
        self._archive.read_anew()
        self.context.past_runs.forget()

    # --- filter and order ------------------------------------------------------------------

    # --- groups ----------------------------------------------------------------------------

    @property
    def is_grouped(self) -> bool:
        """Whether groups are shown in place of rows."""
        return self.arrangement.grouping is not None and self.arrangement.opened is None

    @property
    def row(self) -> Row[Any] | None:
        """What the cursor is on; None for nothing, and for a group."""
        return None if self.is_grouped else self.rows.current

    def group_by(self, text: str) -> None:
        """Put the rows together by `template`, `cron` or `label KEY`, or by `none`.

        Raises: UsageError for what is none of those.
        """
        self.arrangement.group(grouping_called(text, self.kind))
        self.rows.marks = ()
        self._show_grouped()

    def _show_grouped(self) -> None:
        """Show the groups, or the rows of one, or all rows."""
        arrangement = self.arrangement
        if arrangement.grouping is not None:
            columns = group_columns(
                self.kind, arrangement.grouping, arrangement.columns, ascii=self._ascii
            )
            self.groups.columns = columns
            self.groups.show_sort("last-age")
        self.set_class(self.is_grouped, "-grouped")
        self._show_groups()
        self._show_filtered()
        self._take_focus()
        self.refresh_bindings()

    def _show_groups(self) -> None:
        if self.is_grouped:
            self.groups.replace(self.arrangement.groups)

    def _take_focus(self) -> None:
        (self.groups if self.is_grouped else self.rows).focus()

    @on(Table.Chosen, "#groups")
    def open_group(self) -> None:
        """Enter on a group: its rows."""
        self.arrangement.open_group(self.groups.current)
        self._show_grouped()

    @on(Table.CursorMoved, "#groups")
    def tell_group(self) -> None:
        """Say which group the cursor is on."""
        self._show_about()

    def _about_group(self) -> list[HeaderPart]:
        """The group under the cursor, or the one whose rows are shown."""
        grouping, opened = self.arrangement.grouping, self.arrangement.opened
        group = opened if opened is not None else self.groups.current
        if grouping is None or group is None:
            return []
        about = f"{grouping.text}: {named(group, grouping, ascii=self._ascii)}"
        return [(f" {about}", "heading")]

    def _show_filtered(self) -> None:
        if MINE in self.arrangement.query:
            self.learn_who()
        self._show_rows()
        self.rows.refit()
        self._show_groups()
        self._want()
        self._archive_later()
        self.show_standing()

    def leave_only(self, query: str) -> None:
        """Show only what a filter leaves, once it is there; "" changes nothing."""
        self._first_query = query
        if query and self.query(FilterBar):
            self.query_bar.put(query)

    def _archive_later(self) -> None:
        """Ask the archive once somebody has typed to the end."""
        if self._asking_archive is not None:
            self._asking_archive.stop()
        if self._archive.reader is not None:
            self._archive.is_typed = False
            self._asking_archive = self.set_timer(TYPING, self._archive.typed)

    def action_filter(self) -> None:
        """Type what to look for."""
        self.query_bar.open(self.arrangement.query)

    @work(exclusive=True, group="named-filters")
    async def action_named_filters(self) -> None:
        """Choose one of the filters that have a name."""
        self.learn_who()
        filters = self.arrangement.named_filters
        if not filters:
            self.context.say(f"no filter has a name; [filters] in {SETTINGS_FILE} gives them names")
            return
        current = self.arrangement.query.removeprefix("@")
        menu = NamedFiltersScreen(filters, current=current, ascii=self._ascii)
        name = await self.app.push_screen_wait(menu)
        if name is not None:
            self.query_bar.put(f"@{name}")

    def learn_who(self) -> None:
        """Ask who looks at the list, once, for the filter that leaves what they made."""
        if self.arrangement.me is None and self.context.is_connected:
            self._ask_who()

    @work(thread=True, exclusive=True, group="who", exit_on_error=False)
    def _ask_who(self) -> None:
        connection = self.context.connection(self.connection)
        caller = caller_of(connection) if connection is not None else None
        if caller is not None:
            self.app.call_from_thread(self._take_who, caller)

    def _take_who(self, caller: Caller) -> None:
        self.arrangement.me = caller
        if MINE in self.arrangement.query and self.query(Table):
            self.query_bar.put(self.arrangement.query)

    def action_problems(self) -> None:
        """Those with a problem only, or all again."""
        if not self.kind.problems:
            self.context.say(f"{self.kind.nouns} have no problems to look for")
            return
        self.query_bar.put(
            "" if self.arrangement.query == self.kind.problems else self.kind.problems
        )

    def action_sort(self, step: int) -> None:
        """Sort by the next or previous column that is shown."""
        self.arrangement.sort_by_next(step, self.rows.shown_columns)
        self._show_order()

    def sort_by(self, column: str, *, descending: bool | None = None) -> None:
        """Sort by a column; "" is newest first."""
        self.arrangement.sort_by(column, descending=descending)
        self._show_order()

    def action_sort_menu(self) -> None:
        """Choose the column to sort by, or turn the order round."""
        arrangement = self.arrangement
        choices = orders(arrangement.columns, "Newest", descending=arrangement.descending)
        by = [*self.kind.groupings, *(["a label"] if self._labels() else [])]
        grouping = Choice(GROUPED, "Group …", GROUPING, f"by {' or '.join(by)}" if by else "")
        menu = Menu(
            "Sort", [*choices, grouping], current=arrangement.sort_column, ascii=self._ascii
        )
        self.app.push_screen(menu, self._order)

    def action_columns_menu(self) -> None:
        """Choose which columns there are."""
        ask_for_columns(
            self.app,
            lambda: [(name, title.capitalize(), on) for name, title, on in self._choosable_columns],
            self._choose_column,
            self._choose_usual_columns,
            ascii=self._ascii,
        )

    @property
    def _choosable_columns(self) -> list[tuple[str, str, bool]]:
        """Id and title of each, and whether it is on the screen."""
        shown = {column.id for column in self.rows.shown_columns}
        return [(*each, each[0] in shown) for each in self.arrangement.choosable_columns]

    def _choose_column(self, id: str, on: bool) -> None:
        self.arrangement.choose_column(id, on=on)
        self._show_columns()

    def _choose_usual_columns(self) -> None:
        self.arrangement.choose_usual_columns()
        self._show_columns()

    def _choose_column_by_word(self, word: str) -> None:
        for column, title, is_there in self._choosable_columns:
            if title.casefold() == word.casefold():
                self._choose_column(column, not is_there)

    @property
    def _column_words(self) -> list[str]:
        return [title.casefold() for _, title, _ in self._choosable_columns]

    def _show_columns(self) -> None:
        self.rows.columns = self.arrangement.columns
        self._show_order()

    def action_times(self) -> None:
        """Tell when things came to be in place of how long ago, or the other way round."""
        is_time = self.arrangement.turn_times()
        self._show_columns()
        self.context.say("times, in UTC" if is_time else "ages")

    def _order(self, chosen: str | None) -> None:
        if chosen == GROUPED:
            self._choose_grouping()
        elif chosen == REVERSED:
            self.reverse()
        elif chosen is not None:
            self.action_order(chosen)

    def action_order(self, column: str) -> None:
        """Sort by a column, or the other way round where that is the order already."""
        sortable = {each.id: each.title for each in self.arrangement.columns if each.order}
        if column and column not in sortable:
            self.context.say(f"there is no {column} to sort by here")
        elif column and column == self.arrangement.sort_column:
            self.reverse()
        else:
            self.sort_by(column)

    def _choose_grouping(self) -> None:
        """Choose what the rows are put together by."""
        labels = self._labels()
        own = [label for label in labels if PREFIX not in label]
        # Where nobody has labels of their own, Argo's are better than none.
        texts = [*self.kind.groupings, *(own or labels)[:LABELS], NONE]
        choices = lettered(
            Choice(text, f"Label {text.rpartition('/')[2]}", help=text.removeprefix(f"{LABEL} "))
            if PREFIX in text
            else Choice(text, text.capitalize())
            for text in texts
        )
        grouping = self.arrangement.grouping
        current = grouping.text if grouping is not None else ""
        menu = Menu("Group by", choices, current=current, ascii=self._ascii)
        self.app.push_screen(menu, self._group)

    def _group(self, chosen: str | None) -> None:
        if chosen is not None:
            self.group_by(chosen)

    def _groupings_like(self, typed: str) -> list[str]:
        return among([*self.kind.groupings, *self._labels(), NONE], typed)

    def _labels(self) -> list[str]:
        """The groupings by the labels that the first rows have."""
        values = [row.value for row in self.arrangement.rows[:LABELS_OF]]
        return [f"{LABEL} {key}" for key in label_keys(values)]

    def reverse(self) -> None:
        """The other way round."""
        self.arrangement.reverse()
        self._show_order()

    # --- keys ------------------------------------------------------------------------------

    @on(Table.Marked, "#objects")
    def tell_marks(self) -> None:
        """Say how many are marked."""
        self._show_about()

    @on(Table.CursorMoved, "#objects")
    def tell_selection(self) -> None:
        """Say what the list has no room for, once the cursor rests."""
        if self._resting is not None:
            self._resting.stop()
        self._resting = self.set_timer(REST, self._show_about)
        self._heed_rights()

    @on(Table.Chosen, "#objects")
    def open_chosen(self) -> None:
        """Enter: a screen of its own."""
        self.action_open("")

    def action_open(self, pane: str) -> None:
        """Open the object under the cursor with one of its panes in front."""
        row = self.row
        self.rows.hold()
        if row is not None and pane and pane not in self.kind.panes:
            self.context.say(f"a {self.kind.noun} has no {pane}")
        elif row is not None:
            self.post_message(OpenObject(row.key, row.uid, pane))
        else:
            self._say_none()

    def action_failed_log(self) -> None:
        """The log of the step that failed."""
        row = self.row
        if row is None:
            self._say_none()
        elif not self.kind.is_problem(row.value):
            self.context.say(f"no step of {row.key.name} failed; {hint('pane.logs')} opens a log")
        else:
            self.action_open(next(pane.id for pane in panes_of(self.kind) if pane.of_step))

    @property
    def file_name(self) -> str:
        """What a file with the list is called: `workflows-argo.txt`."""
        within = "-".join(self.context.lists.scope.namespaces[:1])
        return f"{'-'.join(filter(None, (self.kind.nouns.replace(' ', '-'), within)))}.txt"

    @property
    def namespace(self) -> str:
        """That of the row under the cursor, else the only one that is listed."""
        row, listed = self.row, self.context.lists.scope.namespaces
        if row is not None:
            key: ObjectKey = row.key
            return key.namespace
        return listed[0] if len(listed) == 1 and self.kind.resource.namespaced else ""

    @property
    def connection(self) -> str:
        """That of the row under the cursor, else the first that is listed."""
        row = self.row
        return row.key.connection if row is not None else next(iter(self.context.connections), "")

    def action_act(self, id: str) -> None:
        """Do something to what is marked, else to what the cursor is on."""
        self.rows.hold()
        subjects = self.subjects(called(id, (self.kind.id,))[0].on)
        if subjects:
            self.post_message(RunAction(id, subjects))
        else:
            self._say_none()

    def subjects(self, on: On) -> tuple[Subject, ...]:
        """What an action on this is done to: what is marked, else what the cursor is on."""
        if on == "kind":
            here = self.namespace if self.kind.resource.namespaced else ""
            return (Subject(Target(ObjectKey(self.connection, self.kind.id, here, ""))),)
        if on != "object" or self.is_grouped:
            return ()
        marks, current = self.rows.marks, self.rows.current
        if marks:
            known = self.arrangement.session.known.values()
            rows = [row for row in known if row.key in marks]
        else:
            rows = [current] if current is not None else []
        return tuple(Subject(Target(row.key, row.uid), row.value) for row in rows)

    @property
    def has_subject(self) -> bool:
        """Not where the cursor is on a group, or the list is empty and nothing is marked."""
        return not self.is_grouped and bool(self.rows.items or self.rows.marks)

    def nothing_there(self, on: On) -> str:
        """Why the cursor is on nothing."""
        if self.is_grouped:
            return f"this is a group: {hint('open')} opens it"
        listing, query = self.arrangement.listing, self.arrangement.query
        return why_nothing_done(self.context, self.kind, query, listing.total)

    def _say_none(self) -> None:
        self.context.say(self.nothing_there("object"))

    # --- what is meant here ----------------------------------------------------------------

    @property
    def place(self) -> str:
        """This list with its filter."""
        feeds = self.context.lists.feeds
        names = ",".join(self.context.lists.scope.namespaces) or ALL
        connections = list(self.context.connections)
        key = ObjectKey(connections[0], self.kind.id, "", "") if len(connections) == 1 else None
        context = self.context.context_of(key) if key is not None else ""
        query = self.arrangement.query
        return str(Link(context, names, kind=self.kind.id, query=query)) if feeds else ""

    def copies(self) -> Iterable[tuple[str, str | Sequence[str]]]:
        """The place of the object under the cursor, its names, and commands that show it; of what
        is marked, each a line."""
        row = self.rows.current
        if row is not None:
            key, context = row.key, self.context.context_of(row.key)
            # In an archive a name may occur many times.
            name = "" if key.incarnation else key.name
            link = Link(context, key.namespace, name, kind=key.kind, uid=key.incarnation)
            yield f"Place of {self.kind.noun}", str(link)
        if marked := self._marked:
            yield from copies_of_marked([*map(self._copies_of, marked)])
        elif row is not None:
            yield from self._copies_of(row)

    def _copies_of(self, row: Row[Any]) -> Iterable[Copied]:
        context, pages = (
            self.context.context_of(row.key),
            self.context.for_place(row.key.connection).pages,
        )
        return copies_of(self.kind, row.key, row.uid, context=context, pages=pages)

    @property
    def _marked(self) -> Sequence[Row[Any]]:
        """What is marked, in the order of the list; what the filter hides of it comes last."""
        marks = self.rows.marks
        if not marks or self.is_grouped:
            return ()
        shown = {row.key: row for row in self.rows.items if row.key in marks}
        known = self.arrangement.session.known.values()
        hidden = (row for row in known if row.key in marks and row.key not in shown)
        return [*shown.values(), *hidden]

    def actions(self) -> Iterable[Command]:
        """What can be done to what is marked or under the cursor."""
        return action_commands(self, self.kind.id, self.context.conditions)

    def commands(self) -> Iterable[Command]:
        """What can be done to what is marked or under the cursor, and to the list."""
        yield from self.actions()
        yield Command(
            "Filter",
            lambda text: self.query_bar.put(text) if text else self.action_filter(),
            names=("filter",),
            argument="a filter",
            complete=self._filters_like,
            explain=lambda text: self.arrangement.named_filters.get(text.removeprefix("@"), ""),
            check=self.arrangement.read,
            help=", ".join(_asked(self.kind.fields)),
            key=hint("filter"),
        )
        for name, text in self.arrangement.named_filters.items():
            yield Command(
                f"Filter @{name}",
                alone(partial(self.query_bar.put, f"@{name}")),
                help=text,
                key=hint("named-filters"),
            )
        if self.kind.problems:
            yield Command(
                "Problems only",
                alone(self.action_problems),
                names=("problems",),
                help=f"{self.kind.nouns} with a problem, or all again",
                key=hint("problems"),
            )
        if self.kind.archived is not None:
            yield Command(
                "Archived only",
                alone(self.show_archive),
                names=("archive",),
                help=f"{self.kind.nouns} that are archived; {hint('hide')} hides them",
                refusal=self._archive.why_none,
            )
        yield Command(
            "Group",
            lambda text: self.group_by(text) if text else self._choose_grouping(),
            names=("group",),
            argument="template, cron, label KEY or none",
            complete=self._groupings_like,
            check=lambda text: grouping_called(text, self.kind),
            help=f"{self.kind.nouns} put together, with counts and the last one",
            key=f"{hint('sort')} {GROUPING}",
        )
        yield Command(
            "All namespaces",
            alone(self.action_namespaces),
            help="or back to those it began with",
            key=hint("namespaces"),
        )
        yield from pane_commands(
            self.kind,
            partial(self.call_later, self.action_open),
            "" if self.row is not None else self.nothing_there("object"),
        )
        yield Command(
            "Columns",
            lambda word: self._choose_column_by_word(word) if word else self.action_columns_menu(),
            names=("columns",),
            argument="a column",
            complete=lambda typed: among(self._column_words, typed),
            check=one_of(lambda: self._column_words, "column"),
            help="have one, or do without it; without one a menu of them",
            key=hint("columns"),
        )
        yield Command(
            "Ages or times",
            alone(self.action_times),
            names=("times",),
            help="when things came to be, in UTC, or how long ago",
            key=hint("times"),
        )
        yield from sort_commands(self.arrangement.columns, self.action_order)

    def _filters_like(self, typed: str) -> list[str]:
        """What a filter may become: its last term the name of one."""
        before, _, last = typed.rpartition(" ")
        names = [f"@{name}" for name in self.arrangement.named_filters]
        found = among(names, last) if last.startswith("@") or not last else []
        return [f"{before} {name}".strip() for name in found]

    def places(self, text: str) -> Iterable[Command]:
        """The listed objects that are called like a text."""
        return objects_called(self.context, text, self.post_message)

    def action_problem(self, step: int) -> None:
        """To the next or previous object with a problem."""
        if self.is_grouped:
            self._say_none()
            return
        found = self.arrangement.problem_after(self.rows.cursor, step)
        if found is None:
            self.context.say(f"no {self.kind.noun} with a problem here")
        else:
            self.rows.move_to(found)

    def action_namespaces(self) -> None:
        """Every namespace, or back to the one we began with."""
        if not self.kind.follows_scope:
            self.context.say(f"{self.kind.nouns} are in no namespace")
            return
        # None is those of the contexts themselves.
        others = () if self.context.lists.scope.namespaces else None
        self.context.elsewhere.go_to_namespaces(others)

    def action_favourite(self, number: int) -> None:
        """One of the namespaces that are set as favourites, or that were listed before."""
        favourites = self.context.elsewhere.favourites
        if not self.follows_scope:
            self.context.say(f"{self.kind.nouns} are in no namespace")
        elif number <= len(favourites):
            self.context.elsewhere.go_to_namespaces(namespaces_of(favourites[number - 1]))
        else:
            self.context.say(f"no namespace has this key yet; {hint('command')} and ns choose one")

    def action_copy(self) -> None:
        """Send the name to the clipboard of the terminal, or all that are marked, one a line."""
        row, marked = self.row, self._marked
        self.rows.hold()
        if marked:
            self.context.copy_lines([each.key.name for each in marked], names(len(marked)))
        elif row is not None:
            self.context.copy(row.key.name)
        else:
            self._say_none()

    @property
    def unwinds(self) -> str:
        """What Esc does now: of what `action_unwind` does, what stays until somebody ends it."""
        if self._zoomed or self.beside.holds_focus or self.arrangement.opened is not None:
            return "Back"
        if self.arrangement.query:
            return "Show all"
        if self.rows.marks:
            return "Unmark all"
        return "Ungroup" if self.arrangement.grouping is not None else ""

    def action_unwind(self) -> None:
        """Esc: what is being gone to, zoom, the preview, what is read, the filter, the marks.

        What was said before goes in any case.
        """
        self.context.say("")
        filling = self._filling
        if self.context.elsewhere.give_up():
            return
        if self._zoomed:
            self._zoom("")
            return
        if self.beside.holds_focus:
            self._take_focus()
            return
        if filling is not None and filling.read_no_more():
            self._stopped = self.arrangement.needs
            self.context.say(f"stopped reading: {how_far_all_read(self.arrangement.listing)}")
            self.show_standing()
        elif self.arrangement.opened is not None:
            self.rows.marks = ()
            self.arrangement.open_group(None)
            self._show_grouped()
        elif self.arrangement.query:
            self.query_bar.put("")
        elif self.rows.marks:
            self.rows.action_unmark()
        elif self.arrangement.grouping is not None:
            self.group_by(NONE)
