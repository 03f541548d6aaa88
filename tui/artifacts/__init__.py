"""The registry of artifact stores: one for each kind of location, imported when first needed.

Panes know a store only by its registration and its interface, so a new kind of store is one module
and one line here.
"""

from __future__ import annotations

import importlib
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import msgspec

from tui.artifacts.base import (
    SAME_FOR_ALL,
    Can,
    Folder,
    FolderListing,
    Link,
    Progress,
    ReadSecret,
    Stat,
    Store,
    StoreError,
    Streams,
)
from tui.artifacts.elsewhere import how_elsewhere
from tui.domain.hidden import only_host
from tui.domain.location import (
    InsideLocation,
    Location,
    OtherLocation,
    S3Location,
    with_own_credentials,
)

# Under another name: that of a module in here would take its place when it is imported.
from tui.domain.location import by_s3 as as_s3
from tui.ports.stores import StoreAnswers
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


def _gcs_title(location: Location) -> str:
    return "GCS"


def _oss_title(location: Location) -> str:
    return f"OSS {only_server(location)}"


def _azure_title(location: Location) -> str:
    return f"Azure {only_server(location)}"


def only_server(location: Location) -> str:
    """The server in the fields of a location, as it can be shown."""
    if not isinstance(location, OtherLocation):
        return location.server
    return only_host(str(location.fields.get("endpoint") or location.kind))


def _served_title(location: Location) -> str:
    source = location.fields.get("source") if isinstance(location, OtherLocation) else None
    return str(getattr(source, "by", ""))


def _by_server(location: Location) -> str:
    return location.kind


STORES: Registry[StoreKind] = Registry(
    "store",
    (
        StoreKind("argo-server", "tui.artifacts.served:ServedStore", _served_title, _by_server),
        StoreKind("azure", "tui.artifacts.azure:AzureStore", _azure_title, only_server),
        StoreKind("gcs", "tui.artifacts.gcs:GcsStore", _gcs_title, only_server),
        StoreKind("http", "tui.artifacts.http:HttpStore"),
        StoreKind("oss", "tui.artifacts.oss:OssStore", _oss_title, only_server),
        StoreKind("raw", "tui.artifacts.raw:RawStore"),
        StoreKind("s3", "tui.artifacts.s3:S3Store", _s3_title, only_server),
    ),
)


def open_store(location: Location, secrets: ReadSecret) -> Store:
    """A store that can read this location.

    Raises: StoreError ("unsupported") that names the tool to use instead.
    """
    kind = STORES.get(location.kind)
    if kind is None:
        raise unsupported(location)
    return _made(kind, secrets)


def _made(kind: StoreKind, secrets: ReadSecret) -> Store:
    if not isinstance(kind.make, str):
        return kind.make(secrets)
    module, _, name = kind.make.partition(":")
    factory: MakeStore = getattr(importlib.import_module(module), name)
    return factory(secrets)


def title_of(location: Location) -> str:
    """A name for the store of a location; "" for none."""
    if isinstance(location, InsideLocation):
        return title_of(location.outer)
    kind = STORES.get(location.kind)
    return kind.title(location) if kind is not None else ""


def server_of(location: Location) -> str:
    """The server of a location, as its store registers it."""
    if isinstance(location, InsideLocation):
        return server_of(location.outer)
    kind = STORES.get(location.kind)
    return kind.server(location) if kind is not None else location.url


def account_of(location: Location) -> tuple[str, Location | None]:
    """The server of a location, and what it is asked with where that is known."""
    place = as_s3(location.stored if isinstance(location, InsideLocation) else location)
    whose = replace(place, bucket="", key="") if isinstance(place, S3Location) else None
    return server_of(location), whose


class Unusable:
    """Stores that cannot be used, so that each is asked once however many locations it has.

    A server that is away is so for everybody, but whom it refuses may be one of several.
    """

    def __init__(self) -> None:
        self._errors: dict[object, StoreError] = {}

    def why(self, location: Location) -> StoreError | None:
        """What was said of another location and holds for this one, too."""
        server, _ = account = account_of(location)
        return self._errors.get(server) or self._errors.get(account)

    def heed(self, location: Location, error: StoreError) -> None:
        """Remember what was said of a location, if it holds for others."""
        if error.reason in SAME_FOR_ALL:
            server, _ = account = account_of(location)
            self._errors.setdefault(server if error.reason == "unreachable" else account, error)


def unsupported(location: Location) -> StoreError:
    """The error for a location that cannot be read here, with a command that can."""
    what = f"{location.kind} is not supported here"
    return StoreError(what, reason="unsupported", hint=how_elsewhere(location))


Reach = Callable[[Location], Location]


def _as_it_is(location: Location) -> Location:
    return location


