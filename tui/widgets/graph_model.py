"""The graph of one workflow's steps: what is folded, where the cursor is, what is seen of it.

What is drawn is a `Drawing`, made anew whenever the run changes, or what somebody wants to see of
it; a large one is made elsewhere (`later`) and taken when it is there (`take`), and keys go on in
the one before until then. The layout is kept as long as boxes, their sizes and the lines are the
same, so that a step which ends moves nothing. What is folded is kept by group and survives every
update. Nothing here draws anything or knows Textual.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import deque
from collections.abc import Callable, Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet

from tui.domain.graph import (
    JOIN,
    Box,
    Graph,
    Key,
    groups_of,
    kept_with,
    never_ran,
    nodes_of,
    ways_to,
)
from tui.domain.layered import Layout, Rect, Size
from tui.domain.node import RUNNING, NodeId
from tui.domain.slowest import running_newest_first
from tui.domain.sought import Sought, problems_of
from tui.domain.upcoming import coming_of
from tui.domain.workflow import Workflow
from tui.widgets.graph_drawing import NOTHING, Drawing, Look, Wanted, draw


class GraphModel:
    """One workflow's graph; empty until `show` is called."""

    def __init__(
        self, size_of: Callable[[Box], Size], later: Callable[[], object] | None = None
    ) -> None:
        """`size_of` says how many cells and rows a box takes; `later` is told when a large drawing
        is `wanted`, for somebody to make it and give it to `take`. Without, none is too large."""
        self.size_of = size_of
        self.workflow: Workflow | None = None
        """The newest version, which may be drawn already or not."""
        self.drawing = NOTHING
        self.wanted: Wanted | None = None
        """What is to be drawn elsewhere; None while nothing is."""
        self.cursor: Key | None = None
        self.left = self.top = 0
        """The first cell and row of the graph that are seen."""
        self.width = self.height = 0
        """Cells and rows that there are for it."""
        self.shows_artifacts = False
        self.shows_skipped = True
        self.hot: AbstractSet[Key] = frozenset()
        """Every box on a way to the cursor, with its own."""
        self._later = later
        self._then: list[Callable[[], object]] = []
        """What is to be done in the drawing that is wanted."""
        self._to_middle = False
        """Whether the cursor is put into the middle of the screen then."""
        self._now = 0.0
        self._turned: set[Key] = set()
        """Groups that are other than they are at first."""
        self._turned_meanwhile: set[Key] = set()
        """The same, while steps are looked for."""
        self._sought: Sought | None = None
        self.follows = False
        """Whether the cursor stays at what runs."""
        self._followed: Key | None = None
        """The box that it stood on last while it did."""
        self._near: tuple[Drawing, Key, tuple[Sequence[Key], Sequence[Key]]]
        self._near = NOTHING, "", ((), ())
        """What leads to a box of a drawing, and what that leads to."""
        self._came_from: dict[Key, Key] = {}
        """Box → the one from which the cursor went on to it."""
        self._came_back: dict[Key, Key] = {}
        """Box → the one from which the cursor went back to it."""

    # --- what is in it -------------------------------------------------------------------

    def show(self, workflow: Workflow, now: float) -> bool:
        """Show this version, `now` being in seconds since 1970; true if it is another workflow
        than before."""
        is_other = self.workflow is None or self.workflow.ref != workflow.ref
        self.workflow, self._now = workflow, now
        if is_other:
            self._turned, self.cursor, self._sought = set(), None, None
            self.left = self.top = 0
            self.drawing, self._then, self.follows = NOTHING, [], False
        self._update()
        return is_other

    def _update(self, then: Callable[[], object] | None = None, *, to_middle: bool = False) -> None:
        """Draw it anew, the cursor staying on its step, and then do something in that."""
        if self.workflow is None:
            return
        self._to_middle |= to_middle
        if then is not None:
            self._then.append(then)
        look = Look(
            frozenset(self._turns),
            self._sought,
            self.shows_skipped,
            self.shows_artifacts,
            self.size_of,
        )
        wanted = Wanted(self.workflow, self._now, look)
        if self._later is not None and not wanted.is_small:
            self.wanted = wanted
            self._later()
            return
        self.wanted = None
        if (drawing := draw(wanted, self.drawing)) is not None:
            self._adopt(drawing)

    def take(self, drawing: Drawing) -> bool:
        """Take what was drawn elsewhere; false if nobody wants it any more.

        An older version of what is wanted is taken: else a run that changes sooner than it is drawn
        would never be shown again.
        """
        wanted, made = self.wanted, drawing.of
        if wanted is None or made is None or made.look != wanted.look:
            return False
        if made.workflow.ref != wanted.workflow.ref:
            return False
        if made is wanted:
            self.wanted = None
        self._adopt(drawing)
        return True

    def _adopt(self, drawing: Drawing) -> None:
        before, self.drawing = self.graph.boxes.get(self.cursor or ""), drawing
        if self.cursor not in self.graph.boxes:
            self.cursor = self._instead(before)
        self._follow_on()
        self._light()
        to_middle, self._to_middle = self._to_middle, False
        self.reveal(middle=to_middle)
        then, self._then = self._then, []
        for each in then:
            each()

    @property
    def graph(self) -> Graph:
        """What is drawn."""
        return self.drawing.graph

    @property
    def layout(self) -> Layout:
        """Where that is."""
        return self.drawing.layout

    @property
    def is_behind(self) -> bool:
        """Whether somebody wants to see something else than what is drawn."""
        wanted, made = self.wanted, self.drawing.of
        return wanted is not None and (made is None or made.look != wanted.look)

    def resize_boxes(self, size_of: Callable[[Box], Size]) -> None:
        """Boxes take other room now; the cursor stays about where it is on the screen."""
        self.size_of = size_of
        self._update(to_middle=True)

    def _instead(self, before: Box | None) -> Key | None:
        """Where the cursor goes when its box is no more, or was never there."""
        if before is not None and self.drawing.of is not None:
            place, parents = self.graph.place, groups_of(self.drawing.of.workflow).parents
            at: Key | None = before.key
            while at is not None:
                if place.get(at) in self.graph.boxes:
                    return place[at]
                inner = next((k for k, p in parents.items() if p == at and k in place), None)
                if inner is not None and place[inner] in self.graph.boxes:
                    return place[inner]
                at = parents.get(at)
        return self.drawing.opening

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
        self._update(self._to_match, to_middle=True)
        if sought is None or self.workflow is None:
            return 0
        nodes = self.workflow.nodes
        if self.wanted is None or coming_of.known(self.workflow) is not None:
            nodes = nodes_of(self.workflow)  # else it would take as long as the run is large
        return sum(1 for _ in sought.among(self.workflow, nodes))

    def _to_match(self) -> None:
        matched = self.drawing.matched
        if matched and self.cursor not in matched:
            self.cursor = next(key for key in self.drawing.order if key in matched)
            self._light()
            self.reveal(middle=True)

    # --- folding -------------------------------------------------------------------------

    @property
    def folded(self) -> frozenset[Key]:
        """The groups that are one box."""
        return self.drawing.first ^ self._turns

    @property
    def _turns(self) -> set[Key]:
        return self._turned if self._sought is None else self._turned_meanwhile

    def toggle(self, group: Key) -> None:
        """Fold a group, or unfold it."""
        self._turns.symmetric_difference_update({group})
        self._update()

    def fold(self, folded: AbstractSet[Key]) -> bool:
        """Fold these groups and no others; false if that changes nothing."""
        if self.is_behind:
            # What is folded at first is known with that drawing.
            self._then.append(lambda: self.fold(folded))
            return True
        if folded == self.folded:
            return False
        turns = self._turns
        turns.clear()
        turns.update(self.drawing.first ^ folded)
        self._update(to_middle=True)
        return True

    @property
    def groups(self) -> frozenset[Key]:
        """All that can be folded, but for what is all of the run."""
        if self.drawing.of is None:
            return frozenset()
        workflow = self.drawing.of.workflow
        return frozenset(groups_of(workflow).kinds) - {workflow.metadata.name}

    @property
    def quiet_groups(self) -> frozenset[Key]:
        """All groups in which nothing failed and nothing runs."""
        if self.drawing.of is None:
            return frozenset()
        workflow = self.drawing.of.workflow
        parents = groups_of(workflow).parents
        eventful: set[Key] = set()
        for key, node in workflow.nodes.items():
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
        nodes = self.workflow.nodes.values() if self.workflow is not None else ()
        return any(map(never_ran, nodes))

    def toggle_artifacts(self, none_there: Callable[[], object]) -> None:
        """Show files between the steps, or no longer; say so if there are none."""
        before = len(self.graph.boxes)
        self.shows_artifacts = not self.shows_artifacts
        self._update(lambda: none_there() if len(self.graph.boxes) == before else None)

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
        if place is None and self.wanted is not None and step in self.wanted.workflow.nodes:
            self._then.append(lambda: self._move_in(step))
            return True
        return place is not None and self.move_to(place)

    def _move_in(self, step: NodeId) -> None:
        if (place := self.graph.place.get(step)) is not None:
            self.move_to(place)

    def _light(self) -> None:
        self.hot = ways_to(self.drawing.ahead, self.cursor) if self.cursor else frozenset()

    def along(self, step: int) -> bool:
        """Along an edge to what comes next (1), or back (-1): the way one came, else the nearest;
        false at an end."""
        here = self.cursor
        if here is None:
            return False
        ways: Mapping[Key, Iterable[Key]] = self.graph.edges if step > 0 else self.drawing.ahead
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
        waiting = deque(ways.get(key, ()))
        while waiting:
            at = waiting.popleft()
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
        those = self.drawing.rows[self.drawing.layers[self.cursor]]
        at = bisect_left(those, here.y, key=lambda key: boxes[key].y) + step
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
        rows = [row for row in self.drawing.rows if row]
        if not rows:
            return False
        return self.move_to(rows[0][0] if step < 0 else rows[-1][-1])

    # --- staying at what runs ------------------------------------------------------------

    def follow(self, on: bool) -> bool:
        """Keep the cursor at the step that began last of those that run, until it is moved, or no
        longer; false if nothing runs."""
        self.follows, self._followed = on, self.cursor
        runs = self._follow_on()
        self._light()
        self.reveal()
        return runs

    def _follow_on(self) -> bool:
        if not self.follows or self.drawing.of is None:
            return False
        if self.cursor != self._followed:
            self.follows = False  # somebody moved it
            return False
        running = running_newest_first(self.drawing.of.workflow)
        box = self.current
        if box is not None and box.step in running:
            return True
        place = next((p for key in running if (p := self.graph.place.get(key))), None)
        if place is not None:
            self.cursor = self._followed = place
        return bool(running)

    # --- ways through it -----------------------------------------------------------------

    def to_problem(self, step: int) -> Key | None:
        """To the next (1) or previous (-1) box that failed, round the end; None if none did.

        If one is not among those that are looked for, all are shown again.
        """
        drawn, place = self.drawing.of, self.graph.place
        if self._sought is not None and drawn is not None:
            workflow = drawn.workflow
            failed_of_all = kept_with(workflow, problems_of(workflow))
            hidden = [k for k in failed_of_all if k in workflow.nodes and k not in place]
            if hidden:
                self.seek(None)
            if hidden and self.wanted is not None:
                self._then.append(lambda: self._to_problem(step))
                return hidden[0]
        return self._to_problem(step)

    def _to_problem(self, step: int) -> Key | None:
        failed = set(self.drawing.problems)
        return self.find(lambda box: box.key in failed, step) if failed else None

    def find(self, fits: Callable[[Box], bool], step: int) -> Key | None:
        """To the next (1) or previous (-1) box that fits, round the end; 0 stays on one that does.

        None if none fits.
        """
        order = self.drawing.order
        at = order.index(self.cursor) if self.cursor in order else 0
        direction = step or 1
        for offset in range(abs(step), len(order) + 1):
            key = order[(at + direction * offset) % len(order)]
            if fits(self.graph.boxes[key]):
                self.move_to(key)
                return key
        return None

    def nearby(self, key: Key) -> tuple[Sequence[Key], Sequence[Key]]:
        """What leads to a box, and what it leads to; found once, as it is told with every frame."""
        of, known, found = self._near
        if of is not self.drawing or known != key:
            ahead, edges = self.drawing.ahead, self.graph.edges
            found = self._past_joins(key, ahead), self._past_joins(key, edges)
            self._near = self.drawing, key, found
        return found

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
