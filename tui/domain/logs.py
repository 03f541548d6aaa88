"""What a log line is: a time, a text, a level; and how several streams become one.

Kubernetes writes the time in front of each line when asked to. It is kept as it came, because such
times of one width compare as text, and read only for the lines that somebody looks at.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import datetime, tzinfo
from heapq import merge
from typing import Literal, NamedTuple

from tui.domain.durations import parse_time

Times = Literal["off", "relative", "local", "utc"]
TIMES: tuple[Times, ...] = ("off", "relative", "local", "utc")
"""How the time of a line may be shown; the key `t` goes through them."""

_STAMP = re.compile(rb"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:Z|[+-]\d\d:\d\d)(?: |$)")
ERROR = re.compile(
    r"\b(?:ERROR|FATAL|CRITICAL|PANIC|SEVERE|EMERG|ALERT)\b"
    r"|\b(?:[Ee]rror|[Pp]anic|[Ff]atal):|\b[Ll]evel\"?[=:] ?\"?(?:error|fatal|panic|critical)\b"
    r"|^[EF]\d{4} \d\d:|^Traceback \(most recent call last\)"
)
"""What a line says that tells of an error."""
_WARNING = re.compile(
    r"\bWARN(?:ING)?\b|\b[Ww]arning:|\b[Ll]evel\"?[=:] ?\"?warn(?:ing)?\b|^W\d{4} \d\d:"
)
LEVEL_WITHIN = 400
"""Characters of a line in which its level is looked for."""


class LogLine(NamedTuple):
    """A line in two parts, both as they came."""

    stamp: bytes
    """RFC 3339; empty where there is none."""
    content: bytes


def split_line(line: bytes) -> LogLine:
    """Time and text of a line."""
    found = _STAMP.match(line) if line[:1].isdigit() else None
    if found is None:
        return LogLine(b"", line)
    return LogLine(line[: found.end()].rstrip(b" "), line[found.end() :])


def level_of(text: str) -> Literal["error", "warning", ""]:
    """How bad a line says it is."""
    start = text[:LEVEL_WITHIN]
    if ERROR.search(start):
        return "error"
    return "warning" if _WARNING.search(start) else ""


def order_key(stamp: bytes) -> bytes:
    """Times of UTC as text that sorts: the fraction filled up to nanoseconds."""
    if len(stamp) == 30 and stamp.endswith(b"Z"):
        return stamp
    moment = parse_time(stamp.decode("ascii", "replace"))
    if moment is None:
        return stamp
    _, _, rest = stamp.partition(b".")
    digits = rest[: len(rest) - len(rest.lstrip(b"0123456789"))]
    return b"%s.%sZ" % (moment.strftime("%Y-%m-%dT%H:%M:%S").encode(), digits.ljust(9, b"0"))


def shown_time(stamp: bytes, times: Times, now: datetime, zone: tzinfo | None = None) -> str:
    """The time of a line in a column of one width for each way of showing it."""
    if times == "off":
        return ""
    moment = parse_time(stamp.decode("ascii", "replace")) if stamp else None
    if times == "relative":
        return f"{_ago(moment, now):>9} "
    if moment is None:
        return " " * 13
    local = moment.astimezone(zone) if times == "local" else moment
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


def merged(streams: Iterable[Iterable[bytes]]) -> Iterator[tuple[int, bytes]]:
    """Lines of several streams in the order of their times, each with the number of its stream.

    A line without a time (the rest of a stack trace) stays behind the line it follows.
    """

    def keyed(number: int, stream: Iterable[bytes]) -> Iterator[tuple[bytes, int, int, bytes]]:
        last = b""
        for place, line in enumerate(stream):
            stamp = split_line(line).stamp
            # A clock that was set back must not send a line in front of its own stream's past.
            last = max(last, order_key(stamp)) if stamp else last
            yield last, number, place, line

    ordered = merge(*(keyed(number, stream) for number, stream in enumerate(streams)))
    return ((number, line) for _, number, _, line in ordered)
