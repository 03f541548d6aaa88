"""Submit: make a workflow from a file, a template or a cron workflow (argo.md 5.1)."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace

from tui.actions.actors import CREATORS, by_creator
from tui.actions.base import Action, Choice, Choices, Context, Plan, on_workflows
from tui.actions.manifests import (
    API_VERSION,
    OURS,
    Json,
    create,
    items,
    labels_of,
    name_of,
    namespace_of,
    operation,
    part,
    ref_of,
    rfc3339,
    with_labels,
    without,
)
from tui.actions.parameters import (
    LOCATED,
    known_artifacts,
    parse_labels,
    warnings,
    with_parameters,
)
from tui.actions.words import saying
from tui.domain.durations import parse_time
from tui.domain.names import typed_fault
from tui.domain.shellwords import joined
from tui.domain.workflow import INSTANCE, LABEL, WORKFLOW, Manifest
from tui.errors import PlanError, UsageError
from tui.ports.operations import Create

KINDS = {
    **dict.fromkeys(("CronWorkflow", "cronworkflow", "cronworkflows", "cronwf"), "CronWorkflow"),
    **dict.fromkeys(
        ("WorkflowTemplate", "workflowtemplate", "workflowtemplates", "wftmpl"), "WorkflowTemplate"
    ),
    **dict.fromkeys(
        (
            "ClusterWorkflowTemplate",
            "clusterworkflowtemplate",
            "clusterworkflowtemplates",
            "cwftmpl",
        ),
        "ClusterWorkflowTemplate",
    ),
}
"""What `--from kind/name` accepts → the kind it means."""

KIND_IDS = {
    "Workflow": WORKFLOW,
    "WorkflowTemplate": "wftmpl",
    "ClusterWorkflowTemplate": "cwftmpl",
    "CronWorkflow": "cron",
}
"""`kind` of what is submitted from → the id of that kind."""

RFC3339 = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)"

SERVER_OWNED = (
    "uid",
    "resourceVersion",
    "creationTimestamp",
    "deletionTimestamp",
    "generation",
    "managedFields",
    "selfLink",
)
OVERRIDES = (
    ("entrypoint", "entrypoint", "--entrypoint"),
    ("service_account", "serviceAccountName", "--serviceaccount"),
    ("pod_priority_class", "podPriorityClassName", ""),
    ("priority", "priority", "--priority"),
)
"""Choice → field of the spec, flag of `argo submit`."""


OPTIONS = (
    *(choice for choice, _, _ in OVERRIDES),
    "labels",
    "annotations",
    "name",
    "generate_name",
    "scheduled_time",
    "parameters",
    "artifacts",
    "server_dry_run",
)
"""Choices that change the created object, or that prevent its creation."""


def parse_from(text: str) -> tuple[str, str]:
    """`kind/name` of `--from` as a kind and a name.

    Raises: UsageError, in Argo's words but for a name that cannot be one.
    """
    kind, slash, name = text.partition("/")
    if not slash or "/" in name or not kind or not name:
        raise UsageError(
            f"resource identifier '{text}' is malformed. Should be `kind/name`, "
            "e.g. cronwf/hello-world-cwf"
        )
    if kind not in KINDS:
        raise UsageError(f"Resource kind '{kind}' is not supported for submitting")
    if fault := typed_fault(name):
        raise UsageError(f"the name of the {KINDS[kind]} {fault}")
    return KINDS[kind], name


def plan(manifest: Manifest, choices: Choices, context: Context) -> Plan:
    """The workflow that would be created from a workflow, a template or a cron workflow."""
    kind = str(manifest.get("kind") or "Workflow")
    begun = _begun(manifest, kind, choices, context)
    made = with_overrides(begun, choices, known_artifacts(manifest))
    made = _labelled(made, context)
    name = called(made)
    return Plan(
        action=SUBMIT.id,
        title=f"Submit {name}",
        lines=tuple(_lines(manifest, kind, name, choices)),
        operation=operation(
            SUBMIT.id,
            manifest,
            _changes(made, namespace_of(manifest), choices),
            _given(choices),
            kind=KIND_IDS[kind],
        ),
        command=_command(manifest, kind, choices),
        result=made,
        warnings=warnings(manifest, tuple(choices.get("parameters") or ())),
    )


def _given(choices: Choices) -> Json:
    """The options that were given; a priority of 0 counts as given."""
    asked = {name: choices.get(name) for name in OPTIONS}
    return {name: value for name, value in asked.items() if value or type(value) is int}


def _changes(made: Manifest, namespace: str, choices: Choices) -> list[Create]:
    if choices.get("dry_run"):
        return []
    dry_run = bool(choices.get("server_dry_run"))
    return [create(made, namespace, f"create {called(made)}", dry_run=dry_run)]


def _begun(manifest: Manifest, kind: str, choices: Choices, context: Context) -> Manifest:
    if kind == "Workflow":
        return _from_workflow(manifest)
    if kind not in KINDS.values():
        raise PlanError(f"Resource kind '{kind}' is not supported for submitting")
    made = _from_cron(manifest, context) if kind == "CronWorkflow" else _from_template(manifest)
    if scheduled := str(choices.get("scheduled_time") or ""):
        if not re.fullmatch(RFC3339, scheduled) or parse_time(scheduled) is None:
            raise PlanError(
                f"scheduled-time contains invalid time.RFC3339 format: {scheduled}",
                hint="write it as 2006-01-02T15:04:05-07:00",
            )
        notes = {**part(made["metadata"], "annotations"), f"{LABEL}scheduled-time": scheduled}
        made["metadata"] = {**made["metadata"], "annotations": notes}
    return made


def _from_workflow(manifest: Manifest) -> Manifest:
    """The workflow of a file, without fields that the server sets and without an old status."""
    metadata = without(part(manifest, "metadata"), *SERVER_OWNED)
    if manifest.get("status"):
        stale = (f"{LABEL}{name}" for name in ("phase", "completed", "workflow-archiving-status"))
        metadata["labels"] = without(labels_of(manifest), *stale)
    rest = without(manifest, "status")
    return {**rest, "apiVersion": API_VERSION, "kind": "Workflow", "metadata": metadata}


def _from_template(manifest: Manifest) -> Manifest:
    """A workflow that refers to the template; the controller reads the template's spec."""
    name = name_of(manifest)
    is_cluster = manifest["kind"] == "ClusterWorkflowTemplate"
    label = "cluster-workflow-template" if is_cluster else "workflow-template"
    reference: Json = {"name": name, **({"clusterScope": True} if is_cluster else {})}
    return {
        "apiVersion": API_VERSION,
        "kind": "Workflow",
        "metadata": {"generateName": f"{name}-", "labels": {LABEL + label: name}},
        "spec": {"workflowTemplateRef": reference},
    }


