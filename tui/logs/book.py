"""The lines of a log, as many as we keep.

A million Python strings take twice the memory of the text in them, and most are never looked at.
So the text stays in the blocks it came in (platform.md 7); a line becomes a string when it is drawn
or searched. When the book is full its oldest block is dropped, and what was dropped is counted, so
that it can be said.
"""

from __future__ import annotations

from array import array
from bisect import bisect_right
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime, tzinfo
from typing import NamedTuple

from tui.domain.levels import Level, level_of
from tui.domain.logs import (
    JOINED,
    LogBlock,
    LogSource,
    Times,
    joined,
    own_lines,
    shown_time,
)
from tui.domain.text import SGR


class Appended(NamedTuple):
    """What a piece of log did to the book, in lines as they are shown."""

    lines: int
    """How many lines there are more at the end."""
    dropped: int
    """How many are gone from the front."""


class _Kept:
    """A block, and which of its lines are Argo's own."""

    __slots__ = ("block", "own", "shown")

    def __init__(self, block: LogBlock, own: array[int]) -> None:
        self.block = block
        self.own = frozenset(own)
        self.shown: array[int] | None = None
        """The numbers of the lines that are shown; None for all of them."""

    def show(self, *, without_own: bool) -> None:
        """Show all lines, or those that are not Argo's own."""
        self.shown = None
        if without_own and self.own:
            lines = range(len(self.block))
            self.shown = array("I", [line for line in lines if line not in self.own])

    @property
    def count(self) -> int:
        """How many lines are shown."""
        return len(self.block) if self.shown is None else len(self.shown)

    def line(self, place: int) -> int:
        """The number in the block of a line that is shown."""
        return place if self.shown is None else self.shown[place]


class LogBook:
    """A bounded log: a `LineModel` that grows at its end.

    `sources` says where lines are from, by the number that their blocks bear; it may grow.
    """

    def __init__(
        self,
        sources: Sequence[LogSource] = (),
        *,
        max_bytes: int = 64 << 20,
        max_lines: int = 1_000_000,
        times: Times = "off",
        hides_own: bool = False,
        zone: tzinfo | None = None,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self.times: Times = times
        """How `line` shows the time of each line."""
        self.max_bytes = max_bytes
        self.max_lines = max_lines
        self._sources = sources
        self._hides_own = hides_own
        self._zone = zone
        self._clock = clock
        self._kept: list[_Kept] = []
        self._firsts: list[int] = []
        """The number of each block's first line, counted from the first that was ever shown."""
        self._end = 0
        self._bytes = 0
        self._lines = 0
        self._own = 0
        self._ended_own: dict[int, bool] = {}
        """Source → whether the last line that came of it was Argo's own."""
        self.dropped = 0
        """How many lines are gone from the front, hidden ones too."""

    def __len__(self) -> int:
        return self._end - self._firsts[0] if self._firsts else 0

    @property
    def size(self) -> int:
        """Bytes of text that are kept."""
        return self._bytes

    @property
    def own(self) -> int:
        """How many of the lines that are kept are Argo's own, hidden or not."""
        return self._own

    @property
    def hides_own(self) -> bool:
        """Whether the lines of Argo's own are left out."""
        return self._hides_own

    @hides_own.setter
    def hides_own(self, hides: bool) -> None:
        self._hides_own = hides
        self._firsts, self._end = [], 0
        for kept in self._kept:
            kept.show(without_own=hides)
            self._firsts.append(self._end)
            self._end += kept.count

    def append(self, blocks: Iterable[LogBlock]) -> Appended:
        """Take in what came."""
        end, gone = self._end, 0
        for block in blocks:
            if len(block):
                self._add(block)
        while len(self._kept) > 1 and (
            self._bytes > self.max_bytes or self._lines > self.max_lines
        ):
            gone += self._drop()
        return Appended(self._end - end, gone)

    def block_of(self, index: int) -> tuple[LogBlock, int]:
        """The block that a line is in, and its number there."""
        if not 0 <= index < len(self):
            raise IndexError(index)
        number = index + self._firsts[0]
        at = bisect_right(self._firsts, number) - 1
        kept = self._kept[at]
        return kept.block, kept.line(number - self._firsts[at])

    def text(self, index: int) -> str:
        """What stands in a line, without its time."""
        block, line = self.block_of(index)
        return block.line(line).decode("utf-8", "replace")

    def line(self, index: int) -> str:
        """A line as it is shown, not yet made printable."""
        block, line = self.block_of(index)
        text = block.line(line).decode("utf-8", "replace")
        if self.times == "off":
            return text
        return shown_time(block.times[line], self.times, self._clock(), self._zone) + text

    def level(self, index: int) -> Level:
        """How bad a line says it is, or that it is Argo's own."""
        number = index + self._firsts[0]
        at = bisect_right(self._firsts, number) - 1
        kept = self._kept[at]
        if kept.own and kept.line(number - self._firsts[at]) in kept.own:
            return "own"
        text = self.text(index)
        return level_of(SGR.sub("", text) if "\x1b" in text else text)

    def same_line(self, index: int, *, hides_own: bool) -> int:
        """Hide or show the lines of Argo's own; returns where a line stands now, or the next."""
        block, line = self.block_of(index)
        at = next(place for place, kept in enumerate(self._kept) if kept.block is block)
        self.hides_own = hides_own
        kept = self._kept[at]
        place = line if kept.shown is None else bisect_right(kept.shown, line - 1)
        return self._firsts[at] + place - self._firsts[0]

    def _add(self, block: LogBlock) -> None:
        own = self._own_of(block)
        self._bytes += len(block.data)
        self._lines += len(block)
        self._own += len(own)
        last = self._kept[-1] if self._kept else None
        room = min(JOINED, max(1, self.max_bytes // 8))
        if (
            last is not None
            and last.block.source == block.source
            and len(last.block.data) + len(block.data) <= room
            and len(last.block) + len(block) <= max(1, self.max_lines // 8)
        ):
            begin = len(last.block)
            merged = array("I", sorted(last.own)) + array("I", [begin + line for line in own])
            self._end -= last.count
            last = self._kept[-1] = _Kept(joined([last.block, block]), merged)
        else:
            last = _Kept(block, own)
            self._kept.append(last)
            self._firsts.append(self._end)
        last.show(without_own=self._hides_own)
        self._end += last.count

    def _own_of(self, block: LogBlock) -> array[int]:
        number = block.source
        if number < len(self._sources) and self._sources[number].is_argo:
            return array("I")
        found = own_lines(block, is_after_own=self._ended_own.get(number, False))
        self._ended_own[number] = bool(found) and found[-1] == len(block) - 1
        return found

    def _drop(self) -> int:
        """Forget the oldest block; how many lines of it were shown."""
        gone = self._kept.pop(0)
        self._firsts.pop(0)
        self._bytes -= len(gone.block.data)
        self._lines -= len(gone.block)
        self._own -= len(gone.own)
        self.dropped += len(gone.block)
        return gone.count
