"""Steps as people count them, whatever nodes Argo has for them.

A step that is tried again has a node of its own (a Retry) and one for each attempt; whoever retries
the workflow deletes the failed attempts, and the one step runs again (argo.md 5.4). What ran inside
several attempts of a group likewise is one step of the template. Pods are another matter: each
attempt has one. The dialog, its sentence and Why all count here.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from tui.actions.formulate import Formulation
from tui.actions.graph import STEP_TYPES, RawNode, RawNodes, kind_of, name_of_node, references
from tui.domain.attempts import RETRY
from tui.domain.node import SUCCEEDED

_NUMBER = re.compile(r"\([0-9]+\)")


class Counted(NamedTuple):
    """The steps that a retry is about: of each the node that is called like it."""

    again: tuple[RawNode, ...]
    """Those that run again, without exit handlers."""
    kept: tuple[RawNode, ...]
    opened: tuple[RawNode, ...]
    """What is around those that run again."""
    attempts: Mapping[str, str]
    """Attempt of a step that runs again → the Retry that is that step."""


class Steps:
    """Which node stands for the step that a node is, or is an attempt of."""

    def __init__(self, nodes: RawNodes) -> None:
        self._nodes = nodes
        self.attempt_of: dict[str, str] = {
            child: node_id
            for node_id in sorted(nodes)
            if kind_of(nodes[node_id]) == RETRY
            for child in references(nodes[node_id])
            if child in nodes and _is_attempt(nodes[child], nodes[node_id])
        }
        """Attempt → the Retry whose attempt it is."""
        self._known: dict[str, str] = {}
        self._first: dict[tuple[str, str], str] = {}

    def of(self, node_id: str) -> str:
        """The id of the node that stands for its step; its own where it is that."""
        if not self.attempt_of:
            return node_id
        way: list[str] = []
        here = node_id
        while here not in self._known:
            way.append(here)
            self._known[here] = here  # for a circle, and for what is in nothing
            above = self.attempt_of.get(here) or str(self._nodes[here].get("boundaryID") or "")
            if above not in self._nodes:
                break
            here = above
        for each in reversed(way):
            self._known[each] = self._found(each)
        return self._known[node_id]

    def _found(self, node_id: str) -> str:
        """The same of one node, when it is known of what that is in."""
        retry = self.attempt_of.get(node_id)
        if retry is not None:
            return self._known[retry]
        boundary = str(self._nodes[node_id].get("boundaryID") or "")
        outer = self._known.get(boundary, boundary)
        if outer == boundary:
            return node_id
        name = name_of_node(self._nodes[node_id])
        inside = name.removeprefix(name_of_node(self._nodes[boundary]))
        return self._first.setdefault((outer, inside), node_id)

    def among(self, ids: Iterable[str]) -> dict[str, RawNode]:
        """The steps that some nodes are, in the order of their ids: the node that stands for each;
        groups and the containers of pods are none."""
        found = (self.of(one) for one in sorted(ids) if kind_of(self._nodes[one]) in STEP_TYPES)
        return {one: self._nodes[one] for one in found}


def count(nodes: RawNodes, made: Formulation) -> Counted:
    """What a retry does, in steps: what runs again in part is not kept."""
    steps = Steps(nodes)
    again = steps.among(made.restarted)
    kept = steps.among(made.nodes)
    return Counted(
        tuple(again.values()),
        tuple(node for one, node in kept.items() if one not in again),
        tuple(made.nodes[one] for one in sorted(made.reset) if steps.of(one) not in again),
        {one: retry for one, retry in steps.attempt_of.items() if retry in again},
    )


def held(nodes: RawNodes, made: Formulation) -> list[str]:
    """Ids of failed nodes that are kept though nobody took their failure back: no attempts of a
    step that succeeded when it was tried again."""
    steps = Steps(nodes)
    return sorted(one for one in made.held if not _is_forgiven(nodes, steps.attempt_of, one))


def _is_forgiven(nodes: RawNodes, attempt_of: dict[str, str], node_id: str) -> bool:
    retry = attempt_of.get(node_id)
    return retry is not None and nodes[retry].get("phase") == SUCCEEDED


def _is_attempt(node: RawNode, retry: RawNode) -> bool:
    flag = node.get("nodeFlag")
    if isinstance(flag, dict) and flag.get("retried") is True:
        return True
    rest = name_of_node(node).removeprefix(name_of_node(retry))
    return _NUMBER.fullmatch(rest) is not None
