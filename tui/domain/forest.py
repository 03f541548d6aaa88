"""The rows of a workflow's step tree, as a screen shows them (argo.md 2.3 to 2.5).

Argo's tree, with every node in it: containers under their pod, hooks of the workflow as trees of
their own, and what has no place at the end. With `Folds` its fan-outs are put together
(`domain.fans`): of each the problems are shown, and a window of the rest.

`ForestView` keeps the shape between two versions of a workflow: when only phases, times and
messages changed, and mostly nothing else does, the rows that changed are replaced and all others
stay the very same objects.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from datetime import datetime
from itertools import compress, repeat
from operator import is_not
from typing import Any, NamedTuple

import msgspec

from tui.domain.attempts import RETRY, superseded_of
from tui.domain.branches import GROUPS, TASK_GROUP, all_branches
from tui.domain.durations import seconds_between
from tui.domain.fans import MORE, Fan, Grove, above, grove, more_key, rank, rest_of
from tui.domain.guides import Prefix, child_prefixes
from tui.domain.node import (
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
from tui.domain.order import natural, time_key
from tui.domain.reason import failed_of
from tui.domain.workflow import Workflow

ORDERS: Mapping[str, str] = {
    "started": "time",
    "duration": "duration",
    "name": "name",
    "phase": "status",
}
"""What siblings can be sorted by besides Argo's own order, and what people call it."""
SHAPED = ("started", "name")
"""Those that stay as long as the shape of the tree does."""
FIRST = 20
"""Items of a fan-out that failed and are shown though nobody opened it."""


class SiblingOrder(NamedTuple):
    """How the steps below one and the same are sorted."""

    by: str
    """One of `ORDERS`."""
    descending: bool
    now: datetime
    """As of when: what runs has no end yet."""

    def sorted(self, nodes: Mapping[NodeId, Node], keys: Sequence[NodeId]) -> Sequence[NodeId]:
        """Siblings in this order; what has nothing to sort by stands last either way."""
        known = [(self._key(nodes[key]), key) for key in keys]
        has = [each for each in known if each[0] is not None]
        has.sort(key=lambda each: each[0], reverse=self.descending)
        return [*(key for _, key in has), *(key for value, key in known if value is None)]

    def _key(self, node: Node) -> Any:
        match self.by:
            case "name":
                return natural(node.title.casefold())
            case "started":
                return time_key(node.started_at) or None
            case "duration":
                return seconds_between(node.started_at, node.finished_at, self.now)
            case _:
                return rank(node.phase)


WIDEST_GUIDE = 80
"""Maximum cells of a guide; a longer one, in a very deep tree, keeps only its end."""

CUT = "⋯ "

Siblings = Iterator[tuple[NodeId, Prefix]]
"""The nodes of one parent, each with the prefix of its line."""


class Folds(NamedTuple):
    """What of the fan-outs is shown."""

    opened: frozenset[tuple[NodeId, int]] = frozenset()
    """Those that somebody opened, each with how many of its items are shown."""
    pinned: frozenset[NodeId] = frozenset()
    """Items that are shown whatever else is."""
    is_all_open: bool = False
    """Whether no fan-out folds by itself, and all of its items are shown."""


class TreeRow(msgspec.Struct, frozen=True, gc=False):
    """One visible row of the tree."""

    key: NodeId
    guide: str
    """Box lines before the icon; `guides.ascii_guide` turns them into ASCII."""
    node: Node
    label: str
    """The title of the node, not cleaned yet."""
    depth: int
    """Number of visible ancestors."""
    has_children: bool = False
    """Whether it has children, visible or folded."""
    is_folded: bool = False
    hidden_below: int = 0
    """Number of rows that are folded here."""
    left_out: int = 0
    """Number of steps right below it that are not shown though nothing is folded: omitted ones, and
    skipped ones where those are hidden."""
    is_lost: bool = False
    """Whether its parent could not be found, so that it is at the end."""
    fan: Fan | None = None
    """What the items below it come to, or those that are not shown."""

    @property
    def is_more(self) -> bool:
        """Whether it stands for items that are not shown."""
        return self.fan is not None and self.node.type == MORE

    @property
    def is_made_up(self) -> bool:
        """Whether it stands for several steps, and no node of the workflow does."""
        return self.fan is not None and not self.fan.is_retry


