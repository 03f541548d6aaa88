"""Rows of the server's Table: what `kubectl get` prints, made by the API server.

A row has texts by the names of the columns, which are the printer columns of the installed CRD and
may differ from one cluster to the next. What identifies the object comes with it only where it was
asked for.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

import msgspec


class TableRow(msgspec.Struct, frozen=True, gc=False):
    """One object as a row of a Table."""

    namespace: str
    """Empty for kinds that belong to the whole cluster."""
    name: str
    cells: Mapping[str, str]
    """By the lower-case name of their column; "" where the server has nothing to say."""
    at: datetime
    """When the server was asked: ages are counted from then."""
    uid: str = ""
    """Empty where the object's metadata was not asked for; the next two are then, too."""
    version: str = ""
    created: str = ""
    labels: Mapping[str, str] = {}

    def cell(self, column: str) -> str:
        """The text of a column, by its name in any case; "" where there is none."""
        return self.cells.get(column.lower(), "")
