"""The question before an action, as tests ask and answer it."""

from __future__ import annotations

from collections.abc import Sequence
from threading import Event
from typing import Any

from tests.support.app import Shown
from tests.support.runs import run
from tests.support.scripted import ScriptedSource
from tui.domain.workflow import Manifest
from tui.errors import SourceError, Unreachable
from tui.ports.operations import Call
from tui.screens.action import ActionScreen


class Obstinate(ScriptedSource):
    """Writes wait until they are let go, or fail from the nth on."""

    def __init__(self, *manifests: Manifest, fails_at: int = -1, error: Any = None) -> None:
        super().__init__(*manifests)
        self.fails_at = fails_at
        self.error: SourceError = error or Unreachable("the connection was reset")
        self.let_go = Event()
        self.let_go.set()

    def send(self, call: Call) -> Manifest:
        self.let_go.wait(5)
        if len(self.performed) == self.fails_at:
            self.performed.append(call)
            raise self.error
        return super().send(call)


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


def assert_calls(plan: str, planned: Sequence[Call]) -> None:
    """These calls, in this order, are told at the end of a plan."""
    group = "/apis/argoproj.io/v1alpha1"
    _, _, calls = plan.partition(f"Calls, one after the other (… is {group}):\n")
    told = [line.replace("…", group).split()[1:] for line in calls.splitlines()]
    assert [method for method, _ in told] == [call.method for call in planned]
    assert [path.partition("?")[0] for _, path in told] == [call.path for call in planned]
    assert ["?dryRun=All" in path for _, path in told] == [bool(call.query) for call in planned]
