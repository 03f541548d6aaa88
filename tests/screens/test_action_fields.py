"""What can be chosen in the question before an action, and what one types there."""

from __future__ import annotations

from typing import Any

import pytest
from textual.widgets import Button, Input

from tests.support.app import showing
from tests.support.asking import ask, done, focused
from tests.support.runs import nightly_etl, run
from tests.support.scripted import ScriptedSource, ref_of
from tui.domain.workflow import Manifest
from tui.screens.action import ActionScreen
from tui.screens.fields import ChoiceField, ParameterField
from tui.widgets.form_fields import CheckboxField, SelectField


async def test_a_ticked_choice_makes_another_plan() -> None:
    terminating = done()
    terminating["metadata"]["finalizers"] = ["example.com/wait"]
    source = ScriptedSource(terminating)
    async with showing(source=source) as shown:
        await ask(shown, "D")
        await shown.press("d")
        await shown.until_shown("argo delete")
        assert "It stays as Terminating until these let go: example.com/wait" in shown.text
        shown.app.screen.query_one(CheckboxField).focus()
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
        await shown.until_shown("from the beginning, with batch-size=250")
        await shown.press("ctrl+o")
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
        screen.query_one(SelectField).focus()
        await shown.press("right")
        await shown.until_shown("with region=us")
        assert "was eu" in shown.text
        await shown.press("right", "right")
        await shown.until(lambda: "with region" not in shown.text)
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
        screen.query_one(SelectField).focus()
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
        await shown.press("ctrl+o")
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
            await shown.press("ctrl+o")
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


async def test_enter_goes_from_field_to_field_then_to_the_button_that_alone_sends() -> None:
    source = ScriptedSource(nightly_etl())
    source.answers = [run("nightly-etl-9xk2d", "")]
    async with showing(source=source) as shown:
        screen = await ask(shown, "R")
        box = screen.query_one("#dialog")
        fields = [*screen.query(ChoiceField), *screen.query(ParameterField)]
        assert {type(field.entry) for field in fields} >= {CheckboxField, SelectField}
        fields[0].entry.focus()
        for field in fields:
            await shown.at_rest()
            assert screen.focused is field.entry
            assert "Enter next field  ctrl-S does it" in str(box.border_subtitle)
            await shown.press("enter")
        await shown.until(lambda: focused(shown) == "go")
        assert "Enter presses  ctrl-S does it" in str(box.border_subtitle)
        assert not screen.query_one(CheckboxField).value, "Enter ticks nothing on the way"
        await shown.write("y")
        assert not source.performed, "y answers only where nothing can be typed"
        await shown.press("enter")
        await shown.until_said("Resubmitted as nightly-etl-9xk2d")


async def test_enter_in_the_last_field_stays_while_the_button_cannot_be_pressed() -> None:
    old = nightly_etl()
    (region,) = [p for p in old["spec"]["arguments"]["parameters"] if p["name"] == "region"]
    old["spec"] = {**old["spec"], "arguments": {"parameters": [{**region, "value": "mars"}]}}
    async with showing(old) as shown:
        screen = await ask(shown, "R")
        entry = screen.query_one(ParameterField).entry
        entry.focus()
        await shown.press("enter", "enter")
        assert screen.focused is entry


@pytest.mark.parametrize("key", ["R", "D"])
async def test_a_button_looks_chosen_only_while_it_has_the_focus(key: str) -> None:
    async with showing(done()) as shown:
        screen = await ask(shown, key)
        go, cancel = screen.query_one("#go", Button), screen.query_one("#cancel", Button)
        for chosen, other in ((go, cancel), (cancel, go)):
            chosen.focus()
            await shown.at_rest()
            assert chosen.rich_style.reverse and not other.rich_style.reverse
            assert other.rich_style.bgcolor == screen.query_one("#dialog-plan").rich_style.bgcolor


async def test_memoized_resubmit_says_what_it_takes_over() -> None:
    source = ScriptedSource(nightly_etl())
    async with showing(source=source) as shown:
        screen = await ask(shown, "R")
        screen.query_one(CheckboxField).action_tick()
        await shown.press("ctrl+o")
        await shown.until_shown("Taken over: 6 steps with their outputs.")
        assert "--memoized" in shown.text
        await shown.press("ctrl+s")
        await shown.until(lambda: source.performed)
        assert "nodes" in source.performed[0].body["status"]


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
