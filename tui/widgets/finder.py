"""Searching through a text while keys are still heard.

A search looks at a slice of lines, then at the clock, and after a few milliseconds lets the event
loop go round before it looks at more. Whoever asks to go to a hit that is not found yet gets there
when it is.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from contextlib import nullcontext
from time import monotonic

from tui.domain.deadline import TookTooLong, deadline
from tui.domain.lines import Colourless, LineModel
from tui.domain.search import LineSearch, compile_pattern

SLICE = 500
"""Lines a search looks at before it looks at the clock."""
SECONDS_AT_ONCE = 0.005
"""Seconds a search may take before keys are heard again."""
LARGEST_SLICE = 20_000
LONGEST_SLICE = 0.05
"""Seconds of computing after which an expression is given up."""


def _next_slice(lines: int, seconds: float) -> int:
    """How many lines to look at next, by how long so many took."""
    if seconds > SECONDS_AT_ONCE / 2:
        return max(SLICE // 10, lines // 2)
    return min(LARGEST_SLICE, lines * 2) if seconds < SECONDS_AT_ONCE / 8 else lines


class Finder:
    """One search in one text, and the hit that it went to last."""

    def __init__(
        self,
        later: Callable[[Callable[[], None]], object],
        go_to: Callable[[int], None],
        progressed: Callable[[], None],
        clock: Callable[[], float] = monotonic,
    ) -> None:
        """`later` calls something when the event loop has time, `go_to` shows a line.

        `progressed` is called when more was looked at, or another hit was gone to. `clock` gives
        seconds.
        """
        self.search: LineSearch | None = None
        self._slice = SLICE
        self._may_never_end = False
        """Whether the expression is one that somebody typed, and may need years."""
        self.hit: int | None = None
        """The line of the hit that was gone to last."""
        self.note = ""
        """Why a pattern was taken literally, if it was."""
        self._later = later
        self._clock = clock
        self._go_to = go_to
        self._progressed = progressed
        self._next_hit: Callable[[], int | None] | None = None
        """Finds the hit to go to; None while none was asked for, or after it was gone to."""
        self._is_waiting = False
        self._forward = True
        """Which way is looked at first: where somebody wants to go."""

    @property
    def rank(self) -> int:
        """The number of the hit that was gone to last among all hits, from 1; 0 for none."""
        if self.search is None or self.hit is None:
            return 0
        return self.search.rank(self.hit)

    @property
    def count(self) -> int:
        """Lines with hits that were found so far."""
        return self.search.count if self.search else 0

    @property
    def is_done(self) -> bool:
        """Whether all lines were looked at."""
        return self.search is None or self.search.is_done

    def begin(self, text: str, lines: LineModel, start: int) -> None:
        """Look for a pattern, and go to the hit nearest to a line; "" ends the search.

        That is the first from there on; where there is none, as at the end of a log, the last one
        before it.
        """
        self.hit = self._next_hit = None
        if not text:
            self.search, self.note = None, ""
            return
        pattern, self.note = compile_pattern(text)
        self._set(pattern, lines, start, is_typed=True)
        self._next_hit, self._forward = lambda: self._first(start), True
        self._look()  # what is found at once is seen with the key

    def look_for(
        self, pattern: re.Pattern[str], lines: LineModel, start: int, *, is_typed: bool = False
    ) -> None:
        """Look for a pattern from a line on, going nowhere yet.

        One that was typed is given up where it takes too long.
        """
        self._set(pattern, lines, start, is_typed=is_typed)
        self.go_on()

    def _set(
        self, pattern: re.Pattern[str], lines: LineModel, start: int, *, is_typed: bool
    ) -> None:
        self.hit = self._next_hit = None
        self._may_never_end = is_typed
        self.search = LineSearch(Colourless(lines), pattern, start=start)

    def begin_again(self, lines: LineModel, start: int) -> None:
        """Look for the same pattern in another text, going nowhere."""
        self.hit = self._next_hit = None
        if self.search is not None:
            typed = self._may_never_end
            self.look_for(self.search.pattern, lines, start, is_typed=typed)

    def move(self, start: int, *, forward: bool) -> None:
        """To the next hit, or the one before; from the last to the first and back."""
        if self.search is not None:
            origin = self.hit if self.hit is not None else start
            self._go_when_found(lambda: self._nearest(origin, forward=forward), forward=forward)

    def dropped(self, count: int) -> None:
        """So many lines are gone from the front of the text."""
        if self.hit is not None:
            self.hit = self.hit - count if self.hit >= count else None
        if self.search is not None:
            self.search.forget(count)

    def go_on(self) -> None:
        """Look at what was not looked at yet, as soon as there is time."""
        if not self._is_waiting and not self.is_done:
            self._is_waiting = True
            self._later(self._work)

    def _work(self) -> None:
        self._is_waiting = False
        if self.search is not None:
            self._look()

    def _look(self) -> None:
        """Look at some more lines."""
        assert self.search is not None
        begun = now = self._clock()
        try:
            with deadline(LONGEST_SLICE) if self._may_never_end else nullcontext():
                while now < begun + SECONDS_AT_ONCE:
                    is_more = self.search.step(self._slice, forward=self._forward)
                    before, now = now, self._clock()
                    # Some texts are searched a hundred times as fast as others.
                    self._slice = _next_slice(self._slice, now - before)
                    if not is_more:
                        break
        except TookTooLong:
            self._take_literally()
        self._go_if_found()
        self.go_on()
        self._progressed()

    def _take_literally(self) -> None:
        """Look for the text of the expression itself: it would take for ever on some line."""
        search = self.search
        assert search is not None
        pattern = re.compile(re.escape(search.pattern.pattern), search.pattern.flags)
        self.note = "taken literally: on some line the expression takes too long"
        self.search = LineSearch(search.model, pattern, start=search.start)
        self._slice = SLICE
        self._may_never_end = False

    def _go_when_found(self, hit: Callable[[], int | None], *, forward: bool) -> None:
        self._next_hit, self._forward = hit, forward
        self._go_if_found()
        self.go_on()
        self._progressed()

    def _go_if_found(self) -> None:
        """Go to the hit that was asked for, if it is found by now."""
        if self._next_hit is None:
            return
        line = self._next_hit()
        if line is not None:
            self.hit, self._next_hit = line, None
            self._go_to(line)
        elif self.is_done:
            self._next_hit = None

    def _first(self, start: int) -> int | None:
        search = self.search
        if search is None:
            return None
        hit = search.after(start - 1)
        return search.before(start) if hit is None and search.is_done_below else hit

    def _nearest(self, start: int, *, forward: bool) -> int | None:
        search = self.search
        if search is None:
            return None
        hit = search.after(start) if forward else search.before(start)
        if hit is None and search.is_done:
            return search.after(-1) if forward else search.before(search.size)
        return hit
