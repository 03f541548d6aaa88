"""The list: what it shows, how it moves, and what its keys do."""

from __future__ import annotations

from dataclasses import replace
from threading import Event

import pytest

from tests.support.app import STILL, Shown, app_showing, showing
from tests.support.runs import ETL, nightly_etl, run, step, team
from tests.support.scripted import ScriptedSource, ref_of
from tui.domain.identity import Origin
from tui.ports.connection import Connection, Place
from tui.ports.operations import Operations
from tui.screens.confirm import ConfirmScreen
from tui.screens.list import ListScreen
from tui.screens.workflow import WorkflowScreen
from tui.settings import Settings
from tui.widgets.query_bar import QueryBar


def line_of(shown: Shown, name: str) -> str:
    return next((line for line in shown.rows_of_screen if name in line), "")


async def test_a_row_tells_phase_name_progress_duration_age_and_message() -> None:
    async with showing(*team(), size=(140, 24)) as shown:
        line = line_of(shown, ETL)
        for told in ("✖", "5/7", "1h12m", "transform(2:shard:2)(1): OOM"):
            assert told in line, "and of its message, which names but a child, what that child says"
        assert "Waiting for argo/Mutex/db lock" in line_of(shown, "report-pdf-77cqd")
        assert shown.names[0] == "report-pdf-77cqd", "the newest first"
        assert shown.names[-1] == "nightly-etl-q2w8e"


async def test_a_row_tells_why_a_workflow_does_not_get_on_and_the_filter_finds_it() -> None:
    pull = step("score-1", "score", "Pending", message="ImagePullBackOff: no such tag")
    stuck = run("score-1", "Running", began=9, nodes=[step("score-1", "", "Running"), pull])
    held = run("held-1", "Running", began=8, spec={"suspend": True})
    async with showing(stuck, held, run("fine-1", "Succeeded", began=2, ended=1)) as shown:
        assert "score: ImagePullBackOff" in line_of(shown, "score-1")
        assert "suspended" in line_of(shown, "held-1")
        await shown.press("slash", *"message:pull", "enter")
        assert shown.names == ["score-1"] and "no such tag" in shown.text, "in full below the list"


async def test_the_header_counts_by_phase_and_says_where_and_live() -> None:
    async with showing(*team()) as shown:
        head = shown.rows_of_screen[0]
        for told in (
            "scripted",
            "argo",
            "RW",
            "live",
            "2 run",
            "1 suspended",
            "1 trouble",
            "3 fail",
            "16",
        ):
            assert told in head


@pytest.mark.parametrize(
    ("settings", "told"),
    [
        (STILL, "connecting …"),
        (replace(STILL, namespace="default"), "connecting to default …"),
        (replace(STILL, context="prod-eu", all_namespaces=True), "prod-eu all namespaces …"),
        (replace(STILL, files=("one.yaml",)), "reading …"),
    ],
)
async def test_until_it_is_known_where_one_is_only_what_was_asked_for_is_told(
    settings: Settings, told: str
) -> None:
    answered = Event()

    def connect(demo: bool) -> Connection:
        answered.wait(5)
        return ScriptedSource(*team())

    app = app_showing(settings=settings, connect=connect)
    async with app.run_test(size=(100, 20)) as pilot:
        shown = Shown(app, pilot)
        await shown.until_shown(told)
        assert told in shown.rows_of_screen[0]
        answered.set()
        await shown.until_shown("scripted ▸")


async def test_rows_come_change_and_go_under_a_cursor_that_stays_on_its_workflow() -> None:
    source = ScriptedSource(*team())
    async with showing(source=source) as shown:
        shown.rows.move_to_line(shown.names.index("features-daily-9d4ls"))
        source.put(run("hotfix-load-a1b2c", "Running", "0/1", began=0))
        await shown.until_shown("hotfix-load-a1b2c")
        assert shown.current == "features-daily-9d4ls"
        source.put(run("features-daily-9d4ls", "Failed", "213/480", began=54, version="101"))
        await shown.until(lambda: "213/480" in line_of(shown, "►✖ features-daily-9d4ls"))
        assert "4 fail" in shown.rows_of_screen[0]
        source.remove(ref_of(run("hotfix-load-a1b2c", "")))
        await shown.until(lambda: "hotfix-load-a1b2c" not in shown.names)
        assert "16" in shown.rows_of_screen[0]


async def test_a_filter_narrows_while_one_types_enter_keeps_it_and_escape_ends_it() -> None:
    async with showing(*team()) as shown:
        await shown.press("slash")
        await shown.write("nightly")
        await shown.until(lambda: len(shown.names) == 3)
        await shown.press("enter")
        assert shown.app.screen.focused is shown.rows
        assert "3 of 16" in shown.text
        assert "/nightly" in shown.text, "the filter stays to be seen"
        await shown.press("escape")
        assert len(shown.names) == 16
        assert not shown.overview.query_one("#query", QueryBar).is_open


