"""Logs as blocks of lines, which know their times, their container and where they were read.

A log of a million lines is never a million objects. A block is some of its lines: their bytes,
where each ends, when each was written. A line is a view of a block, made when somebody looks at it.
The time that Kubernetes writes in front of each line is taken off where the log comes in
(`BlockCutter`) and never put back; what a program wrote as the time itself stays text.
"""

from __future__ import annotations

import re
from array import array
from bisect import bisect_left, bisect_right
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime, timedelta, tzinfo
from heapq import heappop, heappush
from itertools import accumulate
from typing import Literal, NamedTuple

import msgspec

from tui.domain.durations import parse_time
from tui.domain.text import from_utf16

Times = Literal["off", "relative", "local", "utc"]
TIMES: tuple[Times, ...] = ("off", "relative", "local", "utc")
"""The ways of showing the time of a line; a key goes through them."""

Origin = Literal["pod", "previous", "archive", "seam"]
"""Where a log was read: its pod, the container's start before this one, the archive. A seam is a
sentence of ours between lines of different origins."""

NO_TIME = -(1 << 63)
"""The time of a line that has none; smaller than every time."""

LONGEST_LINE = 1 << 20
"""Bytes after which a line without a newline is split, so that blocks stay bounded."""

LATE = 1 << 15
"""Added to the number of a line's source where it came too late to stand in its place."""

JOINED = 1 << 18
"""Bytes up to which blocks that come one after the other become one."""


class LogSource(msgspec.Struct, frozen=True):
    """Of which step and container some lines are, and from where they were read."""

    step: str
    """The title of the step."""
    pod: str
    container: str
    node_id: str = ""
    origin: Origin = "pod"

    @property
    def is_argo(self) -> bool:
        """Whether all of it is Argo's: `init` and `wait` run nothing else."""
        return self.container in ("init", "wait", "supervisor")


