"""What is done to one step: answer a gate, or run again from here (argo.md 5.4, 5.7).

Argo's commands name steps by node field selectors; here the selector is made of the step.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from tui.actions import retry
from tui.actions.actors import by_actor
from tui.actions.base import DELETE_PODS, Action, Choice, Choices, Context, Plan, on_workflows
from tui.actions.facts import nodes_facts, workflow_facts
from tui.actions.graph import RawNode
from tui.actions.manifests import (
    Json,
    check_instance,
    command,
    items,
    name_of,
    operation,
    part,
    ref_of,
    update,
)
from tui.actions.nodes import dehydrated, hydrated, nodes_of, selector_of
from tui.actions.parameters import outside, parse_parameter
from tui.actions.suspend import NodeSettings, is_waiting, set_matching
from tui.actions.words import saying
from tui.domain.identity import Target
from tui.domain.node import ERROR, FAILED, SUCCEEDED, NodeId
from tui.domain.text import clean
from tui.domain.tolerant import go_text
from tui.domain.workflow import WORKFLOW, ListedWorkflow, Manifest, Workflow
from tui.errors import PlanError, ValueLacking

WAITS = "goes on waiting"
ENDS = {SUCCEEDED: SUCCEEDED, WAITS: "", FAILED: FAILED, ERROR: ERROR}
"""What the form offers for how the step ends → the phase that it is set to."""


# --- a gate --------------------------------------------------------------------------------------


def supplied(manifest: Manifest, template: Manifest | None, target: Target) -> list[Json]:
    """The outputs that a waiting step asks for: name, default, list of values and description.

    The list and the description stand with the input of the same name, as Argo's own forms read
    them, or with the output itself.
    """
    node = nodes_of(hydrated(manifest)).get(target.node)
    if node is None:
        return []
    inputs = {str(one.get("name")): one for one in items(part(node, "inputs"), "parameters")}
    found: list[Json] = []
    for entry in items(part(node, "outputs"), "parameters"):
        source = part(entry, "valueFrom")
        if source.get("supplied") is None:
            continue
        name = str(entry.get("name") or "")
        given = inputs.get(name, {})
        asked: Json = {"name": name}
        for key in ("enum", "description"):
            value = entry.get(key) or given.get(key)
            if value:
                asked[key] = value
        for value in (source.get("default"), given.get("value"), given.get("default")):
            if value is not None:
                asked["default"] = value
                break
        found.append(asked)
    return found


def plan_answer(manifest: Manifest, choices: Choices, context: Context) -> Plan:
    """The plan of giving a waiting step its outputs and an end.

    Outputs that nobody gives take their defaults, as a resume without a selector does it.
    """
    check_instance(manifest, context)
    target = context.target
    node_id = target.node if target is not None else ""
    node = nodes_of(hydrated(manifest)).get(node_id)
    if target is None or node is None or not is_waiting(node):
        raise PlanError("this step does not wait any more")
    phase = ENDS.get(str(choices.get("ends") or SUCCEEDED), SUCCEEDED)
    message = str(choices.get("message") or "")
    outputs = _outputs(manifest, choices, target, is_ended=phase == SUCCEEDED)
    title = clean(str(node.get("displayName") or node.get("name") or node_id))
    if not (phase or message or outputs):
        return _nothing(manifest, title)
    wanted = NodeSettings(phase=phase, message=message, outputs=outputs)
    selector = selector_of(node_id)
    after, _ = set_matching(manifest, selector, wanted, context)
    body = dehydrated(by_actor(after, context, "Resume" if phase == SUCCEEDED else ""))
    return Plan(
        action=ANSWER.id,
        title=f"Answer {title}",
        lines=tuple(_lines(node, outputs, phase)),
        operation=operation(
            # What servers know this by.
            "node.set",
            manifest,
            [update(body, f"answer {title} of {name_of(manifest)}")],
            {
                "node_field_selector": selector,
                "phase": phase,
                "message": message,
                "outputs": outputs,
            },
        ),
        command=command("node set", manifest, _flags(selector, wanted)),
        result=after,
        facts={"nodes": nodes_facts(nodes_of(after)), "workflow": workflow_facts(after)},
        ref=ref_of(manifest),
    )


def _outputs(
    manifest: Manifest, choices: Choices, target: Target, *, is_ended: bool
) -> dict[str, str]:
    given = dict(map(parse_parameter, choices.get("parameters") or ()))
    found: dict[str, str] = {}
    for asked in supplied(manifest, None, target):
        name = str(asked["name"])
        if name in given:
            if reason := outside(asked, given[name]):
                raise PlanError(reason)
            found[name] = given[name]
        elif is_ended and "default" in asked:
            found[name] = go_text(asked["default"])
        elif is_ended:
            raise ValueLacking(
                f"raw output parameter '{name}' has not been set and does not have a default value",
                name,
            )
    return found


def _nothing(manifest: Manifest, title: str) -> Plan:
    return Plan(
        action=ANSWER.id,
        title=f"Answer {title}",
        lines=("It goes on waiting, and nothing is set: nothing to do.",),
        operation=None,
        ref=ref_of(manifest),
    )


def _lines(node: RawNode, outputs: Mapping[str, str], phase: str) -> Iterable[str]:
    if outputs:
        yield "Its outputs from now on:"
        for name, value in outputs.items():
            yield f"    {clean(name)} = {clean(value) or 'an empty text'}"
    if phase == SUCCEEDED:
        yield "It succeeds, and the workflow goes on."
    elif phase:
        yield f"It ends as {phase}; what follows is for the workflow's own rules."
    else:
        yield "It goes on waiting until it is resumed."


def _flags(selector: str, wanted: NodeSettings) -> Iterable[str]:
    yield from ("--node-field-selector", selector)
    if wanted.phase:
        yield from ("--phase", wanted.phase)
    if wanted.message:
        yield from ("--message", wanted.message)
    for name, value in wanted.outputs.items():
        yield from ("-p", f"{name}={value}")


def answer_refusal(workflow: ListedWorkflow, target: Target) -> str | None:
    """Why a step cannot be answered; None if it waits."""
    if not isinstance(workflow, Workflow) or not target.node:
        return f"{workflow.metadata.name}: choose the step that waits."
    node = workflow.nodes.get(NodeId(target.node))
    if node is None or not node.is_active_suspend:
        return "This step does not wait for an answer."
    return None


# --- from here -----------------------------------------------------------------------------------


def plan_from_here(manifest: Manifest, choices: Choices, context: Context) -> Plan:
    """The plan of running a step, and all that follows it, again."""
    node = context.target.node if context.target is not None else ""
    if node not in nodes_of(hydrated(manifest)):
        raise PlanError("this step is not in the workflow any more")
    made = retry.plan(
        manifest,
        {**choices, "restart_successful": True, "node_field_selector": selector_of(node)},
        context,
    )
    return replace(made, action=FROM_HERE.id, title=f"{made.title} from this step")


def from_here_refusal(workflow: ListedWorkflow, target: Target) -> Any:
    """Why a step cannot be run again; None if it can."""
    if not target.node:
        return f"{workflow.metadata.name}: choose the step to begin with."
    return retry.refusal(workflow, target)


ANSWER = Action(
    id="node.answer",
    kinds=frozenset({WORKFLOW}),
    binding="act.suspend",
    label="Answer",
    help="Give the step under the cursor, which waits, its outputs, and let it go on.",
    consequence="runs",
    on="node",
    refusal=answer_refusal,
    plan=plan_answer,
    rights=on_workflows("get", "update"),
    parameters=supplied,
    also=("set",),  # argo's word for it
    form=(
        Choice("parameters", "Outputs", kind="parameters", default=()),
        Choice("ends", "The step", kind="one_of", default=SUCCEEDED, options=tuple(ENDS)),
        Choice("message", "Message", kind="text", default="", help="said beside the step"),
    ),
    said=saying("Answered a step of"),
)
FROM_HERE = Action(
    id="node.retry-from-here",
    kinds=frozenset({WORKFLOW}),
    label="Retry from this step",
    help="Run the step under the cursor again, and all that follows it, though it succeeded.",
    consequence="runs",
    on="node",
    refusal=from_here_refusal,
    plan=plan_from_here,
    rights=on_workflows("get", "update"),
    sometimes=(DELETE_PODS,),
    form=(Choice("parameters", "Parameters", kind="parameters", default=()),),
    said=saying("Retried"),
)
