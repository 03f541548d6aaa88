"""A graph as it is drawn, worked out at once: boxes, where they stand, and what keys ask of them.

That takes as long as the run is large, so of a large one another thread does it (`graph.py`), and
what was drawn before stands meanwhile. Therefore a drawing is a value made of what is `Wanted`
alone, and nothing here knows a cursor, a screen or a clock.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import chain
from typing import NamedTuple

from tui.domain.graph import (
    GROUP,
    INSIDE,
    JOIN,
    STEP,
    Box,
    Graph,
    Key,
    folded_at_first,
    folded_for,
    graph_of,
    kept_with,
    nodes_of,
)
from tui.domain.layered import Layout, Lines, Size, layout, lines_of
from tui.domain.node import RUNNING
from tui.domain.sought import Sought
from tui.domain.upcoming import coming_of
from tui.domain.workflow import Workflow

FEW = 600
"""Steps, edges and files up to which a graph is drawn so soon that no key waits for it."""
FEW_TASKS = 100
"""Steps and tasks of templates up to which the same holds of what is still to come."""


class Look(NamedTuple):
    """How somebody wants to see a run."""

    turned: frozenset[Key]
    """Groups that are folded, or not, other than at first."""
    sought: Sought | None
    """Which steps are looked for; None for all."""
    shows_skipped: bool
    shows_artifacts: bool
    size_of: Callable[[Box], Size]
    """How many cells and rows a box takes."""


class Wanted(NamedTuple):
    """What is to be drawn."""

    workflow: Workflow
    now: float
    """In seconds since 1970: the end of what still runs."""
    look: Look

    @property
    def is_small(self) -> bool:
        """Whether it is drawn at once; told without a look at what is still to come, unless that is
        known."""
        nodes, status = self.workflow.nodes, self.workflow.status
        coming = coming_of.known(self.workflow)
        size = len(nodes) + (len(coming.nodes) if coming is not None else 0)
        if size > FEW:
            return False
        size += sum(len(node.children) for node in nodes.values())
        if self.look.shows_artifacts:
            for node in nodes.values():
                sides = (node.inputs, node.outputs)
                size += sum(len(side.artifacts) for side in sides if side is not None)
        spec = status.stored_workflow_template_spec
        templates = (*self.workflow.spec.templates, *(spec.templates if spec is not None else ()))
        tasks = sum(map(_tasks, (*templates, *status.stored_templates.values())))
        return size <= FEW and (coming is not None or tasks <= FEW_TASKS)


def _tasks(template: Mapping[str, object]) -> int:
    """About how many steps a template has."""
    dag, steps = template.get("dag"), template.get("steps")
    tasks = dag.get("tasks") if isinstance(dag, Mapping) else None
    groups = steps if isinstance(steps, list) else ()
    return sum(len(each) for each in (tasks, *groups) if isinstance(each, list))


class Drawing(NamedTuple):
    """What there is of a graph that is drawn."""

    of: Wanted | None
    """None of none at all."""
    graph: Graph
    layout: Layout
    lines: Lines
    shape: object
    """What the layout was made of: as long as that is the same, nothing moves."""
    ahead: Mapping[Key, Sequence[Key]]
    """Box → what leads to it."""
    layers: Mapping[Key, int]
    """Box → the layer that it is in."""
    first: frozenset[Key]
    """The groups that are folded until somebody says otherwise."""
    matched: frozenset[Key]
    """The boxes of the steps that are looked for."""
    rows: Sequence[Sequence[Key]]
    """The boxes of each layer, without points where lines meet."""
    order: Sequence[Key]
    """The same, layer by layer."""
    problems: Sequence[Key]
    """Those that failed; not those whose failure another box shows."""
    opening: Key | None
    """The box to look at first: what failed, else what runs or waits, else the first."""
    counted: tuple[int, int]
    """How many boxes of steps there are, and how many steps they stand for."""
    critical_names: Sequence[str]
    """The boxes of the critical path, from its begin on, as they are called."""
    undrawn: int
    """How many edges have no lines, because they are long and there are very many."""


NO_LAYOUT = layout({}, {})
NOTHING = Drawing(
    of=None,
    graph=Graph({}, {}, {}, frozenset()),
    layout=NO_LAYOUT,
    lines=lines_of(NO_LAYOUT),
    shape=None,
    ahead={},
    layers={},
    first=frozenset(),
    matched=frozenset(),
    rows=(),
    order=(),
    problems=(),
    opening=None,
    counted=(0, 0),
    critical_names=(),
    undrawn=0,
)


def draw(
    wanted: Wanted, before: Drawing = NOTHING, is_wanted: Callable[[], bool] = lambda: True
) -> Drawing | None:
    """Draw it, with as much of what was drawn before as still holds; None as soon as it is not
    wanted any more."""
    workflow, look = wanted.workflow, wanted.look
    if look.sought is None:
        found, kept, first = frozenset[Key](), None, folded_at_first(workflow)
    else:
        found = frozenset(look.sought.among(workflow, nodes_of(workflow)))
        kept, first = kept_with(workflow, found), folded_for(workflow, found)
    if not is_wanted():
        return None
    graph = graph_of(
        workflow,
        wanted.now,
        folded=first ^ look.turned,
        shows_skipped=look.shows_skipped,
        shows_artifacts=look.shows_artifacts,
        kept=kept,
    )
    sizes = {
        key: Size(1, 1) if box.kind == JOIN else look.size_of(box)
        for key, box in graph.boxes.items()
    }
    shape = (sizes, list(sizes), graph.edges)
    if not is_wanted():
        return None
    where, lines, ahead = before.layout, before.lines, before.ahead
    if shape != before.shape:
        where = layout(sizes, graph.edges)
        lines, ahead = lines_of(where), _turned_round(graph.edges)
    boxes = graph.boxes
    rows = [[key for key in layer if boxes[key].kind != JOIN] for layer in where.layers]
    order = [key for row in rows for key in row]
    problems = _problems(boxes, order)
    runs = [key for key in order if boxes[key].phase == RUNNING and boxes[key].step]
    leaves = [key for key in (*problems, *runs) if not _is_begin(boxes[key])]
    return Drawing(
        of=wanted,
        graph=graph,
        layout=where,
        lines=lines,
        shape=shape,
        ahead=ahead,
        layers={key: at for at, layer in enumerate(where.layers) for key in layer},
        first=first,
        matched=frozenset(graph.place[key] for key in found if key in graph.place),
        rows=rows,
        order=order,
        problems=problems,
        opening=next(chain(leaves, problems, runs, order), None),
        counted=_counted(boxes.values()),
        critical_names=[boxes[key].label for key in order if boxes[key].is_critical],
        undrawn=sum(map(len, graph.edges.values())) - len(where.drawn),
    )


def _turned_round(edges: Mapping[Key, Iterable[Key]]) -> dict[Key, list[Key]]:
    ahead: dict[Key, list[Key]] = {}
    for key, afters in edges.items():
        for after in afters:
            ahead.setdefault(after, []).append(key)
    return ahead


def _is_begin(box: Box) -> bool:
    """Whether it is the begin of a DAG or Steps whose inside is shown."""
    return box.group == box.key and box.has == INSIDE and not box.is_folded


def _problems(boxes: Mapping[Key, Box], order: Iterable[Key]) -> list[Key]:
    failed = [key for key in order if boxes[key].is_problem]
    whole = {boxes[key].group for key in failed if boxes[key].group != key}
    return [key for key in failed if key not in whole and not _is_begin(boxes[key])] or failed


def _counted(boxes: Iterable[Box]) -> tuple[int, int]:
    found = [box for box in boxes if box.kind in (STEP, GROUP)]
    # What stands beside its fellows is counted with them, and what begins a part is no step.
    return len(found), sum(
        box.total or 1
        for box in found
        if not (box.is_folded and box.key != box.group) and not _is_begin(box)
    )
