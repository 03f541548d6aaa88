"""Which steps took longest: where the time of a workflow went.

Only what executes is looked at, since what groups it takes as long as its slowest. The time of a
finished step is worked out once, and of the running ones the first that began is the slowest, so a
second that goes by costs nothing here.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from heapq import nlargest, nsmallest

from tui.domain.durations import seconds_between
from tui.domain.node import RUNNING, Node, NodeId
from tui.domain.progress import EXECUTABLE


class Slowest:
    """The slowest steps of one workflow, version after version."""

    def __init__(self) -> None:
        self._took: dict[tuple[NodeId, str | None, str], float] = {}

    def among(self, nodes: Iterable[Node], most: int, now: datetime) -> tuple[Node, ...]:
        """The finished ones that took longest and the running ones that began first, so many of
        each; whoever knows the time picks the slowest of them.
        """
        finished: list[tuple[float, Node]] = []
        running: list[tuple[str, Node]] = []
        for node in nodes:
            if node.type not in EXECUTABLE or not node.started_at:
                continue
            if node.finished_at:
                finished.append((self._seconds(node, node.finished_at, now), node))
            elif node.phase == RUNNING:
                running.append((node.started_at, node))
        long = nlargest(most, finished, key=lambda pair: pair[0])
        early = nsmallest(most, running, key=lambda pair: pair[0])
        return tuple(node for _, node in [*long, *early])

    def _seconds(self, node: Node, finished_at: str, now: datetime) -> float:
        key = (node.id, node.started_at, finished_at)
        known = self._took.get(key)
        if known is None:
            known = seconds_between(node.started_at, finished_at, now) or 0.0
            self._took[key] = known
        return known
