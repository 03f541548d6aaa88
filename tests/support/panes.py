"""A pane alone in an app, with what panes may use."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from datetime import datetime
from typing import ClassVar, Generic, TypeVar

from textual.app import App, ComposeResult
from textual.binding import BindingType
from textual.pilot import Pilot

from tests.support.runs import NOW
from tests.support.scripted import ScriptedSource, opened
from tests.support.waiting import until
from tests.support.widgets import screen_of
from tui.bugs import caught
from tui.domain.node import Node
from tui.domain.prices import Prices
from tui.domain.workflow import Manifest
from tui.panes.base import Pane
from tui.resources import styles
from tui.state.jobs import JobList
from tui.widgets.text_view import TextView

P = TypeVar("P", bound=Pane)


class Bench(App[None], Generic[P]):
    """The pane, told what to show as a workflow's screen would."""

    CSS_PATH = [str(styles() / name) for name in ("tokens.tcss", "workflow.tcss")]
    ENABLE_COMMAND_PALETTE = False
    BINDINGS: ClassVar[list[BindingType]] = [("escape", "escaped", "")]
    ascii = False
    pod_names = "v2"
    prices = Prices()

    def __init__(self, kind: Callable[[Bench[P]], P], source: ScriptedSource) -> None:
        super().__init__()
        self.source = source
        self.time = NOW
        self.said: list[str] = []
        self.copied: list[str] = []
        self.jobs = JobList(caught)
        self.escapes = 0
        self.pane = kind(self)

    def compose(self) -> ComposeResult:
        yield self.pane

    def now(self) -> datetime:
        return self.time

    def say(self, text: str, severity: str = "information") -> None:
        self.said.append(text)

    def copy(self, text: str) -> None:
        self.copied.append(text)

    def copy_lines(self, lines: Sequence[str], what: str = "") -> None:
        self.copied.append("\n".join(lines))

    def action_escaped(self) -> None:
        self.escapes += 1

    def show(self, manifest: Manifest, step: str = "") -> None:
        """Show a workflow, or the step of that display name."""
        told = opened(manifest)
        self.pane.show(told.object, node_of(manifest, step) if step else None, told.raw)

    @property
    def lines(self) -> TextView:
        """The text of the pane."""
        return self.pane.query_one(TextView)

    @property
    def text(self) -> str:
        """All of its lines, those included that are not on the screen."""
        model = self.lines.text
        return "\n".join(model.line(i) for i in range(len(model)))

    @property
    def screen_text(self) -> str:
        """What of it is on the screen."""
        return "\n".join(screen_of(self.lines))


def node_of(manifest: Manifest, shown: str) -> Node:
    """The node of that display name."""
    nodes = opened(manifest).object.nodes.values()
    return next(node for node in nodes if node.display_name == shown)


class On(Generic[P]):
    """A running bench."""

    def __init__(self, app: Bench[P], pilot: Pilot[None]) -> None:
        self.app = app
        self.pane = app.pane
        self.pilot = pilot

    async def until(self, condition: Callable[[], object]) -> None:
        """Wait until something is so."""
        try:
            await until(condition)
        except AssertionError as never:
            raise AssertionError(f"never so; it shows:\n{self.app.screen_text}") from never
        await self.pilot.pause()


@asynccontextmanager
async def bench(
    kind: Callable[[Bench[P]], P], source: ScriptedSource, size: tuple[int, int] = (80, 14)
) -> AsyncIterator[On[P]]:
    """The pane on the screen, with the focus on its lines."""
    app = Bench(kind, source)
    async with app.run_test(size=size) as pilot:
        app.lines.focus()
        await pilot.pause()
        yield On(app, pilot)
