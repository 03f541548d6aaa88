"""What stop and terminate share: ending a workflow early (argo.md 5.5)."""

from __future__ import annotations

import json

from tui.actions.actors import actor_labels
from tui.actions.base import Context, Plan
from tui.actions.facts import workflow_facts
from tui.actions.manifests import (
    Json,
    check_instance,
    command,
    labels_of,
    name_of,
    namespace_of,
    not_over,
    operation,
    part,
    patch,
    phase_of,
    ref_of,
    with_labels,
)
from tui.domain.node import COMPLETED_PHASES
from tui.domain.workflow import ListedWorkflow, Manifest
from tui.errors import PlanError


def shut_down(manifest: Manifest, context: Context, strategy: str, lines: tuple[str, ...]) -> Plan:
    """Say in `spec.shutdown` how it is to end; the controller does the rest.

    A patch, not an update: it cannot undo what the controller wrote meanwhile.
    """
    check_instance(manifest, context)
    if phase_of(manifest) in COMPLETED_PHASES:
        raise PlanError(
            f"cannot shutdown a completed workflow: workflow: {_quoted(name_of(manifest))}, "
            f"namespace: {_quoted(namespace_of(manifest))}"
        )
    verb = strategy.lower()
    body: Json = {"spec": {"shutdown": strategy}}
    labels = actor_labels(context, strategy)
    after = {**manifest, "spec": {**part(manifest, "spec"), "shutdown": strategy}}
    if labels:
        body["metadata"] = {"labels": labels}
        after = with_labels(after, {**labels_of(after), **labels})
    return Plan(
        action=f"workflow.{verb}",
        title=f"{strategy} {name_of(manifest)}",
        lines=lines,
        operation=operation(
            f"workflow.{verb}",
            manifest,
            [patch(manifest, body, f"{verb} workflow {name_of(manifest)}")],
            {},
        ),
        command=command(verb, manifest),
        result=after,
        facts={"workflow": workflow_facts(after)},
        ref=ref_of(manifest),
    )


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


def refusal_of(workflow: ListedWorkflow, strategy: str, verb: str) -> str | None:
    """Why this one cannot be ended in this way just now."""
    if reason := not_over(workflow, verb):
        return reason
    if workflow.spec.shutdown == strategy:
        return f"{workflow.metadata.name} is being {verb} already."
    return None
