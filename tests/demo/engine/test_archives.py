"""Archives of artifacts, there and back, and what is none."""

from __future__ import annotations

import pytest

from tui.demo.engine.archives import TAR, ZIP, packed, unpacked

CONTENT = {"page1.html": b"one" * 50, "css/main.css": b"two" * 50}


@pytest.mark.parametrize("ending", [TAR, ZIP])
def test_what_was_packed_is_unpacked(ending: str) -> None:
    data = packed(ending, "site", CONTENT)
    assert unpacked(data, zipped=ending == ZIP) == CONTENT
    assert unpacked(b"plain", zipped=ending == ZIP) is None


@pytest.mark.parametrize("ending", [TAR, ZIP])
def test_a_broken_archive_is_none_and_ends_nothing(ending: str) -> None:
    data = packed(ending, "site", CONTENT)
    for at in range(len(data)):
        for broken in (data[:at], data[:at] + bytes([data[at] ^ 0xFF]) + data[at + 1 :]):
            found = unpacked(broken, zipped=ending == ZIP)
            assert found is None or isinstance(found, dict)
    assert unpacked(data[: len(data) // 2], zipped=ending == ZIP) is None
