"""Lines on a terminal that are drawn again and again in place, with few bytes.

Only the cells of a line that differ are written, as the screens do it; nothing is cleared and no
other screen is switched to, so that what was drawn last stays in the scrollback. Lines are cut at
the width of the terminal, because a line that wraps could not be found again.
"""

from __future__ import annotations

import os
import re
import unicodedata
from collections.abc import Callable, Sequence
from typing import NamedTuple

TOKEN = re.compile(r"\x1b\[[0-9;]*m|[^\x1b]")
PLAIN = "\x1b[0m"
Size = Callable[[], os.terminal_size]


class Cell(NamedTuple):
    """What stands in one or two columns."""

    text: str
    style: str
    width: int


class Redrawn:
    """Lines in place; the cursor rests at the beginning of the line below them."""

    def __init__(self, write: Callable[[str], object], size: Size) -> None:
        """`size` is that of the terminal, asked before each drawing."""
        self._write = write
        self._size = size
        self._shown: list[list[Cell]] = []
        self._columns = 0

    @property
    def rows(self) -> int:
        """Lines that have room."""
        return max(1, self._size().lines - 1)

    def draw(self, lines: Sequence[str]) -> None:
        """Show these lines instead of those before; there is room for `rows`."""
        columns = self._size().columns
        new = [_cut(_cells(line), columns) for line in lines]
        out: list[str] = []
        old = self._shown
        if old and (columns != self._columns or len(new) < len(old)):
            # What a terminal of another width made of the old lines nobody knows.
            out.append(f"{_up(len(old))}\x1b[J")
            old = []
        row = len(old)
        """Where the cursor is, in lines from the top."""
        for at, line in enumerate(new):
            if at < len(old) and old[at] == line:
                continue
            out.append(_to(row, at))
            out.append(_line(old[at] if at < len(old) else [], line, is_new=at >= len(old)))
            row = at + 1 if at >= len(old) else at
        out.append(_to(row, len(new)))
        text = "".join(out)
        if text:
            self._write(text)
        self._shown, self._columns = new, columns

    def end(self, lines: Sequence[str]) -> None:
        """Leave these lines, all of them and whole."""
        columns = self._size().columns
        if len(lines) <= self.rows and all(_fits(line, columns) for line in lines):
            self.draw(lines)
        else:
            whole = "".join(f"{line}\n" for line in lines)
            self._write(f"{_up(len(self._shown))}\x1b[J{whole}")
        self._shown = []


def _up(rows: int) -> str:
    return f"\x1b[{rows}A" if rows else ""


def _to(row: int, wanted: int) -> str:
    """To the beginning of a line that is there."""
    if row == wanted:
        return ""
    return f"\x1b[{row - wanted}A" if wanted < row else f"\x1b[{wanted - row}B"


def _line(old: Sequence[Cell], new: Sequence[Cell], *, is_new: bool) -> str:
    if is_new:
        return f"{_text(new)}\n"
    first = 0
    while first < min(len(old), len(new)) and old[first] == new[first]:
        first += 1
    last_old, last_new = len(old), len(new)
    if sum(cell.width for cell in old) == sum(cell.width for cell in new):
        while last_new > first and last_old > first and old[last_old - 1] == new[last_new - 1]:
            last_old, last_new = last_old - 1, last_new - 1
        rest = ""
    else:
        rest = "\x1b[K"
    column = sum(cell.width for cell in new[:first])
    there = f"\x1b[{column}C" if column else ""
    return f"{there}{_text(new[first:last_new])}{rest}\r"


def _text(cells: Sequence[Cell]) -> str:
    out: list[str] = []
    style = ""
    for cell in cells:
        if cell.style != style:
            out.append(PLAIN if not cell.style else cell.style)
            style = cell.style
        out.append(cell.text)
    return "".join(out) + (PLAIN if style else "")


def _cells(line: str) -> list[Cell]:
    found: list[Cell] = []
    style = ""
    for token in TOKEN.findall(line):
        if token.startswith("\x1b"):
            style = "" if token == PLAIN else token
            continue
        width = _width(token)
        if not width and found:
            before = found[-1]
            found[-1] = before._replace(text=before.text + token)
        elif width:
            found.append(Cell(token, style, width))
    while found and found[-1].text == " ":
        found.pop()
    return found


def _fits(line: str, columns: int) -> bool:
    return sum(cell.width for cell in _cells(line)) <= columns


def _cut(cells: list[Cell], columns: int) -> list[Cell]:
    used = 0
    for at, cell in enumerate(cells):
        used += cell.width
        if used > columns:
            return cells[:at]
    return cells


def _width(char: str) -> int:
    if char.isascii():
        return 1
    if unicodedata.combining(char) or unicodedata.category(char) in ("Mn", "Me", "Cf"):
        return 0
    return 2 if unicodedata.east_asian_width(char) in "WF" else 1
