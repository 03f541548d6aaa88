"""The same things in stock widgets: a DataTable, a Tree, a Log. Textual as it comes.

`python stock_app.py (list|tree|log) [ROWS [EVENTS]]`; the keys are those of
`tests/cost/dialog_app.py`. With EVENTS a thread changes so many random rows of the list a second.
"""

from __future__ import annotations

import random
import sys
import threading
import time
from collections.abc import Iterable
from datetime import timedelta
from typing import ClassVar

from textual.app import App, ComposeResult
from textual.binding import BindingType
from textual.coordinate import Coordinate
from textual.widget import Widget
from textual.widgets import DataTable, Footer, Log, Static, Tree

from tests.cost.dialog_app import Confirm, Other
from tests.cost.widgets_app import NOON, ROWS, log_line, steps, workflow
from tui.columns import workflow_columns

STEP = 0.02
"""Seconds between two bundles of events."""


class StockApp(App[None]):
    """One stock widget, a status line, a footer."""

    ENABLE_COMMAND_PALETTE = False
    CSS = "#status { height: 1; } DataTable, Tree, Log { height: 1fr; }"
    BINDINGS: ClassVar[list[BindingType]] = [
        ("j", "move(1)", "Down"),
        ("k", "move(-1)", "Up"),
        ("8", "change_one", "One row"),
        ("2", "change_unseen", "Off the screen"),
        ("3", "say", "Say"),
        ("t", "tick", "Tick"),
        ("d", "ask", "Ask"),
        ("y", "other", "Other"),
        ("q", "quit", "Quit"),
    ]

    def __init__(self, what: str, rows: int = ROWS, events: int = 0) -> None:
        super().__init__()
        self.what = what
        self.rows = rows
        self.events = events
        self.count = 3
        self.seconds = 0
        self.columns = workflow_columns()
        self.shown: Widget

    def compose(self) -> ComposeResult:
        yield {"list": DataTable, "tree": Tree, "log": Log}[self.what](
            *(["etl"] if self.what == "tree" else [])
        )
        yield Static("", id="status", markup=False)
        yield Footer()

    def on_mount(self) -> None:
        if self.what == "list":
            table = self.query_one(DataTable)
            table.cursor_type = "row"
            table.add_columns(*(column.title for column in self.columns))
            table.add_rows(self._cells(number) for number in range(self.rows))
            table.focus()
            if self.events:
                threading.Thread(target=self._flood, daemon=True).start()
        elif self.what == "tree":
            tree = self.query_one(Tree)
            for node in (steps().status.nodes or {}).values():
                if node.boundary_id:
                    tree.root.add_leaf(f"{node.display_name} {node.phase}")
            tree.root.expand()
            tree.focus()
        else:
            self.query_one(Log).write_lines(log_line(n).decode() for n in range(ROWS))

    def _cells(self, number: int, done: int = 3) -> Iterable[str]:
        now = NOON + timedelta(seconds=self.seconds)
        item = workflow(number, done)
        return [column.text(item, now) for column in self.columns]

    def _flood(self) -> None:
        chance, began, bundle = random.Random(17), time.monotonic(), int(self.events * STEP)
        told = 0
        while self.is_running:
            told += 1
            changed = [chance.randrange(self.rows) for _ in range(bundle)]
            self.call_from_thread(self._take, changed)
            time.sleep(max(0.0, began + told * STEP - time.monotonic()))

    def _take(self, changed: Iterable[int]) -> None:
        self.count += 1
        for number in changed:
            self._row(number)

    def _row(self, number: int) -> None:
        table = self.query_one(DataTable)
        for place, text in enumerate(self._cells(number, self.count)):
            table.update_cell_at(Coordinate(number, place), text)

    def action_move(self, step: int) -> None:
        for widget in self.query("DataTable, Tree"):
            assert isinstance(widget, DataTable | Tree)
            _ = widget.action_cursor_down() if step > 0 else widget.action_cursor_up()

    def action_change_one(self) -> None:
        self.count += 1
        if self.what == "list":
            self._row(5)
        elif self.what == "tree":
            self.query_one(Tree).root.children[2].set_label(f"step-2 try {self.count}")
        else:
            self.query_one(Log).write(log_line(ROWS + self.count).decode())

    def action_change_unseen(self) -> None:
        self.count += 1
        if self.what == "list":
            for number in range(100, 200):
                self._row(number)

    def action_say(self) -> None:
        self.count += 1
        self.query_one("#status", Static).update(f"{self.count} workflows deleted")

    def action_tick(self) -> None:
        self.seconds += 1
        if self.what == "list":
            for number in range(30):
                self._row(number)

    def action_ask(self) -> None:
        self.push_screen(Confirm())

    def action_other(self) -> None:
        self.push_screen(Other())


if __name__ == "__main__":
    StockApp(sys.argv[1], *map(int, sys.argv[2:])).run(mouse=False)
