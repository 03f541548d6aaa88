"""Suspend a workflow, and resume it or some of its waiting steps (argo.md 5.6)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from tui.actions.actors import by_actor, resumed_by
from tui.actions.base import Action, Choice, Choices, Context, Plan, on_workflows
from tui.actions.facts import nodes_facts, workflow_facts
from tui.actions.graph import RawNode, kind_of
from tui.actions.here import going_on, hold_lines, pods_words
from tui.actions.manifests import (
    Json,
    check_instance,
    command,
    items,
    labels_of,
    name_of,
    not_over,
    operation,
    part,
    ref_of,
    rfc3339,
    update,
    without,
)
from tui.actions.nodes import dehydrated, hydrated, nodes_of, selected, with_nodes
from tui.actions.parameters import outside
from tui.actions.words import counted, named, saying, step_names
from tui.domain.identity import Target
from tui.domain.node import COMPLETED_PHASES, RUNNING, SUCCEEDED
from tui.domain.status import has_active_suspend
from tui.domain.text import clean
from tui.domain.workflow import LABEL, WORKFLOW, ListedWorkflow, Manifest, Workflow
from tui.errors import PlanError


@dataclass(frozen=True, slots=True)
class NodeSettings:
    """The values that matching nodes are set to; empty ones change nothing."""

    phase: str = ""
    message: str = ""
    outputs: Mapping[str, str] = field(default_factory=dict)


def is_waiting(node: RawNode) -> bool:
    """Whether it is a suspend node that waits to be resumed."""
    return kind_of(node) == "Suspend" and node.get("phase") == RUNNING


def waiting_ids(manifest: Manifest) -> tuple[str, ...]:
    """The waiting nodes of a hydrated manifest."""
    return tuple(sorted(one for one, node in nodes_of(manifest).items() if is_waiting(node)))


def set_matching(
    manifest: Manifest, selector: str, wanted: NodeSettings, context: Context
) -> tuple[Manifest, tuple[str, ...]]:
    """A copy in which the waiting nodes that match are set, and which nodes these are.

    Raises: PlanError in Argo's words when none matches or an output cannot be set.
    """
    given = hydrated(manifest)
    chosen = selected(given, selector)
    nodes = dict(nodes_of(given))
    matching = tuple(one for one in waiting_ids(given) if one in chosen)
    if not matching or not (wanted.phase or wanted.message or wanted.outputs):
        raise PlanError(
            "currently, set only targets suspend nodes: no suspend nodes matching "
            f"nodeFieldSelector: {selector}"
        )
    outputs = part(part(given, "status"), "outputs")
    for node_id in matching:
        node = dict(nodes[node_id])
        if wanted.phase:
            node["phase"] = wanted.phase
            if wanted.phase in COMPLETED_PHASES and node.get("taskResultSynced") is not False:
                node["finishedAt"] = rfc3339(context.now)
        if wanted.message:
            node["message"] = wanted.message
        if wanted.outputs:
            node, outputs = _supplied(node, outputs, wanted.outputs)
        nodes[node_id] = node
    changed = with_nodes(given, nodes)
    if outputs:
        changed["status"]["outputs"] = outputs
    return changed, matching


def _supplied(node: RawNode, everywhere: Json, values: Mapping[str, str]) -> tuple[RawNode, Json]:
    """The node with its outputs supplied, and the workflow's outputs with those of global names."""
    if node.get("outputs") is None:
        raise PlanError(
            "cannot set output parameters because node is not expecting any raw parameters"
        )
    outputs = part(node, "outputs")
    entries = list(items(outputs, "parameters"))
    inputs = {str(one.get("name")): one for one in items(part(node, "inputs"), "parameters")}
    for name, value in values.items():
        index = next((i for i, one in enumerate(entries) if one.get("name") == name), None)
        if index is None:
            raise PlanError(f"node is not expecting output parameter '{name}'")
        if part(entries[index], "valueFrom").get("supplied") is None:
            raise PlanError(
                f"cannot set output parameter '{name}' because it does not use valueFrom.raw "
                "or it was already set"
            )
        # The list of values stands with the input of the same name, or with the output itself.
        listed = entries[index].get("enum") or inputs.get(name, {}).get("enum")
        if reason := outside({"name": name, "enum": listed}, value):
            raise PlanError(reason)
        entries[index] = _with_value(entries[index], value)
        everywhere = _published(everywhere, entries[index])
    return {**node, "outputs": {**outputs, "parameters": entries}}, everywhere


