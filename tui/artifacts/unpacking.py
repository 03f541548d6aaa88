"""Unpacking an archive that was fetched: what Argo does with an artifact before the next step.

As in Argo, an archive with one entry becomes that entry, and one with several a folder of them.
The archive lies on the disk by then, so its object can no longer change while it is unpacked.
"""

from __future__ import annotations

from pathlib import Path

from tui.artifacts.archives import ArchiveStore
from tui.artifacts.base import (
    Can,
    Folder,
    FolderListing,
    Link,
    Progress,
    Stat,
    Store,
    StoreError,
    no_link,
    not_a_folder,
)
from tui.artifacts.saving import safe_name
from tui.domain.location import InsideLocation, Location, OtherLocation
from tui.domain.preview import archive_format
from tui.ports.threads import CancelToken

HEAD = 64 << 10
"""Bytes by which an archive is known."""
ENDINGS = (".tar.gz", ".tgz", ".tar", ".zip")


class DiskStore:
    """One file of this machine, as an archive is read of it."""

    can: frozenset[Can] = frozenset(("range",))

    def __init__(self, path: Path) -> None:
        self._path = path

    def stat(self, location: Location) -> Stat | Folder:
        """Its size."""
        return Stat(self._path.stat().st_size)

    def read(self, location: Location, offset: int, length: int) -> bytes:
        """A part of it."""
        with self._path.open("rb") as file:
            file.seek(offset)
            return file.read(max(0, length))

    def listing(self, location: Location, limit: int = 1000, after: str = "") -> FolderListing:
        """It is none. Raises StoreError ("unsupported")."""
        raise not_a_folder(self._path.name)

    def link(self, location: Location, seconds: int) -> Link:
        """There is none. Raises StoreError ("unsupported")."""
        raise no_link(self._path.name)

    def download(
        self,
        location: Location,
        target: Path,
        progress: Progress,
        stop: CancelToken,
        *,
        overwrite: bool = False,
    ) -> Path:
        """It is here already. Raises StoreError ("unsupported")."""
        raise StoreError(f"{self._path} is here already", reason="unsupported")

    def close(self) -> None:
        """Nothing is open."""


def is_archive(store: Store, location: Location, name: str) -> bool:
    """Whether what is there can be unpacked. Raises: StoreError."""
    return (
        isinstance(store.stat(location), Stat)
        and archive_format(store.read(location, 0, HEAD), name) is not None
    )


class Packed:
    """An archive on the disk."""

    def __init__(self, path: Path, name: str) -> None:
        """`name` is what the archive is called where it comes from.

        Raises: StoreError where it is none, or is broken.
        """
        with path.open("rb") as file:
            packing = archive_format(file.read(HEAD), name)
        if packing is None:
            raise StoreError(f"{name} is not an archive that can be read")
        # All of it may be looked at: it is read from the disk.
        self._store = ArchiveStore(DiskStore(path), looked_into=2 * path.stat().st_size)
        self._at: Location = InsideLocation(OtherLocation("file", name, name), packing)
        listing = self._store.listing(self._at, 2)
        is_one = listing.whole and len(listing.entries) == 1
        self._only = listing.entries[0] if is_one else None
        if self._only is not None:
            self._at = self._only.location
        self._name = name

    @property
    def is_file(self) -> bool:
        """Whether it holds one file and nothing else."""
        return self._only is not None and not self._only.is_folder

    @property
    def name(self) -> str:
        """What it becomes: its only entry, or its own name without the ending."""
        if self._only is not None:
            return safe_name(self._only.name)
        lower = self._name.lower()
        ending = next((each for each in ENDINGS if lower.endswith(each)), "")
        return safe_name(self._name[: len(self._name) - len(ending)] or self._name)

    def unpack(
        self, target: Path, progress: Progress, stop: CancelToken, *, overwrite: bool
    ) -> Path:
        """Write it to a file or a new folder: all of it or nothing. Raises: StoreError."""
        return self._store.download(self._at, target, progress, stop, overwrite=overwrite)
