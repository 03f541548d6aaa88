"""The interface of artifact stores, and the errors that they raise.

A store is blocking code, called on threads. It raises nothing but `StoreError`, whose `reason` lets
a caller distinguish for example "missing" from "denied" without reading the message.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Literal, Protocol, runtime_checkable

from tui.domain.location import Location
from tui.errors import ArtifactError
from tui.ports.threads import CancelToken

Reason = Literal[
    "credentials",
    "login",
    "secret",
    "secret-denied",
    "secret-missing",
    "denied",
    "missing",
    "unreachable",
    "region",
    "unsupported",
    "exists",
    "disk",
    "stopped",
    "not-recorded",
    "failed",
]
"""`credentials`: there are none; `login`: the store does not accept them; `secret`: the cluster
could not read their secret just now; `secret-denied`: we may not read the secret;
`secret-missing`: there is no such secret; `not-recorded`: this is a recording, and nobody asked its
store while it was made."""

SAME_FOR_ALL: frozenset[Reason] = frozenset(
    ("unreachable", "credentials", "login", "secret", "secret-denied", "secret-missing")
)
"""Reasons that hold for every location of a store, once one location of it has met them."""

Can = Literal["range", "list", "presign", "write", "stream"]
"""What a store may be able to do beyond giving an object from its first byte to its last: give a
part of one, list a folder, make a link that needs no login, take objects, give one as it comes."""

NO_SECRET: frozenset[Reason] = frozenset(("secret-denied", "secret-missing"))
"""Reasons in which credentials of this machine may be used instead, if somebody says so."""

ReadSecret = Callable[[str, str, str], bytes]
"""Reads a secret: (namespace, name, key) → value; made by `tui.ports.secrets.reader_of`."""

Progress = Callable[[int, int | None], None]
"""Called with the bytes done and the total (None if unknown), on any thread."""


class StoreError(ArtifactError):
    """A request to a store failed; the message is fit to show to a user."""

    def __init__(self, what: str, *, reason: Reason = "failed", hint: str = "") -> None:
        super().__init__(what, hint=hint)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Stat:
    """What a store knows about one object, without its content."""

    size: int
    modified: str = ""
    """RFC 3339; "" if unknown."""
    etag: str = ""
    content_type: str = ""
    is_measured: bool = True
    """Whether the size is known; what it says is 0 where the store does not tell it."""


@dataclass(frozen=True, slots=True)
class Folder:
    """What a store knows about a folder artifact: all objects under one prefix, at any depth."""

    count: int
    size: int
    whole: bool = True
    """False if there are more objects than were counted."""


@dataclass(frozen=True, slots=True)
class FolderEntry:
    """One entry of a folder: a file, or a folder inside it."""

    name: str
    is_folder: bool
    location: Location
    """The location by which the store reads or lists it."""
    size: int | None = None
    modified: str = ""


@dataclass(frozen=True, slots=True)
class FolderListing:
    """The direct entries of a folder."""

    entries: tuple[FolderEntry, ...]
    whole: bool = True
    """False if there are more entries than the limit of the request."""
    more: str = ""
    """Where the next page begins, for `listing`; "" where there is none."""
    inside: Location | None = None
    """What was listed, where that is not the location that was asked for but an archive there."""


@dataclass(frozen=True, slots=True)
class Link:
    """An address that anybody can read an object at who has it, until it ends."""

    url: str = field(repr=False)
    until: datetime | None = None
    """When it ends; None where it does not."""


class Store(Protocol):
    """Reads artifacts of one kind of location. Every method may be called on any thread."""

    @property
    def can(self) -> frozenset[Can]:
        """What it is able to do. Without `range`, `read` reads from the beginning and closes."""

    def stat(self, location: Location) -> Stat | Folder:
        """What is at a location. Raises StoreError ("missing" if there is nothing)."""

    def read(self, location: Location, offset: int, length: int) -> bytes:
        """A part of one object in bytes; shorter than `length` only at the object's end."""

    def listing(self, location: Location, limit: int = 1000, after: str = "") -> FolderListing:
        """The direct entries of a folder, folders first in each page.

        `after` is the `more` of the page before.
        """

    def link(self, location: Location, seconds: int) -> Link:
        """A link to one object that ends after so long. Raises StoreError ("unsupported")."""

    def download(
        self,
        location: Location,
        target: Path,
        progress: Progress,
        stop: CancelToken,
        *,
        overwrite: bool = False,
    ) -> Path:
        """Write the artifact, a file or a whole folder, to `target`: all of it or nothing.

        Raises: StoreError; "exists" if `target` exists and may not be replaced, "stopped" if
        `stop` was set. Nothing is left behind then.
        """

    def close(self) -> None:
        """Close connections and remove temporary files; the store may not be used again."""


@runtime_checkable
class Streams(Protocol):
    """What a store that can `stream` has."""

    def stream(self, location: Location, fact: Stat, stop: CancelToken) -> Iterator[bytes]:
        """The content of the object that `fact` tells of, in order, as it comes.

        Where its connection breaks it goes on from there; it ends early where `stop` is set.
        Raises: StoreError, where it is another by now, too.
        """


def length_in(text: str) -> int | None:
    """The number of bytes in a header; None if it holds no sensible number."""
    return int(text) if re.fullmatch("[0-9]{1,18}", text) else None


def stopped() -> StoreError:
    """The error of a download whose `stop` was set."""
    return StoreError("the download was stopped", reason="stopped")


def no_link(name: str) -> StoreError:
    """The error for a link to something of which there is none."""
    return StoreError(f"there is no link to {name}", reason="unsupported")


def not_a_folder(name: str) -> StoreError:
    """The error for listing something that is not a folder."""
    return StoreError(f"{name} is not a folder", reason="unsupported")
