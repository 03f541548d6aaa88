"""Fan-outs: the items of one loop, and the attempts of one retry, put together.

Argo names the items of a step `load(3:c)`, its attempts `load(0)`. Items have no node in common but
the group around them, which has other steps, too; so what stands for a fan-out is made here: a node
with the worst phase of its items, the time from the first beginning to the last end, and what they
asked for. Of a task of a DAG it has the id of Argo's TaskGroup, which has no row of its own.

`grove` is the forest of a version with its fan-outs in it. A version that differs in a few nodes
from the one before shares all that did not change.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from itertools import compress
from operator import is_not, itemgetter
from typing import NamedTuple

import msgspec

from tui.domain.attempts import RETRY, attempts
from tui.domain.branches import TASK_GROUP, Branches, Nodes, NodeTree, all_branches
from tui.domain.node import (
    ERROR,
    FAILED,
    OMITTED,
    PENDING,
    RUNNING,
    SKIPPED,
    SUCCEEDED,
    Node,
    NodeId,
)
from tui.domain.once import once
from tui.domain.order import time_key
from tui.domain.usual import Usual, span_of, usual
from tui.domain.workflow import Workflow

RANK = (ERROR, FAILED, RUNNING, PENDING, "", SUCCEEDED, SKIPPED, OMITTED)
"""Phases in the order of need."""
LEAST = 3
"""Items of a loop that are put together; of fewer each has its row."""
LEAST_ATTEMPTS = 2
MORE = "More"
"""The type of what stands for the items of a fan-out that are not shown."""

_ITEM = re.compile(r"([^(]+)\([0-9]+:.*\)(\.[^()]*)?", re.DOTALL)
"""The name of an item: its step, the item, and a hook of it."""


class Fan(msgspec.Struct, frozen=True, gc=False):
    """What the items of one step, or its attempts, come to."""

    node: Node
    """What stands for them; of attempts their own Retry node."""
    members: tuple[NodeId, ...]
    """In the order of siblings."""
    phases: tuple[tuple[str, int], ...]
    """How many are in each phase, in the order of need."""
    problems: tuple[NodeId, ...]
    """Those that failed."""
    spread: Usual | None
    """How long those took that are over, in seconds; None where none is."""
    hosts: int
    """On how many machines they were."""
    is_retry: bool = False
    by_start: tuple[NodeId, ...] = ()
    """The items that have begun, the first one first; none of attempts."""
    going: int = 0
    """How many are not over."""

    @property
    def key(self) -> NodeId:
        """The id of what stands for them."""
        return self.node.id


class Grove(NamedTuple):
    """A forest with its fan-outs."""

    tree: NodeTree
    """With the items of a fan-out below what stands for them."""
    nodes: Nodes
    """Those of the workflow, and those that stand for fan-outs."""
    fans: dict[NodeId, Fan]
    """By the id of what stands for each."""
    parents: dict[NodeId, NodeId]
    """What each node is right below."""
    fan_of: dict[NodeId, NodeId]
    """The fan-out that a node is an item or attempt of."""


@once
def grove(workflow: Workflow) -> Grove:
    """The forest of this version, and its fan-outs."""
    tree = all_branches(workflow)
    nodes = workflow.nodes
    groups = {
        child: key
        for key, node in nodes.items()
        if node.type == TASK_GROUP
        for child in node.children
    }
    branches = dict(tree.branches)
    standing: Nodes = {}
    fans: dict[NodeId, Fan] = {}
    for parent, keys in tree.branches.items():
        if len(keys) >= LEAST_ATTEMPTS and nodes[parent].type == RETRY:
            tries = [key for key in attempts(nodes, nodes[parent]) if key in nodes]
            if len(tries) >= LEAST_ATTEMPTS:
                fans[parent] = _made(nodes, nodes[parent], tries, is_retry=True)
        if len(keys) >= LEAST:
            _put_together(parent, keys, nodes, groups, branches, fans)
    for key, fan in fans.items():
        if not fan.is_retry:
            standing[key] = fan.node
    parents = {key: parent for parent, keys in branches.items() for key in keys}
    fan_of = {member: key for key, fan in fans.items() for member in fan.members}
    found = NodeTree(tree.roots, branches, tree.lost)
    return Grove(found, {**nodes, **standing}, fans, parents, fan_of)


def keep_grove(workflow: Workflow, before: Workflow) -> None:
    """Take over the forest of the version before, where no node moved in it."""
    old, nodes = grove(before), workflow.nodes
    if len(nodes) != len(before.nodes) or not all(map(str.__eq__, nodes, before.nodes)):
        return
    differs = map(is_not, nodes.values(), before.nodes.values())
    changed = list(compress(nodes, differs))
    if any(_place(nodes[key]) != _place(before.nodes[key]) for key in changed):
        return
    touched = {old.fan_of[key] for key in changed if key in old.fan_of}
    touched.update(key for key in changed if key in old.fans)
    fans, everything = dict(old.fans), dict(old.nodes)
    everything.update((key, nodes[key]) for key in changed)
    for key in touched:
        fan = fans[key]
        node = nodes[key] if fan.is_retry else fan.node
        fans[key] = fresh = _made(
            nodes, node, fan.members, is_retry=fan.is_retry, by_start=fan.by_start
        )  # none began at another time
        if not fan.is_retry:
            everything[key] = fresh.node
    grove.keep(workflow, old._replace(nodes=everything, fans=fans))


def _place(node: Node) -> tuple[object, ...]:
    """All about a node on which its place in the forest depends, and its name."""
    return (
        node.type,
        node.boundary_id,
        node.children,
        node.display_name,
        node.name,
        node.started_at,
        node.type == TASK_GROUP and node.is_problem,
        node.node_flag,
    )


def _put_together(
    parent: NodeId,
    keys: Sequence[NodeId],
    nodes: Nodes,
    groups: Mapping[NodeId, NodeId],
    branches: Branches,
    fans: dict[NodeId, Fan],
) -> None:
    """Put what stands for the items of each step below a node in the place of the first of them."""
    of_step: dict[tuple[str, str], list[NodeId]] = {}
    for key in keys:
        name = nodes[key].display_name
        if name[-1:] != ")" and ")." not in name:
            continue
        found = _ITEM.fullmatch(name)
        if found is not None:
            of_step.setdefault((found[1], found[2] or ""), []).append(key)
    first: dict[NodeId, NodeId] = {}
    gone: set[NodeId] = set()
    taken = set(keys)
    for (name, hook), items in of_step.items():
        if len(items) < LEAST:
            continue
        group = groups.get(items[0]) if not hook else None
        is_free = group not in taken and group not in fans and group not in branches
        key = group if group is not None and is_free else NodeId(f"{parent}\n{name}{hook}")
        fans[key] = _made(nodes, _standing(nodes, key, name + hook, items), items)
        branches[key] = items
        first[items[0]] = key
        gone.update(items[1:])
    if first:
        branches[parent] = [first.get(key, key) for key in keys if key not in gone]


def _standing(nodes: Nodes, key: NodeId, name: str, items: Sequence[NodeId]) -> Node:
    """What stands for items, without what changes with each version."""
    one = nodes[items[0]]
    known = nodes.get(key)
    full = known.name if known is not None else one.name.partition(f"{name}(")[0] + name
    return Node(
        id=key,
        name=full,
        display_name=name,
        type=TASK_GROUP,
        template_name=one.template_name,
        template_ref=one.template_ref,
        boundary_id=one.boundary_id,
        children=tuple(items),
    )


def _made(
    nodes: Nodes,
    node: Node,
    members: Iterable[NodeId],
    *,
    is_retry: bool = False,
    by_start: tuple[NodeId, ...] | None = None,
) -> Fan:
    """`by_start` is the order in which they began, where that is known."""
    keys = tuple(members)
    items = [nodes[key] for key in keys]
    counts = Counter(item.phase for item in items)
    phases = tuple(sorted(counts.items(), key=lambda each: rank(each[0])))
    spans = (
        span_of(item.started_at, item.finished_at) for item in items if item.phase not in NEVER_RAN
    )
    hosts = {item.host_node_name for item in items if item.host_node_name}
    if not is_retry:
        node = _as_of_now(node, items, phases[0][0])
    if by_start is None:
        by_start = () if is_retry else _by_start(nodes, keys)
    return Fan(
        node,
        keys,
        phases,
        tuple(key for key, item in zip(keys, items, strict=True) if item.is_problem),
        usual(span for span in spans if span is not None),
        len(hosts),
        is_retry,
        by_start,
        sum(not item.is_fulfilled for item in items),
    )


def _by_start(nodes: Nodes, keys: Iterable[NodeId]) -> tuple[NodeId, ...]:
    begun = [(time, key) for key in keys if (time := nodes[key].started_at)]
    if all(len(time) == 20 for time, _ in begun):  # as in `_extreme`
        begun.sort(key=itemgetter(0))
    else:
        begun.sort(key=lambda each: time_key(each[0]))
    return tuple(key for _, key in begun)


NEVER_RAN = frozenset({"", PENDING, SKIPPED, OMITTED})


def rank(phase: str) -> int:
    """The place of a phase in the order of need."""
    return RANK.index(phase) if phase in RANK else len(RANK)


def _as_of_now(node: Node, items: Sequence[Node], worst: str) -> Node:
    """What stands for items, as they are in this version."""
    is_over = all(item.is_fulfilled for item in items)
    resources: Counter[str] = Counter()
    for item in items if is_over else ():
        resources.update(item.resources_duration)
    hosts = {item.host_node_name for item in items if item.host_node_name}
    return msgspec.structs.replace(
        node,
        phase=worst,
        started_at=_extreme(min, (item.started_at for item in items)),
        finished_at=_extreme(max, (item.finished_at for item in items)) if is_over else None,
        resources_duration=dict(resources),
        host_node_name=next(iter(hosts)) if len(hosts) == 1 else "",
    )


def _extreme(choose: Callable[..., str], times: Iterable[str | None]) -> str | None:
    """The first or last of some times; None for none."""
    known = [time for time in times if time]
    # As controllers write them, texts sort like times.
    key = None if all(len(time) == 20 for time in known) else time_key
    return choose(known, key=key) if known else None


def above(found: Grove, keys: Iterable[NodeId]) -> set[NodeId]:
    """These nodes, and all that they are below."""
    seen: set[NodeId] = set()
    for key in keys:
        here: NodeId | None = key
        while here is not None and here not in seen:
            seen.add(here)
            here = found.parents.get(here)
    return seen


def more_key(fan: NodeId) -> NodeId:
    """The key of the row that stands for the items of a fan-out that are not shown."""
    return NodeId(f"{fan}\nmore")


def rest_of(found: Grove, fan: Fan, shown: Collection[NodeId]) -> Fan:
    """What those of its items come to that are not among those shown.

    Told by what all come to, as few are shown of many, and an update should not look at each.
    """
    nodes = found.nodes
    own = {key for key in shown if found.fan_of.get(key) == fan.key}
    counts = Counter(dict(fan.phases))
    counts.subtract(nodes[key].phase for key in own)
    phases = tuple((phase, counts[phase]) for phase, _ in fan.phases if counts[phase] > 0)
    going = fan.going - sum(not nodes[key].is_fulfilled for key in own)
    is_over = fan.node.finished_at is not None or not going
    first = next((key for key in fan.by_start if key not in own), None)
    ends = (nodes[key].finished_at for key in fan.members if key not in own)
    node = Node(
        id=more_key(fan.key),
        name=fan.node.name,
        display_name=f"{len(fan.members) - len(own):,} more",
        type=MORE,
        phase=phases[0][0] if phases else "",
        boundary_id=fan.node.boundary_id,
        started_at=nodes[first].started_at if first is not None else None,
        finished_at=_extreme(max, ends) if is_over else None,
    )
    return Fan(node, (), phases, (), None, 0)
