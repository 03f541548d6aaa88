"""The list of artifacts and the preview of one: which of them has the room.

Beside each other where there is room for both. Else the list has all the rows until something is
read, and gets them back.
"""

from __future__ import annotations

from textual import events
from textual.app import ComposeResult
from textual.containers import Container

from tui.panes.artifact_reading import Reading
from tui.panes.artifact_rows import ArtifactRows

WIDE = 110
"""Cells from which on the preview stands beside the list."""


class Body(Container):
    """The list, and what is read of it."""

    def __init__(self, rows: ArtifactRows, reading: Reading) -> None:
        super().__init__(id="artifact-body")
        self._rows = rows
        self._reading = reading

    def compose(self) -> ComposeResult:
        """List and preview."""
        yield self._rows
        yield self._reading

    def on_resize(self, event: events.Resize) -> None:
        """Side by side where there is room."""
        self.set_class(event.size.width >= WIDE, "-wide")

    def make_room(self) -> None:
        """Something was read."""
        self.add_class("-read")

    @property
    def is_reading(self) -> bool:
        """Whether there is anything in the preview."""
        return self.has_class("-read")

    def close_preview(self) -> None:
        """Nothing is read any more."""
        self._reading.clear()
        self.remove_class("-read")

    def gives_rows_back(self) -> bool:
        """Close a preview that takes rows from the list; one beside it is in nobody's way."""
        if self.has_class("-wide") or not self.is_reading:
            return False
        self.close_preview()
        return True
