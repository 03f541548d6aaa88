"""However a terminal or a person ends the program: soon, and the terminal as it was."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import termios
import time
from pathlib import Path

import pytest

from tests.support.pty import Pty, run_tui

pytestmark = pytest.mark.pty

ROOT = Path(__file__).resolve().parents[2]
SAVED = str(ROOT / "tests" / "saved" / "nightly.yaml")


@pytest.mark.parametrize("keys", [(), ("enter",), ("enter", "l"), ("question_mark",)])
@pytest.mark.parametrize("is_at_rest", [False, True])
def test_a_terminal_that_closes_ends_the_program_at_once(
    keys: tuple[str, ...], is_at_rest: bool
) -> None:
    with Pty(run_tui(SAVED), columns=100, rows=30) as shown:
        shown.wait_for("nightly")
        shown.press(*(key.replace("question_mark", "?") for key in keys))
        if is_at_rest:
            shown.quiet(still=0.2)
        master, shown.master = shown.master, os.open(os.devnull, os.O_RDONLY)
        begun = time.monotonic()
        os.close(master)
        assert shown.process.wait(20) == 129
        # Half a second where the machine is free; the end without asking would come after five.
        assert time.monotonic() - begun < 4


@pytest.mark.parametrize("number", [signal.SIGQUIT, signal.SIGUSR1, signal.SIGTERM])
def test_a_signal_that_ends_the_program_leaves_the_terminal_as_it_was(number: int) -> None:
    with Pty(run_tui(SAVED), columns=100, rows=30) as shown:
        # As it is after the program has ended, too: the terminal is ours.
        before = termios.tcgetattr(shown.master)
        shown.wait_for("nightly")
        assert termios.tcgetattr(shown.master) != before
        os.kill(shown.process.pid, number)
        shown.wait_for_exit()
        assert termios.tcgetattr(shown.master) == before
        assert shown.data.rstrip().endswith(b"\x1b[?1004l")


def test_a_stop_from_elsewhere_and_a_continuation_leave_one_keyboard() -> None:
    with Pty(run_tui(SAVED), columns=100, rows=30) as shown:
        shown.wait_for("nightly")
        shown.quiet(still=0.2)
        for _ in range(3):
            os.kill(shown.process.pid, signal.SIGSTOP)
            shown.wait_until(lambda: shown.is_stopped, "it to stop")
            os.kill(shown.process.pid, signal.SIGCONT)
            shown.quiet(still=0.3)
        shown.send(b":q\r")
        assert shown.wait_for_exit() == 0


def test_the_size_of_the_terminal_wins_over_the_environment() -> None:
    env = {"COLUMNS": "9999", "LINES": "9999"}
    with Pty(run_tui(SAVED), columns=90, rows=20, env=env) as shown:
        shown.wait_for("nightly")
        shown.quiet(still=0.2)
        assert "? help" in shown.picture().splitlines()[-1]
        shown.during(lambda: shown.resize(70, 15), still=0.3)
        assert "? help" in shown.picture().splitlines()[-1]


@pytest.mark.parametrize("key", ["?", ":", "q"])
def test_ctrl_r_paints_anew_whatever_is_in_front(key: str) -> None:
    with Pty(run_tui(SAVED), columns=90, rows=20) as shown:
        shown.wait_for("nightly")
        shown.quiet(still=0.2)
        shown.step(key, still=0.3)
        before = shown.picture()
        shown.emulator.feed(b"\x1b[2J")
        shown.step("ctrl+r", still=0.3)
        assert shown.picture() == before


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("TEXTUAL_DRIVER", "nowhere:Driver", "TEXTUAL_DRIVER names no driver"),
        ("TEXTUAL_DRIVER", "nonsense", "TEXTUAL_DRIVER names no driver"),
        ("TEXTUAL_LOG", "/nowhere/log", "TEXTUAL_LOG names a file that cannot be written"),
    ],
)
def test_a_variable_that_cannot_be_used_is_said(name: str, value: str, words: str) -> None:
    with Pty(run_tui(SAVED), columns=90, rows=20, env={name: value}) as shown:
        assert shown.wait_for_exit() == 2
        assert words.encode() in shown.data
        assert b"Traceback" not in shown.data


def test_where_nothing_can_be_written_the_exit_code_says_what_happened() -> None:
    full = Path("/dev/full")
    if not full.exists():
        pytest.skip("there is no /dev/full here")
    with full.open("wb") as nowhere:
        for words, code in ((["list", "--kubeconfig", "/nope"], 2), (["list", "-f", SAVED], 1)):
            done = subprocess.run(
                [sys.executable, "-m", "tui", *words], stdout=nowhere, stderr=nowhere, cwd=ROOT
            )
            assert done.returncode == code
