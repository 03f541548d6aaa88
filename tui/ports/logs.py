"""The logs of pods: which one to read, and how a source gives it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Protocol

import msgspec

from tui.ports.threads import CancelToken

if TYPE_CHECKING:  # its patterns take some milliseconds, and not every start shows a log
    from tui.domain.logs import LogBlock


class LogRequest(msgspec.Struct, frozen=True):
    """Which log to read, and how much of it."""

    namespace: str
    pod: str
    container: str = "main"
    follow: bool = True
    previous: bool = False
    tail_lines: int | None = None
    since_time: str | None = None
    source: int = 0
    """The number that its blocks bear."""
    stamped: bool = True
    """Whether the times of lines are wanted; a source may tell them anyway."""
    workflow: str = ""
    """The name of the workflow that the pod is of: a server finds the pod by it."""


NOTHING = "Nothing"
"""`reason` of a Missing of a log of which nothing came, and nobody says why."""


class PodLogs(Protocol):
    """Where the logs of pods are read."""

    def log(self, request: LogRequest, stop: CancelToken) -> Iterator[LogBlock]:
        """A log in blocks of lines with their times, until its end or stopped.

        Blocks come as soon as a line is whole. The first may be empty: the log was opened, and its
        first line may come much later. Raises: Missing where there is no such pod, Rejected where
        its container has not started yet.
        """


class ArchivedLogs(Protocol):
    """Where archived logs go through, of a connection that hears them, or has them itself."""

    def archived_log(self, request: LogRequest, read: Iterator[LogBlock]) -> Iterator[LogBlock]:
        """The archived log of a container: what `read` gives, which is read only if it is needed.

        Raises: Missing where it is known to be nowhere, and as `read`.
        """
