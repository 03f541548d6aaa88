"""What one relies on in a list that one keeps open: the filter line, what is new, the cursor."""

from __future__ import annotations

import asyncio

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.support.app import Shown, showing, strips_of
from tests.support.runs import run, step, team
from tests.support.scripted import ScriptedSource, listed, ref_of
from tui.domain.query import expanded, parse
from tui.domain.workflow import Manifest
from tui.errors import QueryError
from tui.kinds.workflows import FIELDS
from tui.ports.connection import Place
from tui.screens.arrangement import RESORT_EVERY
from tui.screens.list import TYPING

RUNS = tuple(team())
KEYS = (
    *("slash", "exclamation_mark", "escape", "enter", "up", "down", "backspace", "left", "end"),
    *("n", "i", "x", "vertical_line", "full_stop", "ctrl+u", "tab", "1", "space", "j", "delete"),
    *("less_than_sign", "name:/(", "phase:failed", " phase:", "@failed", "@no", "!zz"),
)
"""Keys of the list and of the filter line, and texts that somebody types at once."""


def matching(shown: Shown, text: str) -> set[str] | None:
    """The names that a text leaves, read on its own; None for one that is no filter."""
    try:
        query = parse(expanded(text, shown.overview.arrangement.named_filters), FIELDS)
    except QueryError:
        return None
    return {each.metadata.name for each in map(listed, RUNS) if query.matches(each)}


async def press(shown: Shown, key: str) -> None:
    is_key = key in dict.fromkeys(KEYS) and not set(key) & set(":@! /(")
    await shown.press(*([key] if is_key else key))


async def check(keys: list[str]) -> None:
    async with showing(*RUNS, size=(100, 24)) as shown:
        for key in keys:
            await press(shown, key)
            if shown.app.screen is not shown.overview:
                continue
            bar, query = shown.overview.query_bar, shown.overview.arrangement.query
            wanted = matching(shown, bar.text)
            assert set(shown.names) == matching(shown, query), (key, bar.text, query)
            if bar.is_typed_into and wanted is None:
                assert bar.problem, "a wrong filter says so while it is typed"
            else:
                assert bar.text == query and not bar.problem, (key, bar.text, query)
                assert set(shown.names) == wanted
            assert bar.is_open == (bool(bar.text) or bar.is_typed_into)


@settings(
    max_examples=8,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)
@given(st.lists(st.sampled_from(KEYS), min_size=3, max_size=14))
def test_what_stands_in_the_filter_line_is_what_filters(keys: list[str]) -> None:
    asyncio.run(check(keys))


@pytest.mark.parametrize("key", ["escape", "enter"])
async def test_problems_a_letter_and_esc_show_the_problems_again(key: str) -> None:
    async with showing(*RUNS) as shown:
        await shown.press("exclamation_mark")
        problems = shown.names
        await shown.press("slash", "x")
        assert shown.overview.query_bar.text == "x", "the old text is selected: typing replaces it"
        await shown.press("escape", "slash", key)
        assert shown.names == problems
        assert shown.overview.query_bar.text == shown.overview.kind.problems
        await shown.press("escape")
        assert len(shown.names) == len(RUNS)


async def test_a_cursor_key_keeps_the_old_filter_for_more_to_be_typed() -> None:
    async with showing(*RUNS) as shown:
        await shown.press("slash", *"phase:failed", "enter", "slash", "end", *" vacuum")
        assert shown.names == ["vacuum-warehouse-c8n3d"]


async def test_a_wrong_filter_shows_what_was_shown_before_and_enter_does_not_take_it() -> None:
    async with showing(*RUNS) as shown:
        await shown.press("slash", *"nightly", "enter")
        before = shown.names
        await shown.press("slash", *"name:/(", "enter")
        assert "is not closed" in shown.said
        assert shown.overview.query_bar.is_typed_into, "it is still being typed"
        await shown.press("escape")
        assert shown.names == before and shown.overview.query_bar.text == "nightly"


async def test_the_warning_about_a_wrong_filter_goes_with_the_mistake() -> None:
    async with showing(*RUNS) as shown:
        await shown.press("slash", *"name:/(", "enter")
        assert "is not closed" in shown.said
        await shown.press(*["backspace"] * len("name:/("))
        assert shown.said == ""


async def test_what_was_said_after_a_wrong_filter_stays_when_it_is_taken_back() -> None:
    async with showing(*RUNS) as shown:
        await shown.press("slash", *"name:/(", "enter")
        shown.app.say("something else", "warning")
        await shown.press("escape")
        assert shown.said == "something else"


NEVER = "name:/(a|aa)+$/"
"""A filter that comes to no end on a row of many `a` and something else."""


