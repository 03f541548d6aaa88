"""What a batch of events changed: the value that lists and screens hear of.

A change set is read later than it was made, when the table it came from may have moved on. So it
carries the workflows themselves, not references to look up, and the moment it was made at.
"""

from __future__ import annotations

from dataclasses import dataclass

from tui.domain.workflow import ListedWorkflow, WorkflowRef


@dataclass(frozen=True, slots=True)
class ChangeSet:
    """Which workflows came, changed and went; each stands in one of the three."""

    added: tuple[ListedWorkflow, ...] = ()
    changed: tuple[ListedWorkflow, ...] = ()
    removed: tuple[WorkflowRef, ...] = ()
    connection: bool = False
    """Whether the connection itself changed: live, stale, or the list became whole."""
    moment: int = 0
    """When this was so; a copy of the table that is younger holds all of it already."""

    def __bool__(self) -> bool:
        return bool(self.added or self.changed or self.removed or self.connection)
