"""Following the logs of a workflow: every pod from when it begins, until the workflow is over.

One thread watches the workflow for new pods, one reads each log; all of them hand over to the
thread that prints, so that lines are never mixed up.
"""

from __future__ import annotations

import queue
from collections.abc import Callable, Sequence
from typing import Protocol

from tui.domain.identity import ObjectKey
from tui.domain.logs import LogBlock, LogSource, Run
from tui.domain.logtargets import LogTarget
from tui.domain.workflow import Workflow
from tui.errors import Bug, SourceError
from tui.headless.output import say
from tui.kinds.workflows import WORKFLOWS
from tui.logs.follower import LogDelayed, LogEnded, LogEvent, LogFollower
from tui.logs.reader import LogReader
from tui.ports.collections import Changed, Gone, Stale, Stood, Told
from tui.ports.connection import Connection, offered
from tui.ports.objects import Watches, Whole
from tui.ports.threads import CancelToken, endless

TargetsOf = Callable[[Workflow], Sequence[LogTarget]]
"""The logs that are wanted of a workflow as it is now."""


class LinePrinter(Protocol):
    """Prints lines."""

    def show(self, source: LogSource, run: Run) -> None:
        """Print lines of one log."""

    def flush(self) -> None:
        """Have it seen."""


def follow(
    source: Connection, reader: LogReader, printer: LinePrinter, targets_of: TargetsOf
) -> int:
    """Print until the workflow is over and every log has ended; 1 when nothing could be read.

    Raises: SourceError, when the workflow cannot be watched.
    """
    mail: queue.SimpleQueue[Told[Whole[Workflow]] | SourceError | None] = queue.SimpleQueue()
    follower = LogFollower(reader, arrived=lambda: mail.put(None))
    following = _Following(reader, follower, printer, targets_of)

    ref = reader.workflow.ref
    key = ObjectKey(source.id, WORKFLOWS.id, ref.namespace, ref.name)

    def watch(stop: CancelToken) -> None:
        offered(source, Watches).watch_one(WORKFLOWS, key, ref.uid, mail.put, stop)

    stop = endless(f"follow {ref.name}", watch, mail.put)
    try:
        while not following.is_over:
            try:
                event = mail.get_nowait()
            except queue.Empty:
                printer.flush()
                event = mail.get()
            if isinstance(event, SourceError):
                raise event
            if event is None:
                for log_event in follower.take():
                    following.take_from_log(log_event)
            else:
                following.take(event)
    finally:
        stop.set()
        follower.end()
        printer.flush()
    return 1 if following.read_nothing else 0


class _Following:
    """Which logs are being read, and whether there can be more."""

    def __init__(
        self,
        reader: LogReader,
        follower: LogFollower,
        printer: LinePrinter,
        targets_of: TargetsOf,
    ) -> None:
        self._reader = reader
        self._follower = follower
        self._printer = printer
        self._targets_of = targets_of
        self._begun: dict[tuple[str, str], int] = {}
        self._targets: list[LogTarget] = []
        self._open = 0
        self._failed = 0
        self._told: set[int] = set()
        """Logs whose connection broke, until lines of them come again."""
        self._is_completed = False
        self._trouble = ""
        """The trouble of its watch that was told last."""

    @property
    def is_over(self) -> bool:
        """Nothing more can come."""
        return self._is_completed and self._open == 0

    @property
    def read_nothing(self) -> bool:
        """Whether there were logs and none of them could be read."""
        return bool(self._begun) and self._failed == len(self._begun)

    def take(self, event: Told[Whole[Workflow]]) -> None:
        """Something happened to the workflow."""
        if isinstance(event, Changed):
            workflow = event.row.value.object
            self._reader.workflow = workflow
            self._begin_new(workflow)
            self._is_completed = workflow.is_completed
        elif isinstance(event, Gone):
            self._is_completed = True
        elif isinstance(event, Stood) and isinstance(event.standing, Stale):
            self._tell(event.standing)

    def take_from_log(self, event: LogEvent) -> None:
        """Lines of a log came, or it broke or ended."""
        if isinstance(event, LogBlock):
            self._told.clear()
            self._printer.show(self._follower.sources[event.source], Run(event, 0, len(event)))
        elif isinstance(event, LogDelayed):
            if event.log not in self._told:
                self._told.add(event.log)
                self._say(event.log, f"{event.error}; trying again")
        elif isinstance(event, LogEnded):
            self._open -= 1
            if event.error is not None:
                if isinstance(event.error, Bug):
                    raise event.error
                self._failed += 1
                self._say(event.log, str(event.error))

    def _tell(self, stale: Stale) -> None:
        """Say once of each trouble that the workflow is not watched just now. Raises: a Bug."""
        if isinstance(stale.error, Bug):
            raise stale.error
        if stale.error.what != self._trouble:
            self._trouble = stale.error.what
            say(f"argo-tui: {stale.error}; trying again")

    def _say(self, log: int, words: str) -> None:
        target = self._targets[log]
        self._printer.flush()
        say(f"{target.pod}/{target.container}: {words}")

    def _begin_new(self, workflow: Workflow) -> None:
        for target in self._targets_of(workflow):
            key = (target.pod, target.container)
            if target.has_begun and key not in self._begun:
                self._begun[key] = len(self._targets)
                self._targets.append(target)
                self._open += 1
                self._follower.begin(target, is_followed=True)
