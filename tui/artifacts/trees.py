"""Writing what comes as pieces of bytes to a file or a folder: all of it or nothing.

For stores that have one stream for each file, and for what is inside archives.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import BinaryIO, NamedTuple

from tui.artifacts.base import Progress, StoreError, stopped
from tui.artifacts.saving import (
    GOES_ON,
    Kept,
    NothingKept,
    SafeTree,
    check_room,
    create_inside,
    kept_folder,
    only_inside,
    open_file,
    open_inside,
    whole_file,
    whole_folder,
)
from tui.domain.preview import size_text
from tui.ports.threads import CancelToken


class Leaf(NamedTuple):
    """One file of a folder, before it is written."""

    name: str
    """Its path in the folder, of which every part is cleaned."""
    size: int
    """Bytes, as its store or its archive says."""
    pieces: Callable[[], Iterator[bytes]]
    """Its content. Raises: StoreError."""


class RangedLeaf(NamedTuple):
    """The same, of a store that can be asked for the rest of a file."""

    name: str
    size: int
    tag: str
    """Another where the content is another; "" where the store does not say."""
    pieces: Callable[[int], Iterator[bytes]]
    """Its content from so many bytes on. Raises: StoreError."""


MAX_TRIES = 3
"""How often a file is asked for in a row without a byte of it."""


def write_file(
    leaf: Leaf, target: Path, progress: Progress, stop: CancelToken, *, overwrite: bool
) -> Path:
    """Write one to a file. Raises: StoreError; nothing is left behind then."""
    with (
        whole_file(target, size=leaf.size, overwrite=overwrite) as path,
        os.fdopen(open_file(path), "r+b") as file,
    ):
        _write(leaf, file, 0, lambda done: progress(done, leaf.size), stop)
    return target


def write_tree(
    leaves: Iterable[Leaf],
    target: Path,
    progress: Progress,
    stop: CancelToken,
    *,
    total: int | None,
) -> Path:
    """Write them to a new folder, one after the other; `total` is the sum of their sizes, if it is
    known. Raises: StoreError; nothing is left behind then."""
    with whole_folder(target, size=total) as folder:
        tree, done = SafeTree(), 0
        progress(0, total)
        for leaf in leaves:
            path = tree.path(leaf.name)
            check_room(folder, leaf.size)
            create_inside(folder, path)
            with os.fdopen(open_inside(folder, path), "r+b") as file:
                done = _write(leaf, file, done, lambda now: progress(now, total), stop)
    return target


def write_kept_tree(
    leaves: Sequence[RangedLeaf], target: Path, progress: Progress, stop: CancelToken, *, mark: str
) -> Path:
    """Write them to a new folder, one after the other, on from what an earlier try left of the same
    (`mark` says of what). Raises: StoreError; where the store went away, what came is kept."""
    total = sum(leaf.size for leaf in leaves)
    with kept_folder(target, size=total, mark=mark) as folder:
        tree = SafeTree()
        paths = [tree.path(leaf.name) for leaf in leaves]
        only_inside(folder, frozenset(paths))
        files: list[Kept] = []
        for leaf, path in zip(leaves, paths, strict=True):
            create_inside(folder, path, again=True)
            opened = partial(open_inside, folder, path)
            files.append(Kept(opened, leaf.size, max(1, leaf.size), f"{leaf.name}\0{leaf.tag}"))
        done = sum(map(_count, files))
        progress(done, total)
        try:
            for leaf, file in zip(leaves, files, strict=True):
                done = _write_on(leaf, file, done, lambda now: progress(now, total), stop)
        except StoreError as error:
            if error.reason not in GOES_ON:
                raise
            came = sum(map(_count, files))
            if not came:
                raise NothingKept(error.what, reason=error.reason, hint=error.hint) from error
            have = size_text(came)
            hint = f"{have} of {size_text(total)} are kept; the next try goes on from there"
            raise StoreError(error.what, reason=error.reason, hint=hint) from error
        for file in files:
            file.finish()
    return target


def _count(kept: Kept) -> int:
    return sum(kept.done())


def _write_on(
    leaf: RangedLeaf, kept: Kept, done: int, progress: Callable[[int], None], stop: CancelToken
) -> int:
    """Write the rest of one; where its connection breaks it is asked for again from there on."""
    at, tries = _count(kept), 0
    with os.fdopen(kept.opened(), "r+b", buffering=0) as file:
        while at < leaf.size:
            before = at
            try:
                for piece in leaf.pieces(at):
                    if stop.is_set:
                        raise stopped()
                    if at + len(piece) > leaf.size:
                        raise StoreError(f"{leaf.name} is longer than its store says")
                    _put(file.fileno(), piece, at)
                    at += len(piece)
                    if leaf.tag:
                        kept.keep(0, at, file.fileno())
                    progress(done + at - before)
                if at < leaf.size:
                    came = f"{at:,} of {leaf.size:,} bytes of {leaf.name}"
                    raise StoreError(f"the connection broke after {came}", reason="unreachable")
            except StoreError as error:
                tries = 1 if at > before else tries + 1
                if stop.is_set:
                    raise stopped() from error
                if error.reason not in GOES_ON or tries >= MAX_TRIES or not leaf.tag:
                    raise
            done += at - before
    if stop.is_set:
        raise stopped()
    return done


def _put(descriptor: int, piece: bytes, at: int) -> None:
    """Write all of it at a place."""
    left = memoryview(piece)
    while left:
        written = os.pwrite(descriptor, left, at)
        left, at = left[written:], at + written


def _write(
    leaf: Leaf, file: BinaryIO, done: int, progress: Callable[[int], None], stop: CancelToken
) -> int:
    for piece in leaf.pieces():
        if stop.is_set:
            raise stopped()
        file.write(piece)
        done += len(piece)
        progress(done)
    if stop.is_set:
        raise stopped()
    return done
