"""Hearing what connections tell the app, without changing it.

An `Ear` hears; a `Heard` is a connection whose ports it hears. While nothing is recorded that costs
one comparison for each thing that is told. What is told is written as it stands at the ports: rows
of lists, whole objects, answers, lines of logs. Secrets, the content of artifacts but for previews,
and logins go by unheard.
"""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from typing import Any, TypeVar

import msgspec

from tui.domain import recording as file
from tui.domain.allowance import PodAllowance
from tui.domain.archived import ArchiveQuery
from tui.domain.identity import ObjectKey, Origin, Part, Row, Target
from tui.domain.logs import NO_TIME, LogBlock
from tui.domain.table import TableRow
from tui.domain.workflow import LABEL, Manifest, WorkflowRef
from tui.errors import SourceError, TuiError
from tui.ports.archive import PAGE, Archive, ArchivePage, History, kept_row
from tui.ports.artifacts import ServedArtifacts
from tui.ports.collections import (
    Changed,
    Collections,
    Filled,
    Gone,
    HasMetadata,
    LeftOut,
    Page,
    Readable,
    Scope,
    Sink,
    Stale,
    Stood,
    Unreadable,
    WatchEvent,
    row_of,
)
from tui.ports.connection import Connection, Place
from tui.ports.events import Event, Events
from tui.ports.logs import ArchivedLogs, LogRequest, PodLogs
from tui.ports.metrics import Metrics, PodUsage
from tui.ports.namespaces import Namespaces
from tui.ports.objects import Objects, Watches, Whole
from tui.ports.pods import Around, Pod, Pods
from tui.ports.secrets import ConfigMap, Secrets
from tui.ports.stores import StoreAnswers
from tui.ports.tables import Tables
from tui.ports.threads import CancelToken
from tui.recording.versions import Versions
from tui.recording.writing import Recorder, Tell, Telling

L = TypeVar("L", bound=HasMetadata)
W = TypeVar("W", bound=HasMetadata)
P = TypeVar("P")
T = TypeVar("T")

MOST_LOG = 16 << 20
"""Bytes of one container's log that are recorded."""
GLANCE = 60.0
"""Seconds between two versions of an object that nobody has opened."""
COMPLETED = f"{LABEL}completed"
OFFLOADED = b"offloadNodeStatusVersion"
"""What is in the JSON of a workflow whose steps are in Argo's database."""
ROW_WEIGHT = 2000
"""Bytes that a row of a list is taken to keep while it waits to be written."""


class _Meta(msgspec.Struct, frozen=True, rename="camel"):
    name: str = ""
    namespace: str = ""
    uid: str = ""
    resource_version: str = ""
    labels: dict[str, str] | None = None


class _Object(msgspec.Struct, frozen=True):
    metadata: _Meta = _Meta()


