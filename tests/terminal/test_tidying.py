"""When closed screens are freed: soon, but not while somebody types."""

from __future__ import annotations

import ctypes
import gc
import os
import sys
from collections.abc import Callable, Iterator

import pytest
from rich.cells import cached_cell_len
from textual.css.scalar import Scalar
from textual.geometry import Region

from tests.support.processes import memory
from tui.terminal.textual_private import _tables_of_answers
from tui.terminal.tidying import (
    ANSWERS,
    AT_MOST,
    CLOSING,
    FREEING,
    LONG,
    OLDEST,
    ONCE_MORE,
    REST,
    SOME_TIME,
    THRESHOLDS,
    YOUNGER,
    Tidying,
    _c_library,
    give_back,
)


@pytest.fixture(autouse=True)
def thresholds() -> Iterator[None]:
    """Those of the tests stay as they are."""
    before = gc.get_threshold()
    yield
    gc.set_threshold(*before)


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
    """The last are the times at which all objects were looked at, which took long."""
    loop, tidy, looked = looking(LONG * 2)
    return loop, tidy, looked[OLDEST]


def looking(takes: float, frees: int = 0) -> tuple[Loop, Tidying, dict[int, list[float]]]:
    """The last are the times at which objects were looked at, by their generation.

    Looking at all takes so many seconds of computing and frees so many objects.
    """
    loop = Loop()
    looked: dict[int, list[float]] = {YOUNGER: [], OLDEST: []}
    computed = 0.0

    def collect(generation: int) -> int:
        nonlocal computed
        looked[generation].append(loop.now)
        computed += takes if generation == OLDEST else 0.0
        return frees

    tidy = Tidying(loop, collect, clock=lambda: computed, is_quick=takes <= LONG)
    return loop, tidy, looked


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


def test_all_objects_are_looked_at_after_every_screen_where_that_is_quick() -> None:
    loop, tidy, looked = looking(LONG)
    for _ in range(3):
        tidy.closed()
        tidy.typed()
        loop.wait(1.0)
    assert looked == {YOUNGER: [], OLDEST: [CLOSING, 1.0 + CLOSING, 2.0 + CLOSING]}
    tidy.closed()
    tidy.end()
    loop.wait(SOME_TIME)
    assert len(looked[OLDEST]) == 3


def test_freeing_much_is_not_looking_at_much() -> None:
    for frees, quick in ((9_000, False), (11_000, True)):
        loop, tidy, looked = looking(LONG + 10_000 * FREEING, frees)
        tidy.closed()
        loop.wait(REST)
        looked[OLDEST].clear()
        tidy.closed()
        loop.wait(CLOSING)
        assert (looked[OLDEST] != []) == quick


def test_modules_and_classes_are_not_looked_at_while_the_app_runs() -> None:
    _, tidy, _ = tidying()
    assert gc.get_freeze_count() > 10_000
    tidy.end()
    assert gc.get_freeze_count() == 0


def test_the_young_are_looked_at_after_every_second_screen_where_all_take_long() -> None:
    loop, tidy, looked = looking(LONG * 2)
    for _ in range(6):
        tidy.closed()
        tidy.typed()
        loop.wait(1.0)
    assert looked == {YOUNGER: [1.0 + CLOSING, 3.0 + CLOSING, 5.0 + CLOSING], OLDEST: []}
    tidy.closed()
    tidy.closed()
    tidy.end()
    loop.wait(SOME_TIME)
    assert len(looked[YOUNGER]) == 3
    assert looked[OLDEST] == []


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


def test_python_looks_at_few_new_objects_at_a_time_while_the_app_runs() -> None:
    before = gc.get_threshold()
    _, tidy, _ = tidying()
    assert gc.get_threshold() == THRESHOLDS
    tidy.end()
    assert gc.get_threshold() == before


def test_tables_of_answers_that_have_grown_are_emptied_and_the_others_stay() -> None:
    Region.union.cache_clear()
    Region.grow.cache_clear()
    one = Region(0, 0, 1, 1)
    for x in range(ANSWERS + 1):
        one.union(Region(x, 0, 1, 1))
    for x in range(ANSWERS):
        one.grow((x, 0, 0, 0))
    loop, tidy, _ = tidying()
    tidy.closed()
    loop.wait(REST)
    tidy.end()
    assert Region.union.cache_info().currsize == 0
    assert Region.grow.cache_info().currsize == ANSWERS


def test_every_table_of_answers_that_drawing_fills_is_known() -> None:
    known = set(map(id, _tables_of_answers(len(sys.modules))))
    for answers in (
        Region.intersection,
        Region.overlaps,
        Region.__contains__,
        Scalar.resolve,
        cached_cell_len,
    ):
        assert id(answers) in known, answers


def test_memory_that_was_freed_is_given_back_to_the_system() -> None:
    if _c_library() is None:
        pytest.skip("this C library cannot be asked to")
    loop, tidy, _ = tidying()
    # Blocks of this size stay with the C library when they are freed, but for what lies at the end.
    blocks = [b"x" * 50_000 for _ in range(400)]
    last = b"x" * 50_000
    taken = memory(os.getpid())
    blocks.clear()
    tidy.closed()
    loop.wait(REST)
    tidy.end()
    assert memory(os.getpid()) < taken - 15_000_000
    assert last


def test_where_the_c_library_cannot_be_asked_nothing_is_done(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(ctypes, "CDLL", lambda name: object())
    _c_library.cache_clear()
    give_back()
    _c_library.cache_clear()
