"""The lines of a log, all of them, however many there are.

A million Python strings take twice the memory of the text in them, and most are never looked at.
So the text stays in the blocks it came in (platform.md 7); a line becomes a string when it is drawn
or searched. The newest blocks are kept in memory, older ones in a private temporary file
(`spill.py`); only where that can take no more, for the disk is full, the oldest lines are dropped,
and what was dropped is counted, so that it can be said.

What is shown is a choice of the lines (`LogView`). Choosing anew goes block by block, so that keys
are heard meanwhile; a line has a number among all lines, by which it is found again afterwards.
"""

from __future__ import annotations

import re
from array import array
from bisect import bisect_left, bisect_right
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import UTC, datetime, tzinfo
from itertools import accumulate
from typing import NamedTuple

import msgspec

from tui.domain.deadline import TookTooLong, deadline
from tui.domain.levels import (
    LONGEST_CALLS,
    LONGEST_TRACE,
    Level,
    error_before,
    is_in_trace,
    is_of_exception,
    level_of,
)
from tui.domain.logs import (
    JOINED,
    LATE,
    NO_TIME,
    SEAM,
    LogBlock,
    LogSource,
    Packing,
    Times,
    joined,
    own_lines,
    shown_time,
)
from tui.domain.logsearch import (
    BlockSearch,
    bad_lines,
    lines_with,
    shown_text,
    suspects,
    wanted_of,
)
from tui.domain.text import SGR, clean, decoded_log, shown_log
from tui.logs.spill import Spill

IN_MEMORY = 64_000_000
"""Bytes of a log that are kept in memory."""
OPEN = 6
"""Blocks that stay taken apart, or read from the file, for those who look at them next."""
LONGEST_CHOICE = 0.1
"""Seconds of computing after which the choice among lines that came is given up."""
MIXED = 1 << 16
"""Bytes up to which a block takes in lines of other sources."""
NAME_CELLS = 14
"""Cells of a step's name before its lines."""
COLOURS = (32, 33, 34, 35, 36, 37)
"""Codes of the colours of names, as Argo gives them to pods (argo.md 7.1)."""


class Appended(NamedTuple):
    """What a piece of log did to the book, in lines as they are shown."""

    lines: int
    """How many lines there are more at the end."""
    dropped: int
    """How many are gone from the front."""


class LineFilter(msgspec.Struct, frozen=True):
    """Which lines are to be shown: those that match, or that do not."""

    pattern: re.Pattern[str]
    is_inverted: bool = False
    context: int = 0
    """How many lines before and after each are shown as well."""


class LogView(msgspec.Struct, frozen=True):
    """Which lines of a book are shown.

    Of several filters a line has to pass all, in whatever order they were typed; around it are as
    many lines as the one says that wants most, but none that an inverted filter leaves out.
    """

    hides_own: bool = False
    """Whether lines that Argo wrote into the log of a program are left out."""
    filters: tuple[LineFilter, ...] = ()
    window: tuple[int, int] | None = None
    """From when until when, in nanoseconds since 1970."""
    left_out: frozenset[int] = frozenset()
    """Numbers of sources whose lines are left out."""
    levels: frozenset[Level] = frozenset()
    """Which lines are shown alone: that tell of errors, with their traces, and of warnings; nothing
    for all."""

    @property
    def context(self) -> int:
        """Lines before and after each that matches."""
        return max((each.context for each in self.filters), default=0)

    @property
    def never(self) -> tuple[re.Pattern[str], ...]:
        """What no line has that is shown, be it as context of another: as `grep -v` has it."""
        return tuple(each.pattern for each in self.filters if each.is_inverted and not each.context)

    @property
    def is_all(self) -> bool:
        """Whether every line is shown."""
        return self == EVERYTHING


EVERYTHING = LogView()


class _Choice(NamedTuple):
    """Which lines of a block are shown."""

    lines: array[int] | None
    """Their numbers; None for all of them."""
    reach: int = 0
    """How many lines after its last one are shown for the context of one that matched."""
    first: int = -1
    """The first line that matched, whose context may begin before the block; -1 for none."""


ALL = _Choice(None)


class _Bad(NamedTuple):
    """The lines of a block that tell of errors and of warnings, as far as was looked."""

    errors: array[int]
    warnings: array[int]
    end: int = 0
    """The line up to which was looked."""
    suspects: array[int] | None = None
    """The lines that may be some; None before it was looked for them."""