async def test_escape_in_the_filter_takes_back_what_was_typed() -> None:
    async with showing(*team()) as shown:
        await shown.press("slash", "z", "z")
        await shown.until(lambda: not shown.names)
        assert "none of 16 match “zz”" in shown.text
        await shown.press("escape")
        await shown.until(lambda: len(shown.names) == 16)


@pytest.mark.parametrize(
    "query, names",
    [
        ("phase:error", ["ingest-events-f4t7r"]),
        ("label:team=data", [ETL]),
        ("phase:failed vacuum", ["vacuum-warehouse-c8n3d"]),
        ("NIGHTLY phase:succeeded", ["nightly-etl-h5s9z", "nightly-etl-q2w8e"]),
    ],
)
async def test_terms_and_words_of_a_filter_must_all_fit(query: str, names: list[str]) -> None:
    async with showing(*team()) as shown:
        shown.overview.query_bar.open(query)
        shown.overview.query_bar.look_for(query)
        assert shown.names == names


async def test_a_filter_that_cannot_be_read_says_so_and_leaves_the_list_as_it_was() -> None:
    async with showing(*team()) as shown:
        await shown.press("slash")
        await shown.write("nightly")
        await shown.until(lambda: shown.names and "report" not in "".join(shown.names))
        before = shown.names
        await shown.write(" name:/(/")
        await shown.until(lambda: shown.overview.query_bar.problem)
        assert "/ Filter" not in shown.rows_of_screen[-1], "a slash is typed just now"
        shown.overview.query_bar.look_for("nightly")
        shown.overview.query_bar.look_for("nightly name:/(/")
        await shown.until_shown("not a regular expression: missing")
        assert shown.names == before


async def test_a_workflow_that_begins_to_fit_the_filter_appears() -> None:
    source = ScriptedSource(*team())
    async with showing(source=source) as shown:
        await shown.press("exclamation_mark")
        assert len(shown.names) == 4, "what failed, and one that waits for a lock"
        source.put(run("features-daily-9d4ls", "Failed", "213/480", began=54, version="101"))
        await shown.until(lambda: "features-daily-9d4ls" in shown.names)
        await shown.press("exclamation_mark")
        assert len(shown.names) == 16


async def test_what_one_retries_among_the_failed_stays_in_sight() -> None:
    source = ScriptedSource(*team())
    async with showing(source=source) as shown:
        await shown.press("exclamation_mark")
        shown.rows.move_to_line(shown.names.index(ETL))
        assert len(shown.names) == 4
        await shown.press("r")
        await shown.until_shown("1 step runs again")
        await shown.press("ctrl+s")
        await shown.until_said(f"Retried {ETL}")
        for other in (ETL, "vacuum-warehouse-c8n3d"):
            source.put(run(other, "Running", "0/2", began=0, version="200"))
        await shown.until(lambda: len(shown.names) == 3)
        assert shown.current == ETL and "●" in line_of(shown, ETL), "the other one went"
        await shown.press("exclamation_mark", "exclamation_mark")
        await shown.until(lambda: ETL not in shown.names)


@pytest.mark.parametrize("width", [60, 80, 120, 200])
async def test_any_column_that_is_shown_sorts_and_an_arrow_stands_at_it(width: int) -> None:
    async with showing(*team(), size=(width, 24)) as shown:
        assert "AGE↑" in shown.rows_of_screen[1], "the newest first is an order, too"
        sortable = [column.id for column in shown.rows.shown_columns if column.order]
        seen = []
        for _ in sortable:
            await shown.press("greater_than_sign")
            by, falls = shown.overview.arrangement.sorted_as
            seen.append(by)
            column = next(each for each in shown.rows.shown_columns if each.id == by)
            assert f"{column.title}{'↓' if falls else '↑'}" in shown.rows_of_screen[1]
        # At 60 columns an age is only shown where it is what one sorts by.
        assert set(seen) >= set(sortable) - {"age"}


async def test_a_column_that_is_sorted_by_is_shown_and_durations_begin_with_the_longest() -> None:
    async with showing(*team(), size=(60, 24)) as shown:
        assert "PARAMETERS" not in shown.rows_of_screen[1]
        shown.overview.sort_by("parameters")
        assert "PARAMETERS↑" in shown.rows_of_screen[1]
        shown.overview.sort_by("duration")
        assert "DUR↓" in shown.rows_of_screen[1]
        order = next(c.order for c in shown.overview.arrangement.columns if c.id == "duration")
        assert order is not None
        spans = [order(row, shown.app.context.now()) for row in shown.rows.items]
        known = [span for span in spans if span is not None]
        assert known == sorted(known, reverse=True) and spans[: len(known)] == known


