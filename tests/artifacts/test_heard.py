"""What stores answered while it was recorded, and an artifact put together of that."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.recordings import Clock, recording_of
from tests.support.scripted import ScriptedSource, manifest
from tui.artifacts.base import (
    Can,
    Folder,
    FolderEntry,
    FolderListing,
    Link,
    Progress,
    ReadSecret,
    Stat,
    Store,
    StoreError,
)
from tui.artifacts.heard import MOST_READ, HeardStore
from tui.domain.location import Location, OtherLocation, S3Location
from tui.ports.connection import Connection, offered
from tui.ports.stores import StoreAnswers
from tui.ports.threads import CancelToken
from tui.sources.recorded import Player, read

MODEL = S3Location("bucket", "run/model.bin")
FOLDER = S3Location("bucket", "run/parts/")
BLOBS = OtherLocation("azure", "run/blobs/", "https://acc/c/run/blobs/")


class Kept:
    """A store of a few objects by their keys."""

    can: frozenset[Can] = frozenset(("range", "list"))

    def __init__(self, secrets: ReadSecret | None = None) -> None:
        self.objects = {
            "run/model.bin": bytes(range(256)) * 40,
            "run/large.bin": b"x" * (MOST_READ + 1),
            "run/parts/a.txt": b"first",
            "run/parts/deep/b.txt": b"second",
            "run/blobs/c.txt": b"third",
        }

    def stat(self, location: Location) -> Stat | Folder:
        inside = [each for each in self.objects if each.startswith(location.key)]
        if location.key in self.objects:
            return Stat(len(self.objects[location.key]), "2027-01-15T08:00:00Z", "tag")
        if not inside:
            raise StoreError(f"{location.key} does not exist", reason="missing")
        return Folder(len(inside), sum(len(self.objects[each]) for each in inside))

    def read(self, location: Location, offset: int, length: int) -> bytes:
        return self.objects[location.key][offset : offset + length]

    def listing(self, location: Location, limit: int = 1000, after: str = "") -> FolderListing:
        entries: dict[str, FolderEntry] = {}
        for key in (each for each in self.objects if each.startswith(location.key)):
            name, deeper, _ = key[len(location.key) :].partition("/")
            place = f"{location.key}{name}{deeper}"
            if isinstance(location, S3Location):
                at: Location = location.at(place)
            else:
                at = OtherLocation(location.kind, place, location.url)
            size = None if deeper else len(self.objects[key])
            entries[name] = FolderEntry(name, bool(deeper), at, size, "2027-01-15T08:00:00Z")
        return FolderListing(tuple(entries.values()))

    def link(self, location: Location, seconds: int) -> Link:
        return Link("https://bucket/secret-in-it")

    def download(
        self,
        location: Location,
        target: Path,
        progress: Progress,
        stop: CancelToken,
        *,
        overwrite: bool = False,
    ) -> Path:
        target.write_bytes(self.objects[location.key])
        return target

    def close(self) -> None:
        pass


def heard(connection: Connection) -> Store:
    return HeardStore(Kept(), offered(connection, StoreAnswers))


def nobody_asks(done: int, total: int | None) -> None:
    pass


def copy(store: Store, location: Location, target: Path) -> Path:
    return store.download(location, target, nobody_asks, CancelToken())


@pytest.fixture
def played(tmp_path: Path) -> Iterator[Store]:
    """What is there of stores that were asked a few things while it was recorded."""

    def ask(live: Connection, clock: Clock) -> None:
        store = heard(live)
        store.stat(MODEL)
        store.read(MODEL, 0, 4096)
        store.read(MODEL, 4096, 8192)
        large = MODEL.at("run/large.bin")
        store.stat(large)
        store.read(large, 0, MOST_READ + 1)
        store.read(large, 0, 1024)
        for folder in (FOLDER, FOLDER.at("run/parts/deep/"), BLOBS):
            store.stat(folder)
            for entry in store.listing(folder).entries:
                if not entry.is_folder:
                    store.read(entry.location, 0, 65536)
        with pytest.raises(StoreError):
            store.stat(MODEL.at("run/gone"))
        copy(store, MODEL.at("run/parts/a.txt"), tmp_path / "copied")
        assert store.link(MODEL, 60).url

    path = recording_of(ScriptedSource(manifest("etl")), tmp_path / "day.argo.rec", ask)
    assert b"secret-in-it" not in path.read_bytes()
    player: Player = read(str(path), Clock())
    (connection,) = player.connections
    yield HeardStore(Gone(), offered(connection, StoreAnswers))
    connection.close()


class Gone(Kept):
    """A store that is asked nothing any more."""

    def __init__(self) -> None:
        super().__init__()
        self.objects = {}


def test_sizes_errors_and_folders_are_as_they_were(played: Store) -> None:
    assert played.stat(MODEL) == Stat(10240, "2027-01-15T08:00:00Z")
    assert played.stat(FOLDER) == Folder(2, 11)
    with pytest.raises(StoreError, match="does not exist") as gone:
        played.stat(MODEL.at("run/gone"))
    assert gone.value.reason == "missing"
    for folder in (FOLDER, BLOBS):
        assert played.listing(folder) == Kept().listing(folder)


def test_any_part_is_put_together_of_those_that_were_read(played: Store) -> None:
    whole = Kept().objects["run/model.bin"]
    for offset, length in ((0, 4096), (0, 10240), (0, 99999), (4000, 200), (10239, 9), (10240, 9)):
        assert played.read(MODEL, offset, length) == whole[offset : offset + length]


def test_an_artifact_of_which_all_was_recorded_is_copied(played: Store, tmp_path: Path) -> None:
    assert copy(played, MODEL, tmp_path / "model").read_bytes() == Kept().objects["run/model.bin"]
    folder = copy(played, FOLDER, tmp_path / "parts")
    assert (folder / "a.txt").read_bytes() == b"first"
    assert (folder / "deep" / "b.txt").read_bytes() == b"second"
    blobs = copy(played, BLOBS, tmp_path / "blobs")
    assert [each.name for each in blobs.iterdir()] == ["c.txt"]


def test_what_was_not_recorded_says_how_much_was_and_leaves_nothing(
    played: Store, tmp_path: Path
) -> None:
    large = MODEL.at("run/large.bin")
    assert played.read(large, 0, 1024) == b"x" * 1024
    with pytest.raises(StoreError, match=r"only the first 1\.0 KiB of it were recorded") as cut:
        copy(played, large, tmp_path / "large")
    assert cut.value.reason == "not-recorded" and not (tmp_path / "large").exists()
    with pytest.raises(StoreError, match="this artifact was not recorded") as never:
        played.stat(MODEL.at("run/other"))
    assert never.value.reason == "not-recorded"
    with pytest.raises(StoreError, match="links are never recorded"):
        played.link(MODEL, 60)
    with pytest.raises(StoreError, match="not recorded"):
        played.listing(S3Location("bucket", "elsewhere/"))
