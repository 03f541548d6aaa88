"""The columns of the list of workflows."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from tui.columns.base import Column
from tui.columns.words import age_text, compact, phase_token
from tui.domain import progress
from tui.domain.bars import thin_bar
from tui.domain.durations import seconds_between
from tui.domain.identity import Depth
from tui.domain.node import RUNNING, SUCCEEDED
from tui.domain.status import (
    ARCHIVE_ICON,
    ASCII_ARCHIVE,
    ASCII_TROUBLE,
    SUSPEND_ICON,
    TROUBLE_ICON,
    icon,
)
from tui.domain.workflow import LABEL, ListedWorkflow

DASH = "–"
ASCII_DASH = "-"

BAR = 5
"""Cells of the bar of what runs."""

TROUBLE_RANK = 1.5
"""Between what failed and what runs."""
SORT_RANK = {"Error": 0, "Failed": 1, "Running": 2, "Pending": 3, "": 4, "Succeeded": 5}


def is_suspended(workflow: ListedWorkflow) -> bool:
    """Whether it runs and is held by `spec.suspend` (argo.md 2.2)."""
    return workflow.phase == "Running" and workflow.spec.suspend is True


def workflow_icon(workflow: ListedWorkflow, *, ascii: bool = False) -> str:
    """One cell that says how it stands."""
    if workflow.trouble:
        return ASCII_TROUBLE if ascii else TROUBLE_ICON
    if is_suspended(workflow):
        return "=" if ascii else SUSPEND_ICON
    return icon(workflow.phase or "Pending", ascii=ascii)


def workflow_token(workflow: ListedWorkflow) -> str:
    """The token of a workflow's icon."""
    if workflow.trouble:
        return "trouble"
    return "phase-suspended" if is_suspended(workflow) else phase_token(workflow.phase)


def _fraction(workflow: ListedWorkflow) -> float | None:
    parts = progress.parse(workflow.status.progress)
    return parts[0] / parts[1] if parts else None


def workflow_seconds(workflow: ListedWorkflow, now: datetime) -> float | None:
    """How long it ran, or has run by now."""
    return seconds_between(workflow.status.started_at, workflow.status.finished_at, now)


def workflow_age(workflow: ListedWorkflow, now: datetime) -> float | None:
    """Since it began, as kubectl has it and as the newest come first, be it for a retry; since its
    creation, where it has not begun."""
    metadata, status = workflow.metadata, workflow.status
    return seconds_between(status.started_at or metadata.creation_timestamp, None, now)


def template_of(workflow: ListedWorkflow) -> str:
    """The template it was made from, or its cron workflow; "" for one submitted as it is."""
    ref, labels = workflow.spec.workflow_template_ref, workflow.metadata.labels
    if ref:
        return ref.name
    makers = ("workflow-template", "cluster-workflow-template", "cron-workflow")
    return next((name for each in makers if (name := labels.get(f"{LABEL}{each}"))), "")


def _message_token(workflow: ListedWorkflow) -> str:
    if workflow.trouble:
        return "warning"
    return "problem" if workflow.phase in ("Failed", "Error") else ""


def workflow_columns(
    *,
    ascii: bool = False,
    namespaces: bool = False,
    hidden: bool = False,
    archive: bool = False,
    left: Callable[[ListedWorkflow, datetime], float | None] | None = None,
) -> tuple[Column[Any], ...]:
    """The columns of the list of workflows; C.1 of ux.md part 2.

    `hidden` are those that are only shown where the settings name them; `archive` is whether some
    of them may be in an archive, `left` says how many seconds a run has still to go.
    """
    dash = ASCII_DASH if ascii else DASH
    phase, name, template = _what(ascii)
    namespace = (_namespace(),) if namespaces else ()
    return (
        phase,
        *((_archive(ascii),) if archive else ()),
        name,
        *namespace,
        template,
        *_progress(ascii),
        *_times(dash, left),
        _parameters(),
        *(_hidden() if hidden else ()),
        _message(),
    )


def _what(ascii: bool) -> tuple[Column[ListedWorkflow], ...]:
    return (
        Column(
            id="phase",
            depth=Depth.TABLE,
            title="",
            text=lambda w, now: workflow_icon(w, ascii=ascii),
            width=1,
            style=workflow_token,
            order=lambda w, now: TROUBLE_RANK if w.trouble else SORT_RANK.get(w.phase, 6),
            joined=True,
            keeps=True,
        ),
        Column(
            id="name",
            depth=Depth.TABLE,
            title="NAME",
            text=lambda w, now: w.metadata.name,
            width=20,
            least=12,
            grow=2,
            most=48,
            order=lambda w, now: w.metadata.name,
            cut="middle",
            keeps=True,
        ),
        Column(
            id="template",
            title="TEMPLATE",
            text=lambda w, now: template_of(w),
            width=16,
            least=8,
            most=32,
            order=lambda w, now: template_of(w) or None,
            cut="middle",
            drop=5,
        ),
    )


