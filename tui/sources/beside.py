"""A cluster with an Argo Server beside it: each gives what the other cannot.

The cluster is watched and changed by the Kubernetes API. The server gives the steps of workflows
whose nodes are in Argo's database, runs that only the archive has, and artifacts.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from tui.domain.identity import ObjectKey, Target
from tui.domain.workflow import WORKFLOW, WORKFLOW_RESOURCE, Manifest
from tui.errors import Missing, SourceError, TuiError
from tui.ports.artifacts import ServedArtifacts
from tui.ports.collections import Changed, HasMetadata, Readable, Sink, WatchEvent
from tui.ports.connection import Connection, Place, offered
from tui.ports.objects import Objects, Watches, Whole, whole_row
from tui.ports.threads import CancelToken

P = TypeVar("P")
W = TypeVar("W", bound=HasMetadata)


class Beside:
    """The connection to a cluster, with what a server adds to it."""

    def __init__(self, cluster: Connection, server: Connection) -> None:
        """`server` has the id of the cluster: what it tells is of the same objects."""
        self._cluster = cluster
        self._server = server

    @property
    def id(self) -> str:
        """That of the cluster."""
        return self._cluster.id

    @property
    def place(self) -> Place:
        """Where the cluster is."""
        return self._cluster.place

    @property
    def troubles(self) -> Sequence[TuiError]:
        """Those of the cluster."""
        return self._cluster.troubles

    def port(self, wanted: Callable[..., P]) -> P | None:
        """What the cluster offers, but for single objects, and artifacts."""
        found: Any = self if wanted in (Objects, Watches) else None
        if wanted is ServedArtifacts:
            found = self._server.port(wanted)
        port: P | None = found if found is not None else self._cluster.port(wanted)
        return port

    def lacks(self, wanted: Callable[..., object]) -> str:
        """What neither offers."""
        return "" if self.port(wanted) is not None else self._cluster.lacks(wanted)

    def close(self) -> None:
        """Let go of both."""
        self._cluster.close()
        self._server.close()

    # --- objects ----------------------------------------------------------------------------

    def watch_one(
        self,
        kind: Readable[Any, W],
        key: ObjectKey,
        uid: str,
        sink: Sink[Whole[W]],
        stop: CancelToken,
    ) -> None:
        """From the cluster, with the steps that only the server has; one that is not in the
        cluster, from the archive. Raises: Missing where neither has it."""
        if kind.resource != WORKFLOW_RESOURCE:
            offered(self._cluster, Watches).watch_one(kind, key, uid, sink, stop)
            return

        def told(event: WatchEvent[Whole[W]]) -> None:
            sink(self._filled(kind, event) if isinstance(event, Changed) else event)

        try:
            offered(self._cluster, Watches).watch_one(kind, key, uid, told, stop)
        except Missing as gone:
            try:
                offered(self._server, Watches).watch_one(kind, key, uid, sink, stop)
            except SourceError:
                raise gone from None

    def get(self, target: Target) -> Manifest:
        """The same, once."""
        try:
            found = offered(self._cluster, Objects).get(target)
        except Missing as gone:
            if target.key.kind != WORKFLOW:
                raise
            try:
                return offered(self._server, Objects).get(target)
            except SourceError:
                raise gone from None
        if target.key.kind != WORKFLOW or not _is_offloaded(found):
            return found
        try:
            nodes = (offered(self._server, Objects).get(target).get("status") or {}).get("nodes")
        except SourceError:
            return found  # as it is without a server
        return {**found, "status": {**found["status"], "nodes": nodes}} if nodes else found

    def _filled(self, kind: Readable[Any, W], event: Changed[Whole[W]]) -> Changed[Whole[W]]:
        """The event, with the steps that are in the database."""
        import msgspec

        whole = event.row.value
        if not getattr(whole.object, "is_offloaded", False):
            return event
        key = event.row.key
        try:
            target = Target(ObjectKey("", WORKFLOW, key.namespace, key.name))
            there = offered(self._server, Objects).get(target)
        except SourceError:
            return event  # as it is without a server
        found: Any = msgspec.json.decode(whole.raw)
        nodes = (there.get("status") or {}).get("nodes")
        if not nodes:
            return event
        raw = msgspec.json.encode({**found, "status": {**found["status"], "nodes": nodes}})
        read, fits = kind.whole(raw)
        # The YAML stays that of the cluster: what is in the database is not in the object.
        row = whole_row(event.part, Whole(read, whole.raw, fits))
        return Changed(event.part, row)


def _is_offloaded(found: Manifest) -> bool:
    status = found.get("status") or {}
    return bool(status.get("offloadNodeStatusVersion")) and not status.get("nodes")
