"""Artifacts in Azure's blob storage, where their addresses need no login.

That is a public container, or an endpoint with a shared access signature (SAS), which is part of
the address. Account keys of the cluster and logins of Azure are not used here.
"""

from __future__ import annotations

import xml.etree.ElementTree as ElementTree
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import NamedTuple
from urllib.parse import quote, urlencode, urlsplit, urlunsplit

from tui.artifacts.base import (
    Can,
    Folder,
    FolderEntry,
    FolderListing,
    Progress,
    Stat,
    StoreError,
    stopped,
)
from tui.artifacts.elsewhere import how_elsewhere
from tui.artifacts.http import PIECE, HttpStore, shut_down_on
from tui.artifacts.trees import RangedLeaf, write_kept_tree
from tui.domain.hidden import IN_USE
from tui.domain.location import Location, OtherLocation
from tui.ports.threads import CancelToken

COUNTED = 10_000
"""Maximum number of blobs that are counted for the size of a folder."""

LONGEST_PAGE = 16 << 20
"""Maximum number of bytes of one page of a list."""


class _Blob(NamedTuple):
    name: str
    size: int
    tag: str
    """Its ETag, without quotes; "" where it has none."""


class _Page(NamedTuple):
    folders: list[str]
    blobs: list[_Blob]
    more: str


class AzureStore(HttpStore):
    """Reads `azure` artifacts that need no login."""

    can: frozenset[Can] = frozenset(("range", "list", "presign", "stream"))

    def stat(self, location: Location) -> Stat | Folder:
        """The blob of this key, or the folder if there is no such blob."""
        try:
            if not location.key.endswith("/"):
                return super().stat(location)
        except StoreError as error:
            if error.reason != "missing":
                raise _explained(error, location) from error
        count = size = 0
        for one in self._blobs(location):
            if count == COUNTED:
                return Folder(count, size, whole=False)
            count, size = count + 1, size + one.size
        if not count:
            what = f"{location.key} is not in the container {_field(location, 'container')}"
            raise StoreError(what, reason="missing", hint="it may have been deleted")
        return Folder(count, size)

    def read(self, location: Location, offset: int, length: int) -> bytes:
        """A part of one blob."""
        try:
            return super().read(location, offset, length)
        except StoreError as error:
            raise _explained(error, location) from error

    def stream(self, location: Location, fact: Stat, stop: CancelToken) -> Iterator[bytes]:
        """The content of one blob, as it comes."""
        try:
            yield from super().stream(location, fact, stop)
        except StoreError as error:
            raise _explained(error, location) from error

    def listing(self, location: Location, limit: int = 1000, after: str = "") -> FolderListing:
        """The direct entries of a folder, folders first in each page."""
        assert isinstance(location, OtherLocation)
        prefix = _prefix(location.key)
        page = self._page(location, after, limit, delimiter="/")
        folders = [
            FolderEntry(name[len(prefix) :].rstrip("/"), True, replace(location, key=name))
            for name in page.folders
        ]
        files = [
            FolderEntry(one.name[len(prefix) :], False, replace(location, key=one.name), one.size)
            for one in page.blobs
            if one.name != prefix
        ]
        return FolderListing((*folders, *files), whole=not page.more, more=page.more)

    def download(
        self,
        location: Location,
        target: Path,
        progress: Progress,
        stop: CancelToken,
        *,
        overwrite: bool = False,
    ) -> Path:
        """Write a blob to a file, or a folder to a folder."""
        if isinstance(self.stat(location), Stat):
            return super().download(location, target, progress, stop, overwrite=overwrite)
        assert isinstance(location, OtherLocation)
        prefix = _prefix(location.key)
        leaves = []
        for one in self._blobs(location):
            if stop.is_set:
                raise stopped()
            place = replace(location, key=one.name)
            pieces = partial(self._pieces, place, one.tag, stop)
            leaves.append(RangedLeaf(one.name[len(prefix) :], one.size, one.tag, pieces))
        mark = _address(location, prefix, {}).partition("?")[0]
        return write_kept_tree(leaves, target, progress, stop, mark=mark)

    def _pieces(
        self, location: Location, tag: str, stop: CancelToken, offset: int
    ) -> Iterator[bytes]:
        """A blob from so many bytes on, as long as it is the one that was listed."""
        headers = {"Range": f"bytes={offset}-"} if offset else {}
        with self._request("GET", location, headers) as response, shut_down_on(stop, response):
            if tag and response.headers.get("ETag", "").strip('"') not in ("", tag):
                raise StoreError(f"{location.key} changed while it was read", hint="try again")
            if response.status != 206 and offset:
                self._skip(response, offset)
            while piece := response.read1(PIECE):
                yield bytes(piece)

    def _blobs(self, location: Location) -> Iterator[_Blob]:
        """Every blob in a folder, at any depth."""
        more = ""
        while True:
            page = self._page(location, more, 5000)
            yield from (one for one in page.blobs if not one.name.endswith("/"))
            more = page.more
            if not more:
                return

    def _page(self, location: Location, marker: str, limit: int, delimiter: str = "") -> _Page:
        asked = {"restype": "container", "comp": "list", "prefix": _prefix(location.key)}
        asked |= {"maxresults": str(min(limit, 5000))}
        asked |= {"delimiter": delimiter} if delimiter else {}
        asked |= {"marker": marker} if marker else {}
        try:
            with self._ask("GET", _address(location, "", asked), {}, {}) as response:
                body = response.read(LONGEST_PAGE)
        except StoreError as error:
            raise _explained(error, location) from error
        return _page_in(body, location)

    def _place(self, location: Location) -> tuple[str, dict[str, str]]:
        return _address(location, location.key, {}), {}


