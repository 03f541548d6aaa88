"""Somebody is faster, or an answer is lost: nothing is sent twice, and what one knows is said."""

from __future__ import annotations

import pytest

from tests.actions.test_retry_preview import NAME, pipeline
from tests.support.app import showing
from tests.support.asking import ask
from tests.support.runs import run
from tests.support.scripted import ScriptedSource
from tui.domain.workflow import Manifest
from tui.errors import Conflict, SourceError, Unreachable
from tui.ports.operations import Call
from tui.screens.action import ActionScreen

VERBS = {
    "X": run(NAME, "Running"),
    "T": run(NAME, "Running"),
    "D": run(NAME, "Succeeded", ended=1),
    "s": run(NAME, "Running"),
    "r": pipeline(),
}
"""Key → what it is pressed on."""


class Failing(ScriptedSource):
    """The first write fails; the workflow has another resource version then."""

    def __init__(self, manifest: Manifest, error: SourceError) -> None:
        super().__init__(manifest)
        self.error = error

    def send(self, call: Call) -> Manifest:
        if self.performed:
            return super().send(call)
        self.performed.append(call)
        before = next(iter(self.manifests.values()))
        meta = {**before["metadata"], "resourceVersion": "999"}
        self.put({**before, "metadata": meta})
        raise self.error


@pytest.mark.parametrize("key", VERBS)
async def test_a_conflict_makes_the_plan_anew_and_sends_nothing_by_itself(key: str) -> None:
    source = Failing(
        VERBS[key], Conflict("it was changed by somebody else", status=409, reason="Conflict")
    )
    async with showing(source=source, size=(120, 40)) as shown:
        first = await ask(shown, key)
        await shown.press("ctrl+s")
        await shown.until(lambda: "Somebody was faster" in shown.text)
        again = shown.app.screen
        assert isinstance(again, ActionScreen) and again is not first
        assert "it says the same as before" in shown.static("dialog-plan")
        assert len(source.performed) == 1
        await shown.press("escape")
        await shown.until(lambda: not shown.shows(ActionScreen))
        assert len(source.performed) == 1


class Losing(ScriptedSource):
    """The connection breaks with every write; what is only rehearsed goes well."""

    def send(self, call: Call) -> Manifest:
        if call.is_rehearsal:
            return super().send(call)
        self.performed.append(call)
        raise Unreachable("the connection was reset")


@pytest.mark.parametrize("key", [*VERBS, "R"])
async def test_after_a_lost_answer_nobody_knows_and_nothing_is_sent_again(key: str) -> None:
    source = Losing(VERBS.get(key) or pipeline())
    async with showing(source=source, size=(120, 40)) as shown:
        await ask(shown, key)
        await shown.press("ctrl+s")
        await shown.until_said("arrived is not known: look before doing it again")
        assert not shown.shows(ActionScreen)
        assert len([call for call in source.performed if not call.is_rehearsal]) == 1
