"""The widgets' app with what the program has besides: a dialog, another screen, an input.

`python dialog_app.py (list|tree|log) [--no-diff]`.
"""

from __future__ import annotations

import os
import sys
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen, Screen
from textual.widgets import Input, Static

from tests.cost.widgets_app import WidgetsApp
from tui.terminal.capabilities import detect
from tui.terminal.environment import prepare


class Confirm(ModalScreen[None]):
    """A small dialog that hides what is under it and dims nothing."""

    CSS = """
    Confirm { align: center middle; background: transparent; }
    Confirm Vertical { width: 60; height: 9; border: round $primary; background: $surface; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [("escape", "dismiss", "Close")]

    def compose(self) -> ComposeResult:
        with Vertical():
            yield Static("Stop 3 workflows in ml?", markup=False)
            yield Static("nightly-etl-0001-x7k2p\nnightly-etl-0002-x7k2p", markup=False)
            yield Input(placeholder="a message")


class Other(Screen[None]):
    """Another view, full of text."""

    BINDINGS: ClassVar[list[BindingType]] = [("escape", "app.pop_screen", "Back")]

    def compose(self) -> ComposeResult:
        text = "\n".join(f"apiVersion line {number}: value-{number * 37}" for number in range(60))
        yield Static(text, markup=False)


class DialogApp(WidgetsApp):
    BINDINGS: ClassVar[list[BindingType]] = [
        ("d", "ask", "Ask"),
        ("y", "other", "Other"),
        ("f5", "repaint", "Repaint"),
    ]

    def action_ask(self) -> None:
        self.push_screen(Confirm())

    def action_other(self) -> None:
        self.push_screen(Other())

    def action_repaint(self) -> None:
        self.repaint_terminal()


if __name__ == "__main__":
    prepare(detect(os.environ))
    app = DialogApp(sys.argv[1])
    app.use_terminal(detect(os.environ), diff="--no-diff" not in sys.argv)
    app.run(mouse=False)
