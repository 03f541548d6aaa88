"""What every tab of a workflow is.

A pane is told what to show and reads the rest itself, on threads. `show` is called often (each beat
of a running workflow, each step the cursor passes), so it must be cheap, and do nothing when what
the pane shows has not changed.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from importlib import import_module
from typing import Protocol, cast

from textual.widget import Widget

from tui.columns.nodes import Usage
from tui.domain.identity import Target
from tui.domain.node import Node
from tui.domain.workflow import Workflow
from tui.ports.connection import Connection


class PaneContext(Protocol):
    """What panes may use besides what they are shown."""

    @property
    def ascii(self) -> bool:
        """Letters and plain lines instead of symbols."""

    @property
    def source(self) -> Connection | None:
        """Where pods, logs and events come from; None until connected."""

    @property
    def pod_names(self) -> str:
        """The pod name format of unmarked workflows (argo.md 3)."""

    def now(self) -> datetime:
        """The time everything is shown at."""

    def say(self, text: str, severity: str = "information") -> None:
        """Put a sentence on the status line."""

    def copy(self, text: str) -> None:
        """Send a text to the clipboard of the terminal."""


class Pane(Widget):
    """One tab: of a workflow, or of the step the cursor is on."""

    DEFAULT_CSS = "Pane { height: 1fr; width: 1fr; }"

    def __init__(self, context: PaneContext) -> None:
        super().__init__()
        self.context = context

    def show(self, workflow: Workflow, node: Node | None, raw: bytes) -> None:
        """Show this; `node` is None for the whole workflow, `raw` is its JSON."""
        raise NotImplementedError

    def show_usage(self, usage: Mapping[str, Usage]) -> None:
        """What the pods of the workflow use now, by their names."""

    def chosen(self, whole: Target) -> tuple[Target, str] | None:
        """What of the workflow the pane's own cursor is on, and its title; None for nothing."""
        return None

    def tick(self, now: datetime) -> None:
        """A second went by."""

    def leave(self) -> None:
        """Not in front any more: stop what only serves looking."""


@dataclass(frozen=True, slots=True)
class PaneSpec:
    """A pane as the registry knows it."""

    id: str
    title: str
    where: str
    """`module:class`, imported when first looked at."""
    is_hinted: bool = False
    """Whether the row of hints names its key."""
    from_list: bool = True
    """Whether a list opens it, too, of the workflow under the cursor."""
    key: str = ""
    """A key of its own, where `KEYS` has none for it."""

    @property
    def binding_id(self) -> str:
        """The id of what its key means: to open it."""
        return f"pane.{self.id}"

    def make(self, context: PaneContext) -> Pane:
        """The pane itself."""
        module, _, name = self.where.partition(":")
        return cast(Callable[[PaneContext], Pane], getattr(import_module(module), name))(context)
