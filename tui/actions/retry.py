"""Retry: run the failed part of a workflow again, in the same object (argo.md 5.4).

Argo deletes the pods first and then updates the workflow; when that update fails (a conflict, a
right that lacks) the pods and their logs are lost for nothing. Updating first would be worse: the
controller takes up the new nodes at once, finds the old failed pods under the very same names,
takes them for the new ones, and the retry fails again. So the update is rehearsed first
(`dryRun=All`: rights, validity and the resource version are checked, nothing is kept), then the
pods go, then the update is sent. What is left is the moment between rehearsal and update, in which
nobody normally touches a finished workflow; the error then says that the workflow is as it was.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence

from tui.actions.actors import by_actor
from tui.actions.base import (
    DELETE_PODS,
    Action,
    Choice,
    Choices,
    Context,
    Meant,
    Plan,
    on_workflows,
)
from tui.actions.counting import Counted, count, held
from tui.actions.facts import nodes_facts, workflow_facts
from tui.actions.fates import tree_lines
from tui.actions.formulate import Formulation, formulate
from tui.actions.graph import RawNode, RawNodes, is_problem, kind_of
from tui.actions.manifests import (
    Json,
    check_instance,
    command,
    create,
    items,
    key_of,
    labels_of,
    name_of,
    namespace_of,
    operation,
    part,
    phase_of,
    ref_of,
    rfc3339,
    update,
    with_labels,
    without,
)
from tui.actions.nodes import (
    PodNames,
    dehydrated,
    escaped,
    hydrated,
    nodes_of,
    selected,
    selector_of,
    with_nodes,
)
from tui.actions.parameters import warnings, with_parameters
from tui.actions.words import counted, named, pods_lost, pods_with_logs, saying, step_names
from tui.domain.archived import is_only_in_archive
from tui.domain.artifact import LOG_SUFFIX
from tui.domain.identity import Target
from tui.domain.node import ERROR, FAILED, SUCCEEDED
from tui.domain.workflow import LABEL, POD, WORKFLOW, ListedWorkflow, Manifest
from tui.errors import InputError, PlanError
from tui.ports.operations import Change, Delete


def plan(manifest: Manifest, choices: Choices, context: Context) -> Plan:
    """The plan of a retry."""
    check_instance(manifest, context)
    restart = bool(choices.get("restart_successful"))
    selector = str(choices.get("node_field_selector") or "")
    if choices.get("from_here") and context.target is not None and context.target.node:
        restart, selector = True, selector_of(context.target.node)
    parameters = tuple(choices.get("parameters") or ())
    _check_phase(phase_of(manifest), restart, selector)
    given = hydrated(manifest)
    nodes = nodes_of(given)
    now = rfc3339(context.now)
    chosen = selected(given, selector) if restart and selector else frozenset[str]()
    header = with_parameters(_begun_again(given, now), parameters)
    made = formulate(name_of(given), nodes, chosen, now, reexpand=bool(parameters))
    is_archived = is_only_in_archive(manifest)
    # What only the archive has left the cluster, and its pods with it.
    pods = {} if is_archived else _pods(given, nodes, made, context)
    lost = [pod for pod, is_kept in pods.items() if not is_kept]
    result = with_nodes(header, made.nodes)
    flags = _flags(restart, selector, parameters)
    steps = count(nodes, made)
    surprises = tuple(_surprises(nodes, made, restart, selector, parameters))

    def tree() -> Sequence[str]:
        with_pods = {one for one in made.restarted if kind_of(nodes[one]) == "Pod"}
        return tree_lines(given, nodes, made, with_pods, steps.attempts)

    return Plan(
        action=RETRY.id,
        title=f"Retry {name_of(manifest)}",
        lines=(
            *_lines(steps, made, is_selective=bool(chosen)),
            *surprises,
            *_deleted(pods, lost),
            *_how(pods, by_server=context.by_server, is_archived=is_archived),
        ),
        logs_lost=len(lost),
        losses=tuple(_deleted((), lost)),
        sentence=_sentence(steps, made, len(pods), len(lost), is_archived=is_archived),
        here=surprises,
        tree=tree,
        operation=operation(
            RETRY.id,
            manifest,
            tuple(
                _changes(
                    dehydrated(by_actor(result, context, "Retry")), pods, is_archived=is_archived
                )
            ),
            {
                "restart_successful": restart,
                "node_field_selector": selector,
                "parameters": parameters,
            },
            half_way="the workflow itself is unchanged: retry it again",
        ),
        command=command("retry", manifest, flags),
        result=result,
        facts=_facts(result, made, pods),
        ref=ref_of(manifest),
        warnings=warnings(manifest, parameters),
    )


def _check_phase(phase: str, restart: bool, selector: str) -> None:
    if phase in (FAILED, ERROR):
        return
    if phase != SUCCEEDED:
        raise PlanError(f"Cannot retry a workflow in phase {phase}")
    if not restart or not selector:
        raise PlanError(
            "To retry a succeeded workflow, set the options restartSuccessful and nodeFieldSelector"
        )


def _begun_again(manifest: Manifest, now: str) -> Manifest:
    """The workflow's own fields reset as if it had just started; its outputs are kept."""
    status = without(
        part(manifest, "status"), "phase", "message", "persistentVolumeClaims", "compressedNodes"
    )
    status["startedAt"] = now
    status["finishedAt"] = None
    status["conditions"] = _uncompleted(items(status, "conditions"))
    if isinstance(status.get("storedWorkflowTemplateSpec"), dict):
        stored = status["storedWorkflowTemplateSpec"]
        status["storedWorkflowTemplateSpec"] = without(stored, "shutdown")
    spec = without(part(manifest, "spec"), "shutdown")
    if spec.get("activeDeadlineSeconds") == 0:
        # Old versions terminated a workflow by this; it would end again at once.
        del spec["activeDeadlineSeconds"]
    old = labels_of(manifest)
    labels = without(old, f"{LABEL}completed", f"{LABEL}workflow-archiving-status")
    begun = {**manifest, "spec": spec, "status": status}
    return with_labels(begun, labels) if labels != old else begun