def _from_cron(manifest: Manifest, context: Context) -> Manifest:
    """A workflow with the cron workflow's spec, owned by it and so deleted with it."""
    name = name_of(manifest)
    spec = part(manifest, "spec")
    extra = part(spec, "workflowMetadata")
    labels: Json = {}
    if INSTANCE in labels_of(manifest):
        labels[INSTANCE] = labels_of(manifest)[INSTANCE]
    labels[f"{LABEL}cron-workflow"] = name
    labels.update(part(extra, "labels"))
    scheduled = rfc3339(context.now, context.zone)
    notes = {f"{LABEL}scheduled-time": scheduled, **part(extra, "annotations")}
    metadata: Json = {"generateName": f"{name}-", "labels": labels, "annotations": notes}
    if extra.get("finalizers"):
        metadata["finalizers"] = list(extra["finalizers"])
    metadata["ownerReferences"] = [
        {
            "apiVersion": API_VERSION,
            "kind": "CronWorkflow",
            "name": name,
            "uid": part(manifest, "metadata").get("uid", ""),
            "controller": True,
            "blockOwnerDeletion": True,
        }
    ]
    return {
        "apiVersion": str(manifest.get("apiVersion") or API_VERSION),
        "kind": "Workflow",
        "metadata": metadata,
        "spec": dict(part(spec, "workflowSpec")),
    }


COPIED_LABELS = tuple(LABEL + name for name in ("phase", "completed", "workflow-archiving-status"))
CONTROLLERS = (f"{LABEL}pod-name-format", f"{LABEL}trace-id")
"""Annotations that the controller writes."""


