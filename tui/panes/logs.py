"""The log of the step under the cursor: from its pod, else from the archive.

A pane follows one container at a time: which, `log_choice.py` knows, and `log_reading.py` reads
it. What arrives of a log that is no longer shown is dropped.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.getters import query_one
from textual.message import Message

from tui.bindings import bind
from tui.domain.logs import TIMES
from tui.domain.node import Node
from tui.domain.workflow import Workflow
from tui.panes.base import Tools
from tui.panes.containers import ContainerScreen
from tui.panes.log_choice import LogChoice
from tui.panes.log_reading import LogReading
from tui.panes.text_pane import SearchedPane
from tui.state.logs import LogBook
from tui.widgets.header import HeaderLine, HeaderPart
from tui.widgets.query_bar import QueryBar
from tui.widgets.text_view import TextView

PATIENCE = 0.3
"""Seconds until a log that says nothing is said to be read."""


class LogsPane(SearchedPane):
    """A log that is followed, searched, and found in the archive when its pod is gone."""

    BINDINGS: ClassVar[list[BindingType]] = [
        bind("follow", "follow", "Follow", group="logs", shown=True),
        bind("filter", "search", "Search", group="logs", shown=True),
        bind("times", "times", "Times", group="logs", shown=True),
        bind("containers", "container", "Container", group="logs", shown=True),
        bind("previous-attempt", "previous", "Previous attempt", group="logs"),
    ]

    head = query_one("#log-head", HeaderLine)

    @dataclass
    class Ended(Message):
        """The thread that read a log is done."""

        reading: LogReading
        why: str
        """Why it could not be read, or not to its end; "" if it was."""

    def __init__(self, tools: Tools) -> None:
        super().__init__(tools)
        self.book = LogBook(clock=tools.now)
        self._choice = LogChoice(tools.pod_names)
        self._reading: LogReading | None = None
        self._note = ""
        """Why no more comes; "" while it may."""
        self._has_failed = False
        self._complained = False
        """Whether the status line says why this log cannot be read."""
        self._found = ""

    def compose(self) -> ComposeResult:
        """What is read, the lines, and a line to type a search into."""
        yield HeaderLine(id="log-head", ascii=self.tools.ascii)
        yield TextView(follow=True, levels=True, ascii=self.tools.ascii)
        yield QueryBar(ascii=self.tools.ascii)

    def on_mount(self) -> None:
        """The book is shown from the first line on."""
        # A screen that is left at once takes the pane away before its lines are there.
        for lines in self.query(TextView):
            lines.show(self.book)

    def on_unmount(self) -> None:
        """Nobody reads on."""
        self._leave_log()

    # --- what is shown ---------------------------------------------------------------------

    def show(self, workflow: Workflow, node: Node | None, raw: bytes) -> None:
        """The log that belongs to this; the same log goes on undisturbed."""
        if self._choice.go_to(workflow, node):
            self._begin()
        else:
            self._show_head()

    def leave(self) -> None:
        """Somebody looks at another pane: read on only when they come back."""
        self._leave_log()
        self._choice.target = None

    def _leave_log(self) -> None:
        if self._reading is not None:
            self._reading.end()
            self._reading = None

    def _begin(self) -> None:
        self._leave_log()
        self._begin_book()
        target, workflow, source = self._choice.target, self._choice.workflow, self.tools.source
        if target is None or workflow is None or source is None:
            self._end("no pod belongs to this step, so there is no log")
            return
        if not target.has_begun:
            self._end(target.why_none)
            return
        # Most logs are there at once: who walks through the steps sees no word come and go.
        self.lines.placeholder = ""
        reading = LogReading(target, before_restart=self._choice.before_restart)
        self._reading = reading
        self.set_timer(PATIENCE, lambda: self._say_reading(reading))
        reading.begin(
            source,
            workflow,
            asyncio.get_running_loop(),
            came=lambda pieces: self._take(reading, pieces),
            ended=lambda why: self.post_message(self.Ended(reading, why)),
        )
        self._show_head()

    def _begin_book(self) -> None:
        """An empty one, without anything that was said about the one before it."""
        self._note = ""
        self._has_failed = False
        if self._complained:
            self._complained = False
            self.tools.say("")
        self.book = LogBook(times=self.book.times, clock=self.tools.now)
        self.lines.show(self.book)
        self.lines.follow(True)

    def _say_reading(self, reading: LogReading) -> None:
        if reading is self._reading and not self._note:
            self.lines.placeholder = "reading …"

    def _take(self, reading: LogReading, pieces: list[bytes]) -> None:
        if reading is self._reading and self.is_mounted:
            came = self.book.append(pieces)
            self.lines.lines_appended(came.lines, came.dropped)
            self._show_head()

    @on(Ended)
    def end(self, message: Ended) -> None:
        """The log is over, or cannot be read."""
        if message.reading is not self._reading:
            return
        message.reading.flush()
        why = message.why
        self._has_failed = bool(why)
        self._end(why or "end of the log")
        if why and len(self.book):
            # Of a log without a line the pane itself has the words.
            self._complained = True
            self.tools.say(why, "warning")

    def _end(self, note: str) -> None:
        self._note = note
        self.lines.placeholder = note if not len(self.book) else ""
        self.lines.ended()
        self._show_head()

    def _show_head(self) -> None:
        left: list[HeaderPart] = []
        target = self._choice.target
        if target is not None:
            name = target.node.title
            left = [(f"{name} ", "heading"), (target.container, "")]
            if self._choice.is_earlier:
                left.append((" (previous attempt)", "warning"))
        if self._found:
            left.append((f"  {self._found}", "accent"))
        if self._note and len(self.book):
            left.append((f"  {self._note}", "muted"))
        right: list[HeaderPart] = []
        goes_on = self._reading is not None and self._reading.goes_on and not self._note
        if self.lines.is_following and goes_on:
            right.append(("following ", "muted"))
        if self.book.dropped:
            right.append((f"first {self.book.dropped:,} dropped ", "warning"))
        count = len(self.book)
        right.append((f"{count:,} line{'' if count == 1 else 's'}", "muted"))
        self.head.show(left, right)

    def tick(self, now: datetime) -> None:
        """Relative times go on."""
        if self.book.times == "relative":
            self.lines.changed()

    @on(TextView.FollowChanged)
    def tell_follow(self, message: TextView.FollowChanged) -> None:
        """The head says whether the end is followed."""
        message.stop()
        self._show_head()

    # --- keys ------------------------------------------------------------------------------

    def action_follow(self) -> None:
        """To the end, and stay there; a log that could not be read is tried again."""
        if self._has_failed:
            self._begin()
        else:
            self.lines.follow(True)

    def action_times(self) -> None:
        """Times: off, relative, local, UTC."""
        self.book.times = TIMES[(TIMES.index(self.book.times) + 1) % len(TIMES)]
        self.lines.changed()
        self.tools.say(f"times: {self.book.times}")

    def action_container(self) -> None:
        """Choose one of the containers of the pod."""
        workflow, target = self._choice.workflow, self._choice.target
        if workflow is None or target is None:
            self.tools.say("no pod belongs to this step, so there are no containers")
            return
        self.app.push_screen(ContainerScreen(self.tools, workflow, target), self._read_container)

    def _read_container(self, name: str | None) -> None:
        """What was chosen in the list; None for nothing."""
        if name is not None and self._choice.take_container(name):
            self._begin()

    def action_previous(self) -> None:
        """The attempt before this one; from the first, the one we came from again."""
        if self._choice.take_attempt_before():
            self._begin()
        elif self._choice.target is not None:
            self.tools.say("this is the first attempt")
        else:
            self.tools.say("no pod belongs to this step, so there are no attempts")

    # --- searching -------------------------------------------------------------------------

    def find(self, text: str) -> None:
        """Look for a text; for none, end the search, and the head tells of none."""
        super().find(text)
        if not text:
            self._found = ""
            self._show_head()

    @on(TextView.SearchMoved)
    def tell_search(self, message: TextView.SearchMoved) -> None:
        """Which hit of how many."""
        message.stop()
        more = "" if message.is_done else "+"
        self._found = f"/ {message.rank} of {message.count}{more}"
        self._show_head()
