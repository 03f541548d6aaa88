"""Archives opened in place: what is in a tar, a gzipped tar or a zip, as a folder of a store.

A zip has its index at its end, and a tar can be hopped through, so little of them is read. A tar
that is gzipped has to be read from its beginning. Whoever made an archive may mean harm: what is
read, unpacked and listed of one has a limit, links and devices are never made, and a name that
leads elsewhere is refused by the data filter of `tarfile`.

An archive inside of another can only be sought in once it is unpacked: it is kept in memory while
it is looked into, and one that is too large for that, or too deep, is not opened.
"""

from __future__ import annotations

import contextlib
import gzip
import io
import tarfile
import zipfile
import zlib
from collections import OrderedDict
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import IO, Any, Protocol

from tui.artifacts.base import (
    Can,
    Folder,
    FolderEntry,
    FolderListing,
    Link,
    Progress,
    Stat,
    Store,
    StoreError,
    no_link,
    not_a_folder,
)
from tui.artifacts.range_file import RangeFile
from tui.artifacts.trees import Leaf, write_file, write_tree
from tui.domain.location import InsideLocation, Location
from tui.ports.threads import CancelToken

LOOKED_INTO = 64 << 20
"""Bytes that are read of an archive for its list, or for a file in it that is looked at."""

NESTED = 32 << 20
"""Bytes of an archive inside of another that is opened."""

DEEPEST = 4
"""How many archives inside of each other are opened."""

ENTRIES = 100_000
"""Entries that are listed, and that are unpacked."""

SWELLING = 200
"""How many times its own size an archive may unpack to; text has 20 at most."""

ALWAYS = 64 << 20
"""Bytes that any archive may unpack to."""

PIECE = 1 << 20
INDEXES = 4
"""Archives whose lists are kept."""

BROKEN = (
    tarfile.TarError,
    zipfile.BadZipFile,
    zlib.error,
    gzip.BadGzipFile,
    EOFError,
    NotImplementedError,
    ValueError,
    OverflowError,
    RuntimeError,
    OSError,
)
"""What the libraries raise for something that is no archive, is cut off, or is packed otherwise."""


@dataclass(frozen=True, slots=True)
class Member:
    """One entry of an archive."""

    path: str
    size: int
    is_folder: bool = False
    is_file: bool = True
    modified: str = ""


@dataclass(frozen=True, slots=True)
class Index:
    """The entries of an archive."""

    members: tuple[Member, ...]
    whole: bool
    """False if there are more than were listed."""


class Opened(Protocol):
    """An archive that is open: what is in it, in its order."""

    def members(self) -> Iterator[tuple[Member, Any]]:
        """Each entry, and what `content` takes for it."""

    def content(self, handle: Any) -> IO[bytes]:
        """The content of a file that `members` just gave."""


class _Tar:
    def __init__(self, tar: tarfile.TarFile) -> None:
        self._tar = tar

    def members(self) -> Iterator[tuple[Member, Any]]:
        for info in self._tar:
            yield (
                Member(_tidy(info.name), max(0, info.size), info.isdir(), info.isreg()),
                info,
            )

    def content(self, handle: Any) -> IO[bytes]:
        found = self._tar.extractfile(handle)
        if found is None:
            raise StoreError(f"{handle.name} is no file", reason="unsupported")
        return found


class _Zip:
    def __init__(self, file: IO[bytes]) -> None:
        self._zip = zipfile.ZipFile(file)

    def members(self) -> Iterator[tuple[Member, Any]]:
        for info in self._zip.infolist():
            # What a link would be is in the mode of Unix, where there is one.
            is_link = (info.external_attr >> 16) & 0o170000 == 0o120000
            is_file = not info.is_dir() and not is_link
            yield Member(_tidy(info.filename), info.file_size, info.is_dir(), is_file), info

    def content(self, handle: Any) -> IO[bytes]:
        if handle.flag_bits & 1:
            raise StoreError(f"{handle.filename} is encrypted", reason="unsupported")
        return self._zip.open(handle)


class _Measured(io.RawIOBase):
    """What unpacks, until it is more than it may be."""

    def __init__(self, file: Any, most: int) -> None:
        super().__init__()
        self._file = file
        self._left = most

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        data = self._file.read(len(buffer))
        self._left -= len(data)
        if self._left < 0:
            raise _too_much()
        buffer[: len(data)] = data
        return len(data)


def _too_much() -> StoreError:
    return StoreError(
        f"it unpacks to more than {SWELLING} times its size", hint="download it packed"
    )


def _tidy(name: str) -> str:
    """A path in an archive without what means nothing: `./a//b` is `a/b`."""
    return "/".join(part for part in name.split("/") if part not in ("", "."))