def _uncompleted(conditions: Sequence[Json]) -> list[Json]:
    """The conditions with `Completed` set to False, in its place or at the end."""
    completed = {"status": "False", "type": "Completed"}
    new = list(conditions)
    for index, condition in enumerate(new):
        if condition.get("type") == "Completed":
            new[index] = completed
            return new
    return [*new, completed]


def _pods(
    manifest: Manifest, nodes: RawNodes, made: Formulation, context: Context
) -> dict[str, bool]:
    """The pods of deleted nodes, in the tree of the exit handler of every type of node; and whether
    their logs are archived."""
    names = PodNames(manifest, context.pod_names)
    deleted = {node_id for node_id in made.restarted if kind_of(nodes[node_id]) == "Pod"}
    found: dict[str, bool] = {}
    for node_id in deleted.union(made.exit_nodes):
        pod, node = names.of(node_id, nodes), nodes[node_id]
        # What is called a pod of something that is none has no log.
        is_kept = kind_of(node) != "Pod" or _has_archived_log(node)
        found[pod] = found.get(pod, True) and is_kept
    return dict(sorted(found.items()))


def _has_archived_log(node: RawNode) -> bool:
    outputs = items(part(node, "outputs"), "artifacts")
    return any(str(each.get("name") or "").endswith(LOG_SUFFIX) for each in outputs)


def _changes(after: Manifest, pods: Collection[str], *, is_archived: bool) -> Iterable[Change]:
    name, namespace = name_of(after), namespace_of(after)
    if is_archived:
        metadata = without(part(after, "metadata"), "uid", "resourceVersion", "creationTimestamp")
        yield create({**after, "metadata": metadata}, namespace, f"create workflow {name} again")
        return
    if pods:
        yield update(after, f"rehearse the update of {name}", dry_run=True)
    for pod in pods:
        yield Delete(key=key_of(POD, namespace, pod, "pod"), purpose=f"delete pod {pod}")
    yield update(after, f"update workflow {name}")


