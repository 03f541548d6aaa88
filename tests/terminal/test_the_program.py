"""The program itself in terminals of all kinds: poor ones, slow ones, ones that come and go."""

from __future__ import annotations

import os
import re
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

import pytest

from tests.support.emulator import Emulator, differences
from tests.support.pty import FRAME_BEGIN, Pty, Step, run_python, run_tui

pytestmark = pytest.mark.pty

ROOT = Path(__file__).parents[2]
SAVED = ROOT / "tests" / "saved" / "nightly.yaml"
APP = ROOT / "tests" / "cost" / "real_app.py"
SLOW = 20_000
"""Bytes a second of the slow line, ..."""
AWAY = 0.3
"""... the seconds it takes there and back, ..."""
PATIENCE = 0.4
"""... and those until a key has its echo."""

RICH = rb"\x1b\[[0-9;]*[34]8;[25];"
"""A colour that is none of the terminal's own."""
ANY = rb"\x1b\[(?:\d+;)*(?:3[0-8]|4[0-8]|9[0-7]|10[0-7])(?:;\d+)*m"


@dataclass
class Program:
    """The program on a made-up cluster, and the pipe on which it is told what happens."""

    terminal: Pty
    pipe: TextIO

    def tell(self, line: str) -> Step:
        def write() -> None:
            self.pipe.write(f"{line}\n")
            self.pipe.flush()

        return self.terminal.during(write, still=0.3)

    def press(self, *keys: str) -> Step:
        return self.terminal.step(*keys, still=0.3)


@contextmanager
def running(
    tmp_path: Path, columns: int = 100, rows: int = 30, *, rate: float = 0.0, **env: str
) -> Iterator[Program]:
    """The list on the screen, and nothing under way."""
    path = tmp_path / f"pipe-{columns}x{rows}"
    os.mkfifo(path)
    argv = run_python(APP, str(path))
    with (
        Pty(argv, columns=columns, rows=rows, env=env, rate=rate) as terminal,
        path.open("w") as pipe,
    ):
        terminal.wait_for("nightly-etl-0003")
        terminal.quiet(still=0.3)
        yield Program(terminal, pipe)


def painted_anew(terminal: Pty) -> Emulator:
    """A terminal that saw only what ctrl-R wrote."""
    fresh = Emulator(terminal.columns, terminal.rows)
    fresh.feed(b"\x1b[?7l" + terminal.step("ctrl+r", still=0.3).data)
    return fresh


# What a terminal can show


@contextmanager
def reading(**env: str) -> Iterator[Pty]:
    """The program as it is installed, on a saved workflow."""
    argv = run_tui(str(SAVED))
    with Pty(argv, columns=100, rows=30, env={"COLORTERM": "", **env}) as terminal:
        terminal.wait_for("shard(17:17)(2)")
        terminal.quiet(still=0.3)
        yield terminal


def test_over_ssh_the_colours_are_those_of_the_terminal() -> None:
    with reading(SSH_CONNECTION="192.0.2.1 50000 192.0.2.2 22") as terminal:
        terminal.step("l", "z", ":", still=0.3)
        assert not re.search(RICH, terminal.data) and re.search(ANY, terminal.data)
    with reading() as terminal:
        assert re.search(RICH, terminal.data), "with 256 colours at hand"


@pytest.mark.parametrize("env", [{"NO_COLOR": "1"}, {"TERM": "vt100"}], ids=str)
def test_without_colours_there_are_none_and_phases_are_still_told(env: dict[str, str]) -> None:
    with reading(**env) as terminal:
        terminal.step("d", ":", still=0.3)
        terminal.step("escape")
        assert not re.search(ANY, terminal.data)
        assert terminal.emulator.shows("Failed")


def test_without_a_mouse_nothing_is_said_about_one() -> None:
    with reading() as terminal:
        terminal.step(":", still=0.3)
        terminal.step("escape")
        assert not re.search(rb"\x1b\]22;|\x1b\[\?100[0236]h", terminal.data)


