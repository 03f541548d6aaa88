"""A recording as connections: the same screens, at any time of it, read-only.

Each watch is told what the recorded one was told, when the clock of the recording gets there. What
is asked is answered as it was the last time before that; what nobody had asked says that it was not
recorded. Of a log all lines are there that were written by then, whenever they were read.
"""

from __future__ import annotations

import os
import threading
import time
from bisect import bisect_right
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from datetime import datetime
from math import ceil
from typing import Any, Literal, TypeVar

import msgspec

from tui.domain.allowance import PodAllowance
from tui.domain.archived import ArchiveQuery, selects
from tui.domain.decode import list_reader
from tui.domain.identity import Depth, ObjectKey, Origin, Part, Row, Target
from tui.domain.logs import LogBlock, seam, time_of
from tui.domain.node import NodeId
from tui.domain.order import time_key
from tui.domain.selectors import FieldSelector, LabelSelector
from tui.domain.workflow import ListedWorkflow, Manifest, Workflow, WorkflowRef
from tui.errors import InputError, Missing, NotOffered, SourceError, TuiError
from tui.ports.archive import PAGE, Archive, ArchivePage, History
from tui.ports.artifacts import Content, ServedArtifacts
from tui.ports.collections import (
    ORIGINS,
    Changed,
    Collections,
    Gone,
    HasMetadata,
    LeftOut,
    Live,
    Page,
    Readable,
    Scope,
    Sink,
    Stale,
    Standing,
    Stood,
    Unreadable,
)
from tui.ports.connection import Connection, Place
from tui.ports.events import Event, Events
from tui.ports.logs import ArchivedLogs, LogRequest, PodLogs
from tui.ports.metrics import Metrics, PodUsage
from tui.ports.namespaces import Namespaces
from tui.ports.objects import Objects, Watches, Whole, whole_row
from tui.ports.playback import Playback
from tui.ports.pods import Around, Pod, Pods
from tui.ports.secrets import ConfigMap, Secrets
from tui.ports.stores import StoreAnswers
from tui.ports.threads import CancelToken
from tui.sources.connection_settings import ConnectionSettings
from tui.sources.recorded_timeline import (
    NOTHING,
    Kept,
    Name,
    Rows,
    Timeline,
    Version,
    decoded,
    milliseconds,
    moment_of,
)

L = TypeVar("L", bound=HasMetadata)
W = TypeVar("W", bound=HasMetadata)
P = TypeVar("P")
T = TypeVar("T")

BATCH = 0.05
"""Seconds between two looks at what comes next, however fast it is played."""
BLOCK = 1 << 16
"""Bytes of a log that are told at a time."""
FOR_GOOD = 86_400.0
"""Seconds until the next try of what was not recorded."""
WHY_NOT = "this is a recording: there is no cluster to ask"
POD = "Pod"
NOT_RECORDED = "NotRecorded"
"""`reason` of what is said of what was not recorded."""


def connect(settings: ConnectionSettings) -> Connection:
    """The first connection of the recording that the settings name. Raises: InputError."""
    if len(settings.files) > 1:
        raise InputError("a recording is opened alone")
    return read(settings.files[0], namespace=settings.namespace).connections[0]


def read(path: str, clock: Callable[[], float] = time.monotonic, *, namespace: str = "") -> Player:
    """The recording in a file, at its end: whoever plays it goes to its beginning.

    `namespace` are those that are asked for, with commas; "" for all. Raises: InputError.
    """
    return Player(Timeline(path), os.path.basename(path), clock, namespace)


