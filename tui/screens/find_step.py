"""The line in which one types the name of a step, and going to the steps of that name."""

from __future__ import annotations

from textual import on

from tui.context import AppContext
from tui.keys import hint
from tui.widgets.query_bar import QueryBar
from tui.widgets.step_tree import StepTree


class FindStep(QueryBar):
    """A line under the tree that moves its cursor while one types."""

    def __init__(self, context: AppContext) -> None:
        super().__init__(id="find", ascii=context.ascii)
        self.context = context
        self._sought = ""

    @property
    def _steps(self) -> StepTree:
        return self.screen.query_one(StepTree)

    @on(QueryBar.Edited)
    def find(self, message: QueryBar.Edited) -> None:
        """Go to the first step of that name while typing."""
        message.stop()
        self._sought = message.text.casefold()
        self.find_next(0)

    @on(QueryBar.Submitted)
    @on(QueryBar.Cancelled)
    def end(self, message: QueryBar.Submitted | QueryBar.Cancelled) -> None:
        """Back to the tree."""
        message.stop()
        self._steps.focus()
        self.text = ""
        self.close()

    def find_next(self, step: int) -> None:
        """To the next (1) or previous (-1) step of that name; 0 stays if this one fits."""
        steps = self._steps
        rows, at = steps.items, steps.cursor
        if not self._sought:
            if step:
                self.context.say(
                    f"nothing to look for yet: {hint('filter')} and the name of a step"
                )
            return
        direction = step or 1
        # A workflow that has just begun may have no step at all.
        for offset in range(abs(step), len(rows) + 1) if rows else ():
            row = rows[(at + direction * offset) % len(rows)]
            if self._sought in row.label.casefold():
                steps.move_to(row.key)
                return
        self.context.say(f"no step is called like “{self._sought}”", "warning")