def _with_value(entry: Json, value: object) -> Json:
    kept = {key: one for key, one in entry.items() if key != "valueFrom"}
    return {**kept, "value": value}


def _published(everywhere: Json, entry: Json) -> Json:
    """The workflow's outputs with an output that has a global name."""
    name = entry.get("globalName")
    if not name:
        return everywhere
    entries = list(items(everywhere, "parameters"))
    for index, one in enumerate(entries):
        if one.get("name") == name:
            entries[index] = {**one, "value": entry["value"]}
            return {**everywhere, "parameters": entries}
    return {**everywhere, "parameters": [*entries, {"name": name, "value": entry["value"]}]}


def resumed(node: RawNode, context: Context) -> RawNode:
    """A waiting node that goes on: supplied outputs take their defaults.

    Raises: PlanError when an output has neither been supplied nor a default.
    """
    after = {**node, "phase": SUCCEEDED, "finishedAt": rfc3339(context.now)}
    message = "; ".join(filter(None, (str(node.get("message") or ""), resumed_by(context))))
    after.pop("message", None)
    if message:
        after["message"] = message
    if isinstance(node.get("outputs"), dict):
        outputs = part(node, "outputs")
        entries = [_by_default(entry) for entry in items(outputs, "parameters")]
        after["outputs"] = {**outputs, "parameters": entries} if entries else outputs
    return after


def _by_default(entry: Json) -> Json:
    source = part(entry, "valueFrom")
    if source.get("supplied") is None:
        return entry
    if source.get("default") is None:
        raise PlanError(
            f"raw output parameter '{entry.get('name', '')}' has not been set and does not have "
            "a default value"
        )
    return _with_value(entry, source["default"])


