"""Cron schedules, and when they are next due (argo.md 1.10).

Argo reads and follows schedules with the Go library robfig/cron, version 3. The results here are
the same as that library's, including what it does on days on which the clock changes, and an
invalid schedule is refused in its words. Nothing here knows what time it is.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, tzinfo
from functools import lru_cache
from typing import Protocol
from zoneinfo import ZoneInfo

SECOND, MINUTE, HOUR, DAY = (timedelta(seconds=s) for s in (1, 60, 3600, 86400))
YEARS_AHEAD = 5
"""Years after which the search for the next date gives up."""


class ScheduleError(ValueError):
    """A schedule that cannot be read, in the words of robfig/cron."""


class Schedule(Protocol):
    """A schedule: it computes when something is due."""

    def after(self, moment: datetime, since: datetime | None = None) -> datetime | None:
        """The first time after `moment`, in UTC; None if there is none.

        `since` is when the schedule began: spans (`@every`) are counted from there, or from
        `moment` if it is not known.
        """


def next_run(
    lines: Sequence[str],
    timezone: str,
    after: datetime,
    *,
    since: datetime | None = None,
    suspended: bool = False,
) -> datetime | None:
    """When a cron workflow with these schedules runs next after `after`, in UTC.

    Of several schedules the earliest counts. None if it is suspended (or stopped by its
    strategy) and if no schedule comes again. `since` is when it was created, for spans. Raises
    ScheduleError.
    """
    schedules = read(lines, timezone)
    return None if suspended else earliest(schedules, after, since)


def earliest(
    schedules: Iterable[Schedule], after: datetime, since: datetime | None = None
) -> datetime | None:
    """The first time after `after` at which one of the schedules is due, in UTC."""
    times = (schedule.after(after, since) for schedule in schedules)
    return min((time for time in times if time is not None), default=None)


def read(lines: Sequence[str], timezone: str = "") -> tuple[Schedule, ...]:
    """The schedules of a cron workflow, read in its time zone (UTC if it names none).

    Raises ScheduleError, in the words of Argo's controller, for no schedule at all, for a
    malformed one and for an unknown zone.
    """
    if not lines:
        raise ScheduleError("cron workflow must have at least one schedule")
    found = tuple(_readable(line, line) for line in lines)
    if not timezone:
        return found
    try:
        zone_of(timezone)
    except ScheduleError as error:
        raise ScheduleError(f'invalid timezone "{timezone}": {error}') from error
    return tuple(_readable(f"CRON_TZ={timezone} {line}", line) for line in lines)


def _readable(text: str, line: str) -> Schedule:
    try:
        return parse(text)
    except ScheduleError as error:
        raise ScheduleError(f"cron schedule {line} is malformed: {error}") from error


@lru_cache(maxsize=4096)
def parse(line: str, zone: tzinfo = UTC) -> Schedule:
    """One schedule: five fields, a descriptor (`@daily`) or a span (`@every 1h30m`).

    `zone` counts unless the line names its own (`CRON_TZ=Europe/Berlin 0 2 * * *`). Raises
    ScheduleError.
    """
    if not line:
        raise ScheduleError("empty spec string")
    if line.startswith(("TZ=", "CRON_TZ=")):
        prefix, space, line = line.partition(" ")
        name = prefix.partition("=")[2]
        if not space:
            raise ScheduleError(f"no schedule after the time zone {name}")
        try:
            zone = zone_of(name, zone)
        except ScheduleError as error:
            raise ScheduleError(f"provided bad location {name}: {error}") from error
        line = line.strip(_SPACE)
    if line.startswith(_EVERY):
        return Every(_span(line))
    if line.startswith("@"):
        if line not in _DESCRIPTORS:
            raise ScheduleError(f"unrecognized descriptor: {line}")
        line = _DESCRIPTORS[line]
    words = _FIELD.findall(line)
    if len(words) != len(_FIELDS):
        listed = " ".join(words)
        raise ScheduleError(f"expected exactly 5 fields, found {len(words)}: [{listed}]")
    minutes, hours, days, months, weekdays = (
        _values(word, kind) for word, kind in zip(words, _FIELDS, strict=True)
    )
    return Calendar(minutes, hours, days, months, weekdays, zone)


def zone_of(name: str, local: tzinfo = UTC) -> tzinfo:
    """A time zone by its name; `Local` is the zone of the controller. Raises ScheduleError."""
    if name in ("", "UTC"):
        return UTC
    if name == "Local":
        return local
    if ".." in name or name[0] in "/\\":
        raise ScheduleError("time: invalid location name")
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError) as error:
        raise ScheduleError(f"unknown time zone {name}") from error


# Spans


@dataclass(frozen=True)
class Every:
    """A schedule at a fixed interval of whole seconds, at least one."""

    span: timedelta

    def after(self, moment: datetime, since: datetime | None = None) -> datetime | None:
        moment = moment.astimezone(UTC)
        try:
            if since is None or moment < since:
                return (since or moment).replace(microsecond=0) + self.span
            since = since.astimezone(UTC).replace(microsecond=0)
            return since + ((moment - since) // self.span + 1) * self.span
        except OverflowError:
            return None


_EVERY = "@every "
_UNITS = {
    "ns": 1,
    "us": 10**3,
    "µs": 10**3,
    "μs": 10**3,
    "ms": 10**6,
    "s": 10**9,
    "m": 60 * 10**9,
    "h": 3600 * 10**9,
}
"""Nanoseconds; micro is written with either of two signs."""
_MOST = 2**63 - 1
_PART = re.compile(r"(?P<whole>[0-9]*)(?P<fraction>\.[0-9]*)?(?P<unit>[^0-9.]*)")


def _span(line: str) -> timedelta:
    """The span of `@every 1h30m`, as Go reads durations."""
    text = line.removeprefix(_EVERY)
    try:
        nanoseconds = _nanoseconds(text)
    except ScheduleError as error:
        raise ScheduleError(f"failed to parse duration {line}: {error}") from error
    return max(1, nanoseconds // 10**9) * SECOND


def _nanoseconds(text: str) -> int:
    rest = text[1:] if text[:1] in ("-", "+") else text
    if rest == "0":
        return 0
    total = 0
    if not rest:
        raise ScheduleError(f"time: invalid duration {_bytes_quoted(text)}")
    while rest:
        part = _PART.match(rest)
        if part is None or not (part["whole"] or len(part["fraction"] or "") > 1):
            raise ScheduleError(f"time: invalid duration {_bytes_quoted(text)}")
        # A whole number that is too large is refused before its unit is looked at.
        too_large = len(part["whole"]) > 20 or int(part["whole"] or 0) > _MOST + 1
        if not too_large and not part["unit"]:
            raise ScheduleError(f"time: missing unit in duration {_bytes_quoted(text)}")
        unit = _UNITS.get(part["unit"], 0)
        if not too_large and not unit:
            named = f"{_bytes_quoted(part['unit'])} in duration {_bytes_quoted(text)}"
            raise ScheduleError(f"time: unknown unit {named}")
        digits = (part["fraction"] or "")[1:20]
        if not too_large:
            total += int(part["whole"] or 0) * unit
            total += int(digits or 0) * unit // 10 ** len(digits)
        if too_large or total > _MOST + (text[0] == "-"):
            raise ScheduleError(f"time: invalid duration {_bytes_quoted(text)}")
        rest = rest[part.end() :]
    return -total if text[0] == "-" else total


def _bytes_quoted(text: str) -> str:
    """A text in double quotes, as Go's package time puts it: anything but ASCII in bytes."""
    quoted = ""
    for byte in text.encode(errors="replace"):
        if byte < 0x20 or byte >= 0x80:
            quoted += f"\\x{byte:02x}"
        else:
            quoted += f"\\{chr(byte)}" if byte in b'"\\' else chr(byte)
    return f'"{quoted}"'


