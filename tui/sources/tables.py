"""Lists as the server's Table, and what fills their rows in.

A Table has a row of texts for each object: a hundredth of what the objects have, made from them by
the API server. Which texts is up to the printer columns of the installed CRD, so they are found by
the names of their columns, and a server that answers with objects is read as any other list.

Where an object is has to be known. In a namespace of its own a Table needs the names alone; over
all namespaces it has to come with the metadata of each object, which is most of it `managedFields`.

Every list is a consistent one: what is shown never goes back in time when another API server
answers. A page is large, because a row is small, but not without limit: a server that does not keep
its lists in a cache would have to look at all objects for one answer.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import partial
from typing import Any, Generic, TypeVar

import msgspec

from tui.domain import decode
from tui.domain.identity import Depth, ObjectKey, Origin, Part, Row
from tui.domain.table import TableRow
from tui.domain.tolerant import go_text
from tui.errors import Expired, InputError, SourceError, Stopped
from tui.ports.collections import (
    ORIGINS,
    Filled,
    HasMetadata,
    LeftOut,
    Readable,
    Scope,
    Sink,
    row_of,
)
from tui.ports.threads import CancelToken
from tui.sources.cluster import Cluster
from tui.sources.collections import (
    ManyObjects,
    all_pages,
    error_told,
    listed_events,
    listed_page,
    of_all,
    parts_of,
    read_page,
    watching,
)
from tui.sources.paths import (
    TABLE,
    includes,
    list_path,
    selecting,
    table_page_query,
    table_query,
)
from tui.sources.reflector import OPENING, RESTARTS, Listed, StreamedEvent
from tui.sources.transport import Transport, not_kubernetes

L = TypeVar("L", bound=HasMetadata)

Clock = Callable[[], datetime]


def _now() -> datetime:
    return datetime.now(UTC)


# --- what comes over the wire --------------------------------------------------------------------


class _Column(msgspec.Struct, frozen=True, gc=False):
    name: str = ""
    format: str = ""


class _Meta(msgspec.Struct, frozen=True, gc=False, rename="camel"):
    name: str = ""
    namespace: str = ""
    uid: str = ""
    resource_version: str = ""
    creation_timestamp: str | None = None
    labels: dict[str, str] | None = None
    annotations: msgspec.Raw = msgspec.Raw(b"null")
    """Read where a list shows them; they may be many times as long as the rest."""


class _Object(msgspec.Struct, frozen=True, gc=False):
    metadata: _Meta = _Meta()


class _Row(msgspec.Struct, frozen=True, gc=False):
    cells: tuple[Any, ...] = ()
    object: _Object | None = None


class _TableMeta(msgspec.Struct, frozen=True, gc=False, rename="camel"):
    resource_version: str = ""
    more: str = msgspec.field(default="", name="continue")


class _Table(msgspec.Struct, frozen=True, gc=False, rename="camel"):
    kind: str = ""
    metadata: _TableMeta = _TableMeta()
    column_definitions: tuple[_Column, ...] | None = None
    rows: tuple[_Row, ...] | None = None


class _Event(msgspec.Struct, frozen=True, gc=False):
    type: str = ""
    object: _Table = _Table()


class _RawEvent(msgspec.Struct, frozen=True, gc=False):
    object: msgspec.Raw = msgspec.Raw(b"null")


_raw_event = msgspec.json.Decoder(_RawEvent)
_annotations = msgspec.json.Decoder(dict[str, str] | None)


class Columns:
    """The columns of a Table, in whichever order they are."""

    def __init__(self, definitions: Sequence[_Column], *, annotated: bool = False) -> None:
        """`annotated`: whether the annotations of the objects are wanted, too."""
        self._annotated = annotated
        self._names = [each.name.lower() for each in definitions]
        self._places: dict[str, int] = {}
        """Of two with one name the first one counts."""
        for at, name in enumerate(self._names):
            self._places.setdefault(name, at)
        ids = ["name"] if "name" in self._places else []
        ids += [each.name.lower() for each in definitions if each.format == "name"]
        self._id = ids[0] if ids else ""

    def rows(
        self, rows: Sequence[_Row], namespace: str | None, at: datetime, version: str = ""
    ) -> Iterator[TableRow]:
        """The rows of a Table that was asked for at a moment.

        `namespace` is that of all objects, None where each has to say its own; `version` is that of
        the Table where it is about one object. Raises: InputError where a row does not say which
        object it is of.
        """
        names, id_column = self._names, self._id
        has_doubles = len(self._places) < len(names)
        for row in rows:
            texts = [each if type(each) is str else _text(each) for each in row.cells]
            cells = dict(zip(names, texts, strict=False))
            if has_doubles:
                cells = {name: texts[i] for name, i in self._places.items() if i < len(texts)}
            if row.object is None:
                name = cells.get(id_column, "")
                if namespace is None or not name:
                    raise InputError("a row of the Table does not say which object it is of")
                yield TableRow(namespace, name, cells, at, version=version)
                continue
            meta = row.object.metadata
            name = meta.name or cells.get(id_column, "")
            where = meta.namespace if namespace is None else namespace
            if not name or (namespace is None and not where):
                raise InputError("a row of the Table does not say which object it is of")
            yield TableRow(
                where,
                name,
                cells,
                at,
                meta.uid,
                meta.resource_version or version,
                meta.creation_timestamp or "",
                meta.labels or {},
                _read_annotations(meta.annotations) if self._annotated else {},
            )


def _read_annotations(raw: msgspec.Raw) -> dict[str, str]:
    """The annotations of an object; none where they are not as they should be."""
    try:
        return _annotations.decode(raw) or {}
    except msgspec.DecodeError:
        return {}


def _text(cell: Any) -> str:
    """A cell that is no text: nothing, a number, or whatever a CRD lets through."""
    return "" if cell is None else go_text(cell)


class TablePage(msgspec.Struct, frozen=True):
    """One answer to a list that was asked for as Table."""

    columns: Columns
    rows: tuple[TableRow, ...]
    version: str
    more: str


def read_table_page(
    body: bytes, namespace: str | None, at: datetime, *, annotated: bool = False
) -> TablePage | None:
    """A page of a Table; None where the answer is a list of objects.

    Raises: SourceError for what is neither, InputError where rows do not say which objects they
    are of.
    """
    try:
        table = decode.list_reader(_Table).one(body)
    except InputError as error:
        raise not_kubernetes(error) from error
    if table.kind.endswith("List"):
        return None
    if table.kind != "Table":
        raise not_kubernetes(InputError("neither a Table nor a list"))
    columns = Columns(table.column_definitions or (), annotated=annotated)
    rows = tuple(columns.rows(table.rows or (), namespace, at))
    return TablePage(columns, rows, table.metadata.resource_version, table.metadata.more)


# --- a collection of rows ------------------------------------------------------------------------


class TabledObjects(Generic[L]):
    """The objects of a part as rows of the server's Table; as objects where it gives none."""

    def __init__(
        self,
        transport: Transport,
        kind: Readable[L, Any],
        part: Part,
        scope: Scope,
        *,
        now: Clock = _now,
        opening: float = OPENING,
    ) -> None:
        assert kind.tabled is not None, "whoever has no form for rows is listed as objects"
        self._make = kind.tabled
        self._is_all = kind.is_told_by_table
        """Whether the Table tells all that a list shows."""
        self._transport = transport
        self._kind = kind
        self._part = part
        self._now = now
        self._opening = opening
        self._table = TableList(transport, kind, part, scope, now=now)
        self._objects = ManyObjects(
            transport,
            kind,
            part.namespace,
            labels=scope.label_selector,
            fields=scope.field_selector,
            opening=opening,
        )
        self._has_tables = True
        self._is_unreliable = False
        """Whether what its watches tell cannot be read, although its lists can."""
        self._columns = Columns(())

    def list_page(self, more: str) -> Listed[Row[L]]:
        """A page of the list."""
        if not more:
            # It may have learned to: an API server that was replaced, columns that were mended.
            self._has_tables = not self._is_unreliable
        if not self._has_tables:
            return self._of_objects(self._objects.list_page(more))
        body = self._table.read(more)
        try:
            page = read_table_page(body, self._table.namespace, self._now(), annotated=self._is_all)
            if page is not None:
                self._columns = page.columns
                rows = tuple([self._row(each) for each in page.rows])
                return Listed(rows, page.version, page.more)
        except InputError:
            # A Table that lacks what a list needs.
            self._has_tables = False
            return self._of_objects(self._objects.list_page(more))
        self._has_tables = False
        return self._of_objects(listed_page(body, self._kind.listed))

    def _of_objects(self, page: Listed[L]) -> Listed[Row[L]]:
        rows = tuple([row_of(self._part, each) for each in page.items])
        return Listed(rows, page.version, page.more)

    def _row(self, row: TableRow) -> Row[L]:
        part = self._part
        key = ObjectKey(part.connection, part.kind, row.namespace, row.name)
        made, origins = self._make(row), ORIGINS[part.origin]
        depth = Depth.SUMMARY if self._is_all else Depth.TABLE
        return Row(key, row.uid, row.version, origins, made, depth)

    @contextmanager
    def open_watch(
        self, version: str, seconds: int, stop: CancelToken, quiet: float
    ) -> Iterator[Iterator[StreamedEvent[Row[L]]]]:
        """The events after a version."""
        if not self._has_tables:
            with self._objects.open_watch(version, seconds, stop, quiet) as events:
                yield (self._of_object(each) for each in events)
            return
        path, query = self._table.path, self._table.query
        with watching(
            self._transport, path, query, version, seconds, stop, quiet, self._opening, TABLE
        ) as arriving:
            yield self._events(arriving)

    def _of_object(self, event: StreamedEvent[L]) -> StreamedEvent[Row[L]]:
        row = None if event.item is None else row_of(self._part, event.item)
        return StreamedEvent(event.kind, event.version, row, event.error)

    def _events(self, arriving: Iterator[bytes]) -> Iterator[StreamedEvent[Row[L]]]:
        read = decode.list_reader(_Event).one
        for line in arriving:
            try:
                event = read(line)
            except InputError as error:
                raise not_kubernetes(error) from error
            table = event.object
            if event.type == "ERROR":
                told = bytes(_raw_event.decode(line).object)
                yield StreamedEvent("ERROR", error=error_told(told))
                continue
            if table.kind != "Table":
                yield from map(self._of_object, listed_events([line], self._kind.listed))
                continue
            if table.column_definitions:
                # Only the first event of a watch has them; until then they are those of the list.
                self._columns = Columns(table.column_definitions, annotated=self._is_all)
            version = table.metadata.resource_version
            if event.type == "BOOKMARK" or not table.rows:
                yield StreamedEvent(event.type, version)
                continue
            for row in self._rows_of_event(table.rows, version):
                yield StreamedEvent(event.type, version, row)

    def _rows_of_event(self, rows: Sequence[_Row], version: str) -> list[Row[L]]:
        try:
            found = self._columns.rows(rows, self._table.namespace, self._now(), version)
            return [self._row(each) for each in found]
        except InputError as error:
            # The columns became others than can be read: list again.
            self._is_unreliable = True
            raise Expired(error.what, reason="NoTable") from error


