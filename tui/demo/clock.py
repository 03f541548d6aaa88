"""The demo cluster's time.

Everything that happens later is asked of a clock, so that the same engine runs on an event loop,
and is stepped by hand in tests with no thread and no sleep.

A clock may be quick (`--speed`). It is then no other time than everybody's: kubectl and the app
compare the cluster's timestamps with their own clocks, and ages would come out as negative or 0
if the cluster were ahead of them. Instead what takes time takes less of it: at speed 60 a `sleep
60` ends after one second, and its pod says that it ran for one second.
"""

from __future__ import annotations

import asyncio
import heapq
import itertools
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Protocol


class Timer(Protocol):
    """Something that will happen, and may be called off."""

    def cancel(self) -> None:
        """Call it off; too late is no error."""


class Clock(Protocol):
    """What the demo cluster knows of time."""

    @property
    def speed(self) -> float:
        """How many times faster than life things happen."""

    def now(self) -> datetime:
        """The time, with time zone UTC."""

    def call_later(self, seconds: float, callback: Callable[[], None]) -> Timer:
        """Call `callback` when so many seconds have passed."""


class LoopClock:
    """The real time, kept by the running event loop."""

    def __init__(self, speed: float = 1.0) -> None:
        self._loop = asyncio.get_running_loop()
        self._speed = speed
        self._start = datetime.now(UTC)
        self._begun = self._loop.time()

    @property
    def speed(self) -> float:
        """How many times faster than life things happen."""
        return self._speed

    def now(self) -> datetime:
        """The time; it never goes back."""
        return self._start + timedelta(seconds=self._loop.time() - self._begun)

    def call_later(self, seconds: float, callback: Callable[[], None]) -> Timer:
        """Call `callback` from the loop."""
        return self._loop.call_later(max(0.0, seconds), callback)


class _SteppedTimer:
    """One entry of a stepped clock."""

    __slots__ = ("callback",)

    def __init__(self, callback: Callable[[], None]) -> None:
        self.callback: Callable[[], None] | None = callback

    def cancel(self) -> None:
        self.callback = None


class SteppedClock:
    """Time that stands still until somebody advances it."""

    def __init__(
        self,
        start: datetime = datetime(2026, 1, 1, 12, 0, 0, tzinfo=UTC),
        *,
        speed: float = 1.0,
    ) -> None:
        self.speed = speed
        self._now = start
        self._order = itertools.count()
        self._timers: list[tuple[datetime, int, _SteppedTimer]] = []

    def now(self) -> datetime:
        """The time it was advanced to; inside a callback, the time that was due."""
        return self._now

    def call_later(self, seconds: float, callback: Callable[[], None]) -> Timer:
        """Call `callback` during the `advance` that reaches its time."""
        timer = _SteppedTimer(callback)
        due = self._now + timedelta(seconds=max(0.0, seconds))
        heapq.heappush(self._timers, (due, next(self._order), timer))
        return timer

    def advance(self, seconds: float = 0.0) -> None:
        """Let time pass, calling what is due in order of its time, then of its asking."""
        until = self._now + timedelta(seconds=seconds)
        while self._timers and self._timers[0][0] <= until:
            due, _, timer = heapq.heappop(self._timers)
            callback, timer.callback = timer.callback, None
            if callback is not None:
                self._now = max(self._now, due)
                callback()
        self._now = until

    def run_until(self, condition: Callable[[], bool], limit: float = 86_400.0) -> bool:
        """Advance from one due time to the next until `condition` holds; false at the limit."""
        end = self._now + timedelta(seconds=limit)
        while not condition():
            while self._timers and self._timers[0][2].callback is None:
                heapq.heappop(self._timers)
            if not self._timers or self._timers[0][0] > end:
                return False
            self.advance((self._timers[0][0] - self._now).total_seconds())
        return True
