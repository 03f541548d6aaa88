"""The logs pane: the log of the step under the cursor, from its pod or from the archive.

The pane follows one container at a time, which `log_choice.py` determines. Blocks of a log that is
no longer shown are dropped.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from time import monotonic
from typing import ClassVar, Literal

from textual import on, work
from textual.actions import SkipAction
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.getters import query_one
from textual.message import Message

from tui.bindings import bind
from tui.commands import Command, alone
from tui.domain.deadline import TookTooLong
from tui.domain.jsonlines import is_json, pretty, readable
from tui.domain.levels import Level
from tui.domain.lines import PlainRows
from tui.domain.logfilters import typed_filter
from tui.domain.logs import NO_TIME, TIMES, LogBlock, LogSource, seam, stamp_of, time_of
from tui.domain.logtargets import MAIN, LogTarget, Within, ends_early, pods_of_run, pods_within
from tui.domain.logtimes import moment_at, moment_of, nanoseconds, nanoseconds_of
from tui.domain.node import RUNNING, Node, NodeId
from tui.domain.retention import log_goes, run_goes
from tui.domain.text import clean_plain
from tui.domain.workflow import OFFLOADED, Workflow, WorkflowRef
from tui.errors import QueryError, SourceError, TuiError
from tui.keys import hint
from tui.logs.book import LineFilter, LogBook, LogView, WholeLog
from tui.logs.follower import LogEnded, LogFollower, LogResumed, LogWaiting
from tui.logs.rate import LogRate
from tui.logs.reader import LogReader
from tui.logs.run import RunLogs, look_for, seam_source
from tui.messages import RoomWanted
from tui.panes.base import READING, PaneContext
from tui.panes.containers import ContainerScreen
from tui.panes.keeping import ArchiveLimit
from tui.panes.log_choice import LogChoice
from tui.panes.log_steps import LogStepsScreen, OtherLogScreen, Wanted
from tui.panes.pager import page_through
from tui.panes.text_pane import LEFT_OUT, SearchedPane, done_in_turn
from tui.ports.connection import offered
from tui.ports.pods import Pod, Pods
from tui.state.inbox import BEAT
from tui.widgets.header import WHOLE, HeaderLine, HeaderPart, Shrink
from tui.widgets.line_view import IN_A_TURN
from tui.widgets.query_bar import QueryBar
from tui.widgets.rate_strip import RateStrip
from tui.widgets.text_view import TextView

READING_DELAY = 0.3
"""Seconds without a line after which the pane says that it is reading."""
AT_ONCE = 1 << 20
"""Bytes of a log that are taken in one turn of the event loop."""
ENDS = 200
"""Lines at either end of a log that tell whether it has JSON."""
MOST_COPIED = 100_000
"""Bytes of lines that no clipboard takes."""
MANY = 2_000
"""Nodes of a run from which on they are looked through on a thread."""
PASSING = 0.15
"""Seconds that the cursor stands on a group before all its logs are read."""
NEVER = 1 << 62
"""A time after all others, in nanoseconds since 1970."""
SPANS = {
    2: timedelta(minutes=1),
    3: timedelta(minutes=5),
    4: timedelta(minutes=15),
    5: timedelta(minutes=30),
    6: timedelta(hours=1),
    7: timedelta(hours=6),
    8: timedelta(hours=24),
}
WINDOWS = {
    0: "To the end",
    1: "To the beginning",
    2: "The last minute",
    3: "The last 5 minutes",
    4: "The last 15 minutes",
    5: "The last 30 minutes",
    6: "The last hour",
    7: "The last 6 hours",
    8: "The last day",
    9: "All times",
}
"""What a digit shows, as k9s has it for the first seven."""
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


class _Copying:
    """Lines of a book that are gathered, some at a time, to be copied."""

    def __init__(self, book: LogBook, view: LogView, first: int, last: int) -> None:
        """By their numbers among all that came: more may come, and stand between, meanwhile."""
        self.book = book
        self.view = view
        self.texts: list[str] = []
        self.size = 0
        """Bytes of them."""
        self._next = first
        self._last = last

    def step(self) -> bool:
        """Take one more; true where that were all, or more than can be copied."""
        index = self.book.index_of(self._next)
        number = self.book.number_of(index) if len(self.book) else -1
        if not self._next <= number <= self._last:
            return True
        text = clean_plain(self.book.text(index))
        self.texts.append(text)
        self.size += len(text.encode(errors="replace")) + 1
        self._next = number + 1
        return self._next > self._last or self.size > MOST_COPIED


class LogsPane(SearchedPane):
    """A log that is followed, searched, and found in the archive when its pod is gone."""

    BINDINGS: ClassVar[list[BindingType]] = [
        bind("follow", "follow", "Follow", group="logs", shown=True),
        bind("filter", "search", "Search", group="logs", shown=True),
        bind("times", "times", "Times", group="logs", shown=True),
        bind("containers", "container", "Container", group="logs", shown=True),
        bind("narrow", "narrow", "Only lines that match", group="logs"),
        bind("go-to-time", "go_to_time", "Go to a time", group="logs"),
        *(
            bind(
                f"window-{digit}",
                f"window({digit})",
                told,
                group="logs",
            )
            for digit, told in WINDOWS.items()
        ),
        bind("whole", "shape", "JSON lines", group="logs"),
        bind("copy", "copy_line", "Copy line, or those marked", group="logs"),
        bind("mark.range", "mark_lines", "Mark lines", group="logs"),
        bind("keep-line", "keep_line", "Keep this line in sight", group="logs"),
        bind("next-kept-line", "next_kept", "Next kept line", group="logs"),
        bind("pager", "pager", "In a pager", group="logs"),
        bind("problems", "problems", "Errors only, then warnings too", group="logs"),
        bind("failed-log", "failed_only", "Failed steps only", group="logs"),
        bind("hide", "own", "Hide Argo's lines", group="logs"),
        bind("previous-attempt", "previous", "Previous attempt", group="logs"),
        bind("beside", "beside", "Another log beside it", group="logs"),
        bind("side.other", "other_log", "Other log", group="logs"),
        bind("side.down", "scroll_other(1)", "Scroll the other log down", group="logs"),
        bind("side.up", "scroll_other(-1)", "Scroll the other log up", group="logs"),
    ]

    tells_position = True
    head = query_one("#log-head", HeaderLine)
    strip = query_one(RateStrip)
    archive = query_one(ArchiveLimit)
    search_bar = query_one("#log-search", QueryBar)
    typed = query_one("#log-line", QueryBar)
    """Where a filter or a time is typed."""

    @dataclass
    class PodsRead(Message):
        """The pods of a workflow whose nodes cannot be read."""

        ref: WorkflowRef
        pods: tuple[Pod, ...]
        error: SourceError | None = None
        """Why they could not be read."""

    def __init__(self, context: PaneContext, *, beside: NodeId | None = None) -> None:
        """`beside` is the step whose log it shows beside that of another pane; it has no other."""
        super().__init__(context)
        self._is_beside = beside
        self._other: LogsPane | None = None
        """The log beside this one."""
        self.book = LogBook(ascii=context.ascii, clock=context.now)
        self._choice = LogChoice(context.pod_names)
        self._marked: frozenset[NodeId] = frozenset()
        """The steps that are marked."""
        self._follower: LogFollower | None = None
        self._hides_own = False
        self._filters: list[LineFilter] = []
        """What lines have to match to be shown, the last one added last."""
        self._levels: frozenset[Level] = frozenset()
        """How bad lines are that are shown alone; nothing for all."""
        self._window: tuple[int, int] | None = None
        """From when until when lines were written that are shown, in nanoseconds; None for all."""
        self._windowed, self._window_ends = "", ""
        """What that is in words, and what it counts back from where that is not now."""
        self._anchor: int | None = None
        """The number of the line that is to be at the top when other lines are shown."""
        self._is_choosing = False
        """Whether it goes on in the next turn with choosing those."""
        self._asks: Literal["filter", "time", "fields"] = "filter"
        """What is typed in the line below the log."""
        self._typed_wrong = False
        """Whether the status line says what is wrong with what was typed there."""
        self._shape: Callable[[str], str] | None = None
        self._fields: tuple[str, ...] | None = None
        """The fields of JSON lines that are shown; None where none were chosen."""
        self._last_fields = ""
        self._kept: set[int] = set()
        """Numbers of lines that were marked."""
        self._copying: _Copying | None = None
        """The lines that are gathered to be copied."""
        self._rate: LogRate | None = None
        """How many lines there are a minute, while that is shown."""
        self._is_counting = False
        """Whether lines are being looked at for that."""
        self._new = 0
        """Lines that came while somebody reads further back."""
        self._left_out: frozenset[str] = frozenset()
        """Ids of nodes whose logs are not shown of a run."""
        self._only_failed = False
        self._reader: LogReader | None = None
        self._run: RunLogs | None = None
        """The logs of a group that are read as one; None while it is the log of one step."""
        self._waited_for: tuple[WorkflowRef, str, str] | None = None
        """The log that was asked for before its step had begun."""
        self._is_due = False
        """Whether lines are taken soon though none may come."""
        self._goes_on = False
        """Whether the step still runs, so that the log is followed."""
        self._note = ""
        """Why no lines come at the moment; "" while they may."""
        self._has_failed = False
        """Whether the log could not be read, or not to its end."""
        self._has_ended = False
        """Whether the log of one step came to its end, and nothing is said of that so far."""
        self._is_delayed = False
        """Whether the log cannot be read yet, or its connection broke, and it is tried again."""
        self._complained = False
        """Whether the status line says why this log cannot be read."""
        self._found = ""
        self._pods_of: tuple[WorkflowRef, str] | None = None
        """Of which workflow the pods were asked for, and for which version or which pod of it."""
        self._is_asking = False
        self._is_run_read = False
        """Whether the first logs of the run that is shown are wanted by now."""
        self._spot = ""
        """Where somebody wants to be in it, until that is there."""
        self._is_sought = False
        """Whether this log was opened to be read there."""

    def compose(self) -> ComposeResult:
        """The heading, the lines, and the search bar."""
        with Vertical(classes="log"):
            yield HeaderLine(id="log-head", ascii=self.context.ascii)
            yield RateStrip(ascii=self.context.ascii)
            yield TextView(follow=True, levels=True, ascii=self.context.ascii, placeholder=READING)
            yield QueryBar(ascii=self.context.ascii, id="log-search")
            yield QueryBar(ascii=self.context.ascii, prompt=" ", id="log-line")
        yield ArchiveLimit(self.context)

    def on_mount(self) -> None:
        """The book is shown from the first line on."""
        # A screen that is left at once takes the pane away before its lines are there.
        for lines in self.query(TextView):
            lines.show(self.book)
            lines.is_kept = lambda index: self.book.number_of(index) in self._kept
            lines.kept_lines = self._kept_lines

    def on_unmount(self) -> None:
        """Stop reading."""
        self._leave_log()

    # --- what is shown ---------------------------------------------------------------------

    def show_marked(self, marked: frozenset[NodeId]) -> None:
        """The next `show` is about these wherever the cursor is, if there are any."""
        self._marked = marked

    def show(self, workflow: Workflow, node: Node | None, raw: bytes) -> None:
        """Show the log of a step; if it is the log that is shown already, it goes on."""
        before = self._choice.workflow.ref if self._choice.workflow is not None else None
        waited_for = self._waited_for
        is_other = self._choice.go_to(workflow, node, self._marked)
        is_same = waited_for is not None and waited_for == self._waits_or_began
        if is_other and is_same and len(self.book):
            is_other = False  # it began, and its lines came before that was known
            self._waited_for = None
        if before != workflow.ref:
            self._close_other()
            self._left_out, self._only_failed = frozenset(), False
            self._choice.containers = frozenset()
        if self._choice.needs_pods and self._choice.scope is None:
            self._ask_for_pods(workflow)
        if self._reader is not None and not is_other:
            # Where its archived log is may be known by now.
            self._reader.workflow = workflow
        if is_other:
            self._begin()
        elif self._run is not None:
            self._go_on_with_run(self._run, workflow)
        else:
            self._tell_early_end()
            if self._is_delayed and self._follower is not None:
                # The workflow was updated, so the connection is back.
                self._follower.try_again()
            if self._waited_for is not None and not len(self.book):
                self._say_not_begun()
            self._show_head()
        if self._other is not None and self._other.is_mounted:
            self._show_other(self._other, workflow, raw)

    @property
    def file_name(self) -> str:
        """`<pod>.log`, with the name of the container where it is not the main one."""
        target, workflow = self._choice.target, self._choice.workflow
        if self._run is not None and workflow is not None:
            whole = not self._choice.scope
            step = "" if whole else f"-{self._choice.group_called.replace(' ', '-')}"
            return f"{workflow.metadata.name}{step}.log"
        if target is None:
            return ""
        return f"{target.pod}{'' if target.container == MAIN else f'-{target.container}'}.log"

    def whole_text(self) -> PlainRows | None:
        """All lines, where only some are shown."""
        whole = WholeLog(self.book)
        return PlainRows(whole, 0, len(whole)) if len(whole) > len(self.book) else None

    def leave(self) -> None:
        """Stop reading until the pane is shown again."""
        self._close_other()
        self._leave_log()
        self._choice.target = None

    def _leave_log(self) -> None:
        if self._follower is not None:
            self._follower.end()
            self._follower = None
        self._run = self._reader = None

    def _begin(self) -> None:
        self._leave_log()
        if self._choice.scope is not None:
            self._begin_run()
            return
        target, workflow, source = self._choice.target, self._choice.workflow, self.context.source
        is_earlier = self._choice.before_restart
        follower = None
        self._waited_for = None
        if (
            target is not None
            and workflow is not None
            and source is not None
            and (target.has_begun or self._is_awaited(target, is_earlier=is_earlier))
        ):
            reader = LogReader(
                source, workflow, previous=is_earlier, is_patient=True, is_alone=not is_earlier
            )
            follower = self._follower_of(reader)
            self._reader = reader
        self._begin_book(follower.sources if follower is not None else ())
        if target is None or follower is None:
            self._end(target.why_none if target is not None else self._why_no_pod())
            return
        # Most logs come at once, so that "reading" would only flicker while the cursor moves.
        self.lines.placeholder = ""
        self._follower = follower
        self._goes_on = target.node.phase == RUNNING and not is_earlier
        if not target.has_begun:
            # Its pod may run before the workflow says so.
            self._goes_on = self._is_live
            self._waited_for = self._waits_or_began
            self._say_not_begun()
        self.set_timer(READING_DELAY, partial(self._say_reading, follower))
        follower.begin(target, is_followed=self._goes_on)
        self._show_head()

    @property
    def _is_live(self) -> bool:
        """Whether more may come, as it may not of what was saved."""
        source = self.context.source
        return source is not None and source.place.is_live

    def _is_awaited(self, target: LogTarget, *, is_earlier: bool) -> bool:
        """Whether it is asked for the log of a step that has not begun."""
        workflow = self._choice.workflow
        goes_on = workflow is not None and not workflow.is_completed
        # Of an agent that was at work when a run was saved the log was saved, too.
        is_there = self._is_live or target.is_agents
        return target.may_begin and goes_on and is_there and not is_earlier

    @property
    def _waits_or_began(self) -> tuple[WorkflowRef, str, str] | None:
        """The log of one step that has not begun, or has and was no other one before."""
        target, workflow = self._choice.target, self._choice.workflow
        if target is None or workflow is None or self._choice.scope is not None:
            return None
        return workflow.ref, target.pod, target.container

    def _say_not_begun(self) -> None:
        """Say what the step waits for, until there are lines."""
        target = self._choice.target
        if target is not None and not target.has_begun:
            self._note = self.lines.placeholder = target.why_none

    def _begin_run(self) -> None:
        """Read all logs of a group as one."""
        workflow, source = self._choice.workflow, self.context.source
        if workflow is None or source is None:
            return
        self._reader = LogReader(source, workflow, is_patient=True)
        follower = self._follower_of(self._reader)
        self._begin_book(follower.sources)
        self._follower, self._run = (
            follower,
            RunLogs(follower, workflow, awaits=self._is_live),
        )
        self._is_run_read = False
        self._goes_on = not workflow.is_completed and self._is_live
        self.lines.placeholder = ""
        self.set_timer(READING_DELAY, partial(self._say_reading, follower))
        # The cursor may only pass by, and a run may have hundreds of logs.
        self.set_timer(PASSING, partial(self._want_run, self._run))

    def _want_run(self, run: RunLogs) -> None:
        workflow, choice = run.workflow, self._choice
        if run is not self._run or not self.is_mounted or choice.scope is None:
            return
        if len(workflow.nodes) < MANY:
            self._read_run(run)
        else:
            self._look_for(run, workflow, choice.within, choice.containers)

    @work(thread=True, group="log-run", exclusive=True, description="looking for logs")
    def _look_for(
        self, run: RunLogs, workflow: Workflow, within: Within, containers: frozenset[str]
    ) -> None:
        look_for(workflow, within, containers)
        self.app.call_from_thread(self._looked_for, run, workflow)

    def _looked_for(self, run: RunLogs, workflow: Workflow) -> None:
        if run is not self._run or not self.is_mounted:
            return
        newest, run.workflow = run.workflow, workflow
        self._read_run(run)
        if newest is not workflow:
            self._go_on_with_run(run, newest)

    def _read_run(self, run: RunLogs) -> None:
        self._is_run_read = True
        self._want_begun(run)
        if not run.count:
            target = self._choice.target
            why = target.why_none if target is not None and not target.has_begun else ""
            self._note = ""
            self._end(why or "no step of it has begun, so there is no log yet")
        self._show_head()

    def _want_begun(self, run: RunLogs) -> None:
        choice = self._choice
        if choice.scope is not None:
            run.want_begun(choice.within, self.context.pod_names, choice.containers)

    def show_gone(self) -> None:
        """The run was deleted: no more steps begin, and the pods go with it."""
        self._goes_on = False
        self._show_head()

    def _go_on_with_run(self, run: RunLogs, workflow: Workflow) -> None:
        """The workflow was updated: steps may have begun, and the run may be over."""
        self._goes_on = not workflow.is_completed and self._is_live
        run.workflow = workflow
        before = run.count
        if self._is_run_read:
            self._want_begun(run)
        if run.count > before and self._note:
            self._note = ""
            self.lines.placeholder = READING
        if self._follower is not None and run.troubled:
            self._follower.try_again()
        # What became of a step tells something of a log that has ended.
        self._add_of_run(run.early_ends())
        if self._only_failed and self.book.wanted.left_out - self._sources_left_out():
            self._choose_lines()  # a step failed whose lines were left out until then
        self._tell_run(run)
        self._show_head()

    def _add_of_run(self, blocks: Sequence[LogBlock]) -> None:
        if blocks and (self._left_out or self._only_failed):
            self.book.leave_out(self._sources_left_out())
        if blocks:
            self._add(blocks)

    def _take_run(self, run: RunLogs, follower: LogFollower) -> None:
        """Show what came of several logs."""
        blocks, _ = run.take(AT_ONCE)
        shows_names = len({target.pod for target in run.targets}) > 1
        if shows_names != self.book.shows_names:
            self.book.shows_names = shows_names
            self.lines.changed()
        self._add_of_run(blocks)
        self._tell_run(run)
        self._show_head()
        due = run.due()
        if due is not None and not self._is_due:
            self._is_due = True
            loop = asyncio.get_running_loop()
            loop.call_later(max(due, BEAT), self._take_when_due, follower)

    def _take_when_due(self, follower: LogFollower) -> None:
        self._is_due = False
        self._take(follower)

    def _tell_run(self, run: RunLogs) -> None:
        """Say what is wrong with some of the logs, or that all have ended."""
        self._note = ""
        if run.count and run.is_over and not self._goes_on:
            self._note = self._end_and_after()
            self.lines.ended()
        if run.failed:
            first = next(iter(run.failed))
            name = run.targets[first].node.title
            more = f" (and {len(run.failed) - 1} more)" if len(run.failed) > 1 else ""
            self._note = f"{name}{more}: {run.failed[first]}"
        if not len(self.book):
            self.lines.placeholder = self._note or self.lines.placeholder

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
        if workflow is not None and not workflow.nodes and not workflow.is_offloaded:
            return f"no step has begun, so there is no log{'' if workflow.is_completed else ' yet'}"
        if workflow is None or not workflow.is_offloaded:
            which = "what is marked" if self._choice.is_marked else "this step"
            return f"no pod belongs to {which}, so there is no log"
        if self._is_asking:
            return READING
        return f"{OFFLOADED}, and none of its pods is left, so there is no log"

    def _begin_book(self, sources: Sequence[LogSource]) -> None:
        """Begin an empty book, and drop all messages about the log before."""
        self._note = ""
        self._has_failed = self._is_delayed = self._has_ended = False
        self._filters, self._window, self._anchor = [], None, None
        self._levels = frozenset()
        self._kept.clear()
        self._new = 0
        self._stop_complaining()
        before = self.book
        before.close()
        self.book = LogBook(
            sources,
            times=before.times,
            view=LogView(hides_own=self._hides_own),
            ascii=self.context.ascii,
            clock=self.context.now,
        )
        self.book.shape = self._shape
        self._begin_rate()
        self.lines.goes_on = True
        self.lines.show(self.book)
        self.lines.follow(True)

    def _say_reading(self, follower: LogFollower) -> None:
        if follower is self._follower and not self._note:
            self.lines.placeholder = READING

    # --- lines that arrive -----------------------------------------------------------------

    def _take(self, follower: LogFollower) -> None:
        """Show the blocks and events of a log, in the order in which they came."""
        # The lines of a pane that is closed are gone before it is.
        if follower is not self._follower or not self.is_mounted or not self.query(TextView):
            return
        self._take_some(follower)
        if follower.has_more:
            # Keys have their turn between.
            asyncio.get_running_loop().call_soon(self._take, follower)

    def _take_some(self, follower: LogFollower) -> None:
        if self._run is not None:
            self._take_run(self._run, follower)
            return
        blocks: list[LogBlock] = []
        for event in follower.take(AT_ONCE):
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
                if self._waited_for is None:
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
            self._add(blocks)

    def _add(self, blocks: Sequence[LogBlock]) -> None:
        came = self.book.append(blocks)
        self.lines.lines_appended(came.lines, came.dropped)
        if self._rate is not None:
            self._rate.dropped(came.dropped)
            self._count_rate()
        self._go_to_spot(is_whole=False)
        if not self.lines.is_following and self._goes_on:
            self._new += came.lines
        if self.book.gave_up and self._filters:
            self._leave_out_filter()

    def _log_ended(self, error: TuiError | None) -> None:
        """The log has ended, or cannot be read."""
        if error is None and self._waited_for is not None and not len(self.book):
            self._say_not_begun()
            self._end(self._note or END)
        elif error is None:
            self._has_ended = True
            self._tell_early_end()
            self._end(END)
            self._go_to_spot(is_whole=True)
            target = self._choice.target
            is_over = target is not None and target.node.is_problem and not self._goes_on
            if is_over and not self._is_sought:
                self.lines.show_last_error()
            self._is_sought = False
        else:
            self._has_failed = True
            self._fail(self._in_words(error))
            self.lines.ended()

    def _tell_early_end(self) -> None:
        """Say that the log of one step may have ended early, once Argo says what became of its pod;
        `RunLogs` says it of several."""
        target, workflow, follower = self._choice.target, self._choice.workflow, self._follower
        if not self._has_ended or target is None or workflow is None or follower is None:
            return
        words = "" if self._choice.before_restart else ends_early(workflow, target)
        if words:
            self._has_ended = False
            self._add([seam(words, follower.number(seam_source(target), 0))])

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
        self._note = self._end_and_after() if note == END else note
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
        sign = self._sign_of_side()
        if self._run is not None:
            left = self._run_title(self._run, sign)
        elif target is not None:
            name = target.node.title
            left = [(f"{sign}{name} ", "heading"), (target.container, "")]
            if self._choice.is_earlier:
                left.append((" (previous attempt)", "warning"))
            if self._choice.is_marked:
                left.append((" (marked)", "accent"))  # the cursor may be elsewhere
        if counts is not None and any(counts):
            left += _counted(*counts)
            keys = len(left) - 1
        for each in self._filters:
            around = f"-C {each.context} " if each.context else ""
            sign = "!" if each.is_inverted else ""
            told = f"{hint('narrow')} {around}{sign}{each.pattern.pattern}"
            left.append((f"  {told}", "accent"))
        if self._levels:
            alone = "errors and warnings" if "warning" in self._levels else "errors"
            left.append((f"  {hint('problems')} {alone}", "accent"))
        window: list[Shrink] = []
        if self._window is not None:
            # Whoever chose it knows it; of which step the log is, nothing else here says.
            window = [(len(left) + 1, WHOLE), (len(left), 0)]
            left += [(f"  {self._windowed}", "accent"), (self._window_ends, "accent")]
        if (part := self.book.choosing) is not None:
            left.append((f"  choosing {part:.0%}", "muted"))
        if self._found:
            left.append((f"  {self._found}", "accent"))
        if (marked := self.lines.marked) is not None:
            left.append((f"  {marked.last - marked.first + 1:,} marked", "accent"))
        shrinks: list[Shrink] = []
        if self._note and len(self.book):
            shrinks.append((len(left), 0))
            left.append((f"  {self._note}", "muted"))
        shrinks += window
        if target is not None:
            shrinks.append((0, LEAST_NAME))
            shrinks += [(keys, WHOLE)] if keys else []
        right: list[HeaderPart] = []
        goes_on = self._follower is not None and self._goes_on and not self._note
        if self.lines.is_following and goes_on and self._run is None and (goes := self._goes()):
            shrinks.append((len(left), 0))
            left.append((f"  {goes}", "muted"))
        if self.lines.is_following and goes_on:
            right.append(("following ", "muted"))
        if self._new:
            right.append((f"{self._new:,} more below {hint('follow')} ", "accent"))
        if self.book.dropped:
            why = f"first {self.book.dropped:,} dropped: {self.book.disk_error} "
            right.append((why, "warning"))
        if self.book.view.hides_own and self.book.own:
            right.append((f"{self.book.own:,} of Argo's hidden  ", "muted"))
        count = len(self.book)
        all_of_it = f"{count:,} line{'' if count == 1 else 's'}"
        # Of a log that is followed one sees the end: another figure with each line costs bytes.
        is_at_end = self.lines.is_following and goes_on
        position = "" if is_at_end else self.lines.position
        shown, of, whole = (position or all_of_it).rpartition(" of ")
        # That nothing more comes matters less than where one is; what is wrong matters more.
        shrinks.insert(self._note.startswith(END), (len(left) + len(right), WHOLE))
        right += [(shown + of, "muted"), (whole, "muted")]
        self.head.show(left, right, shrinks)

    def _sign_of_side(self) -> str:
        """Of two logs the one that keys go to has a sign."""
        is_one_of_two = self._is_beside is not None or self._other is not None
        if not is_one_of_two or not self.lines.has_focus:
            return ""
        return ">" if self.context.ascii else "►"

    def on_descendant_focus(self) -> None:
        """Keys go to one of two logs, or to the other."""
        if self._other is not None or self._is_beside is not None:
            self.call_after_refresh(self._show_head)

    def on_descendant_blur(self) -> None:
        """The same when they go elsewhere."""
        self.on_descendant_focus()

    def _run_title(self, run: RunLogs, sign: str) -> list[HeaderPart]:
        """Which steps it is, and of how many logs, after a sign."""
        of = f" of {run.count + run.skipped:,}" if run.skipped else ""
        logs = f"{run.count:,}{of} log{'' if run.count == 1 else 's'} by time"
        if self._only_failed:
            logs += ", those that failed"
        elif self._left_out:
            logs += ", some left out"
        # Of one group that is marked nothing else says that the cursor may be elsewhere.
        is_one = self._choice.is_marked and isinstance(self._choice.scope, str)
        marked: list[HeaderPart] = [(" (marked)", "accent")] if is_one else []
        return [(f"{sign}{self._choice.group_called} ", "heading"), (logs, ""), *marked]

    def tick(self, now: datetime) -> None:
        """Update relative times."""
        if self._other is not None:
            self._other.tick(now)
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
        if message.is_following:
            self._new = 0
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
        hides = self._hides_own = not self._hides_own
        if hides and not self.book.own:
            self.context.say("this log has no lines of Argo's own")
        self._choose_lines()
        if self._note and not len(self.book):
            self._end(self._note)

    def action_container(self) -> None:
        """Choose one of the containers of the pod."""
        workflow, target = self._choice.workflow, self._choice.target
        if workflow is None or target is None:
            self.context.say("no pod belongs to this step, so there are no containers")
            return
        if self._run is not None:
            pods = pods_within(workflow, self._choice.within)
            wanted = Wanted(self._choice.containers, self._left_out)
            self.app.push_screen(
                LogStepsScreen(self.context, workflow, pods, wanted), self._read_logs
            )
            return
        self.app.push_screen(ContainerScreen(self.context, workflow, target), self._read_container)

    def _read_container(self, name: str | None) -> None:
        """Read the container that was chosen in the dialog; None if it was cancelled."""
        if name is not None and self._choice.take_container(name):
            self._begin()

    def _read_logs(self, wanted: Wanted | None) -> None:
        """Read the logs that were chosen in the dialog; None if it was cancelled."""
        run = self._run
        if wanted is None or run is None:
            return
        self._left_out, self._only_failed = wanted.left_out, False
        if wanted.containers != self._choice.containers:
            self._choice.containers = wanted.containers
            self._begin_run()
        else:
            self._choose_lines()

    def action_failed_only(self) -> None:
        """Show the logs of the steps that failed, or all again."""
        run = self._run
        if run is None or self._other_has_keys:
            raise SkipAction()  # of one step: the screen goes to the next that failed
        pods = pods_within(run.workflow, self._choice.within)
        if not self._only_failed and not any(pod.is_problem for pod in pods):
            self.context.say("no step of it has failed")
            return
        self._only_failed = not self._only_failed
        self._choose_lines()
        self.context.say("only of steps that failed" if self._only_failed else "of all steps")

    def action_problems(self) -> None:
        """Show only lines that tell of errors, then of warnings, too, then all again."""
        if not self._levels:
            self._levels = frozenset({"error"})
            said = f"errors and their traces; {hint('problems')} again: warnings, too"
        elif self._levels == {"error"}:
            self._levels = frozenset({"error", "warning"})
            said = f"errors and warnings; {hint('problems')} again: all lines"
        else:
            self._levels, said = frozenset(), "all lines"
        self._choose_lines()
        self.context.say(said)

    def _sources_left_out(self) -> frozenset[int]:
        """The numbers of the sources whose lines are not shown."""
        run = self._run
        if run is None or not (self._left_out or self._only_failed):
            return frozenset()
        workflow = self._choice.workflow
        nodes = workflow.nodes if workflow is not None else {}

        def is_out(source: LogSource) -> bool:
            node = nodes.get(NodeId(source.node_id))
            failed = node is not None and node.is_problem
            return source.node_id in self._left_out or (self._only_failed and not failed)

        sources = list(run.follower.sources)
        return frozenset(number for number, each in enumerate(sources) if is_out(each))

    def _choose_lines(self) -> None:
        """Show the lines that are wanted now; the line at the top stays there, as far as it can."""
        view = LogView(
            hides_own=self._hides_own,
            filters=tuple(self._filters),
            window=self._window,
            levels=self._levels,
            left_out=self._sources_left_out(),
        )
        first, _ = self.lines.shown_range
        if len(self.book) and not (self._is_choosing and self._anchor is not None):
            self._anchor = self.book.number_of(min(first, len(self.book) - 1))
        self.book.choose(view)
        if not self._is_choosing:
            self._go_on_choosing()

    def _go_on_choosing(self) -> None:
        self._is_choosing = False
        if not self.is_mounted:
            return
        try:
            is_done = done_in_turn(self.book.go_on)
        except TookTooLong:
            self._leave_out_filter()
            return
        if is_done:
            self._lines_chosen()
            return
        self._is_choosing = True
        self._show_head()
        self.lines.in_next_turn(self._go_on_choosing)

    def _leave_out_filter(self) -> None:
        """Show lines without the last filter, which comes to no end on some of them."""
        self._filters.pop()
        self.context.say(LEFT_OUT, "warning")
        self._choose_lines()

    def _lines_chosen(self) -> None:
        is_following = self.lines.is_following
        self._begin_rate()
        self.lines.show(self.book)
        if not is_following and self._anchor is not None:
            self.lines.show_from(self.book.index_of(self._anchor))
        if len(self.book):
            self._anchor = None  # where no line is shown it is still the place to go back to
        if not len(self.book):
            what = "no line is shown: " + self._why_none() if self.book.total else self._note
            self.lines.placeholder = what
        self._show_head()

    def _goes(self) -> str:
        """When the log will go, where that may come as a surprise."""
        workflow, target = self._choice.workflow, self._choice.target
        if workflow is None:
            return ""
        now, archive = self.context.now(), self.archive.of(workflow)
        if self._run is not None or target is None:
            return run_goes(workflow, now, archive)
        return log_goes(workflow, target.node, now, archive)

    @on(ArchiveLimit.Learned)
    def tell_limit(self, message: ArchiveLimit.Learned) -> None:
        """Say how long the archive keeps the run."""
        message.stop()
        if self._note.startswith(END):
            self._note = self._end_and_after()
        self._show_head()

    def _end_and_after(self) -> str:
        """That the log has ended, and when it goes."""
        goes = self._goes()
        return f"{END}; {goes}" if goes else END

    def _why_none(self) -> str:
        """Why all lines are left out."""
        if self._filters:
            return f"none matches; {hint('unwind')} takes the last filter away"
        if self._levels:
            return f"none tells of that; {hint('unwind')} shows all"
        if self._window is not None:
            return f"none was written then; {hint('unwind')} shows all times"
        if self.book.view.left_out:
            return "no step that is shown has lines"
        return f"it has only lines of Argo's own; {hint('hide')} shows them"

    # --- another log beside it -------------------------------------------------------------

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Only two logs beside each other have another side, and the one beside is no first."""
        if action in ("other_log", "scroll_other"):
            return self._other is not None
        return action != "beside" or self._is_beside is None

    @property
    def _other_has_keys(self) -> bool:
        """Whether keys go to the log beside this one."""
        focused = self.screen.focused
        return self._other is not None and focused is not None and self._other in focused.ancestors

    def action_beside(self) -> None:
        """Read the log of another step beside this one, or this one alone again."""
        workflow = self._choice.workflow
        if self._other is not None:
            self._close_other()
            return
        mine = self._choice.target.node.id if self._choice.target is not None else None
        pods = [
            node
            for node in (pods_of_run(workflow, None) if workflow is not None else ())
            if self._run is not None or node.id != mine
        ]
        if workflow is None or not pods:
            self.context.say("there is no other step with a log to read beside this one")
        elif len(pods) == 1:
            self._open_other(pods[0].id)
        else:
            self.app.push_screen(OtherLogScreen(self.context, workflow, pods), self._open_other)

    def _open_other(self, node_id: str | None) -> None:
        """Read the log of this step beside this one; None if nothing was chosen."""
        workflow = self._choice.workflow
        if node_id is None or workflow is None or self._other is not None:
            return
        self._other = LogsPane(self.context, beside=NodeId(node_id))
        self.post_message(RoomWanted(True))
        self._put_other(self._other, workflow)

    @work(exclusive=True, group="beside")
    async def _put_other(self, other: LogsPane, workflow: Workflow) -> None:
        await self.mount(other)
        self._show_other(other, workflow, b"")
        other.lines.focus()
        self.context.say(
            f"{hint('side.other')} goes to the other log, {hint('beside')} closes this one"
        )

    @staticmethod
    def _show_other(other: LogsPane, workflow: Workflow, raw: bytes) -> None:
        node = workflow.nodes.get(other._is_beside or NodeId(""))
        if node is not None:
            other.show(workflow, node, raw)

    def _close_other(self) -> None:
        other, self._other = self._other, None
        if other is None:
            return
        focused = self.screen.focused
        had_keys = focused is not None and other in focused.ancestors
        other.leave()
        other.remove()
        self.post_message(RoomWanted(False))
        if had_keys:
            self.lines.focus()
        if self.is_mounted:
            self._show_head()  # of one log nobody asks which has the keys

    def action_other_log(self) -> None:
        """Keys go to the other log from now on."""
        if self._other is not None:
            (self if self._other_has_keys else self._other).lines.focus()

    def action_scroll_other(self, direction: int) -> None:
        """Half a page of the other log."""
        if self._other is None:
            return
        lines = (self if self._other_has_keys else self._other).lines
        if direction > 0:
            lines.action_half_down()
        else:
            lines.action_half_up()

    # --- how many lines a minute -----------------------------------------------------------

    def commands(self) -> Iterable[Command]:
        """What has no key."""
        yield Command(
            "Rate strip",
            alone(self.toggle_rate),
            names=("rate",),
            help="lines of the log a minute as small bars, on or off",
            in_menu=True,
        )

    def toggle_rate(self) -> None:
        """Show how many lines there are a minute, or no longer."""
        self._rate = None if self._rate is not None else LogRate(self.book)
        self.strip.set_class(self._rate is not None, "-open")
        self._count_rate()

    def _begin_rate(self) -> None:
        """Other lines are shown: they are counted from the first one on."""
        if self._rate is not None:
            self._rate = LogRate(self.book)
            self._count_rate()

    def _count_rate(self) -> None:
        if self._rate is not None and not self._is_counting:
            self._is_counting = True
            self.lines.in_next_turn(self._go_on_counting)

    def _go_on_counting(self) -> None:
        self._is_counting = False
        if self._rate is None or not self.is_mounted:
            return
        until = monotonic() + IN_A_TURN
        while self._rate.step() and monotonic() < until:
            pass
        if self._rate.is_done:
            self.show_rate()
        else:
            self._count_rate()

    @on(RateStrip.Resized)
    def show_rate(self) -> None:
        """Draw the bars that there is room for."""
        if self._rate is not None:
            unit, bars = self._rate.bars(self.strip.room)
            zone = UTC if self.book.times == "utc" else None
            self.strip.show(unit, bars, zone=zone, told="the lines of this log have no times")

    # --- what is shown of it ---------------------------------------------------------------

    def action_narrow(self) -> None:
        """Show only lines that match; with `!` in front that do not, with `-C 3` and 3 around."""
        self._asks = "filter"
        self.typed.open("", prompt=hint("narrow"))

    def action_go_to_time(self) -> None:
        """Go to a time: `10:41`, `-5m`, a date."""
        self._asks = "time"
        self.typed.open("", prompt=hint("go-to-time"))

    @on(QueryBar.Edited, "#log-line")
    @on(QueryBar.Left, "#log-line")
    def keep_typed(self, message: QueryBar.Edited | QueryBar.Left) -> None:
        """What is typed is looked at when it is done."""
        message.stop()

    @on(QueryBar.Submitted, "#log-line")
    def take_typed(self, message: QueryBar.Submitted) -> None:
        """Enter: do what was typed."""
        message.stop()
        text = message.text
        self._forgive_typed()
        try:
            if self._asks == "time":
                self._go_to_time(text)
            elif self._asks == "fields":
                self._choose_fields(text)
            else:
                self._narrow(text)
        except QueryError as error:
            # In a line that closed, the correction would be keys of the log.
            self.typed.go_on()
            self.context.say(error.what, "warning")
            self._typed_wrong = True
            return
        self._close_typed()

    @on(QueryBar.Cancelled, "#log-line")
    def drop_typed(self, message: QueryBar.Cancelled) -> None:
        """Esc: back to the lines."""
        message.stop()
        self._forgive_typed()
        self._close_typed()

    def _forgive_typed(self) -> None:
        """Take away what was said of the text before."""
        if self._typed_wrong:
            self._typed_wrong = False
            self.context.say("")

    def _close_typed(self) -> None:
        self.typed.text = ""
        self.lines.focus()
        self.typed.close()
        self.typed.remove_class("-open")

    def _narrow(self, text: str) -> None:
        found = typed_filter(text)
        if found is None:
            if text.strip():
                raise QueryError("nothing to look for: type a word after it", len(text))
            if self._filters:
                self._filters.clear()
                self._choose_lines()
            return
        if found.note:
            self.context.say(found.note, "warning")
        self._filters.append(LineFilter(found.pattern, found.is_inverted, found.context))
        self._choose_lines()

    def action_end_search(self) -> None:
        """Esc: end the search, else take the last filter away, else the window of time."""
        if self._other_has_keys:
            self._close_other()
        elif self._copying is not None:
            self._copying = None
            self.context.say("nothing was copied")
        elif self.lines.marked is not None:
            self._end_marking()
        elif self.lines.finder.search is not None:
            super().action_end_search()
        elif self._filters:
            self._filters.pop()
            self._choose_lines()
        elif self._levels:
            self._levels = frozenset()
            self._choose_lines()
        elif self._window is not None:
            self._window = None
            self._choose_lines()
        elif self._other is not None:
            self._close_other()
        else:
            raise SkipAction()

    def _go_to_time(self, text: str) -> None:
        if not text.strip():
            return
        last = self.book.last_time
        if last == NO_TIME or not len(self.book):
            self.context.say("the lines of this log have no times", "warning")
            return
        zone = UTC if self.book.times == "utc" else None
        moment = moment_of(text, moment_at(last), zone)
        if moment is None:
            raise QueryError("a time is 10:41, 10:41:22, -5m or a date with a time", 0)
        self.lines.show_from(self.book.index_at(nanoseconds(moment)))

    def action_window(self, digit: int) -> None:
        """Show a window of time: 0 the end, 1 the beginning, 2 to 8 the last minutes, 9 all."""
        if digit == 0:
            self.action_follow()
            return
        if digit == 1:
            self.lines.action_first()
            return
        span = SPANS.get(digit)
        if span is None:
            if self._window is not None:
                self._window = None
                self._choose_lines()
            self.context.say("all times")
            return
        end, before = self.book.last_time, " before its end"
        if self._goes_on and not self._note:
            end, before = nanoseconds(self.context.now()), ""
        if end == NO_TIME:
            self.context.say("the lines of this log have no times", "warning")
            return
        self._window = end - nanoseconds_of(span), NEVER
        self._choose_lines()
        self._windowed, self._window_ends = WINDOWS[digit].lower(), before
        self.context.say(f"{self._windowed}{before}; {hint('window-9')} for all")

    def action_shape(self) -> None:
        """Show lines of JSON as text, over several rows, by chosen fields, or as they came."""
        if self.book.shape is None:
            if not self._has_json():
                self.context.say(f"no line here is JSON: {hint('whole')} shapes such lines")
                return
            self._shape_lines(readable)
            self.context.say(f"JSON as text; {hint('whole')} again: over several rows")
        elif self.book.shape is readable:
            self._shape_lines(pretty)
            self.context.say(f"JSON over several rows; {hint('whole')} again chooses fields")
        elif self._fields is None:
            self._asks = "fields"
            self.typed.open(self._last_fields, prompt=hint("whole"))
        else:
            self._fields = None
            self._shape_lines(None)
            self.context.say("lines as they were written")

    def _has_json(self) -> bool:
        """Whether a line in sight is JSON, or one of those at either end of the log."""
        first, last = self.lines.shown_range
        count = len(self.book)
        near = {*range(first, last + 1), *range(min(count, ENDS)), *range(count - ENDS, count)}
        return any(is_json(self.book.text(index)) for index in sorted(near) if index >= 0)

    def _choose_fields(self, text: str) -> None:
        fields = tuple(text.replace(",", " ").split())
        if not fields:
            self._shape_lines(None)
            return
        self._last_fields, self._fields = text, fields
        self._shape_lines(partial(readable, fields=fields))

    def _shape_lines(self, shape: Callable[[str], str] | None) -> None:
        self.book.shape = self._shape = shape
        self.lines.changed(tall=shape is pretty)

    # --- places ------------------------------------------------------------------------------

    @property
    def spot(self) -> str:
        """The time of the line that keys mean, else its number; "" at the end of the log."""
        line = self._line_in_sight()
        if line is None or self.lines.is_following:
            return ""
        moment = self.book.time(line)
        return str(self.book.number_of(line) + 1) if moment == NO_TIME else stamp_of(moment)

    def seek(self, spot: str) -> None:
        """To a time or to a line, once it is there."""
        self._spot, self._is_sought = spot, True
        self._go_to_spot(is_whole=False)

    def _go_to_spot(self, *, is_whole: bool) -> None:
        """`is_whole` says that no more comes: what is nearest has to do."""
        if not self._spot or not len(self.book):
            return
        if self._spot.isdecimal():
            number = int(self._spot) - 1
            is_there, line = self.book.total > number, self.book.index_of(number)
        else:
            moment = time_of(self._spot.encode())
            is_there, line = self.book.last_time >= moment, self.book.index_at(moment)
        if is_there or is_whole:
            self._spot = ""
            self.lines.show_from(line)

    def _line_in_sight(self) -> int | None:
        """The line that keys mean: that of the search, if it is there, else the first one shown."""
        first, last = self.lines.shown_range
        if last < first:
            return None
        hit = self.lines.finder.hit
        return hit if hit is not None and first <= hit <= last else first

    def action_mark_lines(self) -> None:
        """Begin to mark lines where one reads, or end it: keys that move take more of them."""
        if self.lines.marked is not None:
            self._end_marking()
            return
        index = self._line_in_sight()
        if index is None:
            self.context.say("there are no lines to mark")
            return
        self.lines.mark_from(index)
        self.context.say(
            f"marking lines: {hint('move.down')} and {hint('move.up')} take more, "
            f"{hint('copy')} copies, {hint('write')} saves, {hint('unwind')} ends it"
        )
        self._show_head()

    def _end_marking(self) -> None:
        self.lines.end_marking()
        self.context.say("")
        self._show_head()

    def _kept_lines(self) -> list[int]:
        """Where the lines that were kept are shown."""
        return [self.book.index_of(each) for each in self._kept if self.book.is_shown(each)]

    def action_copy_line(self) -> None:
        """Copy the lines that are marked, else that of the search, or the first on the screen."""
        marked = self.lines.marked
        if marked is not None:
            is_first = self._copying is None
            numbers = map(self.book.number_of, (marked.first, marked.last))
            self._copying = _Copying(self.book, self.book.view, *numbers)
            self._end_marking()
            if is_first:
                self._go_on_copying()
            return
        index = self._line_in_sight()
        if index is None:
            self.context.say("there are no lines to copy")
            return
        self.context.copy(clean_plain(self.book.text(index)))

    def _go_on_copying(self) -> None:
        """Gather some more of the lines that are to be copied, so that keys are heard meanwhile."""
        copying = self._copying
        if copying is None or not self.is_mounted:
            return
        if copying.book is not self.book or copying.view is not self.book.view:
            self._copying = None
            self.context.say("not copied: other lines are shown by now", "warning")
            return
        try:
            is_done = done_in_turn(copying.step)
            is_much = copying.size > MOST_COPIED
        except TookTooLong:
            is_done = is_much = True  # so long a line fits nowhere
        if not is_done:
            self.context.say(f"copying …; {hint('unwind')} stops it")
            self.lines.in_next_turn(self._go_on_copying)
            return
        self._copying = None
        if is_much:
            self.context.say(f"more lines than a clipboard takes; {hint('write')} saves them")
        else:
            self.context.copy_lines(copying.texts)

    def action_keep_line(self) -> None:
        """Mark a line, or take its mark away: that of the search, or the first on the screen."""
        index = self._line_in_sight()
        if index is None:
            return
        self._kept ^= {self.book.number_of(index)}
        self.lines.repaint()
        self.context.say(f"{len(self._kept)} kept; {hint('next-kept-line')} goes to the next")

    def action_next_kept(self) -> None:
        """To the next line that was marked; from the last to the first."""
        shown = sorted(number for number in self._kept if self.book.is_shown(number))
        if not shown:
            self.context.say(f"no line is kept; {hint('keep-line')} keeps one")
            return
        first, _ = self.lines.shown_range
        here = self.book.number_of(first)
        number = next((each for each in shown if each > here), shown[0])
        self.lines.show_from(self.book.index_of(number))

    def action_pager(self) -> None:
        """Open what is shown in $PAGER; the app steps aside for it."""
        if not len(self.book):
            self.context.say("there are no lines to show")
            return
        self._page()

    @work(thread=True, group="pager", exclusive=True, exit_on_error=False)
    def _page(self) -> None:
        page_through(self, self.book)

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
