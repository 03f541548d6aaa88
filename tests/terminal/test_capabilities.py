"""What the environment tells about a terminal."""

from __future__ import annotations

import sys

import pytest

from tests.support.pty import Pty
from tui.terminal.capabilities import Capabilities, detect

LOCAL = {"TERM": "xterm-256color", "COLORTERM": "truecolor", "LANG": "de_DE.UTF-8"}
SSH = {"TERM": "xterm-256color", "SSH_CONNECTION": "10.0.0.1 5 10.0.0.2 22", "LANG": "C.UTF-8"}


@pytest.mark.parametrize(
    ("environ", "colours"),
    [
        (LOCAL, "truecolor"),
        (SSH, "256"),
        ({"TERM": "xterm"}, "16"),
        ({"TERM": "linux"}, "16"),
        ({"TERM": "vt100"}, "none"),
        ({"TERM": "rxvt-m"}, "none"),
        ({"TERM": "xterm-direct"}, "truecolor"),
        ({"TERM": "xterm-kitty"}, "truecolor"),
        ({"TERM": "tmux-256color", "COLORTERM": "24bit"}, "truecolor"),
        ({**LOCAL, "NO_COLOR": "1"}, "none"),
        ({**LOCAL, "NO_COLOR": ""}, "truecolor"),
    ],
)
def test_the_colours(environ: dict[str, str], colours: str) -> None:
    assert detect(environ).colours == colours


@pytest.mark.parametrize(
    ("environ", "ascii_only"),
    [
        (LOCAL, False),
        ({"TERM": "xterm", "LANG": "C"}, True),
        ({"TERM": "xterm", "LANG": "POSIX"}, True),
        ({"TERM": "xterm", "LANG": "de_DE@euro"}, True),
        ({"TERM": "xterm", "LANG": "de_DE.ISO-8859-1"}, True),
        ({"TERM": "xterm", "LANG": "de_DE.utf8"}, False),
        ({"TERM": "xterm", "LANG": "de_DE.nonsense"}, True),
        ({"TERM": "xterm", "LANG": "de_DE.UTF-8", "LC_ALL": "C"}, True),
        ({"TERM": "xterm", "LANG": "C", "LC_CTYPE": "en_US.UTF-8"}, False),
        ({"TERM": "xterm", "LC_CTYPE": "UTF-8"}, False),
        ({"TERM": "xterm"}, False),
        ({"TERM": "linux", "LANG": "de_DE.UTF-8"}, True),
        ({"TERM": "vt220", "LANG": "de_DE.UTF-8"}, True),
    ],
)
def test_ascii_is_what_the_locale_or_the_console_asks_for(
    environ: dict[str, str], ascii_only: bool
) -> None:
    assert detect(environ).ascii is ascii_only
    assert detect(environ, ascii_only=True).ascii


def test_the_locale_python_gave_itself_is_not_the_users() -> None:
    assert detect({"TERM": "xterm", "LANG": "C", "LC_CTYPE": "C.UTF-8"}).ascii


def test_over_ssh_frames_are_fewer_and_the_terminals_own_colours_the_default() -> None:
    assert detect(SSH).remote
    assert (detect(SSH).frames, detect(LOCAL).frames) == (10, 20)
    assert (detect(SSH).ansi_theme, detect(LOCAL).ansi_theme) == (True, False)
    assert detect({**LOCAL, "SSH_TTY": "/dev/pts/3"}).remote


def test_no_colour_takes_a_theme_that_does_not_become_grey() -> None:
    assert detect({**LOCAL, "NO_COLOR": "1"}).ansi_theme


@pytest.mark.parametrize(
    ("environ", "multiplexer", "repeat", "erase_colour"),
    [
        (LOCAL, "", False, True),
        ({"TERM": "tmux-256color", "TMUX": "/tmp/t,1,0"}, "tmux", False, True),
        ({"TERM": "screen", "TMUX": "/tmp/t,1,0", "STY": "1.pts"}, "tmux", False, False),
        ({"TERM": "screen.xterm-256color", "STY": "1.pts"}, "screen", False, False),
        ({"TERM": "tmux-256color", "SSH_TTY": "x"}, "tmux", False, True),
        ({"TERM": "screen-256color", "SSH_TTY": "x"}, "screen", False, False),
        ({"TERM": "xterm-kitty"}, "", True, True),
        ({"TERM": "xterm-kitty", "SSH_TTY": "x"}, "", False, True),
        ({"TERM": "foot"}, "", True, True),
    ],
)
def test_a_doubt_takes_the_plainer_way(
    environ: dict[str, str], multiplexer: str, repeat: bool, erase_colour: bool
) -> None:
    found = detect(environ)
    assert (found.multiplexer, found.repeat, found.erase_colour) == (
        multiplexer,
        repeat,
        erase_colour,
    )


@pytest.mark.parametrize("term", ["", "dumb", "unknown"])
def test_a_terminal_that_cannot_draw_gets_advice(term: str) -> None:
    advice = detect({"TERM": term}).advice
    assert "argo-tui list" in advice
    assert "argo-tui get" in advice


def test_a_pipe_gets_advice_and_a_terminal_gets_none() -> None:
    assert "argo-tui list" in detect(LOCAL, interactive=False).advice
    assert detect(LOCAL).advice == ""
    told = detect(LOCAL, interactive=False, lacking="standard error, where it is drawn,").advice
    assert told.startswith("standard error, where it is drawn, is not a terminal")


@pytest.mark.parametrize(
    ("size", "taken"),
    [((0, 0), (80, 24)), ((0, 40), (80, 24)), ((20, 5), (20, 5)), ((200, 60), (200, 60))],
)
def test_a_terminal_that_reports_no_size_is_taken_for_one_of_80x24(
    size: tuple[int, int], taken: tuple[int, int]
) -> None:
    found = detect(LOCAL, size=size)
    assert (found.columns, found.rows) == taken


def test_the_mouse_is_off_unless_asked_for() -> None:
    assert not detect(LOCAL).mouse
    assert detect(LOCAL, mouse=True).mouse
    assert not Capabilities().mouse


def test_this_terminal_is_asked_for_its_size_and_a_pipe_for_nothing() -> None:
    code = "from tui.terminal.capabilities import this_terminal as t; c = t(); print(c, flush=True)"
    with Pty([sys.executable, "-c", code], columns=90, rows=33) as terminal:
        assert terminal.wait_for_exit() == 0
        assert b"columns=90, rows=33" in terminal.data
        assert b"advice=''" in terminal.data
