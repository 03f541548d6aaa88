"""A download that was cut off goes on from there; one of something else begins anew."""

from __future__ import annotations

import hashlib
import os
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.s3_servers import demo_s3
from tests.support.s3_store import MIB, here, quiet
from tui.artifacts.base import Stat, StoreError
from tui.artifacts.s3 import S3Store
from tui.artifacts.s3_download import PIECE
from tui.artifacts.saving import Kept, kept_file
from tui.demo.bucket import Blob, Bucket, Buckets
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


@pytest.mark.parametrize("key", ["big", "dir"])
def test_where_nothing_came_nothing_is_kept_nor_said_to_be(
    store: S3Store, large: Large, server: tuple[str, Buckets], tmp_path: Path, key: str
) -> None:
    large.most = 0
    server[1]["runs"].put("dir/inner", Blob(SIZE, large.part, etag="one"))
    with pytest.raises(StoreError) as error:
        store.download(here(server[0], key), tmp_path / "x", quiet, CancelToken())
    assert error.value.reason == "unreachable"
    assert "kept" not in str(error.value)
    assert os.listdir(tmp_path) == []


class Straight:
    """Content that is asked for in order, and whose connection breaks at some places, each once."""

    def __init__(self, *breaks: int) -> None:
        self.breaks = list(breaks)
        self.asked: list[int] = []

    def part(self, offset: int, length: int) -> bytes:
        if self.breaks and offset + length > self.breaks[0]:
            del self.breaks[0]
            raise ConnectionResetError("the store went away")
        self.asked.append(offset)
        at = offset % 251
        return PATTERN[at : at + length]


def test_what_is_read_as_it_comes_is_asked_for_once_and_in_order(
    store: S3Store, server: tuple[str, Buckets]
) -> None:
    straight = Straight()
    server[1]["runs"].put("big", Blob(SIZE, straight.part, etag="one"))
    at = here(server[0], "big")
    fact = store.stat(at)
    assert isinstance(fact, Stat)
    assert b"".join(store.stream(at, fact, CancelToken())) == large_bytes(SIZE)
    assert straight.asked == sorted(set(straight.asked))


def test_what_is_read_as_it_comes_goes_on_where_its_connection_breaks(
    store: S3Store, server: tuple[str, Buckets]
) -> None:
    straight = Straight(3 * MIB, 3 * MIB, 20 * MIB)
    server[1]["runs"].put("big", Blob(SIZE, straight.part, etag="one"))
    at = here(server[0], "big")
    fact = store.stat(at)
    assert isinstance(fact, Stat)
    assert b"".join(store.stream(at, fact, CancelToken())) == large_bytes(SIZE)
    # Of each break at most what was under way comes again.
    assert len(straight.asked) - len(set(straight.asked)) <= 3 * 4 + 3


def test_what_is_read_as_it_comes_says_when_the_store_is_gone_or_has_another_now(
    store: S3Store, server: tuple[str, Buckets]
) -> None:
    at = here(server[0], "big")
    fact = store.stat(at)
    assert isinstance(fact, Stat)
    server[1]["runs"].put("big", Blob(SIZE, Straight(*[3 * MIB] * 9).part, etag="one"))
    with pytest.raises(StoreError, match="broke off in the middle of big") as gone:
        list(store.stream(at, fact, CancelToken()))
    assert gone.value.reason == "unreachable"
    server[1]["runs"].put("big", Blob(SIZE, Straight().part, etag="two"))
    with pytest.raises(StoreError, match="changed while it was read"):
        list(store.stream(at, fact, CancelToken()))


def test_what_is_read_as_it_comes_ends_when_it_is_stopped(
    store: S3Store, server: tuple[str, Buckets]
) -> None:
    at, stop = here(server[0], "big"), CancelToken()
    fact = store.stat(at)
    assert isinstance(fact, Stat)
    came = 0
    for piece in store.stream(at, fact, stop):
        came += len(piece)
        stop.set()
    assert 0 < came < SIZE


def write(kept: Kept, data: bytes) -> None:
    with os.fdopen(kept.opened(), "r+b") as file:
        file.write(data)


def test_two_that_fetch_the_same_to_one_place_do_not_write_into_each_others_file(
    tmp_path: Path,
) -> None:
    target = tmp_path / "x"
    with kept_file(target, size=4, step=4, mark="m", overwrite=False) as one:
        with kept_file(target, size=4, step=4, mark="m", overwrite=False) as two:
            write(two, b"two!")
        write(one, b"one!")
        target.unlink()
    assert target.read_bytes() == b"one!"
    assert os.listdir(tmp_path) == ["x"]


