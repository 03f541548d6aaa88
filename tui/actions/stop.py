"""Stop and terminate: end a workflow with or without its exit handlers (argo.md 5.5).

Stop with a node field selector ends only waiting steps, as Failed."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import replace

from tui.actions.actors import actor_labels, by_actor
from tui.actions.base import Action, Choice, Choices, Context, Plan, on_workflows
from tui.actions.facts import nodes_facts, workflow_facts
from tui.actions.here import end_lines, going_on, pods_words
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
    update,
    with_labels,
)
from tui.actions.nodes import dehydrated, nodes_of
from tui.actions.suspend import NodeSettings, set_matching
from tui.actions.words import counted, named, saying, step_names
from tui.domain.identity import Target
from tui.domain.node import COMPLETED_PHASES, FAILED
from tui.domain.workflow import WORKFLOW, ListedWorkflow, Manifest
from tui.errors import PlanError

OF_NOBODY = (
    "The message is for waiting steps that a node field selector names; without one it is not kept."
)
"""Argo takes a message for the whole workflow, too, and forgets it (argo.md 5.5)."""


def _plan_shutdown(
    manifest: Manifest, context: Context, strategy: str, sentence: str, here: tuple[str, ...]
) -> Plan:
    """The plan that sets `spec.shutdown`; the controller then ends the workflow.

    A patch, not an update, so that it cannot undo what the controller wrote meanwhile.
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
        lines=(sentence, *here),
        sentence=sentence,
        here=here,
        losses=(sentence,),
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


def _shutdown_refusal(workflow: ListedWorkflow, strategy: str, verb: str) -> str | None:
    """Why a workflow cannot be ended in this way; None if it can."""
    if reason := not_over(workflow, verb):
        return reason
    if workflow.spec.shutdown == strategy:
        return f"{workflow.metadata.name} is being {verb} already."
    return None


def plan_stop(manifest: Manifest, choices: Choices, context: Context) -> Plan:
    """The plan of a stop; with a selector only waiting steps are ended, as Failed."""
    selector = str(choices.get("node_field_selector") or "")
    message = str(choices.get("message") or "")
    if not selector:
        going = going_on(manifest)
        gates = f", {counted(going.gates, 'waiting step')} failed" if going.gates else ""
        pods = pods_words(going, "stopped")
        sentence = f"It ends as Failed: {pods}{gates}, and no new step begins."
        here = tuple(end_lines(manifest, going, runs_exit=True))
        made = _plan_shutdown(manifest, context, "Stop", sentence, here)
        return replace(made, warnings=(OF_NOBODY,)) if message else made
    check_instance(manifest, context)
    wanted = NodeSettings(phase=FAILED, message=message)
    after, ended = set_matching(manifest, selector, wanted, context)
    nodes = nodes_of(after)
    names = step_names(nodes[one] for one in ended)
    fail = f"{counted(len(ended), 'waiting step')} {'fails' if len(ended) == 1 else 'fail'}"
    sentence = f"{fail}, and the workflow goes on by its own rules: {named(names)}"
    body = dehydrated(by_actor(after, context, "Stop"))
    return Plan(
        action=STOP.id,
        title=f"Stop waiting steps of {name_of(manifest)}",
        lines=(sentence,),
        sentence=sentence,
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


def stop_refusal(workflow: ListedWorkflow, target: Target) -> str | None:
    """Why a workflow cannot be stopped; None if it can."""
    return _shutdown_refusal(workflow, "Stop", "stopped")


STOP = Action(
    id="workflow.stop",
    kinds=frozenset({WORKFLOW}),
    binding="act.stop",
    label="Stop",
    help="End it; exit handlers still run.",
    consequence="destroys",
    refusal=stop_refusal,
    plan=plan_stop,
    rights=on_workflows("get", "patch"),
    sometimes=on_workflows("update"),
    form=(
        Choice(
            "node_field_selector",
            "Only the waiting steps",
            kind="text",
            default="",
            help="A node field selector; these steps fail, and the workflow goes on.",
        ),
        Choice("message", "Message for these steps", kind="text", default=""),
    ),
    said=saying("Stopped"),
)


def plan_terminate(manifest: Manifest, choices: Choices, context: Context) -> Plan:
    """The plan of a termination."""
    going = going_on(manifest)
    gates = f", {counted(going.gates, 'waiting step')} failed" if going.gates else ""
    sentence = f"It ends as Failed at once: {pods_words(going, 'killed')}{gates}."
    here = tuple(end_lines(manifest, going, runs_exit=False))
    return _plan_shutdown(manifest, context, "Terminate", sentence, here)


def terminate_refusal(workflow: ListedWorkflow, target: Target) -> str | None:
    """Why a workflow cannot be terminated; None if it can."""
    return _shutdown_refusal(workflow, "Terminate", "terminated")


TERMINATE = Action(
    id="workflow.terminate",
    kinds=frozenset({WORKFLOW}),
    binding="act.terminate",
    label="Terminate",
    help="Kill it at once; exit handlers do not run.",
    consequence="destroys",
    refusal=terminate_refusal,
    plan=plan_terminate,
    rights=on_workflows("get", "patch"),
    said=saying("Terminated"),
)
