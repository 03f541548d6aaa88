"""Answering WATCH: what was, then what happens, until somebody has enough.

Objects are sent as the bytes the store keeps; what a slow client has not read yet is a queue of
references to them.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Mapping
from contextlib import suppress
from dataclasses import dataclass

from tui.demo import refusals, tables
from tui.demo.lists import number, one, wrong_revision
from tui.demo.negotiation import Form
from tui.demo.refusals import ApiError
from tui.demo.resources import Resource
from tui.demo.selectors import Selection
from tui.demo.store import Change, ChangeType, Record, Store, decode, encode

_BATCH = 64 * 1024
_MOST_UNREAD = 50_000


@dataclass(frozen=True, slots=True)
class _End:
    """The last thing in a queue: why the watch ends."""

    error: ApiError | None


class Watches:
    """All open watches of one server."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.bookmark_seconds = 5.0
        """Real seconds of silence, then a client that wants to hears where the history is."""
        self._queues: dict[_Queue, None] = {}
        store.subscribe(self._tell)

    @property
    def count(self) -> int:
        """How many are open."""
        return len(self._queues)

    def _tell(self, change: Change) -> None:
        for queue in self._queues:
            if queue.resource is change.resource and change.record.revision > queue.after:
                queue.put(change)

    def expire(self) -> None:
        """End every open watch with a 410, as when the history was compacted under it."""
        for queue in tuple(self._queues):
            error = refusals.too_old(queue.revision, self.store.compacted)
            queue.end(_End(error))

    def forget(self, queue: _Queue) -> None:
        """Tell this one no more."""
        self._queues.pop(queue, None)

    def open(
        self, resource: Resource, chosen: Selection, query: Mapping[str, str], form: Form
    ) -> Watch:
        """Begin a watch, to be closed; raises what the API answers instead of a stream."""
        if wrong := wrong_revision(query.get("resourceVersion", "")):
            # Unlike of a list, the real server has no reason to give.
            raise ApiError(500, "", wrong)
        asked = int(query.get("resourceVersion") or 0)
        seconds = number(query, "timeoutSeconds")
        initial = query.get("sendInitialEvents", "") in ("true", "1")
        _check_match(query, initial)
        queue = _Queue(resource, self.store.revision)
        # A version from the future, as after a cluster was made anew, is no error: nothing is told
        # until the history has come that far.
        queue.after = asked
        if initial or not asked:
            queue.unread.extend(
                Change("ADDED", record, None)
                for record in self.store.records(resource, chosen.namespace)
            )
        else:
            try:
                queue.unread.extend(self.store.changes_after(resource, asked))
            except ApiError as expired:
                queue.end(_End(expired))
        if initial:
            queue.unread.append(None)
        self._queues[queue] = None
        bookmarks = query.get("allowWatchBookmarks", "") in ("true", "1")
        writer = _Writer(self.store, resource, chosen, form, query.get("includeObject", ""))
        return Watch(self, queue, writer, bookmarks, seconds)


def _check_match(query: Mapping[str, str], initial: bool) -> None:
    match = query.get("resourceVersionMatch", "")
    if initial and match != "NotOlderThan":
        message = (
            "Forbidden: sendInitialEvents requires setting resourceVersionMatch to NotOlderThan"
        )
    elif match and not query.get("sendInitialEvents"):
        message = (
            "Forbidden: resourceVersionMatch is forbidden for watch unless sendInitialEvents is"
            " provided"
        )
    else:
        return
    raise refusals.wrong_options(
        "ListOptions", "resourceVersionMatch", message, "FieldValueForbidden"
    )


class _Queue:
    """What one watch has yet to send. None stands for the end of the initial events."""

    def __init__(self, resource: Resource, revision: int) -> None:
        self.resource = resource
        self.unread: deque[Change | _End | None] = deque()
        self.arrived = asyncio.Event()
        self.revision = revision
        self.after = 0
        """What was before this revision is not told."""

    def put(self, change: Change) -> None:
        if len(self.unread) >= _MOST_UNREAD:
            self.end(_End(None))
            return
        self.unread.append(change)
        self.arrived.set()

    def end(self, end: _End) -> None:
        self.unread.append(end)
        self.arrived.set()