class Ear:
    """What hears, and has it recorded while there is a recorder. Any thread may tell it."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        """`clock` counts seconds, and never goes back."""
        self._clock = clock
        self.recorder: Recorder | None = None
        """What is told now; None while nothing is recorded."""
        self._heard: list[Heard] = []
        self._watching: Counter[Part] = Counter()
        self._lock = threading.Lock()
        # Of the thread that writes alone:
        self._versions: dict[tuple[str, ...], str] = {}
        self._glances: dict[tuple[str, ...], float] = {}
        self._changing: Versions | None = None
        self._answers: dict[tuple[str, ...], int] = {}
        self._logs: dict[tuple[str, ...], _Covered] = {}

    def heard(self, connection: Connection) -> Connection:
        """The connection, and it is heard from now on."""
        found = Heard(connection, self)
        with self._lock:
            self._heard.append(found)
        self.tell(found.introduced)
        return found

    def unheard(self, connection: Heard) -> None:
        """It is closed."""
        with self._lock:
            if connection in self._heard:
                self._heard.remove(connection)

    def begin(
        self, recorder: Recorder, lists: Iterable[tuple[Part, Scope, Sequence[Row[Any]]]] = ()
    ) -> None:
        """Record from now on; `lists` are those that are known already, by their parts."""
        self._versions, self._glances, self._answers, self._logs = {}, {}, {}, {}
        self._changing = changing = Versions(recorder.clean_json, self._clock)
        recorder.late = changing.late
        with self._lock:
            heard = list(self._heard)
        for each in heard:
            recorder.tell(each.introduced)
        for part, scope, rows in lists:
            page = Page(part, tuple(rows), first=True, last=True)
            recorder.tell(partial(self._told, page, scope), len(rows) * ROW_WEIGHT)
        self.recorder = recorder
        for each in heard:
            each.tell_watched()

    def end(self) -> Recorder | None:
        """Record nothing more; returns what did, which is still to be ended."""
        recorder, self.recorder = self.recorder, None
        return recorder

    def tell(self, make: Tell, weight: int = 0) -> None:
        """Have something written, if anything is."""
        recorder = self.recorder
        if recorder is not None:
            recorder.tell(make, weight)

    # --- lists -----------------------------------------------------------------------------

    def begun(self, part: Part) -> None:
        """It is watched."""
        with self._lock:
            self._watching[part] += 1

    def ended(self, part: Part) -> None:
        """It is watched no more, by one of those that did."""
        with self._lock:
            self._watching[part] -= 1
            is_over = self._watching[part] <= 0
        if is_over:
            self.tell(lambda: [Telling(file.UNHEARD, _of_part(part), is_clean=True)])

    def event(self, event: WatchEvent[Any], scope: Scope) -> None:
        """A watch of a scope told something."""
        if self.recorder is None:
            return
        rows = event.rows if isinstance(event, Page | Filled) else ()
        self.tell(partial(self._told, event, scope), (len(rows) or 1) * ROW_WEIGHT)

    def _told(self, event: WatchEvent[Any], scope: Scope) -> Iterator[Telling]:
        part = (*_of_part(event.part), scope.label_selector, scope.field_selector)
        match event:
            case Page():
                if event.first:
                    yield Telling(file.LISTING, part, is_clean=True)
                for row in event.rows:
                    yield _of_row(file.ROW, part, row)
                if event.last:
                    yield Telling(file.LISTED, part, is_clean=True)
            case Changed():
                yield _of_row(file.ROW, part, event.row)
            case Filled():
                for row in event.rows:
                    yield _of_row(file.FILLED, part, row)
            case Gone():
                key = event.key
                yield Telling(file.GONE, (*part, key.namespace, key.name, event.uid), is_clean=True)
            case Stood():
                standing = event.standing
                error = standing.error if isinstance(standing, Stale | Unreadable) else None
                yield Telling(file.STOOD, (*part, type(standing).__name__), _json(_of_error(error)))

    def seen(self, kind: Readable[Any, Any], connection: str, items: Sequence[Any]) -> None:
        """Objects were read as a list shows them."""
        if self.recorder is None:
            return

        def told() -> Iterator[Telling]:
            for item in items:
                row = row_of(Part(connection, kind.id), item)
                key = (connection, kind.id, row.key.namespace, row.key.name)
                version = f"{row.uid} {row.version}"
                if not row.version or self._versions.get(key) != version:
                    self._versions[key] = version
                    yield _of_row(file.SEEN, (connection, kind.id, "", "", "", ""), row)

        self.tell(told, len(items) * ROW_WEIGHT)

    def kept(self, kind: Readable[Any, Any], connection: str, rows: Sequence[Row[Any]]) -> None:
        """Runs were read that an archive has."""
        if self.recorder is None or not rows:
            return

        def told() -> Iterator[Telling]:
            for row in rows:
                key = (connection, kind.id, row.key.namespace, row.key.name, row.uid)
                named, version = (*key, "kept"), row.version
                if self._versions.get(named) != version:
                    self._versions[named] = version
                    yield Telling(file.KEPT, (*key, version), _json(row.value))

        self.tell(told, len(rows) * ROW_WEIGHT)

    # --- objects, answers ------------------------------------------------------------------

    def whole(self, connection: str, kind: str, raw: bytes, *, is_glance: bool = False) -> None:
        """An object was read with everything; of one that was only glanced at for a list, and is
        not over, that is written once in `GLANCE` seconds."""
        changing = self._changing
        if self.recorder is None or changing is None:
            return

        def told() -> Iterator[Telling]:
            try:
                meta = msgspec.json.decode(raw, type=_Object).metadata
            except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
                return
            named = (connection, kind, meta.namespace, meta.name)
            version = f"{meta.uid} {meta.resource_version}"
            key, now = (*named, ""), self._clock()
            is_new = now - self._glances.get(named, float("-inf")) >= GLANCE
            if is_glance and not is_new and (meta.labels or {}).get(COMPLETED) != "true":
                return
            if not meta.resource_version or self._versions.get(key) != version:
                self._versions[key], self._glances[named] = version, now
                yield from changing.put(named, (*named, meta.uid, meta.resource_version), raw)

        self.tell(told, len(raw))

    def left(self, key: ObjectKey, uid: str) -> None:
        """An object that was watched is gone."""
        named = (key.connection, key.kind, key.namespace, key.name)

        changing = self._changing

        def told() -> Iterator[Telling]:
            self._versions.pop((*named, ""), None)
            if changing is not None:
                yield from changing.gone(named)
            yield Telling(file.LEFT, (*named, uid), is_clean=True)

        self.tell(told)

    def answer(self, question: tuple[str, ...], ask: Callable[[], T]) -> T:
        """What `ask` returns, or raises, which is heard."""
        if self.recorder is None:
            return ask()
        try:
            found = ask()
        except SourceError as error:
            self.tell(partial(self._answered, question, {"error": _of_error(error)}))
            raise
        self.tell(partial(self._answered, question, {"is": found}), ROW_WEIGHT)
        return found

    def _answered(self, question: tuple[str, ...], answer: Any) -> Iterator[Telling]:
        body = _json(answer)
        if self._answers.get(question) != (known := hash(body)):
            self._answers[question] = known
            yield Telling(file.ANSWER, question, body)

    # --- logs ------------------------------------------------------------------------------

    def lines(self, key: tuple[str, ...], stream: Stream, block: LogBlock) -> None:
        """Lines of a pod's log came."""
        recorder = self.recorder
        if recorder is not None:
            recorder.tell(partial(self._lines, recorder, key, stream, block), block.size)

    def _lines(
        self, recorder: Recorder, key: tuple[str, ...], stream: Stream, block: LogBlock
    ) -> Iterator[Telling]:
        covered = self._logs.setdefault(key, _Covered())
        if covered.is_cut:
            return
        wanted = covered.unknown(stream, block)
        if wanted is None:
            return
        text = wanted.stamped()
        covered.size += len(text)
        if covered.size > MOST_LOG:
            covered.is_cut = True
            yield Telling(file.LOG_END, key, b'"cut"', is_clean=True)
            return
        yield Telling(file.LOG, key, _text(recorder.clean_text(text)), is_clean=True)

    def log_ended(self, key: tuple[str, ...]) -> None:
        """The log of a container that ended is read to its end."""
        self.tell(partial(self._once, Telling(file.LOG_END, key, is_clean=True)))

    def log_failed(self, key: tuple[str, ...], error: TuiError) -> None:
        """It could not be read."""
        self.tell(partial(self._once, Telling(file.LOG_ERROR, key, _json(_of_error(error)))))

    def _once(self, told: Telling) -> Iterator[Telling]:
        question, body = (told.tells, *told.key), hash(told.body)
        if self._answers.get(question) != body:
            self._answers[question] = body
            yield told

    def archived(self, key: tuple[str, ...], number: int, block: LogBlock | None) -> None:
        """A block of an archived log was read, by its number; None is its end."""
        recorder = self.recorder
        if recorder is None:
            return

        def told() -> Iterator[Telling]:
            covered = self._logs.setdefault((*key, "archived"), _Covered())
            if number < covered.blocks or covered.is_cut:
                return  # it is read again
            covered.blocks = number + 1
            if block is None:
                yield Telling(file.ARCHIVED, (*key, str(number), "end"), is_clean=True)
                return
            covered.size += len(block.data)
            covered.is_cut = covered.size > MOST_LOG
            text = recorder.clean_text(block.data) if not covered.is_cut else b""
            state = "cut" if covered.is_cut else ""
            yield Telling(file.ARCHIVED, (*key, str(number), state), _text(text), is_clean=True)

        self.tell(told, block.size if block is not None else 0)


