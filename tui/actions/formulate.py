"""Which nodes a retry deletes, starts again and keeps (argo.md 5.4).

Failed work is deleted with everything after it, so that the controller makes it anew; the groups
around it are set back to Running, so that the controller looks into them again; the rest stays.
Argo walks from each failed node up to the root. Here a place in that walk is never taken twice:
the way up from it is the same for all, and in a circle it has no end.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass, field

from tui.actions.graph import (
    EXECUTION_TYPES,
    GROUP_TYPES,
    RawNode,
    RawNodes,
    breadth_first,
    descendants,
    followed_by_success,
    is_problem,
    kind_of,
    name_of_node,
    parents,
    references,
    root_of,
)
from tui.domain.node import RUNNING, SKIPPED
from tui.errors import PlanError


@dataclass(frozen=True, slots=True)
class Formulation:
    """The effect of a retry on the nodes."""

    nodes: dict[str, RawNode]
    """The nodes after the retry."""
    deleted: frozenset[str]
    """Ids of nodes that are deleted, exit handlers included."""
    restarted: frozenset[str]
    """Those of them that are created again, without exit handlers."""
    reset: frozenset[str]
    """Ids of nodes that are reset to run again."""
    exit_nodes: tuple[str, ...]
    """Ids in the tree of the exit handler, whose pods are deleted whatever their type."""
    held: frozenset[str]
    """Failed nodes that are kept, because something after them succeeded."""


def formulate(
    workflow: str, nodes: RawNodes, selected: Collection[str], now: str, *, reexpand: bool
) -> Formulation:
    """Decide about every node.

    `selected` are the nodes to restart besides the failed ones; `reexpand` says that parameters
    changed, so that groups made from them must be made anew.

    Raises: PlanError in Argo's words where the graph is broken.
    """
    failed, held = _failed(nodes, selected)
    seeds = failed | set(selected)
    walk = _Walk(nodes, parents(nodes, workflow))
    if nodes:
        root = root_of(nodes, workflow)
        for node_id in breadth_first(nodes, root):
            if node_id in seeds and node_id not in walk.deleted:
                walk.restart(node_id, root)
    if reexpand:
        walk.empty_groups()
    on_exit = f"{workflow}.onExit"
    reset = frozenset(walk.reset - walk.deleted)
    after = _after(nodes, walk.deleted, reset, on_exit, now)
    gone = frozenset(nodes.keys() - after.keys())
    return Formulation(
        nodes=after,
        deleted=gone,
        restarted=frozenset(walk.deleted),
        reset=reset,
        exit_nodes=_exit_tree(nodes, on_exit),
        held=frozenset(held - gone),
    )


def _after(
    nodes: RawNodes, deleted: Collection[str], reset: Collection[str], on_exit: str, now: str
) -> dict[str, RawNode]:
    """The nodes that are kept or reset, without references to deleted nodes."""
    kept = {
        node_id: node
        for node_id, node in nodes.items()
        if node_id in reset
        or (node_id not in deleted and not name_of_node(node).startswith(on_exit))
    }
    gone = nodes.keys() - kept.keys()
    return {
        node_id: _cut(_started_again(node, now) if node_id in reset else node, gone)
        for node_id, node in kept.items()
    }


def _failed(nodes: RawNodes, selected: Collection[str]) -> tuple[set[str], set[str]]:
    """Failed nodes to run again, and failed nodes after which something succeeded."""
    succeeded_after = followed_by_success(nodes, set(selected))
    attempt_of: dict[str, str] = {}
    for node_id in sorted(nodes, reverse=True):
        if kind_of(nodes[node_id]) == "Retry":
            attempt_of.update((child, node_id) for child in references(nodes[node_id]))
    failed: set[str] = set()
    held: set[str] = set()
    for node_id, node in nodes.items():
        if not is_problem(node) or kind_of(node) not in EXECUTION_TYPES:
            continue
        flag = node.get("nodeFlag")
        is_attempt = isinstance(flag, dict) and flag.get("retried") is True
        examined = attempt_of.get(node_id, node_id) if is_attempt else node_id
        (held if examined in succeeded_after else failed).add(node_id)
    return failed, held


def _exit_tree(nodes: RawNodes, on_exit: str) -> tuple[str, ...]:
    roots = [node_id for node_id in sorted(nodes) if name_of_node(nodes[node_id]) == on_exit]
    found: set[str] = set()
    descendants(nodes, roots, found)
    return tuple(sorted(found))


@dataclass(slots=True)
class _Walk:
    """Follows the paths from restarted nodes to the root, and collects what to delete and reset."""

    nodes: RawNodes
    parent: dict[str, str]
    deleted: set[str] = field(default_factory=set)
    reset: set[str] = field(default_factory=set)
    _rooted: set[str] = field(default_factory=set)
    _been: set[tuple[str, bool]] = field(default_factory=set)

    def restart(self, seed: str, root: str) -> None:
        """Delete the seed and everything after it, and reset what contains it."""
        self._check_way(seed, root)
        descendants(self.nodes, [seed], self.deleted)
        if seed != root:
            self._climb(seed)

    def empty_groups(self) -> None:
        """Delete the content of reset groups that are expanded from items."""
        for node_id in self.reset - self.deleted:
            if kind_of(self.nodes[node_id]) in ("TaskGroup", "StepGroup"):
                descendants(self.nodes, references(self.nodes[node_id]), self.deleted)

    def _check_way(self, seed: str, root: str) -> None:
        """Raises: PlanError unless the parents of the seed lead to the root."""
        if root in self.parent:
            raise PlanError("was unable to find root")
        way: set[str] = set()
        here = seed
        while here != root and here not in self._rooted:
            if here in way:
                raise PlanError(f"the parents of {seed} form a circle")
            way.add(here)
            if here not in self.parent:
                raise PlanError("parent was nil but curr is not the root node")
            here = self.parent[here]
        self._rooted |= way

    def _climb(self, seed: str) -> None:
        """Go up to the root; from groups, continue at the boundaries around them."""
        here: str | None = seed
        at_boundary = False
        while here is not None and (here, at_boundary) not in self._been:
            self._been.add((here, at_boundary))
            kind = kind_of(self.nodes[here])
            if at_boundary:
                here, at_boundary = self._boundary(here)
            elif kind in GROUP_TYPES:
                self.reset.add(here)
                at_boundary = True
            elif kind == "Container":
                here = self._seek(here, lambda node_id: kind_of(self.nodes[node_id]) == "Pod")
                descendants(self.nodes, [here], self.deleted)
            else:
                if kind == "Retry" and is_problem(self.nodes[here]):
                    self.reset.add(here)
                here = self.parent.get(here)

    def _boundary(self, here: str) -> tuple[str | None, bool]:
        """Reset the group around `here` and its boundary; returns where and how to continue."""
        above = self.parent.get(here)
        if above is not None and kind_of(self.nodes[above]) == "Retry":
            self.reset.add(above)
            here, above = above, self.parent.get(above)
        if above is not None and kind_of(self.nodes[above]) in ("StepGroup", "TaskGroup"):
            self.reset.add(above)
        boundary = self.nodes[here].get("boundaryID")
        if not boundary:
            return above, False
        found = self._seek(here, lambda node_id: node_id == boundary)
        self.reset.add(found)
        return found, True

    def _seek(self, start: str, wanted: Callable[[str], bool]) -> str:
        """The nearest matching node, from `start` itself upwards."""
        here: str | None = start
        way: set[str] = set()
        while here is not None and here not in way:
            if wanted(here):
                return here
            way.add(here)
            here = self.parent.get(here)
        raise PlanError("was seeking node but ran out of nodes to explore")


def _started_again(node: RawNode, now: str) -> RawNode:
    again = {key: value for key, value in node.items() if key != "message"}
    if node.get("phase") != SKIPPED:
        # A skipped node that ran again would never come to an end.
        again["phase"] = RUNNING
    again["startedAt"] = now
    again["finishedAt"] = None
    if kind_of(node) == "Suspend":
        again = _asking_again(again)
    return again


def _asking_again(node: RawNode) -> RawNode:
    """A suspend node whose supplied outputs have to be supplied again."""
    outputs = node.get("outputs")
    if not isinstance(outputs, dict) or not outputs.get("parameters"):
        return node
    asked = [
        {"name": entry.get("name", ""), "valueFrom": {"supplied": {}}}
        for entry in outputs["parameters"]
        if isinstance(entry, dict)
    ]
    return {**node, "outputs": {**outputs, "parameters": asked}}


def _cut(node: RawNode, gone: Collection[str]) -> RawNode:
    """The node without references to deleted nodes; the same object if it has none."""
    changed = node
    for key in ("children", "outboundNodes"):
        ids = references(node, key)
        left = [one for one in ids if one not in gone]
        if len(left) == len(ids):
            continue
        if changed is node:
            changed = dict(node)
        if left:
            changed[key] = left
        else:
            del changed[key]
    return changed
