"""Resume: a suspended workflow goes on, a waiting step is passed (argo.md 5.7)."""

from __future__ import annotations

from collections.abc import Iterable

from tui.actions.actors import by_actor, resumed_by
from tui.actions.base import Action, Choice, Choices, Context, Plan, Right
from tui.actions.facts import nodes_facts, workflow_facts
from tui.actions.manifests import (
    check_instance,
    command,
    name_of,
    not_over,
    operation,
    part,
    ref_of,
    update,
    without,
)
from tui.actions.nodes import dehydrated, hydrated, nodes_of, with_nodes
from tui.actions.suspended import Settings, resumed, set_matching, waiting_ids
from tui.actions.words import counted, named, saying, step_names
from tui.domain.identity import Target
from tui.domain.node import SUCCEEDED
from tui.domain.status import has_active_suspend
from tui.domain.workflow import WORKFLOW, ListedWorkflow, Manifest, Workflow
from tui.ports.operations import Update


def plan(manifest: Manifest, choices: Choices, context: Context) -> Plan:
    """What resuming would do; without a selector everything that waits goes on."""
    check_instance(manifest, context)
    selector = str(choices.get("node_field_selector") or "")
    if selector:
        wanted = Settings(phase=SUCCEEDED, message=resumed_by(context))
        after, passed = set_matching(manifest, selector, wanted, context)
    else:
        after, passed = _all_resumed(manifest, context)
    name = name_of(manifest)
    lifted = not selector and part(manifest, "spec").get("suspend") is True
    changed = lifted or bool(passed)
    nodes = nodes_of(after)
    flags = ("--node-field-selector", selector) if selector else ()
    body = dehydrated(by_actor(after, context, "Resume"))
    return Plan(
        action=RESUME.id,
        title=f"Resume {name}",
        lines=tuple(_lines(step_names(nodes[one] for one in passed), is_lifted=lifted)),
        operation=operation(
            RESUME.id,
            manifest,
            [update(body, f"resume workflow {name}")] if changed else [],
            {"node_field_selector": selector},
        ),
        command=command("resume", manifest, flags),
        result=after,
        facts={
            "resumed": list(passed),
            "nodes": nodes_facts(nodes),
            "workflow": workflow_facts(after),
        },
        ref=ref_of(manifest),
    )


def _all_resumed(manifest: Manifest, context: Context) -> tuple[Manifest, tuple[str, ...]]:
    given = hydrated(manifest)
    waiting = waiting_ids(given)
    spec = part(given, "spec")
    if spec.get("suspend") is True:
        given = {**given, "spec": without(spec, "suspend")}
    if not waiting:
        return given, ()
    nodes = dict(nodes_of(given))
    nodes.update((one, resumed(nodes[one], context)) for one in waiting)
    return with_nodes(given, nodes), waiting


def _lines(passed: list[str], *, is_lifted: bool) -> Iterable[str]:
    if is_lifted:
        yield "The workflow is no longer suspended: new steps begin."
    if passed:
        yield f"Passed: {counted(len(passed), 'waiting step')}: {named(passed)}"
        yield "Outputs that were to be supplied take their defaults."
    if is_lifted or passed:
        yield "A conflict is not tried again: it means that the workflow went on meanwhile."
    else:
        yield "Nothing is suspended and no step waits: nothing to do."


def refusal(workflow: ListedWorkflow, target: Target) -> str | None:
    """Why this one cannot be resumed just now.

    A listed workflow does not show its steps, so one that seems to run may wait all the same.
    """
    if reason := not_over(workflow, "resumed"):
        return reason
    if reason := _needs_value(workflow):
        return reason
    if workflow.spec.suspend or has_active_suspend(workflow):
        return None
    if isinstance(workflow, Workflow) and not workflow.status.offload_node_status_version:
        return f"{workflow.metadata.name} is not suspended and no step of it waits."
    return None


def _needs_value(workflow: ListedWorkflow) -> str | None:
    """Why a workflow cannot be resumed of which a step waits for a value; None if none does."""
    if not isinstance(workflow, Workflow):
        return None
    for node in workflow.nodes.values():
        if wanted := node.wanted_values:
            return (
                f"{node.title} waits for a value of {' and '.join(wanted)}: supply it with "
                "argo node set --output-parameter NAME=VALUE, then resume."
            )
    return None


RESUME = Action(
    id="workflow.resume",
    kinds=frozenset({WORKFLOW}),
    binding="act.suspend",
    label="Resume",
    help="Go on: lift the suspension and pass waiting steps.",
    consequence="reversible",
    refusal=refusal,
    plan=plan,
    rights=(Right(Update, WORKFLOW),),
    form=(
        Choice(
            "node_field_selector",
            "Only the waiting steps",
            kind="text",
            default="",
            help="A node field selector, such as displayName=approve; empty for all.",
        ),
    ),
    said=saying("Resumed"),
)