class LogBlock:
    """Some lines of one source, or of several that were merged.

    `data` is their bytes, each line with its newline; `ends[i]` is where line `i` ends in it, its
    newline included; `times[i]` is when it was written, in nanoseconds since 1970, or `NO_TIME`.

    A block that was just read (`uncut`) is the bytes that came, with the times in front of the
    lines. They are taken apart when somebody asks for it: of a million lines that go by, most are
    only counted.
    """

    __slots__ = (
        "_begun",
        "_count",
        "_data",
        "_ends",
        "_last",
        "_stamped",
        "_times",
        "raw",
        "source",
        "sources",
    )

    def __init__(
        self,
        data: bytes,
        ends: array[int],
        times: array[int],
        source: int = 0,
        sources: array[int] | None = None,
    ) -> None:
        self.raw: bytes | None = None
        """The bytes as they came, while they can be taken apart again; else None."""
        self.source = source
        """Number of its `LogSource`, for whoever reads several logs at a time."""
        self.sources = sources
        """The number of each line's `LogSource` where lines of several were merged, else None."""
        self._stamped = False
        self._begun: int | None = None
        self._count = len(ends)
        self._last: int | None = None
        self._data: bytes | None = data
        self._ends: array[int] | None = ends
        self._times: array[int] | None = times

    @classmethod
    def uncut(
        cls, raw: bytes, source: int = 0, *, stamped: bool = True, begun: int | None = None
    ) -> LogBlock:
        """Whole lines as they came, each with its newline.

        `begun` is the time of the first line where its beginning is in the block before.
        """
        block = cls(b"", array("I"), array("q"), source)
        block.raw, block._stamped, block._begun = raw, stamped, begun
        # Counting looks at one byte after the other; this finds newlines as fast as memory is read.
        block._count = len(raw) - len(raw.replace(b"\n", b""))
        block.forget()
        return block

    def __len__(self) -> int:
        return self._count

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, LogBlock):
            return NotImplemented
        mine = (self.data, self.ends, self.times, self.source, self.sources)
        return mine == (other.data, other.ends, other.times, other.source, other.sources)

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        return f"LogBlock({self.data[:60]!r}, {len(self)} lines, source={self.source})"

    @property
    def size(self) -> int:
        """Bytes that it takes: its text, and what is known of its lines."""
        if self.raw is not None:
            return len(self.raw)
        return len(self.data) + (12 if self.sources is None else 14) * self._count

    @property
    def is_stamped(self) -> bool:
        """Whether `raw` has the time of each line in front of it."""
        return self._stamped

    @property
    def begun(self) -> int | None:
        """The time of the first line where its beginning is in the block before."""
        return self._begun

    @property
    def data(self) -> bytes:
        """The bytes of its lines."""
        if self._data is None:
            assert self.raw is not None
            self._data = self.raw
            if self._stamped:
                contents, _ = _taken_apart(self.raw, self._begun, wants_times=False)
                self._data = b"\n".join(contents) + b"\n"
        return self._data

    @property
    def ends(self) -> array[int]:
        """Where each line ends in `data`."""
        if self._ends is None:
            lengths = [len(line) + 1 for line in self.data[:-1].split(b"\n")]
            self._ends = array("I", accumulate(lengths))
        return self._ends

    @property
    def times(self) -> array[int]:
        """When each line was written."""
        if self._times is None:
            assert self.raw is not None
            if self._stamped:
                _, self._times = _taken_apart(self.raw, self._begun, wants_times=True)
            else:
                self._times = array("q", [NO_TIME]) * self._count
        return self._times

    def forget(self) -> None:
        """Keep only the bytes that came: what was taken apart can be so again."""
        if self.raw is not None:
            self._data = self._ends = self._times = None

    @property
    def last_time(self) -> int:
        """The time of its last line that has one; `NO_TIME` where none has."""
        if self._last is None:
            self._last = self._find_last()
        return self._last

    def _find_last(self) -> int:
        if self._times is None and self.raw is not None:
            if not self._stamped:
                return NO_TIME
            last = self.raw[self.raw.rfind(b"\n", 0, -1) + 1 : -1]
            stamp = _STAMP.match(last) if last[:1].isdigit() else None
            if stamp is not None and (moment := time_of(stamp[0].rstrip(b" "))) != NO_TIME:
                return moment
        return next((moment for moment in reversed(self.times) if moment != NO_TIME), NO_TIME)

    def start(self, index: int) -> int:
        """The offset of a line in `data`."""
        return self.ends[index - 1] if index else 0

    def line(self, index: int) -> bytes:
        """One line, without its newline."""
        return self.data[self.start(index) : self.ends[index] - 1]

    def source_of(self, index: int) -> int:
        """The number of a line's `LogSource`."""
        return self.source if self.sources is None else self.sources[index]

    def part(self, first: int, last: int) -> LogBlock:
        """The lines from `first` up to but without `last`."""
        if not first and last == len(self):
            return self
        begin = self.start(first)
        ends = array("I", [end - begin for end in self.ends[first:last]])
        data = self.data[begin : self.start(last)]
        sources = None if self.sources is None else self.sources[first:last]
        return LogBlock(data, ends, self.times[first:last], self.source, sources)

    def chosen(self, lines: Sequence[int]) -> LogBlock:
        """Some of its lines."""
        whole = self.data.split(b"\n")
        contents = [whole[line] for line in lines]
        ends = array("I", accumulate([len(content) + 1 for content in contents]))
        times = array("q", [self.times[line] for line in lines])
        sources = None
        if self.sources is not None:
            sources = array("H", [self.sources[line] for line in lines])
        return LogBlock(b"\n".join(contents) + b"\n", ends, times, self.source, sources)

    def stamped(self) -> bytes:
        """Its lines with their times in front of them, as RFC 3339 in UTC with nanoseconds."""
        if (raw := self.raw) is not None and self._is_whole(raw.translate(_DIGITS)):
            return raw
        # One without lines (`EMPTY`) has none, where splitting gives one.
        lines = self.data[:-1].split(b"\n") if self._count else []
        stamps = [stamp_of(moment).encode() for moment in self.times]
        told = [
            b"%s %s\n" % (stamp, line) if stamp else line + b"\n"
            for stamp, line in zip(stamps, lines, strict=True)
        ]
        return b"".join(told)

    def stamped_if_plain(self) -> bytes | None:
        """The same, where it came so and is nothing but printable ASCII; else None.

        One look answers both questions: of a log of a million lines that saves a tenth.
        """
        raw = self.raw
        if raw is None:
            return None
        alike = raw.translate(_PLAIN_DIGITS)
        return raw if _UNFIT not in alike and self._is_whole(alike) else None

    def _is_whole(self, alike: bytes) -> bool:
        """Whether each line begins with a whole time, by its bytes with 0 for each digit.

        As one search through all of it this takes a third of the time that lines would take.
        """
        if not self._stamped or self._begun is not None:
            return False
        first = alike.startswith(_WHOLE_STAMP[1:])
        return first + alike.count(_WHOLE_STAMP) == self._count

    def packed(self) -> tuple[Packing, bytes]:
        """It as bytes for a file, and what is to be known to read them."""
        if self.raw is not None:
            return Packing(self.source, self._count, 0, self._stamped, self._begun), self.raw
        parts = [self.data, self.ends.tobytes(), self.times.tobytes()]
        if self.sources is not None:
            parts.append(self.sources.tobytes())
        return Packing(self.source, self._count, len(self.data)), b"".join(parts)

    @classmethod
    def unpacked(cls, packing: Packing, data: bytes) -> LogBlock:
        """What was packed, from its bytes."""
        if not packing.length:
            return cls.uncut(data, packing.source, stamped=packing.stamped, begun=packing.begun)
        at, count = packing.length, packing.lines
        found: list[array[int]] = []
        for code in ("I", "q", "H"):
            numbers: array[int] = array(code)
            numbers.frombytes(data[at : at + numbers.itemsize * count])
            at += numbers.itemsize * count
            found.append(numbers)
        ends, times, sources = found
        return cls(data[: packing.length], ends, times, packing.source, sources or None)


