"""Bars made of characters: progress bars and bars on a time line.

Strings of an exact width. Block characters have a resolution of an eighth of a cell, ASCII of one.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

EIGHTHS = " ▏▎▍▌▋▊▉"
FULL = "█"


def progress_bar(done: int, total: int, cells: int, *, ascii: bool = False) -> str:
    """A progress bar: `███▌      `; empty if the total is unknown."""
    if cells <= 0:
        return ""
    if total <= 0:
        return " " * cells
    eighths = max(0, min(done, total)) * cells * 8 // total
    if ascii:
        return ("#" * (eighths // 8)).ljust(cells)
    whole, part = divmod(eighths, 8)
    return (FULL * whole + (EIGHTHS[part] if part else "")).ljust(cells)


def thin_bar(done: int, total: int, cells: int, *, ascii: bool = False) -> str:
    """A line on a dotted track, quiet enough to stand in every row: `━━╸··`; empty if nothing is
    known.

    It is full only when all is done, and is half a cell long at least when something is.
    """
    if cells <= 0 or total <= 0:
        return ""
    halves = max(0, min(done, total)) * cells * 2 // total
    if ascii:
        return ("=" * (halves // 2)).ljust(cells, ".")
    halves = max(halves, 1 if done > 0 else 0)
    whole, part = divmod(halves, 2)
    return ("━" * whole + "╸" * part).ljust(cells, "·")


def timeline_bar(start: float, end: float, cells: int, *, ascii: bool = False) -> str:
    """A bar from one fraction of the window to another; it always shows at least one block."""
    if cells <= 0:
        return ""
    first = max(0.0, min(1.0, start))
    last = max(first, min(1.0, end))
    if ascii:
        begin = min(int(first * cells), cells - 1)
        stop = max(begin + 1, round(last * cells))
        return (" " * begin + "#" * (stop - begin)).ljust(cells)
    begin8 = min(int(first * cells * 8), cells * 8 - 1)
    stop8 = max(begin8 + 1, round(last * cells * 8))
    begin = begin8 // 8
    # A block grows from the left edge of its cell, so a bar begins at a whole cell.
    whole, part = divmod(stop8 - begin * 8, 8)
    return (" " * begin + FULL * whole + (EIGHTHS[part] if part else "")).ljust(cells)


HEIGHTS = "▁▂▃▄▅▆▇█"


def spark(values: Sequence[float], cells: int) -> str:
    """A bar for each value, as high as it is great beside the greatest: `▁▂▃▅█`.

    Where there are more values than cells neighbours share one, which shows the greater.
    """
    if not values or cells <= 0:
        return ""
    count = min(len(values), cells)
    edges = [at * len(values) // count for at in range(count + 1)]
    shown = [max(values[a:b]) for a, b in pairwise(edges)]
    most = max(shown)
    if most <= 0:
        return HEIGHTS[0] * count
    return "".join(HEIGHTS[min(7, int(max(0.0, each) / most * 7.999))] for each in shown)
