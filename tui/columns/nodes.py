"""The columns of the tree of steps, as data: `NODE_COLUMNS`.

Another column is another entry: what it says of a step, and when it is there. What a node does not
know by itself, its pod or what that uses, a column asks the look for (`StepLook`).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal, NamedTuple, Protocol

from tui.columns.base import Column
from tui.columns.words import compact, phase_token
from tui.domain.durations import epoch_of, seconds_between
from tui.domain.forest import TreeRow
from tui.domain.node import OMITTED, RUNNING, SKIPPED, SUCCEEDED, Node
from tui.domain.quantity import cores, memory
from tui.domain.usual import Usual, span_of
from tui.registry import Registry


class Usage(Protocol):
    """What a pod uses now, as `ports.PodUsage` says it."""

    @property
    def cpu_millis(self) -> int:
        """Thousandths of a core."""

    @property
    def memory_bytes(self) -> int:
        """Its working set."""


class Figures(NamedTuple):
    """What a step, or all that runs in it, uses of the cluster; None where that is not known.

    CPU is in thousandths of a core, memory in bytes.
    """

    cpu: int | None = None
    """Now."""
    memory: int | None = None
    cpu_peak: int | None = None
    """The most that was seen of it."""
    memory_peak: int | None = None
    cpu_limit: int | None = None
    memory_limit: int | None = None
    is_near_limit: bool = False
    """Whether it came so near to a limit that somebody should know."""


def together(parts: Sequence[Figures]) -> Figures:
    """What several steps use, and the highest peak of one of them beside its own limit."""
    cpu = [each.cpu for each in parts if each.cpu is not None]
    used = [each.memory for each in parts if each.memory is not None]
    highest = max(parts, key=lambda each: each.memory_peak or -1)
    return highest._replace(
        cpu=sum(cpu) if cpu else None,
        memory=sum(used) if used else None,
        is_near_limit=any(each.is_near_limit for each in parts),
    )


def nothing_used(node: Node) -> Figures | None:
    """Of no step is anything known."""
    return None


def nothing_usual(node: Node) -> Usual | None:
    """Of no step is anything known."""
    return None


@dataclass(frozen=True, slots=True, kw_only=True)
class StepLook:
    """What columns are told besides the row."""

    ascii: bool = False
    pod: Callable[[Node], str] = lambda node: ""
    """The name of a node's pod; "" for none."""
    used: Callable[[Node], Figures | None] = nothing_used
    """What a node uses of the cluster, as far as anybody measures it."""
    cost: Callable[[Node], str] = lambda node: ""
    """What a node costs so far; "" where the settings have no prices."""
    usual: Callable[[Node], Usual | None] = nothing_usual
    """How long a node took in earlier runs, as far as they are known."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NodeColumn:
    """A column of the tree, and when it is there."""

    id: str
    title: str
    """What a menu calls it."""
    make: Callable[[StepLook], Column[TreeRow]]
    shown: Literal["always", "known", "wide", "chosen"] = "always"
    """Always; while something is known for it; in wide mode alone; or where it is chosen."""


def node_seconds(node: Node, now: datetime) -> float | None:
    """How long a node ran, or has run by now; what was never executed has no duration."""
    if node.phase in ("", "Pending", "Skipped", "Omitted"):
        return None
    return seconds_between(node.started_at, node.finished_at, now)


def node_token(node: Node) -> str:
    """The token of a node's icon."""
    return "phase-suspended" if node.is_active_suspend else phase_token(node.phase)


def said_of(row: TreeRow) -> str:
    """What a step says, beside its label; of a fan-out, how long its items took."""
    return row.node.message or next(iter(spread_of(row)), "")


def spread_of(row: TreeRow) -> tuple[str, ...]:
    """How long the items of a fan-out took, the longest words first; none where few are over."""
    spread = row.fan.spread if row.fan is not None else None
    if spread is None or spread.runs < 2:
        return ()
    low, high, median = map(compact, (spread.low, spread.high, spread.median))
    if low == high:
        return (f"{low} each", low)
    return (f"{low}..{high}, median {median}", f"{low}..{high}", f"~{median}")


