"""Workflows, in two sizes: what a list shows of thousands, and one with all its nodes.

`ListedWorkflow` has no nodes, so that ten thousand of them fit; `Workflow` is one of them with
everything a screen of its own shows. Both are decoded straight from the wire and never changed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, NamedTuple

import msgspec

from tui.domain.identity import ObjectKey, Target
from tui.domain.node import (
    COMPLETED_PHASES,
    PROBLEM_PHASES,
    Artifact,
    Inputs,
    Node,
    NodeId,
    Outputs,
    Parameter,
    Wire,
)
from tui.domain.resource import Resource
from tui.domain.trouble import trouble_in

LABEL = "workflows.argoproj.io/"
"""Prefix of Argo's labels and annotations (argo.md 1.7)."""

INSTANCE = f"{LABEL}controller-instanceid"
"""Which controller an object belongs to, where there are several (argo.md 5.0)."""

ARCHIVING = f"{LABEL}workflow-archiving-status"
"""The label that says how a workflow stands to the archive (argo.md 2.1)."""
TO_ARCHIVE, ARCHIVED, PERSISTED = "Pending", "Archived", "Persisted"
"""What it says: a copy is to be made, and may be by now; the archive has a copy of what is in the
cluster; only the archive has it."""

_OF_A_CHILD = re.compile(r"child '[^']*' (failed|errored)")
"""A message that says no more than that some step failed (argo.md 1.5)."""

Manifest = dict[str, Any]
"""A Kubernetes object as JSON has it, every field kept; what plans read and writes send."""


WORKFLOW = "wf"
"""Id of the kind of workflows."""

POD = "pod"
"""Id of the kind of pods, which do the work of a workflow."""

WORKFLOW_RESOURCE = Resource("argoproj.io", "v1alpha1", "workflows", "Workflow")


def is_of_instance(manifest: Manifest, instance_id: str) -> bool:
    """Whether it belongs to the controller with this instance id; "" is one without an id."""
    metadata = manifest.get("metadata")
    labels = metadata.get("labels") if isinstance(metadata, dict) else None
    told = labels.get(INSTANCE) if isinstance(labels, dict) else None
    return (told or "") == instance_id


class WorkflowRef(NamedTuple):
    """Which workflow: never pass a bare name."""

    namespace: str
    name: str
    uid: str = ""

    @property
    def target(self) -> Target:
        """This workflow, as what an action is done to."""
        return Target(ObjectKey("", WORKFLOW, self.namespace, self.name), self.uid)

    @classmethod
    def of(cls, target: Target) -> WorkflowRef:
        """The workflow that a target is, or is a part of."""
        return cls(target.key.namespace, target.key.name, target.uid)


class Owner(Wire, frozen=True):
    """An owner reference: what an object goes with."""

    kind: str = ""
    name: str = ""


class Metadata(Wire, frozen=True):
    """`metadata`, as far as a screen shows it."""

    name: str = ""
    namespace: str = ""
    uid: str = ""
    resource_version: str = ""
    creation_timestamp: str | None = None
    deletion_timestamp: str | None = None
    labels: dict[str, str] = {}
    annotations: dict[str, str] = {}
    finalizers: tuple[str, ...] = ()
    owner_references: tuple[Owner, ...] = ()


class Arguments(Wire, frozen=True):
    """What a workflow is given."""

    parameters: tuple[Parameter, ...] = ()
    artifacts: tuple[Artifact, ...] = ()


class WorkflowTemplateRef(Wire, frozen=True):
    """The (cluster) workflow template a workflow was made from."""

    name: str = ""
    cluster_scope: bool = False


class ListedSpec(Wire, frozen=True):
    """`spec`, as far as a list shows it."""

    arguments: Arguments = Arguments()
    suspend: bool | None = None
    shutdown: str = ""
    priority: int | None = None
    entrypoint: str = ""
    workflow_template_ref: WorkflowTemplateRef | None = None


