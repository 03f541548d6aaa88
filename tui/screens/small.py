"""What is said instead of a screen where there is no room for one."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.widgets import Static

from tui.bindings import bind
from tui.keys import hint
from tui.view import ModalView

LEAST = (60, 12)
"""Columns and rows below which nothing of ours can be read."""


def is_too_small(width: int, height: int) -> bool:
    """Whether there is not room for a screen."""
    return width < LEAST[0] or height < LEAST[1]


class TooSmallScreen(ModalView[None]):
    """Says so, and goes away by itself."""

    BINDINGS: ClassVar[list[BindingType]] = [
        bind("back", "app.quit", "Quit", shown=True),
    ]

    def interrupt(self) -> None:
        """There is nothing else to show."""

    def compose(self) -> ComposeResult:
        """One sentence, which fits into 20x5."""
        yield Static(
            f"argo-tui needs {LEAST[0]}x{LEAST[1]}\nmake this larger, or\n"
            f"use argo-tui list,\nget and logs.\n{hint('back')} quits",
            markup=False,
        )
