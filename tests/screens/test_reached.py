"""Whatever can be done is reached by the menu, by `:` and by the palette, on what it is for."""

from __future__ import annotations

import pytest

from tests.screens.test_editing import CRON, ETL, SHARED, do
from tests.screens.test_kinds import go
from tests.support.app import Shown, showing
from tests.support.runs import nightly_etl
from tests.support.scripted import ScriptedSource
from tui.actions import ACTIONS, actions_of
from tui.kinds.registry import KINDS
from tui.menu import Choice, Menu
from tui.palette import Palette
from tui.widgets.table import Table

WANTED = {
    "wf": """submit resubmit edit retry retry-from-here stop terminate suspend resume answer delete
        shell""",
    "wftmpl": "submit lint create edit delete",
    "cwftmpl": "submit lint create edit delete",
    "cron": "trigger backfill suspend resume lint create edit delete",
}
"""Id of a kind → what issue 23 wants to be done to it, as it is typed."""


@pytest.mark.parametrize("kind", WANTED)
def test_everything_wanted_is_registered_and_has_a_name_of_its_own(kind: str) -> None:
    every = actions_of(kind, "object", "node", "pod", "artifact", "kind")
    names = [action.id.rpartition(".")[2] for action in every]
    assert set(names) >= set(WANTED[kind].split())
    assert len(set(names)) == len(names), "a name typed after a colon means one thing"
    assert all(action.label and action.help for action in every)


async def menu_titles(shown: Shown) -> set[str]:
    await shown.press("x")
    await shown.until(lambda: shown.shows(Menu))
    rows: Table[Choice] = shown.app.screen.query_one(Table)
    titles = {row.title for row in rows.items}
    await shown.press("escape")
    await shown.until(lambda: not shown.shows(Menu))
    return titles


async def palette_names(shown: Shown) -> dict[str, str]:
    await shown.press(":")
    await shown.until(lambda: shown.shows(Palette))
    palette = shown.app.screen
    assert isinstance(palette, Palette)
    names = {name: command.title for command in palette._offered for name in command.names}
    await shown.press("escape")
    await shown.until(lambda: not shown.shows(Palette))
    return names


@pytest.mark.parametrize("kind", WANTED)
async def test_the_menu_and_the_command_line_of_a_list_have_all_of_it(kind: str) -> None:
    source = ScriptedSource(nightly_etl(), CRON, ETL, SHARED)
    async with showing(source=source) as shown:
        if kind != "wf":
            await go(shown, kind)
            await shown.until(lambda: shown.app.screen.query_one(Table).items)
        wanted = {action.label for action in actions_of(kind, "object", "kind")}
        assert wanted <= await menu_titles(shown)
        names = await palette_names(shown)
        for action in actions_of(kind, "object", "kind"):
            assert action.id.rpartition(".")[2] in names, action.id
        await shown.press("space", "space")
        assert wanted <= await menu_titles(shown), "of what is marked, too"


async def test_on_a_step_there_is_what_is_done_to_steps_and_to_the_whole() -> None:
    async with showing(source=ScriptedSource(nightly_etl())) as shown:
        await shown.open()
        wanted = {a.label for a in actions_of("wf", "object", "node", "pod")}
        assert wanted <= await menu_titles(shown)
        names = await palette_names(shown)
        assert {a.id.rpartition(".")[2] for a in actions_of("wf", "object", "node", "pod")} <= set(
            names
        )


def test_every_action_is_for_a_kind_that_has_a_list() -> None:
    assert {kind for action in ACTIONS for kind in action.kinds} <= {kind.id for kind in KINDS}


async def test_what_is_wrong_with_a_template_is_said_and_what_is_right_too() -> None:
    bad = {**ETL, "spec": {**ETL["spec"], "entrypoint": "none"}}
    for manifest, told in ((ETL, "etl: nothing is wrong"), (bad, "etl: ")):
        async with showing(source=ScriptedSource(manifest)) as shown:
            await go(shown, "wftmpl")
            await shown.until_shown("etl")
            await do(shown, "lint")
            await shown.until_said(f"Lint: {told}")
            assert ("none" in shown.said) is (manifest is bad)
