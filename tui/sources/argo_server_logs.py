"""The logs of pods, as an Argo Server hands them on.

It says nothing of why there is nothing: a container or pod that is not there, a pod that waits, and
a right that lacks are all an empty answer (argo.md 7). And where the cluster vanishes from behind
it, a log that is followed goes on for ever without a line, so while nothing comes the workflow is
asked after.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterator

import msgspec

from tui.domain.durations import parse_time
from tui.domain.logs import EMPTY, LogBlock, blocks_of
from tui.domain.node import COMPLETED_PHASES
from tui.domain.workflow import WORKFLOW_RESOURCE
from tui.errors import Busy, Missing
from tui.ports.logs import NOTHING, LogRequest
from tui.ports.threads import CancelToken
from tui.sources.answers import UNREADABLE
from tui.sources.argo_server_answers import ENDED
from tui.sources.argo_server_paths import one, options, projected
from tui.sources.argo_server_shared import Server
from tui.sources.argo_server_streams import decoder_of, frames, result_of, unreadable_answer
from tui.sources.transport import Transport

ASK_AGAIN = 60.0
"""Seconds without a line after which the workflow is asked after."""


class _Line(msgspec.Struct, frozen=True, gc=False, rename="camel"):
    content: str = ""
    pod_name: str = ""


class _Status(msgspec.Struct, frozen=True):
    phase: str = ""


class _Phase(msgspec.Struct, frozen=True):
    status: _Status = _Status()


class _Over(Exception):
    """The workflow is over, and so is its log."""


_lines = decoder_of(_Line)


class ServerLogs:
    """Logs of containers of pods that still exist."""

    def __init__(self, server: Server, *, now: Callable[[], float] = time.monotonic) -> None:
        self._transport = server.transport
        self._now = now

    def log(self, request: LogRequest, stop: CancelToken) -> Iterator[LogBlock]:
        """A log in blocks of lines, until its end or stopped.

        Raises: Missing where nothing came at all.
        """
        path = one(WORKFLOW_RESOURCE, request.namespace, request.workflow)
        watched = _Watched(self._transport, path, self._now)
        beat = watched.beat if request.follow else lambda: None
        came = False
        stream = frames(self._transport, f"{path}/log", _query(request), stop, beat=beat)
        with stream as arriving:
            yield EMPTY
            for block in blocks_of(_bytes_of(arriving, watched), request.source):
                came = came or len(block) > 0
                yield block
        if not came and not stop.is_set and not request.since_time:
            raise Missing(_why_nothing(request), reason=NOTHING)


class _Watched:
    """The workflow of a log, asked after while no line comes."""

    def __init__(self, transport: Transport, path: str, now: Callable[[], float]) -> None:
        self._transport = transport
        self._path = path
        self._now = now
        self._heard = now()
        self._is_over = False

    def line(self) -> None:
        """A line came."""
        self._heard = self._now()

    def beat(self) -> None:
        """The server lives, and has no line.

        Raises: _Over where none will come, SourceError where the server cannot know of any.
        """
        if self._now() - self._heard < ASK_AGAIN:
            return
        if self._is_over:
            raise _Over
        self._heard = self._now()
        body = self._transport.get(self._path, projected("status.phase"))
        try:
            phase = msgspec.json.decode(body, type=_Phase).status.phase
        except UNREADABLE as error:
            raise unreadable_answer(error) from error
        # Its last lines may be under way: it has one more pause to bring them.
        self._is_over = phase in COMPLETED_PHASES


def _bytes_of(arriving: Iterator[bytes], watched: _Watched) -> Iterator[bytes]:
    """The lines as a kubelet would send them."""
    try:
        for frame in arriving:
            watched.line()
            line: _Line = result_of(frame, _lines)
            yield line.content.encode() + b"\n"
    except _Over:
        return
    except Busy as error:
        if error.reason != ENDED:
            raise


def _query(request: LogRequest) -> list[tuple[str, str]]:
    moment = parse_time(request.since_time) if request.since_time else None
    tail = request.tail_lines
    return [
        ("podName", request.pod),
        *options(
            "logOptions",
            container=request.container,
            timestamps="true",
            follow="true" if request.follow else "",
            previous="true" if request.previous else "",
            tailLines="" if tail is None else str(tail),
        ),
        # Whole seconds only: what was read of that second comes again, and is known to.
        *options("logOptions.sinceTime", seconds=math.floor(moment.timestamp()) if moment else ""),
    ]


def _why_nothing(request: LogRequest) -> str:
    before = "of before its restart " if request.previous else ""
    return (
        f"nothing came of the log {before}of {request.container} in {request.pod}: it wrote "
        "nothing, or its pod is gone or has not begun, or reading pods/log is not allowed; the "
        "Argo Server does not say which"
    )
