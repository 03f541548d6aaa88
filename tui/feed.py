"""The watch of the list: its thread, its mail, and what is known from it.

One feed lives as long as the app; what it watches may change. Mail of an earlier watch is told from
that of this one by its inbox, so that nothing of another scope or cluster ever comes in.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime

from tui.domain.changes import ChangeSet
from tui.errors import SourceError
from tui.ports.collections import ListEvent, Scope, Stale
from tui.ports.connection import Source
from tui.ports.threads import CancelToken, endless
from tui.state.connection import Connection
from tui.state.inbox import Inbox, Loop
from tui.state.workflows import LiveWorkflows


class Feed:
    """What is watched, and what is known of it."""

    def __init__(
        self,
        told: Callable[[Sequence[ListEvent]], object],
        failed: Callable[[SourceError], object],
    ) -> None:
        self.source: Source | None = None
        self.scope = Scope(("default",))
        self.live = LiveWorkflows()
        self.connection = Connection()
        self._told = told
        self._failed = failed
        self._inbox: Inbox[ListEvent] | None = None
        self._stop: CancelToken | None = None

    def watch(self, source: Source, scope: Scope, loop: Loop) -> None:
        """Watch this from now on; what was known is forgotten. `told` is called on the loop."""
        self.end()
        if source is not self.source and self.source is not None:
            self.source.close()
        self.source, self.scope = source, scope
        self.live = LiveWorkflows()
        self.connection = Connection()

        def tell(batch: list[ListEvent]) -> None:
            if inbox is self._inbox:
                self._told(batch)

        def fail(error: SourceError) -> None:
            if inbox is self._inbox:
                self._failed(error)

        inbox: Inbox[ListEvent] = Inbox(loop, tell)
        self._inbox = inbox
        self._stop = endless(
            "watch workflows", lambda stop: source.watch(scope, inbox.put, stop), fail
        )

    def take(self, batch: Sequence[ListEvent], now: datetime) -> ChangeSet:
        """Take a batch in; says what came of it."""
        changes = self.live.apply(batch)
        self.connection.take(self.live.connection, now)
        return changes

    def try_again(self, now: datetime) -> None:
        """Do not wait for the next try while the connection is broken: it is now."""
        if self._stop is not None and self.connection.try_now(now):
            self._stop.wake()

    @property
    def trouble(self) -> SourceError | None:
        """Why there is nothing to show at all; None while something is known."""
        connection = self.live.connection
        if isinstance(connection, Stale) and not self.live.is_whole and not len(self.live):
            return connection.error
        return None

    def end(self) -> None:
        """Watch nothing; what is known stays."""
        if self._inbox is not None:
            self._inbox.close()
            self._inbox = None
        if self._stop is not None:
            self._stop.set()
            self._stop = None

    def close(self) -> None:
        """Let go of the source too."""
        self.end()
        if self.source is not None:
            self.source.close()
