"""Watching the demo cluster over HTTP."""

from __future__ import annotations

import pytest

from tests.support.demo_api import TABLE, WF, Client, Watcher, told
from tests.support.waiting import wait_until
from tui.demo.resources import CONFIG_MAPS, WORKFLOWS


def test_a_watch_from_nowhere_tells_what_there_is_then_what_happens(ask: Client) -> None:
    ask.cluster.workflow("a")
    watcher = Watcher(ask, "")
    watcher.wait(1)
    ask.cluster.workflow("b")
    ask.cluster.patch(WORKFLOWS, "a", {"spec": {"suspend": True}})
    ask.cluster.pod("p")
    ask.cluster.delete(WORKFLOWS, "b")
    assert told(watcher.wait(4)) == [
        ("ADDED", "a"),
        ("ADDED", "b"),
        ("MODIFIED", "a"),
        ("DELETED", "b"),
    ]
    watcher.close()


def test_a_watch_from_a_version_tells_what_came_after(ask: Client) -> None:
    ask.cluster.workflow("a")
    version = ask("GET", WF)[1]["metadata"]["resourceVersion"]
    ask.cluster.workflow("b")
    ask.cluster.delete(WORKFLOWS, "a")
    watcher = Watcher(ask, f"resourceVersion={version}")
    events = watcher.wait(2)
    assert told(events) == [("ADDED", "b"), ("DELETED", "a")]
    assert int(events[1]["object"]["metadata"]["resourceVersion"]) == int(version) + 2
    watcher.close()


def test_objects_enter_and_leave_a_selection(ask: Client) -> None:
    ask.cluster.workflow("a", metadata={"labels": {"on": "no"}})
    version = ask("GET", WF)[1]["metadata"]["resourceVersion"]
    watcher = Watcher(ask, f"resourceVersion={version}&labelSelector=on%3Dyes")
    for value in ("yes", "no"):
        ask.cluster.patch(WORKFLOWS, "a", {"metadata": {"labels": {"on": value}}})
    events = watcher.wait(2)
    assert told(events) == [("ADDED", "a"), ("DELETED", "a")]
    assert events[1]["object"]["metadata"]["labels"] == {"on": "yes"}
    assert int(events[1]["object"]["metadata"]["resourceVersion"]) == int(version) + 2
    watcher.close()


def test_too_old_a_version_is_an_error_inside_the_stream(ask: Client) -> None:
    ask.cluster.workflow("a")
    version = ask("GET", WF)[1]["metadata"]["resourceVersion"]
    ask.cluster.compact()
    watcher = Watcher(ask, f"resourceVersion={version}")
    watcher.wait_end()
    assert watcher.response.status == 200
    (error,) = watcher.events
    assert error["type"] == "ERROR"
    assert (error["object"]["code"], error["object"]["reason"]) == (410, "Expired")
    watcher.close()


def test_an_open_watch_ends_with_410_when_the_history_goes(ask: Client) -> None:
    watcher = Watcher(ask, "")
    ask.cluster.workflow("a")
    watcher.wait(1)
    ask.cluster.compact()
    watcher.wait_end()
    assert watcher.events[-1]["object"]["code"] == 410
    watcher.close()


def test_a_watch_from_the_future_tells_nothing_and_a_list_from_it_is_504(ask: Client) -> None:
    watcher = Watcher(ask, "resourceVersion=999999&timeoutSeconds=1")
    ask.cluster.workflow("a")
    watcher.wait_end()
    assert watcher.events == []
    status, answer = ask("GET", f"{WF}?resourceVersion=999999")
    assert (status, answer["details"]["causes"][0]["reason"]) == (504, "ResourceVersionTooLarge")
    assert ask("GET", f"{WF}?watch=1&resourceVersion=x")[0] == 500


def test_a_watch_ends_when_its_time_is_up_with_a_bookmark(ask: Client) -> None:
    ask.cluster.workflow("a")
    watcher = Watcher(ask, "timeoutSeconds=1&allowWatchBookmarks=true")
    watcher.wait_end()
    events = watcher.events
    assert [event["type"] for event in events] == ["ADDED", "BOOKMARK"]
    assert events[1]["object"]["kind"] == "Workflow"
    assert int(events[1]["object"]["metadata"]["resourceVersion"]) >= 1001
    watcher.close()


def test_initial_events_end_with_their_bookmark(ask: Client) -> None:
    ask.cluster.workflow("a")
    query = "sendInitialEvents=true&allowWatchBookmarks=true"
    assert ask("GET", f"{WF}?watch=1&{query}")[0] == 422
    watcher = Watcher(ask, f"{query}&resourceVersionMatch=NotOlderThan")
    first, second = watcher.wait(2)
    assert first["type"] == "ADDED" and second["type"] == "BOOKMARK"
    assert second["object"]["metadata"]["annotations"] == {"k8s.io/initial-events-end": "true"}
    watcher.close()


def test_a_watched_table_tells_its_columns_once(ask: Client) -> None:
    ask.cluster.workflow("a")
    ask.cluster.workflow("b")
    watcher = Watcher(ask, "", accept=TABLE)
    first, second = watcher.wait(2)
    assert first["object"]["kind"] == "Table" and len(first["object"]["columnDefinitions"]) == 4
    assert second["object"]["columnDefinitions"] is None
    assert second["object"]["rows"][0]["cells"][0] == "b"
    watcher.close()


@pytest.mark.parametrize("include", ["None", "Metadata"])
def test_a_bookmark_as_table_is_the_row_of_nothing_and_may_be_the_first_with_columns(
    ask: Client, include: str
) -> None:
    ask.cluster.server.api.watches.bookmark_seconds = 0.05
    query = f"allowWatchBookmarks=true&includeObject={include}&resourceVersion=1000"
    watcher = Watcher(ask, query, accept=TABLE)
    first, second = [event["object"] for event in watcher.wait(2)]
    assert len(first["columnDefinitions"]) == 4 and second["columnDefinitions"] is None
    (row,) = second["rows"]
    assert row["cells"] == ["", None, None, None]
    version = second["metadata"]["resourceVersion"]
    expected = {"resourceVersion": version}
    assert row["object"] is None if include == "None" else row["object"]["metadata"] == expected
    watcher.close()


def test_a_table_without_objects_is_small_and_its_rows_say_so(ask: Client) -> None:
    ask.cluster.workflow("a", status={"phase": "Running", "message": {"odd": 1}})
    _, table = ask("GET", f"{WF}?includeObject=None", accept=TABLE)
    assert table["rows"] == [{"cells": ["a", "Running", None, None], "object": None}]


def test_a_client_that_goes_away_is_forgotten_without_a_word(
    ask: Client, caplog: pytest.LogCaptureFixture
) -> None:
    watcher = Watcher(ask, "")
    ask.cluster.workflow("a")
    watcher.wait(1)
    assert ask.cluster.watching() == 1
    watcher.close()
    for number in range(50):
        ask.cluster.workflow(f"more-{number}")
    wait_until(lambda: ask.cluster.watching() == 0)
    assert not caplog.records


def test_other_kinds_do_not_keep_bookmarks_away(ask: Client) -> None:
    ask.cluster.server.api.watches.bookmark_seconds = 0.05
    watcher = Watcher(ask, "allowWatchBookmarks=true")
    while not watcher.events:
        ask.cluster.create(CONFIG_MAPS, {"metadata": {"namespace": "argo", "generateName": "x-"}})
    assert watcher.events[0]["type"] == "BOOKMARK"
    watcher.close()
