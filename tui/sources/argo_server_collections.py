"""Lists and watches of an Argo Server as collections that a reflector keeps up with.

Workflows are watched. What is in the cluster only a watch from nothing tells: of what is archived,
too, the server lists the archive's copy, be it in the cluster or not (argo.md 9). So the first page
is that of the list, which has the newest first, and all there is comes from the watch, which then
simply goes on. Kubernetes before 1.34 may not tell where the beginning of a watch ends: then the
list is read by pages, and the watch after it tells everything once more.

Pages are asked for by offset, which is the number of those received: the server's own `continue`
may end too early, or go on for ever.

Of other kinds the server has no watch: they are read again and again.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any, Generic, TypeVar

import msgspec

from tui.bugs import caught_in_source
from tui.domain.decode import list_reader
from tui.domain.identity import ObjectKey
from tui.domain.resource import Resource
from tui.domain.workflow import ARCHIVING, PERSISTED, TO_ARCHIVE, WORKFLOW_RESOURCE
from tui.errors import Busy, Expired, InputError, Missing, Refused, Rejected, SourceError
from tui.ports.collections import HasMetadata, Readable
from tui.ports.objects import Whole
from tui.ports.threads import CancelToken
from tui.sources.answers import UNREADABLE
from tui.sources.argo_server_answers import ENDED
from tui.sources.argo_server_paths import (
    FIRST_PAGE,
    LISTED_FIELDS,
    PAGE,
    SIGNAL_FIELDS,
    WATCHED_FIELDS,
    archived_path,
    collection,
    list_query,
    one,
    options,
    projected,
    watch_path,
)
from tui.sources.argo_server_streams import (
    SILENCE,
    frames,
    glance,
    listed_event,
    raw_event,
    unreadable_answer,
    until_end,
    with_kind,
)
from tui.sources.reflector import (
    FIRST_WAIT,
    LONGEST_WAIT,
    REFUSED_WAIT,
    Audience,
    Listed,
    StreamedEvent,
)
from tui.sources.transport import Transport

BATCH = 500
"""Workflows that the beginning of a watch tells together."""
WATCH_SECONDS = 290
"""Seconds that a watch from nothing is opened for."""
OLD = 240.0
"""Seconds without an event after which a watch is not resumed: another cluster may answer by now,
and of a version that it has not reached the server says nothing, for ever."""
MANY_NODES = 2000
"""Above this the nodes of one workflow are read every few seconds, and not with each event."""
READ_PAUSE = 3.0
"""Seconds between two reads of such a workflow."""
ARCHIVING_PAUSE = 1.0
"""Seconds in which what left the cluster while it was to be archived has come to the archive."""
GONE_PAUSE = 15.0
"""Seconds until it is looked again whether one that is gone was made anew."""
STARTING = "Starting"
"""`reason` of a Busy of a server that has not read the cluster yet."""
NO_WATCH = "NoWatch"
"""`reason` of a Refused that is about the watch, and not the list."""

L = TypeVar("L", bound=HasMetadata)
W = TypeVar("W", bound=HasMetadata)
T = TypeVar("T")


class _RawList(msgspec.Struct):
    metadata: dict[str, Any] = {}
    items: list[msgspec.Raw] | None = None


_raw_list = msgspec.json.Decoder(_RawList)


class Form(msgspec.Struct, Generic[T], frozen=True):
    """What is read of workflows, and how."""

    page: Callable[[bytes], Listed[T]]
    """Reads a list."""
    event: Callable[[bytes], StreamedEvent[T]]
    """Reads a frame of a watch."""
    identity: Callable[[T], tuple[str, str]]
    """Uid and version of one."""
    listed_fields: str = ""
    """The projection of a list; "" for everything."""
    watched_fields: str = ""


def summary(kind: Readable[L, Any]) -> Form[L]:
    """Workflows as a list shows them."""

    def page(body: bytes) -> Listed[L]:
        try:
            found = list_reader(kind.listed).page(body)
        except InputError as error:
            raise unreadable_answer(error) from error
        return Listed(found.items, found.resource_version, found.continue_token)

    def identity(item: L) -> tuple[str, str]:
        return item.metadata.uid, item.metadata.resource_version

    return Form(
        page,
        lambda frame: listed_event(frame, kind.listed),
        identity,
        LISTED_FIELDS,
        WATCHED_FIELDS,
    )


def everything(resource: Resource) -> Form[bytes]:
    """Objects as their JSON comes, with their kind."""

    def page(body: bytes) -> Listed[bytes]:
        try:
            found = _raw_list.decode(body)
        except UNREADABLE as error:
            raise unreadable_answer(error) from error
        items = tuple(with_kind(bytes(each), resource) for each in found.items or ())
        version, more = found.metadata.get("resourceVersion"), found.metadata.get("continue")
        return Listed(items, str(version or ""), str(more or ""))

    def event(frame: bytes) -> StreamedEvent[bytes]:
        found = raw_event(frame)
        raw = found.item
        return (
            found if raw is None else msgspec.structs.replace(found, item=with_kind(raw, resource))
        )

    def identity(raw: bytes) -> tuple[str, str]:
        metadata = glance(raw).metadata
        return metadata.uid, metadata.resource_version

    return Form(page, event, identity)


def whole_of(kind: Readable[Any, W], raw: bytes) -> Whole[W]:
    """One object with everything. Raises: SourceError."""
    json = with_kind(raw, kind.resource)
    try:
        found, fits = kind.whole(json)
    except InputError as error:
        raise unreadable_answer(error) from error
    return Whole(found, json, fits)


# --- workflows -----------------------------------------------------------------------------------


class _Stream(Generic[T]):
    """A watch that is open."""

    def __init__(self, stack: ExitStack, events: Iterator[StreamedEvent[T]]) -> None:
        self.stack = stack
        self.events = events
        self.version = ""
        """The version that its beginning was of; "" before the end of that."""


class ServedWorkflows(Generic[T]):
    """The workflows of a namespace, or of all: listed and watched."""

    def __init__(
        self,
        transport: Transport,
        namespace: str,
        form: Form[T],
        stop: CancelToken,
        *,
        labels: str = "",
        fields: str = "",
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        """`labels` and `fields` are selectors."""
        self._transport = transport
        self._list_path = collection(WORKFLOW_RESOURCE, namespace)
        self._watch_path = watch_path(namespace)
        self._form = form
        self._stop = stop
        self._labels = labels
        self._fields = fields
        self._now = now
        self._begun: _Stream[T] | None = None
        """The watch that the list is read from."""
        self._tells_end = True
        """Whether the cluster tells where the beginning of a watch ends."""
        self._read = 0
        """How many were received of a list that is read by pages."""
        self._is_told = False
        """Whether a watch has told everything since."""
        self._early: dict[str, tuple[str, T]] = {}
        """By uid, what the first page had and the watch has not told yet, with its version."""
        self._heard = now()

    # --- listing -----------------------------------------------------------------------------

    def list_page(self, more: str) -> Listed[T]:
        """A page: the newest first, then all there is."""
        if not more:
            self.close()
            first = self.page(0, FIRST_PAGE)
            for item in first.items:
                uid, version = self._form.identity(item)
                self._early[uid] = version, item
            return Listed(first.items, first.version, "1")
        return self.rest(int(more))

    def rest(self, number: int) -> Listed[T]:
        """The page of this number, from 1, of all there is.

        Raises: Refused with the reason `NO_WATCH` where it may only be listed.
        """
        if self._tells_end:
            try:
                return self._told(number)
            except Rejected:
                if number > 1:
                    raise
                # Who selects wrongly hears of it by the list as well.
                self._tells_end = False
        return self.by_pages(number)

    def by_pages(self, number: int) -> Listed[T]:
        """The page of this number, from 1, as the server's list has it."""
        if number == 1:
            self._read = 0
        page = self.page(self._read, PAGE)
        self._read += len(page.items)
        # A page that is not full is the last one: nothing else says so.
        return Listed(page.items, page.version, str(number + 1) if len(page.items) == PAGE else "")

    def page(self, begin: int, limit: int) -> Listed[T]:
        """Some of the server's list. Raises: Busy while it is still reading the cluster."""
        projection = self._form.listed_fields
        query = list_query(self._labels, self._fields, begin, limit, projection)
        body = self._transport.get(self._list_path, query, stop=self._stop)
        found = self._form.page(body)
        if not found.version:
            raise Busy(
                "the Argo Server has just started, and is still reading the cluster",
                reason=STARTING,
                retry_after=2.0,
            )
        return found

    def _told(self, number: int) -> Listed[T]:
        """What a watch from nothing tells before it says that this was all."""
        if self._begun is None:
            self._begun = self._stream(
                self._stop,
                SILENCE,
                sendInitialEvents="true",
                resourceVersionMatch="NotOlderThan",
                timeoutSeconds=WATCH_SECONDS,
            )
        begun, found = self._begun, list[T]()
        try:
            for event in begun.events:
                if event.kind == "BOOKMARK":
                    begun.version, self._is_told = event.version, True
                    return Listed(tuple(found), event.version)
                if event.item is not None and event.kind != "DELETED":
                    uid, version = self._form.identity(event.item)
                    if self._early.pop(uid, ("",))[0] != version:
                        found.append(event.item)
                if len(found) >= BATCH:
                    return Listed(tuple(found), event.version or "0", str(number + 1))
        except BaseException:
            self.close()
            raise
        self.close()
        raise Busy("the Argo Server ended the watch before it had told everything")

    # --- watching ----------------------------------------------------------------------------

    @contextmanager
    def open_watch(
        self, version: str, seconds: int, stop: CancelToken, quiet: float
    ) -> Iterator[Iterator[StreamedEvent[T]]]:
        """The events after a version: those of the watch that the list came from, if it is open."""
        stream, self._begun = self._begun, None
        if stream is not None and stream.version != version:
            stream.stack.close()
            stream = None
        if stream is None:
            if self._now() - self._heard > OLD:
                self._heard = self._now()
                raise Expired("nothing was heard for so long that everything is read anew")
            try:
                stream = self._stream(
                    stop,
                    min(quiet, SILENCE),
                    # What a list by pages leaves out, a watch from nothing tells.
                    resourceVersion=version if self._is_told else "",
                    timeoutSeconds=max(1, seconds),
                )
            except Busy as error:
                if error.reason != ENDED:
                    raise
                yield iter(())
                return
            self._is_told = True
        with stream.stack:
            yield self._without_early(stream.events)

    def _without_early(self, events: Iterator[StreamedEvent[T]]) -> Iterator[StreamedEvent[T]]:
        """The same, after the end of what went between the first page and the watch."""
        early, self._early = self._early, {}
        if self._tells_end:
            for _, item in early.values():
                yield StreamedEvent("DELETED", "", item)
        yield from events

    def _stream(self, stop: CancelToken, quiet: float, **asked: object) -> _Stream[T]:
        query = [
            *options(labelSelector=self._labels, fieldSelector=self._fields),
            *options(allowWatchBookmarks="true", **asked),
            *projected(self._form.watched_fields),
        ]
        with ExitStack() as stack:
            try:
                arriving = stack.enter_context(
                    frames(self._transport, self._watch_path, query, stop, quiet=quiet)
                )
            except Refused as error:
                if error.status == 403:
                    error.reason = NO_WATCH
                raise
            events = self._noted(until_end(map(self._form.event, arriving)))
            return _Stream(stack.pop_all(), events)
        raise AssertionError("an exit stack swallows nothing")

    def _noted(self, events: Iterator[StreamedEvent[T]]) -> Iterator[StreamedEvent[T]]:
        for event in events:
            self._heard = self._now()
            yield event

    def close(self) -> None:
        """End the watch that the list is read from."""
        begun, self._begun, self._is_told = self._begun, None, False
        self._early = {}
        if begun is not None:
            begun.stack.close()


