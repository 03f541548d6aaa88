"""`(` and `)` in a list: which pane of what the cursor is on stands beside it."""

from __future__ import annotations

from functools import partial

import pytest

from tests.support.app import Shown, showing
from tests.support.logs_pane import POD_OF_ETL, line
from tests.support.runs import ETL, nightly_etl, run, team
from tests.support.scripted import ScriptedSource
from tui.errors import Refused
from tui.screens.list import ListScreen
from tui.screens.pane_tabs import PaneTabs
from tui.screens.workflow import WorkflowScreen

WIDE = (180, 30)


def beside(shown: Shown) -> str:
    """What stands beside the list."""
    at = shown.overview.beside.region
    return "\n".join(row[at.x : at.right] for row in shown.rows_of_screen[at.y : at.bottom])


def title(shown: Shown) -> str:
    return beside(shown).partition("\n")[0]


def source() -> ScriptedSource:
    found = ScriptedSource(*team(), run("etl-b", "Succeeded", "4/4", began=200, ended=139))
    found.logs[POD_OF_ETL, "main"] = [line(1, "one of the log"), line(2, "two of the log")]
    return found


async def rest_on(shown: Shown, name: str) -> None:
    shown.rows.move_to_line(shown.names.index(name))
    await shown.until(lambda: name in title(shown))


async def test_each_pane_of_text_is_shown_in_turn_with_its_name_and_then_what_the_list_knows() -> (
    None
):
    async with showing(source=source(), size=WIDE) as shown:
        await rest_on(shown, ETL)
        glance = beside(shown)
        assert "Glance  ( ) tab" in title(shown) and "params" in glance
        seen = []
        for said in ("OOMKilled", "finished:", "two of the log", "day", "", "kind: Workflow"):
            await shown.press(")")
            await shown.until(partial(lambda words: words in beside(shown), said))
            assert ETL in title(shown) and "( ) tab" in title(shown)
            seen.append(title(shown).split("(")[0].split()[-1])
        assert seen == ["Why", "Summary", "Logs", "In/Out", "Events", "YAML"]
        await shown.press(")")
        await shown.until(lambda: beside(shown) == glance)
        await shown.press("(")
        await shown.until(lambda: "kind: Workflow" in beside(shown))
        assert shown.rows.has_focus


async def test_a_pane_that_comes_back_before_the_one_before_is_taken_down_is_there() -> None:
    async with showing(source=source(), size=WIDE) as shown:
        await rest_on(shown, ETL)
        await shown.press("(")
        await shown.until(lambda: "kind: Workflow" in beside(shown))
        peek = shown.overview.beside
        row = shown.rows.current
        assert row is not None
        for _ in range(3):
            peek.forget()
            shown.overview._show_pane(row)
            await shown.pilot.pause()
        await shown.until(lambda: "kind: Workflow" in beside(shown))
        await shown.until(lambda: len(peek.query(PaneTabs)) == 1)


async def test_it_stays_what_it_is_while_the_list_is_open_and_asks_nothing_until_one_rests() -> (
    None
):
    asked = source()
    async with showing(source=asked, size=WIDE) as shown:
        await rest_on(shown, ETL)
        await shown.press(")", ")", ")")
        await shown.until(lambda: "two of the log" in beside(shown))
        logs = {what.pod for name, what in asked.asked if name == "log"}
        assert logs == {POD_OF_ETL}, "of the step that failed, and of no other"
        before = list(asked.asked)
        shown.rows.action_first()
        for _ in shown.names[1:]:
            shown.rows.action_down()
        assert asked.asked == before and ETL in title(shown)
        await shown.press("(")
        await rest_on(shown, "etl-b")
        await shown.until(lambda: "duration:" in beside(shown) and "etl-b" in beside(shown))
        assert "Summary" in title(shown)
        gets = [what for name, what in asked.asked[len(before) :] if name == "get"]
        assert {target.name for target in gets} <= {shown.names[-1], "etl-b"}
        await shown.press("enter")
        await shown.until(lambda: shown.shows(WorkflowScreen))
        assert not shown.app.screen_stack[-2].query(PaneTabs), "what nobody sees is not read"
        await shown.press("q")
        await shown.until(lambda: shown.shows(ListScreen) and "duration:" in beside(shown))
        assert "Summary" in title(shown)


async def test_keys_go_to_the_pane_and_back_and_enter_there_goes_on_in_the_object() -> None:
    async with showing(source=source(), size=WIDE) as shown:
        await rest_on(shown, ETL)
        await shown.press(")", ")")
        await shown.until(lambda: "finished:" in beside(shown))
        await shown.press("tab")
        await shown.until(lambda: shown.overview.beside.holds_focus)
        await shown.press("slash", *"namespace", "enter")
        assert shown.overview.arrangement.query == "", "the search is that of the text"
        await shown.press("escape", "escape")
        await shown.until(lambda: shown.rows.has_focus)
        await shown.press("tab", ")")
        await shown.until(lambda: "two of the log" in beside(shown))
        await shown.until(lambda: shown.overview.beside.holds_focus)
        await shown.press("(")
        await shown.until(lambda: "finished:" in beside(shown))
        await shown.until(lambda: shown.overview.beside.holds_focus)
        await shown.press("v")
        await shown.until(lambda: shown.rows.has_focus)
        assert not shown.app.screen.query(PaneTabs), "a preview that is put away reads nothing"
        await shown.press("v")
        await shown.until(lambda: "finished:" in beside(shown))
        await shown.press("tab", ")")
        await shown.until(lambda: "two of the log" in beside(shown))
        await shown.until(lambda: shown.overview.beside.holds_focus)
        await shown.press("enter")
        await shown.until(lambda: shown.shows(WorkflowScreen))


async def test_what_cannot_be_read_is_said_and_what_the_list_knows_stands_there() -> None:
    refusing = source()
    async with showing(source=refusing, size=WIDE) as shown:
        await rest_on(shown, ETL)
        await shown.press(")")
        await shown.until(lambda: "OOMKilled (exit code" in beside(shown))
        refusing.refusal = Refused("not allowed to get workflows in argo")
        await shown.press(")")
        await shown.until(lambda: "finished:" in beside(shown))  # that was read before
        shown.rows.move_to_line(shown.names.index("etl-b"))
        await shown.until_said("etl-b cannot be previewed: not allowed to get workflows in argo")
        await shown.until(lambda: "etl-b" in title(shown) and "namespace  argo" in beside(shown))


@pytest.mark.parametrize("key", ["(", ")"])
async def test_where_there_is_no_preview_they_say_so(key: str) -> None:
    async with showing(nightly_etl(), size=(120, 30)) as shown:
        await shown.press(key)
        assert "160 columns" in shown.said