class Packing(NamedTuple):
    """What is to be known of a block to read it from bytes."""

    source: int
    lines: int
    length: int
    """Bytes of its text; 0 of a block that is as it came."""
    stamped: bool = False
    begun: int | None = None


SEAM = "──"
"""Stands before and behind a sentence of ours in a log."""


def seam(words: str, source: int, moment: int = NO_TIME) -> LogBlock:
    """A sentence of ours that stands between parts of a log, as a line of a source of its own."""
    data = f"{SEAM} {words} {SEAM}\n".encode()
    return LogBlock(data, array("I", [len(data)]), array("q", [moment]), source)


EMPTY = LogBlock(b"", array("I"), array("q"))


def joined(blocks: Sequence[LogBlock]) -> LogBlock:
    """Blocks of one source, or of several that were merged, as one."""
    first = blocks[0]
    if len(blocks) == 1:
        return first
    raws = [
        block.raw
        for index, block in enumerate(blocks)
        if block.raw is not None
        and block.is_stamped == first.is_stamped
        and block.source == first.source
        and (block.begun is None or not index)
    ]
    if len(raws) == len(blocks):
        return LogBlock.uncut(
            b"".join(raws), first.source, stamped=first.is_stamped, begun=first.begun
        )
    ends, times = array("I"), array("q")
    is_mixed = any(block.sources is not None or block.source != first.source for block in blocks)
    sources = array("H") if is_mixed else None
    begin = 0
    for block in blocks:
        ends.extend([end + begin for end in block.ends] if begin else block.ends)
        times.extend(block.times)
        if sources is not None:
            sources.extend(block.sources or array("H", [block.source]) * len(block))
        begin += len(block.data)
    return LogBlock(b"".join(block.data for block in blocks), ends, times, first.source, sources)


# --- cutting a stream ----------------------------------------------------------------------

_STAMP = re.compile(rb"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:Z|[+-]\d\d:\d\d)(?: |$)")
_ALL_DIGITS = b"0123456789"
_DIGITS = bytes.maketrans(b"123456789", b"0" * 9)
_UNFIT = b"\x07"
"""What all bytes become that are neither printable ASCII nor a newline."""
_PLAIN_DIGITS = bytes(
    _DIGITS[byte] if 0x20 <= byte < 0x7F or byte == 0x0A else _UNFIT[0] for byte in range(256)
)
_WHOLE_STAMP = b"\n0000-00-00T00:00:00.000000000Z "
"""A newline, and what stays as it is when it is written anew, be it a time or (a 30th of February)
none; all its digits are 0."""
_UNTIL_MINUTE = 14
"""Bytes of `2026-08-21T10:` in the times that Kubernetes writes."""
_UNTIL_SECOND = 20
"""Bytes of `2026-08-21T10:41:22.` in them."""
_ZONE = 29
"""The offset of their `Z`."""
TIME_AND_BLANK = 31
"""Bytes of a whole one in UTC, and the blank after it."""
LONGEST_TIME = 36
"""Bytes of the longest there is, one of another zone, and its blank."""
_MINUTES_AND_SECONDS = ((14, b"012345"), (15, _ALL_DIGITS), (17, b"012345"), (18, _ALL_DIGITS))
"""Offsets of their digits, and which may stand there."""


