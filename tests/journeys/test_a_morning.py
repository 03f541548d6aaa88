"""Whole stories: what an operator does from opening the app to the thing being mended."""

from __future__ import annotations

from itertools import pairwise
from threading import Event as Flag
from typing import Any

from tests.support.app import showing
from tests.support.runs import ETL, FAILED_ATTEMPT, etl_log, nightly_etl, run, step, team
from tests.support.scripted import ScriptedSource, key_of, listed
from tui.domain.podname import node_id
from tui.domain.workflow import Manifest
from tui.kinds.workflows import WORKFLOWS
from tui.ports.collections import Page, row_of
from tui.ports.operations import Call
from tui.screens.action import ActionScreen
from tui.screens.list import ListScreen
from tui.screens.workflow import WorkflowScreen

POD = f"{ETL}-transform-{node_id(ETL, f'{ETL}.{FAILED_ATTEMPT}').rpartition('-')[2]}"
LAST = "cannot grow the hash table"


class Slow(ScriptedSource):
    """Writes wait until they are let go."""

    def __init__(self, *manifests: Manifest) -> None:
        super().__init__(*manifests)
        self.let_go = Flag()

    def send(self, call: Call) -> Manifest:
        self.let_go.wait(5)
        return super().send(call)


def with_artifacts_in_place(made: Manifest) -> Manifest:
    """The same, with its artifacts in the object itself, so that no bucket is needed."""
    for node in made["status"]["nodes"].values():
        for artifact in (node.get("outputs") or {}).get("artifacts") or ():
            artifact.pop("s3", None)
            artifact["raw"] = {"data": "rows,day\n1204411,2026-03-16\n"}
    return made


def retried() -> Manifest:
    """The night's load, going on again after its retry."""
    made = nightly_etl(version="4712")
    made["status"].update(phase="Running", progress="5/7", message="")
    made["status"].pop("finishedAt")
    for node in made["status"]["nodes"].values():
        if node["displayName"] == FAILED_ATTEMPT:
            node.update(phase="Running", message="")
            node.pop("finishedAt")
    return made


async def test_from_the_list_to_the_failed_step_its_log_an_artifact_and_a_retry() -> None:
    source = Slow(with_artifacts_in_place(nightly_etl()), *team()[1:])
    source.logs[POD, "main"] = etl_log()
    async with showing(source=source, size=(140, 40)) as shown:
        # Open, filter to what failed.
        await shown.press("slash")
        await shown.write("etl phase:failed")
        await shown.press("enter")
        assert shown.names == [ETL]
        # Its detail opens on the step that failed, with its log.
        await shown.press("enter")
        await shown.until(lambda: shown.shows(WorkflowScreen) and shown.detail.workflow)
        await shown.until_shown(LAST)
        node = shown.detail.steps.node
        assert node is not None and node.is_problem
        # What the step before it made.
        shown.detail.steps.move_to_line(1)
        await shown.press("a")
        await shown.until_shown("2 artifacts")
        await shown.press("enter")
        await shown.until_shown("1204411")
        await shown.press("escape", "escape")
        assert shown.detail.steps.has_focus
        # Do it again.
        await shown.press("r")
        await shown.until(lambda: shown.shows(ActionScreen))
        await shown.until_shown("1 step runs again")
        await shown.press("ctrl+s")
        await shown.until(lambda: "retry …" in shown.rows_of_screen[0])
        assert "✖ Failed" in shown.rows_of_screen[0], "nothing is guessed ahead"
        source.let_go.set()
        await shown.until_said(f"Retried {ETL}")
        assert "retry …" not in shown.rows_of_screen[0]
        assert "✖ Failed" in shown.rows_of_screen[0]
        # The result comes by the watch.
        source.put(retried())
        await shown.until(lambda: "Running" in shown.rows_of_screen[0])
        while not shown.shows(ListScreen):
            await shown.press("escape")
        assert shown.names == [ETL], (
            "it no longer fits the filter, and stays for having been retried"
        )
        await shown.press("escape")
        assert shown.current or shown.names
        assert len(shown.names) == 16


