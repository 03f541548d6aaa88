"""Objects as an S3 server keeps them, in memory.

The engine writes artifacts and logs here, and the S3 route reads them out. A blob may be made up as
it is read, so a scene can hold a model of 50 MB that costs no memory.
"""

from __future__ import annotations

import hashlib
from bisect import bisect_left, bisect_right, insort
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime

LAST = "\U0010ffff"
"""Sorts after every other character: a mark behind all keys of one prefix."""


@dataclass(frozen=True, slots=True)
class Blob:
    """The content of one object: its size, and a function that gives any part of it."""

    size: int
    part: Callable[[int, int], bytes] = field(repr=False)
    """`part(offset, length)`: exactly these bytes; always the same ones."""
    etag: str = ""
    """Without quotes; made from size and ends when it is left empty."""
    content_type: str = "binary/octet-stream"
    metadata: Mapping[str, str] = field(default_factory=dict)
    modified: datetime | None = None

    @classmethod
    def of(cls, data: bytes, content_type: str = "binary/octet-stream") -> Blob:
        """A blob that holds its bytes."""
        view = memoryview(bytes(data))
        digest = hashlib.md5(data, usedforsecurity=False).hexdigest()
        return cls(len(data), lambda start, n: bytes(view[start : start + n]), digest, content_type)

    def read(self, offset: int = 0, length: int | None = None) -> bytes:
        """This part of it, cut where the blob ends."""
        rest = max(0, self.size - offset)
        wanted = rest if length is None else min(length, rest)
        return self.part(offset, wanted) if wanted > 0 else b""

    def pieces(self, offset: int, length: int, step: int = 262_144) -> Iterator[bytes]:
        """The same in pieces, so that a large blob is never in memory as a whole."""
        end = min(offset + length, self.size)
        while offset < end:
            yield self.part(offset, min(step, end - offset))
            offset += step


@dataclass(frozen=True, slots=True)
class Listing:
    """One page of a bucket's keys."""

    objects: tuple[tuple[str, Blob], ...] = ()
    prefixes: tuple[str, ...] = ()
    """What the delimiter folded together; each counts as one entry."""
    next_after: str | None = None
    """Pass as `after` for the next page; None when this was the last."""


class Bucket:
    """The objects of one bucket, in the order of their keys."""

    def __init__(self, name: str, now: Callable[[], datetime] | None = None) -> None:
        self.name = name
        self.created = (now or _now)()
        self._now = now or _now
        self._blobs: dict[str, Blob] = {}
        self._keys: list[str] = []

    def __len__(self) -> int:
        return len(self._keys)

    def __contains__(self, key: object) -> bool:
        return key in self._blobs

    def put(self, key: str, content: Blob | bytes | str) -> Blob:
        """Write an object, over the one that was there; text is written as UTF-8."""
        if isinstance(content, str):
            content = content.encode()
        blob = Blob.of(content) if isinstance(content, bytes) else content
        whole = Blob(
            blob.size,
            blob.part,
            blob.etag or _fingerprint(blob),
            blob.content_type,
            blob.metadata,
            blob.modified or self._now(),
        )
        if key not in self._blobs:
            insort(self._keys, key)
        self._blobs[key] = whole
        return whole

    def head(self, key: str) -> Blob | None:
        """The object under this key, or None; its bytes are not touched."""
        return self._blobs.get(key)

    def get(self, key: str, offset: int = 0, length: int | None = None) -> bytes | None:
        """The bytes under this key (or a part of them), or None."""
        blob = self._blobs.get(key)
        return None if blob is None else blob.read(offset, length)

    def delete(self, key: str) -> bool:
        """Remove an object; false when there was none."""
        if self._blobs.pop(key, None) is None:
            return False
        del self._keys[bisect_left(self._keys, key)]
        return True

    def list(
        self, prefix: str = "", delimiter: str = "", after: str = "", limit: int = 1000
    ) -> Listing:
        """A page of at most `limit` entries behind `after`, folded at the delimiter."""
        objects: list[tuple[str, Blob]] = []
        prefixes: list[str] = []
        # The empty mark is in front of every key, even of an empty one.
        at = max(bisect_left(self._keys, prefix), bisect_right(self._keys, after) if after else 0)
        last = after
        while at < len(self._keys) and self._keys[at].startswith(prefix):
            if len(objects) + len(prefixes) >= limit:
                return Listing(tuple(objects), tuple(prefixes), last)
            key = self._keys[at]
            cut = key.find(delimiter, len(prefix)) if delimiter else -1
            if cut < 0:
                objects.append((key, self._blobs[key]))
                last = key
                at += 1
            else:
                folded = key[: cut + len(delimiter)]
                prefixes.append(folded)
                last = folded + LAST
                at = bisect_right(self._keys, last)
        return Listing(tuple(objects), tuple(prefixes))


Buckets = dict[str, Bucket]
"""The buckets of one server, by name."""


def _now() -> datetime:
    return datetime.now(UTC)


def _fingerprint(blob: Blob) -> str:
    """A stable etag for content that is too large to hash: its size and both ends."""
    ends = blob.read(0, 4096) + blob.read(max(0, blob.size - 4096), 4096)
    return hashlib.md5(b"%d:%s" % (blob.size, ends), usedforsecurity=False).hexdigest()