def readable(manifest: Manifest) -> Manifest:
    """As somebody reads and edits it: kind and name first, and no managed fields."""
    own = ("apiVersion", "kind", "metadata")
    metadata = without(part(manifest, "metadata"), "managedFields", "selfLink")
    first = {key: manifest[key] for key in own if key in manifest}
    return {**first, "metadata": metadata, **without(manifest, *own)}


def draft(manifest: Manifest, context: Context) -> Manifest:
    """A copy of a run that somebody edits: what was asked for, and nothing of what came of it."""
    old = part(manifest, "metadata")
    labels = without(labels_of(manifest), *COPIED_LABELS, *CREATORS)
    notes = without(part(old, "annotations"), *CONTROLLERS)
    metadata: Json = {"generateName": old.get("generateName") or f"{name_of(manifest)}-"}
    metadata["namespace"] = namespace_of(manifest)
    metadata |= {key: value for key, value in (("labels", labels), ("annotations", notes)) if value}
    spec = without(part(manifest, "spec"), "shutdown", "suspend")
    return {"apiVersion": API_VERSION, "kind": "Workflow", "metadata": metadata, "spec": spec}


def plan_copy(manifest: Manifest, choices: Choices, context: Context) -> Plan:
    """The plan of submitting an edited copy of a run; the run stays as it is."""
    new = choices.get("new")
    if not isinstance(new, dict):
        raise UsageError("nothing says what is to be submitted")
    made = plan(new, choices, context)
    return replace(
        made,
        action=EDIT_COPY.id,
        lines=(f"{made.lines[0]} {name_of(manifest)} stays as it is.", *made.lines[1:]),
        ref=ref_of(manifest),
    )


def with_overrides(
    manifest: Manifest, choices: Choices, artifacts: Iterable[Json] = ()
) -> Manifest:
    """A copy with the options of the command line or the form.

    `artifacts` are those that it only refers to.
    """
    spec = dict(part(manifest, "spec"))
    for choice, name, _ in OVERRIDES:
        value = choices.get(choice)
        if value is not None and value != "":
            spec[name] = value
    metadata = dict(part(manifest, "metadata"))
    for choice, what in (("labels", "labels"), ("annotations", "Annotations")):
        if choices.get(choice):
            given = parse_labels(str(choices[choice]), what=what)
            metadata[choice] = {**part(metadata, choice), **given}
    made = {**manifest, "metadata": metadata, "spec": spec}
    made = with_parameters(made, tuple(choices.get("parameters") or ()))
    made = with_artifacts(made, tuple(choices.get("artifacts") or ()), artifacts)
    for choice, name in (("generate_name", "generateName"), ("name", "name")):
        if choices.get(choice):
            metadata[name] = choices[choice]
    return made


def with_artifacts(
    manifest: Manifest, texts: tuple[str, ...], known: Iterable[Json] = ()
) -> Manifest:
    """A copy with other keys for argument artifacts, given as `NAME=KEY`.

    `known` are artifacts that the manifest only refers to: those of its template. Raises: PlanError
    for a text of another form, an artifact there is none of, and one without a key.
    """
    keys: dict[str, str] = {}
    for text in texts:
        name, _, key = text.partition("=")
        if not name or not key:
            raise PlanError(f"expected artifact of the form: NAME=KEY. Received: {text}")
        keys[name] = key
    if not keys:
        return manifest
    spec = part(manifest, "spec")
    arguments = part(spec, "arguments")
    entries = list(items(arguments, "artifacts"))
    there = {str(entry.get("name") or "") for entry in entries}
    for entry in known:
        name = str(entry.get("name") or "")
        if name in keys and name not in there:
            # Without a location it is in the workflow's own repository.
            located: Json = {"s3": {}} if not entry.keys() & LOCATED.keys() else {}
            kept = {key: entry[key] for key in ("name", *LOCATED) if key in entry}
            entries.append({**kept, **located})
            there.add(name)
    names = [str(entry.get("name") or "") for entry in entries]
    unknown = sorted(keys.keys() - set(names))
    if unknown:
        raise PlanError(f"artifact override(s) matched no artifact: {', '.join(unknown)}")
    new = [
        _with_key(one, keys[name]) if name in keys else one
        for name, one in zip(names, entries, strict=True)
    ]
    return {**manifest, "spec": {**spec, "arguments": {**arguments, "artifacts": new}}}


