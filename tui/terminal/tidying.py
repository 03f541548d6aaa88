"""Giving back the memory of screens that were closed.

A closed screen is a web of objects that know each other, which only Python's search for rubbish
frees. That search is set to look at old objects hardly ever, because looking through all of a large
list while somebody types would be felt (cli.py). So it is made here: after a few screens were
closed, or when nobody has typed for a moment after one was. Then tables of answers that are
cheap to compute again are emptied, too, where they have grown long.
"""

from __future__ import annotations

import gc
import time
from collections.abc import Callable
from functools import lru_cache
from typing import Any, Protocol

from tui.terminal import textual_private

AT_MOST = 8
"""Closed screens that may wait for a moment of rest."""
LONG = 0.03
"""Seconds of computing. Where looking at all objects takes no longer, that is done after every
screen, rest or none: opening one takes longer. How many closed screens lie around at most is what
memory the program keeps, since none is given back."""
FREEING = 3e-6
"""Seconds that freeing one object takes at most, which has to be paid at some time anyway."""
YOUNG = 2
"""Closed screens after which else, where there is so much to look at, the young objects are: that
takes some milliseconds, and frees most of what screens leave that were open for a short time."""
CLOSING = 0.3
"""Seconds after which a screen is closed in the end; before that it is alive."""
REST = 2.0
"""Seconds without a key after which nobody feels a pause of some milliseconds."""
ONCE_MORE = 10.0
"""Seconds after which it is done again: at first a thread may still be at work for a screen."""
SOME_TIME = 60.0
"""Seconds after which it is done though nothing was closed: events make rubbish, too."""

THRESHOLDS = (20_000, 20, 250)
"""Of Python's collector while the app runs (at the start: cli.py). What was made since it last
looked at the youngest objects, it looks at in one pause: of a hundred thousand that is felt, and
until then rubbish among them takes room that is never given back, since others live in between.
"""
YOUNGER, OLDEST = 1, 2
"""Generations of Python's collector."""
ANSWERS = 500
"""Entries of a table of answers of Textual's or Rich's that may stay."""
ARENA_MAX, ARENAS = -8, 2
"""The parameter of glibc's allocator for how many heaps threads share, and how many that may be.
Each thread would have one, which keeps what the thread took at most; of ours only one computes at
a time."""


def give_back() -> None:
    """Give the system the memory that the C library keeps for later, where it can be asked to."""
    library = _c_library()
    if library is not None:
        library.malloc_trim(0)


@lru_cache(maxsize=1)
def _c_library() -> Any:
    """That of this process; None where it is not glibc."""
    # Of no use before the first screen was closed, and it takes some milliseconds.
    import ctypes

    library = ctypes.CDLL(None)
    if not hasattr(library, "malloc_trim") or not hasattr(library, "mallopt"):
        return None
    library.mallopt(ARENA_MAX, ARENAS)
    return library


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

    def __init__(
        self,
        loop: Loop,
        collect: Callable[[int], int] = gc.collect,
        *,
        clock: Callable[[], float] = time.thread_time,
        is_quick: bool = True,
    ) -> None:
        self._loop = loop
        self._collect = collect
        self._clock = clock
        self._is_quick = is_quick
        """Whether looking at all objects took at most LONG when that was last done."""
        self._closed = 0
        self._timer: Timer | None = None
        self._soon: Timer | None = None
        self._due = 0.0
        self._thresholds = gc.get_threshold()
        gc.set_threshold(*THRESHOLDS)
        # Modules, classes and functions stay to the end: nobody need look at those again, and they
        # are more than all that the program makes.
        gc.freeze()
        self._plan(SOME_TIME)

    def typed(self) -> None:
        """Somebody is at the keys: not now."""
        if self._closed < AT_MOST:
            self._plan(max(self._due - self._loop.time(), REST))

    def closed(self) -> None:
        """A screen was closed."""
        self._closed += 1
        if self._closed >= AT_MOST:
            self._plan(0.0)
            return
        self._plan(REST)
        if self._soon is None and (self._is_quick or self._closed % YOUNG == 0):
            self._soon = self._loop.call_later(CLOSING, self._tidy_soon)

    def end(self) -> None:
        """Do nothing more."""
        gc.set_threshold(*self._thresholds)
        gc.unfreeze()
        self._cancel()
        if self._soon is not None:
            self._soon.cancel()
            self._soon = None

    def _cancel(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _plan(self, seconds: float) -> None:
        self._cancel()
        self._due = self._loop.time() + seconds
        self._timer = self._loop.call_later(seconds, self._tidy)

    def _tidy_soon(self) -> None:
        self._soon = None
        textual_private.forget_drawn()
        if self._is_quick:
            self._look_at_all()
        else:
            self._collect(YOUNGER)

    def _look_at_all(self) -> None:
        began = self._clock()
        freed = self._collect(OLDEST)
        self._is_quick = self._clock() - began <= LONG + freed * FREEING

    def _tidy(self) -> None:
        was_closed, self._closed = self._closed > 0, 0
        textual_private.forget_drawn()
        textual_private.forget_answers(ANSWERS)
        self._look_at_all()
        give_back()
        self._plan(ONCE_MORE if was_closed else SOME_TIME)
