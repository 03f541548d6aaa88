"""Kubernetes events about a workflow, or about one of its pods."""

from __future__ import annotations

from tui.domain.workflow import WORKFLOW_RESOURCE, WorkflowRef
from tui.ports.events import Event
from tui.sources import pods as core
from tui.sources.cluster import Cluster
from tui.sources.paths import EVENTS, PODS, collection_path


class KubernetesEvents:
    """Events, as long as the cluster keeps them."""

    def __init__(self, cluster: Cluster) -> None:
        self._cluster = cluster

    def events(self, ref: WorkflowRef, pod: str = "") -> tuple[Event, ...]:
        """Events about the workflow, or about one of its pods, oldest first."""
        kind, name = (PODS.kind, pod) if pod else (WORKFLOW_RESOURCE.kind, ref.name)
        selector = f"involvedObject.kind={kind},involvedObject.name={name}"
        path = collection_path(EVENTS, ref.namespace)
        found = self._cluster.read_list(path, [("fieldSelector", selector)], core.events)
        if ref.uid and not pod:
            # Events of an earlier workflow of the same name are another story.
            found = [event for event in found if event.object_uid in ("", ref.uid)]
        return tuple(sorted(found, key=lambda event: event.last_seen or ""))
