"""Keeping up with a collection of a Kubernetes API: list it, watch it, list it again when lost.

The rules are those of platform.md 1.6. A watch continues from the version of the list, then of the
last event or bookmark; it is opened for a few minutes only, and begun anew when the server is
silent for longer than it usually is (`pulse.py`), so that a connection that died without a word is
noticed; its ordinary endings are nobody's business; a 410 means listing again, and whoever listens
drops what the new list does not have. What is trouble is said, with the time of the next try, and
what trying again cannot help is raised.

It knows neither HTTP nor kinds of objects: it is given how to list a page and how to open a watch.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from typing import Generic, Protocol, TypeVar

import msgspec

from tui.bugs import caught_in_source
from tui.errors import Expired, Missing, Refused, SourceError, Unreachable
from tui.ports.threads import CancelToken
from tui.sources.pulse import Pulse

T = TypeVar("T")
Heard = TypeVar("Heard", contravariant=True)

SHORTEST_WATCH, LONGEST_WATCH = 240, 300
"""Seconds a watch is opened for; different ones, so that they do not all end at once."""
OPENING = 10.0
"""Seconds in which a watch must begin to answer: until then, what is shown may be old."""
LATE_END = 15
"""Seconds a server may be late in ending a watch before we call it hung."""
RESTARTS = 3
"""How often a list whose pages expired under us is begun anew before that counts as trouble."""
QUIET_EXPIRIES = 2
"""How often in a row the history may be gone before that is worth telling."""
FIRST_WAIT, LONGEST_WAIT = 0.5, 30.0
REFUSED_WAIT = 60.0
"""Seconds between tries while the cluster refuses us; somebody has to do something first."""
QUICK_REFUSALS = 2
"""How often in a row a refusal of what was read before is soon tried again: an API server that has
just begun knows no rights yet."""
MOST_MUTE = 5
"""So many watches in a row without a word, and what is known is listed again: a cluster that was
made anew has nothing to tell of versions that it has not reached yet."""
SETTLED = 5.0
"""A watch that lived so long, or said anything, was a good one."""


class Listed(msgspec.Struct, Generic[T], frozen=True):
    """One page of a list."""

    items: tuple[T, ...]
    version: str
    more: str = ""
    """Where the next page begins; "" on the last one."""


class StreamedEvent(msgspec.Struct, Generic[T], frozen=True):
    """One event of a watch."""

    kind: str
    """`ADDED`, `MODIFIED`, `DELETED`, `BOOKMARK` or `ERROR`."""
    version: str = ""
    item: T | None = None
    error: SourceError | None = None


class Collection(Protocol[T]):
    """What can be listed and watched."""

    def list_page(self, more: str) -> Listed[T]:
        """A page; "" for the first one."""

    def open_watch(
        self, version: str, seconds: int, stop: CancelToken, quiet: float
    ) -> AbstractContextManager[Iterator[StreamedEvent[T]]]:
        """The events after `version`, for so many seconds.

        Raises: Unreachable with the reason `Timeout` after `quiet` seconds without a word.
        """


class Audience(Protocol[Heard]):
    """Who listens."""

    def page(self, items: tuple[Heard, ...], *, first: bool, last: bool) -> None:
        """Part of a list; after the last part, what was in none of them is gone."""

    def changed(self, item: Heard) -> None:
        """One is new or different."""

    def removed(self, item: Heard) -> None:
        """One is gone."""

    def live(self) -> None:
        """What is known is what is."""

    def stale(self, error: SourceError, retry_in: float, attempt: int) -> None:
        """What is known is old; the next try is in so many seconds."""

    def unreadable(self, error: SourceError, retry_in: float) -> None:
        """It may not be read, or there is no such kind; raises what should end the reflector."""


class Reflector(Generic[T]):
    """One collection, followed until stopped."""

    def __init__(
        self,
        collection: Collection[T],
        audience: Audience[T],
        stop: CancelToken,
        *,
        pulse: Pulse | None = None,
        now: Callable[[], float] = time.monotonic,
        jitter: Callable[[], float] = random.random,
    ) -> None:
        self._collection = collection
        self._audience = audience
        self._stop = stop
        self._pulse = pulse or Pulse()
        self._now = now
        self._jitter = jitter
        self._version = ""
        self._attempt = 0
        self._expiries = 0
        self._refusals = 0
        self._has_listed = False
        self._silences = 0
        """Watches in a row that ended in silence."""
        self._mute = 0
        """Watches in a row in which not a word was said, however they ended."""
        self._marked: float | None = None
        """When the last bookmark of this watch came."""

    def run(self) -> None:
        """List and watch until stopped.

        Raises: whatever the audience raises of a first list that is refused or of no known kind.
        """
        while not self._stop.is_set:
            try:
                if not self._version:
                    self._list()
                self._watch()
            except Expired as error:
                self._version = ""
                self._list_again(error)
            except SourceError as error:
                self._attempt += 1
                if not self._has_listed and isinstance(error, Refused | Missing):
                    self._wait_until_readable(error)
                else:
                    self._wait_out(error)
            except Exception as error:
                # Whatever we could not take: the list as it is now may be what we can.
                self._version = ""
                self._attempt += 1
                self._wait_out(caught_in_source(error, "watching"))

    # --- listing ---------------------------------------------------------------------------

    def _list(self) -> None:
        for restart in range(RESTARTS + 1):
            try:
                self._list_through()
            except Expired:
                if restart == RESTARTS:
                    raise
            else:
                return

    def _list_through(self) -> None:
        more, first, seen = "", True, {""}
        while not self._stop.is_set:
            page = self._collection.list_page(more)
            if self._stop.is_set:
                return
            version, more = page.version, page.more
            if not version:
                raise SourceError(
                    "the cluster answered with something that is no list",
                    hint="is the server address in the kubeconfig that of a Kubernetes API?",
                    reason="NotJson",
                )
            if more and more in seen:
                raise SourceError(
                    "the list of the cluster goes on with a page that was read before",
                    hint="something on the way may answer in the cluster's stead",
                    reason="Endless",
                )
            seen.add(more)
            self._audience.page(page.items, first=first, last=not more)
            first = False
            if not more:
                self._version, self._has_listed = version, True
                return

    # --- watching --------------------------------------------------------------------------

    def _watch(self) -> None:
        """One watch, to its end. Ordinary endings return; 410, silence and trouble raise."""
        if self._stop.is_set:
            return
        seconds = SHORTEST_WATCH + int(self._jitter() * (LONGEST_WATCH - SHORTEST_WATCH))
        quiet = self._pulse.limit(seconds + LATE_END)
        opened, is_open, heard, self._marked = self._now(), False, False, None
        if self._mute >= MOST_MUTE:
            self._mute, self._version = 0, ""
            return
        try:
            with self._collection.open_watch(self._version, seconds, self._stop, quiet) as events:
                is_open = True
                self._mute += 1
                if self._is_believed:
                    self._audience.live()
                for event in events:
                    if self._stop.is_set:
                        return
                    self._take(event)
                    if not heard:
                        heard, self._mute = True, 0
                        self._hear_first()
        except Unreachable as error:
            if is_open and error.reason == "Timeout":
                raise self._silence(quiet, heard) from error
            # Proxies and servers cut long answers all the time; only silence is trouble.
            if not is_open:
                raise
        if heard or self._now() - opened >= SETTLED:
            self._forget_troubles()
            self._stop.sleep(self._jitter() / 2)
        else:
            # A watch that ends at once, again and again, must not become a busy loop.
            if self._attempt >= RESTARTS:
                raise Unreachable("the cluster ends every watch at once", reason="Ended")
            self._attempt += 1
            self._stop.sleep(self._pause())

    @property
    def _is_believed(self) -> bool:
        """Whether an answer that begins is enough to call the watch live.

        Not after one that began, too, and then said nothing, where bookmarks are the custom.
        """
        return self._silences < 2 or not self._pulse.is_known

    def _hear_first(self) -> None:
        if not self._is_believed:
            self._audience.live()
        self._forget_troubles()

    def _silence(self, quiet: float, heard: bool) -> Unreachable:
        """What to say of a watch that went silent."""
        self._pulse.suspected()
        self._silences = 1 if heard else self._silences + 1
        return Unreachable(
            f"no word from the cluster for {quiet:.0f} s; asking again",
            hint="something on the way may have dropped the connection without a word",
            reason="Silent",
        )

    def _take(self, event: StreamedEvent[T]) -> None:
        if event.kind == "ERROR":
            raise event.error or SourceError("the watch ended with an error it did not name")
        if event.version:
            self._version = event.version
        if event.kind == "BOOKMARK":
            now, before = self._now(), self._marked
            if before is not None:
                self._pulse.beat(now - before)
            self._marked = now
        if event.item is None:
            return
        if event.kind in ("ADDED", "MODIFIED"):
            self._audience.changed(event.item)
        elif event.kind == "DELETED":
            self._audience.removed(event.item)

    # --- waiting ---------------------------------------------------------------------------

    def _forget_troubles(self) -> None:
        self._attempt = self._expiries = self._silences = self._refusals = 0

    def _list_again(self, error: Expired) -> None:
        """Listing again helps, so that nothing is said of it, unless it is all that we do."""
        self._attempt += 1
        self._expiries += 1
        if self._expiries > QUIET_EXPIRIES:
            self._wait_out(error)
        elif self._expiries > 1:
            self._stop.sleep(self._pause())

    def _pause(self) -> float:
        longest = min(LONGEST_WAIT, FIRST_WAIT * 2.0 ** min(self._attempt - 1, 10))
        return longest * (0.5 + self._jitter() / 2)

    def _wait_until_readable(self, error: SourceError) -> None:
        if self._stop.is_set:
            return
        wait = REFUSED_WAIT * (0.5 + self._jitter() / 2)
        self._audience.unreadable(error, wait)
        self._stop.sleep(wait)

    def _wait_out(self, error: SourceError) -> None:
        if self._stop.is_set:
            return
        wait = self._pause()
        if isinstance(error, Refused | Missing):
            self._refusals += 1
            if self._refusals > QUICK_REFUSALS:
                wait = REFUSED_WAIT * (0.5 + self._jitter() / 2)
        elif error.wait(wait) != wait:
            # Not all at the same moment, who were told the same.
            wait = error.wait(wait) + self._jitter() / 2
        if error.reason == "NotJson":
            # Whatever it was that we could not read, reading on would miss it.
            self._version = ""
        self._audience.stale(error, wait, self._attempt)
        self._stop.sleep(wait)
