"""The line in which one types what to look for in the list."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from textual import on

from tui.context import AppContext
from tui.errors import QueryError
from tui.keys import hint
from tui.screens.arrangement import Arrangement
from tui.widgets.query_bar import QueryBar


class FilterBar(QueryBar):
    """A line above the list that narrows it while one types."""

    def __init__(
        self,
        context: AppContext,
        arrangement: Arrangement[Any],
        *,
        filtered: Callable[[], object],
        left: Callable[[], object],
    ) -> None:
        super().__init__(id="query", ascii=context.ascii)
        self.context = context
        self._arrangement = arrangement
        self._filtered = filtered
        """Told whenever a filter was put on or taken away."""
        self._complaint = ""
        """What the status line says of a filter that was none; "" once there is one."""
        self._leave = left
        """Gives what is filtered the focus."""

    def look_for(self, text: str) -> None:
        """Show what matches; of a filter that is none, say why, and keep what is shown."""
        try:
            self._arrangement.filter(text)
        except QueryError as error:
            self.problem = error.what
            return
        self.problem = ""
        self._stop_complaining()
        self._filtered()

    def put(self, text: str) -> None:
        """The same, as if it had been typed and kept: of one that is none the line says nothing."""
        self.look_for(text)
        if self.problem:
            self._complain(f"{text}: {self.problem}")
            self.problem = ""
        self.text = self._arrangement.query
        self._tell_way_out()

    def give_up(self) -> None:
        """Take away a filter that came to no end on some row, and say so."""
        text = self._arrangement.query
        self.put("")
        self._complain(f"{text}: takes too long on some row, so all are shown")

    def open(self, text: str | None = None, *, prompt: str | None = None) -> None:
        """While one types, keys are told elsewhere."""
        self.tell("")
        super().open(text, prompt=prompt)

    def _tell_way_out(self) -> None:
        """Say behind a filter what it is called, and which key takes it away."""
        called = self._arrangement.called if self.text else ""
        words = f"{hint('unwind')} shows all"
        self.tell(f"{called}; {words}" if called else words if self.text else "")

    def _complain(self, text: str) -> None:
        self._complaint = text
        self.context.say(text, "warning")

    def _stop_complaining(self) -> None:
        """Take away what was said of a filter that was none, unless more was said since."""
        if self._complaint:
            self.context.unsay(self._complaint)
            self._complaint = ""

    @on(QueryBar.Edited)
    def narrow(self, message: QueryBar.Edited) -> None:
        """Filter while typing, by what stands in the line now: a later key may have changed it."""
        message.stop()
        if self.is_typed_into:
            self.look_for(self.text)

    @on(QueryBar.Submitted)
    def keep(self, message: QueryBar.Submitted) -> None:
        """Back to the list; the filter stays. One that is none keeps the line open, and all is said
        of it."""
        message.stop()
        self.look_for(self.text)
        if not self.problem:
            self._leave()
            self._tell_way_out()
            return
        self.go_on()
        try:
            self._arrangement.read(self.text)
        except QueryError as error:
            shown = self._arrangement.query
            kept = f"; shown is what matches {shown}" if shown else ""
            self._complain(f"{error}{kept}")

    @on(QueryBar.Cancelled)
    def drop(self, message: QueryBar.Cancelled) -> None:
        """Back to the list, with the filter from before the line was opened."""
        message.stop()
        self.put(message.text)
        self._leave()

    @on(QueryBar.Left)
    def settle(self, message: QueryBar.Left) -> None:
        """Something else has the focus: what stands in the line is what filters."""
        message.stop()
        if not self.is_typed_into:
            self.problem = ""
            self.text = self._arrangement.query
            self._tell_way_out()
