"""The palette: everything that can be done, by typing it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.support.app import STILL, Shown, showing
from tests.support.runs import ETL, nightly_etl, run, team
from tests.support.scripted import ScriptedSource
from tui.actions import ACTIONS
from tui.errors import NotInstalled
from tui.palette import Entry, Palette, matching
from tui.panes import PANES
from tui.ports.connection import Source
from tui.screens.action import ActionScreen
from tui.screens.workflow import WorkflowScreen
from tui.screens.workflows import WorkflowsScreen


async def opened(shown: Shown, key: str = "colon") -> Palette:
    """The palette over what is shown."""
    await shown.press(key)
    await shown.until(lambda: shown.shows(Palette))
    palette = shown.app.screen
    assert isinstance(palette, Palette)
    return palette


def offered(palette: Palette) -> list[str]:
    """The names it offers just now."""
    return [entry.name for entry in palette.found.items]


def entry(name: str, key: str = "", help: str = "") -> Entry:
    """One that does nothing."""
    return Entry(name, lambda: None, help, key)


def test_a_key_means_its_entry_and_letters_mean_names_before_explanations() -> None:
    known = [entry("Resume", "s"), entry("Retry", "r"), entry("Sort", "", "by what ran longest")]
    assert next(e.name for e in matching(known, "r")) == "Retry"
    assert next(e.name for e in matching(known, "s")) == "Resume"
    assert [e.name for e in matching(known, "res")] == ["Resume"]
    assert [e.name for e in matching(known, "ran longest")] == ["Sort"]
    assert matching(known, "") == known and matching(known, "xyz") == []


def test_colon_q_means_to_leave() -> None:
    known = [entry("Back", "q"), entry("Quit", ":q")]
    assert [e.name for e in matching(known, "q")] == ["Quit", "Back"]


@pytest.mark.parametrize("key", ["colon", "ctrl+p"])
async def test_two_keys_open_it_and_escape_or_ctrl_c_closes_it(key: str) -> None:
    async with showing(*team()) as shown:
        for close in ("escape", "ctrl+c"):
            await opened(shown, key)
            await shown.press(close)
            await shown.until(lambda: not shown.shows(Palette))


async def test_it_offers_actions_panes_and_columns_and_does_what_it_says() -> None:
    async with showing(*team()) as shown:
        palette = await opened(shown)
        names = offered(palette)
        assert {action.label for action in ACTIONS} <= set(names)
        assert {"Sort by DUR", "Problems only", "Filter", "Quit"} <= set(names)
        await shown.write("problems only")
        await shown.until_shown("1 of ")
        await shown.press("enter")
        await shown.until(lambda: len(shown.names) == 3)
        await shown.open(ETL)
        palette = await opened(shown)
        assert {f"Show {pane.title}" for pane in PANES} <= set(offered(palette))
        await shown.write("show yaml")
        await shown.press("enter")
        await shown.until(lambda: shown.detail.side.front == "manifest")


async def test_it_opens_the_demo_where_there_is_one() -> None:
    def connect(demo: bool) -> Source:
        return ScriptedSource(run("demo-run-1" if demo else "one", "Running"))

    async with showing(connect=connect) as shown:
        palette = await opened(shown)
        await shown.write("demo")
        await shown.until(lambda: offered(palette)[:1] == ["Demo cluster"])
        await shown.press("enter")
        await shown.until(lambda: shown.names == ["demo-run-1"])
        assert "Demo cluster" not in offered(await opened(shown)), "one is there already"


async def test_a_demo_that_cannot_be_opened_leaves_the_cluster_shown_and_says_why() -> None:
    def connect(demo: bool) -> Source:
        if demo:
            raise NotInstalled("the demo cluster needs aiohttp", hint="pip install it")
        return ScriptedSource(run("one", "Running"))

    async with showing(connect=connect) as shown:
        await opened(shown)
        await shown.write("demo")
        await shown.press("enter")
        await shown.until_said("the demo cluster needs aiohttp (pip install it)")
        assert shown.names == ["one"] and shown.shows(WorkflowsScreen)
        assert not shown.app.is_demo


async def test_what_cannot_be_done_just_now_says_why() -> None:
    async with showing(nightly_etl(), settings=replace(STILL, read_only=True)) as shown:
        palette = await opened(shown)
        refused = {e.name: e.help for e in palette.found.items if e.is_refused}
        assert set(refused) == {action.label for action in ACTIONS}
        assert "--read-only" in refused["Delete"]
    async with showing(nightly_etl()) as shown:
        palette = await opened(shown)
        told = {e.name: e for e in palette.found.items}
        assert told["Suspend"].is_refused and not told["Retry"].is_refused
        await shown.write("retry")
        await shown.press("enter")
        await shown.until(lambda: shown.shows(ActionScreen))


async def test_to_a_workflow_that_was_deleted_meanwhile_nothing_can_be_done() -> None:
    source = ScriptedSource(nightly_etl())
    async with showing(source=source) as shown:
        await shown.open(ETL)
        source.remove(shown.detail.ref)
        await shown.until_said("was deleted")
        palette = await opened(shown)
        refused = {e.name: e.help for e in palette.found.items if e.is_refused}
        assert refused == {action.label: "it is gone" for action in ACTIONS}


async def test_a_workflow_is_gone_to_by_its_name() -> None:
    async with showing(*team()) as shown:
        await opened(shown)
        await shown.write("x7k2p")
        await shown.until_shown(f"Go to {ETL}")
        await shown.press("enter")
        await shown.until(lambda: shown.shows(WorkflowScreen))
        assert shown.detail.ref.name == ETL


async def test_tab_completes_and_the_arrows_move_while_one_types() -> None:
    async with showing(*team()) as shown:
        palette = await opened(shown)
        await shown.write("sort by n")
        await shown.press("tab")
        assert palette.line.value.startswith("Sort by ") and palette.line.has_focus
        palette.line.value = ""
        await shown.until(lambda: len(palette.found.items) > 15)
        await shown.press("down", "down", "up", "pagedown", "ctrl+n", "ctrl+p")
        assert palette.found.cursor > 5 and palette.line.has_focus


async def test_what_was_run_last_comes_first() -> None:
    async with showing(*team()) as shown:
        palette = await opened(shown)
        assert offered(palette)[0] == next(iter(ACTIONS)).label
        await shown.write("sort by name")
        await shown.press("enter")
        await shown.until(lambda: not shown.shows(Palette))
        assert offered(await opened(shown))[0] == "Sort by NAME"


async def test_keys_faster_than_it_is_laid_out_are_harmless() -> None:
    async with showing(*team()) as shown:
        shown.app.action_command_palette()
        await shown.press("pageup", "pagedown", "tab", "down", "x", "escape", "j")
        await shown.until(lambda: not shown.shows(Palette))
        assert shown.app.is_running


async def test_nothing_found_is_said_and_enter_does_nothing() -> None:
    async with showing(*team()) as shown:
        await opened(shown)
        await shown.write("zzzz")
        await shown.until_shown("nothing here is called like that")
        await shown.press("enter", "tab")
        assert shown.shows(Palette)


@pytest.mark.parametrize("size", [(60, 12), (80, 24), (200, 60)])
async def test_it_is_ascii_where_that_is_asked_for(size: tuple[int, int]) -> None:
    async with showing(*team(), settings=replace(STILL, ascii=True), size=size) as shown:
        await opened(shown)
        await shown.until_shown("Esc closes")
        assert shown.text.isascii(), shown.text
        await shown.write("re")
        await shown.until_shown("Resubmit")
        assert shown.text.isascii(), shown.text
