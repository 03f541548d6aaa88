"""The steps of one workflow as a graph: boxes in layers, and lines between them.

Which boxes there are and where the cursor is, is `graph_model.py`; how they look
`graph_renderer.py`. Here are the keys, the lines above and below the graph, and messages. As every
widget of lines it sends the cells that differ: who pans it gets what moved, and nothing of what
stands. A large graph is drawn on a thread, one drawing at a time and always the newest that is
wanted; what was drawn before stands, and is walked in, until then.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import ClassVar

from textual import events, on, work
from textual.binding import BindingType
from textual.message import Message
from textual.strip import Strip

from tui.bindings import bind
from tui.columns import Column
from tui.columns.nodes import node_seconds
from tui.columns.words import compact
from tui.domain.forest import TreeRow
from tui.domain.graph import ARTIFACT, Box, Key
from tui.domain.node import Node, NodeId
from tui.domain.sought import PROBLEMS, Sought
from tui.domain.workflow import Workflow
from tui.keys import hint
from tui.messages import Said
from tui.widgets.cells import (
    ASCII_ELLIPSIS,
    ELLIPSIS,
    LONGEST,
    cut,
    plain,
    printable,
    printable_name,
    rule,
    strip_of,
    wrapped,
)
from tui.widgets.graph_drawing import Drawing, Wanted, draw
from tui.widgets.graph_model import GraphModel
from tui.widgets.graph_renderer import ALL, DETAILS, SIGNS, GraphRenderer, Seen
from tui.widgets.line_view import LineView

WHEEL = 3
"""Rows that the mouse wheel pans by."""
SIDEWAYS = 12
"""Cells that it pans by to a side."""
HEADING, FOOTING = 1, 1
"""Rows above the graph, and below it."""
MOST_NAMED = 3
"""Boxes that are named before and after that of the cursor, and on the critical path."""


class GraphView(LineView):
    """The graph of steps."""

    BINDINGS: ClassVar[list[BindingType]] = [
        bind("move.right", "along(1)", "Along an edge", group="graph"),
        bind("move.left", "along(-1)", "Back along an edge", group="graph"),
        bind("move.down", "across(1)", "Box below", group="graph"),
        bind("move.up", "across(-1)", "Box above", group="graph"),
        bind("move.first", "to_end(-1)", "First", group="graph"),
        bind("move.last", "to_end(1)", "Last", group="graph"),
        bind("move.half-down", "pan_rows(0.5)", "Half page down", group="graph"),
        bind("move.half-up", "pan_rows(-0.5)", "Half page up", group="graph"),
        bind("move.page-down", "pan_rows(1)", "Page down", group="graph"),
        bind("move.page-up", "pan_rows(-1)", "Page up", group="graph"),
        bind("open", "choose", "Open", group="graph", shown=True),
        bind("mark", "mark", "Mark", group="graph"),
        bind("mark.range", "mark_range", "Mark up to here", group="graph"),
        bind("mark.all", "mark_all", "Mark all shown", group="graph"),
        bind("take-back", "unmark", "Unmark all", group="graph"),
        bind("fold.one", "toggle_fold", "Fold", group="graph", shown=True),
        bind("fold.all", "toggle_folds", "Fold all", group="graph"),
        bind("fold.problems", "fold_quiet", "Problems open", group="graph"),
        bind("hide", "hide_skipped", "Hide skipped", group="graph"),
        bind("columns", "columns_menu", "What boxes tell", group="graph"),
        bind("times", "times", "When steps began", group="graph"),
        bind("wide", "wide", "Wide", group="graph"),
        bind("sort", "sort_menu", "Sort siblings", group="graph"),
        bind("border.more", "zoom_boxes(1)", "Boxes tell more", group="graph"),
        bind("border.less", "zoom_boxes(-1)", "Boxes tell less", group="graph"),
        bind("follow", "follow", "Stay at what runs", group="graph"),
        bind("form.tree", "form('tree')", "Tree", group="graph", shown=True),
        bind("form.graph", "form('graph')", "Graph", group="graph", shown=True),
        bind("form.timeline", "form('timeline')", "Timeline", group="graph", shown=True),
        bind("problems", "only_problems", "Problems only", group="graph"),
        bind("problem-after", "problem(1)", "Next problem", group="graph"),
        bind("problem-before", "problem(-1)", "Last problem", group="graph"),
    ]

    idle_keys: ClassVar[frozenset[str]] = frozenset({"sort"})
    """Ids of bindings whose keys only say that they do nothing here."""

    @dataclass
    class CursorMoved(Message):
        """The cursor is on another box."""

        step: NodeId | None
        """The step that is meant by it; None where there is none."""

        def can_replace(self, message: Message) -> bool:
            return isinstance(message, GraphView.CursorMoved)

    class Chosen(Message):
        """Somebody wants what the cursor is on opened."""

    @dataclass
    class MarkWanted(Message):
        """Somebody wants a step marked, or its mark taken away."""

        step: NodeId

    @dataclass
    class RangeWanted(Message):
        """Somebody wants all marked from the step that was marked last up to this one."""

        step: NodeId
        shown: frozenset[NodeId]
        """The steps that have a box, of which some are between them."""

    @dataclass
    class AllWanted(Message):
        """Somebody wants all marked that is shown, or, where it is, all these marks taken away."""

        shown: frozenset[NodeId]

    class UnmarkWanted(Message):
        """Somebody wants all marks taken away."""

    class ColumnsWanted(Message):
        """Somebody wants to choose what boxes tell."""

    class TimesWanted(Message):
        """Somebody wants to see when steps began, or no longer."""

    @dataclass
    class FormWanted(Message):
        """Somebody wants the steps in another form."""

        form: str

    class Drawn(Message):
        """A drawing was made on a thread."""

        def __init__(self, drawing: Drawing | None) -> None:
            """None of one that nobody wanted any more."""
            super().__init__()
            self.drawing = drawing

    def __init__(
        self, *, ascii: bool = False, now: datetime | None = None, id: str | None = None
    ) -> None:
        super().__init__(id=id)
        self.renderer = GraphRenderer(self.token, now=now or datetime.now(UTC), ascii=ascii)
        self.model = GraphModel(self.renderer.size_of, self._draw_later)
        self.placeholder = ""
        """What it says while there are no steps."""
        self._is_drawing = False
        """Whether a drawing is being made on a thread."""
        self._is_late = False
        """Whether somebody has waited for one since the last tick."""

    # --- what is in it -----------------------------------------------------------------------

    @property
    def ascii(self) -> bool:
        """Whether it draws in ASCII alone."""
        return self.renderer.ascii

    def show(self, workflow: Workflow) -> None:
        """Show this version of a workflow."""
        before, drawing = self._step, self.model.drawing
        self.model.show(workflow, self.renderer.now.timestamp())
        if self.is_empty or self.model.drawing is not drawing:
            self._drawn()  # else it looks the same until that is drawn
        if self._step != before:
            self._tell()

    def _draw_later(self) -> None:
        wanted = self.model.wanted
        if wanted is not None and not self._is_drawing:
            self._is_drawing = True
            self._draw(wanted, self.model.drawing)

    # Textual describes a worker by the text of its arguments: of a large run, megabytes.
    @work(thread=True, group="graph", description="drawing a graph")
    def _draw(self, wanted: Wanted, before: Drawing) -> None:
        def is_wanted() -> bool:
            newest = self.model.wanted
            return self.is_attached and newest is not None and newest.look == wanted.look

        self.post_message(self.Drawn(draw(wanted, before, is_wanted)))

    @on(Drawn)
    def take_drawn(self, message: Drawn) -> None:
        """A drawing is there; the next one is begun, if there is something newer."""
        message.stop()
        self._is_drawing = False
        if (drawing := message.drawing) is not None:
            self._moved(lambda: self.model.take(drawing))
            self._is_late = self._is_late and self.model.is_behind
        self._draw_later()

    @property
    def is_empty(self) -> bool:
        """Whether nothing is drawn: there is nothing, or its first drawing is still being made."""
        return not self.model.graph.boxes

    def tick(self, now: datetime) -> None:
        """A second went by: what runs has run for longer."""
        self.renderer.now = now
        workflow, was_late = self.model.workflow, self._is_late
        self._is_late = self.model.is_behind
        if self._is_late != was_late:
            self.repaint()
        elif workflow is not None and not workflow.is_completed:
            self.repaint(self._rows_with_time())

    def _rows_with_time(self) -> Iterator[int]:
        """The rows of the screen on which something says for how long it has run."""
        model = self.model
        seen = model.top, model.height, model.left, model.width
        for row in sorted(set(self.renderer.rows_with_time(*seen))):
            yield row - model.top + HEADING
        yield from range(max(HEADING, self.size.height - FOOTING), self.size.height)

    @property
    def current(self) -> Box | None:
        """The box under the cursor."""
        return self.model.current

    @property
    def _step(self) -> NodeId | None:
        return self.current.step if self.current is not None else None

    @property
    def node(self) -> Node | None:
        """The step that is meant by the box under the cursor; None where there is none."""
        step, workflow = self._step, self.model.workflow
        return workflow.nodes.get(step) if step is not None and workflow is not None else None

    def show_marked(self, marked: frozenset[NodeId]) -> None:
        """These steps are marked."""
        if marked != self.renderer.marked:
            self.renderer.marked = marked
            self.repaint()

    def show_facts(self, facts: Sequence[Column[TreeRow]], *, duration: bool) -> None:
        """Boxes tell this besides, each in a row of its own; `duration` is whether they tell how
        long a step took. What was not told before has boxes tell more than names."""
        renderer = self.renderer
        before, ids = [fact.id for fact in renderer.facts], [fact.id for fact in facts]
        if ids == before and duration == renderer.shows_duration:
            return
        if not {*ids} <= {*before}:
            renderer.level = max(renderer.level, DETAILS)
        renderer.facts, renderer.shows_duration = tuple(facts), duration
        self.model.resize_boxes(renderer.size_of)
        self._drawn()

    @property
    def is_on_file(self) -> bool:
        """Whether the cursor is on an artifact."""
        return self.current is not None and self.current.kind == ARTIFACT

    def go_to(self, step: NodeId) -> bool:
        """Put the cursor on the box of a step; false where there is none."""
        return self._moved(lambda: self.model.go_to(step))

    @property
    def sought(self) -> Sought | None:
        """Which steps are looked for; None for all."""
        return self.model.sought

    def seek(self, sought: Sought | None) -> int:
        """Show only some steps, with what they are part of; how many that are. None for all."""
        found: list[int] = []
        self._moved(lambda: found.append(self.model.seek(sought)))
        return found[0]

    def find(self, step: int) -> bool:
        """To the next (1) or previous (-1) box of what is looked for; 0 stays on one of it."""
        wanted = self.model.drawing.matched
        return self._moved(lambda: self.model.find(lambda box: box.key in wanted, step) is not None)

    def go_to_problem(self, step: int) -> bool:
        """To the next (1) or previous (-1) box that failed; false where none did."""
        return self._moved(lambda: self.model.to_problem(step) is not None)

    def toggle_artifacts(self) -> None:
        """Show files between the steps, or no longer."""
        none_there = Said("no step has artifacts")
        self._moved(lambda: self.model.toggle_artifacts(lambda: self.post_message(none_there)))

    def action_zoom_boxes(self, step: int) -> None:
        """Each box tells more (1) or less (-1): its sign, its name, a word, a sentence."""
        level = max(SIGNS, min(ALL, self.renderer.level + step))
        if level != self.renderer.level:
            self.renderer.level = level
            self.model.resize_boxes(self.renderer.size_of)
            self._drawn()

    def toggle_fold(self) -> None:
        """Fold or unfold what the cursor is on, or is part of."""
        box = self.current
        if box is None:
            return
        workflow = self.model.workflow
        is_whole = workflow is None or box.group == workflow.metadata.name
        if box.group and (box.key == box.group or not is_whole):
            self._moved(lambda: self.model.toggle(box.group))
        else:
            self.post_message(Said(f"nothing to fold at {printable(box.label[:LONGEST])}"))

    def table_lines(self, *, everything: bool) -> list[str]:
        """The graph as text: all of it, or what is on the screen."""
        return list(self._lines_of(everything=everything))

    def _lines_of(self, *, everything: bool) -> Iterator[str]:
        size = self.model.layout.size
        yield "".join(segment.text for segment in self._heading(max(size.width, 1))).rstrip()
        if everything:
            for y in range(size.height):
                yield self.renderer.line(y, 0, size.width).text.rstrip()
            return
        for y in range(HEADING, self.size.height - FOOTING):
            yield self.line_at(y).text.rstrip()

    # --- drawing -----------------------------------------------------------------------------

    def _drawn(self) -> None:
        model = self.model
        self.renderer.show(
            Seen(model.graph, model.layout, model.drawing.lines, model.hot, model.cursor)
        )
        self.repaint()

    def resized(self) -> None:
        """There is other room; the cursor's box stays in it."""
        self.model.resize(self.size.width, self.size.height - HEADING - FOOTING)
        self._drawn()

    def on_focus(self) -> None:
        """Heading and cursor show that keys come here."""
        self.renderer.is_focused = True
        self.repaint()

    def on_blur(self) -> None:
        """The same when they do not."""
        self.renderer.is_focused = False
        self.repaint()

    def line_at(self, y: int) -> Strip:
        """The heading, a line of the graph, or what there is to say of the cursor's box."""
        width, height = self.size.width, self.size.height
        if y < HEADING:
            return self._heading(width)
        if self.is_empty:
            wanted, said = self.model.wanted, self.placeholder[:LONGEST]
            if wanted is not None:
                said = f"drawing {len(wanted.workflow.nodes):,} steps …"
            rows = wrapped(plain(printable(said), self.ascii), width - 2)
            text = rows[y - HEADING] if y - HEADING < len(rows) else ""
            return strip_of([("  ", self.token("")), (text, self.token("muted"))], width,
                            self.token(""))  # fmt: skip
        if y >= height - FOOTING and height > HEADING + FOOTING:
            return self._footing(width)
        row = self.model.top + y - HEADING
        if row >= self.model.layout.size.height:
            return Strip.blank(width, self.token(""))
        return self.renderer.line(row, self.model.left, width)

    def _heading(self, width: int) -> Strip:
        """How large the graph is, and its critical path, on a rule that is heavy while keys come
        here."""
        is_focused = self.renderer.is_focused
        line = rule(is_focused, ascii=self.ascii)
        rules = self.token("rule" if is_focused else "guide")
        heading = self.token("heading" if is_focused else "muted")
        drawing = self.model.drawing
        boxes, steps = drawing.counted
        told = [f"{boxes:,} boxes" if boxes != 1 else "1 box"]
        if drawing.of is None and self.model.wanted is not None:
            told = ["drawing …"]  # nobody knows yet how many there will be
        elif steps != boxes:
            told.append(f"{steps:,} steps" if steps != 1 else "1 step")
        if self.renderer.marked:
            told.append(f"{len(self.renderer.marked):,} marked")
        if self.model.follows:
            told.append("at what runs")
        if self._is_late:
            told.append("drawing anew …")
        if way := drawing.critical_names:
            arrow = " > " if self.ascii else " ▸ "
            names = [printable_name(name) for name in way]
            if len(names) > 2 * MOST_NAMED:
                names = [*names[:MOST_NAMED], self._ellipsis, *names[-MOST_NAMED:]]
            told.append(f"critical: {arrow.join(names)}")
        if drawing.of is not None and (sought := drawing.of.look.sought) is not None:
            told.append(f"{printable(sought.text)}: {len(drawing.matched):,}")
        if missing := drawing.undrawn:
            told.append(f"{missing:,} lines left out")
        text = cut("  ".join(told), max(0, width - 10), ellipsis=self._ellipsis)
        named = self.token("front" if is_focused else "muted")
        pieces = [(line, rules), (" GRAPH ", named), (line, rules), (f" {text} ", heading)]
        return strip_of([*pieces, (line * width, rules)], width, rules)

    @property
    def _ellipsis(self) -> str:
        return ASCII_ELLIPSIS if self.ascii else ELLIPSIS

    def _footing(self, width: int) -> Strip:
        """What is under the cursor, and what is before and after it."""
        box = self.current
        if box is None:
            return Strip.blank(width, self.token(""))
        muted, base = self.token("muted"), self.token("")
        told = [self._told(box)]
        before, after = self.model.nearby(box.key)
        for word, keys in (("after", before), ("then", after)):
            if keys:
                told.append(f"{word}: {', '.join(self._named(keys))}")
        said = box.node.message if box.node is not None else ""
        name = plain(printable_name(box.label), self.ascii)
        pieces = [(f" {name}: ", self.token("heading")), ("  ".join(told), base)]
        if said:
            style = self.token("problem" if box.is_problem else "muted")
            pieces.insert(1, (f"{printable(said[:LONGEST])}  ", style))
        text = [(plain(text, self.ascii), style) for text, style in pieces]
        return strip_of(text, width, muted)

    def _told(self, box: Box) -> str:
        """Its state in words."""
        if box.kind == ARTIFACT:
            return "artifact" if box.total == 1 else f"{box.total:,} artifacts"
        if box.is_coming:
            what = "never ran" if box.is_never else "still to come"
            condition = printable(box.condition[:LONGEST])
            return f"{what}, if {condition}" if condition else what
        parts = [box.phase or "no phase yet"]
        if box.counts:
            parts.append(", ".join(f"{n:,} {(p or 'to come').casefold()}" for p, n in box.counts))
        if box.tries > 1:
            parts.append(f"in {box.tries} attempts")
        seconds = node_seconds(box.node, self.renderer.now) if box.node is not None else None
        if seconds is not None:
            parts.append(compact(seconds))
        return " ".join(parts)

    def _named(self, keys: Sequence[Key]) -> Iterator[str]:
        boxes = self.model.graph.boxes
        for key in keys[:MOST_NAMED]:
            yield printable_name(boxes[key].label)
        if len(keys) > MOST_NAMED:
            yield f"{len(keys) - MOST_NAMED:,} more"

    # --- keys --------------------------------------------------------------------------------

    def _moved(self, work: Callable[[], bool | None]) -> bool:
        """Do something that may move the cursor, and show what came of it; what it answers."""
        before = self.current
        answer = work()
        self._drawn()
        after = self.current
        if (before and (before.key, before.step)) != (after and (after.key, after.step)):
            self._tell()
        return bool(answer)

    def _tell(self) -> None:
        self.post_message(self.CursorMoved(self._step))

    def action_along(self, step: int) -> None:
        """Along an edge (1), or back (-1)."""
        if not self._moved(lambda: self.model.along(step)) and self.current is not None:
            self.post_message(Said("nothing comes after it" if step > 0 else "nothing leads to it"))

    def action_across(self, step: int) -> None:
        """To the box below (1) or above (-1)."""
        self._moved(lambda: self.model.across(step))

    def action_to_end(self, step: int) -> None:
        """To the last box (1) or the first (-1)."""
        self._moved(lambda: self.model.to_end(step))

    def action_pan_rows(self, pages: float) -> None:
        """Look further down, or up; the cursor stays where it is."""
        self.pan(0, round(self.model.height * pages))

    def pan(self, cells: int, rows: int) -> None:
        """Look so many cells and rows further."""
        if self.model.pan(cells, rows):
            self.repaint()

    def action_choose(self) -> None:
        """Open what the cursor is on."""
        self.post_message(self.Chosen())

    def action_mark(self) -> None:
        """Mark or unmark the step that the cursor is on, and go on to the box below."""
        node = self.node
        if node is None:
            self.post_message(Said("the cursor is on no step"))
        else:
            self.post_message(self.MarkWanted(node.id))
            self.action_across(1)

    def action_mark_range(self) -> None:
        """Mark everything from the last mark up to the cursor, in the order of the tree."""
        node = self.node
        if node is None:
            self.post_message(Said("the cursor is on no step"))
        else:
            self.post_message(self.RangeWanted(node.id, self._with_box))

    def action_mark_all(self) -> None:
        """Mark all that is shown, or take all marks back where all of it is marked."""
        if shown := self._with_box:
            self.post_message(self.AllWanted(shown))
        else:
            self.post_message(Said("nothing here to mark"))

    @property
    def _with_box(self) -> frozenset[NodeId]:
        """The steps that have a box; not what is still to come."""
        workflow = self.model.workflow
        steps = (box.step for box in self.model.graph.boxes.values())
        nodes = workflow.nodes if workflow is not None else {}
        return frozenset(step for step in steps if step is not None and step in nodes)

    def action_unmark(self) -> None:
        """Take all marks back."""
        self.post_message(self.UnmarkWanted())

    def action_toggle_fold(self) -> None:
        """Fold or unfold what the cursor is on."""
        self.toggle_fold()

    def action_toggle_folds(self) -> None:
        """Unfold everything, or fold everything but the whole."""
        groups, folded = self.model.groups, self.model.folded
        if not groups:
            self.post_message(Said("nothing to fold"))
        self._moved(lambda: self.model.fold(frozenset() if folded else groups))

    def action_fold_quiet(self) -> None:
        """Leave open only what leads to something that failed or runs."""
        self._moved(lambda: self.model.fold(self.model.quiet_groups))

    def action_hide_skipped(self) -> None:
        """Leave out what never ran, or show it again."""
        if not self._moved(self.model.toggle_skipped):
            self.post_message(Said("no step was skipped, omitted or memoized"))

    def action_columns_menu(self) -> None:
        """Choose what boxes tell of their steps."""
        self.post_message(self.ColumnsWanted())

    def action_times(self) -> None:
        """Tell when each step began, or no longer."""
        self.post_message(self.TimesWanted())

    def action_wide(self) -> None:
        """Names whole, however long, or so much of them that boxes stay small."""
        renderer = self.renderer
        renderer.is_wide = not renderer.is_wide
        self.model.resize_boxes(renderer.size_of)
        self._drawn()
        self.post_message(Said("names are whole" if renderer.is_wide else "long names are cut"))

    def action_sort_menu(self) -> None:
        """Say where steps can be sorted: a graph has the order of its lines."""
        tree = f"{hint('form.tree')} shows the tree, where {hint('sort')} sorts"
        self.post_message(Said(f"a graph has the order of its lines; {tree}"))

    def action_follow(self) -> None:
        """Keep the cursor at what runs, or no longer."""
        is_on = not self.model.follows
        if self._moved(lambda: self.model.follow(is_on)):
            self.post_message(Said("the cursor stays at what runs, until it is moved"))
        elif is_on:
            self.post_message(Said("nothing runs; the cursor will go to what begins"))
        else:
            self.post_message(Said("the cursor stays where it is"))

    def action_form(self, form: str) -> None:
        """As a tree, or on the time of the run."""
        if form != "graph":
            self.post_message(self.FormWanted(form))

    def action_only_problems(self) -> None:
        """Show only what failed, with what it is part of, or everything again."""
        if self.sought is not None and self.sought.problems:
            self.seek(None)
        elif not self.seek(PROBLEMS):
            self.seek(None)
            self.post_message(Said("no step failed"))

    def action_problem(self, step: int) -> None:
        """To the next (1) or previous (-1) box that failed."""
        if not self.go_to_problem(step):
            self.post_message(Said("no step failed"))

    # --- mouse -------------------------------------------------------------------------------

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        """The wheel pans; with shift to the side."""
        event.stop()
        self.pan(SIDEWAYS if event.shift else 0, 0 if event.shift else WHEEL)

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        """The wheel pans; with shift to the side."""
        event.stop()
        self.pan(-SIDEWAYS if event.shift else 0, 0 if event.shift else -WHEEL)

    def on_click(self, event: events.Click) -> None:
        """A click moves the cursor, a double click opens."""
        key: Key | None = self.model.at(event.x, event.y - HEADING)
        if event.y < HEADING or event.y >= self.size.height - FOOTING or key is None:
            return
        found = key
        self._moved(lambda: self.model.move_to(found))
        if event.chain == 2:
            self.action_choose()