def plan_suspend(manifest: Manifest, choices: Choices, context: Context) -> Plan:
    """The plan of suspending; it does nothing if the workflow is suspended already."""
    check_instance(manifest, context)
    if labels_of(manifest).get(f"{LABEL}completed") == "true":
        raise PlanError("cannot suspend completed workflows")
    name = name_of(manifest)
    spec = part(manifest, "spec")
    is_suspended = spec.get("suspend") is True
    after = by_actor({**manifest, "spec": {**spec, "suspend": True}}, context, "Suspend")
    going = going_on(manifest)
    sentence = "It is suspended already: nothing to do."
    here: tuple[str, ...] = ()
    if not is_suspended:
        sentence = f"No new step begins until it is resumed; {pods_words(going, 'left to end')}."
        here = tuple(hold_lines(manifest, going, context.now))
    return Plan(
        action=SUSPEND.id,
        title=f"Suspend {name}",
        lines=(sentence, *here),
        sentence=sentence,
        here=here,
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


def suspend_refusal(workflow: ListedWorkflow, target: Target) -> str | None:
    """Why a workflow cannot be suspended; None if it can."""
    if reason := not_over(workflow, "suspended"):
        return reason
    if workflow.spec.suspend:
        return f"{workflow.metadata.name} is suspended already."
    return None


def suspend_yields(workflow: ListedWorkflow, target: Target) -> str | None:
    """Why the key that suspends and resumes does not suspend: a step of it waits to be resumed.

    What else of it runs may be suspended all the same, by name."""
    if not has_active_suspend(workflow):
        return None
    waits = f"{workflow.metadata.name} waits at a suspend step already: resume it instead."
    return _needs_value(workflow) or waits


SUSPEND = Action(
    id="workflow.suspend",
    kinds=frozenset({WORKFLOW}),
    binding="act.suspend",
    label="Suspend",
    help="Let running steps end and begin no new one.",
    consequence="reversible",
    refusal=suspend_refusal,
    yields=suspend_yields,
    plan=plan_suspend,
    rights=on_workflows("get", "update"),
    said=saying("Suspended"),
)


def plan_resume(manifest: Manifest, choices: Choices, context: Context) -> Plan:
    """The plan of resuming; without a selector, all waiting steps are resumed."""
    check_instance(manifest, context)
    selector = str(choices.get("node_field_selector") or "")
    if selector:
        wanted = NodeSettings(phase=SUCCEEDED, message=resumed_by(context))
        after, passed = set_matching(manifest, selector, wanted, context)
    else:
        after, passed = _all_resumed(manifest, context)
    name = name_of(manifest)
    lifted = not selector and part(manifest, "spec").get("suspend") is True
    changed = lifted or bool(passed)
    nodes = nodes_of(after)
    flags = ("--node-field-selector", selector) if selector else ()
    body = dehydrated(by_actor(after, context, "Resume"))
    defaults = _defaults_taken(nodes_of(hydrated(manifest)), nodes, passed)
    steps = step_names(nodes[one] for one in passed)
    sentence = _sentence(len(passed), is_lifted=lifted)
    here = tuple(_lines(steps, defaults))
    return Plan(
        action=RESUME.id,
        title=f"Resume {name}",
        lines=(sentence, *here),
        sentence=sentence,
        here=here,
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


def _defaults_taken(
    before: Mapping[str, RawNode], after: Mapping[str, RawNode], passed: Iterable[str]
) -> list[str]:
    """`approve.choice = no` for each output that nobody supplied and that has its default now."""
    found: list[str] = []
    for one in passed:
        (step,) = step_names([after[one]])
        unsupplied = {
            entry.get("name")
            for entry in items(part(before[one], "outputs"), "parameters")
            if part(entry, "valueFrom").get("supplied") is not None
        }
        for entry in items(part(after[one], "outputs"), "parameters"):
            if entry.get("name") in unsupplied and "value" in entry:
                value = clean(str(entry["value"]))
                found.append(f"{step}.{entry.get('name')} = {value or 'an empty text'}")
    return found


def _sentence(passed: int, *, is_lifted: bool) -> str:
    """`It goes on: new steps begin, and 2 waiting steps pass.`"""
    told = ["new steps begin"] if is_lifted else []
    if passed:
        told.append(f"{counted(passed, 'waiting step')} {'passes' if passed == 1 else 'pass'}")
    if not told:
        return "Nothing is suspended and no step waits: nothing to do."
    return f"It goes on: {', and '.join(told)}."


def _lines(passed: list[str], defaults: list[str]) -> Iterable[str]:
    if passed:
        yield f"Passed: {counted(len(passed), 'waiting step')}: {named(passed)}"
    if defaults:
        yield "Outputs that nobody supplied take their defaults:"
        yield from (f"    {default}" for default in defaults)


def resume_refusal(workflow: ListedWorkflow, target: Target) -> str | None:
    """Why a workflow cannot be resumed; None if it can, or may be.

    A listed workflow has no steps here, so one that seems to run may have a waiting step.
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
    """Why a workflow with a step that waits for a value cannot be resumed; None if none does."""
    if not isinstance(workflow, Workflow):
        return None
    for node in workflow.nodes.values():
        if wanted := node.wanted_values:
            return (
                f"{node.title} waits for a value of {' and '.join(wanted)}: "
                "open the workflow, and the key that resumes, on that step, asks for it."
            )
    return None


RESUME = Action(
    id="workflow.resume",
    kinds=frozenset({WORKFLOW}),
    binding="act.suspend",
    label="Resume",
    help="Go on: lift the suspension and pass waiting steps.",
    consequence="reversible",
    refusal=resume_refusal,
    plan=plan_resume,
    rights=on_workflows("get", "update"),
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
