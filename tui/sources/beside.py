"""A cluster with an Argo Server beside it: each gives what the other cannot.

The cluster is watched and changed by the Kubernetes API. The server gives the steps of workflows
whose nodes are in Argo's database, the archive and what is done to its runs, and artifacts.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from tui.domain.identity import ObjectKey, Target
from tui.domain.workflow import ARCHIVING, TO_ARCHIVE, WORKFLOW, WORKFLOW_RESOURCE, Manifest
from tui.errors import Missing, SourceError, TuiError
from tui.ports.archive import Archive, History
from tui.ports.artifacts import ServedArtifacts
from tui.ports.collections import Changed, Gone, HasMetadata, Readable, Sink, WatchEvent
from tui.ports.connection import Connection, Place, offered
from tui.ports.login import TokenLogin
from tui.ports.objects import Objects, Watches, Whole, whole_row
from tui.ports.operations import Call, Operation, Operations
from tui.ports.threads import CancelToken
from tui.sources.argo_server_answers import IN_NEITHER
from tui.sources.argo_server_collections import ARCHIVING_PAUSE

P = TypeVar("P")
W = TypeVar("W", bound=HasMetadata)


class Beside:
    """The connection to a cluster, with what a server adds to it."""

    def __init__(self, cluster: Connection, server: Connection) -> None:
        """`server` has the id of the cluster: what it tells is of the same objects."""
        self._cluster = cluster
        self._server = server
        self._operations: Operations | None = None
        if (by_cluster := cluster.port(Operations)) is not None:
            self._operations = _ByPlace(by_cluster, offered(server, Operations))

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
        """What the cluster offers, but for single objects, the archive and artifacts."""
        found: Any = self if wanted in (Objects, Watches) else None
        if wanted in (ServedArtifacts, Archive, History, TokenLogin):
            found = self._server.port(wanted)
        elif wanted is Operations:
            found = self._operations
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
        if key.incarnation:
            offered(self._server, Watches).watch_one(kind, key, uid, sink, stop)
            return

        is_on_its_way = False

        def told(event: WatchEvent[Whole[W]]) -> None:
            nonlocal is_on_its_way
            if isinstance(event, Changed):
                labels = event.row.value.object.metadata.labels
                is_on_its_way = labels.get(ARCHIVING) == TO_ARCHIVE
                event = self._filled(kind, event)
            elif isinstance(event, Gone) and event.uid:
                found = self._archived(kind, event)
                if found is None and is_on_its_way and not stop.sleep(ARCHIVING_PAUSE):
                    found = self._archived(kind, event)
                event = found or event
            sink(event)

        try:
            offered(self._cluster, Watches).watch_one(kind, key, uid, told, stop)
        except Missing as gone:
            try:
                offered(self._server, Watches).watch_one(kind, key, uid, sink, stop)
            except SourceError as error:
                raise _in_neither(gone, error) from None

    def get(self, target: Target) -> Manifest:
        """The same, once."""
        if target.key.incarnation:
            return offered(self._server, Objects).get(target)
        try:
            found = offered(self._cluster, Objects).get(target)
        except Missing as gone:
            if target.key.kind != WORKFLOW:
                raise
            try:
                return offered(self._server, Objects).get(target)
            except SourceError as error:
                raise _in_neither(gone, error) from None
        if target.key.kind != WORKFLOW or not _is_offloaded(found):
            return found
        try:
            nodes = (offered(self._server, Objects).get(target).get("status") or {}).get("nodes")
        except SourceError:
            return found  # as it is without a server
        return {**found, "status": {**found["status"], "nodes": nodes}} if nodes else found

    def _archived(self, kind: Readable[Any, W], event: Gone) -> Changed[Whole[W]] | None:
        """What left the cluster as the archive has it; None where it does not."""
        import msgspec

        key = event.key._replace(incarnation=event.uid)
        try:
            found = offered(self._server, Objects).get(Target(key, event.uid))
        except SourceError:
            return None  # it is gone, as it is without a server
        raw = msgspec.json.encode(found)
        read, fits = kind.whole(raw)
        return Changed(event.part, whole_row(event.part, Whole(read, raw, fits)))

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


def _in_neither(gone: Missing, error: SourceError) -> Missing:
    """What the cluster says of a workflow that it does not have, with what the server says."""
    is_missing = isinstance(error, Missing)
    gone.hint = error.hint or IN_NEITHER if is_missing else f"nor can the archive be read: {error}"
    return gone


class _ByPlace:
    """The operations port of both: what only the archive has is changed through the server."""

    def __init__(self, cluster: Operations, server: Operations) -> None:
        self._cluster = cluster
        self._server = server

    def refusal(self, operation: str, target: Target | None) -> str:
        return self._of(target).refusal(operation, target)

    def preview(self, operation: Operation) -> tuple[Call, ...]:
        return self._of(operation.target).preview(operation)

    def rehearse(self, operation: Operation) -> None:
        self._of(operation.target).rehearse(operation)

    def perform(self, operation: Operation) -> Manifest:
        return self._of(operation.target).perform(operation)

    def _of(self, target: Target | None) -> Operations:
        return self._server if target is not None and target.key.incarnation else self._cluster


def _is_offloaded(found: Manifest) -> bool:
    status = found.get("status") or {}
    return bool(status.get("offloadNodeStatusVersion")) and not status.get("nodes")
