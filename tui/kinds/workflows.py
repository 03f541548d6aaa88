"""Workflows: the runs."""

from __future__ import annotations

from datetime import datetime

from tui.columns.workflows import workflow_columns
from tui.domain import decode
from tui.domain.node import ERROR, FAILED, PENDING, RUNNING
from tui.domain.order import time_key
from tui.domain.query import LABELS, NAME, NAMESPACE, NAMESPACE_ALIASES, Field, Fields
from tui.domain.status import status_text
from tui.domain.workflow import LABEL, WORKFLOW, WORKFLOW_RESOURCE, ListedWorkflow, Workflow
from tui.kinds.base import Kind, Piece, Tally


def newest(workflow: ListedWorkflow) -> str:
    """When it began, or was created where it has not begun."""
    begun = workflow.status.started_at or workflow.metadata.creation_timestamp
    return time_key(begun) or "9"


def about(workflow: ListedWorkflow, now: datetime) -> list[Piece]:
    """Its phase and all of its message."""
    pieces = [(f"  {workflow.phase or PENDING}", "")]
    if workflow.reason:
        pieces.append((f": {workflow.reason}", "problem" if workflow.phase != RUNNING else ""))
    return pieces


def is_problem(workflow: ListedWorkflow) -> bool:
    """Whether it failed."""
    return workflow.phase in (FAILED, ERROR)


# --- what a filter can ask -----------------------------------------------------------------------


def _phases(workflow: ListedWorkflow) -> tuple[str, ...]:
    return (workflow.phase or PENDING, status_text(workflow))


def _templates(workflow: ListedWorkflow) -> tuple[str, ...]:
    ref = workflow.spec.workflow_template_ref
    labels = workflow.metadata.labels
    named = (
        ref.name if ref else "",
        labels.get(f"{LABEL}workflow-template", ""),
        labels.get(f"{LABEL}cluster-workflow-template", ""),
        labels.get(f"{LABEL}cron-workflow", ""),
    )
    return tuple(dict.fromkeys(name for name in named if name))


def _messages(workflow: ListedWorkflow) -> tuple[str, ...]:
    return (workflow.status.message, workflow.status.why)


def _parameters(workflow: ListedWorkflow) -> dict[str, str]:
    return {each.name: each.value or "" for each in workflow.spec.arguments.parameters}


def _parameter_texts(workflow: ListedWorkflow) -> tuple[str, ...]:
    found = _parameters(workflow)
    return (*found, *found.values())


FIELDS = Fields(
    {
        "name": NAME,
        "phase": Field("pending, running, succeeded, failed, error", _phases, whole_word=True),
        "ns": NAMESPACE,
        "label": LABELS,
        "template": Field("the workflow template or cron workflow it came from", _templates),
        "message": Field("the message", _messages),
        "param": Field("name=value of an argument", _parameter_texts, _parameters),
    },
    {**NAMESPACE_ALIASES, "status": "phase", "msg": "message", "tmpl": "template"},
)

WORKFLOWS: Kind[ListedWorkflow, Workflow] = Kind(
    id=WORKFLOW,
    names=("workflow", "workflows"),
    resource=WORKFLOW_RESOURCE,
    noun="workflow",
    nouns="workflows",
    listed=decode.Skimmed,
    whole=decode.whole,
    columns=lambda look: workflow_columns(ascii=look.ascii, namespaces=look.namespaces),
    fields=FIELDS,
    newest=newest,
    group=lambda workflow: workflow.phase or PENDING,
    tallies=(
        Tally("run", "phase-running", frozenset({RUNNING})),
        Tally("wait", "phase-pending", frozenset({PENDING})),
        Tally("fail", "phase-failed", frozenset({FAILED, ERROR})),
    ),
    about=about,
    is_problem=is_problem,
    problems="phase:failed|error",
    body="steps",
    panes=("summary", "logs", "artifacts", "inout", "events", "manifest"),
)