class ArchiveStore:
    """Reads what is inside an archive of another store."""

    can: frozenset[Can] = frozenset(("list",))

    def __init__(self, outer: Store, *, looked_into: int = LOOKED_INTO) -> None:
        """`looked_into` is how many bytes of an archive are read for its list or for a file."""
        self._outer = outer
        self._looked_into = looked_into
        self._indexes: OrderedDict[tuple[Location, str], Index] = OrderedDict()
        self._nested: tuple[tuple[Location, str], bytes] | None = None
        """The archive inside of another that was unpacked last."""

    def stat(self, location: Location) -> Stat | Folder:
        """The file at this path, or the folder."""
        place, index = self._inside(location)
        path = place.path.strip("/")
        for member in index.members:
            if member.path == path and member.is_file:
                # It is another file where the archive is another one.
                return Stat(member.size, member.modified, self._version(place))
        inner = [member for member in _within(index, path) if member.is_file]
        if not inner:
            raise _not_in(place)
        return Folder(len(inner), sum(member.size for member in inner), index.whole)

    def read(self, location: Location, offset: int, length: int) -> bytes:
        """A part of a file; everything before it is unpacked, too."""
        place, _ = self._inside(location)
        with self._opened(place, self._looked_into) as archive:
            for member, handle in archive.members():
                if member.path == place.path and member.is_file:
                    with archive.content(handle) as content:
                        _skip(content, offset)
                        return content.read(max(0, length))
        raise _not_in(place)

    def listing(self, location: Location, limit: int = 1000, after: str = "") -> FolderListing:
        """The direct entries of a folder, folders first."""
        place, index = self._inside(location)
        path = place.path.strip("/")
        if any(member.path == path and member.is_file for member in index.members):
            raise not_a_folder(place.path)
        before = f"{path}/" if path else ""
        folders: dict[str, None] = {}
        files: dict[str, Member] = {}
        for member in _within(index, path):
            name, cut, _ = member.path[len(before) :].partition("/")
            if cut or member.is_folder:
                folders[name] = None
            else:
                files[name] = member
        entries = [
            FolderEntry(name, True, replace(place, path=f"{before}{name}/")) for name in folders
        ]
        entries += [
            FolderEntry(
                name, False, replace(place, path=before + name), member.size, member.modified
            )
            for name, member in files.items()
        ]
        start = int(after or 0)
        page = tuple(entries[start : start + limit])
        is_last = start + limit >= len(entries)
        return FolderListing(
            page, whole=is_last and index.whole, more="" if is_last else str(start + limit)
        )

    def link(self, location: Location, seconds: int) -> Link:
        """There is none. Raises StoreError ("unsupported")."""
        raise no_link("what is inside an archive")

    def download(
        self,
        location: Location,
        target: Path,
        progress: Progress,
        stop: CancelToken,
        *,
        overwrite: bool = False,
    ) -> Path:
        """Unpack a file to a file, or a folder to a folder."""
        place, index = self._inside(location)
        path = place.path.strip("/")
        # The index of a zip is read beside its files, and some of them twice.
        with self._opened(place, self._looked_into + 2 * self._size(place)) as archive:
            if not place.path.endswith("/") and path:
                for member, handle in archive.members():
                    if member.path == path and member.is_file:
                        leaf = Leaf(path, member.size, partial(_pieces, archive, handle, place))
                        return write_file(leaf, target, progress, stop, overwrite=overwrite)
            inner = [member for member in _within(index, path) if member.is_file]
            if not inner:
                raise _not_in(place)
            total = sum(member.size for member in inner) if index.whole else None
            leaves = self._leaves(archive, place, path, target)
            return write_tree(leaves, target, progress, stop, total=total)

    def close(self) -> None:
        """The store around it is closed by whoever opened it."""
        self._nested = None

    def _leaves(
        self, archive: Opened, place: InsideLocation, path: str, target: Path
    ) -> Iterator[Leaf]:
        before = f"{path}/" if path else ""
        for count, (member, handle) in enumerate(archive.members()):
            if count >= ENTRIES:
                what = f"it has more than {ENTRIES:,} entries"
                raise StoreError(what, hint="download it packed")
            if not member.is_file or not member.path.startswith(before):
                continue
            _filtered(handle, target)
            inner = member.path[len(before) :]
            yield Leaf(inner, member.size, partial(_pieces, archive, handle, place))

    # --- inside ----------------------------------------------------------------------------

    def _inside(self, location: Location) -> tuple[InsideLocation, Index]:
        if not isinstance(location, InsideLocation):
            raise StoreError(f"{location.kind} is not in an archive", reason="unsupported")
        key = (location.outer, self._version(location))
        if key not in self._indexes:
            self._indexes[key] = self._index(location)
            if len(self._indexes) > INDEXES:
                self._indexes.popitem(last=False)
        return location, self._indexes[key]

    def _index(self, place: InsideLocation) -> Index:
        found: list[Member] = []
        is_whole = True
        try:
            with self._opened(place, self._looked_into) as archive:
                for member, _ in archive.members():
                    if len(found) == ENTRIES:
                        is_whole = False
                        break
                    found.append(member)
        except StoreError:
            # It is larger than one looks into, or cut off: what was found so far is shown.
            if not found:
                raise
            is_whole = False
        return Index(tuple(member for member in found if member.path), is_whole)

    def _version(self, place: InsideLocation) -> str:
        """What changes where the archive does."""
        fact = self._outer.stat(place.outer)
        if not isinstance(fact, Stat):
            raise StoreError(f"{place.outer.key} is a folder now", reason="failed")
        return f"{fact.etag} {fact.size} {fact.modified}"

    def _file(self, place: InsideLocation, size: int, most: int) -> IO[bytes]:
        """The archive as a file that can be sought in. Raises: StoreError."""
        if not isinstance(place.outer, InsideLocation):
            source = RangeFile(self._outer, place.outer, size, most=max(most, 1))
            return io.BufferedReader(source, buffer_size=64 << 10)
        if place.depth > DEEPEST:
            what = f"more than {DEEPEST} archives inside of each other are not opened"
            raise StoreError(what, hint="download it packed", reason="unsupported")
        if size > NESTED:
            raise StoreError("it is too large to look into", hint="download it", reason="failed")
        key = (place.outer, self._version(place))
        nested = self._nested
        if nested is None or nested[0] != key:
            nested = self._nested = (key, self._outer.read(place.outer, 0, size))
        return io.BytesIO(nested[1])

    def _size(self, place: InsideLocation) -> int:
        fact = self._outer.stat(place.outer)
        return fact.size if isinstance(fact, Stat) else 0

    @contextlib.contextmanager
    def _opened(self, place: InsideLocation, most: int) -> Iterator[Opened]:
        """The archive, of which at most so many bytes are read."""
        size = self._size(place)
        file = self._file(place, size, most)
        try:
            if place.format == "zip":
                yield _Zip(file)
            elif place.format == "tar":
                with tarfile.open(fileobj=file, mode="r:") as tar:
                    yield _Tar(tar)
            else:
                unpacked: Any = _Measured(gzip.GzipFile(fileobj=file), ALWAYS + SWELLING * size)
                with tarfile.open(fileobj=io.BufferedReader(unpacked, 1 << 18), mode="r|") as tar:
                    yield _Tar(tar)
        except StoreError:
            raise
        except BROKEN as error:
            raise StoreError(
                f"{place.outer.key} is not an archive that can be read",
                hint=f"{type(error).__name__}: {error}"[:200],
            ) from error


