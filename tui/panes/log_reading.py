"""Reading one log: on a thread of its own, coming through a stream, until it ends or is left."""

from __future__ import annotations

from collections.abc import Callable

from tui.artifacts.logreader import Reader
from tui.domain.logtargets import LogTarget
from tui.domain.node import RUNNING
from tui.domain.workflow import Workflow
from tui.errors import SourceError
from tui.ports.connection import Source
from tui.ports.threads import CancelToken, endless
from tui.state.inbox import Loop
from tui.state.stream import Stream

NEVER_RESTARTED = "previous terminated container"
"""What the kubelet says is not found where a container has begun only once."""


class LogReading:
    """One thread, from `begin` to `end`."""

    def __init__(self, target: LogTarget, *, before_restart: bool) -> None:
        self._target = target
        self._before_restart = before_restart
        self._stop: CancelToken | None = None
        self._stream: Stream | None = None
        self.goes_on = target.node.phase == RUNNING and not before_restart
        """Whether more is written to it, so that its end is waited for."""

    def begin(
        self,
        source: Source,
        workflow: Workflow,
        loop: Loop,
        *,
        came: Callable[[list[bytes]], object],
        ended: Callable[[str], object],
    ) -> None:
        """Read; `came` is called on the loop, `ended` on a thread, with why it failed or ""."""
        target = self._target
        stream = Stream(loop, came)
        self._stream = stream
        said: list[str] = []
        reader = Reader(source, workflow, previous=self._before_restart, told=said.append)

        def work(stop: CancelToken) -> None:
            for line in reader.lines(target, stop, is_followed=self.goes_on):
                stream.put(line + b"\n", stop)
                if stop.is_set:
                    return
            ended(self._in_words(said[0]) if said else "")

        def failed(error: SourceError) -> None:
            ended(self._in_words(str(error)))

        self._stop = endless(f"log of {target.pod}", work, failed)

    def _in_words(self, why: str) -> str:
        """Why it failed; which log it was stands above it already."""
        if self._before_restart and NEVER_RESTARTED in why:
            return "there is no attempt before this one: the container was never started again"
        return why.removeprefix(f"{self._target.pod}/{self._target.container}: ")

    def flush(self) -> None:
        """On the loop: hand over what has come already."""
        if self._stream is not None:
            self._stream.flush()

    def end(self) -> None:
        """Nobody reads on."""
        if self._stop is not None:
            self._stop.set()
