"""Times and durations in Argo's formats (argo.md 2.7, 4.1). Nothing here reads the clock.

Argo counts in nanoseconds of 64 bits, so a span longer than 292 years is cut to that: the age of
a workflow without a creation time is `106751d`, and people compare us line by line.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, tzinfo
from functools import lru_cache

LONGEST = timedelta(microseconds=(2**63 - 1) // 1000)
"""The longest duration in Go."""

ZERO = datetime(1, 1, 1, tzinfo=UTC)
"""Go's time for "never"."""

MINUTE, HOUR, DAY = 60, 3600, 86400
WEEK, MONTH = 7 * DAY, 30 * DAY
YEAR = 12 * MONTH
LONG_WHILE = 37 * YEAR


def parse_time(text: str | None) -> datetime | None:
    """Parse RFC 3339 as the API writes it, in UTC; None for null, Go's zero, and invalid text."""
    if not text:
        return None
    moment = _moment(text)
    return None if moment == ZERO else moment


def rfc3339(moment: datetime, zone: tzinfo | None = UTC) -> str:
    """A time as Kubernetes writes it: whole seconds, in UTC unless another zone is asked for."""
    text = moment.astimezone(zone).isoformat(timespec="seconds")
    return f"{text.removesuffix('+00:00')}Z" if text.endswith("+00:00") else text


@lru_cache(8192)  # the steps of a wide run share theirs: an hour has 3,600 seconds
def epoch_of(text: str | None) -> float | None:
    """The time of a text in seconds since 1970; None where there is none."""
    moment = parse_time(text)
    return moment.timestamp() if moment is not None else None


def is_no_time(text: str | None) -> bool:
    """Whether a text is present but not a valid time: `2026-13-45T00:00:00Z`."""
    return bool(text) and _moment(text or "") is None


def _moment(text: str) -> datetime | None:
    try:
        moment = datetime.fromisoformat(text)
        if moment.tzinfo is None:
            moment = moment.replace(tzinfo=UTC)
        return moment.astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def between(start: datetime | None, finish: datetime | None, now: datetime) -> timedelta:
    """From start to finish (to `now` while unfinished); zero if there is neither."""
    if finish is None:
        finish = ZERO if start is None else now
    span = finish - (start or ZERO)
    return max(-LONGEST, min(span, LONGEST))


def before(now: datetime, span: timedelta) -> datetime:
    """The time that is `span` before `now`, but not before the earliest time of Python."""
    try:
        return now - span
    except OverflowError:
        return ZERO


def seconds_between(started_at: str | None, finished_at: str | None, now: datetime) -> float | None:
    """How long something ran or has run; None if it has not begun (argo.md 4.1)."""
    start = parse_time(started_at)
    if start is None:
        return None
    return between(start, parse_time(finished_at), now).total_seconds()


_SPAN = re.compile(r"(?:[0-9]+(?:\.[0-9]+)?[smhdw])+")
_UNITS = {"s": 1, "m": MINUTE, "h": HOUR, "d": DAY, "w": WEEK}


def seconds_of(text: str) -> float | None:
    """The seconds of a span as people write it: `90s`, `1h30m`, `2w`; None for what is none."""
    if _SPAN.fullmatch(text) is None:
        return None
    parts = re.findall(r"([0-9.]+)([smhdw])", text)
    return sum(float(number) * _UNITS[unit] for number, unit in parts)


def short(seconds: float) -> str:
    """`42s`, `7m`, `3h`, `45d`: one unit, cut off, never weeks."""
    seconds = abs(seconds)
    if seconds < MINUTE:
        return f"{int(seconds)}s"
    if seconds < HOUR:
        return f"{int(seconds // MINUTE)}m"
    if seconds < DAY:
        return f"{int(seconds // HOUR)}h"
    return f"{int(seconds // DAY)}d"


