"""What is in the file of an incident, read by the names of its members.

The file may come from anybody. It is unpacked once into a file without a name, with limits, and
nothing of it is ever written to a path that it names.
"""

from __future__ import annotations

import gzip
import tarfile
import tempfile
import threading
import zlib
from collections.abc import Iterator
from contextlib import ExitStack
from typing import IO, Any

from tui.domain import incident as file
from tui.errors import InputError

PIECE = 1 << 20
BROKEN = (OSError, EOFError, tarfile.TarError, zlib.error)


class Members:
    """The members of a file, read by their names. May be used on any thread."""

    def __init__(self, path: str) -> None:
        """Raises: InputError for what is no such file, and beyond the limits."""
        self._lock = threading.Lock()
        try:
            self._tar = _unpacked(path)
            self._by_name = dict(_indexed(self._tar))
        except BROKEN as error:
            why = getattr(error, "strerror", None) or str(error) or "it ends too early"
            raise InputError(f"{path} cannot be read: {why}") from error

    def __iter__(self) -> Iterator[str]:
        return iter(self._by_name)

    def __contains__(self, name: str) -> bool:
        return name in self._by_name

    def read(self, name: str) -> bytes:
        """A member as a whole. Raises: InputError for one that is too large to be read so."""
        if self._by_name[name].size > file.MOST_TEXT:
            raise InputError(f"{name} is larger than {file.MOST_TEXT:,} bytes")
        return b"".join(self.pieces(name))

    def pieces(self, name: str) -> Iterator[bytes]:
        """A member as it comes. Raises: KeyError, InputError for a file that is broken."""
        found = self._by_name[name]
        at = 0
        while at < found.size:
            with self._lock:
                opened: Any = self._tar.fileobj
                opened.seek(found.offset_data + at)
                piece = opened.read(min(PIECE, found.size - at))
            if not piece:
                raise InputError(f"{name} ends too early")
            at += len(piece)
            yield piece

    def size(self, name: str) -> int:
        """Its bytes."""
        return self._by_name[name].size

    def close(self) -> None:
        """Let go of it."""
        opened: Any = self._tar.fileobj
        self._tar.close()
        opened.close()


def _unpacked(path: str) -> tarfile.TarFile:
    """The archive in a file without a name, in which one can go anywhere."""
    with ExitStack() as failing:
        spool: IO[bytes] = failing.enter_context(tempfile.TemporaryFile())
        total = 0
        with gzip.open(path, "rb") as packed:
            while piece := packed.read(PIECE):
                total += len(piece)
                if total > file.MOST_UNPACKED:
                    raise InputError(
                        f"{path} is larger than {file.MOST_UNPACKED >> 30} GiB when unpacked",
                        hint="that is no incident",
                    )
                spool.write(piece)
        spool.seek(0)
        found = tarfile.TarFile(fileobj=spool)
        failing.pop_all()
        return found


def _indexed(tar: tarfile.TarFile) -> Iterator[tuple[str, tarfile.TarInfo]]:
    """The plain files of it by their names; links, devices and folders are nothing to us."""
    for count, member in enumerate(tar):
        if count >= file.MOST_MEMBERS:
            raise InputError(f"it has more than {file.MOST_MEMBERS:,} members")
        if member.isreg():
            yield member.name, member


def workflow_in(path: str) -> bytes:
    """The JSON of the run in a file. Raises: InputError."""
    members = Members(path)
    try:
        if file.WORKFLOW not in members:
            raise InputError(f"there is no {file.WORKFLOW} in it, so it is no file of an incident")
        return members.read(file.WORKFLOW)
    finally:
        members.close()
