"""What Textual reads when it is imported."""

from __future__ import annotations

import subprocess
import sys

from tui.terminal.capabilities import Capabilities
from tui.terminal.environment import prepare


def read_by_textual(environ: dict[str, str]) -> str:
    code = (
        "import os; from tui.terminal.capabilities import detect\n"
        "from tui.terminal.environment import prepare\n"
        "print(prepare(detect(os.environ)))\n"
        "from textual import constants as c\n"
        "print(c.MAX_FPS, c.TEXTUAL_ANIMATIONS, c.SMOOTH_SCROLL, c.ESCAPE_DELAY, c.DEFAULT_THEME,"
        " c.COLOR_SYSTEM)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], env=environ, capture_output=True, text=True, check=True
    )
    return done.stdout


def test_textual_reads_a_calm_terminal() -> None:
    said = read_by_textual({"TERM": "xterm-256color", "COLORTERM": "truecolor"})
    assert said.split("\n")[:2] == ["[]", "20 none False 0.1 textual-dark truecolor"]


def test_over_ssh_textual_reads_fewer_frames_and_a_longer_escape() -> None:
    said = read_by_textual({"TERM": "xterm-256color", "SSH_TTY": "x"})
    assert said.split("\n")[1] == "10 none False 0.2 ansi-dark 256"


def test_what_the_user_set_stays() -> None:
    environ = {"TEXTUAL_FPS": "5"}
    prepare(Capabilities(), environ)
    assert environ["TEXTUAL_FPS"] == "5"
    assert environ["TEXTUAL_ANIMATIONS"] == "none"


def test_it_says_so_when_it_comes_too_late() -> None:
    import textual.constants  # noqa: F401

    assert "TEXTUAL_FPS" in prepare(Capabilities(), {})