def compact(seconds: float | None) -> str:
    """A duration in at most six cells and two units: 4s, 6m10s, 1h12m, 3d4h, 45d."""
    if seconds is None:
        return ""
    whole = max(0, int(seconds))
    minutes, s = divmod(whole, 60)
    hours, m = divmod(minutes, 60)
    days, h = divmod(hours, 24)
    if days >= 10:
        return f"{days}d"
    if days:
        return f"{days}d{h}h" if h else f"{days}d"
    if hours:
        return f"{hours}h{m}m" if m else f"{hours}h"
    if minutes:
        return f"{minutes}m{s}s" if s else f"{minutes}m"
    return f"{s}s"


def one_unit(seconds: float) -> str:
    """`3 minutes`, `1 week`, `a long while`: the largest unit, cut off."""
    seconds = abs(seconds)
    if seconds < MINUTE:
        return _counted(seconds, 1, "second")
    if seconds < HOUR:
        return _counted(seconds, MINUTE, "minute")
    if seconds < DAY:
        return _counted(seconds, HOUR, "hour")
    if seconds < WEEK:
        return _counted(seconds, DAY, "day")
    if seconds < MONTH:
        return _counted(seconds, WEEK, "week")
    if seconds < YEAR:
        return _counted(seconds, MONTH, "month")
    if seconds < 18 * MONTH:
        return "1 year"
    if seconds < 2 * YEAR:
        return "2 years"
    if seconds < LONG_WHILE:
        return _counted(seconds, YEAR, "year")
    return "a long while"


def _counted(seconds: float, size: int, unit: str) -> str:
    count = int(seconds // size)
    return f"{count} {unit}" if count == 1 else f"{count} {unit}s"


def long(seconds: float) -> str:
    """`1 hour 1 minutes`: two units, the second never singular; after a day only hours follow."""
    largest = one_unit(seconds)
    if seconds < MINUTE:
        return largest
    if seconds < HOUR:
        return f"{largest} {int(seconds) % 60} seconds"
    if seconds < DAY:
        return f"{largest} {int(seconds // MINUTE) % 60} minutes"
    return f"{largest} {int(seconds // HOUR) % 24} hours"


def relative(moment: datetime | None, now: datetime) -> str:
    """`now`, `5 minutes ago`, `1 hour from now`; never is `a long while ago`."""
    span = (now - (moment or ZERO)).total_seconds()
    if abs(span) < 1:
        return "now"
    return f"{one_unit(span)} {'ago' if span > 0 else 'from now'}"


def age(moment: str | None, now: datetime) -> str:
    """Short time since `moment` (argo.md 2.8, AGE)."""
    return short(between(parse_time(moment) or ZERO, now, now).total_seconds())


def timestamp(moment: datetime | None, now: datetime, zone: tzinfo | None) -> str:
    """`Thu Jan 15 11:00:00 +0000 (1 hour ago)` in `zone`; None is the zone of the C library."""
    if moment is None:
        shown = "Mon Jan 01 00:00:00 +0000"
    else:
        local = _in_zone(moment, zone)
        offset = local.strftime("%z")[:5]
        names = f"{_DAYS[local.weekday()]} {_MONTHS[local.month - 1]}"
        shown = f"{names} {local.day:02} {local:%H:%M:%S} {offset}"
    return f"{shown} ({relative(moment, now)})"


def _in_zone(moment: datetime, zone: tzinfo | None) -> datetime:
    try:
        return moment.astimezone(zone)
    except (OverflowError, ValueError, OSError):
        return moment


_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def go_duration(seconds: int) -> str:
    """Go's own form of a duration: `0s`, `45s`, `2m5s`, `1h0m0s`."""
    sign = "-" if seconds < 0 else ""
    minutes, rest = divmod(abs(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    if hours:
        return f"{sign}{hours}h{minutes}m{rest}s"
    if minutes:
        return f"{sign}{minutes}m{rest}s"
    return f"{sign}{rest}s"


DENOMINATORS = {
    "cpu": "1",
    "memory": "100Mi",
    "storage": "10Gi",
    "ephemeral-storage": "10Gi",
}


def resources(durations: dict[str, int]) -> str:
    """`36s*(1 cpu),36s*(100Mi memory)`, resource names in order (argo.md 4.4)."""
    return ",".join(
        f"{go_duration(seconds)}*({DENOMINATORS.get(name, '1')} {name})"
        for name, seconds in sorted(durations.items())
    )
