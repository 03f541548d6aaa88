"""The question before an action, and what comes of the answer."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from threading import Event
from typing import Any

import pytest
from textual.widgets import Button, Input

from tests.support.app import STILL, Shown, showing
from tests.support.runs import ETL, nightly_etl, run
from tests.support.scripted import ScriptedSource, ref_of
from tui.domain.workflow import Manifest
from tui.domain.writes import Write
from tui.errors import Busy, Conflict, SourceError, Unreachable
from tui.screens.action import ActionScreen
from tui.screens.fields import ParameterField
from tui.sources.base import Capabilities
from tui.widgets.one_of import OneOf
from tui.widgets.tick import Tick


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
    widget = shown.app.screen.focused
    return str(widget.id) if widget is not None else ""


async def test_retry_shows_what_it_would_do_before_anything_is_sent() -> None:
    source = ScriptedSource(nightly_etl())
    async with showing(source=source) as shown:
        await ask(shown, "r")
        for told in (
            f"Retry {ETL}",
            "Runs again: 2 steps: transform(2:shard:2)(0), transform(2:shard:2)(1)",
            "Deleted: 2 pods with their logs",
            f"$ argo retry -n argo {ETL}",
        ):
            assert told in shown.text or told in shown.static("dialog-plan")
        assert "Runs again: 2 steps: transform(2:shard:2)(0)" in shown.text
        assert not source.performed
        await shown.press("escape")
        await shown.pilot.pause()
        assert not source.performed and not shown.shows(ActionScreen)


async def test_each_write_of_a_retry_is_sent_exactly_once_and_in_order() -> None:
    source = ScriptedSource(nightly_etl())
    async with showing(source=source) as shown:
        screen = await ask(shown, "r")
        planned = [write for _, plan in screen._plans for write in plan.writes]
        assert_calls(shown.static("dialog-plan"), planned)
        await shown.press("ctrl+s")
        await shown.until_said(f"Retried {ETL}")
        assert source.performed == planned
        assert [write.method for write in planned] == ["PUT", "DELETE", "DELETE", "PUT"]
        assert ("dryRun", "All") in planned[0].query


async def test_keys_pressed_while_an_action_is_under_way_send_nothing_twice() -> None:
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


async def test_delete_begins_on_cancel_and_says_what_is_lost() -> None:
    source = ScriptedSource(done())
    async with showing(source=source) as shown:
        for no in (["enter"], ["escape"], ["n"], ["right", "right", "right", "enter"]):
            await ask(shown, "D")
            assert focused(shown) == "cancel"
            assert "Lost: the workflow, the state of its steps, its pods" in shown.text
            if len(no) > 1:
                # Round all that can have the focus, and back to Cancel.
                await shown.press(*no[:-1])
                shown.app.screen.query_one("#cancel").focus()
                await shown.pilot.pause()
            await shown.press(no[-1])
            await shown.until(lambda: not shown.shows(ActionScreen))
        assert not source.performed


async def test_a_ticked_choice_makes_another_plan() -> None:
    terminating = done()
    terminating["metadata"]["finalizers"] = ["example.com/wait"]
    source = ScriptedSource(terminating)
    async with showing(source=source) as shown:
        await ask(shown, "D")
        assert "It stays as Terminating until these let go: example.com/wait" in shown.text
        shown.app.screen.query_one(Tick).focus()
        await shown.press("space")
        await shown.until_shown("Finalizers are removed: example.com/wait")
        assert "--force" in shown.text
        await shown.press("ctrl+s")
        await shown.until_said("Deleted")
        assert [write.method for write in source.performed] == ["PATCH", "DELETE"]


async def test_resubmit_sends_the_parameters_one_typed_and_only_those() -> None:
    source = ScriptedSource(nightly_etl())
    source.answers = [run("nightly-etl-9xk2d", "")]
    async with showing(source=source) as shown:
        screen = await ask(shown, "R")
        fields = list(screen.query(ParameterField))
        assert [(f.parameter_name, f.before) for f in fields] == [
            ("day", "2026-03-16"),
            ("region", "eu"),
            ("batch-size", "5000"),
        ]
        assert isinstance(screen.focused, Input), "one begins with the parameters"
        fields[2].query_one(Input).value = "250"
        await shown.until_shown("Changed parameters: batch-size=250")
        assert "-p batch-size=250" in shown.text
        await shown.press("ctrl+s")
        await shown.until_said("Resubmitted as nightly-etl-9xk2d")
        (write,) = source.performed
        assert write.method == "POST"
        sent = {p["name"]: p["value"] for p in write.body["spec"]["arguments"]["parameters"]}
        assert sent == {"day": "2026-03-16", "region": "eu", "batch-size": "250"}


async def test_of_a_listed_parameter_only_the_listed_values_can_be_chosen() -> None:
    source = ScriptedSource(nightly_etl())
    async with showing(source=source) as shown:
        screen = await ask(shown, "R")
        await shown.until_shown("‹ [eu] us apac ›")
        screen.query_one(OneOf).focus()
        await shown.press("right")
        await shown.until_shown("Changed parameters: region=us")
        assert "was eu" in shown.text
        await shown.press("right", "right")
        await shown.until(lambda: "Changed parameters" not in shown.text)
        await shown.press("left", *"mars")
        await shown.until_shown("region=apac")
        await shown.press("ctrl+s")
        await shown.until(lambda: source.performed)
        sent = source.performed[0].body["spec"]["arguments"]["parameters"]
        assert {p["name"]: p["value"] for p in sent}["region"] == "apac"


async def test_a_value_that_is_not_listed_any_more_is_refused_until_another_is_chosen() -> None:
    old = nightly_etl()
    (region,) = [p for p in old["spec"]["arguments"]["parameters"] if p["name"] == "region"]
    old["spec"] = {**old["spec"], "arguments": {"parameters": [{**region, "value": "mars"}]}}
    source = ScriptedSource(old)
    async with showing(source=source) as shown:
        screen = await ask(shown, "R")
        await shown.until_shown("region must be one of eu, us, apac")
        assert "‹ [mars] eu us apac ›" in shown.text
        assert screen.query_one("#go", Button).disabled
        await shown.press("ctrl+s")
        assert shown.shows(ActionScreen) and not source.performed
        screen.query_one(OneOf).focus()
        await shown.press("right")
        await shown.until(lambda: not screen.query_one("#go", Button).disabled)


def made_from_template() -> tuple[Manifest, Manifest]:
    """A workflow that gives one parameter, and the template that tells of it and of another."""
    made = run("deploy-a1b2c", "Succeeded", ended=1)
    made["spec"] = {
        "workflowTemplateRef": {"name": "deploy"},
        "arguments": {"parameters": [{"name": "where", "value": "staging"}]},
    }
    where = {"name": "where", "enum": ["staging", "live"], "description": "where to deploy to"}
    count = {"name": "replicas", "default": "2", "description": "how many"}
    template = {
        "kind": "WorkflowTemplate",
        "metadata": {"name": "deploy", "namespace": "argo"},
        "spec": {"arguments": {"parameters": [where, count]}},
    }
    return made, template


async def test_the_template_tells_values_description_and_default() -> None:
    made, template = made_from_template()
    source = ScriptedSource(made)
    source.templates["WorkflowTemplate", "argo", "deploy"] = template
    async with showing(source=source) as shown:
        screen = await ask(shown, "R")
        await shown.until_shown("‹ [staging] live ›")
        await shown.until_shown("where to deploy to")
        fields = list(screen.query(ParameterField))
        assert [(f.parameter_name, f.before) for f in fields] == [
            ("where", "staging"),
            ("replicas", "2"),
        ]
        fields[1].entry.focus()
        await shown.until_shown("how many · default 2")
        fields[1].entry.value = "3"
        await shown.until_shown("-p replicas=3")


async def test_a_template_that_cannot_be_read_leaves_names_and_values() -> None:
    made, _ = made_from_template()
    async with showing(made) as shown:
        screen = await ask(shown, "R")
        (field,) = screen.query(ParameterField)
        assert isinstance(field.entry, Input) and field.before == "staging"
        assert not screen.query_one("#go", Button).disabled


@pytest.mark.parametrize("size", [(80, 24), (60, 12)], ids=["80x24", "60x12"])
async def test_fields_never_push_the_plan_out_of_sight_and_all_of_it_can_be_read(
    size: tuple[int, int],
) -> None:
    async with showing(nightly_etl(), size=size) as shown:
        for key in ("r", "R"):
            screen = await ask(shown, key)
            for _ in range(6):
                await shown.press("tab")
                body = screen.query_one("#dialog-body")
                assert body.region.height >= min(3, body.virtual_size.height)
                assert body.region.bottom < size[1]
                assert screen.focused is not None
                assert screen.query_one("#dialog").region.contains_region(screen.focused.region)
            screen.query_one("#cancel").focus()
            words = shown.static("dialog-plan").split()
            await shown.until_shown(" ".join(words[:3]))
            body = screen.query_one("#dialog-body")
            while body.scroll_y < body.max_scroll_y:
                await shown.press("pagedown")
            await shown.until_shown(words[-1][-12:])
            while body.scroll_y:
                await shown.press("K")
            await shown.until_shown(" ".join(words[:3]))
            await shown.press("escape")
            await shown.until(lambda: not shown.shows(ActionScreen))


async def test_enter_in_a_field_goes_on_and_only_a_button_sends() -> None:
    source = ScriptedSource(nightly_etl())
    async with showing(source=source) as shown:
        screen = await ask(shown, "R")
        for _ in screen.query(ParameterField):
            await shown.press("enter")
        assert shown.shows(ActionScreen) and not source.performed
        assert focused(shown) == "cancel"
        await shown.write("y")
        assert not source.performed, "y answers only where nothing can be typed"


async def test_memoized_resubmit_says_what_it_takes_over() -> None:
    source = ScriptedSource(nightly_etl())
    async with showing(source=source) as shown:
        screen = await ask(shown, "R")
        screen.query_one(Tick).action_tick()
        await shown.until_shown("Taken over: 6 steps with their outputs.")
        assert "--memoized" in shown.text
        await shown.press("ctrl+s")
        await shown.until(lambda: source.performed)
        assert "nodes" in source.performed[0].body["status"]


async def test_what_argo_refuses_is_refused_in_its_words() -> None:
    source = ScriptedSource(done())
    async with showing(source=source) as shown:
        screen = await ask(shown, "R")
        screen.query_one(Tick).action_tick()
        await shown.until_shown("workflow must be Failed/Error to resubmit in memoized mode")
        await shown.press("ctrl+s")
        assert shown.shows(ActionScreen) and not source.performed


async def test_a_plan_is_made_of_the_workflow_as_it_is_now() -> None:
    source = ScriptedSource(nightly_etl())
    async with showing(source=source) as shown:
        source.manifests[ref_of(nightly_etl())] = run(ETL, "Succeeded", ended=1)
        await ask(shown, "r")
        assert "Runs again: 2 steps" not in shown.text
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
        assert not shown.app.pending and "✖" in shown.text


@pytest.mark.parametrize(
    "error, said",
    [
        (Conflict("it was changed by somebody else", status=409), "look at it and try again"),
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


async def test_several_are_done_one_after_the_other_and_one_failure_stops_no_other() -> None:
    source = Obstinate(*(run(f"old-{i}", "Succeeded", ended=1) for i in range(4)), fails_at=1)
    async with showing(source=source) as shown:
        await shown.press("space", "space", "space", "space")
        await ask(shown, "D")
        assert "Delete 4 workflows" in shown.text
        assert "Delete old-2 (Succeeded)" in shown.text
        assert shown.text.count("Lost: the workflow, the state of its steps") == 1
        await shown.press("y")
        await shown.until(lambda: len(source.performed) == 4 and not shown.app.pending)
        assert len({write.path for write in source.performed}) == 4
        await shown.until_said("Delete: 3 of 4 done; not old-1: ")


async def test_a_refusal_names_its_workflow_once() -> None:
    async with showing(run("still-going", "Running")) as shown:
        await shown.press("r")
        await shown.until_said("still-going is Running")
        assert shown.said.count("still-going") == 1


async def test_of_very_many_the_first_are_named_and_the_rest_counted() -> None:
    async with showing(*(run(f"old-{i:03}", "Succeeded", ended=1) for i in range(120))) as shown:
        await shown.press("V", "G", "V")
        await ask(shown, "D")
        assert "Delete 120 workflows" in shown.text
        assert "In all: 120 workflows, 120 API calls" in shown.text
        await shown.until_shown("Lost: the workflow")
        assert "\n… and 20 more\n" in shown.static("dialog-plan")


async def test_of_several_each_is_named_with_its_namespace_its_pods_and_its_calls() -> None:
    other = run("same", "Failed", namespace="ml", ended=1)
    other["metadata"]["uid"] = "uid-other"
    source = ScriptedSource(nightly_etl(), run("same", "Failed", ended=2), other)
    async with showing(source=source, size=(80, 24)) as shown:
        await shown.press("0")
        await shown.until(lambda: len(shown.names) == 3)
        await shown.press("space", "space", "space")
        screen = await ask(shown, "r")
        plan = shown.static("dialog-plan")
        for told in (
            "In all: 3 workflows in 2 namespaces, 2 pods deleted with their logs, 6 API calls",
            f"Retry {ETL} in argo (Failed)",
            "Retry same in argo (Failed)",
            "Retry same in ml (Failed)",
            "  Runs again: 2 steps: transform(2:shard:2)(0), transform(2:shard:2)(1)",
        ):
            assert told in plan.splitlines()
        assert plan.count("Lost: ") == 1, "what is true of each is said once"
        assert_calls(plan, [write for _, made in screen._plans for write in made.writes])
        assert "Calls" not in shown.text and "PgDn reads on" in shown.text
        for _ in range(10):
            await shown.press("pagedown")
        assert "6. PUT /apis/argoproj.io/v1alpha1/namespaces/" in shown.text


def assert_calls(plan: str, writes: list[Write]) -> None:
    """These calls, in this order, are told at the end of a plan."""
    told = [
        line.split()[1:] for line in plan.partition("Calls, one after the other:\n")[2].splitlines()
    ]
    assert [method for method, _ in told] == [write.method for write in writes]
    assert [path.partition("?")[0] for _, path in told] == [write.path for write in writes]
    assert ["?dryRun=All" in path for _, path in told] == [bool(write.query) for write in writes]


async def test_several_that_went_well_are_counted() -> None:
    source = ScriptedSource(*(run(f"old-{i}", "Succeeded", ended=1) for i in range(3)))
    async with showing(source=source) as shown:
        await shown.press("space", "space", "space")
        await ask(shown, "D")
        await shown.press("y")
        await shown.until_said("Delete: 3 of 3 done")


def refused_by(settings: Any = STILL, capabilities: Any = None) -> Callable[..., Any]:
    return lambda: showing(
        source=ScriptedSource(done(), capabilities=capabilities), settings=settings
    )


@pytest.mark.parametrize(
    "begin, why",
    [
        (refused_by(replace(STILL, read_only=True)), "started with --read-only"),
        (
            refused_by(capabilities=Capabilities(can_write=False, why_not="this is a saved one")),
            "this is a saved one",
        ),
    ],
    ids=["read-only", "saved"],
)
async def test_where_nothing_may_be_changed_every_action_is_refused_with_a_reason(
    begin: Callable[[], Any], why: str
) -> None:
    async with begin() as shown:
        for key in ("r", "R", "D", "X", "T", "s"):
            shown.app.say("")
            await shown.press(key)
            await shown.until_said(why)
            assert not shown.shows(ActionScreen)


async def test_what_an_action_cannot_be_done_to_is_left_out_by_name() -> None:
    source = ScriptedSource(run("still-going", "Running"), nightly_etl())
    async with showing(source=source) as shown:
        await shown.press("r")
        await shown.until_said("still-going is Running: only a finished workflow can be retried")
        await shown.press("space", "space")
        await ask(shown, "r")
        assert "1 left out; still-going" in shown.said
        assert f"Retry {ETL}" in shown.text


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


async def test_a_value_that_no_field_can_show_is_sent_as_it_was() -> None:
    made = nightly_etl()
    odd = "line one\nline two\t\x1b[31m"
    made["spec"] = {
        **made["spec"],
        "arguments": {
            "parameters": [{"name": "script", "value": odd}, {"name": "n", "value": "1"}]
        },
    }
    source = ScriptedSource(made)
    async with showing(source=source) as shown:
        screen = await ask(shown, "R")
        fields = list(screen.query(ParameterField))
        assert fields[0].query_one(Input).value.isprintable()
        fields[1].query_one(Input).value = "2"
        await shown.until_shown("n=2")
        await shown.press("ctrl+s")
        await shown.until(lambda: source.performed)
        sent = source.performed[0].body["spec"]["arguments"]["parameters"]
        assert {p["name"]: p["value"] for p in sent} == {"script": odd, "n": "2"}


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


@pytest.mark.parametrize(
    "arguments",
    [
        {"parameters": "x"},
        {"parameters": [7]},
        "x",
        {"parameters": [{"name": ["a"], "enum": {"b": 1}}, {"name": "n", "enum": [None, {}]}]},
    ],
)
async def test_parameters_of_another_shape_are_told_of_and_end_nothing(arguments: Any) -> None:
    odd = done()
    odd["spec"] = {**odd["spec"], "arguments": arguments}
    source = ScriptedSource(done())
    async with showing(source=source) as shown:
        source.manifests[ref_of(odd)] = odd
        await ask(shown, "R")
        await shown.at_rest()
        assert shown.shows(ActionScreen) and shown.static("dialog-plan")
        await shown.press("escape")
        await shown.until(lambda: not shown.shows(ActionScreen))