class Player:
    """The clock of a recording, and its connections. Any thread may ask it."""

    def __init__(
        self, timeline: Timeline, name: str, clock: Callable[[], float], namespace: str = ""
    ) -> None:
        """`clock` counts seconds of life, and never goes back."""
        self.timeline = timeline
        self._name = name
        self._clock = clock
        self._changed = threading.Condition()
        self._from, self._since = timeline.ends, clock()
        self._speed, self._paused = 1.0, False
        self._jumps = 0
        self._open = len(timeline.connections)
        self._connections = tuple(
            PlayedConnection(self, each, place.label or each, namespace)
            for each, place in timeline.connections.items()
        )

    # --- what it is ------------------------------------------------------------------------

    @property
    def name(self) -> str:
        """The file's name."""
        return self._name

    @property
    def begins(self) -> datetime:
        """When the first list was heard."""
        return moment_of(self.timeline.begins)

    @property
    def ends(self) -> datetime:
        """The time of the last one."""
        return moment_of(self.timeline.ends)

    @property
    def notes(self) -> Sequence[str]:
        """What is missing of it."""
        found = []
        if self.timeline.cut:
            found.append(f"the recording breaks off: {self.timeline.cut}")
        elif not self.timeline.has_ended:
            found.append("the recording breaks off: the program that wrote it was killed")
        if self.timeline.lost:
            found.append(f"{self.timeline.lost:,} pieces came too fast to be recorded")
        if self.timeline.unread:
            found.append(f"{self.timeline.unread:,} pieces of it cannot be read")
        return found

    @property
    def connections(self) -> Sequence[Connection]:
        """Those that were recorded."""
        return self._connections

    @property
    def first(self) -> PlayedConnection:
        """The first of them."""
        return self._connections[0]

    def last_of(self, named: tuple[str, str, str, str]) -> Manifest | None:
        """An object that was read whole, by connection, kind, namespace and name, as it was last:
        be it that it was deleted then."""
        frames = [
            frame
            for frame in self.timeline.wholes.get(named, ())
            if frame not in self.timeline.left
        ]
        found = decoded(self.timeline.body(frames[-1])) if frames else None
        return found if isinstance(found, dict) else None

    # --- its clock -------------------------------------------------------------------------

    @property
    def speed(self) -> float:
        """How many times faster than life it goes."""
        return self._speed

    @property
    def is_paused(self) -> bool:
        """Whether its clock stands."""
        return self._paused and not self.is_over

    @property
    def is_over(self) -> bool:
        """Whether it is at its end."""
        with self._changed:
            return self._at() >= self.timeline.ends

    def now(self) -> datetime:
        """The time that it is in the recording."""
        with self._changed:
            return moment_of(self._at())

    def pause(self, paused: bool) -> None:
        """Have its clock stand, or go on."""
        self._set(paused=paused)

    def go_at(self, speed: float) -> None:
        """Go at another speed."""
        self._set(speed=speed)

    def go_to(self, moment: datetime) -> None:
        """Go to another time."""
        at = milliseconds(moment)
        self._set(at=min(max(at, self.timeline.begins), self.timeline.ends))

    def _at(self) -> float:
        if self._paused:
            return self._from
        passed = (self._clock() - self._since) * 1000 * self._speed
        return min(self._from + passed, self.timeline.ends)

    def _set(
        self, *, at: float | None = None, paused: bool | None = None, speed: float | None = None
    ) -> None:
        with self._changed:
            self._from, self._since = self._at() if at is None else at, self._clock()
            self._paused = self._paused if paused is None else paused
            self._speed = self._speed if speed is None else speed
            self._jumps += at is not None
            self._changed.notify_all()

    # --- for what is played ----------------------------------------------------------------

    def where(self) -> tuple[int, int]:
        """How many frames were heard by now; and a number that another jump makes another."""
        with self._changed:
            return self.timeline.position(self._at()), self._jumps

    def wait(self, until: float | None, jumps: int, stop: CancelToken) -> None:
        """Wait until a time of the recording, a jump, or stopped; for ever where it is None."""

        def wake() -> None:
            with self._changed:
                self._changed.notify_all()

        take_back = stop.on_set(wake)
        try:
            with self._changed:
                while not stop.is_set and jumps == self._jumps:
                    left = self._left(until)
                    if left is not None and left <= 0:
                        return
                    self._changed.wait(None if left is None else max(left, BATCH))
        finally:
            take_back()

    def _left(self, until: float | None) -> float | None:
        """Seconds of life until a time of the recording; None for never."""
        if until is None:
            return None
        ahead = (until - self._at()) / 1000 / self._speed
        return ahead if ahead <= 0 or not self._paused else None

    def let_go(self) -> None:
        """A connection is closed; the last one closes the file."""
        self._open -= 1
        if self._open <= 0:
            self.timeline.close()


