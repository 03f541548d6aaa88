"""The resources of a step or of a whole run as lines: used, at most, asked for, allowed, and what
that costs."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from tui.domain.allowance import CPU, MEMORY, PodAllowance
from tui.domain.bars import spark
from tui.domain.load import Line, Load, allowed_in, loads_of, sums_of
from tui.domain.node import PENDING, RUNNING, Node
from tui.domain.podname import pod_name
from tui.domain.prices import Prices, cost_of
from tui.domain.quantity import cores, memory
from tui.domain.samples import RunSamples
from tui.domain.spent import spent
from tui.domain.templates import INIT, WAIT
from tui.domain.workflow import Workflow

NAME, CELL = 16, 8
"""Cells of a name, and of a figure."""
IN_BYTES = ("storage", "ephemeral-storage")
BARS = 24
"""Bars of a line of samples."""


def amount(resource: str, value: int | None) -> str:
    """An amount as a cell says it; "" for one that is not known."""
    if value is None:
        return ""
    if resource == CPU:
        return cores(value)
    is_size = resource == MEMORY or resource in IN_BYTES or resource.startswith("hugepages-")
    return memory(value) if is_size else str(value)


def resource_lines(
    workflow: Workflow,
    node: Node | None,
    samples: RunSamples,
    pod_names: str,
    *,
    ascii: bool = False,
) -> Iterator[str]:
    """A table of the containers of a step, or of the sums over all steps within it; `node` is None
    for the whole run."""
    if node is None or node.type != "Pod":
        yield from _of_many(workflow, node, samples, pod_names)
    else:
        yield from _of_pod(workflow, node, samples, pod_names, ascii=ascii)


def _of_many(
    workflow: Workflow, node: Node | None, samples: RunSamples, pod_names: str
) -> Iterator[str]:
    sums = sums_of(workflow, node, samples, pod_names)
    if not sums.load.lines:
        return
    pods = "1 pod" if sums.pods == 1 else f"{sums.pods:,} pods"
    measured = f", {sums.measured:,} measured" if samples.is_measured else ""
    yield ""
    source = "" if sums.is_by_pods else " by template"
    yield f"resources of {pods}, added up{source}{measured}:"
    yield _head()
    yield from _table(sums.load)
    if sums.unclear:
        yield f"  {sums.unclear}"


def _of_pod(
    workflow: Workflow, node: Node, samples: RunSamples, pod_names: str, *, ascii: bool
) -> Iterator[str]:
    pod = pod_name(workflow, node, pod_names)
    found = samples.pods.get(pod)
    allowed = allowed_in(workflow, node, samples, pod_names)
    loads = loads_of(allowed, found)
    if not loads and not allowed.unclear:
        return
    yield ""
    yield f"resources {_origin(allowed, is_gone=pod in samples.gone)}:"
    if loads:
        yield _head()
    for load in loads:
        yield f"  {load.name}"
        yield from _table(load, inner=True)
        memories = [each[2] for each in load.points]
        if load.name not in (INIT, WAIT) and len(set(memories)) > 1 and not ascii:
            yield f"    {'memory, in time':<{NAME}}{spark(memories, BARS)}"
    if found is not None and not found.is_live and node.phase not in (RUNNING, PENDING):
        yield "  as measured while it ran and was on the screen"
    if allowed.unclear:
        yield f"  {allowed.unclear}"


def _origin(allowed: PodAllowance, *, is_gone: bool) -> str:
    if allowed.is_of_pod:
        return "as its pod says"
    return f"by its template{', since its pod is gone' if is_gone else ''}"


def _head() -> str:
    return " " * (NAME + 4) + "".join(
        f"{title:>{CELL}}" for title in ("now", "peak", "request", "limit")
    )


def _table(load: Load, *, inner: bool = False) -> Iterator[str]:
    for line in load.lines:
        cells = (line.now, line.peak, line.request, line.limit)
        figures = "".join(f"{amount(line.resource, cell):>{CELL}}" for cell in cells)
        yield f"    {line.resource:<{NAME}}{figures}{_mark(line)}".rstrip()


def _mark(line: Line) -> str:
    if line.near is None:
        return ""
    return f" ! {line.near}%" if line.near else " !"


def cost_words(
    workflow: Workflow,
    node: Node | None,
    now: datetime,
    samples: RunSamples,
    pod_names: str,
    prices: Prices,
) -> str:
    """What a step or a run costs, by the prices of the settings; "" without any."""
    if not prices.are_set:
        return ""
    durations, is_running = spent(workflow, node, now, samples, pod_names)
    cost = cost_of(durations, prices)
    if cost is None:
        return ""
    so_far = " so far" if is_running else ""
    parts = ", ".join(f"{name} {prices.number(amount)}" for name, amount in cost.parts)
    inside = f" ({parts})" if len(cost.parts) > 1 else ""
    lacks = f"; no price for {', '.join(cost.unpriced)}" if cost.unpriced else ""
    return f"{prices.said(cost.total)}{so_far}{inside}{lacks}"
