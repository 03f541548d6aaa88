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
from tui.screens.arrangement import RESORT_EVERY, Arrangement
from tui.session import Session
from tui.settings import Settings
from tui.state.lists import WatchedLists
from tui.state.pending import Pending
from tui.state.waits import Waits

STILL = Settings(fixed_now=NOW)
ARGO = Scope(("argo",))
RUNS = (
    run("old", "Failed", began=300, ended=200),
    run("young", "Running", began=5),
    run("middle", "Succeeded", began=60, ended=50),
)


class Listed(WatchedLists):
    """Lists of a scope, of which nothing is watched."""

    def __init__(self, scope: Scope) -> None:
        super().__init__(lambda session, events: None, lambda session, error: None)
        self._scope = scope

    @property
    def scope(self) -> Scope:
        return self._scope


def context_with(scope: Scope = ARGO, settings: Settings = STILL) -> AppContext:
    """As much of a context as a list is arranged with."""
    lists = Listed(scope)
    session = lists.of(WORKFLOWS)
    lists.take(session, [page(*RUNS)], NOW)
    made = SimpleNamespace(
        lists=lists,
        pending=Pending(),
        waits=Waits(),
        connections={},
        settings=settings,
        ascii=False,
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


def shown_columns(settings: Settings, scope: Scope = ARGO) -> list[str]:
    return [column.id for column in Arrangement(context_with(scope, settings), WORKFLOWS).columns]


def test_columns_are_those_of_the_settings_in_their_order() -> None:
    wanted = ("age", "phase", "name", "no-more", "message")
    settings = Settings(columns={"wf": wanted, "cron": ("name",)})
    assert shown_columns(settings) == ["age", "phase", "name", "message"]


def test_a_column_that_is_hidden_otherwise_is_shown_and_sorted_by() -> None:
    settings = Settings(columns={"wf": ("name", "started")})
    arrangement = Arrangement(context_with(settings=settings), WORKFLOWS)
    assert [column.id for column in arrangement.columns] == ["name", "started"]
    arrangement.sort_by("started", descending=True)
    assert names(arrangement) == ["young", "middle", "old"]
    assert "started" not in shown_columns(Settings())


def test_the_namespace_is_among_them_where_several_are_listed() -> None:
    several = Scope(("argo", "etl"))
    settings = Settings(columns={"wf": ("name", "age")})
    assert shown_columns(settings, several) == ["name", "namespace", "age"]
    settings = Settings(columns={"wf": ("namespace", "name")})
    assert shown_columns(settings, several) == ["namespace", "name"]
    assert shown_columns(settings) == ["name"]


def test_a_list_can_be_sorted_by_a_column_that_the_settings_leave_out() -> None:
    arrangement = Arrangement(context_with(settings=Settings(columns={"wf": ("name",)})), WORKFLOWS)
    arrangement.sort_by("phase")
    assert names(arrangement) == ["old", "young", "middle"]


def test_a_name_stands_for_a_filter_alone_and_beside_other_terms() -> None:
    settings = Settings(filters={"done": "phase:succeeded|failed"})
    arrangement = Arrangement(context_with(settings=settings), WORKFLOWS)
    arrangement.filter("@done")
    assert names(arrangement) == ["middle", "old"]
    arrangement.filter("@done mid")
    assert names(arrangement) == ["middle"]
    arrangement.filter("@running")
    assert names(arrangement) == ["young"]


def test_a_name_that_no_filter_has_is_told_with_those_there_are() -> None:
    arrangement = Arrangement(context_with(settings=Settings(filters={"done": "x"})), WORKFLOWS)
    with pytest.raises(QueryError) as told:
        arrangement.filter("mid @don")
    assert told.value.what == "no filter is called @don"
    assert told.value.position == 4
    assert told.value.hint == (
        "there are @done, @running, @failed-today, @in-trouble, @over-an-hour, @waiting, @failed, "
        "@succeeded"
    )
    assert names(arrangement) == ["young", "middle", "old"]


def test_filters_of_other_lists_are_not_offered() -> None:
    settings = Settings(filters={"late": "schedule:x", "mine": "label:a", "failed": "phase:error"})
    arrangement = Arrangement(context_with(settings=settings), WORKFLOWS)
    own = ["running", "failed-today", "in-trouble", "over-an-hour", "waiting", "succeeded"]
    assert list(arrangement.named_filters) == ["mine", "failed", *own]
    assert arrangement.named_filters["failed"] == "phase:error"
