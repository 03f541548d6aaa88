"""Doing things to templates, cron workflows and gates by their keys."""

from __future__ import annotations

from functools import partial

from textual.widgets import Button, Input

from tests.screens.test_kinds import go, made
from tests.support.app import showing
from tests.support.asking import ask
from tests.support.runs import run
from tests.support.scripted import ScriptedSource, manifest
from tui.domain.workflow import Manifest
from tui.errors import Conflict
from tui.ports.operations import Call
from tui.screens.action import ActionScreen
from tui.screens.fields import ParameterField
from tui.terminal.clipboard import notice
from tui.widgets.form_fields import SelectField

SPEC = {
    "entrypoint": "main",
    "arguments": {"parameters": [{"name": "tag", "value": "v1"}]},
    "templates": [{"name": "main", "container": {"image": "a"}}],
}
CRON = made("CronWorkflow", "nightly", spec={"schedules": ["0 7 * * *"], "workflowSpec": SPEC})
ETL = made("WorkflowTemplate", "etl", spec=SPEC)
SHARED = made("ClusterWorkflowTemplate", "shared", "", spec=SPEC)


async def test_a_cron_workflow_is_suspended_and_resumed_by_one_key() -> None:
    source = ScriptedSource(CRON)
    async with showing(source=source, size=(120, 30)) as shown:
        await go(shown, "cron")
        await shown.until_shown("nightly")
        await ask(shown, "s")
        assert "Suspend nightly" in shown.text
        await shown.press("y")
        await shown.until_said("Suspended nightly")
    (call,) = source.performed
    assert (call.method, call.body) == ("PATCH", {"spec": {"suspend": True}})
    assert call.path.endswith("/namespaces/argo/cronworkflows/nightly")


async def test_a_backfill_asks_for_its_span_and_says_what_it_lacks() -> None:
    source = ScriptedSource(CRON)
    async with showing(source=source, size=(120, 40)) as shown:
        await go(shown, "cron")
        await shown.until_shown("nightly")
        await go(shown, "backfill")
        await shown.until_shown("From is needed")
        start = shown.app.screen.query_one("#choice-start", Input)
        await shown.until(lambda: start.has_focus)
        await shown.write("yesterday")
        await shown.until_shown("yesterday is no time for the start")
        for _ in "yesterday":
            await shown.press("backspace")
        await shown.write("2026-03-14T12:00:00Z")
        await shown.until(lambda: not shown.app.screen.query_one("#go", Button).disabled)
        await shown.press("ctrl+s")
        await shown.until(lambda: bool(source.performed))
    assert [call.method for call in source.performed] == ["POST"] * len(source.performed)


async def test_a_backfill_with_nothing_to_make_stays_with_what_was_typed_and_says_why() -> None:
    source = ScriptedSource(CRON)
    async with showing(source=source, size=(120, 40)) as shown:
        await go(shown, "cron")
        await shown.until_shown("nightly")
        await go(shown, "backfill")
        await shown.until_shown("From is needed")
        start = shown.app.screen.query_one("#choice-start", Input)
        end = shown.app.screen.query_one("#choice-end", Input)
        await shown.until(lambda: start.has_focus)
        await shown.write("2026-03-14T12:00:00Z")
        await shown.press("tab")
        await shown.until(lambda: end.has_focus)
        await shown.write("2026-03-13")
        await shown.until_shown("To, 2026-03-13T00:00:00Z, is before From")
        await shown.press("ctrl+s")
        await shown.until_said("is before From")
        assert (start.value, end.value) == ("2026-03-14T12:00:00Z", "2026-03-13")
        for _ in end.value:
            await shown.press("backspace")
        await shown.write("2026-03-14T12:00:01Z")
        await shown.press("ctrl+s")
        await shown.until_said("Nothing was due between 2026-03-14T12:00:00Z and")
        assert end.is_attached and end.value == "2026-03-14T12:00:01Z"
        await shown.press("shift+tab")
        await shown.until(lambda: start.has_focus)
        await shown.write("x")
        await shown.press("tab")
        await shown.press("ctrl+s")
        await shown.until_said("is no time for the start")
        await shown.until(lambda: start.has_focus)
    assert source.performed == []


