"""Names in a column: cut where they are equal, so that no two of them read alike."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui.widgets.cells import width_of
from tui.widgets.names import Names


def cut(names: list[str], cells: int, *, ellipsis: str = "…") -> list[str]:
    shown = Names(names)
    return [shown.cut(name, cells, ellipsis=ellipsis) for name in names]


@pytest.mark.parametrize(
    ("names", "cells", "shown"),
    [
        # What fits is whole, and what stands alone loses its middle.
        (["etl", "report"], 6, ["etl", "report"]),
        (["nightly-etl-x7k2p", "report"], 10, ["night…7k2p", "report"]),
        # The usual cut shows the difference already.
        (["retryatt-m79f2(0)", "retryatt-m79f2(1)"], 14, ["retryat…9f2(0)", "retryat…9f2(1)"]),
        # Equal at both ends.
        (["load-eu-from-bucket", "load-us-from-bucket"], 11, ["load-eu-fr…", "load-us-fr…"]),
        (
            ["nightly-import-0001-of-warehouse", "nightly-import-0002-of-warehouse"],
            14,
            ["nigh…0001-of-…", "nigh…0002-of-…"],
        ),
        # Different only near the end, but not in the last half of the cells.
        (["train-model-a-on-gpu", "train-model-b-on-gpu"], 9, ["tr…l-a-o…", "tr…l-b-o…"]),
        # Two differences far from each other.
        (
            ["a-long-name-1-and-then-1-more-text", "a-long-name-1-and-then-2-more-text",
             "a-long-name-2-and-then-1-more-text"],
            16,
            ["a-l…e-1-a…n-1-m…", "a-l…e-1-a…n-2-m…", "a-lon…ame-2-and…"],
        ),
        # One name begins with the other.
        (["very-long-name-of-a-step-xx", "very-long-name-of-a-step-xxx"], 10, None),
        (["日本語の長い名前その一です", "日本語の長い名前その二です"], 14, None),
    ],
)  # fmt: skip
def test_names_are_cut_where_they_are_equal(
    names: list[str], cells: int, shown: list[str] | None
) -> None:
    found = cut(names, cells)
    assert shown is None or found == shown
    assert len(set(found)) == len(names)
    assert all(width_of(text) <= cells for text in found)


def test_without_utf8_the_ellipsis_is_ascii() -> None:
    found = cut(["load-eu-from-the-bucket", "load-us-from-the-bucket"], 12, ellipsis="~")
    assert all(text.isascii() and "~" in text for text in found)
    assert found[0] != found[1]


def test_a_name_that_is_not_among_the_others_is_cut_too() -> None:
    assert Names([]).cut("nightly-etl-x7k2p", 10) == "night…7k2p"


@pytest.mark.parametrize("cells", [0, 1, 2, 3])
def test_there_may_be_hardly_any_room(cells: int) -> None:
    assert all(width_of(text) <= cells for text in cut(["aaaa-1-b", "aaaa-2-b"], cells))


WORD = st.text(alphabet="abcdefgh-", min_size=0, max_size=30)


@given(WORD, WORD, st.sets(st.integers(0, 999), min_size=2, max_size=12), st.integers(12, 40))
def test_names_that_differ_by_a_number_are_told_apart_wherever_it_stands(
    before: str, after: str, numbers: set[int], cells: int
) -> None:
    names = [f"{before}{number:03}{after}" for number in sorted(numbers)]
    found = cut(names, cells)
    assert len(set(found)) == len(names), found
    assert all(width_of(text) <= cells for text in found)


@given(st.lists(st.text(alphabet="ab(1)日e\u0301", max_size=40), max_size=8), st.integers(0, 30))
def test_whatever_the_names_are_they_fit(names: list[str], cells: int) -> None:
    assert all(width_of(text) <= max(cells, 0) for text in cut(names, cells))
