"""The pods of a workflow, and what the cluster measures of them."""

from __future__ import annotations

from tui.domain.allowance import PodAllowance
from tui.domain.workflow import LABEL, WorkflowRef
from tui.ports.metrics import PodUsage
from tui.ports.pods import Pod
from tui.sources import pods as core
from tui.sources.cluster import Cluster
from tui.sources.paths import POD_METRICS, PODS, collection_path


class KubernetesPods:
    """Pods, by the label that Argo gives those of a workflow."""

    def __init__(self, cluster: Cluster) -> None:
        self._cluster = cluster

    def pods(self, ref: WorkflowRef) -> tuple[Pod, ...]:
        """The pods of a workflow that still exist."""
        path = collection_path(PODS, ref.namespace)
        return tuple(self._cluster.read_list(path, _of_workflow(ref), core.pods))


class KubernetesMetrics:
    """What metrics.k8s.io tells of these pods."""

    def __init__(self, cluster: Cluster) -> None:
        self._cluster = cluster

    def usage(self, ref: WorkflowRef) -> dict[str, PodUsage]:
        """What its pods use now. Raises: Missing where nothing is measured."""
        path = collection_path(POD_METRICS, ref.namespace)
        return dict(core.usage(self._cluster.transport.get(path, _of_workflow(ref)))[0])

    def allowances(self, ref: WorkflowRef) -> dict[str, PodAllowance]:
        """What those of its pods may use that run: of a large run most have ended."""
        path = collection_path(PODS, ref.namespace)
        query = [*_of_workflow(ref), ("fieldSelector", "status.phase=Running")]
        return dict(self._cluster.read_list(path, query, core.allowances))


def _of_workflow(ref: WorkflowRef) -> list[tuple[str, str]]:
    return [("labelSelector", f"{LABEL}workflow={ref.name}")]
