"""What one wants to know first of an object, as its kind says it: a name and a value each."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from tui.domain.node import Node
from tui.panes.base import PaneContext
from tui.panes.text_pane import TextPane

WIDTH = 12
MOST = 30
"""Cells that the names have at least, and at most."""


class FactsPane(TextPane):
    """The summary of a kind that says its facts."""

    WRAPS = True

    def __init__(self, context: PaneContext) -> None:
        super().__init__(context)
        self._item: Any = None

    def show(self, item: Any, node: Node | None, raw: bytes) -> None:
        """The facts of this version."""
        self._item = item
        self._write(self.context.now())

    def tick(self, now: datetime) -> None:
        """Ages, and what comes next, change by time alone."""
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
    """One fact; the lines of a longer value stand below each other."""
    first, *rest = value.split("\n")
    label = f"{name}:" if name else ""
    return "\n".join([f"{label:<{width}} {first}".rstrip(), *(" " * (width + 1) + x for x in rest)])
