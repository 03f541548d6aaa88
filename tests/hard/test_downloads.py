"""Downloads where names are hostile, somebody else writes beside us, and what is read changes."""

from __future__ import annotations

import os
import shutil
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.support.s3_servers import demo_s3
from tests.support.s3_store import MIB, here, quiet, secrets
from tui.artifacts.base import StoreError
from tui.artifacts.s3 import S3Store
from tui.demo.bucket import Blob, Buckets
from tui.ports.threads import CancelToken

HOSTILE = [
    "../../outside",
    "../outside",
    "a/../../../outside",
    "/etc/outside",
    "//outside",
    "a//b",
    "./.",
    "..",
    ". .",
    "...",
    "-rf",
    "~",
    "~root",
    "$HOME",
    "`id`",
    "a\nb",
    "a\x1b]52;c;aGk=\x07b",
    "a\u202egpj.exe",
    "a\\..\\..\\outside",
    "C:\\outside",
    "CON",
    "aux.txt",
    "x" * 250,
    "x" * 251,
    "é",
    "e\u0301",
    "É",
    "both",
    "both/inside",
    "Both/Inside",
    "deep/" * 60 + "end",
    "%2e%2e%2foutside",
    "\u2024\u2024/outside",
    "\uff0e\uff0e/outside",
    ".part",
    "name.part",
]


@pytest.fixture
def server() -> Iterator[tuple[str, Buckets]]:
    with demo_s3("runs") as (endpoint, buckets):
        yield endpoint, buckets


@pytest.fixture
def store() -> Iterator[S3Store]:
    made = S3Store(secrets)
    yield made
    made.close()


def everything(folder: Path) -> list[Path]:
    """Every file below a folder; no link is followed."""
    return [Path(at) / name for at, _, names in os.walk(folder) for name in names]


def test_objects_of_any_name_become_files_inside_and_none_is_lost(
    server: tuple[str, Buckets], store: S3Store, tmp_path: Path
) -> None:
    endpoint, buckets = server
    for number, name in enumerate(HOSTILE):
        buckets["runs"].put(f"root/{name}", f"content {number}")
    around = tmp_path / "around"
    target = around / "here" / "target"
    target.parent.mkdir(parents=True)
    store.download(here(endpoint, "root/"), target, quiet, CancelToken())
    found = everything(target)
    assert sorted(path.read_text() for path in found) == sorted(
        f"content {number}" for number in range(len(HOSTILE))
    )
    assert everything(around) == found, "nothing is beside it"
    for path in found:
        assert path.resolve().is_relative_to(target.resolve())
        assert all(part.isprintable() and part not in (".", "..") for part in path.parts[1:])


class Meanwhile:
    """Does something once, when the first bytes have come."""

    def __init__(self, act: Callable[[], None]) -> None:
        self._act: Callable[[], None] | None = act

    def __call__(self, done: int, total: int | None) -> None:
        if done and self._act is not None:
            act, self._act = self._act, None
            act()


def part_in(folder: Path) -> Path:
    """What is being written in a folder, under its hidden name."""
    (found,) = folder.glob(".*.part")
    return found


@pytest.mark.parametrize("what", ["folder", "file", "all of it"])
def test_what_is_swapped_for_a_link_while_it_is_written_is_never_written_through(
    what: str, server: tuple[str, Buckets], store: S3Store, tmp_path: Path
) -> None:
    endpoint, buckets = server
    runs = buckets["runs"]
    # More than is fetched at once, so that files are opened after the swap.
    for number in range(20):
        size = MIB if number else 4 * MIB
        runs.put(f"root/inner/{number:02}", Blob(size, lambda at, length: b"\x01" * length))
    precious = tmp_path / "precious"
    (precious / "inner").mkdir(parents=True)
    for number in range(20):
        (precious / f"{number:02}").write_text("precious")
        (precious / "inner" / f"{number:02}").write_text("precious")
    into = tmp_path / "into"
    into.mkdir()

    def swap() -> None:
        part = part_in(into)
        if what == "all of it":
            part.rename(into / "moved")
            part.symlink_to(precious, target_is_directory=True)
        elif what == "folder":
            (part / "inner").rename(into / "moved")
            (part / "inner").symlink_to(precious, target_is_directory=True)
        else:
            for number in range(20):
                # Those that nothing was written to yet are not there.
                (part / "inner" / f"{number:02}").unlink(missing_ok=True)
                (part / "inner" / f"{number:02}").symlink_to(precious / f"{number:02}")

    with pytest.raises(StoreError) as caught:
        store.download(here(endpoint, "root/"), into / "target", Meanwhile(swap), CancelToken())
    assert caught.value.reason == "disk"
    assert "was replaced by something else while it was written" in caught.value.what
    assert {path.read_text() for path in everything(precious)} == {"precious"}
    assert not os.path.lexists(into / "target")


