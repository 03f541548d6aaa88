"""Cron workflows: what makes workflows by the clock (argo.md 1.10)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from typing import Any

from tui.columns.base import Column
from tui.columns.words import age_text, compact
from tui.columns.workflows import ASCII_DASH, DASH
from tui.domain.cron import ScheduleError, next_run
from tui.domain.decode import whole_reader
from tui.domain.durations import parse_time, seconds_between
from tui.domain.node import Wire
from tui.domain.order import time_key
from tui.domain.query import (
    LABELS,
    NAME,
    NAMESPACE,
    NAMESPACE_ALIASES,
    Field,
    Fields,
    age_of,
    spans_of,
)
from tui.domain.resource import Resource
from tui.domain.status import ASCII_TROUBLE, SUSPEND_ICON, TROUBLE_ICON
from tui.domain.workflow import LABEL, WORKFLOW, Condition, Metadata, Spec
from tui.kinds.base import Fact, Kind, Look, Piece, Runs, Tally
from tui.kinds.runs import age_column, named_columns, runs_columns

STOPPED = "Stopped"
SUBMISSION_ERROR = "SubmissionError"
MADE_BY = f"{LABEL}cron-workflow"
RUNS = Runs(WORKFLOW, MADE_BY)
NOT_AVAILABLE = "N/A"
NEVER = "never"
"""When it runs next that is suspended or was stopped, in its list and on its screen."""


class ActiveRun(Wire, frozen=True):
    """A workflow that it made and that is not over."""

    name: str = ""
    namespace: str = ""


class CronSpec(Wire, frozen=True):
    """`spec`, as far as a list shows it."""

    schedule: str = ""
    """What versions before 4.0 have instead of `schedules`."""
    schedules: tuple[str, ...] = ()
    timezone: str = ""
    suspend: bool | None = None
    concurrency_policy: str = ""
    starting_deadline_seconds: int | None = None
    successful_jobs_history_limit: int | None = None
    failed_jobs_history_limit: int | None = None
    when: str = ""

    @property
    def lines(self) -> tuple[str, ...]:
        """All its schedules."""
        return self.schedules or ((self.schedule,) if self.schedule else ())


class CronStatus(Wire, frozen=True):
    """`status`."""

    active: tuple[ActiveRun, ...] = ()
    last_scheduled_time: str | None = None
    conditions: tuple[Condition, ...] = ()
    succeeded: int = 0
    failed: int = 0
    phase: str = ""


class ListedCron(Wire, frozen=True):
    """A cron workflow as a list shows it."""

    metadata: Metadata = Metadata()
    spec: CronSpec = CronSpec()
    status: CronStatus = CronStatus()


class WholeCronSpec(CronSpec, frozen=True):
    """`spec`, as far as its own screen shows it."""

    workflow_spec: Spec = Spec()
    stop_strategy: dict[str, Any] | None = None


class CronWorkflow(ListedCron, frozen=True):
    """A cron workflow with everything that is shown of it."""

    spec: WholeCronSpec = WholeCronSpec()


def is_stopped(cron: ListedCron) -> bool:
    """Whether its stop strategy ended it."""
    return cron.status.phase == STOPPED


def due(cron: ListedCron, now: datetime) -> datetime | None:
    """When it runs next; None for never, as far as is known. Raises: ScheduleError."""
    return next_run(
        cron.spec.lines,
        cron.spec.timezone,
        now,
        since=parse_time(cron.metadata.creation_timestamp),
        suspended=bool(cron.spec.suspend) or is_stopped(cron),
    )


def trouble(cron: ListedCron) -> str:
    """Why it makes no workflows, or the last could not be made; "" if nothing is wrong."""
    for condition in cron.status.conditions:
        if condition.type == SUBMISSION_ERROR and condition.status == "True":
            return condition.message or SUBMISSION_ERROR
    try:
        # What is wrong with a schedule is so at any time.
        next_run(cron.spec.lines, cron.spec.timezone, _ANY_TIME)
    except ScheduleError as error:
        return str(error)
    return ""


_ANY_TIME = datetime.fromisoformat("2026-01-01T00:00:00+00:00")


def group(cron: ListedCron) -> str:
    """What it is counted by."""
    if trouble(cron):
        return "Failing"
    if is_stopped(cron):
        return STOPPED
    return "Suspended" if cron.spec.suspend else "Scheduled"


def _own_sign(cron: ListedCron, *, ascii: bool = False) -> tuple[str, str] | None:
    """Sign and token of one that makes no workflows; None for the others."""
    if trouble(cron):
        return ASCII_TROUBLE if ascii else TROUBLE_ICON, "trouble"
    if cron.spec.suspend or is_stopped(cron):
        return "=" if ascii else SUSPEND_ICON, "phase-suspended"
    return None


def about(cron: ListedCron, now: datetime) -> list[Piece]:
    """How it stands, and why if something is wrong; when it runs, of which a list shows no more
    than the begin."""
    wrong, spec = trouble(cron), cron.spec
    pieces: list[Piece] = [(f"  {group(cron)}", own[1] if (own := _own_sign(cron)) else "")]
    if wrong:
        pieces.append((f": {wrong}", "problem"))
    if spec.lines:
        when = ", ".join(spec.lines)
        pieces.append((f"  {when}{f' {spec.timezone}' if spec.timezone else ''}", "muted"))
    return pieces


# --- its list ------------------------------------------------------------------------------------


def seconds_until(cron: ListedCron, now: datetime) -> float | None:
    """Until it runs next; None for never, and where its schedule cannot be read."""
    try:
        at = due(cron, now)
    except ScheduleError:
        return None
    return (at - now).total_seconds() if at is not None else None


def columns(look: Look) -> tuple[Column[Any], ...]:
    """Those of `argo cron list` (argo.md 5.9), how the last run went, and how many are active."""
    dash = ASCII_DASH if look.ascii else DASH
    phase, _, _ = runs_columns(look, RUNS)
    return (
        _sign(look, phase),
        *named_columns(look),
        age_column(look),
        Column(
            id="last-run",
            title="LAST RUN",
            text=lambda cron, now: age_text(_since_last(cron, now)) or dash,
            width=8,
            align="right",
            order=_since_last,
            ticks=True,
            keeps=True,
        ),
        Column(
            id="next-run",
            title="NEXT RUN",
            text=lambda cron, now: _until_next(cron, now) or dash,
            width=8,
            align="right",
            order=seconds_until,
            ticks=True,
            keeps=True,
        ),
        Column(
            id="active",
            title="ACTIVE",
            text=lambda cron, now: str(len(cron.status.active) or dash),
            width=6,
            align="right",
            order=lambda cron, now: len(cron.status.active) or None,
        ),
        Column(
            id="schedules",
            title="SCHEDULES",
            text=lambda cron, now: ", ".join(cron.spec.lines),
            width=16,
            grow=2,
            most=48,
            order=lambda cron, now: ", ".join(cron.spec.lines) or None,
        ),
        Column(
            id="timezone",
            title="TIMEZONE",
            text=lambda cron, now: cron.spec.timezone,
            width=14,
            order=lambda cron, now: cron.spec.timezone or None,
            drop=2,
        ),
        Column(
            id="suspended",
            title="SUSPENDED",
            text=lambda cron, now: "yes" if cron.spec.suspend else "",
            width=9,
            style=lambda cron: "phase-suspended" if cron.spec.suspend else "",
            order=lambda cron, now: not cron.spec.suspend,
            drop=1,
        ),
        Column(
            id="message",
            title="MESSAGE",
            text=lambda cron, now: trouble(cron),
            width=16,
            least=8,
            grow=3,
            style=lambda cron: "problem",
            order=lambda cron, now: trouble(cron) or None,
            drop=3,
        ),
    )


def _sign(look: Look, of_last: Column[Any]) -> Column[Any]:
    """How its last run went, unless it makes none: then that."""

    def text(cron: ListedCron, now: datetime) -> str:
        sign = _own_sign(cron, ascii=look.ascii)
        return sign[0] if sign is not None else of_last.text(cron, now)

    def style(cron: ListedCron) -> str:
        sign = _own_sign(cron, ascii=look.ascii)
        return sign[1] if sign is not None else of_last.style(cron)

    return replace(of_last, text=text, style=style)


def _until_next(cron: ListedCron, now: datetime) -> str:
    """How long until it runs next; that it never does, as its own screen says it."""
    try:
        at = due(cron, now)
    except ScheduleError:
        return ""
    return age_text((at - now).total_seconds()) if at is not None else NEVER


def _since_last(cron: ListedCron, now: datetime) -> float | None:
    return seconds_between(cron.status.last_scheduled_time, None, now)


# --- its own screen ------------------------------------------------------------------------------


def facts(cron: CronWorkflow, now: datetime) -> Iterable[Fact]:
    """What `argo cron get` prints (argo.md 5.9), and why it does not run if it does not."""
    spec, status, metadata = cron.spec, cron.status, cron.metadata
    yield "name", metadata.name
    yield "namespace", metadata.namespace
    yield "created", metadata.creation_timestamp or NOT_AVAILABLE
    wrong = trouble(cron)
    if wrong:
        yield "problem", wrong
    yield "", ""
    for line in spec.lines or ("(none)",):
        yield "schedule", line
    yield "timezone", spec.timezone or "(that of the controller, UTC as a rule)"
    yield "suspended", "yes" if spec.suspend else "no"
    if is_stopped(cron):
        yield "stopped", "by its stop strategy"
    yield "last run", _moment_and_age(cron, now)
    yield "next run", _next_and_wait(cron, now)
    yield "", ""
    yield "active", ", ".join(run.name for run in status.active) or "none"
    if status.succeeded or status.failed:
        yield "ended", f"{status.succeeded} succeeded, {status.failed} failed"
    for name, value in (
        ("concurrency", spec.concurrency_policy),
        ("deadline", _seconds(spec.starting_deadline_seconds)),
        ("keeps", _kept(spec)),
        ("when", spec.when),
        ("stops when", str((spec.stop_strategy or {}).get("expression") or "")),
    ):
        if value:
            yield name, value
    for parameter in spec.workflow_spec.arguments.parameters:
        yield f"parameter {parameter.name}", parameter.value or parameter.default or "(not set)"


def _moment_and_age(cron: ListedCron, now: datetime) -> str:
    at, seconds = cron.status.last_scheduled_time, _since_last(cron, now)
    return f"{at} ({compact(seconds)} ago)" if at and seconds is not None else NOT_AVAILABLE


def _next_and_wait(cron: ListedCron, now: datetime) -> str:
    try:
        at = due(cron, now)
    except ScheduleError:
        return NOT_AVAILABLE
    if at is None:
        return NEVER
    return f"{at:%Y-%m-%dT%H:%M:%SZ} (in {compact((at - now).total_seconds())})"


def _seconds(seconds: int | None) -> str:
    return f"{seconds}s after its time" if seconds is not None else ""


def _kept(spec: CronSpec) -> str:
    limits = (
        (spec.successful_jobs_history_limit, "succeeded"),
        (spec.failed_jobs_history_limit, "failed"),
    )
    return ", ".join(f"{limit} {word}" for limit, word in limits if limit is not None)


# --- the kind ------------------------------------------------------------------------------------

FIELDS = Fields(
    {
        "name": NAME,
        "ns": NAMESPACE,
        "label": LABELS,
        "phase": Field(
            "scheduled, suspended, stopped, failing",
            lambda cron: (group(cron),),
            whole_word=True,
            known=("Scheduled", "Suspended", STOPPED, "Failing"),
        ),
        "schedule": Field("the schedules", lambda cron: cron.spec.lines),
        "message": Field("what is wrong", lambda cron: (trouble(cron),)),
        **spans_of(age_of),
    },
    {**NAMESPACE_ALIASES, "status": "phase", "msg": "message"},
)

CRON_WORKFLOWS: Kind[ListedCron, CronWorkflow] = Kind(
    id="cron",
    names=("cwf", "cronwf", "cronworkflow", "cronworkflows", "crons"),
    resource=Resource("argoproj.io", "v1alpha1", "cronworkflows", "CronWorkflow"),
    noun="cron workflow",
    nouns="cron workflows",
    listed=ListedCron,
    whole=whole_reader(CronWorkflow),
    columns=columns,
    fields=FIELDS,
    newest=lambda cron: time_key(cron.metadata.creation_timestamp) or "9",
    group=group,
    tallies=(
        Tally("suspended", "phase-suspended", frozenset({"Suspended"})),
        Tally("stopped", "muted", frozenset({STOPPED})),
        Tally("failing", "phase-failed", frozenset({"Failing"})),
    ),
    about=about,
    is_problem=lambda cron: bool(trouble(cron)),
    problems="phase:failing",
    argo="cron get",
    panes=("cron-why", "facts", "runs", "manifest"),
    facts=facts,
    runs=RUNS,
    related=(RUNS.list_id,),
)