class Folder:
    """Some small objects, one large one that breaks off in the middle, and some more."""

    def __init__(self, runs: Bucket) -> None:
        self.runs = runs
        self.asked: list[str] = []
        self.is_away = True
        for number in range(9):
            self.put(f"dir/part-{number}", f"content {number}".encode())
        self.put("dir/z-big", large_bytes(10 * MIB))

    def put(self, key: str, data: bytes) -> None:
        def part(offset: int, length: int) -> bytes:
            self.asked.append(key)
            if self.is_away and offset + length > 6 * MIB:
                raise ConnectionResetError("the store went away")
            return data[offset : offset + length]

        self.runs.put(key, Blob(len(data), part, etag=hashlib.md5(data).hexdigest()))


def large_bytes(size: int) -> bytes:
    return PATTERN[:251] * (size // 251) + PATTERN[: size % 251]


@pytest.fixture
def folder(store: S3Store, tmp_path: Path) -> Iterator[tuple[str, Folder]]:
    """A folder whose download broke off once."""
    with demo_s3("runs") as (endpoint, buckets):
        made = Folder(buckets["runs"])
        with pytest.raises(StoreError) as broke:
            store.download(here(endpoint, "dir"), tmp_path / "d", quiet, CancelToken())
        assert broke.value.reason == "unreachable"
        assert broke.value.hint.endswith("of 10.0 MiB are kept; the next try goes on from there")
        (left,) = tmp_path.iterdir()
        assert left.name.startswith(".d.") and left.name.endswith(".part")
        made.is_away, made.asked = False, []
        yield endpoint, made


def test_of_a_folder_what_is_there_is_not_fetched_again_and_a_half_file_goes_on(
    store: S3Store, folder: tuple[str, Folder], tmp_path: Path
) -> None:
    endpoint, made = folder
    told: list[int] = []
    store.download(
        here(endpoint, "dir"), tmp_path / "d", lambda done, _: told.append(done), CancelToken()
    )
    # Those that were under way beside it when it broke off may have been broken off, too.
    assert len(set(made.asked) - {"dir/z-big"}) <= 3
    assert told[0] > MIB, "what was there is not fetched again"
    assert (tmp_path / "d/z-big").read_bytes() == large_bytes(10 * MIB)
    assert (tmp_path / "d/part-3").read_bytes() == b"content 3"
    assert os.listdir(tmp_path) == ["d"] and len(os.listdir(tmp_path / "d")) == 10


def test_of_a_folder_what_changed_came_or_went_is_as_the_store_has_it_now(
    store: S3Store, folder: tuple[str, Folder], tmp_path: Path
) -> None:
    endpoint, made = folder
    made.put("dir/part-1", b"another")
    made.put("dir/z-big", b"small now")
    made.put("dir/part-2/inner", b"a folder now")
    made.runs.delete("dir/part-2")
    made.runs.delete("dir/part-4")
    store.download(here(endpoint, "dir"), tmp_path / "d", quiet, CancelToken())
    found = {
        path.relative_to(tmp_path / "d").as_posix(): path.read_bytes()
        for path in (tmp_path / "d").rglob("*")
        if path.is_file()
    }
    expected = {f"part-{number}": f"content {number}".encode() for number in (0, 3, 5, 6, 7, 8)}
    expected |= {"part-1": b"another", "part-2/inner": b"a folder now", "z-big": b"small now"}
    assert found == expected


def test_what_somebody_put_into_what_was_left_of_a_folder_is_not_believed(
    store: S3Store, folder: tuple[str, Folder], tmp_path: Path
) -> None:
    (left,) = tmp_path.iterdir()
    theirs = tmp_path / "theirs"
    theirs.write_bytes(b"theirs")
    (left / "part-1").unlink()
    (left / "part-1").symlink_to(theirs)
    (left / "part-2").unlink()
    os.link(theirs, left / "part-2")
    (left / "more").symlink_to(tmp_path)
    (left / "part-3").write_bytes(b"forged 33")
    store.download(here(folder[0], "dir"), tmp_path / "d", quiet, CancelToken())
    for number in (1, 2, 3):
        assert (tmp_path / f"d/part-{number}").read_bytes() == f"content {number}".encode()
        assert not (tmp_path / f"d/part-{number}").is_symlink()
    assert theirs.read_bytes() == b"theirs"
    assert not (tmp_path / "d/more").exists()


def test_a_folder_that_others_may_write_to_is_left_alone_and_one_is_made_anew(
    store: S3Store, folder: tuple[str, Folder], tmp_path: Path
) -> None:
    (left,) = tmp_path.iterdir()
    left.chmod(0o777)
    store.download(here(folder[0], "dir"), tmp_path / "d", quiet, CancelToken())
    assert len(folder[1].asked) >= 10
    assert set(os.listdir(tmp_path)) == {"d", left.name}
