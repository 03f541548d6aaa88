"""What is cut says how much is shown of how much, and where the rest is to be had."""

from __future__ import annotations

import gzip
import io
import os
import re
import tarfile
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.artifacts_pane import Seen, showing, workflow
from tests.support.s3_servers import demo_s3
from tui.artifacts.base import Folder, Stat
from tui.demo.bucket import Blob, Buckets
from tui.domain.preview import MEMBERS, preview
from tui.panes.artifact_list import MOST_SOUGHT, ArtifactRows
from tui.widgets.query_bar import QueryBar

GIB = 1 << 30
REST = re.compile(r"f (there )?downloads all of it")


def tar_of(count: int) -> bytes:
    made = io.BytesIO()
    with tarfile.open(fileobj=made, mode="w") as archive:
        for number in range(count):
            archive.addfile(tarfile.TarInfo(f"part-{number:05}"))
    return made.getvalue()


def tar_with(*files: str | bytes) -> bytes:
    """A tar of names and contents, in turns."""
    made = io.BytesIO()
    with tarfile.open(fileobj=made, mode="w") as archive:
        for name, data in zip(files[::2], files[1::2], strict=True):
            assert isinstance(name, str) and isinstance(data, bytes)
            member = tarfile.TarInfo(name)
            member.size = len(data)
            archive.addfile(member, io.BytesIO(data))
    return made.getvalue()


def zip_of(count: int) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        for number in range(count):
            archive.writestr(f"part-{number:05}", b"")
    return made.getvalue()


@pytest.mark.parametrize("count", [2, MEMBERS, MEMBERS + 1, 4000])
def test_a_tgz_says_how_many_entries_it_has_and_shows(count: int) -> None:
    raw = gzip.compress(tar_of(count), 1)
    found = preview(raw, len(raw), "x.tgz")
    shown = len(found.text.splitlines())
    assert shown == min(count, MEMBERS)
    whole = f"{count:,} entries"
    assert found.note == (whole if count <= MEMBERS else f"first {shown:,} of {whole}")
    assert found.is_cut == (count > MEMBERS)


def test_a_tgz_of_very_many_is_told_as_at_least_so_many() -> None:
    raw = gzip.compress(tar_of(50_000), 1)
    found = preview(raw, len(raw), "x.tgz")
    told = re.fullmatch(r"first 1,000 of at least ([\d,]+) entries", found.note)
    assert told is not None
    assert 1000 < int(told[1].replace(",", "")) <= 50_000
    assert found.is_cut


@pytest.mark.parametrize("share", [0.1, 0.5, 0.9])
def test_the_beginning_of_an_archive_is_never_told_as_all_of_it(share: float) -> None:
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:gz") as archive:
        for number in range(300):
            member = tarfile.TarInfo(f"part-{number:03}")
            member.size = 1000
            archive.addfile(member, io.BytesIO(os.urandom(1000)))
    raw = packed.getvalue()
    found = preview(raw[: int(len(raw) * share)], len(raw), "x.tgz")
    assert re.fullmatch(r"first (\d+) of at least \1 entries", found.note)
    assert found.is_cut


