"""What stands around a workflow, read from a cluster: lists, since those are what roles allow."""

from __future__ import annotations

from typing import Any

import msgspec

from tui.domain.resource import Resource
from tui.domain.workflow import LABEL, WORKFLOW_RESOURCE, Manifest
from tui.sources import pods as core
from tui.sources.cluster import Cluster
from tui.sources.paths import NAMESPACES, PODS, Asked, list_path

QUOTAS = Resource("", "v1", "resourcequotas", "ResourceQuota")
CLAIMS = Resource("", "v1", "persistentvolumeclaims", "PersistentVolumeClaim")
NODES = Resource("", "v1", "nodes", "Node", namespaced=False)

UNFINISHED = f"{LABEL}completed!=true"


class _Object(msgspec.Struct, frozen=True):
    metadata: dict[str, Any] = {}
    spec: dict[str, Any] = {}
    status: dict[str, Any] = {}


class _Status(msgspec.Struct, frozen=True, rename="camel", omit_defaults=True):
    """As much as it takes to know who holds and who waits; nodes are skipped unread."""

    phase: Any = ""
    started_at: Any = None
    synchronization: Any = None


class _Unfinished(msgspec.Struct, frozen=True):
    metadata: dict[str, Any] = {}
    spec: dict[str, Any] = {}
    status: _Status = _Status()


class KubernetesAround:
    """What stands around workflows of one cluster."""

    def __init__(self, cluster: Cluster) -> None:
        self._cluster = cluster

    def pod(self, namespace: str, name: str) -> Manifest | None:
        """A pod; None for one that is gone."""
        query = [("fieldSelector", f"metadata.name={name}")]
        return next(iter(self._list(PODS, namespace, query)), None)

    def quotas(self, namespace: str) -> tuple[Manifest, ...]:
        """The quotas of a namespace."""
        return self._list(QUOTAS, namespace)

    def claims(self, namespace: str) -> tuple[Manifest, ...]:
        """The volume claims of a namespace."""
        return self._list(CLAIMS, namespace)

    def namespace(self, name: str) -> Manifest | None:
        """A namespace; None for one that is gone."""
        query = [("fieldSelector", f"metadata.name={name}")]
        return next(iter(self._list(NAMESPACES, "", query)), None)

    def nodes(self) -> tuple[Manifest, ...]:
        """The nodes of the cluster."""
        return self._list(NODES, "")

    def pending(self, namespace: str) -> tuple[Manifest, ...]:
        """The pods of a namespace that have not begun, whoever made them."""
        return self._list(PODS, namespace, [("fieldSelector", "status.phase=Pending")])

    def unfinished(self, namespace: str) -> tuple[Manifest, ...]:
        """Its workflows that are not over, without their steps."""
        path = list_path(WORKFLOW_RESOURCE, namespace)
        query = [("labelSelector", UNFINISHED)]
        found = self._cluster.read_list(path, query, lambda body: core.page(body, _Unfinished))
        kind = {"kind": WORKFLOW_RESOURCE.kind}
        return tuple({**kind, **msgspec.to_builtins(each)} for each in found)

    def _list(
        self, resource: Resource, namespace: str, query: Asked | None = None
    ) -> tuple[Manifest, ...]:
        path = list_path(resource, namespace)
        found = self._cluster.read_list(path, query or [], lambda body: core.page(body, _Object))
        return tuple({"kind": resource.kind, **msgspec.structs.asdict(each)} for each in found)