class TableList:
    """A part as pages of the server's Table."""

    def __init__(
        self,
        transport: Transport,
        kind: Readable[Any, Any],
        part: Part,
        scope: Scope,
        *,
        now: Clock = _now,
    ) -> None:
        self._transport = transport
        # A kind that needs the metadata asks for it in its own namespace, too.
        is_all = kind.is_told_by_table
        self._include = "Metadata" if is_all else includes(kind.resource, part.namespace)
        self._selectors = selecting(scope.label_selector, scope.field_selector)
        self._now = now
        self.path = list_path(kind.resource, part.namespace)
        self.namespace = part.namespace if self._include == "None" else None
        """Of all rows; None where each says its own."""
        self.query = table_query(self._selectors, self._include)
        """What a watch of it asks for."""

    def read(self, more: str, stop: CancelToken | None = None) -> bytes:
        """A page as it came."""
        return read_page(self._transport, self.path, self._asked, more, accept=TABLE, stop=stop)

    def _asked(self, more: str) -> list[tuple[str, str]]:
        return table_page_query(self._selectors, self._include, more)

    def page(self, more: str, stop: CancelToken | None = None) -> Listed[TableRow]:
        """A page of rows. Raises: SourceError, also where the server gives no Table."""
        try:
            page = read_table_page(self.read(more, stop), self.namespace, self._now())
        except InputError as error:
            raise not_kubernetes(error) from error
        if page is None:
            raise SourceError(
                "the cluster answers with no Table",
                hint="another output of the list needs none",
                reason="NoTable",
            )
        return Listed(page.rows, page.version, page.more)


