"""Several logs as one while they are written: strictly by time, as far as anybody can.

A line may be shown when no log that is read can still bring one that is older. What bounds that is
the log that is behind: one whose lines still come. A log that has been silent for some seconds is
not waited for; if it then brings a line that is older than what is shown, that line comes last and
is marked as late. A line that was shown never moves.
"""

from __future__ import annotations

from array import array
from bisect import bisect_left, bisect_right
from collections import deque
from collections.abc import Sequence
from heapq import heapify, heappop, heappush
from itertools import accumulate

from tui.domain.logs import LATE, NO_TIME, LogBlock

WINDOW = 2.0
"""Seconds for which a silent log is waited for."""
NO_BOUND = 1 << 62


class _Log:
    """What came of one log and was not given out yet."""

    __slots__ = ("at", "blocks", "came", "is_open", "latest", "size")

    def __init__(self, began: int, now: float) -> None:
        self.blocks: deque[tuple[LogBlock, array[int]]] = deque()
        """Blocks, and the times of their lines, none before the one above it."""
        self.at = 0
        """How many lines of the first block were given out."""
        self.latest = began
        """The time before which no line of it can come any more, as far as it keeps its order."""
        self.came = now
        self.is_open = True
        self.size = 0

    @property
    def key(self) -> int | None:
        """The time of the line that is next; None while there is none."""
        return self.blocks[0][1][self.at] if self.blocks else None


class Merge:
    """Lines of several logs, which become one in the order of their times."""

    def __init__(self, window: float = WINDOW) -> None:
        self._window = window
        self._logs: dict[int, _Log] = {}
        self._shown = NO_TIME
        """The time of the last line that was given out."""

    def open(self, log: int, began: int, now: float) -> None:
        """A log is read from now on; none of its lines is older than `began`."""
        self._logs[log] = _Log(began, now)

    def put(self, log: int, block: LogBlock, now: float) -> None:
        """Some lines of a log came."""
        found = self._logs[log]
        times = block.times
        known = found.latest
        if found.blocks or known > NO_TIME:
            first = next((moment for moment in times if moment != NO_TIME), known)
            if not found.blocks and first < known and not found.size:
                known = first  # when its step began is no bound for lines that have a time
        keys = array("q", accumulate(times, max, initial=known))
        del keys[0]
        found.blocks.append((block, keys))
        found.latest, found.came = keys[-1], now
        found.size += block.size

    def end(self, log: int) -> None:
        """No more comes of a log."""
        self._logs[log].is_open = False

    def waiting(self, log: int) -> int:
        """Bytes of a log that wait to be given out."""
        found = self._logs.get(log)
        return found.size if found is not None else 0

    def is_silent(self, log: int, now: float) -> bool:
        """Whether nothing has come of a log for so long that nobody waits for it."""
        return now - self._logs[log].came >= self._window

    def due(self, now: float) -> float | None:
        """In how many seconds more may be given out though nothing comes; None if nothing will."""
        if not any(log.blocks for log in self._logs.values()):
            return None
        waits = [
            log.came + self._window - now
            for log in self._logs.values()
            if log.is_open and now - log.came < self._window
        ]
        return max(0.0, min(waits)) if waits else 0.0

    def take(self, now: float, bound: int = NO_BOUND) -> list[LogBlock]:
        """What may be shown now; lines from `bound` on may not, since others are still to come."""
        for log in self._logs.values():
            if log.is_open and now - log.came < self._window:
                bound = min(bound, log.latest)
        heap = [
            (log.key, number)
            for number, log in self._logs.items()
            if log.key is not None and log.key <= bound
        ]
        heapify(heap)
        found: list[LogBlock] = []
        while heap:
            _, number = heappop(heap)
            log = self._logs[number]
            found += self._run_of(log, number, heap[0] if heap else None, bound)
            if log.key is not None and log.key <= bound:
                heappush(heap, (log.key, number))
        for number in [n for n, log in self._logs.items() if not (log.is_open or log.blocks)]:
            del self._logs[number]
        return found

    def _run_of(
        self, log: _Log, number: int, other: tuple[int, int] | None, bound: int
    ) -> Sequence[LogBlock]:
        """The lines of a log that come before the next of another; at least one."""
        block, keys = log.blocks[0]
        first, last = log.at, bisect_right(keys, bound, log.at)
        if other is not None:
            cut = bisect_right if number < other[1] else bisect_left
            last = min(last, max(first + 1, cut(keys, other[0], first)))
        late = bisect_left(keys, self._shown, first, last)
        self._shown = max(self._shown, keys[last - 1])
        if last == len(keys):
            log.blocks.popleft()
            log.at = 0
            log.size -= block.size
        else:
            log.at = last
        if late == first:
            return (block.part(first, last),)
        parts = [marked_late(block.part(first, late))]
        if late < last:
            parts.append(block.part(late, last))
        return parts


def marked_late(block: LogBlock) -> LogBlock:
    """The same lines, marked as having come too late to stand in their place."""
    return LogBlock(block.data, block.ends, block.times, block.source | LATE)
