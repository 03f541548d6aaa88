"""Giving back the memory of screens that were closed.

A closed screen is a web of objects that know each other, which only Python's search for rubbish
frees. That search is set to look at old objects hardly ever, because looking through all of a large
list while somebody types would be felt (cli.py). So it is made here: after a few screens were
closed, or when nobody has typed for a moment after one was.
"""

from __future__ import annotations

import gc
from collections.abc import Callable
from typing import Protocol

from tui.terminal import textual_private

AT_MOST = 8
"""Closed screens that may wait for a moment of rest."""
REST = 2.0
"""Seconds without a key after which nobody feels a pause of some milliseconds."""
ONCE_MORE = 10.0
"""Seconds after which it is done again: at first a thread may still be at work for a screen."""
SOME_TIME = 60.0
"""Seconds after which it is done though nothing was closed: events make rubbish, too."""


class Loop(Protocol):
    """What is needed of asyncio's event loop."""

    def call_later(self, delay: float, callback: Callable[[], object]) -> Timer:
        """Call after so many seconds."""

    def time(self) -> float:
        """The loop's own clock, in seconds."""


class Timer(Protocol):
    """A call that is still to come."""

    def cancel(self) -> None:
        """It is not to come."""


class Tidying:
    """When to look for rubbish, for one app; all of it on the event loop."""

    def __init__(self, loop: Loop, collect: Callable[[], object] = gc.collect) -> None:
        self._loop = loop
        self._collect = collect
        self._closed = 0
        self._timer: Timer | None = None
        self._due = 0.0
        self._plan(SOME_TIME)

    def typed(self) -> None:
        """Somebody is at the keys: not now."""
        if self._closed < AT_MOST:
            self._plan(max(self._due - self._loop.time(), REST))

    def closed(self) -> None:
        """A screen was closed."""
        self._closed += 1
        self._plan(REST if self._closed < AT_MOST else 0.0)

    def end(self) -> None:
        """Do nothing more."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _plan(self, seconds: float) -> None:
        self.end()
        self._due = self._loop.time() + seconds
        self._timer = self._loop.call_later(seconds, self._tidy)

    def _tidy(self) -> None:
        was_closed, self._closed = self._closed > 0, 0
        textual_private.forget_drawn()
        self._collect()
        self._plan(ONCE_MORE if was_closed else SOME_TIME)
