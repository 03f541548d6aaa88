"""The rows of a workflow's tree of steps, what is folded in it, and ways through it.

The tree is a list of rows (`domain.forest`), so its depth costs nothing. What is folded is kept by
node and survives every update. Nothing here draws anything or knows Textual.
"""

from __future__ import annotations

from collections.abc import Set as AbstractSet

from tui.domain.attempts import Superseded, superseded_of
from tui.domain.forest import (
    ForestView,
    SiblingOrder,
    TreeRow,
    WholeTree,
    first_problem,
    rows,
)
from tui.domain.node import RUNNING, NodeId
from tui.domain.reason import stuck_of
from tui.domain.workflow import Workflow

NOTHING: frozenset[NodeId] = frozenset()


class StepTreeModel:
    """One workflow's steps as rows; empty until `show` is called."""

    def __init__(self) -> None:
        self.workflow: Workflow | None = None
        self._folded = NOTHING
        self._shows_skipped = True
        self.order: SiblingOrder | None = None
        """How siblings are sorted; None for Argo's own order."""
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
        if not self._folded:
            return self.rows
        return rows(self.workflow, show_skipped=self._shows_skipped, order=self.order)

    @property
    def _superseded(self) -> Superseded:
        """The nodes in attempts that were tried again."""
        if self.workflow is None:
            return Superseded({})
        return Superseded(self.workflow.nodes, superseded_of(self.workflow))

    @property
    def folded(self) -> frozenset[NodeId]:
        """The nodes that hide what is below them."""
        return self._folded

    def has_row(self, key: NodeId) -> bool:
        """Whether a node has a row that is not folded away."""
        return self._view.place_of(key) is not None

    def show(self, workflow: Workflow, found: WholeTree | None = None) -> bool:
        """Show this version of a workflow; true if it is another workflow than before.

        `found` is its tree with nothing folded, if it is known.
        """
        before, self.workflow = self.workflow, workflow
        self._whole = found
        is_other = before is None or before.ref != workflow.ref
        if is_other:
            self._folded = NOTHING
        is_plain = self._shows_skipped and not self._folded and self.order is None
        self._update(found if is_plain else None)
        return is_other

    def _update(self, found: WholeTree | None = None) -> None:
        if self.workflow is not None:
            self._view.update(
                self.workflow,
                folded=self._folded,
                show_skipped=self._shows_skipped,
                order=self.order,
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
            failed = first_problem(self.workflow, self.rows)
        if failed is not None or self.workflow.is_completed:
            return failed
        return next(iter(stuck_of(self.workflow)), None)

    def sort(self, order: SiblingOrder | None) -> None:
        """Sort siblings by something; None for Argo's own order."""
        self.order = order
        self._update()

    # --- folding -------------------------------------------------------------------------

    def fold(self, folded: AbstractSet[NodeId]) -> bool:
        """Fold these nodes and no others; false if that changes nothing."""
        if self.workflow is None or folded == self._folded:
            return False
        self._folded = frozenset(folded)
        self._update()
        return True

    def toggle_skipped(self) -> bool:
        """Hide what was skipped or omitted, or show it again; false if there is nothing of it."""
        before = len(self.all_rows)
        self._shows_skipped = not self._shows_skipped
        self._update()
        return len(self.all_rows) != before

    @property
    def groups(self) -> frozenset[NodeId]:
        """All nodes that have rows below them, but for the roots."""
        return frozenset(row.key for row in self.all_rows if row.has_children and row.depth)

    @property
    def quiet_groups(self) -> frozenset[NodeId]:
        """All nodes below which nothing failed and nothing runs."""
        above: list[TreeRow] = []
        eventful: set[NodeId] = set()
        everything, superseded = self.all_rows, self._superseded
        for row in everything:
            del above[row.depth :]
            is_problem = row.node.is_problem and row.key not in superseded
            if is_problem or row.node.phase == RUNNING:
                eventful.update(parent.key for parent in above)
            above.append(row)
        return frozenset(r.key for r in everything if r.has_children and r.key not in eventful)

    # --- ways through it -----------------------------------------------------------------

    def ancestors(self, key: NodeId) -> list[NodeId]:
        """What a node is below, nearest first, whether it is folded away or not."""
        above: list[NodeId] = []
        for row in self.all_rows:
            del above[row.depth :]
            if row.key == key:
                return above[::-1]
            above.append(row.key)
        return []

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

        An attempt that was tried again is none.
        """
        everything, superseded = self.all_rows, self._superseded
        start = next((i for i, row in enumerate(everything) if row.key == key), 0)
        for offset in range(1, len(everything) + 1):
            row = everything[(start + step * offset) % len(everything)]
            if row.node.is_problem and row.key not in superseded:
                return row.key
        return None
