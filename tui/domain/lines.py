"""Line models: what text widgets show, as lines that are read by number."""

from __future__ import annotations

import re
from array import array
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime
from itertools import accumulate
from typing import Protocol, runtime_checkable

from tui.domain.durations import compact, parse_time
from tui.domain.levels import LONGEST_CALLS, Level, error_before, is_of_exception, level_of
from tui.domain.text import SGR

TIME = re.compile(r"\b\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)")
"""A time as Kubernetes and Argo write it."""
LOOKED_AT = 10_000
"""Lines from the beginning that are asked whether they tell a time."""


class LineModel(Protocol):
    """Lines that can be asked for by number."""

    def __len__(self) -> int:
        """How many there are just now."""

    def line(self, index: int) -> str:
        """One of them, as it came: colours and worse may be in it."""

    def level(self, index: int) -> Level:
        """How bad it says it is."""


@runtime_checkable
class SearchedLines(LineModel, Protocol):
    """Lines that know better how they are searched than one by one."""

    def hits(self, pattern: re.Pattern[str], low: int, high: int) -> array[int]:
        """The lines from `low` up to `high` in which a pattern is found, without colours; counted
        from `low`, so that what was found in a piece of them is handed on as it is."""

    def problems(self, low: int, high: int) -> Sequence[tuple[int, Level]]:
        """The lines of these that tell of errors and warnings; a trace counts once."""

    def piece(self, index: int) -> tuple[int, int]:
        """Of the lines that are looked through together with this one the first, and the end."""


class TextLines:
    """A text that does not change, as a model."""

    def __init__(self, text: str = "") -> None:
        self._lines = text.split("\n") if text else []
        if self._lines and not self._lines[-1]:
            self._lines.pop()

    def __len__(self) -> int:
        return len(self._lines)

    def line(self, index: int) -> str:
        """One line, without its end."""
        return self._lines[index]

    def level(self, index: int) -> Level:
        """How bad it says it is."""
        return level_of(self._lines[index])


class SomeLines:
    """Some lines of another model, each with the number it has there."""

    def __init__(self, lines: LineModel, numbers: Sequence[int]) -> None:
        self._lines = lines
        self.numbers = numbers

    def __len__(self) -> int:
        return len(self.numbers)

    def line(self, index: int) -> str:
        """One line, without its end."""
        return self._lines.line(self.numbers[index])

    def level(self, index: int) -> Level:
        """How bad it says it is."""
        return self._lines.level(self.numbers[index])


class TimedLines:
    """The lines of another model, each with what its times are here, behind a sign.

    What the cluster wrote stays as it is: one looks for it, and copies it.
    """

    def __init__(self, lines: LineModel, now: Callable[[], datetime], sign: str) -> None:
        self.lines = lines
        self._now = now
        self._sign = sign

    def __len__(self) -> int:
        return len(self.lines)

    def line(self, index: int) -> str:
        """One line, without its end."""
        line = self.lines.line(index)
        told = told_times(line, self._now())
        return f"{line}  {self._sign} {told}" if told else line

    def level(self, index: int) -> Level:
        """How bad it says it is."""
        return self.lines.level(index)


def has_times(lines: LineModel) -> bool:
    """Whether any of the first lines tells a time."""
    return any(TIME.search(lines.line(index)) for index in range(min(len(lines), LOOKED_AT)))


def told_times(line: str, now: datetime) -> str:
    """`08:29:00 here, 3h ago` for each time of a line; "" where it has none."""
    read = (parse_time(found) for found in TIME.findall(line))
    return "; ".join(_told(moment, now) for moment in read if moment is not None)


def _told(moment: datetime, now: datetime) -> str:
    here, since = moment.astimezone(), (now - moment).total_seconds()
    clock = f"{here:%H:%M:%S}" if here.date() == moment.date() else f"{here:%Y-%m-%d %H:%M:%S}"
    return f"{clock} here, {f'{compact(since)} ago' if since >= 0 else f'in {compact(-since)}'}"


