"""Filter, order and columns of the list, without a screen."""

from __future__ import annotations

from datetime import timedelta
from types import SimpleNamespace
from typing import cast

import pytest

from tests.support.runs import NOW, run
from tests.support.scripted import page
from tui.context import AppContext
from tui.domain.workflow import ListedWorkflow
from tui.errors import QueryError
from tui.kinds.workflows import WORKFLOWS
from tui.ports.collections import Scope
from tui.ports.connection import Place
from tui.screens.arrangement import RESORT_EVERY, Arrangement, other_scope
from tui.session import Session
from tui.state.lists import WatchedLists
from tui.state.pending import Pending

ARGO = Scope(("argo",))
RUNS = (
    run("old", "Failed", began=300, ended=200),
    run("young", "Running", began=5),
    run("middle", "Succeeded", began=60, ended=50),
)


def context_with(scope: Scope = ARGO) -> AppContext:
    """As much of a context as a list is arranged with."""
    lists = WatchedLists(lambda session, events: None, lambda session, error: None)
    lists.scope = scope
    session = lists.of(WORKFLOWS)
    lists.take(session, [page(*RUNS)], NOW)
    made = SimpleNamespace(
        lists=lists,
        pending=Pending(),
        ascii=False,
        source=SimpleNamespace(place=Place("cluster", namespace="argo,etl")),
        now=lambda: NOW + timedelta(seconds=1),
    )
    return cast(AppContext, made)


def names(arrangement: Arrangement[ListedWorkflow]) -> list[str]:
    return [row.key.name for row in arrangement.rows]


def test_it_begins_with_the_newest_and_can_be_turned_round() -> None:
    arrangement = Arrangement(context_with(), WORKFLOWS)
    assert names(arrangement) == ["young", "middle", "old"]
    arrangement.reverse()
    assert names(arrangement) == ["old", "middle", "young"]


def test_a_filter_that_is_none_leaves_everything_as_it_is() -> None:
    arrangement = Arrangement(context_with(), WORKFLOWS)
    arrangement.filter("phase:failed")
    with pytest.raises(QueryError):
        arrangement.filter("name:/(/")
    assert names(arrangement) == ["old"] and arrangement.query == "phase:failed"


def test_other_workflows_are_shown_with_the_same_filter_and_order() -> None:
    arrangement = Arrangement(context_with(), WORKFLOWS)
    arrangement.filter("phase:failed|running")
    arrangement.sort_by("name")
    arrangement.begin_anew()
    assert names(arrangement) == ["old", "young"]


def test_it_sorts_anew_by_itself_only_where_time_alone_changes_the_order() -> None:
    arrangement = Arrangement(context_with(), WORKFLOWS)
    assert not any(arrangement.tick() for _ in range(2 * RESORT_EVERY))
    arrangement.sort_by("duration")
    assert [arrangement.tick() for _ in range(RESORT_EVERY)].count(True) == 1


def test_failed_ones_are_found_going_round() -> None:
    arrangement = Arrangement(context_with(), WORKFLOWS)
    found = arrangement.problem_after(2, 1)
    assert found is not None and found.name == "old"
    arrangement.filter("phase:running")
    assert arrangement.problem_after(0, 1) is None


def test_what_a_session_remembers_is_filter_and_order() -> None:
    arrangement = Arrangement(context_with(), WORKFLOWS)
    arrangement.filter("young")
    arrangement.sort_by("name", descending=True)
    session = arrangement.remembered(Session("cluster", ("argo",)))
    assert (session.query, session.sort, session.descending) == ("young", "name", True)


def test_all_namespaces_and_back_to_those_one_began_with() -> None:
    assert other_scope(context_with()).namespaces == ()
    assert other_scope(context_with(Scope())).namespaces == ("argo", "etl")
