"""When closed screens are freed: soon, but not while somebody types."""

from __future__ import annotations

from collections.abc import Callable

from tui.terminal.tidying import AT_MOST, ONCE_MORE, REST, SOME_TIME, Tidying


class Call:
    """A call that is to come."""

    def __init__(self, at: float, callback: Callable[[], object]) -> None:
        self.at = at
        self.callback = callback
        self.is_cancelled = False

    def cancel(self) -> None:
        self.is_cancelled = True


class Loop:
    """A loop whose time goes on when it is told to."""

    def __init__(self) -> None:
        self.now = 0.0
        self.calls: list[Call] = []

    def time(self) -> float:
        return self.now

    def call_later(self, delay: float, callback: Callable[[], object]) -> Call:
        call = Call(self.now + delay, callback)
        self.calls.append(call)
        return call

    def wait(self, seconds: float) -> None:
        end = self.now + seconds
        while True:
            due = [call for call in self.calls if not call.is_cancelled and call.at <= end]
            if not due:
                break
            call = min(due, key=lambda call: call.at)
            self.calls.remove(call)
            self.now = call.at
            call.callback()
        self.now = end


def tidying() -> tuple[Loop, Tidying, list[float]]:
    loop = Loop()
    times: list[float] = []
    return loop, Tidying(loop, lambda: times.append(loop.now)), times


def test_a_closed_screen_is_freed_when_nobody_has_typed_for_a_moment() -> None:
    loop, tidy, times = tidying()
    tidy.closed()
    for _ in range(10):
        loop.wait(REST / 2)
        tidy.typed()
    assert times == []
    loop.wait(REST)
    assert times == [loop.now]


def test_what_a_thread_still_held_is_freed_a_little_later() -> None:
    loop, tidy, times = tidying()
    tidy.closed()
    loop.wait(REST + ONCE_MORE)
    assert times == [REST, REST + ONCE_MORE]
    loop.wait(SOME_TIME - 1)
    assert len(times) == 2, "and not again and again"


def test_many_closed_screens_are_freed_even_while_somebody_types() -> None:
    loop, tidy, times = tidying()
    for _ in range(AT_MOST * 3):
        tidy.closed()
        tidy.typed()
        loop.wait(0.01)
    assert len(times) == 3


def test_where_nothing_was_closed_it_is_done_now_and_then() -> None:
    loop, tidy, times = tidying()
    for _ in range(10):
        tidy.typed()
        loop.wait(REST * 2)
    assert times == []
    loop.wait(SOME_TIME * 2)
    assert len(times) == 2


def test_after_the_end_nothing_is_done() -> None:
    loop, tidy, times = tidying()
    tidy.closed()
    tidy.end()
    loop.wait(SOME_TIME * 2)
    assert times == []
