"""A program on the plain terminal, in place of the app: told before and after, and tidied up after.

What runs elsewhere may end in the middle of anything, be it a full screen with a mouse or a half
typed line, when its connection is cut. So the terminal is made plain again afterwards, and what
was typed to the program is not taken for keys of the app.
"""

from __future__ import annotations

import os
import shlex
import termios
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Any

from tui.domain.text import clean
from tui.errors import TuiError
from tui.keys import hint

PLAIN = b"".join(
    (
        b"\x1b[?1047l",  # the screen that scrolls; 1049 would also move the cursor
        b"\x1b7\x1b[r\x1b8",  # all of it scrolls
        b"\x1b[?1000l\x1b[?1002l\x1b[?1003l\x1b[?1006l\x1b[?2004l",  # no mouse, no marked pastes
        b"\x1b[?1l\x1b>\x1b[?7h\x1b[?25h",  # usual keys, lines that wrap, a cursor
        b"\x1b[0m\x1b(B\x0f",  # usual colours and letters
    )
)


def run_plainly(
    command: Sequence[str],
    run: Callable[[], int],
    *,
    keys: int,
    screen: int,
    waits: bool = False,
) -> int:
    """What `run` returns, an exit code. Its command line is written before it, and after it if it
    did not end well; then Enter is waited for. What it raises is written too, and raised.

    `keys` and `screen` are descriptors of the terminal. With `waits` Enter is waited for in any
    case, so that what was printed can be read.
    """
    line = clean(shlex.join(command))
    _write(screen, f"\r\n$ {line}\r\n")
    before = _attributes(keys)
    try:
        code = run()
    except BaseException as error:
        _tidy(keys, screen, before)
        if isinstance(error, TuiError):
            _end(keys, screen, f"{error}: {line}")
        raise
    _tidy(keys, screen, before)
    if code or waits:
        ended = f"ended with exit code {code}" if code else "ended"
        _end(keys, screen, f"{ended}: {line}")
    return code


def _attributes(keys: int) -> list[Any] | None:
    try:
        return termios.tcgetattr(keys)
    except termios.error:
        return None


def _tidy(keys: int, screen: int, before: list[Any] | None) -> None:
    _write(screen, PLAIN)
    # A terminal that hung up is tidy enough.
    with suppress(termios.error):
        if before is not None:
            termios.tcsetattr(keys, termios.TCSAFLUSH, before)
        termios.tcflush(keys, termios.TCIFLUSH)


def _end(keys: int, screen: int, said: str) -> None:
    _write(screen, f"\r\n{clean(said)}\r\n-- {hint('dialog.press')} returns to argo-tui --\r\n")
    with suppress(OSError):
        os.read(keys, 1024)


def _write(screen: int, text: str | bytes) -> None:
    with suppress(OSError):
        os.write(screen, text if isinstance(text, bytes) else text.encode())
