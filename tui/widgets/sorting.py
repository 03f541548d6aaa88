"""How every list of ours is sorted by keys: which they are, and where they lead."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from textual.binding import Binding

from tui.bindings import bind
from tui.columns import Column


def sort_bindings(group: str) -> tuple[Binding, ...]:
    """For what has the actions `sort` and `reverse`; `group` is the heading of help."""
    return (
        bind("sort.next", "sort(1)", "Sort by next column", group=group),
        bind("sort.previous", "sort(-1)", "Sort by previous column", group=group),
        bind("sort.reverse", "reverse", "Reverse order", group=group),
    )


def sorted_next(columns: Iterable[Column[Any]], sorted_by: str, step: int) -> str:
    """The next (1) or previous (-1) column that can be sorted by; "" is the order one begins with.

    A column that is no longer there counts as none.
    """
    names = ["", *(column.id for column in columns if column.order)]
    at = names.index(sorted_by) if sorted_by in names else 0
    return names[(at + step) % len(names)]
