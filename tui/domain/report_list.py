"""The text of `argo list`, byte for byte (argo.md 2.8), and of `kubectl get workflows`."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from tui.domain.durations import age, before, between, parse_time, short
from tui.domain.node import RUNNING
from tui.domain.selectors import LabelSelector, Requirement
from tui.domain.status import status_text
from tui.domain.table import TableRow, age_text
from tui.domain.tabwriter import aligned
from tui.domain.text import clean, clean_lines
from tui.domain.workflow import LABEL, ListedWorkflow, Workflow
from tui.errors import UsageError

NONE_FOUND = "No workflows found"
MANY = 100
"""With more workflows than this, Argo suggests deleting some."""

LONGEST_VALUE, FIRST_PART, LAST_PART = 50, 32, 15

_LONE_BYTE = re.compile("[\udc80-\udcff]")
_SPAN = re.compile(r"([0-9]+)([smhd])")
_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400}


@dataclass(frozen=True, slots=True)
class ListFilter:
    """Which workflows to list, as the flags of `argo list` say."""

    status: tuple[str, ...] = ()
    running: bool = False
    completed: bool = False
    resubmitted: bool = False
    labels: str = ""
    prefix: str = ""
    since: str = ""
    older: str = ""


def label_selector(filter: ListFilter) -> LabelSelector:
    """The label selector for the API: `-l`, and the flags that stand for labels.

    Raises: UsageError for flags that contradict each other or cannot be read.
    """
    if filter.completed and filter.running:
        raise UsageError("--completed and --running cannot be used together")
    found = list(LabelSelector.parse(filter.labels).requirements)
    if filter.status:
        found.append(Requirement(f"{LABEL}phase", "in", frozenset(filter.status)))
    if filter.completed:
        found.append(Requirement(f"{LABEL}completed", "=", frozenset(("true",))))
    if filter.running:
        found.append(Requirement(f"{LABEL}completed", "!=", frozenset(("true",))))
    if filter.resubmitted:
        found.append(Requirement(f"{LABEL}resubmitted-from-workflow", "exists"))
    return LabelSelector(tuple(found))


def filtered(
    workflows: Sequence[ListedWorkflow], filter: ListFilter, now: datetime
) -> list[ListedWorkflow]:
    """The workflows that match the flags for which the API has no selector: prefix and times."""
    since = before(now, span(filter.since)) if filter.since else None
    older = before(now, span(filter.older)) if filter.older else None
    return [
        workflow
        for workflow in workflows
        if workflow.metadata.name.startswith(filter.prefix)
        and _after(workflow.metadata.creation_timestamp, since)
        and _before(workflow.status.finished_at, older)
    ]


def span(text: str) -> timedelta:
    """A duration: `90s`, `5m`, `2h`, `10d`. Raises: UsageError in Argo's words."""
    found = _SPAN.fullmatch(text)
    if found is None:
        raise UsageError(
            f"unable to parse duration '{text}'", hint="write a number and s, m, h or d, as in 2h"
        )
    try:
        return timedelta(seconds=int(found[1]) * _UNITS[found[2]])
    except (OverflowError, ValueError) as error:
        raise UsageError(f"duration '{text}' is too long") from error


def _after(text: str | None, limit: datetime | None) -> bool:
    if limit is None:
        return True
    moment = parse_time(text)
    return moment is not None and moment > limit


def _before(text: str | None, limit: datetime | None) -> bool:
    if limit is None:
        return True
    moment = parse_time(text)
    return moment is not None and moment < limit


def report(
    workflows: Sequence[ListedWorkflow],
    now: datetime,
    *,
    wide: bool = False,
    namespaces: bool = False,
    headers: bool = True,
    contexts: Sequence[str] = (),
    uids: bool = False,
) -> Iterator[str]:
    """The lines of the table, with the workflows in the given order.

    `contexts` has that of each workflow, where they are of several clusters; `uids` asks for a
    column of those.
    """
    if not workflows:
        yield NONE_FOUND
        return
    lines = _table(workflows, now, wide, namespaces, headers)
    if uids:
        cells = [*(["UID"] if headers else []), *(clean_lines(w.metadata.uid) for w in workflows)]
        lines = (f"{line}\t{cell}" for line, cell in zip(lines, cells, strict=True))
    yield from aligned(with_contexts(lines, contexts, headers=headers), 3)
    yield from _nudge(workflows)


def _table(
    workflows: Sequence[ListedWorkflow], now: datetime, wide: bool, namespaces: bool, headers: bool
) -> Iterator[str]:
    if headers:
        titles = ["NAME", "STATUS", "AGE", "DURATION", "PRIORITY", "MESSAGE"]
        if namespaces:
            titles.insert(0, "NAMESPACE")
        if wide:
            titles += ["P/R/C", "PARAMETERS"]
        yield "\t".join(titles)
    for workflow in workflows:
        yield "\t".join(_cells(workflow, now, wide, namespaces))


