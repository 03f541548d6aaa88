"""Bars made of characters: how much is done, and when something ran.

Pure strings of an exact width; a block is an eighth of a cell fine, ASCII is whole cells.
"""

from __future__ import annotations

EIGHTHS = " ▏▎▍▌▋▊▉"
FULL = "█"


def progress_bar(done: int, total: int, cells: int, *, ascii: bool = False) -> str:
    """So much of the whole: `███▌      `; empty where the whole is unknown."""
    if cells <= 0:
        return ""
    if total <= 0:
        return " " * cells
    eighths = max(0, min(done, total)) * cells * 8 // total
    if ascii:
        return ("#" * (eighths // 8)).ljust(cells)
    whole, part = divmod(eighths, 8)
    return (FULL * whole + (EIGHTHS[part] if part else "")).ljust(cells)


def timeline_bar(start: float, end: float, cells: int, *, ascii: bool = False) -> str:
    """From one fraction of the window to another; something that ran is never invisible."""
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
