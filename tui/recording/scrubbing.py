"""Leaving out of a recording that is over what turned out to be a secret only later.

A secret is known by the object that names it. A row of a list, whose message repeats it, may have
been written before that object was read. So once all is written, what stands in the file is looked
through with all that was learned, and where there is any of it the file is written anew.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import msgspec

from tui.domain.recording import (
    CHANGED,
    FIRST_LINE,
    LOG,
    LOST,
    WHOLE,
    Frame,
    Packer,
    Unpacked,
    change_of,
    encoded,
    frame_of,
)

MOST_KEPT = 256 << 20
"""Bytes of the versions of objects that are put together again; what is more is left out."""

Clean = Callable[[bytes], bytes]


def scrub(path: Path, has_any: Callable[[bytes], bool], clean: Clean) -> bool:
    """Write a recording anew where anything in it is a secret by now; whether it was.

    `clean` leaves secrets out of text. Raises: OSError; the file stays as it was then.
    """
    changing: set[tuple[str, ...]] = set()
    is_any = False
    for frame in _frames(path):
        if has_any(_text(frame)):
            is_any = True
            if frame.tells in (WHOLE, CHANGED):
                changing.add(frame.key[:4])
    if not is_any:
        return False
    made = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        packer = Packer()
        with os.fdopen(os.open(made, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(FIRST_LINE)
            for block in _blocks(_told_whole(_frames(path), changing)):
                file.write(packer.block(encoded(_cleaned(frame, clean) for frame in block)))
        os.replace(made, path)
    except BaseException:
        with suppress(OSError):
            made.unlink()
        raise
    return True


def _frames(path: Path) -> Iterator[Frame]:
    with open(path, "rb") as opened:
        for block in Unpacked(opened).blocks():
            for line in block.splitlines():
                frame = frame_of(line)
                if frame is not None:
                    yield frame


def _told_whole(frames: Iterator[Frame], changing: set[tuple[str, ...]]) -> Iterator[Frame]:
    """The same, and each version of these objects as a whole: beside what is told otherwise by now
    no other could be told."""
    versions: dict[tuple[str, ...], list[bytes]] = {}
    kept = lost = 0
    for frame in frames:
        named = frame.key[:4]
        if named not in changing or frame.tells not in (WHOLE, CHANGED):
            yield frame
            continue
        known = versions.setdefault(named, [])
        body = bytes(frame.body)
        if frame.tells == CHANGED:
            try:
                change = change_of(body)
                body = change.applied(known[-change.back])
            except (ValueError, IndexError):
                lost += 1
                yield Frame(frame.at, LOST, (str(lost),))
                continue
        else:
            kept -= sum(map(len, known))
            known.clear()
        if kept + len(body) <= MOST_KEPT:
            known.append(body)
            kept += len(body)
        yield Frame(frame.at, WHOLE, frame.key, msgspec.Raw(body))


def _blocks(frames: Iterator[Frame], size: int = 1 << 20) -> Iterator[list[Frame]]:
    block: list[Frame] = []
    held = 0
    for frame in frames:
        block.append(frame)
        held += len(frame.body)
        if held >= size:
            yield block
            block, held = [], 0
    if block:
        yield block


def _text(frame: Frame) -> bytes:
    """What is in a frame; of a log its bytes, which are written a character each."""
    body = bytes(frame.body)
    if frame.tells != LOG:
        return body
    return str(msgspec.json.decode(body)).encode("latin-1", errors="replace")


def _cleaned(frame: Frame, clean: Clean) -> Frame:
    text = clean(_text(frame))
    if frame.tells == LOG:
        text = msgspec.json.encode(text.decode("latin-1"))
    return Frame(frame.at, frame.tells, frame.key, msgspec.Raw(text))
