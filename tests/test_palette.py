"""The palette: everything that can be done, by typing it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest

from tests.support.app import STILL, Shown, showing
from tests.support.runs import ETL, nightly_etl, run, team
from tests.support.scripted import ScriptedSource
from tui.actions import ACTIONS, SUBMIT, actions_of
from tui.commands import Command
from tui.domain.identity import Target
from tui.domain.workflow import WorkflowRef
from tui.errors import NotInstalled
from tui.kinds.workflows import WORKFLOWS
from tui.palette import Palette, matching
from tui.panes import panes_of
from tui.ports.connection import Connection
from tui.screens.action import ActionScreen
from tui.screens.list import ListScreen
from tui.screens.workflow import WorkflowScreen
from tui.widgets.query_bar import QueryInput

OBJECTS = {action.label for action in actions_of("wf", "object")}
"""What can be done to a workflow as a whole."""


async def opened(shown: Shown, key: str = "colon") -> Palette:
    """The palette over what is shown."""
    await shown.press(key)
    await shown.until(lambda: shown.shows(Palette))
    palette = shown.app.screen
    assert isinstance(palette, Palette)
    return palette


def offered(palette: Palette) -> list[str]:
    """What it offers just now."""
    return [entry.name for entry in palette.found.items]


def refusals(palette: Palette) -> dict[str, str]:
    """Why what it offers cannot be done just now."""
    return {entry.name: entry.help for entry in palette.found.items if entry.is_refused}


def command(title: str, *names: str, key: str = "", help: str = "") -> Command:
    """One that does nothing."""
    return Command(title, lambda argument: None, names, key=key, help=help)


def titles(known: Sequence[Command], text: str) -> list[str]:
    """What a text means."""
    return [each.title for each in matching(known, text)]


def test_a_key_means_its_command_and_letters_mean_titles_before_explanations() -> None:
    sort = command("Sort", help="by what ran longest")
    known = [command("Resume", key="s"), command("Retry", key="r"), sort]
    assert titles(known, "r")[0] == "Retry"
    assert titles(known, "s")[0] == "Resume"
    assert titles(known, "res") == ["Resume"]
    assert titles(known, "ran longest") == ["Sort"]
    assert matching(known, "") == known and matching(known, "xyz") == []


def test_explanations_are_searched_from_three_letters_on_and_never_for_what_destroys() -> None:
    delete = Command("Delete", lambda argument: None, help="with its pods", danger="destroys")
    retry = command("Retry", help="makes pods anew")
    assert titles([delete, retry], "pods") == ["Retry"]
    assert titles([delete, retry], "po") == []
    assert titles([delete, retry], "del") == ["Delete"]


def test_the_beginning_of_a_name_means_more_than_letters_of_a_title() -> None:
    known = [command("Sort by phase of pods"), command("Go to pod list", "pods", "po")]
    assert titles(known, "pod")[0] == "Go to pod list"


def test_a_name_means_its_command_before_a_key_does() -> None:
    assert titles([command("Back", key="q"), command("Quit", "q")], "q") == ["Quit", "Back"]


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
        assert set(names) >= OBJECTS
        assert {"Sort by DUR", "Problems only", "Filter", "Quit"} <= set(names)
        await shown.write("problems only")
        await shown.until_shown("1 of ")
        await shown.press("enter")
        await shown.until(lambda: len(shown.names) == 4)
        await shown.open(ETL)
        palette = await opened(shown)
        assert {f"Show {pane.title}" for pane in panes_of(WORKFLOWS)} <= set(offered(palette))
        await shown.write("show yaml")
        await shown.press("enter")
        await shown.until(lambda: shown.detail.pane_tabs.front == "manifest")


async def test_it_opens_the_demo_where_there_is_one() -> None:
    def connect(demo: bool) -> Connection:
        return ScriptedSource(run("demo-run-1" if demo else "one", "Running"))

    async with showing(connect=connect) as shown:
        palette = await opened(shown)
        await shown.write("demo")
        await shown.until(lambda: offered(palette)[:1] == ["Demo cluster"])
        await shown.press("enter")
        await shown.until(lambda: shown.names == ["demo-run-1"])
        assert "Demo cluster" not in offered(await opened(shown)), "one is there already"


async def test_a_demo_that_cannot_be_opened_leaves_the_cluster_shown_and_says_why() -> None:
    def connect(demo: bool) -> Connection:
        if demo:
            raise NotInstalled("the demo cluster needs aiohttp", hint="pip install it")
        return ScriptedSource(run("one", "Running"))

    async with showing(connect=connect) as shown:
        await opened(shown)
        await shown.write("demo")
        await shown.press("enter")
        await shown.until_said("the demo cluster needs aiohttp (pip install it)")
        assert shown.names == ["one"] and shown.shows(ListScreen)
        assert not shown.app.context.is_demo


async def test_what_cannot_be_done_just_now_says_why() -> None:
    async with showing(nightly_etl(), settings=replace(STILL, read_only=True)) as shown:
        palette = await opened(shown)
        refused = refusals(palette)
        assert set(refused) == OBJECTS | {SUBMIT.label, "Archived only"}
        assert "--read-only" in refused["Delete"]
    async with showing(nightly_etl()) as shown:
        palette = await opened(shown)
        assert "Suspend" in refusals(palette) and "Retry" not in refusals(palette)
        await shown.write("retry")
        await shown.press("enter")
        await shown.until(lambda: shown.shows(ActionScreen))


async def test_to_a_workflow_that_was_deleted_meanwhile_nothing_can_be_done() -> None:
    source = ScriptedSource(nightly_etl())
    async with showing(source=source) as shown:
        await shown.open(ETL)
        source.remove(WorkflowRef.of(Target(shown.detail.key)))
        await shown.until_said("was deleted")
        palette = await opened(shown)
        refused = refusals(palette)
        assert {label: refused[label] for label in OBJECTS} == dict.fromkeys(OBJECTS, "it is gone")


async def test_a_workflow_is_gone_to_by_its_name() -> None:
    async with showing(*team()) as shown:
        await opened(shown)
        await shown.write("x7k2p")
        await shown.until_shown(f"Go to {ETL}")
        await shown.press("enter")
        await shown.until(lambda: shown.shows(WorkflowScreen))
        assert shown.detail.key.name == ETL


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


async def test_what_destroys_is_never_offered_first_because_it_was_run_last() -> None:
    async with showing(run("one", "Running")) as shown:
        first = offered(await opened(shown))[0]
        await shown.write("delete")
        await shown.press("enter")
        await shown.until(lambda: shown.shows(ActionScreen))
        await shown.press("escape")
        assert offered(await opened(shown))[0] == first


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


# --- commands with an argument -------------------------------------------------------------------


async def run_line(shown: Shown, text: str) -> None:
    """Type a line after `:`, and Enter."""
    await opened(shown)
    await shown.write(text)
    await shown.press("enter")


async def test_a_line_names_the_namespaces_to_show() -> None:
    source = ScriptedSource(run("one", "Running"), run("two", "Running", namespace="data"))
    async with showing(source=source) as shown:
        await run_line(shown, "ns data")
        await shown.until(lambda: shown.app.lists.scope.namespaces == ("data",))
        await run_line(shown, "namespace argo, data")
        await shown.until(lambda: shown.app.lists.scope.namespaces == ("argo", "data"))
        await run_line(shown, "ns all")
        await shown.until(lambda: shown.app.lists.scope.namespaces == ())


async def test_arguments_are_offered_and_completed() -> None:
    source = ScriptedSource(run("one", "Running"))
    async with showing(source=source) as shown:
        palette = await opened(shown)
        await shown.write("ns")
        assert offered(palette)[0] == "Namespaces"
        await shown.press("tab")
        assert palette.line.value == "ns "
        await shown.until(lambda: "ns argo" in offered(palette))
        await shown.write("ar")
        await shown.until(lambda: offered(palette)[:2] == ["ns ar", "ns argo"])
        await shown.press("tab")
        assert palette.line.value == "ns argo"


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("ns a/b", "the namespace a/b cannot have a / in it"),
        ("sort colour", "there is no column colour"),
        ("filter colour:red", "there is no field colour"),
        ("q now", "q takes nothing after it"),
    ],
)
async def test_what_is_wrong_with_a_line_is_said_and_nothing_of_it_is_lost(
    line: str, said: str
) -> None:
    async with showing(*team()) as shown:
        await run_line(shown, line)
        await shown.until_shown(said)
        assert shown.shows(Palette) and shown.app.screen.query_one(QueryInput).value == line
        await shown.press("backspace")
        assert said not in shown.text, "it is not said of what is typed next"


async def test_a_filter_and_an_order_are_typed_as_commands() -> None:
    async with showing(*team()) as shown:
        await run_line(shown, "filter phase:failed")
        await shown.until(lambda: len(shown.names) == 2)
        await run_line(shown, "filter name:*")
        await shown.until(lambda: len(shown.names) > 2)
        await run_line(shown, "sort name")
        await shown.until(lambda: shown.names == sorted(shown.names))


async def test_a_pane_is_opened_by_its_name() -> None:
    async with showing(nightly_etl()) as shown:
        await shown.open()
        await run_line(shown, "yaml")
        await shown.until(lambda: shown.detail.pane_tabs.front == "manifest")


async def test_in_a_list_a_pane_of_what_the_cursor_is_on_is_opened_by_its_name() -> None:
    async with showing(nightly_etl()) as shown:
        await run_line(shown, "yaml")
        await shown.until(lambda: shown.shows(WorkflowScreen))
        await shown.until(lambda: shown.detail.pane_tabs.front == "manifest")
    async with showing() as shown:
        names = {command.title: command for command in shown.overview.commands()}
        assert names["Show Logs"].refusal


@pytest.mark.parametrize("line", ["create", "creat", "backfill", "approve", "xyz", "dlete"])
async def test_a_command_that_is_not_there_begins_no_other_by_enter_and_that_is_said(
    line: str,
) -> None:
    source = ScriptedSource(nightly_etl())
    async with showing(source=source) as shown:
        palette = await opened(shown)
        await shown.write(line)
        await shown.press("enter")
        await shown.pilot.pause()
        assert shown.app.screen is palette
        like = "; down chooses of what is like it" if offered(palette) else ""
        await shown.until_shown(f"there is no {line} here{like}")
        assert source.performed == []


async def test_what_is_like_it_is_chosen_by_the_arrow_keys() -> None:
    async with showing(nightly_etl()) as shown:
        palette = await opened(shown)
        await shown.write("dlete")
        assert "Delete" in offered(palette)
        await shown.press("down", "up", *["down"] * offered(palette).index("Delete"), "enter")
        await shown.until(lambda: shown.shows(ActionScreen))


@pytest.mark.parametrize(
    "line", ["retry", "ret", "sort age", "sort by age", "ns", "Show Events", "nightly-etl-x7k2p"]
)
async def test_a_name_the_begin_of_one_a_title_and_a_place_are_run_by_enter(line: str) -> None:
    async with showing(nightly_etl()) as shown:
        palette = await opened(shown)
        await shown.write(line)
        await shown.press("enter")
        await shown.until(lambda: shown.app.screen is not palette or palette.line.value != line)
