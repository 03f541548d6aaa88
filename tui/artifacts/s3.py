"""Artifacts in S3 and in everything that speaks its protocol, such as MinIO and Ceph."""

from __future__ import annotations

import contextlib
import os
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any

from tui.artifacts.base import (
    Can,
    Folder,
    FolderEntry,
    FolderListing,
    Link,
    Progress,
    ReadSecret,
    Stat,
    StoreError,
    length_in,
    no_link,
    stopped,
)
from tui.artifacts.s3_client import Client, build
from tui.artifacts.s3_download import PIECE, ObjectDownload, ObjectFile, streamed
from tui.artifacts.s3_errors import MISSING, STALE_CREDENTIALS, code_of, store_error
from tui.artifacts.saving import (
    GOES_ON,
    Kept,
    NothingKept,
    SafeTree,
    check_target,
    kept_file,
    kept_folder,
    only_inside,
    open_file,
    open_inside,
    whole_file,
)
from tui.domain.location import Location, S3Location
from tui.domain.preview import size_text
from tui.ports.threads import CancelToken

RESUMED = 8 << 20
"""Bytes from which an object is worth keeping a part of."""

COUNTED = 10_000
"""Maximum number of objects that are counted for the size of a folder; ten requests."""


@dataclass(frozen=True, slots=True)
class _Object:
    key: str
    size: int
    modified: str
    etag: str


