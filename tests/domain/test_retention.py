"""When a run and its logs go is said in a few words."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from tui.domain import decode
from tui.domain.node import Node, NodeId
from tui.domain.retention import log_goes, run_goes_at
from tui.domain.workflow import Workflow

NOW = datetime(2026, 3, 17, 6, 30, tzinfo=UTC)


def over(phase: str = "Succeeded", **spec: Any) -> Workflow:
    """A run with this spec, which ended a minute ago unless it runs."""
    status = {"phase": phase}
    if phase != "Running":
        status["finishedAt"] = "2026-03-17T06:29:00Z"
    labels = {"workflows.argoproj.io/completed": "true"} if phase != "Running" else {}
    return decode.from_manifest(
        {"metadata": {"name": "w", "labels": labels}, "spec": spec, "status": status}
    )


STEP = Node(id=NodeId("w-1"), name="w.a", type="Pod", phase="Running")


@pytest.mark.parametrize(
    ("phase", "ttl", "words"),
    [
        ("Succeeded", {"secondsAfterCompletion": 300}, "the run goes in 4m"),
        ("Succeeded", {"secondsAfterSuccess": 10, "secondsAfterCompletion": 300}, "goes now"),
        ("Failed", {"secondsAfterSuccess": 10}, ""),
        ("Failed", {"secondsAfterFailure": 120}, "the run goes in 1m"),
        ("Running", {"secondsAfterCompletion": 300}, ""),
        ("Succeeded", {"secondsAfterCompletion": "soon"}, ""),
    ],
)
def test_the_end_of_a_run_that_is_kept_for_some_time(
    phase: str, ttl: dict[str, Any], words: str
) -> None:
    told = log_goes(over(phase, ttlStrategy=ttl), STEP, NOW)
    assert words in told and bool(told) == bool(words)


def test_a_pod_that_goes_with_its_log_is_told_while_it_is_there() -> None:
    gone = over("Running", podGC={"strategy": "OnPodCompletion"})
    assert log_goes(gone, STEP, NOW).startswith("its pod goes when it ends, and with it the log")
    assert log_goes(over("Running"), STEP, NOW) == ""
    assert run_goes_at(over("Running")) is None
