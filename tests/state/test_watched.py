"""One object that is watched: read, changed, deleted while one looks, or never there."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.support.runs import NOW, run
from tests.support.scripted import key_of, part, told_whole
from tui.domain.workflow import Workflow
from tui.errors import Missing, SourceError, Unreachable
from tui.ports.collections import Gone, Live, Stale, Stood
from tui.state.watched import WatchedObject

LATER = NOW + timedelta(seconds=20)
ETL = run("etl", "Running")
KEY = key_of(ETL)
UID = ETL["metadata"]["uid"]


def watched() -> WatchedObject[Workflow]:
    return WatchedObject(KEY)


def read() -> WatchedObject[Workflow]:
    found = watched()
    found.take([told_whole(ETL)], NOW)
    return found


def test_it_is_being_read_until_it_is_read_or_cannot_be() -> None:
    found = watched()
    assert found.is_reading and found.is_there
    found.take([Stood(part(), Live())], NOW)
    assert found.is_reading
    found.fail(Unreachable("the connection was refused"))
    assert not found.is_reading


def test_what_was_read_says_which_one_it_is() -> None:
    found = read()
    assert found.object is not None and found.object.metadata.name == "etl"
    assert (found.key, found.uid) == (KEY, UID)
    assert not found.over and not found.is_reading


def test_one_that_is_deleted_is_shown_as_it_was_then_and_nothing_is_left_to_act_on() -> None:
    found = read()
    found.take([Gone(part(), KEY, UID)], LATER)
    assert found.object is not None and found.stands_still == LATER
    assert found.over == "deleted" and not found.is_there


def test_one_read_and_deleted_within_a_beat_is_known_as_it_was() -> None:
    found = watched()
    found.take([told_whole(ETL), Gone(part(), KEY, UID)], NOW)
    assert found.object is not None and found.over == "deleted"


def test_one_made_again_under_the_same_name_goes_on() -> None:
    found = read()
    found.take([Gone(part(), KEY, UID)], NOW)
    found.take([told_whole(ETL)], LATER)
    assert found.is_there and found.stands_still is None and not found.over


@pytest.mark.parametrize(
    ("error", "over", "is_there"),
    [
        (Missing("there is no such workflow"), "gone", False),
        (Unreachable("the connection was reset"), "not watched", True),
    ],
)
def test_only_what_is_not_found_is_not_there(error: SourceError, over: str, is_there: bool) -> None:
    found = watched()
    found.fail(error)
    assert (found.over, found.is_there) == (over, is_there)


def test_it_is_stale_while_its_watch_is_broken() -> None:
    found = read()
    assert not found.is_stale
    found.take([Stood(part(), Stale(Unreachable("the connection was reset"), 8, 1))], NOW)
    assert found.is_stale
    found.take([Stood(part(), Live())], LATER)
    assert not found.is_stale
