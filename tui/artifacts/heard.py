"""A store whose answers go through a connection: one that records them, or has them recorded.

What an object is, the parts of it that previews read, what is in folders, and what was downloaded
while it was small are told so; links are not, which are secrets. Where they were recorded, an
artifact is put together of its parts: all of it or, in a sentence, how much there is.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from typing import Any, get_args

from tui.artifacts.base import (
    Can,
    Folder,
    FolderEntry,
    FolderListing,
    Link,
    Progress,
    Reason,
    Stat,
    Store,
    StoreError,
)
from tui.artifacts.trees import Leaf, write_file, write_tree
from tui.domain.location import Location, OtherLocation, S3Location, by_s3
from tui.domain.preview import size_text
from tui.errors import SourceError
from tui.ports.stores import StoreAnswers
from tui.ports.threads import CancelToken

MOST_READ = 256 << 10
"""Bytes of a part that is told; of a larger one it is told that it is not."""
TOO_LARGE = "so large a part of an artifact is not recorded"
MOST_LISTED = 10_000
"""Entries of recorded folders that are written to a folder."""
UNREADABLE = "what was recorded of it cannot be read"
TO_ITS_END = 1 << 62
"""Bytes of an object whose size nobody knows: more than any has."""


class HeardStore:
    """The answers of a store."""

    def __init__(self, store: Store, answers: StoreAnswers) -> None:
        self._store = store
        self._answers = answers

    @property
    def can(self) -> frozenset[Can]:
        """What it is able to do; what nobody tells of is not heard."""
        return self._store.can - {"stream"}

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
            raise StoreError(UNREADABLE) from error

    def read(self, location: Location, offset: int, length: int) -> bytes:
        """A part of one object."""
        if self._answers.is_recorded:
            return self._put_together(location, offset, length)
        found: list[bytes] = []

        def ask() -> dict[str, Any]:
            data = self._store.read(location, offset, length)
            found.append(data)
            return _told(data)

        self._ask(("read", _named(location), str(offset), str(length)), ask, found)
        return found[0]

    def _put_together(self, location: Location, offset: int, length: int) -> bytes:
        """A part of an object, of the parts that were recorded. Raises: StoreError where not all
        of it was."""
        asked = self._answers.store_questions(("read", _named(location)))
        parts = sorted(_part(each) for each in asked)
        found, at, end = b"", offset, offset + length
        while at < end:
            covering = [part for part in parts if part[0] <= at < sum(part)]
            if at == offset and ((offset, length) in parts or not covering):
                covering.insert(0, (offset, length))  # what was said then of that very part
            try:
                begin, size, data = self._first_of(location, covering)
            except StoreError as error:
                if at == offset or error.reason != "not-recorded":
                    raise
                what = f"only the first {size_text(at)} of it were recorded"
                raise StoreError(what, reason="not-recorded") from error
            found += data[at - begin : end - begin]
            if len(data) < size:
                return found  # it ends there
            at = begin + size
        return found

    def _first_of(
        self, location: Location, parts: Sequence[tuple[int, int]]
    ) -> tuple[int, int, bytes]:
        """The first of these parts that was recorded. Raises: StoreError of the first for none."""
        errors: list[StoreError] = []
        if not parts:
            errors.append(StoreError(TOO_LARGE, reason="not-recorded"))
        for offset, length in parts:
            try:
                return offset, length, self._recorded(location, offset, length)
            except StoreError as error:
                errors.append(error)
        raise errors[0]

    def _recorded(self, location: Location, offset: int, length: int) -> bytes:
        question = ("read", _named(location), str(offset), str(length))
        text = self._ask(question, dict).get("data")
        if not isinstance(text, str):
            raise StoreError(UNREADABLE)
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
            reason: Reason = "not-recorded" if self._answers.is_recorded else "failed"
            raise StoreError(error.what, reason=reason, hint=error.hint) from error
        if raised:
            raise raised[0]
        failed = answer.get("error")
        if failed is not None and not found:
            raise _failure(failed if isinstance(failed, dict) else {})
        return answer

    def listing(self, location: Location, limit: int = 1000, after: str = "") -> FolderListing:
        """The direct entries of a folder; recorded ones as many as were asked for then."""
        found: list[FolderListing] = []

        def ask() -> dict[str, Any]:
            listed = self._store.listing(location, limit, after)
            found.append(listed)
            entries = [_entry(each, location) for each in listed.entries]
            return {"entries": entries, "whole": listed.whole, "more": listed.more}

        told = self._ask(("listing", _named(location), after), ask)
        if found:
            return found[0]
        try:
            entries = tuple(_revived(each, location) for each in told["entries"])
            return FolderListing(entries, bool(told["whole"]), str(told["more"]))
        except (KeyError, TypeError, ValueError) as error:
            raise StoreError(UNREADABLE) from error

    def link(self, location: Location, seconds: int) -> Link:
        """A link to one object."""
        if self._answers.is_recorded:
            raise StoreError("links are never recorded", reason="unsupported")
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
        if not self._answers.is_recorded:
            path = self._store.download(location, target, progress, stop, overwrite=overwrite)
            self._tell_downloaded(location, path)
            return path
        fact = self.stat(location)
        if isinstance(fact, Folder):
            leaves = self._leaves(location)
            return write_tree(leaves, target, progress, stop, total=sum(e.size for e in leaves))
        leaf = self._leaf(target.name, location, fact.size if fact.is_measured else None)
        return write_file(leaf, target, progress, stop, overwrite=overwrite)

    def _tell_downloaded(self, location: Location, path: Path) -> None:
        """Of a small file all is told: so much more than it has is asked for that it ends there."""
        try:
            size = path.stat().st_size
            if not path.is_file() or size > MOST_READ:
                return
            data = path.read_bytes()
        except OSError:
            return  # whoever wanted it has it; somebody took it away since
        self._ask(("read", _named(location), "0", str(len(data) + 1)), lambda: _told(data))

    def _leaf(self, name: str, location: Location, size: int | None) -> Leaf:
        def pieces() -> Iterator[bytes]:
            yield self.read(location, 0, TO_ITS_END if size is None else size)

        return Leaf(name, size or 0, pieces)

    def _leaves(self, location: Location) -> list[Leaf]:
        """The files of a folder, at any depth, as far as it was listed. Raises: StoreError."""
        leaves: list[Leaf] = []
        waiting, seen = [("", location, "")], 0
        while waiting:
            before, at, after = waiting.pop()
            listed = self.listing(at, after=after)
            if listed.more:
                waiting.append((before, at, listed.more))
            for entry in listed.entries:
                name, seen = f"{before}{entry.name.rstrip('/')}", seen + 1
                if seen > MOST_LISTED:
                    raise StoreError(f"it has more than {MOST_LISTED:,} files")
                if entry.is_folder:
                    waiting.append((f"{name}/", entry.location, ""))
                else:
                    leaves.append(self._leaf(name, entry.location, entry.size))
        return sorted(leaves, key=lambda leaf: leaf.name)

    def close(self) -> None:
        """Close connections."""
        self._store.close()


def _told(data: bytes) -> dict[str, Any]:
    """A part of an object, a character a byte."""
    return {"data": data.decode("latin-1")} if len(data) <= MOST_READ else _TOO_LARGE


_TOO_LARGE: dict[str, Any] = {"error": {"what": TOO_LARGE, "reason": "not-recorded"}}


def _failure(told: dict[str, Any]) -> StoreError:
    """What a store said when it failed."""
    reasons: dict[str, Reason] = {each: each for each in get_args(Reason)}
    reason = reasons.get(str(told.get("reason")), "failed")
    return StoreError(
        str(told.get("what") or "it could not be read"),
        reason=reason,
        hint=str(told.get("hint") or ""),
    )


def _part(question: tuple[str, ...]) -> tuple[int, int]:
    """Where a part begins that was asked for, and how long it was to be; (0, 0) for none."""
    offset, length = question[2:4] if len(question) == 4 else ("0", "0")
    is_part = offset.isdecimal() and length.isdecimal() and len(offset + length) < 40
    return (int(offset), int(length)) if is_part else (0, 0)


def _entry(entry: FolderEntry, folder: Location) -> list[Any]:
    """An entry as it is written; of its address no more than what it has beyond the folder's."""
    rest = entry.location.url.removeprefix(folder.url) if folder.url else ""
    rest = rest if len(rest) < len(entry.location.url) else ""
    place = [entry.location.kind, entry.location.key, rest]
    return [entry.name, entry.is_folder, entry.size, entry.modified, *place]


def _revived(told: list[Any], folder: Location) -> FolderEntry:
    """The entry of a folder as it was written. Raises: ValueError for what is none."""
    name, is_folder, size, modified, kind, key, rest = told
    location: Location
    if kind == S3Location.kind:
        place = by_s3(folder)  # other stores may list what is in S3
        if not isinstance(place, S3Location):
            raise ValueError(folder.kind)
        location = place.at(str(key))
    elif isinstance(folder, OtherLocation):
        location = replace(folder, key=str(key), url=f"{folder.url}{rest}")
    else:
        raise ValueError(folder.kind)
    return FolderEntry(
        str(name), bool(is_folder), location, None if size is None else int(size), str(modified)
    )


def _named(location: Location) -> str:
    """What tells a location from others, without what is in its address, such as a login."""
    told = f"{location.kind} {location.url} {location.key}"
    return sha256(told.encode(errors="replace")).hexdigest()[:32]
