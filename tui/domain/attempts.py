"""Attempts of a step that is tried again: which of them counts (argo.md 1.6).

A Retry node has one child an attempt, and its hooks beside them. Only the last attempt counts: an
earlier one, and everything that ran inside it, is no problem of the workflow, and nobody means its
log who asks for that of the step.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from typing import Protocol, TypeVar, cast

from tui.domain.node import NodeFlag, NodeId
from tui.domain.once import once
from tui.domain.workflow import Workflow

RETRY = "Retry"

_NUMBER = re.compile(r"\((\d+)\)$")


class Named(Protocol):
    """What has to be known of a node."""

    @property
    def name(self) -> str: ...
    @property
    def type(self) -> str: ...
    @property
    def boundary_id(self) -> str: ...
    @property
    def children(self) -> tuple[str, ...]: ...
    @property
    def node_flag(self) -> NodeFlag | None: ...


Key = TypeVar("Key", bound=str)


def is_hook(node: Named) -> bool:
    """Whether it is a hook or an exit handler; old versions show that by the name alone."""
    if node.node_flag is not None and node.node_flag.hooked:
        return True
    return node.name.endswith(".onExit") or ".hooks." in node.name.rpartition(")")[2]


def attempts(nodes: Mapping[Key, Named], retry: Named) -> list[Key]:
    """The existing attempts of a Retry node, in order, without its hooks."""
    found: list[tuple[int, Key]] = []
    for child in retry.children:
        node = nodes.get(cast(Key, child))
        if node is None or is_hook(node):
            continue
        number = _NUMBER.search(node.name)
        found.append((int(number[1]) if number else -1, cast(Key, child)))
    return [key for _, key in sorted(found, key=lambda each: each[0])]


def superseded(nodes: Mapping[Key, Named]) -> frozenset[Key]:
    """The attempts that a later attempt has replaced."""
    return frozenset(
        key
        for node in nodes.values()
        if node.type == RETRY and len(node.children) > 1
        for key in attempts(nodes, node)[:-1]
    )


@once
def superseded_of(workflow: Workflow) -> frozenset[NodeId]:
    """The attempts of a workflow that a later attempt has replaced."""
    return superseded(workflow.nodes)


class Superseded:
    """Whether a node is an attempt that was tried again, or ran inside one."""

    def __init__(
        self, nodes: Mapping[Key, Named], attempts: AbstractSet[str] | None = None
    ) -> None:
        """`attempts` are the superseded ones, where they are known."""
        self._nodes = cast(Mapping[str, Named], nodes)
        self.attempts = superseded(self._nodes) if attempts is None else attempts
        self._known: dict[str, bool] = {"": False}

    def __contains__(self, key: str) -> bool:
        if not self.attempts:
            return False
        if key in self.attempts:
            return True
        node = self._nodes.get(key)
        return node is not None and self._is_inside(node.boundary_id)

    def _is_inside(self, boundary: str) -> bool:
        """The same of a boundary; each is looked at once."""
        way: list[str] = []
        seen: set[str] = set()
        found = False
        while boundary not in seen:
            if boundary in self._known:
                found = self._known[boundary]
                break
            if boundary in self.attempts:
                found = True
                break
            node = self._nodes.get(boundary)
            if node is None:
                break
            seen.add(boundary)
            way.append(boundary)
            boundary = node.boundary_id
        self._known.update(dict.fromkeys(way, found))
        return found
