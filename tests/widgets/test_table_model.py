"""A table's model: where cursor, marks and scroll position are after each change."""

from __future__ import annotations

import pytest

from tui.widgets.table_model import TableModel


def model(count: int, *, page: int = 5) -> TableModel[str]:
    made: TableModel[str] = TableModel(lambda item: item)
    made.resize(page)
    made.replace([f"item-{i}" for i in range(count)])
    return made


def test_the_cursor_and_its_line_on_the_screen_stay_when_items_come_above_it() -> None:
    table = model(20)
    table.move_to(9)
    line = table.cursor - table.top
    table.replace(["new-1", "new-2", *table.items])
    assert (table.cursor, table.cursor_key) == (11, "item-9")
    assert table.cursor - table.top == line


def test_a_cursor_whose_item_is_gone_stays_at_its_index_or_the_last() -> None:
    table = model(5)
    table.move_to(3)
    found: list[tuple[int, object, object]] = []
    for items in (["item-0", "item-1", "item-2", "item-4"], ["item-0"], []):
        table.replace(items)
        found.append((table.cursor, table.cursor_key, table.current))
    assert found == [(3, "item-4", "item-4"), (0, "item-0", "item-0"), (0, None, None)]


@pytest.mark.parametrize(
    ("start", "lines", "cursor", "top"),
    [
        (0, 5, 5, 5),
        (0, 100, 15, 15),
        (15, 5, 19, 15),
        (15, -5, 10, 6),
        (2, -5, 0, 0),
    ],
)
def test_scrolling_moves_items_and_cursor_together_and_at_an_end_the_cursor_alone(
    start: int, lines: int, cursor: int, top: int
) -> None:
    table = model(20)
    table.move_to(start)
    table.scroll(lines)
    assert (table.cursor, table.top) == (cursor, top)


def test_a_smaller_screen_still_shows_the_cursor() -> None:
    table = model(20, page=10)
    table.move_to(9)
    table.resize(3)
    assert list(table.visible) == [7, 8, 9]
    assert list(table.visible_items) == ["item-7", "item-8", "item-9"]


def test_a_range_of_marks_begins_at_the_last_mark() -> None:
    table = model(10)
    table.move_to(6)
    table.toggle_mark()
    table.move_to(4)
    table.mark_range()
    assert table.marks == {"item-4", "item-5", "item-6"}
    table.toggle_mark()
    assert table.marks == {"item-5", "item-6"}


def test_marks_stay_on_items_that_change_places() -> None:
    table = model(4)
    table.toggle_mark()
    table.replace(list(reversed(table.items)))
    assert table.marks == {"item-0"}
    assert table.index_of("item-0") == 3


def test_an_empty_table_has_nothing_to_mark_and_no_place_for_a_key() -> None:
    table = model(0)
    table.toggle_mark()
    table.mark_range()
    assert table.marks == frozenset()
    assert table.index_of("item-0") == -1


def test_another_version_of_an_item_stands_at_its_index() -> None:
    table = model(3)
    shown = tuple(table.items)
    table.replace(shown)
    table.update(1, "other")
    assert list(table.items) == ["item-0", "other", "item-2"]
    assert shown[1] == "item-1", "a sequence that somebody else keeps is not changed"
