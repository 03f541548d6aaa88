"""What the steps of listed workflows say, where nothing else says why they fail or wait.

A server's list comes without steps: with them it would be a hundred times as large. Of those that
wait no condition tells that a pod of theirs runs, and of those that failed the message may say no
more than that some step did: these are read one by one, the newest first, each version once. What
takes too long to read, because it has many steps, stays as it is listed; so does one that waits at
one step while others run. What was said last holds until a newer version has been looked at.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable
from typing import Any, Generic, TypeVar

import msgspec

from tui.domain import decode
from tui.domain.identity import Depth, Part
from tui.domain.progress import parse
from tui.domain.workflow import WORKFLOW_RESOURCE, ListedWorkflow
from tui.errors import InputError, SourceError
from tui.ports.collections import Changed, HasMetadata, Sink, row_of
from tui.ports.threads import CancelToken
from tui.sources.argo_server_paths import GLIMPSE_FIELDS, one, projected
from tui.sources.audiences import ListAudience
from tui.sources.transport import Transport

MOST_STEPS = 200
"""Steps of a workflow up to which they are read to learn why it fails or waits."""
MOST = 200
"""How many workflows wait to be looked at, the newest of them."""
FAILED_PAUSE = 10.0
"""Seconds until the next look after one that failed."""
REST = 1.0
"""Seconds for which a workflow has to stay as it is before it is looked at."""
PACE = 0.1
"""Seconds between two looks."""

L = TypeVar("L", bound=HasMetadata)


class Looks:
    """The looks at the workflows of one list, on a thread that ends with it."""

    def __init__(
        self,
        transport: Transport,
        part: Part,
        sink: Sink[Any],
        *,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        self._transport = transport
        self._part = part
        self._sink = sink
        self._now = now
        self._lock = threading.Lock()
        self._bell = threading.Event()
        self._open: dict[str, ListedWorkflow] = {}
        """By uid, those in the list of which only the steps could say why."""
        self._wanted: dict[str, tuple[ListedWorkflow, float]] = {}
        """Those of them that are still to be looked at, and from when on."""
        self._said: dict[str, tuple[str, str]] = {}
        """By uid, what the steps said, and of which version."""
        self._relisted: set[str] = set()
        """The uids of a list that is not at its end yet."""

    # --- what is listed ----------------------------------------------------------------------

    def page(self, items: Iterable[L], *, first: bool, last: bool) -> tuple[L, ...]:
        """A piece of the list; after the last one, what was in none of them is gone."""
        if first:
            self._relisted.clear()
        told = tuple([self.seen(item, is_news=False) for item in items])
        self._relisted.update(item.metadata.uid for item in told)
        if last:
            for uid in [uid for uid in self._open if uid not in self._relisted]:
                self.gone(uid)
            self._relisted.clear()
        return told

    def seen(self, item: L, *, is_news: bool = True) -> L:
        """What is listed, with what its steps said last; it is looked at where that is wanted."""
        if not isinstance(item, ListedWorkflow):
            return item
        uid = item.metadata.uid
        if not item.is_unexplained or _is_large(item):
            self.gone(uid)
            return item
        with self._lock:
            self._open[uid] = item
            looked, why = self._said.get(uid, ("", ""))
            if looked != item.version:
                # What was changed just now may go on by itself.
                self._wanted[uid] = item, self._now() + (REST if is_news else 0.0)
                if len(self._wanted) > MOST:
                    del self._wanted[min(self._wanted, key=self._created)]
                self._bell.set()
        return _with(item, why) if why else item

    def gone(self, uid: str) -> None:
        """It is in the list no more, or says by itself what is wrong."""
        with self._lock:
            for each in (self._open, self._wanted, self._said):
                each.pop(uid, None)

    def _created(self, uid: str) -> str:
        return self._wanted[uid][0].metadata.creation_timestamp or ""

    # --- looking -----------------------------------------------------------------------------

    def run(self, stop: CancelToken) -> None:
        """Look until stopped, and `end` has been called."""
        while True:
            self._bell.clear()
            if stop.is_set:
                return
            item, wait = self._next()
            if item is None:
                self._bell.wait(wait)
                continue
            try:
                self._look(item)
            except (SourceError, InputError):
                # The list itself says what is wrong; this one waits for its next version.
                stop.sleep(FAILED_PAUSE)
            stop.sleep(PACE)

    def end(self) -> None:
        """Nothing is to be looked at any more."""
        self._bell.set()

    def _next(self) -> tuple[ListedWorkflow | None, float | None]:
        """What is looked at now, the newest of those that are due; else the seconds until one is,
        None where none waits."""
        with self._lock:
            now = self._now()
            due = [uid for uid, (_, at) in self._wanted.items() if at <= now]
            if due:
                return self._wanted.pop(max(due, key=self._created))[0], None
            waits = [at - now for _, at in self._wanted.values()]
            return None, min(waits, default=None)

    def _look(self, item: ListedWorkflow) -> None:
        metadata = item.metadata
        path = one(WORKFLOW_RESOURCE, metadata.namespace, metadata.name)
        found = decode.listed(self._transport.get(path, projected(GLIMPSE_FIELDS)))
        why, uid = found.status.why, metadata.uid
        with self._lock:
            # Nothing is told of what left the list meanwhile, or went on.
            now = self._open.get(uid)
            if now is None or found.metadata.uid != uid:
                return
            self._said[uid] = found.version, why
            if now.version == found.version:
                self._wanted.pop(uid, None)
            if why:
                # Of the same version as what is known, and more of it.
                row = row_of(self._part, _with(now, why), depth=Depth.WHOLE)
                self._sink(Changed(self._part, row))


class LookingAudience(ListAudience[L], Generic[L]):
    """Tells the sink of a list, with what its steps say."""

    def __init__(self, part: Part, sink: Sink[L], stop: CancelToken, looks: Looks) -> None:
        super().__init__(part, sink, stop)
        self._looks = looks

    def page(self, items: tuple[L, ...], *, first: bool, last: bool) -> None:
        """A piece of the list."""
        told = self._looks.page(items, first=first, last=last)
        super().page(told, first=first, last=last)

    def changed(self, item: L) -> None:
        """One is new or different."""
        super().changed(self._looks.seen(item))

    def removed(self, item: L) -> None:
        """One is gone."""
        self._looks.gone(item.metadata.uid)
        super().removed(item)


def _with(item: Any, why: str) -> Any:
    return msgspec.structs.replace(item, status=msgspec.structs.replace(item.status, why=why))


def _is_large(item: ListedWorkflow) -> bool:
    counts = parse(item.status.progress)
    return counts is not None and counts[1] > MOST_STEPS
