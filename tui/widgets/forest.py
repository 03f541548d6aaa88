"""The steps of one workflow as a tree that moves while one looks at it.

The tree is a list of rows with box lines in front (`domain.forest`), so it scrolls, ticks and
repaints as any list does, and its depth costs nothing. What is folded is kept here, by node, and
survives every update; the cursor stays on its node.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar, cast

from textual.binding import Binding, BindingType
from textual.message import Message

from tui.columns import Placed, Usage, node_columns, node_token
from tui.domain.forest import ForestView, TreeRow, first_problem, rows
from tui.domain.guides import ascii_guide
from tui.domain.node import RUNNING, Node, NodeId
from tui.domain.podname import V2, pod_name
from tui.domain.status import node_icon
from tui.domain.workflow import Workflow
from tui.widgets.cells import Piece, cut, printable, tail, width_of
from tui.widgets.rows import REVERSE, Rows

USAGE = ("cpu", "memory")
"""Columns that are there only while something is known for them."""
LABEL_ROOM = 12
"""Cells that a label keeps however deep it is."""


class Forest(Rows[TreeRow]):
    """The tree of steps."""

    GUTTER = 0
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("left,h", "fold", "Fold", show=False, id="tree.fold"),
        Binding("right", "unfold", "Unfold", show=False, id="tree.unfold"),
        Binding("o", "toggle_fold", "Fold", id="tree.toggle"),
        Binding("O", "toggle_folds", "Fold all", show=False, id="tree.toggle-all"),
        Binding("E", "fold_quiet", "Problems open", show=False, id="tree.fold-quiet"),
        Binding("H", "hide_skipped", "Hide skipped", show=False, id="tree.hide-skipped"),
        Binding("right_curly_bracket", "problem(1)", "Next problem", show=False, id="tree.next"),
        Binding("left_curly_bracket", "problem(-1)", "Last problem", show=False, id="tree.last"),
    ]

    @dataclass
    class FoldToggled(Message):
        """Other nodes are folded now."""

        forest: Forest
        folded: frozenset[NodeId]

        @property
        def control(self) -> Forest:
            """The tree it happened in."""
            return self.forest

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
        super().__init__(
            (),
            key=lambda row: row.key,
            placeholder=placeholder,
            ascii=ascii,
            header=header,
            markable=False,
            now=now,
            id=id,
            classes=classes,
        )
        everything = node_columns(pod=self._pod_of, usage=self._usage_of)
        self._with_usage = everything
        self._without_usage = tuple(c for c in everything if c.id not in USAGE)
        self.columns = self._without_usage
        self._pod_names = pod_names
        self._workflow: Workflow | None = None
        self._usage: Mapping[str, Usage] = {}
        self._view = ForestView()
        self._folded: frozenset[NodeId] = frozenset()
        self._show_skipped = True

    # --- what is in it -------------------------------------------------------------------

    def show(self, workflow: Workflow, usage: Mapping[str, Usage] | None = None) -> None:
        """Show this version of a workflow, and what its pods (by name) use.

        Another workflow than before opens with the cursor on its first failed step.
        """
        before, self._workflow = self._workflow, workflow
        is_other = before is None or before.ref != workflow.ref
        if is_other:
            self._folded = frozenset()
        if is_other or usage is not None:
            self._take_usage(usage or {})
        key = cast(NodeId | None, self.cursor_key)
        above = [] if is_other or key is None or key in workflow.nodes else self._above_cursor()
        self._update()
        still_there = next((key for key in above if self._view.place_of(key) is not None), None)
        if still_there is not None:
            self.move_to(still_there)
        if is_other:
            problem = first_problem(workflow, self.items)
            if problem is None or not self.move_to(problem):
                self.move_to_line(0)

    def show_usage(self, usage: Mapping[str, Usage]) -> None:
        """What its pods (by name) use now."""
        self._take_usage(usage)
        self.repaint()

    def _take_usage(self, usage: Mapping[str, Usage]) -> None:
        self._usage = usage
        columns = self._with_usage if usage else self._without_usage
        if columns != self.columns:
            self.columns = columns

    @property
    def node(self) -> Node | None:
        """The node under the cursor."""
        return self.current.node if self.current is not None else None

    @property
    def folded(self) -> frozenset[NodeId]:
        """The nodes that hide what is below them."""
        return self._folded

    @folded.setter
    def folded(self, folded: Iterable[NodeId]) -> None:
        new = frozenset(folded)
        if new == self._folded or self._workflow is None:
            return
        key = cast(NodeId | None, self.cursor_key)
        self._folded = new
        shown = self._update()
        if key is not None and self._view.place_of(key) is None:
            # What the cursor was on is folded away: it goes to what hides it.
            ancestors = self._ancestors(key)
            hiding = next((k for k in ancestors if self._view.place_of(k) is not None), None)
            if shown and hiding is not None:
                self.move_to(hiding)
        self.post_message(self.FoldToggled(self, new))

    def reveal(self, key: NodeId) -> bool:
        """Unfold what hides a node and go there; false if there is no such node."""
        if self._view.place_of(key) is None:
            self.folded = self._folded - set(self._ancestors(key))
        return self.move_to(key)

    def _update(self) -> tuple[TreeRow, ...]:
        if self._workflow is None:
            return ()
        shown = self._view.update(
            self._workflow, folded=self._folded, show_skipped=self._show_skipped
        )
        self.replace(shown)
        return shown

    def _all_rows(self) -> tuple[TreeRow, ...]:
        """The tree with nothing folded."""
        if self._workflow is None:
            return ()
        return rows(self._workflow, show_skipped=self._show_skipped)

    def _ancestors(self, key: NodeId) -> list[NodeId]:
        """What a node stands under, nearest first."""
        above: list[NodeId] = []
        for row in self._all_rows():
            del above[row.depth :]
            if row.key == key:
                return above[::-1]
            above.append(row.key)
        return []

    def _above_cursor(self) -> list[NodeId]:
        """What the cursor stands under, nearest first, as it was drawn last.

        A retry deletes the step that one looks at; what it was part of is still there.
        """
        above: list[NodeId] = []
        depth = self.items[self.cursor].depth if self.cursor < len(self.items) else 0
        for row in reversed(self.items[: self.cursor]):
            if row.depth < depth:
                depth = row.depth
                above.append(row.key)
        return above

    def _pod_of(self, node: Node) -> str:
        if self._workflow is None or node.type != "Pod":
            return ""
        return pod_name(self._workflow, node, self._pod_names)

    def _usage_of(self, node: Node) -> Usage | None:
        return self._usage.get(self._pod_of(node)) if self._usage else None

    # --- drawing -------------------------------------------------------------------------

    def cell(self, placed: Placed[TreeRow], item: TreeRow, *, is_cursor: bool) -> list[Piece]:
        """The first column is lines, icon and label; the cursor is on the label."""
        if placed.column.id != "step":
            return super().cell(placed, item, is_cursor=is_cursor)
        base = self.token("")
        guide = ascii_guide(item.guide) if self.ascii else item.guide
        room = max(0, placed.width - LABEL_ROOM)
        if len(guide) > room:
            guide = tail(guide, room)
        icon = node_icon(item.node, ascii=self.ascii)
        sign = (">" if self.ascii else "►") if is_cursor else " "
        below = self._below(item)
        left = placed.width - width_of(guide) - width_of(icon) - 1
        label = cut(
            printable(item.label),
            left - width_of(below),
            middle=True,
            ellipsis=self.ellipsis,
        )
        blank = " " * max(0, left - width_of(label) - width_of(below))
        look = base + REVERSE if is_cursor else base
        return [
            (guide, self.token("guide")),
            (icon, self.token(node_token(item.node))),
            (sign, look),
            (label, look),
            (below, self.token("muted")),
            (blank, base),
        ]

    def _below(self, item: TreeRow) -> str:
        """How much is folded away here."""
        if not item.is_folded:
            return ""
        return f" {'+' if self.ascii else '▸'}{item.hidden_below}"

    # --- keys ----------------------------------------------------------------------------

    def action_fold(self) -> None:
        """Fold what the cursor is on; where nothing is to fold, go to what it stands under."""
        row = self.current
        if row is None:
            return
        if row.has_children and not row.is_folded:
            self.folded = self._folded | {row.key}
            return
        for index in range(self.cursor - 1, -1, -1):
            if self.items[index].depth < row.depth:
                self.move_to_line(index)
                return

    def action_unfold(self) -> None:
        """Unfold what the cursor is on; where nothing is folded, go to the first below."""
        row = self.current
        if row is None or not row.has_children:
            return
        if row.is_folded:
            self.folded = self._folded - {row.key}
        else:
            self.move_to_line(self.cursor + 1)

    def action_toggle_fold(self) -> None:
        """Fold or unfold what the cursor is on."""
        row = self.current
        if row is not None and row.has_children:
            self.folded = self._folded ^ {row.key}

    def action_toggle_folds(self) -> None:
        """Unfold everything, or fold everything but the roots."""
        if self._folded:
            self.folded = frozenset()
        else:
            self.folded = {row.key for row in self._all_rows() if row.has_children and row.depth}

    def action_fold_quiet(self) -> None:
        """Leave open only what leads to something that failed or runs."""
        above: list[TreeRow] = []
        open_: set[NodeId] = set()
        everything = self._all_rows()
        for row in everything:
            del above[row.depth :]
            if row.node.is_problem or row.node.phase == RUNNING:
                open_.update(parent.key for parent in above)
            above.append(row)
        self.folded = {row.key for row in everything if row.has_children and row.key not in open_}

    def action_hide_skipped(self) -> None:
        """Hide what was skipped or omitted, or show it again."""
        self._show_skipped = not self._show_skipped
        self._update()

    def action_problem(self, step: int) -> None:
        """To the next (1) or previous (-1) step that failed, wherever it is folded away."""
        everything = self._all_rows()
        at = next((i for i, row in enumerate(everything) if row.key == self.cursor_key), 0)
        for offset in range(1, len(everything) + 1):
            row: Any = everything[(at + step * offset) % len(everything)]
            if row.node.is_problem:
                self.reveal(row.key)
                return
