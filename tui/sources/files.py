"""Manifests in files: YAML or JSON, one, a list or several documents, `-` for stdin; an address.

YAML is read as Kubernetes reads it: dates stay text, `1:30` is no number of minutes, `1e3` is a
number. What cannot be read names its file and line.
"""

from __future__ import annotations

import json
import os
import stat
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, BinaryIO

import msgspec

from tui.domain.decode import whole_characters
from tui.domain.encodings import encoding_of, text_of
from tui.domain.incident import SUFFIX
from tui.domain.workflow import Manifest
from tui.errors import InputError

AT_ADDRESS = ("http://", "https://")
SUFFIXES = (".yaml", ".yml", ".json")
LARGEST = 256 << 20
"""More bytes than a file of workflows has; reading them would take several times that."""

LARGEST_YAML = 64 << 20
"""The same for YAML, which takes half a minute and 600 MB then; JSON is read ten times as fast."""

PIECE = 1 << 20

WHITESPACE = " \t\r\n\ufeff"


OnProgress = Callable[[str], object]
"""Told a sentence about what is left out."""


Counted = Callable[[Sequence[str]], Iterable[str]]
"""Gives the names of files one after another, and may show how far that is."""


def uncounted(names: Sequence[str]) -> Iterable[str]:
    """Nobody is shown how far it is."""
    return names


def unheard(text: str) -> None:
    """Nobody is told."""


def read_manifests(path: str, *, told: OnProgress = unheard) -> list[Manifest]:
    """Every object of a file, of the manifests in a folder, or of stdin for `-`.

    Objects without a kind are taken for workflows if they look like one. What is in a folder and is
    no file (a pipe would keep us waiting for ever) is left out, and `told`.
    Raises: InputError naming the file, and the line where there is one.
    """
    found: list[Manifest] = []
    for name, data in contents(path, told):
        found.extend(manifests_in(name, data))
    return found


def read_workflows(
    paths: Sequence[str], *, none_ok: bool = False, told: OnProgress = unheard
) -> list[Manifest]:
    """All of `each_workflow`."""
    return list(each_workflow(paths, none_ok=none_ok, told=told))


def each_workflow(
    paths: Sequence[str],
    *,
    none_ok: bool = False,
    told: OnProgress = unheard,
    counted: Counted = uncounted,
) -> Iterator[Manifest]:
    """The workflows of files, one after another; anything else is named and refused.

    `none_ok` lets a file be an empty list; `told` is as for `read_manifests`. What is counted are
    the paths, or of only one the files in it.

    Raises: InputError for what cannot be read, is another kind, or holds nothing.
    """
    is_one = len(paths) == 1
    for path in paths if is_one else counted(paths):
        count = 0
        # File by file also in a folder: what is wanted of one is a tenth of what was read.
        for name, data in contents(path, told, counted if is_one else uncounted):
            for manifest in manifests_in(name, data):
                kind = manifest.get("kind")
                if kind != "Workflow":
                    raise InputError(
                        f"{shown_name(path)}: this is a {kind or 'manifest without a kind'}, "
                        f"not a Workflow{_called(manifest)}"
                    )
                count += 1
                yield manifest
        if not count and not none_ok:
            raise InputError(f"{shown_name(path)}: there is no manifest in it")


def shown_name(path: str) -> str:
    """What to call a file in a message."""
    return "stdin" if path == "-" else path


def _called(manifest: Manifest) -> str:
    metadata = manifest.get("metadata")
    name = metadata.get("name") if isinstance(metadata, dict) else None
    return f" ({name})" if name else ""


def contents(
    path: str, told: OnProgress, counted: Counted = uncounted
) -> Iterator[tuple[str, bytes]]:
    """Name and bytes of a file, of the manifests in a folder, of stdin, or of what is at an
    `https://` address. Raises: InputError."""
    if path.endswith(SUFFIX):
        from tui.sources.incident_members import workflow_in

        yield path, workflow_in(path)
        return
    try:
        if path == "-":
            yield "stdin", _stdin()
        elif path.lower().startswith(AT_ADDRESS):
            from tui.sources import at_address  # few give one

            yield at_address.name_of(path), at_address.read(path)
        elif Path(path).is_dir():
            files = sorted(each for each in Path(path).iterdir() if each.suffix in SUFFIXES)
            for file in counted([str(each) for each in files]):
                data = _file_within(file)
                if data is None:
                    told(f"{file} is left out: it is not a file")
                else:
                    yield file, data
        else:
            with open(path, "rb") as opened:
                yield path, _read(path, opened)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise InputError(f"{shown_name(path)}: {reason}") from error


def _stdin() -> bytes:
    binary = getattr(sys.stdin, "buffer", None)
    if binary is not None:
        return bounded("stdin", binary)
    return sys.stdin.read().encode()