NOT_LOOKED_FOR = _Bad(array("I"), array("I"))
JUDGED = 500
"""Lines of which it is found out together how bad they are: about a millisecond."""


class _Hunt:
    """A search in a block that was begun, and may not be over."""

    __slots__ = ("kept", "left", "pattern", "search")

    def __init__(self, kept: _Kept, pattern: re.Pattern[str], search: BlockSearch) -> None:
        self.kept = kept
        self.pattern = pattern
        self.search = search
        self.left = kept.showing
        """How many of the lines that are shown were not looked at yet."""


class _Kept:
    """A block, in memory or in the file, and which of its lines are shown."""

    __slots__ = ("bad", "block", "choice", "count", "ends", "own", "packing", "place")

    def __init__(self, block: LogBlock, own: Iterable[int]) -> None:
        self.block: LogBlock | None = block
        """None while it is in the file only."""
        self.place: tuple[int, int] | None = None
        """Where it is in the file, and how many bytes; None while it is in memory."""
        self.packing: Packing | None = None
        self.count = len(block)
        """All of its lines."""
        self.own = frozenset(own)
        self.choice = ALL
        self.ends = block.last_time
        """The time of its last line that has one."""
        self.bad = NOT_LOOKED_FOR

    @property
    def shown(self) -> array[int] | None:
        """The numbers of the lines that are shown; None for all of them."""
        return self.choice.lines

    @property
    def showing(self) -> int:
        """How many lines are shown."""
        return self.count if self.shown is None else len(self.shown)

    def shows(self, line: int) -> bool:
        """Whether the line with this number in the block is shown."""
        if self.shown is None:
            return True
        place = bisect_left(self.shown, line)
        return place < len(self.shown) and self.shown[place] == line

    def line(self, place: int) -> int:
        """The number in the block of a line that is shown."""
        return place if self.shown is None else self.shown[place]


class WholeLog:
    """All lines of a book, those included that are not shown: a `LineModel`."""

    def __init__(self, book: LogBook) -> None:
        self._book = book

    def __len__(self) -> int:
        return self._book.total

    def line(self, index: int) -> str:
        """One of them, as it would be shown. Raises: IndexError."""
        return self._book.line_of(self._book.dropped + index)

    def level(self, index: int) -> Level:
        """How bad it says it is."""
        return level_of(self.line(index))


