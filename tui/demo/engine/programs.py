"""What a simulated process is: a generator of what it prints and how long it takes.

A program yields text (printed now) and numbers (seconds that pass), and returns its exit code. So
an endless loop is as easy as an echo, and the kubelet decides how fast time runs.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Generator
from dataclasses import dataclass


class Err(str):
    """Text on the error stream: in the log, but in no pipe, file or result."""

    __slots__ = ()


Program = Generator[str | float, None, int]

Body = Callable[[str], Program]
"""What runs with an input."""

Files = dict[str, bytes]
"""The files of a pod, by absolute path; its containers share them.

A folder somebody made has an entry of its own, which ends with a slash: it may be empty.
"""


@dataclass
class Box:
    """What a process sees of its container."""

    files: Files
    env: dict[str, str]
    rng: random.Random
    time: float = 0.0
    """Seconds since 1970 when it started."""
    host: str = "demo"
    cwd: str = "/"
    vague: bool = False
    """Whether a program ran that somebody told what to do, so its files may be made up too."""
    unknown: str = ""
    """The program that ran and is not simulated: what it would have left is not known."""
    refused: str = ""
    """Why nothing of it can be simulated, in a sentence; "" where something ran."""

    def path(self, name: str) -> str:
        """An absolute path, without `.` and `..`."""
        whole = name if name.startswith("/") else f"{self.cwd}/{name}"
        parts: list[str] = []
        for part in whole.split("/"):
            if part == "..":
                parts[-1:] = []
            elif part not in ("", "."):
                parts.append(part)
        return "/" + "/".join(parts)

    def read(self, name: str) -> str | None:
        """A text file, or None."""
        data = self.files.get(self.path(name))
        return None if data is None else data.decode("utf-8", "replace")

    def write(self, name: str, text: str, *, append: bool = False) -> None:
        """Write a text file; devices swallow it."""
        path = self.path(name)
        if path.startswith("/dev/"):
            return
        old = self.files.get(path, b"") if append else b""
        self.files[path] = (old + text.encode())[-4_000_000:]

    def under(self, name: str) -> list[str]:
        """Paths of the files in this folder, relative to it."""
        folder = self.path(name).rstrip("/") + "/"
        return sorted(
            path[len(folder) :] for path in self.files if path.startswith(folder) and path != folder
        )

    def is_folder(self, name: str) -> bool:
        """Whether something is in it, or somebody made it."""
        folder = self.path(name).rstrip("/") + "/"
        return any(path.startswith(folder) for path in self.files)

    def make_folder(self, name: str) -> None:
        """Make a folder, and those it is in."""
        self.files[self.path(name).rstrip("/") + "/"] = b""


Run = Callable[[list[str], Box, str], Program]
"""Runs a command with an input."""