POD_RUNNING = "PodRunning"
"""The type of the condition that says whether any pod runs."""


class Condition(Wire, frozen=True):
    """One of `status.conditions`."""

    type: str = ""
    status: str = ""
    message: str = ""


class ListedStatus(Wire, frozen=True):
    """`status` without its nodes."""

    phase: str = ""
    started_at: str | None = None
    finished_at: str | None = None
    message: str = ""
    progress: str = ""
    estimated_duration: int = 0
    resources_duration: dict[str, int] = {}
    conditions: tuple[Condition, ...] = ()
    has_pods: bool = False
    """Whether its conditions say that a pod of it runs."""
    why: str = ""
    """What it hangs on, in the words of a step; `decode` finds it before it drops the nodes."""


class Spec(ListedSpec, frozen=True):
    """`spec`, as far as one workflow's screen shows it; templates stay as they came."""

    service_account_name: str = ""
    templates: tuple[dict[str, Any], ...] = ()
    on_exit: str = ""
    hooks: dict[str, Any] | None = None
    """What runs beside it, and when it is over, by names; `exit` is its exit handler."""
    archive_logs: bool | None = None
    artifact_repository_ref: dict[str, Any] | None = None
    ttl_strategy: dict[str, Any] | None = None
    pod_gc: dict[str, Any] | None = msgspec.field(name="podGC", default=None)
    artifact_gc: dict[str, Any] | None = msgspec.field(name="artifactGC", default=None)
    active_deadline_seconds: Any = None
    """Seconds all of it may take; templates have such numbers as text, too."""
    parallelism: Any = None
    """How many of its steps may run at a time."""
    pod_spec_patch: Any = None
    """What every pod is patched with: JSON or YAML in a text."""
    template_defaults: Any = None
    """What holds in every template that does not say otherwise."""
    pod_resources: Any = None
    """What every pod asks for as a whole."""


OFFLOADED = "its steps are in Argo's database, where only Argo Server reads them"
"""The message in place of steps for a workflow whose nodes are offloaded."""


class LockWait(Wire, frozen=True):
    """A lock that is waited for, and who has it (argo.md 1.3)."""

    mutex: str = ""
    semaphore: str = ""
    holder: str = ""
    holders: tuple[str, ...] = ()


class LockWaits(Wire, frozen=True):
    """The locks of one kind."""

    waiting: tuple[LockWait, ...] = ()
    holding: tuple[LockWait, ...] = ()
    """Those that it, or a step of it, has itself."""


class Synchronization(Wire, frozen=True):
    """`status.synchronization`, as far as it says who waits for whom."""

    mutex: LockWaits | None = None
    semaphore: LockWaits | None = None


class Status(ListedStatus, frozen=True):
    """`status` with its nodes, already unpacked if they came compressed."""

    nodes: dict[NodeId, Node] | None = None
    compressed_nodes: str = ""
    offload_node_status_version: str = ""
    outputs: Outputs | None = None
    stored_templates: dict[str, dict[str, Any]] = {}
    stored_workflow_template_spec: Spec | None = None
    artifact_repository_ref: dict[str, Any] | None = None
    synchronization: Synchronization | None = None

    @property
    def waits_for_locks(self) -> Iterator[tuple[str, tuple[str, ...]]]:
        """Each lock it, or a step of it, waits for, and the workflows or steps that hold it."""
        locks = self.synchronization or Synchronization()
        for kind in (locks.mutex, locks.semaphore):
            for wait in kind.waiting if kind else ():
                one = (wait.holder,) if wait.holder else ()
                yield wait.mutex or wait.semaphore, wait.holders or one