class S3Store:
    """Reads S3 locations; one client for each endpoint, region and set of credentials."""

    def __init__(self, secrets: ReadSecret) -> None:
        self._secrets = secrets
        self._clients: dict[S3Location, Client] = {}
        self._lock = threading.Lock()

    def stat(self, location: Location) -> Stat | Folder:
        """The object of this key, or the folder if there is no such object."""
        with self._connected(location) as (client, place):
            if not place.key.endswith("/"):
                found = self._head(client, place)
                if found is not None:
                    return found
            return self._folder(client, place)

    def read(self, location: Location, offset: int, length: int) -> bytes:
        """A part of one object, by one ranged request."""
        if length <= 0:
            return b""
        with self._connected(location) as (client, place):
            span = f"bytes={offset}-{offset + length - 1}"
            try:
                got = client.boto.get_object(
                    Bucket=place.bucket, Key=place.key, Range=span, **client.extra
                )
            except client.boto.exceptions.ClientError as error:
                if code_of(error) in ("InvalidRange", "416"):
                    return b""
                raise
            with contextlib.closing(got["Body"]) as body:
                if "ContentRange" not in got and offset:
                    # The server ignored the range and sent everything.
                    body.read(offset)
                return bytes(body.read(length))

    def stream(self, location: Location, fact: Stat, stop: CancelToken) -> Iterator[bytes]:
        """The content of one object, by one request as long as its connection holds."""
        with self._connected(location) as (client, place):
            yield from streamed(client, place.bucket, place.key, fact, stop)

    can: frozenset[Can] = frozenset(("range", "list", "presign", "stream"))

    def listing(self, location: Location, limit: int = 1000, after: str = "") -> FolderListing:
        """The direct entries of a folder: folders first, then files, each by name."""
        with self._connected(location) as (client, place):
            prefix = _prefix(place.key)
            folders: list[FolderEntry] = []
            files: list[FolderEntry] = []
            while (room := limit - len(folders) - len(files)) > 0:
                page = client.boto.list_objects_v2(
                    Bucket=place.bucket,
                    Prefix=prefix,
                    Delimiter="/",
                    MaxKeys=min(room, 1000),
                    **({"ContinuationToken": after} if after else {}),
                )
                for inner in page.get("CommonPrefixes", ()):
                    name = inner["Prefix"][len(prefix) : -1]
                    folders.append(FolderEntry(name, True, place.at(f"{prefix}{name}/")))
                for found in map(_object, page.get("Contents", ())):
                    name = found.key[len(prefix) :]
                    if name:
                        at = place.at(prefix + name)
                        files.append(FolderEntry(name, False, at, found.size, found.modified))
                after = page.get("NextContinuationToken", "")
                if not after:
                    break
            return FolderListing((*folders, *files), whole=not after, more=after)

    def link(self, location: Location, seconds: int) -> Link:
        """A presigned address; it ends with the credentials that sign it, if that is earlier."""
        with self._connected(location) as (client, place):
            if place.key.endswith("/"):
                raise no_link("a folder")
            if client.extra:
                raise StoreError(
                    "an object that is encrypted with a key of its own has no link",
                    reason="unsupported",
                    hint="a browser would have to send that key",
                )
            asked = {"Bucket": place.bucket, "Key": place.key}
            url = client.boto.generate_presigned_url("get_object", asked, ExpiresIn=seconds)
            return Link(url, client.link_end(seconds) if "?" in url else None)

    def download(
        self,
        location: Location,
        target: Path,
        progress: Progress,
        stop: CancelToken,
        *,
        overwrite: bool = False,
    ) -> Path:
        """Write an object to a file, or a folder to a folder, in ranged requests."""
        check_target(target, size=None, overwrite=overwrite)
        with self._connected(location) as (client, place):
            _raise_if_stopped(stop)
            found = None if place.key.endswith("/") else self._head(client, place)
            if found is not None:
                self._download_one(client, place, found, target, progress, stop, overwrite)
                return target
            objects = self._all_objects(client, place, stop)
            size = sum(one.size for one in objects)
            with kept_folder(target, size=size, mark=f"{place.server} {place.url}") as folder:
                inside = _files_for(objects, _prefix(place.key), folder)
                with _telling_what_is_kept(place, size, inside):
                    ObjectDownload(client, place.bucket, progress, size).run(inside, stop)
                _finish(inside)
            return target

    def _download_one(
        self,
        client: Client,
        place: S3Location,
        found: Stat,
        target: Path,
        progress: Progress,
        stop: CancelToken,
        overwrite: bool,
    ) -> None:
        """Write one object; a large one goes on where an earlier try was cut off."""
        if found.size < RESUMED or not found.etag:
            with whole_file(target, size=found.size, overwrite=overwrite) as path:
                file = ObjectFile(place.key, found.size, found.etag, partial(open_file, path))
                ObjectDownload(client, place.bucket, progress, found.size).run([file], stop)
            return
        mark = f"{place.server} {place.url} {found.etag}"
        with kept_file(target, size=found.size, step=PIECE, mark=mark, overwrite=overwrite) as kept:
            file = ObjectFile(place.key, found.size, found.etag, kept.opened, kept=kept)
            with _telling_what_is_kept(place, found.size, [file]):
                ObjectDownload(client, place.bucket, progress, found.size).run([file], stop)

    def upload(self, location: Location, source: Path) -> None:
        """Write a local file to a key, in one request. Raises: StoreError."""
        with self._connected(location) as (client, place):
            try:
                with source.open("rb") as file:
                    client.boto.put_object(
                        Bucket=place.bucket, Key=place.key, Body=file, **client.extra
                    )
            except OSError as error:
                raise StoreError(f"{source} cannot be read: {error.strerror or error}") from error

    def close(self) -> None:
        """Close every client."""
        with self._lock:
            clients, self._clients = self._clients, {}
        for client in clients.values():
            client.close()

    @contextlib.contextmanager
    def _connected(self, location: Location) -> Iterator[tuple[Client, S3Location]]:
        """The client for a location; errors of boto3 in the `with` block become StoreError."""
        if not isinstance(location, S3Location):
            raise StoreError(f"{location.kind} is not in S3", reason="unsupported")
        from botocore.exceptions import BotoCoreError, ClientError

        try:
            yield self._client(location), location
        except (BotoCoreError, ClientError) as error:
            if code_of(error) in STALE_CREDENTIALS:
                self._forget(location)
            raise store_error(error, location) from error

    def _client(self, location: S3Location) -> Client:
        shared = replace(location, bucket="", key="")
        with self._lock:
            if shared not in self._clients:
                try:
                    self._clients[shared] = build(location, self._secrets)
                except ValueError as error:
                    # The endpoint is not a host name.
                    raise store_error(error, location) from error
            return self._clients[shared]

    def _forget(self, location: S3Location) -> None:
        """Have the credentials read again. The client stays open: other threads may use it."""
        with self._lock:
            self._clients.pop(replace(location, bucket="", key=""), None)

    def _head(self, client: Client, place: S3Location) -> Stat | None:
        try:
            head = client.boto.head_object(Bucket=place.bucket, Key=place.key, **client.extra)
        except client.boto.exceptions.ClientError as error:
            if code_of(error) in MISSING:
                return None
            if code_of(error) in ("403", "400"):
                # A response to HEAD has no body, so only a GET says what is wrong.
                return self._first_byte(client, place)
            raise
        return Stat(
            head["ContentLength"],
            _stamp(head.get("LastModified")),
            head.get("ETag", "").strip('"'),
            head.get("ContentType", ""),
        )

    def _first_byte(self, client: Client, place: S3Location) -> Stat:
        got = client.boto.get_object(
            Bucket=place.bucket, Key=place.key, Range="bytes=0-0", **client.extra
        )
        got["Body"].close()
        size = length_in(got.get("ContentRange", "").rpartition("/")[2])
        return Stat(
            got["ContentLength"] if size is None else size,
            _stamp(got.get("LastModified")),
            got.get("ETag", "").strip('"'),
            got.get("ContentType", ""),
        )

    def _folder(self, client: Client, place: S3Location) -> Folder:
        count = size = 0
        for found in _objects(client, place):
            if count == COUNTED:
                return Folder(count, size, whole=False)
            count += 1
            size += found.size
        if not count:
            raise _missing(place)
        return Folder(count, size)

    def _all_objects(self, client: Client, place: S3Location, stop: CancelToken) -> list[_Object]:
        found = []
        for one in _objects(client, place):
            _raise_if_stopped(stop)
            found.append(one)
        if not found:
            raise _missing(place)
        return found


