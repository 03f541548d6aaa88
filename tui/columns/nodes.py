"""The columns of the tree of steps."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Protocol

from tui.columns.base import Column
from tui.columns.words import compact, cores, memory, phase_token
from tui.domain.durations import seconds_between
from tui.domain.forest import TreeRow
from tui.domain.node import Node


class Usage(Protocol):
    """What a pod uses now, as `ports.PodUsage` says it."""

    @property
    def cpu_millis(self) -> int:
        """Thousandths of a core."""

    @property
    def memory_bytes(self) -> int:
        """Its working set."""


def node_seconds(node: Node, now: datetime) -> float | None:
    """How long a node ran, or has run by now; what was never executed has no duration."""
    if node.phase in ("", "Pending", "Skipped", "Omitted"):
        return None
    return seconds_between(node.started_at, node.finished_at, now)


def node_token(node: Node) -> str:
    """The token of a node's icon."""
    return "phase-suspended" if node.is_active_suspend else phase_token(node.phase)


def node_columns(
    *,
    pod: Callable[[Node], str],
    usage: Callable[[Node], Usage | None],
) -> tuple[Column[TreeRow], ...]:
    """The columns of the tree of steps, the first of them the tree itself; C.2 of ux.md part 2.

    A node does not know its pod's name or what that uses, so those are asked for.
    """
    step: Column[TreeRow] = Column(
        id="step",
        title="STEP",
        text=lambda row, now: row.label,
        width=28,
        least=14,
        grow=3,
        cut="middle",
    )
    message: Column[TreeRow] = Column(
        id="message",
        title="MESSAGE",
        text=lambda row, now: row.node.message,
        width=24,
        least=8,
        grow=3,
        style=lambda row: "problem" if row.node.is_problem else "",
    )
    timeline: Column[TreeRow] = Column(
        id=TIMELINE,
        title="TIMELINE",
        text=lambda row, now: " … ".join(filter(None, (row.node.started_at, row.node.finished_at))),
        width=20,
        least=8,
        grow=12,
        ticks=True,
    )
    return (step, timeline, *_spent(usage), message, *_origin(pod))


TIMELINE = "timeline"
"""Id of the column with the bars of the steps, which the tree draws itself."""


WIDE_ONLY = ("message", "template", "pod")
"""Ids of the columns that are there in wide mode alone: else the tree says a message beside the
label, and the screen tells template and pod of the step under the cursor."""


def _spent(usage: Callable[[Node], Usage | None]) -> tuple[Column[TreeRow], ...]:
    """Time, and what the pod uses now."""

    def cpu(row: TreeRow, now: datetime) -> str:
        used = usage(row.node)
        return cores(used.cpu_millis) if used else ""

    def ram(row: TreeRow, now: datetime) -> str:
        used = usage(row.node)
        return memory(used.memory_bytes) if used else ""

    return (
        Column(id="cpu", title="CPU", text=cpu, width=5, align="right", drop=1),
        Column(id="memory", title="MEM", text=ram, width=6, align="right", drop=1),
        Column(
            id="duration",
            title="DUR",
            text=lambda row, now: compact(node_seconds(row.node, now)),
            width=6,
            align="right",
            ticks=True,
        ),
    )


def _origin(pod: Callable[[Node], str]) -> tuple[Column[TreeRow], ...]:
    """Template and pod."""
    return (
        Column(
            id="template",
            title="TEMPLATE",
            text=lambda row, now: row.node.template,
            width=14,
            cut="middle",
            drop=5,
        ),
        Column(
            id="pod",
            title="POD",
            text=lambda row, now: pod(row.node),
            width=24,
            grow=1,
            cut="middle",
            drop=4,
        ),
    )
