"""The logs pane: the log of the step under the cursor, from its pod or from the archive.

The pane follows one container at a time, which `log_choice.py` determines. Blocks of a log that is
no longer shown are dropped.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.getters import query_one
from textual.message import Message

from tui.bindings import bind
from tui.domain.logs import TIMES, LogBlock, LogSource
from tui.domain.logtargets import MAIN
from tui.domain.node import RUNNING, Node
from tui.domain.workflow import OFFLOADED, Workflow, WorkflowRef
from tui.errors import SourceError, TuiError
from tui.keys import hint
from tui.logs.book import LogBook, LogView
from tui.logs.follower import LogEnded, LogFollower, LogResumed, LogWaiting
from tui.logs.reader import LogReader
from tui.panes.base import PaneContext
from tui.panes.containers import ContainerScreen
from tui.panes.log_choice import LogChoice
from tui.panes.text_pane import SearchedPane
from tui.ports.connection import offered
from tui.ports.pods import Pod, Pods
from tui.state.inbox import BEAT
from tui.widgets.header import WHOLE, HeaderLine, HeaderPart, Shrink
from tui.widgets.query_bar import QueryBar
from tui.widgets.text_view import TextView

READING_DELAY = 0.3
"""Seconds without a line after which the pane says that it is reading."""
READING = "reading …"
END = "end of the log"
LEAST_NAME = 12
"""Cells of the step's name that stay in the heading when it is shortened."""
NEVER_RESTARTED = "previous terminated container"
"""Part of the kubelet's error when a container was never restarted."""


def _counted(errors: int, warnings: int) -> list[HeaderPart]:
    """`  3 errors 12 warnings { }`: how many lines tell of them, and what goes there."""
    parts: list[HeaderPart] = []
    for number, word, token in ((errors, "error", "problem"), (warnings, "warning", "warning")):
        if number:
            before = " " if parts else "  "
            parts.append((f"{before}{number:,} {word}{'' if number == 1 else 's'}", token))
    keys = f" {hint('problem-before')} {hint('problem-after')}" if errors else ""
    return [*parts, (keys, "muted")]


