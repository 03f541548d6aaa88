"""The Why pane of a cron workflow: why it makes no run just now, or when the next one comes."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import msgspec

from tui.domain.node import Node
from tui.domain.why.crons import KIND, explain_cron
from tui.panes.answer_pane import AnswerPane
from tui.panes.base import PaneContext

AGAIN = 10
"""Seconds after which what is left until the next run is told anew."""


class CronWhyPane(AnswerPane):
    """All of it stands in the object: nothing is read beside it."""

    OBJECT = KIND

    def __init__(self, context: PaneContext) -> None:
        super().__init__(context)
        self._manifest: Any = None
        self._seconds = 0

    def show(self, item: Any, node: Node | None, raw: bytes) -> None:
        """Answer for a cron workflow as it is now."""
        self._manifest = msgspec.json.decode(raw)
        self._explain()

    def tick(self, now: datetime) -> None:
        """Time goes by until the next run."""
        self._seconds += 1
        if self._manifest is not None and self._seconds >= AGAIN:
            self._explain()

    def _explain(self) -> None:
        self._seconds = 0
        metadata = self._manifest.get("metadata") or {}
        subject = metadata.get("namespace"), metadata.get("name")
        self.tell(subject, explain_cron(self._manifest, self.context.now()))
