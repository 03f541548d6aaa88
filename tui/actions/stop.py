"""Stop: end a workflow and let its exit handlers run; or fail a waiting step (argo.md 5.5)."""

from __future__ import annotations

from collections.abc import Iterable

from tui.actions.actors import by_actor
from tui.actions.base import Action, Choice, Choices, Context, Plan, Right
from tui.actions.facts import nodes_facts, workflow_facts
from tui.actions.manifests import (
    check_instance,
    command,
    name_of,
    operation,
    ref_of,
    update,
)
from tui.actions.nodes import dehydrated, nodes_of
from tui.actions.shutdown import refusal_of, shut_down
from tui.actions.suspended import Settings, set_matching
from tui.actions.words import counted, named, saying, step_names
from tui.domain.identity import Target
from tui.domain.node import FAILED
from tui.domain.workflow import WORKFLOW, ListedWorkflow, Manifest
from tui.ports.operations import Patch, Update

STRATEGY = "Stop"
LINES = (
    "Running pods are stopped; no new step begins. Exit handlers still run.",
    "The workflow ends as Failed. What the stopped steps had not saved is lost.",
)


def plan(manifest: Manifest, choices: Choices, context: Context) -> Plan:
    """What stopping would do; with a selector only waiting steps are ended, as Failed."""
    selector = str(choices.get("node_field_selector") or "")
    if not selector:
        return shut_down(manifest, context, STRATEGY, LINES)
    check_instance(manifest, context)
    message = str(choices.get("message") or "")
    wanted = Settings(phase=FAILED, message=message)
    after, ended = set_matching(manifest, selector, wanted, context)
    nodes = nodes_of(after)
    names = step_names(nodes[one] for one in ended)
    body = dehydrated(by_actor(after, context, STRATEGY))
    return Plan(
        action=STOP.id,
        title=f"Stop waiting steps of {name_of(manifest)}",
        lines=(f"Failed: {counted(len(ended), 'waiting step')}: {named(names)}",),
        operation=operation(
            STOP.id,
            manifest,
            [update(body, f"fail waiting steps of {name_of(manifest)}")],
            {"node_field_selector": selector, "message": message},
        ),
        command=command("stop", manifest, _flags(selector, message)),
        result=after,
        facts={
            "stopped": list(ended),
            "nodes": nodes_facts(nodes),
            "workflow": workflow_facts(after),
        },
        ref=ref_of(manifest),
    )


def _flags(selector: str, message: str) -> Iterable[str]:
    yield from ("--node-field-selector", selector)
    if message:
        yield from ("--message", message)


def refusal(workflow: ListedWorkflow, target: Target) -> str | None:
    """Why this one cannot be stopped just now."""
    return refusal_of(workflow, STRATEGY, "stopped")


STOP = Action(
    id="workflow.stop",
    kinds=frozenset({WORKFLOW}),
    binding="act.stop",
    label="Stop",
    help="End it; exit handlers still run.",
    consequence="destroys",
    refusal=refusal,
    plan=plan,
    rights=(Right(Patch, WORKFLOW), Right(Update, WORKFLOW)),
    form=(
        Choice(
            "node_field_selector",
            "Only the waiting steps",
            kind="text",
            default="",
            help="A node field selector; these steps fail, the workflow goes on by its own rules.",
        ),
        Choice("message", "Message for these steps", kind="text", default=""),
    ),
    said=saying("Stopped"),
)
