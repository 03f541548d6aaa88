"""Back and forward through what somebody looked at."""

from __future__ import annotations

from functools import partial

from tests.support.app import Shown, showing
from tests.support.runs import ETL, nightly_etl, team
from tests.support.scripted import ScriptedSource
from tui.domain.identity import ObjectKey
from tui.history import MOST, History, Visit
from tui.navigator import Location
from tui.screens.list import ListScreen
from tui.screens.workflow import WorkflowScreen

LIST = Visit(Location(kind="wf"))


def at(name: str) -> Visit:
    return Visit(LIST.location, ObjectKey("c", "wf", "argo", name))


def test_back_and_forward_go_over_what_was_visited_and_end() -> None:
    history = History()
    for visit in (LIST, at("a"), at("a"), at("b")):
        history.visit(visit)
    assert [history.step(-1, at("b")), history.step(-1, at("a"))] == [at("a"), LIST]
    assert history.step(-1, LIST) is None
    assert [history.step(1, LIST), history.step(1, at("a"))] == [at("a"), at("b")]
    assert history.step(1, at("b")) is None


def test_a_new_visit_forgets_what_was_forward_and_a_closed_one_is_one_step_back() -> None:
    history = History()
    for visit in (LIST, at("a"), at("b")):
        history.visit(visit)
    assert history.step(-1, LIST) == at("b"), "it was closed by Esc"
    assert history.step(-1, at("b")) == at("a")
    history.visit(at("c"))
    assert history.step(1, at("c")) is None and history.step(-1, at("c")) == at("a")


def test_the_oldest_are_forgotten_and_a_pane_is_kept() -> None:
    history = History()
    for number in range(MOST + 5):
        history.visit(at(f"w-{number}"))
    history.leave(Visit(LIST.location, at(f"w-{MOST + 4}").key, pane="logs"))
    current = history.current
    assert current is not None and current.pane == "logs"
    found = at(f"w-{MOST + 4}")
    for _ in range(MOST - 1):
        stepped = history.step(-1, found)
        assert stepped is not None
        found = stepped
    assert found == at("w-5") and history.step(-1, found) is None


def looked_at(shown: Shown) -> str:
    """The workflow in front; "" for the list."""
    return shown.detail.key.name if shown.shows(WorkflowScreen) else ""


async def test_that_a_key_does_nothing_is_not_said_again_when_one_comes_back() -> None:
    async with showing(nightly_etl()) as shown:
        await shown.press("m")
        assert "nothing here" in shown.said
        await shown.open(ETL)
        await shown.press("m")
        assert "nothing here" in shown.said
        for key in ("[", "]"):
            await shown.press(key)
            await shown.until(partial(lambda key: (looked_at(shown) == "") == (key == "["), key))
            assert shown.said == ""


async def test_brackets_go_to_the_workflow_before_and_to_the_list() -> None:
    async with showing(source=ScriptedSource(nightly_etl(), *team())) as shown:
        await shown.until(lambda: len(shown.names) > 3)
        other = next(name for name in shown.names if name != ETL)
        await shown.open(ETL)
        await shown.press("y", "escape", "escape")
        await shown.until(lambda: shown.shows(ListScreen))
        await shown.open(other)
        await shown.press("[")
        await shown.until(lambda: looked_at(shown) == ETL)
        await shown.press("[")
        await shown.until(lambda: looked_at(shown) == "")
        await shown.press("[")
        await shown.until_said("there is nothing further back")
        await shown.press("]", "]")
        await shown.until(lambda: looked_at(shown) == other)
        await shown.press("]")
        await shown.until_said("there is nothing further forward")
        assert len(shown.app.screen_stack) == 3, "none is left below another"


async def test_other_namespaces_and_kinds_are_places_of_it() -> None:
    async with showing(source=ScriptedSource(nightly_etl(), *team())) as shown:
        await shown.press(*":ns all", "enter")
        await shown.until(lambda: not shown.app.lists.scope.namespaces)
        await shown.press(*":cron", "enter")
        await shown.until(lambda: shown.app.views.listed_kind == "cron")
        await shown.press("[")
        await shown.until(lambda: shown.app.views.listed_kind == "wf")
        assert not shown.app.lists.scope.namespaces
        await shown.press("[")
        await shown.until(lambda: shown.app.lists.scope.namespaces == ("argo",))
        await shown.press("]", "]")
        await shown.until(lambda: shown.app.views.listed_kind == "cron")
