"""Showing a text plainly: as any output, where it can be marked with the mouse.

A terminal never says whether it took what was sent to its clipboard, so this is always there.
"""

from __future__ import annotations

import os
import select
import termios
import tty
from collections.abc import Callable, Iterable
from contextlib import suppress

from tui.domain.text import clean

AGAIN = "-- any key returns to argo-tui --"


def show_plainly(lines: Iterable[str | None], write: Callable[[bytes], object], keys: int) -> None:
    """Write the lines as any program does, then wait for a key on that descriptor."""
    text = "".join(f"{clean(line)}\n" for line in lines if line is not None)
    # A terminal that goes meanwhile tells of it by a signal; who waits here only has to come back.
    with suppress(OSError, termios.error):
        write(f"\n{text}\n{AGAIN}".encode())
        before = termios.tcgetattr(keys)
        tty.setcbreak(keys, termios.TCSADRAIN)
        try:
            select.select([keys], [], [])
            os.read(keys, 1024)
        finally:
            termios.tcsetattr(keys, termios.TCSADRAIN, before)
        write(b"\r\n")
