"""The columns of our lists, as data: what each says, how wide it is, how it sorts, if it ticks.

List widgets, the palette and the sort keys all read these tuples, so a new column is one entry.
Texts are as the cluster sent them; the widget that draws makes them printable.
The columns of the step tree are in `columns.nodes`: lists do not wait for trees to be imported.
"""

from __future__ import annotations

from tui.columns.base import Column, Placed, arrange, fixed_count, next_sort_column
from tui.columns.words import compact
from tui.columns.workflows import (
    ASCII_DASH,
    DASH,
    is_suspended,
    template_of,
    workflow_columns,
    workflow_icon,
    workflow_seconds,
    workflow_token,
)

__all__ = [
    "ASCII_DASH",
    "DASH",
    "Column",
    "Placed",
    "arrange",
    "compact",
    "fixed_count",
    "is_suspended",
    "next_sort_column",
    "template_of",
    "workflow_columns",
    "workflow_icon",
    "workflow_seconds",
    "workflow_token",
]