def _with_key(artifact: Json, key: str) -> Json:
    for place, name in LOCATED.items():
        if isinstance(artifact.get(place), dict):
            return {**artifact, place: {**artifact[place], name: key}}
    raise PlanError(f"failed to set key for artifact {artifact['name']}: key unsupported")


def _labelled(manifest: Manifest, context: Context) -> Manifest:
    labels = by_creator(labels_of(manifest), context)
    labels.pop(INSTANCE, None)
    if context.instance_id:
        labels[INSTANCE] = context.instance_id
    # One that has none is not given an empty field.
    return with_labels(manifest, labels) if labels or labels_of(manifest) else manifest


def called(made: Manifest) -> str:
    """The name of a new workflow, or the beginning of the one it is given: `hello-…`."""
    metadata = part(made, "metadata")
    return str(metadata.get("name") or f"{metadata.get('generateName') or ''}…")


def _lines(manifest: Manifest, kind: str, called: str, choices: Choices) -> Iterable[str]:
    yield f"Created: {called} in {namespace_of(manifest)}."
    if choices.get("dry_run"):
        yield "Dry run: nothing is sent."
    elif choices.get("server_dry_run"):
        yield "Dry run: the cluster checks it and keeps nothing."
    if kind == "Workflow" and manifest.get("status"):
        yield "The status of an old run in it is left out: every step runs."
    if kind == "CronWorkflow":
        yield f"It belongs to the cron workflow {name_of(manifest)}, and is deleted with it."


def _command(manifest: Manifest, kind: str, choices: Choices) -> str:
    is_beyond = choices.get("artifacts") or choices.get("pod_priority_class")
    words = [OURS if is_beyond else "argo", "submit", "-n", namespace_of(manifest)]
    words += [str(choices.get("file") or "FILE")] if kind == "Workflow" else []
    words += ["--from", f"{kind.lower()}/{name_of(manifest)}"] if kind != "Workflow" else []
    flags = (
        *((choice, flag) for choice, _, flag in OVERRIDES if flag),
        ("labels", "--labels"),
        ("generate_name", "--generate-name"),
        ("name", "--name"),
        ("scheduled_time", "--scheduled-time"),
    )
    for choice, flag in flags:
        if choices.get(choice) not in (None, ""):
            words += [flag, str(choices[choice])]
    if choices.get("pod_priority_class"):
        words += ["--pod-priority-class-name", str(choices["pod_priority_class"])]
    for parameter in choices.get("parameters") or ():
        words += ["-p", parameter]
    for artifact in choices.get("artifacts") or ():
        words += ["--artifact", artifact]
    words += ["--dry-run", "-o", "yaml"] if choices.get("dry_run") else []
    words += ["--server-dry-run"] if choices.get("server_dry_run") else []
    return joined(words)


SUBMIT = Action(
    id="workflow.submit",
    kinds=frozenset({WORKFLOW}),
    label="Submit a file",
    verb="Submit",
    help="Make workflows of the manifests of a file.",
    consequence="runs",
    plan=plan,
    of_files=True,
    on="kind",
    rights=on_workflows("create"),
    form=(
        Choice("parameters", "Parameters", kind="parameters", default=()),
        Choice("artifacts", "Artifacts", kind="artifacts", default=()),
        Choice("entrypoint", "Entrypoint", kind="text", default=""),
        Choice("service_account", "Service account", kind="text", default=""),
        Choice("labels", "Labels", kind="text", default="", help="NAME=VALUE,NAME=VALUE"),
        Choice("name", "Name", kind="text", default="", of_one=True),
        Choice("server_dry_run", "Only let the cluster check it"),
    ),
    said=saying("Submitted"),
)
EDIT_COPY = Action(
    id="workflow.edit",
    kinds=frozenset({WORKFLOW}),
    label="Edit a copy",
    help="Change a copy of it in $EDITOR, and submit that.",
    consequence="runs",
    draft=draft,
    plan=plan_copy,
    rights=on_workflows("get", "create"),
    said=saying("Submitted"),
)