class BlockLines:
    """A text that does not change, in blocks of whole lines, each ending in a newline.

    A million lines are only as large as their text: one block at a time is cut into lines.
    """

    def __init__(self, blocks: Iterable[str]) -> None:
        self._blocks = list(blocks)
        self._ends = list(accumulate(block.count("\n") for block in self._blocks))
        """Number of the line after the last one of each block."""
        self._cut: tuple[int, list[str]] = (-1, [])

    def __len__(self) -> int:
        return self._ends[-1] if self._ends else 0

    def line(self, index: int) -> str:
        """One line, without its end."""
        if not 0 <= index < len(self):
            raise IndexError(index)
        at = bisect_right(self._ends, index)
        if self._cut[0] != at:
            self._cut = (at, self._blocks[at].split("\n"))
        return self._cut[1][index - (self._ends[at - 1] if at else 0)]

    def level(self, index: int) -> Level:
        """How bad it says it is."""
        return level_of(self.line(index))


class Colourless:
    """A model without colour sequences, so that these split no word in a search."""

    def __init__(self, model: LineModel) -> None:
        self._model = model
        self._searched = model if isinstance(model, SearchedLines | Levels) else None

    def __len__(self) -> int:
        return len(self._model)

    def line(self, index: int) -> str:
        """One line without its colour sequences."""
        line = self._model.line(index)
        return SGR.sub("", line) if "\x1b" in line else line

    def level(self, index: int) -> Level:
        """How bad it is."""
        return self._model.level(index)

    def hits(self, pattern: re.Pattern[str], low: int, high: int) -> array[int]:
        """The lines in which a pattern is found, counted from `low`."""
        if self._searched is not None:
            return self._searched.hits(pattern, low, high)
        search = pattern.search
        return array("I", [i - low for i in range(low, high) if search(self.line(i))])

    def piece(self, index: int) -> tuple[int, int]:
        """The lines that are looked through together with this one."""
        return self._searched.piece(index) if self._searched is not None else (0, len(self))


@runtime_checkable
class ReplacedLines(LineModel, Protocol):
    """Lines in whose place others come, all at once."""

    def as_now(self) -> LineModel:
        """Those that are there now, which stay as they are."""


class Rows(Protocol):
    """Rows of text to show or write elsewhere."""

    def __len__(self) -> int:
        """How many there are about, to be told beforehand."""

    def __iter__(self) -> Iterator[str | None]:
        """Goes over them; None now and then, where much has to be looked at before a row is."""


class PlainRows:
    """Some lines of a model without colours, as rows, made while somebody goes over them.

    Lines that go over several rows are so many of them; the length counts them as one.
    """

    def __init__(self, model: LineModel, first: int, end: int) -> None:
        """From the line `first` up to `end`."""
        self._lines = Colourless(model.as_now() if isinstance(model, ReplacedLines) else model)
        self._first, self._end = first, end

    def __len__(self) -> int:
        return self._end - self._first

    def __iter__(self) -> Iterator[str]:
        for index in range(self._first, self._end):
            yield from self._lines.line(index).split("\n")


class Levels:
    """The levels of a model, as lines to be searched."""

    def __init__(self, model: LineModel) -> None:
        self._model = model
        self._searched = model if isinstance(model, SearchedLines) else None

    def __len__(self) -> int:
        return len(self._model)

    def line(self, index: int) -> str:
        """How bad a line is, as a word."""
        return self._model.level(index)

    def level(self, index: int) -> Level:
        """The same."""
        return self._model.level(index)

    def hits(self, pattern: re.Pattern[str], low: int, high: int) -> array[int]:
        """The lines whose level matches, counted from `low`."""
        search = pattern.search
        if self._searched is not None:
            problems = self._searched.problems(low, high)
            return array("I", [i - low for i, level in problems if search(level)])
        found = (i for i in range(low, high) if search(self._model.level(i)))
        return array("I", [i - low for i in found if not self._goes_on_with_trace(i)])

    def _goes_on_with_trace(self, index: int) -> bool:
        """Whether a line tells of an exception that is told of before it."""
        text = self._text(index)
        if not is_of_exception(text):
            return False
        before = range(index - 1, max(-1, index - LONGEST_CALLS), -1)
        return error_before(text, map(self._text, before)) is not None

    def _text(self, index: int) -> str:
        return SGR.sub("", self._model.line(index))

    def piece(self, index: int) -> tuple[int, int]:
        """The lines that are looked through together with this one."""
        return self._searched.piece(index) if self._searched is not None else (0, len(self))
