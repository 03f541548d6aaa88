"""The steps of one workflow as a tree that moves while one looks at it.

The tree is a list of rows with box lines in front, so it scrolls, ticks and repaints as any list
does. Here is how its rows look and which keys fold them.
"""

from __future__ import annotations

from typing import Any, ClassVar

from textual.binding import Binding, BindingType

from tui.columns import Placed, node_token
from tui.domain.forest import TreeRow
from tui.domain.guides import ascii_guide
from tui.domain.node import RUNNING, NodeId
from tui.domain.status import node_icon
from tui.messages import Said
from tui.widgets.cells import Piece, cut, printable, tail, width_of
from tui.widgets.folding import FoldedRows
from tui.widgets.table import REVERSE

LABEL_ROOM = 12
"""Cells that a label keeps however deep it is."""


class StepTree(FoldedRows):
    """The tree of steps."""

    GUTTER = 0
    UNMARKABLE = "steps are not marked: what one does is done to the whole workflow"
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
        """Fold or unfold what the cursor is on; a step with none below it says so."""
        row = self.current
        if row is None:
            return
        if row.has_children:
            self.folded = self._folded ^ {row.key}
        else:
            self.post_message(Said(f"no steps below {printable(row.label)}; Left goes up"))

    def action_toggle_folds(self) -> None:
        """Unfold everything, or fold everything but the roots."""
        groups = {row.key for row in self._all_rows() if row.has_children and row.depth}
        if not groups and not self._folded:
            self.post_message(Said("no step has steps below it"))
        self.folded = frozenset() if self._folded else groups

    def action_fold_quiet(self) -> None:
        """Leave open only what leads to something that failed or runs."""
        above: list[TreeRow] = []
        open_: set[NodeId] = set()
        everything = self._all_rows()
        gone = self._superseded()
        for row in everything:
            del above[row.depth :]
            is_problem = row.node.is_problem and row.key not in gone
            if is_problem or row.node.phase == RUNNING:
                open_.update(parent.key for parent in above)
            above.append(row)
        self.folded = {row.key for row in everything if row.has_children and row.key not in open_}

    def action_hide_skipped(self) -> None:
        """Hide what was skipped or omitted, or show it again."""
        before = len(self._all_rows())
        self._show_skipped = not self._show_skipped
        self._update()
        if len(self._all_rows()) == before:
            self.post_message(Said("no step was skipped or omitted"))

    def action_problem(self, step: int) -> None:
        """To the next (1) or previous (-1) step that failed, wherever it is folded away.

        An attempt that was tried again is none.
        """
        everything = self._all_rows()
        gone = self._superseded()
        at = next((i for i, row in enumerate(everything) if row.key == self.cursor_key), 0)
        for offset in range(1, len(everything) + 1):
            row: Any = everything[(at + step * offset) % len(everything)]
            if row.node.is_problem and row.key not in gone:
                self.reveal(row.key)
                return
        self.post_message(Said("no step failed"))
