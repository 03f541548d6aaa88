"""Queries on the graph of raw nodes, for retry and resubmit (argo.md 5.3, 5.4).

`children` says what runs next, so the graph may be ten thousand deep; and a saved workflow may hold
circles or lack nodes. Nothing here calls itself, and every walk remembers where it has been.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Mapping
from typing import Any

from tui.domain.node import ERROR, FAILED, SUCCEEDED
from tui.errors import InputError, PlanError

RawNode = dict[str, Any]
RawNodes = Mapping[str, RawNode]

GROUP_TYPES = frozenset({"DAG", "TaskGroup", "StepGroup", "Steps"})
EXECUTION_TYPES = frozenset({"Container", "Pod", "HTTP", "Plugin"})
STEP_TYPES = frozenset({"Pod", "HTTP", "Plugin", "Suspend"})
"""Node types that count as steps: neither groups nor the containers of one pod."""


def references(node: RawNode, key: str = "children") -> list[str]:
    """The node ids under `children` or `outboundNodes`."""
    return node.get(key) or []


def is_problem(node: RawNode) -> bool:
    """Failed or Error."""
    return node.get("phase") in (FAILED, ERROR)


def kind_of(node: RawNode) -> str:
    """The node's type; "" if it has none."""
    return str(node.get("type") or "")


def name_of_node(node: RawNode) -> str:
    """The node's full name."""
    return str(node.get("name") or "")


def check_shape(nodes: Any) -> dict[str, RawNode]:
    """`status.nodes` as a map of objects with lists of ids.

    Raises: InputError naming the node that is something else.
    """
    if nodes is None:
        return {}
    if not isinstance(nodes, dict):
        raise InputError("status.nodes is not a map of nodes")
    for node_id, node in nodes.items():
        if not isinstance(node, dict):
            raise InputError(f"node {node_id} is not an object")
        for key in ("children", "outboundNodes"):
            ids = node.get(key)
            if ids is None:
                continue
            if not isinstance(ids, list) or not all(isinstance(one, str) for one in ids):
                raise InputError(f"{key} of node {node_id} is not a list of node ids")
    return nodes


def descendants(nodes: RawNodes, start: Iterable[str], known: set[str]) -> None:
    """Add to `known` the nodes of `start` and all that come after them.

    What is in `known` already is taken to be there with all its descendants.
    """
    waiting = deque(one for one in start if one in nodes)
    while waiting:
        node_id = waiting.popleft()
        if node_id in known:
            continue
        known.add(node_id)
        waiting.extend(child for child in references(nodes[node_id]) if child in nodes)


def followed_by_success(nodes: RawNodes, ignored: frozenset[str] | set[str]) -> set[str]:
    """The nodes with a Succeeded descendant; `ignored` nodes do not count, but are passed."""
    before: dict[str, list[str]] = {}
    for node_id, node in nodes.items():
        for child in references(node):
            before.setdefault(child, []).append(node_id)
    succeeded = (
        node_id
        for node_id, node in nodes.items()
        if node.get("phase") == SUCCEEDED and node_id not in ignored
    )
    waiting = deque(parent for node_id in succeeded for parent in before.get(node_id, ()))
    found: set[str] = set()
    while waiting:
        node_id = waiting.popleft()
        if node_id not in found:
            found.add(node_id)
            waiting.extend(before.get(node_id, ()))
    return found


def parents(nodes: RawNodes, workflow: str) -> dict[str, str]:
    """Node id → its parent's id; of several parents the one with the greatest id.

    Raises: PlanError when a node has no parent though it should, or a child is missing.
    """
    found: dict[str, str] = {}
    for node_id in sorted(nodes):
        for child in references(nodes[node_id]):
            found[child] = node_id
    for node_id in sorted(nodes):
        node = nodes[node_id]
        name = name_of_node(node)
        is_root = name == workflow or name.startswith(f"{workflow}.onExit")
        if node_id not in found and not is_root:
            raise PlanError(f"couldn't find parent node for {node_id}")
        for child in references(node):
            if child not in nodes:
                # Argo's own spelling, so that a search for it finds Argo's issues.
                raise PlanError(f"coudln't obtain child {child}")
    return found


def root_of(nodes: RawNodes, workflow: str) -> str:
    """The id of the root node, which stands for the workflow itself.

    Raises: PlanError when there is none.
    """
    for node_id in sorted(nodes):
        if name_of_node(nodes[node_id]) == workflow:
            return node_id
    raise PlanError("couldn't find root node")


def breadth_first(nodes: RawNodes, root: str) -> list[str]:
    """All nodes that can be reached from the root, nearest first."""
    order = [root]
    seen = {root}
    for node_id in order:
        for child in references(nodes[node_id]):
            if child not in seen:
                seen.add(child)
                order.append(child)
    return order
