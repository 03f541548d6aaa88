"""Archives opened in place: their lists, their files, and those that mean harm."""

from __future__ import annotations

import gzip
import io
import os
import tarfile
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Literal

import pytest

from tests.support.s3_store import MIB, quiet
from tests.support.shelf import Shelf
from tui.artifacts.archives import DEEPEST, LOOKED_INTO, NESTED, ArchiveStore
from tui.artifacts.base import Folder, FolderListing, Stat, StoreError
from tui.domain.location import InsideLocation, OtherLocation
from tui.ports.threads import CancelToken

Format = Literal["tar", "tgz", "zip"]
FORMATS: tuple[Format, ...] = ("tar", "tgz", "zip")
FILES = {"./notes.txt": b"first\nsecond\n", "site/index.html": b"<p>", "site/css/a.css": b"p{}"}


def tar_of(files: Mapping[str, bytes], *, more: tuple[tarfile.TarInfo, ...] = ()) -> bytes:
    made = io.BytesIO()
    with tarfile.open(fileobj=made, mode="w") as archive:
        for info in more:
            archive.addfile(info)
        for name, data in files.items():
            member = tarfile.TarInfo(name)
            member.size = len(data)
            archive.addfile(member, io.BytesIO(data))
    return made.getvalue()


def zip_of(files: Mapping[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", method) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return made.getvalue()


MAKE: Mapping[Format, Callable[[Mapping[str, bytes]], bytes]] = {
    "tar": tar_of,
    "tgz": lambda files: gzip.compress(tar_of(files), 1),
    "zip": zip_of,
}


def inside(format: Format, path: str = "") -> InsideLocation:
    return InsideLocation(OtherLocation("http", "/a", "http://h/a"), format, path)


def opened(data: bytes) -> tuple[ArchiveStore, Shelf]:
    shelf = Shelf(data)
    return ArchiveStore(shelf), shelf


def names(listing: FolderListing) -> list[str]:
    return [f"{entry.name}/" if entry.is_folder else entry.name for entry in listing.entries]


def files_in(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file() and not path.is_symlink()
    }


@pytest.mark.parametrize("format", FORMATS)
def test_an_archive_is_a_folder_whose_files_are_read_and_saved(
    format: Format, tmp_path: Path
) -> None:
    store, _ = opened(MAKE[format](FILES))
    root = store.listing(inside(format))
    assert names(root) == ["site/", "notes.txt"] and root.whole
    assert names(store.listing(root.entries[0].location)) == ["css/", "index.html"]
    assert store.stat(inside(format)) == Folder(3, 19)
    notes = root.entries[1].location
    found = store.stat(notes)
    assert isinstance(found, Stat) and found.size == 13
    assert store.read(notes, 6, 100) == b"second\n"
    store.download(notes, tmp_path / "n", quiet, CancelToken())
    assert (tmp_path / "n").read_bytes() == FILES["./notes.txt"]
    store.download(root.entries[0].location, tmp_path / "site", quiet, CancelToken())
    assert files_in(tmp_path / "site") == {"index.html": b"<p>", "css/a.css": b"p{}"}
    store.download(inside(format), tmp_path / "all", quiet, CancelToken())
    assert len(files_in(tmp_path / "all")) == 3
    for gone in ("nothing", "site/nothing/"):
        with pytest.raises(StoreError) as missing:
            store.stat(inside(format, gone))
        assert missing.value.reason == "missing"


@pytest.mark.parametrize("format", FORMATS)
def test_many_entries_come_page_by_page(format: Format) -> None:
    store, _ = opened(MAKE[format]({f"part-{n:05}": b"x" for n in range(2500)}))
    first = store.listing(inside(format), 1000)
    assert (len(first.entries), first.whole, first.more) == (1000, False, "1000")
    last = store.listing(inside(format), 1000, "2000")
    assert (len(last.entries), last.whole, last.more) == (500, True, "")


@pytest.mark.parametrize("format", ["tar", "zip"])
def test_of_a_large_archive_little_is_read_to_list_it(format: Format) -> None:
    big = {f"{n}.bin": os.urandom(20 * MIB) for n in range(3)}
    make = tar_of if format == "tar" else (lambda files: zip_of(files, zipfile.ZIP_STORED))
    store, shelf = opened(make({**big, "notes.txt": b"small"}))
    assert len(store.listing(inside(format)).entries) == 4
    assert shelf.read_bytes < MIB and shelf.requests < 12
    assert store.read(inside(format, "notes.txt"), 0, 9) == b"small"
    assert shelf.read_bytes < 2 * MIB


def test_a_gzip_of_several_members_is_read_whole() -> None:
    raw = tar_of({"a": b"a" * 5000, "b": b"b" * 5000})
    half = len(raw) // 2
    store, _ = opened(gzip.compress(raw[:half]) + gzip.compress(raw[half:]))
    assert names(store.listing(inside("tgz"))) == ["a", "b"]
    assert store.read(inside("tgz", "b"), 4990, 100) == b"b" * 10


def test_an_archive_that_was_put_there_anew_is_listed_anew() -> None:
    store, shelf = opened(tar_of({"old": b"1"}))
    assert names(store.listing(inside("tar"))) == ["old"]
    shelf.data, shelf.etag = tar_of({"new": b"1"}), "two"
    assert names(store.listing(inside("tar"))) == ["new"]


def nested(*inner: tuple[str, bytes]) -> tuple[ArchiveStore, ArchiveStore, InsideLocation]:
    """A tgz in which archives lie, what reads it, and what reads the first of those in it."""
    store, _ = opened(MAKE["tgz"](dict(inner)))
    packing: Format = "zip" if inner[0][0].endswith("zip") else "tgz"
    return store, ArchiveStore(store), InsideLocation(inside("tgz", inner[0][0]), packing)


@pytest.mark.parametrize("format", ["zip", "tgz"])
def test_an_archive_inside_of_another_is_opened_as_well(format: Format, tmp_path: Path) -> None:
    _, store, place = nested((f"model.{format}", MAKE[format](FILES)), ("readme", b"x"))
    listing = store.listing(place)
    assert names(listing) == ["site/", "notes.txt"]
    assert store.read(listing.entries[1].location, 6, 100) == b"second\n"
    assert place.stored.key == "/a" and place.url == f"http://h/a!/model.{format}!/"
    store.download(place, tmp_path / "all", quiet, CancelToken())
    assert len(files_in(tmp_path / "all")) == 3


def test_an_inner_archive_is_listed_anew_where_the_outer_one_is_another() -> None:
    shelf = Shelf(tar_of({"in.zip": zip_of({"old": b"1"})}))
    store = ArchiveStore(ArchiveStore(shelf))
    place = InsideLocation(inside("tar", "in.zip"), "zip")
    assert names(store.listing(place)) == ["old"]
    shelf.data, shelf.etag = tar_of({"in.zip": zip_of({"new": b"1"})}), "two"
    assert names(store.listing(place)) == ["new"]


def test_an_inner_archive_that_is_large_or_very_deep_is_not_opened(tmp_path: Path) -> None:
    _, store, place = nested(("big.zip", zip_of({"x": os.urandom(NESTED)}, zipfile.ZIP_STORED)))
    with pytest.raises(StoreError, match="too large to look into"):
        store.listing(place)
    data, depth = zip_of({"end": b"x"}), DEEPEST + 1
    for _ in range(depth - 1):
        data = zip_of({"in.zip": data})
    reader, where = ArchiveStore(Shelf(data)), inside("zip")
    for _ in range(DEEPEST - 1):
        reader, where = ArchiveStore(reader), InsideLocation(replace(where, path="in.zip"), "zip")
    assert names(reader.listing(where)) == ["in.zip"]
    reader, where = ArchiveStore(reader), InsideLocation(replace(where, path="in.zip"), "zip")
    with pytest.raises(StoreError, match="more than 4 archives inside of each other"):
        reader.listing(where)


def test_a_bomb_inside_of_an_archive_is_not_unpacked_further_than_it_may(tmp_path: Path) -> None:
    bomb = gzip.compress(tar_of({"bomb": b"\0" * (300 * MIB)}), 9)
    _, store, place = nested(("bomb.tgz", bomb))
    with pytest.raises(StoreError, match=r"unpacks to more|not in"):
        store.download(place, tmp_path / "x", quiet, CancelToken())
    assert os.listdir(tmp_path) == []


def link_to(target: str, kind: bytes = tarfile.SYMTYPE) -> tarfile.TarInfo:
    made = tarfile.TarInfo("link")
    made.type, made.linkname = kind, target
    return made


@pytest.mark.parametrize(
    "more",
    [
        link_to("/etc/passwd"),
        link_to("../../outside"),
        link_to("/etc/passwd", tarfile.LNKTYPE),
        link_to("", tarfile.CHRTYPE),
        link_to("", tarfile.FIFOTYPE),
    ],
    ids=["symlink", "up", "hardlink", "device", "pipe"],
)
def test_links_and_devices_are_never_made(more: tarfile.TarInfo, tmp_path: Path) -> None:
    store, _ = opened(tar_of({"link/inside": b"x", "fine": b"y"}, more=(more,)))
    store.download(inside("tar"), tmp_path / "all", quiet, CancelToken())
    assert files_in(tmp_path / "all") == {"link/inside": b"x", "fine": b"y"}
    assert not any(path.is_symlink() for path in tmp_path.rglob("*"))


@pytest.mark.parametrize("name", ["../outside", "a/../../../outside"])
@pytest.mark.parametrize("format", FORMATS)
def test_what_has_names_that_lead_out_of_it_is_not_unpacked(
    name: str, format: Format, tmp_path: Path
) -> None:
    store, _ = opened(MAKE[format]({"first": b"x", name: b"evil"}))
    with pytest.raises(StoreError, match="leads out of its folder"):
        store.download(inside(format), tmp_path / "all", quiet, CancelToken())
    assert os.listdir(tmp_path) == [], "nothing half unpacked"


@pytest.mark.parametrize("name", ["/abs", "x\x1b[2J", "a\\..\\b", "n" * 300, "..."])
@pytest.mark.parametrize("format", FORMATS)
def test_other_odd_names_stay_inside(name: str, format: Format, tmp_path: Path) -> None:
    store, _ = opened(MAKE[format]({name: b"odd", "fine": b"y"}))
    store.download(inside(format), tmp_path / "all", quiet, CancelToken())
    assert sorted(files_in(tmp_path / "all").values()) == [b"odd", b"y"]
    assert os.listdir(tmp_path) == ["all"]


@pytest.mark.parametrize("format", ["tgz", "zip"])
def test_a_bomb_is_told_and_leaves_nothing(format: Format, tmp_path: Path) -> None:
    zeros = {"bomb": b"\0" * (300 * MIB)}
    data = gzip.compress(tar_of(zeros), 9) if format == "tgz" else zip_of(zeros)
    assert len(data) < MIB
    store, _ = opened(data)
    for path in ("bomb", ""):
        with pytest.raises(StoreError, match=r"unpacks to more|not in"):
            store.download(inside(format, path), tmp_path / "x", quiet, CancelToken())
    assert os.listdir(tmp_path) == []
    if format == "zip":
        assert len(store.read(inside("zip", "bomb"), 0, 100)) == 100


@pytest.mark.parametrize("format", FORMATS)
@pytest.mark.parametrize("share", [0.0, 0.3, 0.6, 0.95])
def test_one_that_is_cut_off_is_told_or_shown_as_far_as_it_goes(
    format: Format, share: float, tmp_path: Path
) -> None:
    whole = MAKE[format]({f"{n}": os.urandom(4000) for n in range(50)})
    store, _ = opened(whole[: int(len(whole) * share)])
    try:
        assert not store.listing(inside(format)).whole
    except StoreError as error:
        assert "cannot" in str(error) or "is not an archive" in str(error)
    with pytest.raises(StoreError):
        store.download(inside(format), tmp_path / "x", quiet, CancelToken())
    assert os.listdir(tmp_path) == []


def test_a_file_that_is_encrypted_is_said_to_be(tmp_path: Path) -> None:
    data = bytearray(zip_of({"secret": b"x"}))
    for at in (data.index(b"PK\x03\x04") + 6, data.index(b"PK\x01\x02") + 8):
        data[at] |= 1
    store, _ = opened(bytes(data))
    assert names(store.listing(inside("zip"))) == ["secret"]
    with pytest.raises(StoreError, match="secret is encrypted"):
        store.download(inside("zip", "secret"), tmp_path / "x", quiet, CancelToken())


def test_a_large_gzip_is_not_read_to_its_end_to_list_it() -> None:
    files = {"first": b"x", "huge": os.urandom(LOOKED_INTO + 8 * MIB), "last": b"y"}
    store, shelf = opened(gzip.compress(tar_of(files), 0))
    listing = store.listing(inside("tgz"))
    assert names(listing)[0] == "first" and not listing.whole
    assert shelf.read_bytes <= LOOKED_INTO


def test_one_that_is_stopped_leaves_nothing(tmp_path: Path) -> None:
    store, _ = opened(tar_of({f"{n}": b"x" * MIB for n in range(20)}))
    stop = CancelToken()

    def enough(done: int, total: int | None) -> None:
        assert total == 20 * MIB
        if done > 3 * MIB:
            stop.set()

    with pytest.raises(StoreError) as stopped:
        store.download(inside("tar"), tmp_path / "x", enough, stop)
    assert stopped.value.reason == "stopped"
    assert os.listdir(tmp_path) == []
