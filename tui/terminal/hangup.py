"""The terminal went away: save, end what is ours, go.

The kernel says SIGHUP once and nobody is left to read an error, so every step is tried whatever the
one before did, and the process ends even if the event loop does not come back.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import threading
from collections.abc import Callable, Sequence

from tui.bugs import caught

GRACE = 5.0
"""Seconds between the hang-up and an end without asking."""

ENDING = (signal.SIGHUP, signal.SIGTERM, signal.SIGQUIT, signal.SIGUSR1, signal.SIGUSR2)
"""Signals that end a program which does not hear them."""

STATUS = 128 + signal.SIGHUP


class HangUp:
    """What is done once when the terminal hangs up: the steps in order, then the way out."""

    def __init__(
        self,
        steps: Sequence[Callable[[], object]],
        leave: Callable[[], object],
        *,
        grace: float = GRACE,
        end: Callable[[int], object] = os._exit,
    ) -> None:
        self.happened = False
        self._steps = steps
        self._leave = leave
        self._grace = grace
        self._end = end
        self._alarm: threading.Timer | None = None

    def listen(self, loop: asyncio.AbstractEventLoop) -> None:
        """Be called on the event loop for the signals that would leave the terminal as it is."""
        for number in ENDING:
            signal.signal(number, lambda *_: self.soon(loop))

    def soon(self, loop: asyncio.AbstractEventLoop) -> None:
        """Hang up on the loop, from anywhere; if the loop never comes to it, end all the same."""
        self._set_alarm()
        with contextlib.suppress(RuntimeError):  # the loop is closed: we are leaving already
            loop.call_soon_threadsafe(self.hang_up)

    def _set_alarm(self) -> None:
        if self._alarm is not None:
            return
        self._alarm = threading.Timer(self._grace, self._end, (STATUS,))
        self._alarm.daemon = True
        self._alarm.start()

    def hang_up(self) -> None:
        """Do every step, whichever of them fail, and leave; a second call does nothing."""
        if self.happened:
            return
        self.happened = True
        self._set_alarm()
        for step in (*self._steps, self._leave):
            try:
                step()
            except Exception as error:
                # Nobody is there to see it, and the other steps matter as much.
                caught(error, "leaving a terminal that hung up")
