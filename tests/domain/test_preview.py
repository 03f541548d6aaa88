"""What is shown of an artifact from its first bytes."""

from __future__ import annotations

import gzip
import io
import math
import tarfile
import zipfile
import zlib
from array import array

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui.domain.encodings import guessed_text
from tui.domain.preview import UNPACKED, preview, size_text


def tgz(**files: bytes) -> bytes:
    target = io.BytesIO()
    with tarfile.open(fileobj=target, mode="w:gz") as archive:
        for name, content in files.items():
            member = tarfile.TarInfo(name.replace("__", "/"))
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))
    return target.getvalue()


def test_json_is_laid_out_and_keeps_its_numbers_and_order() -> None:
    raw = b'{"b":1.50,"a":[1,2],"big":12345678901234567890123}'
    found = preview(raw, len(raw), "m.json")
    assert found.text.splitlines()[1] == '  "b": 1.50,'
    assert "12345678901234567890123" in found.text
    assert (found.kind, found.note) == ("json", "")


def test_json_that_is_cut_or_broken_is_shown_as_it_is() -> None:
    cut = preview(b'{"a": [1, 2', 5000, "m.json")
    assert cut.text == '{"a": [1, 2'
    assert cut.note == "first 11 B of 4.9 KiB"
    broken = preview(b"{nope}", 6, "m.json")
    assert (broken.text, "not valid JSON" in broken.note) == ("{nope}", True)
    deep = b"[" * 100_000
    assert preview(deep, len(deep), "m.json").text


def test_text_that_is_cut_within_a_character_loses_only_that() -> None:
    raw = "grün".encode()[:3]
    assert preview(raw, 5, "a.txt").text == "gr"


@pytest.mark.parametrize(
    ("raw", "name", "kind"),
    [
        (b"a,b\n1,2\n", "t.csv", "csv"),
        (b"hello", "noname", "text"),
        (b'{"a":1}', "noname", "json"),
        (b"\0\1\2", "t.txt", "binary"),
        (b"", "t.json", "json"),
    ],
)
def test_bytes_and_name_together_tell_the_kind(raw: bytes, name: str, kind: str) -> None:
    assert preview(raw, len(raw), name).kind == kind


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be", "utf-32-le"])
def test_a_text_whose_mark_says_its_encoding_is_shown_as_text(encoding: str) -> None:
    raw = "\ufeffwindows text\r\nzwölf 漢字\r\n".encode(encoding)
    found = preview(raw, len(raw), "a.txt")
    assert (found.text, found.kind) == ("windows text\r\nzwölf 漢字\r\n", "text")
    assert found.note == encoding[:6].upper()
    cut = preview(raw[:-3], len(raw), "a.log")
    assert cut.text.startswith("windows text\r\nzwölf 漢字") and "first" in cut.note
    written = '\ufeff{"a":1.10}'.encode(encoding)
    laid_out = preview(written, len(written), "noname")
    assert (laid_out.text, laid_out.kind) == ('{\n  "a": 1.10\n}', "json")
    packed = gzip.compress(raw)
    assert preview(packed, len(packed), "a.txt.gz").text == found.text
    for wrong in (b"\xff\xfe\0\xd8\0\xd8", b"\xff\xfea\0\0\0b\0", b"\xff\xfe" + bytes(range(256))):
        assert preview(wrong, len(wrong), "model.bin").kind == "binary"


@pytest.mark.parametrize(
    ("text", "encoding", "told"),
    [
        ("Größe: 3 Stück, naïve café\n", "latin-1", "Latin-1"),
        ("it costs 5 € – “quoted” words of a letter\n", "cp1252", "Windows-1252"),
        ("Zürich", "latin-1", "Latin-1"),
        ("hello world\r\nzwölf\r\n", "utf-16-le", "UTF-16-LE"),
        ("привет мир, как дела\n", "utf-16-be", "UTF-16-BE"),
    ],
)
def test_a_text_in_another_encoding_is_shown_as_text_and_says_what_it_was_taken_for(
    text: str, encoding: str, told: str
) -> None:
    raw = text.encode(encoding)
    found = preview(raw, len(raw), "noname")
    assert (found.text, found.kind, found.note) == (text, "text", f"read as {told}")
    cut = preview(raw, 1000, "noname")
    assert cut.text == text and cut.note.endswith(f"of 1000 B, read as {told}")
    packed = gzip.compress(raw)
    assert preview(packed, len(packed), "a.txt.gz").text == text


def test_tables_json_and_texts_with_a_broken_byte_are_read_in_their_encoding() -> None:
    table = "name;size\r\nGröße;3\r\n".encode("cp1252")
    assert preview(table, len(table), "t.csv").text.startswith("name   size")
    written = '{"city": "Zürich"}'.encode("latin-1")
    assert preview(written, len(written), "noname").text == '{\n  "city": "Zürich"\n}'
    broken = "hällö wörld, ünd sö weiter ".encode() * 3 + b"\xff end"
    found = preview(broken, len(broken), "noname")
    assert found.text.endswith("\ufffd end") and found.note == "read as UTF-8 with errors"


