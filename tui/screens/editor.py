"""A text in the person's own editor, which has the terminal for itself meanwhile.

The text lies in a file that nobody else can read. It stays there until whoever began it says that
it is needed no more: what somebody typed is never lost with a screen, an error or a hang-up.
"""

from __future__ import annotations

import asyncio
import os
import re
import shlex
import subprocess
import tempfile
from contextlib import suppress
from functools import partial
from pathlib import Path

from tui.context import AppContext
from tui.domain.encodings import text_of
from tui.errors import InputError, TuiError

USUAL = "vi"
NAMES = ("VISUAL", "EDITOR")
"""The variables that name an editor, the first that is set."""
MOST_READ = 8 << 20
"""Bytes of a file that are read back; no cluster takes more."""


def editor() -> list[str]:
    """The argument vector of the person's editor, without a file. Raises: InputError."""
    for name in NAMES:
        command = os.environ.get(name, "").strip()
        if command:
            try:
                return shlex.split(command)
            except ValueError as error:
                raise InputError(f"${name} cannot be read: {error}") from error
    return [USUAL]


class Draft:
    """A file that somebody edits."""

    def __init__(self, name: str, text: str, *, suffix: str = ".yaml") -> None:
        """`name` is what it is about. Raises: InputError where it cannot be written."""
        from platformdirs import user_state_path

        folder = user_state_path("argo-tui") / "edits"
        safe = re.sub(r"[^\w.-]+", "-", name)[:60].strip("-.") or "text"
        try:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            # For its owner alone, whatever the umask is.
            descriptor, path = tempfile.mkstemp(prefix=f"{safe}-", suffix=suffix, dir=folder)
            os.close(descriptor)
            self.path = Path(path)
            self.write(text)
        except OSError as error:
            raise InputError(f"nothing can be edited: {error}") from error

    def write(self, text: str) -> None:
        """What is in it from now on. Raises: OSError."""
        self.path.write_text(text, encoding="utf-8", errors="surrogateescape", newline="")

    def read(self) -> str:
        """What is in it. Raises: InputError."""
        try:
            with self.path.open("rb") as file:
                data = file.read(MOST_READ + 1)
            if len(data) > MOST_READ:
                raise InputError(f"{self.path} is larger than {MOST_READ >> 20} MiB")
            return text_of(data)
        except OSError as error:
            raise InputError(f"{self.path} cannot be read: {error.strerror or error}") from error
        except UnicodeDecodeError as error:
            raise InputError(f"{self.path} is no text: {error}") from error

    def remove(self) -> None:
        """It is needed no more."""
        with suppress(OSError):
            self.path.unlink()

    async def edit(self, context: AppContext) -> None:
        """Let the person edit it, until their editor ends.

        Raises: InputError where it cannot be started or did not end well, SourceError where the app
        cannot step aside.
        """
        command = [*editor(), str(self.path)]
        run = partial(self._run, command)
        code = await asyncio.to_thread(context.run_on_terminal, command, run)
        if code:
            raise InputError(f"the editor ended with exit code {code}")

    @staticmethod
    def _run(command: list[str]) -> int:
        try:
            return subprocess.call(command)
        except OSError as error:
            names = " or ".join(f"${name}" for name in NAMES)
            raise InputError(
                f"{command[0]} cannot be started: {error.strerror or error}",
                hint=f"{names} names another editor",
            ) from error


async def edited(context: AppContext, text: str, name: str) -> str:
    """What becomes of a value in the person's editor.

    An editor ends its files with a line break: one that the value did not have is taken off again.
    Raises: InputError and SourceError; the file is kept then, and named.
    """
    draft = await asyncio.to_thread(partial(Draft, name, text, suffix=".txt"))
    try:
        await draft.edit(context)
        typed = draft.read()
    except TuiError as error:
        raise InputError(f"{error}; what was typed is kept in {draft.path}") from error
    draft.remove()
    return typed if text.endswith("\n") else typed.removesuffix("\n")
