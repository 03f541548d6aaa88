"""Suspend: running steps end, no new one begins (argo.md 5.6)."""

from __future__ import annotations

from tui.actions.actors import by_actor
from tui.actions.base import Action, Choices, Context, Plan, Right
from tui.actions.facts import workflow_facts
from tui.actions.manifests import (
    check_instance,
    command,
    labels_of,
    name_of,
    not_over,
    operation,
    part,
    ref_of,
    update,
)
from tui.actions.words import saying
from tui.domain.identity import Target
from tui.domain.status import has_active_suspend
from tui.domain.workflow import LABEL, WORKFLOW, ListedWorkflow, Manifest
from tui.errors import PlanError
from tui.ports.operations import Update


def plan(manifest: Manifest, choices: Choices, context: Context) -> Plan:
    """What suspending would do; nothing where it is suspended already."""
    check_instance(manifest, context)
    if labels_of(manifest).get(f"{LABEL}completed") == "true":
        raise PlanError("cannot suspend completed workflows")
    name = name_of(manifest)
    spec = part(manifest, "spec")
    is_suspended = spec.get("suspend") is True
    after = by_actor({**manifest, "spec": {**spec, "suspend": True}}, context, "Suspend")
    lines = (
        "Steps that run now go on to their end; no new step begins until it is resumed.",
        "A conflict is not tried again: it means that the workflow went on meanwhile.",
    )
    return Plan(
        action=SUSPEND.id,
        title=f"Suspend {name}",
        lines=("It is suspended already: nothing to do.",) if is_suspended else lines,
        operation=operation(
            SUSPEND.id,
            manifest,
            [] if is_suspended else [update(after, f"suspend workflow {name}")],
            {},
        ),
        command=command("suspend", manifest),
        result=manifest if is_suspended else after,
        facts={"workflow": workflow_facts(after), "spec.suspend": True},
        ref=ref_of(manifest),
    )


def refusal(workflow: ListedWorkflow, target: Target) -> str | None:
    """Why this one cannot be suspended just now."""
    name = workflow.metadata.name
    if reason := not_over(workflow, "suspended"):
        return reason
    if workflow.spec.suspend:
        return f"{name} is suspended already."
    if has_active_suspend(workflow):
        return f"{name} waits at a suspend step already: resume it instead."
    return None


SUSPEND = Action(
    id="workflow.suspend",
    kinds=frozenset({WORKFLOW}),
    binding="act.suspend",
    label="Suspend",
    help="Let running steps end and begin no new one.",
    consequence="reversible",
    refusal=refusal,
    plan=plan,
    rights=(Right(Update, WORKFLOW),),
    said=saying("Suspended"),
)
