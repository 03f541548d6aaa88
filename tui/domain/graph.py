"""The graph of a run: what is drawn as a box, what leads to what, and what is folded into one.

A run's nodes name what comes next (`children`, argo.md 1.5); the steps that have no node yet are
those of `upcoming`. Groups of steps and of items are no boxes: a line leads past them, or several
meet in one (`JOIN`). So every edge is an edge of the object, or a way of it past what is no box.

The items of a loop, the attempts of a step and the containers of a pod are one box with counts; so
is what is inside a DAG or Steps that is folded. A step that failed stays a box of its own whatever
is folded around it: the rest of its fellows is beside it. Of very many that failed the first have
boxes, and the others one box together in which nothing else is.

Where only some steps are looked for, those and what they are part of are boxes, and lines lead past
all others.
"""

from __future__ import annotations

import re
from collections import Counter, deque
from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from itertools import pairwise
from typing import NamedTuple

import msgspec

from tui.domain.artifact import artifacts_of
from tui.domain.attempts import RETRY, Superseded, attempts, is_hook, superseded_of
from tui.domain.branches import BOUNDARIES, TASK_GROUP
from tui.domain.fans import RANK
from tui.domain.node import OMITTED, PROBLEM_PHASES, SKIPPED, Node, NodeId
from tui.domain.once import once
from tui.domain.order import natural
from tui.domain.podname import node_id
from tui.domain.upcoming import coming_of
from tui.domain.why import slow
from tui.domain.workflow import Workflow

Key = str
"""Of a box: the id of a node, or a text that is no id."""

STEP, GROUP, JOIN, ARTIFACT = "step", "group", "join", "artifact"
"""What a box is: one step, several, a point where lines meet, or a file."""
ITEMS, ATTEMPTS, SET, INSIDE, ALIKE = "items", "attempts", "containers", "inside", "alike"
"""What a group has: items of a loop, attempts of a step, containers of a pod, what is inside a DAG
or Steps, or tasks of one template between the same others."""

MOST_FAILED = 20
"""Steps that failed in one folded group and have boxes of their own."""
MANY_ALIKE = 10
"""From how many on tasks that are no loop, but alike, are one box."""
MOST_LED = 300_000
"""Steps that are looked for, times lines between others, up to which lines lead past those."""
MOST_OPEN = 400
"""Boxes up to which what is inside a DAG or Steps is open at first."""

_ITEM = re.compile(r"([^()]*)\(\d+:")
"""The beginning of an item's name, less that of what it is part of."""
_LEADING = re.compile(r"(\[\d+\])?\.?")
_GROUPS = frozenset({"StepGroup", TASK_GROUP})


class Box(msgspec.Struct, frozen=True, gc=False):
    """One box, or a point."""

    key: Key
    kind: str
    label: str
    """Not cleaned yet."""
    node: Node | None = None
    """The node whose state it shows."""
    step: NodeId | None = None
    """The node that is meant by it; None where there is none, as of a step to come."""
    phase: str = ""
    counts: tuple[tuple[str, int], ...] = ()
    """Of a group: how many of each phase, in the order of need; "" are those to come."""
    total: int | None = 1
    """How many it stands for; None where nobody knows yet."""
    tries: int = 1
    """Attempts of a step that is tried again, while they are one box."""
    group: Key = ""
    """What is folded or unfolded here; "" for nothing."""
    has: str = ""
    """What that group has."""
    is_folded: bool = False
    is_coming: bool = False
    """Whether it has not begun, and has no node yet."""
    is_never: bool = False
    """Whether it will not come any more: what it is part of is over."""
    is_critical: bool = False
    """Whether the critical path leads through it."""
    is_past: bool = False
    """Whether it is an attempt that was tried again, or ran in one."""
    condition: str = ""
    """What has to hold for a step to come, as its template says it."""

    @property
    def is_problem(self) -> bool:
        """Whether it failed, or something did that it stands for."""
        return self.phase in PROBLEM_PHASES and not self.is_past