async def test_the_menu_of_orders_turns_the_order() -> None:
    async with showing(*team(), size=(140, 24)) as shown:
        shown.overview.sort_by("name")
        assert shown.names == sorted(shown.names)
        await shown.press("S", "r")
        assert shown.names == sorted(shown.names, reverse=True)


async def test_curly_brackets_go_from_one_failed_workflow_to_the_next() -> None:
    async with showing(*team()) as shown:
        stops = []
        for _ in range(3):
            await shown.press("right_curly_bracket")
            stops.append(shown.current)
        assert stops == [ETL, "ingest-events-f4t7r", "vacuum-warehouse-c8n3d"]
        await shown.press("left_curly_bracket")
        assert shown.current == "ingest-events-f4t7r"


async def test_without_a_failed_workflow_the_jump_says_so() -> None:
    async with showing(run("one", "Succeeded", ended=1)) as shown:
        await shown.press("right_curly_bracket")
        assert shown.said == "no workflow with a problem here"


async def test_what_has_no_room_in_its_row_is_told_below_the_list() -> None:
    message = "the disk of the node is full: " + "evicting " * 5 + "at last"
    async with showing(run("one", "Failed", ended=1, message=message), size=(100, 14)) as shown:
        assert "at last" not in line_of(shown, "►✖ one")
        assert message in shown.text


@pytest.mark.parametrize(
    "key, pane", [("l", "logs"), ("a", "artifacts"), ("d", "summary"), ("y", "manifest")]
)
async def test_a_letter_opens_the_workflow_with_that_pane_in_front(key: str, pane: str) -> None:
    async with showing(nightly_etl()) as shown:
        await shown.press(key)
        await shown.until(
            lambda: shown.shows(WorkflowScreen) and shown.detail.pane_tabs.front == pane
        )
        await shown.until(lambda: shown.detail.workflow is not None)
        assert shown.detail.pane_tabs.front == pane


async def test_all_namespaces_and_back() -> None:
    source = ScriptedSource(
        run("here", "Running"), run("there", "Running", namespace="ml", began=3)
    )
    async with showing(source=source) as shown:
        assert shown.names == ["here"]
        await shown.press("0")
        await shown.until(lambda: set(shown.names) == {"here", "there"})
        assert "all namespaces" in shown.rows_of_screen[0]
        assert "NAMESPACE" in shown.rows_of_screen[1]
        await shown.press("0")
        await shown.until(lambda: shown.names == ["here"])
        assert "NAMESPACE" not in shown.rows_of_screen[1]
        await shown.until(lambda: source.open_watches == 1)
        scopes = [about for what, about in source.asked if what == "watch"]
        assert [scope.namespaces for scope in scopes] == [("argo",), (), ("argo",)]
        assert len({scope.label_selector for scope in scopes}) == 1, "of the same controller"


async def test_how_many_are_marked_is_said_until_none_is() -> None:
    async with showing(*team()) as shown:
        await shown.press("space", "space")
        await shown.until_shown(" 2 marked ")
        await shown.press("j", "V")
        await shown.until_shown(" 4 marked ")
        await shown.press("u")
        await shown.until(lambda: " marked " not in shown.text)


async def test_escape_takes_a_message_away_whatever_else_it_does() -> None:
    async with showing(nightly_etl()) as shown:
        await shown.press("c")
        await shown.until_said("sent to the clipboard")
        await shown.press("escape")
        await shown.until(lambda: not shown.said)
        await shown.open()
        await shown.press("l", "c")
        await shown.until_said("there are no lines to copy")
        shown.detail.pane_tabs.take_focus()
        await shown.press("escape")
        await shown.until(lambda: not shown.said and shown.detail.steps.has_focus)


async def test_all_that_is_shown_is_marked_by_one_key_and_no_more_by_the_same() -> None:
    async with showing(*team()) as shown:
        await shown.press("exclamation_mark")
        failed = {row.key for row in shown.rows.items}
        assert 1 < len(failed) < 16
        await shown.press("*")
        assert shown.rows.marks == failed
        await shown.press("exclamation_mark", "*")
        assert len(shown.rows.marks) == 16
        await shown.press("*")
        assert not shown.rows.marks
        await shown.press("space", "j", "j", "ctrl+@")
        assert len(shown.rows.marks) == 4


