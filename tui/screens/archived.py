"""The archive beside a list of what is in the cluster: when it is read, and the words about it.

It is read once the list itself has been answered, so that what runs now is on the screen first. A
connection without an archive costs nothing.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from typing import Any

from tui.context import AppContext
from tui.domain.changes import ChangeSet
from tui.domain.identity import Origin
from tui.errors import SourceError
from tui.keys import hint
from tui.kinds.base import Kind
from tui.ports.archive import Archive
from tui.ports.collections import Collections
from tui.screens.arrangement import Arrangement
from tui.state.archived import ArchiveFeed, ArchiveReader, Seen

ONLY = "in:archive"
"""The filter that leaves what the archive has."""


class ArchiveBeside:
    """What of archives stands in one list."""

    def __init__(
        self,
        context: AppContext,
        kind: Kind[Any, Any],
        arrangement: Arrangement[Any],
        *,
        seen: Callable[[], Seen],
        went_on: Callable[[], object],
    ) -> None:
        """`seen` says what is on the screen; `went_on` hears when what is told of it changed."""
        self._context = context
        self._kind = kind
        self._arrangement = arrangement
        self._seen = seen
        self._went_on = went_on
        self._asked: object = None
        """The filter that is read by; None before anything was read."""
        self.reader: ArchiveReader[Any] | None = None
        """None where there is no archive, or nobody wants to see it."""
        self.is_wanted = True
        """Whether somebody wants to see it."""
        self.is_typed = True
        """Whether the filter was typed to its end."""

    # --- its life --------------------------------------------------------------------------

    def begin(self) -> None:
        """Other objects are listed."""
        self.end()
        feeds = list(self._feeds()) if self.is_wanted and self._kind.archived is not None else []
        if feeds:
            self._asked = None
            self.reader = ArchiveReader(
                self._arrangement.session,
                self._kind,
                feeds,
                asyncio.get_running_loop(),
                said=self._say,
                went_on=self._go_on,
                lost=self._context.past_runs.forget,
            )
            self.read_on()

    def _feeds(self) -> Iterable[ArchiveFeed]:
        scopes = {id(feed.collections): feed.scope for feed in self._context.lists.feeds}
        for name, connection in self._context.connections.items():
            scope = scopes.get(id(connection.port(Collections)))
            archive = connection.port(Archive) if scope is not None else None
            if archive is not None and scope is not None:
                labels = ",".join(filter(None, (scope.label_selector, self._kind.selector)))
                yield ArchiveFeed(name, archive, scope.namespaces, labels)

    def end(self) -> None:
        """Read nothing more."""
        if self.reader is not None:
            self.reader.end()
            self.reader = None

    # --- what is wanted --------------------------------------------------------------------

    @property
    def why_none(self) -> str:
        """Why there is no archive here; "" where there is one."""
        if self.reader is not None:
            return self.reader.off
        if self._kind.archived is None:
            return f"{self._kind.nouns} are in no archive"
        lacks = [each.lacks(Archive) for each in self._context.connections.values()]
        return next(filter(None, lacks), "" if lacks else "not connected yet")

    def switch(self) -> None:
        """Show what is archived, or no longer."""
        if self.is_wanted and (why := self.why_none):
            self._context.say(why)
            return
        was_read = self.reader is not None
        self.want(wanted=not self.is_wanted)
        if self.is_wanted:
            self._context.say("with what is archived")
        elif was_read:
            self._context.say(f"without what is archived; {hint('hide')} shows it again")

    def want(self, *, wanted: bool) -> None:
        """Show what is archived, or leave it out."""
        if wanted == self.is_wanted:
            return
        self.is_wanted = wanted
        if wanted:
            self.begin()
        elif self.reader is not None:
            self.reader.end(forget=True)
            self.reader = None
        self._went_on()

    def typed(self) -> None:
        """The filter is as it is wanted."""
        self.is_typed = True
        self.read_on()

    def read_on(self) -> None:
        """Read what belongs near the screen, once the list itself has been answered."""
        reader = self.reader
        if reader is None or not self.is_typed or not self._arrangement.session.is_whole:
            return
        asked = self._arrangement.query
        if asked != self._asked:
            self._asked = asked
            reader.ask(self._arrangement.archive_queries)
        reader.look(self._seen())

    def take(self, changes: ChangeSet[Any]) -> None:
        """This happened in the list."""
        reader = self.reader
        if reader is None:
            return
        pending = self._context.pending
        for row in changes.changed:
            # What just left the cluster, or was acted on: nothing else tells what became of it.
            if Origin.CLUSTER not in row.origins and not pending.of(row.key):
                reader.check(row)
        self.read_on()

    def read_anew(self) -> None:
        """From the beginning."""
        if self.reader is not None:
            self.reader.read_anew()

    def look_further(self) -> None:
        """More of it, though little of what was read matches."""
        if self.reader is not None:
            self.reader.look_further()
            self.read_on()

    # --- what is told ----------------------------------------------------------------------

    @property
    def how_far(self) -> str:
        """How far it was looked through, where little of it matches; "" else."""
        reader = self.reader
        if reader is None or not reader.has_more or reader.off:
            return ""
        if reader.error is not None:
            return f"the archive cannot be read: {reader.error.what}"
        far = f"{reader.read:,} of the archive read"
        return f"{far}; :archive looks further" if reader.is_dry else f"{far} …"

    def _say(self, error: SourceError) -> None:
        self._context.say(f"archive: {error}", "warning")

    def _go_on(self) -> None:
        self._went_on()
        self.read_on()
