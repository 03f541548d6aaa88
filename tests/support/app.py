"""The whole app with a source that says what a test tells it, and what is on its screen."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any, TypeVar

from textual._compositor import LayoutUpdate
from textual.pilot import Pilot
from textual.screen import Screen
from textual.strip import Strip
from textual.widget import Widget
from textual.widgets import Static

from tests.support.runs import NOW
from tests.support.scripted import ScriptedSource
from tests.support.waiting import until
from tui.app import ArgoApp, Connect
from tui.domain.identity import Row
from tui.domain.workflow import ListedWorkflow, Manifest
from tui.kinds.workflows import WORKFLOWS
from tui.ports.connection import Connection
from tui.ports.reading import FilesRead
from tui.screens.list import ListScreen
from tui.screens.workflow import WorkflowScreen
from tui.settings import Settings
from tui.widgets.status_line import StatusLine
from tui.widgets.table import Table
from tui.widgets.text_view import TextView

STILL = Settings(fixed_now=NOW, delete_wait=0)
"""No flags, a clock that stands still, and deletes that are sent at once."""
UNPROTECTED = replace(STILL, places=(("*", {"protected": False}),))
"""The same, and no context is protected, whatever it is called."""
S = TypeVar("S", bound=Screen[Any])


def app_showing(
    *manifests: Manifest,
    source: Connection | None = None,
    settings: Settings = STILL,
    connect: Connect | None = None,
    can_demo: bool = True,
    reading_time: float = 0.0,
    own_time: bool = False,
    reading: FilesRead | None = None,
) -> ArgoApp:
    """The app on these workflows, or on a source, or on whatever `connect` opens; with `own_time`
    by the clock, or by that of a recording."""
    here = source or ScriptedSource(*manifests)
    app = ArgoApp(
        settings if settings.fixed_now or own_time else replace(settings, fixed_now=NOW),
        connect or (lambda demo: here),
        can_demo=can_demo,
        reading=reading,
    )
    app.terminal.reading_time = reading_time
    return app


def strips_of(app: ArgoApp) -> list[Strip]:
    """Every row of the screen as it goes to the terminal, dialogs and what is under them."""
    update = app.screen._compositor.render_update(
        full=True, screen_stack=app._background_screens, simplify=True
    )
    assert isinstance(update, LayoutUpdate)
    return [Strip.join(list(row)) for row in update.strips]


@dataclass
class Shown:
    """A running app, and how tests read it."""

    app: ArgoApp
    pilot: Pilot[Any]
    given: Connection | None = None
    """The source that the test gave; what the app has is wrapped around it."""

    async def press(self, *keys: str) -> None:
        """Press keys, and wait until what they post is done."""
        await self.pilot.press(*keys)

    async def write(self, text: str) -> None:
        """Type a text."""
        await self.pilot.press(*text)

    async def until(self, condition: Callable[[], object]) -> None:
        """Wait until something is so."""
        await until(condition)
        await self.pilot.pause()

    async def at_rest(self) -> None:
        """Wait until the screen looks the same three times in a row, and as long as the cursor of a
        list has to rest until it is told what it is on: that, focus and hints come last."""
        seen: list[list[Strip]] = []
        while len(seen) < 6 or not seen[-1] == seen[-2] == seen[-3]:
            await self.pilot.pause(0.05)
            seen.append(strips_of(self.app))
            assert len(seen) < 200, "it never comes to rest"

    async def until_shown(self, text: str) -> None:
        """Wait until a text is on the screen."""
        try:
            # Looking at a whole screen is work: not as often as at a value.
            await until(lambda: text in self.text, every=0.03)
        except AssertionError as never:
            raise AssertionError(f"{text!r} never came; the screen:\n{self.text}") from never

    async def until_said(self, text: str) -> None:
        """Wait until the status line says it."""
        try:
            await self.until(lambda: text in self.said)
        except AssertionError as never:
            raise AssertionError(f"{text!r} was never said; it says {self.said!r}") from never

    def pass_time(self, seconds: float) -> None:
        """Let the clock go on, and the app see it."""
        later = self.app.context.now() + timedelta(seconds=seconds)
        self.app.context.settings = replace(self.app.context.settings, fixed_now=later)
        self.app._tick()

    @property
    def rows_of_screen(self) -> list[str]:
        """What is on the screen, row by row."""
        return [strip.text for strip in strips_of(self.app)]

    @property
    def text(self) -> str:
        """The same as one text."""
        return "\n".join(self.rows_of_screen)

    @property
    def said(self) -> str:
        """What the status line of the screen in front says, or of the first below that has one."""
        for screen in reversed(self.app.screen_stack):
            for line in screen.query(StatusLine):
                if line.id is None:
                    return str(line.text)
        return ""

    def shows(self, kind: type[Widget]) -> bool:
        """Whether the screen in front is of a kind."""
        return isinstance(self.app.screen, kind)

    @property
    def overview(self) -> ListScreen:
        """The screen of the list, in front or not."""
        return next(s for s in self.app.screen_stack if isinstance(s, ListScreen))

    @property
    def rows(self) -> Table[Row[ListedWorkflow]]:
        """The list itself."""
        return self.overview.rows

    @property
    def names(self) -> list[str]:
        """The names in the list, in its order."""
        return [row.key.name for row in self.rows.items]

    @property
    def detail(self) -> WorkflowScreen:
        """The screen of one workflow, in front or not."""
        return next(s for s in reversed(self.app.screen_stack) if isinstance(s, WorkflowScreen))

    @property
    def current(self) -> str:
        """The name of the workflow under the cursor."""
        return self.rows.current.key.name if self.rows.current else ""

    @property
    def steps(self) -> list[str]:
        """The labels of the tree."""
        return [row.label for row in self.detail.steps.items]

    @property
    def pane_text(self) -> str:
        """All lines of the pane in front, those included that are not on the screen."""
        pane = self.detail.pane_tabs.pane
        assert pane is not None
        lines = pane.query_one(TextView)
        return "\n".join(lines.text.line(i) for i in range(len(lines.text)))

    def static(self, id: str) -> str:
        """What a text of the screen in front says."""
        return str(self.app.screen.query_one(f"#{id}", Static).content)

    async def open(self, name: str = "") -> WorkflowScreen:
        """Open a workflow of the list by Enter, and wait for its tree."""
        if name:
            await self.until(lambda: name in self.names)
            self.rows.move_to_line(self.names.index(name))
        await self.press("enter")
        await self.until(lambda: self.shows(WorkflowScreen) and self.detail.workflow is not None)
        return self.detail


@asynccontextmanager
async def showing(
    *manifests: Manifest,
    source: Connection | None = None,
    settings: Settings = STILL,
    size: tuple[int, int] = (120, 40),
    connect: Connect | None = None,
    can_demo: bool = True,
    reading_time: float = 0.0,
    own_time: bool = False,
) -> AsyncIterator[Shown]:
    """The app, running, its list read."""
    app = app_showing(
        *manifests,
        source=source,
        settings=settings,
        connect=connect,
        can_demo=can_demo,
        reading_time=reading_time,
        own_time=own_time,
    )
    async with app.run_test(size=size) as pilot:
        shown = Shown(app, pilot, source)
        await shown.until(lambda: is_settled(app))
        yield shown


def is_settled(app: ArgoApp) -> bool:
    """Whether there is a list, or a reason why there is none."""
    if app.source is None or app.views.trouble is not None:
        return app.views.trouble is not None
    session = app.lists.of(WORKFLOWS)
    is_told = session.standings.is_answered or not app.source.place.is_live
    return session.is_whole and is_told
