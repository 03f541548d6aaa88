"""When the next frame may be painted.

News keep their distance: the first change after a rest is painted at once, and everything that
happens before the next frame is due is in that one. A key is another matter: somebody waits for it.
Its frame waits for no beat, only until the key is dealt with, so that all of its effect is in one
frame. Keys that arrive together are answered by the frame after the last of them; while others wait
frames are rare, since what they show is over when it is seen, and the time is better spent on keys.

On a slow line not even keys may fill it with frames: what is written ahead of the beat has a bound,
and past that a key waits for the beat like anything else. A terminal without the focus may still be
looked at, in a split or on another screen: its beat is a slow one. Who is about to know better what
to show, such as a question whose plan is being read, may have the next frame wait.
"""

from __future__ import annotations

AWAY = 0.5
"""Seconds between two frames while the terminal has not the focus."""
BEHIND = 0.3
"""Seconds between two frames while keys wait to be dealt with."""
SETTLING = 0.01
"""Seconds that a frame waits for all of a key's effect; what comes later is in the next one."""
APART = 0.015
"""Seconds between two frames that answer keys: of keys in quick succession not each has its own."""
ANSWERING = 0.25
"""Seconds after a key was dealt with in which a frame may be its answer: a screen that it opened
takes its time."""


class Pace:
    """Keeps frames at least so many seconds apart; given the time, never asking for it."""

    def __init__(self, frames: int, *, ahead: float = float("inf")) -> None:
        """`ahead` is how many bytes may be written in one beat before a key waits for the next."""
        self.interval = 1.0 / frames
        self.is_away = False
        """Whether the terminal has not the focus."""
        self._ahead = ahead
        self._painted = float("-inf")
        self._held = 0.0
        self._is_typing = False
        self._is_behind = False
        """Whether the key under way was waited for by others when the one before was done."""
        self._settled = 0.0
        """When a frame need not wait for the key under way any more."""
        self._answering = 0.0
        """Until when the next frame is the answer to a key."""
        self._answered = 0.0
        """When the one after the last answer may be painted."""
        self._beat = 0.0
        self._written = 0
        """Bytes since then."""

    def wait(self, now: float) -> float:
        """Seconds until a frame may be painted; 0 for at once."""
        turn = self._painted + self._apart
        if self._may_answer(now):
            turn = min(turn, self._answered)
        return max(0.0, max(turn, self._settled, self._held) - now)

    @property
    def _apart(self) -> float:
        """Seconds between two frames that answer no key."""
        if self.is_away:
            return max(AWAY, self.interval)
        return max(BEHIND, self.interval) if self._is_behind else self.interval

    def hold(self, until: float) -> None:
        """No frame before that time; a time that has passed ends the wait."""
        self._held = until

    def is_held(self, now: float) -> bool:
        """Whether frames wait for something better to show."""
        return now < self._held

    def typed(self, now: float) -> None:
        """A key is about to be dealt with."""
        if not self._is_typing:
            self._is_typing = True
            self._settled = now + SETTLING
            self._answering = now + ANSWERING

    def settled(self, now: float, *, more: bool) -> None:
        """The key is dealt with; `more` if others came before that."""
        self._settled = 0.0
        self._is_typing = self._is_behind = more
        self._answering = 0.0 if more else now + ANSWERING

    def painted(self, now: float, size: int) -> None:
        """A frame of so many bytes was handed to the terminal."""
        self._painted = now
        if now < self._answering:
            self._answered = now + APART
        self._answering = 0.0
        if now - self._beat >= self.interval:
            self._beat, self._written = now, 0
        self._written += size

    def _may_answer(self, now: float) -> bool:
        if now >= self._answering:
            return False
        return self._written < self._ahead or now - self._beat >= self.interval
