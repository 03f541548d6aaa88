"""What is in the tree of steps: which rows, what is folded, and on what the cursor stays.

The tree is a list of rows (`domain.forest`), so its depth costs nothing. What is folded is kept
here, by node, and survives every update; the cursor stays on its node.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import cast

from textual.message import Message

from tui.columns import Usage, node_columns
from tui.domain.attempts import Superseded
from tui.domain.forest import ForestView, TreeRow, first_problem, rows
from tui.domain.node import Node, NodeId
from tui.domain.podname import V2, pod_name
from tui.domain.reason import stuck
from tui.domain.workflow import Workflow
from tui.widgets.table import Table

USAGE = ("cpu", "memory")
"""Columns that are there only while something is known for them."""


class FoldedRows(Table[TreeRow]):
    """The rows of a tree, some folded away; how they look is for another class to say."""

    @dataclass
    class FoldToggled(Message):
        """Other nodes are folded now."""

        forest: FoldedRows
        folded: frozenset[NodeId]

        @property
        def control(self) -> FoldedRows:
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

        Another workflow than before opens with the cursor on its first failed step, else on the
        one that cannot begin or waits for somebody.
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
            wanted = first_problem(workflow, self.items) or self._first_stuck(workflow)
            if wanted is None or not self.move_to(wanted):
                self.move_to_line(0)
            self.centre()

    @staticmethod
    def _first_stuck(workflow: Workflow) -> NodeId | None:
        """The step that an unfinished workflow waits for, if there is one."""
        return None if workflow.is_completed else next(iter(stuck(workflow.nodes)), None)

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

    def _superseded(self) -> Superseded:
        """Which steps are in attempts that were tried again."""
        return Superseded(self._workflow.nodes if self._workflow is not None else {})

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
