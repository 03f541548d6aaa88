"""The file of a recording: what the program heard of clusters, in time, as a stream.

After a first line come blocks, each with its length and checksum in front: lines of JSON, one a
frame, packed as one stream that is flushed after each block. So what was written when the program
was killed can be read up to the last whole block. Hostile files are read too, so there are limits.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterable, Iterator
from typing import BinaryIO

import msgspec

from tui.domain.incident import RECORDED, RECORDING
from tui.errors import InputError

SUFFIX = RECORDING
FIRST_LINE = b"argo-tui recording 1\n"
"""What it begins with: the number is that of the form of what follows."""
MOST_BLOCK = 64 << 20
"""Bytes of a block when unpacked; more is no recording, and may be an attack."""
MOST_UNPACKED = 8 << 30
"""Bytes of all blocks together."""
MOST_FRAMES = 5_000_000
PACKED = 6
"""How hard it is packed, as zlib counts: harder takes twice the time and saves some hundredths."""

OPENED, LISTING, LISTED, ROW, FILLED, GONE, STOOD, UNHEARD = (
    *("opened", "listing", "listed", "row", "filled", "gone", "stood", "unheard"),
)
"""What a frame tells: a connection; that a part is listed anew, and that this is over; an object of
a list, one that was read beside it, one that is gone; how a part stands; that nobody hears of it
any more."""
SEEN, WHOLE, LEFT, ANSWER, LOG, LOG_END, LOG_ERROR, ARCHIVED = (
    *("seen", "whole", "left", "answer", "log", "log-end", "log-error", "archived"),
)
"""The rest: an object that was read once for a list; one with everything; that it is gone; the
answer to a question; lines of a log, its end, why it could not be read; those of an archived one.
"""
KEPT, CHANGED = "kept", "changed"
"""A run that an archive has; an object with everything, as what is new beside an earlier one."""
LOST, ENDED = "lost", "ended"
"""That some was not written because it came too fast; the last frame of one that was ended."""


class Frame(msgspec.Struct, frozen=True, array_like=True):
    """One thing that was heard."""

    at: int
    """When, in milliseconds since 1970."""
    tells: str
    key: tuple[str, ...] = ()
    """Of what it tells: the connection first."""
    body: msgspec.Raw = msgspec.Raw(b"null")


_HEAD = struct.Struct(">II")
_frames = msgspec.json.Decoder(Frame)


class Packer:
    """Makes blocks of frames. Each must be written whole, in the order in which they are made."""

    def __init__(self) -> None:
        self._stream = zlib.compressobj(PACKED)

    def block(self, lines: bytes) -> bytes:
        """Frames, each a line of JSON, as a block; at most `MOST_BLOCK` bytes."""
        packed = self._stream.compress(lines) + self._stream.flush(zlib.Z_SYNC_FLUSH)
        return _HEAD.pack(len(packed), zlib.crc32(packed)) + packed


class Unpacked:
    """The blocks of a file, one after the other, until its end or the first that is not whole."""

    def __init__(self, file: BinaryIO) -> None:
        """Raises: InputError for what is no recording, or one of a newer program."""
        self._file = file
        self.cut = ""
        """Why not all of the file could be read, as the end of a sentence; "" where it could."""
        first = file.read(len(FIRST_LINE))
        if first != FIRST_LINE:
            if first.startswith(RECORDED):
                raise InputError(
                    "it was written by a newer program", hint="a newer argo-tui opens it"
                )
            raise InputError("it is no recording")

    def blocks(self) -> Iterator[bytes]:
        """Lines of JSON. Raises: InputError beyond the limits."""
        stream, total = zlib.decompressobj(), 0
        while head := self._file.read(_HEAD.size):
            if len(head) < _HEAD.size:
                self.cut = "it ends in the middle of a block"
                return
            length, checksum = _HEAD.unpack(head)
            # What is packed is never much larger than what it is made of.
            if length > MOST_BLOCK + (MOST_BLOCK >> 6):
                self.cut = "a block of it is larger than any that is written"
                return
            packed = self._file.read(length)
            if len(packed) < length:
                self.cut = "it ends in the middle of a block"
                return
            try:
                if zlib.crc32(packed) != checksum:
                    raise zlib.error("checksum")
                lines = stream.decompress(packed, MOST_BLOCK + 1)
            except zlib.error:
                self.cut = "a block of it is broken"
                return
            total += len(lines)
            if len(lines) > MOST_BLOCK or stream.unconsumed_tail:
                raise InputError(
                    f"a block of it is larger than {MOST_BLOCK >> 20} MiB when unpacked",
                    hint="that is no recording",
                )
            if total > MOST_UNPACKED:
                raise InputError(
                    f"it is larger than {MOST_UNPACKED >> 30} GiB when unpacked",
                    hint="that is no recording",
                )
            yield lines


def encoded(frames: Iterable[Frame]) -> bytes:
    """Frames as lines of JSON."""
    return msgspec.json.Encoder().encode_lines(frames)


def frame_of(line: bytes) -> Frame | None:
    """The frame that a line is; None for one that cannot be read."""
    try:
        return _frames.decode(line)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return None


# --- objects that change -------------------------------------------------------------------------

RADIX = 16
"""Each version is told beside one of `RADIX` before it, each so many beside one of so many before
them, and so on: none needs many others to be read, and what changed is told few times."""
MOST_STEPS = 128
"""Versions that are read for one; more are no recording."""
_SEAM = b"},"


class Bases:
    """The versions of one object that the next ones are told beside."""

    def __init__(self, first: bytes) -> None:
        self._count = 0
        self._kept = [first]
        """By power of `RADIX`: the last version whose number is a multiple of it."""

    @property
    def size(self) -> int:
        """Bytes that are kept."""
        return sum({id(each): len(each) for each in self._kept}.values())

    def next(self) -> tuple[int, bytes]:
        """How many versions before the next one is the one that it is told beside; and that."""
        step, level = self._next()
        return step, self._kept[level]

    def add(self, text: bytes) -> None:
        """The next one."""
        _, level = self._next()
        self._count += 1
        if level + 1 == len(self._kept):
            self._kept.append(self._kept[-1])
        self._kept[: level + 1] = [text] * (level + 1)

    def _next(self) -> tuple[int, int]:
        number, step, level = self._count + 1, 1, 0
        while number % (step * RADIX) == 0:
            step, level = step * RADIX, level + 1
        return step, level


def changes(bases: Bases, text: bytes) -> bytes | None:
    """JSON as what is new in it beside an earlier version; None where it is better told whole."""
    step, base = bases.next()
    told = _beside(base, text)
    if told is None:
        return None
    body = msgspec.json.encode(Change(step, zlib.crc32(base), told))
    if len(body) > len(text) >> 1:
        return None
    bases.add(text)
    return body


class Change(msgspec.Struct, frozen=True, array_like=True):
    """A version of an object, as what is new in it."""

    back: int
    """How many versions before it is the one that it is told beside."""
    checksum: int
    """That of the other one."""
    pieces: list[str | tuple[int, int]]
    """What is new, and from where to where it is as in the other one, in bytes."""

    @property
    def size(self) -> int:
        """Characters and bytes of it, about."""
        return sum(
            len(each) if isinstance(each, str) else each[1] - each[0] for each in self.pieces
        )

    def applied(self, base: bytes) -> bytes:
        """The version. Raises: ValueError where the other one is not what it is told beside."""
        if zlib.crc32(base) != self.checksum:
            raise ValueError("what it is told beside is another one")
        return b"".join(
            each.encode() if isinstance(each, str) else base[each[0] : each[1]]
            for each in self.pieces
        )


_changes = msgspec.json.Decoder(Change)


def change_of(body: bytes) -> Change:
    """What a frame tells of a change. Raises: ValueError for what is none."""
    try:
        found = _changes.decode(body)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise ValueError("it is no change") from error
    spans = [each for each in found.pieces if not isinstance(each, str)]
    if found.back < 1 or any(not 0 <= begin <= end for begin, end in spans):
        raise ValueError("it is no change")
    if found.size > MOST_BLOCK:
        raise ValueError("it is larger than any that is written")
    return found


def _beside(base: bytes, text: bytes) -> list[str | tuple[int, int]] | None:
    """A text as pieces of another one, and what is new between them; None where it is no text."""
    pieces = base.split(_SEAM)
    begins, places = [0], dict[bytes, int]()
    for number, piece in enumerate(pieces):
        places.setdefault(piece, number)
        begins.append(begins[-1] + len(piece) + len(_SEAM))
    begins[-1] = len(base)
    last, following = len(pieces) - 1, 0
    found: list[str | tuple[int, int]] = []
    new: list[bytes] = []

    def tell_new() -> None:
        if new:
            found.append(b"".join(new).decode())
            new.clear()

    wanted = text.split(_SEAM)
    try:
        for number, piece in enumerate(wanted):
            is_last = number == len(wanted) - 1
            is_next = following <= last and pieces[following] == piece
            place = following if is_next else places.get(piece)
            # After the last one there is no seam.
            if place is None or (place == last) != is_last:
                new.append(piece if is_last else piece + _SEAM)
                continue
            tell_new()
            following = place + 1
            span = found[-1] if found else ""
            if isinstance(span, tuple) and span[1] == begins[place]:
                found[-1] = (span[0], begins[following])
            else:
                found.append((begins[place], begins[following]))
        tell_new()
    except UnicodeDecodeError:
        return None
    return found
