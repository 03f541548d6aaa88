"""How the requests to one cluster go, and asking again where they fail."""

from __future__ import annotations

from contextlib import suppress

from tui.errors import SourceError
from tui.sources.cluster import Cluster


class KubernetesHealth:
    """How the requests to one cluster go."""

    def __init__(self, cluster: Cluster) -> None:
        self._transport = cluster.transport

    @property
    def trouble(self) -> SourceError | None:
        """Why the last request failed; None while requests are answered."""
        failed = self._transport.health.failed
        return failed[1] if failed else None

    def check(self) -> None:
        """Ask again for what failed last, if something did; blocks."""
        failed = self._transport.health.failed
        if failed is not None:
            with suppress(SourceError):  # noted, and told by `trouble`
                self._transport.get(failed[0], [("limit", "1")])
