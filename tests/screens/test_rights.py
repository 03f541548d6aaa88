"""Namespaces that may not be read: they are named, and cost nothing of what may be."""

from __future__ import annotations

from tests.support.app import Shown, showing
from tests.support.runs import run
from tests.support.scripted import ScriptedSource
from tui.errors import Refused, Unreachable
from tui.ports.collections import Live, Stale
from tui.ports.connection import Place
from tui.screens.list import ListScreen
from tui.screens.problem import ProblemScreen

EVERYWHERE = Refused("not allowed to list workflows in all namespaces", status=403)
IN_ML = Refused("not allowed to list workflows in ml", status=403)
OURS = (run("ours-1", "Running"), run("ours-2", "Failed", ended=1))
THEIRS = run("theirs-1", "Running", namespace="ml")
BOTH = Place("scripted", "https://scripted", "argo,ml", "tester")


def restricted(namespace: str, error: Refused, place: Place | None = None) -> ScriptedSource:
    source = ScriptedSource(*OURS, THEIRS, place=place)
    source.unreadable[namespace] = error
    return source


async def test_all_namespaces_without_the_right_to_is_a_notice_and_the_list_stays() -> None:
    async with showing(source=restricted("", EVERYWHERE), size=(160, 24)) as shown:
        await shown.press("space", "0")
        await shown.until_said("the list stays as it is: not allowed to list workflows in all")
        assert shown.shows(ListScreen) and "▸ argo" in shown.rows_of_screen[0]
        assert sorted(shown.names) == ["ours-1", "ours-2"]
        assert len(shown.rows.marks) == 1 and "live" in shown.rows_of_screen[0]
        await shown.press("0")
        await shown.until_said("the list stays as it is")


async def test_until_another_scope_can_be_read_the_list_is_what_it_was() -> None:
    source = ScriptedSource(*OURS, THEIRS)
    async with showing(source=source, size=(160, 24)) as shown:
        await shown.press("0")
        await shown.until(lambda: "theirs-1" in shown.names)
        assert "all namespaces" in shown.rows_of_screen[0]
        await shown.until(lambda: source.open_watches == 1)
        await shown.press("0")
        await shown.until(lambda: "theirs-1" not in shown.names)
        assert "▸ argo" in shown.rows_of_screen[0]


async def test_of_several_namespaces_the_refused_one_is_named_and_the_others_are_shown() -> None:
    source = restricted("ml", IN_ML, BOTH)
    async with showing(source=source, size=(160, 24)) as shown:
        await shown.until_shown("▲ cannot read ml: not allowed to list workflows in ml")
        assert shown.shows(ListScreen) and sorted(shown.names) == ["ours-1", "ours-2"]
        assert "ml: not allowed to list workflows in ml" in shown.said
        source.stand(Stale(Unreachable("the connection was reset"), 8.0, 1), "argo")
        await shown.until(lambda: stale_parts(shown) == ["argo"])
        assert "cannot read ml" in shown.rows_of_screen[0], "the worst is told"
        source.stand(Live(), "ml")
        await shown.until_shown("▲ stale argo 0s, retry in 8s: the connection was reset")
        source.stand(Live())
        await shown.until_shown("● live")


async def test_where_none_of_several_can_be_read_that_is_the_problem() -> None:
    source = restricted("ml", IN_ML, BOTH)
    source.unreadable["argo"] = Refused("not allowed to list workflows in argo", status=403)
    async with showing(source=source) as shown:
        await shown.until(lambda: shown.shows(ProblemScreen))
        await shown.until_shown("not allowed to list workflows in argo")


async def test_a_list_that_becomes_readable_takes_the_place_of_the_problem() -> None:
    source = restricted("argo", Refused("not allowed to list workflows in argo", status=403))
    async with showing(source=source) as shown:
        await shown.until(lambda: shown.shows(ProblemScreen))
        source.put(OURS[0])
        source.stand(Live())
        await shown.until(lambda: shown.shows(ListScreen))
        assert shown.names == ["ours-1"]


def stale_parts(shown: Shown) -> list[str]:
    """The namespaces whose watch is broken."""
    standings = shown.app.lists.of(shown.overview.kind).standings
    return [part.namespace for part, each in standings.items() if isinstance(each.standing, Stale)]
