"""Parquet heads and pictures: what is read of them, and what is said of those that are broken."""

from __future__ import annotations

import io
import sys
from typing import Any

import pytest

from tests.support.s3_store import MIB
from tests.support.shelf import Shelf
from tui.artifacts.base import StoreError
from tui.artifacts.parquet import ROWS, head
from tui.artifacts.pictures import pixels
from tui.domain.location import RawLocation

HERE = RawLocation("")


def parquet_of(rows: int, *, group: int = 50_000) -> bytes:
    import pyarrow
    from pyarrow import parquet

    table: Any = pyarrow.table(
        {
            "n": list(range(rows)),
            "name": [f"row {n} {'x' * 50}" for n in range(rows)],
            "score": [None if n % 2 else n / 4 for n in range(rows)],
        }
    )
    made = io.BytesIO()
    parquet.write_table(table, made, row_group_size=group, compression="none", use_dictionary=False)
    return made.getvalue()


def test_of_a_large_parquet_file_the_first_rows_cost_little() -> None:
    shelf = Shelf(parquet_of(400_000))
    assert len(shelf.data) > 25 * MIB
    found = head(shelf, HERE, len(shelf.data))
    assert (found.names, found.types) == (("n", "name", "score"), ("int64", "string", "double"))
    assert (len(found.rows), found.total) == (ROWS, 400_000)
    assert found.rows[1] == ("1", f"row 1 {'x' * 50}", "")
    assert shelf.read_bytes < len(shelf.data) / 2


@pytest.mark.parametrize("rows", [0, 1])
def test_a_small_one_is_shown_whole(rows: int) -> None:
    data = parquet_of(rows)
    found = head(Shelf(data), HERE, len(data))
    assert (len(found.rows), found.total) == (rows, rows)


@pytest.mark.parametrize("data", [b"PAR1", b"PAR1" + b"\xff" * 500, b"PAR1" + b"\0" * 90 + b"PAR1"])
def test_a_parquet_file_that_is_broken_is_said_to_be(data: bytes) -> None:
    with pytest.raises(StoreError, match="cannot be read"):
        head(Shelf(data), HERE, len(data))


def picture_of(width: int, height: int, kind: str = "PNG", mode: str = "RGB") -> bytes:
    from PIL import Image

    made = io.BytesIO()
    image = Image.new(mode, (width, height))
    image.paste((255, 0, 0) if mode == "RGB" else 0, (0, 0, width // 2, height))
    image.save(made, kind)
    return made.getvalue()


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "GIF", "BMP", "WEBP"])
def test_a_picture_is_made_small_and_keeps_its_shape(kind: str) -> None:
    found = pixels(picture_of(640, 480, kind), 80, 40)
    assert (found.width, found.height) in ((53, 40), (54, 40))
    assert found.facts == f"{kind}, 640 × 480"
    red, green, blue = found.at(2, 20)
    assert red > 200 and green < 60 and blue < 60
    assert max(found.at(found.width - 2, 20)) < 60


def test_a_small_picture_is_not_made_larger() -> None:
    assert pixels(picture_of(4, 4), 80, 40).width == 4


@pytest.mark.parametrize("data", [b"\x89PNG\r\n\x1a\n" + b"\xff" * 99, picture_of(64, 64)[:60]])
def test_a_picture_that_is_broken_is_said_to_be(data: bytes) -> None:
    with pytest.raises(StoreError, match="cannot be read"):
        pixels(data, 80, 40)


def test_a_picture_of_very_many_pixels_is_not_decoded() -> None:
    with pytest.raises(StoreError, match="too large"):
        pixels(picture_of(20_000, 5_000, mode="1"), 80, 40)


@pytest.mark.parametrize(
    ("library", "ask"),
    [
        ("PIL", lambda: pixels(b"", 80, 40)),
        ("pyarrow", lambda: head(Shelf(b"PAR1"), HERE, 4)),
    ],
)
def test_without_its_library_the_extra_is_named(
    library: str, ask: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, library, None)
    with pytest.raises(StoreError, match=r"pip install 'argo-tui\[") as missing:
        ask()
    assert missing.value.reason == "unsupported"
