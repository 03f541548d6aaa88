"""Manifests of files together with where each of their parts stands: for messages about them.

The values are read as everywhere (`files.py`); the places come from a second look at the text, in
which JSON counts as the YAML that it nearly is.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path as FilePath
from typing import Any

from tui.domain.encodings import text_of
from tui.domain.fields import Fault, Path, Positions, shown
from tui.domain.workflow import Manifest
from tui.errors import InputError
from tui.sources.files import OnProgress, contents, manifests_in, unheard


@dataclass(frozen=True, slots=True)
class Placed:
    """A manifest, its file, and where its parts stand there."""

    file: str
    manifest: Manifest
    positions: Positions
    faults: tuple[Fault, ...] = ()
    """What is wrong with its text: keys that are there twice."""


def read_placed(path: str, *, told: OnProgress = unheard) -> Iterator[Placed]:
    """The manifests of a file, of a folder and those in it, or of stdin for `-`.

    Raises: InputError as `read_manifests` does.
    """
    for name, data in _files(path, told):
        yield from placed_in(name, data)


def _files(path: str, told: OnProgress) -> Iterator[tuple[str, bytes]]:
    if path != "-" and FilePath(path).is_dir():
        for folder in sorted((FilePath(path), *_folders(FilePath(path)))):
            yield from contents(str(folder), told)
    else:
        yield from contents(path, told)


def _folders(path: FilePath) -> Iterator[FilePath]:
    for each in path.rglob("*"):
        hidden = any(part.startswith(".") for part in each.relative_to(path).parts)
        if each.is_dir() and not each.is_symlink() and not hidden:
            yield each


def placed_in(name: str, data: bytes) -> Iterator[Placed]:
    """The manifests of a text that is called `name`. Raises: InputError."""
    manifests = manifests_in(name, data)
    documents = list(_documents(data))
    bases = list(_bases(documents))
    if len(bases) != len(manifests):
        # The second look saw something else: then there are no places, but the values are right.
        bases = [(_Document(), ())] * len(manifests)
    for manifest, (document, base) in zip(manifests, bases, strict=True):
        twice = tuple(
            Fault(path[len(base) :], f"{shown(path[len(base) :])} is there twice")
            for path in document.twice
            if path[: len(base)] == base
        )
        yield Placed(name, manifest, Positions(document.places, base), twice)


class _Document:
    """What was seen of one document."""

    def __init__(self) -> None:
        self.places: dict[Path, tuple[int, int]] = {}
        self.twice: list[Path] = []
        self.is_list = False
        self.count = 0
        """How many things are in it, if it is a list."""
        self.items = -1
        """How many are in its `items`; -1 if it has none."""
        self.is_empty = True


def _bases(documents: list[_Document]) -> Iterator[tuple[_Document, Path]]:
    """Where the objects of documents begin: lists hold several."""
    for document in documents:
        if document.is_empty:
            continue
        if document.is_list:
            yield from ((document, (at,)) for at in range(document.count))
        elif document.items >= 0:
            yield from ((document, ("items", at)) for at in range(document.items))
        else:
            yield document, ()


def _documents(data: bytes) -> Iterator[_Document]:
    import yaml

    try:
        loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
        yield from _of_events(yaml.parse(text_of(data), Loader=loader))
    except (yaml.YAMLError, ValueError, RecursionError, InputError):
        return


def _of_events(events: Any) -> Iterator[_Document]:
    import yaml

    document = _Document()
    stack: list[_Holder] = []
    for event in events:
        if isinstance(event, yaml.DocumentStartEvent):
            document, stack = _Document(), []
        elif isinstance(event, yaml.DocumentEndEvent):
            yield document
        elif isinstance(event, yaml.CollectionEndEvent):
            ended = stack.pop()
            if not stack and ended.is_list:
                document.count = ended.at
            if len(stack) == 1 and ended.path == ("items",) and ended.is_list:
                document.items = ended.at
        elif isinstance(event, yaml.NodeEvent):
            path = _take(event, stack, document)
            if isinstance(event, yaml.CollectionStartEvent):
                is_list = isinstance(event, yaml.SequenceStartEvent)
                if not stack:
                    document.is_list, document.is_empty = is_list, False
                stack.append(_Holder(path, is_list))


class _Holder:
    """A map or a list that is being read."""

    def __init__(self, path: Path, is_list: bool) -> None:
        self.path = path
        self.is_list = is_list
        self.at = 0
        self.key: str | None = None
        self.keys: set[str] = set()


def _take(event: Any, stack: list[_Holder], document: _Document) -> Path:
    """The path of what an event begins; places are noted of keys, and of things in lists."""
    place = (event.start_mark.line + 1, event.start_mark.column + 1)
    if not stack:
        document.places[()] = place
        return ()
    top = stack[-1]
    if top.is_list:
        path = (*top.path, top.at)
        top.at += 1
        document.places[path] = place
        return path
    if top.key is None:
        top.key = str(getattr(event, "value", ""))
        path = (*top.path, top.key)
        if top.key in top.keys:
            document.twice.append(path)
        top.keys.add(top.key)
        document.places[path] = place
        return path
    path = (*top.path, top.key)
    top.key = None
    return path
