"""The nodes of a workflow, as its status tells of them (argo.md 1.5, 1.6).

Field names follow the wire, so that msgspec decodes straight into these structs. Text is kept as
it came: it is made printable where it is drawn (`domain.text.clean`), never here, because names and
messages also travel back to the API.
"""

from __future__ import annotations

from typing import Any, NewType

import msgspec

NodeId = NewType("NodeId", str)
"""Key of `status.nodes`; never a node's name or pod."""

PENDING, RUNNING, SUCCEEDED = "Pending", "Running", "Succeeded"
FAILED, ERROR, SKIPPED, OMITTED = "Failed", "Error", "Skipped", "Omitted"

COMPLETED_PHASES = frozenset({SUCCEEDED, FAILED, ERROR})
AGENTS = ("HTTP", "Plugin")
"""Types of nodes that the agent's pod of their workflow does (argo.md 3)."""
PROBLEM_PHASES = frozenset({FAILED, ERROR})


class Wire(msgspec.Struct, frozen=True, gc=False, rename="camel", omit_defaults=True):
    """A value read from the wire; unknown fields are ignored, absent ones have defaults."""


class TemplateRef(Wire, frozen=True):
    """A template of a WorkflowTemplate or ClusterWorkflowTemplate."""

    name: str = ""
    template: str = ""
    cluster_scope: bool = False


class Parameter(Wire, frozen=True):
    """An input, output or argument parameter."""

    name: str = ""
    value: str | None = None
    default: str | None = None
    description: str = ""
    enum: tuple[str, ...] = ()
    global_name: str = ""
    value_from: dict[str, Any] | None = None


def _lacks_value(source: dict[str, Any]) -> bool:
    """Whether a value is to be supplied and has no default."""
    return source.get("supplied") is not None and source.get("default") is None


class ArtifactGc(Wire, frozen=True):
    """When artifact GC deletes it (argo.md 8.5)."""

    strategy: str = ""


class Artifact(Wire, frozen=True):
    """An artifact with its location still as it was written (argo.md 8.1)."""

    name: str = ""
    path: str = ""
    from_: str = msgspec.field(default="", name="from")
    global_name: str = ""
    deleted: bool = False
    artifact_gc: ArtifactGc | None = msgspec.field(default=None, name="artifactGC")
    optional: bool = False
    archive: dict[str, Any] | None = None
    s3: dict[str, Any] | None = None
    gcs: dict[str, Any] | None = None
    azure: dict[str, Any] | None = None
    oss: dict[str, Any] | None = None
    hdfs: dict[str, Any] | None = None
    http: dict[str, Any] | None = None
    git: dict[str, Any] | None = None
    raw: dict[str, Any] | None = None
    artifactory: dict[str, Any] | None = None
    plugin: dict[str, Any] | None = None


class Inputs(Wire, frozen=True):
    """What a node was given."""

    parameters: tuple[Parameter, ...] = ()
    artifacts: tuple[Artifact, ...] = ()


class Outputs(Wire, frozen=True):
    """What a node (or a whole workflow) produced."""

    parameters: tuple[Parameter, ...] = ()
    artifacts: tuple[Artifact, ...] = ()
    result: str | None = None
    exit_code: str | None = None


class NodeFlag(Wire, frozen=True):
    """Where a node came from: a hook, or an attempt of a Retry."""

    hooked: bool = False
    retried: bool = False


class MemoizationStatus(Wire, frozen=True):
    """Whether a node's result came from a cache."""

    hit: bool = False
    key: str = ""
    cache_name: str = ""


class NodeSynchronizationStatus(Wire, frozen=True):
    """The lock a node waits for."""

    waiting: str = ""


class Node(Wire, frozen=True):
    """One node, as of one resource version of its workflow.

    `children` says what runs next, not what is inside: containment is `boundary_id` plus the
    children of StepGroup and Retry nodes (argo.md 2.3).
    """

    id: NodeId = NodeId("")
    name: str = ""
    display_name: str = ""
    type: str = ""
    template_name: str = ""
    template_ref: TemplateRef | None = None
    template_scope: str = ""
    phase: str = ""
    boundary_id: NodeId = msgspec.field(default=NodeId(""), name="boundaryID")
    children: tuple[NodeId, ...] = ()
    started_at: str | None = None
    finished_at: str | None = None
    message: str = ""
    progress: str = ""
    estimated_duration: int = 0
    resources_duration: dict[str, int] = {}
    host_node_name: str = ""
    daemoned: bool | None = None
    node_flag: NodeFlag | None = None
    inputs: Inputs | None = None
    outputs: Outputs | None = None
    memoization_status: MemoizationStatus | None = None
    synchronization_status: NodeSynchronizationStatus | None = None
    task_result_synced: bool | None = None
    failed_pod_restarts: int = 0

    @property
    def is_completed(self) -> bool:
        """Succeeded, Failed or Error."""
        return self.phase in COMPLETED_PHASES

    @property
    def title(self) -> str:
        """What a person calls it."""
        return self.display_name or self.name

    @property
    def is_problem(self) -> bool:
        """Failed or Error."""
        return self.phase in PROBLEM_PHASES

    @property
    def is_from_cache(self) -> bool:
        """Whether it never ran, since its outputs were memoized."""
        return self.memoization_status is not None and self.memoization_status.hit

    @property
    def ran_out_of_memory(self) -> bool:
        """Whether one of its containers was killed for taking more memory than it may."""
        return self.is_problem and "OOMKilled" in self.message

    @property
    def waits_for(self) -> str:
        """The lock it waits for; "" for none."""
        return self.synchronization_status.waiting if self.synchronization_status else ""

    @property
    def is_fulfilled(self) -> bool:
        """Nothing more will happen to it (argo.md 1.5)."""
        if self.is_completed and self.task_result_synced is not False:
            return True
        if self.phase in (SKIPPED, OMITTED):
            return True
        return self.daemoned is True and self.phase != PENDING

    @property
    def is_active_suspend(self) -> bool:
        """Whether it is a suspend node that waits to be resumed (argo.md 1.5)."""
        return self.type == "Suspend" and self.phase == RUNNING

    @property
    def own_resources(self) -> dict[str, int]:
        """Its `resourcesDuration`, as far as it is its own: to what has no pod Argo adds up what
        comes after it."""
        has_none = self.type == "Suspend" or self.type in AGENTS
        return {} if has_none else self.resources_duration

    @property
    def wanted_values(self) -> tuple[str, ...]:
        """Outputs that have to be supplied before it can be resumed (argo.md 5.7)."""
        if not self.is_active_suspend or self.outputs is None:
            return ()
        return tuple(
            one.name
            for one in self.outputs.parameters
            if one.value is None and one.value_from is not None and _lacks_value(one.value_from)
        )

    @property
    def template(self) -> str:
        """The template's own name, as pod names use it (argo.md 3)."""
        return self.template_ref.template if self.template_ref else self.template_name
