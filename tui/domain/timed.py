"""Times in a text, told as those of here and by how long ago they are, beside what is written.

What the cluster wrote stays as it is: one looks for it, and copies it.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime

from tui.domain.durations import compact, parse_time
from tui.domain.levels import Level
from tui.domain.lines import LineModel

TIME = re.compile(r"\b\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)")
"""A time as Kubernetes and Argo write it."""
LOOKED_AT = 10_000
"""Lines from the beginning that are asked whether they tell a time."""


def told_times(line: str, now: datetime) -> str:
    """`08:29:00 here, 3h ago` for each time of a line; "" where it has none."""
    read = (parse_time(found) for found in TIME.findall(line))
    return "; ".join(_told(moment, now) for moment in read if moment is not None)


def _told(moment: datetime, now: datetime) -> str:
    here, since = moment.astimezone(), (now - moment).total_seconds()
    clock = f"{here:%H:%M:%S}" if here.date() == moment.date() else f"{here:%Y-%m-%d %H:%M:%S}"
    return f"{clock} here, {f'{compact(since)} ago' if since >= 0 else f'in {compact(-since)}'}"


class TimedLines:
    """The lines of another model, each with what its times are here, behind a sign."""

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