class BlockCutter:
    """Cuts a stream of bytes, which comes in any pieces, into blocks of whole lines.

    `stamped` says whether each line has its time in front of it, as Kubernetes writes it when asked
    to. A line that has none there, or none that is a time, is kept as it is.
    """

    def __init__(self, source: int = 0, *, stamped: bool = True) -> None:
        self._source = source
        self._stamped = stamped
        self._rest = bytearray()
        self._broken: int | None = None
        """The time of a line whose beginning was returned already."""
        self._is_wide: bool | None = None
        """Whether the lines are in UTF-16, its lower bytes first; None before one told."""

    def cut(self, piece: bytes) -> LogBlock | None:
        """The lines that end in this piece; None if none does."""
        end = piece.rfind(b"\n") + 1
        if end:
            whole = b"".join((self._rest, memoryview(piece)[:end])) if self._rest else piece[:end]
            self._rest = bytearray(memoryview(piece)[end:])
            if b"\0" in whole:
                whole, held = self._without_halves(whole)
                self._rest[:0] = held
            return self._block(whole) if whole else None
        self._rest += piece
        if len(self._rest) <= LONGEST_LINE:
            return None
        return self._break()

    def finish(self) -> LogBlock | None:
        """The end of the stream: an unfinished line is returned as a line."""
        whole = bytes(self._rest)
        self._rest.clear()
        if whole and not whole.endswith(b"\n"):
            whole += b"\n"
        if b"\0" in whole:
            whole, _ = self._without_halves(whole)
        return self._block(whole) if whole else None

    def _without_halves(self, whole: bytes) -> tuple[bytes, bytes]:
        """Lines without those that are only the second half of a newline in UTF-16, and the last of
        them if it may be one.

        After the byte of a newline its other half is left over, and begins the next line; where the
        program wrote no more, what made lines of its bytes takes it for one.
        """
        if self._is_wide is False:
            return whole, b""
        lines = whole[:-1].split(b"\n")
        bare = [self._bare(line) for line in lines]
        if self._is_wide is None:
            # Of one that was begun in its middle nothing tells which byte is the lower one.
            first = next(line for line in bare if b"\0" in line)
            found = from_utf16(first) if len(first) % 2 == 0 else None
            self._is_wide = found is not None and found[1] == "utf-16-le"
        if not self._is_wide:
            return whole, b""
        held = lines.pop() + b"\n" if bare[-1] == b"\0" else b""
        kept = [
            line
            for at, line in enumerate(lines)
            if bare[at] != b"\0" or bare[at + 1].startswith(b"\0")
        ]
        return b"".join([line + b"\n" for line in kept]), held

    def _bare(self, line: bytes) -> bytes:
        """A line without the time in front of it."""
        stamp = _STAMP.match(line) if self._stamped else None
        return line if stamp is None else line[stamp.end() :]

    def _break(self) -> LogBlock:
        """The beginning of a line that will not end; the rest of it has the same time."""
        heads: list[LogBlock] = []
        while len(self._rest) > LONGEST_LINE:
            heads.append(self._block(bytes(self._rest[:LONGEST_LINE]) + b"\n"))
            del self._rest[:LONGEST_LINE]
            self._broken = heads[-1].times[-1]
        return joined(heads)

    def _block(self, whole: bytes) -> LogBlock:
        begun, self._broken = self._broken, None
        return LogBlock.uncut(whole, self._source, stamped=self._stamped, begun=begun)


def _taken_apart(
    raw: bytes, begun: int | None, *, wants_times: bool
) -> tuple[list[bytes], array[int]]:
    """The lines without the times in front of them, and these, if they are wanted."""
    lines = raw[:-1].split(b"\n")
    times = array("q")
    contents: list[bytes] = []
    if begun is not None:
        times.append(begun)
        contents.append(lines.pop(0))
        if not lines:
            return contents, times
    stamps = [line[:TIME_AND_BLANK] for line in lines]
    if are_times(b"".join(stamps), len(lines)):
        if wants_times:
            times.extend(_in_nanoseconds(stamps))
        contents += [line[TIME_AND_BLANK:] for line in lines]
        return contents, times
    for line in lines:
        stamp = _STAMP.match(line) if line[:1].isdigit() else None
        moment = time_of(stamp[0].rstrip(b" ")) if stamp is not None else NO_TIME
        times.append(moment)
        contents.append(line[stamp.end() :] if stamp and moment != NO_TIME else line)
    return contents, times


