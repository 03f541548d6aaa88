"""Steps as bars on the time of their run: where they were waiting, running, failing.

A bar is cells, each with a sign and what it means, so that it reads without colours too. A running
run ends a little later than now, at one of a few round spans, so that its bars grow and do not
shift with every second.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from itertools import chain
from typing import NamedTuple

from tui.domain.attempts import RETRY, attempts
from tui.domain.durations import compact, epoch_of
from tui.domain.node import OMITTED, PENDING, RUNNING, SKIPPED, Node
from tui.domain.once import once
from tui.domain.progress import EXECUTABLE
from tui.domain.workflow import Workflow

GROW = 1.25
"""By what a span grows, when a run has outgrown it."""
SHORTEST = 10.0
"""Seconds of the shortest span."""
STEPS = (1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14400, 21600, 43200, 86400)
"""Seconds between two marks of the axis; beyond the last one whole days."""
MARK_ROOM = 9
"""Cells from one mark of the axis to the next, at least."""

RUN, WAIT, BAD, GROUP, PART, NOW = "█", "░", "▓", "━", "╍", "│"
"""Signs: running or done, waiting, failed, what groups steps, failed below that, the present
moment. What failed by itself is the darkest of what is red."""
ASCII_SIGNS = {RUN: "#", WAIT: ".", BAD: "x", GROUP: "=", PART: "~", NOW: "|"}


class Span(NamedTuple):
    """From one moment to another, in seconds since 1970."""

    begin: float
    end: float

    @property
    def seconds(self) -> float:
        """Its length, more than none."""
        return max(self.end - self.begin, 1e-6)

    def within(self, zoom: int, middle: float) -> Span:
        """The part of it that is seen at a zoom, a half each time, with a moment in its middle
        where there is room for that."""
        length = self.seconds / 2**zoom
        begin = min(max(self.begin, middle - length / 2), self.end - length)
        return Span(begin, begin + length)

    def cell_of(self, moment: float, cells: int) -> int | None:
        """Of so many cells the one that a moment is in; None for none."""
        if not self.begin <= moment <= self.end or cells <= 0:
            return None
        return min(cells - 1, int((moment - self.begin) / self.seconds * cells))


class Cell(NamedTuple):
    """One cell of a bar."""

    sign: str
    phase: str
    """The phase that it is drawn in; "" for none."""


BLANK = Cell(" ", "")


@once
def begun_and_over(workflow: Workflow) -> tuple[float, float] | None:
    """When the first step began, and when the last that is over ended."""
    starts = [
        begun
        for node in workflow.nodes.values()
        if (begun := epoch_of(node.started_at)) is not None
    ]
    ends = [
        ended
        for node in workflow.nodes.values()
        if (ended := epoch_of(node.finished_at)) is not None
    ]
    started = epoch_of(workflow.status.started_at)
    if started is not None:
        starts.append(started)
    if not starts:
        return None
    finished = epoch_of(workflow.status.finished_at)
    return min(starts), max([*ends, *([finished] if finished is not None else []), min(starts)])


def span_of(workflow: Workflow, now: float) -> Span | None:
    """What the bars of a run are drawn on; None while nothing has begun."""
    found = begun_and_over(workflow)
    if found is None:
        return None
    begin, ended = found
    if workflow.is_completed:
        return Span(begin, max(ended, begin + 1.0))
    return Span(begin, begin + _roomy(max(now, ended) - begin))


def _roomy(seconds: float) -> float:
    """The next of the spans that grow by a quarter, so that few seconds change it."""
    span = SHORTEST
    while span < seconds * 1.02:
        span *= GROW
    return span


def bar(
    workflow: Workflow,
    node: Node,
    span: Span,
    cells: int,
    now: float,
    *,
    over: Iterable[Node] = (),
) -> list[Cell]:
    """A node on a span of time, in so many cells; `over` it others are drawn, which are part of it.

    Of what is tried again each attempt is there, those before the last one as failed.
    """
    found = [BLANK] * max(0, cells)
    mark = None if workflow.is_completed else span.cell_of(now, cells)
    if mark is not None:
        found[mark] = Cell(NOW, "")
    parts = chain(_parts(workflow, node, now), *(_parts(workflow, each, now) for each in over))
    is_parent = node.type not in EXECUTABLE
    for begin, end, sign, phase in parts:
        drawn = PART if sign == BAD and is_parent else sign
        for at in _cells_of(begin, end, span, cells):
            found[at] = Cell(drawn, phase)
    return found


def _parts(workflow: Workflow, node: Node, now: float) -> Iterator[tuple[float, float, str, str]]:
    """Beginning, end, sign and phase of what is drawn, the later over the earlier."""
    begin = epoch_of(node.started_at)
    if begin is None or node.phase in (SKIPPED, OMITTED):
        return  # what never ran has times all the same
    ended = epoch_of(node.finished_at)
    end = now if ended is None else ended
    if node.type == RETRY:
        tries = [workflow.nodes[key] for key in attempts(workflow.nodes, node)]
        yield begin, end, GROUP, node.phase
        for each in tries:
            yield from _parts(workflow, each, now)
    elif node.type in EXECUTABLE:
        waits = node.phase == PENDING or (node.phase == RUNNING and node.is_active_suspend)
        sign = WAIT if waits else BAD if node.is_problem else RUN
        yield begin, end, sign, node.phase
    else:
        yield begin, end, GROUP, node.phase


def _cells_of(begin: float, end: float, span: Span, cells: int) -> range:
    """The cells that a time takes, one at least if any of it is within the span."""
    if end < span.begin or begin > span.end or cells <= 0:
        return range(0)
    first = int((max(begin, span.begin) - span.begin) / span.seconds * cells)
    last = (min(end, span.end) - span.begin) / span.seconds * cells
    first = min(first, cells - 1)
    return range(first, min(cells, max(first + 1, round(last))))


def axis(span: Span, whole: Span, cells: int) -> list[tuple[int, str]]:
    """Marks of an axis: the cell at which each begins, and its text.

    The first one says when the span begins (UTC), the others how long after the beginning of the
    whole run that is.
    """
    began = datetime.fromtimestamp(span.begin, UTC).strftime("%H:%M:%SZ")
    marks = [(0, began)] if cells >= len(began) else []
    step = _step(span.seconds, cells)
    offset = (span.begin - whole.begin) // step * step + step
    while offset <= span.end - whole.begin:
        at = int((whole.begin + offset - span.begin) / span.seconds * cells)
        text = f"+{compact(offset)}"
        free = marks[-1][0] + len(marks[-1][1]) + 1 if marks else 0
        if free <= at <= cells - len(text):
            marks.append((at, text))
        offset += step
    return marks


def _step(seconds: float, cells: int) -> float:
    """Seconds between two marks, so that each has its room."""
    least = seconds * MARK_ROOM / max(cells, 1)
    fitting = (step for step in STEPS if step >= least)
    day = STEPS[-1]
    return float(next(fitting, -(-least // day) * day))
