"""Terminals in which nothing can be read are told so, and nothing is lost meanwhile."""

from __future__ import annotations

from tests.support.app import showing
from tests.support.runs import ETL, nightly_etl, run, team
from tests.support.scripted import ScriptedSource
from tui.screens.list import ListScreen
from tui.screens.small import TooSmallScreen
from tui.screens.workflow import WorkflowScreen


async def test_the_smallest_that_will_do_shows_list_and_workflow() -> None:
    async with showing(*team(), size=(60, 12)) as shown:
        assert shown.shows(ListScreen) and "nightly-etl" in shown.text
        await shown.open(ETL)
        assert shown.shows(WorkflowScreen) and "transform" in shown.text
        await shown.press("r")
        await shown.until_shown("step runs again")
        assert "Cancel" in shown.text, "the buttons stay on the screen"


async def test_one_column_or_row_less_says_what_is_needed() -> None:
    for size in ((59, 11), (59, 12), (60, 11), (20, 5)):
        async with showing(nightly_etl(), size=size) as shown:
            await shown.until(lambda: shown.shows(TooSmallScreen))
            assert "60x12" in shown.text and "argo-tui" in shown.text
            assert "nightly-etl" not in shown.text


async def test_made_large_again_everything_is_where_it_was() -> None:
    source = ScriptedSource(nightly_etl())
    async with showing(source=source, size=(100, 30)) as shown:
        await shown.open()
        for size in ((59, 11), (20, 5), (1, 1), (59, 40)):
            await shown.pilot.resize_terminal(*size)
            await shown.until(lambda: shown.shows(TooSmallScreen))
        source.put(run("meanwhile-1", "Running", began=0))
        await shown.until(lambda: "meanwhile-1" in shown.names)
        await shown.pilot.resize_terminal(100, 30)
        await shown.until(lambda: shown.shows(WorkflowScreen))
        assert "transform" in shown.text
        assert sum(isinstance(s, TooSmallScreen) for s in shown.app.screen_stack) == 0


async def test_a_dialog_that_was_open_is_open_again() -> None:
    async with showing(nightly_etl(), size=(100, 30)) as shown:
        await shown.press("D")
        await shown.until_shown("The workflow goes")
        await shown.pilot.resize_terminal(40, 10)
        await shown.until(lambda: shown.shows(TooSmallScreen))
        await shown.press("y", "D", "enter")
        assert not shown.app.context.pending, "nothing is done by somebody who sees nothing"
        await shown.pilot.resize_terminal(100, 30)
        await shown.until_shown("The workflow goes")
        await shown.press("escape")
        assert shown.shows(ListScreen)
