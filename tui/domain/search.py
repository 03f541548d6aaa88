"""Finding text in many lines, a slice at a time.

Nothing here reads the clock: the caller asks for one slice after another, and pauses
between them so that the keyboard stays responsive. Lines that are dropped from the front of a
bounded log are forgotten; new lines are searched when they arrive.
"""

from __future__ import annotations

import re
import warnings
from bisect import bisect_left, bisect_right

from tui.domain.lines import LineModel

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

    It begins at the current line, so that the nearest match comes first, and continues from
    the top when it has reached the end. Line numbers are those of the current model.
    """

    def __init__(self, model: LineModel, pattern: re.Pattern[str], *, start: int = 0) -> None:
        self.pattern = pattern
        self._model = model
        self._begin = max(0, min(start, len(model)))
        self._next = self._begin
        self._next_above = 0
        self._below: list[int] = []
        self._above: list[int] = []

    @property
    def size(self) -> int:
        """How many lines the model has."""
        return len(self._model)

    @property
    def is_done(self) -> bool:
        """Whether every line has been searched."""
        return self._next >= len(self._model) and self._next_above >= self._begin

    @property
    def count(self) -> int:
        """Lines found so far."""
        return len(self._above) + len(self._below)

    def step(self, lines: int) -> bool:
        """Search a number of further lines; true if there are still others."""
        model, search = self._model, self.pattern.search
        end = min(len(model), self._next + lines)
        if self._next < end:
            self._below += [i for i in range(self._next, end) if search(model.line(i))]
            self._next = end
        else:
            end = min(self._begin, self._next_above + lines)
            self._above += [i for i in range(self._next_above, end) if search(model.line(i))]
            self._next_above = end
        return not self.is_done

    def forget(self, lines: int) -> None:
        """Take account of lines that were dropped from the front of the model."""
        self._above = [i - lines for i in self._above[bisect_left(self._above, lines) :]]
        self._below = [i - lines for i in self._below[bisect_left(self._below, lines) :]]
        self._begin = max(0, self._begin - lines)
        self._next = max(0, self._next - lines)
        self._next_above = max(0, self._next_above - lines)

    def after(self, index: int) -> int | None:
        """The next match below a line; None if none is found yet."""
        for hits in (self._above, self._below):
            at = bisect_right(hits, index)
            if at < len(hits):
                return hits[at]
        return None

    def before(self, index: int) -> int | None:
        """The next match above a line; None if none is found yet."""
        for hits in (self._below, self._above):
            at = bisect_left(hits, index)
            if at:
                return hits[at - 1]
        return None

    def rank(self, index: int) -> int:
        """The position of a line among the matches, from 1; 0 if it does not match."""
        for hits, offset in ((self._above, 0), (self._below, len(self._above))):
            at = bisect_left(hits, index)
            if at < len(hits) and hits[at] == index:
                return offset + at + 1
        return 0
