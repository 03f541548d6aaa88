"""Samples of what pods used that were saved with a run."""

from __future__ import annotations

from typing import Protocol

from tui.domain.samples import RunSamples
from tui.domain.workflow import WorkflowRef


class SavedSamples(Protocol):
    """Where samples of the past are found."""

    def samples(self, ref: WorkflowRef) -> RunSamples:
        """What was measured of a run when it was saved; each call gives the same."""
