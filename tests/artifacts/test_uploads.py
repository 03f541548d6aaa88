"""A local file goes into S3 whole, to a key that nothing had."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.s3_store import here, secrets
from tui.artifacts import Stores
from tui.artifacts.base import StoreError
from tui.artifacts.s3 import S3Store
from tui.domain.location import RawLocation


def test_what_was_uploaded_is_what_is_read(store: S3Store, endpoint: str, tmp_path: Path) -> None:
    for name, data in (("d.bin", bytes(range(256)) * 5000), ("empty", b""), ("ü x.txt", b"odd")):
        file = tmp_path / name
        file.write_bytes(data)
        place = here(endpoint, f"uploads/1/{name}")
        store.upload(place, file)
        assert store.read(place, 0, len(data) + 1) == data


def test_a_file_that_is_gone_and_a_store_that_takes_none_are_told(
    endpoint: str, tmp_path: Path
) -> None:
    stores = Stores(secrets)
    with pytest.raises(StoreError, match="cannot be read"):
        stores.upload(here(endpoint, "k"), tmp_path / "none")
    (tmp_path / "f").write_bytes(b"x")
    with pytest.raises(StoreError, match="bucket"):
        stores.upload(here(endpoint, "k", bucket="nowhere"), tmp_path / "f")
    with pytest.raises(StoreError, match="S3 only"):
        stores.upload(RawLocation("x"), tmp_path / "f")
