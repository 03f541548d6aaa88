"""How many lines a log has a minute, and when errors were among them.

The lines are looked at a slice at a time, so that keys are heard meanwhile, and counted by the time
they were written: by the second at first, by more where a log is long, so that what is kept of a
log of a million lines is some thousand numbers.
"""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from itertools import pairwise
from typing import NamedTuple

from tui.domain.logs import NO_TIME
from tui.logs.book import LogBook

SLICE = 2_000
"""Lines that are looked at before the clock is."""
_DAY = 86_400
UNITS = (1, 5, 15, 60, 300, 900, 3_600, 4 * 3_600, 12 * 3_600, _DAY, 7 * _DAY, 28 * _DAY)
"""Seconds that one bar may stand for; each is a multiple of the one before."""
MOST = 4_000
"""Times that are kept apart."""


class RateBar(NamedTuple):
    """Some time, and what was written then."""

    begin: int
    """In seconds since 1970."""
    lines: int
    errors: int


class LogRate:
    """The lines of a book, as they are shown, by the time they were written."""

    def __init__(self, book: LogBook) -> None:
        self._book = book
        self._looked_at = 0
        self._unit = 0
        """Which of the units the times are kept apart by."""
        self._lines: Counter[int] = Counter()
        self._errors: Counter[int] = Counter()

    @property
    def is_done(self) -> bool:
        """Whether all lines that there are were looked at."""
        return self._looked_at >= len(self._book)

    def dropped(self, lines: int) -> None:
        """So many lines are gone from the front; what they told stays."""
        self._looked_at = max(0, self._looked_at - lines)

    def step(self) -> bool:
        """Look at some more lines; true if there are still others."""
        book, low = self._book, self._looked_at
        high = min(len(book), low + SLICE)
        unit = UNITS[self._unit] * 1_000_000_000
        times = book.times_of(low, high)
        self._lines.update(time // unit for time in times if time != NO_TIME)
        for index, level in book.problems(low, high):
            if level == "error" and times[index - low] != NO_TIME:
                self._errors[times[index - low] // unit] += 1
        self._looked_at = high
        while len(self._lines) > MOST and self._unit + 1 < len(UNITS):
            self._coarsen()
        return not self.is_done

    def _coarsen(self) -> None:
        more = UNITS[self._unit + 1] // UNITS[self._unit]
        self._unit += 1
        self._lines, self._errors = (_coarser(each, more) for each in (self._lines, self._errors))

    def bars(self, most: int) -> tuple[timedelta, list[RateBar]]:
        """Time of a bar, and at most so many bars one after the other; none without times."""
        if not self._lines or most < 1:
            return timedelta(seconds=UNITS[self._unit]), []
        lines, errors, unit = self._lines, self._errors, UNITS[self._unit]
        for smaller, larger in pairwise(UNITS[self._unit :]):
            if max(lines) - min(lines) < most:
                break
            unit = larger
            lines, errors = (_coarser(each, larger // smaller) for each in (lines, errors))
        first = max(min(lines), max(lines) - most + 1)
        found = [RateBar(at * unit, lines[at], errors[at]) for at in range(first, max(lines) + 1)]
        return timedelta(seconds=unit), found


def _coarser(counts: Counter[int], by: int) -> Counter[int]:
    found: Counter[int] = Counter()
    for at, count in counts.items():
        found[at // by] += count
    return found
