"""A private file for what no longer fits into memory.

It has no name from its first moment on: nobody else can open it, and it is gone with the process,
however that ends.
"""

from __future__ import annotations

import os
import tempfile
import weakref


def place_of_large_files() -> str:
    """The folder for files that may become large: TMPDIR, or what is mostly no memory."""
    named = os.environ.get("TMPDIR")
    if named:
        return named
    large = "/var/tmp"
    return large if os.access(large, os.W_OK | os.X_OK) else tempfile.gettempdir()


class Spill:
    """Bytes in a file, which are read again by where they were put."""

    def __init__(self, folder: str = "") -> None:
        """`folder` is where the file is made when it is needed; "" for the usual one."""
        self._folder = folder
        self._file: int | None = None
        self._end: weakref.finalize[[int], Spill] | None = None
        self.size = 0
        """Bytes that were put into it."""

    def put(self, data: bytes, begin: int | None = None) -> int:
        """Keep some bytes, at the end or over others; returns where they begin.

        Raises: OSError, as when the disk is full.
        """
        if self._file is None:
            with tempfile.TemporaryFile(dir=self._folder or place_of_large_files()) as unnamed:
                self._file = os.dup(unnamed.fileno())
            self._end = weakref.finalize(self, os.close, self._file)
        if begin is None:
            begin = self.size
        rest = memoryview(data)
        at = begin
        while rest:
            written = os.pwrite(self._file, rest, at)
            at, rest = at + written, rest[written:]
        self.size = max(self.size, at)
        return begin

    def get(self, begin: int, size: int) -> bytes:
        """What was put there. Raises: OSError."""
        assert self._file is not None
        found = os.pread(self._file, size, begin)
        if len(found) != size:
            raise OSError("a temporary file is shorter than it was")
        return found

    def close(self) -> None:
        """Give the file back; nothing can be read after that."""
        if self._end is not None:
            self._end()
        self._file = self._end = None
