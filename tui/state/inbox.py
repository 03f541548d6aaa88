"""Carrying events from source threads to the event loop.

A cluster can change thousands of objects a second; a person reads a few. The inbox keeps the
latest event of each object and wakes the loop once a beat, so the cost of a busy cluster is the
cost of what is on the screen. What must keep its order keeps it: an event stands where its latest
arrival put it, and pages stay between the events they came between.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Hashable
from typing import Any, Generic, Protocol, TypeVar

from tui.ports.collections import Changed, Gone, Page, Stood, WatchEvent

BEAT = 0.1
"""Seconds between two deliveries in ordinary times."""
BUSY_BEAT = 0.25
"""The same when more than `BUSY` events a second arrive."""
BUSY = 500.0

Event = TypeVar("Event", bound=WatchEvent[Any])


class Loop(Protocol):
    """What the inbox needs of asyncio's event loop."""

    def call_soon_threadsafe(self, callback: Callable[[], object]) -> object:
        """Call on the loop's thread; RuntimeError once the loop is closed."""

    def call_later(self, delay: float, callback: Callable[[], object]) -> object:
        """Call after so many seconds; from the loop's thread only."""

    def is_closed(self) -> bool:
        """Whether nothing can be called any more."""

    def time(self) -> float:
        """The loop's own clock, in seconds."""


def call_on(loop: Loop, call: Callable[[], object]) -> None:
    """Call on the thread of a loop, from any other; not at all once it is closed."""
    if loop.is_closed():
        return
    try:
        loop.call_soon_threadsafe(call)
    except RuntimeError:
        # Closed between the question and the call: the app is gone, nobody waits for it.
        if not loop.is_closed():
            raise


class Inbox(Generic[Event]):
    """The mail of one watch: `put` on any thread, delivered in batches on the loop."""

    def __init__(self, loop: Loop, deliver: Callable[[list[Event]], object]) -> None:
        self._loop = loop
        self._deliver = deliver
        self._lock = threading.Lock()
        self._waiting: dict[Hashable, Event] = {}
        self._pages = 0
        self._arrived = 0
        self._is_woken = False
        self._is_closed = False
        self._last = float("-inf")
        self._beat = BEAT

    @property
    def beat(self) -> float:
        """Seconds between two deliveries just now."""
        return self._beat

    def put(self, event: Event) -> None:
        """Take an event in, from any thread; after `close`, or without a loop, do nothing."""
        with self._lock:
            if self._is_closed:
                return
            key = self._key(event)
            before = self._waiting.pop(key, None)
            if isinstance(before, Gone) and isinstance(event, Changed) and not event.row.uid:
                # Without a uid, only what went before it says that this is another object.
                self._waiting.pop((key, Gone), None)
                self._waiting[key, Gone] = before
            self._waiting[key] = event
            self._arrived += 1
            # Somebody waits for the list to be whole; what changes after that is looked at.
            is_end = isinstance(event, Page) and event.last
            if self._is_woken and not is_end:
                return
            self._is_woken = True
        call_on(self._loop, self._hand_over if is_end else self._arm)

    def close(self) -> None:
        """Deliver nothing more: the watch this was for is no longer wanted."""
        with self._lock:
            self._is_closed = True
            self._waiting.clear()

    def _key(self, event: Event) -> Hashable:
        if isinstance(event, Changed):
            return event.part, event.row.key
        if isinstance(event, Gone):
            return event.part, event.key
        if isinstance(event, Stood):
            return event.part
        self._pages += 1
        return self._pages

    def _arm(self) -> None:
        """On the loop: deliver now if the last delivery is a beat ago, else when it is."""
        wait = self._last + self._beat - self._loop.time()
        if wait <= 0:
            self._hand_over()
        else:
            self._loop.call_later(wait, self._hand_over)

    def _hand_over(self) -> None:
        with self._lock:
            batch, self._waiting = list(self._waiting.values()), {}
            arrived, self._arrived = self._arrived, 0
            self._is_woken = False
            if self._is_closed:
                return
        now = self._loop.time()
        since = max(now - self._last, self._beat)
        self._beat = BUSY_BEAT if arrived / since > BUSY else BEAT
        self._last = now
        if batch:
            self._deliver(batch)
