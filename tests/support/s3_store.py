"""Our S3 store, and locations for it to open."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from tests.support.s3_servers import ACCESS_KEY, SECRET_KEY
from tui.domain.location import S3Location, SecretRef
from tui.errors import Missing

MIB = 1 << 20
VALUES = {"user": ACCESS_KEY.encode(), "password": SECRET_KEY.encode() + b"\n", "wrong": b"wrong"}


def secrets(namespace: str, name: str, key: str) -> bytes:
    """The keys of the store, in the secret called minio."""
    assert namespace == "ml"
    if name != "minio":
        raise Missing(f'secrets "{name}" not found', status=404)
    return VALUES[key]


def here(endpoint: str, key: str, **more: Any) -> S3Location:
    """An object of a server that listens here."""
    whole = S3Location(
        "runs",
        key,
        endpoint=endpoint,
        insecure=True,
        namespace="ml",
        access_key=SecretRef("minio", "user"),
        secret_key=SecretRef("minio", "password"),
    )
    return replace(whole, **more)


def quiet(done: int, total: int | None) -> None:
    """Nobody wants to know how far a download is."""
