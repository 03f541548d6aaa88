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
from collections.abc import Sequence

from tui.domain.lines import Colourless, LineModel

NESTED = re.compile(r"\([^()]*[+*}][^()]*\)[+*{]")
"""A nested repeat, `(a+)+`, for which Python's engine may need years (platform.md 7)."""


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
    """

    def __init__(self, model: LineModel, pattern: re.Pattern[str], *, start: int = 0) -> None:
        self.pattern = pattern
        self.start = start
        """The line at which it begins."""
        self._model = model
        self._low = self._high = max(0, min(start, len(model)))
        """The lines from `low` up to `high`, without it, have been searched."""
        self._below = array("q")
        self._above = array("q")
        """The matches above the line it began at, each as its negative: so they ascend, too."""

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
        return len(self._above) + len(self._below)

    def step(self, lines: int, *, forward: bool = True) -> bool:
        """Search a number of further lines; true if there are still others.

        They are those below, or above if not `forward`, as long as there are any; of a log they are
        of one block, which may take some milliseconds to look through for the first time.
        """
        if self._low and (self.is_done_below or not forward):
            low = max(0, self._low - lines, self._piece(self._low - 1)[0])
            self._above.extend([-i for i in reversed(self._hits(low, self._low))])
            self._low = low
        else:
            high = min(len(self._model), self._high + lines)
            if self._high < high:
                high = min(high, self._piece(self._high)[1])
            self._below.extend(self._hits(self._high, high))
            self._high = high
        return not self.is_done

    def _piece(self, index: int) -> tuple[int, int]:
        model = self._model
        return model.piece(index) if isinstance(model, Colourless) else (0, len(model))

    def _hits(self, low: int, high: int) -> Sequence[int]:
        """The lines of these that match."""
        model, search = self._model, self.pattern.search
        if isinstance(model, Colourless):
            return model.hits(self.pattern, low, high)
        return [i for i in range(low, high) if search(model.line(i))]

    def forget(self, lines: int) -> None:
        """Take account of lines that were dropped from the front of the model."""
        above = self._above[: bisect_right(self._above, -lines)]
        below = self._below[bisect_left(self._below, lines) :]
        self._above = array("q", [i + lines for i in above])
        self._below = array("q", [i - lines for i in below])
        self._low = max(0, self._low - lines)
        self._high = max(0, self._high - lines)

    def after(self, index: int) -> int | None:
        """The next match below a line; None if none is found yet."""
        if not self._low <= index + 1 <= self._high and not self.is_done:
            return None
        # The entries before this place are matches below `index`, the nearest last.
        above = bisect_left(self._above, -index) - 1
        if above >= 0:
            return -self._above[above]
        at = bisect_right(self._below, index)
        return self._below[at] if at < len(self._below) else None

    def before(self, index: int) -> int | None:
        """The next match above a line; None if none is found yet."""
        if not self._low <= index <= self._high and not self.is_done:
            return None
        at = bisect_left(self._below, index)
        if at:
            return self._below[at - 1]
        # The entries from this place on are matches above `index`, the nearest first.
        above = bisect_right(self._above, -index)
        return -self._above[above] if above < len(self._above) else None

    def has_between(self, low: int, high: int) -> bool:
        """Whether a match is known among the lines from `low` up to but without `high`."""
        at = bisect_left(self._below, low)
        if at < len(self._below) and self._below[at] < high:
            return True
        above = bisect_left(self._above, 1 - high)
        return above < len(self._above) and -self._above[above] >= low

    def rank(self, index: int) -> int:
        """The position of a line among the matches found so far, from 1; 0 if it is none."""
        at = bisect_left(self._below, index)
        if at < len(self._below) and self._below[at] == index:
            return len(self._above) + at + 1
        at = bisect_left(self._above, -index)
        if at < len(self._above) and self._above[at] == -index:
            return len(self._above) - at
        return 0
