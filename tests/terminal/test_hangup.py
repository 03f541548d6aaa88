"""The terminal goes away."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import threading

from tui.terminal.hangup import STATUS, HangUp, end_children


def test_every_step_is_done_once_whichever_fails() -> None:
    done: list[str] = []

    def broken() -> None:
        done.append("broken")
        raise OSError("the disk is full")

    hangup = HangUp([broken, lambda: done.append("saved")], lambda: done.append("left"), grace=99)
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


def test_the_signal_is_heard_on_the_event_loop() -> None:
    async def run() -> None:
        heard = asyncio.Event()
        hangup = HangUp([], heard.set, grace=99)
        hangup.listen(asyncio.get_running_loop())
        os.kill(os.getpid(), signal.SIGHUP)
        await asyncio.wait_for(heard.wait(), 10)
        hangup.ignore(asyncio.get_running_loop())

    asyncio.run(run())


def test_children_are_ended_the_stubborn_too() -> None:
    meek = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    stubborn = subprocess.Popen(
        [
            sys.executable,
            "-c",
            "import signal, sys; signal.signal(15, signal.SIG_IGN); print(1, flush=True); input()",
        ],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    assert stubborn.stdout is not None
    stubborn.stdout.readline()
    over = subprocess.Popen([sys.executable, "-c", ""])
    over.wait()
    end_children([meek, stubborn, over], patience=0.2)
    assert meek.returncode == -signal.SIGTERM
    assert stubborn.returncode == -signal.SIGKILL
    for child in (meek, stubborn):
        for pipe in (child.stdin, child.stdout):
            if pipe is not None:
                pipe.close()
