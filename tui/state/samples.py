"""The samples of the runs that were looked at, kept as long as the program runs.

Leaving a run and coming back, asking why it failed, or saving it finds what was measured before.
"""

from __future__ import annotations

import copy

from tui.domain.samples import RunSamples
from tui.domain.workflow import WorkflowRef

MOST_RUNS = 200
"""Runs whose samples are kept; the one looked at longest ago goes first."""


class SampleStore:
    """Samples by connection and run."""

    def __init__(self) -> None:
        self._runs: dict[tuple[str, WorkflowRef], RunSamples] = {}

    def of(self, connection: str, ref: WorkflowRef) -> RunSamples:
        """Those of a run, to read and to add to; none yet for one that is new."""
        found = self._runs.pop((connection, ref), None) or RunSamples()
        self._runs[connection, ref] = found
        while len(self._runs) > MOST_RUNS:
            del self._runs[next(iter(self._runs))]
        return found

    def copy_of(self, connection: str, ref: WorkflowRef) -> RunSamples:
        """Those of a run as they are now, for another thread; none of one that nobody looked at."""
        found = self._runs.get((connection, ref), RunSamples())
        return copy.deepcopy(found)
