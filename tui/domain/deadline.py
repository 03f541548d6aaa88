"""An end for what Python's regular expressions may never come to an end with.

The engine looks for signals while it tries, in the main thread only; so a timer of the process's
own computing interrupts it there. On other threads nothing is bounded.
"""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType


class TookTooLong(Exception):
    """What was bounded took longer."""


AGAIN = 0.02
"""Seconds of computing after which it is interrupted again, where the first time led nowhere."""
CALLBACKS = ("_weakrefset", "weakref")
"""Modules whose functions the interpreter calls whenever something is let go of. What is raised in
there goes no further: it ends nothing, and is written to stderr."""
_bounded = False


def _interrupt(number: int, frame: FrameType | None) -> None:
    if _bounded and (frame is None or frame.f_globals.get("__name__") not in CALLBACKS):
        raise TookTooLong


@contextmanager
def deadline(seconds: float) -> Iterator[None]:
    """Bound what is computed inside to so many seconds of computing.

    Raises: TookTooLong, from inside.
    """
    global _bounded
    if threading.current_thread() is not threading.main_thread() or _bounded:
        yield
        return
    before = signal.signal(signal.SIGVTALRM, _interrupt)
    _bounded = True
    try:
        signal.setitimer(signal.ITIMER_VIRTUAL, seconds, AGAIN)
        yield
    finally:
        _bounded = False
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, before)
