"""Carrying a flood of lines from a thread to the event loop, a beat at a time.

Nothing is dropped and nothing grows without end: a producer that is far ahead of the screen waits.
"""

from __future__ import annotations

import threading
from collections.abc import Callable

from tui.ports.threads import CancelToken
from tui.state.inbox import BEAT, Loop

FAR_AHEAD = 8 << 20
"""Bytes that may wait for the loop before their thread is held back."""


class Stream:
    """Pieces of one log on their way to the screen."""

    def __init__(self, loop: Loop, deliver: Callable[[list[bytes]], object]) -> None:
        self._loop = loop
        self._deliver = deliver
        self._lock = threading.Lock()
        self._pieces: list[bytes] = []
        self._size = 0
        self._is_woken = False

    def put(self, piece: bytes, stop: CancelToken) -> None:
        """Take a piece in, from the thread that reads; waits while too much is waiting."""
        while self._size > FAR_AHEAD and not stop.sleep(BEAT):
            pass
        with self._lock:
            self._pieces.append(piece)
            self._size += len(piece)
            if self._is_woken:
                return
            self._is_woken = True
        try:
            self._loop.call_soon_threadsafe(self._arm)
        except RuntimeError:
            # The loop is closed: nobody will ever look at this.
            stop.set()

    def _arm(self) -> None:
        self._loop.call_later(BEAT, self.flush)

    def flush(self) -> None:
        """On the loop: hand over what waits."""
        with self._lock:
            pieces, self._pieces = self._pieces, []
            self._size = 0
            self._is_woken = False
        if pieces:
            self._deliver(pieces)