class Stream:
    """One reading of a log, from wherever it began."""

    def __init__(self) -> None:
        self.begins = NO_TIME
        """The time of its first line that has one."""
        self.known = (NO_TIME, NO_TIME)
        """What was covered when it began: from which time to which."""


class _Covered:
    """What is recorded of a log: all from one time to another."""

    def __init__(self) -> None:
        self.first = self.last = NO_TIME
        self.size = 0
        self.blocks = 0
        self.is_cut = False
        self._by: Stream | None = None

    def unknown(self, stream: Stream, block: LogBlock) -> LogBlock | None:
        """The lines that are not recorded yet; those at either end may be. None for none."""
        times = block.times
        begins = next((each for each in times if each != NO_TIME), NO_TIME)
        if begins == NO_TIME:
            return block
        if stream.begins == NO_TIME:
            stream.begins, stream.known = begins, (self.first, self.last)
        self._cover(stream, block.last_time)
        first, last = stream.known
        wanted = [at for at, each in enumerate(times) if not first < each < last]
        if len(wanted) == len(block):
            return block
        return block.chosen(wanted) if wanted else None

    def _cover(self, stream: Stream, last: int) -> None:
        """The stream has gone on up to this time."""
        if self._by is None or (stream.begins > self.last and stream is not self._by):
            # Between what was covered before and the last lines of a log may be others.
            self.first, self.last, self._by = stream.begins, last, stream
        elif stream is self._by:
            self.last = max(self.last, last)
        elif last >= self.first:
            self.first, self.last = min(self.first, stream.begins), max(self.last, last)
            self._by = stream