def rows(
    workflow: Workflow,
    *,
    folded: AbstractSet[NodeId] = frozenset(),
    show_containers: bool = True,
    show_skipped: bool = True,
    order: SiblingOrder | None = None,
    folds: Folds | None = None,
    kept: AbstractSet[NodeId] | None = None,
) -> tuple[TreeRow, ...]:
    """The tree from top to bottom. Nodes whose ids are in `folded` hide what is below them.

    Without `order` siblings are in Argo's own; with `folds` fan-outs are put together. With `kept`
    there are the rows of those alone, and nothing folds by itself.
    """
    if folds is None:
        forest = all_branches(workflow, containers=show_containers)
        whole = Grove(forest, workflow.nodes, {}, {}, {})
        gaps = _Gaps(whole, show_skipped=show_skipped)
    else:
        whole, gaps = grove(workflow), gaps_of(workflow, show_skipped)
    walk = _Walk(whole, gaps, folded, folds or Folds(), order=order, kept=kept)
    return tuple(walk.rows())


NO_STEPS = frozenset({"StepGroup", RETRY})
"""What is not missed where it has no row: others below it are."""


class _Gaps:
    """Which nodes have no rows, and how many steps are missed where."""

    def __init__(self, whole: Grove, *, show_skipped: bool) -> None:
        self._nodes = whole.nodes
        self._branches = whole.tree.branches
        self._fans = whole.fans
        self._show_skipped = show_skipped
        self.left_out: Counter[NodeId] = Counter()
        """How many steps right below a node have no rows."""
        self.vanished: set[NodeId] = set()
        """The nodes that have no rows, nor anything below them."""
        self._find_vanished()

    def _find_vanished(self) -> None:
        """Counts them where they are missed, too.

        Without them the last sibling that is shown is the one that ends the lines.
        """
        nodes, branches = self._nodes, self._branches
        may_vanish = [
            key
            for key, node in nodes.items()
            if node.phase in (SKIPPED, OMITTED)
            or node.type == "StepGroup"
            or node.memoization_status is not None
        ]
        vanished = self.vanished
        vanished |= {
            key for key in may_vanish if not branches.get(key) and self.is_hidden(nodes[key], ())
        }
        if not vanished:
            return
        above = {key: parent for parent, keys in branches.items() for key in keys}
        wave = set(vanished)
        while wave:
            parents = {above[key] for key in wave if key in above} - vanished
            wave = {
                key
                for key in parents
                if vanished.issuperset(branches[key]) and self.is_hidden(nodes[key], ())
            }
            vanished |= wave
        missed = Counter(
            above[key]
            for key in vanished
            if key in above and nodes[key].type not in NO_STEPS and key not in self._fans
        )
        for parent, count in missed.items():
            self._miss(parent, count, above, vanished)

    def _miss(
        self,
        key: NodeId | None,
        count: int,
        above: Mapping[NodeId, NodeId],
        vanished: AbstractSet[NodeId],
    ) -> None:
        """Count steps without rows at this node, or at the nearest one above it that has a row."""
        while key is not None:
            below = [each for each in self._branches[key] if each not in vanished]
            if key not in vanished and not self.is_hidden(self._nodes[key], below):
                self.left_out[key] += count
                return
            key = above.get(key)

    def is_hidden(self, node: Node, below: Sequence[NodeId]) -> bool:
        """Whether a node with such rows below it has none itself."""
        kind = node.type
        if kind == "StepGroup":
            # One that failed by itself has no child to say why.
            return bool(below) or not node.is_problem
        if kind == RETRY:
            # Its one attempt stands for it, and where that has no row, neither has it.
            tried = self._branches.get(node.id, ())
            is_gone = bool(tried) and self.vanished.issuperset(tried)
            return len(node.children) == 1 and (len(below) == 1 or is_gone)
        if kind == TASK_GROUP and node.id in self._fans:
            return not below
        if kind == "Skipped" and node.phase == OMITTED:
            return True
        return not self._show_skipped and (node.phase in (SKIPPED, OMITTED) or node.is_from_cache)


@once
def gaps_of(workflow: Workflow, show_skipped: bool) -> _Gaps:
    """Which nodes have no rows where fan-outs are put together."""
    return _Gaps(grove(workflow), show_skipped=show_skipped)


