"""The nodes of a memoized resubmission: old results under new names (argo.md 5.3).

What succeeded becomes a skipped node that keeps its outputs, so that later steps find them; what
failed, and the groups around it, wait to be run. Ids are hashes of names, so every one is new.
"""

from __future__ import annotations

from tui.actions.graph import (
    RawNode,
    RawNodes,
    followed_by_success,
    is_problem,
    kind_of,
    name_of_node,
    references,
)
from tui.domain.node import PENDING, SKIPPED
from tui.domain.podname import node_id


class _Renamed:
    """Old names and ids → new ones."""

    def __init__(self, nodes: RawNodes, old: str, new: str) -> None:
        self._nodes = nodes
        self._old = old
        self._new = new

    def name(self, name: str) -> str:
        """Argo takes the old name for a pattern; we take it as it is, dots and all."""
        return self._new + name[len(self._old) :] if name.startswith(self._old) else name

    def id(self, old_id: str) -> str:
        """The new id of an old node; of one that is missing, what Argo makes of no name."""
        node = self._nodes.get(old_id)
        name = name_of_node(node) if node is not None else ""
        return node_id(self._new, self.name(name))


def taken_over(nodes: RawNodes, old: str, new: str, now: str) -> dict[str, RawNode]:
    """The nodes that the new workflow begins with."""
    renamed = _Renamed(nodes, old, new)
    useful = followed_by_success(nodes, frozenset())
    begun: dict[str, RawNode] = {}
    for old_id in sorted(nodes):
        node = nodes[old_id]
        if name_of_node(node).startswith(f"{old}.onExit"):
            continue
        if kind_of(node) == "Skipped" and old_id not in useful:
            continue
        fresh = _fresh(node, old_id, renamed, now)
        begun[fresh["id"]] = fresh
    return begun


def _fresh(node: RawNode, old_id: str, renamed: _Renamed, now: str) -> RawNode:
    name = renamed.name(name_of_node(node))
    fresh = {**node, "name": name, "id": renamed.id(old_id)}
    if node.get("boundaryID"):
        fresh["boundaryID"] = renamed.id(str(node["boundaryID"]))
    for key in ("children", "outboundNodes"):
        fresh.pop(key, None)
        if references(node, key):
            fresh[key] = [renamed.id(one) for one in references(node, key)]
    is_pod = kind_of(node) == "Pod"
    runs = is_pod and is_problem(node)
    fresh["startedAt"] = fresh["finishedAt"] = None if runs else now
    fresh.pop("message", None)
    if is_pod and not runs:
        fresh.update(phase=SKIPPED, type="Skipped", message=f"original pod: {old_id}")
    else:
        fresh["phase"] = PENDING
    return fresh
