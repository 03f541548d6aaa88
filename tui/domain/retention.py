"""When a run, its pods and their logs will go (argo.md 1.2): said where one reads them."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from tui.domain.artifact import NodeArtifact, log_artifact
from tui.domain.durations import parse_time, short
from tui.domain.node import SUCCEEDED, Node
from tui.domain.workflow import Workflow


def run_goes_at(workflow: Workflow) -> datetime | None:
    """When the controller deletes a run that is over; None where it does not."""
    ttl = _of_spec(workflow, "ttl_strategy")
    finished = parse_time(workflow.status.finished_at)
    if not ttl or finished is None or not workflow.is_completed:
        return None
    ended = "secondsAfterSuccess" if workflow.status.phase == SUCCEEDED else "secondsAfterFailure"
    seconds = [ttl[key] for key in (ended, "secondsAfterCompletion") if _is_count(ttl.get(key))]
    return finished + timedelta(seconds=seconds[0]) if seconds else None


def log_goes(workflow: Workflow, node: Node, now: datetime) -> str:
    """What becomes of the log of a step, in a few words; "" where nothing is to be said."""
    found: list[str] = []
    at = run_goes_at(workflow)
    if at is not None:
        seconds = (at - now).total_seconds()
        found.append(f"the run goes in {short(seconds)}" if seconds > 0 else "the run goes now")
    strategy = str(_of_spec(workflow, "pod_gc").get("strategy") or "")
    kept = log_artifact(workflow, node)
    if kept is not None and (words := _archived_log_goes(workflow, kept)):
        found.append(words)
    if kept is None and not workflow.is_completed:
        when = {
            "OnPodCompletion": "when it ends",
            "OnPodSuccess": "when it succeeds",
            "OnWorkflowCompletion": "when the run ends",
            "OnWorkflowSuccess": "when the run succeeds",
        }.get(strategy)
        if when is not None:
            found.append(f"its pod goes {when}, and with it the log unless that is archived")
    return "; ".join(found)


def _archived_log_goes(workflow: Workflow, kept: NodeArtifact) -> str:
    """What artifact GC does to an archived log (argo.md 8.5); "" where it is left alone."""
    if kept.deleted:
        return "artifact GC deleted its archived log"
    strategy = kept.gc_strategy or _of_spec(workflow, "artifact_gc").get("strategy")
    if strategy == "OnWorkflowDeletion":
        return "its archived log goes with the run"
    if strategy == "OnWorkflowCompletion":
        return f"its archived log goes {'now' if workflow.is_completed else 'when the run ends'}"
    return ""


def _of_spec(workflow: Workflow, name: str) -> dict[str, Any]:
    """A field of the workflow's own spec, else of the one it was made from."""
    stored = workflow.status.stored_workflow_template_spec
    return getattr(workflow.spec, name) or (getattr(stored, name) if stored else None) or {}


def _is_count(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 10**10
