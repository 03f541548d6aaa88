"""Writing files to disk: the path somebody typed, complete or not at all, under safe file names.

Everything is first written beside its target under a hidden name, then moved there in one step.
The names of objects come from the cluster, so each part of them is cleaned before it becomes part
of a path.
"""

from __future__ import annotations

import contextlib
import errno
import fcntl
import hashlib
import os
import secrets
import shutil
import stat
import threading
import unicodedata
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from pathlib import Path, PurePath

from tui.artifacts.base import Reason, StoreError

LONGEST_NAME = 200
"""Bytes of one file name that every file system takes, with room for our own suffixes."""


@contextlib.contextmanager
def whole_file(target: Path, *, size: int | None, overwrite: bool) -> Iterator[Path]:
    """An empty file to fill. It becomes `target` when the `with` block succeeds, or is removed."""
    check_target(target, size=size, overwrite=overwrite)
    part = _beside(target)
    try:
        with _disk_errors(target):
            part.open("xb").close()
            made = part.lstat()
            yield part
            _check_same(part, made)
            _sync(part)
            _move(part, target, overwrite=overwrite)
    finally:
        # A folder that cannot be written to has raised an error already.
        with contextlib.suppress(OSError):
            part.unlink(missing_ok=True)


class Kept:
    """A file of known size that is filled in ranges, and that remembers which of them it has.

    What it remembers stands behind the content: of what it is, and a number of bytes for each
    range. So it is in the one file that may be left behind; what that becomes is cut before it.
    """

    def __init__(
        self,
        opened: Callable[[], int],
        size: int,
        step: int,
        mark: str = "",
        *,
        is_new: bool = False,
    ) -> None:
        """`opened` opens it for reading and writing, `step` is the size of a range in bytes, and
        `mark` tells what it is of: a file of something else has nothing of it, and one that
        `is_new` has nothing yet."""
        self.opened = opened
        self._is_new = is_new
        self._size = size
        self._step = step
        self._mark = _digest(mark)
        self._lock = threading.Lock()

    @property
    def ranges(self) -> int:
        """How many ranges it has."""
        return -(-self._size // self._step)

    def done(self) -> list[int]:
        """How many bytes of each range are there already. Raises: OSError; StoreError."""
        if self._is_new:
            return [0] * self.ranges
        with os.fdopen(self.opened(), "rb") as file:
            file.seek(self._size)
            mark = file.read(len(self._mark))
            told = file.read(self.ranges * 8) if mark == self._mark else b""
        known = [int.from_bytes(told[at : at + 8], "little") for at in range(0, len(told), 8)]
        known += [0] * (self.ranges - len(known))
        # A number that cannot be is that of a file which is not ours to believe.
        return [n if n <= self._length(i) else 0 for i, n in enumerate(known)]

    def keep(self, index: int, count: int, descriptor: int) -> None:
        """Remember that so many bytes of a range are written, in the file that is open here.

        Raises: OSError.
        """
        with self._lock:
            self._is_new = False
            if os.pread(descriptor, len(self._mark), self._size) != self._mark:
                # What somebody else remembered there is of something else.
                os.ftruncate(descriptor, self._size)
                os.pwrite(descriptor, self._mark, self._size)
            at = self._size + len(self._mark) + index * 8
            os.pwrite(descriptor, count.to_bytes(8, "little"), at)

    def finish(self) -> None:
        """Forget what it remembers: it is whole. Raises: OSError; StoreError where it is not."""
        descriptor = self.opened()
        try:
            if os.fstat(descriptor).st_size < self._size:
                raise StoreError("a file was cut while it was written", reason="disk")
            os.ftruncate(descriptor, self._size)
        finally:
            os.close(descriptor)

    def _length(self, index: int) -> int:
        return min(self._step, self._size - index * self._step)


def _digest(mark: str) -> bytes:
    return hashlib.sha256(mark.encode(errors="surrogateescape")).digest()[:16]


GOES_ON: frozenset[Reason] = frozenset(("unreachable",))
"""Reasons of failures after which what was fetched so far is kept for the next try."""


class NothingKept(StoreError):
    """The store went away before a byte of it came: there is nothing to leave for the next try."""


@dataclass
class Part:
    """What becomes a file or a folder, and may be left behind for the next try."""

    path: Path
    is_worth_keeping: bool = True


@contextlib.contextmanager
def kept_part(target: Path, *, mark: str, overwrite: bool) -> Iterator[Part]:
    """A file to fill, with what an earlier try left of it.

    It becomes `target` when the `with` block succeeds. Where the store went away meanwhile it stays
    beside it, hidden, for the next try with the same `mark`; after any other failure it is removed.
    """
    check_target(target, size=None, overwrite=overwrite)
    path = _beside(target, _digest(mark).hex()[:12])
    with _disk_errors(target):
        lock = _locked(path)
        if lock is None:
            # Somebody else fetches the same, or may write here what they like: beside it, anew.
            path = _beside(target)
            lock = os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o666)
    part = Part(path)
    is_left = False
    try:
        with _disk_errors(target):
            made = path.lstat()
            yield part
            _check_same(path, made)
            _sync(path)
            _move(path, target, overwrite=overwrite)
    except StoreError as error:
        is_worth = part.is_worth_keeping and not isinstance(error, NothingKept)
        is_left = is_worth and error.reason in GOES_ON
        raise
    finally:
        os.close(lock)
        if not is_left:
            with contextlib.suppress(OSError):
                path.unlink(missing_ok=True)


