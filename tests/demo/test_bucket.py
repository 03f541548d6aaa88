"""Objects in memory: parts, listings, pages."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from tui.demo.bucket import Blob, Bucket

NOON = datetime(2026, 1, 15, 12, tzinfo=UTC)


def bucket(*keys: str) -> Bucket:
    made = Bucket("ours", lambda: NOON)
    for key in keys:
        made.put(key, key)
    return made


def test_an_object_can_be_read_in_parts_and_removed() -> None:
    made = bucket()
    made.put("a", b"0123456789")
    assert made.get("a") == b"0123456789"
    assert made.get("a", 8, 10) == b"89"
    assert made.get("a", 20, 5) == b""
    assert made.delete("a")
    assert not made.delete("a")
    assert made.get("a") is None
    assert len(made) == 0


def test_writing_again_replaces_and_keeps_one_key() -> None:
    made = bucket("a")
    first = made.head("a")
    made.put("a", "other")
    again = made.head("a")
    assert first and again and first.etag != again.etag
    assert len(made) == 1
    assert again.modified == NOON


def test_a_generated_blob_holds_nothing_and_gives_every_part() -> None:
    asked: list[int] = []

    def part(offset: int, length: int) -> bytes:
        asked.append(length)
        return bytes((offset + i) % 251 for i in range(length))

    made = bucket()
    blob = made.put("big", Blob(50_000_000, part))
    assert sum(asked) <= 8192, "an etag must not read it all"
    assert blob.etag
    assert made.get("big", 49_999_999, 10) == bytes([49_999_999 % 251])
    assert b"".join(blob.pieces(10, 25, step=7)) == part(10, 25)


def test_a_delimiter_folds_keys_and_pages_join_up() -> None:
    made = bucket("a/1", "a/2", "a/b/3", "a0", "b", "c/1", "ü/1")
    whole = made.list(delimiter="/")
    assert [key for key, _ in whole.objects] == ["a0", "b"]
    assert whole.prefixes == ("a/", "c/", "ü/")
    inside = made.list(prefix="a/", delimiter="/")
    assert [key for key, _ in inside.objects] == ["a/1", "a/2"]
    assert inside.prefixes == ("a/b/",)


@pytest.mark.parametrize("limit", [1, 2, 3, 5, 100])
@pytest.mark.parametrize("delimiter", ["", "/"])
def test_pages_of_any_size_give_the_same_entries(limit: int, delimiter: str) -> None:
    made = bucket("a", "a/", "a//x", "a/1", "b/1", "b/2", "c", "d/x/y", "d/x/z", " ", "ü", "%41")
    whole = made.list(delimiter=delimiter)
    entries: list[str] = []
    after: str | None = ""
    while after is not None:
        page = made.list(delimiter=delimiter, after=after, limit=limit)
        assert len(page.objects) + len(page.prefixes) <= limit
        entries += [*(key for key, _ in page.objects), *page.prefixes]
        after = page.next_after
    assert sorted(entries) == sorted([*(key for key, _ in whole.objects), *whole.prefixes])
    assert len(entries) == len(set(entries))