def test_one_file_of_an_archive_that_was_not_read_to_its_end_is_the_first_one() -> None:
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:gz") as archive:
        for name in ("a", "b"):
            member = tarfile.TarInfo(name)
            member.size = 3_000_000
            archive.addfile(member, io.BytesIO(b"line\n" * 600_000))
    raw = packed.getvalue()
    found = preview(raw[: len(raw) // 4], len(raw), "x.tgz")
    assert found.note.startswith("the first file: a, first ")
    assert found.is_cut


@pytest.mark.parametrize("count", [2, MEMBERS, 6000])
def test_a_zip_says_how_many_entries_it_has_and_shows(count: int) -> None:
    raw = zip_of(count)
    found = preview(raw, len(raw), "x.zip")
    assert len(found.text.splitlines()) == min(count, MEMBERS)
    whole = f"{count:,} entries"
    assert found.note == (whole if count <= MEMBERS else f"first {MEMBERS:,} of {whole}")
    assert found.is_cut == (count > MEMBERS)


@pytest.mark.parametrize(
    "first",
    [b"\x1f\x8b\x08garbage" * 9000, b"PK\x03\x04" + b"\xff" * 70_000, b"\0" * 257 + b"ustar" * 999],
    ids=["tgz", "zip", "tar"],
)
def test_what_cannot_be_read_is_as_large_as_it_is(first: bytes) -> None:
    found = preview(first, 5 * GIB, "x")
    assert found.note.startswith("5.0 GiB, first 1.0 KiB in hexadecimal")
    assert found.is_cut


def test_a_packed_text_says_that_there_is_more() -> None:
    raw = gzip.compress(b"0123456789abcde\n" * 1_000_000)
    found = preview(raw, len(raw), "log.gz")
    assert found.note == "first 4.0 MiB of at least 4.0 MiB, unpacked"
    assert found.is_cut
    zeros = gzip.compress(b"\0" * 100_000_000, 1)
    assert "of at least" not in preview(gzip.compress(b"\0" * 9), 29, "z.gz").note
    assert preview(zeros, len(zeros), "z.gz").note.startswith("at least 4.0 MiB, first 1.0 KiB")


@pytest.mark.parametrize("size", [0, 1, 1023, 1024, 1025, 70_000])
@pytest.mark.parametrize("fill", [b"x", b"\0", b"\xff"])
def test_what_is_all_there_is_not_called_cut_but_for_the_hexadecimal(
    size: int, fill: bytes
) -> None:
    found = preview(fill * size, size, "x")
    assert found.is_cut == (fill != b"x" and size > 1024)
    assert ("first" in found.note) == found.is_cut


@pytest.fixture(scope="module")
def server() -> Iterator[tuple[str, Buckets]]:
    with demo_s3("runs") as (endpoint, buckets):
        runs = buckets["runs"]
        runs.put("etl/metrics.json", gzip.compress(tar_of(1500), 1))
        runs.put(
            "etl/model.bin",
            Blob(5 * GIB, lambda offset, length: (b"\x1f\x8b\x08" * length)[:length]),
        )
        for number in range(MOST_SOUGHT + 2):
            runs.put(f"etl/shards/part-{number:05}", "x")
        yield endpoint, buckets


async def opened(seen: Seen, name: str) -> None:
    rows = seen.app.query_one(ArtifactRows)
    rows.move_to(next(item.key for item in rows.items if item.name == name))
    await seen.press("enter")


async def test_a_preview_that_is_cut_names_the_key_that_gets_the_rest(
    server: tuple[str, Buckets],
) -> None:
    async with showing(workflow(server[0]), size=(160, 30)) as seen:
        await opened(seen, "model")
        await seen.until(lambda: "5.0 GiB, first 1.0 KiB" in seen.line("title"))
        assert REST.search(seen.line("title"))


async def test_an_archive_opens_like_a_folder_and_its_files_like_others(
    server: tuple[str, Buckets], tmp_path: Path
) -> None:
    async with showing(workflow(server[0]), size=(160, 30)) as seen:
        await opened(seen, "metrics")
        await seen.until(lambda: "first 1,000 of at least 1,001 entries" in seen.line("head"))
        await seen.press("G")
        await seen.until(lambda: "train(1)/metrics  1,500 entries" in seen.line("head"))
        await opened(seen, "part-00007")
        await seen.until(lambda: "train(1)/metrics/part-00007" in seen.line("title"))
        await seen.press("space", "down", "space", "f")
        seen.app.query_one("#artifact-path", QueryBar).text = str(tmp_path)
        await seen.press("enter")
        await seen.until(lambda: seen.line("status").startswith("saved 2 artifacts"))
        assert len(os.listdir(tmp_path)) == 2
        await seen.press("left")
        await seen.until(lambda: "metrics" in "".join(seen.rows))


async def test_archives_inside_of_archives_open_in_place(server: tuple[str, Buckets]) -> None:
    inner = zip_of(3)
    server[1]["runs"].put("etl/lost.csv", gzip.compress(tar_with("models.zip", inner)))
    server[1]["runs"].put("etl/main.log", gzip.compress(tar_with("two.zip", inner, "notes", b"x")))
    async with showing(workflow(server[0]), size=(160, 30)) as seen:
        await opened(seen, "lost")
        await seen.until(lambda: "train(1)/lost  3 entries" in seen.line("head"))
        await seen.press("left")
        await opened(seen, "main-logs")
        await seen.until(lambda: "2 entries" in seen.line("head"))
        await opened(seen, "two.zip")
        await seen.until(lambda: "main-logs/two.zip  3 entries" in seen.line("head"))
        await seen.press("left")
        await seen.until(lambda: "train(1)/main-logs  2 entries" in seen.line("head"))


async def test_a_picture_alone_in_an_archive_is_shown_as_one(
    server: tuple[str, Buckets], monkeypatch: pytest.MonkeyPatch
) -> None:
    from PIL import Image

    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.setenv("COLORTERM", "truecolor")
    made = io.BytesIO()
    Image.new("RGB", (64, 48), (250, 10, 20)).save(made, "PNG")
    packed = gzip.compress(tar_with("plot.png", made.getvalue()))
    server[1]["runs"].put("etl/lost.csv", packed)
    async with showing(workflow(server[0]), size=(160, 30)) as seen:
        await opened(seen, "lost")
        await seen.until(lambda: "PNG, 64 × 48" in seen.line("title"))


async def test_a_filter_says_of_how_many_entries_it_speaks(server: tuple[str, Buckets]) -> None:
    async with showing(workflow(server[0]), size=(160, 30)) as seen:
        rows = seen.app.query_one(ArtifactRows)

        def size() -> object:
            return next((item.fact for item in rows.items if item.name == "shards"), None)

        await seen.until(lambda: isinstance(size(), Folder | Stat))
        await opened(seen, "shards")
        await seen.until(lambda: rows.is_in_folder)
        assert "first 1,000 of at least 1,001 entries" in seen.line("head")
        assert REST.search(seen.line("head"))
        await seen.press("G")
        await seen.until(lambda: "first 2,000 of" in seen.line("head"))
        assert rows.cursor == 999, "what comes moves nothing"
        await seen.press("slash", *"part-09999", "enter")
        await seen.until(lambda: "1 of the first 10,000 shown" in rows.headline)
        assert [item.name for item in rows.items] == ["part-09999"]
        rows.narrow("part-10001")
        assert "no match for “part-10001” in the first 10,000 entries" in rows.placeholder
        assert "the others were not searched" in rows.placeholder


async def test_a_row_says_no_longer_that_it_is_there_once_it_is_not() -> None:
    with demo_s3("runs") as (endpoint, buckets):
        runs = buckets["runs"]
        runs.put("etl/metrics.json", "{}")
        runs.put("etl/shards/part-00", "zero")
        runs.put("etl/shards/part-01", "one")
        async with showing(workflow(endpoint), size=(120, 30)) as seen:
            rows = seen.app.query_one(ArtifactRows)

            def state(name: str) -> str:
                return next(row for row in seen.rows if f" {name} " in f"{row} ").split()[-1]

            await seen.until(lambda: state("metrics") == "✔" and state("shards") == "✔")
            runs.delete("etl/metrics.json")
            await opened(seen, "metrics")
            await seen.until(lambda: "is not in the bucket" in seen.line("status"))
            assert state("metrics") == "missing"
            await opened(seen, "shards")
            await seen.until(lambda: rows.is_in_folder)
            runs.delete("etl/shards/part-01")
            await opened(seen, "part-01")
            await seen.until(lambda: state("part-01") == "missing")
            assert state("part-00") == "✔"
            rows.narrow("part-01")
            assert state("part-01") == "missing", "the filter makes its rows anew"
            runs.put("etl/metrics.json", "{}")
            rows.narrow("")
            await seen.press("left")
            await opened(seen, "metrics")
            await seen.until(lambda: state("metrics") == "✔")
