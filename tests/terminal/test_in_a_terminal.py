"""The output layer in a real pseudo terminal: foreign output, slow lines, a sudden end."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path

import pytest

from tests.support.emulator import Emulator, differences
from tests.support.pty import FRAME_BEGIN, Pty, run_python
from tests.terminal.small_app import BOXES

SMALL = run_python(Path(__file__).parent / "small_app.py")
SLOW = 20_000
"""Bytes a second of the slow line, ..."""
AWAY = 0.3
"""... and the seconds until the first of them arrives."""
PATIENCE = 0.4

pytestmark = pytest.mark.pty

SCRIPT = ("down", "u", "l", "a", "a", "pagedown", "m", "ctrl+n", "h", "escape", "w", "w", "l")


def screens(*options: str) -> list[Emulator]:
    """The screen after each step of the script; a fresh emulator replays the bytes so far."""
    shown = []
    with Pty([*SMALL, *options], columns=100, rows=30) as term:
        term.wait_for("workflow-1")
        term.quiet()
        for key in SCRIPT:
            term.step(key)
            replay = Emulator(100, 30)
            replay.feed(term.data)
            shown.append(replay)
    return shown


def test_with_and_without_the_diff_every_step_ends_with_the_same_screen() -> None:
    pairs = zip(SCRIPT, screens(), screens("--no-diff"), strict=True)
    for key, ours, stock in pairs:
        assert differences(ours, stock) == [], key


def test_bytes_that_are_no_text_do_not_end_the_app() -> None:
    with Pty(SMALL) as term:
        term.wait_for("workflow-1")
        term.quiet()
        term.send(b"\xff\x80\xc3(\xe6\x97")
        term.quiet()
        term.press("u")
        term.wait_for("1s")
        assert term.process.poll() is None


def test_after_a_shell_everything_is_painted_again_and_keys_work() -> None:
    with Pty(SMALL) as term:
        term.wait_for("workflow-1")
        term.quiet()
        before = term.emulator.seen()
        term.press("x")
        term.wait_until(lambda: b"from a shell" in term.data, "the shell to write")
        term.wait_for("workflow-1")
        term.quiet()
        assert term.emulator.seen() == before
        term.press("u")
        term.wait_for("1s")


def test_suspended_and_continued_the_screen_is_painted_again() -> None:
    with Pty(SMALL) as term:
        term.wait_for("workflow-1")
        term.quiet()
        before = term.emulator.seen()
        os.kill(term.process.pid, signal.SIGTSTP)
        term.wait_until(lambda: term.is_stopped, "the program to be suspended")
        term.emulator.feed(b"\x1b[2J\x1b[H$ fg")
        os.kill(term.process.pid, signal.SIGCONT)
        term.wait_for("workflow-1")
        term.quiet()
        assert term.emulator.seen() == before


def test_control_r_repairs_whatever_was_written_over_the_screen() -> None:
    with Pty(SMALL) as term:
        term.wait_for("workflow-1")
        term.quiet()
        before = term.emulator.seen()
        term.emulator.feed(b"\x1b[5;5H\x1b[0;41mbroadcast message\x1b[2J")
        term.step("ctrl+r")
        assert term.emulator.seen() == before


def test_held_frames_become_one_when_they_are_let_go() -> None:
    with Pty(SMALL) as term:
        term.wait_for("workflow-1")
        term.quiet()
        assert term.step("o", "l", "u", "l").size == 0
        shown = term.step("p")
        assert shown.data.count(FRAME_BEGIN) == 1
        assert "2s" in term.picture() and BOXES in term.picture()


def test_frames_are_held_no_longer_than_said() -> None:
    with Pty(SMALL) as term:
        term.wait_for("workflow-1")
        term.quiet()
        term.press("k", "u")
        term.wait_for("1s")
        term.press("u")
        term.wait_for("2s")


def test_it_ends_with_the_pen_put_down_and_the_screen_given_back() -> None:
    with Pty(SMALL) as term:
        term.wait_for("workflow-1")
        term.press("q")
        assert term.wait_for_exit() == 0
        end = term.data[term.data.rindex(b"\x1b[0m") :]
        assert b"\x1b[?1049l" in end and b"\x1b[?25h" in end and b"\x1b[?7h" in end


def test_resizing_fifty_times_a_second_ends_right_and_paints_few_frames() -> None:
    with Pty(SMALL, columns=100, rows=30) as term:
        term.wait_for("workflow-1")
        term.quiet()

        def shake() -> None:
            for number in range(50):
                term.resize(60 + number, 20 + number % 11)
                time.sleep(0.02)  # the fifty times a second themselves

        step = term.during(shake)
        assert step.frames <= 25
        replay = Emulator(term.columns, term.rows)
        replay.feed(term.step("ctrl+r").data)
        assert differences(term.emulator, replay) == []


def test_a_slow_line_blocks_no_key_and_drops_stale_frames(tmp_path: Path) -> None:
    state = tmp_path / "state"
    with Pty(SMALL, columns=120, rows=40, env={"SMALL_STATE": str(state)}) as term:
        term.wait_for("workflow-1")
        term.quiet()
        page = term.step("pagedown").size
        before = len(term.data)
        # Nobody reads for now, and each page would be a frame of its own.
        for number in range(1, 61):
            term.press("pageup" if number % 2 else "pagedown", "u", "t")
            end = time.monotonic() + 10
            while not (state.exists() and state.read_text() == str(number)):
                assert time.monotonic() < end, f"key {number} waits for the screen"
                time.sleep(0.01)
            time.sleep(1 / 20)  # the distance of frames
        term.quiet()
        # Sixty pages would be far more than what the kernel held back and the latest frame.
        assert len(term.data) - before < 40_000 < 60 * page
        replay = Emulator(120, 40)
        replay.feed(term.step("ctrl+r").data)
        assert differences(term.emulator, replay) == []


def test_a_key_is_echoed_in_time_over_a_slow_line() -> None:
    with Pty(SMALL, columns=120, rows=40, env={"SSH_TTY": "x"}, rate=SLOW) as term:
        term.wait_for("workflow-1")
        term.quiet(still=0.3)
        for key in ("down", "l", "a", "m", "h"):
            step = term.step(key, still=0.2)
            assert step.frames == 1, key
            assert AWAY + step.size / SLOW < PATIENCE, (key, step.size)


def test_without_a_terminal_state_is_saved_children_end_and_it_exits(tmp_path: Path) -> None:
    state = tmp_path / "state"
    with Pty(SMALL, env={"SMALL_STATE": str(state)}) as term:
        term.wait_for("workflow-1")
        term.quiet()
        os.close(term.master)
        term.process.wait(20)
        child = int(state.read_text().removeprefix("saved "))
        with pytest.raises(ProcessLookupError):
            os.kill(child, 0)
        term.master = os.open(os.devnull, os.O_RDONLY)


@pytest.mark.parametrize("size", [(0, 0), (20, 5), (1, 1)])
def test_odd_sizes_crash_nothing(size: tuple[int, int]) -> None:
    with Pty(SMALL, columns=max(size[0], 1), rows=max(size[1], 1)) as term:
        term._set_size(*size)
        term.quiet(still=0.5)
        term.step("down", "l", "m")
        term.resize(80, 24)
        term.wait_for("Stop the workflow?")
        term.step("escape")
        term.press("q")
        assert term.wait_for_exit() == 0
