"""One workflow that is watched: read, changed, deleted while one looks, or never there."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.support.runs import NOW, run
from tui.domain import decode
from tui.domain.workflow import Workflow, WorkflowRef
from tui.errors import Missing, SourceError, Unreachable
from tui.ports.collections import Live, Opened, Removed, Stale
from tui.state.watched import WatchedWorkflow

LATER = NOW + timedelta(seconds=20)


def etl(phase: str = "Running") -> Workflow:
    return decode.from_manifest(run("etl", phase, ended=1 if phase == "Succeeded" else None))


ETL = etl()


def read() -> WatchedWorkflow:
    watched = WatchedWorkflow(WorkflowRef(ETL.ref.namespace, ETL.ref.name))
    watched.take(Opened(ETL, b""), NOW)
    return watched


def test_it_is_being_read_until_it_is_read_or_cannot_be() -> None:
    watched = WatchedWorkflow(ETL.ref)
    assert watched.is_reading and watched.is_there
    watched.take(Live(), NOW)
    assert watched.is_reading
    watched.end(Unreachable("the connection was refused"))
    assert not watched.is_reading


def test_what_was_read_says_which_one_it_is() -> None:
    watched = read()
    assert watched.workflow is ETL and watched.ref == ETL.ref
    assert not watched.over and not watched.is_reading


def test_one_that_is_deleted_is_shown_as_it_was_then_and_nothing_is_left_to_act_on() -> None:
    watched = read()
    watched.take(Removed(ETL.ref), LATER)
    assert watched.workflow is ETL and watched.stands_still == LATER
    assert watched.over == "deleted" and not watched.is_there


def test_one_made_again_under_the_same_name_goes_on() -> None:
    watched = read()
    watched.take(Removed(ETL.ref), NOW)
    watched.take(Opened(ETL, b""), LATER)
    assert watched.is_there and watched.stands_still is None and not watched.over


@pytest.mark.parametrize(
    ("error", "over", "is_there"),
    [
        (Missing("there is no such workflow"), "gone", False),
        (Unreachable("the connection was reset"), "not watched", True),
    ],
)
def test_only_what_is_not_found_is_not_there(error: SourceError, over: str, is_there: bool) -> None:
    watched = WatchedWorkflow(ETL.ref)
    watched.end(error)
    assert (watched.over, watched.is_there) == (over, is_there)


def test_what_is_over_changes_with_time_only_while_its_watch_is_broken() -> None:
    watched = read()
    assert watched.is_changing
    done = WatchedWorkflow(ETL.ref)
    done.take(Opened(etl("Succeeded"), b""), NOW)
    assert not done.is_changing
    done.take(Stale(Unreachable("the connection was reset"), 8, 1), NOW)
    assert done.is_changing
