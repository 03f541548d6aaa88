"""Following the logs of a workflow: every pod from when it begins, until the workflow is over.

One thread watches the workflow for new pods, one reads each log; all of them hand over to the
thread that prints, so that lines are never mixed up.
"""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Protocol

from tui.bugs import caught
from tui.domain.logs import LogLine
from tui.domain.logtargets import LogTarget
from tui.domain.workflow import Workflow
from tui.errors import Bug
from tui.headless.output import say
from tui.ports.collections import DetailEvent, Opened, Removed, Stale
from tui.ports.connection import Source
from tui.ports.threads import CancelToken


class LogReader(Protocol):
    """Reads the log of a target."""

    workflow: Workflow
    failed: int

    def lines(
        self, target: LogTarget, stop: CancelToken, *, is_followed: bool = False
    ) -> Iterator[bytes]:
        """Its lines."""

    def parted(self, target: LogTarget, line: bytes) -> LogLine:
        """Time and text of the line that came last."""


class LinePrinter(Protocol):
    """Prints lines."""

    def show(self, target: LogTarget, line: LogLine) -> None:
        """Print one."""

    def flush(self) -> None:
        """Have it seen."""


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a log."""

    target: LogTarget
    line: LogLine


@dataclass(frozen=True, slots=True)
class Ended:
    """A log came to its end."""

    target: LogTarget


@dataclass(frozen=True, slots=True)
class Failed:
    """The watch of the workflow, or a log, failed for good."""

    error: Exception


Mail = Line | Ended | Failed | DetailEvent


TargetsOf = Callable[[Workflow], tuple[LogTarget, ...]]


def follow(source: Source, reader: LogReader, printer: LinePrinter, targets_of: TargetsOf) -> int:
    """Print until the workflow is over and every log has ended; 1 when nothing could be read."""
    mail: queue.SimpleQueue[Mail] = queue.SimpleQueue()
    stop = CancelToken()
    follower = _Follower(reader, mail, stop, targets_of)
    _start(lambda: source.watch_one(reader.workflow.ref, mail.put, stop), mail, "workflow")
    try:
        while not follower.is_over:
            try:
                event = mail.get_nowait()
            except queue.Empty:
                printer.flush()
                event = mail.get()
            if isinstance(event, Line):
                printer.show(event.target, event.line)
            else:
                follower.take(event)
    finally:
        stop.set()
        printer.flush()
    return 1 if follower.begun and reader.failed == len(follower.begun) else 0


def _start(work: Callable[[], None], mail: queue.SimpleQueue[Mail], name: str) -> None:
    def run() -> None:
        try:
            work()
        except BaseException as error:  # told by the thread that prints, which waits for mail
            mail.put(Failed(caught(error, f"following {name}")))

    threading.Thread(target=run, name=f"follow {name}", daemon=True).start()


class _Follower:
    """Which logs are being read, and whether there can be more."""

    def __init__(
        self,
        reader: LogReader,
        mail: queue.SimpleQueue[Mail],
        stop: CancelToken,
        targets_of: TargetsOf,
    ) -> None:
        self._reader = reader
        self._mail = mail
        self._stop = stop
        self._targets_of = targets_of
        self.begun: set[tuple[str, str]] = set()
        self._open = 0
        self._is_completed = False
        self._told = ""
        """The trouble of its watch that was told last."""

    @property
    def is_over(self) -> bool:
        """Nothing more can come."""
        return self._is_completed and self._open == 0

    def take(self, event: Mail) -> None:
        """Something happened. Raises: what the watch of the workflow failed with."""
        if isinstance(event, Opened):
            self._reader.workflow = event.workflow
            self._begin_new(event.workflow)
            self._is_completed = event.workflow.is_completed
        elif isinstance(event, Removed):
            self._is_completed = True
        elif isinstance(event, Ended):
            self._open -= 1
        elif isinstance(event, Failed):
            raise event.error
        elif isinstance(event, Stale):
            self._tell(event)

    def _tell(self, stale: Stale) -> None:
        """Say once of each trouble that the workflow is not watched just now. Raises: a Bug."""
        if isinstance(stale.error, Bug):
            raise stale.error
        if stale.error.what != self._told:
            self._told = stale.error.what
            say(f"argo-tui: {stale.error}; trying again")

    def _begin_new(self, workflow: Workflow) -> None:
        for target in self._targets_of(workflow):
            key = (target.pod, target.container)
            if target.has_begun and key not in self.begun:
                self.begun.add(key)
                self._open += 1
                _start(partial(self._read, target), self._mail, target.pod)

    def _read(self, target: LogTarget) -> None:
        for text in self._reader.lines(target, self._stop, is_followed=True):
            self._mail.put(Line(target, self._reader.parted(target, text)))
        self._mail.put(Ended(target))
