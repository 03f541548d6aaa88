"""Reading several logs at the same time, each on a thread, for one who shows or prints them.

What comes is handed over in blocks, in the order of its arrival, and nothing grows without end: a
thread that is far ahead of who takes it waits.
"""

from __future__ import annotations

import threading
from collections.abc import Callable

import msgspec

from tui.domain.logs import LogBlock, LogSource
from tui.domain.logtargets import LogTarget
from tui.errors import SourceError, TuiError
from tui.logs.reader import LogReader
from tui.ports.threads import CancelToken, endless

FAR_AHEAD = 8 << 20
"""Bytes that may wait to be taken before the threads that read more are held back."""


class LogDelayed(msgspec.Struct, frozen=True):
    """A log broke, or cannot be reached; it is tried again."""

    log: int
    """Which one, as `begin` said."""
    error: SourceError
    seconds: float
    """Until the next try."""


class LogWaiting(msgspec.Struct, frozen=True):
    """A container has not started; its log is read as soon as it has."""

    log: int
    """Which one, as `begin` said."""
    error: SourceError
    """What the API says of it."""


class LogResumed(msgspec.Struct, frozen=True):
    """A log that broke or waited for its container is read now, be it without lines for hours."""

    log: int
    """Which one, as `begin` said."""


class LogEnded(msgspec.Struct, frozen=True):
    """No more comes of a log."""

    log: int
    """Which one, as `begin` said."""
    error: TuiError | None
    """Why it could not be read, or not to its end; None if it was."""


LogEvent = LogBlock | LogDelayed | LogWaiting | LogResumed | LogEnded


class LogFollower:
    """The logs of one run that are being read.

    `arrived` is called on the thread of a log when something waits to be taken and nothing did
    before, and `is_full` when so much waits that reading is soon held back; RuntimeError from there
    means that nobody will ever take anything.
    """

    def __init__(
        self,
        reader: LogReader,
        arrived: Callable[[], object],
        *,
        is_full: Callable[[], object] = lambda: None,
    ) -> None:
        self._reader = reader
        self._arrived = arrived
        self._is_full = is_full
        self._taken = threading.Condition()
        self._events: list[LogEvent] = []
        self._size = 0
        self._stops: list[CancelToken] = []
        self._held: frozenset[int] = frozenset()
        self.sources: list[LogSource] = []
        """Where lines are from, by the number that their blocks bear."""
        self.log_of: list[int] = []
        """Of which log each of these is."""

    def begin(self, target: LogTarget, *, is_followed: bool) -> int:
        """Read one more log from now on; returns its number."""
        log = len(self._stops)

        def read(stop: CancelToken) -> None:
            stop.on_set(self._wake_threads)
            try:
                for block in self._reader.blocks(
                    target,
                    stop,
                    number=lambda source: self.number(source, log),
                    is_followed=is_followed,
                    told=lambda error, seconds: self._put(LogDelayed(log, error, seconds)),
                    waits=lambda error: self._put(LogWaiting(log, error)),
                    resumed=lambda: self._put(LogResumed(log)),
                ):
                    self._wait_for_room(stop, log)
                    if stop.is_set:
                        return
                    self._put(block)
            except TuiError as error:
                if not stop.is_set:
                    self._put(LogEnded(log, error))
            else:
                self._put(LogEnded(log, None))

        self._stops.append(
            endless(f"log of {target.pod}", read, lambda error: self._put(LogEnded(log, error)))
        )
        return log

    def take(self, most: int | None = None) -> list[LogEvent]:
        """All that came since the last time, or so many bytes of it and what came between.

        Of what is left (`has_more`) nobody is told again.
        """
        with self._taken:
            size = count = 0
            for event in self._events:
                if most is not None and size >= most:
                    break
                count += 1
                size += event.size if isinstance(event, LogBlock) else 0
            events, self._events = self._events[:count], self._events[count:]
            self._size -= size
            self._taken.notify_all()
        return events

    @property
    def has_more(self) -> bool:
        """Whether something waits to be taken."""
        return bool(self._events)

    def try_again(self) -> None:
        """Do not wait for the next try of what broke."""
        for stop in self._stops:
            stop.wake()

    def end(self) -> None:
        """Nobody reads on."""
        for stop in self._stops:
            stop.set()

    def _wake_threads(self) -> None:
        with self._taken:
            self._taken.notify_all()

    def hold(self, logs: frozenset[int]) -> None:
        """Read no further in these logs, of which much came that nobody can use yet."""
        with self._taken:
            self._held = logs
            self._taken.notify_all()

    def number(self, source: LogSource, log: int) -> int:
        """The number of one more source of a log."""
        with self._taken:
            self.sources.append(source)
            self.log_of.append(log)
            return len(self.sources) - 1

    def _wait_for_room(self, stop: CancelToken, log: int) -> None:
        with self._taken:
            while (self._size > FAR_AHEAD or log in self._held) and not stop.is_set:
                self._taken.wait()

    def _put(self, event: LogEvent) -> None:
        with self._taken:
            is_first = not self._events
            is_full = self._size > FAR_AHEAD // 2
            self._events.append(event)
            if isinstance(event, LogBlock):
                self._size += event.size
            is_full = not is_full and self._size > FAR_AHEAD // 2
        if is_first or is_full:
            try:
                (self._is_full if is_full else self._arrived)()
            except RuntimeError:
                # The event loop is closed: nobody will ever take this.
                self.end()
