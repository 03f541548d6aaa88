"""How far a workflow is, as its nodes tell (argo.md 4.3)."""

from __future__ import annotations

import re
from collections.abc import Iterable

from tui.domain.node import OMITTED, SKIPPED, SUCCEEDED, Node, NodeId
from tui.domain.workflow import Workflow

EXECUTABLE = frozenset({"Pod", "HTTP", "Plugin", "Container", "Suspend"})
_PROGRESS = re.compile(r"([0-9]{1,18})/([0-9]{1,18})")


def parse(text: str) -> tuple[int, int] | None:
    """`3/12` as done and all; None for what is no progress."""
    found = _PROGRESS.fullmatch(text)
    if found is None:
        return None
    done, total = int(found[1]), int(found[2])
    return (done, total) if done <= total and total > 0 else None


def of_node(node: Node) -> tuple[int, int] | None:
    """What an executable node counts for; None for the others and for nonsense."""
    if node.type not in EXECUTABLE:
        return None
    said = parse(node.progress or "0/1")
    if said is not None and node.phase in (SUCCEEDED, SKIPPED, OMITTED):
        return said[1], said[1]
    return said


def of_workflow(workflow: Workflow) -> tuple[int, int]:
    """The sum over all executable nodes."""
    return _sum(workflow.nodes.values())


def below(workflow: Workflow, key: NodeId) -> tuple[int, int]:
    """The sum over a node and the distinct nodes that run after or within it."""
    nodes = workflow.nodes
    seen: set[NodeId] = set()
    waiting = [key]
    while waiting:
        at = waiting.pop()
        if at in seen or at not in nodes:
            continue
        seen.add(at)
        waiting.extend(nodes[at].children)
    return _sum(nodes[at] for at in seen)


def _sum(nodes: Iterable[Node]) -> tuple[int, int]:
    done = total = 0
    for node in nodes:
        said = of_node(node)
        if said is not None:
            done += said[0]
            total += said[1]
    return done, total


def of_estimate(seconds: float | None, estimate: int) -> float | None:
    """Elapsed as a part of what was estimated, more than 1 when late; None without either."""
    if seconds is None or estimate <= 0:
        return None
    return seconds / estimate
