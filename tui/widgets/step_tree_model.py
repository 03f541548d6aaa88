"""The rows of a workflow's tree of steps, what is folded in it, and ways through it.

The tree is a list of rows (`domain.forest`), so its depth costs nothing. What is folded or opened
is kept by node and survives every update; while only some rows are looked for, what is folded among
those is kept apart. Nothing here draws anything or knows Textual.
"""

from __future__ import annotations

from collections.abc import Set as AbstractSet

from tui.domain.attempts import Superseded, superseded_of
from tui.domain.fans import Fan, Grove, above, grove, more_key
from tui.domain.forest import (
    FIRST,
    Folds,
    ForestView,
    SiblingOrder,
    TreeRow,
    WholeTree,
    first_problem,
    gaps_of,
    problem_rows,
    rows,
)
from tui.domain.node import RUNNING, NodeId
from tui.domain.progress import EXECUTABLE
from tui.domain.reason import stuck_of
from tui.domain.slowest import running_newest_first
from tui.domain.sought import Sought
from tui.domain.workflow import Workflow

NOTHING: frozenset[NodeId] = frozenset()
WINDOW = 20
"""Items of a fan-out that are opened at a time, where nobody says what fits."""


class StepTreeModel:
    """One workflow's steps as rows; empty until `show` is called."""

    def __init__(self) -> None:
        self.workflow: Workflow | None = None
        self._folded = NOTHING
        self._folds = Folds()
        self._folded_meanwhile = NOTHING
        """What is folded of the steps that are looked for."""
        self._shows_skipped = True
        self.order: SiblingOrder | None = None
        """How siblings are sorted; None for Argo's own order."""
        self._sought: Sought | None = None
        self._kept: tuple[Workflow, frozenset[NodeId], int] | None = None
        """What is shown of that version while steps are looked for, and how many match."""
        self.window = WINDOW
        """Items of a fan-out that are opened at a time."""
        self._view = ForestView()
        self._whole: WholeTree | None = None

    @property
    def rows(self) -> tuple[TreeRow, ...]:
        """The rows that are not folded away."""
        return self._view.rows

    @property
    def all_rows(self) -> tuple[TreeRow, ...]:
        """The rows of the tree with nothing folded."""
        if self.workflow is None:
            return ()
        return rows(
            self.workflow,
            show_skipped=self._shows_skipped,
            order=self.order,
            folds=Folds(is_all_open=True),
        )

    @property
    def _superseded(self) -> Superseded:
        """The nodes in attempts that were tried again."""
        if self.workflow is None:
            return Superseded({})
        return Superseded(self.workflow.nodes, superseded_of(self.workflow))

    @property
    def _grove(self) -> Grove:
        assert self.workflow is not None
        return grove(self.workflow)

    @property
    def folded(self) -> frozenset[NodeId]:
        """The nodes that hide what is below them because somebody wants it."""
        return self._folded_meanwhile if self.is_seeking else self._folded

    @property
    def hides(self) -> bool:
        """Whether some row hides what is below it, or some items of it."""
        return any(row.is_folded or row.is_more for row in self.rows)

    def has_row(self, key: NodeId) -> bool:
        """Whether a node has a row that is not folded away."""
        return self._view.place_of(key) is not None

    def known(self, keys: frozenset[NodeId]) -> frozenset[NodeId]:
        """Those of some nodes that are there, what stands for a fan-out among them."""
        return keys & self._grove.nodes.keys() if self.workflow is not None else NOTHING

    def show(self, workflow: Workflow, found: WholeTree | None = None) -> bool:
        """Show this version of a workflow; true if it is another workflow than before.

        `found` is its tree as it opens, if it is known.
        """
        before, self.workflow = self.workflow, workflow
        self._whole = found
        is_other = before is None or before.ref != workflow.ref
        if is_other:
            self._folded, self._folds, self._sought = NOTHING, Folds(), None
        is_plain = self._shows_skipped and not self._folded and self._folds == Folds()
        is_plain = is_plain and self.order is None and not self.is_seeking
        self._update(found if is_plain else None)
        return is_other

    def _update(self, found: WholeTree | None = None) -> None:
        if self.workflow is not None:
            self._view.update(
                self.workflow,
                folded=self.folded,
                show_skipped=self._shows_skipped,
                order=self.order,
                folds=self._folds,
                kept=self._kept_now(),
                found=found,
            )

    @property
    def opening_node(self) -> NodeId | None:
        """The node to look at first: one that failed, else what an unfinished workflow waits for.

        None where all is well, or where there are no nodes.
        """
        if self.workflow is None:
            return None
        whole = self._whole
        if whole is not None and whole.rows is self.rows:
            failed = whole.problem
        else:
            failed = first_problem(self.workflow, problem_rows(self.workflow))
        if failed is not None or self.workflow.is_completed:
            return failed
        return next(iter(stuck_of(self.workflow)), None)

    def sort(self, order: SiblingOrder | None) -> None:
        """Sort siblings by something; None for Argo's own order."""
        self.order = order
        self._update()

    # --- looking for steps -----------------------------------------------------------------

    @property
    def sought(self) -> Sought | None:
        """Which steps are looked for; None for all."""
        return self._sought

    @property
    def is_seeking(self) -> bool:
        """Whether only some steps are shown."""
        return self._sought is not None

    @property
    def found(self) -> int:
        """How many steps match what is looked for."""
        self._kept_now()
        return self._kept[2] if self._kept is not None and self.is_seeking else 0

    def seek(self, sought: Sought | None) -> None:
        """Show only some steps with what they are below; None for all."""
        self._sought, self._kept, self._folded_meanwhile = sought, None, NOTHING
        self._update()

    def _kept_now(self) -> frozenset[NodeId] | None:
        sought, workflow = self._sought, self.workflow
        if sought is None or workflow is None:
            return None
        if self._kept is None or self._kept[0] is not workflow:
            found = list(sought.among(workflow, workflow.nodes))
            kept = frozenset(above(self._grove, found))
            if self._kept is not None and self._kept[1] == kept:
                kept = self._kept[1]  # the same rows as before, so that few are made anew
            self._kept = workflow, kept, len(found)
        return self._kept[1]

    # --- folding -------------------------------------------------------------------------

    def fold(self, folded: AbstractSet[NodeId]) -> bool:
        """Fold these nodes and no others; false if that changes nothing."""
        if self.workflow is None or folded == self.folded:
            return False
        self._set_folded(folded)
        self._update()
        return True

    def _set_folded(self, folded: AbstractSet[NodeId]) -> None:
        if self.is_seeking:
            self._folded_meanwhile = frozenset(folded)
        else:
            self._folded = frozenset(folded)

    def open(self, row: TreeRow) -> None:
        """Show what is below a row; of a fan-out, or of what stands for its rest, a window more."""
        fan = self.fan_at(row)
        self._set_folded(self.folded - {row.key})
        if fan is not None:
            self._open_more(fan)
        self._update()

    def _open_more(self, fan: Fan) -> None:
        opened = dict(self._folds.opened)
        place = self._view.place_of(more_key(fan.key))
        is_partly_seen = place is not None or fan.key in opened
        shown = sum(key in self._view for key in fan.members) if is_partly_seen else 0
        opened[fan.key] = max(shown, opened.get(fan.key, 0)) + self.window
        self._folds = self._folds._replace(opened=frozenset(opened.items()))

    def fan_at(self, row: TreeRow) -> Fan | None:
        """The fan-out that a row stands for, or for some of it."""
        if self.workflow is None or row.fan is None:
            return None
        fans = self._grove.fans
        if row.is_more:
            return next((fan for key, fan in fans.items() if more_key(key) == row.key), None)
        return fans.get(row.key)

    def close(self, row: TreeRow) -> None:
        """Hide what is below a row."""
        opened = (each for each in self._folds.opened if each[0] != row.key)
        fan = self.fan_at(row)
        pinned = self._folds.pinned.difference(fan.members if fan is not None else ())
        self._folds = self._folds._replace(opened=frozenset(opened), pinned=pinned)
        self._set_folded(self.folded | {row.key})
        self._update()

    def toggle(self, row: TreeRow) -> None:
        """Open a row, or what is left of it; hide what is below where all of that is to be seen."""
        fan = self.fan_at(row)
        is_partly_seen = (
            fan is not None
            and fan.key not in dict(self._folds.opened)
            and self.has_row(more_key(fan.key))
        )
        if row.is_more or row.is_folded or is_partly_seen:
            self.open(row)
        else:
            self.close(row)

    def open_all(self) -> None:
        """Show everything."""
        self._set_folded(NOTHING)
        self._folds = Folds(is_all_open=True)
        self._update()

    def fold_all(self) -> None:
        """Fold everything but the roots."""
        groups = self.groups
        self._folds = Folds()
        self._set_folded(groups)
        self._update()

    def fold_quiet(self) -> None:
        """Leave open only what leads to something that failed or runs."""
        quiet = self.quiet_groups
        running = list(self._running())
        pinned = frozenset(above(self._grove, running[:FIRST])) if self.workflow else NOTHING
        self._folds = Folds(pinned=pinned)
        self._set_folded(quiet)
        self._update()

    def reveal(self, key: NodeId) -> bool:
        """Unfold what hides a node; false if it has no row even so."""
        if self.has_row(key) or self.workflow is None:
            return self.has_row(key)
        if self.is_seeking and key not in (self._kept_now() or ()):
            self.seek(None)
        way = above(self._grove, [key])
        self._set_folded(self.folded - (way - {key}))
        whole = self._grove
        pins = {each for each in way if whole.parents.get(each) in whole.fans}
        self._folds = self._folds._replace(pinned=self._folds.pinned | pins)
        self._update()
        return self.has_row(key)

    def unpin(self, key: NodeId) -> None:
        """Let a step be folded away again that was revealed."""
        if self.workflow is not None:
            kept = self._folds.pinned - above(self._grove, [key])
            self._folds = self._folds._replace(pinned=kept)

    def runs(self, key: NodeId) -> bool:
        """Whether a step runs."""
        node = self.workflow.nodes.get(key) if self.workflow is not None else None
        return node is not None and node.phase == RUNNING and node.type in EXECUTABLE

    def toggle_skipped(self) -> bool:
        """Hide what never ran (skipped, omitted, taken from a cache), or show it again; false if
        there is nothing of it."""
        if self.workflow is None:
            return False
        before = gaps_of(self.workflow, self._shows_skipped).vanished
        self._shows_skipped = not self._shows_skipped
        self._update()
        return before != gaps_of(self.workflow, self._shows_skipped).vanished

    @property
    def groups(self) -> frozenset[NodeId]:
        """All nodes that have rows below them, but for the roots."""
        if self.workflow is None:
            return NOTHING
        whole, gaps = self._grove, gaps_of(self.workflow, self._shows_skipped)
        found: set[NodeId] = set()
        for key, keys in whole.tree.branches.items():
            below = [each for each in keys if each not in gaps.vanished]
            is_root = key not in whole.parents
            if below and not is_root and not gaps.is_hidden(whole.nodes[key], below):
                found.add(key)
        return frozenset(found)

    @property
    def quiet_groups(self) -> frozenset[NodeId]:
        """All nodes below which nothing failed and nothing runs."""
        if self.workflow is None:
            return NOTHING
        whole, superseded = self._grove, self._superseded
        eventful: set[NodeId] = set()
        for key, node in whole.nodes.items():
            is_problem = node.is_problem and key not in superseded
            if (is_problem or node.phase == RUNNING) and key in whole.parents:
                eventful.add(whole.parents[key])
        roots = (root for root in whole.tree.roots if root in whole.tree.branches)
        return (self.groups | frozenset(roots)) - above(whole, eventful)

    # --- ways through it -----------------------------------------------------------------

    def _running(self) -> list[NodeId]:
        """What executes at the moment, the newest first."""
        return running_newest_first(self.workflow) if self.workflow is not None else []

    @property
    def newest_running(self) -> NodeId | None:
        """The step that began last of those that run; None where none does."""
        return next(iter(self._running()), None)

    def ancestors(self, key: NodeId) -> list[NodeId]:
        """What a node is below, nearest first, whether it is folded away or not."""
        if self.workflow is None:
            return []
        whole, gaps = self._grove, gaps_of(self.workflow, self._shows_skipped)
        found: list[NodeId] = []
        here = whole.parents.get(key)
        while here is not None:
            below = [each for each in whole.tree.branches[here] if each not in gaps.vanished]
            if not gaps.is_hidden(whole.nodes[here], below):
                found.append(here)
            here = whole.parents.get(here)
        return found

    def ancestors_at(self, index: int) -> list[NodeId]:
        """What the row at an index is below, nearest first; read from the rows as they are.

        A retry deletes the node that somebody looks at; what it was part of is still there.
        """
        if not 0 <= index < len(self.rows):
            return []
        above: list[NodeId] = []
        depth = self.rows[index].depth
        for row in reversed(self.rows[:index]):
            if row.depth < depth:
                depth = row.depth
                above.append(row.key)
        return above

    def parent_index(self, index: int) -> int | None:
        """Index of the row that the row at an index is below; None for a root."""
        depth = self.rows[index].depth
        return next((i for i in range(index - 1, -1, -1) if self.rows[i].depth < depth), None)

    def problem_after(self, key: NodeId | None, step: int) -> NodeId | None:
        """The next (1) or previous (-1) node that failed, round the end; None if none did.

        An attempt that was tried again is none, and neither is what stands for several steps.
        """
        if self.workflow is None:
            return None
        superseded, whole = self._superseded, self._grove
        wanted = [k for k, node in self.workflow.nodes.items() if node.is_problem]
        here = () if key is None else (key,)
        everything = rows(
            self.workflow,
            show_skipped=self._shows_skipped,
            order=self.order,
            folds=Folds(),
            kept=above(whole, [*wanted, *here]),
        )
        start = next((i for i, row in enumerate(everything) if row.key == key), 0)
        for offset in range(1, len(everything) + 1):
            row = everything[(start + step * offset) % len(everything)]
            is_step = row.node.is_problem and not row.is_made_up
            if is_step and row.key not in superseded:
                return row.key
        return None
