"""When a CronWorkflow is due: lines of five fields, descriptors, and spans (argo.md 1.10).

The words for a line that cannot be read are those of the library that Argo reads it with.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Any, Protocol
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

_RANGES = ((0, 59), (0, 23), (1, 31), (1, 12), (0, 6))
_MONTHS = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")
_DAYS = ("SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT")
_NAMES: tuple[dict[str, int], ...] = (
    {},
    {},
    {},
    {month: number for number, month in enumerate(_MONTHS, 1)},
    {day: number for number, day in enumerate(_DAYS)},
)
_MACROS = {
    "@yearly": "0 0 1 1 *",
    "@annually": "0 0 1 1 *",
    "@monthly": "0 0 1 * *",
    "@weekly": "0 0 * * 0",
    "@daily": "0 0 * * *",
    "@midnight": "0 0 * * *",
    "@hourly": "0 * * * *",
}
_EVERY = "@every "
_SPAN = re.compile(r"(\d+(?:\.\d*)?|\.\d+)(ns|us|µs|ms|s|m|h)")
_UNITS = {"ns": 1e-9, "us": 1e-6, "µs": 1e-6, "ms": 1e-3, "s": 1.0, "m": 60.0, "h": 3600.0}


class ScheduleError(ValueError):
    """A schedule that cannot be read."""


class Times(Protocol):
    """When something is due."""

    def after(self, moment: datetime) -> datetime | None:
        """The first time after this moment, if there is one."""


class Schedule:
    """The times that a line of five fields stands for."""

    def __init__(self, line: str, zone: tzinfo = UTC) -> None:
        fields = _MACROS.get(line.strip(), line).split()
        if len(fields) != 5:
            raise ScheduleError(
                f"expected exactly 5 fields, found {len(fields)}: {_listed(fields)}"
            )
        self.zone = zone
        self.minutes, self.hours, self.days, self.months, self.weekdays = (
            _numbers(field, low, high, names)
            for field, (low, high), names in zip(fields, _RANGES, _NAMES, strict=True)
        )
        # With both restricted, either of them is enough.
        self.either = not (_is_any(fields[2]) or _is_any(fields[4]))

    def after(self, moment: datetime) -> datetime | None:
        """The first time after this moment, within four years."""
        local = moment.astimezone(self.zone).replace(second=0, microsecond=0)
        local += timedelta(minutes=1)
        for _ in range(366 * 4 + 48):
            if local.month in self.months and self._on(local):
                for hour in sorted(hour for hour in self.hours if hour >= local.hour):
                    least = local.minute if hour == local.hour else 0
                    minute = min((m for m in self.minutes if m >= least), default=None)
                    if minute is not None:
                        return local.replace(hour=hour, minute=minute).astimezone(UTC)
            local = (local + timedelta(days=1)).replace(hour=0, minute=0)
        return None

    def _on(self, day: datetime) -> bool:
        by_day = day.day in self.days
        by_week = day.isoweekday() % 7 in self.weekdays
        return by_day or by_week if self.either else by_day and by_week


class Every:
    """Again and again after a span of time."""

    def __init__(self, seconds: float, begun: datetime) -> None:
        self.seconds = max(1, int(seconds))
        self.begun = begun

    def after(self, moment: datetime) -> datetime | None:
        """The first multiple of the span after this moment."""
        gone = (moment - self.begun).total_seconds()
        return self.begun + timedelta(seconds=(gone // self.seconds + 1) * self.seconds)


def _listed(fields: list[str]) -> str:
    return f"[{' '.join(fields)}]"


def _is_any(field: str) -> bool:
    """Whether a field stands for every day, steps of one included."""
    return any(re.fullmatch(r"[*?](/1)?", part) for part in field.split(","))


def _numbers(field: str, low: int, high: int, names: dict[str, int]) -> set[int]:
    found: set[int] = set()
    for part in field.split(","):
        span, slash, step = part.partition("/")
        if "/" in step:
            raise ScheduleError(f"too many slashes: {part}")
        first, dash, last = span.partition("-")
        if "-" in last:
            raise ScheduleError(f"too many hyphens: {part}")
        if first in ("*", "?"):
            start, end = low, high
        else:
            start = _number(first, names)
            end = _number(last, names) if dash else high if slash else start
        each = _number(step, {}) if slash else 1
        if start < low:
            raise ScheduleError(f"beginning of range ({start}) below minimum ({low}): {part}")
        if end > high:
            raise ScheduleError(f"end of range ({end}) above maximum ({high}): {part}")
        if start > end:
            raise ScheduleError(f"beginning of range ({start}) beyond end of range ({end}): {part}")
        if not each:
            raise ScheduleError(f"step of range should be a positive number: {part}")
        found.update(range(start, end + 1, each))
    return found


def _number(text: str, names: dict[str, int]) -> int:
    if text.upper() in names:
        return names[text.upper()]
    if re.fullmatch(r"[+]?[0-9]+", text):
        return int(text)
    if re.fullmatch(r"-[0-9]+", text):
        raise ScheduleError(f"negative number ({int(text)}) not allowed: {text}")
    raise ScheduleError(
        f'failed to parse int from {text}: strconv.Atoi: parsing "{text}": invalid syntax'
    )


def zone_of(name: str) -> tzinfo:
    """A time zone by its name."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise ScheduleError(f"unknown time zone {name}") from error


def parsed(line: str, zone: tzinfo, begun: datetime) -> Times:
    """What a line of a schedule stands for; spans count from when it was made."""
    bare = line.strip()
    if match := re.match(r"(?:CRON_)?TZ=(\S+)\s+", bare):
        try:
            zone, bare = zone_of(match[1]), bare[match.end() :]
        except ScheduleError as error:
            raise ScheduleError(f"provided bad location {match[1]}: {error}") from error
    if not bare:
        raise ScheduleError("empty spec string")
    if bare.startswith(_EVERY):
        return Every(_span(bare), begun)
    if bare.startswith("@") and bare not in _MACROS:
        raise ScheduleError(f"unrecognized descriptor: {bare}")
    return Schedule(bare, zone)


def _span(line: str) -> float:
    text = line.removeprefix(_EVERY)
    found = list(_SPAN.finditer(text))
    if not found or "".join(match[0] for match in found) != text:
        raise ScheduleError(f'failed to parse duration {line}: time: invalid duration "{text}"')
    return sum(float(match[1]) * _UNITS[match[2]] for match in found)


def schedules(spec: dict[str, Any], begun: datetime) -> list[Times]:
    """All schedules of a cron workflow; the singular field of older versions too."""
    lines = [str(line) for line in spec.get("schedules") or ()]
    if spec.get("schedule"):
        lines.append(str(spec["schedule"]))
    if not lines:
        raise ScheduleError("cron workflow must have at least one schedule")
    found: list[Times] = []
    for line in lines:
        try:
            found.append(parsed(line, UTC, begun))
        except ScheduleError as error:
            raise ScheduleError(f"cron schedule {line} is malformed: {error}") from error
    name = str(spec.get("timezone") or "")
    if not name:
        return found
    try:
        zone = zone_of(name)
    except ScheduleError as error:
        raise ScheduleError(f'invalid timezone "{name}": {error}') from error
    return [parsed(line, zone, begun) for line in lines]