@contextlib.contextmanager
def kept_file(target: Path, *, size: int, step: int, mark: str, overwrite: bool) -> Iterator[Kept]:
    """The same for a file that is filled in ranges of `step` bytes."""
    with kept_part(target, mark=f"{mark}\0{size}\0{step}", overwrite=overwrite) as part:
        check_room(target, max(0, size - part.path.lstat().st_blocks * 512))
        kept = Kept(lambda: open_file(part.path), size, step)
        yield kept
        kept.finish()


@contextlib.contextmanager
def kept_folder(target: Path, *, size: int, mark: str) -> Iterator[Path]:
    """A folder to fill, with what an earlier try left of it: `files_inside` makes its files.

    It becomes `target` when the `with` block succeeds. Where the store went away meanwhile it stays
    beside it, hidden, for the next try with the same `mark`; after any other failure it is removed.
    """
    check_target(target, size=None, overwrite=False)
    part = _beside(target, _digest(mark).hex()[:12])
    with _disk_errors(target):
        lock = _locked_folder(part)
        if lock is None:
            part = _beside(target)
            part.mkdir()
            lock = os.open(part, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    is_left = False
    try:
        with _disk_errors(target):
            made = part.lstat()
            check_room(target, max(0, size - _used(part)))
            yield part
            if os.path.lexists(target):
                raise _exists(target)
            _check_same(part, made)
            part.rename(target)
            _sync(target.parent)
    except StoreError as error:
        is_left = error.reason in GOES_ON and not isinstance(error, NothingKept)
        raise
    finally:
        os.close(lock)
        if not is_left and part.exists():
            shutil.rmtree(part, ignore_errors=True)


def _locked_folder(part: Path) -> int | None:
    """The descriptor of a folder that is ours alone; None where it is somebody else's.

    Raises: OSError where no folder can be made.
    """
    with contextlib.suppress(FileExistsError):
        part.mkdir()
    try:
        lock = os.open(part, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    except OSError:
        return None
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        found, here = os.fstat(lock), part.lstat()
    except OSError:
        os.close(lock)
        return None
    # Where others may write they may have put anything.
    is_ours = found.st_uid == os.geteuid() and not found.st_mode & (stat.S_IWGRP | stat.S_IWOTH)
    if is_ours and (found.st_dev, found.st_ino) == (here.st_dev, here.st_ino):
        return lock
    os.close(lock)
    return None


def _used(folder: Path) -> int:
    """Bytes that the files of a folder take on the disk."""
    return sum(
        os.lstat(os.path.join(above, name)).st_blocks * 512
        for above, _, names in os.walk(folder)
        for name in names
    )


def only_inside(folder: Path, wanted: Collection[PurePath]) -> None:
    """Remove what an earlier try left in a folder and nobody wants any more. Raises: OSError."""
    for above, folders, names in os.walk(folder, topdown=False):
        for name in names:
            path = Path(above, name)
            found = path.lstat()
            is_ours = stat.S_ISREG(found.st_mode) and found.st_nlink == 1
            if not is_ours or path.relative_to(folder) not in wanted:
                path.unlink()
        for name in folders:
            path = Path(above, name)
            if path.is_symlink():
                path.unlink()
                continue
            with contextlib.suppress(OSError):
                path.rmdir()  # unless something is in it


def _locked(part: Path) -> int | None:
    """The descriptor of a part that is ours alone; None where it is somebody else's.

    Raises: OSError where no file can be made.
    """
    try:
        descriptor = os.open(part, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o666)
    except OSError as error:
        if error.errno in (errno.ELOOP, errno.EISDIR):
            return None
        raise
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        found = os.fstat(descriptor)
        here = part.lstat()
    except OSError:
        os.close(descriptor)
        return None
    is_ours = found.st_uid == os.geteuid() and found.st_nlink == 1 and stat.S_ISREG(found.st_mode)
    # Between opening and locking, whoever had it may have finished with it.
    if is_ours and (found.st_dev, found.st_ino) == (here.st_dev, here.st_ino):
        return descriptor
    os.close(descriptor)
    return None


@contextlib.contextmanager
def whole_folder(target: Path, *, size: int | None) -> Iterator[Path]:
    """A new folder to fill. It becomes `target` when the `with` block succeeds, or is removed."""
    check_target(target, size=size, overwrite=False)
    part = _beside(target)
    try:
        with _disk_errors(target):
            part.mkdir()
            made = part.lstat()
            yield part
            if os.path.lexists(target):
                raise _exists(target)
            _check_same(part, made)
            part.rename(target)
            _sync(target.parent)
    finally:
        if part.exists():
            shutil.rmtree(part, ignore_errors=True)


def create_inside(folder: Path, inner: PurePath, *, again: bool = False) -> None:
    """Create an empty file in a folder that we fill, with the folders on the way to it.

    Links are not followed: somebody else who may write to the folder must not make us write
    elsewhere. `again` keeps what an earlier try left there. Raises: OSError.
    """
    with _parent(folder, inner, makes=True) as parent:
        flags = os.O_WRONLY | os.O_CREAT | os.O_NOFOLLOW | (0 if again else os.O_EXCL)
        os.close(os.open(inner.name, flags, 0o666, dir_fd=parent))


def open_inside(folder: Path, inner: PurePath, *, makes: bool = False) -> int:
    """Open a file of a folder that we fill, for reading and writing; returns a descriptor.

    One that `create_inside` made or, if it `makes` one, what is there or an empty file.

    Raises: OSError; StoreError if a link or nothing is there any more.
    """
    try:
        with _parent(folder, inner, makes=makes) as parent:
            flags = os.O_RDWR | os.O_NOFOLLOW | (os.O_CREAT if makes else 0)
            return os.open(inner.name, flags, 0o666, dir_fd=parent)
    except OSError as error:
        if error.errno in (errno.ELOOP, errno.ENOTDIR, errno.ENOENT):
            raise _swapped(folder / inner) from error
        raise


def open_file(path: Path) -> int:
    """Open a single file for reading and writing; folders on its path may be links.

    Raises: OSError; StoreError if the file itself is a link or is gone.
    """
    try:
        return os.open(path, os.O_RDWR | os.O_NOFOLLOW)
    except OSError as error:
        if error.errno in (errno.ELOOP, errno.ENOENT):
            raise _swapped(path) from error
        raise


@contextlib.contextmanager
def _parent(folder: Path, inner: PurePath, *, makes: bool) -> Iterator[int]:
    """A descriptor of the folder that a file is in, reached without following a link."""
    flags = os.O_RDONLY | os.O_DIRECTORY
    at = os.open(folder, flags | os.O_NOFOLLOW)
    try:
        for part in inner.parts[:-1]:
            if makes:
                with contextlib.suppress(FileExistsError):
                    os.mkdir(part, dir_fd=at)
            below = os.open(part, flags | os.O_NOFOLLOW, dir_fd=at)
            os.close(at)
            at = below
        yield at
    finally:
        os.close(at)


def _check_same(path: Path, made: os.stat_result) -> None:
    """Check that nobody replaced the file that we made. Raises: StoreError."""
    now = path.lstat()
    if (now.st_dev, now.st_ino) != (made.st_dev, made.st_ino):
        raise _swapped(path)


def _swapped(path: Path) -> StoreError:
    return StoreError(
        f"{path} was replaced by something else while it was written",
        reason="disk",
        hint="nothing was written to the replacement; try a folder that nobody else writes to",
    )


def check_target(target: Path, *, size: int | None, overwrite: bool) -> None:
    """Check before writing that a target can be written. Raises StoreError."""
    with _disk_errors(target):
        _check_target(target, size, overwrite)


def _check_target(target: Path, size: int | None, overwrite: bool) -> None:
    if not target.parent.is_dir():
        raise StoreError(f"there is no folder {target.parent}", reason="disk")
    if target.is_dir():
        raise _exists(target)
    if target.exists() and not target.is_file():
        # A file would replace it: with root's rights even /dev/null.
        raise StoreError(f"{target} is a device or a pipe, not a file", reason="disk")
    if os.path.lexists(target) and not overwrite:
        raise _exists(target)
    check_room(target, size)


def check_room(target: Path, size: int | None) -> None:
    """Check that the disk has room for a file or folder of so many bytes. Raises: StoreError."""
    free = shutil.disk_usage(target.parent).free
    if size is not None and size > free:
        raise StoreError(
            f"{target.parent} has {free:,} bytes free, and {size:,} are needed", reason="disk"
        )


def proposed_path(name: str) -> Path:
    """The path to propose for something of this name: in the current folder."""
    return current_folder() / safe_name(name)


def current_folder() -> Path:
    """The current folder; the home folder if it was removed."""
    try:
        return Path.cwd()
    except OSError:
        return Path.home()


def typed_path(text: str) -> Path:
    """The path that was typed. Raises: StoreError where it is blank or cannot be used."""
    if not text.strip():
        raise StoreError("a path is needed", reason="disk")
    if "\0" in text:
        raise StoreError("this path cannot be used: it contains a null byte", reason="disk")
    with _usable():
        return Path(text.strip()).expanduser()


def typed_file(text: str, name: str) -> Path:
    """The file for a path that was typed; a folder gets a file of this name.

    Raises: StoreError where it is blank or cannot be used.
    """
    path = typed_path(text)
    with _usable():
        return path / safe_name(name) if path.is_dir() or text.endswith("/") else path


@contextlib.contextmanager
def _usable() -> Iterator[None]:
    try:
        yield
    except (OSError, RuntimeError, ValueError) as error:
        # For example a name that is too long, or `~nobody`.
        why = getattr(error, "strerror", None) or error
        raise StoreError(f"this path cannot be used: {why}", reason="disk") from error


def safe_name(name: str) -> str:
    """A file name from any text: no separators or control characters, not `..`, not too long."""
    kept = "".join("_" if _is_bad(c) else c for c in name)
    if kept.strip(". ") == "":
        kept = kept.replace(".", "_").replace(" ", "_") or "_"
    encoded = kept.encode(errors="replace")
    if len(encoded) <= LONGEST_NAME:
        return encoded.decode()
    # The end often distinguishes files and has the extension, so both ends are kept.
    digest = hashlib.sha256(encoded).hexdigest()[:8]
    head, tail = encoded[: LONGEST_NAME - 60], encoded[-40:]
    return f"{head.decode(errors='ignore')}~{digest}~{tail.decode(errors='ignore')}"


class SafeTree:
    """Paths for the objects of a folder: all inside it, and no two the same."""

    def __init__(self) -> None:
        self._taken: dict[tuple[str, ...], bool] = {}
        """Folded path → whether it is a folder."""

    def path(self, name: str) -> Path:
        """The path for the object of this name, relative to the folder."""
        parts = [safe_name(part) for part in name.split("/") if part not in ("", ".")]
        parts = parts or ["_"]
        for depth in range(1, len(parts)):
            parts[depth - 1] = self._free(parts[:depth], is_folder=True)
        parts[-1] = self._free(parts, is_folder=False)
        return Path(*parts)

    def _free(self, parts: list[str], *, is_folder: bool) -> str:
        """The last part of a path, with a number if something else has that name already."""
        *above, name = parts
        tried, number = name, 2
        # Some file systems fold case and accents, so names that differ only in these collide.
        while self._taken.get(key := self._folded([*above, tried]), is_folder) is not is_folder or (
            not is_folder and key in self._taken
        ):
            tried = f"{name}~{number}"
            number += 1
        self._taken[key] = is_folder
        return tried

    @staticmethod
    def _folded(parts: list[str]) -> tuple[str, ...]:
        return tuple(unicodedata.normalize("NFKC", part).casefold() for part in parts)


def _is_bad(character: str) -> bool:
    return character in "/\\\0" or unicodedata.category(character) in ("Cc", "Cf", "Cs", "Zl", "Zp")


def _beside(target: Path, mark: str = "") -> Path:
    """A hidden name in the same folder, hence on the same file system."""
    return target.parent / f".{target.name[:40]}.{mark or secrets.token_hex(6)}.part"


def _move(part: Path, target: Path, *, overwrite: bool) -> None:
    if overwrite:
        part.replace(target)
    else:
        try:
            # Unlike a rename, a hard link fails if the target exists by now.
            os.link(part, target)
        except FileExistsError as error:
            raise _exists(target) from error
        except OSError:
            # File systems without hard links.
            if os.path.lexists(target):
                raise _exists(target) from None
            part.replace(target)
    _sync(target.parent)


def _sync(path: Path) -> None:
    """Flush a file or a folder to the disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    except OSError as error:
        # Some network file systems cannot flush a folder; the file itself was flushed.
        if error.errno not in (errno.EINVAL, errno.ENOTSUP, errno.EBADF):
            raise
    finally:
        os.close(descriptor)


@contextlib.contextmanager
def _disk_errors(target: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            what = f"the disk is full; nothing was written to {target}"
        elif error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
            what = f"no permission to write to {target.parent}"
        elif error.filename is not None or error.errno in (errno.EFBIG, errno.EIO):
            what = f"cannot write {target}: {error.strerror}"
        else:
            raise
        raise StoreError(what, reason="disk") from error


def _exists(target: Path) -> StoreError:
    if target.is_dir():
        return StoreError(f"{target} is a folder that exists", reason="exists")
    return StoreError(f"{target} exists", reason="exists", hint="say so if it may be replaced")
