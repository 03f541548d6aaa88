"""The steps of one workflow as a tree that moves while one looks at it.

The tree is a table, so it scrolls, ticks and repaints as any table does; how its lines look is
`step_tree_renderer.py`, which rows there are and what is folded `step_tree_model.py`. It is as high
as it has rows, as far as the style sheet lets it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from datetime import datetime
from typing import ClassVar, cast

from textual.binding import BindingType
from textual.geometry import Size
from textual.message import Message

from tui.bindings import bind
from tui.columns import Column
from tui.columns.nodes import (
    DURATION,
    MEMORY,
    MESSAGE,
    NODE_COLUMNS,
    PEAK,
    STARTED,
    STEP,
    TIMELINE,
    Figures,
    NodeColumn,
    StepLook,
    Usage,
    node_columns,
    together,
)
from tui.domain.branches import TASK_GROUP
from tui.domain.durations import epoch_of
from tui.domain.forest import ORDERS, SHAPED, SiblingOrder, TreeRow, WholeTree
from tui.domain.node import Node, NodeId
from tui.domain.podname import V2, pod_name
from tui.domain.sought import PROBLEMS, Sought
from tui.domain.steppath import path_of_all, step_path
from tui.domain.timeline import Span, span_of
from tui.domain.usual import Usual
from tui.domain.workflow import Workflow
from tui.keys import hint
from tui.messages import Said
from tui.widgets.cells import LONGEST, printable, wrapped
from tui.widgets.step_tree_model import WINDOW, StepTreeModel
from tui.widgets.step_tree_renderer import StepTreeRenderer, Timeline
from tui.widgets.table import Table

MOST_TIME = 12
"""What a timeline gets of the cells that are left over, where labels get three."""
MOST_ZOOM = 10
"""How often the time that is seen can be halved."""
LOOKED_AT = 200
"""Rows, besides those on the screen, that are asked whether they say anything in a column."""
NAMED, BARS = 20, 7
"""Cells of names, and of bars, beside which there is room for all that is measured."""
FIRST_GONE = 3
"""The `drop` of what is used now while the most that was used is known, too."""
TIMED = (STEP, TIMELINE, DURATION)
"""Columns of the timeline, which has all the room that labels leave."""


class StepTree(Table[TreeRow]):
    """The tree of steps."""

    class OrderWanted(Message):
        """Somebody wants to choose what siblings are sorted by."""

    class ColumnsWanted(Message):
        """Somebody wants to choose which columns there are."""

    class NothingChosen(Message):
        """Enter was pressed where there is no step."""

    @dataclass
    class FormChanged(Message):
        """The steps are shown as a timeline now, or as a tree again."""

        is_timeline: bool

    class GraphWanted(Message):
        """Somebody wants the steps as a graph."""

    BINDINGS: ClassVar[list[BindingType]] = [
        bind("move.left", "fold", "Fold", group="tree"),
        bind("move.right", "unfold", "Unfold", group="tree"),
        bind("fold.one", "toggle_fold", "Fold", group="tree", shown=True),
        bind("fold.all", "toggle_folds", "Fold all", group="tree"),
        bind("fold.problems", "fold_quiet", "Problems open", group="tree"),
        bind("hide", "hide_skipped", "Hide skipped", group="tree"),
        bind("sort", "sort_menu", "Sort siblings", group="tree"),
        bind("form.tree", "form('tree')", "Tree", group="tree", shown=True),
        bind("form.graph", "form('graph')", "Graph", group="tree", shown=True),
        bind("form.timeline", "form('timeline')", "Timeline", group="tree", shown=True),
        bind("problems", "only_problems", "Problems only", group="tree"),
        bind("follow", "follow", "Stay at what runs", group="tree"),
        bind("columns", "columns_menu", "Columns", group="tree"),
        bind("times", "times", "When steps began", group="tree"),
        bind("problem-after", "problem(1)", "Next problem", group="tree"),
        bind("problem-before", "problem(-1)", "Last problem", group="tree"),
    ]

    def __init__(
        self,
        *,
        placeholder: str = "",
        ascii: bool = False,
        header: bool = True,
        pod_names: str = V2,
        now: datetime | None = None,
        id: str | None = None,
        classes: str | None = None,
    ) -> None:
        """`pod_names` is the version of Argo's rule by which pods are named (argo.md 3)."""
        super().__init__(
            (),
            key=lambda row: row.key,
            placeholder=placeholder,
            ascii=ascii,
            header=header,
            gutter=0,
            now=now,
            id=id,
            classes=classes,
        )
        self.cost_of: Callable[[Node], str] = lambda node: ""
        """What a step costs so far; "" where nobody knows a price."""
        everything = node_columns(
            StepLook(
                ascii=ascii,
                pod=self._pod_of,
                used=self._figures_of,
                cost=lambda node: self.cost_of(node),
                usual=self._usual_of,
            )
        )
        self.renderer = self._lines = StepTreeRenderer(
            everything[0],
            self.token,
            lambda: self.model.visible_items,
            marks=lambda: self.model.marks,
            now=self.renderer.now,
            placeholder=placeholder,
            ascii=ascii,
        )
        self._everything = everything
        # Here labels give way to bars, not bars to labels.
        timed = {
            STEP: replace(everything[0], width=28, least=14),
            TIMELINE: replace(everything[1], width=20, least=8, grow=MOST_TIME),
        }
        self._timed = tuple(timed.get(c.id, c) for c in everything if c.id in TIMED)
        # What is measured is what one looks for then: names and bars give way to it as far as they
        # can be read, and what is used now, before the most that was.
        self._measured = {
            STEP: replace(everything[0], width=NAMED),
            TIMELINE: replace(everything[1], title="TIME", width=BARS, least=BARS),
            **{c.id: replace(c, drop=FIRST_GONE) for c in everything if c.id == MEMORY},
        }
        self._pod_names = pod_names
        self._usage: Mapping[str, Usage] = {}
        self._figures: Mapping[NodeId, Figures] = {}
        self._of_fans: dict[NodeId, Figures | None] = {}
        """What was worked out of them for fan-outs."""
        self._usual: Mapping[str, Usual] = {}
        self._chosen: dict[str, bool] = {}
        """Ids of columns → whether somebody wants them, or does not, whatever is known."""
        self._follows = False
        self._followed: NodeId | None = None
        """The step that the cursor was put on because it ran."""
        self._known: frozenset[str] = frozenset()
        """Ids of columns for which something was known of this run; they do not come and go."""
        self._tree = StepTreeModel()
        self.model.may_mark = lambda row: not row.is_more
        self._is_timeline = False
        self._zoom = 0
        """How often the time that is seen was halved."""
        self._choose_columns()
        self._opened_at: NodeId | None = None
        """The node that the cursor was put on; it is kept in the middle until the cursor moves."""

    # --- room and focus ------------------------------------------------------------------

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        """A row for each step, or those of what it says instead; the style sheet limits it."""
        if not self.items:
            return len(wrapped(printable(self.placeholder[:LONGEST]), width - 2)) + 1
        return len(self.items) + self._header_height

    @property
    def placeholder(self) -> str:
        """What it says while it is empty."""
        return super().placeholder

    @placeholder.setter
    def placeholder(self, text: str) -> None:
        if text != self.renderer.placeholder:
            self.renderer.placeholder = text
            self.repaint()
            self.refresh(layout=True)

    def replace(self, items: Sequence[TreeRow]) -> None:
        """Show other rows; with more or fewer of them it takes other room."""
        is_other = len(items) != len(self.items)
        super().replace(items)
        if is_other:
            self.refresh(layout=True)

    def resized(self) -> None:
        """Where the cursor was put when it opened is in the middle, once there is a size."""
        super().resized()
        if self._opened_at is not None and self._opened_at == self.cursor_key:
            self.model.centre()

    def on_focus(self) -> None:
        """Heading and cursor show that keys come here."""
        self._show_focus(True)

    def on_blur(self) -> None:
        """The same when they do not."""
        self._show_focus(False)

    def _show_focus(self, on: bool) -> None:
        self._lines.is_focused = on
        self.repaint([*range(self._header_height), self._y(self.cursor)])

    # --- what is in it -------------------------------------------------------------------

    def show(
        self,
        workflow: Workflow,
        usage: Mapping[str, Usage] | None = None,
        *,
        found: WholeTree | None = None,
        whole: bool = False,
    ) -> None:
        """Show this version of a workflow, and what its pods (by name) use.

        `found` is its tree with nothing folded, if it is known: of a large run it takes a while to
        find it.

        Another workflow than before opens with the cursor on its first failed step, else on the
        one that cannot begin or waits for somebody; with `whole`, on its root.
        """
        if self.order is not None and self.order.by not in SHAPED:
            # What runs has run for longer.
            self._tree.order = self.order._replace(now=self.renderer.now)
        key = self._cursor_node
        is_gone = key is not None and key not in workflow.nodes
        above = self._tree.ancestors_at(self.cursor) if is_gone else []
        is_other = self._tree.show(workflow, found)
        if is_other:
            self._figures, self._known, self._usual = {}, frozenset(), {}
            self._of_fans = {}
            self._end_following()
        if is_other or usage is not None:
            self._usage = usage or {}
        if self.marks:
            self.marks = () if is_other else self._tree.known(self.marked)
        self._choose_columns()
        self._scale()
        self._show_rows()
        if is_other:
            opening = None if whole else self._tree.opening_node
            if opening is None or not self.reveal(opening):
                self.move_to_line(0)
            self.centre()
            self._opened_at = self._cursor_node
            return
        still_there = next(filter(self._tree.has_row, above), None)
        if still_there is not None:
            self.move_to(still_there)
        self._follow_on()

    def _show_rows(self) -> None:
        """The rows as they are now, the cursor on its step; where that is hidden, on what hides
        it."""
        key = self._cursor_node
        above = self._above(key) if key is not None and not self._tree.has_row(key) else []
        self._lines.sought = self._told_sought()
        self.replace(self._tree.rows)
        hiding = next(filter(self._tree.has_row, above), None)
        if hiding is not None:
            self.move_to(hiding)

    def _above(self, key: NodeId) -> list[NodeId]:
        row = self.current
        fan = self._tree.fan_at(row) if row is not None and row.is_more else None
        return [fan.key, *self._tree.ancestors(fan.key)] if fan else self._tree.ancestors(key)

    def _told_sought(self) -> str:
        sought = self._tree.sought
        if sought is None:
            return ""
        return f"{sought.text}: {self._tree.found:,}"

    def show_usage(self, usage: Mapping[str, Usage]) -> None:
        """What its pods (by name) use now."""
        self._set_usage(usage)
        self.repaint()

    def show_figures(self, figures: Mapping[NodeId, Figures]) -> None:
        """What its nodes use; of those that are not in it, what their pods do."""
        self._figures, self._of_fans = figures, {}
        self._choose_columns()
        self.repaint()

    def show_usual(self, usual: Mapping[str, Usual]) -> None:
        """How long its steps took in earlier runs, by their paths (`steppath`)."""
        self._usual = usual
        self._choose_columns()
        self.repaint()

    def _set_usage(self, usage: Mapping[str, Usage]) -> None:
        self._usage = usage
        self._choose_columns()

    def widen(self, on: bool) -> None:
        """All columns, messages among them, or what there is room for."""
        self._choose_columns(is_wide=on)
        super().widen(on)

    def _choose_columns(self, *, is_wide: bool | None = None) -> None:
        """Those of the mode, without those for which nothing is known."""
        wide = self.renderer.is_wide if is_wide is None else is_wide
        self._learn_columns()
        if self._is_timeline:
            columns = self._timed_columns
        else:
            columns = tuple(self._wanted_columns(is_wide=wide))
        if not self._is_timeline and any(column.id == PEAK for column in columns):
            columns = tuple(
                column if self._chosen.get(column.id) else self._measured.get(column.id, column)
                for column in columns
            )
        if columns != self.columns:
            self.columns = columns

    def _wanted_columns(self, *, is_wide: bool) -> Iterable[Column[TreeRow]]:
        for spec, column in zip(NODE_COLUMNS, self._everything, strict=True):
            if self._chosen.get(spec.id):
                # Who wants it gets it, and names give way to it.
                yield replace(column, drop=0, width=column.minimum)
            elif spec.id not in self._chosen and self._is_there(spec, is_wide=is_wide):
                yield column

    @property
    def _timed_columns(self) -> tuple[Column[TreeRow], ...]:
        """Those of the timeline, and those that somebody wants."""
        timed = {column.id: column for column in self._timed}
        return tuple(
            timed.get(column.id) or replace(column, drop=0, width=column.minimum)
            for column in self._everything
            if column.id in (STEP, TIMELINE) or self._chosen.get(column.id, column.id in timed)
        )

    def _is_there(self, spec: NodeColumn, *, is_wide: bool) -> bool:
        """Whether a column is there where nobody chose."""
        is_known = spec.shown == "known" and spec.id in self._known
        return spec.shown == "always" or is_known or (spec.shown == "wide" and is_wide)

    @property
    def choosable_columns(self) -> Sequence[tuple[NodeColumn, bool]]:
        """The columns that somebody can want or not, and whether they are on the screen."""
        shown = {column.id for column in self.shown_columns}
        fixed = (STEP, MESSAGE, TIMELINE) if self._is_timeline else (STEP, MESSAGE)
        return [(spec, spec.id in shown) for spec in NODE_COLUMNS if spec.id not in fixed]

    def columns_of_steps(self) -> Sequence[tuple[NodeColumn, Column[TreeRow], bool]]:
        """What there is to choose from where steps are no rows, and whether it is wanted there:
        durations, and what somebody chose."""
        return [
            (spec, column, self._chosen.get(spec.id, spec.id == DURATION))
            for spec, column in zip(NODE_COLUMNS, self._everything, strict=True)
            if spec.id not in (STEP, MESSAGE, TIMELINE)
        ]

    @property
    def chosen_columns(self) -> Mapping[str, bool]:
        """Ids of columns → whether somebody wants them, or does not."""
        return self._chosen

    def choose_columns(self, chosen: Mapping[str, bool]) -> None:
        """Have these columns whatever is known for them, and do without those; of others none is
        chosen."""
        self._chosen = dict(chosen)
        self._choose_columns()
        self.repaint()

    def choose_column(self, id: str, on: bool) -> None:
        """Have a column whatever is known for it, or do without it."""
        self.choose_columns({**self._chosen, id: on})

    def choose_usual_columns(self) -> None:
        """Have those again that are there where nobody chose."""
        self.choose_columns({})

    def _learn_columns(self) -> None:
        """Find out for which columns something is known; in ten thousand rows a few are asked."""
        rows = (*self._tree.rows[:LOOKED_AT], *self.model.visible_items)
        for spec, column in zip(NODE_COLUMNS, self._everything, strict=True):
            is_asked = spec.shown == "known" and spec.id not in self._known
            if is_asked and any(column.text(row, self.now) for row in rows):
                self._known |= {spec.id}

    # --- as a timeline -------------------------------------------------------------------

    @property
    def is_timeline(self) -> bool:
        """Whether the steps are bars on the time of the run."""
        return self._is_timeline

    def action_form(self, form: str) -> None:
        """As a tree, as bars on the time of the run, or as a graph, which somebody else draws."""
        if form == "graph":
            self.post_message(self.GraphWanted())
            return
        is_timeline = form == "timeline"
        if is_timeline == self._is_timeline:
            return
        self._is_timeline = self._lines.is_timeline = is_timeline
        self._zoom = 0
        self._choose_columns(is_wide=False)
        if self.renderer.is_wide:
            super().widen(False)
        self._scale()
        self.post_message(self.FormChanged(is_timeline))
        self.repaint()

    def zoom_time(self, step: int) -> bool:
        """See half of the time (1), around what the cursor is on, or twice as much (-1)."""
        zoom = max(0, min(MOST_ZOOM, self._zoom + step))
        if not self._is_timeline or zoom == self._zoom:
            return self._is_timeline
        self._zoom = zoom
        self._scale()
        self.repaint()
        return True

    def tick(self, now: datetime) -> None:
        """A second went by: bars of what runs grow."""
        before, mark = self._lines.timeline, self._lines.now_mark(self.size.width)
        super().tick(now)
        self._scale()
        is_scaled = before is not None and self._lines.timeline != before
        if is_scaled or self._lines.now_mark(self.size.width) != mark:
            self.repaint()

    def _scale(self) -> None:
        """Work out what bars are drawn on."""
        workflow = self._tree.workflow
        if workflow is None:
            self._lines.timeline = None
            return
        now = self.renderer.now.timestamp()
        whole = span_of(workflow, now) or Span(now, now + 1)
        node = self.node
        began = epoch_of(node.started_at) if node is not None else None
        ended = epoch_of(node.finished_at) if node is not None else None
        middle = ((began or whole.begin) + (ended or now)) / 2
        self._lines.timeline = Timeline(workflow, whole.within(self._zoom, middle), whole)

    @property
    def node(self) -> Node | None:
        """The node under the cursor; what stands for a fan-out also on what stands for its rest."""
        row = self.current
        if row is None:
            return None
        fan = self._tree.fan_at(row) if row.is_more else None
        return fan.node if fan is not None else row.node

    @property
    def _cursor_node(self) -> NodeId | None:
        return cast(NodeId | None, self.cursor_key)

    @property
    def marked(self) -> frozenset[NodeId]:
        """The marked steps, folded away or not; among them what stands for a fan-out."""
        return cast(frozenset[NodeId], self.marks)

    @property
    def marked_nodes(self) -> Sequence[Node]:
        """The same in the order of the tree; what is left out of that comes last."""
        marked, workflow = self.marked, self._tree.workflow
        if not marked or workflow is None:
            return ()
        found = {row.key: row.node for row in self._tree.all_rows if row.key in marked}
        hidden = (node for key, node in workflow.nodes.items() if key in marked - found.keys())
        return [*found.values(), *hidden]

    @property
    def folded(self) -> frozenset[NodeId]:
        """The nodes that hide what is below them."""
        return self._tree.folded

    @folded.setter
    def folded(self, folded: Iterable[NodeId]) -> None:
        if self._tree.fold(frozenset(folded)):
            self._show_rows()

    @property
    def order(self) -> SiblingOrder | None:
        """How siblings are sorted; None for Argo's own order."""
        return self._tree.order

    def sort_siblings(self, by: str, *, descending: bool = False) -> None:
        """Sort the steps below one and the same by one of `ORDERS`; "" for Argo's own order."""
        key = self._cursor_node
        self._tree.sort(SiblingOrder(by, descending, self.renderer.now) if by else None)
        arrow = ("^v" if self.renderer.ascii else "↑↓")[descending]
        self._lines.ordered = f"by {ORDERS[by]}{arrow}" if by else ""
        self.replace(self._tree.rows)
        if key is not None:
            self.move_to(key)
        self.repaint()

    def reveal(self, key: NodeId) -> bool:
        """Unfold what hides a node and go there; false if there is no such node."""
        if not self._tree.has_row(key) and self._tree.reveal(key):
            self._show_rows()
        return self.move_to(key)

    # --- looking for steps -----------------------------------------------------------------

    @property
    def sought(self) -> Sought | None:
        """Which steps are looked for; None for all."""
        return self._tree.sought

    def seek(self, sought: Sought | None) -> int:
        """Show only some steps, with what they are below; how many that are. None for all."""
        self._tree.seek(sought)
        self._show_rows()
        self.repaint()
        return self._tree.found

    def find(self, step: int) -> bool:
        """To the next (1) or previous (-1) row of what is looked for; 0 stays on one of it."""
        rows, at = self.items, self.cursor
        direction = step or 1
        # A workflow that has just begun may have no step at all.
        for offset in range(abs(step), len(rows) + 1) if rows else ():
            row = rows[(at + direction * offset) % len(rows)]
            if self.is_sought(row):
                return self.move_to(row.key)
        return False

    def is_sought(self, row: TreeRow) -> bool:
        """Whether a row is one of those that are looked for, and not only above one."""
        sought = self._tree.sought
        return sought is None or (not row.is_made_up and sought.matches(row.node))

    # --- staying at what runs ----------------------------------------------------------------

    @property
    def follows(self) -> bool:
        """Whether the cursor stays at what runs."""
        return self._follows

    def follow(self, on: bool) -> None:
        """Keep the cursor at the step that began last of those that run, until it is moved."""
        if on:
            self._follows, self._followed = True, self._cursor_node
            self._lines.follows = "at what runs"
            self._follow_on()
        else:
            self._end_following()
        self.repaint(range(self._header_height))

    def _end_following(self) -> None:
        self._follows, self._followed, self._lines.follows = False, None, ""

    def _follow_on(self) -> None:
        if not self._follows:
            return
        if self._cursor_node != self._followed:
            self._end_following()  # somebody moved it
            return
        before = self._followed
        if before is not None and self._tree.runs(before):
            return
        running = self._tree.newest_running
        if running is None:
            return
        if before is not None:
            self._tree.unpin(before)
        if self.reveal(running):
            self._followed = running

    def _pod_of(self, node: Node) -> str:
        workflow = self._tree.workflow
        if workflow is None or node.type != "Pod":
            return ""
        return pod_name(workflow, node, self._pod_names)

    def _figures_of(self, node: Node) -> Figures | None:
        known = self._figures.get(node.id)
        if known is None and self._figures and node.type == TASK_GROUP:
            return self._figures_of_all(node)
        if known is not None or not self._usage:
            return known
        usage = self._usage.get(self._pod_of(node))
        return Figures(usage.cpu_millis, usage.memory_bytes) if usage is not None else None

    def _figures_of_all(self, node: Node) -> Figures | None:
        """What the items of a fan-out use together, and the highest peak of one of them."""
        if node.id not in self._of_fans:
            items = [self._figures[key] for key in node.children if key in self._figures]
            self._of_fans[node.id] = together(items) if items else None
        return self._of_fans[node.id]

    def _usual_of(self, node: Node) -> Usual | None:
        workflow = self._tree.workflow
        if workflow is None or not self._usual:
            return None
        path = step_path(workflow, node)
        return self._usual.get(path) or self._usual.get(path_of_all(path))

    @property
    def written_columns(self) -> Sequence[Column[TreeRow]]:
        """All that is known, those included that are only shown in wide mode."""
        if self._is_timeline:
            return self._timed_columns
        wanted = self._wanted_columns(is_wide=True)
        return [column for column in wanted if column.id != TIMELINE]

    def plain_cell(self, column: Column[TreeRow], item: TreeRow) -> str:
        """What a column says of a step; of the first one with its box lines."""
        if column is self._everything[0]:
            return self._lines.label_text(item)
        return super().plain_cell(column, item)

    # --- keys ----------------------------------------------------------------------------

    def action_choose(self) -> None:
        """Open what the cursor is on; without a step, who shows the tree knows what is meant."""
        if self.cursor_key is None:
            self.post_message(self.NothingChosen())
        else:
            super().action_choose()

    def action_mark(self) -> None:
        """Mark or unmark what the cursor is on, and go on to the next."""
        if self.current is not None and self.current.is_more:
            why = f"steps that are not shown are not marked; {hint('fold.one')} shows more"
            self.post_message(Said(why))
        else:
            super().action_mark()

    # Those who show the same steps in another form have no marks of their own.

    def toggle_mark_of(self, step: NodeId) -> None:
        """Mark a step, or take its mark away, wherever its row is; a range begins there."""
        self.model.range_start = step
        self.marks = self.marks ^ {step}

    def mark_all_of(self, steps: AbstractSet[NodeId]) -> None:
        """Mark some steps, or take their marks back where all of them are marked."""
        self.marks = self.marks - steps if steps <= self.marks else self.marks | steps

    def mark_up_to(self, step: NodeId, shown: AbstractSet[NodeId]) -> None:
        """Mark those of some steps that stand between the one that was marked last and this one, in
        the order of the tree with nothing folded; both included."""
        order = [row.key for row in self._tree.all_rows]
        places = {key: at for at, key in enumerate(order)}
        here = places.get(step)
        last = places.get(cast(NodeId, self.model.range_start), here)
        between = [step]
        if here is not None and last is not None:
            between = order[min(here, last) : max(here, last) + 1]
        self.model.range_start = step
        self.marks = self.marks | (shown & {*between})

    def action_fold(self) -> None:
        """Fold what the cursor is on, or go to what it is below; when panned, pan left first."""
        if self.can_pan(-1):
            self.action_pan_left()
            return
        row = self.current
        if row is None:
            return
        if row.has_children and not row.is_folded:
            self._tree.close(row)
            self._show_rows()
            return
        parent = self._tree.parent_index(self.cursor)
        if parent is not None:
            self.move_to_line(parent)

    def action_unfold(self) -> None:
        """Unfold what the cursor is on, or go to the first below; when wide, pan right first."""
        if self.renderer.is_wide and self.can_pan(1):
            self.action_pan_right()
            return
        row = self.current
        if row is None or not (row.has_children or row.is_more):
            return
        if row.is_folded or row.is_more:
            self._open(row)
        else:
            self.move_to_line(self.cursor + 1)

    def _open(self, row: TreeRow) -> None:
        """Show what is below a row, or so much of what is left of a fan-out as fits."""
        line = self.cursor
        self._tree.window = max(WINDOW // 2, self.model.page - 2)
        self._tree.open(row)
        self._show_rows()
        if row.is_more:
            self.move_to_line(line)  # the first of those that came

    def action_toggle_fold(self) -> None:
        """Fold or unfold what the cursor is on; a step with none below it says so."""
        row = self.current
        if row is None:
            return
        if row.is_more:
            self._open(row)
        elif row.has_children:
            self._tree.window = max(WINDOW // 2, self.model.page - 2)
            self._tree.toggle(row)
            self._show_rows()
        else:
            up = f"{hint('move.left')} goes up"
            self.post_message(Said(f"no steps below {printable(row.label)}; {up}"))

    def action_toggle_folds(self) -> None:
        """Unfold everything, or fold everything but the roots."""
        if self._tree.hides:
            self._tree.open_all()
        elif self._tree.groups:
            self._tree.fold_all()
        else:
            self.post_message(Said("no step has steps below it"))
        self._show_rows()

    def action_fold_quiet(self) -> None:
        """Leave open only what leads to something that failed or runs."""
        self._tree.fold_quiet()
        self._show_rows()

    def action_hide_skipped(self) -> None:
        """Hide what never ran, or show it again."""
        if not self._tree.toggle_skipped():
            self.post_message(Said("no step was skipped, omitted or memoized"))
        self._show_rows()

    def action_only_problems(self) -> None:
        """Show only what failed, with what it is below, or everything again."""
        if self.sought is not None and self.sought.problems:
            self.seek(None)
        elif not self.seek(PROBLEMS):
            self.seek(None)
            self.post_message(Said("no step failed"))

    def action_follow(self) -> None:
        """Keep the cursor at what runs, or no longer."""
        self.follow(not self.follows)
        if not self.follows:
            self.post_message(Said("the cursor stays where it is"))
        elif self._tree.newest_running is None:
            self.post_message(Said("nothing runs; the cursor will go to what begins"))
        else:
            self.post_message(Said("the cursor stays at what runs, until it is moved"))

    def action_columns_menu(self) -> None:
        """Choose which columns there are."""
        self.post_message(self.ColumnsWanted())

    def action_times(self) -> None:
        """Show when each step began, or no longer."""
        is_shown = any(column.id == STARTED for column in self.shown_columns)
        self.show_times(not is_shown)

    def show_times(self, on: bool) -> None:
        """Show when each step began, or no longer, and say so."""
        self.choose_column(STARTED, on)
        self.post_message(Said("when steps began, in UTC" if on else "no times"))

    def action_sort_menu(self) -> None:
        """Choose what siblings are sorted by."""
        self.post_message(self.OrderWanted())

    def action_problem(self, step: int) -> None:
        """To the next (1) or previous (-1) step that failed, wherever it is folded away."""
        if self.go_to_problem(step) is None:
            self.post_message(Said("no step failed"))

    def go_to_problem(self, step: int) -> Node | None:
        """The same; the step that it went to, None where none failed."""
        problem = self._tree.problem_after(self._cursor_node, step)
        return self.node if problem is not None and self.reveal(problem) else None
