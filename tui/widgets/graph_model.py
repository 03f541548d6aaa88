"""The graph of one workflow's steps: what is folded, where the cursor is, what is seen of it.

The graph is made by `domain.graph` and laid out by `domain.layered`; the layout is kept as long as
boxes, their sizes and the lines are the same, so that a step which ends moves nothing. What is
folded is kept by group and survives every update. Nothing here draws anything or knows Textual.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet

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
    groups_of,
    kept_with,
    never_ran,
    nodes_of,
    ways_to,
)
from tui.domain.layered import Edge, Layout, Rect, Size, layout
from tui.domain.node import RUNNING, NodeId
from tui.domain.sought import Sought, problems_of
from tui.domain.workflow import Workflow

NOTHING = Layout({}, (), (), {}, frozenset(), Size(0, 0))


class GraphModel:
    """One workflow's graph; empty until `show` is called."""

    def __init__(self, size_of: Callable[[Box], Size]) -> None:
        """`size_of` says how many cells and rows a box takes."""
        self.size_of = size_of
        self.workflow: Workflow | None = None
        self.graph = Graph({}, {}, {}, frozenset())
        self.layout = NOTHING
        self.cursor: Key | None = None
        self.left = self.top = 0
        """The first cell and row of the graph that are seen."""
        self.width = self.height = 0
        """Cells and rows that there are for it."""
        self.shows_artifacts = False
        self.shows_skipped = True
        self.hot: frozenset[Edge] = frozenset()
        """Every edge on a way to the cursor."""
        self._now = 0.0
        self._turned: set[Key] = set()
        """Groups that are other than they are at first."""
        self._turned_meanwhile: set[Key] = set()
        """The same, while steps are looked for."""
        self._sought: Sought | None = None
        self._found: frozenset[Key] = frozenset()
        """The steps that are looked for."""
        self.matched: frozenset[Key] = frozenset()
        """The boxes of those."""
        self._first: frozenset[Key] = frozenset()
        self._shape: object = None
        self._ahead: dict[Key, list[Key]] = {}
        self._came_from: dict[Key, Key] = {}
        """Box → the one from which the cursor went on to it."""
        self._came_back: dict[Key, Key] = {}
        """Box → the one from which the cursor went back to it."""
        self._layers: dict[Key, int] = {}

    # --- what is in it -------------------------------------------------------------------

    def show(self, workflow: Workflow, now: float) -> bool:
        """Show this version, `now` being in seconds since 1970; true if it is another workflow
        than before."""
        is_other = self.workflow is None or self.workflow.ref != workflow.ref
        self.workflow, self._now = workflow, now
        if is_other:
            self._turned, self.cursor, self._sought = set(), None, None
            self.left = self.top = 0
        self._update()
        return is_other

    def _update(self) -> None:
        """Make the graph anew, and its layout if that changed; the cursor stays on its step."""
        if self.workflow is None:
            return
        before = self.graph.boxes.get(self.cursor or "")
        workflow, sought = self.workflow, self._sought
        kept = None
        if sought is None:
            self._found, self._first = frozenset(), folded_at_first(workflow)
        else:
            self._found = frozenset(sought.among(workflow, nodes_of(workflow)))
            self._first = folded_for(workflow, self._found)
            kept = kept_with(workflow, self._found)
        self.graph = graph_of(
            workflow,
            self._now,
            folded=self.folded,
            shows_skipped=self.shows_skipped,
            shows_artifacts=self.shows_artifacts,
            kept=kept,
        )
        place = self.graph.place
        self.matched = frozenset(place[key] for key in self._found if key in place)
        self._lay_out()
        if self.cursor not in self.graph.boxes:
            self.cursor = self._instead(before)
        self._light()

    def resize_boxes(self) -> None:
        """Boxes take other room now; the cursor stays about where it is on the screen."""
        self._lay_out()
        self.reveal(middle=True)

    def _lay_out(self) -> None:
        sizes = {
            key: Size(1, 1) if box.kind == JOIN else self.size_of(box)
            for key, box in self.graph.boxes.items()
        }
        shape = (sizes, list(sizes), self.graph.edges)
        if shape == self._shape:
            return
        self._shape = shape
        self.layout = layout(sizes, self.graph.edges)
        self._layers = {key: at for at, layer in enumerate(self.layout.layers) for key in layer}
        self._ahead = {}
        for key, afters in self.graph.edges.items():
            for after in afters:
                self._ahead.setdefault(after, []).append(key)

    def _instead(self, before: Box | None) -> Key | None:
        """Where the cursor goes when its box is no more, or was never there."""
        if before is not None and self.workflow is not None:
            place, parents = self.graph.place, groups_of(self.workflow).parents
            at: Key | None = before.key
            while at is not None:
                if place.get(at) in self.graph.boxes:
                    return place[at]
                inner = next((k for k, p in parents.items() if p == at and k in place), None)
                if inner is not None and place[inner] in self.graph.boxes:
                    return place[inner]
                at = parents.get(at)
        return self._opening

    @property
    def _opening(self) -> Key | None:
        """The box to look at first: what failed, else what runs or waits, else the first."""
        boxes = [self.graph.boxes[key] for key in self.in_order]
        wanted = [*self.problems, *(box.key for box in boxes if box.phase == RUNNING and box.step)]
        leaves = [key for key in wanted if not self._is_begin(key)]
        return next(iter([*leaves, *wanted, *(box.key for box in boxes)]), None)

    @property
    def current(self) -> Box | None:
        """The box under the cursor."""
        return self.graph.boxes.get(self.cursor or "")

    @property
    def rect(self) -> Rect | None:
        """Where that is."""
        return self.layout.boxes.get(self.cursor or "")

    # --- looking for steps ---------------------------------------------------------------

    @property
    def sought(self) -> Sought | None:
        """Which steps are looked for; None for all."""
        return self._sought

    def seek(self, sought: Sought | None) -> int:
        """Show only some steps, with what they are part of; how many that are. None for all.

        The cursor goes to the first of them, if it is on none.
        """
        self._sought, self._turned_meanwhile = sought, set()
        self._update()
        if self.matched and self.cursor not in self.matched:
            self.cursor = next(key for key in self.in_order if key in self.matched)
            self._light()
        self.reveal(middle=True)
        return len(self._found)

    # --- folding -------------------------------------------------------------------------

    @property
    def folded(self) -> frozenset[Key]:
        """The groups that are one box."""
        return self._first ^ self._turns

    @property
    def _turns(self) -> set[Key]:
        return self._turned if self._sought is None else self._turned_meanwhile

    def toggle(self, group: Key) -> None:
        """Fold a group, or unfold it."""
        self._turns.symmetric_difference_update({group})
        self._update()
        self.reveal()

    def fold(self, folded: AbstractSet[Key]) -> bool:
        """Fold these groups and no others; false if that changes nothing."""
        if folded == self.folded:
            return False
        turns = self._turns
        turns.clear()
        turns.update(self._first ^ folded)
        self._update()
        self.reveal(middle=True)
        return True

    @property
    def groups(self) -> frozenset[Key]:
        """All that can be folded, but for what is all of the run."""
        if self.workflow is None:
            return frozenset()
        return frozenset(groups_of(self.workflow).kinds) - {self.workflow.metadata.name}

    @property
    def quiet_groups(self) -> frozenset[Key]:
        """All groups in which nothing failed and nothing runs."""
        if self.workflow is None:
            return frozenset()
        parents = groups_of(self.workflow).parents
        eventful: set[Key] = set()
        for key, node in self.workflow.nodes.items():
            if node.is_problem or node.phase == RUNNING:
                above = parents.get(key)
                while above is not None and above not in eventful:
                    eventful.add(above)
                    above = parents.get(above)
        return self.groups - eventful

    def toggle_skipped(self) -> bool:
        """Leave out what never ran (skipped, omitted, taken from a cache), or show it again; false
        if there is none."""
        self.shows_skipped = not self.shows_skipped
        self._update()
        self.reveal()
        nodes = self.workflow.nodes.values() if self.workflow is not None else ()
        return any(map(never_ran, nodes))

    def toggle_artifacts(self) -> bool:
        """Show files between the steps, or no longer; false if there are none."""
        before = len(self.graph.boxes)
        self.shows_artifacts = not self.shows_artifacts
        self._update()
        self.reveal()
        return len(self.graph.boxes) != before

    # --- figures -------------------------------------------------------------------------

    @property
    def counted(self) -> tuple[int, int]:
        """How many boxes of steps there are, and how many steps they stand for."""
        found = [box for box in self.graph.boxes.values() if box.kind in (STEP, GROUP)]
        # What stands beside its fellows is counted with them, and what begins a part is no step.
        return len(found), sum(
            box.total or 1
            for box in found
            if not (box.is_folded and box.key != box.group) and not self._is_begin(box.key)
        )

    @property
    def critical_names(self) -> list[str]:
        """The boxes of the critical path, from its begin on, as they are called."""
        boxes = [box for key in self.in_order if (box := self.graph.boxes[key]).is_critical]
        return [box.label for box in boxes]

    @property
    def undrawn(self) -> int:
        """How many edges have no lines, because they are long and there are very many."""
        return sum(map(len, self.graph.edges.values())) - len(self.layout.drawn)

    # --- the cursor ----------------------------------------------------------------------

    def move_to(self, key: Key) -> bool:
        """Put the cursor on a box; false if there is none of that key."""
        if key not in self.layout.boxes or self.graph.boxes[key].kind == JOIN:
            return False
        self.cursor = key
        self._light()
        self.reveal()
        return True

    def go_to(self, step: NodeId) -> bool:
        """Put the cursor on the box of a step, or that it is in; false where there is none.

        One that is not looked for ends the looking.
        """
        if step not in self.graph.place and self._sought is not None:
            self.seek(None)
        place = self.graph.place.get(step)
        return place is not None and self.move_to(place)

    def _light(self) -> None:
        self.hot = frozenset(ways_to(self.graph.edges, self.cursor)) if self.cursor else frozenset()

    def along(self, step: int) -> bool:
        """Along an edge to what comes next (1), or back (-1): the way one came, else the nearest;
        false at an end."""
        here = self.cursor
        if here is None:
            return False
        ways: Mapping[Key, Iterable[Key]] = self.graph.edges if step > 0 else self._ahead
        known, other = self._came_back, self._came_from
        if step < 0:
            known, other = other, known
        near = self._past_joins(here, ways)
        target = known[here] if known.get(here) in near else self._nearest(near)
        if target is None:
            return False
        other[target] = here
        return self.move_to(target)

    def _past_joins(self, key: Key, ways: Mapping[Key, Iterable[Key]]) -> list[Key]:
        """The boxes that one line leads to, also through points where lines meet."""
        found: dict[Key, None] = {}
        seen: set[Key] = set()
        waiting = list(ways.get(key, ()))
        while waiting:
            at = waiting.pop(0)
            if at in seen:
                continue
            seen.add(at)
            if self.graph.boxes[at].kind == JOIN:
                waiting += ways.get(at, ())
            else:
                found[at] = None
        found.pop(key, None)
        return list(found)

    def _nearest(self, keys: Iterable[Key]) -> Key | None:
        here = self.rect
        boxes = self.layout.boxes
        if here is None:
            return None
        return min(keys, key=lambda k: (abs(boxes[k].port - here.port), boxes[k].y), default=None)

    def across(self, step: int) -> bool:
        """To the next box below (1) or above (-1): of the same layer, else the nearest; false at an
        end."""
        here = self.rect
        if here is None or self.cursor is None:
            return False
        boxes, found = self.layout.boxes, self.graph.boxes
        layer = self.layout.layers[self._layers[self.cursor]]
        those = [key for key in layer if found[key].kind != JOIN]
        at = those.index(self.cursor) + step
        if 0 <= at < len(those):
            return self.move_to(those[at])
        beyond = [
            key
            for key, box in boxes.items()
            if (box.y - here.y) * step > 0 and found[key].kind != JOIN
        ]
        target = min(
            beyond,
            key=lambda k: abs(boxes[k].y - here.y) * 4 + abs(boxes[k].x - here.x),
            default=None,
        )
        return target is not None and self.move_to(target)

    def to_end(self, step: int) -> bool:
        """To the last box (1) or the first (-1)."""
        layers = [
            [key for key in layer if self.graph.boxes[key].kind != JOIN]
            for layer in self.layout.layers
        ]
        layers = [layer for layer in layers if layer]
        if not layers:
            return False
        return self.move_to(layers[0][0] if step < 0 else layers[-1][-1])

    # --- ways through it -----------------------------------------------------------------

    @property
    def in_order(self) -> list[Key]:
        """All boxes, layer by layer."""
        boxes = self.graph.boxes
        return [key for layer in self.layout.layers for key in layer if boxes[key].kind != JOIN]

    @property
    def problems(self) -> list[Key]:
        """The boxes that failed, layer by layer; not those whose failure another box shows."""
        boxes = self.graph.boxes
        failed = [key for key in self.in_order if boxes[key].is_problem]
        whole = {boxes[key].group for key in failed if boxes[key].group != key}
        leaves = [key for key in failed if key not in whole and not self._is_begin(key)]
        return leaves or failed

    def _is_begin(self, key: Key) -> bool:
        """Whether it is the begin of a DAG or Steps whose inside is shown."""
        box = self.graph.boxes[key]
        return box.group == key and box.has == INSIDE and not box.is_folded

    def to_problem(self, step: int) -> Key | None:
        """To the next (1) or previous (-1) box that failed, round the end; None if none did.

        If one is not among those that are looked for, all are shown again.
        """
        workflow, place = self.workflow, self.graph.place
        if self._sought is not None and workflow is not None:
            failed_of_all = kept_with(workflow, problems_of(workflow))
            if any(key not in place for key in failed_of_all if key in workflow.nodes):
                self.seek(None)
        return self.find(lambda box: box.key in failed, step) if (failed := self.problems) else None

    def find(self, fits: Callable[[Box], bool], step: int) -> Key | None:
        """To the next (1) or previous (-1) box that fits, round the end; 0 stays on one that does.

        None if none fits.
        """
        order = self.in_order
        at = order.index(self.cursor) if self.cursor in order else 0
        direction = step or 1
        for offset in range(abs(step), len(order) + 1):
            key = order[(at + direction * offset) % len(order)]
            if fits(self.graph.boxes[key]):
                self.move_to(key)
                return key
        return None

    def nearby(self, key: Key) -> tuple[Sequence[Key], Sequence[Key]]:
        """What leads to a box, and what it leads to."""
        return self._past_joins(key, self._ahead), self._past_joins(key, self.graph.edges)

    # --- what is seen --------------------------------------------------------------------

    def resize(self, width: int, height: int) -> None:
        """There are so many cells and rows."""
        self.width, self.height = max(0, width), max(0, height)
        self.reveal()

    def reveal(self, *, middle: bool = False) -> None:
        """Pan until the cursor's box is seen; far enough that the next ones are, too."""
        rect, size = self.rect, self.layout.size
        if rect is None:
            self.left = self.top = 0
            return
        self.left = _seen(self.left, self.width, rect.x, rect.width, size.width, middle=middle)
        self.top = _seen(self.top, self.height, rect.y, rect.height, size.height, middle=middle)

    def pan(self, cells: int, rows: int) -> bool:
        """Show what is so many cells and rows further; false if there is no more."""
        before = self.left, self.top
        self.left = max(0, min(self.left + cells, self.layout.size.width - self.width))
        self.top = max(0, min(self.top + rows, self.layout.size.height - self.height))
        return (self.left, self.top) != before

    def at(self, x: int, y: int) -> Key | None:
        """The box at a cell and row of what is seen."""
        x, y = x + self.left, y + self.top
        for key, box in self.layout.boxes.items():
            inside = box.x <= x < box.x + box.width and box.y <= y < box.y + box.height
            if inside and self.graph.boxes[key].kind != JOIN:
                return key
        return None


def _seen(first: int, room: int, at: int, size: int, whole: int, *, middle: bool) -> int:
    """The first cell that is seen: the same, if what is at `at` is seen then."""
    most = max(0, whole - room)
    if not middle and first <= at and at + min(size, room) <= first + room:
        return min(first, most)
    return max(0, min(at + size // 2 - room // 2, most))