class LogsPane(SearchedPane):
    """A log that is followed, searched, and found in the archive when its pod is gone."""

    BINDINGS: ClassVar[list[BindingType]] = [
        bind("follow", "follow", "Follow", group="logs", shown=True),
        bind("filter", "search", "Search", group="logs", shown=True),
        bind("times", "times", "Times", group="logs", shown=True),
        bind("containers", "container", "Container", group="logs", shown=True),
        bind("hide", "own", "Hide Argo's lines", group="logs"),
        bind("previous-attempt", "previous", "Previous attempt", group="logs"),
    ]

    tells_position = True
    head = query_one("#log-head", HeaderLine)

    @dataclass
    class PodsRead(Message):
        """The pods of a workflow whose nodes cannot be read."""

        ref: WorkflowRef
        pods: tuple[Pod, ...]
        error: SourceError | None = None
        """Why they could not be read."""

    def __init__(self, context: PaneContext) -> None:
        super().__init__(context)
        self.book = LogBook(clock=context.now)
        self._choice = LogChoice(context.pod_names)
        self._follower: LogFollower | None = None
        self._goes_on = False
        """Whether the step still runs, so that the log is followed."""
        self._note = ""
        """Why no lines come at the moment; "" while they may."""
        self._has_failed = False
        """Whether the log could not be read, or not to its end."""
        self._is_delayed = False
        """Whether the log cannot be read yet, or its connection broke, and it is tried again."""
        self._complained = False
        """Whether the status line says why this log cannot be read."""
        self._found = ""
        self._pods_of: tuple[WorkflowRef, str] | None = None
        """Of which workflow the pods were asked for, and for which version or which pod of it."""
        self._is_asking = False

    def compose(self) -> ComposeResult:
        """The heading, the lines, and the search bar."""
        yield HeaderLine(id="log-head", ascii=self.context.ascii)
        yield TextView(follow=True, levels=True, ascii=self.context.ascii, placeholder=READING)
        yield QueryBar(ascii=self.context.ascii)

    def on_mount(self) -> None:
        """The book is shown from the first line on."""
        # A screen that is left at once takes the pane away before its lines are there.
        for lines in self.query(TextView):
            lines.show(self.book)

    def on_unmount(self) -> None:
        """Stop reading."""
        self._leave_log()

    # --- what is shown ---------------------------------------------------------------------

    def show(self, workflow: Workflow, node: Node | None, raw: bytes) -> None:
        """Show the log of a step; if it is the log that is shown already, it goes on."""
        is_other = self._choice.go_to(workflow, node)
        if self._choice.needs_pods:
            self._ask_for_pods(workflow)
        if is_other:
            self._begin()
        else:
            if self._is_delayed and self._follower is not None:
                # The workflow was updated, so the connection is back.
                self._follower.try_again()
            self._show_head()

    @property
    def file_name(self) -> str:
        """`<pod>.log`, with the name of the container where it is not the main one."""
        target = self._choice.target
        if target is None:
            return ""
        return f"{target.pod}{'' if target.container == MAIN else f'-{target.container}'}.log"

    def leave(self) -> None:
        """Stop reading until the pane is shown again."""
        self._leave_log()
        self._choice.target = None

    def _leave_log(self) -> None:
        if self._follower is not None:
            self._follower.end()
            self._follower = None

    def _begin(self) -> None:
        self._leave_log()
        target, workflow, source = self._choice.target, self._choice.workflow, self.context.source
        is_earlier = self._choice.before_restart
        follower = None
        if target is not None and target.has_begun and workflow is not None and source is not None:
            reader = LogReader(source, workflow, previous=is_earlier, is_patient=True)
            follower = self._follower_of(reader)
        self._begin_book(follower.sources if follower is not None else ())
        if target is None or follower is None:
            self._end(target.why_none if target is not None else self._why_no_pod())
            return
        # Most logs come at once, so that "reading" would only flicker while the cursor moves.
        self.lines.placeholder = ""
        self._follower = follower
        self._goes_on = target.node.phase == RUNNING and not is_earlier
        self.set_timer(READING_DELAY, partial(self._say_reading, follower))
        follower.begin(target, is_followed=self._goes_on)
        self._show_head()

    def _follower_of(self, reader: LogReader) -> LogFollower:
        loop = asyncio.get_running_loop()

        def take_soon() -> None:
            loop.call_later(BEAT, self._take, follower)

        follower = LogFollower(
            reader,
            lambda: loop.call_soon_threadsafe(take_soon),
            is_full=lambda: loop.call_soon_threadsafe(self._take, follower),
        )
        return follower

    def _why_no_pod(self) -> str:
        workflow = self._choice.workflow
        if workflow is None or not workflow.is_offloaded:
            return "no pod belongs to this step, so there is no log"
        if self._is_asking:
            return READING
        return f"{OFFLOADED}, and none of its pods is left, so there is no log"

    def _begin_book(self, sources: Sequence[LogSource]) -> None:
        """Begin an empty book, and drop all messages about the log before."""
        self._note = ""
        self._has_failed = self._is_delayed = False
        self._stop_complaining()
        before = self.book
        before.close()
        self.book = LogBook(
            sources,
            times=before.times,
            view=LogView(hides_own=before.view.hides_own),
            clock=self.context.now,
        )
        self.lines.show(self.book)
        self.lines.follow(True)

    def _say_reading(self, follower: LogFollower) -> None:
        if follower is self._follower and not self._note:
            self.lines.placeholder = READING

    # --- lines that arrive -----------------------------------------------------------------

    def _take(self, follower: LogFollower) -> None:
        """Show the blocks and events of a log, in the order in which they came."""
        if follower is not self._follower or not self.is_mounted:
            return
        blocks: list[LogBlock] = []
        for event in follower.take():
            if isinstance(event, LogBlock):
                blocks.append(event)
                continue
            self._append(blocks)
            blocks = []
            if isinstance(event, LogEnded):
                self._log_ended(event.error)
            elif isinstance(event, LogResumed):
                self._is_delayed, self._note = False, ""
                self._stop_complaining()
                self.lines.placeholder = READING
            elif isinstance(event, LogWaiting):
                self._is_delayed = True
                self._fail(f"{event.error}; its log is read as soon as it starts")
            else:
                self._is_delayed = True
                self._fail(f"{event.error}; trying again …")
        self._append(blocks)
        self._show_head()

    def _append(self, blocks: Sequence[LogBlock]) -> None:
        if blocks:
            self._is_delayed, self._note = False, ""
            self._stop_complaining()
            came = self.book.append(blocks)
            self.lines.lines_appended(came.lines, came.dropped)

    def _log_ended(self, error: TuiError | None) -> None:
        """The log has ended, or cannot be read."""
        if error is None:
            self._end(END)
            target = self._choice.target
            if target is not None and target.node.is_problem and not self._goes_on:
                self.lines.show_last_error()
        else:
            self._has_failed = True
            self._fail(self._in_words(error))
            self.lines.ended()

    def _in_words(self, error: TuiError) -> str:
        if self._choice.before_restart and NEVER_RESTARTED in str(error):
            return "there is no attempt before this one: the container was never started again"
        return str(error)

    def _fail(self, why: str) -> None:
        """Say why no lines come: in place of the lines, or on the status line if there are some."""
        self._note = why
        if len(self.book):
            self._complained = True
            self.context.say(why, "warning")
        else:
            self.lines.placeholder = why

    def _stop_complaining(self) -> None:
        if self._complained:
            self._complained = False
            self.context.say("")

    def _end(self, note: str) -> None:
        self._note = note
        only_own = self.book.view.hides_own and self.book.own
        if not len(self.book):
            shows = f"it has only lines of Argo's own; {hint('hide')} shows them"
            self.lines.placeholder = f"{note}: {shows}" if only_own else note
        self.lines.ended()
        self._show_head()

    # --- the pods of a workflow that is offloaded ------------------------------------------

    def _ask_for_pods(self, workflow: Workflow) -> None:
        target = self._choice.target
        # The pod of a step that failed is asked for once; others come as long as the run goes on.
        about = workflow.version if workflow.is_offloaded or target is None else target.pod
        if (workflow.ref, about) != self._pods_of:
            self._pods_of, self._is_asking = (workflow.ref, about), True
            self._read_pods(workflow.ref)

    @work(thread=True, group="log-pods", exclusive=True, exit_on_error=False)
    def _read_pods(self, ref: WorkflowRef) -> None:
        source = self.context.source
        if source is None:
            return
        try:
            self.post_message(self.PodsRead(ref, offered(source, Pods).pods(ref)))
        except SourceError as error:
            self.post_message(self.PodsRead(ref, (), error))

    @on(PodsRead)
    def take_pods(self, message: PodsRead) -> None:
        """These are the pods that may have logs."""
        message.stop()
        if self._pods_of is None or message.ref != self._pods_of[0]:
            return
        self._is_asking = False
        if message.error is not None:
            if self._choice.target is None:
                self._end(f"{OFFLOADED}, and its pods could not be read: {message.error}")
        elif self._choice.take_pods(message.pods) or self._choice.target is None:
            self._begin()

    def _show_head(self) -> None:
        left: list[HeaderPart] = []
        target = self._choice.target
        counts, keys = self.lines.counts, 0
        if target is not None:
            name = target.node.title
            left = [(f"{name} ", "heading"), (target.container, "")]
            if self._choice.is_earlier:
                left.append((" (previous attempt)", "warning"))
        if counts is not None and any(counts):
            left += _counted(*counts)
            keys = len(left) - 1
        if self._found:
            left.append((f"  {self._found}", "accent"))
        shrinks: list[Shrink] = []
        if self._note and len(self.book):
            shrinks.append((len(left), 0))
            left.append((f"  {self._note}", "muted"))
        if target is not None:
            shrinks.append((0, LEAST_NAME))
            shrinks += [(keys, WHOLE)] if keys else []
        right: list[HeaderPart] = []
        goes_on = self._follower is not None and self._goes_on and not self._note
        if self.lines.is_following and goes_on:
            right.append(("following ", "muted"))
        if self.book.dropped:
            right.append((f"first {self.book.dropped:,} dropped ", "warning"))
        if self.book.view.hides_own and self.book.own:
            right.append((f"{self.book.own:,} of Argo's hidden  ", "muted"))
        count = len(self.book)
        all_of_it = f"{count:,} line{'' if count == 1 else 's'}"
        # Of a log that is followed one sees the end: another figure with each line costs bytes.
        is_at_end = self.lines.is_following and goes_on
        position = "" if is_at_end else self.lines.position
        shown, of, whole = (position or all_of_it).rpartition(" of ")
        # That nothing more comes matters less than where one is; what is wrong matters more.
        shrinks.insert(self._note == END, (len(left) + len(right), WHOLE))
        right += [(shown + of, "muted"), (whole, "muted")]
        self.head.show(left, right, shrinks)

    def tick(self, now: datetime) -> None:
        """Update relative times."""
        if self.book.times == "relative":
            self.lines.changed()

    @on(TextView.Moved)
    @on(TextView.Counted)
    def tell_position(self, message: TextView.Moved | TextView.Counted) -> None:
        """Show in the heading where in the log one is, and how bad it is."""
        message.stop()
        self._show_head()

    @on(TextView.FollowChanged)
    def tell_follow(self, message: TextView.FollowChanged) -> None:
        """Show in the heading whether the end is followed."""
        message.stop()
        self._show_head()

    # --- keys ------------------------------------------------------------------------------

    def action_follow(self) -> None:
        """Go to the end and follow it; a log that could not be read is tried again."""
        if self._has_failed:
            self._begin()
        elif self._is_delayed and self._follower is not None:
            self._follower.try_again()
        else:
            self.lines.follow(True)

    def action_times(self) -> None:
        """Show times: off, relative, local or UTC, in turn."""
        self.book.times = TIMES[(TIMES.index(self.book.times) + 1) % len(TIMES)]
        self.lines.changed()
        self.context.say(f"times: {self.book.times}")

    def action_own(self) -> None:
        """Hide or show the lines that Argo writes into the logs of programs."""
        hides = not self.book.view.hides_own
        if hides and not self.book.own:
            self.context.say("this log has no lines of Argo's own")
        first, _ = self.lines.shown_range
        is_following = self.lines.is_following
        place = self.book.number_of(first) if len(self.book) else 0
        self.book.choose(LogView(hides_own=hides))
        while not self.book.go_on():
            pass
        self.lines.show(self.book)
        if not is_following:
            self.lines.show_from(self.book.index_of(place))
        if self._note and not len(self.book):
            self._end(self._note)
        self._show_head()

    def action_container(self) -> None:
        """Choose one of the containers of the pod."""
        workflow, target = self._choice.workflow, self._choice.target
        if workflow is None or target is None:
            self.context.say("no pod belongs to this step, so there are no containers")
            return
        self.app.push_screen(ContainerScreen(self.context, workflow, target), self._read_container)

    def _read_container(self, name: str | None) -> None:
        """Read the container that was chosen in the dialog; None if it was cancelled."""
        if name is not None and self._choice.take_container(name):
            self._begin()

    def action_previous(self) -> None:
        """Show the attempt before; from the first attempt, go back to the last one."""
        if self._choice.take_attempt_before():
            self._begin()
        elif self._choice.target is not None:
            self.context.say("this is the first attempt")
        else:
            self.context.say("no pod belongs to this step, so there are no attempts")

    # --- searching -------------------------------------------------------------------------

    def find(self, text: str) -> None:
        """Search for a text; an empty text ends the search and clears it from the heading."""
        super().find(text)
        if not text:
            self._found = ""
            self._show_head()

    @on(TextView.SearchMoved)
    def show_search(self, message: TextView.SearchMoved) -> None:
        """Show the number of the match and of all matches."""
        message.stop()
        more = "" if message.is_done else "+"
        self._found = f"/ {message.rank} of {message.count}{more}"
        self._show_head()