def test_one_file_that_is_swapped_for_a_link_is_not_taken_for_ours(
    server: tuple[str, Buckets], store: S3Store, tmp_path: Path
) -> None:
    endpoint, buckets = server
    buckets["runs"].put("big", Blob(40 * MIB, lambda at, length: b"\x01" * length))
    precious = tmp_path / "precious"
    precious.write_text("precious")
    into = tmp_path / "into"
    into.mkdir()

    def swap() -> None:
        part = part_in(into)
        part.unlink()
        part.symlink_to(precious)

    with pytest.raises(StoreError) as caught:
        store.download(here(endpoint, "big"), into / "target", Meanwhile(swap), CancelToken())
    assert "was replaced by something else while it was written" in caught.value.what
    assert precious.read_text() == "precious"
    assert not os.path.lexists(into / "target")


@pytest.mark.parametrize("how", ["another version", "shorter", "gone"])
def test_an_object_that_changes_while_it_is_read_never_becomes_a_mixed_file(
    how: str, server: tuple[str, Buckets], store: S3Store, tmp_path: Path
) -> None:
    endpoint, buckets = server
    runs = buckets["runs"]
    # Several requests of 32 MiB each, of which four go at once.
    runs.put("big", Blob(200 * MIB, lambda at, length: b"\x01" * length))

    def change() -> None:
        if how == "gone":
            runs.delete("big")
        else:
            size = 200 * MIB if how == "another version" else 100 * MIB
            runs.put("big", Blob(size, lambda at, length: b"\x02" * length))

    target = tmp_path / "target"
    try:
        store.download(here(endpoint, "big"), target, Meanwhile(change), CancelToken())
    except StoreError as error:
        assert error.reason in ("failed", "missing")
        assert os.listdir(tmp_path) == []
    else:
        # Every request was under way when it changed, so all of it is the old one.
        with target.open("rb") as file:
            kinds = {bytes(set(piece)) for piece in iter(lambda: file.read(MIB), b"")}
        assert kinds == {b"\x01"}
        assert target.stat().st_size == 200 * MIB


def test_a_folder_that_is_there_by_the_end_keeps_what_is_in_it(
    server: tuple[str, Buckets], store: S3Store, tmp_path: Path
) -> None:
    endpoint, buckets = server
    for number in range(10):
        buckets["runs"].put(f"root/{number}", Blob(MIB, lambda at, length: b"\x01" * length))
    target = tmp_path / "target"

    def make() -> None:
        target.mkdir()
        (target / "mine").write_text("mine")

    with pytest.raises(StoreError) as caught:
        store.download(here(endpoint, "root/"), target, Meanwhile(make), CancelToken())
    assert caught.value.reason == "exists"
    assert [path.name for path in everything(tmp_path)] == ["mine"]


def test_a_folder_that_goes_while_it_is_written_is_said(
    server: tuple[str, Buckets], store: S3Store, tmp_path: Path
) -> None:
    endpoint, buckets = server
    for number in range(20):
        buckets["runs"].put(f"root/{number:02}", Blob(MIB, lambda at, length: b"\x01" * length))
    into = tmp_path / "into"
    into.mkdir()
    gone = threading.Event()

    def remove() -> None:
        shutil.rmtree(into)
        gone.set()

    with pytest.raises(StoreError) as caught:
        store.download(here(endpoint, "root/"), into / "target", Meanwhile(remove), CancelToken())
    assert gone.is_set()
    assert caught.value.reason == "disk"
    assert not into.exists()