def _flags(restart: bool, selector: str, parameters: Sequence[str]) -> Iterable[str]:
    if restart:
        yield "--restart-successful"
    if selector:
        yield from ("--node-field-selector", selector)
    for parameter in parameters:
        yield from ("-p", parameter)


def _sentence(steps: Counted, made: Formulation, pods: int, lost: int, *, is_archived: bool) -> str:
    """`3 steps run again, 30 kept`; what is lost by it is said beside that."""
    again, kept = len(steps.again), len(steps.kept)
    runs = f"{counted(again, 'step')} run{'s' if again == 1 else ''} again" if again else ""
    exits = "the exit handler runs again" if made.exit_nodes else ""
    told = [part for part in (runs, exits) if part] or ["no step of its own is deleted"]
    told.append(f"{kept} kept")
    if is_archived:
        told.append("made again in the cluster from the archive")
    elif not lost:
        told.append(pods_lost(pods, 0) if pods else "no pod deleted")
    return ", ".join(told)


def _lines(steps: Counted, made: Formulation, *, is_selective: bool) -> Iterable[str]:
    done_again, kept = steps.again, steps.kept
    exits = bool(made.exit_nodes)
    if done_again:
        yield f"Runs again: {counted(len(done_again), 'step')}: {named(step_names(done_again))}"
    elif is_selective:
        yield "Runs again: what follows the chosen nodes; no step of its own is deleted."
    else:
        yield "Runs again: nothing. No failed step is left to do again; only the header changes."
    if exits:
        yield "Runs again: the exit handler."
    if steps.opened:
        names = named(step_names(steps.opened))
        yield f"Opened again: {counted(len(steps.opened), 'group')}: {names}"
    as_is = "it is, with its" if len(kept) == 1 else "they are, with their"
    yield f"Kept: {counted(len(kept), 'step')} as {as_is} outputs."


def _surprises(
    nodes: RawNodes, made: Formulation, restart: bool, selector: str, parameters: Sequence[str]
) -> Iterable[str]:
    """What Argo's rule does otherwise than one expects, a line each."""
    if left := [nodes[one] for one in held(nodes, made)]:
        yield (
            f"Not again: {named(step_names(left))} failed, but something after it succeeded "
            "(continueOn, a hook). Restart it with restart successful and a node field selector."
        )
    if gates := [nodes[one] for one in failed_gates(nodes, made)]:
        yield (
            f"Not again: {named(step_names(gates))} failed while it waited, and is not asked "
            "anew: the workflow fails again at once."
        )
    elif not made.deleted and not made.held:
        yield "Nothing is left to do again, so it ends as it did before."
    if selector and not restart:
        yield "The node field selector counts only together with restart successful."
    elif restart and not selector:
        yield "Restart successful alone restarts nothing: a node field selector says which steps."
    if parameters and made.reset:
        yield (
            "Parameters: the groups that are opened are made anew, so all that is in them runs "
            "again; what is kept was made with the old values."
        )


def failed_gates(nodes: RawNodes, made: Formulation) -> list[str]:
    """Suspend steps that ended as failed, and that the rule neither deletes nor opens."""
    return sorted(
        one
        for one, node in nodes.items()
        if kind_of(node) == "Suspend" and is_problem(node) and one not in made.deleted | made.reset
    )


def _deleted(pods: Collection[str], lost: Collection[str]) -> Iterable[str]:
    """Which pods go, those first whose logs nobody keeps."""
    if lost:
        yield f"Deleted: {pods_with_logs(len(lost))}: {named(sorted(lost))}"
    if kept := sorted(set(pods) - set(lost)):
        logs = "its log is" if len(kept) == 1 else "their logs are"
        yield (
            f"Deleted: {counted(len(kept), 'pod')}: {named(kept)}; {logs} archived until the "
            f"{'step writes it' if len(kept) == 1 else 'steps write them'} anew."
        )