class _Walk:
    """One pass over a forest."""

    def __init__(
        self,
        whole: Grove,
        gaps: _Gaps,
        folded: AbstractSet[NodeId],
        folds: Folds,
        *,
        order: SiblingOrder | None = None,
        kept: AbstractSet[NodeId] | None = None,
    ) -> None:
        self._order = order
        self._whole = whole
        self._nodes = whole.nodes
        self._tree = whole.tree
        self._fans = whole.fans
        self._gaps = gaps
        self._folded = folded
        self._folds = folds
        self._opened = dict(folds.opened)
        self._kept = kept
        self._more: dict[NodeId, Fan] = {}
        """The rows that stand for items which are not shown."""

    def rows(self) -> list[TreeRow]:
        """Every visible row, in order."""
        # Most nodes have nothing below them: those cost no more than their own row.
        nodes, lost, left_out = self._nodes, self._tree.lost, self._gaps.left_out
        fans, more, branches = self._fans, self._more, self._tree.branches
        found: list[TreeRow] = []
        shown = self._with_rows(self._tree.roots)
        roots: Siblings = zip(shown, repeat(Prefix("", "")))
        waiting = [(roots, 0)]
        while waiting:
            siblings, depth = waiting[-1]
            for key, prefix in siblings:
                if key in more:
                    fan = more[key]
                    found.append(
                        TreeRow(key, prefix.own, fan.node, fan.node.display_name, depth, fan=fan)
                    )
                    continue
                node = nodes[key]
                below = self._below(key) if key in branches else ()
                is_hidden = self._gaps.is_hidden(node, below)
                if not is_hidden:
                    count = self._visible_below(key) if below and self._is_shut(key) else 0
                    shut = count > 0
                    label = node.display_name or node.name or key
                    is_lost, out, of = key in lost, left_out.get(key, 0), fans.get(key)
                    found.append(
                        TreeRow(
                            key, prefix.own, node, label, depth, shut, shut, count, out, is_lost, of
                        )
                    )
                    if count:
                        continue
                if below:
                    inner = child_prefixes(
                        _cut(prefix),
                        len(below),
                        is_hidden=is_hidden,
                        is_group=node.type == "StepGroup",
                    )
                    waiting.append((zip(below, inner, strict=True), depth + (not is_hidden)))
                    break
            else:
                waiting.pop()
        return _with_children_marked(found)

    def _is_shut(self, key: NodeId) -> bool:
        """Whether a node hides what is below it: somebody folded it, or it is a fan-out in which
        nothing failed."""
        if key in self._folded:
            return True
        fan, folds = self._fans.get(key), self._folds
        if fan is None or self._kept is not None or folds.is_all_open or key in self._opened:
            return False
        is_problem = fan.node.is_problem if fan.is_retry else bool(fan.problems)
        return not is_problem and not any(self._whole.parents.get(p) == key for p in folds.pinned)

    def _below(self, key: NodeId) -> Sequence[NodeId]:
        """What is below a node and has rows, or has something with rows below it."""
        below = self._with_rows(self._tree.branches.get(key, ()))
        fan = self._fans.get(key)
        if fan is not None and not fan.is_retry and self._kept is None:
            return self._window(fan, below)
        # Groups of steps run one after the other, and have no rows: what is in one stays together.
        if self._order is None or len(below) < 2 or self._nodes[below[0]].type == "StepGroup":
            return below
        return self._order.sorted(self._nodes, below)

    def _window(self, fan: Fan, below: Sequence[NodeId]) -> Sequence[NodeId]:
        """The items of a fan-out that are shown, problems first, and what stands for the rest."""
        failed = set(fan.problems)
        shown_failed = failed.intersection(below) if failed else failed
        problems = [key for key in fan.problems if key in shown_failed]
        if self._order is not None:
            every = self._order.sorted(self._nodes, below)
        else:
            every = [*problems, *(key for key in below if key not in failed)] if failed else below
        if self._folds.is_all_open:
            return every
        wanted = set(every[: self._opened.get(fan.key, 0)])
        wanted.update(problems[:FIRST])
        fan_of = self._whole.fan_of
        wanted.update(key for key in self._folds.pinned if fan_of.get(key) == fan.key)
        shown = [key for key in every if key in wanted]
        if len(every) - len(shown) <= 1:
            return every
        rest = rest_of(self._whole, fan, wanted)
        self._more[rest.key] = rest
        return [*shown, rest.key]

    def _with_rows(self, keys: Sequence[NodeId]) -> Sequence[NodeId]:
        vanished, kept = self._gaps.vanished, self._kept
        if kept is not None:
            return [key for key in keys if key in kept and key not in vanished]
        return [key for key in keys if key not in vanished] if vanished else keys

    def _visible_below(self, key: NodeId) -> int:
        """How many steps with rows are below a node, whatever of their fan-outs is shown."""
        count = 0
        branches = self._tree.branches
        waiting = list(self._with_rows(branches.get(key, ())))
        while waiting:
            key = waiting.pop()
            below = self._with_rows(branches[key]) if key in branches else ()
            fan = self._fans.get(key)
            is_made_up = fan is not None and not fan.is_retry
            count += not (is_made_up or self._gaps.is_hidden(self._nodes[key], below))
            waiting.extend(below)
        return count