def _of_part(part: Part) -> tuple[str, ...]:
    return (part.connection, part.kind, part.origin.value, part.namespace)


def _of_row(tells: str, part: tuple[str, ...], row: Row[Any]) -> Telling:
    key = row.key
    named = (key.namespace, key.name, row.uid, row.version, str(int(row.depth)))
    return Telling(tells, (*part, *named), _json(row.value))


def _of_error(error: TuiError | None) -> dict[str, Any] | None:
    if error is None:
        return None
    told = {"kind": type(error).__name__, "what": error.what, "hint": error.hint}
    if isinstance(error, SourceError):
        return {**told, "status": error.status, "reason": error.reason}
    return told


def _json(value: Any) -> bytes:
    return msgspec.json.encode(value)


def _text(data: bytes) -> bytes:
    """Bytes as the JSON of a text of as many characters."""
    return msgspec.json.encode(data.decode("latin-1"))


# --- connections ---------------------------------------------------------------------------------


class Heard:
    """A connection that is heard."""

    def __init__(self, connection: Connection, ear: Ear) -> None:
        self._connection = connection
        self._ear = ear
        self._ports: dict[Callable[..., object], object] = {}
        self._lock = threading.Lock()
        self._watched: dict[object, tuple[str, bytes]] = {}
        """The objects that are watched, as they are: kind and JSON."""

    @property
    def id(self) -> str:
        """That of the connection."""
        return self._connection.id

    @property
    def place(self) -> Place:
        """Where it leads."""
        return self._connection.place

    @property
    def troubles(self) -> Sequence[TuiError]:
        """What could not be read from the beginning."""
        return self._connection.troubles

    def port(self, wanted: Callable[..., P]) -> P | None:
        """What the connection offers, heard where there is something to hear; always the same."""
        found: Any = self._connection.port(wanted)
        made = PORTS.get(wanted)
        if found is not None and made is not None:
            with self._lock:
                if wanted not in self._ports:
                    self._ports[wanted] = made(found, self, self._ear)
                found = self._ports[wanted]
        elif found is None and wanted in (ArchivedLogs, StoreAnswers):
            found = self
        port: P | None = found
        return port

    def lacks(self, wanted: Callable[..., object]) -> str:
        """Why a port is not offered."""
        return self._connection.lacks(wanted)

    def close(self) -> None:
        """Let go of it."""
        self._ear.unheard(self)
        self._connection.close()

    def introduced(self) -> Iterator[Telling]:
        """What a recording says of it."""
        place = {"label": self.place.label, "namespace": self.place.namespace}
        served = self._connection.port(ServedArtifacts)
        if served is not None:
            place["served"] = served.by
        if self._connection.port(Archive) is not None:
            place["archive"] = "yes"
        yield Telling(file.OPENED, (self.id,), _json(place))

    def watch_told(self, watch: object, kind: str, raw: bytes | None) -> None:
        """The watch of an object told this last; None once it is over."""
        with self._lock:
            if raw is None:
                self._watched.pop(watch, None)
            else:
                self._watched[watch] = kind, raw

    def tell_watched(self) -> None:
        """Tell the ear the objects that are watched, as they are."""
        with self._lock:
            watched = list(self._watched.values())
        for kind, raw in watched:
            self._ear.whole(self.id, kind, raw)

    is_recorded = False
    """There are stores to ask."""

    def store_answer(
        self, question: tuple[str, ...], ask: Callable[[], dict[str, Any]]
    ) -> dict[str, Any]:
        """What is asked, heard."""
        return self._ear.answer((self.id, "store", *question), ask)

    def store_questions(self, begin: tuple[str, ...]) -> Sequence[tuple[str, ...]]:
        """None: there are stores to ask."""
        return ()

    def archived_log(self, request: LogRequest, read: Iterator[LogBlock]) -> Iterator[LogBlock]:
        """What is read, heard."""
        key = (self.id, request.namespace, request.pod, request.container)
        number = -1
        for number, block in enumerate(read):
            self._ear.archived(key, number, block)
            yield block
        self._ear.archived(key, number + 1, None)


