"""`x` opens a menu of what can be done to what the cursor is on, made from what is registered."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.support.app import STILL, Shown, showing
from tests.support.runs import nightly_etl, run, team
from tests.support.scripted import ScriptedSource
from tui.actions import ACTIONS, actions_of
from tui.actions.base import Action
from tui.actions.verdict import READ_ONLY
from tui.keys import KEYS, hint
from tui.menu import Choice, Menu
from tui.screens.action import ActionScreen
from tui.widgets.box import Box
from tui.widgets.table import Table


async def choices(shown: Shown) -> dict[str, Choice]:
    """What the menu has, by title."""
    await shown.press("x")
    await shown.until(lambda: shown.shows(Menu))
    rows: Table[Choice] = shown.app.screen.query_one(Table)
    return {choice.title: choice for choice in rows.items}


async def test_it_has_every_registered_action_with_its_key_and_why_not() -> None:
    async with showing(run("done-1", "Succeeded", ended=1)) as shown:
        found = await choices(shown)
        actions = actions_of("wf", "object", "kind")
        assert [*found][: len(actions)] == [action.label for action in actions]
        keyed = [a for a in actions if a.binding_id in KEYS]
        alone = [a for a in keyed if a.binding_id != "act.suspend"]
        assert all(found[a.label].letter == hint(a.binding_id) for a in alone)
        assert found["Stop"].refusal and not found["Resubmit"].refusal
        assert "done-1" in shown.text and "is over (Succeeded): only an unfinished" in shown.text
        await shown.press("X")
        assert shown.shows(Menu), "what may not be done closes nothing"
        await shown.press("R")
        await shown.until(lambda: shown.shows(ActionScreen))


@pytest.mark.parametrize(
    ("phase", "is_held", "first"), [("Running", False, "Suspend"), ("Running", True, "Resume")]
)
async def test_no_letter_stands_twice_and_what_may_be_done_has_the_key(
    phase: str, is_held: bool, first: str
) -> None:
    async with showing(run("etl-1", phase, spec={"suspend": is_held})) as shown:
        found = await choices(shown)
        letters = [choice.letter for choice in found.values() if choice.letter]
        assert sorted(letters) == sorted(set(letters))
        assert found[first].letter == "s" and not found[first].refusal


async def test_a_made_up_action_is_in_it_and_gets_a_letter() -> None:
    frob = Action(
        id="workflow.frob",
        kinds=frozenset({"wf"}),
        label="Frobnicate",
        help="a thing that nobody needs",
        consequence="none",
    )
    with ACTIONS.including(frob):
        async with showing(nightly_etl()) as shown:
            found = await choices(shown)
            assert found["Frobnicate"].letter in "frobnicate" and found["Frobnicate"].letter
            await shown.until_shown("a thing that nobody needs")


async def test_it_is_about_what_is_marked() -> None:
    async with showing(*team()) as shown:
        await shown.press("space", "space")
        await choices(shown)
        await shown.until_shown("2 marked")


async def test_in_a_workflow_it_is_about_the_step_too() -> None:
    async with showing(nightly_etl()) as shown:
        await shown.open()
        found = await choices(shown)
        assert {action.label for action in actions_of("wf", "object", "node", "pod")} <= set(found)
        assert "nightly-etl-x7k2p, transform(2:shard:2)(1)" in shown.text
        await shown.press("escape")
        shown.detail.steps.move_to_line(0)
        found = await choices(shown)
        heading = str(shown.app.screen.query_one(Box).border_title)
        assert "nightly-etl-x7k2p" in heading and "transform(2:shard:2)(1)" not in heading


async def test_beside_artifacts_it_saves_and_copies() -> None:
    async with showing(source=ScriptedSource(nightly_etl())) as shown:
        await shown.open()
        await shown.press("a")
        await shown.until(lambda: shown.detail.pane_tabs.holds_focus)
        found = await choices(shown)
        assert found["Download"].letter == KEYS["write"][0] and found["Copy key"].letter == "c"


async def test_read_only_is_why_not() -> None:
    async with showing(nightly_etl(), settings=replace(STILL, read_only=True)) as shown:
        found = await choices(shown)
        assert found["Delete"].refusal == READ_ONLY
        await shown.press("D")
        assert shown.shows(Menu)


async def test_where_there_is_nothing_it_says_why() -> None:
    async with showing(can_demo=False) as shown:
        found = await choices(shown)
        assert "no workflow" in found["Retry"].refusal