# Fields


@dataclass(frozen=True)
class _Field:
    low: int
    high: int
    names: dict[str, int] = field(default_factory=dict)


def _numbered(words: str, first: int) -> dict[str, int]:
    return {word: number for number, word in enumerate(words.split(), first)}


_FIELDS = (
    _Field(0, 59),
    _Field(0, 23),
    _Field(1, 31),
    _Field(1, 12, _numbered("jan feb mar apr may jun jul aug sep oct nov dec", 1)),
    _Field(0, 6, _numbered("sun mon tue wed thu fri sat", 0)),
)
_DESCRIPTORS = {
    "@yearly": "0 0 1 1 *",
    "@annually": "0 0 1 1 *",
    "@monthly": "0 0 1 * *",
    "@weekly": "0 0 * * 0",
    "@daily": "0 0 * * *",
    "@midnight": "0 0 * * *",
    "@hourly": "0 * * * *",
}
_SPACE = "\t\n\v\f\r \x85\xa0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009"
_SPACE += "\u200a\u2028\u2029\u202f\u205f\u3000"
"""What Go takes as space: Python's own list has four control characters more."""
_FIELD = re.compile(f"[^{_SPACE}]+")
_DIGITS = re.compile(r"[+-]?[0-9]+")
_LARGEST = 2**63 - 1