# --- the port ------------------------------------------------------------------------------------


class KubernetesTables:
    """Tables of a cluster, and what fills them in."""

    def __init__(self, cluster: Cluster, *, now: Clock = _now) -> None:
        self._cluster = cluster
        self._transport = cluster.transport
        self._now = now

    def read_table(
        self, kind: Readable[Any, Any], scope: Scope, left_out: LeftOut | None = None
    ) -> tuple[TableRow, ...]:
        """The whole list once, as Tables."""
        return of_all(
            self._parts(kind, scope),
            lambda part: all_pages(self._list(kind, part, scope).page),
            left_out,
        )

    def fill(
        self,
        kind: Readable[L, Any],
        keys: Sequence[ObjectKey],
        sink: Sink[L],
        stop: CancelToken,
        *,
        since: int = 0,
        heard: Callable[[bytes], object] | None = None,
    ) -> None:
        """Read these objects, eight at once, and tell them as `Filled`, those that came together
        in one. The part is that of their namespace."""
        if not keys or stop.is_set:
            return
        from tui.sources.filling import Filling

        reading = Filling(self._transport, kind, keys, heard)
        take_back = stop.on_set(reading.end)
        try:
            for rows in reading.batches():
                if stop.is_set:
                    return
                for part, some in _by_part(rows).items():
                    sink(Filled(part, tuple(some), since))
        finally:
            reading.end()
            take_back()

    def fill_all(
        self,
        kind: Readable[L, Any],
        scope: Scope,
        sink: Sink[L],
        stop: CancelToken,
        *,
        since: int = 0,
    ) -> None:
        """Read the whole list page by page, and tell each page as `Filled`; until stopped."""
        for part in self._parts(kind, scope):
            many = ManyObjects(
                self._transport,
                kind,
                part.namespace,
                labels=scope.label_selector,
                fields=scope.field_selector,
            )
            self._fill_part(many, part, sink, stop, since)

    def _fill_part(
        self, many: ManyObjects[L], part: Part, sink: Sink[L], stop: CancelToken, since: int
    ) -> None:
        """The pages of a part; begun anew when they expire meanwhile."""
        for restart in range(RESTARTS + 1):
            more = ""
            try:
                while not stop.is_set:
                    page = many.list_page(more, stop)
                    if stop.is_set:
                        return
                    sink(Filled(part, tuple([row_of(part, each) for each in page.items]), since))
                    more = page.more
                    if not more:
                        return
            except Stopped:
                return
            except Expired:
                if restart == RESTARTS:
                    raise

    def matching(
        self, kind: Readable[Any, Any], scope: Scope, stop: CancelToken
    ) -> frozenset[ObjectKey]:
        """Which objects the server selects by the selectors of a scope; none when stopped."""
        connection, found = self._cluster.connection, set[ObjectKey]()
        try:
            for part in self._parts(kind, scope):
                table = self._list(kind, part, scope)
                for row in all_pages(partial(table.page, stop=stop)):
                    found.add(ObjectKey(connection, kind.id, row.namespace, row.name))
                if stop.is_set:
                    return frozenset()
        except Stopped:
            return frozenset()
        return frozenset(found)

    def _parts(self, kind: Readable[Any, Any], scope: Scope) -> tuple[Part, ...]:
        return parts_of(self._cluster.connection, kind, scope)

    def _list(self, kind: Readable[Any, Any], part: Part, scope: Scope) -> TableList:
        return TableList(self._transport, kind, part, scope, now=self._now)


def _by_part(rows: Sequence[Row[L]]) -> dict[Part, list[Row[L]]]:
    found: dict[Part, list[Row[L]]] = {}
    for row in rows:
        key = row.key
        part = Part(key.connection, key.kind, Origin.CLUSTER, key.namespace)
        found.setdefault(part, []).append(row)
    return found
