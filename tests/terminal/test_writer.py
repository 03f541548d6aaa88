"""Writing without waiting."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator

import pytest

from tui.terminal.writer import Writer


@pytest.fixture
def pipe() -> Iterator[tuple[int, int]]:
    reading, writing = os.pipe()
    yield reading, writing
    for end in (reading, writing):
        try:
            os.close(end)
        except OSError:
            continue


def test_everything_arrives_in_order_and_then_it_is_said(pipe: tuple[int, int]) -> None:
    reading, writing = pipe
    drained = threading.Event()
    writer = Writer(writing, drained=drained.set)
    for number in range(100):
        writer.write(f"{number},")
    writer.start()
    assert drained.wait(10)
    assert writer.backlog == 0
    assert writer.stop()
    assert os.read(reading, 65536).decode() == "".join(f"{number}," for number in range(100))


def test_writing_to_a_full_line_returns_at_once_and_loses_nothing(pipe: tuple[int, int]) -> None:
    reading, writing = pipe
    writer = Writer(writing)
    writer.start()
    sent = 0
    for _ in range(400):
        writer.write("x" * 4096)
        sent += 4096
    assert writer.backlog > 0
    writer.write("end")
    got = b""
    while not got.endswith(b"end"):
        got += os.read(reading, 65536)
    assert len(got) == sent + 3
    assert writer.stop()


def test_a_terminal_that_is_gone_swallows_silently_and_is_told_once(pipe: tuple[int, int]) -> None:
    reading, writing = pipe
    lost = threading.Event()
    writer = Writer(writing, lost=lost.set)
    os.close(reading)
    writer.start()
    writer.write("x")
    assert lost.wait(10)
    writer.write("y")
    assert writer.backlog == 0
    assert writer.stop()


def test_ending_does_not_wait_for_ever(pipe: tuple[int, int]) -> None:
    reading, writing = pipe
    writer = Writer(writing)
    writer.start()
    writer.write("x" * 1_000_000)
    assert not writer.stop(patience=0.05)
    # Let it go: a thread left behind would write into whatever has its number next.
    left = 1_000_000
    while left:
        left -= len(os.read(reading, 65536))
    assert writer.stop()


def test_a_line_that_is_not_utf_8_keeps_the_columns(pipe: tuple[int, int]) -> None:
    reading, writing = pipe
    writer = Writer(writing, encoding="ascii")
    writer.start()
    writer.write("a─\ud800b")
    assert writer.stop()
    assert os.read(reading, 100) == b"a??b"