class _Collections:
    def __init__(self, inner: Collections, connection: Heard, ear: Ear) -> None:
        self._inner, self._id, self._ear = inner, connection.id, ear

    def parts(self, kind: Readable[Any, Any], scope: Scope) -> tuple[Part, ...]:
        return self._inner.parts(kind, scope)

    def watch(self, kind: Readable[L, Any], scope: Scope, sink: Sink[L], stop: CancelToken) -> None:
        def told(event: WatchEvent[L]) -> None:
            self._ear.event(event, scope)
            sink(event)

        parts = self._inner.parts(kind, scope)
        for part in parts:
            self._ear.begun(part)
        try:
            self._inner.watch(kind, scope, told, stop)
        finally:
            for part in parts:
                self._ear.ended(part)

    def read_all(
        self, kind: Readable[L, Any], scope: Scope, left_out: LeftOut | None = None
    ) -> tuple[L, ...]:
        found = self._inner.read_all(kind, scope, left_out)
        self._ear.seen(kind, self._id, found)
        return found

    def read_raw(
        self, kind: Readable[Any, Any], scope: Scope, left_out: LeftOut | None = None
    ) -> tuple[bytes, ...]:
        found = self._inner.read_raw(kind, scope, left_out)
        for raw in found:
            self._ear.whole(self._id, kind.id, raw)
        return found


class _Tables:
    def __init__(self, inner: Tables, connection: Heard, ear: Ear) -> None:
        self._inner, self._id, self._ear = inner, connection.id, ear

    def read_table(
        self, kind: Readable[Any, Any], scope: Scope, left_out: LeftOut | None = None
    ) -> tuple[TableRow, ...]:
        return self._inner.read_table(kind, scope, left_out)

    def fill(
        self,
        kind: Readable[Any, Any],
        keys: Sequence[ObjectKey],
        sink: Sink[Any],
        stop: CancelToken,
        *,
        since: int = 0,
        heard: Callable[[bytes], object] | None = None,
    ) -> None:
        def whole(raw: bytes) -> None:
            self._ear.whole(self._id, kind.id, raw, is_glance=True)
            if heard is not None:
                heard(raw)

        self._inner.fill(kind, keys, self._told(sink), stop, since=since, heard=whole)

    def fill_all(
        self,
        kind: Readable[Any, Any],
        scope: Scope,
        sink: Sink[Any],
        stop: CancelToken,
        *,
        since: int = 0,
    ) -> None:
        self._inner.fill_all(kind, scope, self._told(sink), stop, since=since)

    def matching(
        self, kind: Readable[Any, Any], scope: Scope, stop: CancelToken
    ) -> frozenset[ObjectKey]:
        return self._inner.matching(kind, scope, stop)

    def _told(self, sink: Sink[Any]) -> Sink[Any]:
        def told(event: WatchEvent[Any]) -> None:
            self._ear.event(event, Scope())
            sink(event)

        return told


