"""What pods use just now, as metrics.k8s.io tells."""

from __future__ import annotations

import msgspec


class PodUsage(msgspec.Struct, frozen=True):
    """What metrics.k8s.io says a pod uses just now, all its containers together."""

    cpu_millis: int
    memory_bytes: int
