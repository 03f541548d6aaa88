"""Without UTF-8 nothing but ASCII is drawn, on any screen."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.support.app import STILL, Shown, showing
from tests.support.runs import ETL, team
from tests.support.scripted import ScriptedSource
from tests.support.ways import cluster, mark_many, ways
from tui.errors import NoCluster, Refused
from tui.kinds.workflows import WORKFLOWS
from tui.panes import panes_of
from tui.panes.containers import ContainerScreen
from tui.ports.connection import Connection
from tui.screens.action import ActionScreen
from tui.screens.confirm import ConfirmScreen
from tui.screens.help import HelpScreen
from tui.screens.problem import ProblemScreen
from tui.screens.small import TooSmallScreen

PLAIN = replace(STILL, ascii=True)


def beyond(shown: Shown) -> str:
    """Every line of the screen in which something is not ASCII."""
    return "\n".join(row for row in shown.rows_of_screen if not row.isascii())


async def test_list_filter_dialogs_and_help() -> None:
    async with showing(*team(), settings=PLAIN, size=(100, 24)) as shown:
        assert beyond(shown) == ""
        shown.app.say("Retry … “x” — y · z", "error")
        assert beyond(shown) == ""
        await shown.press("slash")
        await shown.write("nothing-is-called-so")
        await shown.until_shown("none of")
        assert beyond(shown) == ""
        await shown.press("escape", "question_mark")
        await shown.until(lambda: shown.shows(HelpScreen))
        assert beyond(shown) == ""
        await shown.press("escape", "q")
        await shown.until(lambda: shown.shows(ConfirmScreen))
        assert beyond(shown) == ""
        await shown.press("escape")


async def test_a_workflow_with_each_pane_and_each_question() -> None:
    for size in ((90, 24), (140, 30)):
        source = ScriptedSource(*team())
        async with showing(source=source, settings=PLAIN, size=size) as shown:
            await shown.open(ETL)
            for pane in panes_of(WORKFLOWS):
                await shown.detail.pane_tabs.bring(pane.id)
                await shown.pilot.pause()
                assert beyond(shown) == "", pane.id
            for key in "rRD":
                await shown.press(key)
                await shown.until(lambda: shown.shows(ActionScreen))
                await shown.until(lambda: "reading" not in shown.static("dialog-plan"))
                assert beyond(shown) == "", key
                await shown.press("escape")
            source.refusal = Refused("you may not … at all", status=403)
            await shown.press("r")
            await shown.until_shown("you may not ... at all")
            assert beyond(shown) == ""


async def test_the_list_of_containers_at_the_least_size() -> None:
    async with showing(source=ScriptedSource(*team()), settings=PLAIN, size=(60, 12)) as shown:
        await shown.open(ETL)
        await shown.press("l", "A")
        await shown.until(lambda: shown.shows(ContainerScreen))
        await shown.until_shown("gone with its pod")
        assert beyond(shown) == ""
        box = shown.app.screen.query_one("#containers").region
        assert shown.app.screen.region.contains_region(box)
        for name in ("main", "init", "wait"):
            assert name in shown.text


async def test_the_problem_screen() -> None:
    def connect(demo: bool) -> Connection:
        raise NoCluster("no kubeconfig — “none”", hint="see …")

    async with showing(connect=connect, settings=PLAIN) as shown:
        assert shown.shows(ProblemScreen) and "X no kubeconfig" in shown.text
        assert beyond(shown) == ""


WAYS = {name: way for name, way in ways().items() if way.shows is not TooSmallScreen}
"""Where one can go; what is too small is smaller than a screen that tests can tell from others."""
FROM_THE_LIST = [name for name, way in WAYS.items() if way.begin is None]
FROM_ELSEWHERE = [name for name, way in WAYS.items() if way.begin not in (None, mark_many)]


async def draw_at_the_end_of(shown: Shown, name: str) -> None:
    """Go a way, and see that all is ASCII there."""
    way, before = WAYS[name], shown.app.screen
    await way.forth(shown)
    await shown.until(lambda: shown.app.screen is not before and shown.shows(way.shows))
    await shown.at_rest()
    assert beyond(shown) == "", name


async def test_wherever_one_goes_from_the_list_nothing_but_ascii_is_drawn() -> None:
    async with showing(source=cluster(), settings=PLAIN, size=(80, 40)) as shown:
        in_list = shown.app.screen
        for name in FROM_THE_LIST:
            await draw_at_the_end_of(shown, name)
            await WAYS[name].back(shown)
            await shown.until(lambda: shown.app.screen is in_list)


@pytest.mark.parametrize("name", FROM_ELSEWHERE)
async def test_wherever_one_goes_from_elsewhere_nothing_but_ascii_is_drawn(name: str) -> None:
    async with showing(source=cluster(), settings=PLAIN, size=(120, 40)) as shown:
        begin = WAYS[name].begin
        assert begin is not None
        await begin(shown)
        await draw_at_the_end_of(shown, name)