def workflow_of_holder(holder: str, namespace: str) -> tuple[str, str]:
    """Namespace and name of the workflow that holds a lock.

    A holder is `namespace/workflow` or `namespace/workflow/node`; of old versions the name of a
    workflow of the same namespace, or the id of one of its nodes (argo.md 1.3).
    """
    parts = holder.split("/")
    if len(parts) > 1:
        return parts[0], parts[1]
    name, dash, number = holder.rpartition("-")
    is_node = dash and number.isdigit() and len(number) > 6
    return namespace, name if is_node else holder


class ListedWorkflow(Wire, frozen=True):
    """One workflow as a list shows it, as of one resource version."""

    metadata: Metadata = Metadata()
    spec: ListedSpec = ListedSpec()
    status: ListedStatus = ListedStatus()

    @property
    def ref(self) -> WorkflowRef:
        """Which workflow this is."""
        return WorkflowRef(self.metadata.namespace, self.metadata.name, self.metadata.uid)

    @property
    def version(self) -> str:
        """`metadata.resourceVersion`, only ever compared for equality."""
        return self.metadata.resource_version

    @property
    def phase(self) -> str:
        """`status.phase`; "" when no controller has seen it yet."""
        return self.status.phase

    @property
    def is_completed(self) -> bool:
        """Succeeded, Failed or Error."""
        return self.status.phase in COMPLETED_PHASES

    @property
    def is_archived(self) -> bool:
        """Whether the archive has it, be it in the cluster or not."""
        return self.metadata.labels.get(ARCHIVING) in (ARCHIVED, PERSISTED)

    @property
    def is_only_archived(self) -> bool:
        """Whether it has left the cluster, and only the archive has it."""
        return self.metadata.labels.get(ARCHIVING) == PERSISTED

    @property
    def is_unexplained(self) -> bool:
        """Whether only its steps, which are not known, can say why it failed or waits."""
        status = self.status
        if self.phase in PROBLEM_PHASES:
            return not status.message or bool(_OF_A_CHILD.fullmatch(status.message))
        is_held = self.is_completed or bool(self.spec.suspend)
        is_going = bool(self.phase) and not is_held and not status.has_pods
        return is_going and not status.message

    @property
    def trouble(self) -> str:
        """What keeps it from getting on though nothing failed, as `trouble.KINDS`; "" for nothing.

        What was suspended waits because somebody wants it to.
        """
        if self.is_completed or self.spec.suspend:
            return ""
        return trouble_in(self.status.why) or trouble_in(self.status.message)

    @property
    def reason(self) -> str:
        """Why it failed or waits: its own message, unless a step of it says more."""
        message, why = self.status.message, self.status.why
        if why and (not message or _OF_A_CHILD.fullmatch(message)):
            return why
        is_held = bool(self.spec.suspend) and not self.is_completed
        return message or ("suspended" if is_held else "")


class Workflow(ListedWorkflow, frozen=True, gc=True, dict=True):
    """One workflow with all its nodes, as of one resource version.

    `dict` gives it room for what is worked out of it once (`domain.once`).
    """

    spec: Spec = Spec()
    status: Status = Status()

    @property
    def nodes(self) -> dict[NodeId, Node]:
        """`status.nodes`, empty when there are none."""
        return self.status.nodes or {}

    @property
    def is_offloaded(self) -> bool:
        """Whether its nodes are in Argo's database and not here (argo.md 1.3)."""
        return bool(self.status.offload_node_status_version) and not self.status.nodes

    @property
    def exec_spec(self) -> Spec:
        """What really runs: the stored spec if there is one, else `spec` (argo.md 1.2)."""
        return self.status.stored_workflow_template_spec or self.spec


__all__ = [
    "INSTANCE",
    "LABEL",
    "OFFLOADED",
    "Arguments",
    "Condition",
    "Inputs",
    "ListedSpec",
    "ListedStatus",
    "ListedWorkflow",
    "Manifest",
    "Metadata",
    "Outputs",
    "Spec",
    "Status",
    "Workflow",
    "WorkflowRef",
    "WorkflowTemplateRef",
    "is_of_instance",
]
