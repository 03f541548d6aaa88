"""What somebody writes in their editor or names as a file, until it is sent."""

from __future__ import annotations

import stat
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.screens.test_kinds import go, made
from tests.support.app import STILL, Shown, showing
from tests.support.asking import Obstinate
from tests.support.editors import ScriptedEditor
from tests.support.runs import nightly_etl, run
from tests.support.scripted import ScriptedSource, ref_of
from tui.actions.verdict import READ_ONLY
from tui.editing import with_notes, without_notes
from tui.errors import Conflict, Rejected, Unreachable
from tui.palette import Palette
from tui.screens.action import ActionScreen
from tui.screens.workflow import WorkflowScreen
from tui.widgets.table import Table

SPEC = {
    "entrypoint": "main",
    "arguments": {"parameters": [{"name": "tag", "value": "v1"}]},
    "templates": [{"name": "main", "container": {"image": "alpine"}}],
}
CRON = made("CronWorkflow", "nightly", spec={"schedules": ["0 7 * * *"], "workflowSpec": SPEC})
ETL = made("WorkflowTemplate", "etl", spec=SPEC)
SHARED = made("ClusterWorkflowTemplate", "shared", "", spec=SPEC)
FILE = """\
apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata: {generateName: hello-}
spec:
  entrypoint: main
  templates:
  - {name: main, container: {image: alpine}}
"""


