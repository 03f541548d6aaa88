"""Finding text in many lines, a slice at a time.

Nothing here reads the clock: the caller asks for one slice after another, and pauses
between them so that the keyboard stays responsive. Lines that are dropped from the front of a
bounded log are forgotten; new lines are searched when they arrive.
"""

from __future__ import annotations

import re
import warnings
from array import array
from bisect import bisect_left, bisect_right

from tui.domain.lines import Colourless, LineModel

NESTED = re.compile(r"\([^()]*[+*}][^()]*\)[+*{]")
"""A nested repeat, `(a+)+`, for which Python's engine may need years (platform.md 7)."""

FEW = 500
"""Matches up to which those of a slice are kept with those of the one before."""


def compiled(text: str, flags: re.RegexFlag = re.NOFLAG) -> re.Pattern[str]:
    """Compile a typed regular expression. Raises: re.error, whatever is wrong with it."""
    with warnings.catch_warnings():
        # Python warns that `[[` may change its meaning one day, which does not matter here.
        warnings.simplefilter("ignore", FutureWarning)
        try:
            return re.compile(text, flags)
        except (OverflowError, RecursionError) as error:
            raise re.error(str(error)) from error


def compile_pattern(text: str) -> tuple[re.Pattern[str], str]:
    """A typed text as a pattern, and why it is searched literally ("" if it is not).

    Smart case: case matters only if the text has capitals. An invalid expression, or one that
    could take forever, is searched literally.
    """
    typed = re.sub(r"\\.", "", text)  # the S of \S is no capital
    flags = re.NOFLAG if any(c.isupper() for c in typed) else re.IGNORECASE
    if NESTED.search(text):
        return re.compile(re.escape(text), flags), "repeats of repeats are taken literally"
    try:
        return compiled(text, flags), ""
    except re.error as error:
        return re.compile(re.escape(text), flags), f"taken literally: {error}"


class LineSearch:
    """The lines of a model that match a pattern, found slice by slice.

    What has been searched is one piece of the model, from the line at which the search began
    outwards, so that the nearest match on either side is found first. Nothing is said of a match
    while there is a line between that was not searched. Line numbers are those of the current
    model.

    A million matches are kept as they were found, slice by slice, each as its number in its slice.
    """

    def __init__(self, model: LineModel, pattern: re.Pattern[str], *, start: int = 0) -> None:
        self.pattern = pattern
        self.start = start
        """The line at which it begins."""
        self._model = model
        self._low = self._high = max(0, min(start, len(model)))
        """The lines from `low` up to `high`, without it, have been searched."""
        self._gone = 0
        """How many lines were dropped from the front since it began."""
        self._firsts: list[int] = []
        """Of each slice with matches its first line, the dropped ones counted; ascending."""
        self._slices: list[array[int]] = []
        """The matches in each of them, counted from its first line."""
        self._count = 0

    @property
    def model(self) -> LineModel:
        """The lines that are searched."""
        return self._model

    @property
    def size(self) -> int:
        """How many lines the model has."""
        return len(self._model)

    @property
    def searched(self) -> int:
        """How many lines have been searched."""
        return self._high - self._low

    @property
    def is_done(self) -> bool:
        """Whether every line has been searched."""
        return self.is_done_below and self._low == 0

    @property
    def is_done_below(self) -> bool:
        """Whether every line below the one it began at has been searched."""
        return self._high >= len(self._model)

    @property
    def count(self) -> int:
        """Lines found so far."""
        return self._count

    def step(self, lines: int, *, forward: bool = True) -> bool:
        """Search a number of further lines; true if there are still others.

        They are those below, or above if not `forward`, as long as there are any; of a log they are
        of one block, which may take some milliseconds to look through for the first time.
        """
        if self._low and (self.is_done_below or not forward):
            low = max(0, self._low - lines, self._piece(self._low - 1)[0])
            self._keep(0, low, self._hits(low, self._low))
            self._low = low
        else:
            high = min(len(self._model), self._high + lines)
            if self._high < high:
                high = min(high, self._piece(self._high)[1])
            self._keep(len(self._firsts), self._high, self._hits(self._high, high))
            self._high = high
        return not self.is_done

    def _keep(self, at: int, first: int, found: array[int]) -> None:
        """Add the matches of a slice before or behind the others."""
        if not found:
            return
        self._count += len(found)
        if at and max(len(self._slices[at - 1]), len(found)) < FEW:
            # Lines that come one by one make no slice each.
            begin = first + self._gone - self._firsts[at - 1]
            self._slices[at - 1] += array("I", [begin + i for i in found])
            return
        self._firsts.insert(at, first + self._gone)
        self._slices.insert(at, found[:] if len(found) < FEW else found)

    def _piece(self, index: int) -> tuple[int, int]:
        model = self._model
        return model.piece(index) if isinstance(model, Colourless) else (0, len(model))

    def _hits(self, low: int, high: int) -> array[int]:
        """The lines of these that match, counted from the first of them."""
        model, search = self._model, self.pattern.search
        if isinstance(model, Colourless):
            return model.hits(self.pattern, low, high)
        return array("I", [i - low for i in range(low, high) if search(model.line(i))])

    def forget(self, lines: int) -> None:
        """Take account of lines that were dropped from the front of the model."""
        self._gone += lines
        self._low = max(0, self._low - lines)
        self._high = max(0, self._high - lines)
        while self._firsts and self._firsts[0] < self._gone:
            first, found = self._firsts.pop(0), self._slices.pop(0)
            left = found[bisect_left(found, self._gone - first) :]
            self._count -= len(found) - len(left)
            if left:
                # All of it is behind what is gone: it begins there now.
                cut = self._gone - first
                self._firsts.insert(0, self._gone)
                self._slices.insert(0, array("I", [i - cut for i in left]))

    def _place(self, index: int) -> tuple[int, int]:
        """The first match that is not above a line: its slice, and its place in that."""
        number = index + self._gone
        at = bisect_right(self._firsts, number) - 1
        if at < 0:
            return 0, 0
        place = bisect_left(self._slices[at], number - self._firsts[at])
        return (at, place) if place < len(self._slices[at]) else (at + 1, 0)

    def _line(self, at: int, place: int) -> int | None:
        """The line of a match; None behind the last."""
        if at == len(self._firsts):
            return None
        return self._firsts[at] + self._slices[at][place] - self._gone

    def after(self, index: int) -> int | None:
        """The next match below a line; None if none is found yet."""
        if not self._low <= index + 1 <= self._high and not self.is_done:
            return None
        return self._line(*self._place(index + 1))

    def before(self, index: int) -> int | None:
        """The next match above a line; None if none is found yet."""
        if not self._low <= index <= self._high and not self.is_done:
            return None
        at, place = self._place(index)
        if place:
            return self._line(at, place - 1)
        return self._line(at - 1, -1) if at else None

    def has_between(self, low: int, high: int) -> bool:
        """Whether a match is known among the lines from `low` up to but without `high`."""
        found = self._line(*self._place(low))
        return found is not None and found < high

    def rank(self, index: int) -> int:
        """The position of a line among the matches found so far, from 1; 0 if it is none."""
        at, place = self._place(index)
        if self._line(at, place) != index:
            return 0
        return sum(map(len, self._slices[:at])) + place + 1