NUMBERS = [
    array("h", range(-300, 300, 7)).tobytes(),
    array("h", [int(20_000 * math.sin(at / 7)) for at in range(500)]).tobytes(),
    array("i", range(0, 10_000, 13)).tobytes(),
    array("d", [at / 7 for at in range(200)]).tobytes(),
    zlib.compress(bytes(range(256)) * 9),
    "привет мир".encode("koi8-r"),
    b"a\0b\0",
    b"\xfc",
    b"\x80\x04\x95K.",
    b"hello\x07\xfcworld and more of it",
]


@pytest.mark.parametrize("raw", NUMBERS)
def test_what_is_no_text_is_no_guess(raw: bytes) -> None:
    assert preview(raw, len(raw), "noname").kind == "binary"


@given(st.binary(min_size=64))
def test_no_bytes_are_taken_for_what_they_cannot_be(raw: bytes) -> None:
    found = guessed_text(raw)
    if found is not None:
        assert all(char.isprintable() or char in "\t\r\n\f\x1b\xa0\xad" for char in found[0])


def test_binary_content_is_shown_in_hexadecimal() -> None:
    found = preview(bytes(range(256)) * 100, 25_600, "model.bin")
    first = found.text.splitlines()[0]
    assert first == "00000000  00 01 02 03 04 05 06 07 08 09 0a 0b 0c 0d 0e 0f  ................"
    assert "25.0 KiB" in found.note and "hexadecimal" in found.note


def test_an_archive_of_one_file_shows_that_file() -> None:
    raw = tgz(metrics=b'{"auc":0.9}')
    found = preview(raw, len(raw), "metrics.tgz")
    assert found.text == '{\n  "auc": 0.9\n}'
    assert found.kind == "tgz"
    assert "metrics" in found.note


def test_an_archive_of_several_files_shows_their_names_and_sizes() -> None:
    raw = tgz(out__a=b"x" * 2048, out__b=b"")
    found = preview(raw, len(raw), "out.tgz")
    assert found.text.splitlines() == ["   2.0 KiB  out/a", "       0 B  out/b"]
    assert found.note == "2 entries"


def test_the_beginning_of_a_large_archive_still_shows_the_beginning_of_its_file() -> None:
    content = b"".join(b"line %06d\n" % i for i in range(200_000))
    raw = tgz(big=content)
    found = preview(raw[:65_536], len(raw), "big.tgz")
    assert found.text.startswith("line 000000\nline 000001\n")
    assert "first" in found.note
    assert len(found.text) <= UNPACKED


def test_a_bomb_is_unpacked_only_so_far() -> None:
    bomb = gzip.compress(b"\0" * 200_000_000, 9)
    found = preview(bomb, len(bomb), "bomb.gz")
    assert len(found.text) < 100_000
    packed = tgz(bomb=b"a" * 50_000_000)
    assert len(preview(packed, len(packed), "bomb.tgz").text) <= UNPACKED


def test_a_zip_is_looked_into_only_when_it_is_all_there() -> None:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        archive.writestr("a.txt", "hello")
    raw = target.getvalue()
    assert preview(raw, len(raw), "a.zip").text == "hello"
    cut = preview(raw[:40], len(raw), "a.zip")
    assert "download" in cut.note
    with zipfile.ZipFile(target, "a") as archive:
        archive.writestr("b.txt", "more")
    raw = target.getvalue()
    assert preview(raw, len(raw), "a.zip").note == "2 entries"


@pytest.mark.parametrize(
    "raw",
    [
        b"\x1f\x8b\x08garbage",
        b"PK\x03\x04garbage",
        b"x" * 257 + b"ustar" + b"\xff" * 1000,
        tgz(a=b"x")[:20],
        gzip.compress(b"\0" * 257 + b"ustar\0" + b"9" * 800),
    ],
    ids=["gzip", "zip", "tar", "half a tgz", "a tar in a gzip"],
)
def test_broken_archives_are_shown_as_bytes_and_said_to_be_broken(raw: bytes) -> None:
    found = preview(raw, len(raw), "a.tgz")
    assert found.kind in ("tgz", "zip", "tar", "binary", "gzip")


def test_a_gzip_of_one_text_is_unpacked() -> None:
    raw = gzip.compress(b"hello")
    found = preview(raw, len(raw), "log.gz")
    assert (found.text, found.kind, found.note) == ("hello", "gzip", "unpacked")


@pytest.mark.parametrize(
    ("size", "text"),
    [
        (0, "0 B"),
        (1023, "1023 B"),
        (1024, "1.0 KiB"),
        (102_350, "100 KiB"),
        (1 << 20, "1.0 MiB"),
        ((1 << 20) - 1, "1.0 MiB"),
        (210 << 20, "210 MiB"),
        (5 << 40, "5.0 TiB"),
        (5000 << 40, "5000 TiB"),
    ],
)
def test_sizes_read_well(size: int, text: str) -> None:
    assert size_text(size) == text