async def test_a_filter_that_comes_to_no_end_is_refused_and_taken_away_when_such_a_row_comes() -> (
    None
):
    source = ScriptedSource(*RUNS, run("baa", "Running"))
    endless = "a" * 100 + "-1"
    async with showing(source=source) as shown:
        await shown.press("slash", *NEVER, "enter")
        assert shown.names == ["baa"]
        source.put(run(endless, "Running"))
        await shown.until(lambda: endless in shown.names)
        assert len(shown.names) == len(RUNS) + 2, "nothing is lost"
        assert "takes too long on some row, so all are shown" in shown.said
        await shown.press("slash", *"nightly", "enter")
        before = shown.names
        await shown.press("slash", *["backspace"] * len("nightly"), *NEVER)
        assert "takes too long" in shown.text
        await shown.press("escape")
        assert shown.names == before and shown.overview.query_bar.text == "nightly"


def many(count: int) -> list[Manifest]:
    return [run(f"w-{i:02}", "Succeeded", began=100 + i, ended=50) for i in range(count)]


async def test_a_list_that_nobody_touched_stays_at_its_top() -> None:
    source = ScriptedSource(*many(40))
    async with showing(source=source, size=(100, 20)) as shown:
        source.put(run("new-1", "Running", began=1))
        await shown.until(lambda: "new-1" in shown.names)
        assert (shown.current, shown.rows.model.top) == ("new-1", 0)
        assert "new above" not in shown.text


async def test_once_the_cursor_was_moved_it_keeps_its_row_and_a_line_tells_what_came_above() -> (
    None
):
    source = ScriptedSource(*many(40))
    async with showing(source=source, size=(100, 20)) as shown:
        await shown.press("j")
        for number in range(3):
            source.put(run(f"new-{number}", "Running", began=3 - number))
            await shown.until(lambda number=number: f"new-{number}" in shown.names)  # type: ignore[misc]
        assert shown.current == "w-01"
        assert "3 new above (g)" in shown.rows_of_screen[1]
        source.remove(ref_of(run("new-1", "")))
        await shown.until_shown("2 new above (g)")
        await shown.press("g")
        assert shown.current == "new-2" and "new above" not in shown.text
        source.put(run("new-9", "Running", began=0))
        await shown.until(lambda: "new-9" in shown.names)
        assert shown.current == "new-2", "going there is moving the cursor, too"
        await shown.press("F")
        assert shown.current == "new-9"
        source.put(run("newest", "Running", began=-1))
        await shown.until(lambda: shown.current == "newest")


async def test_what_comes_behind_a_box_that_is_open_for_long_has_the_time_of_now() -> None:
    source = ScriptedSource(*many(3))
    async with showing(source=source, size=(100, 30)) as shown:
        await shown.press("x")
        await shown.until(lambda: shown.app.screen is not shown.overview)
        shown.pass_time(300)
        source.put(run("new-1", "Running", began=-5))
        await shown.until_shown("new-1")
        row = next(line for line in shown.rows_of_screen if "new-1" in line)
        assert row.split()[-1] == "0s", row


async def test_what_scrolls_into_sight_is_not_told_to_be_new_any_more() -> None:
    source = ScriptedSource(*many(40))
    async with showing(source=source, size=(100, 20)) as shown:
        await shown.press("pagedown")
        source.put(run("new-1", "Running", began=1))
        await shown.until_shown("1 new above (g)")
        await shown.press("pageup", "pageup")
        assert "new above" not in shown.text


@pytest.mark.parametrize("key", ["enter", "c", "space", "l"])
async def test_what_one_did_something_to_keeps_the_cursor(key: str) -> None:
    source = ScriptedSource(*many(5))
    async with showing(source=source, size=(100, 20)) as shown:
        await shown.press(key)
        if shown.app.screen is not shown.overview:
            await shown.press("q")
        held = shown.current
        source.put(run("new-1", "Running", began=1))
        await shown.until(lambda: "new-1" in shown.names)
        assert shown.current == held


async def test_all_namespaces_and_back_keep_the_cursor_on_its_row() -> None:
    there = [run(f"t-{i:02}", "Running", began=90 + i, namespace="ml") for i in range(30)]
    source = ScriptedSource(*many(30), *there)
    async with showing(source=source, size=(100, 20)) as shown:
        shown.rows.move_to_line(12)
        key, line = shown.rows.cursor_key, shown.rows.cursor - shown.rows.model.top
        for count in (60, 30):
            await shown.press("0")
            await shown.until(lambda count=count: len(shown.names) == count)  # type: ignore[misc]
            assert shown.rows.cursor_key == key
            assert shown.rows.cursor - shown.rows.model.top == line


# --- what waits in trouble, and spans -------------------------------------------------------------


def stuck(name: str, message: str = "ImagePullBackOff: no such tag") -> Manifest:
    pull = step(name, "score", "Pending", message=message)
    return run(name, "Running", "0/1", began=9, nodes=[step(name, "", "Running"), pull])


async def test_what_is_suspended_is_counted_by_itself() -> None:
    held = run("held-1", "Running", began=9, spec={"suspend": True})
    async with showing(held, run("fine-1", "Running", began=2), size=(110, 20)) as shown:
        assert "1 run 1 suspended │ 2" in shown.rows_of_screen[0]


