"""The log of the step under the cursor: from its pod, else from the archive.

A pane follows one container at a time. Reading is endless work, so it runs on a thread of its own
and comes through a stream; what arrives for a log that is no longer shown is dropped by its number.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.getters import query_one
from textual.message import Message

from tui.artifacts.logreader import Reader
from tui.domain.logs import TIMES
from tui.domain.logtargets import LogTarget, attempts_before, log_targets
from tui.domain.node import RUNNING, Node
from tui.domain.podname import pod_name
from tui.domain.templates import container_names
from tui.domain.workflow import Workflow
from tui.errors import SourceError
from tui.panes.base import Tools
from tui.panes.containers import ContainerScreen
from tui.panes.text_pane import SearchedPane
from tui.sources.base import Stop, endless
from tui.state.logs import LogBook
from tui.state.stream import Stream
from tui.widgets.header import HeaderLine, Part
from tui.widgets.lines import Lines
from tui.widgets.query_bar import QueryBar

NEVER_RESTARTED = "previous terminated container"
"""What the kubelet says is not found where a container has begun only once."""

PATIENCE = 0.3
"""Seconds until a log that says nothing is said to be read."""


def best(targets: Sequence[LogTarget]) -> LogTarget | None:
    """Which of several logs somebody wants to read: what failed, else runs, else ended last."""
    begun = [target for target in targets if target.has_begun]
    for wanted in (
        [target for target in begun if target.node.is_problem],
        [target for target in begun if target.node.phase == RUNNING],
        begun,
    ):
        if wanted:
            return max(wanted, key=lambda target: target.node.started_at or "")
    return targets[0] if targets else None


class LogsPane(SearchedPane):
    """A log that is followed, searched, and found in the archive when its pod is gone."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("F", "follow", "Follow", id="logs.follow"),
        Binding("slash", "search", "Search", key_display="/", id="logs.search"),
        Binding("t", "times", "Times", id="logs.times"),
        Binding("A", "container", "Container", id="logs.container"),
        Binding("p", "previous", "Previous attempt", show=False, id="logs.previous"),
    ]

    head = query_one("#log-head", HeaderLine)

    @dataclass
    class Ended(Message):
        """The thread that read a log is done."""

        number: int
        why: str
        """Why it could not be read, or not to its end; "" if it was."""

    def __init__(self, tools: Tools) -> None:
        super().__init__(tools)
        self.book = LogBook(clock=tools.now)
        self.target: LogTarget | None = None
        self._workflow: Workflow | None = None
        self._node: Node | None = None
        self._container = ""
        self._previous = False
        self._attempts_back = 0
        """How many attempts before the one that belongs to the step."""
        self._number = 0
        self._stop: Stop | None = None
        self._stream: Stream | None = None
        self._note = ""
        self._has_failed = False
        self._goes_on = False
        """Whether more is written to it."""
        self._complained = False
        """Whether the status line says why this log cannot be read."""
        self._found = ""

    def compose(self) -> ComposeResult:
        """What is read, the lines, and a line to type a search into."""
        yield HeaderLine(id="log-head", ascii=self.tools.ascii)
        yield Lines(follow=True, levels=True, ascii=self.tools.ascii)
        yield QueryBar(ascii=self.tools.ascii)

    def on_mount(self) -> None:
        """The book is shown from the first line on."""
        # A screen that is left at once takes the pane away before its lines are there.
        for lines in self.query(Lines):
            lines.show(self.book)

    def on_unmount(self) -> None:
        """Nobody reads on."""
        self._leave_log()

    # --- what is shown ---------------------------------------------------------------------

    def show(self, workflow: Workflow, node: Node | None, raw: bytes) -> None:
        """The log that belongs to this; the same log goes on undisturbed."""
        if node is not None and node.type == "Container" and node != self._node:
            # Who goes to a container in the tree wants to read that one.
            self._container = ""
        if self._node is not None and (node is None or node.id != self._node.id):
            self._previous, self._attempts_back = False, 0
        self._workflow, self._node = workflow, node
        target = self._wanted(workflow, node)
        before = self.target
        same = (
            before is not None
            and target is not None
            and (
                (before.pod, before.container, before.has_begun)
                == (target.pod, target.container, target.has_begun)
            )
        )
        self.target = target
        if not same:
            self._begin()
        else:
            self._show_head()

    def _wanted(self, workflow: Workflow, node: Node | None) -> LogTarget | None:
        """The log of a step, or of an attempt before it, in the container that was chosen."""
        step = node.id if node is not None else ""
        targets = log_targets(workflow, step, "", self.tools.pod_names)
        target = best(targets)
        if target is None:
            return None
        if self._attempts_back:
            before = attempts_before(workflow, target.node) or ()
            earlier = before[min(self._attempts_back, len(before)) - 1] if before else target.node
            name = pod_name(workflow, earlier, self.tools.pod_names)
            target = LogTarget(earlier, name, target.container)
        if self._container in container_names(workflow, target.node):
            target = LogTarget(target.node, target.pod, self._container)
        return target

    def leave(self) -> None:
        """Somebody looks at another pane: read on only when they come back."""
        self._leave_log()
        self.target = None

    def _leave_log(self) -> None:
        if self._stop is not None:
            self._stop.set()
            self._stop = None

    def _begin(self) -> None:
        self._leave_log()
        self._number += 1
        self._note = ""
        self._has_failed = False
        if self._complained:
            self._complained = False
            self.tools.say("")
        self.book = LogBook(times=self.book.times, clock=self.tools.now)
        self.lines.show(self.book)
        self.lines.follow(True)
        target, workflow, source = self.target, self._workflow, self.tools.source
        if target is None or workflow is None or source is None:
            self._end("no pod belongs to this step, so there is no log")
            return
        if not target.has_begun:
            self._end(f"not begun yet ({target.node.message or target.node.phase or 'Pending'})")
            return
        # Most logs are there at once: who walks through the steps sees no word come and go.
        self.lines.placeholder = ""
        number = self._number
        self.set_timer(PATIENCE, lambda: self._say_reading(number))
        is_followed = target.node.phase == RUNNING and not self._previous
        self._goes_on = is_followed
        stream = Stream(asyncio.get_running_loop(), lambda pieces: self._take(number, pieces))
        self._stream = stream
        said: list[str] = []
        reader = Reader(source, workflow, previous=self._previous, told=said.append)

        def work(stop: Stop) -> None:
            for line in reader.lines(target, stop, is_followed=is_followed):
                stream.put(line + b"\n", stop)
                if stop.is_set:
                    return
            why = said[0].removeprefix(f"{target.pod}/{target.container}: ") if said else ""
            self.post_message(self.Ended(number, why))

        def failed(error: SourceError) -> None:
            self.post_message(self.Ended(number, str(error)))

        self._stop = endless(f"log of {target.pod}", work, failed)
        self._show_head()

    def _say_reading(self, number: int) -> None:
        if number == self._number and self._stop is not None and not self._note:
            self.lines.placeholder = "reading …"

    def _take(self, number: int, pieces: list[bytes]) -> None:
        if number == self._number and self.is_mounted:
            came = self.book.append(pieces)
            self.lines.lines_appended(came.lines, came.dropped)
            self._show_head()

    @on(Ended)
    def end(self, message: Ended) -> None:
        """The log is over, or cannot be read."""
        if message.number == self._number:
            if self._stream is not None:
                self._stream.flush()
            why = message.why
            if self._previous and NEVER_RESTARTED in why:
                why = "there is no attempt before this one: the container was never started again"
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
        left: list[Part] = []
        if self.target is not None:
            name = self.target.node.display_name or self.target.node.name
            left = [(f"{name} ", "heading"), (self.target.container, "")]
            if self._previous or self._attempts_back:
                left.append((" (previous attempt)", "warning"))
        if self._found:
            left.append((f"  {self._found}", "accent"))
        if self._note and len(self.book):
            left.append((f"  {self._note}", "muted"))
        right: list[Part] = []
        if self.lines.is_following and self._goes_on and self._stop is not None and not self._note:
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

    @on(Lines.FollowChanged)
    def tell_follow(self, message: Lines.FollowChanged) -> None:
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
        if self._workflow is None or self.target is None:
            self.tools.say("no pod belongs to this step, so there are no containers")
            return
        asked = ContainerScreen(self.tools, self._workflow, self.target)
        self.app.push_screen(asked, self._read_container)

    def _read_container(self, name: str | None) -> None:
        """What was chosen in the list; None for nothing."""
        if name is None or self.target is None or name == self.target.container:
            return
        self._container = name
        self.target = LogTarget(self.target.node, self.target.pod, name)
        self._begin()

    def action_previous(self) -> None:
        """The attempt before this one; from the first, the one we came from again.

        What a retry strategy made is a pod for each attempt. Else it is what the container said
        before it was started again in its pod.
        """
        if self._workflow is None or self.target is None:
            return
        before = attempts_before(self._workflow, self.target.node)
        if before is None:
            self._previous = not self._previous
            self._begin()
            return
        if not before and not self._attempts_back:
            self.tools.say("this is the first attempt")
            return
        self._attempts_back = self._attempts_back + 1 if before else 0
        self.target = self._wanted(self._workflow, self._node)
        self._begin()

    # --- searching -------------------------------------------------------------------------

    def find(self, text: str) -> None:
        """Look for a text; for none, end the search, and the head tells of none."""
        super().find(text)
        if not text:
            self._found = ""
            self._show_head()

    @on(Lines.SearchMoved)
    def tell_search(self, message: Lines.SearchMoved) -> None:
        """Which hit of how many."""
        message.stop()
        more = "" if message.is_done else "+"
        self._found = f"/ {message.rank} of {message.count}{more}"
        self._show_head()
