"""The line in which one types which steps to show, and going through those that match."""

from __future__ import annotations

from textual import on

from tui.context import AppContext
from tui.keys import hint
from tui.screens.split_view import SplitView
from tui.widgets.query_bar import QueryBar
from tui.widgets.step_tree import StepTree
from tui.widgets.step_tree_model import Sought, sought_by


class FindStep(QueryBar):
    """A line under the tree; while one types, only steps that match are left, with those above
    them, and the cursor is on the first. In a graph all of it stays, and the cursor moves."""

    def __init__(self, context: AppContext) -> None:
        super().__init__(id="find", ascii=context.ascii)
        self.context = context
        self._typed = ""
        self._shown_before: Sought | None = None
        """What was looked for before the line was opened."""

    @property
    def _split(self) -> SplitView:
        return self.screen.query_one(SplitView)

    @property
    def _steps(self) -> StepTree:
        return self._split.steps

    def begin(self) -> None:
        """Type what to look for; what is looked for by now is there, and selected."""
        sought = self._steps.sought
        self._shown_before = sought
        self.open(self._typed if sought is not None and not sought.problems else "")

    def seek(self, text: str) -> bool:
        """Look for steps, by a part of their name or by a field selector; false if there is none,
        and then all stay."""
        self._typed = text.strip()
        if self._split.is_graph:
            return True
        steps, sought = self._steps, sought_by(text)
        found = steps.seek(sought)
        if sought is not None and not found:
            steps.seek(None)
            self._say_none("called like" if sought.text.startswith("like ") else "with")
            return False
        return True

    def _say_none(self, how: str) -> None:
        self.context.say(f"no step is {how} “{self._typed.casefold()}”", "warning")

    @on(QueryBar.Edited)
    def find(self, message: QueryBar.Edited) -> None:
        """Leave what matches while typing, the cursor on the first of it."""
        message.stop()
        if self.seek(message.text) and self._typed:
            self.find_next(0)

    @on(QueryBar.Submitted)
    def keep(self, message: QueryBar.Submitted) -> None:
        """Back to the tree, of which only what matches is left."""
        message.stop()
        self._end()

    @on(QueryBar.Cancelled)
    def restore(self, message: QueryBar.Cancelled) -> None:
        """Back to the tree as it was."""
        message.stop()
        self._steps.seek(self._shown_before)
        self._end()

    def _end(self) -> None:
        self._split.front.focus()
        self.text = ""
        self.close()

    def find_next(self, step: int) -> None:
        """To the next (1) or previous (-1) step that matches; 0 stays if this one does."""
        if not self._typed:
            if step:
                self.context.say(
                    f"nothing to look for yet: {hint('filter')} and the name of a step"
                )
            return
        if self._split.is_graph:
            part = self._typed.casefold()
            if not self._split.find_step(lambda label: part in label.casefold(), step):
                self._say_none("called like")
            return
        steps = self._steps
        if steps.sought is None and not self.seek(self._typed):
            return
        rows, at = steps.items, steps.cursor
        direction = step or 1
        # A workflow that has just begun may have no step at all.
        for offset in range(abs(step), len(rows) + 1) if rows else ():
            row = rows[(at + direction * offset) % len(rows)]
            if steps.is_sought(row):
                steps.move_to(row.key)
                return
