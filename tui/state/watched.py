"""One workflow as its own watch tells of it: how it is, and whether anything more will come."""

from __future__ import annotations

from datetime import datetime

from tui.domain.workflow import Workflow, WorkflowRef
from tui.errors import Missing, SourceError
from tui.ports.collections import DetailEvent, Opened, Removed, Stale
from tui.state.connection import Connection

DELETED, GONE = "deleted", "gone"
"""While it was looked at; before that."""


class WatchedWorkflow:
    """The last that is known of it. One that was deleted is known as it was last."""

    def __init__(self, ref: WorkflowRef) -> None:
        self.ref = ref
        self.connection = Connection()
        self.workflow: Workflow | None = None
        """None until it is read."""
        self.over = ""
        """Why nothing more comes, in a word; "" while it may."""
        self.stands_still: datetime | None = None
        """When it was deleted: its durations stand still from then on."""

    def take(self, event: DetailEvent, now: datetime) -> None:
        """The watch said this."""
        if isinstance(event, Opened):
            self.workflow = event.workflow
            self.ref = event.workflow.ref
            self.over, self.stands_still = "", None
        elif isinstance(event, Removed):
            self.over, self.stands_still = DELETED, now
        else:
            self.connection.take(event, now)

    def end(self, error: SourceError) -> None:
        """It cannot be watched."""
        self.over = GONE if isinstance(error, Missing) else "not watched"

    @property
    def is_there(self) -> bool:
        """Whether, as far as one knows, there is something left to act on."""
        return self.over not in (DELETED, GONE)

    @property
    def is_reading(self) -> bool:
        """Whether it is not read yet, and nothing was told of it either."""
        return not self.over and self.workflow is None

    @property
    def is_changing(self) -> bool:
        """Whether what is said of it changes with time alone."""
        is_completed = self.workflow is not None and self.workflow.is_completed
        return not is_completed or isinstance(self.connection.state, Stale)
