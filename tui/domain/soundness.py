"""Faults in workflows that can be read nevertheless.

Such a workflow is shown as it is, with every node somewhere in its tree; but the user should
know that something is missing or contradictory, and where to look first.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import timedelta
from typing import NamedTuple

from tui.domain.durations import is_no_time, parse_time
from tui.domain.node import (
    COMPLETED_PHASES,
    OMITTED,
    PENDING,
    RUNNING,
    SKIPPED,
    Node,
    NodeId,
)
from tui.domain.tolerant import Misfit
from tui.domain.workflow import Status, Workflow

WORKFLOW_PHASES = COMPLETED_PHASES | {"", PENDING, RUNNING}
NODE_PHASES = WORKFLOW_PHASES | {SKIPPED, OMITTED}
NODE_TYPES = frozenset(
    [
        "Pod",
        "Container",
        "Steps",
        "StepGroup",
        "DAG",
        "TaskGroup",
        "Retry",
        "Skipped",
        "Suspend",
        "HTTP",
        "Plugin",
    ]
)
"""The types Argo knows (argo.md 1.6)."""
USUAL = len("2026-01-15T12:00:00Z")
LONGEST_NAME = 80
CLOCKS = timedelta(minutes=1)
"""The largest difference between clocks of a cluster that is not reported."""


class Trouble(NamedTuple):
    """One fault or oddity."""

    said: str
    """A sentence, in which names are not cleaned yet."""
    is_fault: bool
    """Whether no controller writes this, so that the copy is damaged or was made by hand."""


NO_STATUS = "the workflow has no status: no controller has seen it yet"


def troubles(workflow: Workflow, misfits: Sequence[Misfit] = ()) -> tuple[Trouble, ...]:
    """What is odd about it, and about what of it could not be read (`decode.misfits`).

    Not all of it is a fault. A workflow without a status may be a minute old; steps without a type
    come from old controllers; and a child is in its parent's list before it is a node of its own,
    so that a copy of a running workflow may well lack it.
    """
    return (*_misshapen(misfits), *_troubles(workflow, misfits))


def _misshapen(misfits: Sequence[Misfit]) -> Iterator[Trouble]:
    if misfits:
        place, found, wanted = misfits[0]
        others = _others(len(misfits), "other thing", "other things")
        yield Trouble(
            f"{_short(place)} is {found} where {wanted} belongs: it is left out{others}",
            True,
        )


def _troubles(workflow: Workflow, misfits: Sequence[Misfit]) -> Iterator[Trouble]:
    if workflow.status == Status():
        if any(each.place.startswith("status") for each in misfits):
            return
        yield Trouble(NO_STATUS, False)
        return
    phase = workflow.status.phase
    if phase not in WORKFLOW_PHASES:
        yield Trouble(f"the workflow has the unknown phase {_short(phase)}", False)
    yield from _odd_times(workflow)
    yield from _missing_children(workflow)
    nodes = workflow.nodes.values()
    yield from _told(
        _circling(workflow.nodes),
        lambda node: "is its own descendant: the steps form a circle",
    )
    yield from _told(
        [node for node in nodes if node.phase not in NODE_PHASES],
        lambda node: f"has the unknown phase {_short(node.phase)}",
    )
    yield from _told(
        [node for node in nodes if not node.type], lambda node: "has no type", is_fault=False
    )
    yield from _told(
        [node for node in nodes if node.type and node.type not in NODE_TYPES],
        lambda node: f"has the unknown type {_short(node.type)}",
    )


def _odd_times(workflow: Workflow) -> Iterator[Trouble]:
    status, nodes = workflow.status, workflow.nodes.values()
    for text in (workflow.metadata.creation_timestamp, status.started_at, status.finished_at):
        if text is not None and is_no_time(text):
            yield Trouble(f"the workflow has the impossible time {_short(text)}", True)
    if _ends_before_it_begins(status):
        yield Trouble("the workflow finished before it began", False)
    # Many steps have the same times.
    texts = {node.started_at for node in nodes} | {node.finished_at for node in nodes}
    impossible = {text for text in texts if is_no_time(text)}
    yield from _told(
        [
            node
            for node in nodes
            if impossible and (node.started_at in impossible or node.finished_at in impossible)
        ],
        lambda node: f"has the impossible time {_short(_impossible_time(node))}",
    )
    yield from _told(
        [node for node in nodes if _ends_before_it_begins(node)],
        lambda node: "finished before it began",
        is_fault=False,
    )


def _impossible_time(node: Node) -> str:
    return next(text for text in (node.started_at, node.finished_at) if text and is_no_time(text))


def _ends_before_it_begins(timed: Node | Status) -> bool:
    """Whether a time is later by more than clocks may differ."""
    first, last = timed.started_at or "", timed.finished_at or ""
    if len(first) == len(last) == USUAL and first <= last and first[-1] == last[-1] == "Z":
        return False  # as nearly all are, and texts are compared in no time
    began, ended = parse_time(first), parse_time(last)
    return began is not None and ended is not None and began - ended > CLOCKS


def _told(
    odd: Sequence[Node], what: Callable[[Node], str], *, is_fault: bool = True
) -> Iterator[Trouble]:
    """The first of the steps with a fault, the fault, and the number of other such steps."""
    if odd:
        others = _others(len(odd), "other step", "other steps")
        yield Trouble(f"{_name(odd[0])} {what(odd[0])}{others}", is_fault)


def _missing_children(workflow: Workflow) -> Iterator[Trouble]:
    nodes = workflow.nodes
    missing = [
        (node, child) for node in nodes.values() for child in node.children if child not in nodes
    ]
    if missing:
        node, child = missing[0]
        others = _others(len(missing), "other child", "other children")
        yield Trouble(
            f"{_name(node)} has a child {_short(child)} that is not there{others}",
            any(not _may_come(workflow.metadata.name, child) for _, child in missing),
        )


def _may_come(name: str, node_id: NodeId) -> bool:
    """Whether a controller could give this id to a node of the workflow (argo.md 3)."""
    prefix, _, hashed = node_id.rpartition("-")
    is_hash = re.fullmatch("[0-9]{1,10}", hashed) is not None and int(hashed) < 2**32
    return prefix == name and is_hash


def _short(text: str) -> str:
    return text if len(text) <= LONGEST_NAME else f"{text[: LONGEST_NAME - 3]}..."


def _name(node: Node) -> str:
    return _short(node.title or node.id or "a step without a name")


def _others(count: int, one: str, several: str) -> str:
    return "" if count < 2 else f" (and {count - 1:,} {one if count == 2 else several})"


def _circling(nodes: dict[NodeId, Node]) -> list[Node]:
    """The nodes on circles, or between two of them, in the order of the workflow.

    Nodes without parents are removed until there are none, then nodes without children.
    """
    if not _has_circle(nodes):
        return []
    below = {
        key: [child for child in dict.fromkeys(node.children) if child in nodes]
        for key, node in nodes.items()
    }
    above: dict[NodeId, list[NodeId]] = {key: [] for key in below}
    for key, children in below.items():
        for child in children:
            above[child].append(key)
    left = _without_ends(below.keys(), above, below)
    left = _without_ends(left, below, above)
    return [node for key, node in nodes.items() if key in left]


def _has_circle(nodes: dict[NodeId, Node]) -> bool:
    """Whether nodes are left when those without parents are removed again and again."""
    parents = dict.fromkeys(nodes, 0)
    for node in nodes.values():
        for child in node.children:
            if child in parents:
                parents[child] += 1
    waiting = [key for key, count in parents.items() if not count]
    left = len(nodes)
    while waiting:
        left -= 1
        for child in nodes[waiting.pop()].children:
            if child in parents:
                parents[child] -= 1
                if not parents[child]:
                    waiting.append(child)
    return left > 0


def _without_ends(
    keys: Iterable[NodeId],
    before: dict[NodeId, list[NodeId]],
    after: dict[NodeId, list[NodeId]],
) -> set[NodeId]:
    left = set(keys)
    counts = {key: sum(other in left for other in before[key]) for key in left}
    waiting = [key for key, count in counts.items() if not count]
    while waiting:
        key = waiting.pop()
        left.discard(key)
        for other in after[key]:
            if other in left:
                counts[other] -= 1
                if not counts[other]:
                    waiting.append(other)
    return left
