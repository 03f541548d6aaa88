"""The lines of one log, as many as we keep.

A million Python strings take twice the memory of the text in them, and most are never looked at.
So the text stays the bytes it came as, in blocks of about a mebibyte with the offsets of their
lines (platform.md 7); a line becomes a string when it is drawn or searched. When the book is full
its oldest block is dropped, and what was dropped is counted, so that it can be said.
"""

from __future__ import annotations

from array import array
from bisect import bisect_right
from collections.abc import Callable, Iterable
from datetime import UTC, datetime, tzinfo
from typing import NamedTuple

from tui.domain.logs import LogLine, Times, shown_time, split_line

BLOCK = 1 << 20
LONGEST_LINE = 1 << 18
"""A line without an end is broken here, so that the book stays bounded."""


class Appended(NamedTuple):
    """What a piece of log did to the book."""

    lines: int
    """How many lines there are more at the end."""
    dropped: int
    """How many are gone from the front."""


class Block:
    """Some lines: their bytes and where each begins."""

    __slots__ = ("data", "first", "starts")

    def __init__(self, first: int) -> None:
        self.first = first
        """Number of its first line, counted from the very first that ever came."""
        self.data = bytearray()
        self.starts = array("I")

    def add(self, line: bytes) -> None:
        """One more line, without its end."""
        self.starts.append(len(self.data))
        self.data += line

    def get(self, place: int) -> bytes:
        """The line at a place in this block."""
        end = self.starts[place + 1] if place + 1 < len(self.starts) else len(self.data)
        return bytes(self.data[self.starts[place] : end])


class LogBook:
    """A bounded log: a `LineModel` that grows at its end."""

    def __init__(
        self,
        *,
        max_bytes: int = 64 << 20,
        max_lines: int = 1_000_000,
        times: Times = "off",
        zone: tzinfo | None = None,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self.times: Times = times
        """How `line` shows the time that stands in front of each line."""
        self.max_bytes = max_bytes
        self.max_lines = max_lines
        self._zone = zone
        self._clock = clock
        self._blocks: list[Block] = [Block(0)]
        self._firsts: list[int] = [0]
        self._bytes = 0
        self._end = 0
        self._rest = b""

    def __len__(self) -> int:
        return self._end - self.dropped

    @property
    def dropped(self) -> int:
        """How many lines are gone from the front; also the number of the first that is kept."""
        return self._firsts[0]

    @property
    def size(self) -> int:
        """Bytes of text that are kept."""
        return self._bytes

    def append(self, pieces: Iterable[bytes]) -> Appended:
        """Take in what came, however it was cut; an unfinished line waits for its end."""
        end, dropped = self._end, self.dropped
        for piece in pieces:
            lines = (self._rest + piece if self._rest else piece).split(b"\n")
            self._rest = lines.pop()
            for line in lines:
                self._add(line)
            while len(self._rest) > LONGEST_LINE:
                self._add(self._rest[:LONGEST_LINE])
                self._rest = self._rest[LONGEST_LINE:]
        return Appended(self._end - end, self.dropped - dropped)

    def finish(self) -> Appended:
        """The stream is over: what waits for its end is a line."""
        end, dropped = self._end, self.dropped
        if self._rest:
            self._add(self._rest)
            self._rest = b""
        return Appended(self._end - end, self.dropped - dropped)

    def note(self, text: str) -> Appended:
        """A line of our own: where one source ended and another begins."""
        before = self.finish()
        after = self.append([text.encode() + b"\n"])
        return Appended(before.lines + after.lines, before.dropped + after.dropped)

    def clear(self) -> None:
        """Forget everything, the count of what was dropped too."""
        self._blocks, self._firsts = [Block(0)], [0]
        self._bytes = self._end = 0
        self._rest = b""

    def raw(self, index: int) -> bytes:
        """A line as it came, its time included."""
        number = index + self.dropped
        if index < 0 or number >= self._end:
            raise IndexError(index)
        block = self._blocks[bisect_right(self._firsts, number) - 1]
        return block.get(number - block.first)

    def parts(self, index: int) -> LogLine:
        """Time and text of a line."""
        return split_line(self.raw(index))

    def line(self, index: int) -> str:
        """A line as it is shown, not yet made printable."""
        stamp, content = self.parts(index)
        text = content.decode("utf-8", "replace")
        if self.times == "off":
            return text
        return shown_time(stamp, self.times, self._clock(), self._zone) + text

    def _add(self, line: bytes) -> None:
        last = self._blocks[-1]
        room = min(BLOCK, max(1, self.max_bytes // 8))
        if last.starts and (
            len(last.data) + len(line) > room or len(last.starts) >= max(1, self.max_lines // 8)
        ):
            last = self._open_block()
        last.add(line)
        self._end += 1
        self._bytes += len(line)
        while len(self._blocks) > 1 and (
            self._bytes > self.max_bytes or self._end - self._firsts[0] > self.max_lines
        ):
            self._bytes -= len(self._blocks.pop(0).data)
            self._firsts.pop(0)

    def _open_block(self) -> Block:
        block = Block(self._end)
        self._blocks.append(block)
        self._firsts.append(self._end)
        return block
