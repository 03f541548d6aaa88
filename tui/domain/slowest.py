"""The slowest steps of a workflow.

Only what executes is looked at, since what groups it takes as long as its slowest. The time of a
finished step is worked out once, and of the running ones the first that began is the slowest, so a
second that goes by costs nothing here.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from heapq import nlargest, nsmallest
from operator import itemgetter

from tui.domain.durations import epoch_of, seconds_between
from tui.domain.node import RUNNING, Node, NodeId
from tui.domain.progress import EXECUTABLE


class Slowest:
    """Finds the slowest steps of one workflow; keeps durations from version to version."""

    def __init__(self) -> None:
        self._took: dict[NodeId, tuple[Node, float]] = {}

    def among(self, nodes: Iterable[Node], most: int, now: datetime) -> tuple[Node, ...]:
        """The longest finished steps and the earliest running ones, at most `most` of
        each; the caller picks the slowest among these.
        """
        took = self._took
        found: list[tuple[float, NodeId]] = []
        running: list[Node] = []
        for node in nodes:
            known = took.get(node.id)
            if known is not None and known[0] is node:
                found.append((known[1], node.id))
            elif node.type not in EXECUTABLE or not node.started_at:
                continue
            elif node.finished_at:
                begun, ended = epoch_of(node.started_at), epoch_of(node.finished_at)
                if begun is not None and ended is not None:
                    seconds = ended - begun
                else:
                    seconds = seconds_between(node.started_at, node.finished_at, now) or 0.0
                took[node.id] = (node, seconds)
                found.append((seconds, node.id))
            elif node.phase == RUNNING:
                running.append(node)
        long = nlargest(most, found, key=_seconds)
        early = nsmallest(most, running, key=lambda node: node.started_at or "")
        return tuple([*(took[key][0] for _, key in long), *early])


_seconds = itemgetter(0)
