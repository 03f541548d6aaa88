"""One workflow: the tree of its steps, and beside it what there is to know about one of them."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from itertools import chain
from typing import ClassVar, cast

from msgspec import structs
from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding
from textual.getters import query_one
from textual.message import Message

from tui.actions import called
from tui.actions.base import On
from tui.actions.verdict import Allowed, Subject, verdict
from tui.bindings import add_bindings, bind
from tui.columns.nodes import Figures
from tui.commands import Command, alone, among, one_of
from tui.context import AppContext
from tui.domain.allowance import PodAllowance
from tui.domain.changes import ChangeSet
from tui.domain.decode import misfits
from tui.domain.forest import ORDERS, WholeTree, whole_tree
from tui.domain.history import Past, past_of
from tui.domain.identity import Depth, ObjectKey, Target
from tui.domain.lineage import Origin, children_of
from tui.domain.links import Link
from tui.domain.load import measured_sums
from tui.domain.node import PROBLEM_PHASES, Node, NodeId
from tui.domain.overview import prepare
from tui.domain.podname import pod_name
from tui.domain.prices import cost_of
from tui.domain.samples import RunSamples
from tui.domain.soundness import NO_STATUS, troubles
from tui.domain.spent import spent
from tui.domain.usual import Usual
from tui.domain.workflow import WORKFLOW, ListedWorkflow, Workflow
from tui.errors import SourceError
from tui.keys import hint
from tui.kinds.workflows import WORKFLOWS
from tui.menu import REVERSED, Choice, Menu, ask_for_columns, lettered
from tui.messages import OpenOneOf, RunAction, Said
from tui.panes import PANES
from tui.ports.collections import WatchEvent
from tui.ports.connection import offered
from tui.ports.metrics import Metrics, PodUsage
from tui.ports.objects import Watches, Whole
from tui.ports.samples import SavedSamples
from tui.ports.threads import CancelToken, endless
from tui.screens.bindings import action_bindings, hints, kind_bindings, pane_bindings
from tui.screens.commands import action_commands, objects_called, pane_commands
from tui.screens.copies import Copied, copies_of, copies_of_marked, copies_of_pod, names, yaml_of
from tui.screens.find_step import FindStep
from tui.screens.headings import first_of, heading_of_workflow, why_no_steps
from tui.screens.legend import LOG, TREE
from tui.screens.pane_tabs import PaneTabs
from tui.screens.split_view import SplitView
from tui.screens.usage import UsageReader
from tui.session import Session
from tui.state.watched import DELETED, WatchedObject
from tui.view import View
from tui.widgets.header import HeaderLine
from tui.widgets.status_line import StatusLine
from tui.widgets.step_tree import StepTree

LEARN_AFTER = 1.0
"""Seconds that a run is looked at before earlier ones are read."""
LOOK_BACK = 10.0
"""Seconds between two looks at the other runs that the list knows, which may be ten thousand."""

ARGOS_ORDER = "As they are"
"""What the order of siblings is called that Argo has them in."""

FORMS = (
    ("tree", "tree", "each step below what it is part of"),
    ("graph", "graph", "what comes after what, with what is still to come"),
    ("timeline", "timeline", "bars on the time of the run"),
)
"""The forms that steps are shown in, what they are called, and what they show."""

NOTHING_THERE = {
    "node": "the cursor is on no step",
    "pod": "the cursor is on no step with a pod",
    "artifact": "no artifact is chosen",
    "kind": "go back to the list for that",
}
"""What is missing, by what an action is done to."""


class WorkflowScreen(View[None]):
    """The tree, and one pane at a time."""

    TITLE = "workflow"
    topics = (TREE, LOG)

    @dataclass
    class Arrived(Message):
        """Events of this workflow came."""

        events: Sequence[WatchEvent[Whole[Workflow]]]

    @dataclass
    class WatchEnded(Message):
        """The watch ended for good."""

        error: SourceError

    @dataclass
    class UsageRead(Message):
        """What its pods use now."""

        usage: dict[str, PodUsage]

    @dataclass
    class UsualLearned(Message):
        """How long its steps took in earlier runs."""

        usual: Mapping[str, Usual]

    @dataclass
    class UsageRefused(Message):
        """Nobody tells what they use: a right lacks."""

        why: str

    @dataclass
    class UsageMissing(Message):
        """Nothing is measured here."""

        why: str

    @dataclass
    class PodsTold(Message):
        """What pods say that they may use."""

        allowed: dict[str, PodAllowance]

    ACTS_ON: ClassVar[tuple[On, ...]] = ("object", "node", "pod", "artifact")
    """What of a workflow can be acted on from here."""

    head = query_one("#head", HeaderLine)
    split = query_one(SplitView)
    steps = query_one(StepTree)
    pane_tabs = query_one(PaneTabs)
    find_bar = query_one(FindStep)

    @classmethod
    def key_bindings(cls) -> tuple[Binding, ...]:
        """Its own, and those of what is registered."""
        return (
            *pane_bindings(WORKFLOWS),
            *action_bindings(WORKFLOW, *cls.ACTS_ON),
            *kind_bindings(),
            bind("filter", "find", "Find step", group="tree"),
            bind("find.next", "find_next(1)", "Next match", group="tree"),
            bind("find.previous", "find_next(-1)", "Previous match", group="tree"),
            bind("failed-log", "failed_log", "Log of what failed", group="step"),
            bind("previous-attempt", "in_log('previous')", "Previous attempt", group="step"),
            bind("containers", "in_log('container')", "Containers, or logs to merge", group="step"),
            bind("copy", "copy", "Copy name", group="step"),
            bind("take-back", "unmark", "Unmark all", group="step"),
            bind("unwind", "back", "Back", group="workflow", shown=True),
        )

    def __init__(
        self,
        context: AppContext,
        key: ObjectKey,
        uid: str = "",
        *,
        pane: str = "",
        step: str = "",
        spot: str = "",
    ) -> None:
        """It begins on a step, by its id, and somewhere in the text of a pane, if named."""
        super().__init__()
        add_bindings(self, self.key_bindings())
        self.context = context
        self._watched: WatchedObject[Workflow] = WatchedObject(key, uid)
        self._shown_trouble: SourceError | None = None
        """The trouble of requests that the header tells of."""
        self._ascii = context.settings.ascii
        self._wanted_pane = pane
        self._wanted_step = step
        self._wanted_spot = spot
        self._first_pane = pane
        """The pane that came to the front before the workflow was read."""
        self._usage: UsageReader | None = None
        self._learning: CancelToken | None = None
        """Ends the reading of earlier runs."""
        self._is_past_due = False
        """Whether the list has changed since the other runs of what made it were looked at."""
        self._looked_back: datetime | None = None
        self._found: tuple[Workflow, WholeTree] | None = None
        """The rows of the tree of the first version, until that is shown."""
        self._marked: frozenset[NodeId] = frozenset()
        """The steps that are marked, about which it asks, too."""
        self._selected: NodeId | None = None
        """The step under the cursor, which the thread of the watch asks about beforehand."""

    def compose(self) -> ComposeResult:
        """Header; tree and pane, below each other or side by side; status, hints."""
        plain = self._ascii
        yield HeaderLine(id="head", ascii=plain)
        # A summary or a manifest is that of the workflow, a log that of the step that failed.
        wanted = self._wanted_pane
        spec = PANES[wanted] if wanted else None
        is_whole = spec is not None and not (spec.of_step or spec.is_answer)
        yield SplitView(
            self.context.at(self.key.connection), whole=is_whole, step=self._wanted_step
        )
        yield FindStep(self.context)
        yield StatusLine(ascii=plain, grows=True)
        yield hints(self.context, self, WORKFLOW)

    async def on_mount(self) -> None:
        """Show what is known, then watch."""
        self._end_listening = self.context.lists.listen(WORKFLOWS, self.take_changes)
        self.split.made_by = self._made_by
        self.split.is_at_keys = lambda: self.context.is_at_keys
        self._show_head()
        self.steps.cost_of = self._cost_of
        self.steps.choose_columns(self.context.tree_columns)
        self._watch()
        self.context.ask_rights(self.key.namespace, connection=self.key.connection)
        self._first_pane = self._wanted_pane or self._pane_for(is_asked=self._seems_asked)
        await self.pane_tabs.bring(self._first_pane)
        if self._wanted_spot and self.pane_tabs.pane is not None:
            self.pane_tabs.pane.seek(self._wanted_spot)
        if self._wanted_pane and self.is_attached:
            # Who asks for the logs or artifacts of a workflow wants to move in them.
            self.pane_tabs.take_focus()

    def _pane_for(self, *, is_asked: bool) -> str:
        """The pane that comes first: the one that says why, if somebody will ask."""
        specs = self.pane_tabs.specs
        return next((spec.id for spec in specs if spec.is_answer == is_asked), specs[0].id)

    @property
    def _seems_asked(self) -> bool:
        """Whether what the list knows says that it failed or waits."""
        known = self.known
        return known is not None and (known.phase in PROBLEM_PHASES or bool(known.trouble))

    def on_unmount(self) -> None:
        """Nothing of ours goes on."""
        self._end_listening()
        self._watched.unwatch()
        if self._usage is not None:
            self._usage.end()
        if self._learning is not None:
            self._learning.set()

    def remembered(self, session: Session) -> Session:
        """The session with what this screen shows in it."""
        key = self.key
        return structs.replace(
            session, namespace=key.namespace, name=key.name, pane=self.pane_tabs.front
        )

    # --- what the cluster tells ------------------------------------------------------------

    @property
    def key(self) -> ObjectKey:
        """Which workflow this is."""
        return self._watched.key

    @property
    def file_name(self) -> str:
        """What a file with the tree is called."""
        return f"{self.key.name}-steps.txt"

    @property
    def workflow(self) -> Workflow | None:
        """The workflow as it was last; None until it is read."""
        return self._watched.object

    @property
    def known(self) -> ListedWorkflow | None:
        """The workflow while it is there, until it is read as the list knows it.

        One that was deleted is shown, but nothing is left of it to act on.
        """
        if not self._watched.is_there:
            return None
        row = self.context.lists.of(WORKFLOWS).known.get(self.key)
        return self.workflow or (row.value if row is not None else None)

    @property
    def is_reading(self) -> bool:
        """Whether it is not read yet, and nothing was told of it either."""
        return self._watched.is_reading

    def _watch(self) -> None:
        connection = self.context.connection(self.key.connection)
        if connection is None:
            return
        self._usage = UsageReader(
            connection,
            lambda usage: self.post_message(self.UsageRead(usage)),
            lambda why: self.post_message(self.UsageRefused(why)),
            lambda allowed: self.post_message(self.PodsTold(allowed)),
            lambda why: self.post_message(self.UsageMissing(why)),
        )
        self._watched.watch(
            offered(connection, Watches),
            WORKFLOWS,
            asyncio.get_running_loop(),
            arrived=lambda events: self.post_message(self.Arrived(events)),
            failed=lambda error: self.post_message(self.WatchEnded(error)),
            compare=self._prepare,
        )

    def _prepare(self, version: Workflow, before: Workflow | None) -> None:
        """On the thread of the watch: what would take long on that of the event loop."""
        prepare(version, before, self._selected, self._marked)
        if self.split.draws_graph:
            from tui.domain.graph import groups_of  # no list waits for it

            groups_of(version)
        if before is None:
            self._found = version, whole_tree(version)

    def try_again(self) -> None:
        """Do not wait for the next try while the connection is broken."""
        self.context.past_runs.forget()
        if self._watched.try_again(self.context.now()):
            self._show_head()

    @on(Arrived)
    def take(self, message: Arrived) -> None:
        """A beat's worth of news."""
        before, was_over = self._watched.last, self._watched.over
        self._watched.take(message.events, self.context.now())
        self.pane_tabs.stand_still(self._watched.stands_still)
        if self._watched.last is not None and self._watched.last is not before:
            self._open(self._watched.last, is_first=before is None)
            self.hint_anew()
        elif why := self._watched.why_unread:
            self.steps.placeholder = why
            self.pane_tabs.show_unread(why)
        if self._watched.over == DELETED != was_over:
            self.refresh_bindings()
            self.context.say(f"{self.key.name} was deleted; this is how it was last", "warning")
        self._show_head()

    def _open(self, whole: Whole[Workflow], *, is_first: bool) -> None:
        workflow = whole.object
        self.steps.placeholder = why_no_steps(workflow)
        if is_first:
            self._look_back(workflow)  # panes begin with that
        found, self._found = self._found, None
        is_of_this = found is not None and found[0] is workflow
        self.split.show(workflow, whole.raw, found=found[1] if found and is_of_this else None)
        if is_first:
            self._begin_samples(workflow)
        if self._usage is not None:
            self._usage.read(workflow.ref, is_running=not workflow.is_completed)
        if is_first:
            self._examine(whole)
            if not self._wanted_pane and self.pane_tabs.front == self._first_pane:
                from tui.domain.why.answer import is_asked  # no list waits for it

                asked = is_asked(workflow, self.context.now())
                self.run_worker(self.pane_tabs.bring(self._pane_for(is_asked=asked)))

    def _begin_samples(self, workflow: Workflow) -> None:
        """With those of an earlier look, or of a file that was saved with some."""
        connection = self.context.connection(self.key.connection)
        samples = self.context.samples.of(self.key.connection, workflow.ref)
        saved = connection.port(SavedSamples) if connection is not None else None
        if saved is not None and not samples.is_measured:
            found = saved.samples(workflow.ref)
            samples.pods, samples.allowed = found.pods, found.allowed
            samples.why_not = found.why_not
        elif connection is not None and connection.port(Metrics) is None:
            samples.why_not = connection.lacks(Metrics)
        self._show_samples()

    def _look_back(self, workflow: Workflow) -> None:
        """Tell how the last runs of what made it went, of those that the list or the archive
        knows."""
        self._is_past_due, self._looked_back = False, self.context.now()
        rows = self.context.lists.of(WORKFLOWS).known.values()
        known = (each.value for each in rows if each.key.connection == self.key.connection)
        connection = self.context.connection(self.key.connection)
        archived = self.context.past_runs.of(
            connection, WORKFLOWS, workflow, asyncio.get_running_loop(), self._look_back_again
        )
        # Of one that was opened from a file no list may know.
        past = past_of(workflow, chain(known, archived, (workflow,)))
        self.pane_tabs.show_past(past)
        if past is not None and self._learning is None:
            self._learn_usual(workflow, past)

    def _look_back_again(self) -> None:
        """More of them is known now."""
        if self.workflow is not None and self.query(PaneTabs):
            self._look_back(self.workflow)

    def _learn_usual(self, workflow: Workflow, past: Past) -> None:
        """Read earlier runs, to tell how long steps take as a rule; not of who passes by."""
        from tui.inquiry import MOST_TO_LEARN  # no list waits for it

        earlier = self.pane_tabs.learned().of(workflow, past)
        connection = self.context.connection(self.key.connection)
        if earlier is None or connection is None or len(workflow.nodes) > MOST_TO_LEARN:
            return

        def learn(stop: CancelToken) -> None:
            if not stop.sleep(LEARN_AFTER):
                self.post_message(self.UsualLearned(earlier.steps(connection, stop)))

        # Where they cannot be read, the pane that asks why says so.
        self._learning = endless(f"usual {self.key.name}", learn, lambda error: None)

    @on(UsualLearned)
    def take_usual(self, message: UsualLearned) -> None:
        """What is far off, and how much is left of what runs."""
        self.steps.show_usual(message.usual)
        self.split.measured()

    # Textual describes a worker by the text of its arguments: of a large run, megabytes.
    @work(thread=True, group="examine", description="examining the workflow")
    def _examine(self, whole: Whole[Workflow]) -> None:
        """Say what is odd about it; beside the loop, since it takes a look at every node."""
        found = troubles(whole.object, () if whole.fits else misfits(whole.raw))
        # One that was just made has no status: the place of its steps says so, and what was said
        # of making it stays.
        odd = [trouble.said for trouble in found if trouble.said != NO_STATUS]
        if odd:
            self.post_message(Said(first_of(odd), "warning"))

    @on(WatchEnded)
    def watch_ended(self, message: WatchEnded) -> None:
        """It cannot be watched: say why, keep what is shown."""
        self._watched.fail(message.error)
        self.pane_tabs.show_unread(str(message.error))
        self.steps.placeholder = str(message.error)
        self.context.say(str(message.error), "error")
        self._show_head()

    @on(StepTree.CursorMoved)
    def remember_selected(self, message: StepTree.CursorMoved) -> None:
        """The next version is read with this step in mind."""
        self._selected = cast(NodeId | None, message.key)
        self.hint_anew()

    @on(StepTree.Marked, "StepTree")
    def remember_marked(self) -> None:
        """And with those that are marked; who marks the first one learns what for, as long as it
        is true."""
        had_marks, self._marked = bool(self._marked), self.steps.marked
        what_for = f"{hint('pane.logs')} reads the logs of marked steps as one"
        if not self._marked:
            self.context.unsay(what_for)
        elif not had_marks and self.pane_tabs.front != "logs":
            self.context.say(what_for)

    @on(UsageRead)
    def take_usage(self, message: UsageRead) -> None:
        """CPU and memory of the steps that run."""
        samples = self._samples
        if samples is not None:
            samples.take(self.context.now().timestamp(), message.usage)
        self.steps.show_usage(message.usage)
        self.split.measured()
        self.pane_tabs.show_usage(message.usage)
        self._show_samples()

    @property
    def _samples(self) -> RunSamples | None:
        """What its pods were measured to use; None until it is read."""
        workflow = self.workflow
        if workflow is None:
            return None
        return self.context.samples.of(self.key.connection, workflow.ref)

    def _show_samples(self) -> None:
        samples, workflow = self._samples, self.workflow
        if samples is None or workflow is None:
            return
        self.pane_tabs.show_samples(samples)
        if samples.is_measured:
            sums = measured_sums(workflow, samples, self.context.pod_names)
            self.steps.show_figures(
                {
                    key: Figures(
                        cpu=each.cpu,
                        memory=each.memory,
                        memory_peak=each.peak,
                        memory_limit=each.limit,
                        is_near_limit=each.is_near,
                    )
                    for key, each in sums.items()
                }
            )
            self.split.measured()

    def _cost_of(self, node: Node) -> str:
        """What a step costs so far, by the prices of the settings."""
        workflow, prices, samples = self.workflow, self.context.prices, self._samples
        if workflow is None or samples is None or not prices.are_set:
            return ""
        now, names = self.context.now(), self.context.pod_names
        is_whole = node.id == workflow.metadata.name and node.type != "Pod"
        durations, _ = spent(workflow, None if is_whole else node, now, samples, names)
        cost = cost_of(durations, prices)
        return prices.number(cost.total) if cost is not None else ""

    @on(PodsTold)
    def take_told(self, message: PodsTold) -> None:
        """What pods say themselves holds before what their templates say."""
        if (samples := self._samples) is not None:
            for pod, allowed in message.allowed.items():
                samples.learn(pod, allowed)
            self._show_samples()

    @on(UsageMissing)
    def take_usage_missing(self, message: UsageMissing) -> None:
        """It is said once, with the resources; the columns stay away."""
        if (samples := self._samples) is not None:
            samples.why_not = message.why
            self._show_samples()

    @on(UsageRefused)
    def take_usage_refused(self, message: UsageRefused) -> None:
        """The pane that would show it says so."""
        self.pane_tabs.show_usage_refused(message.why)

    def take_changes(self, changes: ChangeSet[ListedWorkflow]) -> None:
        """The list changed: an action on this workflow may have begun or ended."""
        self._is_past_due = self._is_past_due or bool(changes)
        self._show_head()

    def rights_known(self) -> None:
        """Header and hints tell what may be done to it."""
        self.refresh_bindings()
        self._show_head()

    def tick(self, now: datetime) -> None:
        """A second went by; not for one that is no more."""
        if self._watched.stands_still is not None:
            return
        self.split.tick(now)
        self.pane_tabs.tick(now)
        workflow, looked = self.workflow, self._looked_back
        is_due = looked is not None and not 0 <= (now - looked).total_seconds() < LOOK_BACK
        if workflow is not None and self._is_past_due and is_due:
            self._look_back(workflow)
        is_over = self.workflow is not None and self.workflow.is_completed
        is_news = self.context.request_trouble is not self._shown_trouble
        if not is_over or self._watched.is_stale or is_news:
            self._show_head()

    def on_screen_suspend(self) -> None:
        """Covered: what nobody sees is not measured. Behind a box it is still seen."""
        if self._usage is not None:
            self._usage.see(self.app.screen.is_modal)

    def on_screen_resume(self) -> None:
        """In front again: ages are those of now, not of when it was covered, and so are rights."""
        if self._usage is not None:
            self._usage.see(True)
        self.tick(self.context.now())
        self.rights_known()

    def heading_changed(self) -> None:
        """Whether it is recorded, or what time is played."""
        self._show_head()

    def _show_head(self) -> None:
        self._shown_trouble = self.context.request_trouble
        watched = self._watched
        now = watched.stands_still or self.context.now()
        row = self.context.lists.of(WORKFLOWS).known.get(self.key)
        self.head.show(
            *heading_of_workflow(
                self.context,
                watched.key,
                watched.object or self.known,
                watched.standings,
                now,
                watched.over,
                depth=row.depth if row is not None and watched.object is None else Depth.WHOLE,
            )
        )

    @on(SplitView.RunWanted)
    def open_run(self, message: SplitView.RunWanted) -> None:
        """To what holds the lock that this waits for, or to what a step made."""
        message.stop()
        self.context.say("")
        origins = [Origin(WORKFLOW, *each, "a workflow that it made") for each in message.found]
        self.post_message(OpenOneOf("Which workflow", self.key, tuple(origins)))

    def _made_by(self, workflow: Workflow, node: Node) -> Iterable[ListedWorkflow]:
        """The workflows that a step made, of those in the list."""
        rows = self.context.lists.of(WORKFLOWS).known.values()
        here = (row.value for row in rows if row.key.connection == self.key.connection)
        return children_of(workflow, node, here)

    # --- panes -----------------------------------------------------------------------------

    async def action_pane(self, name: str) -> None:
        """Open a pane and go there; its own key again goes back to the tree."""
        self.query_children(StatusLine).first().move_on()
        if name == self.pane_tabs.front and self.pane_tabs.holds_focus:
            self.split.go(to_pane=False)
        else:
            await self.split.open(name)

    async def action_failed_log(self) -> None:
        """The log of the step that failed; from there, that of the next that did."""
        before = self.split.node if self.pane_tabs.holds_focus else None
        was_shown = self.pane_tabs.front == "logs"
        if not self.split.go_to_failed():
            self.context.say("no step failed")
            return
        await self.split.open("logs")
        now = self.split.node
        if was_shown and before is not None and now is not None and now.id == before.id:
            self.context.say("no other step failed")

    async def action_in_log(self, action: str) -> None:
        """Go to the log of the step, and do there what the key means in logs."""
        await self.split.open("logs")
        pane = self.pane_tabs.pane
        if pane is not None:
            await self.app.run_action(action, pane)

    async def action_next_pane(self, step: int) -> None:
        """The next tab, the focus staying on its side."""
        self.query_children(StatusLine).first().move_on()
        await self.split.turn(step)

    def action_other_side(self) -> None:
        """Between the tree and the pane; the pane's own fields come first."""
        self.split.go(to_pane=not self.pane_tabs.holds_focus)

    def action_zoom(self) -> None:
        """Only the side with the focus, or both again."""
        self.split.zoom()

    def action_border(self, step: int) -> None:
        """Move the border between tree and pane: more room (1) or less (-1) for this side."""
        self.split.move_border(step)

    def action_scroll_pane(self, direction: int) -> None:
        """Scroll the other side: the pane from the tree; from the pane, to the next step."""
        if not self.pane_tabs.holds_focus:
            self.pane_tabs.scroll_text(direction)
        else:
            self.split.next_step(direction)

    # --- what is meant here ----------------------------------------------------------------

    @property
    def pane_with_keys(self) -> str:
        """The pane in front, where it has the focus."""
        return self.pane_tabs.front if self.pane_tabs.holds_focus else ""

    @property
    def form(self) -> str:
        """That of the side with the steps, where it has the focus."""
        return "" if self.pane_tabs.holds_focus else self.split.form

    @property
    def place(self) -> str:
        """This workflow, the step the cursor is on, and the pane if keys go there."""
        step = self.split.step_called
        pane, spot = "", ""
        if self.pane_tabs.holds_focus and self.pane_tabs.pane is not None:
            pane, spot = self.pane_tabs.front, self.pane_tabs.pane.spot
        key = self.key
        context = self.context.context_of(key)
        # In an archive a name may occur many times.
        name, uid = ("", key.incarnation) if key.incarnation else (key.name, "")
        return str(Link(context, key.namespace, name, step, pane=pane, spot=spot, uid=uid))

    def copies(self) -> Iterable[tuple[str, str | Sequence[str]]]:
        """Its names, those of the step the cursor is on or of what is marked, commands that show
        both, and its YAML."""
        context = self.context.context_of(self.key)
        whole = Target(self.key, self._watched.uid)
        step = self.split.chosen(whole, "node")
        yield from copies_of(
            WORKFLOWS,
            self.key,
            whole.uid,
            context=context,
            pages=self.context.for_place(self.key.connection).pages,
            step=step[0].node if step is not None else "",
        )
        if marked := self.split.marked:
            yield from copies_of_marked([self._copies_of(node, context) for node in marked])
        elif step is not None:
            yield "Step", step[1]
            yield "Node ID", step[0].node
            if (pod := self.split.chosen(whole, "pod")) is not None:
                yield from copies_of_pod(pod[0].pod, self.key, context=context)
        last = self._watched.last
        if last is not None and (text := yaml_of(last.raw)):
            yield "YAML", text

    def _copies_of(self, node: Node, context: str) -> Iterable[Copied]:
        """What can be copied of a step."""
        workflow = self.workflow
        yield Copied("Step", node.title)
        if workflow is not None and node.id in workflow.nodes:
            yield Copied("Node ID", str(node.id))
        if workflow is not None and node.type == "Pod":
            pod = pod_name(workflow, node, self.context.pod_names)
            yield from copies_of_pod(pod, self.key, context=context)

    def actions(self) -> Iterable[Command]:
        """What can be done to this workflow, and to what of it the cursor is on."""
        return action_commands(self, WORKFLOWS.id, self.context.conditions)

    def commands(self) -> Iterable[Command]:
        """What can be done to this workflow, and which panes there are."""
        yield from self.actions()
        yield from pane_commands(WORKFLOWS, partial(self.call_later, self.action_pane))
        for form, title, what in FORMS:
            yield Command(
                f"Steps as a {title}",
                alone(partial(self.call_later, self.split.show_form, form)),
                names=(form,),
                help=what,
                key=hint(f"form.{form}"),
            )
        yield Command(
            "Artifacts in the graph",
            alone(self.split.toggle_artifacts),
            names=("graph-artifacts",),
            help="files between the steps that made and read them, or none again",
            in_menu=True,
        )
        words = [*ORDERS.values(), ARGOS_ORDER.casefold()]
        yield Command(
            "Sort siblings",
            self._sort_by_word,
            names=("siblings",),
            argument="what by",
            is_needed=True,
            complete=lambda typed: among(words, typed),
            check=one_of(lambda: words, "order"),
            help="the steps below one and the same; the same again turns it round",
            key=hint("sort"),
        )
        yield Command(
            "Show only steps",
            self.find_bar.seek,
            names=("steps",),
            argument="a part of a name, or a field selector",
            help="with what they are below; phase=Failed and the like; without one all of them",
            key=hint("filter"),
        )
        yield Command(
            "Columns of the tree",
            self._choose_column_by_word,
            names=("columns",),
            argument="a column",
            complete=lambda typed: among(self._column_words, typed),
            check=one_of(lambda: self._column_words, "column"),
            help="have it, or do without it; without one a menu of them",
            key=hint("columns"),
        )
        yield from self.pane_tabs.commands()

    def places(self, text: str) -> Iterable[Command]:
        """The workflows that are called like a text."""
        return objects_called(self.context, text, self.post_message)

    # --- keys ------------------------------------------------------------------------------

    @on(StepTree.OrderWanted)
    def choose_order(self, message: StepTree.OrderWanted) -> None:
        """A menu of what the siblings of the tree can be sorted by."""
        message.stop()
        order = self.steps.order
        turned = Choice(REVERSED, "The other way round", "r")
        choices = lettered(
            (
                Choice("", ARGOS_ORDER, help="in Argo's own order"),
                *(Choice(by, word.capitalize()) for by, word in ORDERS.items()),
                *((turned,) if order is not None else ()),
            )
        )
        current = order.by if order is not None else ""
        menu = Menu("Sort siblings", choices, current=current, ascii=self._ascii)
        self.app.push_screen(menu, self._sort_siblings)

    def _sort_siblings(self, by: str | None) -> None:
        """By one of the orders, the longest first; the same again turns it round."""
        order = self.steps.order
        if by is None:
            return
        if order is not None and by in (REVERSED, order.by):
            self.steps.sort_siblings(order.by, descending=not order.descending)
        else:
            self.steps.sort_siblings(by, descending=by == "duration")

    def _sort_by_word(self, word: str) -> None:
        ids = {told: by for by, told in ORDERS.items()}
        self._sort_siblings(ids.get(word.casefold(), ""))

    @on(StepTree.ColumnsWanted)
    def choose_columns(self, message: StepTree.ColumnsWanted | None = None) -> None:
        """A menu of the columns of the tree, or of what boxes tell; it stays until it is closed."""
        if message is not None:
            message.stop()
        ask_for_columns(
            self.app,
            lambda: [(spec.id, spec.title, on) for spec, on in self.split.choosable_columns],
            self._have_column,
            self._have_usual_columns,
            ascii=self._ascii,
            title="In each box" if self.split.is_graph else "Columns",
        )

    def _have_usual_columns(self) -> None:
        self.split.choose_usual_columns()
        self._keep_columns()

    def _have_column(self, id: str, on: bool) -> None:
        self.split.choose_column(id, on)
        self._keep_columns()

    def _keep_columns(self) -> None:
        """For the runs that are looked at after this one, and for the next start."""
        self.context.tree_columns.clear()
        self.context.tree_columns.update(self.steps.chosen_columns)

    @property
    def _column_words(self) -> list[str]:
        return [spec.title for spec, _ in self.split.choosable_columns]

    def _choose_column_by_word(self, word: str) -> None:
        columns = self.split.choosable_columns
        for spec, is_there in columns:
            if spec.title.casefold() == word.casefold():
                self._have_column(spec.id, not is_there)
                return
        self.choose_columns()

    def action_act(self, id: str) -> None:
        """Do something to this workflow, or to what of it the cursor is on."""
        for each in called(id, (WORKFLOW,)):
            # What the cursor is on comes first where the key means something for just that.
            of_step = self.subjects(each.on) if each.on != "object" else ()
            if of_step and isinstance(verdict(each, of_step[0], self.context.conditions), Allowed):
                self.post_message(RunAction(each.id, of_step))
                return
        action = called(id, (WORKFLOW,))[0]
        subjects = self.subjects(action.on)
        if subjects and any(choice.of_step for choice in action.form):
            # The step under the cursor, for who wants to begin there.
            here = self.split.chosen(subjects[0].target, "node")
            subjects = (replace(subjects[0], target=here[0]),) if here is not None else subjects
        if subjects:
            self.post_message(RunAction(id, subjects))
        else:
            self.context.say(f"{action.label}: {self.nothing_there(action.on)}")

    @property
    def has_subject(self) -> bool:
        """Not once it was deleted."""
        return self.known is not None or self.is_reading

    def nothing_there(self, on: On) -> str:
        """On what the cursor is not."""
        return NOTHING_THERE.get(on, "it is gone")

    def subjects(self, on: On) -> tuple[Subject, ...]:
        """What an action on this is done to; nothing where the cursor is on no such thing."""
        target, known = Target(self.key, self._watched.uid), self.known
        is_gone = known is None and not self.is_reading
        if on != "object":
            chosen = self.split.chosen(target, on)
            return (Subject(chosen[0], known, is_gone, chosen[1]),) if chosen is not None else ()
        return (Subject(target, known, is_gone),)

    def action_unmark(self) -> None:
        """Take all marks of steps back, from a pane, too."""
        self.steps.call_later(self.steps.action_unmark)

    def action_copy(self) -> None:
        """Send the name of the pod, or of the step, to the clipboard; of those marked, one a line.

        It is the clipboard of the terminal.
        """
        if marked := self.split.marked:
            self.context.copy_lines([*map(self.split.name_of, marked)], names(len(marked)))
        else:
            self.context.copy(self.split.name_of_step or self.key.name)

    def action_find(self) -> None:
        """Type which steps to show."""
        self.find_bar.begin()

    def action_find_next(self, step: int) -> None:
        """To the next (1) or previous (-1) step of that name."""
        self.find_bar.find_next(step)

    def action_back(self) -> None:
        """Esc: zoom, the pane, what was looked for, marks, this screen; what was said goes, too."""
        self.context.say("")
        if self.split.is_zoomed:
            self.split.unzoom()
        elif self.pane_tabs.holds_focus:
            self.split.front.focus()
        elif self.split.sought is not None:
            self.split.seek(None)
        elif not self.split.take_marks_back():
            self.dismiss()
