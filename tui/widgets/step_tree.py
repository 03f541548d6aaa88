"""The steps of one workflow as a tree that moves while one looks at it.

The tree is a table whose first column has box lines in front (`StepCell`), so it scrolls, ticks and
repaints as any table does. Which rows there are and what is folded is `step_tree_model.py`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import ClassVar, cast

from textual.binding import BindingType

from tui.bindings import bind
from tui.columns import Column
from tui.columns.nodes import Usage, node_columns, node_token
from tui.domain.forest import TreeRow
from tui.domain.guides import ascii_guide
from tui.domain.node import Node, NodeId
from tui.domain.podname import V2, pod_name
from tui.domain.status import node_icon
from tui.domain.workflow import Workflow
from tui.keys import hint
from tui.messages import Said
from tui.widgets.cells import Piece, printable, printable_name, tail, width_of
from tui.widgets.step_tree_model import StepTreeModel
from tui.widgets.table import Table
from tui.widgets.table_renderer import REVERSE, TableRenderer

USAGE = ("cpu", "memory")
"""Columns that are there only while something is known for them."""
LABEL_ROOM = 12
"""Cells that a label keeps however deep it is."""


class StepCell:
    """The first column: box lines, icon, the sign of the cursor, label, how much is folded away."""

    def __init__(self, table: TableRenderer[TreeRow], column: Column[TreeRow]) -> None:
        self._table = table
        self._column = column

    def width(self, item: TreeRow) -> int:
        """How many cells a step takes."""
        signs = len(item.guide) + width_of(node_icon(item.node)) + 1
        label = width_of(printable_name(item.label))
        return signs + label + width_of(self._not_shown(item))

    def __call__(self, item: TreeRow, cells: int, *, is_cursor: bool) -> list[Piece]:
        """The cell of one step."""
        table = self._table
        base = table.style("")
        guide = ascii_guide(item.guide) if table.ascii else item.guide
        room = max(0, cells - LABEL_ROOM)
        if len(guide) > room:
            guide = tail(guide, room)
        icon = node_icon(item.node, ascii=table.ascii)
        sign = (">" if table.ascii else "►") if is_cursor else " "
        below = self._not_shown(item)
        left = cells - width_of(guide) - width_of(icon) - 1
        label = table.cut_name(
            self._column, printable_name(item.label), max(0, left - width_of(below))
        )
        blank = " " * max(0, left - width_of(label) - width_of(below))
        style = base + REVERSE if is_cursor else base
        return [
            (guide, table.style("guide")),
            (icon, table.style(node_token(item.node))),
            (sign, style),
            (label, style),
            (below, table.style("muted")),
            (blank, base),
        ]

    def _not_shown(self, item: TreeRow) -> str:
        """` ▸12`, how many rows are folded away here; ` +2 left out`, how many have no rows."""
        folded = f" {'+' if self._table.ascii else '▸'}{item.hidden_below}"
        left_out = f" +{item.left_out} left out" if item.left_out else ""
        return f"{folded if item.is_folded else ''}{left_out}"


class StepTree(Table[TreeRow]):
    """The tree of steps."""

    UNMARKABLE = "steps are not marked: what one does is done to the whole workflow"
    BINDINGS: ClassVar[list[BindingType]] = [
        bind("move.left", "fold", "Fold", group="tree"),
        bind("move.right", "unfold", "Unfold", group="tree"),
        bind("fold.one", "toggle_fold", "Fold", group="tree", shown=True),
        bind("fold.all", "toggle_folds", "Fold all", group="tree"),
        bind("fold.problems", "fold_quiet", "Problems open", group="tree"),
        bind("hide", "hide_skipped", "Hide skipped", group="tree"),
        bind("problem-after", "problem(1)", "Next problem", group="tree"),
        bind("problem-before", "problem(-1)", "Last problem", group="tree"),
    ]

    def __init__(
        self,
        *,
        placeholder: str = "",
        ascii: bool = False,
        header: bool = True,
        pod_names: str = V2,
        now: datetime | None = None,
        id: str | None = None,
        classes: str | None = None,
    ) -> None:
        """`pod_names` is the version of Argo's rule by which pods are named (argo.md 3)."""
        super().__init__(
            (),
            key=lambda row: row.key,
            placeholder=placeholder,
            ascii=ascii,
            header=header,
            markable=False,
            gutter=0,
            now=now,
            id=id,
            classes=classes,
        )
        everything = node_columns(pod=self._pod_of, usage=self._usage_of)
        step = StepCell(self.renderer, everything[0])
        self.renderer.cells, self.renderer.widths = {"step": step}, {"step": step.width}
        self._columns_with_usage = everything
        self._columns_without_usage = tuple(c for c in everything if c.id not in USAGE)
        self.columns = self._columns_without_usage
        self._pod_names = pod_names
        self._usage: Mapping[str, Usage] = {}
        self._tree = StepTreeModel()

    # --- what is in it -------------------------------------------------------------------

    def show(
        self,
        workflow: Workflow,
        usage: Mapping[str, Usage] | None = None,
        *,
        found: tuple[TreeRow, ...] | None = None,
        whole: bool = False,
    ) -> None:
        """Show this version of a workflow, and what its pods (by name) use.

        `found` are its rows with nothing folded, if they are known: of a large run it takes a while
        to find them.

        Another workflow than before opens with the cursor on its first failed step, else on the
        one that cannot begin or waits for somebody; with `whole`, on its root.
        """
        key = self._cursor_node
        is_gone = key is not None and key not in workflow.nodes
        above = self._tree.ancestors_at(self.cursor) if is_gone else []
        is_other = self._tree.show(workflow, found)
        if is_other or usage is not None:
            self._set_usage(usage or {})
        self.replace(self._tree.rows)
        if is_other:
            opening = None if whole else self._tree.opening_node
            if opening is None or not self.move_to(opening):
                self.move_to_line(0)
            self.centre()
            return
        still_there = next(filter(self._tree.has_row, above), None)
        if still_there is not None:
            self.move_to(still_there)

    def show_usage(self, usage: Mapping[str, Usage]) -> None:
        """What its pods (by name) use now."""
        self._set_usage(usage)
        self.repaint()

    def _set_usage(self, usage: Mapping[str, Usage]) -> None:
        self._usage = usage
        columns = self._columns_with_usage if usage else self._columns_without_usage
        if columns != self.columns:
            self.columns = columns

    @property
    def node(self) -> Node | None:
        """The node under the cursor."""
        return self.current.node if self.current is not None else None

    @property
    def _cursor_node(self) -> NodeId | None:
        return cast(NodeId | None, self.cursor_key)

    @property
    def folded(self) -> frozenset[NodeId]:
        """The nodes that hide what is below them."""
        return self._tree.folded

    @folded.setter
    def folded(self, folded: Iterable[NodeId]) -> None:
        if not self._tree.fold(frozenset(folded)):
            return
        key = self._cursor_node
        self.replace(self._tree.rows)
        if key is not None and not self._tree.has_row(key):
            # What the cursor was on is folded away: it goes to what hides it.
            hiding = next(filter(self._tree.has_row, self._tree.ancestors(key)), None)
            if hiding is not None:
                self.move_to(hiding)

    def reveal(self, key: NodeId) -> bool:
        """Unfold what hides a node and go there; false if there is no such node."""
        if not self._tree.has_row(key):
            self.folded = self.folded - set(self._tree.ancestors(key))
        return self.move_to(key)

    def _pod_of(self, node: Node) -> str:
        workflow = self._tree.workflow
        if workflow is None or node.type != "Pod":
            return ""
        return pod_name(workflow, node, self._pod_names)

    def _usage_of(self, node: Node) -> Usage | None:
        return self._usage.get(self._pod_of(node)) if self._usage else None

    # --- keys ----------------------------------------------------------------------------

    def action_fold(self) -> None:
        """Fold what the cursor is on, or go to what it is below; when panned, pan left first."""
        if self.can_pan(-1):
            self.action_pan_left()
            return
        row = self.current
        if row is None:
            return
        if row.has_children and not row.is_folded:
            self.folded = self.folded | {row.key}
            return
        parent = self._tree.parent_index(self.cursor)
        if parent is not None:
            self.move_to_line(parent)

    def action_unfold(self) -> None:
        """Unfold what the cursor is on, or go to the first below; when wide, pan right first."""
        if self.renderer.is_wide and self.can_pan(1):
            self.action_pan_right()
            return
        row = self.current
        if row is None or not row.has_children:
            return
        if row.is_folded:
            self.folded = self.folded - {row.key}
        else:
            self.move_to_line(self.cursor + 1)

    def action_toggle_fold(self) -> None:
        """Fold or unfold what the cursor is on; a step with none below it says so."""
        row = self.current
        if row is None:
            return
        if row.has_children:
            self.folded = self.folded ^ {row.key}
        else:
            up = f"{hint('move.left')} goes up"
            self.post_message(Said(f"no steps below {printable(row.label)}; {up}"))

    def action_toggle_folds(self) -> None:
        """Unfold everything, or fold everything but the roots."""
        groups = self._tree.groups
        if not groups and not self.folded:
            self.post_message(Said("no step has steps below it"))
        self.folded = frozenset() if self.folded else groups

    def action_fold_quiet(self) -> None:
        """Leave open only what leads to something that failed or runs."""
        self.folded = self._tree.quiet_groups

    def action_hide_skipped(self) -> None:
        """Hide what was skipped or omitted, or show it again."""
        if not self._tree.toggle_skipped():
            self.post_message(Said("no step was skipped or omitted"))
        self.replace(self._tree.rows)

    def action_problem(self, step: int) -> None:
        """To the next (1) or previous (-1) step that failed, wherever it is folded away."""
        problem = self._tree.problem_after(self._cursor_node, step)
        if problem is None:
            self.post_message(Said("no step failed"))
        else:
            self.reveal(problem)
