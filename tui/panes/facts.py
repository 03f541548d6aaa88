"""The summary pane of kinds that provide facts: each is a name and a value."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from tui.domain.node import Node
from tui.panes.base import PaneContext
from tui.panes.text_pane import TextPane

WIDTH = 12
MOST = 30
"""Minimum and maximum cells of the column of names."""


class FactsPane(TextPane):
    """Shows the facts that the kind provides about an object."""

    WRAPS = True

    def __init__(self, context: PaneContext) -> None:
        super().__init__(context)
        self._item: Any = None

    def show(self, item: Any, node: Node | None, raw: bytes) -> None:
        """Show the facts of an object."""
        self._item = item
        self._write(self.context.now())

    def tick(self, now: datetime) -> None:
        """Update facts that depend on the time, such as ages."""
        if self._item is not None:
            self._write(now)

    def _write(self, now: datetime) -> None:
        facts = self.kind.facts if self.kind is not None else None
        if facts is None:
            return
        found = list(facts(self._item, now))
        width = min(MOST, max((len(name) + 1 for name, _ in found), default=0))
        metadata = self._item.metadata
        lines = [line(name, value, max(WIDTH, width)) for name, value in found]
        self.put((metadata.namespace, metadata.name), "\n".join(lines))


def line(name: str, value: str, width: int) -> str:
    """One fact; further lines of the value are aligned below the first."""
    first, *rest = value.split("\n")
    label = f"{name}:" if name else ""
    return "\n".join([f"{label:<{width}} {first}".rstrip(), *(" " * (width + 1) + x for x in rest)])
