"""Resubmit: make a new workflow from an old one, plain or memoized (argo.md 5.3)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from tui.actions.actors import CREATORS, by_creator
from tui.actions.base import Action, Choice, Choices, Context, Plan, on_workflows
from tui.actions.counting import Steps
from tui.actions.graph import (
    RawNode,
    RawNodes,
    followed_by_success,
    is_problem,
    kind_of,
    name_of_node,
    references,
)
from tui.actions.manifests import (
    API_VERSION,
    OURS,
    Json,
    check_instance,
    command,
    create,
    labels_of,
    name_of,
    namespace_of,
    operation,
    part,
    phase_of,
    ref_of,
    rfc3339,
    without,
)
from tui.actions.nodes import dehydrated, hydrated, nodes_of
from tui.actions.parameters import known_artifacts, parse_labels, warnings, with_parameters
from tui.actions.submit import with_artifacts
from tui.actions.words import counted, named, saying, step_names
from tui.domain.node import ERROR, FAILED, PENDING, SKIPPED
from tui.domain.podname import node_id
from tui.domain.shellwords import joined
from tui.domain.workflow import INSTANCE, LABEL, WORKFLOW, Manifest
from tui.errors import PlanError


class _Renamed:
    """Old names and ids → new ones."""

    def __init__(self, nodes: RawNodes, old: str, new: str) -> None:
        self._nodes = nodes
        self._old = old
        self._new = new

    def name(self, name: str) -> str:
        """The new name. Argo uses the old name as a pattern; here it is replaced literally."""
        return self._new + name[len(self._old) :] if name.startswith(self._old) else name

    def id(self, old_id: str) -> str:
        """The new id of an old node; for a missing one, that of an empty name, as in Argo."""
        node = self._nodes.get(old_id)
        name = name_of_node(node) if node is not None else ""
        return node_id(self._new, self.name(name))


def taken_over(nodes: RawNodes, old: str, new: str, now: str) -> dict[str, RawNode]:
    """The nodes that the new workflow starts with."""
    renamed = _Renamed(nodes, old, new)
    useful = followed_by_success(nodes, frozenset())
    begun: dict[str, RawNode] = {}
    for old_id in sorted(nodes):
        node = nodes[old_id]
        if name_of_node(node).startswith(f"{old}.onExit"):
            continue
        if kind_of(node) == "Skipped" and old_id not in useful:
            continue
        fresh = _fresh(node, old_id, renamed, now)
        begun[fresh["id"]] = fresh
    return begun


def _fresh(node: RawNode, old_id: str, renamed: _Renamed, now: str) -> RawNode:
    name = renamed.name(name_of_node(node))
    fresh = {**node, "name": name, "id": renamed.id(old_id)}
    if node.get("boundaryID"):
        fresh["boundaryID"] = renamed.id(str(node["boundaryID"]))
    for key in ("children", "outboundNodes"):
        fresh.pop(key, None)
        if references(node, key):
            fresh[key] = [renamed.id(one) for one in references(node, key)]
    is_pod = kind_of(node) == "Pod"
    runs = is_pod and is_problem(node)
    fresh["startedAt"] = fresh["finishedAt"] = None if runs else now
    fresh.pop("message", None)
    if is_pod and not runs:
        fresh.update(phase=SKIPPED, type="Skipped", message=f"original pod: {old_id}")
    else:
        fresh["phase"] = PENDING
    return fresh


NOT_COPIED = tuple(LABEL + name for name in ("phase", "completed", "workflow-archiving-status"))


def plan(manifest: Manifest, choices: Choices, context: Context) -> Plan:
    """The plan of a resubmission; the old workflow is not changed."""
    check_instance(manifest, context)
    memoized = bool(choices.get("memoized"))
    name = str(choices.get("name") or "")
    parameters = tuple(choices.get("parameters") or ())
    if memoized and phase_of(manifest) not in (FAILED, ERROR):
        raise PlanError("workflow must be Failed/Error to resubmit in memoized mode")
    artifacts = tuple(choices.get("artifacts") or ())
    new = with_parameters(_copied(manifest, context), parameters)
    new = with_artifacts(
        new, artifacts, (*known_artifacts(manifest), *(choices.get("known_artifacts") or ()))
    )
    if memoized:
        # Ids of nodes are made from the name, so the name must be known before it is created.
        name = name or f"{new['metadata']['generateName']}{context.suffix}"
        new["status"] = _memoized_status(hydrated(manifest), name, context)
    if name:
        new["metadata"]["name"] = name
    more = _overridden(new, choices)
    if artifacts:
        more["artifacts"] = artifacts
    body = dehydrated(new) if memoized else new
    return Plan(
        action=RESUBMIT.id,
        title=f"Resubmit {name_of(manifest)}",
        lines=tuple(_lines(new, parameters, artifacts, is_memoized=memoized)),
        sentence=_sentence(new, (*parameters, *artifacts), is_memoized=memoized),
        operation=operation(
            RESUBMIT.id,
            manifest,
            [create(body, namespace_of(manifest), f"create {_called(new)}")],
            {"memoized": memoized, "parameters": parameters, **more},
        ),
        command=_command(manifest, parameters, more, memoized=memoized),
        result=new,
        ref=ref_of(manifest),
        warnings=warnings(manifest, parameters),
    )


def _overridden(new: Manifest, choices: Choices) -> Json:
    """Give the new workflow its own labels and priority; which of these, and a name, were asked
    for. Argo's command line has no way to them: its flag for a priority does nothing (argo.md 5.3).
    """
    asked = {"name": str(choices.get("name") or "")}
    if text := str(choices.get("labels") or ""):
        new["metadata"]["labels"] |= parse_labels(text)
        asked["labels"] = text
    priority = choices.get("priority")
    if priority is not None and str(priority).strip():
        try:
            new["spec"]["priority"] = int(priority)
        except ValueError as error:
            raise PlanError(f"a priority is a whole number, not {priority}") from error
        asked["priority"] = str(priority)
    return {name: value for name, value in asked.items() if value}


def _copied(manifest: Manifest, context: Context) -> Manifest:
    """A new object with the old spec, labels, annotations and owners; no finalizers."""
    old = part(manifest, "metadata")
    spec = without(part(manifest, "spec"), "shutdown")
    if spec.get("activeDeadlineSeconds") == 0:
        # Old versions terminated a workflow by this; the new one would end at once.
        del spec["activeDeadlineSeconds"]
    labels = by_creator(without(labels_of(manifest), *NOT_COPIED, *CREATORS), context)
    if context.instance_id:
        labels[INSTANCE] = context.instance_id
    labels[f"{LABEL}resubmitted-from-workflow"] = name_of(manifest)
    metadata: Json = {
        "generateName": old.get("generateName") or f"{name_of(manifest)}-",
        "labels": labels,
    }
    for key in ("annotations", "ownerReferences"):
        if old.get(key):
            metadata[key] = old[key]
    return {"apiVersion": API_VERSION, "kind": "Workflow", "metadata": metadata, "spec": spec}


def _memoized_status(manifest: Manifest, name: str, context: Context) -> Json:
    nodes = taken_over(nodes_of(manifest), name_of(manifest), name, rfc3339(context.now))
    status: Json = {
        "phase": "",
        "conditions": [{"status": "False", "type": "Completed"}],
        "nodes": nodes,
    }
    stored = part(manifest, "status").get("storedTemplates")
    if stored:
        status["storedTemplates"] = stored
    return status


def _called(new: Manifest) -> str:
    metadata = new["metadata"]
    return str(metadata.get("name") or f"{metadata['generateName']}…")


def _command(manifest: Manifest, parameters: Sequence[str], more: Json, *, memoized: bool) -> str:
    line = command("resubmit", manifest, _flags(parameters, memoized=memoized))
    if not more:
        return line
    flags = [
        word
        for name, value in more.items()
        for each in (value if isinstance(value, tuple) else (value,))
        for word in (f"--{'artifact' if name == 'artifacts' else name}", each)
    ]
    return f"{OURS}{line.removeprefix('argo')} {joined(flags)}"


def _flags(parameters: Sequence[str], *, memoized: bool) -> Iterable[str]:
    if memoized:
        yield "--memoized"
    for parameter in parameters:
        yield from ("-p", parameter)


def _sentence(new: Manifest, given: Sequence[str], *, is_memoized: bool) -> str:
    """`A new workflow nightly-etl-…: every step from the beginning`."""
    how = "what succeeded is taken over" if is_memoized else "every step from the beginning"
    changed = f", with {named(list(given))}" if given else ""
    begins = ", suspended at first" if new["spec"].get("suspend") is True else ""
    return f"A new workflow {_called(new)}: {how}{changed}{begins}"


def _lines(
    new: Manifest, parameters: Sequence[str], artifacts: Sequence[str], *, is_memoized: bool
) -> Iterable[str]:
    yield f"Created: {_called(new)}. The old workflow stays as it is."
    if parameters:
        yield f"Changed parameters: {named(list(parameters))}"
    if artifacts:
        yield f"Input artifacts at other keys: {named(list(artifacts))}"
    if is_memoized:
        yield from _memoized_lines(nodes_of(new))
        old = [("parameters", parameters), ("artifacts", artifacts)]
        if told := " and ".join(what for what, given in old if given):
            yield f"What is taken over was made with the old {told}."
    else:
        yield "Every step runs again, from the beginning."
    if new["spec"].get("suspend") is True:
        yield "It begins suspended, as the old one is: resume it to let it run."
    if new["metadata"].get("ownerReferences"):
        yield "It belongs to the same owner as the old one, and is deleted with it."


def _memoized_lines(nodes: RawNodes) -> Iterable[str]:
    steps = Steps(nodes)
    taken = {steps.of(one) for one, node in nodes.items() if kind_of(node) == "Skipped"}
    pending = steps.among(one for one, node in nodes.items() if node.get("phase") == PENDING)
    # An attempt that failed before another one succeeded does not run again.
    again = [node for one, node in pending.items() if one not in taken]
    yield f"Taken over: {counted(len(taken), 'step')} with their outputs."
    yield f"Runs again: {counted(len(again), 'failed step')}: {named(step_names(again))}"


RESUBMIT = Action(
    id="workflow.resubmit",
    kinds=frozenset({WORKFLOW}),
    binding="act.new-run",
    label="Resubmit",
    help="Make a new workflow of the same spec.",
    consequence="runs",
    plan=plan,
    rights=on_workflows("get", "create"),
    form=(
        Choice(
            "memoized",
            "Memoized",
            help="Take over the steps that succeeded; only for one that failed.",
        ),
        Choice("parameters", "Parameters", kind="parameters", default=()),
        Choice("artifacts", "Artifacts", kind="artifacts", default=()),
        Choice("name", "Name", kind="text", default="", help="a generated one", of_one=True),
        Choice("labels", "Labels", kind="text", default="", help="NAME=VALUE,NAME=VALUE"),
        Choice("priority", "Priority", kind="text", default="", help="higher ones run first"),
    ),
    said=saying("Resubmitted as"),
)
