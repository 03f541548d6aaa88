"""What the settings file says is seen on the screens."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from tests.support.app import STILL, Shown, showing, strips_of
from tests.support.elsewhere import Clusters, among
from tests.support.runs import ETL, nightly_etl, run, team, two_steps
from tests.support.scripted import ScriptedSource
from tests.test_elsewhere import head, type_line
from tui.kinds.workflows import WORKFLOWS
from tui.palette import Palette
from tui.ports.connection import Place
from tui.screens.named_filters import NamedFiltersScreen
from tui.screens.workflow import WorkflowScreen
from tui.settings import Settings
from tui.terminal.capabilities import Capabilities
from tui.terminal.environment import theme_for, wanted
from tui.themes import HEADER_COLOURS, NAMES, THEMES

PROD = Place("prod-eu", "https://prod-eu", "argo", "kim")


def settings_for(**place: object) -> Settings:
    return replace(STILL, places=(("prod-*", place),))


def background(shown: Shown, row: int = 0) -> str:
    """What most of a row of the screen stands on."""
    found = [segment.style for segment in strips_of(shown.app)[row] if segment.style]
    colours = {style.bgcolor.name for style in found if style.bgcolor is not None}
    assert len(colours) == 1, colours
    return colours.pop()


async def typed(shown: Shown, line: str) -> Palette:
    """A command line, not entered yet."""
    await shown.press("colon")
    await shown.until(lambda: shown.shows(Palette))
    palette = shown.app.screen
    assert isinstance(palette, Palette)
    palette._write(line)
    await shown.pilot.pause()
    return palette


# --- themes --------------------------------------------------------------------------------------


@pytest.mark.parametrize("theme", [theme.id for theme in THEMES])
async def test_a_theme_of_ours_is_what_is_painted(theme: str) -> None:
    async with showing(*team(), settings=replace(STILL, theme=theme)) as shown:
        assert shown.app.theme == theme
        assert background(shown) == THEMES[theme].boost
        assert background(shown, 30) == THEMES[theme].background


async def test_a_theme_is_chosen_by_a_command_and_all_is_painted_in_it() -> None:
    async with showing(*team(), settings=replace(STILL, theme="argo-dark")) as fresh:
        await fresh.at_rest()
        expected = strips_of(fresh.app)
    async with showing(*team()) as shown:
        await typed(shown, "theme argo-dark")
        await shown.press("enter")
        await shown.until_said('theme = "argo-dark" in argo-tui/config.toml keeps it')
        await shown.at_rest()
        # The status line says so, and the rest is as if it had been so from the start.
        assert strips_of(shown.app)[:-2] == expected[:-2]


async def test_themes_are_completed_and_explained_and_a_wrong_one_is_told() -> None:
    async with showing(*team()) as shown:
        palette = await typed(shown, "theme ")
        assert [entry.name for entry in palette.found.items] == [f"theme {n}" for n in NAMES]
        palette._write("theme blind")
        await shown.pilot.pause()
        rows = {entry.name: entry.help for entry in palette.found.items}
        assert rows["theme red-green-blind"] == THEMES["red-green-blind"].about
        palette._write("theme nrod")
        await shown.pilot.pause()
        await shown.press("enter")
        await shown.until_shown("there is no theme nrod")
        assert shown.app.theme == "textual-dark"


@pytest.mark.parametrize(
    ("capabilities", "asked", "theme"),
    [
        (Capabilities(), "", ""),
        (Capabilities(), "argo-dark", "argo-dark"),
        (Capabilities(remote=True), "", "ansi-dark"),
        (Capabilities(remote=True), "argo-dark", "argo-dark"),
        (Capabilities(colours="256"), "argo-dark", "argo-dark"),
        (Capabilities(colours="16"), "argo-dark", "ansi-dark"),
        (Capabilities(colours="16"), "ansi-light", "ansi-light"),
        (Capabilities(colours="none", no_color=True), "high-contrast", "ansi-dark"),
    ],
)
def test_a_theme_gives_way_where_its_colours_cannot_be_shown(
    capabilities: Capabilities, asked: str, theme: str
) -> None:
    assert theme_for(capabilities, asked) == theme
    assert wanted(capabilities, asked).get("TEXTUAL_THEME", "") == theme


# --- one context ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("colour", "painted"), [("red", HEADER_COLOURS["red"]), ("#102030", "#102030"), ("", None)]
)
async def test_the_header_has_the_colour_of_its_context(colour: str, painted: str | None) -> None:
    source = ScriptedSource(*team(), place=PROD)
    async with showing(source=source, settings=settings_for(header_color=colour)) as shown:
        await shown.at_rest()
        usual = background(shown, -1)
        assert background(shown) == (painted or usual)
        await shown.open()
        await shown.at_rest()
        assert background(shown) == (painted or usual)


async def test_another_context_has_no_colour() -> None:
    source = ScriptedSource(*team(), place=replace(PROD, label="dev"))
    async with showing(source=source, settings=settings_for(header_color="red")) as shown:
        assert background(shown) != HEADER_COLOURS["red"]


async def test_texts_on_a_coloured_header_are_all_readable() -> None:
    source = ScriptedSource(*team(), place=PROD)
    async with showing(source=source, settings=settings_for(header_color="yellow")) as shown:
        await shown.at_rest()
        styles = [segment.style for segment in strips_of(shown.app)[0] if segment.text.strip()]
        colours = {style.color.name for style in styles if style and style.color}
        assert colours == {"#000000"}


async def test_a_context_that_is_read_only_refuses_and_says_so() -> None:
    source = ScriptedSource(*team(), place=PROD)
    async with showing(source=source, settings=settings_for(read_only=True)) as shown:
        assert "  RO (read-only by the settings)  " in shown.rows_of_screen[0]
        await shown.press("D")
        await shown.until_said("read-only")
        assert source.performed == []


# --- columns and filters -------------------------------------------------------------------------


async def test_columns_are_in_the_order_of_the_settings() -> None:
    settings = replace(STILL, columns={"wf": ("phase", "name", "age", "message")})
    async with showing(*team(), settings=settings) as shown:
        assert shown.rows_of_screen[1].split() == ["NAME", "AGE↑", "MESSAGE"]


async def test_a_named_filter_is_a_command_and_can_be_typed() -> None:
    settings = replace(STILL, filters={"bad": "phase:failed|error"})
    runs = (run("good", "Succeeded"), run("ill", "Failed"), run("ill-2", "Error"))
    async with showing(*runs, settings=settings) as shown:
        palette = await typed(shown, "filter @")
        rows = {entry.name: entry.help for entry in palette.found.items}
        assert rows["Filter @bad"] == "phase:failed|error"
        palette._write("filter @bad")
        await shown.pilot.pause()
        await shown.press("enter")
        await shown.until(lambda: sorted(shown.names) == ["ill", "ill-2"])
        assert " 2 of 3 " in shown.text
        await shown.press("escape")
        await shown.until(lambda: len(shown.names) == 3)
        await shown.press("slash", *"@bad -2", "enter")
        await shown.until(lambda: shown.names == ["ill-2"])


async def menu(shown: Shown) -> NamedFiltersScreen:
    await shown.press("full_stop")
    await shown.until(lambda: shown.shows(NamedFiltersScreen))
    screen = shown.app.screen
    assert isinstance(screen, NamedFiltersScreen)
    return screen


async def test_a_menu_offers_the_filters_that_have_names() -> None:
    settings = replace(STILL, filters={"bad": "phase:failed|error", "late": "schedule:x"})
    runs = (run("good", "Succeeded"), run("ill", "Failed"), run("ill-2", "Error"))
    async with showing(*runs, settings=settings) as shown:
        offered = (await menu(shown)).rows
        names = [row.name for row in offered.items]
        own = [name for name in WORKFLOWS.filters if name not in settings.filters]
        assert names == ["bad", *own, "mine"], "not those of other lists"
        await shown.until_shown("@bad")
        await shown.press("enter")
        await shown.until(lambda: sorted(shown.names) == ["ill", "ill-2"])
        offered = (await menu(shown)).rows
        assert offered.current is not None and offered.current.name == "bad"
        await shown.press(*["full_stop"] * names.index("succeeded"), "enter")
        await shown.until(lambda: shown.names == ["good"])
        await menu(shown)
        await shown.press("1")
        await shown.until(lambda: sorted(shown.names) == ["ill", "ill-2"])
        await menu(shown)
        await shown.press("escape")
        await shown.until(lambda: not shown.shows(NamedFiltersScreen))
        assert sorted(shown.names) == ["ill", "ill-2"]


async def test_where_no_filter_has_a_name_it_is_said_how_one_gets_one() -> None:
    nobody = ScriptedSource(*team(), place=replace(PROD, user=""))
    async with showing(source=nobody) as shown:  # else there is the filter of what is mine
        await typed(shown, "cron")
        await shown.press("enter")
        await shown.until(lambda: shown.app.screen.title == "cron workflow list")
        await shown.press("full_stop")
        await shown.until_said("[filters] in argo-tui/config.toml gives them names")


# --- lines that are wrong ------------------------------------------------------------------------


async def test_what_is_wrong_in_the_file_is_said_at_the_start() -> None:
    faults = ("line 3: zzz: there is no zzz", "line 9: x")
    async with showing(*team(), settings=replace(STILL, file_faults=faults)) as shown:
        await shown.until_said(
            "settings, line 3: zzz: there is no zzz (and 1 more); argo-tui config check"
        )


# --- the last place ------------------------------------------------------------------------------


async def test_the_next_start_goes_on_where_one_was_on_request(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    remembering = replace(STILL, remember_place=True)
    async with showing(source=ScriptedSource(*team(), place=PROD), settings=remembering) as shown:
        await shown.press("slash", *"nightly", "enter")
        name = shown.names[0]
        await shown.open(name)
        await shown.press("colon", "q", "enter")
    for settings, goes_on in ((STILL, False), (remembering, True)):
        source = ScriptedSource(*team(), place=PROD)
        async with showing(source=source, settings=settings) as shown:
            if not goes_on:
                assert shown.overview.arrangement.query == ""
                continue
            await shown.until(lambda: shown.shows(WorkflowScreen))
            await shown.until(lambda: shown.detail.workflow is not None)
            assert name in shown.rows_of_screen[0]
            assert shown.overview.arrangement.query == "nightly"


async def test_the_columns_of_the_tree_are_those_of_the_run_before_and_of_the_last_start(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    settings = replace(STILL, remember_place=True)
    async with showing(
        source=ScriptedSource(nightly_etl(), two_steps(), place=PROD), settings=settings
    ) as shown:
        await shown.open(ETL)
        await shown.until(lambda: shown.detail.steps.node is not None)
        assert "TIMELINE" in shown.rows_of_screen[1]
        await shown.press("number_sign", "t", "escape")
        await shown.until(lambda: "TIMELINE" not in shown.rows_of_screen[1])
        await shown.press("escape")
        await shown.open("deploy-api-k3v9s")
        await shown.until(lambda: shown.detail.steps.node is not None)
        assert "TIMELINE" not in shown.rows_of_screen[1], "nor in another run"
        await shown.press("colon", "q", "enter")
    async with showing(
        source=ScriptedSource(nightly_etl(), two_steps(), place=PROD), settings=settings
    ) as shown:
        await shown.until(lambda: shown.shows(WorkflowScreen))
        await shown.until(lambda: shown.detail.steps.node is not None)
        assert "TIMELINE" not in shown.rows_of_screen[1]
        await shown.press("escape", "number_sign", "r")  # the keys were with the pane
        await shown.until(lambda: "TIMELINE" in shown.rows_of_screen[1])


async def test_another_cluster_begins_as_ever(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    remembering = replace(STILL, remember_place=True)
    async with showing(source=ScriptedSource(*team(), place=PROD), settings=remembering) as shown:
        await shown.press("slash", *"nightly", "enter")
        shown.app.exit()
    dev = ScriptedSource(*team(), place=replace(PROD, label="dev"))
    async with showing(source=dev, settings=remembering) as shown:
        assert shown.overview.arrangement.query == ""


@pytest.mark.parametrize("remembers", [True, False])
async def test_going_to_another_cluster_and_back_goes_on_where_one_was_on_request(
    remembers: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    settings = replace(STILL, context="dev", remember_place=remembers)
    async with among(Clusters("dev", "prod"), settings) as shown:
        await type_line(shown, "ns data")
        await shown.until(lambda: shown.names == ["dev-data-1"])
        await shown.press("slash", *"data", "enter")
        await type_line(shown, "ctx prod")
        await shown.until(lambda: head(shown).startswith(" prod"))
        await shown.press("escape")  # a filter stays where nothing else is remembered
        await shown.until(lambda: shown.names == ["prod-argo-1"])
        await shown.press("slash", *"argo", "enter")
        await type_line(shown, "ctx dev")
        if not remembers:
            await shown.until(lambda: shown.names == ["dev-argo-1"])
            assert shown.overview.arrangement.query == "argo"
            return
        await shown.until(lambda: shown.names == ["dev-data-1"])
        assert shown.overview.arrangement.query == "data"
        await shown.until_said("going on from where you were the last time")
        await type_line(shown, "ctx prod")
        await shown.until(lambda: shown.names == ["prod-argo-1"])
        assert shown.overview.arrangement.query == "argo"
