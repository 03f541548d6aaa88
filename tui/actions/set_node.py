"""Set: give waiting steps their outputs, a phase or a message (argo.md 5.7)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from tui.actions.actors import by_actor
from tui.actions.base import Action, Choice, Choices, Context, Plan, on_workflows
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
)
from tui.actions.nodes import dehydrated, nodes_of
from tui.actions.parameters import parse_parameter
from tui.actions.suspend import NodeSettings, set_matching
from tui.actions.words import counted, named, saying, step_names
from tui.domain.identity import Target
from tui.domain.node import ERROR, FAILED, SUCCEEDED
from tui.domain.status import has_active_suspend
from tui.domain.workflow import WORKFLOW, ListedWorkflow, Manifest, Workflow
from tui.errors import PlanError

PHASES = ("", SUCCEEDED, FAILED, ERROR)


def plan(manifest: Manifest, choices: Choices, context: Context) -> Plan:
    """The plan of setting waiting steps."""
    check_instance(manifest, context)
    selector = str(choices.get("node_field_selector") or "")
    wanted = NodeSettings(
        phase=str(choices.get("phase") or ""),
        message=str(choices.get("message") or ""),
        outputs=_outputs(tuple(choices.get("parameters") or ())),
    )
    if wanted.phase not in PHASES:
        raise PlanError(f"{wanted.phase} is an invalid phase to set to")
    if not selector:
        raise PlanError(
            "'set' currently only targets suspend nodes, use a node field selector to target them"
        )
    after, matching = set_matching(manifest, selector, wanted, context)
    nodes = nodes_of(after)
    names = step_names(nodes[one] for one in matching)
    body = dehydrated(by_actor(after, context, ""))
    return Plan(
        action=SET_NODE.id,
        title=f"Set waiting steps of {name_of(manifest)}",
        lines=tuple(_lines(names, wanted)),
        operation=operation(
            SET_NODE.id,
            manifest,
            [update(body, f"set waiting steps of {name_of(manifest)}")],
            {
                "node_field_selector": selector,
                "phase": wanted.phase,
                "message": wanted.message,
                "outputs": wanted.outputs,
            },
        ),
        command=command("node set", manifest, _flags(selector, choices, wanted)),
        result=after,
        facts={
            "set": list(matching),
            "nodes": nodes_facts(nodes),
            "outputs": {one: part(nodes[one], "outputs") for one in matching},
            "workflow": workflow_facts(after),
        },
        ref=ref_of(manifest),
    )


def _outputs(texts: Sequence[str]) -> dict[str, str]:
    return {name: unquoted(value) for name, value in map(parse_parameter, texts)}


ESCAPE = re.compile(
    r"""\\(?:x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|([0-7]{3})|([abfnrtv\\"]))"""
)
LETTERS = dict(zip('abfnrtv\\"', '\a\b\f\n\r\t\v\\"', strict=True))


def unquoted(text: str) -> str:
    """A value as Go unquotes it: quoted text loses its quotes, other text is unchanged."""
    if len(text) < 2 or text[0] != text[-1]:
        return text
    inner = text[1:-1]
    if text[0] == "`":
        return text if "`" in inner else inner.replace("\r", "")
    if text[0] != '"' or "\n" in inner:
        return text
    rest = ESCAPE.sub("", inner)
    if '"' in rest or "\\" in rest:
        return text
    return ESCAPE.sub(_unescaped, inner)


def _unescaped(match: re.Match[str]) -> str:
    byte, short, long, octal, letter = match.groups()
    if letter:
        return LETTERS[letter]
    number = int(octal, 8) if octal else int(byte or short or long, 16)
    return chr(number) if number < 0x110000 else match.group(0)


def _flags(selector: str, choices: Choices, wanted: NodeSettings) -> Iterable[str]:
    yield from ("--node-field-selector", selector)
    if wanted.phase:
        yield from ("--phase", wanted.phase)
    if wanted.message:
        yield from ("--message", wanted.message)
    for text in choices.get("parameters") or ():
        yield from ("-p", text)


def _lines(names: Sequence[str], wanted: NodeSettings) -> Iterable[str]:
    yield f"Set: {counted(len(names), 'waiting step')}: {named(names)}"
    if wanted.outputs:
        yield f"Outputs: {', '.join(f'{name}={value}' for name, value in wanted.outputs.items())}"
    if wanted.phase:
        yield f"They end as {wanted.phase}, and the workflow goes on."
    else:
        yield "They go on waiting until they are resumed."


def refusal(workflow: ListedWorkflow, target: Target) -> str | None:
    """Why no step of a workflow can be set; None if one can."""
    if reason := not_over(workflow, "set"):
        return reason
    is_told = isinstance(workflow, Workflow) and not workflow.status.offload_node_status_version
    if is_told and not has_active_suspend(workflow):
        return f"No step of {workflow.metadata.name} waits."
    return None


SET_NODE = Action(
    id="node.set",
    kinds=frozenset({WORKFLOW}),
    label="Set outputs",
    help="Give a waiting step its outputs, a phase or a message.",
    consequence="runs",
    refusal=refusal,
    plan=plan,
    rights=on_workflows("get", "update"),
    form=(
        Choice("node_field_selector", "Node field selector", kind="text", default=""),
        Choice("phase", "Phase", kind="one_of", default="", options=PHASES),
        Choice("message", "Message", kind="text", default=""),
        Choice("parameters", "Outputs", kind="parameters", default=()),
    ),
    said=saying("Set waiting steps of"),
)