@dataclass(frozen=True)
class Values:
    """What a field of a schedule allows."""

    allowed: frozenset[int]
    is_any: bool
    """Whether it stands for every value: a star in it, in steps of one."""


def _values(word: str, kind: _Field) -> Values:
    """What a field allows. An empty list (`,`) allows nothing, and is no error."""
    allowed: set[int] = set()
    is_any = False
    for part in filter(None, word.split(",")):
        span, *steps = part.split("/")
        first, *last = span.split("-")
        star = first in ("*", "?")
        if star:
            start, end = kind.low, kind.high
        else:
            start = end = _number(first, kind.names)
            if len(last) > 1:
                raise ScheduleError(f"too many hyphens: {part}")
            if last:
                end = _number(last[0], kind.names)
        if len(steps) > 1:
            raise ScheduleError(f"too many slashes: {part}")
        step = _number(steps[0]) if steps else 1
        if steps and not last:
            end = kind.high
        if start < kind.low:
            raise ScheduleError(f"beginning of range ({start}) below minimum ({kind.low}): {part}")
        if end > kind.high:
            raise ScheduleError(f"end of range ({end}) above maximum ({kind.high}): {part}")
        if start > end:
            raise ScheduleError(f"beginning of range ({start}) beyond end of range ({end}): {part}")
        if not step:
            raise ScheduleError(f"step of range should be a positive number: {part}")
        allowed.update(range(start, end + 1, step))
        is_any = is_any or (star and step == 1)
    return Values(frozenset(allowed), is_any)


def _number(text: str, names: dict[str, int] | None = None) -> int:
    if names and text.lower() in names:
        return names[text.lower()]
    wrong = ""
    if not _DIGITS.fullmatch(text):
        wrong = "invalid syntax"
    elif len(text) > 30 or not -_LARGEST - 1 <= int(text) <= _LARGEST:
        wrong = "value out of range"
    if wrong:
        reason = f"strconv.Atoi: parsing {_quoted(text)}: {wrong}"
        raise ScheduleError(f"failed to parse int from {text}: {reason}")
    if int(text) < 0:
        raise ScheduleError(f"negative number ({int(text)}) not allowed: {text}")
    return int(text)


def _quoted(text: str) -> str:
    """A text in double quotes, as the rest of Go puts it."""
    signs = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\t": "\\t", "\r": "\\r"}
    plain = (signs.get(c) or (c if c.isprintable() else f"\\u{ord(c):04x}") for c in text)
    return f'"{"".join(plain)}"'


# Calendars


@dataclass(frozen=True)
class Calendar:
    """The times that five fields stand for, on the clocks of a zone."""

    minutes: Values
    hours: Values
    days: Values
    months: Values
    weekdays: Values
    zone: tzinfo = UTC

    def after(self, moment: datetime, since: datetime | None = None) -> datetime | None:
        """The first time after `moment` at which clock and calendar show what the fields ask for.

        The search goes from the largest unit to the smallest, each in steps of one, an hour and
        a minute in steps of elapsed time. So a time that the clock skips is skipped that day and
        a time that comes twice is due twice. Where a clock is set by half an hour, the steps of
        an hour no longer fall on full hours and pass over what is due there, as Argo does.
        """
        if not (self.minutes.allowed and self.hours.allowed and self.months.allowed):
            return None
        if self._both and not (self.days.allowed and self.weekdays.allowed):
            return None
        try:
            cursor = _Cursor(self.zone, moment.astimezone(UTC).replace(microsecond=0) + SECOND)
            return self._search(cursor)
        except (OverflowError, ValueError):
            return None  # beyond the year 9999

    def _search(self, cursor: _Cursor) -> datetime | None:
        last_year = cursor.local.year + YEARS_AHEAD
        units = self._units
        moved = False
        at = 0
        while at < len(units):
            matches, unit = units[at]
            if matches(cursor.local):
                at += 1
                continue
            if not moved:
                unit.start(cursor)
                moved = True
            before = cursor.utc
            unit.step(cursor)
            if cursor.utc <= before:
                # Of a day that a zone left out (Samoa, 30 December 2011) robfig/cron never ends.
                cursor.go_to(before + DAY)
            # Only a unit that begins anew makes the larger ones be looked at again.
            if unit.value(cursor.local) == unit.lowest:
                at = 0
                if cursor.local.year > last_year:
                    return None
        return cursor.utc

    @property
    def _units(self) -> tuple[tuple[Callable[[datetime], bool], _Unit], ...]:
        return (
            (lambda local: local.month in self.months.allowed, _MONTH),
            (self._is_on, _DAY),
            (lambda local: local.hour in self.hours.allowed, _HOUR),
            (lambda local: local.minute in self.minutes.allowed, _MINUTE),
            (lambda local: local.second == 0, _SECOND),
        )

    def _is_on(self, local: datetime) -> bool:
        by_day = local.day in self.days.allowed
        by_week = local.isoweekday() % 7 in self.weekdays.allowed
        return by_day and by_week if self._both else by_day or by_week

    @property
    def _both(self) -> bool:
        """Whether day and weekday have to match: with both restricted, either is enough."""
        return self.days.is_any or self.weekdays.is_any


