"""An event loop that knows how long each of its turns took.

timed(main())        # as asyncio.run, on such a loop
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Coroutine
from contextvars import Context
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar, TypeVarTuple

if TYPE_CHECKING:
    from _typeshed import FileDescriptorLike

T = TypeVar("T")
Ts = TypeVarTuple("Ts")


class Turn(NamedTuple):
    """What was called, and for how long."""

    seconds: float = 0.0
    """By the clock: how long a key would have waited, other threads and the machine included."""
    computed: float = 0.0
    """Seconds that the loop's thread computed."""
    what: str = ""


class TimedLoop(asyncio.SelectorEventLoop):
    """Times whatever it calls, be it soon, later or for a descriptor."""

    def __init__(self) -> None:
        super().__init__()
        self.forget()

    def forget(self) -> None:
        """Begin anew."""
        self.longest = self.busiest = Turn()
        """The turn that took longest by the clock, and the one that computed most."""

    def call_soon(
        self, callback: Callable[[*Ts], object], *args: *Ts, context: Context | None = None
    ) -> asyncio.Handle:
        return super().call_soon(self._timed(callback), *args, context=context)

    def call_soon_threadsafe(
        self, callback: Callable[[*Ts], object], *args: *Ts, context: Context | None = None
    ) -> asyncio.Handle:
        return super().call_soon_threadsafe(self._timed(callback), *args, context=context)

    def call_at(
        self,
        when: float,
        callback: Callable[[*Ts], object],
        *args: *Ts,
        context: Context | None = None,
    ) -> asyncio.TimerHandle:
        return super().call_at(when, self._timed(callback), *args, context=context)

    def add_reader(
        self, fd: FileDescriptorLike, callback: Callable[[*Ts], object], *args: *Ts
    ) -> None:
        super().add_reader(fd, self._timed(callback), *args)

    def _timed(self, callback: Callable[[*Ts], object]) -> Callable[[*Ts], None]:
        def timed(*args: *Ts) -> None:
            begun, used = time.perf_counter(), time.thread_time()
            try:
                callback(*args)
            finally:
                took, computed = time.perf_counter() - begun, time.thread_time() - used
                if took > self.longest.seconds or computed > self.busiest.computed:
                    turn = Turn(took, computed, _said(callback))
                    self.longest = max(self.longest, turn)
                    self.busiest = max(self.busiest, turn, key=lambda each: each.computed)

        return timed


def _said(callback: Callable[..., object]) -> str:
    """The name of what is called; of a step of a task that of its coroutine."""
    task = getattr(callback, "__self__", None)
    if isinstance(task, asyncio.Task):
        return getattr(task.get_coro(), "__qualname__", "a task")
    return getattr(callback, "__qualname__", repr(callback))


def timed(main: Coroutine[Any, Any, T]) -> T:
    """Run it on such a loop."""
    with asyncio.Runner(loop_factory=TimedLoop) as runner:
        return runner.run(main)