def _page_in(body: bytes, location: Location) -> _Page:
    """A page of a list. Raises: StoreError where it is something else."""
    try:
        # Entities are what could make a short text long, and no answer of Azure has any.
        if b"<!DOCTYPE" in body or b"<!ENTITY" in body:
            raise ElementTree.ParseError("a document type")
        whole = ElementTree.fromstring(body)
    except ElementTree.ParseError as error:
        raise StoreError(f"{_server(location)} answered with something that is no list") from error
    blobs = []
    for blob in whole.iterfind("./Blobs/Blob"):
        size = blob.findtext("./Properties/Content-Length") or ""
        tag = (blob.findtext("./Properties/Etag") or "").strip('"')
        length = int(size) if size.isdecimal() else 0
        blobs.append(_Blob(blob.findtext("Name") or "", length, tag))
    folders = [each.findtext("Name") or "" for each in whole.iterfind("./Blobs/BlobPrefix")]
    return _Page(folders, blobs, whole.findtext("NextMarker") or "")


def _address(location: Location, key: str, asked: dict[str, str]) -> str:
    """The address of a blob, or of the container, with the signature of the endpoint."""
    endpoint = _field(location, "endpoint")
    if not endpoint.lower().startswith(("https://", "http://")):
        raise StoreError(f"{_server(location)} is not a web address", reason="unsupported")
    try:
        parts = urlsplit(endpoint)
    except ValueError as error:
        raise StoreError("the endpoint is not a web address", reason="unsupported") from error
    for pair in parts.query.split("&"):
        if pair.startswith("sig="):
            IN_USE.keep(pair.removeprefix("sig="))
    container = quote(_field(location, "container"), safe="")
    path = "/".join(filter(None, (parts.path.rstrip("/"), container, _quoted(key))))
    query = "&".join(filter(None, (urlencode(asked), parts.query)))
    return urlunsplit((parts.scheme, parts.netloc, f"/{path.lstrip('/')}", query, ""))


def _quoted(key: str) -> str:
    """A key as a path; `..` is a name like others, never the folder above."""
    parts = (quote(part, safe="") for part in key.split("/"))
    return "/".join(part.replace(".", "%2E") if not part.strip(".") else part for part in parts)


def _explained(error: StoreError, location: Location) -> StoreError:
    """The same error, with how the blob is had where it needs a login."""
    if error.reason not in ("denied", "missing"):
        return error
    return StoreError(error.what, reason=error.reason, hint=how_elsewhere(location))


def _field(location: Location, name: str) -> str:
    if not isinstance(location, OtherLocation) or location.kind != "azure":
        raise StoreError(f"{location.kind} is not in Azure", reason="unsupported")
    value = location.fields.get(name)
    return value if isinstance(value, str) else ""


def _server(location: Location) -> str:
    return _field(location, "endpoint").partition("?")[0] or "the endpoint"


def _prefix(key: str) -> str:
    if key == "/":
        return ""
    return key if key.endswith("/") else f"{key}/"
