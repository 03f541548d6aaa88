"""The columns of our lists, as data: what each says, how wide it is, how it sorts, if it ticks.

Few columns have a style: each change of colour along a line is up to forty bytes on the wire.

A list widget, the column chooser and the sort keys all read these tuples, so a new column is one
entry here. Texts are as the cluster sent them; the widget that draws makes them printable.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, Literal, Protocol, TypeVar

from tui.domain.bars import progress_bar
from tui.domain.durations import seconds_between, short
from tui.domain.forest import TreeRow
from tui.domain.node import Node
from tui.domain.status import icon
from tui.domain.workflow import ListedWorkflow

T = TypeVar("T")

DASH = "–"
ASCII_DASH = "-"


def plain(item: object) -> str:
    """The style of a column that has none."""
    return ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Column(Generic[T]):
    """One column of a list."""

    id: str
    title: str
    text: Callable[[T, datetime], str]
    width: int
    """Cells it wants at least."""
    least: int = 0
    """Cells it can be squeezed to when nothing more can be dropped; 0 means `width`."""
    grow: int = 0
    """Its share of the cells that are left over."""
    style: Callable[[T], str] = plain
    """Name of a token (`tui.widgets.line_view.TOKENS`) or ""."""
    order: Callable[[T, datetime], Any] | None = None
    """What to sort by; None where sorting means nothing. A key of None stands last either way."""
    ticks: bool = False
    """Whether the text changes by time alone."""
    align: Literal["left", "right"] = "left"
    cut: Literal["end", "middle"] = "end"
    """Where a text that is too long is cut; names end in what tells them apart."""
    drop: int = 0
    """Columns of the highest number go first when it is narrow; 0 stays."""
    joined: bool = False
    """Drawn as one thing with the next column: cursor and panning keep them together."""

    @property
    def minimum(self) -> int:
        """The fewest cells it makes sense with."""
        return self.least or self.width


@dataclass(frozen=True, slots=True)
class Placed(Generic[T]):
    """A column and where it stands."""

    column: Column[T]
    x: int
    width: int


EARLY = 2
"""Columns with at least this `drop` go before any other is squeezed."""


def arrange(
    columns: Sequence[Column[T]], cells: int, *, gap: int = 1, wide: int = 0
) -> tuple[Placed[T], ...]:
    """Which columns are shown in so many cells, and where.

    With `wide` nothing is dropped or squeezed: growing columns get so many cells more, and the
    result may be wider than the screen.
    """
    shown = list(columns)
    if not wide:
        _drop(shown, cells, gap, least=False, until=EARLY)
        _drop(shown, cells, gap, least=True, until=1)
    widths = [column.width + (wide if wide and column.grow else 0) for column in shown]
    left = cells - _total(widths, gap)
    if left < 0 and not wide:
        for i in reversed(range(len(shown))):
            less = min(-left, widths[i] - shown[i].minimum)
            widths[i] -= less
            left += less
    shares = sum(column.grow for column in shown)
    for i, column in enumerate(shown):
        if left > 0 and column.grow:
            more = left * column.grow // shares
            widths[i] += more
            left -= more
            shares -= column.grow
    placed, x = [], 0
    for column, width in zip(shown, widths, strict=True):
        placed.append(Placed(column, x, width))
        x += width + gap
    return tuple(placed)


def _total(widths: Sequence[int], gap: int) -> int:
    return sum(widths) + gap * max(0, len(widths) - 1)


def _drop(shown: list[Column[T]], cells: int, gap: int, *, least: bool, until: int) -> None:
    def needed() -> int:
        return _total([c.minimum if least else c.width for c in shown], gap)

    while needed() > cells:
        droppable = [column for column in shown if column.drop >= until]
        if not droppable:
            return
        shown.remove(max(droppable, key=lambda column: column.drop))


# --- texts -----------------------------------------------------------------------------------


def compact(seconds: float | None) -> str:
    """A duration in at most six cells and two units: 4s, 6m10s, 1h12m, 3d4h, 45d."""
    if seconds is None:
        return ""
    whole = max(0, int(seconds))
    minutes, s = divmod(whole, 60)
    hours, m = divmod(minutes, 60)
    days, h = divmod(hours, 24)
    if days >= 10:
        return f"{days}d"
    if days:
        return f"{days}d{h}h" if h else f"{days}d"
    if hours:
        return f"{hours}h{m}m" if m else f"{hours}h"
    if minutes:
        return f"{minutes}m{s}s" if s else f"{minutes}m"
    return f"{s}s"


def memory(size: int) -> str:
    """Bytes as Kubernetes writes them, in at most five or six cells: 90Mi, 1.2Gi."""
    value, unit = float(size), ""
    for unit in ("", "Ki", "Mi", "Gi", "Ti", "Pi"):
        if value < 1024 or unit == "Pi":
            break
        value /= 1024
    return (
        f"{value:.1f}{unit}" if unit in ("Gi", "Ti", "Pi") and value < 10 else f"{value:.0f}{unit}"
    )


def cores(millis: int) -> str:
    """Cores: 0.12, 1.5, 118."""
    value = millis / 1000
    if value >= 100:
        return f"{value:.0f}"
    return f"{value:.1f}" if value >= 1 else f"{value:.2f}"


def phase_token(phase: str) -> str:
    """The token of a phase; unknown phases look like omitted ones."""
    known = ("Pending", "Running", "Succeeded", "Failed", "Error", "Skipped", "Omitted")
    return f"phase-{phase.lower()}" if phase in known else "phase-pending" if not phase else "muted"


# --- the list of workflows -------------------------------------------------------------------

SORT_RANK = {"Error": 0, "Failed": 1, "Running": 2, "Pending": 3, "": 4, "Succeeded": 5}


def is_suspended(workflow: ListedWorkflow) -> bool:
    """Whether it runs and is held by `spec.suspend` (argo.md 2.2)."""
    return workflow.phase == "Running" and workflow.spec.suspend is True


def workflow_icon(workflow: ListedWorkflow, *, ascii: bool = False) -> str:
    """One cell that says how it stands."""
    if is_suspended(workflow):
        return "=" if ascii else "‖"
    return icon(workflow.phase or "Pending", ascii=ascii)


def workflow_token(workflow: ListedWorkflow) -> str:
    """The token of a workflow's icon."""
    return "phase-suspended" if is_suspended(workflow) else phase_token(workflow.phase)