async def test_a_resubmitted_workflow_is_opened_and_one_goes_back_to_the_old_one() -> None:
    source = ScriptedSource(*team())
    source.answers = [run("nightly-etl-9xk2d", "")]
    async with showing(source=source) as shown:
        shown.rows.move_to_line(shown.names.index(ETL))
        await shown.press("R")
        await shown.until(lambda: shown.shows(ActionScreen))
        await shown.until_shown("every step from the beginning")
        source.put(run("nightly-etl-9xk2d", "Running", "0/7", began=0))
        await shown.press("ctrl+s")
        await shown.until_said("Resubmitted as nightly-etl-9xk2d, which is this one; Esc goes back")
        assert shown.detail.key.name == "nightly-etl-9xk2d"
        await shown.until_shown("● Running")
        await shown.press("escape")
        await shown.until(lambda: len(shown.names) == 17)
        assert shown.names[0] == "nightly-etl-9xk2d" and shown.current == ETL


async def test_one_that_no_controller_has_seen_takes_no_sentence_from_the_status_line() -> None:
    fresh = run("nightly-etl-9xk2d", "")
    fresh.pop("status")
    async with showing(source=ScriptedSource(fresh)) as shown:
        await shown.open()
        await shown.until_shown("no controller has seen it yet")
        await shown.app.workers.wait_for_complete()
        await shown.at_rest()
        assert "has no status" not in shown.text, "what was said of making it would be lost"


async def test_a_run_is_watched_to_its_end() -> None:
    name = "deploy-api-k3v9s"

    def at_step(number: int) -> Manifest:
        phases = ["Succeeded"] * number + ["Running"] * (number < 3)
        nodes = [step(name, "", "Running" if number < 3 else "Succeeded", type="Steps")]
        nodes += [step(name, f"s{i}", phase, began=3 - i) for i, phase in enumerate(phases)]
        for before, after in pairwise(nodes):
            before["children"] = [after["id"]]
        phase = "Running" if number < 3 else "Succeeded"
        return run(name, phase, f"{number}/3", began=3, version=str(number), nodes=nodes)

    source = ScriptedSource(at_step(0))
    async with showing(source=source) as shown:
        await shown.open()
        for number in (1, 2, 3):
            source.put(at_step(number))
            await shown.until_shown(f"{number}/3")
            assert len(shown.steps) == min(number, 2) + 2
        assert "✔ Succeeded" in shown.rows_of_screen[0]


async def test_deleted_and_made_again_under_the_same_name() -> None:
    source = ScriptedSource(run("same", "Failed", ended=1))
    async with showing(source=source) as shown:
        again = run("same", "Running", version="200")
        again["metadata"]["uid"] = "another"
        source.put(again)
        await shown.until(lambda: "● same" in shown.text.replace("►", " ").replace("  ", " "))
        assert shown.names == ["same"]
        await shown.open()
        assert shown.detail.subjects("object")[0].target.uid == "another"


async def test_five_thousand_workflows_are_listed_filtered_sorted_and_moved_through() -> None:
    phases = ("Succeeded", "Running", "Failed", "Error", "Pending")
    many = [
        listed(run(f"load-{i:04}", phases[i % 5], f"{i % 7}/7", began=i, ended=0))
        for i in range(5000)
    ]

    class Large(ScriptedSource):
        def _in(self, kind: Any, scope: Any) -> Any:
            return ()

        def watch(self, kind: Any, scope: Any, sink: Any, stop: Any) -> None:
            (of,) = self.parts(kind, scope)
            rows = [row_of(of, each) for each in many]
            for start in range(0, 5000, 500):
                sink(Page(of, tuple(rows[start : start + 500]), start == 0, start == 4500))
            super().watch(
                kind, scope, lambda event: None if isinstance(event, Page) else sink(event), stop
            )

    source = Large()
    async with showing(source=source, size=(100, 30)) as shown:
        assert len(shown.names) == 5000
        head = shown.rows_of_screen[0]
        assert "5,000" in head and "2,000 fail" in head and "1,000 run" in head
        await shown.press("G")
        assert shown.current == "load-4999" and "load-4999" in shown.text
        await shown.press("slash")
        await shown.write("phase:error 99")
        await shown.press("enter")
        assert shown.names and all("99" in name for name in shown.names)
        await shown.press("escape")
        assert len(shown.names) == 5000
        shown.overview.sort_by("name", descending=False)
        assert shown.names[0] == "load-0000"
        source.put(run("load-2500", "Failed", version="200"))
        known = shown.app.lists.of(WORKFLOWS).known
        await shown.until(lambda: known[key_of(run("load-2500", ""))].value.phase == "Failed")
        await shown.press("g", "right_curly_bracket")
        assert shown.current == "load-0002"
