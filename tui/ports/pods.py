"""The pods of a workflow, and the state of their containers."""

from __future__ import annotations

from typing import Protocol

import msgspec

from tui.domain.workflow import WorkflowRef


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
