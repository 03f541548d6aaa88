"""The registry of artifact stores: one for each kind of location, imported when first needed.

Panes know a store only by its registration and its interface, so a new kind of store is one module
and one line here.
"""

from __future__ import annotations

import importlib
import threading
from collections.abc import Callable, Mapping
from pathlib import Path

import msgspec

from tui.artifacts.base import (
    Folder,
    FolderListing,
    Progress,
    ReadSecret,
    Stat,
    Store,
    StoreError,
)
from tui.domain.location import Location, OtherLocation
from tui.ports.threads import CancelToken
from tui.registry import Registry

MakeStore = Callable[[ReadSecret], Store]


def _address(location: Location) -> str:
    return location.url


def _untitled(location: Location) -> str:
    return ""


class StoreKind(msgspec.Struct, frozen=True):
    """The registration of a store for one kind of location."""

    id: str
    """The kind of location."""
    make: MakeStore | str
    """Makes the store from a reader of secrets; "module:name" is imported when first needed."""
    title: Callable[[Location], str] = _untitled
    """A name for the store of a location, such as `S3 minio:9000`; "" for none."""
    server: Callable[[Location], str] = _address
    """The server of a location; if it cannot be used, all its locations cannot be read."""


def _s3_title(location: Location) -> str:
    return f"S3 {location.server or 'Amazon'}"


def _s3_server(location: Location) -> str:
    return location.server


STORES: Registry[StoreKind] = Registry(
    "store",
    (
        StoreKind("http", "tui.artifacts.http:HttpStore"),
        StoreKind("raw", "tui.artifacts.raw:RawStore"),
        StoreKind("s3", "tui.artifacts.s3:S3Store", _s3_title, _s3_server),
    ),
)

ELSEWHERE: Mapping[str, str] = {
    "artifactory": "curl -O '{url}'",
    "azure": "az storage blob download --blob-url '{url}'",
    "gcs": "gcloud storage cp '{url}' .",
    "git": "git clone '{url}'",
    "hdfs": "hdfs dfs -get '{key}'",
    "oss": "ossutil cp '{url}' .",
}
"""Commands to download an artifact of a kind that has no store here."""


def open_store(location: Location, secrets: ReadSecret) -> Store:
    """A store that can read this location.

    Raises: StoreError ("unsupported") that names the tool to use instead.
    """
    kind = STORES.get(location.kind)
    if kind is None:
        raise unsupported(location)
    if not isinstance(kind.make, str):
        return kind.make(secrets)
    module, _, name = kind.make.partition(":")
    factory: MakeStore = getattr(importlib.import_module(module), name)
    return factory(secrets)


def title_of(location: Location) -> str:
    """A name for the store of a location; "" for none."""
    kind = STORES.get(location.kind)
    return kind.title(location) if kind is not None else ""


def server_of(location: Location) -> str:
    """The server of a location, as its store registers it."""
    kind = STORES.get(location.kind)
    return kind.server(location) if kind is not None else location.url


def unsupported(location: Location) -> StoreError:
    """The error for a location that cannot be read here, with a command that can."""
    command = ELSEWHERE.get(location.kind, "argo cp WORKFLOW .")
    fields = {"url": location.url, "key": location.key}
    # A quote in a key would end the shell's quoting, so no command is offered then.
    if isinstance(location, OtherLocation) and not any("'" in text for text in fields.values()):
        hint = f"download it with: {command.format(**fields)}"
    else:
        hint = "download it with argo cp"
    return StoreError(f"{location.kind} is not supported here", reason="unsupported", hint=hint)


Reach = Callable[[Location], Location]


def _as_it_is(location: Location) -> Location:
    return location


class ReachedStore:
    """A store whose locations are those of workflows, reached as this machine reaches them."""

    def __init__(self, store: Store, reach: Reach) -> None:
        self._store = store
        self._reach = reach

    def stat(self, location: Location) -> Stat | Folder:
        """What is at a location."""
        return self._store.stat(self._reach(location))

    def read(self, location: Location, offset: int, length: int) -> bytes:
        """A part of one object."""
        return self._store.read(self._reach(location), offset, length)

    def listing(self, location: Location, limit: int = 1000) -> FolderListing:
        """The direct entries of a folder."""
        return self._store.listing(self._reach(location), limit)

    def download(
        self,
        location: Location,
        target: Path,
        progress: Progress,
        stop: CancelToken,
        *,
        overwrite: bool = False,
    ) -> Path:
        """Write the artifact to a file or folder."""
        place = self._reach(location)
        return self._store.download(place, target, progress, stop, overwrite=overwrite)

    def close(self) -> None:
        """Close connections."""
        self._store.close()


class Stores:
    """The open stores of one cluster; each is opened once, so that connections are reused."""

    def __init__(self, secrets: ReadSecret, reach: Reach = _as_it_is) -> None:
        """`reach` gives a location as it is reached from this machine."""
        self._secrets = secrets
        self._reach = reach
        self._open: dict[str, Store] = {}
        self._lock = threading.Lock()

    def store(self, location: Location) -> Store:
        """The store for this location. Raises StoreError ("unsupported")."""
        with self._lock:
            if location.kind not in self._open:
                opened = open_store(location, self._secrets)
                self._open[location.kind] = ReachedStore(opened, self._reach)
            return self._open[location.kind]

    def close(self) -> None:
        """Close all stores; they are opened again when needed."""
        with self._lock:
            stores, self._open = self._open, {}
        for store in stores.values():
            store.close()


__all__ = [
    "ELSEWHERE",
    "STORES",
    "StoreKind",
    "Stores",
    "open_store",
    "server_of",
    "title_of",
    "unsupported",
]
