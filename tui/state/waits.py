"""What was answered with yes and is not sent yet, so that it can be taken back for some seconds.

Each leaves here exactly once: taken back, given up, or due. So nothing is sent that was taken back,
and nothing is sent twice. Any thread may ask.
"""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from itertools import count

from tui.domain.identity import ObjectKey


@dataclass(frozen=True, slots=True, eq=False)
class Wait:
    """One that waits."""

    number: int
    title: str
    """`Delete nightly-etl-x7k2p`."""
    keys: frozenset[ObjectKey]
    """What it will be done to."""
    due: float
    """When it is sent, by the clock."""
    send: Callable[[], object]
    """Sends it."""
    ended: Callable[[], object]
    """Called when it waits no more, whatever comes then."""


class Waits:
    """All that wait."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self.clock = clock
        """Seconds; never goes back."""
        self._lock = threading.Lock()
        self._numbers = count(1)
        self._waiting: list[Wait] = []

    def __len__(self) -> int:
        return len(self._waiting)

    def add(
        self,
        title: str,
        keys: Iterable[ObjectKey],
        seconds: float,
        *,
        send: Callable[[], object],
        ended: Callable[[], object],
    ) -> Wait:
        """Have one wait for so many seconds."""
        due = self.clock() + seconds
        wait = Wait(next(self._numbers), title, frozenset(keys), due, send, ended)
        with self._lock:
            self._waiting.append(wait)
        return wait

    @property
    def latest(self) -> Wait | None:
        """The one that was added last, which is the first to be taken back."""
        with self._lock:
            return self._waiting[-1] if self._waiting else None

    def has(self, key: ObjectKey) -> bool:
        """Whether something waits to be done to an object."""
        return bool(self._waiting) and any(key in wait.keys for wait in tuple(self._waiting))

    def seconds_left(self, wait: Wait) -> int:
        """Until it is sent, in whole seconds, the last of them included."""
        return max(0, math.ceil(wait.due - self.clock()))

    def take(self, wait: Wait) -> bool:
        """Take one out; false where it is out already."""
        with self._lock:
            if wait not in self._waiting:
                return False
            self._waiting.remove(wait)
            return True

    def take_due(self) -> tuple[Wait, ...]:
        """Take out those whose time has come, in their order."""
        now = self.clock()
        with self._lock:
            due = tuple(wait for wait in self._waiting if wait.due <= now)
            self._waiting = [wait for wait in self._waiting if wait.due > now]
        return due

    def take_all(self) -> tuple[Wait, ...]:
        """Take out all of them."""
        with self._lock:
            all_of_them, self._waiting = tuple(self._waiting), []
        return all_of_them
