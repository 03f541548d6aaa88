"""What else there is when a clipboard does not take a text: a file, and the plain screen.

A terminal never says whether it took what was sent, so both are always there. The file is always a
new one; on the plain screen the text can be marked with the mouse, as any output can.
"""

from __future__ import annotations

import os
import select
import termios
import tty
from collections.abc import Callable, Iterable
from contextlib import suppress
from pathlib import Path

from tui.domain.text import clean
from tui.errors import TuiError

MOST_FILES = 10_000
AGAIN = "-- any key returns to argo-tui --"


def write_file(lines: Iterable[str], folder: Path) -> Path:
    """The lines in a new file of the folder, with the rights of the person's umask; returns where.

    Raises: TuiError if there can be no such file.
    """
    text = "".join(f"{clean(line)}\n" for line in lines).encode()
    try:
        for number in range(1, MOST_FILES):
            path = folder / f"argo-tui-{number}.txt"
            try:
                file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o666)
            except FileExistsError:
                continue
            with os.fdopen(file, "wb") as out:
                out.write(text)
            return path
    except OSError as error:
        raise TuiError(f"{folder} takes no file: {error.strerror}") from error
    raise TuiError(f"{folder} has {MOST_FILES - 1} such files already")


def show_plainly(lines: Iterable[str], write: Callable[[bytes], object], keys: int) -> None:
    """Write the lines as any program does, then wait for a key on that descriptor."""
    text = "".join(f"{clean(line)}\n" for line in lines)
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
