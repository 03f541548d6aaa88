"""Inputs and outputs: of a step, or of the whole workflow."""

from __future__ import annotations

from tests.support.panes import bench
from tests.support.runs import nightly_etl, run, step
from tests.support.scripted import ScriptedSource
from tui.panes.inout import InOutPane

RUN = "deploy-q1w2e"


async def test_a_step_shows_what_it_was_given_and_what_it_made() -> None:
    async with bench(InOutPane, ScriptedSource(), size=(80, 20)) as on:
        on.app.show(nightly_etl(), "extract-orders")
        assert [line.split() for line in on.app.text.splitlines() if line] == [
            ["input", "parameters:"],
            ["table:", "orders"],
            ["output", "parameters:"],
            ["rows:", "1204411"],
            ["output", "artifacts:"],
            ["orders:", "/tmp/orders.parquet"],
            ["main-logs:", "/tmp/main.log"],
            ["exit", "code:", "0"],
        ]


async def test_the_root_shows_the_arguments_and_what_the_workflow_puts_out() -> None:
    made = nightly_etl()
    made["status"]["outputs"] = {"parameters": [{"name": "loaded", "value": "0"}]}
    async with bench(InOutPane, ScriptedSource(), size=(80, 20)) as on:
        on.app.show(made)
        assert "region:" in on.app.text and "loaded:" in on.app.text


async def test_results_of_many_lines_deleted_artifacts_and_values_nobody_set() -> None:
    node = step(
        RUN,
        "gen",
        "Succeeded",
        inputs={"parameters": [{"name": "a"}, {"name": "b", "default": "dflt"}]},
        outputs={
            "result": "one\ntwo",
            "artifacts": [
                {"name": "x", "path": "/x", "deleted": True},
                {"name": "main-logs", "s3": {"key": "gen/main.log"}},
            ],
        },
    )
    async with bench(InOutPane, ScriptedSource(), size=(80, 20)) as on:
        on.app.show(run(RUN, "Running", nodes=[node]), "gen")
        text = on.app.text
        assert "(not set)" in text and "dflt" in text and "/x (deleted)" in text
        assert "main-logs: gen/main.log" in text, "one without a path tells its key"
        assert "one\n" in text and text.rstrip().endswith("two")
        on.app.show(nightly_etl(), "load")
        assert on.app.text == "no inputs, no outputs"
