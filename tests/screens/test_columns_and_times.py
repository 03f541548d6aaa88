"""`#` chooses the columns of a list, `t` tells times; `A` and `p` of the tree lead into the log."""

from __future__ import annotations

import re
from functools import partial

from tests.support.app import Shown, showing
from tests.support.runs import ETL, nightly_etl, team
from tui.columns.nodes import STARTED
from tui.menu import ColumnMenu, Menu
from tui.panes.containers import ContainerScreen
from tui.panes.logs import LogsPane
from tui.widgets.graph import GraphView


def titles(shown: Shown) -> list[str]:
    return [column.title for column in shown.overview.rows.shown_columns if column.title]


async def test_a_column_is_chosen_by_its_letter_and_the_usual_ones_come_back() -> None:
    async with showing(*team(), size=(100, 24)) as shown:
        before = titles(shown)
        assert "FINISHED" not in before and "DUR" in before
        await shown.press("number_sign")
        await shown.until(lambda: shown.shows(Menu))
        assert "[x] Dur" in shown.text and "[ ] Finished" in shown.text
        assert not re.search(r"\bx \[", shown.text), "ticks have no letters"
        assert "Name" not in shown.text.partition("Columns")[2], "names stay"
        await shown.press("f")
        await shown.until_shown("[x] Finished")
        await shown.press("escape")
        await shown.until(lambda: not shown.shows(Menu))
        assert "FINISHED" in titles(shown)
        await shown.press("number_sign", "r")
        await shown.until(lambda: titles(shown) == before)


async def test_a_column_is_put_away_by_the_command_line_and_stays_away() -> None:
    async with showing(*team(), size=(100, 24)) as shown:
        await shown.press("colon", *"columns dur", "enter")
        await shown.until(lambda: "DUR" not in titles(shown))
        shown.overview.scope_changed()
        assert "DUR" not in titles(shown), "the choice outlives another namespace"
        await shown.press("colon", *"columns dur", "enter")
        await shown.until(lambda: "DUR" in titles(shown))


async def test_t_tells_when_and_again_how_long_ago() -> None:
    async with showing(*team(), size=(100, 24)) as shown:
        before = shown.rows_of_screen[1:]
        names = shown.names
        await shown.press("t")
        await shown.until(lambda: "SINCE" in titles(shown))
        assert "Z " in shown.rows_of_screen[2] and shown.names == names, "the order is as it was"
        await shown.until_said("times, in UTC")
        await shown.press("t")
        await shown.until(lambda: "AGE" in titles(shown))
        assert shown.rows_of_screen[1] == before[0]


async def test_t_in_the_tree_tells_when_steps_began() -> None:
    async with showing(nightly_etl(), size=(120, 40)) as shown:
        await shown.open(ETL)
        assert "STARTED" not in shown.text
        await shown.press("t")
        await shown.until_shown("STARTED")
        assert any(column.id == STARTED for column in shown.detail.steps.shown_columns)
        await shown.press("t")
        await shown.until(lambda: "STARTED" not in shown.text)


async def graph_of(shown: Shown) -> GraphView:
    """The graph, once it is there and has the keys."""
    await shown.press("2")
    await shown.until(lambda: shown.app.screen.query(GraphView))
    graph = shown.app.screen.query_one(GraphView)
    await shown.until(lambda: graph.has_focus and not graph.is_empty)
    return graph


async def test_in_the_graph_t_tells_in_each_box_when_its_step_began_as_the_tree_does() -> None:
    async with showing(nightly_etl(), size=(120, 40)) as shown:
        await shown.open(ETL)
        graph = await graph_of(shown)
        before = "\n".join(graph.table_lines(everything=True))
        assert "STARTED" not in before
        await shown.press("t")
        await shown.until_said("when steps began, in UTC")
        began = "\n".join(graph.table_lines(everything=True))
        assert re.search(r"[│║]  STARTED \d\d:\d\d:\d\dZ +[│║]", began)
        assert re.search(r"STARTED \d\d:\d\d:\d\dZ", shown.text)
        await shown.press("1")
        await shown.until(lambda: shown.detail.steps.has_focus)
        await shown.until(lambda: STARTED in ids_of(shown))
        await shown.press("2", "t")
        await shown.until(lambda: "\n".join(graph.table_lines(everything=True)) == before)
        await shown.until_said("no times")


def ids_of(shown: Shown) -> list[str]:
    return [column.id for column in shown.detail.steps.shown_columns]


