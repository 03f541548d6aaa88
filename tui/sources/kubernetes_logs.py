"""The logs of pods, as the kubelet has them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from time import monotonic

from tui.domain.logs import EMPTY, LogBlock, blocks_of
from tui.ports.logs import LogRequest
from tui.ports.threads import CancelToken
from tui.sources.cluster import Cluster
from tui.sources.paths import PODS, object_path

QUIET = 60.0
"""Seconds that a log may be silent which is not followed; a followed one may be so for hours, and
TCP keepalive notices a peer that is dead."""

LARGE = 1 << 17
"""Bytes of a piece that is not made larger."""
SOON = 0.05
"""Seconds that a piece may wait for the next one."""


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
            whole = pieces if request.follow else larger(pieces)
            yield from blocks_of(whole, request.source, stamped=request.stamped)


def larger(pieces: Iterator[bytes], now: Callable[[], float] = monotonic) -> Iterator[bytes]:
    """Pieces that come quickly one after the other, as fewer and larger ones.

    A log that is read once comes as fast as the line can; each piece costs us as much as a hundred
    lines do. They end where a line ends, if one does: what is begun would be copied again.
    """
    waiting: list[bytes] = []
    size, since = 0, now()
    for piece in pieces:
        waiting.append(piece)
        size += len(piece)
        if size >= LARGE or now() - since > SOON:
            end = piece.rfind(b"\n") + 1
            begun = piece[end:] if end else b""
            if begun:
                waiting[-1] = piece[:end]
            yield b"".join(waiting)
            waiting = [begun] if begun else []
            size, since = len(begun), now()
    if waiting:
        yield b"".join(waiting)


def _query(request: LogRequest) -> list[tuple[str, str]]:
    query = [("container", request.container)]
    for name, wanted in (
        ("timestamps", request.stamped),
        ("follow", request.follow),
        ("previous", request.previous),
    ):
        if wanted:
            query.append((name, "true"))
    if request.tail_lines is not None:
        query.append(("tailLines", str(request.tail_lines)))
    if request.since_time:
        query.append(("sinceTime", request.since_time))
    return query