@pytest.fixture
def editor(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[ScriptedEditor]:
    yield ScriptedEditor(tmp_path, monkeypatch)


async def do(shown: Shown, line: str) -> None:
    """Type a command."""
    await shown.press(":")
    await shown.until(lambda: shown.shows(Palette))
    palette = shown.app.screen
    assert isinstance(palette, Palette)
    palette.line.value = line
    await shown.pilot.pause()
    await shown.press("enter")


async def asked(shown: Shown) -> ActionScreen:
    """The question, with its plan."""
    await shown.until(lambda: shown.shows(ActionScreen))
    await shown.until(lambda: shown.static("dialog-plan") != "reading …")
    screen = shown.app.screen
    assert isinstance(screen, ActionScreen)
    return screen


# --- a copy of a run -----------------------------------------------------------------------------


async def test_an_edited_copy_of_a_run_is_submitted_once_and_without_what_came_of_the_run(
    editor: ScriptedEditor,
) -> None:
    source = ScriptedSource(run("one-a1b2c", "Succeeded", ended=1, spec=SPEC))
    source.answers = [run("one-new", "")]
    editor.does([("image: alpine", "image: busybox")])
    async with showing(source=source) as shown:
        await do(shown, "edit")
        await asked(shown)
        assert stat.S_IMODE(editor.path.stat().st_mode) == 0o600
        assert "one-a1b2c stays as it is." in shown.static("dialog-plan")
        await shown.press("ctrl+s")
        await shown.until_said("Submitted one-new")
        await shown.until(lambda: not editor.kept)
    (shown_text,) = editor.shown
    assert "status" not in shown_text and "uid" not in shown_text and "image: alpine" in shown_text
    (call,) = source.performed
    assert call.method == "POST" and call.path.endswith("/workflows")
    assert call.body["spec"]["templates"][0]["container"]["image"] == "busybox"


async def test_an_unchanged_file_sends_nothing_and_says_so(editor: ScriptedEditor) -> None:
    source = ScriptedSource(ETL)
    async with showing(source=source) as shown:
        await go(shown, "wftmpl")
        await shown.until_shown("etl")
        await do(shown, "edit")
        await shown.until_said("nothing was changed, so nothing is sent")
    assert len(editor.shown) == 1 and not source.performed and not editor.kept


async def test_a_fault_opens_the_editor_again_with_its_place_and_nothing_typed_is_lost(
    editor: ScriptedEditor,
) -> None:
    source = ScriptedSource(ETL)
    editor.does(
        [("image: alpine", "imagge: alpine # mine")],
        [("imagge", "image")],
    )
    async with showing(source=source) as shown:
        await go(shown, "wftmpl")
        await shown.until_shown("etl")
        await do(shown, "edit")
        screen = await asked(shown)
        assert screen.action.id == "template.edit"
        await shown.press("escape")
        await shown.until_said("what was typed is kept in")
    _, again = editor.shown
    lines = again.splitlines()
    note = next(line for line in lines if line.startswith("#! line ") and "imagge" in line)
    number = int(note.split()[2].rstrip(":"))
    assert "imagge: alpine # mine" in lines[number - 1], "it says where it stands in this file"
    (kept,) = editor.kept
    assert without_notes(kept.read_text()) == without_notes(again).replace("imagge", "image")
    assert not source.performed


@pytest.mark.parametrize(
    ("step", "told"),
    [
        ([("kind: WorkflowTemplate", "kind: Workflow")], "its kind stays WorkflowTemplate"),
        ([("metadata:", "metadata: [")], "#! "),
        ([("spec:", "---\nkind: Workflow\nspec:")], "2 manifests"),
    ],
)
async def test_what_is_no_such_object_is_told_and_given_up_by_saving_it_again(
    editor: ScriptedEditor, step: Any, told: str
) -> None:
    source = ScriptedSource(ETL)
    editor.does(step)
    async with showing(source=source) as shown:
        await go(shown, "wftmpl")
        await shown.until_shown("etl")
        await do(shown, "edit")
        await shown.until_said("what was typed is kept in")
    assert told in editor.shown[1].splitlines()[0] and len(editor.kept) == 1
    assert not source.performed


async def test_what_the_cluster_refuses_opens_the_editor_again(editor: ScriptedEditor) -> None:
    source = Obstinate(ETL, fails_at=0, error=Rejected("spec.templates[0] is odd", status=422))
    editor.does([("image: alpine", "image: busybox")], [("busybox", "alpine:3")])
    async with showing(source=source) as shown:
        await go(shown, "wftmpl")
        await shown.until_shown("etl")
        await do(shown, "edit")
        await asked(shown)
        await shown.press("ctrl+s")
        await shown.until(lambda: len(editor.shown) == 2)
        await asked(shown)
        await shown.press("ctrl+s")
        await shown.until_said("Updated etl")
    assert editor.shown[1].startswith("#! Nothing was done: spec.templates[0] is odd")
    _, second = source.performed
    assert second.body["spec"]["templates"][0]["container"]["image"] == "alpine:3"
    assert not editor.kept


async def test_a_conflict_is_told_with_what_somebody_else_changed(editor: ScriptedEditor) -> None:
    mine = {**ETL, "metadata": {**ETL["metadata"], "resourceVersion": "41"}}
    source = Obstinate(mine, fails_at=0, error=Conflict("the object has been modified", status=409))
    editor.does([("image: alpine", "image: busybox")], [("value: v1", "value: v2")])
    async with showing(source=source) as shown:
        await go(shown, "wftmpl")
        await shown.until_shown("etl")
        await do(shown, "edit")
        await asked(shown)
        theirs = {
            **mine,
            "metadata": {**mine["metadata"], "resourceVersion": "42"},
            "spec": {**SPEC, "entrypoint": "other"},
        }
        source.manifests[ref_of(theirs)] = theirs
        await shown.press("ctrl+s")
        await shown.until(lambda: len(editor.shown) == 2)
        await asked(shown)
        await shown.press("ctrl+s")
        await shown.until_said("Updated etl")
    again = editor.shown[1]
    assert "etl was changed meanwhile" in again and "#! +  entrypoint: other" in again
    assert "image: busybox" in again, "what was typed is still there"
    assert [call.body["metadata"]["resourceVersion"] for call in source.performed] == ["41", "42"]


async def test_a_lost_answer_ends_it_and_what_was_typed_is_kept(editor: ScriptedEditor) -> None:
    source = Obstinate(ETL, fails_at=0, error=Unreachable("the connection was reset"))
    editor.does([("image: alpine", "image: busybox")])
    async with showing(source=source) as shown:
        await go(shown, "wftmpl")
        await shown.until_shown("etl")
        await do(shown, "edit")
        await asked(shown)
        await shown.press("ctrl+s")
        await shown.until_said("what was typed is kept in")
    assert len(source.performed) == 1 and len(editor.shown) == 1 and len(editor.kept) == 1


async def test_read_only_refuses_before_an_editor_starts(editor: ScriptedEditor) -> None:
    async with showing(nightly_etl(), settings=replace(STILL, read_only=True)) as shown:
        await do(shown, "edit")
        await shown.until_said(READ_ONLY)
    assert not editor.shown


@pytest.mark.parametrize(
    ("ends", "told"), [(3, "exit code 3"), ("no-such-editor", "cannot be started")]
)
async def test_an_editor_that_fails_is_told(
    editor: ScriptedEditor, monkeypatch: pytest.MonkeyPatch, ends: Any, told: str
) -> None:
    editor.does(ends if isinstance(ends, int) else 0)
    if isinstance(ends, str):
        monkeypatch.setenv("VISUAL", ends)
    async with showing(source=ScriptedSource(nightly_etl())) as shown:
        await do(shown, "edit")
        await shown.until_said(told)


@pytest.mark.parametrize(
    ("line", "kind", "name"),
    [("wftmpl", ETL, "etl"), ("cwftmpl", SHARED, "shared"), ("cron", CRON, "nightly")],
)
async def test_definitions_are_created_in_an_editor_and_changed_there(
    editor: ScriptedEditor, line: str, kind: Any, name: str
) -> None:
    source = ScriptedSource(kind)
    editor.does([("name: new-", "name: my-")], [("image: alpine", "image: busybox")])
    async with showing(source=source) as shown:
        await go(shown, line)
        await shown.until_shown(name)
        await do(shown, "create")
        await asked(shown)
        await shown.press("ctrl+s")
        await shown.until_said("Created my-")
        await do(shown, "edit")
        await asked(shown)
        await shown.press("ctrl+s")
        await shown.until_said(f"Updated {name}")
    assert [call.method for call in source.performed] == ["POST", "PUT"]
    assert source.performed[1].path.endswith(f"/{name}")


@pytest.mark.parametrize(
    ("line", "kind", "name"), [("wftmpl", ETL, "etl"), ("cron", CRON, "nightly")]
)
async def test_what_names_no_namespace_is_made_in_the_one_where_one_is(
    editor: ScriptedEditor, line: str, kind: Any, name: str
) -> None:
    source = ScriptedSource(kind)
    editor.does([("  namespace: argo\n", ""), ("name: new-", "name: my-")])
    async with showing(source=source) as shown:
        await go(shown, line)
        await shown.until_shown(name)
        await do(shown, "create")
        await asked(shown)
        await shown.press("ctrl+s")
        await shown.until_said("Created my-")
    (call,) = source.performed
    assert "/namespaces/argo/" in call.path
    assert call.body["metadata"]["namespace"] == "argo"


# --- a file --------------------------------------------------------------------------------------


async def test_a_file_is_submitted_by_its_path_which_is_completed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "hello.yaml").write_text(FILE)
    source = ScriptedSource(nightly_etl())
    source.answers = [run("hello-x", "")]
    async with showing(source=source) as shown:
        await shown.press(":")
        await shown.until(lambda: shown.shows(Palette))
        await shown.write("submit he")
        await shown.until_shown("submit hello.yaml")
        await shown.press("tab", "enter")
        await asked(shown)
        await shown.until_shown("Submit hello-…")
        await shown.press("ctrl+o")
        await shown.until_shown("argo submit -n argo hello.yaml")
        await shown.press("ctrl+s")
        await shown.until_said("Submitted hello-x")
    (call,) = source.performed
    assert call.body["metadata"]["generateName"] == "hello-"