def _cells(workflow: ListedWorkflow, now: datetime, wide: bool, namespaces: bool) -> list[str]:
    metadata, status = workflow.metadata, workflow.status
    took = between(parse_time(status.started_at), parse_time(status.finished_at), now)
    cells = [
        clean_lines(metadata.name),
        clean_lines(status_text(workflow)),
        age(metadata.creation_timestamp, now),
        short(took.total_seconds()),
        str(workflow.spec.priority or 0),
        clean_lines(status.message),
    ]
    if namespaces:
        cells.insert(0, clean_lines(metadata.namespace))
    if wide:
        cells += [pod_counts(workflow), clean_lines(parameters(workflow))]
    return cells


def pod_counts(workflow: ListedWorkflow) -> str:
    """Pods pending, running and completed: `1/2/3`."""
    pending = running = completed = 0
    nodes = workflow.nodes if isinstance(workflow, Workflow) else {}
    for node in nodes.values():
        if node.type != "Pod":
            continue
        if node.is_fulfilled:
            completed += 1
        elif node.phase == RUNNING:
            running += 1
        else:
            pending += 1
    return f"{pending}/{running}/{completed}"


def parameters(workflow: ListedWorkflow) -> str:
    """`name=value,…`, long values with their middle left out."""
    return ",".join(
        f"{parameter.name}={_shortened(parameter.value)}"
        for parameter in workflow.spec.arguments.parameters
        if parameter.value is not None
    )


def _shortened(value: str) -> str:
    data = value.encode("utf-8", "replace")
    if len(data) <= LONGEST_VALUE:
        return value
    cut = data[:FIRST_PART] + b"..." + data[-LAST_PART:]
    # Every byte of a character that was cut through counts by itself, as in Go.
    return _LONE_BYTE.sub("\ufffd", cut.decode("utf-8", "surrogateescape"))


def _nudge(workflows: Sequence[ListedWorkflow]) -> Iterator[str]:
    completed = sum(workflow.is_completed for workflow in workflows)
    incomplete = len(workflows) - completed
    counts = [
        f"{count} {name}"
        for count, name in ((incomplete, "incomplete"), (completed, "completed"))
        if count > MANY
    ]
    if counts:
        yield ""
        yield (
            f"You have at least {' and '.join(counts)} workflows. "
            "Reducing the total number of workflows will reduce your costs."
        )
        yield ("Learn more at https://argo-workflows.readthedocs.io/en/latest/cost-optimisation/")


# --- what the server's Table has -----------------------------------------------------------------

BRIEF = ("name", "status", "age", "message")
"""The columns of Argo's CRD that kubectl prints."""

NARROWEST, BLANKS = 6, 3
"""Characters of a column at least, and blanks after its widest cell, as kubectl aligns them."""

_BREAK = re.compile(r"[\f\n\r]")


def with_contexts(lines: Iterable[str], contexts: Sequence[str], *, headers: bool) -> Iterator[str]:
    """Lines of a table, headers first if there are any, with the context of each in front."""
    if not contexts:
        return iter(lines)
    cells = [*(["CONTEXT"] if headers else []), *map(clean_lines, contexts)]
    return (f"{cell}\t{line}" for cell, line in zip(cells, lines, strict=True))


def brief(
    rows: Sequence[TableRow],
    *,
    namespaces: bool = False,
    headers: bool = True,
    contexts: Sequence[str] = (),
) -> Iterator[str]:
    """The lines that kubectl prints of the rows of a Table, in their order; `contexts` as in
    `report`."""
    if not rows:
        yield NONE_FOUND
        return
    lines = ["\t".join(_brief_cells(row, namespaces)) for row in rows]
    if headers:
        titles = ("namespace", *BRIEF) if namespaces else BRIEF
        lines.insert(0, "\t".join(titles).upper())
    told = with_contexts(lines, contexts, headers=headers)
    yield from aligned(told, BLANKS, narrowest=NARROWEST)


def _brief_cells(row: TableRow, namespaces: bool) -> list[str]:
    cells = [row.name, *(row.cells.get(column, "") for column in BRIEF[1:])]
    if namespaces:
        cells.insert(0, row.namespace)
    return [_first_line(cell) for cell in cells]


def _first_line(cell: str) -> str:
    found = _BREAK.search(cell)
    return clean(cell) if found is None else f"{clean(cell[: found.start()])}..."


def table_row(workflow: ListedWorkflow, now: datetime) -> TableRow:
    """The row that a server would make of a workflow."""
    metadata, status = workflow.metadata, workflow.status
    begun = parse_time(status.started_at)
    cells = {
        "name": metadata.name,
        "status": status.phase,
        "age": "" if begun is None else age_text((now - begun).total_seconds()),
        "message": status.message,
    }
    return TableRow(metadata.namespace, metadata.name, cells, now)