@pytest.mark.parametrize("env", [{"LC_ALL": "C"}, {"TERM": "linux"}, {"TERM": "vt220"}], ids=str)
def test_without_utf_8_every_byte_is_ascii(env: dict[str, str]) -> None:
    with reading(**env) as terminal:
        for key in ("j", "d", "l", "z", "z", "a", "y", "?", "escape", ":", "r", "escape"):
            terminal.step(key, still=0.2)
            assert terminal.data.isascii(), key
        assert terminal.emulator.shows("|-")


@pytest.mark.parametrize("term", ["dumb", "unknown", ""])
def test_a_terminal_that_cannot_draw_gets_advice_and_no_rubbish(term: str) -> None:
    with Pty(run_tui(str(SAVED)), env={"TERM": term}) as terminal:
        assert terminal.wait_for_exit() == 2
        assert b"argo-tui list" in terminal.data and b"\x1b" not in terminal.data


def test_what_the_settings_file_says_of_keys_and_colours_holds(tmp_path: Path) -> None:
    folder = tmp_path / "argo-tui"
    folder.mkdir()
    lines = ('theme = "high-contrast"', "[keys]", 'help = "ctrl-y"', 'zoom = "ctrl-y"')
    (folder / "config.toml").write_text("\n".join(lines))
    with reading(XDG_CONFIG_HOME=str(tmp_path), COLORTERM="truecolor") as terminal:
        assert b"48;2;28;28;28" in terminal.data, "what is behind the header in that theme"
        assert terminal.emulator.shows("the key ctrl-y is that of help already")
        assert terminal.emulator.shows("ctrl-y Help"), "hints name the keys that there are"
        terminal.step("?", still=0.2)
        assert not terminal.emulator.shows("Keys: workflow")
        terminal.step("ctrl+y", still=0.3)
        assert terminal.emulator.shows("Keys: workflow")
    with reading(XDG_CONFIG_HOME=str(tmp_path), NO_COLOR="1") as terminal:
        assert not re.search(ANY, terminal.data)


# What a terminal goes through


@pytest.mark.parametrize("size", [(0, 0), (1, 1), (20, 5), (59, 12)])
def test_whatever_size_it_says_at_first_there_is_a_list_when_there_is_room(
    size: tuple[int, int],
) -> None:
    columns, rows = max(1, size[0]), max(1, size[1])
    with Pty(run_tui(str(SAVED)), columns=columns, rows=rows) as terminal:
        terminal._set_size(*size)
        terminal.wait_until(lambda: b"\x1b[?1049h" in terminal.data, "the program to begin")
        terminal.quiet(still=0.5)
        terminal.step("j", "l", ":", still=0.3)
        terminal.resize(80, 24)
        terminal.wait_for("nightly-etl-8kq2v")
        terminal.step("escape", still=0.3)
        assert differences(terminal.emulator, painted_anew(terminal)) == []


def test_fifty_resizes_a_second_end_with_a_whole_screen(tmp_path: Path) -> None:
    with running(tmp_path) as program:
        terminal = program.terminal
        program.press("g", "enter")
        terminal.wait_for("step-000")

        def shake() -> None:
            for number in range(50):
                terminal.resize(60 + number * 3, 12 + number % 31)
                time.sleep(0.02)  # the fifty times a second themselves

        assert terminal.during(shake, still=0.4).frames <= 30
        assert terminal.emulator.shows("step-000")
        assert differences(terminal.emulator, painted_anew(terminal)) == []


def test_without_the_focus_news_and_durations_go_on(tmp_path: Path) -> None:
    with running(tmp_path) as program:
        program.press("blur")
        program.tell("row 3 222")
        program.terminal.wait_for("222/480")
        before = program.terminal.picture()
        program.tell("second")
        program.terminal.wait_until(lambda: program.terminal.picture() != before, "a second")
        program.press("focus")
        assert differences(program.terminal.emulator, painted_anew(program.terminal)) == []


