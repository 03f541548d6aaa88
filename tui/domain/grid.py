"""Rows of texts as the lines of a table: columns as wide as needed, numbers to the right."""

from __future__ import annotations

import csv
import io
import unicodedata
from collections.abc import Sequence
from itertools import islice

WIDEST = 40
"""Cells of the widest column; longer texts are cut."""
ROWS = 1000
"""Rows that are laid out."""
GAP = "  "


def rows_of_csv(text: str, name: str, *, is_cut: bool) -> list[list[str]] | None:
    """The rows of a CSV or TSV; None for what is none. A last row that is cut off is left out."""
    if is_cut:
        text = text[: text.rfind("\n") + 1] or text
    first = text.partition("\n")[0]
    marks = ("\t",) if name.lower().endswith(".tsv") else (",", ";", "\t", "|")
    mark = max(marks, key=first.count)
    if not first.count(mark):
        return None
    try:
        return list(islice(csv.reader(io.StringIO(text), delimiter=mark), ROWS + 1))
    except csv.Error:
        return None


def grid_lines(rows: Sequence[Sequence[str]]) -> str:
    """The lines; the first row is the heading."""
    width = max((len(row) for row in rows), default=0)
    cells = [[_cell(row[n]) if n < len(row) else "" for n in range(width)] for row in rows]
    widths = [max(_width(row[n]) for row in cells) for n in range(width)] if cells else []
    right = [all(_is_number(row[n]) for row in cells[1:]) and len(cells) > 1 for n in range(width)]
    return "\n".join(
        GAP.join(_padded(cell, widths[n], right=right[n]) for n, cell in enumerate(row)).rstrip()
        for row in cells
    )


def _cell(text: str) -> str:
    text = " ".join(text.split())
    if _width(text) <= WIDEST:
        return text
    kept = ""
    for character in text:
        if _width(kept) + 2 >= WIDEST:
            break
        kept += character
    return f"{kept}…"


def _is_number(text: str) -> bool:
    if not text:
        return True
    try:
        float(text)
    except ValueError:
        return False
    return True


def _width(text: str) -> int:
    if text.isascii():
        return len(text)
    return sum(
        0 if unicodedata.combining(c) else 2 if unicodedata.east_asian_width(c) in "WF" else 1
        for c in text
    )


def _padded(text: str, width: int, *, right: bool) -> str:
    blanks = " " * (width - _width(text))
    return f"{blanks}{text}" if right else f"{text}{blanks}"
