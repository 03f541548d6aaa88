"""A store with one object in memory."""

from __future__ import annotations

from pathlib import Path

from tui.artifacts.base import Can, Folder, FolderListing, Link, Progress, Stat
from tui.domain.location import Location
from tui.ports.threads import CancelToken


class Shelf:
    """A store with one object, that counts what is read of it."""

    can: frozenset[Can] = frozenset(("range",))

    def __init__(self, data: bytes) -> None:
        self.data = data
        self.etag = "one"
        self.read_bytes = 0
        self.requests = 0

    def stat(self, location: Location) -> Stat | Folder:
        return Stat(len(self.data), etag=self.etag)

    def read(self, location: Location, offset: int, length: int) -> bytes:
        found = self.data[offset : offset + length]
        self.read_bytes += len(found)
        self.requests += 1
        return found

    def listing(self, location: Location, limit: int = 1000, after: str = "") -> FolderListing:
        raise AssertionError("not a folder")

    def link(self, location: Location, seconds: int) -> Link:
        raise AssertionError("nobody asks")

    def download(
        self,
        location: Location,
        target: Path,
        progress: Progress,
        stop: CancelToken,
        *,
        overwrite: bool = False,
    ) -> Path:
        raise AssertionError("nobody asks")

    def close(self) -> None:
        pass
