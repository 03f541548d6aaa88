"""One watch of objects: its threads, its inbox, what is known from it, and how its parts stand.

A session is used once: whoever wants to watch something else begins another one. Events are handed
over on the event loop and taken in by whoever owns the session, so that nothing changes between two
lines of a screen.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Generic, TypeVar

from tui.domain.changes import ChangeSet
from tui.domain.identity import Part
from tui.errors import SourceError
from tui.ports.collections import Sink, Stood, WatchEvent
from tui.ports.threads import CancelToken, endless
from tui.state.inbox import Inbox, Loop
from tui.state.known import Kept, KnownObjects, Renewed
from tui.state.standing import Standings

T = TypeVar("T")


class WatchSession(Generic[T]):
    """A watch, from `begin` to `end`."""

    def __init__(
        self,
        name: str = "",
        parts: Sequence[Part] = (),
        *,
        renewed: Renewed[T] | None = None,
        kept: Kept[T] | None = None,
    ) -> None:
        """`renewed` and `kept` are those of the kind, as `KnownObjects` takes them."""
        self.name = name
        """What its thread is called."""
        self.known: KnownObjects[T] = KnownObjects(parts, renewed=renewed, kept=kept)
        self.standings = Standings(parts)
        self.failure: SourceError | None = None
        """What ended it, where trying again cannot help."""
        self._inbox: Inbox[WatchEvent[T]] | None = None
        self._cancels: list[CancelToken] = []

    # --- its life --------------------------------------------------------------------------

    def begin(
        self,
        watch: Callable[[Sink[T], CancelToken], None],
        loop: Loop,
        *,
        arrived: Callable[[Sequence[WatchEvent[T]]], object],
        failed: Callable[[SourceError], object],
    ) -> None:
        """Watch on a thread of its own; called once for each connection that is watched.

        `arrived`, that of the first call, is called on the loop with what came, to be given to
        `take`; `failed` is called on the thread of the watch. Neither is called after `end`.
        """
        inbox = self._inbox
        if inbox is None:
            inbox = self._inbox = Inbox(loop, arrived)

        def fail(error: SourceError) -> None:
            if self._inbox is inbox:
                failed(error)

        self._cancels.append(endless(self.name, lambda stop: watch(inbox.put, stop), fail))

    def end(self) -> None:
        """Watch nothing more; what is known stays."""
        if self._inbox is not None:
            self._inbox.close()
            self._inbox = None
        cancels, self._cancels = self._cancels, []
        for cancel in cancels:
            cancel.set()

    def tell(self, event: WatchEvent[T]) -> None:
        """Let something arrive that was asked for apart from the watch; from any thread."""
        inbox = self._inbox
        if inbox is not None:
            inbox.put(event)

    @property
    def is_open(self) -> bool:
        """Whether something may still arrive."""
        return self._inbox is not None

    # --- what arrives ----------------------------------------------------------------------

    def take(self, events: Sequence[WatchEvent[T]], now: datetime) -> ChangeSet[T]:
        """Take in what arrived; says what came of it."""
        stood = False
        for event in events:
            if isinstance(event, Stood):
                stood = self.standings.take(event.part, event.standing, now) or stood
        changes = self.known.apply(events)
        if stood and not changes.standing:
            changes = replace(changes, standing=True)
        return changes

    # --- how it stands ---------------------------------------------------------------------

    @property
    def is_whole(self) -> bool:
        """Whether every part that can be read has been read to its end at least once."""
        whole = self.known.whole_parts
        return bool(whole) and set(self.standings) - whole <= set(self.standings.unreadable)

    @property
    def has_answered(self) -> bool:
        """Whether anything of it could be read."""
        return bool(self.known.whole_parts or len(self.known) or self.standings.is_partly_live)

    @property
    def trouble(self) -> SourceError | None:
        """Why there is nothing to show at all; None while something is known, or may be."""
        if self.failure is not None:
            return self.failure
        if self.known.whole_parts or len(self.known):
            return None
        return self.standings.error

    def try_again(self, now: datetime) -> bool:
        """Do not wait for the next try of what is broken: it is now. False if nothing is."""
        if not self._cancels or not self.standings.try_now(now):
            return False
        for cancel in self._cancels:
            cancel.wake()
        return True
