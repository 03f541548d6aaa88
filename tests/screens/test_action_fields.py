"""What can be chosen in the question before an action, and what one types there."""

from __future__ import annotations

import shlex
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from textual.events import Paste
from textual.widgets import Button, Input, Static

from tests.screens.test_kinds import go, made
from tests.support.app import Shown, showing
from tests.support.asking import ask, done, focused
from tests.support.editors import ScriptedEditor
from tests.support.runs import nightly_etl, run
from tests.support.s3_servers import client, demo_s3
from tests.support.s3_store import VALUES
from tests.support.scripted import ScriptedSource, ref_of
from tui.domain.workflow import Manifest
from tui.errors import NotOffered, Rejected
from tui.screens.action import ActionScreen
from tui.screens.fields import ChoiceField, ParameterField, field_of
from tui.screens.workflow import WorkflowScreen
from tui.state.used_values import UsedValues
from tui.widgets.form_fields import CheckboxField, LongField, SelectField


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
        assert isinstance(fields[0].entry, LongField)
        assert fields[0].entry.shows.isprintable() and "2 lines" in fields[0].entry.shows
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


# --- what a template knows -----------------------------------------------------------------------

KNOWING: dict[str, Any] = {
    "entrypoint": "main",
    "arguments": {
        "parameters": [
            {"name": "date", "description": "the day"},
            {"name": "size", "value": "3", "enum": ["3", "5"]},
            {"name": "text", "value": "one\ntwo"},
            {"name": "from-map", "valueFrom": {"configMapKeyRef": {"name": "m", "key": "k"}}},
        ],
        "artifacts": [{"name": "weights", "s3": {"bucket": "b", "key": "old"}}],
    },
    "templates": [
        {
            "name": "main",
            "inputs": {
                "parameters": [{"name": "date"}, {"name": "depth", "value": "7"}],
                "artifacts": [{"name": "data", "path": "/d"}, {"name": "src", "git": {}}],
            },
            "container": {"image": "a"},
        }
    ],
}
BARE = [{"name": "main", "container": {"image": "a"}}]


def etl(*parameters: dict[str, Any]) -> Manifest:
    """A template: the one that knows everything, or one with these parameters."""
    spec = KNOWING
    if parameters:
        arguments = {"parameters": list(parameters)}
        spec = {"entrypoint": "main", "arguments": arguments, "templates": BARE}
    return made("WorkflowTemplate", "etl", spec=spec)


async def asked_to_run(shown: Shown) -> ActionScreen:
    """The form of a run of that template."""
    await go(shown, "wftmpl")
    await shown.until_shown("etl")
    return await ask(shown, "R")


async def test_a_form_knows_arguments_and_inputs_and_asks_for_what_is_needed() -> None:
    source = ScriptedSource(etl())
    async with showing(source=source) as shown:
        screen = await asked_to_run(shown)
        fields = {each.parameter_name: each for each in screen.query(ParameterField)}
        assert list(fields) == ["date", "size", "text", "from-map", "depth", "weights", "data"]
        assert "date is needed" in shown.static("dialog-plan")
        assert screen.query_one("#go", Button).disabled
        assert fields["from-map"].about == "from config map m, key k"
        assert "default 7" in fields["depth"].about and fields["weights"].before == "old"
        assert isinstance(fields["size"].entry, SelectField)
        assert isinstance(fields["text"].entry, LongField)
        for name, value in (("date", "2026-01-15"), ("data", "in/d.csv"), ("weights", "new")):
            fields[name].entry.value = value
        await shown.until(lambda: not screen.query_one("#go", Button).disabled)
        await shown.press("ctrl+s")
        await shown.until(lambda: source.performed)
    (call,) = source.performed
    assert call.body["spec"]["arguments"] == {
        "parameters": [{"name": "date", "value": "2026-01-15"}],
        "artifacts": [
            {"name": "weights", "s3": {"bucket": "b", "key": "new"}},
            {"name": "data", "s3": {"key": "in/d.csv"}},
        ],
    }


