"""Which node hangs under which: the forest inside `status.nodes` (argo.md 2.3).

`children` says what runs next, so a tree made of it alone would hang the second step under the
first. Containment is the boundary of a node, and the children of StepGroup and Retry nodes.

Argo leaves out what it cannot place; a screen must not. `argo_branches` is the former,
`all_branches` the latter: containers hang under their pod, and whatever has no place, or hangs
under itself, comes last as a root. Both follow one parent a node and never recurse.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from tui.domain.node import Node, NodeId
from tui.domain.once import once
from tui.domain.order import ordered
from tui.domain.podname import node_id
from tui.domain.workflow import Workflow

BOUNDARIES = frozenset({"DAG", "Steps"})
GROUPS = frozenset({"StepGroup", "Retry"})
CONTAINER, TASK_GROUP = "Container", "TaskGroup"

Nodes = dict[NodeId, Node]
Branches = dict[NodeId, list[NodeId]]


class NodeTree(NamedTuple):
    """The roots and the children of each node, in the order in which they are shown."""

    roots: list[NodeId]
    branches: Branches
    lost: frozenset[NodeId] = frozenset()
    """Roots that are roots only because their parent could not be found."""


def group_parents(nodes: Nodes) -> dict[NodeId, NodeId]:
    """Child → the StepGroup or Retry that has it among its children."""
    return {
        child: key
        for key, node in nodes.items()
        if node.type in GROUPS and node.children
        for child in node.children
    }


@once
def group_parents_of(workflow: Workflow) -> dict[NodeId, NodeId]:
    """Child → the StepGroup or Retry of the workflow that has it among its children."""
    return group_parents(workflow.nodes)


def argo_branches(workflow: Workflow) -> NodeTree:
    """What `argo get` shows: the tree of the workflow, then that of its exit handler."""
    nodes = workflow.nodes
    parents = group_parents(nodes)
    branches: Branches = {}
    roots: list[NodeId] = []
    for key, node in nodes.items():
        if node.type in (CONTAINER, TASK_GROUP):
            continue
        parent = parents.get(key)
        if parent is None:
            if not node.boundary_id:
                roots.append(key)
                continue
            parent = node.boundary_id
            boundary = nodes.get(parent)
            if boundary is None or boundary.type not in BOUNDARIES:
                continue
        _hang(branches, parent, key)
    _put_in_order(branches, nodes)
    name = NodeId(workflow.metadata.name)
    wanted = [name] if name in nodes else []
    exit_handler = node_id(name, f"{name}.onExit")
    if exit_handler in roots:
        wanted.append(exit_handler)
    return NodeTree(wanted, branches)


def all_branches(workflow: Workflow, *, containers: bool = True) -> NodeTree:
    """The tree that a screen shows: Argo's tree, and every node that Argo leaves out."""
    nodes = workflow.nodes
    parents = group_parents(nodes)
    branches: Branches = {}
    roots: list[NodeId] = []
    orphans: list[NodeId] = []
    home: dict[NodeId, NodeId] = {}
    for key, node in nodes.items():
        kind = node.type
        if kind == CONTAINER:
            if not containers:
                continue
            parent: NodeId | None = node.boundary_id
        elif kind == TASK_GROUP and not _stands_for_itself(node, nodes):
            continue
        else:
            parent = parents.get(key) or node.boundary_id
        if not parent:
            roots.append(key)
        elif parent in branches:
            home[key] = parent
            branches[parent].append(key)
        elif parent not in nodes or nodes[parent].type == TASK_GROUP:
            orphans.append(key)
        else:
            home[key] = parent
            branches[parent] = [key]
    _put_in_order(branches, nodes)
    firsts = _named_roots(workflow, roots)
    taken = set(firsts)
    others = ordered([key for key in roots if key not in taken], nodes)
    lost = ordered(orphans, nodes)
    tops = [*firsts, *others, *lost]
    circles = _circles(home, branches, tops) if _has_circle(home, branches) else []
    return NodeTree([*tops, *circles], branches, frozenset(lost) | frozenset(circles))


def inside(workflow: Workflow, node: Node) -> list[NodeId]:
    """Ids of the nodes that ran inside a node, at any depth, without itself (argo.md 2.3).

    By boundary, and by the children of groups. A group that expanded to nothing has what comes
    after it for children, so only children that carry its name are its own.
    """
    nodes = workflow.nodes
    by_boundary = within_boundaries(workflow)
    seen: set[NodeId] = {node.id, NodeId("")}
    found: list[NodeId] = []
    waiting = [node]
    while waiting:
        at = waiting.pop()
        inner = by_boundary.get(at.id, []) if at.id else []
        if at.type in GROUPS or at.type == TASK_GROUP:
            own = (f"{at.name}(", f"{at.name}.")
            inner = inner + [
                child
                for child in at.children
                if child in nodes and nodes[child].name.startswith(own)
            ]
        for key in inner:
            if key not in seen:
                seen.add(key)
                found.append(key)
                waiting.append(nodes[key])
    return found


@once
def within_boundaries(workflow: Workflow) -> Branches:
    """Boundary → the nodes right inside it; "" → those without one."""
    found: Branches = {}
    for key, node in workflow.nodes.items():
        _hang(found, node.boundary_id, key)
    return found


def _stands_for_itself(group: Node, nodes: Nodes) -> bool:
    """Whether a TaskGroup failed by itself, so that none of its items says why."""
    if not group.is_problem:
        return False
    return not any(child in nodes and nodes[child].is_problem for child in group.children)


def _named_roots(workflow: Workflow, roots: list[NodeId]) -> list[NodeId]:
    """The workflow's own node and its exit handler, where they are roots."""
    name = workflow.metadata.name
    wanted = (NodeId(name), node_id(name, f"{name}.onExit"))
    known = set(roots)
    return [key for key in wanted if key in known]


def _hang(branches: Branches, parent: NodeId, key: NodeId) -> None:
    siblings = branches.get(parent)
    if siblings is None:
        branches[parent] = [key]
    else:
        siblings.append(key)


def _put_in_order(branches: Branches, nodes: Nodes) -> None:
    for parent, keys in branches.items():
        if len(keys) > 1:
            branches[parent] = ordered(keys, nodes)


def _has_circle(home: dict[NodeId, NodeId], branches: Branches) -> bool:
    """Whether some node is among its own descendants."""
    # Of ten thousand nodes few have others below them, and only those can.
    is_fine: set[NodeId] = set()
    for key in branches:
        seen: set[NodeId] = set()
        while key in home and key not in is_fine:
            if key in seen:
                return True
            seen.add(key)
            key = home[key]
        is_fine |= seen
    return False


def _circles(
    home: dict[NodeId, NodeId], branches: Branches, roots: Iterable[NodeId]
) -> list[NodeId]:
    """One node of each cycle, to be cut from its parent so that the cycle becomes a branch."""
    reached = _below(roots, branches)
    found: list[NodeId] = []
    for key in home:
        if key in reached:
            continue
        seen: set[NodeId] = set()
        while key not in seen:
            seen.add(key)
            key = home[key]
        branches[home[key]] = [child for child in branches[home[key]] if child != key]
        found.append(key)
        reached |= _below([key], branches)
    return found


def _below(roots: Iterable[NodeId], branches: Branches) -> set[NodeId]:
    reached: set[NodeId] = set()
    waiting = list(roots)
    while waiting:
        key = waiting.pop()
        reached.add(key)
        waiting.extend(branches.get(key, ()))
    return reached
