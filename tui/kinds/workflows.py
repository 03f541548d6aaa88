"""Workflows: the runs."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING

import msgspec

from tui.columns.workflows import (
    is_suspended,
    template_of,
    workflow_age,
    workflow_columns,
    workflow_seconds,
    workflow_token,
)
from tui.domain import decode, trouble
from tui.domain.durations import before, parse_time
from tui.domain.identity import Depth
from tui.domain.node import COMPLETED_PHASES, ERROR, FAILED, PENDING, RUNNING, SUCCEEDED, Node
from tui.domain.order import LATEST, time_key
from tui.domain.query import (
    LABELS,
    NAME,
    NAMESPACE,
    NAMESPACE_ALIASES,
    Field,
    Fields,
    Query,
    nothing,
    spans_of,
)
from tui.domain.status import status_text
from tui.domain.table import TableRow, age_of
from tui.domain.workflow import (
    LABEL,
    WORKFLOW,
    WORKFLOW_RESOURCE,
    ListedStatus,
    ListedWorkflow,
    Manifest,
    Metadata,
    Workflow,
)
from tui.kinds.base import FailedLog, Glance, Kind, Look, Piece, Tally, Told

if TYPE_CHECKING:
    from tui.domain.archived import ArchiveQuery
    from tui.domain.logtargets import LogTarget


def newest(workflow: ListedWorkflow) -> str:
    """When it began, or was created where it has not begun.

    A Table of one namespace tells neither of what has not begun: its place is a guess until more of
    it is read.
    """
    begun = workflow.status.started_at or workflow.metadata.creation_timestamp
    return time_key(begun) or LATEST


def about(workflow: ListedWorkflow, now: datetime) -> list[Piece]:
    """Its phase and all of its message."""
    pieces = [(f"  {workflow.phase or PENDING}", workflow_token(workflow))]
    if workflow.reason:
        token = "problem" if workflow.phase in (FAILED, ERROR) else ""
        pieces.append((f": {workflow.reason}", "warning" if workflow.trouble else token))
    return pieces


def is_problem(workflow: ListedWorkflow) -> bool:
    """Whether it failed, or waits in trouble."""
    return has_failed(workflow) or bool(workflow.trouble)


def has_failed(workflow: ListedWorkflow) -> bool:
    """Whether it ended without success."""
    return workflow.phase in (FAILED, ERROR)


def glance(
    workflow: ListedWorkflow,
    known: Iterable[ListedWorkflow],
    *,
    said: str,
    ascii: bool,
) -> Callable[[datetime], Glance]:
    """What is told of the one under the cursor; `known` are those that are listed."""
    from tui.kinds.glance import glance_at  # what prints lists does not need it

    return glance_at(workflow, known, said=said, ascii=ascii)


def inside(manifest: Manifest, now: datetime, *, ascii: bool) -> list[Told]:
    """Its steps, problems first."""
    from tui.kinds.inside import steps  # a list does not wait for it

    return steps(manifest, now, ascii=ascii)


def failed_log(manifest: Manifest) -> tuple[Workflow, LogTarget] | None:
    """That of the step that failed first."""
    from tui.kinds.inside import log_of_failure

    return log_of_failure(manifest)


def begins_with(workflow: Workflow) -> tuple[Node | None, Node | None]:
    """The step that it hangs on; and that, or else what began last, for its log."""
    from tui.kinds.inside import began_last, hangs_on

    step = hangs_on(workflow)
    return step, step if step is not None and step.type == "Pod" else began_last(workflow)


IN_CLUSTER, IN_ARCHIVE = "cluster", "archive"
"""The texts of `in:`."""
TROUBLE, SUSPENDED = "Trouble", "Suspended"
"""What workflows are counted as, in place of their phase, that wait in trouble, and that run but
are held."""


def group(workflow: ListedWorkflow) -> str:
    """What it is counted as: its phase, or that it is in trouble or suspended."""
    if workflow.trouble:
        return TROUBLE
    return SUSPENDED if is_suspended(workflow) else workflow.phase or PENDING


# --- what the server's Table tells ---------------------------------------------------------------

SKEW = 5.0
"""Seconds that two answers may differ by in when something began: they were under way."""


class TabledWorkflow(ListedWorkflow, frozen=True):
    """A workflow of which only the Table's row is known."""

    cut_to: float = 0.0
    """It may have begun up to so many seconds before the time it is said to."""