async def test_of_several_a_backfill_asks_once_and_says_how_many_runs_each_makes() -> None:
    other = made("CronWorkflow", "hourly", spec={"schedules": ["0 * * * *"], "workflowSpec": SPEC})
    source = ScriptedSource(CRON, other)
    async with showing(source=source, size=(120, 40)) as shown:
        await go(shown, "cron")
        await shown.until_shown("nightly")
        await shown.press("*")
        await go(shown, "backfill")
        await shown.until_shown("From is needed")
        await shown.write("2026-03-14T12:00:00Z")
        sentence = partial(shown.static, "dialog-sentence")
        await shown.until(lambda: "Backfill hourly: Created: " in sentence())
        assert "Backfill nightly: " in sentence()


async def test_new_runs_are_made_of_templates_and_crons_with_their_parameters() -> None:
    for line, key in (("cron", "nightly"), ("wftmpl", "etl"), ("cwftmpl", "shared")):
        source = ScriptedSource(CRON, ETL, SHARED)
        async with showing(source=source, size=(120, 40)) as shown:
            await go(shown, line)
            await shown.until_shown(key)
            screen = await ask(shown, "R")
            (field,) = screen.query(ParameterField)
            assert field.entry.has_focus, "what one comes for is first"
            assert not field.has_class("-changed")
            await shown.write("2")
            await shown.until(partial(field.has_class, "-changed"))
            await shown.press("ctrl+s")
            performed = source.performed
            await shown.until(partial(len, performed))
        (call,) = source.performed
        assert (call.method, call.path.rpartition("/")[2]) == ("POST", "workflows")
        assert call.body["spec"]["arguments"]["parameters"] == [{"name": "tag", "value": "v12"}]
        assert call.body["metadata"]["generateName"] == f"{key}-"


async def test_templates_are_deleted_and_no_key_of_another_kind_is_meant() -> None:
    source = ScriptedSource(ETL)
    async with showing(source=source, size=(120, 30)) as shown:
        await go(shown, "wftmpl")
        await shown.until_shown("etl")
        await ask(shown, "D")
        assert "Whatever refers to it fails" in shown.static("dialog-plan")
        await shown.press("y")
        await shown.until_said("Deleted etl")
    (call,) = source.performed
    assert call.method == "DELETE" and call.path.endswith("/workflowtemplates/etl")
    assert call.body["preconditions"] == {"uid": "uid-etl"}


async def test_the_key_that_resumes_asks_a_gate_for_its_value() -> None:
    gate = {
        "id": "w-1",
        "name": "w.approve",
        "displayName": "approve",
        "type": "Suspend",
        "phase": "Running",
        "boundaryID": "w",
        "inputs": {"parameters": [{"name": "go", "enum": ["yes", "no"]}]},
        "outputs": {"parameters": [{"name": "go", "valueFrom": {"supplied": {}}}]},
    }
    root = {"id": "w", "name": "w", "type": "DAG", "phase": "Running", "children": ["w-1"]}
    source = ScriptedSource(manifest("w", nodes={"w": root, "w-1": gate}))
    async with showing(source=source, size=(120, 40)) as shown:
        await shown.open("w")
        await shown.until_shown("approve")
        await shown.press("G")
        screen = await ask(shown, "s")
        assert screen.action.id == "node.answer"
        assert "go must be one of yes, no" in shown.static("dialog-plan")
        field = screen.query_one(ParameterField)
        assert isinstance(field.entry, SelectField)
        await shown.press("right")
        await shown.until(lambda: field.entry.value == "yes")
        await shown.press("ctrl+s")
        await shown.until(lambda: not shown.shows(ActionScreen))
        await shown.until(lambda: bool(source.performed))
    (call,) = source.performed
    node = call.body["status"]["nodes"]["w-1"]
    assert node["phase"] == "Succeeded"
    assert node["outputs"]["parameters"] == [{"name": "go", "value": "yes"}]


async def test_a_gate_complains_of_nothing_before_somebody_has_tried() -> None:
    waiting = {"name": "why", "valueFrom": {"supplied": {}}}
    gate = {
        "id": "w-1",
        "name": "w.a",
        "displayName": "approve",
        "type": "Suspend",
        "phase": "Running",
        "boundaryID": "w",
        "outputs": {"parameters": [waiting]},
    }
    root = {"id": "w", "name": "w", "type": "DAG", "phase": "Running", "children": ["w-1"]}
    source = ScriptedSource(manifest("w", nodes={"w": root, "w-1": gate}))
    async with showing(source=source, size=(120, 40)) as shown:
        await shown.open("w")
        await shown.until_shown("approve")
        await shown.press("G")
        await ask(shown, "s")
        assert shown.static("dialog-plan") == "why is needed"
        await shown.press("ctrl+s")
        await shown.until_shown("raw output parameter 'why' has not been set")
        assert source.performed == []
        await shown.write("ok")
        await shown.until_shown("why = ok")
        await shown.press("ctrl+s")
        await shown.until(lambda: bool(source.performed))


