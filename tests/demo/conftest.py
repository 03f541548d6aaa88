"""The clusters that the tests of the demo ask for."""

from __future__ import annotations

from tests.support.cluster import demo_cluster, module_cluster

__all__ = ["demo_cluster", "module_cluster"]
