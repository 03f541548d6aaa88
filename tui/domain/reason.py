"""Why a workflow failed or does not get on, in the words of the step it hangs on.

Of most that failed `status.message` is empty or names a child by its id, and of one that waits for
a node or an image it says nothing: the words are those of a step. A list comes with the steps of
each workflow but cannot keep them, so they are looked at once, as far as `Glimpse` goes, while
they are decoded. The same rules choose what a workflow's own screen says first.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from collections.abc import Set as AbstractSet
from typing import Protocol, TypeVar, cast

import msgspec

from tui.domain.attempts import RETRY, superseded
from tui.domain.node import PENDING, PROBLEM_PHASES, RUNNING, NodeFlag, NodeId, Wire
from tui.domain.once import once
from tui.domain.order import item_index
from tui.domain.trouble import trouble_in
from tui.domain.workflow import Workflow

GROUPS = frozenset({"Retry", "StepGroup"})
"""What has its steps as children; everything else has them as their boundary (argo.md 2.3)."""

UNFINISHED = frozenset({RUNNING, PENDING})

BACKOFF = "Backoff for "
"""How the message of a Retry begins that waits before its next attempt (argo.md 1.3)."""

_ROUTINE = frozenset({"PodInitializing", "ContainerCreating"})
"""What a pod that is about to run says: no reason for anything."""

Key = TypeVar("Key", bound=str)

Rank = tuple[str, int, str]
"""What puts siblings in the order of the tree, nearly: start, number of the item, name."""


class Looked(Protocol):
    """What has to be known of a node: a `Glimpse` or a whole `Node`."""

    @property
    def name(self) -> str: ...
    @property
    def display_name(self) -> str: ...
    @property
    def type(self) -> str: ...
    @property
    def phase(self) -> str: ...
    @property
    def message(self) -> str: ...
    @property
    def boundary_id(self) -> str: ...
    @property
    def children(self) -> tuple[str, ...]: ...
    @property
    def started_at(self) -> str | None: ...
    @property
    def finished_at(self) -> str | None: ...
    @property
    def node_flag(self) -> NodeFlag | None: ...


class Glimpse(Wire, frozen=True):
    """A node of a workflow in a list, for as long as it takes to find the reason."""

    name: str = ""
    display_name: str = ""
    type: str = ""
    phase: str = ""
    message: str = ""
    boundary_id: str = msgspec.field(default="", name="boundaryID")
    children: tuple[str, ...] = ()
    started_at: str | None = None
    finished_at: str | None = None
    node_flag: NodeFlag | None = None


def failed(nodes: Mapping[Key, Looked]) -> list[Key]:
    """The keys of the steps that made it fail, the first in time first.

    What failed inside something that succeeded was forgiven, and of several attempts only the last
    one counts.
    """
    problems = {key for key, node in nodes.items() if node.phase in PROBLEM_PHASES}
    if not problems:
        return []
    groups = {c: key for key, node in nodes.items() if node.type in GROUPS for c in node.children}
    gone = superseded(nodes)
    around = {nodes[key].boundary_id for key in problems} | {groups.get(key) for key in problems}
    found: list[tuple[str, list[Rank], Key]] = []
    for key in problems:
        if key in around or _only_groups(nodes[key], problems):
            continue
        way = _way(nodes, groups, gone, key)
        if way is not None:
            found.append((nodes[key].finished_at or "~", way, key))
    return [key for *_, key in sorted(found)]


def _only_groups(node: Looked, problems: AbstractSet[str]) -> bool:
    """Whether it failed because of what it holds together (argo.md 1.5)."""
    return node.type in ("StepGroup", "TaskGroup") and not problems.isdisjoint(node.children)


def _way(
    nodes: Mapping[Key, Looked], groups: Mapping[str, Key], gone: AbstractSet[str], key: Key
) -> list[Rank] | None:
    """What sorts a step as the tree does, outermost first.

    None if its failure was forgiven, or it is in an attempt that was tried again.
    """
    way: list[Rank] = []
    seen: set[str] = set()
    above: str = key
    while above not in seen and (node := nodes.get(cast(Key, above))) is not None:
        seen.add(above)
        if above in gone:
            return None
        if node.phase not in PROBLEM_PHASES and node.phase not in (RUNNING, PENDING, ""):
            return None
        way.append(_rank(node))
        above = groups.get(above) or node.boundary_id
    return way[::-1]


def stuck(nodes: Mapping[Key, Looked]) -> list[Key]:
    """The keys of the steps that cannot begin or that wait to be resumed: what is in trouble comes
    first, else they are in order."""
    # Of many nodes hardly one is stuck, and most are told by their phase alone.
    found = [
        (node.type == "Suspend", not trouble_in(node.message), _rank(node), key)
        for key, node in nodes.items()
        if node.phase in UNFINISHED and _is_stuck(node)
    ]
    return [key for *_, key in sorted(found)]


def _rank(node: Looked) -> Rank:
    return node.started_at or "~", item_index(node.display_name), node.display_name


def _is_stuck(node: Looked) -> bool:
    if node.type == "Suspend":
        return node.phase == RUNNING
    if node.type == RETRY:
        return node.message.startswith(BACKOFF)
    return node.phase == PENDING and bool(node.message) and node.message not in _ROUTINE


def said(node: Looked) -> str:
    """`train(3): OOMKilled (exit code 137)`: a step, and what it says; of a root only that."""
    words = node.message or ("waits to be resumed" if node.type == "Suspend" else node.phase)
    step = node.display_name or node.name
    return words if step == node.name else f"{step}: {words}"


def reasons(nodes: Mapping[Key, Looked], *, is_over: bool) -> Iterator[Key]:
    """The keys of all steps that it hangs on, the most important first."""
    if not is_over:
        yield from stuck(nodes)
    yield from failed(nodes)


@once
def stuck_of(workflow: Workflow) -> tuple[NodeId, ...]:
    """The keys of the steps of a workflow that cannot begin or that wait to be resumed."""
    return tuple(stuck(workflow.nodes))


@once
def failed_of(workflow: Workflow) -> tuple[NodeId, ...]:
    """The keys of the steps that made a workflow fail, the first in time first."""
    return tuple(failed(workflow.nodes))


@once
def reasons_of(workflow: Workflow) -> tuple[NodeId, ...]:
    """The keys of all steps that a workflow hangs on, the most important first."""
    waiting = () if workflow.is_completed else stuck_of(workflow)
    return (*waiting, *failed_of(workflow))


def why(nodes: Mapping[Key, Looked], *, is_over: bool) -> str:
    """In one line what a workflow hangs on; "" if nothing is wrong or nothing is known."""
    key = next(reasons(nodes, is_over=is_over), None)
    return "" if key is None else said(nodes[key])
