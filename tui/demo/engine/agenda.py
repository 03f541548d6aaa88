"""What the engine will do, and when: in the past while scenes are made, then in the present.

A demo cluster that has just started should have a history. So the engine keeps its own list of
what is due, and can be set back: everything then happens at the time it would have happened, as
fast as the machine can, until the past has caught up with the clock. From there on the clock
wakes it, and nothing else is different.

Where the clock is a quick one (see `tui.demo.clock`), the present is lived through more quickly
than the past was: its *calendar* runs ahead. `after` and `passed` turn what takes time into
moments, and nobody else need know.
"""

from __future__ import annotations

import heapq
import itertools
from collections.abc import Callable
from datetime import datetime, timedelta

from tui.demo.clock import Clock, Timer

AT_ONCE = 50
"""The most things that are done before the event loop has its turn again."""


class Due:
    """One thing to do; may be called off."""

    __slots__ = ("action",)

    def __init__(self, action: Callable[[], None]) -> None:
        self.action: Callable[[], None] | None = action

    def cancel(self) -> None:
        """Call it off; too late is no error."""
        self.action = None


class Agenda:
    """The engine's own order of events, driven by a clock or catching up with one."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._present = clock.now()
        """From here on things happen as quickly as the clock says."""
        self._order = itertools.count()
        self._heap: list[tuple[datetime, int, Due]] = []
        self._past: datetime | None = None
        self._running = False
        self._timer: Timer | None = None
        self._armed: datetime | None = None

    @property
    def in_past(self) -> bool:
        """Whether it is still catching up, so that nobody can be watching."""
        return self._past is not None

    @property
    def behind(self) -> float:
        """Seconds until it has caught up; 0 in the present."""
        return 0.0 if self._past is None else (self._clock.now() - self._past).total_seconds()

    @property
    def speed(self) -> float:
        """How many times faster than life things happen now."""
        return 1.0 if self.in_past else self._clock.speed

    def now(self) -> datetime:
        """The time."""
        return self._past if self._past is not None else self._clock.now()

    def calendar(self, moment: datetime) -> datetime:
        """What a calendar would say then, if it were as quick as what happens."""
        quick = moment - self._present
        if quick <= timedelta(0) or self._clock.speed == 1.0:
            return moment
        return self._present + quick * self._clock.speed

    def moment(self, calendar: datetime) -> datetime:
        """When the calendar says that."""
        quick = calendar - self._present
        if quick <= timedelta(0) or self._clock.speed == 1.0:
            return calendar
        return self._present + quick / self._clock.speed

    def after(self, moment: datetime, seconds: float) -> datetime:
        """When something is over that began then and takes so long."""
        if self._clock.speed == 1.0:
            return moment + timedelta(seconds=seconds)
        return self.moment(self.calendar(moment) + timedelta(seconds=seconds))

    def passed(self, since: datetime, until: datetime) -> float:
        """For how many seconds something has gone on."""
        return (self.calendar(until) - self.calendar(since)).total_seconds()

    def call_later(self, seconds: float, action: Callable[[], None]) -> Due:
        """Do `action` after what takes so long."""
        return self.call_at(self.after(self.now(), max(0.0, seconds)), action)

    def call_at(self, moment: datetime, action: Callable[[], None]) -> Due:
        """Do `action` at that time, or as soon as possible if it is over."""
        due = Due(action)
        heapq.heappush(self._heap, (moment, next(self._order), due))
        self._arm()
        return due

    def set_back(self, moment: datetime) -> None:
        """Begin in the past; `catch_up` leads to the present."""
        self._past = min(moment, self._clock.now())

    def catch_up(self) -> None:
        """Do everything that is due until the clock's time, each at its own time."""
        end = self._clock.now()
        while self._past is not None and self._heap and self._heap[0][0] <= end:
            moment, _, due = heapq.heappop(self._heap)
            self._past = max(self._past, moment)
            self._do(due)
        self._past = None
        self._arm()

    def clear(self) -> None:
        """Forget everything."""
        self._heap.clear()
        self._armed = None
        if self._timer:
            self._timer.cancel()

    @staticmethod
    def _do(due: Due) -> None:
        action, due.action = due.action, None
        if action is not None:
            action()

    def _arm(self) -> None:
        if self._past is not None or self._running:
            return
        while self._heap and self._heap[0][2].action is None:
            heapq.heappop(self._heap)
        if not self._heap:
            return
        first = self._heap[0][0]
        if self._armed is not None and self._armed <= first:
            return
        if self._timer:
            self._timer.cancel()
        self._armed = first
        wait = (first - self._clock.now()).total_seconds()
        self._timer = self._clock.call_later(max(0.0, wait), self._wake)

    def _wake(self) -> None:
        self._armed = None
        self._running = True
        try:
            now = self._clock.now()
            # Where thousands of things are due at once, whoever asks the API is answered between.
            for _ in range(AT_ONCE):
                if not self._heap or self._heap[0][0] > now:
                    break
                self._do(heapq.heappop(self._heap)[2])
        finally:
            self._running = False
            self._arm()