async def test_marks_are_what_an_action_is_about_and_escape_takes_them_back() -> None:
    async with showing(*team()) as shown:
        shown.rows.move_to_line(1)
        await shown.press("space", "space", "D")
        await shown.until_shown("Delete 2 workflows")
        await shown.press("escape", "escape")
        assert not shown.rows.marks


async def test_an_empty_list_says_what_to_do() -> None:
    async with showing() as shown:
        assert "no workflows in argo; 0 shows all namespaces" in shown.text


async def test_an_empty_list_offers_the_demo_by_a_key_and_the_demo_offers_no_other() -> None:
    asked: list[bool] = []

    def connect(demo: bool) -> Connection:
        asked.append(demo)
        return ScriptedSource(*([run("demo-run-1", "Running")] if demo else []))

    async with showing(connect=connect) as shown:
        await shown.until_shown(":demo opens the built-in demo cluster")
        await shown.pilot.resize_terminal(60, 14)
        await shown.until_shown("demo cluster")
        await shown.press("l", "y", "d")
        assert asked == [False], "d shows a summary, and there is none"
        await shown.press("colon", *"demo", "enter")
        await shown.until(lambda: shown.names == ["demo-run-1"])
        assert asked == [False, True]
        assert not shown.app.context.can_demo


async def test_where_something_is_listed_or_filtered_d_opens_no_demo() -> None:
    asked: list[bool] = []

    def connect(demo: bool) -> Connection:
        asked.append(demo)
        return ScriptedSource(run("one", "Running"))

    async with showing(connect=connect) as shown:
        await shown.write("/nothing-like-it")
        await shown.press("enter")
        await shown.until_shown("none of 1 match")
        await shown.press("d")
        assert "demo" not in shown.text
        await shown.press("escape", "d")
        await shown.until(lambda: shown.shows(WorkflowScreen))
        assert asked == [False]


async def test_an_empty_list_without_a_demo_offers_none() -> None:
    async with showing(can_demo=False) as shown:
        assert "no workflows in argo" in shown.text and "demo" not in shown.text
        await shown.press("d")
        assert shown.app.is_running and shown.shows(ListScreen)


async def test_read_only_and_saved_lists_say_what_they_are() -> None:
    from dataclasses import replace

    async with showing(run("one", "Running"), settings=replace(STILL, read_only=True)) as shown:
        assert " RO " in shown.rows_of_screen[0]
    saved = ScriptedSource(
        run("one", "Running"),
        run("two", "Running"),
        place=Place("one.yaml", origin=Origin.FILE),
        lacks={Operations: "saved"},
    )
    async with showing(source=saved) as shown:
        assert "saved" in shown.rows_of_screen[0] and "live" not in shown.rows_of_screen[0]


async def test_without_utf8_only_ascii_is_drawn() -> None:
    from dataclasses import replace

    async with showing(*team(), settings=replace(STILL, ascii=True), size=(90, 24)) as shown:
        assert shown.text.isascii()
        await shown.open(ETL)
        assert shown.text.isascii()


async def test_q_at_the_root_asks_and_only_yes_leaves() -> None:
    async with showing(run("one", "Running")) as shown:
        for no in ("n", "escape", "enter"):
            await shown.press("q")
            await shown.until(lambda: shown.shows(ConfirmScreen))
            await shown.press(no)
            await shown.until(lambda: shown.shows(ListScreen))
        await shown.press("q")
        await shown.until(lambda: shown.shows(ConfirmScreen))
        await shown.press("y")
        await shown.until(lambda: shown.app._exit)
        assert shown.app.return_code == 0


@pytest.mark.parametrize("key", ["q", "ctrl+q"])
async def test_q_twice_leaves(key: str) -> None:
    async with showing(run("one", "Running")) as shown:
        await shown.press(key)
        await shown.until_shown("q leaves  Esc stays")
        await shown.press(key)
        await shown.until(lambda: shown.app._exit)
        assert shown.app.return_code == 0


async def test_ctrl_c_closes_what_is_open_and_twice_leaves() -> None:
    async with showing(*team()) as shown:
        await shown.press("slash", "z", "z")
        await shown.until(lambda: not shown.names)
        await shown.press("ctrl+c")
        await shown.until(lambda: len(shown.names) == 16)
        assert shown.said == "ctrl-C again leaves argo-tui"
        await shown.press("ctrl+c")
        await shown.until(lambda: shown.app._exit)
        assert shown.app.return_code == 130


async def test_the_header_line_can_be_hidden() -> None:
    async with showing(run("one", "Running")) as shown:
        await shown.press("ctrl+e")
        assert "scripted" not in shown.text
        await shown.press("ctrl+e")
        assert "scripted" in shown.text
