"""The events pane of a pod, shown on a screen of its own."""

from __future__ import annotations

from typing import Any

from tui.domain.node import COMPLETED_PHASES, Node
from tui.domain.workflow import WorkflowRef
from tui.panes.events import EventsPane


class PodEventsPane(EventsPane):
    """Kubernetes events about one pod."""

    def show(self, item: Any, node: Node | None, raw: bytes) -> None:
        """Show the events of a pod."""
        metadata = item.metadata
        self._is_running = item.status.phase not in COMPLETED_PHASES
        self.show_subject(WorkflowRef(metadata.namespace, ""), metadata.name)