class Graph(NamedTuple):
    """What is drawn."""

    boxes: dict[Key, Box]
    edges: dict[Key, tuple[Key, ...]]
    """Box → those that come after it, each once, in the order in which they are drawn."""
    place: dict[Key, Key]
    """Node → the box that it is, or is in."""
    critical: frozenset[tuple[Key, Key]]
    """The edges of the critical path."""


class Groups(NamedTuple):
    """What can be folded."""

    kinds: dict[Key, str]
    """Group → what it has."""
    parents: dict[Key, Key]
    """Node or group → the group that it is in."""
    order: tuple[Key, ...]
    """All nodes and groups, each after the group that it is in."""
    labels: dict[Key, str]
    """Of groups that no node stands for."""


@once
def nodes_of(workflow: Workflow) -> dict[NodeId, Node]:
    """All nodes of a version, those included that are still to come."""
    coming = coming_of(workflow).nodes
    return {**workflow.nodes, **coming} if coming else workflow.nodes


@once
def groups_of(workflow: Workflow) -> Groups:
    """What can be folded in a version."""
    return _Grouping(workflow).groups()


class _Grouping:
    """Finding the groups."""

    def __init__(self, workflow: Workflow) -> None:
        self._workflow = workflow
        self._nodes = nodes_of(workflow)
        self._kinds: dict[Key, str] = {}
        self._parents: dict[Key, Key] = {}
        self._labels: dict[Key, str] = {}

    def groups(self) -> Groups:
        nodes, parents = self._nodes, self._parents
        retried = {
            attempt: key
            for key, node in nodes.items()
            if node.type == RETRY
            for attempt in attempts(nodes, node)
        }
        loops = {node.name: key for key, node in nodes.items() if node.type == TASK_GROUP}
        items: dict[str, list[NodeId]] = {}
        for key, node in nodes.items():
            if (retry := retried.get(key)) is not None:
                parents[key] = retry
                continue
            inside = nodes.get(node.boundary_id)
            if inside is None or node.boundary_id == key:
                continue
            parents[key] = node.boundary_id
            if (base := _base(node, inside)) and node.type != TASK_GROUP:
                if base in loops:
                    parents[key] = loops[base]
                else:
                    items.setdefault(base, []).append(key)
        for base, keys in items.items():
            if sum(not is_hook(nodes[key]) for key in keys) > 1:
                self._add(base, keys, ITEMS)
        self._alike()
        for child, parent in parents.items():
            if parent not in self._kinds:
                self._kinds[parent] = _kind(nodes[NodeId(parent)], nodes.get(NodeId(child)))
        return Groups(self._kinds, parents, self._in_order(), self._labels)

    def _add(self, name: str, keys: Sequence[NodeId], kind: str) -> None:
        """A group that no node stands for."""
        # Others may share the beginning of their names, but no step is in two groups.
        first = min(self._nodes[key].name for key in keys) if kind == ALIKE else name
        group = f"{kind} {node_id(self._workflow.metadata.name, first)}"
        parent = self._parents[keys[0]]
        whole = self._nodes[NodeId(parent)].name if NodeId(parent) in self._nodes else ""
        self._labels[group] = _LEADING.sub("", name.removeprefix(whole), count=1) or name
        self._kinds[group], self._parents[group] = kind, parent
        for key in keys:
            self._parents[key] = group

    def _alike(self) -> None:
        """Tasks that are no loop, but as many and as alike as the items of one."""
        before = _before(self._nodes, coming_of(self._workflow).edges)
        after = coming_of(self._workflow).edges
        same: dict[object, list[NodeId]] = {}
        for key, node in self._nodes.items():
            parent = self._parents.get(key, "")
            inside = self._nodes.get(NodeId(parent))
            if inside is None or inside.type not in BOUNDARIES:
                continue
            if node.type in _GROUPS or node.type in BOUNDARIES or node.type in (RETRY, "Container"):
                continue
            follows = frozenset((*node.children, *after.get(key, ())))
            template = (node.template_name, node.template_ref)
            alike = (parent, template, frozenset(before.get(key, ())), follows)
            same.setdefault(alike, []).append(key)
        for keys in same.values():
            if len(keys) >= MANY_ALIKE:
                names = [self._nodes[key].name for key in keys]
                self._add(_shared(names), keys, ALIKE)
                self._labels[self._parents[keys[0]]] += "*"

    def _in_order(self) -> tuple[Key, ...]:
        """Parents first; a circle, which no controller writes, is cut where it is found."""
        found: dict[Key, None] = {}
        parents = self._parents
        for key in [*self._nodes, *self._labels]:
            way: list[Key] = []
            on_way: set[Key] = set()
            at: Key | None = key
            while at is not None and at not in found:
                if at in on_way:
                    parents.pop(way[-1], None)
                    break
                way.append(at)
                on_way.add(at)
                at = parents.get(at)
            found.update(dict.fromkeys(reversed(way)))
        return tuple(found)


