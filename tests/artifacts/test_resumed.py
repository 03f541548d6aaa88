"""A download that was cut off goes on from there; one of something else begins anew."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.s3_servers import demo_s3
from tests.support.s3_store import MIB, here, quiet
from tui.artifacts.base import StoreError
from tui.artifacts.s3 import S3Store
from tui.artifacts.s3_download import PIECE
from tui.artifacts.saving import kept_file
from tui.demo.bucket import Blob, Buckets
from tui.ports.threads import CancelToken

SIZE = 2 * PIECE + 16 * MIB
PATTERN = bytes(range(251)) * 5000


class Large:
    """Content that can be cut off, and counts what of it is given."""

    def __init__(self) -> None:
        self.most = SIZE
        self.given = 0
        self.shift = 0
        self._lock = threading.Lock()

    def part(self, offset: int, length: int) -> bytes:
        if offset + length > self.most:
            raise ConnectionResetError("the store went away")
        with self._lock:
            self.given += length
        at = (offset + self.shift) % 251
        return PATTERN[at : at + length]

    def is_in(self, path: Path) -> bool:
        found = path.read_bytes()
        step = MIB
        return len(found) == SIZE and all(
            found[at : at + step] == self.part(at, min(step, SIZE - at))
            for at in range(0, SIZE, step)
        )


@pytest.fixture
def large() -> Large:
    return Large()


@pytest.fixture
def server(large: Large) -> Iterator[tuple[str, Buckets]]:
    with demo_s3("runs") as (endpoint, buckets):
        buckets["runs"].put("big", Blob(SIZE, large.part, etag="one"))
        yield endpoint, buckets


def fetch(store: S3Store, endpoint: str, target: Path, told: list[int] | None = None) -> None:
    progress = quiet if told is None else lambda done, total: told.append(done)
    store.download(here(endpoint, "big"), target, progress, CancelToken())


def cut_off(store: S3Store, large: Large, endpoint: str, target: Path) -> StoreError:
    """A try that ends when the store goes away."""
    large.most = PIECE + 10 * MIB
    with pytest.raises(StoreError) as error:
        fetch(store, endpoint, target)
    assert error.value.reason == "unreachable"
    assert not target.exists(), "what is not whole never has its name"
    large.most = SIZE
    large.given = 0
    return error.value


def test_what_was_fetched_before_the_store_went_away_is_not_fetched_again(
    store: S3Store, large: Large, server: tuple[str, Buckets], tmp_path: Path
) -> None:
    error = cut_off(store, large, server[0], tmp_path / "x")
    # Answers of the first try may still be on their way: what the second asks for is counted alone.
    again = Large()
    server[1]["runs"].put("big", Blob(SIZE, again.part, etag="one"))
    assert "broke off in the middle of big" in error.what
    assert error.hint.endswith("MiB are kept; the next try goes on from there")
    (part,) = tmp_path.iterdir()
    assert part.name.startswith(".x.") and part.name.endswith(".part")
    told: list[int] = []
    fetch(store, server[0], tmp_path / "x", told)
    # Ranges are fetched side by side: how much of which was there depends on who was quicker.
    kept = float(error.hint.split(" MiB of ")[0]) * MIB
    assert told[0] >= kept - MIB > 0 and told[-1] == SIZE, "it goes on from where it said"
    assert again.given <= SIZE - told[0] + MIB, "what was there"
    assert large.is_in(tmp_path / "x")
    assert os.listdir(tmp_path) == ["x"]


def test_an_object_that_changed_meanwhile_is_fetched_anew(
    store: S3Store, large: Large, server: tuple[str, Buckets], tmp_path: Path
) -> None:
    cut_off(store, large, server[0], tmp_path / "x")
    large.shift = 7
    server[1]["runs"].put("big", Blob(SIZE, large.part, etag="two"))
    fetch(store, server[0], tmp_path / "x")
    assert large.given >= SIZE
    assert large.is_in(tmp_path / "x")


def test_an_object_that_changes_between_two_ranges_is_said_and_leaves_nothing(
    store: S3Store, large: Large, server: tuple[str, Buckets], tmp_path: Path
) -> None:
    def change(done: int, total: int | None) -> None:
        if done:
            server[1]["runs"].put("big", Blob(SIZE, large.part, etag=f"other {done}"))

    # More ranges than are fetched at a time, so that some are asked for after the change.
    big = Blob(6 * PIECE, large.part, etag="one")
    large.most = 6 * PIECE
    server[1]["runs"].put("big", big)
    with pytest.raises(StoreError, match="changed while it was read"):
        store.download(here(server[0], "big"), tmp_path / "x", change, CancelToken())
    assert os.listdir(tmp_path) == []


def test_what_claims_to_be_a_part_but_is_a_link_or_lies_is_not_believed(
    store: S3Store, large: Large, server: tuple[str, Buckets], tmp_path: Path
) -> None:
    cut_off(store, large, server[0], tmp_path / "x")
    (part,) = tmp_path.iterdir()
    elsewhere = tmp_path / "theirs"
    part.rename(elsewhere)
    before = elsewhere.read_bytes()
    part.symlink_to(elsewhere)
    fetch(store, server[0], tmp_path / "x")
    assert large.is_in(tmp_path / "x")
    assert elsewhere.read_bytes() == before
    part.unlink(missing_ok=True)
    (tmp_path / "x").unlink()
    with part.open("wb") as file:
        file.truncate(SIZE)
        file.seek(SIZE)
        file.write(b"\xff" * 24)
    fetch(store, server[0], tmp_path / "x")
    assert large.is_in(tmp_path / "x"), "a length that cannot be is none"


def test_two_that_fetch_the_same_to_one_place_do_not_write_into_each_others_file(
    tmp_path: Path,
) -> None:
    target = tmp_path / "x"
    with kept_file(target, size=4, step=4, mark="m", overwrite=False) as one:
        with kept_file(target, size=4, step=4, mark="m", overwrite=False) as two:
            assert one.path != two.path
            two.path.write_bytes(b"two!")
        one.path.write_bytes(b"one!")
        target.unlink()
    assert target.read_bytes() == b"one!"
    assert os.listdir(tmp_path) == ["x"]