def are_times(columns: bytes, count: int) -> bool:
    """Whether the first bytes of so many lines, `TIME_AND_BLANK` of each, are times in UTC with
    nanoseconds, and a blank: what the kubelet writes.

    Looked at column by column that takes a quarter of the time that line by line takes.
    """
    if len(columns) != TIME_AND_BLANK * count:
        return False
    if not _are(columns, _ZONE, b"Z") or not _are(columns, _ZONE + 1, b" "):
        return False
    if not all(columns[at::TIME_AND_BLANK].isdigit() for at in range(_UNTIL_SECOND, _ZONE)):
        return False
    if all(_are(columns, at, columns[at : at + 1]) for at in range(_UNTIL_MINUTE)):
        # Mostly all are of one hour: then only the digits of minute and second are to be looked at.
        return (
            _is_head(columns[:_UNTIL_SECOND])
            and all(
                not columns[at::TIME_AND_BLANK].strip(digits) for at, digits in _MINUTES_AND_SECONDS
            )
            and _are(columns, 16, b":")
            and _are(columns, 19, b".")
        )
    begins = range(0, len(columns), TIME_AND_BLANK)
    return all(map(_is_head, {columns[begin : begin + _UNTIL_SECOND] for begin in begins}))


def _is_head(head: bytes) -> bool:
    """Whether some bytes are a time up to its second, and a dot."""
    stamp = head[:-1] + b"Z"
    return head[-1:] == b"." and _STAMP.fullmatch(stamp) is not None and time_of(stamp) != NO_TIME


def _are(columns: bytes, at: int, byte: bytes) -> bool:
    """Whether all lines have the same byte in a column."""
    column = columns[at::TIME_AND_BLANK]
    return column.count(byte) == len(column)


def _in_nanoseconds(stamps: Sequence[bytes]) -> list[int]:
    """The times that these are, all of full width."""
    seconds = {
        head: time_of(head[:-1] + b"Z") for head in {each[:_UNTIL_SECOND] for each in stamps}
    }
    return [seconds[stamp[:_UNTIL_SECOND]] + int(stamp[_UNTIL_SECOND:_ZONE]) for stamp in stamps]


def blocks_of(
    pieces: Iterable[bytes], source: int = 0, *, stamped: bool = True
) -> Iterator[LogBlock]:
    """A stream of bytes as blocks of whole lines; the last line may lack its newline."""
    cutter = BlockCutter(source, stamped=stamped)
    for piece in pieces:
        block = cutter.cut(piece)
        if block is not None:
            yield block
    block = cutter.finish()
    if block is not None:
        yield block


# --- times ---------------------------------------------------------------------------------

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_SECOND = 1_000_000_000
_LATEST = (1 << 63) // _SECOND - 1
"""Seconds since 1970 past which nanoseconds do not fit into 64 bits: the year 2262."""


def time_of(stamp: bytes) -> int:
    """An RFC 3339 time in nanoseconds since 1970; `NO_TIME` if it is invalid."""
    moment = parse_time(stamp.decode("ascii", "replace"))
    if moment is None:
        return NO_TIME
    seconds = (moment.replace(microsecond=0) - _EPOCH) // timedelta(seconds=1)
    if not -_LATEST < seconds < _LATEST:
        return NO_TIME
    digits = re.match(rb"\d{1,9}", stamp.partition(b".")[2])
    return seconds * _SECOND + (int(digits[0].ljust(9, b"0")) if digits else 0)


def stamp_of(moment: int) -> str:
    """Such a time as RFC 3339 in UTC with nanoseconds; "" for `NO_TIME`."""
    if moment == NO_TIME:
        return ""
    seconds, nanoseconds = divmod(moment, _SECOND)
    return f"{_EPOCH + timedelta(seconds=seconds):%Y-%m-%dT%H:%M:%S}.{nanoseconds:09}Z"