class _Watches:
    def __init__(self, inner: Watches, connection: Heard, ear: Ear) -> None:
        self._inner, self._connection, self._ear = inner, connection, ear

    def watch_one(
        self,
        kind: Readable[Any, W],
        key: ObjectKey,
        uid: str,
        sink: Sink[Whole[W]],
        stop: CancelToken,
    ) -> None:
        connection = self._connection

        def told(event: WatchEvent[Whole[W]]) -> None:
            if isinstance(event, Changed):
                raw = _with_nodes(event.row.value)
                connection.watch_told(told, kind.id, raw)
                self._ear.whole(connection.id, kind.id, raw)
            elif isinstance(event, Gone):
                self._ear.left(key._replace(connection=connection.id), event.uid)
            sink(event)

        try:
            self._inner.watch_one(kind, key, uid, told, stop)
        finally:
            connection.watch_told(told, kind.id, None)


def _with_nodes(whole: Whole[Any]) -> bytes:
    """The JSON of an object; of a workflow whose steps an Argo Server has, with them."""
    raw = whole.raw
    nodes = getattr(whole.object, "nodes", None)
    if not nodes or OFFLOADED not in raw or b'"nodes"' in raw:
        return raw
    found = msgspec.json.decode(raw)
    return _json({**found, "status": {**found["status"], "nodes": nodes}})


class _Objects:
    def __init__(self, inner: Objects, connection: Heard, ear: Ear) -> None:
        self._inner, self._id, self._ear = inner, connection.id, ear

    def get(self, target: Target) -> Manifest:
        found = self._inner.get(target)
        if self._ear.recorder is not None:
            self._ear.whole(self._id, target.key.kind, _json(found))
        return found


class _Archive:
    def __init__(self, inner: Archive, connection: Heard, ear: Ear) -> None:
        self._inner, self._id, self._ear = inner, connection.id, ear

    def page(
        self,
        kind: Readable[L, Any],
        asked: ArchiveQuery,
        more: str = "",
        *,
        most: int = PAGE,
        stop: CancelToken | None = None,
    ) -> ArchivePage[L]:
        found = self._inner.page(kind, asked, more, most=most, stop=stop)
        self._ear.kept(kind, self._id, found.rows)
        return found

    def find(self, kind: Readable[L, Any], key: ObjectKey, uid: str) -> Row[L] | None:
        found = self._inner.find(kind, key, uid)
        self._ear.kept(kind, self._id, [found] if found is not None else [])
        return found

    def label_keys(self) -> Sequence[str]:
        return self._inner.label_keys()

    def label_values(self, key: str) -> Sequence[str]:
        return self._inner.label_values(key)


class _History:
    def __init__(self, inner: History, connection: Heard, ear: Ear) -> None:
        self._inner, self._id, self._ear = inner, connection.id, ear

    def runs(
        self,
        kind: Readable[L, Any],
        asked: ArchiveQuery,
        *,
        most: int,
        stop: CancelToken | None = None,
    ) -> Iterator[L]:
        part = Part(self._id, kind.id, Origin.ARCHIVE)
        for each in self._inner.runs(kind, asked, most=most, stop=stop):
            self._ear.kept(kind, self._id, [kept_row(part, each)])
            yield each


class _Asked:
    """What is asked once, and answered."""

    def __init__(self, inner: Any, connection: Heard, ear: Ear) -> None:
        self._inner, self._id, self._ear = inner, connection.id, ear

    def _ask(self, question: str, about: tuple[str, ...], ask: Callable[[], T]) -> T:
        return self._ear.answer((self._id, question, *about), ask)


