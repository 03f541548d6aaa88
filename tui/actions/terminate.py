"""Terminate: end a workflow at once, without its exit handlers (argo.md 5.5)."""

from __future__ import annotations

from tui.actions.base import Action, Choices, Context, Plan, Right
from tui.actions.shutdown import refusal_of, shut_down
from tui.actions.words import saying
from tui.domain.identity import Target
from tui.domain.workflow import WORKFLOW, ListedWorkflow, Manifest
from tui.ports.operations import Patch

STRATEGY = "Terminate"
LINES = (
    "All pods are killed at once. Exit handlers do not run.",
    "The workflow ends as Failed. What the killed steps had not saved is lost.",
)


def plan(manifest: Manifest, choices: Choices, context: Context) -> Plan:
    """What terminating would do."""
    return shut_down(manifest, context, STRATEGY, LINES)


def refusal(workflow: ListedWorkflow, target: Target) -> str | None:
    """Why this one cannot be terminated just now."""
    return refusal_of(workflow, STRATEGY, "terminated")


TERMINATE = Action(
    id="workflow.terminate",
    kinds=frozenset({WORKFLOW}),
    binding="act.terminate",
    label="Terminate",
    help="Kill it at once; exit handlers do not run.",
    consequence="destroys",
    refusal=refusal,
    plan=plan,
    rights=(Right(Patch, WORKFLOW),),
    said=saying("Terminated"),
)
