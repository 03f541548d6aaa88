"""Pods, usage and events as the core API tells them, odd ones included."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tui.errors import SourceError
from tui.sources import pods


def body(*items: Any, more: str = "") -> bytes:
    return json.dumps({"metadata": {"continue": more}, "items": list(items)}).encode()


def test_containers_are_told_with_state_restarts_and_previous_attempt() -> None:
    killed = {"terminated": {"reason": "OOMKilled", "exitCode": 137}}
    status = {
        "phase": "Running",
        "initContainerStatuses": [
            {"name": "init", "state": {"terminated": {"exitCode": 0, "reason": "Completed"}}}
        ],
        "containerStatuses": [
            {
                "name": "main",
                "state": {"waiting": {"reason": "CrashLoopBackOff", "message": "back-off"}},
                "lastState": killed,
                "restartCount": 3,
            }
        ],
    }
    spec = {
        "initContainers": [{"name": "init"}],
        "containers": [{"name": "wait"}, {"name": "main"}],
    }
    found, _ = pods.pods(body({"metadata": {"name": "p"}, "spec": spec, "status": status}))
    init, wait, main = found[0].containers
    assert (init.name, init.is_init, init.state, init.exit_code) == ("init", True, "terminated", 0)
    assert (wait.name, wait.state) == ("wait", "")
    assert (main.reason, main.message, main.restarts) == ("CrashLoopBackOff", "back-off", 3)
    assert main.has_previous
    assert not init.has_previous


def test_a_pod_that_cannot_be_placed_says_why() -> None:
    words = "0/3 nodes are available: 3 Insufficient memory."
    status = {
        "phase": "Pending",
        "conditions": [{"type": "PodScheduled", "status": "False", "message": words}],
    }
    found, _ = pods.pods(body({"metadata": {"name": "p"}, "status": status}))
    assert found[0].message == words


def test_an_odd_pod_does_not_hide_the_others() -> None:
    odd = {"metadata": {"name": ["not", "text"]}}
    found, more = pods.pods(body(odd, {"metadata": {"name": "good"}}, 7, more="next"))
    assert [each.name for each in found] == ["good"]
    assert more == "next"


def test_a_list_that_is_null_is_empty() -> None:
    assert pods.pods(b'{"metadata":{},"items":null}') == ([], "")


@pytest.mark.parametrize("answer", [b"", b"<html>", b"[]", b'"x"'])
def test_what_is_no_list_is_an_error(answer: bytes) -> None:
    with pytest.raises(SourceError, match="cannot be read"):
        pods.pods(answer)


def test_events_of_the_new_kind_have_their_time_and_count_in_a_series() -> None:
    told = {
        "metadata": {"name": "e", "uid": "u"},
        "eventTime": "2026-01-01T12:00:00.000000Z",
        "series": {"count": 5, "lastObservedTime": "2026-01-01T12:05:00.000000Z"},
        "lastTimestamp": None,
        "count": None,
    }
    (event,), _ = pods.events(body(told))
    assert (event.count, event.last_seen) == (5, "2026-01-01T12:05:00.000000Z")
