"""Columns as Go's text/tabwriter aligns them, since reports are compared to the byte.

A cell ends with a tab; what follows the last tab of a line belongs to no column. A column goes on
as long as every line has a cell there, so a line with fewer cells (a message with a newline in it)
ends the columns it lacks, and below it widths begin anew. Widths are counted in code points.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator


class _Column:
    """One column from the first to the last of the lines that share it."""

    __slots__ = ("width",)

    def __init__(self) -> None:
        self.width = 0


def aligned(lines: Iterable[str], padding: int, *, narrowest: int = 0) -> Iterator[str]:
    """The lines with their tabs made blanks; `padding` blanks follow the widest cell.

    With these a column has at least `narrowest` characters. A text with newlines in it counts as
    several lines.
    """
    open_columns: list[_Column] = []
    read: list[tuple[list[str], tuple[_Column, ...]]] = []
    for line in (part for text in lines for part in text.split("\n")):
        cells = line.split("\t")
        count = len(cells) - 1
        del open_columns[count:]
        while len(open_columns) < count:
            open_columns.append(_Column())
        for cell, column in zip(cells, open_columns, strict=False):
            if len(cell) > column.width:
                column.width = len(cell)
        read.append((cells, tuple(open_columns)))
    for cells, columns in read:
        padded = [
            cell.ljust(max(column.width + padding, narrowest))
            for cell, column in zip(cells, columns, strict=False)
        ]
        yield "".join(padded) + cells[-1]