def _cut(prefix: Prefix) -> Prefix:
    if len(prefix.below) <= WIDEST_GUIDE and len(prefix.own) <= WIDEST_GUIDE:
        return prefix
    kept = WIDEST_GUIDE - 20
    own, below = prefix.own, prefix.below
    return Prefix(
        CUT + own[-kept:] if len(own) > WIDEST_GUIDE else own,
        CUT + below[-kept:] if len(below) > WIDEST_GUIDE else below,
    )


def _with_children_marked(found: list[TreeRow]) -> list[TreeRow]:
    """Rows followed by a deeper one have children."""
    for at in range(len(found) - 1):
        row = found[at]
        if found[at + 1].depth > row.depth:
            found[at] = TreeRow(
                row.key,
                row.guide,
                row.node,
                row.label,
                row.depth,
                True,
                left_out=row.left_out,
                is_lost=row.is_lost,
                fan=row.fan,
            )
    return found


class WholeTree(NamedTuple):
    """The rows of a version as they open, and what is looked for in them.

    Of tens of thousands of rows that takes longer than a key should wait: a thread does it before.
    """

    rows: tuple[TreeRow, ...]
    places: dict[NodeId, int]
    """The indexes of rows, by their nodes."""
    problem: NodeId | None
    """As `first_problem` says."""


def whole_tree(workflow: Workflow) -> WholeTree:
    """The tree of this version. May be called on any thread."""
    found = rows(workflow, folds=Folds())
    places = {row.key: at for at, row in enumerate(found)}
    return WholeTree(found, places, first_problem(workflow, problem_rows(workflow)))


def problem_rows(workflow: Workflow) -> tuple[TreeRow, ...]:
    """The steps that failed, with what they are below."""
    whole = grove(workflow)
    failed = (key for key, node in workflow.nodes.items() if node.is_problem)
    return rows(workflow, folds=Folds(), kept=above(whole, failed))


class ForestView:
    """The rows of one workflow as it changes."""

    def __init__(self) -> None:
        self._nodes: dict[NodeId, Node] = {}
        self._rows: tuple[TreeRow, ...] = ()
        self._places: dict[NodeId, int] = {}
        self._options: tuple[Any, ...] = ()
        self.changed: tuple[int, ...] | None = None
        """Indexes of rows that the last `update` replaced; None if all may have changed."""

    @property
    def rows(self) -> tuple[TreeRow, ...]:
        """The rows of the last `update`."""
        return self._rows

    def place_of(self, key: NodeId) -> int | None:
        """The index of a node's row; None if it is not visible."""
        return self._places.get(key)

    def __contains__(self, key: object) -> bool:
        """Whether a node has a row."""
        return key in self._places

    def update(
        self,
        workflow: Workflow,
        *,
        folded: AbstractSet[NodeId] = frozenset(),
        show_containers: bool = True,
        show_skipped: bool = True,
        order: SiblingOrder | None = None,
        folds: Folds | None = None,
        kept: AbstractSet[NodeId] | None = None,
        found: WholeTree | None = None,
    ) -> tuple[TreeRow, ...]:
        """The rows of this version; rows that did not change are kept from the last version.

        `found` is the tree of this version, if it is known and these options fold nothing.
        """
        options = (
            workflow.metadata.name,
            frozenset(folded),
            show_containers,
            show_skipped,
            order,
            folds,
            kept,
        )
        is_same = options == self._options and (order is None or order.by in SHAPED)
        whole = grove(workflow) if folds is not None else None
        fresh = self._same_shape(workflow.nodes, whole) if is_same else None
        if fresh is None and found is not None:
            self._rows, self._places, self.changed = found.rows, found.places, None
        elif fresh is None:
            self._rows = rows(
                workflow,
                folded=folded,
                show_containers=show_containers,
                show_skipped=show_skipped,
                order=order,
                folds=folds,
                kept=kept,
            )
            self._places = {row.key: at for at, row in enumerate(self._rows)}
            self.changed = None
        else:
            self._replace(fresh, whole)
        self._nodes, self._options = workflow.nodes, options
        return self._rows

    def _same_shape(
        self, nodes: dict[NodeId, Node], whole: Grove | None
    ) -> list[tuple[NodeId, Node]] | None:
        """The nodes that changed; None if some of them moved in the tree."""
        known = self._nodes
        if len(known) != len(nodes):
            return None
        fresh: list[tuple[NodeId, Node]] = []
        turned = False
        for key, node, old in _others(nodes, known):
            if old == node:
                continue
            if old is None or _shape(old) != _shape(node):
                return None
            if old.is_problem != node.is_problem:
                if whole is not None and key in whole.fan_of:
                    return None  # problems come first, and fold by themselves no more
                turned = True
            fresh.append((key, node))
        # Whether a failed TaskGroup has a row depends on whether one of its items failed.
        if turned and any(n.type == TASK_GROUP and n.is_problem for n in nodes.values()):
            return None
        return fresh

    def _replace(self, fresh: list[tuple[NodeId, Node]], whole: Grove | None) -> None:
        changed: list[int] = []
        replaced = list(self._rows) if fresh else []
        for key, node in fresh:
            at = self._places.get(key)
            if at is not None:
                fan = whole.fans.get(key) if whole is not None else None
                if fan is not None:
                    node = fan.node  # of a TaskGroup what is made of its items
                replaced[at] = msgspec.structs.replace(replaced[at], node=node, fan=fan)
                changed.append(at)
        for fan in _touched(fresh, whole):
            changed += self._replace_fan(fan, whole, replaced)
        if fresh:
            self._rows = tuple(replaced)
        self.changed = tuple(sorted(set(changed)))

    def _replace_fan(self, fan: Fan, whole: Grove | None, replaced: list[TreeRow]) -> Iterator[int]:
        """The indexes of the row of a fan-out, and of that of its items which are not shown."""
        at, more = self._places.get(fan.key), self._places.get(more_key(fan.key))
        if at is not None:
            replaced[at] = msgspec.structs.replace(replaced[at], node=fan.node, fan=fan)
            yield at
        if more is not None and whole is not None:
            rest = rest_of(whole, fan, self._places.keys())
            replaced[more] = msgspec.structs.replace(replaced[more], node=rest.node, fan=rest)
            yield more


