"""Tables of text: CSV as columns."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui.domain.grid import ROWS, WIDEST, grid_lines, rows_of_csv
from tui.domain.preview import preview


def test_columns_are_as_wide_as_needed_and_numbers_stand_to_the_right() -> None:
    rows = [["name", "auc"], ["train(1)", "0.9"], ["日本", "12"], ["short"]]
    assert grid_lines(rows).splitlines() == [
        "name      auc",
        "train(1)  0.9",
        "日本       12",
        "short",
    ]


def test_long_and_broken_texts_stay_in_one_cell() -> None:
    line = grid_lines([["a", "b"], ["x" * 100, "two\nlines"]]).splitlines()[1]
    assert line.startswith("x" * 10) and line.endswith("…  two lines")
    assert len(line) <= WIDEST + 12


@pytest.mark.parametrize(
    ("text", "name", "rows"),
    [
        ("a,b\n1,2\n", "x.csv", [["a", "b"], ["1", "2"]]),
        ("a;b\n1,5;2\n", "x.csv", [["a", "b"], ["1,5", "2"]]),
        ("a\tb,c\n", "x.tsv", [["a", "b,c"]]),
        ('a,b\n"1,5",2\n', "x.csv", [["a", "b"], ["1,5", "2"]]),
        ("just a line\n", "x.csv", None),
        ("", "x.csv", None),
    ],
)
def test_the_mark_between_cells_is_found(text: str, name: str, rows: list[list[str]]) -> None:
    assert rows_of_csv(text, name, is_cut=False) == rows


def test_a_row_that_is_cut_off_is_left_out_and_of_many_only_some_are_laid_out() -> None:
    assert rows_of_csv("a,b\n1,2\n3,", "x.csv", is_cut=True) == [["a", "b"], ["1", "2"]]
    found = rows_of_csv("a,b\n" * 5000, "x.csv", is_cut=False)
    assert found is not None and len(found) == ROWS + 1


def test_a_csv_is_shown_as_a_table_and_kept_as_it_is_written() -> None:
    found = preview(b"name,auc\na,0.9\nbb,10\n", 21, "x.csv")
    assert found.text.splitlines() == ["name  auc", "a     0.9", "bb     10"]
    assert (found.note, found.raw) == ("2 rows", "name,auc\na,0.9\nbb,10\n")
    cut = preview(b"name,auc\na,0.9\nbb,1", 500, "x.csv")
    assert cut.note == "1 row, first 19 B of 500 B" and cut.is_cut


def test_json_that_is_laid_out_is_kept_as_it_is_written() -> None:
    assert preview(b'{"a":1}', 7, "x.json").raw == '{"a":1}'


@given(st.text(max_size=200), st.booleans())
def test_no_text_is_too_odd_to_be_tried(text: str, is_cut: bool) -> None:
    rows = rows_of_csv(text, "x.csv", is_cut=is_cut)
    if rows:
        assert len(grid_lines(rows).splitlines()) <= max(1, len(text)) + 1
