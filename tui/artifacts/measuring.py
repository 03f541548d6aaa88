"""Asking what is at many locations: several at a time, and in vain only once.

Of those with the same server and login one is asked for first: what it says may hold for the
others. Meanwhile those of other servers are asked for, so one that is silent holds up none of them.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Iterable

from tui.artifacts import Unusable, account_of
from tui.artifacts.base import Folder, Stat, StoreError
from tui.artifacts.items import Fact
from tui.domain.location import Location

AT_ONCE = 8
"""Requests at the same time."""
CHECKED = 0.1
"""Seconds between two looks at whether that is enough."""


def measure(
    locations: Iterable[Location],
    stat: Callable[[Location], Stat | Folder],
    answer: Callable[[Location, Fact], object],
    is_enough: Callable[[], bool] = lambda: False,
) -> None:
    """Have `answer` told, on any thread, what `stat` says of each location; returns when all are,
    or when that is enough. Raises: what nobody expected of `stat`."""
    queue = _Queue(locations)
    unusable = Unusable()
    over = threading.Event()
    faults: list[BaseException] = []

    def ask(location: Location) -> Fact:
        known = unusable.why(location)
        if known is not None:
            return known
        try:
            return stat(location)
        except StoreError as error:
            unusable.heed(location, error)
            return error

    def work() -> None:
        try:
            while not is_enough() and (location := queue.take()) is not None:
                fact = ask(location)
                queue.open(location)
                if not is_enough():
                    answer(location, fact)
        except BaseException as error:
            # Carried to whoever waits for all of them.
            faults.append(error)
            queue.end()
        if queue.leave():
            over.set()

    # Not of a pool: leaving the program would wait for a server that never answers.
    for _ in range(queue.enter(AT_ONCE)):
        threading.Thread(target=work, name="measuring artifacts", daemon=True).start()
    while not over.wait(CHECKED):
        if is_enough():
            queue.end()
            return
    if faults:
        raise faults[0]


class _Queue:
    """The locations that are not asked for yet, by server and login."""

    def __init__(self, locations: Iterable[Location]) -> None:
        self._waiting: dict[object, deque[Location]] = {}
        for location in dict.fromkeys(locations):
            self._waiting.setdefault(account_of(location), deque()).append(location)
        self._is_answered: dict[object, bool] = {}
        """Whether the first of each has been answered; it is missing until that is asked for."""
        self._changed = threading.Condition()
        self._workers = 0

    def enter(self, most: int) -> int:
        """How many may work on it; at least one, who finds that there is nothing to do."""
        self._workers = max(1, min(most, sum(map(len, self._waiting.values()))))
        return self._workers

    def take(self) -> Location | None:
        """The next one to ask for; waits where it depends on an answer. None at the end."""
        with self._changed:
            while self._waiting:
                for account, locations in self._waiting.items():
                    if self._is_answered.get(account, True):
                        self._is_answered.setdefault(account, False)
                        location = locations.popleft()
                        if not locations:
                            del self._waiting[account]
                        return location
                self._changed.wait()
            return None

    def open(self, location: Location) -> None:
        """One was answered: the others of its account may be asked for."""
        with self._changed:
            self._is_answered[account_of(location)] = True
            self._changed.notify_all()

    def end(self) -> None:
        """Nobody is to ask for more."""
        with self._changed:
            self._waiting.clear()
            self._changed.notify_all()

    def leave(self) -> bool:
        """One who worked on it is done; whether that was the last."""
        with self._changed:
            self._workers -= 1
            # Who waits for what this one has taken the last of finds that there is nothing left.
            self._changed.notify_all()
            return not self._workers
