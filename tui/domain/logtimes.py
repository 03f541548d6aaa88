"""Times as somebody types them to go somewhere in a log: `10:41`, `-5m`, a date."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, tzinfo

from tui.domain.durations import parse_time

_CLOCK = re.compile(r"(\d{1,2}):(\d\d)(?::(\d\d)(\.\d+)?)?$")
_SPAN = re.compile(r"(\d+(?:\.\d+)?)(ms|s|m|h|d)")
_SECONDS = {"ms": 0.001, "s": 1, "m": 60, "h": 3600, "d": 86400}
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def span_of(text: str) -> timedelta | None:
    """A span such as `10s`, `5m`, `2h30m`, `1d`; None for what is none."""
    parts = _SPAN.findall(text)
    if not parts or "".join(map("".join, parts)) != text:
        return None
    try:
        return timedelta(seconds=sum(float(number) * _SECONDS[unit] for number, unit in parts))
    except OverflowError:
        return None


def moment_of(text: str, last: datetime, zone: tzinfo | None = None) -> datetime | None:
    """The moment that is meant by who looks at a log that ends at `last`; None for none.

    `10:41` and `10:41:22` are the last such times up to then, in a time zone (None: that of this
    machine); `-5m` is so long before it; else it is a date and a time (RFC 3339, its zone may
    lack).
    """
    text = text.strip()
    if text.startswith("-") and (span := span_of(text[1:])) is not None:
        return last - span
    local = last.astimezone(zone)
    clock = _CLOCK.match(text)
    if clock is not None:
        hour, minute, second = int(clock[1]), int(clock[2]), int(clock[3] or 0)
        if hour > 23 or minute > 59 or second > 59:
            return None
        moment = local.replace(hour=hour, minute=minute, second=second, microsecond=0)
        if clock[4]:
            moment += timedelta(seconds=float(clock[4]))
        # Somebody who types a minute means its beginning, which may be that of the last line.
        return moment if moment <= local else moment - timedelta(days=1)
    exact = parse_time(text)
    if exact is not None:
        return exact
    try:
        named = datetime.fromisoformat(text)
    except ValueError:
        return None
    return named if named.tzinfo is not None else named.replace(tzinfo=local.tzinfo)


def nanoseconds(moment: datetime) -> int:
    """A moment in nanoseconds since 1970, as the lines of a log have it."""
    return (moment - _EPOCH) // timedelta(microseconds=1) * 1000


def nanoseconds_of(span: timedelta) -> int:
    """A span in nanoseconds."""
    return span // timedelta(microseconds=1) * 1000


def moment_at(time: int) -> datetime:
    """The other way round."""
    return _EPOCH + timedelta(microseconds=time // 1000)
