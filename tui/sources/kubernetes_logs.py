"""The logs of pods, as the kubelet has them."""

from __future__ import annotations

from collections.abc import Iterator

from tui.domain.logs import EMPTY, LogBlock, blocks_of
from tui.ports.logs import LogRequest
from tui.ports.threads import CancelToken
from tui.sources.cluster import Cluster
from tui.sources.paths import PODS, object_path

QUIET = 60.0
"""Seconds that a log may be silent which is not followed; a followed one may be so for hours, and
TCP keepalive notices a peer that is dead."""


class KubernetesLogs:
    """Logs of containers of pods that still exist."""

    def __init__(self, cluster: Cluster) -> None:
        self._cluster = cluster

    def log(self, request: LogRequest, stop: CancelToken) -> Iterator[LogBlock]:
        """A log in blocks of lines, until its end or stopped."""
        path = f"{object_path(PODS, request.namespace, request.pod)}/log"
        quiet = None if request.follow else QUIET
        stream = self._cluster.transport.stream(path, _query(request), stop, quiet=quiet)
        with stream as pieces:
            yield EMPTY
            yield from blocks_of(pieces, request.source)


def _query(request: LogRequest) -> list[tuple[str, str]]:
    query = [("container", request.container), ("timestamps", "true")]
    for name, wanted in (("follow", request.follow), ("previous", request.previous)):
        if wanted:
            query.append((name, "true"))
    if request.tail_lines is not None:
        query.append(("tailLines", str(request.tail_lines)))
    if request.since_time:
        query.append(("sinceTime", request.since_time))
    return query
