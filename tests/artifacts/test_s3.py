"""The S3 store: the same promises against the demo's route, moto and rclone."""

from __future__ import annotations

import os
import urllib.request
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.support.s3_servers import demo_s3
from tests.support.s3_store import MIB, here, quiet, secrets
from tui.artifacts import open_store
from tui.artifacts.base import Folder, Stat, StoreError
from tui.artifacts.s3 import S3Store
from tui.demo.bucket import Blob, Buckets
from tui.domain.location import SecretRef
from tui.ports.threads import CancelToken


def test_an_object_is_told_by_its_size_and_read_in_parts(store: S3Store, filled: str) -> None:
    place = here(filled, "wf/pod/report.json")
    found = store.stat(place)
    assert isinstance(found, Stat)
    assert found.size == 12
    assert found.modified.startswith("20") and found.modified.endswith("Z")
    assert store.read(place, 0, 100) == b'{"auc": 0.9}'
    assert store.read(place, 2, 3) == b"auc"
    assert store.read(place, 500, 10) == b""
    assert store.read(place, 0, 0) == b""
    assert store.read(here(filled, "wf/pod/empty"), 0, 10) == b""
    assert store.read(here(filled, "wf/pod/with space+plus %41 ü.txt"), 0, 10) == b"odd"


@pytest.mark.parametrize("key", ["wf/pod/shards", "wf/pod/shards/"])
def test_a_folder_is_counted_and_listed_level_by_level(
    store: S3Store, filled: str, key: str
) -> None:
    place = here(filled, key)
    assert store.stat(place) == Folder(3, 12)
    listed = store.listing(place)
    assert [(e.name, e.is_folder, e.size) for e in listed.entries] == [
        ("deep", True, None),
        ("part-00", False, 2),
        ("part-01", False, 4),
    ]
    assert listed.whole
    deeper = store.listing(here(filled, "wf/pod/shards/deep"))
    assert [(e.name, e.is_folder) for e in deeper.entries] == [("er", True)]
    short = store.listing(place, 2)
    assert (len(short.entries), short.whole) == (2, False)


def test_what_a_listing_names_is_found_under_the_folders_key_and_nowhere_else(
    store: S3Store, filled: str
) -> None:
    shards = store.listing(here(filled, "wf/pod/shards"))
    places = [entry.location for entry in shards.entries]
    assert [place.key for place in places] == [
        "wf/pod/shards/deep/",
        "wf/pod/shards/part-00",
        "wf/pod/shards/part-01",
    ]
    assert store.read(places[1], 0, 9) == b"00"
    (deeper,) = store.listing(places[0]).entries
    assert deeper.location.key == "wf/pod/shards/deep/er/"


def test_dots_and_empty_names_in_keys_are_plain_text(store: S3Store) -> None:
    with demo_s3("runs") as (endpoint, buckets):
        for key in ("out/..", "out//inner", "out/x/../y"):
            buckets["runs"].put(key, key)
        listed = store.listing(here(endpoint, "out"))
        assert {(e.name, e.is_folder, e.location.key) for e in listed.entries} == {
            ("", True, "out//"),
            ("x", True, "out/x/"),
            ("..", False, "out/.."),
        }
        (up,) = store.listing(here(endpoint, "out/x")).entries
        assert (up.name, up.location.key) == ("..", "out/x/../")


def test_what_is_missing_is_said_to_be_missing(store: S3Store, filled: str, tmp_path: Path) -> None:
    place = here(filled, "wf/pod/gone.tgz")
    for ask in (
        lambda: store.stat(place),
        lambda: store.read(place, 0, 10),
        lambda: store.download(place, tmp_path / "x", quiet, CancelToken()),
    ):
        with pytest.raises(StoreError) as error:
            ask()
        assert error.value.reason == "missing"
        assert "wf/pod/gone.tgz" in error.value.what
    with pytest.raises(StoreError) as bucket:
        store.stat(here(filled, "k", bucket="nowhere"))
    assert (bucket.value.reason, "nowhere" in bucket.value.what) == ("missing", True)
    assert os.listdir(tmp_path) == []


