"""The tree of steps and the side with the panes: which has the room, and which has the keys.

Beside each other where there is room, and then what the cursor is on stands below the tree, or
between both on a wide screen; else the tree is above the pane. It takes the rows it needs, as far
as half of them. Either side can have all the room for a while, and the border between them can be
moved.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING, Any, cast

from textual import events, on
from textual.app import ComposeResult
from textual.containers import Container
from textual.getters import query_one
from textual.message import Message
from textual.timer import Timer

from tui.columns.nodes import DURATION, STARTED, NodeColumn
from tui.domain.forest import WholeTree
from tui.domain.identity import Target
from tui.domain.node import Node, NodeId
from tui.domain.podname import pod_name
from tui.domain.sought import Sought
from tui.domain.workflow import ListedWorkflow, Workflow, workflow_of_holder
from tui.keys import hint
from tui.kinds.workflows import WORKFLOWS
from tui.messages import GoToStep, RoomWanted, Said, ShowProof
from tui.panes.base import PaneContext
from tui.panes.text_pane import SearchedPane
from tui.screens.pane_tabs import PaneTabs
from tui.screens.step_about import StepAbout, facts_of
from tui.view import View
from tui.widgets.step_tree import StepTree

if TYPE_CHECKING:
    from tui.widgets.graph import GraphView  # no start waits for it

SIDE_BY_SIDE = 110
"""Cells from which on the panes stand beside the tree, not below it."""
GRAPH_BESIDE = 160
"""Cells from which on a graph leaves room for a pane beside it."""
THREE = 200
"""Cells from which on what the cursor is on stands between tree and pane, not below the tree."""
PANE_AFTER = 0.1
"""Seconds the cursor rests on a step before the pane shows it: steps passed cost it nothing."""
BORDER = 4, 2
"""Cells, and rows, that the border moves by."""
LEAST = 24, 4
"""Cells, and rows, that each side keeps."""
MANY = 10_000
"""Nodes from which on tree and pane are shown one after the other."""


class SplitView(Container):
    """The tree, and one pane at a time."""

    steps = query_one(StepTree)
    about = query_one(StepAbout)
    tree_side = query_one("#tree-side", Container)
    pane_tabs = query_one(PaneTabs)

    def __init__(self, context: PaneContext, *, whole: bool = False, step: str = "") -> None:
        """With `whole` the cursor begins on the root, not on the step that failed; with `step` on
        the step of that id."""
        super().__init__(id="split")
        self.context = context
        self._is_whole = whole
        self._wanted = NodeId(step)
        """The step that the cursor is put on as soon as there are steps; "" for none."""
        self._workflow: Workflow | None = None
        self._raw = b""
        self._resting: Timer | None = None
        self._graph: GraphView | None = None
        """The steps as a graph, once somebody wanted to see that."""
        self.draws_graph = False
        """Whether the steps are shown as a graph; the thread that reads them may ask."""
        self._zoomed_for_room = False
        """Whether a pane has all the room since it asked for it, not since somebody gave it."""

    def compose(self) -> ComposeResult:
        """Tree and side."""
        with Container(id="tree-side"):
            yield StepTree(
                ascii=self.context.ascii,
                placeholder="reading …",
                pod_names=self.context.pod_names,
                now=self.context.now(),
            )
            yield StepAbout(ascii=self.context.ascii)
        yield PaneTabs(self.context, WORKFLOWS)

    def on_mount(self) -> None:
        """The keys are the tree's."""
        self._arrange(self.app.size.width)
        self.steps.focus()

    def on_resize(self, event: events.Resize) -> None:
        """Side by side where there is room."""
        is_beside = event.size.width >= SIDE_BY_SIDE
        if is_beside != self.has_class("-side-by-side"):
            self._put_border(None)
        self._arrange(event.size.width)
        self.call_after_refresh(self.pane_tabs.show_tabs)

    def _arrange(self, width: int) -> None:
        """Below each other, beside each other, or three where there is room."""
        was_beside = self.has_class("-side-by-side")
        self.set_class(width >= SIDE_BY_SIDE, "-side-by-side")
        self.set_class(width >= THREE, "-three")
        if not was_beside:
            self._show_about()  # it was told nothing while there was no room for it

    # --- what is shown ---------------------------------------------------------------------

    def show(self, workflow: Workflow, raw: bytes, *, found: WholeTree | None = None) -> None:
        """This is the workflow now; `found` is its tree, if that is known."""
        self._workflow, self._raw = workflow, raw
        self.steps.tick(self.context.now())
        self.steps.show(workflow, found=found, whole=self._is_whole)
        if self._wanted and workflow.nodes:
            self.steps.reveal(self._wanted)
            self._wanted = NodeId("")
        if self._graph is not None and self.is_graph:
            self._graph.placeholder = self.steps.placeholder
            self._graph.renderer.now = self.context.now()
            self._graph.show(workflow)
        if len(workflow.nodes) > MANY:
            self.call_later(self._show_in_pane)  # in a turn of its own, so that keys come between
        else:
            self._show_in_pane()

    def _show_in_pane(self) -> None:
        if self._workflow is not None:
            self._tell_pane(self._workflow)
            self._show_about()

    def _tell_pane(self, workflow: Workflow) -> None:
        self.pane_tabs.show(workflow, self._step(workflow), self._raw, self.steps.marked)

    def _show_about(self) -> None:
        """What the cursor is on, below the tree, where there is room beside it."""
        workflow = self._workflow
        if workflow is None or not self.has_class("-side-by-side"):
            return
        node, context = self._step(workflow), self.context
        facts = facts_of(
            workflow, node, context.pod_names, ascii=context.ascii, front=self.pane_tabs.front
        )
        title = workflow.metadata.name if node is None else node.title
        # Where the pane in front says all of it, a name alone says nothing.
        self.about.show(title if facts else "", facts)

    @on(PaneTabs.Brought)
    def other_pane(self, message: PaneTabs.Brought) -> None:
        """What another pane says need not stand below the tree."""
        message.stop()
        self._show_about()

    def _step(self, workflow: Workflow) -> Node | None:
        """The step the cursor is on; None on the root, which stands for the whole."""
        node = self.node
        is_whole = node is None or (node.id == workflow.metadata.name and node.type != "Pod")
        return None if is_whole else node

    def _is_step(self, node: Node) -> bool:
        """Whether a node is one of the workflow, and does not stand for several."""
        if self.is_graph:
            return self._workflow is not None and node.id in self._workflow.nodes
        row = self.steps.current
        return row is not None and row.node is node and not row.is_made_up

    # --- in which form ---------------------------------------------------------------------

    @property
    def is_graph(self) -> bool:
        """Whether the steps are shown as a graph."""
        return self.draws_graph

    @property
    def form(self) -> str:
        """`tree`, `graph` or `timeline`."""
        return "graph" if self.is_graph else "timeline" if self.steps.is_timeline else "tree"

    @property
    def node(self) -> Node | None:
        """The step the cursor is on; None where that is none, as one still to come."""
        if self._graph is None or not self.is_graph or self._graph.is_empty:
            return self.steps.node  # that the first drawing will begin on
        return self._graph.node

    @property
    def front(self) -> StepTree | GraphView:
        """What shows the steps."""
        return self._graph if self._graph is not None and self.is_graph else self.steps

    async def show_form(self, form: str) -> None:
        """Show the steps as a `tree`, a `graph` or a `timeline`; the cursor stays on its step."""
        if form == "graph":
            await self._show_graph()
            return
        was_graph, had_keys = self.is_graph, not self.pane_tabs.holds_focus
        self.draws_graph = False
        self.remove_class("-graph")
        if was_graph:
            self.set_class(self.steps.is_timeline, "-zoom-tree")
        if was_graph and self._graph is not None and self._graph.sought != self.steps.sought:
            self._seek_in(self.steps, self._graph.sought)
        self.steps.action_form(form)
        if was_graph and had_keys:
            self.call_after_refresh(self.steps.focus)  # what is hidden still takes no focus

    async def _show_graph(self) -> None:
        workflow, had_keys = self._workflow, not self.pane_tabs.holds_focus
        if self.is_graph:
            return
        if self._graph is None:
            from tui.widgets.graph import GraphView

            self._graph = GraphView(ascii=self.context.ascii, now=self.context.now())
            await self.tree_side.mount(self._graph, before=self.about)
        self.draws_graph = True
        self.add_class("-graph")
        self.set_class(self.size.width < GRAPH_BESIDE, "-zoom-tree")
        self.remove_class("-zoom-pane")
        graph = self._graph
        graph.renderer.now = self.context.now()
        graph.placeholder = self.steps.placeholder
        graph.show_marked(self.steps.marked)
        self._show_facts()
        if workflow is not None:
            node = self.steps.node
            graph.show(workflow)
            if graph.sought != self.steps.sought:
                self._seek_in(graph, self.steps.sought)
            if node is not None:
                graph.go_to(node.id)
        if had_keys or self.is_zoomed:
            self.call_after_refresh(graph.focus)

    @on(StepTree.GraphWanted)
    async def graph_wanted(self, message: StepTree.GraphWanted) -> None:
        """From the tree, or the timeline, to the graph."""
        message.stop()
        await self._show_graph()

    # By their names, as the graph is imported when somebody wants to see one.

    async def on_graph_view_form_wanted(self, message: GraphView.FormWanted) -> None:
        """From the graph to the tree, or the timeline."""
        message.stop()
        await self.show_form(message.form)

    def on_graph_view_mark_wanted(self, message: GraphView.MarkWanted) -> None:
        """Space in the graph: the tree has the marks."""
        message.stop()
        self._have_tree(partial(self.steps.toggle_mark_of, message.step))

    def on_graph_view_range_wanted(self, message: GraphView.RangeWanted) -> None:
        """From the last mark up to the cursor; the tree has the order."""
        message.stop()
        self._have_tree(partial(self.steps.mark_up_to, message.step, message.shown))

    def on_graph_view_all_wanted(self, message: GraphView.AllWanted) -> None:
        """All that has a box, or nothing of it."""
        message.stop()
        self._have_tree(partial(self.steps.mark_all_of, message.shown))

    def on_graph_view_unmark_wanted(self, message: GraphView.UnmarkWanted) -> None:
        """All marks are taken back."""
        message.stop()
        self._have_tree(self.steps.action_unmark)

    def _have_tree(self, work: Callable[[], object]) -> None:
        """Have the tree do something: what it tells of it then goes further than to here, where
        messages that were sent from here would end."""
        self.steps.call_later(work)

    # What somebody wants to know of steps is chosen once, for the tree, the timeline and the graph.

    def on_graph_view_columns_wanted(self, message: GraphView.ColumnsWanted) -> None:
        """`#` in the graph: the menu of the tree."""
        message.stop()
        self.post_message(StepTree.ColumnsWanted())

    def on_graph_view_times_wanted(self, message: GraphView.TimesWanted) -> None:
        """When steps began, as in the tree."""
        message.stop()
        is_told = any(on for spec, _, on in self.steps.columns_of_steps() if spec.id == STARTED)
        self._have_tree(partial(self.steps.show_times, not is_told))
        self._have_tree(self._show_facts)

    @property
    def choosable_columns(self) -> Sequence[tuple[NodeColumn, bool]]:
        """What of steps somebody can want to see or not, and whether it is on the screen."""
        if self.is_graph:
            return [(spec, on) for spec, _, on in self.steps.columns_of_steps()]
        return self.steps.choosable_columns

    def choose_column(self, id: str, on: bool) -> None:
        """Show something of steps, whatever is known of it, or do without it."""
        self.steps.choose_column(id, on)
        self._show_facts()

    def choose_usual_columns(self) -> None:
        """Show again what there is where nobody chose."""
        self.steps.choose_usual_columns()
        self._show_facts()

    def _show_facts(self) -> None:
        """What is chosen stands in the boxes of the graph."""
        if self._graph is None or not self.is_graph:
            return
        wanted = [column for _, column, on in self.steps.columns_of_steps() if on]
        facts = [column for column in wanted if column.id != DURATION]
        self._graph.show_facts(facts, duration=len(facts) < len(wanted))

    def measured(self) -> None:
        """More is known of what steps use or cost, or how long they take as a rule."""
        if self._graph is not None and self.is_graph and self._graph.renderer.facts:
            self._graph.repaint()

    async def on_graph_view_chosen(self, message: GraphView.Chosen) -> None:
        """Enter in the graph."""
        message.stop()
        await self.open_chosen()

    def on_graph_view_cursor_moved(self, message: GraphView.CursorMoved) -> None:
        """The tree goes where the graph went, and the pane shows that."""
        message.stop()
        if message.step is not None:
            self.steps.reveal(message.step)
        self.tell_selection()

    def _go_to(self, step: NodeId) -> None:
        """Put the cursor on a step, in whatever form they are shown."""
        self.steps.reveal(step)
        if self._graph is not None and self.is_graph:
            self._graph.go_to(step)

    def toggle_artifacts(self) -> None:
        """Files between the steps of the graph, or none; false while there is no graph."""
        if self._graph is not None and self.is_graph:
            self._graph.toggle_artifacts()
        else:
            self.post_message(Said(f"{hint('form.graph')} shows the graph, which has artifacts"))

    @property
    def sought(self) -> Sought | None:
        """Which steps are looked for; None for all."""
        return self.front.sought

    def seek(self, sought: Sought | None) -> int:
        """Show only some steps, with what they are part of; all, for None or if there are none.

        How many that are.
        """
        return self._seek_in(self.front, sought)

    def _seek_in(self, front: StepTree | GraphView, sought: Sought | None) -> int:
        found = front.seek(sought)
        if sought is not None and not found:
            front.seek(None)
        return found

    def find_step(self, step: int) -> None:
        """To the next (1) or previous (-1) step of those that are looked for; 0 stays on one."""
        self.front.find(step)

    def next_step(self, step: int) -> None:
        """To the next step (1), or the one before (-1), while keys go elsewhere."""
        if self._graph is not None and self.is_graph:
            self._graph.action_across(step)
        else:
            self.steps.move_to_line(self.steps.cursor + step)

    def tick(self, now: datetime) -> None:
        """A second went by."""
        self.steps.tick(now)
        if self._graph is not None and self.is_graph:
            self._graph.tick(now)

    # --- what the cursor is on -------------------------------------------------------------

    @property
    def is_on_problem(self) -> bool:
        """Whether the cursor is on a step that failed and has a log."""
        node = self.node
        return node is not None and node.is_problem and node.type == "Pod"

    @property
    def name_of_step(self) -> str:
        """The name of the pod the cursor is on, or of the step; "" before there are steps."""
        node = self.node
        return self.name_of(node) if node is not None else ""

    def name_of(self, node: Node) -> str:
        """The name of the pod of a step, or, where it has none, of the step."""
        if node.type == "Pod" and self._workflow is not None:
            return pod_name(self._workflow, node, self.context.pod_names)
        return node.title

    @property
    def marked(self) -> Sequence[Node]:
        """The steps that are marked, in the order of the tree."""
        return self.steps.marked_nodes

    @property
    def step_called(self) -> str:
        """What `argo-tui open` calls the step the cursor is on; "" for the whole.

        That is its display name where that is a plain word and no other step has it, else its id.
        """
        workflow = self._workflow
        node = self._step(workflow) if workflow is not None else None
        if node is None or workflow is None or node.id == workflow.metadata.name:
            return ""
        if node.id not in workflow.nodes:
            return ""  # it stands for several
        name = node.display_name
        is_plain = re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]*", name) is not None
        same = sum(each.display_name == name for each in workflow.nodes.values())
        return name if is_plain and same == 1 and name not in workflow.nodes else str(node.id)

    def chosen(self, whole: Target, on: str) -> tuple[Target, str] | None:
        """The step, pod or artifact that the cursor is on, and its title; None for none."""
        node, workflow = self.node, self._workflow
        if on == "artifact":
            return self.pane_tabs.pane.chosen(whole) if self.pane_tabs.pane is not None else None
        if node is None or workflow is None or not self._is_step(node):
            return None
        if on == "node":
            return whole._replace(node=str(node.id)), node.title
        if on != "pod" or node.type != "Pod":
            return None
        pod = pod_name(workflow, node, self.context.pod_names)
        return whole._replace(node=str(node.id), pod=pod), pod

    @on(StepTree.Marked, "StepTree")
    def tell_marks(self) -> None:
        """The pane is about what is marked."""
        if self._graph is not None:
            self._graph.show_marked(self.steps.marked)
        self.tell_selection()

    def take_marks_back(self) -> bool:
        """No step is marked from now on; whether one was."""
        was_marked, self.steps.marks = bool(self.steps.marks), frozenset()
        return was_marked

    @on(StepTree.CursorMoved)
    def tell_selection(self) -> None:
        """The pane shows the step the cursor is on, once it stays there."""
        if self._resting is not None:
            self._resting.stop()
        self._resting = self.set_timer(PANE_AFTER, self._follow)

    is_at_keys: Callable[[], bool] = staticmethod(lambda: False)
    """Tells whether keys are under way or wait, each of which may move the cursor again."""

    def _follow(self) -> None:
        if self.is_at_keys():
            self.tell_selection()  # where keys take long, it does not rest between two of them
        else:
            self._show_in_pane()

    # --- room and keys ---------------------------------------------------------------------

    def move_border(self, step: int) -> None:
        """Give the side with the keys more of the room (1), or less (-1)."""
        if not self.pane_tabs.holds_focus and self.steps.zoom_time(step):
            return
        if self.is_zoomed:
            return
        grows = step if not self.pane_tabs.holds_focus else -step
        is_beside = self.has_class("-side-by-side")
        now, whole = self.tree_side.size, self.size
        by, least = BORDER[not is_beside], LEAST[not is_beside]
        has, of = (now.width, whole.width) if is_beside else (now.height, whole.height)
        self._put_border(max(least, min(has + grows * by, of - least)))

    def _put_border(self, at: int | None) -> None:
        """Give the tree so many cells, or rows; None for what the style sheet says."""
        styles = self.tree_side.styles
        for rule in ("width", "height", "max_height"):
            styles.clear_rule(rule)
        self.set_class(at is not None, "-border-moved")
        if at is None:
            return
        if self.has_class("-side-by-side"):
            styles.width = at
        else:
            styles.height = styles.max_height = at

    @dataclass
    class RunWanted(Message):
        """Another workflow shall be shown: that which holds the lock that is waited for, or one
        that a step made."""

        found: tuple[tuple[str, str], ...]
        """Namespace and name of those that are meant."""

    made_by: Callable[[Workflow, Node], Iterable[ListedWorkflow]] = staticmethod(lambda *_: ())
    """Tells which workflows a step made, of those that are known."""

    @property
    def _holder(self) -> RunWanted | None:
        """Who holds the lock that what the cursor is on waits for; None where it waits for none."""
        workflow, node = self._workflow, self.node
        if node is None and self.is_graph:
            return None  # what is still to come waits for nothing yet
        if workflow is None or (node is not None and node.id != workflow.metadata.name):
            wanted = node.waits_for if node is not None else ""
            if workflow is None or not wanted:
                return None
        else:
            wanted = ""
        own = workflow.ref
        for lock, holders in workflow.status.waits_for_locks:
            for holder in holders if not wanted or lock == wanted else ():
                found = workflow_of_holder(holder, own.namespace)
                if found != (own.namespace, own.name):
                    return self.RunWanted((found,))
        return None

    @property
    def _made(self) -> RunWanted | None:
        """The workflows that the step under the cursor made; None where it made none."""
        workflow, node = self._workflow, self.node
        if workflow is None or node is None:
            return None
        made = [each.metadata for each in self.made_by(workflow, node)]
        return self.RunWanted(tuple((each.namespace, each.name) for each in made)) if made else None

    @on(StepTree.Chosen)
    @on(StepTree.NothingChosen)
    async def open_chosen(self) -> None:
        """Enter: what holds the lock that is waited for, or what the step made; a step's log; a
        group folds."""
        row, wanted = self.steps.current, self._holder or self._made
        if wanted is not None:
            self.post_message(wanted)
            return
        if self._graph is not None and self.is_graph:
            await self._open_box(self._graph)
            return
        if row is None:
            self.post_message(Said("nothing here to open"))
            return
        if row.node.type in ("Pod", "Container"):
            await self.open("logs")
        elif row.has_children or row.is_more:
            self.steps.action_toggle_fold()

    async def _open_box(self, graph: GraphView) -> None:
        """Enter in the graph: a step's log, its last attempt's; a group folds."""
        box, node = graph.current, graph.node
        if node is not None and node.type in ("Pod", "Container"):
            await self.open("logs")
        elif box is not None and box.group == box.key:
            graph.toggle_fold()
        elif graph.is_on_file:
            await self.open("artifacts")
        else:
            self.post_message(Said("nothing here to open"))

    @on(GoToStep)
    def go_to_step(self, message: GoToStep) -> None:
        """To a step that a pane names."""
        message.stop()
        self.unzoom()
        self._go_to(message.step)
        self.go(to_pane=False)

    @on(ShowProof)
    async def show_proof(self, message: ShowProof) -> None:
        """To where a sentence comes from: the tree goes to the step, too, or to the root."""
        message.stop()
        workflow = self._workflow
        if workflow is None:
            return
        step = NodeId(message.step or workflow.metadata.name)
        if step in workflow.nodes:
            self._go_to(step)
        if message.pane == "logs":
            self._read_no_marked()
        self._tell_pane(workflow)
        await self.open(message.pane)
        if isinstance(pane := self.pane_tabs.pane, SearchedPane):
            pane.find_when_there(message.pattern)

    def go_to_failed(self) -> bool:
        """Put the cursor on a step that failed and has a log; from the log of one, on the next.

        False where there is none.
        """
        if self.is_on_problem and not self.pane_tabs.holds_focus:
            self._read_no_marked()
            return True
        first = self.steps.go_to_problem(1)
        found = first
        while found is not None and found.type != "Pod":
            found = self.steps.go_to_problem(1)
            if found is first:
                return False
        if found is not None and self._graph is not None and self.is_graph:
            self._graph.go_to(found.id)
        if found is not None:
            self._read_no_marked()
        return found is not None

    def _read_no_marked(self) -> None:
        """A log that was asked for by name is shown, not that of what is marked."""
        if self.take_marks_back():
            self.post_message(Said("nothing is marked any more, so that this log is shown"))

    async def open(self, name: str) -> None:
        """Open a pane and go there."""
        await self.pane_tabs.bring(name)
        self.go(to_pane=True)

    async def turn(self, step: int) -> None:
        """The next tab, the focus staying on its side."""
        was_in = self.pane_tabs.holds_focus
        await self.pane_tabs.turn(step)
        if was_in:
            self.pane_tabs.take_focus()

    @property
    def is_zoomed(self) -> bool:
        """Whether one side has all the room."""
        return self.has_class("-zoom-pane") or self.has_class("-zoom-tree")

    @on(StepTree.FormChanged)
    def make_room_for_form(self, message: StepTree.FormChanged) -> None:
        """A timeline has all the room; a tree shares it again."""
        message.stop()
        self.set_class(message.is_timeline, "-zoom-tree")
        self.remove_class("-zoom-pane")
        cast(View[Any], self.screen).hint_anew()

    @on(RoomWanted)
    def make_room(self, message: RoomWanted) -> None:
        """A pane shows two things beside each other, or no longer."""
        message.stop()
        if message.is_wanted and not self.is_zoomed:
            self._zoomed_for_room = True
            self.add_class("-zoom-pane")
        elif not message.is_wanted and self._zoomed_for_room:
            self._zoomed_for_room = False
            self.unzoom()

    def unzoom(self) -> None:
        """Room for both."""
        self.remove_class("-zoom-pane", "-zoom-tree")

    def zoom(self) -> None:
        """Only the side with the focus, or both again."""
        if self.is_zoomed:
            self.unzoom()
        else:
            self.add_class("-zoom-pane" if self.pane_tabs.holds_focus else "-zoom-tree")

    def go(self, *, to_pane: bool) -> None:
        """Put the focus on a side; where only one side is shown, on that side it is."""
        focus = self.pane_tabs.take_focus if to_pane else self.front.focus
        if self.is_zoomed:
            self.set_class(to_pane, "-zoom-pane")
            self.set_class(not to_pane, "-zoom-tree")
            self.call_after_refresh(focus)  # what is hidden still takes no focus
        else:
            focus()
