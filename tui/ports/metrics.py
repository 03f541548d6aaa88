"""What pods use just now, as metrics.k8s.io tells, and what they themselves say they may use."""

from __future__ import annotations

from typing import Protocol

import msgspec

from tui.domain.allowance import PodAllowance
from tui.domain.workflow import WorkflowRef


class PodUsage(msgspec.Struct, frozen=True):
    """What metrics.k8s.io says a pod uses just now."""

    cpu_millis: int
    """Thousandths of a core, all its containers together."""
    memory_bytes: int
    containers: dict[str, tuple[int, int]] = {}
    """Name → CPU and memory of one container; empty where only the sums are known."""
    measured_at: str = ""
    """When; two readings with the same time are one."""


class Metrics(Protocol):
    """Where the usage of pods is read."""

    def usage(self, ref: WorkflowRef) -> dict[str, PodUsage]:
        """Pod name → what it uses now, by one list; raises Missing where there are no metrics."""

    def allowances(self, ref: WorkflowRef) -> dict[str, PodAllowance]:
        """Pod name → what it may use, of the pods of a workflow that run, by one list."""
