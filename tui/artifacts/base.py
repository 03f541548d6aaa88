"""What a store of artifacts promises, and the words for everything that can go wrong with one.

A store is blocking code, called on threads. It raises nothing but `StoreError`, whose `reason` lets
a caller tell "it is gone" from "you may not" without reading the words.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, Protocol

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
    "failed",
]
"""`credentials`: there are none; `login`: the store does not accept them; `secret`: the cluster
does not hand them out just now, or never (`secret-denied`), or has none (`secret-missing`)."""

SAME_FOR_ALL: frozenset[Reason] = frozenset(
    ("unreachable", "credentials", "login", "secret", "secret-denied", "secret-missing")
)
"""What one location of a store meets, the others of it meet as well."""

ReadSecret = Callable[[str, str, str], bytes]
"""(namespace, name, key) → value, as `tui.ports.secrets.reader_of` a connection gives it."""

Progress = Callable[[int, int | None], None]
"""Told bytes so far and bytes in all (None where nobody knows); called on any thread."""


class StoreError(ArtifactError):
    """A store did not do what was asked; the words are fit to show."""

    def __init__(self, what: str, *, reason: Reason = "failed", hint: str = "") -> None:
        super().__init__(what, hint=hint)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Stat:
    """One object, without its bytes."""

    size: int
    modified: str = ""
    """RFC 3339; "" where the store does not say."""
    etag: str = ""
    content_type: str = ""


@dataclass(frozen=True, slots=True)
class Folder:
    """A folder artifact: objects under one prefix, at any depth."""

    count: int
    size: int
    whole: bool = True
    """False when there were more objects than we counted."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of a folder: a file, or a folder inside it."""

    name: str
    is_folder: bool
    location: Location
    """Where it is: what the store takes to read it, or to list what is in it."""
    size: int | None = None
    modified: str = ""


@dataclass(frozen=True, slots=True)
class Listing:
    """What is directly inside a folder."""

    entries: tuple[Entry, ...]
    whole: bool = True
    """False when there is more than was asked for."""


class Store(Protocol):
    """Where artifacts of one kind of location are. Every method may be called on any thread."""

    def stat(self, location: Location) -> Stat | Folder:
        """What is there. Raises StoreError ("missing") where there is nothing."""

    def read(self, location: Location, offset: int, length: int) -> bytes:
        """A part of one object, shorter only at its end."""

    def listing(self, location: Location, limit: int = 1000) -> Listing:
        """What is directly inside a folder, folders first."""

    def download(
        self,
        location: Location,
        target: Path,
        progress: Progress,
        stop: CancelToken,
        *,
        overwrite: bool = False,
    ) -> Path:
        """Write the artifact (a whole folder, if it is one) to `target`, all of it or nothing.

        Raises: StoreError; "exists" if `target` is there and may not be replaced, "stopped" if
        `stop` was set, and then nothing is left behind.
        """

    def close(self) -> None:
        """Let go of connections and temporary files; the store may not be used again."""


def length_in(text: str) -> int | None:
    """The length that a header tells; None where it tells none, or nonsense."""
    return int(text) if re.fullmatch("[0-9]{1,18}", text) else None


def stopped() -> StoreError:
    """The answer of a download whose `stop` was set."""
    return StoreError("the download was stopped", reason="stopped")


def nowhere_to_list(name: str) -> StoreError:
    """The answer of stores that have no folders."""
    return StoreError(f"{name} is not a folder", reason="unsupported")