def tabled(row: TableRow) -> TabledWorkflow:
    """A workflow as its printer columns tell it: its age is how long ago it began, cut off.

    Raises: InputError for a Table without a Status, which every list needs.
    """
    began, cut_to = _began(row.cell("age"), row.at)
    return TabledWorkflow(
        Metadata(
            name=row.name,
            namespace=row.namespace,
            uid=row.uid,
            resource_version=row.version,
            creation_timestamp=row.created or None,
            labels=dict(row.labels),
        ),
        status=ListedStatus(
            phase=row.needed("status"),
            started_at=began,
            message=row.cell("message"),
        ),
        cut_to=cut_to,
    )


@lru_cache(maxsize=4096)
def _began(age: str, at: datetime) -> tuple[str | None, float]:
    """When something of an age began, and how much earlier it may have been; thousands of rows
    share few ages."""
    known = age_of(age)
    if known is None:
        return None, 0.0
    began = before(at, timedelta(seconds=known.seconds))
    return f"{began:%Y-%m-%dT%H:%M:%SZ}", float(known.cut_to)


def renewed(known: ListedWorkflow, told: ListedWorkflow) -> ListedWorkflow:
    """What is known of a workflow, with the phase, beginning and message of a later Table.

    A beginning that is the known one as far as a Table tells stays as it is known.
    """
    status, later = known.status, told.status
    began = status.started_at if _began_together(known, told) else later.started_at
    if (status.phase, status.started_at, status.message) == (later.phase, began, later.message):
        return known
    is_over = later.phase in COMPLETED_PHASES
    has_turned = status.phase != later.phase
    now = msgspec.structs.replace(
        status,
        phase=later.phase,
        started_at=began,
        message=later.message,
        finished_at=status.finished_at if is_over and not has_turned else None,
        why="" if has_turned else status.why,
    )
    return msgspec.structs.replace(known, status=now)


def _began_together(known: ListedWorkflow, told: ListedWorkflow) -> bool:
    one, other = parse_time(known.status.started_at), parse_time(told.status.started_at)
    if one is None or other is None:
        return one is other
    cuts = (each.cut_to for each in (known, told) if isinstance(each, TabledWorkflow))
    return abs((one - other).total_seconds()) <= max(cuts, default=0.0) + SKEW


# --- the archive ---------------------------------------------------------------------------------


def kept(workflow: ListedWorkflow, /, *, is_read: bool = True) -> ListedWorkflow | None:
    """What the archive has of a run that has left the cluster."""
    from tui.domain.archived import kept

    return kept(workflow, is_read=is_read)


def archived_by(query: Query, now: datetime) -> Iterable[ArchiveQuery]:
    """What an archive is asked for by a filter."""
    from tui.kinds.archive import queries  # where there is none, nobody asks

    return queries(query, now)


def _places(workflow: ListedWorkflow) -> tuple[str, ...]:
    """Where it is: what is in both places is in each."""
    places = (IN_ARCHIVE,) if workflow.is_archived else ()
    return places if workflow.is_only_archived else (IN_CLUSTER, *places)


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


def _cron(workflow: ListedWorkflow) -> str:
    return workflow.metadata.labels.get(f"{LABEL}cron-workflow", "")


def _messages(workflow: ListedWorkflow) -> tuple[str, ...]:
    return (workflow.status.message, workflow.status.why)


def _troubles(workflow: ListedWorkflow) -> tuple[str, ...]:
    return (workflow.trouble,) if workflow.trouble else ()


def waits(workflow: ListedWorkflow) -> bool:
    """Whether it cannot begin, or a step of it cannot."""
    if workflow.is_completed:
        return False
    return workflow.phase in ("", PENDING) or bool(workflow.trouble)


def _is_trouble_told(workflow: ListedWorkflow) -> bool:
    """Of what is over, and of what the Table's message tells."""
    return workflow.is_completed or bool(workflow.trouble)


def _is_duration_told(workflow: ListedWorkflow) -> bool:
    """What runs has run since it began; when something ended the Table does not tell."""
    return workflow.phase == RUNNING and workflow.status.started_at is not None


