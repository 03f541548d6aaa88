"""The runs pane: a live list of the workflows that an object made, newest first."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from textual import on
from textual.app import ComposeResult
from textual.getters import query_one
from textual.message import Message

from tui.columns.base import of_row
from tui.domain.identity import ObjectKey, Row
from tui.domain.node import Node
from tui.errors import SourceError
from tui.kinds.base import Kind, Look, Runs
from tui.kinds.registry import KINDS
from tui.messages import OpenObject
from tui.panes.base import READING, Pane, PaneContext
from tui.ports.collections import Collections, Scope, WatchEvent
from tui.ports.connection import offered
from tui.state.listing import Listing
from tui.state.watch import WatchSession
from tui.widgets.table import Table


class RunsPane(Pane):
    """The objects whose label says that this one made them."""

    table = query_one(Table)

    @dataclass
    class Arrived(Message):
        """A beat's worth of news of the runs."""

        session: WatchSession[Any]
        events: Sequence[WatchEvent[Any]]

    @dataclass
    class Failed(Message):
        """The runs cannot be watched."""

        error: SourceError

    def __init__(self, context: PaneContext) -> None:
        super().__init__(context)
        self._session: WatchSession[Any] | None = None
        self._listing: Listing[Any] = Listing({})
        self._of: tuple[str, str] | None = None
        """Namespace and name of the object that made them."""

    @property
    def _runs(self) -> Runs:
        assert self.kind is not None and self.kind.runs is not None, "the kind names this pane"
        return self.kind.runs

    @property
    def _made(self) -> Kind[Any, Any]:
        """What it lists; all that is shown of one at once, as of one maker there are not many."""
        return KINDS[self._runs.kind].in_full

    def compose(self) -> ComposeResult:
        """The list."""
        look = Look(self.context.ascii, self._runs.everywhere)
        yield Table[Row[Any]](
            [of_row(column) for column in self._made.columns(look)],
            key=lambda row: row.key,
            markable=False,
            ascii=self.context.ascii,
            now=self.context.now(),
            placeholder=READING,
        )

    def show(self, item: Any, node: Node | None, raw: bytes) -> None:
        """Watch the runs of an object, unless they are watched already."""
        metadata = item.metadata
        maker = (metadata.namespace, metadata.name)
        if maker != self._of:
            self._of = maker
            self._watch(*maker)

    def leave(self) -> None:
        """Stop watching while another pane is in front."""
        self._end()
        self._of = None

    def on_unmount(self) -> None:
        """Stop watching."""
        self._end()

    def tick(self, now: datetime) -> None:
        """Update ages and durations."""
        self.table.tick(now)

    def _watch(self, namespace: str, name: str) -> None:
        self._end()
        if self.context.source is None:
            return
        source = offered(self.context.source, Collections)
        kind, runs = self._made, self._runs
        namespaces = () if runs.everywhere else (namespace,)
        scope = Scope(namespaces, label_selector=f"{runs.label}={name}")
        session: WatchSession[Any] = WatchSession(f"runs of {name}", source.parts(kind, scope))
        self._listing = Listing({}, key=kind.newest, reverse=True)
        self._session = session
        session.begin(
            lambda sink, stop: source.watch(kind, scope, sink, stop),
            asyncio.get_running_loop(),
            arrived=lambda events: self.post_message(self.Arrived(session, events)),
            failed=lambda error: self.post_message(self.Failed(error)),
        )

    def _end(self) -> None:
        if self._session is not None:
            self._session.end()
            self._session = None

    @on(Arrived)
    def take(self, message: Arrived) -> None:
        """Apply a batch of events to the list."""
        message.stop()
        session = message.session
        if session is not self._session:
            return
        changes = session.take(message.events, self.context.now())
        self._listing.update(changes)
        self.table.replace(list(self._listing.rows))
        self.table.placeholder = self._why_empty(session)

    @on(Failed)
    def say_why_not(self, message: Failed) -> None:
        """Show a message in place of the list."""
        message.stop()
        self.table.placeholder = message.error.what

    def _why_empty(self, session: WatchSession[Any]) -> str:
        error = session.standings.error
        if error is not None:
            return error.what
        if not session.is_whole:
            return READING
        return f"no {self._made.nouns} of this {self.kind.noun} here" if self.kind else ""

    @on(Table.Chosen)
    def open_chosen(self, message: Table.Chosen) -> None:
        """Enter: open the run on its own screen."""
        message.stop()
        row = self.table.current
        if isinstance(row, Row) and isinstance(message.key, ObjectKey):
            self.post_message(OpenObject(row.key, row.uid))
