"""What a batch of events changed, by name: the value that lists and screens hear of."""

from __future__ import annotations

from dataclasses import dataclass

from tui.domain.workflow import WorkflowRef


@dataclass(frozen=True, slots=True)
class ChangeSet:
    """Which workflows came, changed and went; each stands in one of the three."""

    added: tuple[WorkflowRef, ...] = ()
    changed: tuple[WorkflowRef, ...] = ()
    removed: tuple[WorkflowRef, ...] = ()
    connection: bool = False
    """Whether the connection itself changed: live, stale, or the list became whole."""

    def __bool__(self) -> bool:
        return bool(self.added or self.changed or self.removed or self.connection)
