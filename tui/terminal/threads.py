"""Threads for what a screen reads, none of which keeps the program from ending.

Those of asyncio are few, and the end of a program waits for each: a server that takes a question
and never answers would hold a person who has left for minutes. Here each call has a thread of its
own. The end waits a moment for all of them, so that they can put things in order, and then only
for what must not be left half done.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from functools import partial
from typing import Any

END_WITHIN = 0.3
"""Seconds in which the threads may end by themselves."""


class Threads(ThreadPoolExecutor):
    """An executor for an event loop; asyncio takes none that is not of this kind."""

    def __init__(self, finish: Callable[[], object], *, patience: float = END_WITHIN) -> None:
        super().__init__(max_workers=1)
        self._finish = finish
        self._patience = patience
        self._lock = threading.Lock()
        self._running: set[threading.Thread] = set()

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        """Begin a call at once."""
        future: Future[Any] = Future()
        call = partial(fn, *args, **kwargs)
        thread = threading.Thread(target=self._run, args=(future, call), daemon=True)
        with self._lock:
            self._running.add(thread)
        thread.start()
        return future

    def _run(self, future: Future[Any], call: Callable[[], Any]) -> None:
        try:
            if future.set_running_or_notify_cancel():
                try:
                    result = call()
                except BaseException as error:  # whoever waits for the call raises it
                    future.set_exception(error)
                else:
                    future.set_result(result)
        finally:
            with self._lock:
                self._running.discard(threading.current_thread())

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """Wait for a moment, then for what must be finished."""
        if not wait:
            return
        end = time.monotonic() + self._patience
        with self._lock:
            running = list(self._running)
        for thread in running:
            thread.join(max(0.0, end - time.monotonic()))
        self._finish()
