"""When a run and its logs go is said in a few words."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tui.domain import decode
from tui.domain.node import Node, NodeId
from tui.domain.retention import kept_by, log_goes, run_goes, run_goes_at
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


@pytest.mark.parametrize(
    ("text", "days"),
    [("30d", 30), ("36h", 1.5), ("", None), ("0d", None), ("soon", None), (7, None)],
)
def test_how_long_an_archive_keeps_a_run(text: object, days: float | None) -> None:
    expected = timedelta(days=days) if days else None
    assert kept_by({"archive": True, "archiveTTL": text}) == expected
    assert kept_by({}) is None


@pytest.mark.parametrize(
    ("status", "ttl", "days", "words"),
    [
        ("Persisted", None, 30, "the run goes from the archive in 29d"),
        ("Persisted", 300, 30, "the run goes from the archive in 29d"),
        ("Persisted", None, 0, "the run goes from the archive now"),
        ("Persisted", 300, None, ""),
        ("Archived", 300, 30, "the run goes in 4m, from the archive in 29d"),
        ("Pending", 300, 30, "the run goes in 4m, from the archive in 29d"),
        ("Archived", 300, None, "the run goes in 4m"),
        ("Archived", None, 30, ""),
        ("", 300, 30, "the run goes in 4m"),
    ],
)
def test_a_run_that_goes_from_the_archive(
    status: str, ttl: int | None, days: int | None, words: str
) -> None:
    workflow = over(ttlStrategy={"secondsAfterCompletion": ttl} if ttl else {})
    if status:
        workflow.metadata.labels["workflows.argoproj.io/workflow-archiving-status"] = status
    archive = timedelta(days=days) if days is not None else None
    assert run_goes(workflow, NOW, archive) == words
    assert log_goes(workflow, STEP, NOW, archive) == words


def test_a_pod_that_goes_with_its_log_is_told_while_it_is_there() -> None:
    gone = over("Running", podGC={"strategy": "OnPodCompletion"})
    assert log_goes(gone, STEP, NOW).startswith("its pod goes when it ends, and with it the log")
    assert log_goes(over("Running"), STEP, NOW) == ""
    assert run_goes_at(over("Running")) is None


@pytest.mark.parametrize(
    ("phase", "gc", "own", "words"),
    [
        ("Running", "OnWorkflowCompletion", {}, "its archived log goes when the run ends"),
        ("Succeeded", "OnWorkflowCompletion", {}, "its archived log goes now"),
        ("Succeeded", "OnWorkflowDeletion", {}, "its archived log goes with the run"),
        ("Succeeded", "Never", {}, ""),
        ("Succeeded", "", {}, ""),
        ("Succeeded", "OnWorkflowDeletion", {"artifactGC": {"strategy": "Never"}}, ""),
        ("Running", "", {"artifactGC": {"strategy": "OnWorkflowCompletion"}}, "when the run ends"),
        ("Succeeded", "", {"artifactGC": ["odd"]}, ""),
        ("Succeeded", "OnWorkflowDeletion", {"deleted": True}, "artifact GC deleted its"),
    ],
)
@pytest.mark.parametrize("is_stored", [False, True])
def test_an_archived_log_that_artifact_gc_deletes_is_told(
    phase: str, gc: str, own: dict[str, Any], words: str, is_stored: bool
) -> None:
    log = {"name": "main-logs", "s3": {"key": "w/w-1/main.log"}, **own}
    node = {"id": "w-1", "name": "w.a", "type": "Pod", "phase": phase}
    spec = {"artifactGC": {"strategy": gc}}
    workflow = decode.from_manifest(
        {
            "metadata": {
                "name": "w",
                "labels": {"workflows.argoproj.io/completed": str(phase != "Running").lower()},
            },
            "spec": {} if is_stored else spec,
            "status": {
                "phase": phase,
                "nodes": {"w-1": {**node, "outputs": {"artifacts": [log]}}},
                "storedWorkflowTemplateSpec": spec if is_stored else None,
            },
        }
    )
    told = log_goes(workflow, workflow.nodes[NodeId("w-1")], NOW)
    assert words in told and bool(told) == bool(words)