def _files_for(objects: list[_Object], prefix: str, folder: Path) -> list[ObjectFile]:
    """A file for each object of a folder, under a name that stays inside; what an earlier try left
    of it is in it. Those that are not there are made when something is written to them: on some
    disks that takes as long as fetching what goes into them."""
    tree = SafeTree()
    paths = [tree.path(one.key[len(prefix) :]) for one in objects]
    only_inside(folder, frozenset(paths))
    with os.scandir(folder) as left:
        is_new = next(left, None) is None
    files = []
    for one, path in zip(objects, paths, strict=True):
        opened = partial(open_inside, folder, path, makes=True)
        kept = None
        if one.etag:
            kept = Kept(opened, one.size, PIECE, f"{one.key} {one.etag}", is_new=is_new)
        elif not is_new:
            _empty(opened)  # without a tag nobody knows what was left
        files.append(ObjectFile(one.key, one.size, one.etag, opened, kept))
    return files


def _empty(opened: Callable[[], int]) -> None:
    descriptor = opened()
    try:
        os.ftruncate(descriptor, 0)
    finally:
        os.close(descriptor)


@contextlib.contextmanager
def _telling_what_is_kept(
    place: S3Location, size: int, files: Sequence[ObjectFile]
) -> Iterator[None]:
    """Where the store goes away, say how much of it is kept for the next try."""
    from botocore.exceptions import BotoCoreError, ClientError

    try:
        yield
    except (BotoCoreError, ClientError) as error:
        told = store_error(error, place)
        if told.reason not in GOES_ON:
            raise
        part = sum(sum(each.kept.done()) for each in files if each.kept is not None)
        if not part:
            raise NothingKept(told.what, reason=told.reason, hint=told.hint) from error
        hint = f"{size_text(part)} of {size_text(size)} are kept; the next try goes on from there"
        raise StoreError(told.what, reason=told.reason, hint=hint) from error


def _finish(inside: list[ObjectFile]) -> None:
    """Check that every file is still where we wrote it, and cut what was remembered behind it.

    Raises: StoreError.
    """
    for one in inside:
        if one.kept is not None:
            one.kept.finish()
            continue
        descriptor = one.opened()
        try:
            size = os.fstat(descriptor).st_size
        finally:
            os.close(descriptor)
        if size != one.size:
            raise StoreError(f"{one.key} does not have the size that the store says")


def _objects(client: Client, place: S3Location) -> Iterator[_Object]:
    """Every object in a folder, at any depth, without folder markers (argo.md 8.4)."""
    pages = client.boto.get_paginator("list_objects_v2").paginate(
        Bucket=place.bucket, Prefix=_prefix(place.key)
    )
    for page in pages:
        for found in map(_object, page.get("Contents", ())):
            if not found.key.endswith("/"):
                yield found


def _object(entry: dict[str, Any]) -> _Object:
    return _Object(
        entry["Key"],
        entry.get("Size", 0),
        _stamp(entry.get("LastModified")),
        entry.get("ETag", "").strip('"'),
    )


def _prefix(key: str) -> str:
    if key == "/":
        return ""  # the whole bucket
    # Not normalized: in S3 `a//b` and `a/b` are two keys, and a listing shows both.
    return key if key.endswith("/") else f"{key}/"


def _stamp(when: datetime | None) -> str:
    return when.strftime("%Y-%m-%dT%H:%M:%SZ") if when else ""


def _raise_if_stopped(stop: CancelToken) -> None:
    if stop.is_set:
        raise stopped()


def _missing(place: S3Location) -> StoreError:
    return StoreError(
        f"the bucket {place.bucket} is empty"
        if place.key == "/"
        else f"{place.key} is not in the bucket {place.bucket}",
        reason="missing",
        hint="it may have been deleted, or was never written",
    )
