"""Answers that are asked for before anybody waits for them.

A start has two halves that know nothing of each other: importing what shows a list, and fetching
the list. They go on side by side when the question is asked first; so do reading a page and asking
for the next one. What is not wanted after all is dropped.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from functools import partial

from tui.errors import Stopped
from tui.ports.threads import CancelToken

FRESH = 10.0
"""Seconds after which an answer is old: whoever asks later wants to know how things are then."""
MOST = 8
"""Kept at once: the lists of several namespaces are read side by side."""


Ask = Callable[[CancelToken], Callable[[], bytes]]
"""Asks until stopped, on another thread; what it gives is how to have the answer, on one's own."""


class Prefetches:
    """The few answers that were asked for before anybody waits."""

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self._now = now
        self._lock = threading.Lock()
        self._asked: dict[str, _Prefetch] = {}

    def begin(self, key: str, ask: Ask) -> None:
        """Ask on a thread of its own; what nobody took in time is dropped."""
        now = self._now()
        with self._lock:
            old = [each for each in self._asked.values() if now > each.until]
            old += [self._asked[key]] if key in self._asked else []
            self._asked = {k: each for k, each in self._asked.items() if each not in old}
            while len(self._asked) >= MOST:
                old.append(self._asked.pop(next(iter(self._asked))))
            self._asked[key] = _Prefetch(key, ask, now + FRESH)
        for each in old:
            each.drop()

    def take(self, key: str, stop: CancelToken | None = None) -> Callable[[], bytes] | None:
        """How to wait for the answer, once, if just this was asked lately.

        What it gives raises whatever asking raised; Stopped when stopped meanwhile.
        """
        with self._lock:
            asked = self._asked.pop(key, None)
        if asked is None:
            return None
        if self._now() > asked.until:
            asked.drop()
            return None
        return partial(asked.answer, stop or CancelToken())

    def end(self) -> None:
        """Nobody wants any of them any more."""
        with self._lock:
            old, self._asked = list(self._asked.values()), {}
        for each in old:
            each.drop()


class _Prefetch:
    """A question under way."""

    def __init__(self, key: str, ask: Ask, until: float) -> None:
        self.key = key
        self.until = until
        self._ask = ask
        self._stop = CancelToken()
        self._read: Callable[[], bytes] | None = None
        self._error: BaseException | None = None
        self._over = threading.Event()
        threading.Thread(target=self._fetch, name="prefetch", daemon=True).start()

    def answer(self, stop: CancelToken) -> bytes:
        """Wait for it, until stopped."""
        take_back = stop.on_set(self.drop)
        try:
            self._over.wait()
            if self._error is not None:
                raise self._error
            if self._read is None or stop.is_set:
                raise Stopped("nobody waits for the answer any more")
            return self._read()
        finally:
            take_back()

    def drop(self) -> None:
        """End it, without waiting."""
        self._stop.set()
        self._over.set()

    def _fetch(self) -> None:
        try:
            self._read = self._ask(self._stop)
        except BaseException as error:  # raised by the thread that wants the answer
            self._error = error
        finally:
            self._over.set()