def progress_parts(progress: str) -> tuple[int, int] | None:
    """`37/40` as two numbers; None for anything that is not progress (argo.md 4.3)."""
    done, _, total = progress.partition("/")
    if not (done.isascii() and done.isdigit() and total.isascii() and total.isdigit()):
        return None
    return int(done), int(total)


def _fraction(workflow: ListedWorkflow) -> float | None:
    parts = progress_parts(workflow.status.progress)
    return parts[0] / parts[1] if parts and parts[1] else None


def workflow_seconds(workflow: ListedWorkflow, now: datetime) -> float | None:
    """How long it ran, or has run by now."""
    return seconds_between(workflow.status.started_at, workflow.status.finished_at, now)


def workflow_age(workflow: ListedWorkflow, now: datetime) -> float | None:
    """Since its creation."""
    return seconds_between(workflow.metadata.creation_timestamp, None, now)


def template_of(workflow: ListedWorkflow) -> str:
    """The template it was made from, or its cron workflow; "" for one submitted as it is."""
    ref = workflow.spec.workflow_template_ref
    return ref.name if ref else ""


def _message_token(workflow: ListedWorkflow) -> str:
    return "problem" if workflow.phase in ("Failed", "Error") else ""


def workflow_columns(*, ascii: bool = False, namespaces: bool = False) -> tuple[Column[Any], ...]:
    """The columns of the list of workflows; C.1 of ux.md part 2."""
    dash = ASCII_DASH if ascii else DASH

    def bar_text(workflow: ListedWorkflow, now: datetime) -> str:
        parts = progress_parts(workflow.status.progress)
        return progress_bar(parts[0], parts[1], 10, ascii=ascii) if parts else ""

    columns: list[Column[ListedWorkflow]] = [
        Column(
            id="phase",
            title="",
            text=lambda w, now: workflow_icon(w, ascii=ascii),
            width=1,
            style=workflow_token,
            order=lambda w, now: SORT_RANK.get(w.phase, 6),
            joined=True,
        ),
        Column(
            id="name",
            title="NAME",
            text=lambda w, now: w.metadata.name,
            width=20,
            least=12,
            grow=2,
            order=lambda w, now: w.metadata.name,
            cut="middle",
        ),
        Column(
            id="template",
            title="TEMPLATE",
            text=lambda w, now: template_of(w),
            width=16,
            order=lambda w, now: template_of(w) or None,
            cut="middle",
            drop=5,
        ),
        Column(
            id="bar",
            title="PROGRESS",
            text=bar_text,
            width=10,
            style=lambda w: "muted" if w.phase == "Succeeded" else workflow_token(w),
            order=lambda w, now: _fraction(w),
            drop=4,
        ),
        Column(
            id="steps",
            title="STEPS",
            text=lambda w, now: w.status.progress,
            width=8,
            order=lambda w, now: _fraction(w),
        ),
        Column(
            id="duration",
            title="DUR",
            text=lambda w, now: compact(workflow_seconds(w, now)) or dash,
            width=6,
            order=workflow_seconds,
            ticks=True,
        ),
        Column(
            id="age",
            title="AGE",
            text=lambda w, now: _age_text(workflow_age(w, now)) or dash,
            width=4,
            order=workflow_age,
            ticks=True,
            drop=1,
        ),
        Column(
            id="message",
            title="MESSAGE",
            text=lambda w, now: w.status.message,
            width=30,
            least=8,
            grow=3,
            style=_message_token,
            order=lambda w, now: w.status.message or None,
        ),
    ]
    if namespaces:
        columns.insert(
            2,
            Column(
                id="namespace",
                title="NAMESPACE",
                text=lambda w, now: w.metadata.namespace,
                width=14,
                least=9,
                order=lambda w, now: w.metadata.namespace,
                cut="middle",
            ),
        )
    return tuple(columns)


