"""When the next frame may be painted.

The first change after a rest is painted at once, so a key echoes without delay; after that frames
keep a distance, and everything that happened meanwhile is in the next one. Who is about to know
better what to show, such as a question whose plan is being read, may have the next frame wait.
"""

from __future__ import annotations


class Pace:
    """Keeps frames at least so many seconds apart; given the time, never asking for it."""

    def __init__(self, frames: int) -> None:
        self.interval = 1.0 / frames
        self._next = 0.0
        self._held = 0.0

    def wait(self, now: float) -> float:
        """Seconds until a frame may be painted; 0 for at once."""
        return max(0.0, max(self._next, self._held) - now)

    def hold(self, until: float) -> None:
        """No frame before that time; a time that has passed ends the wait."""
        self._held = until

    def painted(self, now: float) -> None:
        self._next = now + self.interval
