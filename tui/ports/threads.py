"""Threads that run until they are cancelled, and the token that cancels them.

A source is blocking code, called on threads. Watches and followed logs run until their token is
cancelled; everything else answers once.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

from tui.bugs import caught_in_source
from tui.errors import SourceError

AT_ONCE = 500
"""Objects that are freed before another thread may have its turn."""


def forget(objects: list[Any]) -> None:
    """Empty a list of very many objects that nobody else holds; for a thread of one's own.

    Freed all at once, fifty thousand of them keep every other thread waiting for 25 ms.
    """
    while objects:
        del objects[-AT_ONCE:]


class CancelToken:
    """Says "enough" to a thread, and breaks the read that it is blocked in.

    A blocked read is only broken by shutting its socket down, so whoever blocks registers how
    (`HTTPResponse.shutdown`); `set` calls it from another thread.
    """

    def __init__(self) -> None:
        self._event = threading.Event()
        self._lock = threading.Lock()
        self._breakers: list[Callable[[], None]] = []
        self._sleepers: list[threading.Event] = []
        self._followers: list[CancelToken] = []

    def set(self) -> None:
        """Stop: wake sleepers, break blocked reads. May be called again."""
        with self._lock:
            self._event.set()
            breakers, self._breakers = self._breakers, []
        for breaker in breakers:
            breaker()
        self.wake()

    @property
    def is_set(self) -> bool:
        """Whether somebody said "enough"."""
        return self._event.is_set()

    def sleep(self, seconds: float) -> bool:
        """Wait, at most so long, or until woken; true if stopped meanwhile."""
        sleeper = threading.Event()
        with self._lock:
            if self._event.is_set():
                return True
            self._sleepers.append(sleeper)
        sleeper.wait(seconds)
        with self._lock:
            self._sleepers.remove(sleeper)
            return self._event.is_set()

    def wake(self) -> None:
        """End the sleeps of this moment early, without stopping anything."""
        with self._lock:
            sleepers, followers = list(self._sleepers), list(self._followers)
        for sleeper in sleepers:
            sleeper.set()
        for follower in followers:
            follower.wake()

    def lead(self, follower: CancelToken) -> Callable[[], None]:
        """Stop and wake another together with this one; returns how to end that."""
        with self._lock:
            self._followers.append(follower)
        take_back = self.on_set(follower.set)

        def end() -> None:
            take_back()
            with self._lock:
                self._followers.remove(follower)

        return end

    def on_set(self, breaker: Callable[[], None]) -> Callable[[], None]:
        """Call `breaker` when stopped (now, if already); returns how to take it back."""
        with self._lock:
            if not self._event.is_set():
                self._breakers.append(breaker)
                return lambda: self._forget(breaker)
        breaker()
        return lambda: None

    def _forget(self, breaker: Callable[[], None]) -> None:
        with self._lock:
            if breaker in self._breakers:
                self._breakers.remove(breaker)


def endless(
    name: str, work: Callable[[CancelToken], None], failed: Callable[[SourceError], object]
) -> CancelToken:
    """Run `work` on a daemon thread of its own until the returned stop is set.

    Endless work never runs on Textual's workers: those may be few, and nothing stops them.
    What ends it goes to `failed`, on that thread, unless we were stopped meanwhile: a `SourceError`
    as it is, anything nobody expected as a `Bug`.
    """
    stop = CancelToken()

    def run() -> None:
        try:
            work(stop)
        except BaseException as error:  # told by `failed`: nobody else hears of this thread
            if not stop.is_set:
                failed(caught_in_source(error, f"running the thread {name!r}"))

    threading.Thread(target=run, name=name, daemon=True).start()
    return stop
