"""Workflows from a pipe and keys from the terminal: `argo get -o yaml NAME | argo-tui -`.

Textual reads keys from file descriptor 0, which is the pipe then. So the pipe is moved to another
descriptor, which `sys.stdin` reads from now on, and the terminal takes its place.
"""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from tui.errors import UsageError

KEYS = 0
"""The descriptor that Textual reads keys from."""


@contextmanager
def keys_from_terminal(path: str = "/dev/tty") -> Iterator[None]:
    """The controlling terminal as descriptor 0, and `sys.stdin` still what was piped in.

    Raises: UsageError when nothing is piped in, or there is no terminal.
    """
    if os.isatty(KEYS):
        raise UsageError(
            "`-` reads a workflow from the standard input, and that is this terminal",
            hint="pipe one in, as in: argo get NAME -o yaml | argo-tui -",
        )
    try:
        terminal = os.open(path, os.O_RDWR)
    except OSError as error:
        raise UsageError(
            f"there is no terminal to read keys from: {error.strerror}",
            hint="argo-tui get -f - prints instead",
        ) from error
    before = sys.stdin
    piped = os.dup(KEYS)
    os.dup2(terminal, KEYS)
    os.close(terminal)
    try:
        with io.TextIOWrapper(os.fdopen(os.dup(piped), "rb")) as sys.stdin:
            yield
    finally:
        sys.stdin = before
        os.dup2(piped, KEYS)
        os.close(piped)
