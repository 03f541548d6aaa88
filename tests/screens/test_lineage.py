"""From a run to what made it, to those alike, and to what its steps made."""

from __future__ import annotations

from tests.domain.test_lineage import YAML, parent
from tests.support.app import Shown, showing
from tests.support.runs import run
from tests.test_keys import ETL, NIGHTLY
from tui.domain.identity import ObjectKey
from tui.domain.workflow import LABEL, Manifest
from tui.menu import Menu
from tui.screens.list import ListScreen
from tui.screens.object import ObjectScreen


def by(name: str, template: str = "etl", cron: str = "") -> Manifest:
    labels = {f"{LABEL}cron-workflow": cron} if cron else {}
    return run(
        name, "Failed", ended=1, spec={"workflowTemplateRef": {"name": template}}, labels=labels
    )


def key_of(shown: Shown) -> ObjectKey:
    screen = shown.app.screen
    assert isinstance(screen, ObjectScreen)
    return screen.key


async def test_p_leaves_the_runs_of_its_template_from_the_list_and_from_a_run() -> None:
    async with showing(by("a"), by("b"), by("c", "other")) as shown:
        shown.rows.move_to_line(shown.names.index("a"))
        await shown.press("P")
        await shown.until(lambda: "c" not in shown.names)
        assert sorted(shown.names) == ["a", "b"]
        await shown.press("escape")
        await shown.until(lambda: len(shown.names) == 3)
        await shown.open("c")
        await shown.press("P")
        await shown.until(lambda: isinstance(shown.app.screen, ListScreen) and shown.names == ["c"])


async def test_p_of_one_that_stands_alone_says_so() -> None:
    async with showing(run("alone", "Failed", ended=1)) as shown:
        await shown.press("P")
        await shown.until_said("nothing tells of more runs like alone")
        await shown.press("circumflex_accent")
        await shown.until_said("no label or owner of alone says what made it")


async def test_the_maker_opens_at_once_and_of_several_one_is_chosen() -> None:
    async with showing(by("a"), by("b", cron="nightly"), ETL, NIGHTLY) as shown:
        shown.rows.move_to_line(shown.names.index("a"))
        await shown.press("circumflex_accent")
        await shown.until(lambda: shown.shows(ObjectScreen))
        assert key_of(shown).name == "etl"
        await shown.press("escape")
        await shown.until(lambda: shown.shows(ListScreen))
        await shown.open("b")
        await shown.press("circumflex_accent")
        await shown.until(lambda: shown.shows(Menu))
        assert "its template" in shown.text and "the cron workflow that started it" in shown.text
        await shown.press("down", "enter")
        await shown.until(lambda: shown.shows(ObjectScreen))
        assert key_of(shown).kind == "cron"


async def test_enter_on_a_step_that_made_a_workflow_opens_it() -> None:
    children = [run("child-7-q1w2e", "Running", began=15)]
    async with showing(parent(YAML), *children) as shown:
        await shown.open("w")
        shown.detail.steps.move_to_line(shown.steps.index("make"))
        await shown.press("enter")
        await shown.until(lambda: shown.detail.key.name == "child-7-q1w2e")


async def test_of_several_one_is_chosen() -> None:
    children = [run(f"child-{day}-q1w2e", "Running", began=15) for day in (7, 8)]
    async with showing(parent(YAML), *children) as shown:
        await shown.open("w")
        shown.detail.steps.move_to_line(shown.steps.index("make"))
        await shown.press("enter")
        await shown.until(lambda: shown.shows(Menu))
        await shown.press("down", "enter")
        await shown.until(lambda: shown.detail.key.name == "child-8-q1w2e")