class LogBook:
    """A log that grows at its end: a `LineModel`, and one that searches itself.

    `sources` says where lines are from, by the number that their blocks bear; it may grow.
    """

    def __init__(
        self,
        sources: Sequence[LogSource] = (),
        *,
        in_memory: int = IN_MEMORY,
        spill: Spill | None = None,
        times: Times = "off",
        view: LogView = EVERYTHING,
        shows_names: bool = False,
        ascii: bool = False,
        zone: tzinfo | None = None,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        """`shows_names` puts the name of its step before each line; with `ascii` what we add to a
        log has no other characters, whatever programs wrote."""
        self.times: Times = times
        """How `line` shows the time of each line."""
        self.shape: Callable[[str], str] | None = None
        """How `line` shows the text of each line; None for as it is."""
        self.shows_names = shows_names
        self._ascii = ascii
        self.in_memory = in_memory
        self.disk_error = ""
        """Why lines had to be dropped; "" while none was."""
        self.dropped = 0
        """How many lines are gone from the front, hidden ones too."""
        self.view = view
        """Which lines are shown."""
        self._next: LogView | None = None
        """Which are to be shown instead, while they are being chosen."""
        self._chosen: list[_Choice] = []
        """What is to be shown of each block then, as far as it is known."""
        self.gave_up = False
        """Whether a filter took too long for lines that came, which are all shown since then."""
        self._sources = sources
        self._spill = spill or Spill()
        self._zone = zone
        self._clock = clock
        self._kept: list[_Kept] = []
        self._firsts: list[int] = []
        """The number of each block's first line among those that were shown since the choice."""
        self._all_firsts: list[int] = []
        """The number of each block's first line among all lines that ever came."""
        self._end = 0
        self._all_end = 0
        self._bytes = 0
        self._in_memory = 0
        self._resident: deque[_Kept] = deque()
        """The blocks in memory, the oldest first."""
        self._recent: list[_Kept] = []
        """The blocks that were looked at last, the last one at the end."""
        self._hunt: _Hunt | None = None
        """The block that is being searched, if it is not done at once."""
        self._free = (0, 0)
        """A part of the file whose lines were dropped: where it begins, and its size."""
        self._own = 0
        self._ended_own: dict[int, bool] = {}
        """Source → whether the last line that came of it was Argo's own."""
        self._names: dict[int, str] = {}

    def __len__(self) -> int:
        return self._end - self._firsts[0] if self._firsts else 0

    @property
    def size(self) -> int:
        """Bytes that are kept, in memory and in the file."""
        return self._bytes

    @property
    def on_disk(self) -> int:
        """Bytes of them that are in the file."""
        return self._bytes - self._in_memory

    @property
    def total(self) -> int:
        """How many lines are kept, shown or not."""
        return self._all_end - (self._all_firsts[0] if self._all_firsts else self._all_end)

    @property
    def own(self) -> int:
        """How many of the lines that are kept are Argo's own, hidden or not."""
        return self._own

    @property
    def _room(self) -> int:
        """Bytes up to which blocks become one."""
        return min(JOINED, max(1, self.in_memory // 8))

    def close(self) -> None:
        """Give back the file; nothing of it can be read after that."""
        self._kept, self._firsts, self._all_firsts, self._end = [], [], [], 0
        self._resident.clear()
        self._recent.clear()
        self._hunt = None
        self._spill.close()

    # --- lines that come -------------------------------------------------------------------

    def append(self, blocks: Iterable[LogBlock]) -> Appended:
        """Take in what came."""
        end, first = self._end, self._firsts[0] if self._firsts else self._end
        for group in _grouped(blocks, self._room):
            self._add(group)
        self._make_room()
        return Appended(self._end - end, (self._firsts[0] if self._firsts else self._end) - first)

    def _add(self, blocks: Sequence[LogBlock]) -> None:
        """Take in blocks that are to be one, and one with the last if that is small."""
        own = array("I")
        begin = 0
        for block in blocks:
            own.extend([begin + line for line in self._own_of(block)])
            begin += len(block)
        new = joined(blocks)
        self._own += len(own)
        last = self._kept[-1] if self._kept else None
        if (
            last is not None
            and last.block is not None
            and last.place is None
            and last.block.size + new.size <= self._room
            and (last.block.source == new.source or last.block.size <= MIXED)
        ):
            kept = _Kept(
                joined([last.block, new]), [*last.own, *(last.count + line for line in own)]
            )
            self._bytes -= last.block.size
            self._in_memory -= last.block.size
            self._forget_recent(last)
            self._kept[-1] = self._resident[-1] = kept
        else:
            kept = _Kept(new, own)
            self._kept.append(kept)
            self._resident.append(kept)
            self._firsts.append(self._end)
            self._all_firsts.append(self._all_end)
        assert kept.block is not None
        self._bytes += kept.block.size
        self._in_memory += kept.block.size
        self._all_end += len(new)
        at = len(self._kept) - 1
        kept.choice = self._choice_of_new(at)
        if self.view.context:
            self._widen_kept(at)
        self._end = self._firsts[-1] + kept.showing
        if kept not in self._recent:
            kept.block.forget()

    def _choice_of_new(self, at: int) -> _Choice:
        """Which lines of a block are shown that came just now."""
        reach = self._kept[at - 1].choice.reach if at else 0
        if not self.view.filters:
            return self._choice(self.view, at, reach)
        try:
            with deadline(LONGEST_CHOICE):
                return self._choice(self.view, at, reach)
        except TookTooLong:
            self.gave_up = True
            return ALL

    def _widen_kept(self, at: int) -> None:
        """Show what belongs to the context of the last block at the end of those before it."""
        choices = [kept.choice for kept in self._kept]
        begin = self._widen(self.view, at, choices)
        for index in range(begin, at):
            self._kept[index].choice = choices[index]
            self._firsts[index + 1] = self._firsts[index] + self._kept[index].showing

    def _own_of(self, block: LogBlock) -> array[int]:
        number = block.source & ~LATE
        if block.sources is not None or (
            number < len(self._sources) and self._sources[number].is_argo
        ):
            return array("I")
        found = own_lines(block, is_after_own=self._ended_own.get(number, False))
        self._ended_own[number] = bool(found) and found[-1] == len(block) - 1
        return found

    def _make_room(self) -> None:
        """Bring the oldest blocks in memory into the file, until few enough bytes are left."""
        while self._in_memory > self.in_memory and len(self._resident) > 1:
            kept = self._resident[0]
            assert kept.block is not None
            packing, data = kept.block.packed()
            try:
                begin = self._put(data)
            except OSError as error:
                self.disk_error = error.strerror or str(error)
                self._drop()
                continue
            self._resident.popleft()
            self._in_memory -= kept.block.size
            self._bytes += len(data) - kept.block.size
            kept.place, kept.packing = (begin, len(data)), packing
            if kept not in self._recent:
                kept.block = None

    def _put(self, data: bytes) -> int:
        """Into the part of the file that is free, or at its end. Raises: OSError."""
        begin, size = self._free
        if size >= len(data):
            self._free = begin + len(data), size - len(data)
            return self._spill.put(data, begin)
        return self._spill.put(data)

    def _drop(self) -> None:
        """Forget the oldest block."""
        gone = self._kept.pop(0)
        self._firsts.pop(0)
        self._all_firsts.pop(0)
        if self._chosen:
            self._chosen.pop(0)
        self._forget_recent(gone)
        if gone.place is None:
            assert gone.block is not None
            self._resident.popleft()
            self._bytes -= gone.block.size
            self._in_memory -= gone.block.size
        else:
            begin, size = gone.place
            self._bytes -= size
            free_begin, free_size = self._free
            is_next = free_size and free_begin + free_size == begin
            self._free = (free_begin, free_size + size) if is_next else (begin, size)
        self._own -= len(gone.own)
        self.dropped += gone.count

    # --- one line --------------------------------------------------------------------------

    def _opened(self, kept: _Kept) -> LogBlock:
        """The block, read from the file if it is there; it stays open for a while."""
        if not self._recent or self._recent[-1] is not kept:
            if kept in self._recent:
                self._recent.remove(kept)
            self._recent.append(kept)
            if len(self._recent) > OPEN:
                self._shut(self._recent.pop(0))
        if kept.block is None:
            assert kept.place is not None and kept.packing is not None
            kept.block = LogBlock.unpacked(kept.packing, self._spill.get(*kept.place))
        return kept.block

    @staticmethod
    def _shut(kept: _Kept) -> None:
        if kept.place is not None:
            kept.block = None
        elif kept.block is not None:
            kept.block.forget()

    def _forget_recent(self, kept: _Kept) -> None:
        if kept in self._recent:
            self._recent.remove(kept)

    def _find(self, index: int) -> tuple[_Kept, int, int]:
        """The block of a line that is shown, its number in the block, and which block it is."""
        if not 0 <= index < len(self):
            raise IndexError(index)
        number = index + self._firsts[0]
        at = bisect_right(self._firsts, number) - 1
        kept = self._kept[at]
        return kept, kept.line(number - self._firsts[at]), at

    def block_of(self, index: int) -> tuple[LogBlock, int]:
        """The block that a line is in, and its number there."""
        kept, line, _ = self._find(index)
        return self._opened(kept), line

    def text(self, index: int) -> str:
        """What stands in a line, without its time."""
        block, line = self.block_of(index)
        return decoded_log(block.line(line))

    def time(self, index: int) -> int:
        """When a line was written, in nanoseconds since 1970; of one without a time `NO_TIME`."""
        block, line = self.block_of(index)
        return block.times[line]

    def times_of(self, low: int, high: int) -> list[int]:
        """The times of the lines that are shown from `low` up to `high`, as `time` has them."""
        found: list[int] = []
        for kept, _, begin, end in self._pieces(low, high):
            times = self._opened(kept).times
            if kept.shown is None:
                found += times[begin:end]
            else:
                found += [times[kept.shown[place]] for place in range(begin, end)]
        return found

    def source(self, index: int) -> LogSource | None:
        """Of which step and container a line is."""
        block, line = self.block_of(index)
        number = block.source_of(line) & ~LATE
        return self._sources[number] if number < len(self._sources) else None

    def line(self, index: int) -> str:
        """A line as it is shown, not yet made printable."""
        return self._row(*self.block_of(index))

    def line_of(self, number: int) -> str:
        """The same of any line that is kept, by its number among all that ever came.

        Raises: IndexError.
        """
        at = bisect_right(self._all_firsts, number) - 1
        if at < 0 or number >= self._all_end:
            raise IndexError(number)
        return self._row(self._opened(self._kept[at]), number - self._all_firsts[at])

    def _row(self, block: LogBlock, line: int) -> str:
        # What is put before a line is not written over by its carriage returns.
        text = shown_log(block.line(line))
        if self._ascii and self._is_seam(block.source_of(line)):
            text = text.replace(SEAM, "-" * len(SEAM))
        if self.shape is not None:
            text = self.shape(text)
        before = self._name_before(block.source_of(line)) if self.shows_names else ""
        if self.times != "off":
            moment = block.times[line]
            before = shown_time(moment, self.times, self._clock(), self._zone) + before
        if before and "\n" in text:  # of a shape with several rows the others stand below the first
            text = text.replace("\n", "\n" + " " * len(SGR.sub("", before)))
        return before + text

    def level(self, index: int) -> Level:
        """How bad a line says it is, or that it is Argo's own."""
        kept, line, _ = self._find(index)
        if kept.own and line in kept.own:
            return "own"
        block = self._opened(kept)
        if self._is_seam(block.source_of(line)):
            return "seam"
        return level_of(shown_text(block.line(line)))

    def _is_seam(self, number: int) -> bool:
        number &= ~LATE
        return number < len(self._sources) and self._sources[number].origin == "seam"

    def _name_before(self, number: int) -> str:
        """The name of a source in its colour, in a column of one width."""
        known = self._names.get(number)
        if known is not None:
            return known
        bare = number & ~LATE
        if bare >= len(self._sources) or self._is_seam(bare):
            return ""
        source = self._sources[bare]
        name = short_name(source, "~" if self._ascii else "…")
        late = "\x1b[2mlate\x1b[22m " if number & LATE else ""
        self._names[number] = f"\x1b[{colour_of(source.pod)}m{name:<{NAME_CELLS}}\x1b[0m {late}"
        return self._names[number]

    # --- numbers that stay -----------------------------------------------------------------

    def number_of(self, index: int) -> int:
        """The number of a line among all that ever came, by which it is found again."""
        _, line, at = self._find(index)
        return self._all_firsts[at] + line

    def index_of(self, number: int) -> int:
        """Where the line with this number is shown, or the next one that is; at most the last."""
        if not self._kept:
            return 0
        at = max(0, bisect_right(self._all_firsts, number) - 1)
        kept = self._kept[at]
        line = max(0, number - self._all_firsts[at])
        place = line if kept.shown is None else bisect_left(kept.shown, line)
        index = self._firsts[at] + min(place, kept.showing) - self._firsts[0]
        return max(0, min(index, len(self) - 1))

    def is_shown(self, number: int) -> bool:
        """Whether the line with this number is kept and shown."""
        return bool(len(self)) and self.number_of(self.index_of(number)) == number

    def index_at(self, moment: int) -> int:
        """The first line that is shown of those written then or later; else the last line."""
        low, high = 0, len(self)
        while low < high:
            middle = (low + high) // 2
            if self._time_near(middle) < moment:
                low = middle + 1
            else:
                high = middle
        return max(0, min(low, len(self) - 1))

    def _time_near(self, index: int) -> int:
        """The time of a line, or of the nearest before it that has one."""
        for back in range(index, max(-1, index - LONGEST_TRACE), -1):
            if (moment := self.time(back)) != NO_TIME:
                return moment
        return NO_TIME

    @property
    def last_time(self) -> int:
        """The time of the last line that has one, shown or not."""
        return next((each.ends for each in reversed(self._kept) if each.ends != NO_TIME), NO_TIME)

    # --- which lines are shown -------------------------------------------------------------

    def choose(self, view: LogView) -> bool:
        """Show other lines; true if that is done, false if `go_on` has to be called for it."""
        self._next, self._chosen, self.gave_up = view, [], False
        while view.is_all and not self.go_on():
            pass
        return view.is_all

    def leave_out(self, sources: frozenset[int]) -> None:
        """Leave out the lines that come of these sources from now on, too."""
        if sources != self.view.left_out:
            self.view = msgspec.structs.replace(self.view, left_out=sources)

    @property
    def choosing(self) -> float | None:
        """What part of the lines was looked at for another choice; None while there is none."""
        if self._next is None:
            return None
        return len(self._chosen) / max(1, len(self._kept))

    @property
    def wanted(self) -> LogView:
        """Which lines are shown, or are to be when they are chosen."""
        return self.view if self._next is None else self._next

    def go_on(self) -> bool:
        """Look at one more block for the choice that is being made; true if that is over."""
        view = self._next
        if view is None:
            return True
        at = len(self._chosen)
        if at < len(self._kept):
            self._chosen.append(self._choice(view, at, self._chosen[-1].reach if at else 0))
            self._widen(view, at, self._chosen)
            if len(self._chosen) < len(self._kept):
                return False
        for kept, choice in zip(self._kept, self._chosen, strict=True):
            kept.choice = choice
        counts = [kept.showing for kept in self._kept]
        self._firsts = list(accumulate(counts, initial=0))[:-1]
        self._end = sum(counts)
        self.view, self._next, self._chosen = view, None, []
        return True

    def _widen(self, view: LogView, at: int, choices: list[_Choice]) -> int:
        """Show the context of the first match of a block at the end of those before it.

        Returns the first block of which more is shown.
        """
        first = choices[at].first
        missing = view.context - first if first >= 0 else 0
        while missing > 0 and at:
            at -= 1
            before, (lines, reach, match) = self._kept[at], choices[at]
            if lines is not None:
                begin = max(0, before.count - missing)
                more = [n for n in range(begin, before.count) if self._is_eligible(view, before, n)]
                choices[at] = _Choice(array("I", sorted({*lines, *more})), reach, match)
            missing -= before.count
        return at

    def _is_eligible(self, view: LogView, kept: _Kept, line: int) -> bool:
        """Whether a line may be shown as context of another."""
        if view.hides_own and line in kept.own:
            return False
        if view.left_out and self._opened(kept).source_of(line) & ~LATE in view.left_out:
            return False
        if view.window is not None:
            moment = self._opened(kept).times[line]
            if not view.window[0] <= moment < view.window[1]:
                return False
        if not view.never:
            return True
        text = shown_text(self._opened(kept).line(line))
        return not any(pattern.search(text) for pattern in view.never)

    def _choice(self, view: LogView, at: int, reach: int) -> _Choice:
        """Which lines of a block are shown, where so many at its beginning are of a context."""
        kept = self._kept[at]
        lines: Sequence[int] = range(kept.count)
        if view.window is not None:
            lines = self._within(kept, *view.window)
        if view.left_out and len(lines):
            lines = self._without(kept, view.left_out, lines)
        if view.hides_own and kept.own:
            lines = [line for line in lines if line not in kept.own]
        if view.levels and len(lines):
            lines = self._of_levels(at, view.levels, lines)
        if not view.filters:
            return ALL if len(lines) == kept.count else _Choice(array("I", lines))
        if not len(lines) and not reach:
            return _Choice(array("I"))
        block = self._opened(kept)
        if len(view.filters) == 1 and len(lines) == kept.count and not view.context:
            (only,) = view.filters
            if not only.is_inverted:
                return _Choice(lines_with(block, wanted_of(only.pattern)))
        matched: set[int] | None = None
        inside, eligible = set(lines), set(lines)
        for each in view.filters:
            found: set[int] = set(lines_with(block, wanted_of(each.pattern)))
            if each.is_inverted and not each.context:
                eligible -= found
            if each.is_inverted:
                found = set(range(kept.count)) - found
            matched = found if matched is None else matched & found
        hits = sorted(inside & (matched or set()))
        context = view.context
        if not context:
            return _Choice(array("I", hits))
        wanted = set(range(min(reach, kept.count)))
        for line in hits:
            wanted.update(range(max(0, line - context), min(kept.count, line + context + 1)))
        left = reach - kept.count
        if hits:
            left = max(left, hits[-1] + context + 1 - kept.count)
        first = hits[0] if hits else -1
        return _Choice(array("I", sorted(wanted & eligible)), max(0, left), first)

    def _within(self, kept: _Kept, begin: int, end: int) -> Sequence[int]:
        """The lines that were written from `begin` on and before `end`."""
        if kept.ends != NO_TIME and kept.ends < begin:
            return ()
        times = self._opened(kept).times
        moment = NO_TIME
        found = []
        for line, time in enumerate(times):
            if time != NO_TIME:
                moment = time
            if begin <= moment < end:
                found.append(line)
        return found

    def _of_levels(self, at: int, levels: frozenset[Level], lines: Sequence[int]) -> Sequence[int]:
        """The lines of a block that tell of errors or warnings, and the traces of errors."""
        kept = self._kept[at]
        block = self._opened(kept)
        errors, warnings, *_ = self._bad_of(kept)
        found = {*errors} if "error" in levels else set()
        begins = list(found)
        if "error" in levels and at and self._ends_in_trace(at - 1):
            begins.append(-1)
        for begin in begins:
            source = block.source_of(begin) if begin >= 0 else None
            for line in range(begin + 1, min(kept.count, begin + LONGEST_TRACE)):
                if source is not None and block.source_of(line) != source:
                    continue
                if not is_in_trace(shown_text(block.line(line))):
                    break
                found.add(line)
        if "warning" in levels:
            found.update(warnings)
        return [line for line in lines if line in found]

    def _ends_in_trace(self, at: int) -> bool:
        """Whether a block ends with an error, or in the middle of its trace."""
        kept = self._kept[at]
        block = self._opened(kept)
        for line in range(kept.count - 1, max(-1, kept.count - LONGEST_TRACE), -1):
            text = shown_text(block.line(line))
            if level_of(text) == "error":
                return True
            if not is_in_trace(text):
                return False
        return False

    def _bad_of(self, kept: _Kept, end: int | None = None) -> _Bad:
        """The lines of a block that tell of errors and of warnings, of those before `end`.

        A search is given up after some milliseconds (`domain.deadline`), wherever it is then: what
        was found out by then is known to the next one, which goes on there.
        """
        end = kept.count if end is None else end
        while kept.bad.end < end:
            errors, warnings, first, suspected = kept.bad
            if suspected is None:
                suspected = suspects(self._opened(kept))
            at = bisect_left(suspected, first)
            judged = suspected[at : at + JUDGED]
            is_rest = at + JUDGED >= len(suspected)
            bad = [
                (line, level)
                for line, level in bad_lines(self._opened(kept), judged)
                if line not in kept.own
            ]
            kept.bad = _Bad(
                errors + array("I", [line for line, level in bad if level == "error"]),
                warnings + array("I", [line for line, level in bad if level == "warning"]),
                kept.count if is_rest else judged[-1] + 1,
                array("I") if is_rest else suspected,
            )
        return kept.bad

    def _without(
        self, kept: _Kept, left_out: frozenset[int], lines: Sequence[int]
    ) -> Sequence[int]:
        """The lines of other sources than these."""
        block = self._opened(kept)
        if block.sources is None:
            return () if block.source & ~LATE in left_out else lines
        sources = block.sources
        return [line for line in lines if sources[line] & ~LATE not in left_out]

    # --- searching -------------------------------------------------------------------------

    def hits(self, pattern: re.Pattern[str], low: int, high: int) -> array[int]:
        """The lines from `low` up to `high` in which a pattern is found, without colours; counted
        from `low`."""
        found = array("I")
        for kept, first, begin, end in self._pieces(low, high):
            hunt = self._hunt
            if hunt is None or hunt.kept is not kept or hunt.pattern is not pattern:
                search = BlockSearch(self._opened(kept), wanted_of(pattern))
                hunt = self._hunt = _Hunt(kept, pattern, search)
            lines = hunt.search.within(kept.line(begin), kept.line(end - 1) + 1)
            hunt.left -= end - begin
            if hunt.left <= 0:
                self._hunt = None
            places = self._as_shown(kept, lines, first - low, begin, end)
            found = found + places if found else places
        return found

    def problems(self, low: int, high: int) -> Sequence[tuple[int, Level]]:
        """The lines of these that tell of errors and warnings; a trace counts once."""
        found: list[tuple[int, Level]] = []
        for kept, first, begin, end in self._pieces(low, high):
            errors, warnings, *_ = self._bad_of(kept, kept.line(end - 1) + 1)
            here: list[tuple[int, Level]] = [
                (index, "error")
                for index in self._as_shown(kept, errors, first, begin, end)
                if not self._goes_on_with_trace(index)
            ]
            here += [
                (index, "warning") for index in self._as_shown(kept, warnings, first, begin, end)
            ]
            found += sorted(here)
        return found

    def piece(self, index: int) -> tuple[int, int]:
        """The lines of the block that a line is in."""
        base = self._firsts[0]
        at = max(0, bisect_right(self._firsts, index + base) - 1)
        first = self._firsts[at] - base
        return first, first + self._kept[at].showing

    def _pieces(self, low: int, high: int) -> Iterator[tuple[_Kept, int, int, int]]:
        """The blocks of some lines: block, index of its first line, first and last place in it."""
        if not self._firsts:
            return
        base = self._firsts[0]
        at = max(0, bisect_right(self._firsts, low + base) - 1)
        while at < len(self._kept) and self._firsts[at] - base < high:
            kept, first = self._kept[at], self._firsts[at] - base
            begin, end = max(0, low - first), min(kept.showing, high - first)
            if begin < end:
                yield kept, first, begin, end
            at += 1

    @staticmethod
    def _as_shown(kept: _Kept, lines: array[int], first: int, begin: int, end: int) -> array[int]:
        """Lines of a block as indexes of what is shown, of those in a part of the block."""
        if not lines:
            return lines
        if kept.shown is None:
            if begin or end < kept.count:
                lines = lines[bisect_left(lines, begin) : bisect_left(lines, end)]
            return array("I", [first + line for line in lines]) if first else lines
        wanted = set(lines)
        shown = enumerate(kept.shown[begin:end], first + begin)
        return array("I", [index for index, line in shown if line in wanted])

    def _goes_on_with_trace(self, index: int) -> bool:
        """Whether a line is part of an error of which another line that is shown tells before it.

        Lines that are not shown stand between the others all the same: what they part stays apart.
        """
        kept, line, at = self._find(index)
        text = shown_text(self._opened(kept).line(line))
        while True:
            seen: list[tuple[int, int, str]] = []
            back = error_before(text, self._texts_before(at, line, text, seen))
            if back is None:
                return False
            at, line, text = seen[back - 1]
            if self._kept[at].shows(line):
                return True

    def _texts_before(
        self, at: int, line: int, text: str, seen: list[tuple[int, int, str]]
    ) -> Iterator[str]:
        """The lines of the same source before one, the last one first, shown or not; which they are
        is put into `seen`. Argo's own are left out: they stand wherever a program was interrupted.
        """
        left = LONGEST_CALLS if is_of_exception(text) else LONGEST_TRACE
        source = self._opened(self._kept[at]).source_of(line)
        while left > 0:
            kept = self._kept[at]
            block = self._opened(kept)
            for number in range(line - 1, max(-1, line - 1 - left), -1):
                if number not in kept.own and block.source_of(number) == source:
                    said = shown_text(block.line(number))
                    seen.append((at, number, said))
                    yield said
            left -= line
            at -= 1
            if at < 0:
                return
            line = self._kept[at].count


def _grouped(blocks: Iterable[LogBlock], room: int) -> Iterator[list[LogBlock]]:
    """Blocks that become one of so many bytes, since they come one after the other."""
    group: list[LogBlock] = []
    size = 0
    for block in blocks:
        if not len(block):
            continue
        is_other = bool(group) and block.source != group[0].source
        if group and (size + block.size > room or (is_other and size > MIXED)):
            yield group
            group, size = [], 0
        group.append(block)
        size += block.size
    if group:
        yield group


def short_name(source: LogSource, ellipsis: str = "…") -> str:
    """The name of a step that stands before each of its lines, cut in its middle."""
    name = clean(source.step)
    if source.container != "main":
        name = f"{name}/{clean(source.container)}"
    if len(name) <= NAME_CELLS:
        return name
    head = (NAME_CELLS - 1) // 2
    return f"{name[:head]}{ellipsis}{name[len(name) - (NAME_CELLS - 1 - head) :]}"


def colour_of(pod: str) -> int:
    """The code of the colour that a pod's lines have (argo.md 7.1)."""
    return COLOURS[sum(map(ord, pod)) % len(COLOURS)]