class PlayedConnection:
    """A connection as it was recorded."""

    def __init__(self, player: Player, id: str, label: str, namespace: str) -> None:
        self.player = player
        self._timeline = player.timeline
        self._id = id
        self._is_open = True
        spaces = {name[0] for key, rows in self._timeline.rows.items() for name in rows.versions}
        only = spaces.pop() if len(spaces) == 1 else ""
        self._place = Place(label, namespace=namespace or only, origin=Origin.FILE)
        opened = self._timeline.connections[id]
        self.by = opened.served
        kept = (Archive, History) if opened.archive else ()
        self._ports: Mapping[Any, object] = {
            Playback: player,
            **dict.fromkeys((*kept, *((ServedArtifacts,) if opened.served else ())), self),
            **dict.fromkeys(
                (
                    *(Collections, Watches, Objects, Namespaces, Events, Pods, Around),
                    *(Metrics, PodLogs, ArchivedLogs, StoreAnswers, Secrets),
                ),
                self,
            ),
        }

    @property
    def id(self) -> str:
        """That of the connection that was recorded."""
        return self._id

    @property
    def place(self) -> Place:
        """What it was called."""
        return self._place

    @property
    def troubles(self) -> Sequence[TuiError]:
        """What is missing of the recording."""
        return tuple(InputError(each) for each in self.player.notes)

    def port(self, wanted: Callable[..., P]) -> P | None:
        """What can be recorded."""
        found: Any = self._ports.get(wanted)
        port: P | None = found
        return port

    def lacks(self, wanted: Callable[..., object]) -> str:
        """What there is no cluster for."""
        return "" if wanted in self._ports else WHY_NOT

    def close(self) -> None:
        """Let go of the file."""
        if self._is_open:
            self._is_open = False
            self.player.let_go()

    # --- lists -----------------------------------------------------------------------------

    def parts(self, kind: Readable[Any, Any], scope: Scope) -> tuple[Part, ...]:
        """What was listed is one part."""
        return (Part(self.id, kind.id, Origin.CLUSTER),)

    def watch(self, kind: Readable[L, Any], scope: Scope, sink: Sink[L], stop: CancelToken) -> None:
        """Tell the list as it is told in the recording."""
        (part,) = self.parts(kind, scope)
        rows = self._timeline.rows.get((self.id, kind.id))
        if rows is None or rows.heard == NOTHING:
            error = self._not_recorded(f"the list of {kind.noun}s was", ())
            sink(Stood(part, Unreadable(error, FOR_GOOD)))
            self.player.wait(None, -1, stop)
            return
        before, jumps = 0, -1
        while not stop.is_set:
            position, now = self.player.where()
            if now != jumps:
                # What was known of other times is forgotten.
                sink(Page(part, (), first=True, last=True))
                found = [
                    self._row(kind, part, name, version)
                    for name, version in rows.at(position)
                    if _is_in(name, scope)
                ]
                told = tuple(each for each in found if each is not None)
                sink(Page(part, told, first=True, last=True))
            else:
                for name in rows.between(before, position):
                    if _is_in(name, scope):
                        self._tell(kind, part, rows, name, position, sink)
            sink(Stood(part, self._standing(kind, rows, position)))
            before, jumps = position, now
            self.player.wait(
                self._next(position, [rows.heard], rows.changes, rows.stood), jumps, stop
            )

    def _tell(
        self,
        kind: Readable[L, Any],
        part: Part,
        rows: Rows,
        name: Name,
        position: int,
        sink: Sink[L],
    ) -> None:
        version = rows.version(name, position)
        row = self._row(kind, part, name, version) if version is not None else None
        if row is not None:
            sink(Changed(part, row))
        else:
            sink(Gone(part, ObjectKey(self.id, kind.id, *name)))

    def _row(
        self, kind: Readable[L, Any], part: Part, name: Name, version: Version
    ) -> Row[L] | None:
        """One as a list shows it; None for what cannot be read."""
        read = list_reader(kind.listed).one
        full, table = version.full, version.table
        try:
            value = read(self._timeline.body(full if full != NOTHING else table))
            if full != NOTHING and table != NOTHING:
                told = read(self._timeline.body(table))
                value = kind.renewed(value, told) if kind.renewed is not None else told
        except InputError:
            return None
        depth = Depth.SUMMARY if full != NOTHING else Depth.TABLE
        key = ObjectKey(self.id, kind.id, *name)
        # No two frames are of one version, as details may be read later.
        mark = f"{version.version}@{version.frame}"
        return Row(key, version.uid, mark, ORIGINS[Origin.CLUSTER], value, depth)

    def _standing(self, kind: Readable[Any, Any], rows: Rows, position: int) -> Standing:
        if position <= rows.heard:
            error = self._not_recorded(f"the list of {kind.noun}s was", [rows.heard])
            return Stale(error, FOR_GOOD, 1)
        at = bisect_right(rows.stood, position - 1)
        told = self._json(rows.stood[at - 1]) if at else None
        return Stale(_revived(told), FOR_GOOD, 1) if isinstance(told, dict) else Live()

    def _next(self, position: int, *frames: Sequence[int]) -> float | None:
        """When the next of these frames was heard; None where none was."""
        found = []
        for each in frames:
            at = bisect_right(each, position - 1)
            if at < len(each):
                found.append(each[at])
        return self._timeline.times[min(found)] if found else None

    def read_all(
        self, kind: Readable[L, Any], scope: Scope, left_out: LeftOut | None = None
    ) -> tuple[L, ...]:
        """Those that there are, as far as the recording knows them."""
        rows = self._timeline.rows.get((self.id, kind.id))
        position, _ = self.player.where()
        if rows is None:
            raise self._not_recorded(f"the list of {kind.noun}s was", ())
        (part,) = self.parts(kind, scope)
        found = {
            name: row.value
            for name, version in rows.at(position)
            if (row := self._row(kind, part, name, version)) is not None
        }
        for name, frames in rows.seen.items():
            at = bisect_right(frames, position - 1)
            if name not in rows.versions and at:
                seen = Version(frames[at - 1], frames[at - 1], NOTHING, "", "")
                if (row := self._row(kind, part, name, seen)) is not None:
                    found[name] = row.value
        labels, fields = LabelSelector.parse(scope.label_selector), scope.field_selector
        return tuple(
            value
            for name, value in found.items()
            if _is_in(name, scope)
            and labels.matches(value.metadata.labels)
            and _is_named(value.metadata, fields)
        )

    def read_raw(
        self, kind: Readable[Any, Any], scope: Scope, left_out: LeftOut | None = None
    ) -> tuple[bytes, ...]:
        """Those that were read with everything."""
        position, _ = self.player.where()
        raws = dict(self._wholes(kind, position))
        if kind.resource.kind == POD:
            raws = {**dict(self._asked_pods()), **raws}
        if not raws:
            raise self._not_recorded(f"whole {kind.noun}s were", ())
        labels, found = LabelSelector.parse(scope.label_selector), []
        for name, raw in raws.items():
            if raw is None or not _is_in(name, scope):
                continue
            try:
                metadata = list_reader(kind.listed).one(raw).metadata
            except InputError:
                continue
            if labels.matches(metadata.labels) and _is_named(metadata, scope.field_selector):
                found.append(raw)
        return tuple(found)

    def _wholes(
        self, kind: Readable[Any, Any], position: int
    ) -> Iterator[tuple[Name, bytes | None]]:
        """The objects of a kind that were ever read whole; None where it is gone, or not yet."""
        for each in self._timeline.wholes:
            if each[:2] == (self.id, kind.id):
                frame = self._whole_at(each, "", position)
                yield (each[2], each[3]), None if frame is None else self._timeline.body(frame)

    def _asked_pods(self) -> Iterator[tuple[Name, bytes | None]]:
        """The pods that were asked for one by one."""
        for connection, question, *about in self._timeline.answers:
            if (connection, question, len(about)) == (self.id, "pod", 2):
                try:
                    pod = self.pod(about[0], about[1])
                except SourceError:
                    pod = None
                yield (about[0], about[1]), msgspec.json.encode(pod) if pod is not None else None

    def namespaces(self) -> tuple[str, ...]:
        """Those that were told, else those of what was listed."""
        try:
            told: tuple[str, ...] = self._answer(
                ("namespaces",), tuple[str, ...], "the namespaces were"
            )
            return told
        except Missing:
            listed = (
                rows.versions for key, rows in self._timeline.rows.items() if key[0] == self.id
            )
            return tuple(sorted({name[0] for names in listed for name in names} - {""}))

    # --- archives --------------------------------------------------------------------------

    def _kept(self, kind: Readable[L, Any], asked: ArchiveQuery) -> list[Row[L]]:
        """The archived runs that were told by now, as they were told last; the newest first."""
        read, found = list_reader(kind.listed).one, list[tuple[str, Row[L]]]()
        for each in self._last_of(self._timeline.kept.get((self.id, kind.id), [])):
            try:
                value = read(self._timeline.body(each.frame))
            except InputError:
                continue
            run: Any = value
            if selects(asked, run):
                key = ObjectKey(self.id, kind.id, *each.name)
                row = Row(key, each.uid, each.version, ORIGINS[Origin.ARCHIVE], value)
                found.append((time_key(run.status.started_at), row))
        return [row for _, row in sorted(found, key=lambda each: each[0], reverse=True)]

    def _last_of(self, told: Sequence[Kept]) -> Collection[Kept]:
        """Each archived run as it was told last by now. Raises: Missing, NotOffered for none."""
        position, _ = self.player.where()
        known = {(*each.name, each.uid): each for each in told if each.frame < position}
        if not known:
            raise self._not_recorded("the archive was", [each.frame for each in told])
        return known.values()

    def page(
        self,
        kind: Readable[L, Any],
        asked: ArchiveQuery,
        more: str = "",
        *,
        most: int = PAGE,
        stop: CancelToken | None = None,
    ) -> ArchivePage[L]:
        """Of what was read of the archive, by whatever query."""
        begin = int(more) if more.isdecimal() else 0
        found = self._kept(kind, asked)
        end = begin + max(1, most)
        return ArchivePage(tuple(found[begin:end]), str(end) if end < len(found) else "")

    def find(self, kind: Readable[L, Any], key: ObjectKey, uid: str) -> Row[L] | None:
        """One of those."""
        asked = ArchiveQuery(namespace=key.namespace, name=key.name)
        return next((row for row in self._kept(kind, asked) if uid in ("", row.uid)), None)

    def runs(
        self,
        kind: Readable[L, Any],
        asked: ArchiveQuery,
        *,
        most: int,
        stop: CancelToken | None = None,
    ) -> Iterator[L]:
        """The newest of those."""
        for row in self._kept(kind, asked)[:most]:
            yield row.value

    def label_keys(self) -> Sequence[str]:
        """Those of the archived runs that were read."""
        return sorted({key for labels in self._labels() for key in labels})

    def label_values(self, key: str) -> Sequence[str]:
        """The values of one of them."""
        return sorted({labels[key] for labels in self._labels() if key in labels})

    def _labels(self) -> Iterator[Mapping[str, str]]:
        kept = self._timeline.kept.items()
        told = [each for (connection, _), runs in kept if connection == self.id for each in runs]
        read = list_reader(ListedWorkflow).one
        for each in self._last_of(told):
            with suppress(InputError):
                yield read(self._timeline.body(each.frame)).metadata.labels

    # --- objects ---------------------------------------------------------------------------

    def watch_one(
        self,
        kind: Readable[Any, W],
        key: ObjectKey,
        uid: str,
        sink: Sink[Whole[W]],
        stop: CancelToken,
    ) -> None:
        """Tell the object, and each change of it."""
        named = (self.id, kind.id, key.namespace, key.name)
        frames = self._timeline.wholes.get(named, [])
        part = Part(self.id, kind.id, Origin.CLUSTER, key.namespace)
        what = f"the {kind.noun} {key.name} was only listed: what is in it was"
        if not frames:
            raise self._not_recorded(what, ())
        told, jumps = NOTHING, -1
        while not stop.is_set:
            position, jumps = self.player.where()
            frame = self._frame_at(named, uid, position)
            following = self._next(position, frames)
            if frame is None:
                error = self._not_recorded(what, frames)
                sink(Stood(part, Stale(error, FOR_GOOD, 1)))
            elif frame != told:
                told = frame
                if frame in self._timeline.left:
                    sink(Gone(part, key, self._timeline.uids[frame]))
                else:
                    raw = self._timeline.body(frame)
                    found, fits = kind.whole(raw)
                    sink(Changed(part, whole_row(part, Whole(found, raw, fits))))
                    sink(Stood(part, Live()))
            self.player.wait(following, jumps, stop)

    def get(self, target: Target) -> Manifest:
        """The object as it is."""
        key = target.key
        named = (self.id, key.kind, key.namespace, key.name)
        position, _ = self.player.where()
        frame = self._whole_at(named, target.uid, position)
        if frame is None:
            frames = self._timeline.wholes.get(named, ())
            raise self._not_recorded(f"{key.name} was only listed: what is in it was", frames)
        found = self._json(frame)
        if not isinstance(found, dict):
            raise Missing(f"what was recorded of {key.name} cannot be read")
        return found

    def _frame_at(self, named: tuple[str, ...], uid: str, position: int) -> int | None:
        """The last frame of an object before a position, or that it is gone."""
        frames = self._timeline.wholes.get(named, [])
        at = bisect_right(frames, position - 1)
        while at and uid and self._timeline.uids[frames[at - 1]] not in ("", uid):
            at -= 1
        return frames[at - 1] if at else None

    def _whole_at(self, named: tuple[str, ...], uid: str, position: int) -> int | None:
        frame = self._frame_at(named, uid, position)
        return None if frame is None or frame in self._timeline.left else frame

    # --- answers ---------------------------------------------------------------------------

    def _answer(self, question: tuple[str, ...], type: Any, what: str) -> Any:
        """What was answered last. Raises: SourceError, be it that it was not recorded."""
        frames = self._timeline.answers.get((self.id, *question), [])
        position, _ = self.player.where()
        at = bisect_right(frames, position - 1)
        if not at:
            raise self._not_recorded(what, frames)
        told = self._json(frames[at - 1])
        if isinstance(told, dict) and isinstance(told.get("error"), dict):
            raise _revived(told["error"])
        try:
            return msgspec.convert(told["is"], type)
        except (msgspec.ValidationError, TypeError, KeyError) as error:
            raise Missing(f"what was recorded cannot be read: {error}") from error

    def events(self, ref: WorkflowRef, pod: str = "") -> tuple[Event, ...]:
        """Those that were told."""
        question = ("events", ref.namespace, ref.name, pod)
        what = f"the events of {pod or ref.name} were"
        found: tuple[Event, ...] = self._answer(question, tuple[Event, ...], what)
        return found

    def events_told(self, namespace: str, name: str, pod: str) -> tuple[Event, ...]:
        """The last events that were told of a run or a pod of it; none where that failed."""
        try:
            return self.events(WorkflowRef(namespace, name), pod)
        except SourceError:
            return ()

    def pods(self, ref: WorkflowRef) -> tuple[Pod, ...]:
        """Those that were told."""
        question = ("pods", ref.namespace, ref.name)
        found: tuple[Pod, ...] = self._answer(
            question, tuple[Pod, ...], f"the pods of {ref.name} were"
        )
        return found

    def usage(self, ref: WorkflowRef) -> dict[str, PodUsage]:
        """What was told."""
        question = ("usage", ref.namespace, ref.name)
        what = f"what the pods of {ref.name} use was"
        found: dict[str, PodUsage] = self._answer(question, dict[str, PodUsage], what)
        return found

    def allowances(self, ref: WorkflowRef) -> dict[str, PodAllowance]:
        """What was told."""
        question = ("allowances", ref.namespace, ref.name)
        what = f"what the pods of {ref.name} may use was"
        found: dict[str, PodAllowance] = self._answer(question, dict[str, PodAllowance], what)
        return found

    def pod(self, namespace: str, name: str) -> Manifest | None:
        """As it was told."""
        question = ("pod", namespace, name)
        found: Manifest | None = self._answer(question, dict[str, Any] | None, f"pod {name} was")
        return found

    def quotas(self, namespace: str) -> tuple[Manifest, ...]:
        """Those that were told."""
        return self._manifests(("quotas", namespace), f"the quotas of {namespace} were")

    def claims(self, namespace: str) -> tuple[Manifest, ...]:
        """Those that were told."""
        return self._manifests(("claims", namespace), f"the volume claims of {namespace} were")

    def namespace(self, name: str) -> Manifest | None:
        """As it was told."""
        question = ("namespace", name)
        found: Manifest | None = self._answer(
            question, dict[str, Any] | None, f"namespace {name} was"
        )
        return found

    def nodes(self) -> tuple[Manifest, ...]:
        """Those that were told."""
        return self._manifests(("nodes",), "the nodes were")

    def pending(self, namespace: str) -> tuple[Manifest, ...]:
        """Those that were told."""
        return self._manifests(("pending", namespace), f"the pods that waited in {namespace} were")

    def unfinished(self, namespace: str) -> tuple[Manifest, ...]:
        """Those that were told."""
        what = f"what else runs in {namespace} was"
        return self._manifests(("unfinished", namespace), what)

    def _manifests(self, question: tuple[str, ...], what: str) -> tuple[Manifest, ...]:
        found: tuple[Manifest, ...] = self._answer(question, tuple[dict[str, Any], ...], what)
        return found

    # --- logs ------------------------------------------------------------------------------

    def log(self, request: LogRequest, stop: CancelToken) -> Iterator[LogBlock]:
        """The lines that were written by now, and those that follow."""
        which = "previous" if request.previous else ""
        key = (self.id, request.namespace, request.pod, request.container, which)
        text, ends = self._timeline.text(key), self._timeline.log_ends.get(key, [])
        position, jumps = self.player.where()
        at = self._line_at(text.from_)
        if not at and not (text.lines and request.follow):
            errors = self._timeline.log_errors.get(key, [])
            known = bisect_right(errors, position - 1)
            if known:
                raise _revived(self._json(errors[known - 1]))
            if not bisect_right(ends, position - 1):
                frames = self._timeline.logs.get(key, ())
                raise self._not_recorded(f"the log of {request.container} was", frames)
        lines = text.lines[:at]
        if request.since_time:
            since = time_of(request.since_time.encode())
            lines = [line for line in lines if line.time >= since]
        if request.tail_lines is not None:
            lines = lines[-request.tail_lines :] if request.tail_lines else []
        while True:
            yield from _blocks([line.text for line in lines], request.source)
            position, jumps = self.player.where()
            is_all = at >= len(text.lines)
            is_over = is_all and bool(bisect_right(ends, position - 1))
            if text.is_cut and is_all:
                yield seam("the rest of this log was not recorded", request.source)
            if stop.is_set or is_over or not request.follow:
                return
            following = text.from_[at] if not is_all else self._next(position, ends)
            self.player.wait(following, jumps, stop)
            now = max(at, self._line_at(text.from_))
            lines, at = text.lines[at:now], now

    def _line_at(self, from_: Sequence[float]) -> int:
        return bisect_right(from_, milliseconds(self.player.now()) + 0.5)

    def archived_log(self, request: LogRequest, read: Iterator[LogBlock]) -> Iterator[LogBlock]:
        """As it was read."""
        key = (self.id, request.namespace, request.pod, request.container)
        position, _ = self.player.where()
        frames = self._timeline.archived.get(key, [])
        known = [each for each in frames if each[0] < position]
        if not known:
            what = f"the archived log of {request.container} was"
            raise self._not_recorded(what, [frame for frame, _ in frames])
        for frame, state in known:
            text = self._json(frame)
            if state == "cut":
                yield seam("the rest of this log was not recorded", request.source)
            elif isinstance(text, str) and text.endswith("\n"):
                data = text.encode("latin-1", errors="replace")
                yield LogBlock.uncut(data, request.source, stamped=False)

    # --- artifacts -------------------------------------------------------------------------

    is_recorded = True
    """There is no store to ask."""

    def store_answer(
        self, question: tuple[str, ...], ask: Callable[[], dict[str, Any]]
    ) -> dict[str, Any]:
        """As a store answered."""
        found: dict[str, Any] = self._answer(
            ("store", *question), dict[str, Any], "this artifact was"
        )
        return found

    def store_questions(self, begin: tuple[str, ...]) -> Sequence[tuple[str, ...]]:
        """Those that stores had answered by now."""
        position, _ = self.player.where()
        asked = self._timeline.store_questions(self.id, begin)
        return [question for question, first in asked if first < position]

    def path(
        self, workflow: Workflow, node: NodeId, name: str, direction: Literal["in", "out"]
    ) -> str:
        """Where the Argo Server had it, whose answers were recorded."""
        from tui.sources.argo_server_artifacts import served_path

        return served_path(workflow, node, name, direction)

    @contextmanager
    def content(self, path: str, stop: CancelToken) -> Iterator[Content]:
        """Raises: NotOffered, as all that is known was heard of a store."""
        raise NotOffered("this artifact was not recorded", reason=NOT_RECORDED)
        yield

    def secret_value(self, namespace: str, name: str, key: str) -> bytes:
        """Raises: NotOffered."""
        raise NotOffered("secrets are never recorded", reason=NOT_RECORDED)

    def config_map(self, namespace: str, name: str) -> ConfigMap:
        """As it was told."""
        question = ("config-map", namespace, name)
        found: ConfigMap = self._answer(question, ConfigMap, f"config map {name} was")
        return found

    def config_maps(self, name: str) -> Sequence[ConfigMap]:
        """Those that were told."""
        found: tuple[ConfigMap, ...] = self._answer(
            ("config-maps", name), tuple[ConfigMap, ...], f"config maps {name} were"
        )
        return found

    # --- inside ----------------------------------------------------------------------------

    def _json(self, frame: int) -> Any:
        return decoded(self._timeline.body(frame))

    def _not_recorded(self, what: str, frames: Sequence[int]) -> Missing:
        """`what` ends with `was` or `were`; the frames are those that tell of it."""
        position, _ = self.player.where()
        at = bisect_right(frames, position - 1)
        if at < len(frames):
            # Clocks show whole seconds: at the one that is named it is there.
            since = moment_of(ceil(self._timeline.times[frames[at]] / 1000) * 1000)
            words = f"{what} not recorded before {since:%Y-%m-%d %H:%M:%S} UTC"
            return Missing(words, reason=NOT_RECORDED)
        return NotOffered(f"{what} not recorded", reason=NOT_RECORDED)