def test_a_large_file_comes_whole_and_tells_how_far_it_is(
    store: S3Store, filled: str, tmp_path: Path
) -> None:
    told: list[tuple[int, int | None]] = []
    target = tmp_path / "big.bin"
    done = store.download(
        here(filled, "big"),
        target,
        lambda so_far, total: told.append((so_far, total)),
        CancelToken(),
    )
    assert done == target
    assert target.read_bytes() == bytes(range(256)) * (40 * MIB // 256)
    assert told[0] == (0, 40 * MIB)
    assert told[-1] == (40 * MIB, 40 * MIB)
    assert len(told) > 10
    assert os.listdir(tmp_path) == ["big.bin"]


def test_a_folder_comes_whole_with_what_is_inside(
    store: S3Store, filled: str, tmp_path: Path
) -> None:
    target = tmp_path / "shards"
    store.download(here(filled, "wf/pod/shards"), target, quiet, CancelToken())
    files = {p.relative_to(target).as_posix() for p in target.rglob("*") if p.is_file()}
    assert files == {"part-00", "part-01", "deep/er/part-02"}
    assert (target / "deep/er/part-02").read_bytes() == b"020202"
    assert os.listdir(tmp_path) == ["shards"]


@pytest.mark.parametrize("key", ["wf/pod/report.json", "wf/pod/shards"])
def test_a_file_that_exists_is_never_replaced_unasked(
    store: S3Store, filled: str, tmp_path: Path, key: str
) -> None:
    target = tmp_path / "there"
    target.write_text("mine")
    with pytest.raises(StoreError) as error:
        store.download(here(filled, key), target, quiet, CancelToken())
    assert error.value.reason == "exists"
    assert target.read_text() == "mine"
    assert os.listdir(tmp_path) == ["there"]


def test_a_file_is_replaced_when_asked(store: S3Store, filled: str, tmp_path: Path) -> None:
    target = tmp_path / "there"
    target.write_text("mine")
    store.download(here(filled, "wf/pod/report.json"), target, quiet, CancelToken(), overwrite=True)
    assert target.read_bytes() == b'{"auc": 0.9}'


@pytest.mark.parametrize("key", ["big", "wf/pod/shards"])
def test_a_download_that_is_stopped_leaves_nothing(
    store: S3Store, filled: str, tmp_path: Path, key: str
) -> None:
    stop = CancelToken()

    def stop_when_begun(done: int, total: int | None) -> None:
        if done:
            stop.set()

    with pytest.raises(StoreError) as error:
        store.download(here(filled, key), tmp_path / "x", stop_when_begun, stop)
    assert error.value.reason == "stopped"
    assert os.listdir(tmp_path) == []


def test_a_file_larger_than_the_disk_is_refused_before_it_is_fetched(
    store: S3Store, tmp_path: Path
) -> None:
    def never(offset: int, length: int) -> bytes:
        return b"x" * length

    with demo_s3("runs") as (endpoint, buckets):
        buckets["runs"].put("huge", Blob(10**18, never))
        with pytest.raises(StoreError) as error:
            store.download(here(endpoint, "huge"), tmp_path / "x", quiet, CancelToken())
    assert error.value.reason == "disk"
    assert os.listdir(tmp_path) == []


def test_names_inside_a_folder_cannot_lead_out_of_it(store: S3Store, tmp_path: Path) -> None:
    names = ["../../evil", "/abs", "a//b", "a/b", "a", "..", "x\x1b[2J", "n" * 300, "A/b", "ok"]
    with demo_s3("runs") as (endpoint, buckets):
        for name in names:
            buckets["runs"].put(f"out/{name}", name)
        store.download(here(endpoint, "out"), tmp_path / "into", quiet, CancelToken())
    assert os.listdir(tmp_path) == ["into"]
    files = [p for p in (tmp_path / "into").rglob("*") if p.is_file()]
    assert {p.read_text() for p in files} == set(names)
    assert all("\x1b" not in p.name for p in files)


def test_the_registry_opens_it() -> None:
    store = open_store(here("e", "k"), secrets)
    assert isinstance(store, S3Store)
    store.close()


def test_a_folder_of_thousands_is_counted_over_pages(store: S3Store) -> None:
    buckets: Buckets
    with demo_s3("runs") as (endpoint, buckets):
        for i in range(2_500):
            buckets["runs"].put(f"out/{i:05}", b"12")
        assert store.stat(here(endpoint, "out")) == Folder(2_500, 5_000)
        assert len(store.listing(here(endpoint, "out"), 1_500).entries) == 1_500


class Breaking:
    """Made-up content whose server breaks the connection a few times."""

    def __init__(self, times: int) -> None:
        self.times = times

    def part(self, offset: int, length: int) -> bytes:
        if offset >= MIB and self.times:
            self.times -= 1
            raise ConnectionError("broken on purpose")
        return bytes((offset // MIB,)) * length


def test_a_download_goes_on_where_a_connection_broke(store: S3Store, tmp_path: Path) -> None:
    told: list[int] = []
    with demo_s3("runs") as (endpoint, buckets):
        breaking = Breaking(2)
        buckets["runs"].put("k", Blob(3 * MIB, breaking.part, etag="fixed"))
        store.download(
            here(endpoint, "k"),
            tmp_path / "x",
            lambda done, total: told.append(done),
            CancelToken(),
        )
    assert breaking.times == 0
    assert (tmp_path / "x").read_bytes() == b"\0" * MIB + b"\1" * MIB + b"\2" * MIB
    assert told == sorted(told), "nothing is fetched twice"


def test_a_connection_that_breaks_for_ever_ends_the_download(
    store: S3Store, tmp_path: Path
) -> None:
    with demo_s3("runs") as (endpoint, buckets):
        buckets["runs"].put("k", Blob(3 * MIB, Breaking(1000).part, etag="fixed"))
        with pytest.raises(StoreError) as error:
            store.download(here(endpoint, "k"), tmp_path / "x", quiet, CancelToken())
    assert error.value.reason in ("unreachable", "failed")
    assert os.listdir(tmp_path) == []


def test_an_object_that_changes_while_it_is_fetched_is_not_mixed(
    store: S3Store, tmp_path: Path
) -> None:
    with demo_s3("runs") as (endpoint, buckets):
        runs = buckets["runs"]

        def part(offset: int, length: int) -> bytes:
            if offset >= MIB:
                runs.put("k", b"other")
                raise ConnectionError("broken on purpose")
            return b"x" * length

        runs.put("k", Blob(3 * MIB, part, etag="first"))
        with pytest.raises(StoreError, match="changed while"):
            store.download(here(endpoint, "k"), tmp_path / "x", quiet, CancelToken())
    assert os.listdir(tmp_path) == []


def test_a_key_that_is_a_slash_is_the_whole_bucket(
    store: S3Store, filled: str, tmp_path: Path
) -> None:
    place = here(filled, "/")
    found = store.stat(place)
    assert isinstance(found, Folder)
    assert found.count == 8
    assert [(e.name, e.is_folder) for e in store.listing(place).entries] == [
        ("wf", True),
        ("big", False),
    ]
    small = here(filled, "wf/")
    store.download(small, tmp_path / "wf", quiet, CancelToken())
    assert (tmp_path / "wf/pod/report.json").exists()


def test_an_empty_bucket_is_said_to_be_empty(store: S3Store) -> None:
    with demo_s3("runs") as (endpoint, _), pytest.raises(StoreError, match="runs is empty"):
        store.stat(here(endpoint, "/"))


def test_a_folder_is_listed_page_by_page(store: S3Store) -> None:
    with demo_s3("runs") as (endpoint, buckets):
        for i in range(2_500):
            buckets["runs"].put(f"out/{i:05}", b"12")
        names: list[str] = []
        more, pages = "", 0
        while True:
            page = store.listing(here(endpoint, "out"), 1000, more)
            names += [entry.name for entry in page.entries]
            more, pages = page.more, pages + 1
            assert page.whole is (more == "")
            if not more:
                break
        assert (pages, names) == (3, [f"{i:05}" for i in range(2_500)])


def test_a_link_opens_an_object_without_a_login_and_says_when_it_ends(
    store: S3Store, filled: str
) -> None:
    before = datetime.now(UTC)
    link = store.link(here(filled, "wf/pod/with space+plus %41 ü.txt"), 600)
    assert link.until is not None
    assert timedelta(seconds=590) < link.until - before < timedelta(seconds=610)
    with urllib.request.urlopen(link.url) as response:
        assert response.read() == b"odd"
    assert "Signature" not in repr(link)
    for place in (here(filled, "wf/"), here(filled, "k", customer_key=SecretRef("minio", "user"))):
        with pytest.raises(StoreError) as none:
            store.link(place, 600)
        assert none.value.reason == "unsupported"
