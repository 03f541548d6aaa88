"""Objects of a Kubernetes cluster, read and changed through its API server."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar

from tui.domain.identity import ObjectKey, Origin, Part, Target
from tui.domain.workflow import WORKFLOW_RESOURCE, Manifest
from tui.errors import Missing, Refused
from tui.ports.collections import Collections, HasMetadata, LeftOut, Readable, Scope, Sink
from tui.ports.connection import Place
from tui.ports.objects import Objects, Watches, Whole
from tui.ports.tables import Tables
from tui.ports.threads import CancelToken
from tui.sources.answers import MAY_BE_ARCHIVED
from tui.sources.audiences import (
    ListAudience,
    ManyPartsAudience,
    ObjectAudience,
    RowAudience,
    all_at_once,
)
from tui.sources.cluster import Cluster
from tui.sources.collections import ManyObjects, OneObject, all_pages, of_all, parts_of
from tui.sources.offers import Offers
from tui.sources.paths import MOST_APART, object_path, resource_of
from tui.sources.pulse import Pulse
from tui.sources.reflector import Reflector
from tui.sources.transport import Transport

if TYPE_CHECKING:  # a list does not wait for what reads artifacts
    from tui.domain.location import S3Rules
    from tui.sources.credentials import Login
    from tui.sources.kubectl import Kubectl

L = TypeVar("L", bound=HasMetadata)
W = TypeVar("W", bound=HasMetadata)
P = TypeVar("P")
T = TypeVar("T")


class KubernetesSource:
    """One cluster, seen as one user."""

    def __init__(
        self,
        transport: Transport,
        place: Place,
        read_only: bool = False,
        stores: S3Rules | None = None,
        kubectl: Callable[[], Kubectl] | None = None,
        login: Login | None = None,
    ) -> None:
        self._transport = transport
        self._place = place
        self._pulse = Pulse()
        self._cluster = Cluster(
            transport,
            connection=place.label,
            read_only=read_only,
            stores=stores,
            kubectl=kubectl,
            login=login,
        )
        self._offers = Offers(
            "tui.sources.kubernetes_ports:CLUSTER_PORTS",
            self._cluster,
            own={
                Collections: self,
                Watches: self,
                Objects: self,
                Tables: "tui.sources.tables:KubernetesTables",
            },
            lacks="tui.sources.kubernetes_ports:LACKS",
            otherwise="a cluster does not offer this",
        )

    @property
    def id(self) -> str:
        """The context."""
        return self._place.label

    @property
    def place(self) -> Place:
        """Context, server, namespace and user, as the kubeconfig names them."""
        return self._place

    @property
    def troubles(self) -> tuple[()]:
        """None: a cluster has nothing to read before it is asked."""
        return ()

    def port(self, wanted: Callable[..., P]) -> P | None:
        """What a cluster offers."""
        return self._offers.port(wanted)

    def lacks(self, wanted: Callable[..., object]) -> str:
        """What no cluster offers."""
        return self._offers.lacks(wanted)

    # --- lists and objects -----------------------------------------------------------------

    def parts(self, kind: Readable[Any, Any], scope: Scope) -> tuple[Part, ...]:
        """A part a namespace; one for all where all are asked for, or the kind has none."""
        return parts_of(self.id, kind, scope)

    def watch(self, kind: Readable[L, Any], scope: Scope, sink: Sink[L], stop: CancelToken) -> None:
        """List, then watch, until stopped; the parts side by side, many of them together."""
        parts = self.parts(kind, scope)
        if kind.tabled is not None and len(parts) > MOST_APART:
            try:
                self._follow_together(kind, parts, scope, sink, stop)
                return
            except (Refused, Missing):
                # Who may not read all namespaces may well read these; else each says so itself.
                pass
        jobs: dict[str, Callable[[CancelToken], None]] = {
            part.namespace: partial(self._follow, kind, part, scope, sink) for part in parts
        }
        if len(jobs) == 1:
            jobs.popitem()[1](stop)
        else:
            all_at_once(jobs, stop)

    def _follow(
        self,
        kind: Readable[L, Any],
        part: Part,
        scope: Scope,
        sink: Sink[L],
        stop: CancelToken,
    ) -> None:
        if kind.tabled is None:
            many = self._many(kind, part, scope)
            Reflector(many, ListAudience(part, sink, stop), stop, pulse=self._pulse).run()
            return
        from tui.sources.tables import TabledObjects

        table = TabledObjects(self._transport, kind, part, scope)
        Reflector(table, RowAudience(part, sink, stop), stop, pulse=self._pulse).run()

    def _follow_together(
        self,
        kind: Readable[L, Any],
        parts: Sequence[Part],
        scope: Scope,
        sink: Sink[L],
        stop: CancelToken,
    ) -> None:
        """The parts by one list and one watch of all namespaces.

        Raises: Refused, Missing where these may not be read, or the kind is not there.
        """
        from tui.sources.tables import TabledObjects

        everywhere = Part(self.id, kind.id, Origin.CLUSTER)
        table = TabledObjects(self._transport, kind, everywhere, scope)
        audience = ManyPartsAudience(parts, sink, stop)
        Reflector(table, audience, stop, pulse=self._pulse).run()

    def watch_one(
        self,
        kind: Readable[Any, W],
        key: ObjectKey,
        uid: str,
        sink: Sink[Whole[W]],
        stop: CancelToken,
    ) -> None:
        """The same for one object with everything. Raises: Missing when it is not there."""
        part = Part(self.id, kind.id, Origin.CLUSTER, key.namespace)
        collection = OneObject(self._transport, kind, key)
        is_workflow = kind.resource == WORKFLOW_RESOURCE
        where = MAY_BE_ARCHIVED if is_workflow else "it may have been deleted"
        audience: ObjectAudience[W] = ObjectAudience(
            part, key, uid, kind.noun, sink, stop, where_else=where
        )
        Reflector(collection, audience, stop, pulse=self._pulse).run()

    def get(self, target: Target) -> Manifest:
        """The object that a target is, or is a part of, as it is now, every field kept."""
        key = target.key
        path = object_path(resource_of(key.kind), key.namespace, key.name)
        return self._cluster.read_object(path)

    def read_all(
        self, kind: Readable[L, Any], scope: Scope, left_out: LeftOut | None = None
    ) -> tuple[L, ...]:
        """The whole list once."""
        parts = self.parts(kind, scope)
        return of_all(
            parts, lambda part: all_pages(self._many(kind, part, scope).list_page), left_out
        )

    def read_raw(
        self, kind: Readable[Any, Any], scope: Scope, left_out: LeftOut | None = None
    ) -> tuple[bytes, ...]:
        """The whole list once, each object as its JSON came."""
        parts = self.parts(kind, scope)
        return of_all(
            parts, lambda part: all_pages(self._many(kind, part, scope).raw_page), left_out
        )

    def _many(self, kind: Readable[L, Any], part: Part, scope: Scope) -> ManyObjects[L]:
        return ManyObjects(
            self._transport,
            kind,
            part.namespace,
            labels=scope.label_selector,
            fields=scope.field_selector,
        )

    def close(self) -> None:
        """Let go of connections: reads end, writes go on."""
        self._transport.close()
