"""Artifacts that a connection hands out itself, such as an Argo Server.

It knows no ranges, tells no size of what is large, and lists a folder as a page of links. So the
beginning of an artifact is read and the rest left, and what was announced is compared with what
came: of a store that failed midway only the end of the content tells.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote, unquote, urlsplit

import msgspec

from tui.artifacts.base import (
    Can,
    Folder,
    FolderEntry,
    FolderListing,
    Link,
    Progress,
    ReadSecret,
    Reason,
    Stat,
    StoreError,
    length_in,
    no_link,
    not_a_folder,
)
from tui.artifacts.trees import Leaf, write_file, write_tree
from tui.domain.artifact import NodeArtifact
from tui.domain.location import Location, OtherLocation, RawLocation
from tui.domain.workflow import Workflow
from tui.errors import (
    Missing,
    NotOffered,
    Refused,
    SourceError,
    Stopped,
    Unauthenticated,
    Unreachable,
)
from tui.ports.artifacts import Content, ServedArtifacts
from tui.ports.connection import Connection
from tui.ports.threads import CancelToken

KIND = "argo-server"
MOST_FILES = 10_000
"""Files of a folder that are downloaded: each is a request of its own."""
MOST_PAGE = 1 << 24
"""Bytes of a page of links that are read."""
ANEW = "the next try begins anew: an Argo Server hands out no parts"
TAIL = 512
"""Bytes at the end of an artifact in which the words of a failure are looked for."""

_LINK = re.compile(r'<li><a href="[^"]*">([^<]*)</a>')
"""What is told of a link is its name. Its address is not: a server leaves `%`, `?` and `#` of names
in it as they are.
"""
_FAILED = re.compile(rb"failed to stream artifact: [^\n]*\n?$")


def served(
    connection: Connection | None, workflow: Workflow, artifacts: Sequence[NodeArtifact]
) -> Sequence[NodeArtifact]:
    """The artifacts with the places that a connection hands them out at, if it does.

    What is written into the workflow itself stays there.
    """
    source = connection.port(ServedArtifacts) if connection is not None else None
    return artifacts if source is None else [_served(source, workflow, each) for each in artifacts]


def _served(source: ServedArtifacts, workflow: Workflow, artifact: NodeArtifact) -> NodeArtifact:
    is_known = artifact.location is not None or artifact.key
    if artifact.deleted or not is_known or isinstance(artifact.location, RawLocation):
        return artifact
    try:
        path = source.path(workflow, artifact.node_id, artifact.name, artifact.direction)
    except SourceError as error:
        is_out = isinstance(error, NotOffered)
        return msgspec.structs.replace(artifact, location=None, why_not=error.what, left_out=is_out)
    if artifact.is_folder_by_name:
        path += "/"
    location = OtherLocation(
        KIND, artifact.key, path, workflow.metadata.namespace, {"source": source}
    )
    return msgspec.structs.replace(artifact, location=location, why_not="")


class ServedStore:
    """Reads what a connection hands out."""

    can: frozenset[Can] = frozenset(("stream",))

    def __init__(self, secrets: ReadSecret) -> None:
        pass

    def stat(self, location: Location) -> Stat | Folder:
        """How large it is, where that is told; of a folder how many entries it has."""
        source, path = _place(location)
        if not path.endswith("/"):
            with _content(source, path) as found:
                if not found.leads_to.endswith("/"):
                    size = length_in(found.headers.get("Content-Length", ""))
                    kind = found.headers.get("Content-Type", "")
                    return Stat(size or 0, content_type=kind, is_measured=size is not None)
        entries = self.listing(location).entries
        return Folder(len(entries), 0, whole=False)

    def read(self, location: Location, offset: int, length: int) -> bytes:
        """A part of it, read from its beginning."""
        source, path = _place(location)
        if length <= 0:
            return b""
        whole = bytearray()
        with _content(source, path) as found:
            skip = offset
            for piece in found.pieces:
                if skip:
                    skip, piece = max(0, skip - len(piece)), piece[skip:]
                whole += piece
                if len(whole) >= length:
                    return bytes(whole[:length])
        _check_end(path, whole)
        return bytes(whole)

    def stream(self, location: Location, fact: Stat, stop: CancelToken) -> Iterator[bytes]:
        """The content, as it comes; its end is held back until it is known to be content."""
        source, path = _place(location)
        held = b""
        for piece in _whole(source, path, fact.size if fact.is_measured else None, stop):
            held += piece
            if len(held) > TAIL:
                yield held[:-TAIL]
                held = held[-TAIL:]
        if not stop.is_set:
            yield held

    def listing(self, location: Location, limit: int = 1000, after: str = "") -> FolderListing:
        """The links of its page, folders first."""
        source, path = _place(location)
        path = path if path.endswith("/") else f"{path}/"
        with _content(source, path) as found:
            # A folder with a page of its own is that page.
            names = [_name_in(found.leads_to)] if found.leads_to else _names(found)
        if not names and not location.key.endswith("/"):
            raise not_a_folder(location.key or path)
        entries = [_entry(location, path, name) for name in names]
        entries.sort(key=lambda entry: (not entry.is_folder, entry.name))
        begin = int(after or 0)
        page = tuple(entries[begin : begin + limit])
        is_last = begin + limit >= len(entries)
        return FolderListing(page, is_last, "" if is_last else str(begin + limit))

    def link(self, location: Location, seconds: int) -> Link:
        """Only who shows our token is given it. Raises StoreError ("unsupported")."""
        raise no_link("what an Argo Server hands out: whoever follows it needs a token")

    def download(
        self,
        location: Location,
        target: Path,
        progress: Progress,
        stop: CancelToken,
        *,
        overwrite: bool = False,
    ) -> Path:
        """Write the content to a file, or to a folder file by file."""
        source, path = _place(location)
        found = self.stat(location)
        try:
            if isinstance(found, Folder):
                leaves = self._leaves(location, source, stop)
                return write_tree(leaves, target, progress, stop, total=None)
            size = found.size if found.is_measured else None
            leaf = Leaf(target.name, found.size, lambda: _whole(source, path, size, stop))
            return write_file(leaf, target, progress, stop, overwrite=overwrite)
        except StoreError as error:
            if error.reason != "unreachable":
                raise
            raise StoreError(error.what, reason=error.reason, hint=ANEW) from error

    def _leaves(self, location: Location, source: ServedArtifacts, stop: CancelToken) -> list[Leaf]:
        """The files of a folder, at any depth."""
        leaves: list[Leaf] = []
        waiting: list[tuple[str, Location]] = [("", location)]
        while waiting:
            before, at = waiting.pop()
            for entry in self.listing(at, MOST_FILES).entries:
                name = f"{before}{entry.name.rstrip('/')}"
                if entry.is_folder:
                    waiting.append((f"{name}/", entry.location))
                    continue
                leaves.append(Leaf(name, 0, _reading(source, _place(entry.location)[1], stop)))
                if len(leaves) > MOST_FILES:
                    raise StoreError(
                        f"{location.key} has more than {MOST_FILES:,} files",
                        hint="each is a request to the Argo Server: read them from their store",
                    )
        return sorted(leaves, key=lambda leaf: leaf.name)

    def close(self) -> None:
        """Connections are those of whoever hands it out."""


def _place(location: Location) -> tuple[ServedArtifacts, str]:
    if not isinstance(location, OtherLocation) or location.kind != KIND:
        raise StoreError(f"{location.kind} is not handed out by a server", reason="unsupported")
    source: Any = location.fields["source"]
    return source, location.url


def _entry(location: Location, path: str, name: str) -> FolderEntry:
    is_folder = name.endswith("/")
    assert isinstance(location, OtherLocation)
    base = location.key if location.key.endswith("/") or not location.key else f"{location.key}/"
    url = f"{path}{quote(name)}"
    at = OtherLocation(KIND, f"{base}{name}", url, location.namespace, location.fields)
    return FolderEntry(name.rstrip("/"), is_folder, at)


def _names(found: Content) -> list[str]:
    """What is in a folder; names of folders end with a slash."""
    import html

    page = bytearray()
    for piece in found.pieces:
        page += piece
        if len(page) > MOST_PAGE:
            break
    text = page.decode("utf-8", "replace")
    names = [html.unescape(name) for name in _LINK.findall(text)]
    # Folders in folders are told of here as well, and again in theirs.
    first = [name.partition("/") for name in names if ".." not in name.split("/")]
    # A name leads down: whatever would lead elsewhere is none.
    return list(dict.fromkeys(name + slash for name, slash, _ in first if name not in ("", ".")))


def _name_in(path: str) -> str:
    return unquote(urlsplit(path).path.rpartition("/")[2])


@contextmanager
def _content(
    source: ServedArtifacts, path: str, stop: CancelToken | None = None
) -> Iterator[Content]:
    """What is at a path. Raises: StoreError."""
    try:
        with source.content(path, stop or CancelToken()) as found:
            yield found
    except SourceError as error:
        raise _told(error, path) from error


def _whole(
    source: ServedArtifacts, path: str, size: int | None, stop: CancelToken
) -> Iterator[bytes]:
    done, tail = 0, b""
    with _content(source, path, stop) as found:
        for piece in found.pieces:
            done += len(piece)
            tail = (tail + piece)[-TAIL:]
            yield piece
    if stop.is_set:
        return
    if size is not None and done != size:
        raise StoreError(f"{done:,} bytes came of {size:,}", reason="unreachable", hint="try again")
    _check_end(path, tail)


def _reading(source: ServedArtifacts, path: str, stop: CancelToken) -> Any:
    return lambda: _whole(source, path, None, stop)


def _check_end(path: str, whole: bytes | bytearray) -> None:
    """A store that fails while it is read ends the content with what went wrong."""
    failed = _FAILED.search(bytes(whole[-TAIL:]))
    if failed is not None:
        words = failed[0].decode("utf-8", "replace").strip()
        raise StoreError(f"the store failed while it was read: {words}", reason="unreachable")


def _told(error: SourceError, path: str) -> StoreError:
    reason: Reason = "failed"
    hint = error.hint
    what = error.what
    if isinstance(error, Unauthenticated | Refused):
        reason = "denied"
    elif isinstance(error, Missing):
        reason, what = "missing", f"{_shown(path)} does not exist"
    elif isinstance(error, Unreachable | Stopped):
        reason = "unreachable"
    elif error.status >= 500:
        what = f"the Argo Server could not read {_shown(path)}, and does not say why"
        hint = (
            "where it acts as its callers it needs your right to get the secret of the artifact "
            "repository; or the step has no such artifact"
        )
    return StoreError(what, reason=reason, hint=hint)


def _shown(path: str) -> str:
    return unquote(path.rstrip("/").rpartition("/")[2]) or path
