"""A large object from rclone, whole and in parts; a gigabyte of it with HARD=1."""

from __future__ import annotations

import hashlib
import os
import resource
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.s3_servers import rclone_s3
from tests.support.s3_store import MIB, here, quiet, secrets
from tui.artifacts.base import Stat, StoreError
from tui.artifacts.s3 import S3Store
from tui.ports.threads import CancelToken

SIZE = (1024 if os.environ.get("HARD") else 80) * MIB
MOST_MEMORY = 200 * MIB
"""More memory than before that a download may take, whatever it downloads."""


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, str]]:
    """The address of the server, and the digest of its object `big`."""
    folder = tmp_path_factory.mktemp("rclone")
    with rclone_s3(folder) as endpoint:
        digest = hashlib.sha256()
        with (folder / "runs/big").open("wb") as file:
            for number in range(SIZE // MIB):
                piece = hashlib.sha256(str(number).encode()).digest() * (MIB // 32)
                digest.update(piece)
                file.write(piece)
        yield endpoint, digest.hexdigest()


def digest_of(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def test_it_comes_whole_in_parallel_parts_and_little_memory(
    large: tuple[str, str], tmp_path: Path
) -> None:
    endpoint, digest = large
    store = S3Store(secrets)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    told: list[int] = []
    target = tmp_path / "big"
    store.download(
        here(endpoint, "big"), target, lambda done, total: told.append(done), CancelToken()
    )
    assert digest_of(target) == digest
    assert told[-1] == SIZE and told == sorted(told)
    grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) * 1024
    assert grown < MOST_MEMORY
    assert os.listdir(tmp_path) == ["big"]
    store.close()


def test_any_part_of_it_is_read_by_itself(large: tuple[str, str]) -> None:
    endpoint, _ = large
    store = S3Store(secrets)
    place = here(endpoint, "big")
    found = store.stat(place)
    assert isinstance(found, Stat) and found.size == SIZE
    for number in (0, 7, SIZE // MIB - 1):
        expected = hashlib.sha256(str(number).encode()).digest() * 2
        assert store.read(place, number * MIB, 64) == expected
    assert len(store.read(place, SIZE - 10, 100)) == 10
    assert store.read(place, SIZE, 100) == b""
    store.close()


def test_stopped_half_way_it_leaves_nothing_and_the_next_one_is_whole(
    large: tuple[str, str], tmp_path: Path
) -> None:
    endpoint, digest = large
    store = S3Store(secrets)
    stop = CancelToken()

    def enough(done: int, total: int | None) -> None:
        if done > SIZE // 2:
            stop.set()

    with pytest.raises(StoreError) as stopped:
        store.download(here(endpoint, "big"), tmp_path / "x", enough, stop)
    assert stopped.value.reason == "stopped"
    assert os.listdir(tmp_path) == []
    store.download(here(endpoint, "big"), tmp_path / "x", quiet, CancelToken())
    assert digest_of(tmp_path / "x") == digest
    store.close()


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full here")
def test_a_device_is_no_place_for_it(large: tuple[str, str]) -> None:
    store = S3Store(secrets)
    with pytest.raises(StoreError, match="device"):
        store.download(
            here(large[0], "big"), Path("/dev/full"), quiet, CancelToken(), overwrite=True
        )
    store.close()
