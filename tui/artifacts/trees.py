"""Writing what comes as pieces of bytes to a file or a folder: all of it or nothing.

For stores that have one stream for each file, and for what is inside archives.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import BinaryIO, NamedTuple

from tui.artifacts.base import Progress, stopped
from tui.artifacts.saving import (
    SafeTree,
    check_room,
    create_inside,
    open_file,
    open_inside,
    whole_file,
    whole_folder,
)
from tui.ports.threads import CancelToken


class Leaf(NamedTuple):
    """One file of a folder, before it is written."""

    name: str
    """Its path in the folder, of which every part is cleaned."""
    size: int
    """Bytes, as its store or its archive says."""
    pieces: Callable[[], Iterator[bytes]]
    """Its content. Raises: StoreError."""


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