def _file_within(path: str) -> bytes | None:
    """What is in a file of a folder; None where it is a pipe, a device, another folder."""
    # Not `stat` first: what is there may be another thing by the time it is opened.
    opened = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
    if not stat.S_ISREG(os.fstat(opened).st_mode):
        os.close(opened)
        return None
    with os.fdopen(opened, "rb") as file:
        return _read(path, file)


def _read(path: str, file: BinaryIO) -> bytes:
    if os.fstat(file.fileno()).st_size > LARGEST:
        raise _too_large(path, LARGEST)
    return bounded(path, file)


def bounded(name: str, file: BinaryIO, *, largest: int = LARGEST) -> bytes:
    """What is in it; what is no text or has no end is not read on. Raises: InputError."""
    pieces: list[bytes] = []
    size = 0
    while piece := file.read(PIECE):
        if not pieces and b"\0" in piece and encoding_of(piece) == "utf-8-sig":
            raise InputError(
                f"{name}: this is no text (byte {piece.index(0)} is zero)",
                hint="give a workflow as YAML or JSON",
            )
        pieces.append(piece)
        size += len(piece)
        if size > largest:
            raise _too_large(name, largest)
    return b"".join(pieces)


def _too_large(name: str, largest: int) -> InputError:
    return InputError(
        f"{name}: this is larger than {largest >> 20} MiB",
        hint="save fewer workflows in one file",
    )


def manifests_in(name: str, data: bytes) -> list[Manifest]:
    """The objects of a text; lists are opened. Raises: InputError naming `name`."""
    try:
        text = text_of(data)
    except UnicodeDecodeError as error:
        letters = "UTF-8" if error.encoding == "utf-8" else error.encoding.upper()
        raise InputError(
            f"{name}: this is no text (byte {error.start} is not {letters})",
            hint="give a workflow as YAML or JSON",
        ) from error
    stripped = text.strip(WHITESPACE)
    if not stripped:
        raise InputError(f"{name}: the file is empty")
    documents = _json(name, stripped) if stripped[0] in "{[" else None
    if documents is None:
        documents = _yaml(name, text)
    return [manifest for document in documents for manifest in _opened(name, document)]


def _opened(name: str, document: Any) -> Iterator[Manifest]:
    """The objects of a document: itself, or the items of a list."""
    if document is None:
        return
    if isinstance(document, list):
        items = document
    elif isinstance(document, dict) and isinstance(document.get("items"), list):
        items = document["items"]
    else:
        items = [document]
    for item in items:
        if not isinstance(item, dict):
            raise InputError(
                f"{name}: a manifest is a mapping, and this is {_described(item)}",
                hint="give a workflow as YAML or JSON",
            )
        yield _with_kind(item)


def _described(item: Any) -> str:
    return {str: "text", list: "a list", bool: "a boolean"}.get(type(item), "a number")


def _with_kind(manifest: Manifest) -> Manifest:
    """Items of a list come without a kind; what has a status or templates is a workflow."""
    if manifest.get("kind"):
        return manifest
    if not any(isinstance(manifest.get(part), dict) for part in ("spec", "status")):
        return manifest
    return {"apiVersion": "argoproj.io/v1alpha1", "kind": "Workflow", **_without_empty(manifest)}


def _without_empty(manifest: Manifest) -> Manifest:
    return {
        key: value for key, value in manifest.items() if value or key not in ("kind", "apiVersion")
    }


def _json(name: str, text: str) -> list[Any] | None:
    """Its JSON documents one after the other; None if it is YAML that begins with a bracket."""
    try:
        return [msgspec.json.decode(text)]
    except RecursionError as error:
        raise InputError(f"{name}: nested too deeply to be a manifest") from error
    except (msgspec.DecodeError, ValueError):
        pass
    documents: list[Any] = []
    decoder = json.JSONDecoder()
    at = 0
    try:
        while at < len(text):
            document, at = decoder.raw_decode(text, at)
            documents.append(whole_characters(document))
            while at < len(text) and text[at] in WHITESPACE:
                at += 1
    except RecursionError as error:
        raise InputError(f"{name}: nested too deeply to be a manifest") from error
    except ValueError as error:
        if name.endswith(".json"):
            raise InputError(f"{name}: {_where(error)}") from error
        return None
    return documents


def _where(error: ValueError) -> str:
    if isinstance(error, json.JSONDecodeError):
        return f"line {error.lineno}, column {error.colno}: {error.msg}"
    return str(error)


def _yaml(name: str, text: str) -> list[Any]:
    from tui.sources.yamlreader import read_documents

    if len(text) > LARGEST_YAML:
        raise InputError(
            f"{name}: this is YAML larger than {LARGEST_YAML >> 20} MiB",
            hint="save it as JSON (kubectl get -o json), or fewer workflows in one file",
        )
    return read_documents(name, text)
