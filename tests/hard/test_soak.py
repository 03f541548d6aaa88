"""The soak of `make hard`, short: the app lives, answers, and shows what there is."""

from __future__ import annotations

import pytest

from tests.hard.soak import Figures, check_growth, soak
from tests.support.churning import Churn

pytestmark = pytest.mark.pty


def test_a_few_hundred_keys_while_everything_changes() -> None:
    told: list[str] = []
    found = soak(keys=250, seconds=5.0, count=60, every=5.0, told=told.append)
    assert found[-1].keys >= 250
    assert len(told) == len(found)


def test_growth_after_the_first_ten_minutes_is_found() -> None:
    flat = [Figures(at, 0, 90, 9, 20) for at in (0.0, 600.0, 1200.0)]
    check_growth(flat)
    for name, more in (("resident", 110), ("threads", 13), ("descriptors", 30)):
        grown = Figures(1800.0, 0, **{"resident": 90, "threads": 9, "descriptors": 20, name: more})
        with pytest.raises(AssertionError, match=f"{name} grew"):
            check_growth([*flat, grown])
    check_growth([Figures(0.0, 0, 40, 9, 20), Figures(599.0, 0, 400, 9, 20)])


def test_the_cluster_of_a_soak_stays_as_large_as_it_was() -> None:
    churn = Churn(40, rate=0)
    sizes = []
    for _ in range(5_000):
        churn.happen()
        sizes.append(len(churn.names))
    assert min(sizes) >= 35
    assert max(sizes) <= 45
    assert set(churn.names).isdisjoint(f"soak-{number:06}" for number in range(40))