def _shared(names: Sequence[str]) -> str:
    """What all of them begin with."""
    first, last = min(names), max(names)
    same = (at for at, (a, b) in enumerate(zip(first, last, strict=False)) if a != b)
    return first[: next(same, min(len(first), len(last)))]


def _base(node: Node, inside: Node) -> str:
    """The name of the step or task that a node is an item of; "" for none."""
    if "(" not in node.name or not node.name.startswith(inside.name):
        return ""
    found = _ITEM.match(node.name, len(inside.name))
    return f"{inside.name}{found[1]}" if found is not None else ""


def _kind(parent: Node, child: Node | None) -> str:
    if parent.type == RETRY:
        return ATTEMPTS
    if parent.type == TASK_GROUP:
        return ITEMS
    return SET if child is not None and child.type == "Container" else INSIDE


def _before(
    nodes: Mapping[NodeId, Node], more: Mapping[NodeId, list[NodeId]]
) -> dict[NodeId, list[NodeId]]:
    found: dict[NodeId, list[NodeId]] = {}
    for key, node in nodes.items():
        for child in (*node.children, *more.get(key, ())):
            found.setdefault(child, []).append(key)
    return found


def folded_at_first(workflow: Workflow) -> frozenset[Key]:
    """What is folded until somebody says otherwise.

    All groups but what is inside a DAG or Steps; of that the innermost, if there are very many
    boxes else.
    """
    groups = groups_of(workflow)
    kinds, parents = groups.kinds, groups.parents
    shut = {group for group, kind in kinds.items() if kind != INSIDE}
    depth: dict[Key, int] = {}
    hidden: set[Key] = set()
    boxes: Counter[int] = Counter()
    for key in groups.order:
        parent = parents.get(key)
        depth[key] = 0 if parent is None else depth[parent] + (kinds[parent] == INSIDE)
        if parent is not None and (parent in shut or parent in hidden):
            hidden.add(key)
        else:
            boxes[depth[key]] += 1
    left, deepest = MOST_OPEN - boxes[0], 1
    while boxes[deepest] and (left := left - boxes[deepest]) >= 0:
        deepest += 1
    deepest = max(deepest, 2)
    shut |= {g for g, kind in kinds.items() if kind == INSIDE and depth[g] + 1 >= deepest}
    return frozenset(shut)


def kept_with(workflow: Workflow, found: Iterable[Key]) -> frozenset[Key]:
    """Some steps, and all that they are part of."""
    parents = groups_of(workflow).parents
    kept: set[Key] = set()
    for key in found:
        at: Key | None = key
        while at is not None and at not in kept:
            kept.add(at)
            at = parents.get(at)
    return frozenset(kept)


def folded_for(workflow: Workflow, found: AbstractSet[Key]) -> frozenset[Key]:
    """What is folded while only these steps are shown, until somebody says otherwise.

    As at first, but for groups of which they are a few, and for DAGs and Steps as long as there are
    not too many boxes.
    """
    kinds, parents = groups_of(workflow).kinds, groups_of(workflow).parents
    of_all = Counter(parents.values())
    of_found = Counter(parents[key] for key in found if key in parents)
    is_much = len(kept_with(workflow, found)) > MOST_OPEN

    def opens(group: Key) -> bool:
        if kinds[group] == INSIDE:
            return not is_much
        few = 0 < of_found[group] <= MOST_FAILED and of_found[group] < of_all[group]
        return few and kinds[group] != ATTEMPTS

    return frozenset(group for group in folded_at_first(workflow) if not opens(group))


