"""How parts stand: a broken one has an age that goes on over its tries; the worst is told."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.support.runs import NOW
from tui.domain.identity import Origin, Part
from tui.errors import Refused, SourceError, Unreachable
from tui.ports.collections import Live, Polled, Reading, Stale, Standing, Unreadable
from tui.state.standing import Standings

LATER = NOW + timedelta(seconds=20)
ONE, TWO = (Part("here", "wf", Origin.CLUSTER, name) for name in ("one", "two"))
RESET = Unreachable("the connection was reset")
REFUSED = Refused("not allowed to list workflows in two", status=403)


def broken(retry_in: float, attempt: int = 1) -> Stale:
    return Stale(RESET, retry_in, attempt)


def standings(one: Standing, two: Standing) -> Standings:
    found = Standings((ONE, TWO))
    found.take(ONE, one, NOW)
    found.take(TWO, two, NOW)
    return found


def test_its_age_counts_from_the_first_failure_and_the_next_try_from_the_last() -> None:
    parts = standings(broken(8), Live())
    parts.take(ONE, broken(16, 2), LATER)
    assert parts[ONE].stale_since == NOW
    assert parts[ONE].retry_at == LATER + timedelta(seconds=16)
    assert parts[TWO].stale_since is None, "the other one has nothing to do with it"


def test_once_it_is_live_nothing_of_that_is_left() -> None:
    parts = standings(broken(8), Live())
    parts.take(ONE, Live(), LATER)
    assert parts[ONE].stale_since is None and parts[ONE].retry_at is None


def test_only_what_is_broken_can_be_tried_again() -> None:
    parts = standings(Reading(), Live())
    assert not parts.try_now(NOW)
    parts.take(ONE, broken(8), NOW)
    assert parts.try_now(LATER) and parts[ONE].retry_at == LATER
    assert parts[TWO].retry_at is None


def test_the_same_again_is_no_news() -> None:
    parts = Standings((ONE,))
    assert parts.take(ONE, Live(), NOW)
    assert not parts.take(ONE, Live(), LATER)


@pytest.mark.parametrize(
    ("one", "two", "worst"),
    [
        (Live(), broken(8), TWO),
        (Live(), Unreadable(REFUSED, 60), TWO),
        (broken(8), Unreadable(REFUSED, 60), TWO),
        (broken(8), Reading(), ONE),
        (Live(), Polled(30), TWO),
        (Reading(), Live(), ONE),
        (Live(), Live(), ONE),
    ],
)
def test_the_worst_part_is_the_one_to_tell_of(one: Standing, two: Standing, worst: Part) -> None:
    assert standings(one, two).worst == worst


@pytest.mark.parametrize(
    ("one", "two", "error"),
    [
        (Live(), Unreadable(REFUSED, 60), None),
        (Reading(), broken(8), None),
        (broken(8), Unreadable(REFUSED, 60), RESET),
    ],
)
def test_it_is_an_error_of_the_whole_only_where_no_part_can_be_read(
    one: Standing, two: Standing, error: SourceError | None
) -> None:
    assert standings(one, two).error is error


def test_it_is_live_once_all_parts_are() -> None:
    parts = standings(Live(), Reading())
    assert not parts.is_live and parts.is_partly_live and not parts.is_answered
    parts.take(TWO, Unreadable(REFUSED, 60), NOW)
    assert not parts.is_live and parts.is_answered and list(parts.unreadable) == [TWO]
    parts.take(TWO, Live(), NOW)
    assert parts.is_live
    assert not Standings(()).is_live, "of nothing nothing is known"