async def test_a_long_value_is_written_in_an_editor_and_sent_as_it_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    editor = ScriptedEditor(tmp_path, monkeypatch)
    large = "a\n" + "x" * 100_000
    editor.does([("two", "two\nthree 'q' -- é")], [("v1", large)])
    text, tag = {"name": "text", "value": "one\ntwo"}, {"name": "tag", "value": "v1"}
    source = ScriptedSource(etl(text, tag))
    async with showing(source=source, size=(80, 24)) as shown:
        screen = await asked_to_run(shown)
        box = screen.query_one("#dialog")
        await shown.until(lambda: "ctrl-G in $EDITOR" in str(box.border_subtitle))
        await shown.press("ctrl+g")
        await shown.until_shown("3 lines")
        await shown.press("enter")
        await shown.press("ctrl+g")
        await shown.until_shown("100,002 characters")
        await shown.press("ctrl+y")
        await shown.press("ctrl+s")
        await shown.until(lambda: source.performed)
    (call,) = source.performed
    sent = {p["name"]: p["value"] for p in call.body["spec"]["arguments"]["parameters"]}
    assert sent == {"text": "one\ntwo\nthree 'q' -- é", "tag": large}
    assert not editor.kept


ODD = {
    "equals": "a=b=c",
    "lines": "two\nlines\r\n",
    "unicode": "日本 ü \u200b",
    "dashes": "--",
    "flag": "-x",
    "quotes": "'\"`$(id)",
    "long": "x" * 100_000,
}
"""Values that are easily sent as something else."""


async def test_a_resubmission_sends_odd_values_as_they_were_but_for_the_one_that_was_typed() -> (
    None
):
    before = [{"name": name, "value": value} for name, value in ODD.items()]
    given = run("odd-values-1", "Succeeded", ended=1)
    given["spec"]["arguments"] = {"parameters": [*before, {"name": "typed", "value": "old"}]}
    source = ScriptedSource(given)
    source.answers = [run("odd-values-2", "")]
    async with showing(source=source, size=(80, 24)) as shown:
        screen = await ask(shown, "R")
        field = next(f for f in screen.query(ParameterField) if f.parameter_name == "typed")
        value = "-- 'it\"s' $(id) 日本"
        field.query_one(Input).value = value
        await shown.until(lambda: "typed=" in shown.static("dialog-plan"))
        await shown.press("ctrl+s")
        await shown.until(lambda: source.performed)
    (call,) = source.performed
    sent = {each["name"]: each["value"] for each in call.body["spec"]["arguments"]["parameters"]}
    assert sent == {**ODD, "typed": value}


async def test_what_the_cluster_would_refuse_is_told_beside_its_field_and_not_sent() -> None:
    source = ScriptedSource(nightly_etl())
    source.would_refuse = Rejected("spec.arguments.batch-size is odd", status=422)
    async with showing(source=source) as shown:
        screen = await ask(shown, "R")
        await shown.press("ctrl+s")
        await shown.until_shown("not sent, the cluster would not take it")
        field = next(f for f in screen.query(ParameterField) if f.parameter_name == "batch-size")
        await shown.until(lambda: field.entry.has_focus and "is odd" in field.about)
        assert not source.performed and shown.shows(ActionScreen)
        source.would_refuse = None
        await shown.press("ctrl+s")
        await shown.until(lambda: source.performed)
    assert len(source.performed) == 1 and len(source.rehearsed) == 2


@pytest.mark.parametrize(
    ("why", "name"),
    [
        ('"Bad_Name" is invalid: metadata.name: Invalid value: "Bad_Name"', "Name"),
        ('workflows.argoproj.io "there-is-one" already exists', "Name"),
        ('metadata.labels: Invalid value: "a b": a valid label must be', "Labels"),
        ("spec.priority in body must be of type integer", "Priority"),
    ],
)
async def test_what_the_cluster_has_against_name_or_labels_is_told_beside_them(
    why: str, name: str
) -> None:
    source = ScriptedSource(nightly_etl())
    source.would_refuse = Rejected(why, status=422)
    async with showing(source=source) as shown:
        screen = await ask(shown, "R")
        await shown.press("ctrl+s")
        await shown.until_shown("not sent, the cluster would not take it")
        labels = screen.query(".parameter-name").results(Static)
        beside = next(each.parent for each in labels if str(each.content) == name)
        assert isinstance(beside, ChoiceField)
        await shown.until(lambda: beside.entry.has_focus and why in beside.about)
        assert not source.performed
        beside.choose("7")
        await shown.until(lambda: why not in beside.about)


async def test_where_nobody_can_be_asked_beforehand_it_is_sent() -> None:
    source = ScriptedSource(nightly_etl())
    source.would_refuse = NotOffered("nothing is rehearsed here")
    async with showing(source=source) as shown:
        await ask(shown, "R")
        await shown.press("ctrl+s")
        await shown.until(lambda: source.performed)