class Watch:
    """One open watch: lines to send, in batches."""

    def __init__(
        self, watches: Watches, queue: _Queue, writer: _Writer, bookmarks: bool, seconds: int
    ) -> None:
        self._watches = watches
        self._queue = queue
        self._writer = writer
        self._bookmarks = bookmarks
        self._seconds = seconds

    async def batches(self) -> AsyncIterator[bytes]:
        """Lines as they become known, several at once only where several are waiting."""
        loop = asyncio.get_running_loop()
        until = loop.time() + self._seconds if self._seconds else None
        mark = loop.time() + self._watches.bookmark_seconds
        while True:
            batch, ended = self._take()
            if batch:
                yield batch
                mark = loop.time() + self._watches.bookmark_seconds
            if ended:
                return
            if self._queue.unread:
                continue
            # Nothing is unread and nothing was awaited since: all up to this revision was told.
            now = loop.time()
            is_over = until is not None and now >= until
            if self._bookmarks and (is_over or now >= mark):
                yield self._writer.bookmark(self._watches.store.revision)
                mark = loop.time() + self._watches.bookmark_seconds
            if is_over:
                return
            if not self._queue.unread:
                await self._wait(min(mark, until or mark) - loop.time())

    async def _wait(self, seconds: float) -> None:
        """Until something arrives, but not longer."""
        with suppress(TimeoutError):
            await asyncio.wait_for(self._queue.arrived.wait(), max(0.0, seconds))

    def close(self) -> None:
        """Nothing more is wanted."""
        self._watches.forget(self._queue)

    def _take(self) -> tuple[bytes, bool]:
        """What is waiting, up to a batch, and whether that was the end."""
        self._queue.arrived.clear()
        lines: list[bytes] = []
        size = 0
        while self._queue.unread and size < _BATCH:
            entry = self._queue.unread.popleft()
            if isinstance(entry, _End):
                if entry.error:
                    lines.append(b'{"type":"ERROR","object":%s}\n' % encode(entry.error.body()))
                return b"".join(lines), True
            if entry is None:
                line = self._writer.bookmark(self._queue.revision, ends_initial=True)
            else:
                line = self._writer.line(entry)
                self._queue.revision = max(self._queue.revision, entry.record.revision)
            lines.append(line)
            size += len(line)
        return b"".join(lines), False


class _Writer:
    """Changes as lines of one watch: selected, and in the form asked for."""

    def __init__(
        self, store: Store, resource: Resource, chosen: Selection, form: Form, include: str
    ) -> None:
        self._store = store
        self._resource = resource
        self._chosen = chosen
        self._form = form
        self._include = include or "Metadata"
        self._columns: bytes | None = tables.columns(resource)

    def line(self, change: Change) -> bytes:
        """The line for a change, b"" where it is none of this watch's business."""
        was = self._chosen.matches(change.previous)
        now_is = change.type != "DELETED" and self._chosen.matches(change.record)
        if not was and not now_is:
            return b""
        told: ChangeType = "DELETED" if not now_is else "MODIFIED" if was else "ADDED"
        if self._form == "json" and told == change.type:
            return change.line
        record = change.record
        if told == "DELETED" and change.type != "DELETED" and change.previous:
            record = _as_of(change.previous, change.record.revision)
        return b'{"type":"%s","object":%s}\n' % (told.encode(), self._object(record))

    def _object(self, record: Record) -> bytes:
        now = self._store.clock.now()
        if self._form != "table":
            return one(record, self._form, "", now)
        metadata = encode({"resourceVersion": str(record.revision)})
        return self._table(tables.row(record, now, self._include), metadata)

    def _table(self, row: bytes, metadata: bytes) -> bytes:
        # Column definitions come once, with the first event, be it a bookmark.
        columns, self._columns = self._columns, None
        return tables.table(columns, [row], metadata)

    def bookmark(self, revision: int, *, ends_initial: bool = False) -> bytes:
        """Where the history is now."""
        metadata: dict[str, object] = {"resourceVersion": str(revision)}
        if ends_initial:
            metadata["annotations"] = {"k8s.io/initial-events-end": "true"}
        if self._form == "table":
            # Where the metadata says more than the Table's own, it comes unasked.
            is_told = ends_initial or self._include != "None"
            row = tables.bookmark_row(self._resource, metadata if is_told else None)
            told = encode({"resourceVersion": str(revision)})
            return b'{"type":"BOOKMARK","object":%s}\n' % self._table(row, told)
        partial = self._form == "partial"
        kind = "PartialObjectMetadata" if partial else self._resource.kind
        version = "meta.k8s.io/v1" if partial else self._resource.api_version
        marked = {"kind": kind, "apiVersion": version, "metadata": metadata}
        return b'{"type":"BOOKMARK","object":%s}\n' % encode(marked)


def _as_of(record: Record, revision: int) -> Record:
    """An object as it was, under the revision of the change by which it left a selection."""
    obj = decode(record.raw)
    obj["metadata"]["resourceVersion"] = str(revision)
    return Record(
        resource=record.resource,
        namespace=record.namespace,
        name=record.name,
        uid=record.uid,
        revision=revision,
        raw=encode(obj),
        labels=record.labels,
        fields=record.fields,
        printed=record.printed,
    )
