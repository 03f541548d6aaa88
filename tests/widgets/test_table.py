"""A list: cursor, marks, columns, and how little of it is painted."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

import pytest
from textual.message import Message

from tests.support.widgets import Alone, painting, screen_of
from tui.columns import Column
from tui.widgets.table import Table

NOON = datetime(2026, 8, 21, 12, tzinfo=UTC)


@dataclass(frozen=True)
class Thing:
    """Something with a name, a state and an age."""

    name: str
    phase: str = "Running"
    begun: datetime = NOON
    note: str = ""


COLUMNS: tuple[Column[Thing], ...] = (
    Column(
        id="phase",
        title="",
        text=lambda thing, now: thing.phase[:1],
        width=1,
        style=lambda thing: f"phase-{thing.phase.lower()}",
        joined=True,
    ),
    Column(id="name", title="NAME", text=lambda thing, now: thing.name, width=10),
    Column(
        id="age",
        title="AGE",
        text=lambda thing, now: f"{(now - thing.begun).total_seconds():.0f}s",
        width=6,
        ticks=True,
    ),
    Column(id="note", title="NOTE", text=lambda thing, now: thing.note, width=10, grow=1),
)


def things(count: int) -> list[Thing]:
    return [Thing(f"thing-{i}") for i in range(count)]


def rows(count: int = 0, **options: object) -> Table[Thing]:
    widget: Table[Thing] = Table(COLUMNS, key=lambda thing: thing.name, now=NOON, **options)  # type: ignore[arg-type]
    widget.replace(things(count))
    return widget


async def test_no_key_is_taken_for_the_name_of_a_method() -> None:
    # Textual calls `_key_NAME` of a widget for a key of that name, and `@` is called "at".
    app = Alone(rows(3))
    async with app.run_test() as pilot:
        await pilot.press(*(chr(code) for code in range(33, 127)))
        assert app.query_one(Table).current is not None


async def test_the_cursor_is_seen_without_colours() -> None:
    widget = rows(3)
    async with Alone(widget).run_test(size=(40, 5)) as pilot:
        await pilot.press("j")
        assert [line[:13] for line in screen_of(widget)[1:4]] == [
            " R thing-0   ",
            "►R thing-1   ",
            " R thing-2   ",
        ]
        behind = {
            y: {segment.style.bgcolor for segment in widget.render_line(y) if segment.style}
            for y in (1, 2)
        }
        assert len(behind[2]) == 1, "all along its row"
        assert behind[2] != behind[1]


async def test_the_cursor_stays_on_its_thing_when_others_come_and_go() -> None:
    widget = rows(10)
    async with Alone(widget).run_test(size=(40, 8)) as pilot:
        widget.move_to("thing-4")
        row = widget.cursor - widget.model.top
        widget.replace([Thing("new-1"), Thing("new-2"), *things(10)])
        await pilot.pause()
        assert widget.cursor_key == "thing-4"
        assert widget.cursor - widget.model.top == row


async def test_when_its_thing_is_gone_the_cursor_stays_on_its_line() -> None:
    widget = rows(5)
    async with Alone(widget).run_test(size=(40, 8)):
        widget.move_to("thing-4")
        widget.replace(things(3))
        assert (widget.cursor, widget.cursor_key) == (2, "thing-2")
        widget.replace([])
        assert (widget.cursor, widget.cursor_key, widget.current) == (0, None, None)


async def test_an_empty_list_says_why_and_every_key_is_harmless() -> None:
    widget = rows(0, placeholder="no workflows [/here]")
    keys = ["j", "k", "g", "G", "ctrl+d", "ctrl+u", "pagedown", "pageup", "space", "V", "*", "u"]
    async with Alone(widget).run_test(size=(40, 8)) as pilot:
        await pilot.press(*keys, "left", "right", "w", "enter")
        assert screen_of(widget)[1].strip() == "no workflows [/here]"


@pytest.mark.parametrize(
    ("keys", "cursor"),
    [
        (["j", "j"], 2),
        (["G"], 99),
        (["end", "k"], 98),
        (["G", "g"], 0),
        (["pagedown"], 9),
        (["ctrl+f", "ctrl+b"], 0),
        (["ctrl+d"], 4),
        (["ctrl+d", "ctrl+u"], 0),
        (["down", "up"], 0),
        (["up"], 0),
        (["G", "j"], 99),
    ],
)
async def test_keys_move_the_cursor(keys: list[str], cursor: int) -> None:
    widget = rows(100)
    async with Alone(widget).run_test(size=(40, 10)) as pilot:
        await pilot.press(*keys)
        assert widget.cursor == cursor
        assert widget.model.top <= cursor < widget.model.top + 9


async def test_the_header_stays_while_the_list_scrolls() -> None:
    widget = rows(100)
    async with Alone(widget).run_test(size=(40, 10)) as pilot:
        await pilot.press("G")
        lines = screen_of(widget)
        assert lines[0].split()[:3] == ["NAME", "AGE", "NOTE"]
        assert "thing-99" in lines[-1]


async def test_the_header_says_which_rows_are_seen_where_some_are_hidden() -> None:
    widget = rows(12)
    async with Alone(widget).run_test(size=(60, 10)) as pilot:
        assert screen_of(widget)[0].rstrip().endswith("NOTE                         1-9 of 12")
        await pilot.press("j")
        assert screen_of(widget)[0].rstrip().endswith("1-9 of 12"), "the cursor is seen anyway"
        await pilot.press("G")
        assert screen_of(widget)[0].rstrip().endswith("4-12 of 12")
        widget.note("3 new above")
        assert screen_of(widget)[0].rstrip().endswith("3 new above  4-12 of 12")
        widget.replace(things(9))
        assert "of 9" not in screen_of(widget)[0], "nothing is hidden"


@pytest.mark.parametrize("ascii", [False, True])
async def test_without_room_for_them_it_says_how_many_are_hidden_above_and_below(
    ascii: bool,
) -> None:
    widget = rows(112, ascii=ascii)
    up, down = "^v" if ascii else "↑↓"
    async with Alone(widget).run_test(size=(32, 10)) as pilot:
        assert screen_of(widget)[0].rstrip().endswith(f" {down}103")
        await pilot.press("ctrl+d")
        assert screen_of(widget)[0].rstrip().endswith(f" {up}4 {down}99")
        await pilot.press("G")
        assert screen_of(widget)[0].rstrip().endswith(f" {up}103")


async def test_a_thing_is_told_once_when_the_cursor_rests_on_it() -> None:
    heard: list[Message] = []
    widget = rows(5)
    async with Alone(widget).run_test(message_hook=heard.append) as pilot:
        await pilot.press("j", "enter")
        await pilot.pause()
    moved = [m.key for m in heard if isinstance(m, Table.CursorMoved)]
    chosen = [m.key for m in heard if isinstance(m, Table.Chosen)]
    assert moved[-1] == "thing-1"
    assert set(chosen) == {"thing-1"}


async def test_marks_are_toggled_ranged_and_taken_back() -> None:
    widget = rows(6)
    async with Alone(widget).run_test(size=(40, 10)) as pilot:
        await pilot.press("space", "j", "j", "V")
        assert widget.marks == {f"thing-{i}" for i in range(4)}
        assert [line[0] for line in screen_of(widget)[1:6]] == ["■", "■", "■", "◆", " "]
        await pilot.press("u")
        assert widget.marks == frozenset()


async def test_in_ascii_everything_is_ascii() -> None:
    widget = rows(6, ascii=True)
    async with Alone(widget).run_test(size=(30, 10)) as pilot:
        widget.show_sort("name", descending=True)
        widget.update_item(3, Thing("thing-3", note="far too long for this column"))
        await pilot.press("space", "V")
        assert all(line.isascii() for line in screen_of(widget))
        assert [line[0] for line in screen_of(widget)[1:4]] == ["*", "#", " "]


async def test_the_header_says_what_the_order_is_by() -> None:
    widget = rows(3)
    async with Alone(widget).run_test(size=(40, 10)):
        widget.show_sort("age")
        assert "AGE↑" in screen_of(widget)[0]
        widget.show_sort("age", descending=True)
        assert "AGE↓" in screen_of(widget)[0]
        widget.show_sort("")
        assert screen_of(widget)[0].split() == ["NAME", "AGE", "NOTE"]


NAMED = (replace(COLUMNS[1], cut="middle"), COLUMNS[3])


def named(*names: str) -> Table[Thing]:
    widget: Table[Thing] = Table(NAMED, key=lambda thing: thing.name, now=NOON)
    widget.replace([Thing(name) for name in names])
    return widget


async def test_names_are_cut_where_they_are_equal() -> None:
    widget = named("load-eu-from-bucket", "load-us-from-bucket", "short")
    async with Alone(widget).run_test(size=(40, 6)):
        shown = [line[1:11] for line in screen_of(widget)[1:4]]
        assert shown == ["load-eu-f…", "load-us-f…", "short     "]


async def test_a_name_that_comes_near_another_changes_how_that_is_cut() -> None:
    widget = named("load-eu-from-bucket", "other", *(f"n-{i}" for i in range(20)))
    async with Alone(widget).run_test(size=(40, 6)) as pilot:
        await pilot.pause()
        assert screen_of(widget)[1][1:11] == "load-…cket"
        widget.update_item(1, Thing("load-us-from-bucket"))
        await pilot.pause()
        assert [strip.text[1:11] for strip in widget.render_lines(widget.size.region)[1:3]] == [
            "load-eu-f…",
            "load-us-f…",
        ]
        await pilot.press("pagedown", "pageup")
        assert screen_of(widget)[1][1:11] == "load-eu-f…"


async def test_wide_columns_are_as_wide_as_what_is_in_them_and_grow_with_it() -> None:
    widget = rows(30)
    widget.update_item(29, Thing("thing-29", note="n" * 50))
    async with Alone(widget).run_test(size=(40, 10)) as pilot:
        await pilot.press("w", "G", *["right"] * 6)
        assert screen_of(widget)[-1].endswith("n" * 22)
        widget.update_item(29, Thing("thing-29", note="n" * 90 + "end"))
        await pilot.press(*["right"] * 9)
        assert screen_of(widget)[-1].endswith("nend")
        assert "thing-29" in screen_of(widget)[-1], "the name stays"


# --- what is painted ---------------------------------------------------------------------------


async def test_a_changed_row_paints_only_the_cells_that_differ() -> None:
    widget = rows(100)
    async with Alone(widget).run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        with painting(widget) as painted:
            widget.update_item(5, Thing("thing-5", phase="Failed"))
        assert (painted.rows, painted.cells) == ([6], 1)


async def test_the_same_again_paints_nothing() -> None:
    widget = rows(100)
    async with Alone(widget).run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        with painting(widget) as painted:
            widget.replace(things(100))
            widget.changed([f"thing-{i}" for i in range(100)])
            widget.tick(NOON)
        assert painted.cells == 0


async def test_what_is_off_the_screen_paints_nothing() -> None:
    widget = rows(100)
    async with Alone(widget).run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        with painting(widget) as painted:
            for i in range(50, 100):
                widget.update_item(i, Thing(f"thing-{i}", note="changed"))
            widget.replace([*widget.items[:-1], Thing("another")])
        assert painted.cells == 0
        with painting(widget) as painted:
            widget.replace([*widget.items, Thing("one-more")])
        assert painted.cells == 1, "how many there are: 101 in place of 100"


async def test_a_second_paints_only_the_digits_that_changed() -> None:
    widget = rows(100)
    async with Alone(widget).run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        with painting(widget) as painted:
            widget.tick(NOON + timedelta(seconds=7))
        assert painted.rows == list(range(1, 24))
        assert painted.cells == 23


async def test_the_cursor_paints_the_row_it_leaves_and_the_one_it_comes_to() -> None:
    widget = rows(100)
    async with Alone(widget).run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        with painting(widget) as painted:
            widget.action_down()
        assert painted.rows == [1, 2]
        assert painted.cells <= 2 * 80


async def test_a_hundred_thousand_rows_build_no_more_lines_than_a_hundred() -> None:
    asked: list[str] = []

    def counted(thing: Thing, now: datetime) -> str:
        asked.append(thing.name)
        return thing.name

    columns = (replace(COLUMNS[1], text=counted),)
    built = []
    for count in (100, 100_000):
        widget: Table[Thing] = Table(columns, key=lambda thing: thing.name, now=NOON)
        async with Alone(widget).run_test(size=(80, 24)) as pilot:
            widget.replace(things(count))
            await pilot.pause()
            asked.clear()
            widget.action_page_down()
            widget.action_last()
            widget.tick(NOON + timedelta(seconds=1))
            widget.replace([*widget.items, Thing("one-more")])
            await pilot.pause()
            built.append(len(asked))
    assert built[0] == built[1] < 300


async def test_after_any_change_the_screen_shows_the_model() -> None:
    """What was painted in pieces equals what a list made anew would show."""
    widget = rows(40)
    async with Alone(widget).run_test(size=(50, 12)) as pilot:
        for step in range(12):
            widget.update_item(step * 3, Thing(f"thing-{step * 3}", note="日本" * (step % 4)))
            await pilot.press(["j", "ctrl+d", "G", "k", "space", "g"][step % 6])
            widget.tick(NOON + timedelta(seconds=step * 3))
            await pilot.pause()
            painted = [
                strip.text for strip in widget.render_lines(widget.size.region)
            ]  # from Textual's cache, dirty lines only rendered anew
            assert painted == screen_of(widget)


def test_looks(snap_compare: Callable[..., bool]) -> None:
    widget = rows(30)
    widget.update_item(1, Thing("thing-1", "Failed", note="train(3): OOMKilled main (exit 137)"))
    widget.update_item(2, Thing("日本語の名前", "Pending", note="[/x] is only text"))
    widget.update_item(3, Thing("thing-3", "Succeeded", NOON - timedelta(hours=1)))
    widget.show_sort("age", descending=True)
    assert snap_compare(Alone(widget), press=["j", "space", "j"], terminal_size=(80, 24))


async def test_an_empty_column_gives_its_room_back_and_one_with_a_text_comes_back() -> None:
    columns: tuple[Column[Thing], ...] = (
        Column(id="name", title="NAME", text=lambda thing, now: thing.name, width=10, grow=2),
        Column(id="phase", title="SUSPENDED", text=lambda thing, now: thing.phase, width=9, drop=1),
        Column(
            id="note", title="NOTE", text=lambda thing, now: thing.note, width=9, grow=3, drop=2
        ),
    )
    widget: Table[Thing] = Table(columns, key=lambda thing: thing.name, now=NOON, fits=True)
    widget.replace([Thing("one", "", note="wrong " * 20), Thing("two", "yes")])
    async with Alone(widget).run_test(size=(60, 5)):
        assert "NOTE" in screen_of(widget)[0] and "SUSPENDED" not in screen_of(widget)[0]
        widget.update_item(0, Thing("one", ""))
        assert "NOTE" not in screen_of(widget)[0] and "SUSPENDED" in screen_of(widget)[0]
        widget.update_item(0, Thing("one", "", note="wrong"))
        assert "NOTE" in screen_of(widget)[0] and "SUSPENDED" in screen_of(widget)[0]
        widget.replace([Thing("one", ""), Thing("two", "")])
        assert screen_of(widget)[0].split() == ["NAME"]
