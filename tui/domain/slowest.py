"""The slowest steps of a workflow.

Only what executes is looked at, since what groups it takes as long as its slowest. The time of a
finished step is worked out once, for all versions of the workflow in which it is the same, and of
the running ones the first that began is the slowest, so a second that goes by costs nothing here.
"""

from __future__ import annotations

from collections.abc import Iterable
from heapq import nlargest, nsmallest

from tui.domain.branches import inside
from tui.domain.durations import epoch_of
from tui.domain.node import RUNNING, Node, NodeId
from tui.domain.once import once
from tui.domain.progress import EXECUTABLE
from tui.domain.workflow import Workflow


@once
def durations(workflow: Workflow) -> dict[NodeId, float]:
    """Seconds that each finished step took; one whose times cannot be read took none."""
    return _durations(workflow, {}, {})


def keep_durations(workflow: Workflow, before: Workflow) -> None:
    """Take over those of the version before, for nodes that are the very same objects."""
    durations.keep(workflow, _durations(workflow, before.nodes, durations(before)))


def _durations(
    workflow: Workflow, before: dict[NodeId, Node], known: dict[NodeId, float]
) -> dict[NodeId, float]:
    found: dict[NodeId, float] = {}
    for key, node in workflow.nodes.items():
        if key in known and before[key] is node:
            found[key] = known[key]
        elif node.finished_at and node.started_at and node.type in EXECUTABLE:
            begun, ended = epoch_of(node.started_at), epoch_of(node.finished_at)
            if ended is not None or node.phase != RUNNING:
                found[key] = 0.0 if begun is None or ended is None else ended - begun
    return found


@once
def running(workflow: Workflow) -> dict[NodeId, Node]:
    """The steps that execute at the moment."""
    took = durations(workflow)
    return {
        key: node
        for key, node in workflow.nodes.items()
        if node.phase == RUNNING and node.started_at and node.type in EXECUTABLE and key not in took
    }


def running_newest_first(workflow: Workflow) -> list[NodeId]:
    """What executes at the moment, what began last first."""
    nodes = workflow.nodes
    found = [
        key
        for key, node in nodes.items()
        if node.phase == RUNNING and node.type in EXECUTABLE and node.started_at
    ]
    return sorted(found, key=lambda key: nodes[key].started_at or "", reverse=True)


@once
def slowest(workflow: Workflow, within: NodeId | None, most: int) -> tuple[Node, ...]:
    """The longest finished steps and the earliest running ones inside a node, or of all (None).

    At most `most` of each; the caller picks the slowest among these.
    """
    nodes, took, now_running = workflow.nodes, durations(workflow), running(workflow)
    over: Iterable[NodeId] = took
    going: Iterable[NodeId] = now_running
    if within is not None:
        keys = inside(workflow, nodes[within]) if within in nodes else []
        over = [key for key in keys if key in took]
        going = [key for key in keys if key in now_running]
    long = nlargest(most, over, key=took.__getitem__)
    early = nsmallest(most, going, key=lambda key: nodes[key].started_at or "")
    return tuple(nodes[key] for key in (*long, *early))
