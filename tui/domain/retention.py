"""When a run, its copy in the archive, its pods and their logs will go (argo.md 1.2): said where
one reads them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from tui.domain.artifact import NodeArtifact, log_artifact
from tui.domain.durations import parse_time, short
from tui.domain.logtimes import span_of
from tui.domain.node import SUCCEEDED, Node
from tui.domain.workflow import ARCHIVING, TO_ARCHIVE, Workflow


def run_goes_at(workflow: Workflow) -> datetime | None:
    """When the controller deletes a run that is over; None where it does not."""
    ttl = _of_spec(workflow, "ttl_strategy")
    finished = parse_time(workflow.status.finished_at)
    if not ttl or finished is None or not workflow.is_completed:
        return None
    ended = "secondsAfterSuccess" if workflow.status.phase == SUCCEEDED else "secondsAfterFailure"
    seconds = [ttl[key] for key in (ended, "secondsAfterCompletion") if _is_count(ttl.get(key))]
    return finished + timedelta(seconds=seconds[0]) if seconds else None


def kept_by(persistence: Mapping[str, Any]) -> timedelta | None:
    """How long after its end the archive of a controller keeps a run, by its settings; None for
    ever."""
    text = persistence.get("archiveTTL")
    return (span_of(text) or None) if isinstance(text, str) else None


def is_limited(workflow: Workflow) -> bool:
    """Whether it matters how long the archive keeps a run: what the cluster keeps is there."""
    return workflow.is_only_archived or (_is_copied(workflow) and run_goes_at(workflow) is not None)


def run_goes(workflow: Workflow, now: datetime, archive: timedelta | None = None) -> str:
    """When a run goes, in a few words; "" where nothing is to be said.

    `archive` is how long after its end the archive keeps it; None where that is not known.
    """
    at = run_goes_at(workflow) if not workflow.is_only_archived else None
    finished = parse_time(workflow.status.finished_at)
    words = "" if at is None else f"the run goes {_in(at, now)}"
    if archive is None or finished is None or not is_limited(workflow):
        return words
    from_archive = f"from the archive {_in(finished + archive, now)}"
    return f"{words}, {from_archive}" if words else f"the run goes {from_archive}"


def _is_copied(workflow: Workflow) -> bool:
    return workflow.is_archived or workflow.metadata.labels.get(ARCHIVING) == TO_ARCHIVE


def _in(at: datetime, now: datetime) -> str:
    seconds = (at - now).total_seconds()
    return f"in {short(seconds)}" if seconds > 0 else "now"


def log_goes(
    workflow: Workflow, node: Node, now: datetime, archive: timedelta | None = None
) -> str:
    """What becomes of the log of a step, in a few words; "" where nothing is to be said.

    `archive` is how long after its end the archive keeps a run; None where that is not known.
    """
    found: list[str] = []
    if words := run_goes(workflow, now, archive):
        found.append(words)
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