async def test_of_a_file_of_several_documents_each_is_submitted(tmp_path: Path) -> None:
    path = tmp_path / "two.yaml"
    path.write_text(f"{FILE}---\n{FILE.replace('image: alpine', 'image: busybox')}")
    source = ScriptedSource(nightly_etl())
    async with showing(source=source) as shown:
        await do(shown, f"submit {path}")
        await asked(shown)
        await shown.press("ctrl+s")
        await shown.until_said("Submit a file: 2 of 2 done")
    images = [c.body["spec"]["templates"][0]["container"]["image"] for c in source.performed]
    assert images == ["alpine", "busybox"]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (FILE.replace("image: alpine", "image: alpine, imagge: x"), "imagge"),
        (FILE.replace("kind: Workflow", "kind: WorkflowTemplate"), "this is a WorkflowTemplate"),
        ("", "is empty"),
    ],
)
async def test_what_cannot_be_submitted_is_told_and_nothing_is_asked(
    tmp_path: Path, text: str, told: str
) -> None:
    path = tmp_path / "one.yaml"
    path.write_text(text)
    source = ScriptedSource(nightly_etl())
    async with showing(source=source) as shown:
        await do(shown, f"submit {path}")
        await shown.until_said(told)
        assert not shown.shows(ActionScreen)
    assert not source.performed


