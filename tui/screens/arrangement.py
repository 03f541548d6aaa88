"""Which objects a list shows, in which order, and with which columns.

Nothing to see: the screen asks, and puts the answers into its widgets.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, Generic, TypeVar

from msgspec import structs

from tui.actions.actors import made_by
from tui.columns import Column
from tui.columns.base import of_row, sort_column_beside
from tui.context import AppContext
from tui.domain.archived import GROUP as ARCHIVE
from tui.domain.archived import ArchiveQuery
from tui.domain.groups import UNREAD, Group, grouped
from tui.domain.identity import Depth, ObjectKey, Row
from tui.domain.query import NOTHING_SELECTED, Fields, Query, Selected, expanded, parse
from tui.domain.workflow import LABEL
from tui.errors import QueryError
from tui.kinds.base import Kind, KnownRows, Look
from tui.kinds.registry import list_called
from tui.ports.archive import Archive
from tui.ports.identity import Caller
from tui.ports.tables import Tables
from tui.screens.groups import Grouping
from tui.session import Session
from tui.state.listing import Listing
from tui.state.watch import WatchSession

L = TypeVar("L")

NAME, NAMESPACE = "name", "namespace"
"""Ids of the columns that tell rows apart."""
AGE = "age"
"""Id of the column that the order of a list can be seen in that nobody sorted."""
MESSAGE, NAME = "message", "name"
STRUCK = "struck"
"""Id of the column that also says what is being done to an object."""
RESORT_EVERY = 5
"""Seconds between sorts anew where the key itself changes with time."""
CONTEXT: Column[Row[Any]] = Column(
    id="context",
    title="CONTEXT",
    text=lambda row, now: row.key.connection,
    width=12,
    least=6,
    grow=1,
    most=30,
    cut="middle",
    order=lambda row, now: row.key.connection.casefold(),
)
"""The column beside the name where rows of several clusters are listed."""


def chosen(columns: Sequence[Column[L]], wanted: Sequence[str]) -> tuple[Column[L], ...]:
    """The columns with these ids, in their order.

    The namespace is among them where several are listed, wanted or not: rows of two namespaces may
    have one name.
    """
    by_id = {column.id: column for column in columns}
    names = [name for name in wanted if name in by_id]
    if NAMESPACE in by_id and NAMESPACE not in names:
        names.insert(names.index(NAME) + 1 if NAME in names else 0, NAMESPACE)
    return tuple(by_id[name] for name in names)


AGE = "age"
"""The id of the column that says how long ago something came to be."""
TIME_CELLS = len("11-30 08:13Z")


def since(age: Column[L]) -> Column[L]:
    """The column that says when something came to be, in UTC, in the place of one that says how
    long ago that was."""

    def text(item: L, now: datetime) -> str:
        seconds = age.order(item, now) if age.order is not None else None
        if seconds is None:
            return age.text(item, now)
        return f"{now - timedelta(seconds=seconds):%m-%d %H:%MZ}"

    return replace(age, title="SINCE", text=text, width=TIME_CELLS, ticks=False)


def _of_several(
    column: Column[Row[L]], by_connection: Mapping[str, Sequence[Column[Row[L]]]]
) -> Column[Row[L]]:
    """A column that looks at other objects of the same cluster only, whichever row it is of."""
    own = {
        name: next(each for each in columns if each.id == column.id)
        for name, columns in by_connection.items()
    }

    def at(row: Row[L]) -> Column[Row[L]]:
        return own.get(row.key.connection, column)

    def order(row: Row[L], now: datetime) -> Any:
        found = at(row).order
        return found(row, now) if found is not None else None

    return replace(
        column,
        text=lambda row, now: at(row).text(row, now),
        style=lambda row: at(row).style(row),
        order=order if column.order is not None else None,
    )


class RowsAt:
    """The rows of a list that are of one connection."""

    def __init__(self, known: KnownRows, connection: str) -> None:
        self._known = known
        self._connection = connection

    @property
    def moment(self) -> int:
        """Another number after each change."""
        return self._known.moment

    def values(self) -> Iterable[Row[Any]]:
        """Its rows."""
        return (row for row in self._known.values() if row.key.connection == self._connection)


class Arrangement(Generic[L]):
    """Filter, order and columns, and the rows as they say."""

    def __init__(self, context: AppContext, kind: Kind[L, Any]) -> None:
        self.context = context
        self._kind = kind
        self.query = ""
        """As it was typed; "" for all."""
        self.sort_column = ""
        """The id of a column; "" is newest first."""
        self.descending = True
        self.selected: Selected = NOTHING_SELECTED
        """What a server selects of what is not read."""
        self.me: Caller | None = None
        """Who looks at it; None where that is not known beyond the name in the kubeconfig."""
        self.grouping: Grouping | None = None
        """What rows are put together by; None for nothing."""
        self.opened: Group[L] | None = None
        """The group of which the rows are shown; None for all of them."""
        self._asked = Query("", ())
        self._seconds = 0
        self._chosen: dict[str, bool] = {}
        """By id, the columns that somebody wants here, or does not; the others are as usual."""
        self.shows_times = False
        """Whether times are told in place of ages."""
        self.columns = self._made_columns()
        """All columns, those included that have no room."""
        self.listing = self._made_listing()

    @property
    def session(self) -> WatchSession[L]:
        """What is watched."""
        return self.context.lists.of(self._kind)

    @property
    def fields(self) -> Fields:
        """What a filter can ask."""
        return self._kind.fields

    @property
    def rows(self) -> Sequence[Row[L]]:
        """What is shown, in its order."""
        return self.listing.rows

    @property
    def depth(self) -> Depth:
        """How much of the objects has to be read for this filter and this order."""
        column = self._sorting
        grouped = Depth.TABLE if self.grouping is None else Depth.SUMMARY
        ordered = column.depth if column is not None else Depth.TABLE
        return max(self._asked.depth, ordered, grouped)

    @property
    def needs(self) -> tuple[str, str]:
        """The filter and the order, each if it needs more than the server's Table; else ""."""
        column = self._sorting
        is_deep = column is not None and column.depth > Depth.TABLE
        order = self.sort_column if is_deep else ""
        if self.grouping is not None:
            order = f"{order} {self.grouping.text}"
        return self.query if self.is_filter_deep else "", order

    @property
    def wants_all(self) -> bool:
        """Whether everything has to be read for filter and order, and not only what is read in the
        background anyway: what is counted in the header."""
        column = self._sorting
        if self.grouping is not None or (column is not None and column.depth > Depth.TABLE):
            return True
        if not self.is_filter_deep:
            return False
        counted = {group for tally in self._kind.tallies for group in tally.groups}
        return any(
            row.depth is Depth.TABLE
            and self._kind.group(row.value) not in counted
            and self._asked.is_open(row, self.selected)
            for row in self.session.known.values()
        )

    @property
    def is_filter_deep(self) -> bool:
        """Whether the filter needs more than the server's Table to know what matches."""
        return self._asked.depth > Depth.TABLE

    @property
    def selectors(self) -> tuple[str, ...]:
        """Label selectors with which a server answers what needs more than its Table; empty where
        it cannot answer all of that."""
        column = self._sorting
        is_order_known = column is None or column.depth is Depth.TABLE
        if self.grouping is not None:
            return ()
        return self._asked.selectors if is_order_known else ()

    def begin_anew(self) -> None:
        """Other objects, or another source: filter and order stay."""
        self.selected = NOTHING_SELECTED
        self.columns = self._made_columns()
        self.listing = self._made_listing()
        self.filter(self.query)
        self.sort()

    def _made_listing(self) -> Listing[L]:
        known = self.session.known
        return Listing(
            known,
            moment=known.moment,
            key=self._kind.newest,
            reverse=True,
            group=self._group,
        )

    def _group(self, value: L) -> str:
        """What a row is counted as: what the archive has is no part of what goes on."""
        is_away = getattr(value, "is_only_archived", False)
        return ARCHIVE if is_away else self._kind.group(value)

    @property
    def archive_queries(self) -> Iterable[ArchiveQuery]:
        """What an archive is asked for by the filter; nothing where it has nothing of it."""
        ask = self._kind.archived
        return ask(self._asked, self.context.now()) if ask is not None else ()

    @property
    def is_by_time(self) -> bool:
        """Whether the newest come first."""
        return not self.sort_column and self.descending

    def remembered(self, session: Session) -> Session:
        """The session with filter and order in it."""
        return structs.replace(
            session, query=self.query, sort=self.sort_column, descending=self.descending
        )

    @property
    def named_filters(self) -> Mapping[str, str]:
        """The filters with names that this kind can be asked by, those of the settings first."""
        given = self.context.settings.filters
        own = {**self._kind.filters, **self._mine()}
        known = {**given, **{k: v for k, v in own.items() if k not in given}}
        return {name: text for name, text in known.items() if self._can_ask(text)}

    @property
    def called(self) -> str:
        """What the filter is called that is on; "" for one without a name, or typed by its name."""
        query, kind = self.query, self._kind
        if kind.problems and query == kind.problems:
            return "problems"
        return next((f"@{name}" for name, text in self.named_filters.items() if text == query), "")

    def _mine(self) -> dict[str, str]:
        """The filter that leaves what one made oneself, by Argo's labels; none where nobody says
        who one is."""
        users = (each.place.user for each in self.context.connections.values())
        me = self.me or Caller(next(filter(None, users), ""))
        labels = [f"{key.removeprefix(LABEL)}={value}" for key, value in made_by(me).items()]
        return {"mine": f"label:{'|'.join(labels)}"} if labels else {}

    def _can_ask(self, text: str) -> bool:
        try:
            parse(text, self._kind.fields)
        except QueryError:
            return False
        return True

    def read(self, text: str) -> Query:
        """A filter of this list; `@name` stands for one with a name. Raises: QueryError."""
        return parse(expanded(text, self.named_filters), self._kind.fields, clock=self._clock)

    def _clock(self) -> datetime:
        """What time it is where somebody looks."""
        return self.context.now().astimezone()

    def filter(self, text: str) -> None:
        """Show what matches; a QueryError leaves everything as it is."""
        query, before = self.read(text), (self.query, self._asked)
        self.query, self._asked = text, query
        self._apply()
        if query.gave_up:
            self.query, self._asked = before
            self._apply()
            raise QueryError("the expression takes too long on some row", max(0, text.find("/")))

    @property
    def gave_up(self) -> bool:
        """Whether the filter came to no end on some row that came."""
        return self._asked.gave_up

    def group(self, grouping: Grouping | None) -> None:
        """Put rows together by something, or by nothing; none is opened."""
        self.grouping, self.opened = grouping, None
        self._apply()

    def open_group(self, group: Group[L] | None) -> None:
        """Show the rows of a group, or of all."""
        self.opened = group
        self._apply()

    @property
    def groups(self) -> list[Group[L]]:
        """The rows put together, as of now; none where nothing puts them together."""
        if self.grouping is None:
            return []
        name, kind = self.grouping.name, self._kind
        return grouped(self.rows, name, counted=kind.group, newest=kind.newest)

    def _apply(self) -> None:
        query, opened, grouping = self._asked, self.opened, self.grouping
        if opened is None or grouping is None:
            matches = query.matches if self.query.strip() else None
            self.listing.filter(matches, unread=self._is_known)
            return
        wanted, name = opened.name, grouping.name
        self.listing.filter(
            lambda value: wanted is not UNREAD and name(value) == wanted and query.matches(value),
            unread=lambda row: wanted is UNREAD,
        )

    def _is_known(self, row: Row[L]) -> bool:
        """Whether a row of which only the Table is known is known to match."""
        return self._asked.is_known(row, self.selected)

    def sort_by(self, column: str, *, descending: bool | None = None) -> None:
        """Sort by a column; "" is newest first.

        That begins descending, and so do columns that fall; all others begin ascending.
        """
        self.sort_column = column
        falls = not column or any(each.falls for each in self.columns if each.id == column)
        self.descending = falls if descending is None else descending
        self.sort()

    def sort_by_next(self, step: int, shown: Iterable[Column[Any]]) -> None:
        """Sort by the next (1) or previous (-1) of the columns that are shown."""
        self.sort_by(sort_column_beside(shown, self.sorted_as[0], step))

    @property
    def sorted_as(self) -> tuple[str, bool]:
        """The column in whose title an arrow stands, and whether it falls.

        What is newest has the least age.
        """
        if self.sort_column:
            return self.sort_column, self.descending
        return AGE, not self.descending

    def reverse(self) -> None:
        """The other way round."""
        self.descending = not self.descending
        self.sort()

    def sort(self) -> None:
        """Sort anew, as of now."""
        of_row = self._sorting.order if self._sorting is not None else None
        if of_row is not None and self._is_of_several:
            at = self.context.now()
            self.listing.sort(
                self._kind.newest, reverse=self.descending, of_row=lambda row: of_row(row, at)
            )
            return
        column = self._own_column
        order = column.order if column is not None else None
        if column is None or order is None:
            self.listing.sort(self._kind.newest, reverse=self.descending)
            return
        now = self.context.now()
        self.listing.sort(
            lambda value: order(value, now), reverse=self.descending, depth=column.depth
        )

    def tick(self) -> bool:
        """A second went by; whether that was a reason to filter or sort anew."""
        self._seconds += 1
        if self._seconds % RESORT_EVERY:
            return False
        column = self._sorting
        is_sorted = column is not None and column.ticks
        if is_sorted:
            self.sort()
        elif self._asked.ticks:
            self.listing.arrange_anew()
        return is_sorted or self._asked.ticks

    def problem_after(self, index: int, step: int) -> ObjectKey | None:
        """The next (1) or previous (-1) object with a problem, going round; None without any."""
        rows = self.rows
        for offset in range(1, len(rows) + 1):
            row = rows[(index + step * offset) % len(rows)]
            if self._kind.is_problem(row.value):
                return row.key
        return None

    @property
    def _sorting(self) -> Column[Row[L]] | None:
        return next((c for c in self.columns if c.id == self.sort_column), None)

    @property
    def _own_column(self) -> Column[L] | None:
        """The column of the kind that it is sorted by."""
        found = (c for c in self._kind.columns(self._look()) if c.id == self.sort_column)
        return next(found, None)

    def _made_columns(self) -> tuple[Column[Row[L]], ...]:
        """The columns of the list, with what is being done to an object before its message."""
        made = self._columns_at("")
        if self._is_of_several:
            by_connection = {each: self._columns_at(each) for each in self.context.connections}
            made = tuple(_of_several(column, by_connection) for column in made)
            at = next((i for i, column in enumerate(made) if column.id == NAME), -1) + 1
            made = (*made[:at], CONTEXT, *made[at:])
        return made

    @property
    def _is_of_several(self) -> bool:
        """Whether rows of several clusters are listed."""
        return len(self.context.connections) > 1

    def _columns_at(self, connection: str) -> tuple[Column[Row[L]], ...]:
        """Those of rows of one connection; "" for all of them."""
        columns = self._kind.columns(self._look(connection))
        if wanted := self.context.settings.columns.get(self._kind.id):
            columns = chosen(columns, wanted)
        if self._chosen:
            columns = self._as_chosen(columns, connection)
        if self.shows_times:
            columns = tuple(since(each) if each.id == AGE else each for each in columns)
        return tuple(self._of_row(column) for column in columns)

    @property
    def choosable_columns(self) -> tuple[tuple[str, str], ...]:
        """Id and title of the columns that one can have or do without.

        Names stay: without them a row says nothing. So do namespaces where several are listed.
        """
        every = self._kind.columns(self._look(all_of_them=True))
        return tuple(
            (column.id, column.title)
            for column in every
            if column.title and column.id not in (NAME, NAMESPACE)
        )

    def choose_column(self, column: str, *, on: bool) -> None:
        """Have a column wherever there is room at all, or do without it."""
        self._chosen[column] = on
        self._choose_anew()

    def choose_usual_columns(self) -> None:
        """Have those again that are there where nobody chose."""
        self._chosen = {}
        self._choose_anew()

    def _as_chosen(self, usual: Sequence[Column[L]], connection: str) -> tuple[Column[L], ...]:
        """The usual columns without those that nobody wants, and those that somebody wants: they
        stand where they stand in the list of all, and give way to none."""
        there = [column.id for column in usual if self._chosen.get(column.id, True)]
        for column in (every := self._kind.columns(self._look(connection, all_of_them=True))):
            if self._chosen.get(column.id) and column.id not in there:
                before = [each.id for each in every[: every.index(column)] if each.id in there]
                there.insert(there.index(before[-1]) + 1 if before else 0, column.id)
        by_id = {column.id: column for column in every}
        return tuple(
            replace(by_id[name], drop=0, keeps=True) if self._chosen.get(name) else by_id[name]
            for name in there
        )

    def turn_times(self) -> bool:
        """Tell times in place of ages, or ages again; whether times are told now."""
        self.shows_times = not self.shows_times
        self.columns = self._made_columns()
        return self.shows_times

    def _choose_anew(self) -> None:
        self.columns = self._made_columns()
        if self._sorting is None and self.sort_column:
            self.sort_by("")  # one sorts by what is shown

    def _look(self, connection: str = "", *, all_of_them: bool = False) -> Look:
        lists = self.context.lists
        return Look(
            self.context.ascii,
            lists.scope.shows_namespaces,
            lambda other: self._known(other, connection),
            lambda other: lists.of(self.related(other)).is_whole,
            hidden=all_of_them or self._kind.id in self.context.settings.columns,
            archive=any(each.port(Archive) for each in self.context.connections.values()),
        )

    def _known(self, other: str, connection: str) -> KnownRows:
        known = self.context.lists.of(self.related(other)).known
        return RowsAt(known, connection) if connection else known

    def related(self, other: str) -> Kind[Any, Any]:
        """What is listed under the id of another list that columns look at.

        Where the server tells all of its objects at once, that is the list that is watched anyway.
        """
        connections = self.context.connections.values()
        has_tables = any(each.port(Tables) is not None for each in connections)
        return list_called(other if has_tables else other.partition("/")[0])

    def _of_row(self, column: Column[L]) -> Column[Row[L]]:
        made = of_row(column, ascii=self.context.ascii)
        if column.id == NAME:
            waits, style = self.context.waits, made.style
            return replace(made, style=lambda row: STRUCK if waits.has(row.key) else style(row))
        if column.id != MESSAGE:
            return made
        pending = self.context.pending

        def message(row: Row[L], now: datetime) -> str:
            doing = pending.of(row.key)
            said = made.text(row, now)
            return f"{doing} … {said}" if doing else said

        return replace(made, text=message)
