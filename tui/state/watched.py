"""One object as its own watch tells of it: how it is, and whether anything more will come."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any, Generic, TypeVar

from tui.domain.identity import ObjectKey
from tui.errors import Missing, NotOffered, SourceError
from tui.ports.collections import (
    Changed,
    Gone,
    HasMetadata,
    Readable,
    Sink,
    Stale,
    Unreadable,
    WatchEvent,
)
from tui.ports.objects import Watches, Whole
from tui.ports.threads import CancelToken
from tui.state.inbox import Loop
from tui.state.standing import Standings
from tui.state.watch import WatchSession

W = TypeVar("W", bound=HasMetadata)

DELETED, GONE = "deleted", "gone"
"""While it was looked at; before that."""
NOT_WATCHED = "not watched"
"""It could not be read, or not any longer, though it may be there."""


class WatchedObject(Generic[W]):
    """The last that is known of it. One that was deleted is known as it was last."""

    def __init__(self, key: ObjectKey, uid: str = "") -> None:
        self.key = key
        self.uid = uid
        """Which object of that name; "" for whichever has it."""
        self.last: Whole[W] | None = None
        """None until it is read."""
        self.over = ""
        """Why nothing more comes, in a word; "" while it may."""
        self.stands_still: datetime | None = None
        """When it was deleted: its durations stand still from then on."""
        self._session: WatchSession[Whole[W]] = WatchSession(f"watch {key.kind} {key.name}")
        self._begin: Callable[[], object] | None = None
        """Begins to watch it."""

    def watch(
        self,
        source: Watches,
        kind: Readable[Any, W],
        loop: Loop,
        *,
        arrived: Callable[[Sequence[WatchEvent[Whole[W]]]], object],
        failed: Callable[[SourceError], object],
        compare: Callable[[W, W | None], object] = lambda version, before: None,
    ) -> None:
        """Begin; `arrived` and `failed` are called as those of a session are.

        `compare` gets each version and the one before it, on the thread of the watch, before
        anybody else sees it.
        """

        def watch(sink: Sink[Whole[W]], stop: CancelToken) -> None:
            before: list[W] = []

            def take(event: WatchEvent[Whole[W]]) -> None:
                if isinstance(event, Changed):
                    version = event.row.value.object
                    compare(version, before[-1] if before else None)
                    before[:] = [version]
                sink(event)

            source.watch_one(kind, self.key, self.uid, take, stop)

        self._begin = lambda: self._session.begin(watch, loop, arrived=arrived, failed=failed)
        self._begin()

    def unwatch(self) -> None:
        """Nothing of ours goes on."""
        self._session.end()

    def take(self, events: Sequence[WatchEvent[Whole[W]]], now: datetime) -> None:
        """The watch told this."""
        self._session.take(events, now)
        for event in events:
            if isinstance(event, Changed):
                self.last = event.row.value
                self.key, self.uid = event.row.key, event.row.uid
                self.over, self.stands_still = "", None
            elif isinstance(event, Gone):
                self.over, self.stands_still = DELETED, now

    def fail(self, error: SourceError) -> None:
        """It cannot be watched."""
        is_gone = isinstance(error, Missing) and not isinstance(error, NotOffered)
        self.over = GONE if is_gone else NOT_WATCHED

    def try_again(self, now: datetime) -> bool:
        """Do not wait for the next try of a broken watch: it is now. False if it is not broken."""
        if self.over == NOT_WATCHED and self._begin is not None:
            self.unwatch()
            self._session = WatchSession(self._session.name)
            self.over = ""
            self._begin()
            return True
        return self._session.try_again(now)

    @property
    def object(self) -> W | None:
        """The object as it was last; None until it is read."""
        return self.last.object if self.last is not None else None

    @property
    def standings(self) -> Standings:
        """How its watch stands."""
        return self._session.standings

    @property
    def is_there(self) -> bool:
        """Whether, as far as one knows, there is something left to act on."""
        return self.over not in (DELETED, GONE)

    @property
    def is_reading(self) -> bool:
        """Whether it is not read yet, and nothing was told of it either."""
        return not self.over and self.last is None

    @property
    def why_unread(self) -> str:
        """Why there is nothing of it, where something was told of that; "" otherwise."""
        if self.last is not None:
            return ""
        told = (each.standing for each in self.standings.values())
        return next((str(each.error) for each in told if isinstance(each, Stale | Unreadable)), "")

    @property
    def is_stale(self) -> bool:
        """Whether what is known of it is old."""
        return any(isinstance(each.standing, Stale) for each in self.standings.values())