async def test_a_filter_says_which_key_takes_it_away_and_what_it_is_called() -> None:
    source = ScriptedSource(run("fine-1", "Running", began=2), run("bad-1", "Failed", ended=1))
    async with showing(source=source, size=(80, 24)) as shown:
        await shown.press("exclamation_mark")
        line = shown.rows_of_screen[1]
        assert line.startswith(" /phase:failed|error|trouble:*  ")
        assert line.rstrip().endswith(" problems; Esc shows all")
        await shown.until(lambda: "Esc Show all" in shown.rows_of_screen[-1])
        await shown.press("slash", *"bad")
        assert "Esc shows" not in shown.rows_of_screen[1], "now Esc takes back what is typed"
        await shown.press("enter")
        await shown.until(lambda: shown.rows_of_screen[1].rstrip().endswith("   Esc shows all"))
        await shown.press("escape")
        await shown.until(lambda: "Esc" not in shown.rows_of_screen[-1])
        assert shown.names == ["fine-1", "bad-1"]


@pytest.mark.parametrize("size", [(80, 24), (120, 40)])
async def test_the_phase_of_what_the_cursor_is_on_has_its_colour_at_every_size(
    size: tuple[int, int],
) -> None:
    async with showing(run("bad-1", "Failed", ended=1), size=size) as shown:
        await shown.until_shown("Failed")
        below = [strip for strip in strips_of(shown.app) if "Failed" in strip.text][-1]
        (piece,) = (each for each in below if "Failed" in each.text)
        assert piece.style is not None
        assert piece.style.color == shown.rows.token("phase-failed").color


async def test_what_waits_in_trouble_is_counted_and_is_a_problem_with_a_sign_of_its_own() -> None:
    source = ScriptedSource(
        stuck("score-1"), run("fine-1", "Running", began=2), run("bad-1", "Failed", ended=1)
    )
    async with showing(source=source, size=(110, 20)) as shown:
        assert "1 run 1 trouble 1 fail │ 3" in shown.rows_of_screen[0]
        assert any(row.lstrip(" ►").startswith("▲ score-1") for row in shown.rows_of_screen)
        await shown.press("exclamation_mark")
        assert set(shown.names) == {"score-1", "bad-1"}
        source.put(run("score-1", "Running", "0/1", began=9, version="101"))
        await shown.until(lambda: shown.names == ["bad-1"])
        source.put({**stuck("fine-1"), "metadata": run("fine-1", "", version="102")["metadata"]})
        await shown.until(lambda: set(shown.names) == {"fine-1", "bad-1"})


async def test_problems_of_a_long_list_read_only_what_may_be_one() -> None:
    there = [run(f"w-{i:03}", "Succeeded", began=100 + i, ended=50) for i in range(300)]
    source = ScriptedSource(*there, stuck("score-1"), run("bad-1", "Failed", ended=1), tables=True)
    async with showing(source=source, size=(110, 20)) as shown:
        await shown.press("exclamation_mark")
        await shown.until(lambda: "bad-1" in shown.names)
        shown.pass_time(1)
        await shown.until(lambda: set(shown.names) == {"score-1", "bad-1"})
        await shown.pilot.pause(TYPING * 2)
        assert not [what for what, _ in source.asked if what == "fill_all"]
        assert "read" not in shown.rows_of_screen[0]


async def test_spans_filter_by_the_clock_and_go_on_with_it() -> None:
    source = ScriptedSource(run("old", "Running", began=119), run("new", "Running", began=5))
    async with showing(source=source) as shown:
        await shown.press("slash", *"age:<2h", "enter")
        assert set(shown.names) == {"new", "old"}
        for _ in range(RESORT_EVERY):
            shown.pass_time(60)
        await shown.until(lambda: shown.names == ["new"])
        await shown.press("slash", *"@over-an-hour", "enter")
        assert shown.names == ["old"]


async def test_mine_goes_by_the_labels_of_argo() -> None:
    labels = {"workflows.argoproj.io/creator": "system-serviceaccount-argo-kim"}
    source = ScriptedSource(
        run("hers", "Running", labels=labels),
        run("his", "Running", labels={"workflows.argoproj.io/creator": "lee"}),
        place=Place("prod", "https://prod", "argo", "system:serviceaccount:argo:kim"),
    )
    async with showing(source=source) as shown:
        await shown.press("slash", *"@mine", "enter")
        assert shown.names == ["hers"]
        found = shown.overview.arrangement.named_filters["mine"]
        assert found == "label:creator=system-serviceaccount-argo-kim"


async def test_where_a_filter_leaves_nothing_no_key_that_acts_is_hinted() -> None:
    async with showing(*RUNS, size=(80, 24)) as shown:
        assert "Resubmit" in shown.rows_of_screen[-1]
        await shown.press("slash", *"zzzz", "enter")
        await shown.until(lambda: "Resubmit" not in shown.rows_of_screen[-1])
        assert "Retry" not in shown.rows_of_screen[-1] and "? Help" in shown.rows_of_screen[-1]
        assert not {"Logs", "Artifacts"} & {*shown.rows_of_screen[-1].split()}
        await shown.press("escape")
        await shown.until(lambda: "Resubmit" in shown.rows_of_screen[-1])
