"""How long things take as a rule."""

from __future__ import annotations

from statistics import median, quantiles

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.compared import node, run
from tui.domain.usual import ENOUGH, Usual, quantile, stats_of, usual, usual_steps

SPANS = st.lists(st.floats(0, 1e9), min_size=2, max_size=50)


@given(SPANS)
def test_quantiles_are_those_of_the_standard_library(spans: list[float]) -> None:
    known = sorted(spans)
    assert quantile(known, 0.5) == pytest.approx(median(spans))
    inclusive = quantiles(spans, n=20, method="inclusive")
    assert quantile(known, 0.95) == pytest.approx(inclusive[-1])


def test_without_values_there_is_none() -> None:
    assert usual([]) is None and stats_of([]).rate is None and stats_of([]).p95 is None
    with pytest.raises(ValueError):
        quantile([], 0.5)


@pytest.mark.parametrize(
    ("runs", "median_of", "seconds", "off"),
    [
        (ENOUGH, 100.0, 155.0, 0.55),
        (ENOUGH, 100.0, 40.0, -0.6),
        (ENOUGH, 100.0, 149.0, None),  # less than half
        (ENOUGH, 20.0, 45.0, None),  # less than half a minute
        (ENOUGH - 1, 100.0, 1000.0, None),  # too few are known
        (ENOUGH, 0.0, 1000.0, None),
    ],
)
def test_unusual_is_what_is_off_by_half_and_by_half_a_minute_of_five_or_more(
    runs: int, median_of: float, seconds: float, off: float | None
) -> None:
    found = Usual(runs, median_of, 0.0, 0.0).off_by(seconds)
    assert found == (None if off is None else pytest.approx(off))


def test_what_is_left_ends_where_it_takes_longer_than_is_usual() -> None:
    known = Usual(5, 100.0, 90.0, 110.0)
    assert known.left(30.0) == 70.0 and known.left(100.0) is None


def test_steps_of_several_runs_are_the_same_by_their_place_and_only_successes_count() -> None:
    runs = [
        run("etl-a", node("etl-a.load", 10), node("etl-a.clean", 1)),
        run("etl-b", node("etl-b.load", 20), node("etl-b.clean", 500, "Failed")),
        run("etl-c", node("etl-c.load", 60)),
    ]
    assert usual_steps(runs) == {".load": Usual(3, 20.0, 10.0, 60.0), ".clean": Usual(1, 1, 1, 1)}