class _Cursor:
    """A moment, and what the clocks of a zone show then."""

    def __init__(self, zone: tzinfo, utc: datetime) -> None:
        self._zone = zone
        self.go_to(utc)

    def go_to(self, utc: datetime) -> None:
        self.utc = utc
        self.local = utc.astimezone(self._zone).replace(tzinfo=None)

    def wait(self, span: timedelta) -> None:
        """Advance by elapsed time."""
        self.go_to(self.utc + span)

    def set_clock(self, local: datetime) -> None:
        """Go to where the clock shows this; of two such moments the one Go's `time.Date` takes.

        A time that the clock skips becomes one before or after the gap: which of them depends
        on the side of Greenwich, and Argo's schedules depend on which.
        """
        wanted = local.replace(tzinfo=UTC)
        guess = wanted - self._offset(wanted)
        self.go_to(wanted - self._offset(guess))

    def _offset(self, utc: datetime) -> timedelta:
        return utc.astimezone(self._zone).utcoffset() or timedelta()


@dataclass(frozen=True)
class _Unit:
    """A part of a date that is counted up until it matches."""

    value: Callable[[datetime], int]
    lowest: int
    """The value with which it begins anew."""
    start: Callable[[_Cursor], None]
    """Back to the start of the unit, so that the smaller ones begin at their lowest."""
    step: Callable[[_Cursor], None]


def _start_of_month(cursor: _Cursor) -> None:
    cursor.set_clock(cursor.local.replace(day=1, hour=0, minute=0, second=0))


def _start_of_day(cursor: _Cursor) -> None:
    cursor.set_clock(cursor.local.replace(hour=0, minute=0, second=0))


def _start_of_hour(cursor: _Cursor) -> None:
    cursor.set_clock(cursor.local.replace(minute=0, second=0))


def _start_of_minute(cursor: _Cursor) -> None:
    cursor.go_to(cursor.utc.replace(second=0))


def _stay(cursor: _Cursor) -> None:
    """A second has no smaller units."""


def _next_month(cursor: _Cursor) -> None:
    local = cursor.local
    year, month = divmod(local.year * 12 + local.month, 12)
    first = local.replace(year=year, month=month + 1, day=1)
    cursor.set_clock(first + (local.day - 1) * DAY)


def _next_day(cursor: _Cursor) -> None:
    cursor.set_clock(cursor.local + DAY)
    hour = cursor.local.hour
    if hour:  # the clock skips midnight there, or was set by an hour on the way
        cursor.wait((24 - hour if hour > 12 else -hour) * HOUR)


_MONTH = _Unit(lambda local: local.month, 1, _start_of_month, _next_month)
_DAY = _Unit(lambda local: local.day, 1, _start_of_day, _next_day)
_HOUR = _Unit(lambda local: local.hour, 0, _start_of_hour, lambda cursor: cursor.wait(HOUR))
_MINUTE = _Unit(lambda local: local.minute, 0, _start_of_minute, lambda cursor: cursor.wait(MINUTE))
_SECOND = _Unit(
    lambda local: local.second,
    0,
    _stay,
    lambda cursor: cursor.wait((60 - cursor.local.second) * SECOND),
)
