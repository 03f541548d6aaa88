"""The line in which one types the name of a step, and going to the steps of that name."""

from __future__ import annotations

from textual import on

from tui.context import AppContext
from tui.keys import hint
from tui.screens.split_view import SplitView
from tui.widgets.query_bar import QueryBar


class FindStep(QueryBar):
    """A line under the tree that moves its cursor while one types."""

    def __init__(self, context: AppContext) -> None:
        super().__init__(id="find", ascii=context.ascii)
        self.context = context
        self._sought = ""

    @property
    def _steps(self) -> SplitView:
        return self.screen.query_one(SplitView)

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
        self._steps.front.focus()
        self.text = ""
        self.close()

    def find_next(self, step: int) -> None:
        """To the next (1) or previous (-1) step of that name; 0 stays if this one fits."""
        if not self._sought:
            if step:
                self.context.say(
                    f"nothing to look for yet: {hint('filter')} and the name of a step"
                )
            return
        if not self._steps.find_step(lambda label: self._sought in label.casefold(), step):
            self.context.say(f"no step is called like “{self._sought}”", "warning")