DURATION, STARTED = "duration", "started"
"""Ids of the columns that say how long a step took, and when it began."""
STEP, TIMELINE, MESSAGE = "step", "timeline", "message"
"""Ids of the column with the tree itself, and of that with the bars of the steps, which the tree
draws itself; and of that with the messages, which else stand beside the labels."""


MEMORY, PEAK = "memory", "peak"
"""Ids of the columns with the memory that is used now, and the most that was, beside its limit."""


def _step(look: StepLook) -> Column[TreeRow]:
    return Column(
        id=STEP,
        title="STEP",
        text=lambda row, now: row.label,
        width=44,
        least=20,
        grow=3,
        cut="middle",
    )


def _timeline(look: StepLook) -> Column[TreeRow]:
    return Column(
        id=TIMELINE,
        title="TIMELINE",
        text=lambda row, now: " … ".join(filter(None, (row.node.started_at, row.node.finished_at))),
        width=20,
        least=10,
        grow=1,
        ticks=True,
        drop=1,
    )


def _duration(look: StepLook) -> Column[TreeRow]:
    return Column(
        id=DURATION,
        title="DUR",
        text=lambda row, now: compact(node_seconds(row.node, now)),
        width=6,
        align="right",
        ticks=True,
    )


MEMORY_UNIT = 100 * 1024 * 1024
"""Bytes that Argo counts as one, for each second, in `resourcesDuration` (argo.md 1.5)."""
ABOUT = "~"
"""Before what was asked for on average, where nobody measured what was used."""


def asked_for(node: Node, resource: str) -> float | None:
    """What a node that is over asked for at a time, on average: its `resourcesDuration` over its
    duration, in cores or, of memory, in Argo's units; None where that is not known."""
    amount, seconds = (
        node.own_resources.get(resource),
        span_of(node.started_at, node.finished_at),
    )
    return amount / seconds if amount and seconds else None


def _cpu(look: StepLook) -> Column[TreeRow]:
    def text(row: TreeRow, now: datetime) -> str:
        used = look.used(row.node)
        if used is not None and used.cpu is not None:
            return cores(used.cpu)
        asked = asked_for(row.node, "cpu")
        return f"{ABOUT}{cores(round(asked * 1000))}" if asked else ""

    return Column(id="cpu", title="CPU", text=text, width=5, align="right", drop=1)


def _memory(look: StepLook) -> Column[TreeRow]:
    def text(row: TreeRow, now: datetime) -> str:
        used = look.used(row.node)
        if used is not None and used.memory is not None:
            # The sign is here, too: the column with the limit needs more room than there may be.
            return f"{memory(used.memory)}{'!' if used.is_near_limit else ''}"
        asked = asked_for(row.node, "memory")
        return f"{ABOUT}{memory(round(asked * MEMORY_UNIT))}" if asked else ""

    return Column(id=MEMORY, title="MEM", text=text, width=6, align="right", drop=1)


def _peak(look: StepLook) -> Column[TreeRow]:
    """Of memory; the sign says that it, or the CPU, came too near to its limit."""

    def text(row: TreeRow, now: datetime) -> str:
        used = look.used(row.node)
        if used is None or used.memory_peak is None:
            return ""
        mark = "!" if used.is_near_limit else ""
        if used.memory_limit is None:
            return f"{memory(used.memory_peak)}{mark}"
        return f"{beside(used.memory_peak, used.memory_limit)}{mark}"

    def style(row: TreeRow) -> str:
        used = look.used(row.node)
        return "warning" if used is not None and used.is_near_limit else ""

    return Column(
        id=PEAK, title="PEAK/LIMIT", text=text, width=10, align="right", style=style, drop=2
    )


def beside(peak: int, limit: int) -> str:
    """`7.9/8Gi`, `481/512Mi`: the unit is said once where both have the same."""
    one, other = memory(peak), memory(limit).replace(".0", "")
    unit = other.lstrip("0123456789.")
    return f"{one.removesuffix(unit) if unit else one}/{other}"


def _cost(look: StepLook) -> Column[TreeRow]:
    return Column(
        id="cost",
        title="COST",
        text=lambda row, now: look.cost(row.node),
        width=8,
        align="right",
        drop=3,
    )


