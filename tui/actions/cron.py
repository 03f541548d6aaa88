"""Cron workflows: suspend and resume their schedule, and make up for what was missed (argo.md 5.9).

Argo backfills by a workflow that makes the others, which needs rights for it in the cluster, and an
image. Here each run is created by a call of its own: what was made is there to be seen, and nothing
goes on by itself after that.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from tui.actions import submit
from tui.actions.base import Action, Choice, Choices, Context, Plan, on_workflows
from tui.actions.definitions import CRON, command_for, key_in, operation_on, ref_in
from tui.actions.manifests import (
    OURS,
    Json,
    create,
    items,
    labels_of,
    name_of,
    part,
    rfc3339,
    with_labels,
)
from tui.actions.words import counted, saying
from tui.domain.cron import ScheduleError, earliest, read
from tui.domain.durations import parse_time
from tui.domain.identity import Target
from tui.domain.rights import Right
from tui.domain.workflow import LABEL, WORKFLOW_RESOURCE, Manifest
from tui.errors import PlanError, ValueLacking, ValueWrong
from tui.ports.operations import Create, Patch

PATCH_CRON = (Right("patch", WORKFLOW_RESOURCE.group, CRON.plural),)

# --- the schedule --------------------------------------------------------------------------------


def _plan_suspension(manifest: Manifest, *, suspend: bool) -> Plan:
    verb = "suspend" if suspend else "resume"
    name = name_of(manifest)
    is_so = bool(part(manifest, "spec").get("suspend")) is suspend
    lines: tuple[str, ...]
    if is_so:
        lines = (f"It is {'suspended' if suspend else 'not suspended'} already: nothing to do.",)
    elif suspend:
        lines = (
            "No workflow is made by its schedule until it is resumed; those that run go on.",
            "Times that pass meanwhile are missed: a backfill makes up for them.",
        )
    else:
        lines = (
            "Workflows are made by its schedule again.",
            "If it missed a time within its starting deadline, one is made at once.",
        )
    change = Patch(
        key=key_in(manifest, CRON),
        patch={"spec": {"suspend": suspend}},
        purpose=f"{verb} cron workflow {name}",
    )
    return Plan(
        action=f"cron.{verb}",
        title=f"{verb.capitalize()} {name}",
        lines=lines,
        operation=None if is_so else operation_on(f"cron.{verb}", manifest, [change], {}),
        command=command_for(verb, manifest),
        result={**manifest, "spec": {**part(manifest, "spec"), "suspend": suspend}},
        ref=ref_in(manifest),
    )


def plan_suspend(manifest: Manifest, choices: Choices, context: Context) -> Plan:
    """The plan of suspending its schedule."""
    return _plan_suspension(manifest, suspend=True)


def plan_resume(manifest: Manifest, choices: Choices, context: Context) -> Plan:
    """The plan of following its schedule again."""
    return _plan_suspension(manifest, suspend=False)


def suspend_refusal(cron: Any, target: Target) -> str | None:
    """Why its schedule cannot be suspended; None if it can."""
    return f"{cron.metadata.name} is suspended already." if cron.spec.suspend else None


def resume_refusal(cron: Any, target: Target) -> str | None:
    """Why its schedule cannot be resumed; None if it can."""
    return None if cron.spec.suspend else f"{cron.metadata.name} is not suspended."


# --- backfill ------------------------------------------------------------------------------------

MOST = 1000
"""Workflows that one backfill makes unless told otherwise."""
FIRST = 2**31 - 1
"""The priority of a backfill that runs one after the other (argo.md 5.9)."""
LONGEST = 242
"""Characters of a name before its generated end."""
LIMIT = 100_000
"""Times that are counted at most: nobody wants more workflows, and a span of years has millions."""


def times_between(
    spec: Json, start: datetime, end: datetime, *, created: datetime | None = None
) -> Iterable[datetime]:
    """When schedules are due after `start` and not after `end`, in UTC, in order.

    Raises: PlanError for a schedule that cannot be read.
    """
    lines = [str(line) for line in spec.get("schedules") or ()]
    lines += [str(spec["schedule"])] if spec.get("schedule") and not lines else []
    try:
        schedules = read(lines, str(spec.get("timezone") or ""))
    except ScheduleError as error:
        raise PlanError(str(error)) from error
    at: datetime | None = start
    while at is not None:
        at = earliest(schedules, at, created)
        if at is None or at > end:
            return
        yield at


def plan_backfill(manifest: Manifest, choices: Choices, context: Context) -> Plan:
    """The plan of a workflow for each time that was due between two moments."""
    name = name_of(manifest)
    start = _moment(choices.get("start"), "start", "From")
    if start is None:
        raise ValueLacking("start date should not be empty", "From")
    end = _moment(choices.get("end"), "end", "To") or context.now
    most = int(choices.get("max_workflow_count") or MOST)
    called = str(choices.get("name") or context.suffix or secrets.token_hex(3))
    spec = part(manifest, "spec")
    created = parse_time(part(manifest, "metadata").get("creationTimestamp"))
    times: list[datetime] = []
    for at in times_between(spec, start, end, created=created):
        times.append(at)
        if len(times) >= LIMIT:
            break
    if len(times) > most:
        more = " or more" if len(times) >= LIMIT else ""
        raise PlanError(
            f"{len(times)}{more} times between {rfc3339(start)} and {rfc3339(end)}, and at most "
            f"{most} workflows are made at once",
            hint="choose a shorter span, or another --maxworkflowcount",
        )
    is_parallel = bool(choices.get("parallel"))
    changes = [
        _run(manifest, at, called, choices, context, is_parallel=is_parallel) for at in times
    ]
    lines = (
        (
            f"Created: {counted(len(times), 'workflow')}, for {_span(times)}.",
            "All run at once."
            if is_parallel
            else "They run one after the other, before others that wait.",
            f"They belong to {name}, and are deleted with it.",
        )
        if times
        else (_nothing_due(start, end),)
    )
    return Plan(
        action=BACKFILL.id,
        title=f"Backfill {name}",
        lines=lines,
        sentence=lines[0],
        here=lines[1:],
        operation=operation_on(
            BACKFILL.id,
            manifest,
            changes,
            {"start": rfc3339(start), "end": rfc3339(end), "name": called},
            half_way="those that were made run; a backfill from the next time on makes the rest",
        )
        if changes
        else None,
        command=command_for(
            "backfill",
            manifest,
            _flags(choices, start, end, called),
            by=OURS if choices.get("parameters") else "argo",
        ),
        facts={"times": [rfc3339(at) for at in times]},
        ref=ref_in(manifest),
    )


def _nothing_due(start: datetime, end: datetime) -> str:
    """Why there is nothing to make up for."""
    first, last = rfc3339(start), rfc3339(end)
    if end < start:
        return f"To, {last}, is before From, {first}: nothing to do."
    return f"Nothing was due between {first} and {last}: nothing to do."


def _moment(value: Any, flag: str, field: str) -> datetime | None:
    """A time of the command line: RFC 3339, or a date alone. Raises: ValueWrong."""
    if value in (None, ""):
        return None
    if isinstance(value, datetime):
        return value
    text = str(value)
    found = parse_time(f"{text}T00:00:00Z" if len(text) == 10 else text)
    if found is None:
        found = _by_rfc1123(text)
    if found is None:
        raise ValueWrong(
            f"{text} is no time for the {flag}", field, hint="write it as 2026-01-15T00:00:00Z"
        )
    return found.astimezone(UTC)


def _by_rfc1123(text: str) -> datetime | None:
    """As argo's command line takes it: `Thu, 15 Jan 2026 00:00:00 UTC`."""
    try:
        return datetime.strptime(text, "%a, %d %b %Y %H:%M:%S %Z").replace(tzinfo=UTC)
    except ValueError:
        return None