def _within(index: Index, path: str) -> Iterator[Member]:
    """The entries below a folder."""
    before = f"{path}/" if path else ""
    return (member for member in index.members if member.path.startswith(before))


def _not_in(place: InsideLocation) -> StoreError:
    return StoreError(f"{place.path} is not in {place.outer.key}", reason="missing")


def _skip(content: IO[bytes], count: int) -> None:
    while count > 0 and (piece := content.read(min(PIECE, count))):
        count -= len(piece)


def _pieces(archive: Opened, handle: Any, place: InsideLocation) -> Iterator[bytes]:
    """The content of a file, as much of it as the archive says there is."""
    most = ALWAYS + SWELLING * max(1, _packed_size(handle))
    with archive.content(handle) as content:
        while piece := content.read(PIECE):
            most -= len(piece)
            if most < 0:
                raise _too_much()
            yield piece


def _packed_size(handle: Any) -> int:
    return int(getattr(handle, "compress_size", 0) or getattr(handle, "size", 0))


def _filtered(handle: Any, target: Path) -> None:
    """Refuse what the data filter refuses, of a zip as of a tar. Raises: StoreError."""
    is_tar = isinstance(handle, tarfile.TarInfo)
    info = handle if is_tar else tarfile.TarInfo(handle.filename)
    # Python 3.11 has it from 3.11.4 on; what it checks of names is done by `SafeTree` as well.
    check = getattr(tarfile, "data_filter", None)
    if check is None:
        return
    try:
        check(info, str(target))
    except tarfile.TarError as error:
        raise StoreError(
            "it is not unpacked: a name in it leads out of its folder",
            hint=f"{error}; download it packed",
        ) from error
