"""Through a real tmux, the screen with the diff is the screen without it.

A client is attached in a pseudo terminal and what it draws is compared, not what `capture-pane`
says: that leaves out what was erased with a background.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.emulator import Emulator, differences
from tests.support.processes import inside_tmux
from tests.support.pty import Pty, run_python

SMALL = Path(__file__).parent / "small_app.py"
SCRIPT = ("down", "u", "l", "a", "a", "pagedown", "m", "ctrl+n", "h", "escape", "w", "l", "ctrl+r")
COLUMNS, ROWS = 100, 30

pytestmark = [
    pytest.mark.pty,
    pytest.mark.skipif(shutil.which("tmux") is None, reason="there is no tmux on this machine"),
]


@pytest.fixture
def settings(tmp_path: Path) -> Iterator[list[str]]:
    """The arguments of a tmux server of its own, ended after the test."""
    file = tmp_path / "tmux.conf"
    file.write_text("set -g status off\nset -s escape-time 0\nset -g focus-events on\n")
    chosen = ["-L", f"argo-tui-test-{os.getpid()}", "-f", str(file)]
    yield chosen
    subprocess.run(["tmux", *chosen, "kill-server"], capture_output=True)


def screens(settings: list[str], *options: str) -> list[Emulator]:
    """What the client shows after each step."""
    command = ["tmux", "-u", *settings, "new-session", *run_python(SMALL, *options)]
    shown: list[Emulator] = []

    def look() -> None:
        replay = Emulator(term.columns, term.rows)
        replay.feed(term.data)
        shown.append(replay)

    with Pty(command, columns=COLUMNS, rows=ROWS) as term:
        term.wait_for("workflow-1")
        term.others = inside_tmux(["tmux", *settings])
        term.quiet(still=0.4)
        look()
        for key in SCRIPT:
            # What is written goes by tmux, so stillness has to be longer.
            term.step(key, still=0.35)
            look()
        term.resize(90, 25)
        term.data = b""
        term.quiet(still=0.6)
        term.press("q")
        assert term.wait_for_exit() == 0
    return shown


def test_in_tmux_every_step_ends_with_the_same_screen_as_without_the_diff(
    settings: list[str],
) -> None:
    ours, stock = screens(settings), screens(settings, "--no-diff")
    for key, one, other in zip(("start", *SCRIPT), ours, stock, strict=True):
        assert differences(one, other) == [], key
    assert ours[3].shows("漢字")


def test_attaching_again_shows_the_same_screen(settings: list[str]) -> None:
    command = ["tmux", "-u", *settings, "new-session", *run_python(SMALL)]
    with Pty(command, columns=COLUMNS, rows=ROWS) as first:
        first.wait_for("workflow-1")
        first.others = inside_tmux(["tmux", *settings])
        first.step("l", "a", still=0.4)
        before = first.emulator.seen()
    with Pty(["tmux", "-u", *settings, "attach"], columns=COLUMNS, rows=ROWS) as again:
        again.wait_for("workflow-1")
        again.others = inside_tmux(["tmux", *settings])
        again.quiet(still=0.4)
        assert again.emulator.seen() == before
        again.step("u", still=0.4)
        assert again.emulator.shows("1s")