def _span(times: list[datetime]) -> str:
    first, last = rfc3339(times[0]), rfc3339(times[-1])
    return first if len(times) == 1 else f"{first} to {last}"


def _run(
    manifest: Manifest,
    at: datetime,
    called: str,
    choices: Choices,
    context: Context,
    *,
    is_parallel: bool,
) -> Create:
    argument = str(choices.get("argname") or "cronScheduleTime")
    prefix = f"{name_of(manifest)}-backfill-{called.lower()}"[:LONGEST]
    given = (*(choices.get("parameters") or ()), f"{argument}={_go_time(at)}")
    wanted = {
        "parameters": given,
        "scheduled_time": rfc3339(at),
        "generate_name": f"{prefix}-",
        "dry_run": True,  # the changes are made here
    }
    made = dict(submit.plan({**manifest, "kind": CRON.kind}, wanted, context).result or {})
    made = dict(with_labels(made, {**labels_of(made), f"{LABEL}backfill": name_of(manifest)}))
    if not is_parallel:
        spec = part(made, "spec")
        locks = part(spec, "synchronization")
        mutexes = [*items(locks, "mutexes"), {"name": called.lower()}]
        made["spec"] = {
            **spec,
            "priority": FIRST,
            "synchronization": {**locks, "mutexes": mutexes},
        }
    namespace = str(part(manifest, "metadata").get("namespace") or "default")
    return create(made, namespace, f"create the run of {rfc3339(at)}")


def _go_time(at: datetime) -> str:
    """A time as Go prints it, which is what argo gives to each run."""
    return f"{at.astimezone(UTC):%Y-%m-%d %H:%M:%S} +0000 UTC"


def _flags(choices: Choices, start: datetime, end: datetime, called: str) -> Iterable[str]:
    written = "%a, %d %b %Y %H:%M:%S UTC"
    yield from ("--start", f"{start:{written}}", "--end", f"{end.astimezone(UTC):{written}}")
    yield from ("--name", called)
    if choices.get("argname"):
        yield from ("--argname", str(choices["argname"]))
    if choices.get("parallel"):
        yield "--parallel"
    if choices.get("max_workflow_count", MOST) != MOST:
        yield from ("--maxworkflowcount", str(choices["max_workflow_count"]))
    for parameter in choices.get("parameters") or ():
        yield from ("-p", parameter)


SUSPEND = Action(
    id="cron.suspend",
    kinds=frozenset({CRON.id}),
    binding="act.suspend",
    label="Suspend",
    help="Make no workflows by its schedule.",
    consequence="reversible",
    refusal=suspend_refusal,
    plan=plan_suspend,
    rights=PATCH_CRON,
    said=saying("Suspended"),
)
RESUME = Action(
    id="cron.resume",
    kinds=frozenset({CRON.id}),
    binding="act.suspend",
    label="Resume",
    help="Make workflows by its schedule again.",
    consequence="reversible",
    refusal=resume_refusal,
    plan=plan_resume,
    rights=PATCH_CRON,
    said=saying("Resumed"),
)
BACKFILL = Action(
    id="cron.backfill",
    kinds=frozenset({CRON.id}),
    label="Backfill",
    help="Make a workflow for each time that was due in a span.",
    consequence="runs",
    plan=plan_backfill,
    rights=on_workflows("create"),
    form=(
        Choice("start", "From", kind="text", default="", help="2026-01-15 or 2026-01-15T06:00:00Z"),
        Choice("end", "To", kind="text", default="", help="Empty for now."),
        Choice("parallel", "All at once", help="Else one after the other."),
        Choice("parameters", "Parameters", kind="parameters", default=()),
    ),
    said=saying("Backfilled, the last as"),
)
