"""Rows of the server's Table: what `kubectl get` prints, made by the API server.

A row has texts by the names of the columns, which are the printer columns of the installed CRD and
may differ from one cluster to the next. What identifies the object comes with it only where it was
asked for.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from typing import NamedTuple

import msgspec

from tui.errors import InputError


class TableRow(msgspec.Struct, frozen=True, gc=False):
    """One object as a row of a Table."""

    namespace: str
    """Empty for kinds that belong to the whole cluster."""
    name: str
    cells: Mapping[str, str]
    """By the lower-case name of their column; "" where the server has nothing to say.

    A column that the server does not have is not in there."""
    at: datetime
    """When the server was asked: ages are counted from then."""
    uid: str = ""
    """Empty where the object's metadata was not asked for; `created` and `labels` are then, too."""
    version: str = ""
    """The object's resource version: known of each row of a watch, of a list only with metadata."""
    created: str = ""
    labels: Mapping[str, str] = {}
    annotations: Mapping[str, str] = {}
    """Of kinds alone of which a Table tells all that a list shows."""

    def cell(self, column: str) -> str:
        """The text of a column, by its name in any case; "" where there is none."""
        return self.cells.get(column.lower(), "")

    def needed(self, column: str) -> str:
        """The same of a column that a list cannot do without. Raises: InputError."""
        found = self.cells.get(column.lower())
        if found is None:
            raise InputError(f"the server's Table has no column {column}")
        return found


_AGE = re.compile(r"(?:(\d{1,6})y)?(?:(\d{1,6})d)?(?:(\d{1,6})h)?(?:(\d{1,6})m)?(?:(\d{1,6})s)?")
_UNITS = (365 * 86400, 86400, 3600, 60, 1)
_CUT_TO = ((600, 1), (8 * 3600, 60), (8 * 86400, 3600), (8 * 365 * 86400, 86400))
"""Below how many seconds an age is cut to how many, by what the API server prints."""


class Age(NamedTuple):
    """An age as the API server prints it: cut to whole minutes, hours or days."""

    seconds: int
    cut_to: int
    """It may be up to so many seconds more."""


def age_of(text: str) -> Age | None:
    """Read an age, `64m` or `2d3h`; None for what is none, such as `<unknown>`."""
    found = _AGE.fullmatch(text)
    if not text or found is None:
        return None
    seconds = sum(int(n) * unit for n, unit in zip(found.groups("0"), _UNITS, strict=True))
    cut = next((cut for most, cut in _CUT_TO if seconds < most), 365 * 86400)
    return Age(seconds, cut)


def age_text(seconds: float) -> str:
    """An age as the API server prints it: two units at most, coarser the longer it is."""
    whole = int(seconds)
    if whole < -1:
        return "<invalid>"
    if whole < 120:
        return f"{max(0, whole)}s"
    minutes, hours = whole // 60, whole // 3600
    if minutes < 10:
        return _two(minutes, "m", whole % 60, "s")
    if minutes < 180:
        return f"{minutes}m"
    if hours < 8:
        return _two(hours, "h", minutes % 60, "m")
    if hours < 48:
        return f"{hours}h"
    days = hours // 24
    if hours < 192:
        return _two(days, "d", hours % 24, "h")
    if days < 730:
        return f"{days}d"
    if days < 365 * 8:
        return _two(days // 365, "y", days % 365, "d")
    return f"{days // 365}y"


def _two(large: int, unit: str, small: int, small_unit: str) -> str:
    return f"{large}{unit}{small}{small_unit}" if small else f"{large}{unit}"
