"""What an Argo Server offers besides listing, watching and reading objects."""

from __future__ import annotations

from tui.ports.archive import Archive, History
from tui.ports.artifacts import ServedArtifacts
from tui.ports.diagnosis import Diagnosis
from tui.ports.events import Events
from tui.ports.health import Health
from tui.ports.identity import Identity
from tui.ports.login import TokenLogin
from tui.ports.logs import PodLogs
from tui.ports.namespaces import Namespaces
from tui.ports.operations import Operations
from tui.ports.rights import Rights
from tui.registry import Registry
from tui.sources.offers import Offer

SERVER_PORTS: Registry[Offer] = Registry(
    "port",
    (
        Offer("operations", Operations, "tui.sources.argo_server_operations:operations_of"),
        Offer("identity", Identity, "tui.sources.argo_server_identity:ServerIdentity"),
        Offer("login", TokenLogin, "tui.sources.argo_server_token:PastedToken"),
        Offer("logs", PodLogs, "tui.sources.argo_server_logs:ServerLogs"),
        Offer("artifacts", ServedArtifacts, "tui.sources.argo_server_artifacts:ServerArtifacts"),
        Offer("archive", Archive, "tui.sources.argo_server_archive:ServerArchive"),
        Offer("history", History, "tui.sources.argo_server_archive:ServerArchive"),
        Offer("events", Events, "tui.sources.argo_server_events:ServerEvents"),
        Offer("diagnosis", Diagnosis, "tui.sources.argo_server_diagnosis:ServerDiagnosis"),
        Offer("health", Health, "tui.sources.argo_server_health:ServerHealth"),
        Offer("rights", Rights, "tui.sources.argo_server_rights:ServerRights"),
        Offer("namespaces", Namespaces, "tui.sources.argo_server_namespaces:ServerNamespaces"),
    ),
)
"""Each is made of what is shared in a `Server`."""