def graph_of(
    workflow: Workflow,
    now: float,
    *,
    folded: AbstractSet[Key] = frozenset(),
    shows_skipped: bool = True,
    shows_artifacts: bool = False,
    kept: AbstractSet[Key] | None = None,
) -> Graph:
    """The graph with these groups folded; `now`, in seconds since 1970, ends what still runs.

    With `kept` (`kept_with`) only those are boxes, or in one.
    """
    return _Drawing(workflow, now, folded, shows_skipped, kept).graph(shows_artifacts)


class _Drawing:
    """One graph in the making."""

    def __init__(
        self,
        workflow: Workflow,
        now: float,
        folded: AbstractSet[Key],
        shows_skipped: bool,
        kept: AbstractSet[Key] | None,
    ) -> None:
        self._workflow = workflow
        self._kept = kept
        self._now = now
        self._folded = folded
        self._shows_skipped = shows_skipped
        self._nodes = nodes_of(workflow)
        self._coming = coming_of(workflow)
        self._groups = groups_of(workflow)
        self._superseded = Superseded(workflow.nodes, superseded_of(workflow))
        self._shut: dict[Key, Key] = {}
        """Node or group → the outermost folded group that it is in, or is."""
        self._stuck: dict[Key, Key] = {}
        """What failed in a folded group, and is a box of its own → the key of that box."""
        self._together: dict[Key, list[Key]] = {}
        """Box of several that failed → those."""
        self._place: dict[Key, Key] = {}
        self._after: dict[Key, dict[Key, None]] = {}
        self._ahead: dict[Key, dict[Key, None]] = {}
        self._hidden: set[Key] = set()

    def graph(self, shows_artifacts: bool) -> Graph:
        self._find_places()
        self._connect()
        self._join()
        legs = slow.path(self._workflow, self._now)
        way = [self._place[leg.node.id] for leg in legs if leg.node.id in self._place]
        boxes = self._boxes(frozenset(way))
        if shows_artifacts:
            self._put_artifacts(boxes)
        edges = {
            key: tuple(sorted((k for k in after if k in boxes), key=lambda k: _rank(boxes[k])))
            for key, after in self._after.items()
            if key in boxes and after
        }
        boxes = {box.key: box for box in sorted(boxes.values(), key=_rank)}
        return Graph(boxes, edges, self._place, self._critical(way, boxes))

    # --- who is where ------------------------------------------------------------------------

    def _find_places(self) -> None:
        parents, folded, shut = self._groups.parents, self._folded, self._shut
        for key in self._groups.order:
            outer = shut.get(parents.get(key, ""))
            if outer is not None:
                shut[key] = outer
            elif key in folded and key in self._groups.kinds:
                shut[key] = key
        self._stick_out()
        unit: dict[Key, Key] = {}
        for key in self._groups.order:
            above = unit.get(parents.get(key, "")) or self._stuck.get(key)
            if above is not None:
                unit[key] = above
            # What no node stands for is nowhere while it is open: its steps are.
            if above is not None or key in shut or key in self._nodes:
                self._place[key] = above or shut.get(key) or key

    def _stick_out(self) -> None:
        """Find what failed in folded groups."""
        parents, nodes = self._groups.parents, self._nodes
        failed = [
            key
            for key in self._groups.order
            if (node := nodes.get(NodeId(key))) is not None
            and node.is_problem
            and key not in self._superseded
            and self._is_kept(key)
        ]
        whole: set[Key] = set()
        for key in failed:
            above = parents.get(key)
            while above is not None and above not in whole:
                whole.add(above)
                above = parents.get(above)
        several: dict[Key, list[Key]] = {}
        for key in failed:
            group = self._shut.get(key)
            if group is None or key in whole:
                continue  # what failed in it says so
            unit = self._whole_step(key, group)
            node = nodes.get(NodeId(unit))
            # A step that is going to be tried again has not failed yet.
            if unit != group and not (unit != key and node is not None and _goes_on(node)):
                several.setdefault(group, []).append(unit)
        for group, units in several.items():
            units = sorted(dict.fromkeys(units), key=lambda unit: natural(self._label(unit)))
            own = units if len(units) <= MOST_FAILED + 1 else units[:MOST_FAILED]
            self._stuck.update({unit: unit for unit in own})
            if len(own) < len(units):
                together = f"failed {group}"
                self._together[together] = units[len(own) :]
                self._stuck.update(dict.fromkeys(self._together[together], together))

    def _is_kept(self, key: Key) -> bool:
        return self._kept is None or key in self._kept

    def _whole_step(self, key: Key, group: Key) -> Key:
        """What failed, with its other attempts and containers, as far as they say that it did; at
        most the group that it is in."""
        kinds, parents = self._groups.kinds, self._groups.parents
        while key != group and (above := parents.get(key)) is not None:
            node = self._nodes.get(NodeId(above))
            says_so = node is not None and (node.is_problem or _goes_on(node))
            if kinds[above] not in (ATTEMPTS, SET) or not says_so:
                break
            key = above
        return key

    def _label(self, key: Key) -> str:
        node = self._nodes.get(NodeId(key))
        return self._groups.labels.get(key, key) if node is None else node.title or key

    # --- what leads where --------------------------------------------------------------------

    def _connect(self) -> None:
        place, more, nodes = self._place, self._coming.edges, self._nodes
        own = {self._stuck[unit]: self._shut[unit] for unit in self._stuck}
        entered: dict[Key, list[Key]] = {}
        loops: dict[Key, set[Key]] = {group: set() for group in own.values()}
        """Group with something that failed → what leads to the node that stands for it."""
        for key, node in nodes.items():
            here = place[key]
            for child in (*node.children, *more.get(key, ())):
                there = place.get(child)
                if there is None or there == here or own.get(here) == there:
                    continue
                if own.get(there) == here == key and self._groups.kinds[here] == ITEMS:
                    entered.setdefault(here, []).append(there)
                    continue
                if child in loops:
                    loops[child].add(here)
                self._lead(here, there)
        # What failed stands beside its fellows, and is reached as they are.
        for group, units in entered.items():
            for unit in dict.fromkeys(units):
                for before in sorted(loops[group]):
                    if before != unit:
                        self._lead(before, unit)
        for key, node in nodes.items():
            if place[key] == key and self._is_hidden(node):
                self._hidden.add(key)
        if self._kept is not None:
            for box in set(place.values()):
                if not any(map(self._is_kept, self._together.get(box, (box,)))):
                    self._hidden.add(box)

    def _lead(self, before: Key, after: Key) -> None:
        self._after.setdefault(before, {})[after] = None
        self._ahead.setdefault(after, {})[before] = None

    def _is_hidden(self, node: Node) -> bool:
        if not self._is_kept(node.id):
            return True
        if node.id in self._shut:
            return False  # others may be in that box
        if node.type in _GROUPS:
            # One that failed by itself has nothing in it to say why.
            return not node.is_problem or any(
                child in self._nodes and self._nodes[child].is_problem for child in node.children
            )
        return not self._shows_skipped and never_ran(node)

    def _join(self) -> None:
        """Lead past what is no box; where several lead to several, they meet in a point."""
        after, ahead = self._after, self._ahead
        gone: set[Key] = set()
        waiting = deque(self._hidden)
        while waiting:
            key = waiting.popleft()
            befores, afters = ahead.get(key, {}), after.get(key, {})
            if key in gone or (len(befores) > 1 and len(afters) > 1):
                continue
            gone.add(key)
            self._unlink(key)
            for before in befores:
                for each in afters:
                    if before != each:
                        self._lead(before, each)
            # Of two points that meet, one may be none any more.
            waiting += [k for k in (*befores, *afters) if k in self._hidden and k not in gone]
        left = self._hidden - gone
        lines = sum(len(after.get(key, ())) for key in left)
        if self._kept is not None and 0 < lines * len(self._kept) <= MOST_LED:
            self._lead_past(left)
            gone |= left
        self._hidden -= gone
        self._place = {key: place for key, place in self._place.items() if place not in gone}

    def _unlink(self, key: Key) -> None:
        for each in self._ahead.pop(key, {}):
            self._after[each].pop(key, None)
        for each in self._after.pop(key, {}):
            self._ahead[each].pop(key, None)

    def _lead_past(self, points: AbstractSet[Key]) -> None:
        """Past all of these at once: what nobody looks for is not even a point."""
        befores = {before for key in points for before in self._ahead.get(key, ())} - points
        found: list[tuple[Key, Key]] = []
        for before in sorted(befores):
            seen: set[Key] = set()
            waiting = [key for key in self._after[before] if key in points]
            while waiting:
                at = waiting.pop()
                if at in seen:
                    continue
                seen.add(at)
                for each in self._after.get(at, ()):
                    if each in points:
                        waiting.append(each)
                    elif each != before:
                        found.append((before, each))
        for key in sorted(points):
            self._unlink(key)
        for before, after in found:
            self._lead(before, after)

    # --- boxes -------------------------------------------------------------------------------

    def _boxes(self, critical: frozenset[Key]) -> dict[Key, Box]:
        counts, totals = self._counted()
        boxes: dict[Key, Box] = {}
        for key in dict.fromkeys(self._place.values()):
            if key in self._hidden:
                boxes[key] = Box(key, JOIN, "")
            elif key in self._together:
                units = self._together[key]
                phases = Counter(self._phase(unit) for unit in units)
                boxes[key] = Box(
                    key,
                    GROUP,
                    f"{len(units):,} more failed",
                    step=next((NodeId(u) for u in units if NodeId(u) in self._nodes), None),
                    phase=_worst(phases),
                    counts=_ranked(phases),
                    total=len(units),
                    group=self._shut[units[0]],
                    has=self._groups.kinds[self._shut[units[0]]],
                    is_folded=True,
                    is_critical=key in critical,
                )
            else:
                boxes[key] = self._box(key, counts.get(key), totals.get(key), key in critical)
        return boxes

    def _phase(self, key: Key) -> str:
        node = self._nodes.get(NodeId(key))
        return node.phase if node is not None else ""

    def _box(
        self, key: Key, counts: Counter[str] | None, total: int | None, is_critical: bool
    ) -> Box:
        kinds, node = self._groups.kinds, self._nodes.get(NodeId(key))
        is_shut = self._shut.get(key) == key
        group = key if key in kinds and (is_shut or key not in self._stuck) else ""
        if not group:
            group = self._shut.get(key) or self._groups.parents.get(key, "")
        tries = 1
        if node is not None and node.type == RETRY and (is_shut or key in self._stuck):
            # However often it was tried, it is one step.
            tries, counts, total = len(attempts(self._nodes, node)), None, None
        is_many = (is_shut and counts is not None) or (
            node is not None and node.id in self._coming.counts
        )
        is_coming = node is not None and node.id in self._coming.nodes
        phase = _worst(counts or Counter()) if node is None else node.phase
        known = self._coming.counts
        return Box(
            key,
            GROUP if is_many else STEP,
            self._label(key),
            node=node,
            step=None if is_coming else self._meant(key, node),
            phase=phase,
            counts=_ranked(counts) if counts and is_shut else (),
            total=known[node.id] if node is not None and node.id in known else total or 1,
            tries=tries,
            group=group,
            has=kinds.get(group, ""),
            is_folded=is_shut or key in self._stuck,
            is_coming=is_coming,
            is_never=node is not None and node.id in self._coming.never,
            is_critical=is_critical,
            is_past=key in self._superseded,
            condition=self._coming.conditions.get(node.id, "") if node is not None else "",
        )

    def _meant(self, key: Key, node: Node | None) -> NodeId | None:
        """The node that a box means: of several attempts the last; of items what holds them."""
        if node is None:
            inside = next((k for k, p in self._groups.parents.items() if p == key), "")
            first = NodeId(inside)
            return next((k for k, n in self._nodes.items() if first in n.children), None)
        if node.type == RETRY and (self._shut.get(key) == key or key in self._stuck):
            last = attempts(self._nodes, node)[-1:]
            if last and self._nodes[last[0]].type not in BOUNDARIES:
                return last[0]
        return node.id

    def _counted(self) -> tuple[dict[Key, Counter[str]], dict[Key, int]]:
        """What each folded group has, those that stick out of it too; and how many."""
        counts: dict[Key, Counter[str]] = {}
        totals: dict[Key, int] = {}
        kinds, parents = self._groups.kinds, self._groups.parents
        # Of a group that is looked for itself everything counts.
        partly = {self._shut[key] for key in self._kept or () if self._shut.get(key, key) != key}
        for key, node in self._nodes.items():
            group = self._shut.get(key)
            if group is None or group == key or (group in partly and not self._is_kept(key)):
                continue
            if kinds[group] == INSIDE:
                if node.type in _GROUPS or node.type in BOUNDARIES or node.type == "Container":
                    continue
                if node.type == RETRY and node.children:
                    continue
                if key in self._superseded:
                    continue
            elif parents.get(key) != group or is_hook(node):
                continue
            many = self._coming.counts.get(key, 1) or 1
            counts.setdefault(group, Counter())[node.phase] += many
            totals[group] = totals.get(group, 0) + many
        return counts, totals

    # --- besides -----------------------------------------------------------------------------

    def _critical(self, way: Sequence[Key], boxes: Mapping[Key, Box]) -> frozenset[tuple[Key, Key]]:
        found: set[tuple[Key, Key]] = set()
        for before, after in pairwise(way):
            if after in self._after.get(before, ()):
                found.add((before, after))
                continue
            for join in self._after.get(before, ()):
                if boxes[join].kind == JOIN and after in self._after.get(join, ()):
                    found |= {(before, join), (join, after)}
        return frozenset(found)

    def _put_artifacts(self, boxes: dict[Key, Box]) -> None:
        """Files that steps put out, and those that they read and nobody here put out."""
        made: dict[str, Key] = {}
        keys: dict[Key, tuple[str, set[str]]] = {}
        reads: list[tuple[Key, str, str]] = []
        for node in self._workflow.nodes.values():
            here = self._place.get(node.id)
            if here is None or here in self._hidden or node.type in BOUNDARIES:
                continue
            for each in artifacts_of(self._workflow, node):
                what = each.key or f"{each.name} of {node.id}"
                if each.direction == "in":
                    reads.append((here, each.name, what))
                elif not each.is_log:
                    box = f"artifact {each.name} of {here}"
                    made.setdefault(what, box)
                    keys.setdefault(box, (each.name, set()))[1].add(what)
                    if made[what] == box:
                        self._lead(here, box)
        for here, name, what in reads:
            if what not in made:
                made[what] = f"artifact {name} for {here}"
            box = made[what]
            keys.setdefault(box, (name, set()))[1].add(what)
            if box not in self._after.get(here, ()):
                self._lead(box, here)
        for box, (name, files) in keys.items():
            if self._after.get(box) or self._ahead.get(box):
                boxes[box] = Box(box, ARTIFACT, name, total=len(files))


