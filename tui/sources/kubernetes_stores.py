"""How the stores of a cluster are reached from here, as the settings of its context say."""

from __future__ import annotations

from tui.domain.location import Location, reached
from tui.sources.cluster import Cluster


class KubernetesStoreReach:
    """By the rules that the connection was opened with."""

    def __init__(self, cluster: Cluster) -> None:
        self._rules = cluster.stores

    def reached(self, location: Location) -> Location:
        """A location of a workflow of this cluster, as it is reached from here."""
        return reached(location, self._rules) if self._rules is not None else location
