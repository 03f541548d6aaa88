"""The namespaces of a cluster."""

from __future__ import annotations

from functools import partial

from tui.sources import pods as core
from tui.sources.cluster import Cluster
from tui.sources.paths import NAMESPACES, list_path


class KubernetesNamespaces:
    """Namespaces, where they may be listed."""

    def __init__(self, cluster: Cluster) -> None:
        self._cluster = cluster

    def namespaces(self) -> tuple[str, ...]:
        """All namespaces, by name."""
        read = partial(core.page, kind=core.Names)
        found = self._cluster.read_list(list_path(NAMESPACES), [], read)
        return tuple(sorted(each.metadata.name for each in found))