async def test_values_used_last_are_offered_but_for_secrets() -> None:
    source = ScriptedSource(etl({"name": "tag", "value": "v1"}, {"name": "api-token", "value": ""}))
    async with showing(source=source) as shown:
        screen = await asked_to_run(shown)
        for value in ("v2", "v3"):
            for each, given in zip(screen.query(ParameterField), (value, "hush"), strict=True):
                each.entry.value = given
            await shown.press("ctrl+s")
            await shown.until(lambda: not shown.shows(ActionScreen))
            screen = await ask(shown, "R")
        tag, token = screen.query(ParameterField)
        assert tag.used == ("v3", "v2") and token.used == ()
        await shown.until_shown("last used v3, v2 (ctrl-P)")
        values = []
        for key in ("ctrl+p", "ctrl+p", "ctrl+p", "ctrl+n", "ctrl+n"):
            await shown.press(key)
            values.append(tag.entry.value)
        assert values == ["v3", "v2", "v2", "v3", "v1"]
    path = UsedValues().path
    assert path.stat().st_mode & 0o777 == 0o600 and b"hush" not in path.read_bytes()


async def test_the_command_follows_every_change_and_can_be_copied() -> None:
    source = ScriptedSource(nightly_etl())
    async with showing(source=source) as shown:
        screen = await ask(shown, "R")
        field = next(f for f in screen.query(ParameterField) if f.parameter_name == "batch-size")
        field.entry.value = "it's"
        await shown.until_shown("with batch-size=it's")
        await shown.press("ctrl+y")
        text, _ = shown.app.terminal._sent
        assert shlex.split(text)[-2:] == ["-p", "batch-size=it's"]


async def test_of_sixty_parameters_the_one_with_the_focus_is_always_seen() -> None:
    many = [{"name": f"p-{at}", "value": str(at)} for at in range(60)]
    async with showing(source=ScriptedSource(etl(*many)), size=(80, 24)) as shown:
        screen = await asked_to_run(shown)
        box = screen.query_one("#dialog-choices")

        def is_seen(name: str) -> bool:
            field = field_of(screen.focused)
            is_meant = isinstance(field, ParameterField) and field.parameter_name == name
            return is_meant and field is not None and box.region.contains_region(field.region)

        for each in many:
            await shown.until(partial(is_seen, each["name"]))
            await shown.press("enter")


async def test_a_local_file_is_uploaded_before_the_run_and_where_to_is_said_first(
    tmp_path: Path,
) -> None:
    (tmp_path / "d.csv").write_bytes(b"a,b")
    with demo_s3("runs") as (endpoint, _):
        reference = {"accessKeySecret": ("minio", "user"), "secretKeySecret": ("minio", "password")}
        keys = {field: {"name": n, "key": k} for field, (n, k) in reference.items()}
        s3 = {"endpoint": endpoint, "insecure": True, "bucket": "runs", "key": "old", **keys}
        arguments = {"artifacts": [{"name": "weights", "s3": s3}]}
        spec = {"entrypoint": "main", "arguments": arguments, "templates": BARE}
        source = ScriptedSource(made("WorkflowTemplate", "etl", spec=spec))
        source.secrets = {("argo", "minio", key): value for key, value in VALUES.items()}
        async with showing(source=source) as shown:
            screen = await asked_to_run(shown)
            (field,) = screen.query(ParameterField)
            field.entry.value = f"@{tmp_path}/none"
            # The sentence is broken where the path that is in it ends.
            await shown.until(lambda: "is no" in shown.text and "file" in shown.text)
            await shown.until(lambda: "none is no" in " ".join(shown.text.split()))
            field.entry.value = f"@{tmp_path}/d.csv"
            # However long the path of the file is, and wherever the sentence is broken for it.
            goes_to = f"to s3://runs/{field.key}"
            await shown.until(lambda: goes_to in shown.static("dialog-sentence"))
            await shown.press("ctrl+s")
            await shown.until(lambda: source.performed)
        (call,) = source.performed
        (sent,) = call.body["spec"]["arguments"]["artifacts"]
        assert sent["s3"]["key"] == field.key != "old" and field.key.endswith("/d.csv")
        with client(endpoint) as s3_client:
            found = s3_client.get_object(Bucket="runs", Key=field.key)["Body"].read()
        assert found == b"a,b"


async def test_where_no_store_is_known_a_file_is_not_sent(tmp_path: Path) -> None:
    (tmp_path / "d.csv").write_bytes(b"a,b")
    arguments = {"artifacts": [{"name": "data"}]}
    spec = {"entrypoint": "main", "arguments": arguments, "templates": BARE}
    source = ScriptedSource(made("WorkflowTemplate", "etl", spec=spec))
    async with showing(source=source) as shown:
        screen = await asked_to_run(shown)
        (field,) = screen.query(ParameterField)
        field.entry.value = f"@{tmp_path}/d.csv"
        await shown.until(lambda: "no artifact repository" in field.trouble)
        await shown.press("ctrl+s")
        await shown.until_said("not sent: data: no artifact repository")
    assert not source.performed and not source.rehearsed


