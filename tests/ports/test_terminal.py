"""Lending the terminal: to one at a time, and never while the app draws on it."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable

import pytest

from tests.support.waiting import wait_until
from tui.errors import SourceError
from tui.ports.terminal import Terminal


def started(run: Callable[[], object]) -> threading.Thread:
    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    return thread


def holding(go_on: threading.Event, order: list[str], name: str) -> Callable[[], None]:
    """Somebody who gives the terminal back when told to, and then writes a name down."""

    def hold() -> None:
        go_on.wait(10)
        order.append(name)

    return hold


def test_without_an_app_it_is_lent_at_once() -> None:
    assert Terminal().lend(lambda: "answer") == "answer"


def test_a_second_one_waits_for_the_first() -> None:
    terminal, go_on, order = Terminal(), threading.Event(), list[str]()
    first = started(lambda: terminal.lend(holding(go_on, order, "first")))
    wait_until(lambda: terminal._is_lent)
    second = started(lambda: terminal.lend(lambda: order.append("second")))
    go_on.set()
    first.join(10)
    second.join(10)
    assert order == ["first", "second"]


def test_an_app_waits_for_whoever_has_it_and_then_steps_aside() -> None:
    terminal, go_on, order = Terminal(), threading.Event(), list[str]()
    early = started(lambda: terminal.lend(holding(go_on, order, "early")))
    wait_until(lambda: terminal._is_lent)
    started(go_on.set)
    with terminal.of_app(), terminal.drawn_on():
        order.append("draws")
        late = started(lambda: terminal.lend(lambda: order.append("late")))

        def step_aside(run: Callable[[], None]) -> None:
            order.append("aside")
            run()

        terminal.step_aside_by(step_aside)
        late.join(10)
    early.join(10)
    assert order == ["early", "draws", "aside", "late"]
    assert terminal.lend(lambda: "plain again") == "plain again"


def test_whoever_waits_when_the_app_ends_is_told() -> None:
    terminal, told = Terminal(), list[Exception]()

    def ask() -> None:
        try:
            terminal.lend(lambda: None)
        except SourceError as error:
            told.append(error)

    with terminal.of_app():
        with terminal.drawn_on():
            asking = started(ask)
        asking.join(10)
        with pytest.raises(SourceError, match="the app has ended"):
            terminal.lend(lambda: None)
    assert len(told) == 1


def test_what_goes_wrong_gives_it_back() -> None:
    terminal = Terminal()

    def fail() -> None:
        raise SourceError("no")

    with pytest.raises(SourceError, match="no"):
        terminal.lend(fail)
    assert terminal.lend(lambda: 1) == 1


def test_somebody_is_there_where_the_keys_come_from_a_terminal() -> None:
    reading, writing = os.pipe()
    controlling, other = os.openpty()
    try:
        assert not Terminal(reading).is_there
        assert Terminal(other).is_there
    finally:
        for descriptor in (reading, writing, controlling, other):
            os.close(descriptor)