def test_suspended_and_continued_the_screen_is_whole(tmp_path: Path) -> None:
    with running(tmp_path) as program:
        terminal = program.terminal
        program.press("G", "!")
        before = terminal.emulator.seen()
        terminal.press("ctrl+z")
        terminal.wait_until(lambda: terminal.is_stopped, "the program to be suspended")
        terminal.quiet(still=0.3)
        terminal.emulator.feed(b"\x1b[2J\x1b[H\x1b[31m$ fg")
        os.kill(terminal.process.pid, signal.SIGCONT)
        terminal.wait_for("nightly-etl-0")
        terminal.quiet(still=0.3)
        assert terminal.emulator.seen() == before


def test_control_r_repairs_what_others_wrote_on_each_screen(tmp_path: Path) -> None:
    with running(tmp_path) as program:
        for keys in (("j",), ("g", "enter"), ("l", "z")):
            program.press(*keys)
            before = program.terminal.emulator.seen()
            program.terminal.emulator.feed(b"\x1b[5;5H\x1b[0;41mbroadcast message\x1b[2J")
            program.press("ctrl+r")
            assert program.terminal.emulator.seen() == before, keys


def test_over_ssh_a_busy_list_is_painted_ten_times_a_second_at_most(tmp_path: Path) -> None:
    with running(tmp_path, SSH_TTY="x") as program:
        begun = time.monotonic()

        def busy() -> None:
            for number in range(40):
                program.pipe.write(f"row {number % 9} {number}\n")
                program.pipe.flush()
                time.sleep(0.02)  # what is measured is how often it paints meanwhile

        step = program.terminal.during(busy)
        assert 0 < step.frames <= 10 * (time.monotonic() - begun) + 2


# A slow line

KEYS = {
    "list": ("j", "k", "pagedown", "pageup", "ctrl+d", "G", "g", "space", "u", "/", "e", "escape"),
    "tree": ("j", "j", "k", "pagedown", "pageup", "G", "g", "o", "o", "/", "s", "escape", "d"),
    "log": ("k", "k", "pageup", "ctrl+d", "g", "G", "F", "w", "w", "/", "e", "escape"),
}


def first_frame(step: Step) -> int:
    """Bytes up to the end of the first frame: what is waited for."""
    begin = step.data.find(FRAME_BEGIN)
    after = step.data.find(FRAME_BEGIN, begin + 1)
    return after if after > 0 else len(step.data)


def test_keys_have_their_echo_in_time_over_a_slow_line(tmp_path: Path) -> None:
    with running(tmp_path, 120, 40, rate=SLOW, SSH_TTY="x") as program:
        late = []
        for where, keys in KEYS.items():
            if where == "tree":
                program.press("g", "enter")
                program.terminal.wait_for("step-000")
            if where == "log":
                program.press("g", "j", "l")
                program.terminal.wait_for("following")
            for key in keys:
                size = first_frame(program.press(key))
                if AWAY + size / SLOW >= PATIENCE:
                    late.append((where, key, size))
        assert not late


def test_keys_faster_than_a_slow_line_are_all_heard_and_only_the_last_is_painted(
    tmp_path: Path,
) -> None:
    with running(tmp_path, 120, 40, rate=SLOW, SSH_TTY="x") as program:
        page = program.press("pagedown").size
        step = program.press(*["pagedown", "pageup"] * 20, "j")
        assert step.size < 10 * page, "forty pages, most of them never painted"
        assert differences(program.terminal.emulator, painted_anew(program.terminal)) == []


def test_in_twenty_by_five_it_says_all_of_what_it_needs() -> None:
    with Pty(run_tui(str(SAVED)), columns=20, rows=5) as terminal:
        terminal.wait_for("argo-tui needs 60x12")
        terminal.wait_for("q quits")
        terminal.press("q")
        assert terminal.wait_for_exit() == 0