def shown_time(moment: int, times: Times, now: datetime, zone: tzinfo | None = None) -> str:
    """The time of a line in a column of one width for each way of showing it."""
    if times == "off":
        return ""
    known = None if moment == NO_TIME else _EPOCH + timedelta(microseconds=moment // 1000)
    if times == "relative":
        return f"{_ago(known, now):>9} "
    if known is None:
        return " " * 13
    local = known.astimezone(zone) if times == "local" else known
    return f"{local:%H:%M:%S}.{local.microsecond // 1000:03} "


def _ago(moment: datetime | None, now: datetime) -> str:
    if moment is None:
        return ""
    seconds = (now - moment).total_seconds()
    sign, whole = ("-", int(seconds)) if seconds >= 0 else ("+", int(-seconds))
    if whole < 3600:
        return f"{sign}{whole // 60}:{whole % 60:02}"
    if whole < 360000:
        return f"{sign}{whole // 3600}:{whole // 60 % 60:02}:{whole % 60:02}"
    return f"{sign}{whole // 86400}d"


class Position:
    """The position up to which a log was read, to resume there without repeated or lost lines.

    What a server can be asked for is a second, and several lines may have the same time: those that
    were read of the last time are counted.
    """

    def __init__(self) -> None:
        self._last = NO_TIME
        self._latest: list[LogBlock] = []
        """The blocks that end with lines of the last time; they are counted when it matters."""
        self._to_skip: int | None = None
        """While repeated lines come again: how many lines with the last time are still to come."""

    @property
    def last(self) -> int:
        """The time of the last line, in nanoseconds since 1970; NO_TIME before the first."""
        return self._last

    @property
    def since(self) -> str:
        """The time to go on from, as RFC 3339; "" where everything is to be read."""
        return stamp_of(self._last)

    def begin_again(self) -> None:
        """The log comes anew, from the second of `since` on."""
        self._to_skip = self._count_last() if self._last != NO_TIME else None

    def unread(self, block: LogBlock) -> LogBlock | None:
        """The part of a block that was not read before; None if there is none."""
        first = 0
        if self._to_skip is not None:
            while first < len(block) and self._is_known(block.times[first]):
                first += 1
            if first == len(block):
                return None
            self._to_skip = None
        fresh = block.part(first, len(block))
        self._remember(fresh)
        return fresh

    def _is_known(self, moment: int) -> bool:
        if moment != self._last:
            return moment < self._last
        self._to_skip = (self._to_skip or 0) - 1
        return self._to_skip >= 0

    def _remember(self, block: LogBlock) -> None:
        last = block.last_time
        if last == NO_TIME:
            return
        if last != self._last:
            self._last, self._latest = last, []
        self._latest.append(block)
        if len(self._latest) > 1 and block.times[0] not in (last, NO_TIME):
            self._latest = [block]

    def _count_last(self) -> int:
        """How many lines with the last time were read."""
        count = 0
        for block in self._latest:
            at = len(block) - 1
            while at >= 0 and block.times[at] in (self._last, NO_TIME):
                count += block.times[at] == self._last
                at -= 1
        return count


# --- several logs as one -------------------------------------------------------------------


SLACK = 60 * 1_000_000_000
"""Nanoseconds by which the clocks of a node and of the controller may differ."""


class Run(NamedTuple):
    """Lines of one block that stand together: from `first` up to but without `last`."""

    block: LogBlock
    first: int
    last: int


def merged(streams: Iterable[tuple[int, Iterable[LogBlock]]]) -> Iterator[Run]:
    """Lines of several logs in the order of their times, as long runs of one log as there are.

    Each log comes with the time that counts for its lines until one has a time of its own. A line
    without a time (the rest of a stack trace) stays behind the line it follows, and a clock that
    was set back sends no line in front of its own log's past.
    """
    streams = list(streams)
    if len(streams) == 1:
        for block in streams[0][1]:
            if len(block):
                yield Run(block, 0, len(block))
        return
    unopened = deque(
        sorted(
            ((moment, number, blocks) for number, (moment, blocks) in enumerate(streams)),
            key=lambda each: each[:2],
        )
    )
    cursors: dict[int, _Cursor] = {}
    waiting: list[tuple[int, int]] = []
    while waiting or unopened:
        # A log is opened when its step can have begun: so few are open at a time.
        while unopened and (not waiting or unopened[0][0] - SLACK <= waiting[0][0]):
            moment, number, blocks = unopened.popleft()
            cursor = cursors[number] = _Cursor(moment, iter(blocks))
            if cursor.key is not None:
                heappush(waiting, (cursor.key, number))
        if not waiting:
            continue
        _, number = heappop(waiting)
        cursor = cursors[number]
        while cursor.key is not None and (not waiting or (cursor.key, number) < waiting[0]):
            other = waiting[0] if waiting else None
            if unopened and (other is None or unopened[0][0] - SLACK < other[0]):
                other = (unopened[0][0] - SLACK, -1)
                if cursor.key > other[0]:
                    break
            yield cursor.run_before(other, number)
        if cursor.key is not None:
            heappush(waiting, (cursor.key, number))
        else:
            del cursors[number]


class _Cursor:
    """The position of one log in a merge."""

    def __init__(self, moment: int, blocks: Iterator[LogBlock]) -> None:
        self._blocks = blocks
        self._latest = moment
        self._has_begun = False
        self._at = 0
        self._block: LogBlock | None = None
        self._keys: array[int] = array("q")
        """The times of the block, none before the one above it."""
        self._next_block()

    @property
    def key(self) -> int | None:
        """The time of the line that comes next; None after the last."""
        return None if self._block is None else self._keys[self._at]

    def run_before(self, other: tuple[int, int] | None, number: int) -> Run:
        """The lines that come before the next of another log; at least one."""
        assert self._block is not None
        first, last = self._at, len(self._keys)
        if other is not None:
            cut = bisect_right if number < other[1] else bisect_left
            last = max(first + 1, cut(self._keys, other[0], first))
        run = Run(self._block, first, last)
        self._at = last
        if last == len(self._keys):
            self._next_block()
        return run

    def _next_block(self) -> None:
        self._block = next((block for block in self._blocks if len(block)), None)
        if self._block is not None:
            times = self._block.times
            if not self._has_begun:
                # The time that counts for lines without one is no bound for those with one.
                first = next((moment for moment in times if moment != NO_TIME), self._latest)
                self._latest = min(self._latest, first)
                self._has_begun = True
            keys = accumulate(times, max, initial=self._latest)
            next(keys)
            self._keys = array("q", keys)
            self._latest, self._at = self._keys[-1], 0


# --- what lines say ------------------------------------------------------------------------

_OF_ARGO = re.compile(
    rb"time=\S+ level=[A-Za-z]+ (?:[^\"\n]|\"(?:[^\"\\\n]|\\.)*\")*?(?<=[ ])argo=true(?=[ \r\n]|$)"
    rb"|\{(?=[^\n]*\"time\":)(?=[^\n]*\"level\":)[^\n]*\"argo\": ?\"?true\b"
)
"""A line of Argo's executor, as logfmt or JSON: each has the field `argo`."""
_MARK = re.compile(rb"argo=true|\"argo\":")
_EXIT = re.compile(rb"Error: (?:exit status \d+|signal: [a-z ]+)\r?\n?")
"""The last line of the executor when the program failed; it has no fields."""


def own_lines(block: LogBlock, *, is_after_own: bool = False) -> array[int]:
    """Which lines of a block Argo's executor wrote into the log of the program.

    Its last words when the program failed, `Error: exit status 1`, bear no mark: they are Argo's
    where they follow one of its lines (`is_after_own`: the line before the block was one).
    """
    found = array("I")
    last = -1
    for mark in _MARK.finditer(block.data) if _may_be_own(block) else ():
        index = bisect_right(block.ends, mark.start())
        if index != last and _OF_ARGO.match(block.data, block.start(index), block.ends[index]):
            found.append(index)
        last = index
    own = set(found)
    follows = [index + 1 for index in found]
    if is_after_own:
        follows.append(0)
    for index in follows:
        if index >= len(block) or index in own:
            continue
        if _EXIT.fullmatch(block.data, block.start(index), block.ends[index]):
            own.add(index)
    return array("I", sorted(own)) if len(own) > len(found) else found


def _may_be_own(block: LogBlock) -> bool:
    """Whether Argo's mark is in it at all: in most logs it is not, and a search for fixed words is
    fifty times faster, backwards a hundred times; one byte is found fastest."""
    whole = block.data if block.raw is None else block.raw
    return whole.rfind(b"argo=true") >= 0 or (b'"' in whole and whole.rfind(b'"argo":') >= 0)


def of_program(blocks: Iterable[LogBlock]) -> Iterator[LogBlock]:
    """A log as Argo archives it: what the program wrote, without the lines of Argo's executor."""
    is_after_own = False
    for block in blocks:
        own = set(own_lines(block, is_after_own=is_after_own))
        is_after_own = len(block) - 1 in own if len(block) else is_after_own
        if own:
            block = block.chosen([line for line in range(len(block)) if line not in own])
        if len(block):
            yield block