def _age_text(seconds: float | None) -> str:
    return "" if seconds is None else short(seconds)


WORKFLOW_COLUMNS = workflow_columns()


# --- the tree of steps -----------------------------------------------------------------------


class Usage(Protocol):
    """What a pod uses now, as `sources.base.PodUsage` says it."""

    @property
    def cpu_millis(self) -> int:
        """Thousandths of a core."""

    @property
    def memory_bytes(self) -> int:
        """Its working set."""


def node_seconds(node: Node, now: datetime) -> float | None:
    """How long a node ran, or has run by now; what was never executed has no duration."""
    if node.phase in ("", "Pending", "Skipped", "Omitted"):
        return None
    return seconds_between(node.started_at, node.finished_at, now)


def node_token(node: Node) -> str:
    """The token of a node's icon."""
    return "phase-suspended" if node.is_active_suspend else phase_token(node.phase)


def node_columns(
    *,
    pod: Callable[[Node], str],
    usage: Callable[[Node], Usage | None],
) -> tuple[Column[TreeRow], ...]:
    """The columns of the tree of steps, the first of them the tree itself; C.2 of ux.md part 2.

    A node does not know its pod's name or what that uses, so those are asked for.
    """

    def cpu(row: TreeRow, now: datetime) -> str:
        used = usage(row.node)
        return cores(used.cpu_millis) if used else ""

    def ram(row: TreeRow, now: datetime) -> str:
        used = usage(row.node)
        return memory(used.memory_bytes) if used else ""

    def message_token(row: TreeRow) -> str:
        return "problem" if row.node.is_problem else ""

    return (
        Column(
            id="step",
            title="STEP",
            text=lambda row, now: row.label,
            width=28,
            least=14,
            grow=3,
            cut="middle",
        ),
        Column(
            id="duration",
            title="DUR",
            text=lambda row, now: compact(node_seconds(row.node, now)),
            width=6,
            align="right",
            ticks=True,
        ),
        Column(id="cpu", title="CPU", text=cpu, width=5, align="right", drop=1),
        Column(id="memory", title="MEM", text=ram, width=6, align="right", drop=1),
        Column(
            id="message",
            title="MESSAGE",
            text=lambda row, now: row.node.message,
            width=24,
            least=8,
            grow=3,
            style=message_token,
        ),
        Column(
            id="template",
            title="TEMPLATE",
            text=lambda row, now: row.node.template,
            width=14,
            cut="middle",
            drop=5,
        ),
        Column(
            id="pod",
            title="POD",
            text=lambda row, now: pod(row.node),
            width=24,
            grow=1,
            cut="middle",
            drop=4,
        ),
    )
