"""How the app looks: the list, a workflow with a log, dialogs, artifacts, help, and trouble.

Two of them are in README. Whoever changes one of these pictures has looked at it.
"""

from __future__ import annotations

import pytest

from tests.conftest import Picture
from tests.support.app import UNPROTECTED, Shown, showing
from tests.support.runs import ETL, FAILED_ATTEMPT, etl_log, team
from tests.support.scripted import ScriptedSource
from tui.domain.podname import node_id
from tui.errors import Refused
from tui.ports.connection import Connection, Place
from tui.screens.action import ActionScreen
from tui.screens.help import HelpScreen
from tui.screens.problem import ProblemScreen
from tui.widgets.hints import Hints

SIZES = [(80, 24), (120, 40)]


def cluster() -> ScriptedSource:
    """A morning's list, and the pod of the step that failed still there."""
    source = ScriptedSource(*team(), place=Place("prod-eu", "https://prod-eu", "argo", "kim"))
    number = node_id(ETL, f"{ETL}.{FAILED_ATTEMPT}").rpartition("-")[2]
    source.logs[f"{ETL}-transform-{number}", "main"] = etl_log()
    return source


async def at_rest_on(shown: Shown, name: str) -> None:
    """Wait until all is told of what the cursor is on: what it said last, and its keys."""
    await shown.until(lambda: name in shown.overview.about.text)
    hints = shown.overview.query_one(Hints)
    refused = "(s Suspend/resume)" if name == ETL else "(r Retry)"
    await shown.until(lambda: refused in hints.text)
    if name == ETL and shown.app.size.width >= 100:
        await shown.until_shown("last line  Killed")
    await shown.at_rest()


async def at_the_failed_run(shown: Shown) -> None:
    await shown.open(ETL)
    await shown.press("l")
    await shown.until_shown("Killed")
    await shown.until_shown("1 error 2 warnings")
    await shown.press("tab")


@pytest.mark.parametrize("size", SIZES, ids=["80x24", "120x40"])
async def test_the_list(size: tuple[int, int], picture: Picture) -> None:
    async with showing(source=cluster(), size=size) as shown:
        await shown.press("right_curly_bracket")
        await at_rest_on(shown, ETL)
        assert picture(shown.app)


@pytest.mark.parametrize("size", SIZES, ids=["80x24", "120x40"])
async def test_a_workflow_with_the_log_of_its_failed_step(
    size: tuple[int, int], picture: Picture
) -> None:
    async with showing(source=cluster(), size=size) as shown:
        await at_the_failed_run(shown)
        await shown.at_rest()
        assert picture(shown.app)


async def test_the_question_before_a_retry(picture: Picture) -> None:
    async with showing(source=cluster(), settings=UNPROTECTED, size=(100, 30)) as shown:
        await at_the_failed_run(shown)
        await shown.press("r")
        await shown.until(lambda: shown.shows(ActionScreen))
        await shown.until_shown("1 step runs again")
        await shown.at_rest()
        assert picture(shown.app)


async def test_the_question_before_a_resubmit_with_its_parameters(picture: Picture) -> None:
    async with showing(source=cluster(), settings=UNPROTECTED, size=(100, 30)) as shown:
        shown.rows.move_to_line(shown.names.index(ETL))
        await at_rest_on(shown, ETL)
        await shown.press("R")
        await shown.until(lambda: shown.shows(ActionScreen))
        await shown.until_shown("batch-size")
        await shown.press("tab", "right")
        await shown.until_shown("region=us")
        await shown.at_rest()
        assert picture(shown.app)


async def test_artifacts_of_a_step(picture: Picture) -> None:
    source = cluster()
    for manifest in source.manifests.values():
        for node in (manifest["status"].get("nodes") or {}).values():
            for artifact in (node.get("outputs") or {}).get("artifacts") or ():
                del artifact["s3"]
                artifact["path"] = "/tmp/report.json"
                artifact["raw"] = {"data": '{"rows": 1204411, "rejected": 12, "day": "2026-03-16"}'}
    async with showing(source=source, size=(120, 30)) as shown:
        await shown.open(ETL)
        shown.detail.steps.move_to_line(1)
        await shown.press("a")
        await shown.until_shown("2 artifacts")
        await shown.press("enter")
        await shown.until_shown("1204411")
        await shown.at_rest()
        assert picture(shown.app)


async def test_help(picture: Picture) -> None:
    async with showing(source=cluster(), size=(100, 30)) as shown:
        await at_rest_on(shown, shown.names[0])
        await shown.press("question_mark")
        await shown.until(lambda: shown.shows(HelpScreen))
        await shown.until_shown("ACT ON THE WORKFLOW")
        await shown.at_rest()
        assert picture(shown.app)


async def test_trouble(picture: Picture) -> None:
    def connect(demo: bool) -> Connection:
        raise Refused(
            'user "kim" cannot list workflows.argoproj.io in the namespace "argo"', status=403
        )

    async with showing(connect=connect, size=(100, 24)) as shown:
        await shown.until(lambda: shown.shows(ProblemScreen))
        await shown.at_rest()
        assert picture(shown.app)
