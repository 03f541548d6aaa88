"""Telling subscribers of changes, everyone in the same order."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable

from tui.demo.records import Change

Subscriber = Callable[[Change], None]


class Subscribers:
    """Who is called after every write.

    A write made inside a call is told to all after the one being told, not in the midst of it.
    """

    def __init__(self) -> None:
        self._subscribers: list[Subscriber] = []
        self._untold: deque[Change] = deque()
        self._telling = False

    def add(self, subscriber: Subscriber) -> Callable[[], None]:
        """Call it from now on; returns how to end that."""
        self._subscribers.append(subscriber)
        return lambda: self._subscribers.remove(subscriber)

    def tell(self, change: Change) -> None:
        """Call everyone now, or as soon as what is being told has been told."""
        self._untold.append(change)
        if self._telling:
            return
        self._telling = True
        try:
            while self._untold:
                told = self._untold.popleft()
                for subscriber in tuple(self._subscribers):
                    subscriber(told)
        finally:
            self._telling = False
