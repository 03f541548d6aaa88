"""A broken watch has an age that goes on over its tries, and a next try."""

from __future__ import annotations

from datetime import timedelta

from tests.support.runs import NOW
from tui.errors import Unreachable
from tui.ports.collections import Live, Stale
from tui.state.connection import Connection

LATER = NOW + timedelta(seconds=20)


def broken(retry_in: float, attempt: int = 1) -> Stale:
    return Stale(Unreachable("the connection was reset"), retry_in, attempt)


def test_its_age_counts_from_the_first_failure_and_the_next_try_from_the_last() -> None:
    connection = Connection()
    connection.take(broken(8), NOW)
    connection.take(broken(16, 2), LATER)
    assert connection.stale_since == NOW
    assert connection.retry_at == LATER + timedelta(seconds=16)


def test_once_it_is_live_nothing_of_that_is_left() -> None:
    connection = Connection()
    connection.take(broken(8), NOW)
    connection.take(Live(), LATER)
    assert connection.stale_since is None and connection.retry_at is None


def test_only_what_is_broken_can_be_tried_again() -> None:
    connection = Connection()
    assert not connection.try_now(NOW)
    connection.take(broken(8), NOW)
    assert connection.try_now(LATER) and connection.retry_at == LATER
