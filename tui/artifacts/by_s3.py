"""Stores of other kinds that speak the protocol of S3 beside their own."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from tui.artifacts.base import (
    Can,
    Folder,
    FolderListing,
    Link,
    Progress,
    ReadSecret,
    Stat,
    StoreError,
)
from tui.artifacts.elsewhere import how_elsewhere
from tui.artifacts.s3 import S3Store
from tui.domain.location import Location, OtherLocation, S3Location, by_s3
from tui.ports.threads import CancelToken


class ByS3Store:
    """Reads what another kind of store gives by the protocol of S3."""

    kind = ""
    """The kind of location, as Argo calls it."""
    scheme = ""
    """How addresses of the store begin."""
    how = ""
    """What opens the door, as the beginning of a sentence that ends with another way."""

    def __init__(self, secrets: ReadSecret) -> None:
        self._s3 = S3Store(secrets)

    can: frozenset[Can] = S3Store.can

    def stat(self, location: Location) -> Stat | Folder:
        """What is at a location."""
        try:
            return self._s3.stat(by_s3(location))
        except StoreError as error:
            raise self._explained(error, location) from error

    def read(self, location: Location, offset: int, length: int) -> bytes:
        """A part of one object."""
        try:
            return self._s3.read(by_s3(location), offset, length)
        except StoreError as error:
            raise self._explained(error, location) from error

    def stream(self, location: Location, fact: Stat, stop: CancelToken) -> Iterator[bytes]:
        """The content of one object, as it comes."""
        try:
            yield from self._s3.stream(by_s3(location), fact, stop)
        except StoreError as error:
            raise self._explained(error, location) from error

    def listing(self, location: Location, limit: int = 1000, after: str = "") -> FolderListing:
        """The direct entries of a folder."""
        try:
            return self._s3.listing(by_s3(location), limit, after)
        except StoreError as error:
            raise self._explained(error, location) from error

    def link(self, location: Location, seconds: int) -> Link:
        """A link to one object."""
        return self._s3.link(by_s3(location), seconds)

    def download(
        self,
        location: Location,
        target: Path,
        progress: Progress,
        stop: CancelToken,
        *,
        overwrite: bool = False,
    ) -> Path:
        """Write an object to a file, or a folder to a folder."""
        place = by_s3(location)
        try:
            return self._s3.download(place, target, progress, stop, overwrite=overwrite)
        except StoreError as error:
            raise self._explained(error, location) from error

    def close(self) -> None:
        """Close connections."""
        self._s3.close()

    def _explained(self, error: StoreError, location: Location) -> StoreError:
        """The same error, with how the object is had where this door stays closed."""
        if error.reason not in ("denied", "login", "credentials"):
            return error
        place = by_s3(location)
        assert isinstance(place, S3Location)
        own = f"{self.scheme}://{place.bucket}/{place.key}"
        # Its own tool comes by the other door.
        fields = {"endpoint": place.endpoint.removeprefix("s3.")}
        return StoreError(
            error.what,
            reason=error.reason,
            hint=self.how + how_elsewhere(OtherLocation(self.kind, place.key, own, "", fields)),
        )
