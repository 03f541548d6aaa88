"""What screens may ask of the app.

Screens get a desk instead of the app, so that they can be shown alone in a test and the app stays
wiring. It knows the source and the lists; what is to be done to them is told by messages.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, Protocol

from textual.screen import Screen

from tui.actions.base import Context
from tui.actions.verdict import Conditions
from tui.errors import TuiError
from tui.ports.collections import Scope
from tui.ports.connection import Source
from tui.settings import Settings
from tui.state.lists import WatchedLists
from tui.state.pending import Pending


class Desk(Protocol):
    """The app, as screens know it."""

    @property
    def settings(self) -> Settings:
        """Flags and environment."""

    @property
    def source(self) -> Source | None:
        """Where objects come from; None until connected."""

    @property
    def can_demo(self) -> bool:
        """Whether the built-in demo cluster could be shown instead."""

    @property
    def trouble(self) -> TuiError | None:
        """Why there is no list at all; None while there is hope."""

    @property
    def lists(self) -> WatchedLists:
        """The lists that are watched, and which scope they are of."""

    @property
    def pending(self) -> Pending:
        """Actions under way."""

    def now(self) -> datetime:
        """The time everything is shown at."""

    @property
    def conditions(self) -> Conditions:
        """What decides whether an action may be done, besides its subject."""

    def context(self) -> Context:
        """What plans need to know besides the workflow."""

    @property
    def ascii(self) -> bool:
        """Letters and plain lines instead of symbols."""

    @property
    def pod_names(self) -> str:
        """The pod name format of unmarked workflows (argo.md 3)."""

    def say(self, text: str, severity: str = "information") -> None:
        """Put a sentence on the status line of the screen in front."""

    def hold_frames(self, seconds: float) -> None:
        """Paint nothing for so long: something better is about to be known. 0 ends the wait."""

    def seen_anew(self, screen: Screen[Any]) -> None:
        """The screen asks something else now: nothing typed before it is shown is an answer."""

    def may_confirm(self, screen: Screen[Any]) -> bool:
        """Whether what was typed last can be an answer to the question on this screen."""

    def copy(self, text: str) -> None:
        """Send a text to the clipboard of the terminal."""

    def watch_scope(self, scope: Scope) -> None:
        """Watch other namespaces, once it is known that something of them can be read."""
