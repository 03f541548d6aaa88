"""A store whose answers go through a connection: one that records them, or has them recorded.

What an object is, and the beginning of it as previews read it, is told so; folders and downloads
are not, nor are links, which are secrets.
"""

from __future__ import annotations

from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from typing import Any

from tui.artifacts.base import (
    Can,
    Folder,
    FolderListing,
    Link,
    Progress,
    Stat,
    Store,
    StoreError,
)
from tui.domain.location import Location
from tui.errors import SourceError
from tui.ports.stores import StoreAnswers
from tui.ports.threads import CancelToken

MOST_READ = 256 << 10
"""Bytes of a part that is told; of a larger one it is told that it is not."""
TOO_LARGE = "so large a part of an artifact is not recorded"


class HeardStore:
    """The answers of a store."""

    def __init__(self, store: Store, answers: StoreAnswers) -> None:
        self._store = store
        self._answers = answers

    @property
    def can(self) -> frozenset[Can]:
        """What it is able to do."""
        return self._store.can

    def stat(self, location: Location) -> Stat | Folder:
        """What is at a location."""

        def ask() -> dict[str, Any]:
            found = self._store.stat(location)
            if isinstance(found, Folder):
                return {"folder": [found.count, found.size, found.whole]}
            # Not the tag: nobody looks at it later.
            told = [found.size, found.modified, found.content_type, found.is_measured]
            return {"file": told}

        told = self._ask(("stat", _named(location)), ask)
        try:
            if "folder" in told:
                count, size, whole = told["folder"]
                return Folder(int(count), int(size), bool(whole))
            size, modified, content_type, is_measured = told["file"]
            return Stat(int(size), str(modified), "", str(content_type), bool(is_measured))
        except (KeyError, TypeError, ValueError) as error:
            raise StoreError("what was recorded of it cannot be read") from error

    def read(self, location: Location, offset: int, length: int) -> bytes:
        """A part of one object."""

        found: list[bytes] = []

        def ask() -> dict[str, Any]:
            data = self._store.read(location, offset, length)
            found.append(data)
            if len(data) > MOST_READ:
                return {"error": {"what": TOO_LARGE}}
            return {"data": data.decode("latin-1")}

        told = self._ask(("read", _named(location), str(offset), str(length)), ask, found)
        if found:
            return found[0]
        text = told.get("data")
        if not isinstance(text, str):
            raise StoreError("what was recorded of it cannot be read")
        return text.encode("latin-1", errors="replace")

    def _ask(
        self,
        question: tuple[str, ...],
        ask: Callable[[], dict[str, Any]],
        found: list[bytes] | None = None,
    ) -> dict[str, Any]:
        raised: list[StoreError] = []

        def told() -> dict[str, Any]:
            try:
                return ask()
            except StoreError as error:
                raised.append(error)
                return {"error": {"what": error.what, "hint": error.hint, "reason": error.reason}}

        try:
            answer = self._answers.store_answer(question, told)
        except SourceError as error:
            raise StoreError(error.what, hint=error.hint) from error
        if raised:
            raise raised[0]
        failed = answer.get("error")
        if failed is not None and not found:
            words = failed if isinstance(failed, dict) else {}
            raise StoreError(str(words.get("what") or "failed"), hint=str(words.get("hint") or ""))
        return answer

    def listing(self, location: Location, limit: int = 1000, after: str = "") -> FolderListing:
        """The direct entries of a folder."""
        self._check("what is in folders")
        return self._store.listing(location, limit, after)

    def link(self, location: Location, seconds: int) -> Link:
        """A link to one object."""
        self._check("links")
        return self._store.link(location, seconds)

    def download(
        self,
        location: Location,
        target: Path,
        progress: Progress,
        stop: CancelToken,
        *,
        overwrite: bool = False,
    ) -> Path:
        """Write the artifact to a file or folder."""
        self._check("artifacts")
        return self._store.download(location, target, progress, stop, overwrite=overwrite)

    def _check(self, what: str) -> None:
        """Raises: StoreError where there is no store to ask."""
        if self._answers.is_recorded:
            raise StoreError(f"{what} are not recorded, only how large artifacts are and previews")

    def close(self) -> None:
        """Close connections."""
        self._store.close()


def _named(location: Location) -> str:
    """What tells a location from others, without what is in its address, such as a login."""
    return sha256(f"{location.kind} {location.url}".encode(errors="replace")).hexdigest()[:32]
