"""How long things take as a rule: of runs of one template, and of each of its steps.

Only what succeeded counts, since what failed ended early, or late for a reason of its own. With
fewer than `ENOUGH` successes nothing is called unusual.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from tui.domain.durations import epoch_of
from tui.domain.node import SUCCEEDED
from tui.domain.progress import EXECUTABLE
from tui.domain.steppath import path_of_all, step_path
from tui.domain.workflow import ListedWorkflow, Workflow

ENOUGH = 5
"""Successes from which on something can be called unusual."""
FAR = 0.5
"""The share of the usual time by which something is far off."""
FAR_SECONDS = 30.0
"""And the seconds: what takes a moment is not worth a word, whatever it takes."""


class Usual(NamedTuple):
    """How long something takes that succeeds, in seconds."""

    runs: int
    """How many successes it is known of."""
    median: float
    low: float
    """The shortest."""
    high: float
    """The longest."""

    def off_by(self, seconds: float) -> float | None:
        """By what share of the usual a time is far off: 0.55 is 55 % longer; None if it is not."""
        apart = seconds - self.median
        if self.runs < ENOUGH or abs(apart) < max(FAR_SECONDS, FAR * self.median):
            return None
        return apart / self.median if self.median > 0 else None

    def far_off(self, seconds: float) -> str:
        """The same in words, `+55 %`; "" where it is not far off."""
        share = self.off_by(seconds)
        return f"{share * 100:+,.0f} %" if share is not None else ""

    def left(self, seconds: float) -> float | None:
        """The seconds that something which has run so long has still to go; None once it has run
        for as long as is usual."""
        return self.median - seconds if seconds < self.median else None


def usual(spans: Iterable[float]) -> Usual | None:
    """What times of successes come to; None for none."""
    known = sorted(spans)
    if not known:
        return None
    return Usual(len(known), quantile(known, 0.5), known[0], known[-1])


def quantile(known: Sequence[float], share: float) -> float:
    """The value below which this share of sorted values lies, between neighbours in proportion.

    Raises: ValueError for no values.
    """
    if not known:
        raise ValueError("nothing is known")
    place = share * (len(known) - 1)
    below = int(place)
    above = min(below + 1, len(known) - 1)
    # Of 3.8 what is beyond 3 is 0.8, and not 0.7999….
    return known[below] + (known[above] - known[below]) * round(place - below, 9)


def span_of(began: str | None, ended: str | None) -> float | None:
    """Seconds from one time to another; None where one of them is not there."""
    start, end = epoch_of(began), epoch_of(ended)
    return max(0.0, end - start) if start is not None and end is not None else None


def usual_run(runs: Iterable[ListedWorkflow]) -> Usual | None:
    """How long runs take that succeed."""
    spans = (
        span_of(run.status.started_at, run.status.finished_at)
        for run in runs
        if run.phase == SUCCEEDED
    )
    return usual(span for span in spans if span is not None)


def usual_steps(runs: Iterable[Workflow]) -> dict[str, Usual]:
    """Path of a step (`steppath`) → how long it takes where it succeeds; only what executes.

    Of items and attempts also the path without them, with the times of all: other runs may have
    other items.
    """
    spans: dict[str, list[float]] = {}
    for run in runs:
        for node in run.nodes.values():
            if node.type in EXECUTABLE and node.phase == SUCCEEDED:
                span = span_of(node.started_at, node.finished_at)
                if span is not None:
                    path = step_path(run, node)
                    for each in {path, path_of_all(path)}:
                        spans.setdefault(each, []).append(span)
    return {path: found for path, known in spans.items() if (found := usual(known)) is not None}


class RunStats(NamedTuple):
    """What is known of the runs of one template, cron workflow or prefix."""

    runs: tuple[ListedWorkflow, ...]
    """All that are known, the oldest first."""
    succeeded: int
    failed: int
    """Failed or in error."""
    going: int
    """Neither succeeded nor failed yet."""
    usual: Usual | None
    p95: float | None
    """Seconds within which 95 of 100 successes end; None for none."""

    @property
    def rate(self) -> float | None:
        """The share of those that are over which succeeded; None where none is over."""
        over = self.succeeded + self.failed
        return self.succeeded / over if over else None


def stats_of(runs: Sequence[ListedWorkflow]) -> RunStats:
    """What runs come to; they are given the oldest first."""
    succeeded = [run for run in runs if run.phase == SUCCEEDED]
    over = sum(run.is_completed for run in runs)
    spans = (span_of(run.status.started_at, run.status.finished_at) for run in succeeded)
    known = sorted(span for span in spans if span is not None)
    return RunStats(
        tuple(runs),
        len(succeeded),
        over - len(succeeded),
        len(runs) - over,
        usual(known),
        quantile(known, 0.95) if known else None,
    )
