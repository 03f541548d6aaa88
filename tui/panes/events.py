"""The events pane: Kubernetes events of the workflow, or of the pod of a step."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from typing import ClassVar

from msgspec.structs import replace
from textual import work
from textual.binding import BindingType

from tui.bindings import bind
from tui.bugs import caught
from tui.columns.words import age_text
from tui.domain.durations import parse_time, seconds_between
from tui.domain.highlight import Highlighter, Span
from tui.domain.node import Node
from tui.domain.podname import pod_name
from tui.domain.workflow import Workflow, WorkflowRef
from tui.keys import hint
from tui.panes.base import PaneContext
from tui.panes.text_pane import TextPane
from tui.ports.connection import Connection, offered
from tui.ports.events import Event, Events
from tui.ports.pods import Pods

READ_INTERVAL = 10
"""Seconds between two reads while the pane is shown and the workflow runs."""


INDENT = 23
"""Cells before the reason of an event."""
WARNING = "Warning"
"""The type of an event that tells of something wrong."""
MOST_PODS = 20
"""Of how many pods, those that began last, events are read where no step can be gone to."""


def with_those_of_pods(source: Connection, ref: WorkflowRef) -> tuple[Event, ...]:
    """Events of a workflow and of its pods, the latest last.

    Raises: SourceError, where either cannot be read.
    """
    port = offered(source, Events)
    found = list(port.events(ref))
    pods = sorted(offered(source, Pods).pods(ref), key=lambda pod: pod.started_at or "")
    for pod in pods[-MOST_PODS:]:
        for event in port.events(ref, pod.name):
            found.append(replace(event, message=f"{pod.name}: {event.message}"))
    return tuple(sorted(found, key=lambda event: event.last_seen or ""))


def lines_of(events: Sequence[Event], now: datetime, *, local: bool = False) -> Iterator[str]:
    """The events as text, the latest last: when each came last, how often, and what it says.

    Times are in UTC, as everywhere in texts, unless those of here are asked for; ages as in lists;
    further lines of a message are indented.
    """
    if events:
        yield f"  {'LOCAL' if local else 'TIME':<8} {'AGE':>4} {'COUNT':>5}  REASON AND MESSAGE"
    for event in events:
        since = seconds_between(event.last_seen, None, now)
        ago = age_text(since) if since is not None else ""
        sign = "!" if event.type == WARNING else " "
        clock = (event.last_seen or "").partition("T")[2][:8]
        if local and (moment := parse_time(event.last_seen)) is not None:
            clock = f"{moment.astimezone():%H:%M:%S}"
        first, *rest = event.message.split("\n")
        yield f"{sign} {clock:<8} {ago:>4} {event.count:>5}  {event.reason}  {first}"
        yield from (f"{'':<{INDENT}}{line}" for line in rest)


def spans(line: str) -> list[Span]:
    """The titles of the columns; when an event came, and the reason it gives."""
    if line.startswith(("  TIME", "  LOCAL")):
        return [(0, len(line), "heading")]
    if not line[INDENT:].strip() or line[:INDENT].isspace():
        return []
    ends = line.find("  ", INDENT)
    reason = (INDENT, len(line) if ends < 0 else ends)
    is_warning = line.startswith("!")
    return [(0, INDENT, "muted"), (*reason, "warning" if is_warning else "key")]


class EventsPane(TextPane):
    """Events, read when the pane is shown and every few seconds while the workflow runs."""

    BINDINGS: ClassVar[list[BindingType]] = [
        bind("problems", "problems", "Warnings", group="text", shown=True),
        bind("problem-after", "problem(1)", "Next warning", group="text"),
        bind("problem-before", "problem(-1)", "Last warning", group="text"),
        bind("times", "times", "Times", group="text"),
    ]
    HIGHLIGHTER: ClassVar[Highlighter | None] = staticmethod(spans)
    HANGS: ClassVar[Callable[[str], int]] = staticmethod(lambda line: INDENT)
    WRAPS = True  # messages are sentences, and the important part is often at their end

    def __init__(self, context: PaneContext) -> None:
        super().__init__(context)
        self._read_for: tuple[WorkflowRef, str] | None = None
        self._is_running = False
        self._seconds = 0
        self._events: tuple[Event, ...] | None = None
        self._asks_pods = False
        """Whether there are no steps to go to for the events of their pods."""
        self._is_narrowed = False
        """Whether only warnings are shown."""
        self._is_local = False
        """Whether times are those of here."""

    def show(self, workflow: Workflow, node: Node | None, raw: bytes) -> None:
        """Show the events of a workflow or of a step's pod."""
        is_pod = node is not None and node.type == "Pod"
        pod = pod_name(workflow, node, self.context.pod_names) if node and is_pod else ""
        self._is_running = not workflow.is_completed
        self._asks_pods = workflow.is_offloaded
        self.show_subject(workflow.ref, pod)

    def show_subject(self, ref: WorkflowRef, pod: str) -> None:
        """Show the events of a workflow, or of a pod, unless they are shown already."""
        subject = (ref, pod)
        if subject != self._read_for:
            self._read_for, self._events, self._seconds = subject, None, 0
            self._read(subject)

    def tick(self, now: datetime) -> None:
        """Read again at intervals, and update the ages in between."""
        self._seconds += 1
        if self._read_for and self._is_running and self._seconds % READ_INTERVAL == 0:
            self._read(self._read_for)
        elif self._events is not None and self._seconds % READ_INTERVAL == 5:
            self._write()

    @work(thread=True, group="events", exclusive=True)
    def _read(self, subject: tuple[WorkflowRef, str]) -> None:
        source = self.context.source
        if source is None:
            return
        try:
            if self._asks_pods:
                events = with_those_of_pods(source, subject[0])
            else:
                events = offered(source, Events).events(*subject)
        except Exception as error:
            why = str(caught(error, "asking for events"))
            self.app.call_from_thread(self._failed, subject, why)
        else:
            self.app.call_from_thread(self._have, subject, events)

    def _failed(self, subject: tuple[WorkflowRef, str], why: str) -> None:
        if subject == self._read_for:
            self._events = None
            self.put(subject, why)

    def _have(self, subject: tuple[WorkflowRef, str], events: tuple[Event, ...]) -> None:
        if subject == self._read_for:
            self._events = events
            self._write()

    def action_problems(self) -> None:
        """Show only warnings, or all events again."""
        self._is_narrowed = not self._is_narrowed
        if self._events is not None:
            self._write()

    def action_problem(self, step: int) -> None:
        """To the next (1) or previous (-1) warning that is not in sight, round the end."""
        warnings = [i for i in range(len(self._text)) if self._text.line(i).startswith("!")]
        if not warnings:
            self.context.say("no event is a warning")
            return
        self.go_to_one_of(warnings, step, "warning", "warnings")

    def action_times(self) -> None:
        """Show times in UTC, or those of here."""
        self._is_local = not self._is_local
        if self._events is not None:
            self._write()
        self.context.say("times of here" if self._is_local else "times in UTC")

    def _write(self) -> None:
        events = self._events or ()
        shown = [each for each in events if each.type == WARNING or not self._is_narrowed]
        lines = list(lines_of(shown, self.context.now(), local=self._is_local))
        if events and self._is_narrowed:
            told = f"{len(shown)} of {len(events)} events are warnings"
            lines = [f"  {told}; {hint('problems')} shows all", *lines]
        self.put(self._read_for, "\n".join(lines) or self._why_none())

    def _why_none(self) -> str:
        about = "its pod" if self._read_for and self._read_for[1] else "this workflow"
        return f"no events about {about}: Kubernetes keeps them for an hour or so"