def all_of(found: ServedWorkflows[T]) -> list[T]:
    """Everything there is, once. Raises: SourceError."""
    try:
        return _all(found.rest)
    except Refused as error:
        if error.reason != NO_WATCH:
            raise
        return _all(found.by_pages)
    finally:
        found.close()


def _all(page: Callable[[int], Listed[T]]) -> list[T]:
    items: list[T] = []
    number = 1
    while True:
        found = page(number)
        items.extend(found.items)
        if not found.more:
            return items
        number += 1


# --- one workflow --------------------------------------------------------------------------------


class ServedWorkflow(Generic[W]):
    """A collection of one: the workflow of that name, in the cluster or in the archive."""

    def __init__(
        self,
        transport: Transport,
        kind: Readable[Any, W],
        key: ObjectKey,
        uid: str = "",
        *,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        self._transport = transport
        self._kind = kind
        self._key = key
        self._uid = uid
        self._path = one(kind.resource, key.namespace, key.name)
        self._now = now
        self._is_fresh = False
        """Whether it was read since the last watch, which then begins with it."""
        self._is_over = False
        """Whether only the archive has it, where nothing changes."""
        self._nodes = 0
        self._read_at = 0.0

    def list_page(self, more: str) -> Listed[Whole[W]]:
        """The workflow, or none."""
        self._is_fresh, self._is_over = True, False
        found = self._read()
        return Listed((found,) if found is not None else (), "0")

    def _read(self) -> Whole[W] | None:
        """As it is now; None where there is none of this name and uid."""
        self._read_at = self._now()
        try:
            # Of what only the archive has a name may mean many.
            path = archived_path(self._key.incarnation) if self._key.incarnation else self._path
            raw = self._transport.get(path)
        except Missing:
            return None
        if self._uid and glance(raw).metadata.uid != self._uid:
            raw = self._of_archive(self._uid) or raw
        self._is_over = _is_archived(raw)
        whole = whole_of(self._kind, raw)
        self._nodes = len(getattr(whole.object, "nodes", ()))
        return whole

    def _of_archive(self, uid: str) -> bytes | None:
        """The copy of the archive; None where there is none, or no archive."""
        try:
            return self._transport.get(archived_path(uid))
        except (Missing, Refused, Rejected, Busy):
            return None

    @contextmanager
    def open_watch(
        self, version: str, seconds: int, stop: CancelToken, quiet: float
    ) -> Iterator[Iterator[StreamedEvent[Whole[W]]]]:
        """What happens to it; after it was read that begins with it, as it is."""
        if self._is_over:
            yield _nothing_until(stop)
            return
        is_large = self._nodes > MANY_NODES
        query = [
            *options(
                fieldSelector=f"metadata.name={self._key.name}",
                allowWatchBookmarks="true",
                resourceVersion="" if self._is_fresh else version,
                timeoutSeconds=max(1, seconds),
            ),
            *projected(SIGNAL_FIELDS if is_large else ""),
        ]
        path, quiet = watch_path(self._key.namespace), min(quiet, SILENCE)
        with ExitStack() as stack:
            try:
                arriving = stack.enter_context(
                    frames(self._transport, path, query, stop, quiet=quiet)
                )
            except (Missing, Busy) as error:
                if isinstance(error, Missing):
                    # A watch of what is not there is refused; it may be made anew.
                    stop.sleep(GONE_PAUSE)
                elif error.reason != ENDED:
                    raise
                arriving = iter(())
            else:
                self._is_fresh = False
            yield self._told(until_end(map(raw_event, arriving)), stop, is_large=is_large)

    def _told(
        self, events: Iterator[StreamedEvent[bytes]], stop: CancelToken, *, is_large: bool
    ) -> Iterator[StreamedEvent[Whole[W]]]:
        for event in events:
            raw = event.item
            if raw is None:
                yield StreamedEvent(event.kind, event.version)
                continue
            if event.kind == "DELETED":
                yield from self._deleted(event, raw, stop)
                if self._is_over:
                    return
                continue
            found = whole_of(self._kind, raw) if not is_large else self._read_later(stop)
            if found is not None:
                yield StreamedEvent(event.kind, event.version, found)

    def _read_later(self, stop: CancelToken) -> Whole[W] | None:
        """A workflow that is too large to be sent with each event."""
        stop.sleep(max(0.0, self._read_at + READ_PAUSE - self._now()))
        return None if stop.is_set else self._read()

    def _deleted(
        self, event: StreamedEvent[bytes], raw: bytes, stop: CancelToken
    ) -> Iterator[StreamedEvent[Whole[W]]]:
        """It left the cluster; where the archive has it, it is as it was."""
        metadata = glance(raw).metadata
        uid = metadata.uid
        kept = self._of_archive(uid) if self._uid in ("", uid) else None
        if kept is None and metadata.labels.get(ARCHIVING) == TO_ARCHIVE:
            stop.sleep(ARCHIVING_PAUSE)  # its copy may be on its way
            kept = self._of_archive(uid)
        if kept is None:
            yield StreamedEvent("DELETED", event.version, whole_of(self._kind, raw))
            return
        self._is_over = True
        yield StreamedEvent("MODIFIED", "", whole_of(self._kind, kept))
        yield from _nothing_until(stop)


def _is_archived(raw: bytes) -> bool:
    """Whether only the archive has a workflow."""
    return glance(raw).metadata.labels.get(ARCHIVING) == PERSISTED


def _nothing_until(stop: CancelToken) -> Iterator[Any]:
    while not stop.sleep(3600.0):
        pass
    yield from ()


# --- what is read again and again ----------------------------------------------------------------


class Polls:
    """What is being read again and again through one connection; any thread may ask."""

    def __init__(self) -> None:
        self._stops: list[CancelToken] = []

    def follow(
        self,
        read: Callable[[], tuple[T, ...]],
        audience: Audience[T],
        polled: Callable[[], object],
        stop: CancelToken,
        every: float,
        seconds: float = math.inf,
    ) -> None:
        """Read, tell, wait, until stopped or for so many seconds. `polled` says how it stands, each
        time it was read.

        Raises: what the audience raises of a first read that is refused.
        """
        attempt, has_read = 0, False
        end = time.monotonic() + seconds
        self._stops.append(stop)
        try:
            while not stop.is_set and time.monotonic() < end:
                wait = every
                try:
                    items = read()
                    if stop.is_set:
                        return
                    audience.page(items, first=True, last=True)
                    attempt, has_read = 0, True
                    polled()
                except Exception as error:
                    attempt += 1
                    wait = self._told(
                        caught_in_source(error, "reading"), audience, attempt, has_read
                    )
                stop.sleep(min(wait, max(0.0, end - time.monotonic())))
        finally:
            self._stops.remove(stop)

    def _told(
        self, error: SourceError, audience: Audience[Any], attempt: int, has_read: bool
    ) -> float:
        wait = error.wait(min(LONGEST_WAIT, FIRST_WAIT * 2.0 ** min(attempt - 1, 10)))
        if isinstance(error, Refused | Missing):
            wait = REFUSED_WAIT
            if not has_read:
                audience.unreadable(error, wait)
                return wait
        audience.stale(error, wait, attempt)
        return wait

    def read_now(self) -> None:
        """Something was changed: do not wait until the next time."""
        for stop in list(self._stops):
            stop.wake()