def _is_in(name: Name, scope: Scope) -> bool:
    return not scope.namespaces or not name[0] or name[0] in scope.namespaces


def _is_named(metadata: Any, fields: str) -> bool:
    """Whether an object fits a field selector, as far as that is about its name."""
    known = {"metadata.name": metadata.name, "metadata.namespace": metadata.namespace}
    for key, operator, value in FieldSelector.parse(fields).terms:
        if key in known and (known[key] == value) != (operator == "="):
            return False
    return True


def _blocks(lines: Sequence[bytes], source: int) -> Iterator[LogBlock]:
    """Lines with their times as blocks; one that is empty for none."""
    if not lines:
        yield LogBlock.uncut(b"", source)
        return
    held: list[bytes] = []
    size = 0
    for line in lines:
        held.append(line)
        size += len(line)
        if size >= BLOCK:
            yield LogBlock.uncut(b"".join(held), source)
            held, size = [], 0
    if held:
        yield LogBlock.uncut(b"".join(held), source)


def _errors(kind: type[SourceError]) -> Iterator[type[SourceError]]:
    yield kind
    for each in kind.__subclasses__():
        yield from _errors(each)


def _revived(told: Any) -> SourceError:
    """An error as it was told."""
    found = told if isinstance(told, dict) else {}
    kinds = {each.__name__: each for each in _errors(SourceError)}
    kind = kinds.get(str(found.get("kind")), SourceError)
    status = found.get("status")
    return kind(
        str(found.get("what") or "it could not be read"),
        hint=str(found.get("hint") or ""),
        status=status if isinstance(status, int) else 0,
        reason=str(found.get("reason") or ""),
    )