def _beside_usual(look: StepLook) -> Column[TreeRow]:
    """What is far off from earlier runs; of what runs, how much it has still to go as a rule."""

    def text(row: TreeRow, now: datetime) -> str:
        usual = look.usual(row.node)
        seconds = node_seconds(row.node, now) if usual is not None else None
        if usual is None or seconds is None:
            return ""
        if row.node.phase == RUNNING:
            left = usual.left(seconds)
            return f"-{compact(left)}" if left is not None else usual.far_off(seconds)
        return usual.far_off(seconds) if row.node.phase == SUCCEEDED else ""

    return Column(
        id="usual",
        title="USUAL",
        text=text,
        width=7,
        align="right",
        style=lambda row: "warning" if row.node.phase == SUCCEEDED else "",
        ticks=True,
        drop=1,
    )


def _started(look: StepLook) -> Column[TreeRow]:
    """The time of day at which a step began, in UTC; the day of one that began on another."""

    def text(row: TreeRow, now: datetime) -> str:
        moment = epoch_of(row.node.started_at)
        if moment is None or row.node.phase in (SKIPPED, OMITTED):
            return ""
        began = datetime.fromtimestamp(moment, UTC)
        is_of_today = began.date() == now.astimezone(UTC).date()
        return f"{began:%H:%M:%SZ}" if is_of_today else f"{began:%m-%d %HhZ}"

    return Column(id=STARTED, title="STARTED", text=text, width=9, align="right", drop=3)


def _host_text(row: TreeRow, now: datetime) -> str:
    many = row.fan.hosts if row.is_made_up and row.fan is not None else 0
    return f"{many} hosts" if many > 1 else row.node.host_node_name


def _host(look: StepLook) -> Column[TreeRow]:
    return Column(
        id="host",
        title="HOST",
        text=_host_text,
        width=14,
        least=8,
        cut="middle",
        drop=6,
    )


def _message(look: StepLook) -> Column[TreeRow]:
    return Column(
        id=MESSAGE,
        title="MESSAGE",
        text=lambda row, now: said_of(row),
        width=24,
        least=8,
        grow=3,
        style=lambda row: "problem" if row.node.is_problem else "",
    )


def _template(look: StepLook) -> Column[TreeRow]:
    return Column(
        id="template",
        title="TEMPLATE",
        text=lambda row, now: row.node.template,
        width=14,
        cut="middle",
        drop=5,
    )


def _pod(look: StepLook) -> Column[TreeRow]:
    return Column(
        id="pod",
        title="POD",
        text=lambda row, now: look.pod(row.node),
        width=24,
        grow=1,
        cut="middle",
        drop=4,
    )


NODE_COLUMNS: Registry[NodeColumn] = Registry(
    "column",
    (
        NodeColumn(id=STEP, title="Step", make=_step),
        NodeColumn(id=TIMELINE, title="Timeline", make=_timeline),
        NodeColumn(id=DURATION, title="Duration", make=_duration),
        NodeColumn(id=STARTED, title="Started", make=_started, shown="chosen"),
        NodeColumn(id="usual", title="Beside the usual", make=_beside_usual, shown="known"),
        NodeColumn(id="cpu", title="CPU", make=_cpu, shown="known"),
        NodeColumn(id=MEMORY, title="Memory", make=_memory, shown="known"),
        NodeColumn(id=PEAK, title="Peak and limit", make=_peak, shown="known"),
        NodeColumn(id="cost", title="Cost", make=_cost, shown="known"),
        NodeColumn(id="host", title="Host", make=_host, shown="known"),
        NodeColumn(id=MESSAGE, title="Message", make=_message, shown="wide"),
        NodeColumn(id="template", title="Template", make=_template, shown="wide"),
        NodeColumn(id="pod", title="Pod", make=_pod, shown="wide"),
    ),
)
"""In the order in which they stand. What is registered from elsewhere comes after them."""


def node_columns(look: StepLook) -> tuple[Column[TreeRow], ...]:
    """All of them, the first of them the tree itself; C.2 of ux.md part 2."""
    return tuple(each.make(look) for each in NODE_COLUMNS)