async def test_triggering_says_what_was_triggered_and_as_what() -> None:
    source = ScriptedSource(CRON)
    begun = run("nightly-1", "")
    begun["metadata"]["labels"] = {"workflows.argoproj.io/cron-workflow": "nightly"}
    source.answers = [begun]
    async with showing(source=source, size=(120, 30)) as shown:
        await go(shown, "cron")
        await shown.until_shown("nightly")
        await ask(shown, "R")
        await shown.press("ctrl+s")
        await shown.until_said("Triggered nightly as nightly-1")


class Overtaken(ScriptedSource):
    """Somebody changes the workflow between our reading and our first write."""

    def send(self, call: Call) -> Manifest:
        if not self.performed:
            self.performed.append(call)
            later = manifest("w", version="99")
            later["spec"]["suspend"] = True
            later["status"]["nodes"] = {
                "w-1": {"id": "w-1", "name": "w.a", "type": "Suspend", "phase": "Running"}
            }
            self.put(later)
            raise Conflict("it was changed by somebody else", status=409, reason="Conflict")
        return super().send(call)


async def test_a_conflict_asks_anew_and_shows_what_is_different() -> None:
    held = manifest("w")
    held["spec"]["suspend"] = True
    source = Overtaken(held)
    async with showing(source=source, size=(120, 40)) as shown:
        await shown.until_shown("w")
        await ask(shown, "s")
        await shown.press("ctrl+s")
        await shown.until(lambda: "Somebody was faster" in shown.text)
        assert "+ Passed: 1 waiting step: w.a" in shown.static("dialog-plan")
        await shown.press("ctrl+s")
        await shown.until_said("Resumed w")
    assert [call.method for call in source.performed] == ["PUT", "PUT"]
    assert source.performed[1].body["metadata"]["resourceVersion"] == "99"


async def test_audit_tells_what_was_changed_and_no_secrets() -> None:
    source = ScriptedSource(CRON, ETL)
    async with showing(source=source, size=(120, 40)) as shown:
        await go(shown, "audit")
        await shown.until_shown("Nothing was changed")
        await shown.press("escape")
        await go(shown, "cron")
        await shown.until_shown("nightly")
        await ask(shown, "s")
        await shown.press("y")
        await shown.until_said("Suspended nightly")
        await go(shown, "audit")
        await shown.until_shown("$ argo cron suspend -n argo nightly")
        assert "Suspend nightly" in shown.text and "cron workflow nightly in argo" in shown.text


async def test_the_end_of_a_run_is_told_from_any_screen() -> None:
    source = ScriptedSource(run("one-run", "Running"), CRON)
    async with showing(source=source, size=(120, 40)) as shown:
        await shown.until_shown("one-run")
        await shown.press("B")
        await shown.until_said("the end of one-run will be told")
        await go(shown, "cron")
        await shown.until_shown("nightly")
        source.put(run("one-run", "Failed", ended=0))
        await shown.until_said("one-run Failed")
        assert not len(shown.app.ends)


async def test_who_does_not_want_to_be_told_any_more_is_not() -> None:
    source = ScriptedSource(run("one-run", "Running"), CRON)
    async with showing(source=source, size=(120, 40)) as shown:
        await shown.until_shown("one-run")
        await shown.press("B", "B")
        await shown.until_said("is not told any more")
        assert not len(shown.app.ends)
        await go(shown, "cron")
        await shown.until_shown("nightly")
        await shown.press("B")
        await shown.until_said("on no workflow whose end could be told")


def test_a_notice_has_no_controls_of_the_cluster_in_it() -> None:
    told = notice("w\x1b]0;x\x07 Failed", term="xterm-256color")
    assert told.startswith("\x07\x1b]9;w") and told.count("\x1b") == 1 and told.count("\x07") == 2
    assert notice("a;b", term="foot") == "\x07\x1b]777;notify;argo-tui;a,b\x07"
