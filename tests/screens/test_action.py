"""The question before an action, and what comes of the answer."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from textual.widgets import Button

from tests.support.app import STILL, showing
from tests.support.asking import Obstinate, ask, assert_calls, done, focused
from tests.support.plans import calls_of
from tests.support.runs import ETL, nightly_etl, run
from tests.support.scripted import ScriptedSource, ref_of
from tui.domain.identity import Target
from tui.domain.workflow import Manifest
from tui.errors import Busy, Conflict, SourceError
from tui.ports.operations import Operations
from tui.screens.action import ActionScreen
from tui.screens.jobs import JobsScreen
from tui.terminal.typed import Key
from tui.widgets.form_fields import CheckboxField
from tui.widgets.status_line import StatusLine


async def test_retry_shows_what_it_would_do_before_anything_is_sent() -> None:
    source = ScriptedSource(nightly_etl())
    async with showing(source=source) as shown:
        await ask(shown, "r")
        assert "$ argo retry" not in shown.text, "one sentence first"
        await shown.press("ctrl+o")
        await shown.until_shown("argo retry")
        for told in (
            f"Retry {ETL}",
            "Runs again: 1 step: transform(2:shard:2)",
            "Deleted: 2 pods: ",
            f"$ argo retry -n argo {ETL}",
        ):
            assert told in shown.text or told in shown.static("dialog-plan")
        assert "Runs again: 1 step: transform(2:shard:2)" in shown.text
        assert not source.performed
        await shown.press("escape")
        await shown.pilot.pause()
        assert not source.performed and not shown.shows(ActionScreen)


async def test_each_write_of_a_retry_is_sent_exactly_once_and_in_order() -> None:
    source = ScriptedSource(nightly_etl())
    async with showing(source=source) as shown:
        screen = await ask(shown, "r")
        planned = [write for _, plan in screen._plans for write in calls_of(plan)]
        assert_calls(shown.static("dialog-plan"), planned)
        await shown.press("ctrl+s")
        await shown.until_said(f"Retried {ETL}")
        assert source.performed == planned
        assert [write.method for write in planned] == ["PUT", "DELETE", "DELETE", "PUT"]
        assert ("dryRun", "All") in planned[0].query


async def test_keys_pressed_while_an_action_is_under_way_send_nothing_twice(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)  # Where no question is open, ctrl-S writes a file.
    source = Obstinate(done())
    source.let_go.clear()
    async with showing(source=source) as shown:
        await ask(shown, "D")
        await shown.press("y")
        await shown.until(lambda: "delete …" in shown.text)
        row = next(line for line in shown.rows_of_screen if "►" in line)
        assert "one-run-a1b2c" in row and "delete …" in row, "the row says so"
        await shown.press("y", "enter", "ctrl+s")
        source.let_go.set()
        await shown.until_said("Deleted one-run-a1b2c")
        assert [write.method for write in source.performed] == ["DELETE"]
        assert "delete …" not in shown.text
        assert shown.names == ["one-run-a1b2c"], "only the watch takes it away"
        source.remove(ref_of(done()))
        await shown.until(lambda: not shown.names)


async def test_an_action_that_ended_elsewhere_leaves_no_label_where_it_was_begun() -> None:
    source = Obstinate(done())
    source.let_go.clear()
    async with showing(source=source) as shown:
        begun_on = shown.app.screen.query_one(StatusLine)
        await ask(shown, "D")
        await shown.press("y")
        await shown.until_said("Delete …")
        await shown.press("colon")
        await shown.write("jobs")
        await shown.press("enter")
        await shown.until(lambda: shown.shows(JobsScreen))
        assert begun_on.text == "Delete …"
        source.let_go.set()
        await shown.until_said("Deleted one-run-a1b2c")
        await shown.until(lambda: begun_on.text == "")


async def test_delete_begins_on_cancel_and_says_what_is_lost() -> None:
    source = ScriptedSource(done())
    async with showing(source=source) as shown:
        for no in (["enter"], ["escape"], ["n"], ["right", "right", "right", "enter"]):
            await ask(shown, "D")
            assert focused(shown) == "cancel"
            assert "The workflow goes, with the state of its steps, its pods" in shown.text
            if len(no) > 1:
                # Round all that can have the focus, and back to Cancel.
                await shown.press(*no[:-1])
                shown.app.screen.query_one("#cancel").focus()
                await shown.pilot.pause()
            await shown.press(no[-1])
            await shown.until(lambda: not shown.shows(ActionScreen))
        assert not source.performed


async def test_what_comes_late_for_a_question_that_was_answered_ends_nothing() -> None:
    source = ScriptedSource(done())
    async with showing(source=source) as shown:
        screen = await ask(shown, "D")
        await shown.press("escape")
        await shown.until(lambda: not screen.is_attached)
        # What Textual does after the next refresh, on whatever screen there is by then.
        screen._show()
        screen.tell_keys()
        await shown.pilot.pause()
        assert shown.app.is_running


async def test_what_argo_refuses_is_refused_in_its_words() -> None:
    source = ScriptedSource(done())
    async with showing(source=source) as shown:
        screen = await ask(shown, "R")
        screen.query_one(CheckboxField).action_tick()
        await shown.until_shown("workflow must be Failed/Error to resubmit in memoized mode")
        await shown.press("ctrl+s")
        assert shown.shows(ActionScreen) and not source.performed


async def test_a_plan_is_made_of_the_workflow_as_it_is_now() -> None:
    source = ScriptedSource(nightly_etl())
    async with showing(source=source) as shown:
        source.manifests[ref_of(nightly_etl())] = run(ETL, "Succeeded", ended=1)
        await ask(shown, "r")
        assert "Runs again: 1 step" not in shown.text
        assert ("get", ref_of(nightly_etl())) in source.asked


async def test_one_that_cannot_be_read_any_more_has_no_plan() -> None:
    source = ScriptedSource(done())
    async with showing(source=source) as shown:
        source.manifests.clear()
        screen = await ask(shown, "D")
        assert "there is no workflow one-run-a1b2c in argo" in shown.text
        assert screen.query_one("#go", Button).disabled
        await shown.press("y")
        assert not source.performed


async def test_an_error_half_way_says_what_was_done_and_nothing_more_is_sent() -> None:
    source = Obstinate(nightly_etl(), fails_at=2)
    async with showing(source=source, size=(250, 30)) as shown:
        await ask(shown, "r")
        await shown.press("ctrl+s")
        await shown.until_said("the connection was reset")
        assert "1 of 3 writes were done already" in shown.said
        assert "look before doing it again" in shown.said
        assert len(source.performed) == 3
        assert not shown.app.context.pending and "✖" in shown.text


@pytest.mark.parametrize(
    "error, said",
    [
        (Conflict("it was changed by somebody else", status=409), "nothing was done"),
        (Busy("the server is busy", status=503), "the server is busy"),
    ],
    ids=["conflict", "busy"],
)
async def test_a_write_that_failed_is_not_tried_again(error: SourceError, said: str) -> None:
    source = Obstinate(done(), fails_at=0, error=error)
    async with showing(source=source) as shown:
        await ask(shown, "D")
        await shown.press("y")
        await shown.until_said(said)
        assert len(source.performed) == 1


def refused_by(settings: Any = STILL, lacks: Any = None) -> Callable[..., Any]:
    return lambda: showing(source=ScriptedSource(done(), lacks=lacks), settings=settings)


@pytest.mark.parametrize(
    "begin, why",
    [
        (refused_by(replace(STILL, read_only=True)), "started with --read-only"),
        (
            refused_by(lacks={Operations: "this is a saved one"}),
            "this is a saved one",
        ),
    ],
    ids=["read-only", "saved"],
)
async def test_where_nothing_may_be_changed_every_action_is_refused_with_a_reason(
    begin: Callable[[], Any], why: str
) -> None:
    async with begin() as shown:
        assert "? Help" in shown.rows_of_screen[-1]
        assert "Retry" not in shown.rows_of_screen[-1], "what is refused is no hint"
        for key in ("r", "R", "D", "X", "T", "s"):
            shown.app.say("")
            await shown.press(key)
            await shown.until_said(why)
            assert not shown.shows(ActionScreen)


@pytest.mark.parametrize("size", [(80, 24), (60, 14)], ids=["80x24", "60x14"])
async def test_the_buttons_are_always_on_the_screen(size: tuple[int, int]) -> None:
    async with showing(nightly_etl(), size=size) as shown:
        for key in ("r", "R", "D"):
            await ask(shown, key)
            buttons = shown.app.screen.query_one("#dialog-buttons")
            assert buttons.region.height == 1 and buttons.region.bottom < size[1]
            assert "Cancel" in shown.text
            await shown.press("escape")
            await shown.until(lambda: not shown.shows(ActionScreen))


async def test_s_on_a_workflow_that_waits_at_a_suspend_step_means_resume_in_the_list_too() -> None:
    gate = run("release-gate-xmqpq", "Running")
    name = gate["metadata"]["name"]
    waiting = {"id": name, "name": name, "displayName": name, "type": "Suspend", "phase": "Running"}
    gate["status"]["nodes"] = {name: {**waiting, "startedAt": gate["status"]["startedAt"]}}
    source = ScriptedSource(gate)
    async with showing(source=source) as shown:
        await shown.press("s")
        await shown.until_shown(f"Resume {name}")
        await shown.press("ctrl+s")
        await shown.until(lambda: source.performed)
        body = source.performed[-1].body
        assert body["status"]["nodes"][name]["phase"] == "Succeeded"


async def test_what_destroys_takes_no_answer_before_the_question_could_be_read() -> None:
    source = ScriptedSource(run("one", "Succeeded", ended=1))
    async with showing(source=source, reading_time=3600) as shown:
        await ask(shown, "D")
        await shown.press("ctrl+s")
        assert shown.shows(ActionScreen), "it was not answered"
        assert "typed before the question could be read" in shown.said
        await shown.press("y")
        assert shown.shows(ActionScreen) and not source.performed
        await shown.until(lambda: shown.app.sight.since(shown.app.screen) is not None)
        shown.app.terminal.reading_time = 0.001
        await shown.press("ctrl+s")
        await shown.until(lambda: source.performed)


async def test_what_destroys_takes_no_answer_that_came_with_other_keys() -> None:
    source = ScriptedSource(run("one", "Succeeded", ended=1))
    async with showing(source=source) as shown:
        await ask(shown, "D")
        shown.app.post_message(Key("ctrl+s", "\x13", alone=False))
        await shown.until_said("typed before the question could be read")
        assert shown.shows(ActionScreen) and not source.performed
        shown.app.post_message(Key("ctrl+s", "\x13", alone=True))
        await shown.until(lambda: source.performed)


async def test_what_destroys_nothing_may_be_answered_at_once() -> None:
    source = ScriptedSource(nightly_etl())
    async with showing(source=source, reading_time=3600) as shown:
        await ask(shown, "r")
        await shown.press("ctrl+s")
        await shown.until_said(f"Retried {ETL}")


async def test_ctrl_r_in_a_question_reads_the_workflow_anew_and_plans_anew() -> None:
    source = ScriptedSource(run("one-run-a1b2c", "Running"))
    async with showing(source=source) as shown:
        await ask(shown, "X")
        assert "it is over" not in shown.static("dialog-plan")
        source.put(done())
        await shown.press("ctrl+r")
        await shown.until(lambda: shown.app.screen.query_one("#go", Button).disabled)
        assert shown.shows(ActionScreen) and not source.performed
        source.put(run("one-run-a1b2c", "Running"))
        await shown.press("ctrl+r")
        await shown.until(lambda: not shown.app.screen.query_one("#go", Button).disabled)


@pytest.mark.parametrize("key", ["question_mark", "colon", "D", "q"])
async def test_ctrl_r_and_ctrl_l_repaint_whatever_is_open(key: str) -> None:
    async with showing(nightly_etl()) as shown:
        await shown.press(key)
        await shown.until(lambda: len(shown.app.screen_stack) == 3)
        for pressed, action in (("ctrl+r", "app.read_anew"), ("ctrl+l", "app.repaint")):
            active = shown.app.screen.active_bindings[pressed]
            assert active.enabled and active.binding.action == action
            await shown.press(pressed)
            assert len(shown.app.screen_stack) == 3


class Renamed(ScriptedSource):
    """Whoever asks for a workflow by name gets one that was made later, as from a cluster."""

    def get(self, target: Target) -> Manifest:
        found = super().get(target)
        return {**found, "metadata": {**found["metadata"], "uid": "made-later"}}


@pytest.mark.parametrize("key", ["D", "R"])
async def test_another_workflow_of_the_same_name_is_not_acted_on(key: str) -> None:
    source = Renamed(done())
    async with showing(source=source) as shown:
        await ask(shown, key)
        assert "another one has its name now" in shown.static("dialog-plan")
        await shown.press("ctrl+s")
        assert shown.shows(ActionScreen) and not source.performed