def _parameters(workflow: ListedWorkflow) -> dict[str, str]:
    return {each.name: each.value or "" for each in workflow.spec.arguments.parameters}


def _parameter_texts(workflow: ListedWorkflow) -> tuple[str, ...]:
    found = _parameters(workflow)
    return (*found, *found.values())


PHASES = (
    PENDING,
    RUNNING,
    "Running (Suspended)",
    SUCCEEDED,
    FAILED,
    "Failed (Terminated)",
    ERROR,
    "Unknown",
)
"""All texts of `phase:`."""

FIELDS = Fields(
    {
        "name": NAME,
        "phase": Field(
            "pending, running, succeeded, failed, error",
            _phases,
            whole_word=True,
            known=PHASES,
            depth=Depth.TABLE,
            deeper=(
                ("Running (Suspended)", RUNNING),
                ("Failed (Terminated)", FAILED),
                ("Unknown", PENDING),
            ),
        ),
        "ns": NAMESPACE,
        "in": Field(
            "archive, or cluster: where it is",
            _places,
            whole_word=True,
            known=(IN_CLUSTER, IN_ARCHIVE),
            # Whatever a Table tells is in the cluster; that it is archived, too, shows once it is
            # read, and nobody wants all of a cluster read for that.
            depth=Depth.TABLE,
        ),
        "label": LABELS,
        "template": Field("the workflow template or cron workflow it came from", _templates),
        "message": Field("the message", _messages),
        "trouble": Field(
            f"{', '.join(trouble.KINDS)}: what it waits for in trouble; * is any",
            _troubles,
            early=_is_trouble_told,
        ),
        **spans_of(workflow_age),
        "duration": Field(
            ">10m: how long it ran, or has run by now",
            nothing,
            early=_is_duration_told,
            seconds=workflow_seconds,
        ),
        "param": Field("name=value of an argument", _parameter_texts, _parameters),
    },
    {**NAMESPACE_ALIASES, "status": "phase", "msg": "message", "tmpl": "template"},
)


def _left(look: Look) -> Callable[[ListedWorkflow, datetime], float | None]:
    """What says how many seconds a run has still to go; a list in which nothing runs loads none of
    it."""
    found: list[Callable[[ListedWorkflow, datetime], float | None]] = []

    def left(workflow: ListedWorkflow, now: datetime) -> float | None:
        if workflow.phase != RUNNING:
            return None
        if not found:
            from tui.kinds.runs import seconds_left

            found.append(seconds_left(look.known(WORKFLOW)))
        return found[0](workflow, now)

    return left


WORKFLOWS: Kind[ListedWorkflow, Workflow] = Kind(
    id=WORKFLOW,
    names=("workflow", "workflows"),
    resource=WORKFLOW_RESOURCE,
    noun="workflow",
    nouns="workflows",
    listed=decode.Skimmed,
    tabled=tabled,
    renewed=renewed,
    kept=kept,
    archived=archived_by,
    whole=decode.whole,
    columns=lambda look: workflow_columns(
        ascii=look.ascii,
        namespaces=look.namespaces,
        hidden=look.hidden,
        archive=look.archive,
        left=_left(look),
    ),
    fields=FIELDS,
    newest=newest,
    group=group,
    tallies=(
        Tally("run", "phase-running", frozenset({RUNNING})),
        Tally("wait", "phase-pending", frozenset({PENDING})),
        Tally("suspended", "phase-suspended", frozenset({SUSPENDED})),
        Tally("trouble", "trouble", frozenset({TROUBLE})),
        Tally("fail", "phase-failed", frozenset({FAILED, ERROR})),
    ),
    about=about,
    glance=glance,
    inside=inside,
    begins_with=begins_with,
    failed_log=FailedLog(has_failed, failed_log),
    is_problem=is_problem,
    waits=waits,
    problems="phase:failed|error|trouble:*",
    filters={
        "running": "phase:running",
        "failed-today": "phase:failed|error since:today",
        "in-trouble": "trouble:*",
        "over-an-hour": "phase:running duration:>1h",
        "waiting": "phase:pending",
        "failed": "phase:failed|error",
        "succeeded": "phase:succeeded",
    },
    groupings={"template": template_of, "cron": _cron},
    body="steps",
    argo="get",
    panes=("why", "summary", "logs", "artifacts", "inout", "events", "manifest"),
)