@pytest.mark.parametrize(("typed", "told"), [("-", "keyboard"), ("/no/such", "no such file")])
async def test_a_path_that_leads_nowhere_is_told_while_it_can_be_corrected(
    typed: str, told: str
) -> None:
    async with showing(source=ScriptedSource(nightly_etl())) as shown:
        await do(shown, f"submit {typed}")
        await shown.until_shown(told)
        assert shown.shows(Palette)


async def test_the_menu_begins_the_line_that_takes_the_path() -> None:
    async with showing(source=ScriptedSource(nightly_etl())) as shown:
        await shown.press("x")
        await shown.until_shown("Submit a file")
        rows = shown.app.screen.query_one(Table)
        rows.move_to("Submit a file")
        await shown.press("enter")
        await shown.until(lambda: shown.shows(Palette))
        palette = shown.app.screen
        assert isinstance(palette, Palette) and palette.line.value == "submit "


def test_notes_are_comments_however_they_look_and_come_off_again() -> None:
    text = "a: 1\n#mine\n"
    noted = with_notes(text, ["one\ntwo", "\x1b[31mred"])
    assert noted.splitlines()[:2] == ["#! one", "#! two"] and "\x1b" not in noted
    assert without_notes(noted) == text


# --- who had a run made is taken to it -----------------------------------------------------------


@pytest.mark.parametrize("name", ["generated", "named"])
async def test_after_a_file_was_submitted_one_is_at_the_run_that_it_made(
    name: str, tmp_path: Path
) -> None:
    path = tmp_path / "w.yaml"
    path.write_text(
        FILE if name == "generated" else FILE.replace("generateName: hello-", "name: x")
    )
    source = ScriptedSource(run("other", "Running"))
    source.answers = [run("hello-x1" if name == "generated" else "x", "")]
    async with showing(source=source) as shown:
        await do(shown, f"submit {path}")
        await asked(shown)
        await shown.press("ctrl+s")
        await shown.until_said("which is this one; Esc goes back")
        assert shown.shows(WorkflowScreen)
        assert shown.detail.key is not None and shown.detail.key.name in ("hello-x1", "x")


async def test_after_an_edited_copy_was_submitted_one_is_at_it(editor: ScriptedEditor) -> None:
    source = ScriptedSource(run("one-a1b2c", "Succeeded", ended=1, spec=SPEC))
    source.answers = [run("one-new", "")]
    editor.does([("image: alpine", "image: busybox")])
    async with showing(source=source) as shown:
        await do(shown, "edit")
        await asked(shown)
        await shown.press("ctrl+s")
        await shown.until_said("Submitted one-new, which is this one")
        assert shown.shows(WorkflowScreen)


async def test_who_has_gone_elsewhere_meanwhile_is_taken_nowhere(tmp_path: Path) -> None:
    path = tmp_path / "w.yaml"
    path.write_text(FILE)
    source = Obstinate(run("other", "Running"))
    source.answers = [run("hello-x1", "")]
    source.let_go.clear()
    async with showing(source=source) as shown:
        await do(shown, f"submit {path}")
        await asked(shown)
        await shown.press("ctrl+s")
        await shown.until(lambda: not shown.shows(ActionScreen))
        await shown.open("other")
        source.let_go.set()
        await shown.until_said("Submitted hello-x1")
        assert shown.detail.key is not None and shown.detail.key.name == "other"
