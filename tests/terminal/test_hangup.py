"""The terminal goes away."""

from __future__ import annotations

import asyncio
import fcntl
import os
import pty
import select
import signal
import struct
import subprocess
import sys
import termios
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tui.terminal.hangup import STATUS, HangUp

ROOT = Path(__file__).resolve().parents[2]


def nothing(code: int) -> None:
    """In place of the end of the process: its alarm rings long after the test."""


def test_every_step_is_done_once_whichever_fails() -> None:
    done: list[str] = []

    def broken() -> None:
        done.append("broken")
        raise OSError("the disk is full")

    steps = [broken, lambda: done.append("saved")]
    hangup = HangUp(steps, lambda: done.append("left"), grace=99, end=nothing)
    hangup.hang_up()
    hangup.hang_up()
    assert done == ["broken", "saved", "left"]
    assert hangup.happened


def test_a_program_that_does_not_come_back_is_ended() -> None:
    ended = threading.Event()
    status: list[int] = []

    def end(code: int) -> None:
        status.append(code)
        ended.set()

    HangUp([], lambda: None, grace=0.01, end=end).hang_up()
    assert ended.wait(10)
    assert status == [STATUS]


@pytest.fixture
def signals_restored() -> Iterator[None]:
    """Signals do afterwards what they did before."""
    numbers = (signal.SIGHUP, signal.SIGTERM)
    before = [signal.getsignal(number) for number in numbers]
    yield
    for number, handler in zip(numbers, before, strict=True):
        signal.signal(number, handler)


@pytest.mark.usefixtures("signals_restored")
def test_the_signal_is_heard_on_the_event_loop() -> None:
    async def run() -> None:
        heard = asyncio.Event()
        hangup = HangUp([], heard.set, grace=99, end=nothing)
        hangup.listen(asyncio.get_running_loop())
        os.kill(os.getpid(), signal.SIGHUP)
        await asyncio.wait_for(heard.wait(), 10)

    asyncio.run(run())


@pytest.mark.usefixtures("signals_restored")
def test_a_loop_that_never_comes_to_it_keeps_no_program_alive() -> None:
    async def run() -> None:
        ended = threading.Event()
        hangup = HangUp([], lambda: None, grace=0.01, end=lambda code: ended.set())
        hangup.listen(asyncio.get_running_loop())
        os.kill(os.getpid(), signal.SIGHUP)
        assert ended.wait(10), "the loop is held up right here"

    asyncio.run(run())


def test_a_terminal_that_goes_without_a_signal_ends_the_program_too() -> None:
    """As under `make`, which the signal reaches in our place."""
    ours, theirs = pty.openpty()
    fcntl.ioctl(ours, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
    process = subprocess.Popen(
        [sys.executable, "-m", "tui", "tests/saved/nightly.yaml"],
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        start_new_session=True,  # the terminal is nobody's, so no signal will say that it went
        env={**os.environ, "TERM": "xterm-256color"},
        cwd=ROOT,
    )
    os.close(theirs)
    try:
        assert select.select([ours], [], [], 20)[0], "it never painted"
        assert b"nightly" in read_until(ours, b"nightly")
        os.close(ours)
        assert process.wait(10) is not None
    finally:
        process.kill()
        process.wait()


def read_until(fd: int, wanted: bytes, seconds: float = 20.0) -> bytes:
    """What comes, up to and including what is wanted."""
    got, deadline = b"", time.monotonic() + seconds
    while wanted not in got and time.monotonic() < deadline:
        if select.select([fd], [], [], 0.2)[0]:
            got += os.read(fd, 65536)
    return got
