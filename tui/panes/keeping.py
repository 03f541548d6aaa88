"""How long the archive keeps a run, asked of the cluster where it matters."""

from __future__ import annotations

from datetime import timedelta

from textual import on, work
from textual.message import Message
from textual.widget import Widget

from tui.artifacts.controller import archive_limit
from tui.domain.retention import is_limited
from tui.domain.workflow import Workflow
from tui.panes.base import PaneContext
from tui.ports.connection import Connection


class ArchiveLimit(Widget):
    """An invisible widget: it keeps the answer for each namespace, and tells when one came."""

    DEFAULT_CSS = "ArchiveLimit { display: none; }"

    class Learned(Message):
        """How long the archive keeps runs is known now: `of` says it."""

        def __init__(self, at: tuple[str, str], limit: timedelta | None) -> None:
            super().__init__()
            self.at = at
            self.limit = limit

    def __init__(self, context: PaneContext) -> None:
        super().__init__()
        self.context = context
        self._known: dict[tuple[str, str], timedelta | None] = {}
        """By connection and namespace; None while it is asked, and where nobody says it."""

    def of(self, workflow: Workflow) -> timedelta | None:
        """How long after its end the archive keeps this run; None where that is not known, or not
        yet, or does not matter."""
        source = self.context.source
        if source is None or not is_limited(workflow):
            return None
        at = (source.id, workflow.metadata.namespace)
        if at not in self._known:
            self._known[at] = None
            self._ask(source, at)
        return self._known[at]

    @work(thread=True, group="archive-limit", description="asking what the archive keeps")
    def _ask(self, source: Connection, at: tuple[str, str]) -> None:
        self.post_message(self.Learned(at, archive_limit(source, at[1])))

    @on(Learned)
    def learn(self, message: Learned) -> None:
        """Keep the answer; without a limit there is nothing to tell."""
        self._known[message.at] = message.limit
        if message.limit is None:
            message.stop()
