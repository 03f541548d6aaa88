"""A small app with one of everything that moves, for the tests of the output layer.

Run as a program it is what the pseudo terminal tests drive: `python small_app.py [--no-diff]`.
"""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from pathlib import Path
from typing import ClassVar

from textual.app import App, ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.coordinate import Coordinate
from textual.screen import ModalScreen
from textual.widgets import DataTable, Input, Log, Static

from tui.terminal.capabilities import detect
from tui.terminal.hangup import HangUp
from tui.terminal.output import CellDiffMixin

WIDE = "日本語の行 wide 漢字"
ACCENTS = "e\u0301te\u0301 cafe\u0301"
BOXES = "├─┤ ╰──╯ │ ━━━"


class Asking(ModalScreen[None]):
    """A small opaque dialog."""

    CSS = """
    Asking { align: center middle; background: transparent; }
    #box { width: 40; height: 7; border: round $primary; background: $surface; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        ("escape", "dismiss", "close"),
        ("ctrl+n", "next", "next"),
    ]

    def compose(self) -> ComposeResult:
        with Vertical(id="box"):
            yield Static(f"Stop the workflow? {WIDE}", id="words")
            yield Input(id="answer", select_on_focus=False)

    def action_next(self) -> None:
        self.query_one("#words", Static).update(BOXES)


class SmallApp(CellDiffMixin, App[None]):
    """A table, a log and a line that change by keys."""

    CSS = """
    DataTable { height: 1fr; }
    Log { height: 6; border-top: solid $primary; }
    #line { height: 1; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        ("u", "update_cell", "update"),
        ("a", "append", "append"),
        ("l", "change_line", "line"),
        ("m", "ask", "ask"),
        ("w", "wide", "wide"),
        ("ctrl+r", "repaint", "repaint"),
        ("x", "shell", "shell"),
        ("t", "touch", "touch"),
        ("o", "hold(30)", "hold"),
        ("k", "hold(0.2)", "hold a little"),
        ("p", "hold(0)", "let go"),
        ("q", "quit", "quit"),
    ]
    count = 0

    def action_touch(self) -> None:
        Path(os.environ["SMALL_STATE"]).write_text(str(self.count))

    def action_hold(self, seconds: float) -> None:
        self.hold_frames(seconds)

    def action_repaint(self) -> None:
        self.repaint_terminal()

    def action_shell(self) -> None:
        with self.suspend():
            subprocess.run(["printf", r"\033[2J\033[31mfrom a shell"], check=True)

    def compose(self) -> ComposeResult:
        yield DataTable(cursor_type="row", id="table")
        yield Log(id="log")
        yield Static("line 0", id="line")

    def on_mount(self) -> None:
        if "SMALL_STATE" in os.environ:
            child = subprocess.Popen(["sleep", "600"])
            state = Path(os.environ["SMALL_STATE"])
            HangUp(
                [child.kill, child.wait, lambda: state.write_text(f"saved {child.pid}")],
                self.exit,
            ).listen(asyncio.get_running_loop())
        table = self.query_one(DataTable)
        table.add_columns("name", "phase", "took")
        for number in range(60):
            name = f"{WIDE} {number}" if number % 7 == 3 else f"workflow-{number} {ACCENTS}"
            table.add_row(name, "Running", f"{number}s", key=str(number))

    def action_update_cell(self) -> None:
        self.count += 1
        table = self.query_one(DataTable)
        table.update_cell_at(Coordinate(1, 2), f"{self.count}s")

    def action_append(self) -> None:
        self.count += 1
        self.query_one(Log).write_line(f"line {self.count} {BOXES} {WIDE}")

    def action_change_line(self) -> None:
        self.count += 1
        words = (f"line {self.count}", WIDE * 2, ACCENTS, BOXES)[self.count % 4]
        self.query_one("#line", Static).update(words)

    def action_wide(self) -> None:
        self.count += 1
        table = self.query_one(DataTable)
        table.update_cell_at(Coordinate(3, 0), WIDE if self.count % 2 else "a" * 20)

    def action_ask(self) -> None:
        self.push_screen(Asking())


def small_app(*, diff: bool = True) -> SmallApp:
    app = SmallApp()
    app.use_terminal(detect(os.environ), diff=diff)
    return app


if __name__ == "__main__":
    small_app(diff="--no-diff" not in sys.argv).run(mouse=False)