def _is_another(shown: Shown, before: ColumnMenu) -> bool:
    return isinstance(shown.app.screen, ColumnMenu) and shown.app.screen is not before


async def test_in_the_graph_the_menu_of_columns_chooses_what_each_box_tells() -> None:
    async with showing(nightly_etl(), size=(120, 40)) as shown:
        await shown.open(ETL)
        graph = await graph_of(shown)
        durations = graph.renderer.detail
        box = next(box for box in graph.model.graph.boxes.values() if box.node and not box.counts)
        assert durations(box)
        await shown.press("number_sign")
        await shown.until(lambda: shown.shows(ColumnMenu))
        assert "In each box" in shown.text and "[x] Duration" in shown.text
        assert "[ ] Template" in shown.text and "Timeline" not in shown.text
        for title in ("Template", "Duration"):
            menu = shown.app.screen
            assert isinstance(menu, ColumnMenu)
            (choice,) = [each for each in menu.rows.items if each.title.endswith(f"] {title}")]
            await shown.press(choice.letter)
            await shown.until(partial(_is_another, shown, menu))
        await shown.until_shown("[ ] Duration")
        await shown.press("escape")
        await shown.until(lambda: "TEMPLATE transform" in shown.text)
        assert not durations(box), "and those are told no longer"
        await shown.press("underscore", "underscore")
        await shown.until(lambda: "TEMPLATE" not in shown.text)
        await shown.press("number_sign")
        await shown.until(lambda: shown.shows(ColumnMenu))
        await shown.press("r", "escape")
        assert not graph.renderer.facts and durations(box)
        await shown.press("t")
        await shown.until_shown("STARTED")


async def test_in_a_box_what_says_something_stands_before_what_says_nothing() -> None:
    async with showing(nightly_etl(), size=(120, 40)) as shown:
        await shown.open(ETL)
        graph = await graph_of(shown)
        shown.detail.split.choose_column("host", on=True)
        shown.detail.split.choose_column("template", on=True)
        text = "\n".join(graph.table_lines(everything=True))
        assert "HOST" not in text, "nobody knows of one"
        below = text.partition("18m")[2].split("\n")
        assert "TEMPLATE extract" in below[1]


async def test_the_timeline_has_the_columns_that_are_chosen_and_never_loses_its_bars() -> None:
    async with showing(nightly_etl(), size=(120, 40)) as shown:
        await shown.open(ETL)
        await shown.press("3")
        await shown.until(lambda: ids_of(shown) == ["step", "timeline", "duration"])
        await shown.press("t")
        await shown.until(lambda: ids_of(shown) == ["step", "timeline", "duration", STARTED])
        await shown.press("number_sign")
        await shown.until(lambda: shown.shows(ColumnMenu))
        assert "Timeline" not in shown.text.partition("Columns")[2] and "[x] Started" in shown.text
        await shown.press("d", "escape")
        await shown.until(lambda: ids_of(shown) == ["step", "timeline", STARTED])
        await shown.press("t")
        await shown.until(lambda: ids_of(shown) == ["step", "timeline"])


async def test_keys_of_the_log_go_there_from_the_tree() -> None:
    async with showing(nightly_etl(), size=(120, 40)) as shown:
        await shown.open(ETL)
        await shown.until(lambda: shown.detail.steps.node is not None)
        assert shown.detail.pane_tabs.front != "logs"
        await shown.press("A")
        await shown.until(lambda: shown.shows(ContainerScreen))
        await shown.press("escape", "tab")
        await shown.until(lambda: not shown.detail.pane_tabs.holds_focus)
        await shown.press("p")
        await shown.until_shown("previous attempt")
        assert isinstance(shown.detail.pane_tabs.pane, LogsPane)


async def test_space_fills_the_box_of_a_column_and_the_key_that_opened_the_menu_closes_it() -> None:
    async with showing(*team(), size=(140, 24)) as shown:
        await shown.press("number_sign")
        await shown.until_shown("[x] Template")
        menu = shown.app.screen
        assert isinstance(menu, ColumnMenu)
        menu.rows.move_to("template")
        await shown.press("space")
        await shown.until_shown("[ ] Template")
        assert "TEMPLATE" not in titles(shown)
        assert "nothing is marked" not in shown.text
        await shown.press("space")
        await shown.until_shown("[x] Template")
        await shown.press("number_sign")
        await shown.until(lambda: not isinstance(shown.app.screen, ColumnMenu))
