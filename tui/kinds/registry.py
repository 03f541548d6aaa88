"""The registry of kinds.

Beside the package itself, because importing one kind must not import them all: `argo-tui list` is
about workflows, and cron schedules want the zones of the world.
"""

from __future__ import annotations

from typing import Any

import msgspec

from tui.kinds.base import Kind
from tui.kinds.cluster_workflow_templates import CLUSTER_WORKFLOW_TEMPLATES
from tui.kinds.cron_workflows import CRON_WORKFLOWS
from tui.kinds.pods import PODS_OF_WORKFLOWS
from tui.kinds.workflow_templates import WORKFLOW_TEMPLATES
from tui.kinds.workflows import WORKFLOWS
from tui.registry import Registry

KINDS: Registry[Kind[Any, Any]] = Registry(
    "kind",
    (WORKFLOWS, CRON_WORKFLOWS, WORKFLOW_TEMPLATES, CLUSTER_WORKFLOW_TEMPLATES, PODS_OF_WORKFLOWS),
    names=lambda kind: kind.names,
)
"""All kinds, in the order they are offered in; the first is what the program begins with."""


def kind_called(name: str) -> Kind[Any, Any]:
    """The kind whose manifests call themselves so, as `Workflow`. Raises: KeyError."""
    return next((kind for kind in KINDS if kind.resource.kind == name), None) or KINDS[name]


def list_called(id: str) -> Kind[Any, Any]:
    """What is listed under an id: `wf` all workflows, `wf/LABEL` those that have a label.

    Of those labels are what somebody wants to see, so they are read in full. Raises: KeyError.
    """
    kind, _, label = id.partition("/")
    if not label:
        return KINDS[kind]
    return msgspec.structs.replace(KINDS[kind].in_full, id=id, selector=label)
