"""A local file into the store of an input artifact, before the workflow that reads it is made.

It goes under a key of its own, so that nothing that is there is ever replaced.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tui.artifacts import Stores
from tui.artifacts.base import StoreError
from tui.artifacts.repository import look_for_repository
from tui.domain.location import Location, S3Location, is_full, kind_of, located, with_key
from tui.domain.workflow import Metadata, Workflow
from tui.ports.connection import Connection
from tui.ports.secrets import Secrets, reader_of
from tui.ports.stores import reached_from


def place_for(
    artifact: Mapping[str, Any], key: str, namespace: str, connection: Connection
) -> Location:
    """Where an artifact of this key is: in its own store, else in that of the namespace.

    Raises: StoreError where nothing says so, or it is none that files are uploaded to.
    """
    whole = with_key(artifact, key) if kind_of(artifact) else None
    if whole is None or not is_full(whole):
        looked = look_for_repository(Workflow(metadata=Metadata(namespace=namespace)), connection)
        if looked.repository is None:
            why = f": {looked.why_not}" if looked.why_not else ""
            raise StoreError(f"no artifact repository was found for {namespace}{why}")
        whole = with_key(looked.repository, key)
    place = located(whole, namespace) if whole is not None else None
    if not isinstance(place, S3Location):
        raise StoreError("files are uploaded to S3 only", reason="unsupported")
    return place


def upload(place: Location, source: Path, connection: Connection) -> None:
    """Write a file there. Raises: StoreError."""
    if connection.port(Secrets) is None:
        raise StoreError(connection.lacks(Secrets))
    stores = Stores(reader_of(connection), lambda each: reached_from(connection, each))
    try:
        stores.upload(place, source)
    finally:
        stores.close()
