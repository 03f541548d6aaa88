"""The question before an action, as tests ask and answer it."""

from __future__ import annotations

from threading import Event
from typing import Any

from tests.support.app import Shown
from tests.support.runs import run
from tests.support.scripted import ScriptedSource
from tui.domain.workflow import Manifest
from tui.domain.writes import Write
from tui.errors import SourceError, Unreachable
from tui.screens.action import ActionScreen


class Obstinate(ScriptedSource):
    """Writes wait until they are let go, or fail from the nth on."""

    def __init__(self, *manifests: Manifest, fails_at: int = -1, error: Any = None) -> None:
        super().__init__(*manifests)
        self.fails_at = fails_at
        self.error: SourceError = error or Unreachable("the connection was reset")
        self.let_go = Event()
        self.let_go.set()

    def perform(self, write: Write) -> Manifest:
        self.let_go.wait(5)
        if len(self.performed) == self.fails_at:
            self.performed.append(write)
            raise self.error
        return super().perform(write)


def done() -> Manifest:
    """A workflow that succeeded."""
    return run("one-run-a1b2c", "Succeeded", ended=1)


async def ask(shown: Shown, key: str) -> ActionScreen:
    """Press an action's key, and wait for the plan."""
    await shown.press(key)
    await shown.until(lambda: shown.shows(ActionScreen))
    await shown.until(lambda: shown.static("dialog-plan") != "reading …")
    screen = shown.app.screen
    assert isinstance(screen, ActionScreen)
    return screen


def focused(shown: Shown) -> str:
    """The id of what has the focus."""
    widget = shown.app.screen.focused
    return str(widget.id) if widget is not None else ""


def assert_calls(plan: str, writes: list[Write]) -> None:
    """These calls, in this order, are told at the end of a plan."""
    group = "/apis/argoproj.io/v1alpha1"
    _, _, calls = plan.partition(f"Calls, one after the other (… is {group}):\n")
    told = [line.replace("…", group).split()[1:] for line in calls.splitlines()]
    assert [method for method, _ in told] == [write.method for write in writes]
    assert [path.partition("?")[0] for _, path in told] == [write.path for write in writes]
    assert ["?dryRun=All" in path for _, path in told] == [bool(write.query) for write in writes]