# --- several lines that are pasted ---------------------------------------------------------------


async def test_several_pasted_lines_are_all_kept_and_that_is_said() -> None:
    source = ScriptedSource(etl({"name": "text", "value": "ab"}))
    async with showing(source=source, size=(80, 24)) as shown:
        screen = await asked_to_run(shown)
        (field, *_) = screen.query(ParameterField)
        entry = field.entry
        assert isinstance(entry, Input)
        entry.cursor_position = 1
        shown.app.post_message(Paste("one\r\n  two\x1b[31m red\n\nthree\n"))
        await shown.until_said("4 lines pasted, all of them kept")
        assert isinstance(field.entry, LongField) and field.entry.has_focus
        await shown.press("ctrl+s")
        await shown.until(lambda: source.performed)
    (call,) = source.performed
    (sent,) = call.body["spec"]["arguments"]["parameters"]
    assert sent == {"name": "text", "value": "aone\n  two red\n\nthreeb"}


async def test_where_there_is_one_line_it_is_said_that_only_the_first_was_taken() -> None:
    source = ScriptedSource(nightly_etl())
    async with showing(source=source) as shown:
        screen = await ask(shown, "R")
        name = screen.query_one("#choice-name", Input)
        name.focus()
        shown.app.post_message(Paste("one\ntwo\n"))
        await shown.until_said("2 lines pasted: this field has one, and the first was taken")
        assert name.value == "one"
        shown.app.post_message(Paste("-more\n"))
        await shown.until(lambda: name.value == "one-more")


async def test_a_long_value_takes_no_paste_that_would_replace_it() -> None:
    source = ScriptedSource(etl({"name": "text", "value": "one\ntwo"}))
    async with showing(source=source, size=(80, 24)) as shown:
        screen = await asked_to_run(shown)
        (field, *_) = screen.query(ParameterField)
        await shown.until(lambda: field.entry.has_focus)
        shown.app.post_message(Paste("x\ny"))
        await shown.until_said("nothing was pasted into it; ctrl-G opens it in $EDITOR")
        assert field.value == "one\ntwo"


# --- artifacts of a run that is made again -------------------------------------------------------


def with_artifacts() -> Manifest:
    """A run with an artifact of its own, one of its first template, and one that has no key."""
    made = run("train-a1b2c", "Succeeded", ended=1)
    inputs = {"artifacts": [{"name": "data", "path": "/d"}, {"name": "code", "git": {"repo": "r"}}]}
    made["spec"] = {
        "entrypoint": "main",
        "arguments": {"artifacts": [{"name": "weights", "s3": {"bucket": "b", "key": "old"}}]},
        "templates": [{"name": "main", "inputs": inputs, "container": {"image": "a"}}],
    }
    return made


async def test_a_run_is_made_again_with_other_keys_of_its_artifacts() -> None:
    source = ScriptedSource(with_artifacts())
    source.answers = [run("train-new", "")]
    async with showing(source=source) as shown:
        screen = await ask(shown, "R")
        fields = {each.parameter_name: each for each in screen.query(ParameterField)}
        assert {name: each.before for name, each in fields.items()} == {
            "weights": "old",
            "data": "",
        }
        fields["weights"].entry.value = "new"
        fields["data"].entry.value = "in/d.csv"
        await shown.until_shown("with weights=new, data=in/d.csv")
        await shown.press("ctrl+o")
        await shown.until_shown("Input artifacts at other keys: weights=new, data=in/d.csv")
        await shown.until_shown("--artifact weights=new --artifact data=in/d.csv")
        await shown.press("ctrl+s")
        await shown.until_said("Resubmitted as train-new")
    (call,) = source.performed
    assert call.body["spec"]["arguments"]["artifacts"] == [
        {"name": "weights", "s3": {"bucket": "b", "key": "new"}},
        {"name": "data", "s3": {"key": "in/d.csv"}},
    ]


async def test_what_is_only_checked_says_so_and_leads_nowhere() -> None:
    source = ScriptedSource(etl({"name": "tag", "value": "v1"}))
    source.answers = [run("etl-xyz", "")]
    async with showing(source=source) as shown:
        screen = await asked_to_run(shown)
        (box,) = (each for each in screen.query(CheckboxField) if "server" in str(each.id))
        box.value = True
        await shown.press("ctrl+s")
        await shown.until_said("the cluster would take it; nothing was made")
        assert not shown.shows(WorkflowScreen)