def never_ran(node: Node) -> bool:
    """Whether a step was skipped or omitted, or its outputs were taken from a cache."""
    return node.phase in (SKIPPED, OMITTED) or node.is_from_cache


def _goes_on(node: Node) -> bool:
    return node.type == RETRY and not node.is_fulfilled


def _worst(counts: Mapping[str, int]) -> str:
    return min((p for p in counts if counts[p]), key=_need, default="")


def _need(phase: str) -> int:
    return RANK.index(phase) if phase in RANK else len(RANK)


def _ranked(counts: Mapping[str, int]) -> tuple[tuple[str, int], ...]:
    return tuple((phase, counts[phase]) for phase in sorted(counts, key=_need) if counts[phase])


def _rank(box: Box) -> tuple[object, ...]:
    """What stands above what, as long as nothing leads elsewhere: always the same."""
    kinds = (STEP, GROUP, JOIN, ARTIFACT)
    is_handler = box.label.endswith(".onExit")
    return (is_handler, kinds.index(box.kind) > 1, natural(box.label.casefold()), box.key)


def ways_to(ahead: Mapping[Key, Iterable[Key]], key: Key) -> set[Key]:
    """Every box on a way to a box, itself too; `ahead` tells what leads to each."""
    seen = {key}
    waiting = [key]
    while waiting:
        for before in ahead.get(waiting.pop(), ()):
            if before not in seen:
                seen.add(before)
                waiting.append(before)
    return seen