def _how(pods: Collection[str], *, by_server: bool, is_archived: bool) -> Iterable[str]:
    """Which calls do it, in which order, and what is lost."""
    if is_archived:
        yield (
            "Only the archive has it: it is made again in the cluster under its name, as a new "
            "object. The archive keeps its copy."
        )
        return
    if by_server:
        if pods:
            yield (
                "Order: one call; Argo Server deletes the pods first and then updates the "
                "workflow, so they are lost when its update is refused."
            )
        else:
            yield "No pod is deleted; Argo Server is asked in one call."
    elif pods:
        yield (
            "Order: the update is rehearsed (dry run), then the pods go, then the workflow is "
            "updated. Argo deletes the pods first, and they are lost when its update is refused."
        )
    else:
        yield "No pod is deleted; the update is one call."
    yield "Lost: the old start and finish times, and what the deleted steps said and produced."
    yield "A conflict is not tried again: it means that somebody else changed the workflow."


def meant(manifest: Manifest, choices: Choices, context: Context) -> Meant | None:
    """What was probably meant: the steps that the rule leaves out, or the one under the cursor."""
    if choices.get("from_here") or choices.get("restart_successful"):
        return None
    if choices.get("node_field_selector"):
        why = "The node field selector is for restart successful."
        return Meant("With the selector", why, {"restart_successful": True})
    try:
        given = hydrated(manifest)
        nodes = nodes_of(given)
        made = formulate(name_of(given), nodes, frozenset(), "", reexpand=False)
        left = sorted({*held(nodes, made), *failed_gates(nodes, made)})
        selector = _selecting(given, nodes, left)
    except (PlanError, InputError):
        return None
    if selector:
        names = named(step_names(nodes[one] for one in left))
        wanted = {"restart_successful": True, "node_field_selector": selector}
        return Meant("These too", f"{names}: run again as well", wanted)
    if not made.deleted and context.target is not None and context.target.node:
        return Meant("From this step", "Nothing failed that would run again.", {"from_here": True})
    return None


def _selecting(manifest: Manifest, nodes: RawNodes, wanted: Sequence[str]) -> str:
    """A node field selector that matches just these nodes; "" where one cannot say it."""
    if len(wanted) == 1:
        return selector_of(wanted[0])
    for key in ("templateName", "displayName"):
        values = {str(nodes[one].get(key) or "") for one in wanted}
        phases = {str(nodes[one].get("phase") or "") for one in wanted}
        if len(values) == 1 and len(phases) == 1:
            value = escaped(values.pop())
            selector = f"{key}={value},phase={phases.pop()}"
            if selected(manifest, selector) == frozenset(wanted):
                return selector
    return ""


def _facts(result: Manifest, made: Formulation, pods: Iterable[str]) -> Json:
    return {
        "deleted": sorted(made.deleted),
        "reset": sorted(made.reset),
        "pods_to_delete": list(pods),
        "nodes": nodes_facts(made.nodes),
        "workflow": workflow_facts(result),
    }


def refusal(workflow: ListedWorkflow, target: Target) -> str | None:
    """Why a workflow cannot be retried; None if it can."""
    if not workflow.is_completed:
        phase = workflow.phase or "Pending"
        return f"{workflow.metadata.name} is {phase}: only a finished workflow can be retried."
    return None


RETRY = Action(
    id="workflow.retry",
    kinds=frozenset({WORKFLOW}),
    binding="act.retry",
    label="Retry",
    help="Run the failed steps again; what succeeded stays.",
    consequence="runs",
    refusal=refusal,
    plan=plan,
    rights=on_workflows("get", "update"),
    sometimes=(DELETE_PODS,),
    meant=meant,
    form=(
        Choice(
            "from_here",
            "From this step",
            of_step=True,
            help="The step under the cursor runs again, and all that follows it.",
        ),
        Choice(
            "restart_successful",
            "Restart successful steps too",
            help="Also those that the node field selector names.",
        ),
        Choice(
            "node_field_selector",
            "Node field selector",
            kind="text",
            default="",
            help="Such as id=NODE or templateName=train.",
        ),
        Choice("parameters", "Parameters", kind="parameters", default=()),
    ),
    said=saying("Retried"),
)
