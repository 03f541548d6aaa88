"""Showing lines in the person's own pager, which has the terminal for itself meanwhile."""

from __future__ import annotations

import contextlib
import os
import shlex
import subprocess
from functools import partial

from tui.domain.lines import LineModel
from tui.domain.text import clean_log
from tui.errors import SourceError
from tui.panes.base import Pane
from tui.ports.terminal import TERMINAL

USUAL = "less -R"


def page_through(pane: Pane, lines: LineModel) -> None:
    """Show the lines of a pane so; on a thread, as the app steps aside meanwhile."""
    try:
        TERMINAL.lend(partial(show_in_pager, lines))
    except (SourceError, OSError) as error:
        pane.app.call_from_thread(pane.context.say, f"no pager: {error}", "warning")


def show_in_pager(lines: LineModel, command: str | None = None) -> None:
    """All lines, with their colours and nothing else of their codes, in $PAGER.

    Raises: SourceError where there is no such program.
    """
    words = shlex.split(command or os.environ.get("PAGER") or USUAL)
    try:
        pager = subprocess.Popen(words, stdin=subprocess.PIPE, env={"LESS": "-R", **os.environ})
    except (OSError, ValueError) as error:
        raise SourceError(f"{words[0] if words else 'PAGER'} cannot be started: {error}") from error
    assert pager.stdin is not None
    # Whoever ends the pager before it has all lines does not want the others.
    with contextlib.suppress(BrokenPipeError):
        for index in range(len(lines)):
            pager.stdin.write(f"{clean_log(lines.line(index))}\x1b[0m\n".encode())
    with contextlib.suppress(BrokenPipeError):
        pager.stdin.close()
    pager.wait()