class _Events(_Asked):
    def events(self, ref: WorkflowRef, pod: str = "") -> tuple[Event, ...]:
        inner: Events = self._inner
        about = (ref.namespace, ref.name, pod)
        return self._ask("events", about, lambda: inner.events(ref, pod))


class _Pods(_Asked):
    def pods(self, ref: WorkflowRef) -> tuple[Pod, ...]:
        inner: Pods = self._inner
        return self._ask("pods", (ref.namespace, ref.name), lambda: inner.pods(ref))


class _Metrics(_Asked):
    def usage(self, ref: WorkflowRef) -> dict[str, PodUsage]:
        inner: Metrics = self._inner
        return self._ask("usage", (ref.namespace, ref.name), lambda: inner.usage(ref))

    def allowances(self, ref: WorkflowRef) -> dict[str, PodAllowance]:
        inner: Metrics = self._inner
        return self._ask("allowances", (ref.namespace, ref.name), lambda: inner.allowances(ref))


class _Namespaces(_Asked):
    def namespaces(self) -> tuple[str, ...]:
        inner: Namespaces = self._inner
        return self._ask("namespaces", (), inner.namespaces)


class _Secrets(_Asked):
    """Config maps say where artifacts are; of secrets nothing is heard."""

    _inner: Secrets

    def secret_value(self, namespace: str, name: str, key: str) -> bytes:
        return self._inner.secret_value(namespace, name, key)

    def config_map(self, namespace: str, name: str) -> ConfigMap:
        about = (namespace, name)
        return self._ask("config-map", about, lambda: self._inner.config_map(namespace, name))

    def config_maps(self, name: str) -> Sequence[ConfigMap]:
        return self._ask("config-maps", (name,), lambda: self._inner.config_maps(name))


class _Around(_Asked):
    _inner: Around

    def pod(self, namespace: str, name: str) -> Manifest | None:
        return self._ask("pod", (namespace, name), lambda: self._inner.pod(namespace, name))

    def quotas(self, namespace: str) -> tuple[Manifest, ...]:
        return self._ask("quotas", (namespace,), lambda: self._inner.quotas(namespace))

    def claims(self, namespace: str) -> tuple[Manifest, ...]:
        return self._ask("claims", (namespace,), lambda: self._inner.claims(namespace))

    def namespace(self, name: str) -> Manifest | None:
        return self._ask("namespace", (name,), lambda: self._inner.namespace(name))

    def nodes(self) -> tuple[Manifest, ...]:
        return self._ask("nodes", (), self._inner.nodes)

    def pending(self, namespace: str) -> tuple[Manifest, ...]:
        return self._ask("pending", (namespace,), lambda: self._inner.pending(namespace))

    def unfinished(self, namespace: str) -> tuple[Manifest, ...]:
        return self._ask("unfinished", (namespace,), lambda: self._inner.unfinished(namespace))


class _PodLogs:
    def __init__(self, inner: PodLogs, connection: Heard, ear: Ear) -> None:
        self._inner, self._id, self._ear = inner, connection.id, ear

    def log(self, request: LogRequest, stop: CancelToken) -> Iterator[LogBlock]:
        which = "previous" if request.previous else ""
        key = (self._id, request.namespace, request.pod, request.container, which)
        stream = Stream()
        if self._ear.recorder is not None:
            # By their times lines that are read again are known, and when each was there.
            request = msgspec.structs.replace(request, stamped=True)
        try:
            for block in self._inner.log(request, stop):
                if len(block) and request.stamped:
                    self._ear.lines(key, stream, block)
                yield block
        except SourceError as error:
            self._ear.log_failed(key, error)
            raise
        if request.follow and not stop.is_set:
            self._ear.log_ended(key)


PORTS: dict[Callable[..., object], Callable[[Any, Heard, Ear], object]] = {
    Collections: _Collections,
    Tables: _Tables,
    Watches: _Watches,
    Objects: _Objects,
    Events: _Events,
    Pods: _Pods,
    Metrics: _Metrics,
    Archive: _Archive,
    History: _History,
    Namespaces: _Namespaces,
    Around: _Around,
    Secrets: _Secrets,
    PodLogs: _PodLogs,
}
"""What is heard, and by what."""
