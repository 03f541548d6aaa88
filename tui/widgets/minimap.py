"""The last column of a log longer than its screen: where in it errors, warnings and hits are.

Each row of it stands for a part of all lines and shows the most telling thing in there; a thin line
says which part is on the screen. What a row shows is one character, so that a cell is sent only
when something else is in its part.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple, Protocol

LEAST_ROWS = 4
"""Rows of the screen from which on there is room for it."""
ERROR, WARNING, HIT, KEPT, SHOWN = "error", "warning", "hit", "kept", "shown"
SIGNS = {
    ERROR: ("◄!", "problem"),
    HIT: ("•/", "accent"),
    WARNING: ("◂<", "warning"),
    KEPT: ("◆*", "accent"),
    # In the colour of the text beside it: a colour of its own would cost each row 40 bytes.
    SHOWN: ("│|", ""),
    "": ("  ", ""),
}
"""What a row may show, the most telling first → its sign, the one without UTF-8, and a token."""


class MapCell(NamedTuple):
    """A row of the map."""

    sign: str
    """What it shows: a name of `SIGNS`."""
    is_shown: bool
    """Whether some of its part is on the screen."""


class Found(Protocol):
    """Lines that were found by a search."""

    def has_between(self, low: int, high: int) -> bool:
        """Whether one is among the lines from `low` up to but without `high`."""


def minimap(
    lines: int,
    rows: int,
    shown: tuple[int, int],
    found: Sequence[tuple[str, Found]],
    kept: Iterable[int] = (),
) -> tuple[MapCell, ...]:
    """What each of so many rows shows of so many lines; `found` has the most telling first.

    `shown` are the first and the last line on the screen, `kept` those that somebody marked.
    """
    kept_rows = {line * rows // lines for line in kept if 0 <= line < lines}
    first, last = shown[0] * rows // lines, shown[1] * rows // lines
    cells: list[MapCell] = []
    for row in range(rows):
        low, high = -(-row * lines // rows), -(-(row + 1) * lines // rows)
        sign = next((name for name, where in found if where.has_between(low, high)), "")
        if not sign and row in kept_rows:
            sign = KEPT
        is_shown = first <= row <= last
        cells.append(MapCell(sign or (SHOWN if is_shown else ""), is_shown))
    return tuple(cells)
