"""`argo-tui FILE…`: saved workflows on the same screens, offline."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.support.app import showing
from tests.support.runs import ETL, NOW, nightly_etl, run
from tui.errors import TuiError
from tui.kinds.workflows import WORKFLOWS
from tui.screens.list import ListScreen
from tui.screens.problem import ProblemScreen
from tui.screens.workflow import WorkflowScreen
from tui.settings import Settings
from tui.sources import open_source


def saved(*paths: Path | str) -> dict[str, Any]:
    """How to show these files."""
    settings = Settings(files=tuple(map(str, paths)), fixed_now=NOW)
    return {"settings": settings, "connect": lambda demo: open_source(settings)}


def written(folder: Path, name: str, text: str) -> Path:
    path = folder / name
    path.write_text(text)
    return path


async def test_one_workflow_opens_at_once_and_nothing_can_be_changed(tmp_path: Path) -> None:
    path = written(tmp_path, "etl.yaml", yaml.safe_dump(nightly_etl()))
    async with showing(**saved(path)) as shown:
        await shown.until(lambda: shown.shows(WorkflowScreen) and shown.detail.workflow)
        assert shown.detail.steps.node is not None and shown.detail.steps.node.is_problem
        await shown.press("r")
        await shown.until_said("saved workflow")
        await shown.press("escape", "escape")
        await shown.until(lambda: shown.shows(ListScreen))
        assert "saved" in shown.rows_of_screen[0] and shown.names == [ETL]


async def test_where_events_of_a_saved_workflow_would_be_it_says_who_keeps_them(
    tmp_path: Path,
) -> None:
    path = written(tmp_path, "etl.yaml", yaml.safe_dump(nightly_etl()))
    async with showing(**saved(path)) as shown:
        await shown.until(lambda: shown.shows(WorkflowScreen) and shown.detail.workflow)
        await shown.press("e")
        await shown.until_shown("events are kept by the cluster, not in a saved workflow")


async def test_several_files_documents_and_lists_are_one_list(tmp_path: Path) -> None:
    two = yaml.safe_dump_all([run("a-1", "Running"), run("b-1", "Failed", ended=1)])
    many = json.dumps({"kind": "List", "items": [run("c-1", "Error", ended=2), nightly_etl()]})
    paths = written(tmp_path, "two.yaml", two), written(tmp_path, "list.json", many)
    async with showing(**saved(*paths)) as shown:
        assert shown.shows(ListScreen)
        assert set(shown.names) == {"a-1", "b-1", "c-1", ETL}
        assert "2 files" in shown.rows_of_screen[0] and "live" not in shown.rows_of_screen[0]
        await shown.open(ETL)
        assert "transform" in shown.text


async def test_stdin_is_a_file_too(monkeypatch: pytest.MonkeyPatch) -> None:
    text = json.dumps(nightly_etl()).encode()
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(text)))
    async with showing(**saved("-")) as shown:
        await shown.until(lambda: shown.shows(WorkflowScreen) and shown.detail.workflow)


@pytest.mark.parametrize(
    "text",
    ["", "\x00\x01\x02", "a: [unclosed", "kind: ConfigMap\n", "- 1\n- 2\n"],
    ids=["empty", "rubbish", "broken", "another-kind", "no-objects"],
)
async def test_what_cannot_be_read_is_said_and_no_traceback(text: str, tmp_path: Path) -> None:
    path = written(tmp_path, "bad.yaml", text)
    settings = saved(path)
    with pytest.raises(TuiError) as raised:
        settings["connect"](False)
    assert raised.value.exit_code == 2
    async with showing(**settings) as shown:
        await shown.until(lambda: shown.shows(ProblemScreen))
        assert "bad.yaml" in "".join(shown.text.split()) and "Traceback" not in shown.text


async def test_a_broken_file_among_good_ones_is_told_and_hides_none(tmp_path: Path) -> None:
    good = written(tmp_path, "good.yaml", yaml.safe_dump(run("a-1", "Running")))
    bad = written(tmp_path, "bad.yaml", "a: [unclosed")
    async with showing(**saved(good, bad)) as shown:
        assert "a-1" in [key.name for key in shown.app.lists.of(WORKFLOWS).known]
        await shown.until(lambda: "bad.yaml" in shown.said)


async def test_odd_objects_are_shown_as_far_as_they_go(tmp_path: Path) -> None:
    def node(name: str, *children: str, **more: Any) -> dict[str, Any]:
        return {"id": name, "name": name, "displayName": name, "children": [*children], **more}

    loop = {n["id"]: n for n in (node("odd-1", "x", type="DAG"), node("x", "y"), node("y", "x"))}
    loop["y"]["children"].append("nobody")
    odd = run("odd-1", "Sideways", "x/y", nodes=loop.values())
    bare = {"apiVersion": "argoproj.io/v1alpha1", "kind": "Workflow", "metadata": {"name": "bare"}}
    path = written(tmp_path, "odd.yaml", yaml.safe_dump_all([odd, bare]))
    async with showing(**saved(path)) as shown:
        assert set(shown.names) == {"odd-1", "bare"}
        await shown.open("odd-1")
        assert "Sideways" in shown.rows_of_screen[0]
        await shown.press("escape")
        await shown.open("bare")
        assert "no controller has seen it yet" in shown.text
