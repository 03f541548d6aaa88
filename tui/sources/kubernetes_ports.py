"""What a cluster offers besides listing, watching and reading objects."""

from __future__ import annotations

from tui.ports.archive import Archive, History
from tui.ports.diagnosis import Diagnosis
from tui.ports.discovery import Discovery
from tui.ports.events import Events
from tui.ports.exec import Exec
from tui.ports.health import Health
from tui.ports.identity import Identity
from tui.ports.logs import PodLogs
from tui.ports.metrics import Metrics
from tui.ports.namespaces import Namespaces
from tui.ports.operations import Operations
from tui.ports.pods import Around, Pods
from tui.ports.rights import Rights
from tui.ports.schemas import Schemas
from tui.ports.secrets import Secrets
from tui.ports.stores import StoreReach
from tui.registry import Registry
from tui.sources.offers import Offer

CLUSTER_PORTS: Registry[Offer] = Registry(
    "port",
    (
        Offer("operations", Operations, "tui.sources.kubernetes_operations:operations_of"),
        Offer("identity", Identity, "tui.sources.kubernetes_identity:KubernetesIdentity"),
        Offer("around", Around, "tui.sources.kubernetes_around:KubernetesAround"),
        Offer("pods", Pods, "tui.sources.kubernetes_pods:KubernetesPods"),
        Offer("metrics", Metrics, "tui.sources.kubernetes_pods:KubernetesMetrics"),
        Offer("logs", PodLogs, "tui.sources.kubernetes_logs:KubernetesLogs"),
        Offer("exec", Exec, "tui.sources.kubernetes_exec:KubernetesExec"),
        Offer("events", Events, "tui.sources.kubernetes_events:KubernetesEvents"),
        Offer("secrets", Secrets, "tui.sources.kubernetes_secrets:KubernetesSecrets"),
        Offer("stores", StoreReach, "tui.sources.kubernetes_stores:KubernetesStoreReach"),
        Offer("health", Health, "tui.sources.kubernetes_health:KubernetesHealth"),
        Offer("rights", Rights, "tui.sources.kubernetes_rights:KubernetesRights"),
        Offer("discovery", Discovery, "tui.sources.kubernetes_discovery:KubernetesDiscovery"),
        Offer("diagnosis", Diagnosis, "tui.sources.kubernetes_diagnosis:KubernetesDiagnosis"),
        Offer("schemas", Schemas, "tui.sources.kubernetes_schemas:KubernetesSchemas"),
        Offer("namespaces", Namespaces, "tui.sources.kubernetes_namespaces:KubernetesNamespaces"),
    ),
)
"""Each is made of what is shared in a `Cluster`."""

NO_ARCHIVE = "a cluster has no archive: an Argo Server has, which --server puts beside it"
LACKS = {Archive: NO_ARCHIVE, History: NO_ARCHIVE}
"""Why a port is not offered, where there is more to say than that it is not."""
