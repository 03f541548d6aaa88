"""Artifacts whose content is part of the workflow itself."""

from __future__ import annotations

import os
from pathlib import Path

from tui.artifacts.base import (
    Can,
    Folder,
    FolderListing,
    Link,
    Progress,
    ReadSecret,
    Stat,
    StoreError,
    no_link,
    not_a_folder,
)
from tui.artifacts.saving import open_file, whole_file
from tui.domain.location import Location, RawLocation
from tui.ports.threads import CancelToken


class RawStore:
    """Reads `raw` artifacts, which need no connection."""

    def __init__(self, secrets: ReadSecret) -> None:
        pass

    def stat(self, location: Location) -> Stat | Folder:
        """The size of the text as UTF-8."""
        return Stat(len(_data(location)))

    def read(self, location: Location, offset: int, length: int) -> bytes:
        """A part of the text."""
        return _data(location)[offset : offset + max(0, length)]

    can: frozenset[Can] = frozenset(("range",))

    def listing(self, location: Location, limit: int = 1000, after: str = "") -> FolderListing:
        """A raw artifact is not a folder. Raises StoreError ("unsupported")."""
        raise not_a_folder("a raw artifact")

    def link(self, location: Location, seconds: int) -> Link:
        """It is nowhere but in the workflow. Raises StoreError ("unsupported")."""
        raise no_link("what is written into the workflow")

    def download(
        self,
        location: Location,
        target: Path,
        progress: Progress,
        stop: CancelToken,
        *,
        overwrite: bool = False,
    ) -> Path:
        """Write the text to a file."""
        data = _data(location)
        with whole_file(target, size=len(data), overwrite=overwrite) as path:
            with os.fdopen(open_file(path), "r+b") as file:
                file.write(data)
            progress(len(data), len(data))
        return target

    def close(self) -> None:
        """Nothing is open."""


def _data(location: Location) -> bytes:
    if not isinstance(location, RawLocation):
        raise StoreError(f"{location.kind} is not a raw artifact", reason="unsupported")
    return location.data.encode(errors="surrogateescape")