def _archive(ascii: bool) -> Column[ListedWorkflow]:
    sign = ASCII_ARCHIVE if ascii else ARCHIVE_ICON
    return Column(
        id="archive",
        depth=Depth.TABLE,
        title="",
        text=lambda w, now: sign if w.is_only_archived else "",
        width=1,
        style=lambda w: "muted",
        joined=True,
    )


def _namespace() -> Column[ListedWorkflow]:
    return Column(
        id="namespace",
        depth=Depth.TABLE,
        title="NAMESPACE",
        text=lambda w, now: w.metadata.namespace,
        width=14,
        least=9,
        order=lambda w, now: w.metadata.namespace,
        cut="middle",
        keeps=True,
    )


def _progress(ascii: bool) -> tuple[Column[ListedWorkflow], ...]:
    def bar_text(workflow: ListedWorkflow, now: datetime) -> str:
        """Of what runs alone: of what is over there is nothing to watch."""
        parts = progress.parse(workflow.status.progress) if workflow.phase == RUNNING else None
        return thin_bar(parts[0], parts[1], BAR, ascii=ascii) if parts else ""

    return (
        Column(
            id="bar",
            title="",
            text=bar_text,
            early=lambda w: None if w.phase == RUNNING else "",
            width=BAR,
            style=workflow_token,
            drop=4,
        ),
        Column(
            id="steps",
            title="STEPS",
            text=lambda w, now: w.status.progress,
            width=8,
            align="right",
            least=5,
            order=lambda w, now: _fraction(w),
        ),
    )


def _times(
    dash: str, left: Callable[[ListedWorkflow, datetime], float | None] | None
) -> tuple[Column[ListedWorkflow], ...]:
    return (
        Column(
            id="duration",
            title="DUR",
            text=lambda w, now: compact(workflow_seconds(w, now)) or dash,
            width=6,
            align="right",
            order=workflow_seconds,
            ticks=True,
            keeps=True,
            falls=True,
        ),
        *((_left(left),) if left is not None else ()),
        Column(
            id="age",
            depth=Depth.TABLE,
            title="AGE",
            text=lambda w, now: age_text(workflow_age(w, now)) or dash,
            width=4,
            align="right",
            order=workflow_age,
            ticks=True,
            keeps=True,
            drop=1,
        ),
    )


def _left(left: Callable[[ListedWorkflow, datetime], float | None]) -> Column[ListedWorkflow]:
    """Of what runs alone, so that it has no room where nothing does."""
    return Column(
        id="left",
        title="LEFT",
        text=lambda w, now: compact(left(w, now)),
        early=lambda w: None if w.phase == RUNNING else "",
        width=6,
        align="right",
        style=lambda w: "muted",
        order=left,
        ticks=True,
        drop=3,
    )


def _parameters() -> Column[ListedWorkflow]:
    return Column(
        id="parameters",
        title="PARAMETERS",
        text=_parameter_text,
        width=20,
        grow=2,
        most=60,
        style=lambda w: "muted",
        order=lambda w, now: _parameter_text(w, now) or None,
        drop=6,
    )


def _parameter_text(workflow: ListedWorkflow, now: datetime) -> str:
    given = workflow.spec.arguments.parameters
    return " ".join(f"{each.name}={each.value}" for each in given if each.value is not None)


def _hidden() -> tuple[Column[ListedWorkflow], ...]:
    return (
        Column(
            id="started",
            title="STARTED",
            text=lambda w, now: w.status.started_at or "",
            width=20,
            order=lambda w, now: w.status.started_at or None,
            drop=3,
        ),
        Column(
            id="finished",
            title="FINISHED",
            text=lambda w, now: w.status.finished_at or "",
            width=20,
            order=lambda w, now: w.status.finished_at or None,
            drop=3,
        ),
        Column(
            id="entrypoint",
            title="ENTRYPOINT",
            text=lambda w, now: w.spec.entrypoint,
            width=14,
            order=lambda w, now: w.spec.entrypoint or None,
            cut="middle",
            drop=3,
        ),
        Column(
            id="priority",
            title="PRIO",
            text=lambda w, now: str(w.spec.priority) if w.spec.priority is not None else "",
            width=4,
            align="right",
            order=lambda w, now: w.spec.priority,
            drop=3,
        ),
        Column(
            id="labels",
            title="LABELS",
            text=lambda w, now: _own_labels(w),
            width=20,
            grow=2,
            most=60,
            style=lambda w: "muted",
            order=lambda w, now: _own_labels(w) or None,
            drop=4,
        ),
    )


def _own_labels(workflow: ListedWorkflow) -> str:
    """Those that somebody gave it, without those of Argo."""
    labels = workflow.metadata.labels.items()
    return " ".join(f"{key}={value}" for key, value in labels if not key.startswith(LABEL))


def _message() -> Column[ListedWorkflow]:
    return Column(
        id="message",
        title="MESSAGE",
        text=lambda w, now: w.reason,
        early=_told_message,
        width=32,
        least=8,
        grow=3,
        style=_message_token,
        order=lambda w, now: w.reason or None,
    )


def _told_message(workflow: ListedWorkflow) -> str | None:
    """As the server's Table has it; that there is none says nothing of a step that failed."""
    return workflow.status.message or ("" if workflow.phase == SUCCEEDED else None)
