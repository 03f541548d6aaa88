"""Threads that keep nobody who leaves, but for what must be finished."""

from __future__ import annotations

import asyncio
import threading

import pytest

from tui.terminal.threads import Threads


def test_a_loop_ends_though_a_call_does_not() -> None:
    hangs, began = threading.Event(), threading.Event()
    finished: list[str] = []

    def read() -> None:
        began.set()
        hangs.wait(60)

    async def main() -> int:
        loop = asyncio.get_running_loop()
        loop.set_default_executor(Threads(lambda: finished.append("writes"), patience=0.01))
        hanging = loop.run_in_executor(None, read)
        # More of them than a pool has threads.
        others = [loop.run_in_executor(None, pow, 2, n) for n in range(40)]
        assert sum(await asyncio.gather(*others)) == 2**40 - 1
        assert began.wait(5) and not hanging.done()
        hanging.cancel()
        return 7

    assert asyncio.run(main()) == 7
    assert finished == ["writes"]
    hangs.set()


def test_a_call_that_ends_soon_is_waited_for() -> None:
    go_on, done = threading.Event(), threading.Event()

    def tidy_up() -> None:
        go_on.wait(5)
        done.set()

    threads = Threads(go_on.set, patience=5)
    threads.submit(tidy_up)
    threading.Timer(0.05, go_on.set).start()
    threads.shutdown()
    assert done.is_set()


def test_what_a_call_raises_is_raised_where_it_is_waited_for() -> None:
    with pytest.raises(ZeroDivisionError):
        Threads(lambda: None).submit(lambda: 1 // 0).result(5)