def _touched(fresh: Iterable[tuple[NodeId, Node]], whole: Grove | None) -> Iterator[Fan]:
    """The fan-outs of which an item changed."""
    fan_of = whole.fan_of if whole is not None else {}
    for key in {fan_of[key] for key, _ in fresh if key in fan_of}:
        if whole is not None and key in whole.fans:
            yield whole.fans[key]


def _others(
    nodes: dict[NodeId, Node], known: dict[NodeId, Node]
) -> Iterator[tuple[NodeId, Node, Node | None]]:
    """The nodes that are not the very ones that were known, each with the one that was.

    Two versions nearly always have the same nodes in the same order, and most of them are shared
    (`versions.keep_nodes`); so no line of Python is run for those. A node that is shared has the
    same key, so keys are compared of the others only.
    """
    places = [*compress(range(len(nodes)), map(is_not, nodes.values(), known.values()))]
    if not places and len(nodes) == len(known):
        return
    keys, before = list(nodes), list(known)
    if len(keys) != len(before) or any(keys[at] != before[at] for at in places):
        for key, node in nodes.items():
            if (old := known.get(key)) is not node:
                yield key, node, old
        return
    for at in places:
        key = keys[at]
        yield key, nodes[key], known[key]


def _shape(node: Node) -> tuple[Any, ...]:
    """Everything about a node on which the structure of the tree depends."""
    return (
        node.type,
        node.boundary_id,
        node.children,
        node.display_name,
        node.name,
        node.started_at,
        node.phase in (SKIPPED, OMITTED),
        node.phase == OMITTED,
        node.is_from_cache,
        (node.type == TASK_GROUP or node.type in GROUPS) and node.is_problem,
    )


def first_problem(workflow: Workflow, found: Sequence[TreeRow]) -> NodeId | None:
    """The row to select first: the step that failed first, as lists name it.

    Where nobody says when that was, the deepest of the first branch that failed: branches that
    succeeded are passed by, since what failed in them was forgiven, and so are attempts that a
    later one took the place of.
    """
    first = next(iter(failed_of(workflow)), None)
    has_time = first is not None and workflow.nodes[first].finished_at
    if has_time and any(row.key == first for row in found):
        return first
    gone = superseded_of(workflow) | forgiven(workflow)
    best: TreeRow | None = None
    passed: int | None = None
    for row in found:
        if passed is not None and row.depth > passed:
            continue
        passed = None
        if best is not None and row.depth <= best.depth:
            break
        if row.key in gone:
            passed = row.depth
        elif row.node.is_problem:
            best = row
        elif row.node.phase not in ("", PENDING, RUNNING, FAILED):
            passed = row.depth
    return None if best is None else best.key


@once
def forgiven(workflow: Workflow) -> frozenset[NodeId]:
    """The steps of groups that succeeded, since groups have no row of their own."""
    return frozenset(
        child
        for node in workflow.nodes.values()
        if node.type == "StepGroup" and node.phase == SUCCEEDED
        for child in node.children
    )
