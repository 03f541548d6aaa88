"""What pods use just now, as metrics.k8s.io tells."""

from __future__ import annotations

from typing import Protocol

import msgspec

from tui.domain.workflow import WorkflowRef


class PodUsage(msgspec.Struct, frozen=True):
    """What metrics.k8s.io says a pod uses just now, all its containers together."""

    cpu_millis: int
    memory_bytes: int


class Metrics(Protocol):
    """Where the usage of pods is read."""

    def usage(self, ref: WorkflowRef) -> dict[str, PodUsage]:
        """Pod name → what it uses now; raises Missing where there are no metrics."""
