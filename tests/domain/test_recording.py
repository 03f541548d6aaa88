"""The form of a recording: whole up to where it was broken off, and harmless whoever wrote it."""

from __future__ import annotations

import io
import os
import random
import struct
import zlib

import msgspec
import pytest

from tui.domain import recording as file
from tui.domain.recording import FIRST_LINE, Frame, Packer, Unpacked, encoded, frame_of
from tui.errors import InputError

BLOCKS = 5


def frames(block: int) -> list[Frame]:
    body = msgspec.Raw(msgspec.json.encode({"n": block, "text": "ü\n" * 20}))
    return [Frame(1_000 * block + i, "row", ("demo", "wf", str(i)), body) for i in range(4)]


def written() -> bytes:
    packer = Packer()
    return FIRST_LINE + b"".join(packer.block(encoded(frames(i))) for i in range(BLOCKS))


def read(data: bytes) -> tuple[list[Frame], str]:
    unpacked = Unpacked(io.BytesIO(data))
    lines = [line for block in unpacked.blocks() for line in block.splitlines()]
    return [frame for line in lines if (frame := frame_of(line)) is not None], unpacked.cut


def test_what_was_written_is_read() -> None:
    found, cut = read(written())
    assert found == [frame for i in range(BLOCKS) for frame in frames(i)] and not cut


def test_wherever_it_is_broken_off_all_whole_blocks_before_are_there() -> None:
    data, packer, ends = written(), Packer(), [len(FIRST_LINE)]
    for i in range(BLOCKS):
        ends.append(ends[-1] + len(packer.block(encoded(frames(i)))))
    for end in range(len(FIRST_LINE), len(data)):
        found, cut = read(data[:end])
        whole = sum(at <= end for at in ends) - 1
        assert found == [frame for i in range(whole) for frame in frames(i)], end
        assert bool(cut) == (end not in ends)


def test_a_byte_that_is_another_ends_it_there_with_a_sentence() -> None:
    data = bytearray(written())
    data[-10] ^= 0xFF
    found, cut = read(bytes(data))
    assert len(found) == 4 * (BLOCKS - 1) and cut == "a block of it is broken"


@pytest.mark.parametrize("seed", range(30))
def test_random_bytes_are_never_more_than_a_sentence(seed: int) -> None:
    chance = random.Random(seed)
    noise = chance.randbytes(chance.randrange(2000))
    found, cut = read(FIRST_LINE + noise)
    assert not found and bool(cut) == bool(noise)
    with pytest.raises(InputError, match="no recording"):
        read(noise or b"x")


def test_one_of_a_newer_program_says_so() -> None:
    with pytest.raises(InputError, match="newer program"):
        read(b"argo-tui recording 2\n" + os.urandom(50))


def block_of(packed: bytes) -> bytes:
    return struct.pack(">II", len(packed), zlib.crc32(packed)) + packed


def test_a_block_that_grows_beyond_all_bounds_is_refused_before_it_has(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    bomb = zlib.compress(bytes(file.MOST_BLOCK + 100), 9)
    assert len(bomb) < 100_000
    with pytest.raises(InputError, match="larger than 64 MiB when unpacked"):
        read(FIRST_LINE + block_of(bomb))
    monkeypatch.setattr(file, "MOST_UNPACKED", 1 << 20)
    packer = Packer()
    many = b"".join(packer.block(bytes(1 << 19)) for _ in range(4))
    with pytest.raises(InputError, match="when unpacked"):
        read(FIRST_LINE + many)


def test_a_block_that_says_it_is_huge_is_not_waited_for() -> None:
    found, cut = read(FIRST_LINE + struct.pack(">II", 0xFFFFFFF0, 0) + b"x")
    assert not found and cut == "a block of it is larger than any that is written"


@pytest.mark.parametrize(
    "line",
    [b"", b"[]", b"{}", b"[1]", b'["x","y"]', b"[" * 5000, b'[1,"row",[1],null]', b"\xff\xfe"],
)
def test_a_line_that_is_no_frame_is_none(line: bytes) -> None:
    assert frame_of(line) is None