class ReachedStore:
    """A store whose locations are those of workflows, reached as this machine reaches them."""

    def __init__(self, store: Store, reach: Reach) -> None:
        self._store = store
        self._reach = reach

    @property
    def can(self) -> frozenset[Can]:
        """What it is able to do."""
        return self._store.can

    def stat(self, location: Location) -> Stat | Folder:
        """What is at a location."""
        return self._store.stat(self._reach(location))

    def read(self, location: Location, offset: int, length: int) -> bytes:
        """A part of one object."""
        return self._store.read(self._reach(location), offset, length)

    def stream(self, location: Location, fact: Stat, stop: CancelToken) -> Iterator[bytes]:
        """The content of one object, of a store that can give that."""
        if not isinstance(self._store, Streams):
            raise StoreError(f"{location.kind} is not read as it comes", reason="unsupported")
        return self._store.stream(self._reach(location), fact, stop)

    def listing(self, location: Location, limit: int = 1000, after: str = "") -> FolderListing:
        """The direct entries of a folder."""
        return self._store.listing(self._reach(location), limit, after)

    def link(self, location: Location, seconds: int) -> Link:
        """A link to one object."""
        return self._store.link(self._reach(location), seconds)

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


RAW = "raw"
"""The kind of what is written in the workflow itself."""


def _heard(store: Store, answers: StoreAnswers) -> Store:
    from tui.artifacts.heard import HeardStore

    return HeardStore(store, answers)


class Stores:
    """The open stores of one cluster; each is opened once, so that connections are reused."""

    def __init__(
        self,
        secrets: ReadSecret,
        reach: Reach = _as_it_is,
        *,
        own_credentials: bool = False,
        answers: StoreAnswers | None = None,
    ) -> None:
        """`reach` gives a location as it is reached from this machine; all that stores answer goes
        through `answers`, where there are any."""
        self._answers = answers
        self._secrets = secrets
        self._given = reach
        self._own = own_credentials
        self._open: dict[str, Store] = {}
        self._lock = threading.Lock()

    @property
    def uses_own_credentials(self) -> bool:
        """Whether requests are signed with credentials of this machine, whatever workflows name."""
        return self._own

    def use_own_credentials(self) -> None:
        """Sign with credentials of this machine from now on; only ever because somebody said so."""
        self._own = True

    def again(self) -> Stores:
        """The same stores anew, for work that goes on when these are closed."""
        return Stores(self._secrets, self._given, own_credentials=self._own, answers=self._answers)

    def _reach(self, location: Location) -> Location:
        found = self._given(location)
        return with_own_credentials(found) if self._own else found

    def reached(self, location: Location) -> Location:
        """A location as this machine reaches it."""
        if isinstance(location, InsideLocation):
            return replace(location, outer=self.reached(location.outer))
        return self._reach(location)

    def own_credentials(self, location: Location) -> str:
        """What credentials this machine has for a location: `the AWS profile ops`; "" for none."""
        place = self._given(location.stored if isinstance(location, InsideLocation) else location)
        if not isinstance(place, S3Location):
            return ""
        from tui.artifacts.s3_client import own_credentials

        return own_credentials(place.profile)

    def store(self, location: Location) -> Store:
        """The store for this location. Raises StoreError ("unsupported")."""
        if isinstance(location, InsideLocation):
            return self._archives(location)
        with self._lock:
            if location.kind not in self._open:
                opened: Store = ReachedStore(open_store(location, self._secrets), self._reach)
                if self._answers is not None and location.kind != RAW:
                    opened = _heard(opened, self._answers)
                self._open[location.kind] = opened
            return self._open[location.kind]

    def upload(self, location: Location, source: Path) -> None:
        """Write a local file to a location in S3. Raises: StoreError."""
        from tui.artifacts.s3 import S3Store

        if not isinstance(location, S3Location):
            raise StoreError("files are uploaded to S3 only", reason="unsupported")
        store = S3Store(self._secrets)
        try:
            store.upload(self._reach(location), source)
        finally:
            store.close()

    def _archives(self, location: InsideLocation) -> Store:
        """What reads archives of the store that this one is in; it keeps what it has seen."""
        from tui.artifacts.archives import ArchiveStore

        outer = self.store(location.outer)
        kind = "in " * location.depth + location.stored.kind
        with self._lock:
            return self._open.setdefault(kind, ArchiveStore(outer))

    def close(self) -> None:
        """Close all stores; they are opened again when needed."""
        with self._lock:
            stores, self._open = self._open, {}
        for store in stores.values():
            store.close()


__all__ = [
    "STORES",
    "StoreKind",
    "Stores",
    "Unusable",
    "account_of",
    "open_store",
    "title_of",
    "unsupported",
]
