"""The pods of a workflow, the state of their containers, and what stands around them."""

from __future__ import annotations

from typing import Protocol

import msgspec

from tui.domain.workflow import Manifest, WorkflowRef


class ContainerState(msgspec.Struct, frozen=True):
    """One container of a pod, as `status.containerStatuses` tells."""

    name: str
    state: str
    """`waiting`, `running` or `terminated`; "" when not told yet."""
    reason: str = ""
    message: str = ""
    exit_code: int | None = None
    restarts: int = 0
    is_init: bool = False
    has_previous: bool = False
    """Whether a previous attempt's log can be asked for."""


class Pod(msgspec.Struct, frozen=True):
    """A pod of a workflow, as far as we show it."""

    name: str
    namespace: str
    phase: str
    node_id: str = ""
    """Annotation `workflows.argoproj.io/node-id`, "" where absent."""
    step: str = ""
    """Annotation `workflows.argoproj.io/node-name`, "" where absent."""
    node_name: str = ""
    """The Kubernetes node it runs on."""
    message: str = ""
    started_at: str | None = None
    containers: tuple[ContainerState, ...] = ()


class Pods(Protocol):
    """Where the pods of workflows are listed."""

    def pods(self, ref: WorkflowRef) -> tuple[Pod, ...]:
        """The pods of a workflow that still exist."""


class Around(Protocol):
    """Where what stands around workflows is read, as manifests, for who asks why (`domain.why`).

    Every call raises SourceError.
    """

    def pod(self, namespace: str, name: str) -> Manifest | None:
        """A pod; None for one that is gone."""

    def quotas(self, namespace: str) -> tuple[Manifest, ...]:
        """The quotas of a namespace."""

    def claims(self, namespace: str) -> tuple[Manifest, ...]:
        """The volume claims of a namespace."""

    def namespace(self, name: str) -> Manifest | None:
        """A namespace; None for one that is gone."""

    def nodes(self) -> tuple[Manifest, ...]:
        """The nodes of the cluster."""

    def pending(self, namespace: str) -> tuple[Manifest, ...]:
        """The pods of a namespace that have not begun, whoever made them."""

    def unfinished(self, namespace: str) -> tuple[Manifest, ...]:
        """Its workflows that are not over, without their steps."""
