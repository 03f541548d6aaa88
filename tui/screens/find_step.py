"""The line in which one types which steps to show, and going through those that match."""

from __future__ import annotations

from textual import on

from tui.context import AppContext
from tui.domain.sought import Sought, sought_by
from tui.keys import hint
from tui.screens.split_view import SplitView
from tui.widgets.query_bar import QueryBar


class FindStep(QueryBar):
    """A line under the steps; while one types, only steps that match are left, with those they are
    part of, and the cursor is on the first."""

    def __init__(self, context: AppContext) -> None:
        super().__init__(id="find", ascii=context.ascii)
        self.context = context
        self._typed = ""
        self._shown_before: Sought | None = None
        """What was looked for before the line was opened."""
        self._complaint = ""
        """That no step matches what was typed; "" while one does."""

    @property
    def _split(self) -> SplitView:
        return self.screen.query_one(SplitView)

    def begin(self) -> None:
        """Type what to look for; what is looked for by now is there, and selected."""
        sought = self._split.sought
        self._shown_before = sought
        self.open(self._typed if sought is not None and not sought.problems else "")

    def seek(self, text: str) -> bool:
        """Look for steps, by a part of their name or by a field selector; false if there is none,
        and then all stay."""
        self._typed = text.strip()
        if self._complaint:
            self.context.unsay(self._complaint)  # half a word matched nothing, the whole may
            self._complaint = ""
        sought = sought_by(text)
        if not self._split.seek(sought) and sought is not None:
            self._say_none("called like" if sought.text.startswith("like ") else "with")
            return False
        return True

    def _say_none(self, how: str) -> None:
        self._complaint = f"no step is {how} “{self._typed.casefold()}”"
        self.context.say(self._complaint, "warning")

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
        self._split.seek(self._shown_before)
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
        if self._split.sought is None and not self.seek(self._typed):
            return
        self._split.find_step(step)
