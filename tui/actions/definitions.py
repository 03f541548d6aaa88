"""Templates and cron workflows: create, update, delete, and make a run of one (argo.md 5.9).

They are called definitions here: objects that say what workflows are like, and run nothing
themselves. What can be done to them is the same for all three kinds.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from typing import NamedTuple

from tui.actions import submit
from tui.actions.actors import by_actor, by_creator
from tui.actions.base import Action, Choice, Choices, Context, Plan, on_workflows
from tui.actions.manifests import (
    API_VERSION,
    Json,
    check_instance,
    labels_of,
    name_of,
    part,
    with_labels,
    without,
)
from tui.actions.submit import SERVER_OWNED
from tui.actions.words import saying
from tui.domain.cron import ScheduleError, read
from tui.domain.identity import ObjectKey, Target
from tui.domain.names import check_name
from tui.domain.rights import Right
from tui.domain.shellwords import joined
from tui.domain.workflow import INSTANCE, LABEL, WORKFLOW_RESOURCE, Manifest, WorkflowRef
from tui.errors import PlanError, UsageError
from tui.ports.operations import Change, Create, Delete, Operation, Update


class Definition(NamedTuple):
    """One of their kinds."""

    kind: str
    """What its manifests call it."""
    id: str
    """What our keys call it."""
    plural: str
    command: str
    """The word of argo's command line."""
    of_cluster: bool = False

    @property
    def noun(self) -> str:
        """What one is called in a sentence."""
        return {"cron": "cron workflow", "wftmpl": "workflow template"}.get(
            self.id, "cluster workflow template"
        )


CRON = Definition("CronWorkflow", "cron", "cronworkflows", "cron")
TEMPLATE = Definition("WorkflowTemplate", "wftmpl", "workflowtemplates", "template")
CLUSTER_TEMPLATE = Definition(
    "ClusterWorkflowTemplate",
    "cwftmpl",
    "clusterworkflowtemplates",
    "cluster-template",
    of_cluster=True,
)
DEFINITIONS = (CRON, TEMPLATE, CLUSTER_TEMPLATE)
KINDS = frozenset(each.id for each in DEFINITIONS)
TEMPLATES = frozenset({TEMPLATE.id, CLUSTER_TEMPLATE.id})


def definition_of(manifest: Manifest) -> Definition:
    """What kind it is. Raises: PlanError for an object that is none of these."""
    kind = str(manifest.get("kind") or "")
    found = next((each for each in DEFINITIONS if each.kind == kind), None)
    if found is None:
        raise PlanError(f"{kind or 'a manifest without a kind'} is no template or cron workflow")
    return found


def key_in(manifest: Manifest, found: Definition) -> ObjectKey:
    """The key of an object that has a name. Raises: InputError for one that cannot be."""
    check_name(name_of(manifest), f"the name of the {found.noun}")
    namespace = namespace_in(manifest, found)
    if not found.of_cluster:
        check_name(namespace, "the namespace")
    return ObjectKey("", found.id, namespace, name_of(manifest))


def namespace_in(manifest: Manifest, found: Definition) -> str:
    """Its namespace; "" where the kind has none."""
    if found.of_cluster:
        return ""
    return str(part(manifest, "metadata").get("namespace") or "default")


def command_for(
    verb: str, manifest: Manifest, flags: Iterable[str] = (), *, by: str = "argo"
) -> str:
    """The command line that does the same, quoted for a shell; `by` is whose it is."""
    found = definition_of(manifest)
    where = [] if found.of_cluster else ["-n", namespace_in(manifest, found)]
    return joined([by, found.command, verb, *where, name_of(manifest), *flags])


def operation_on(
    action: str, manifest: Manifest, changes: Sequence[Change], options: Json, half_way: str = ""
) -> Operation:
    """The operation of an action on one of these."""
    found = definition_of(manifest)
    uid = str(part(manifest, "metadata").get("uid") or "")
    key = ObjectKey("", found.id, namespace_in(manifest, found), name_of(manifest))
    return Operation(action, Target(key, uid), options, tuple(changes), half_way)


def ref_in(manifest: Manifest) -> WorkflowRef:
    """What to call it in messages."""
    found = definition_of(manifest)
    uid = str(part(manifest, "metadata").get("uid") or "")
    return WorkflowRef(namespace_in(manifest, found), name_of(manifest), uid)


# --- create and update ---------------------------------------------------------------------------

NEW_SPEC: Json = {
    "entrypoint": "main",
    "templates": [
        {
            "name": "main",
            "container": {"image": "busybox", "command": ["echo"], "args": ["hello"]},
        }
    ],
}
"""What a new template does until somebody writes what it is to do."""


def draft_of(manifest: Manifest, context: Context) -> Manifest:
    """One as somebody edits it: without what the cluster alone writes, with the version it has."""
    return without(submit.readable(manifest), "status")


def _new(found: Definition) -> Callable[[Manifest, Context], Manifest]:
    """Makes what somebody begins with who creates one."""

    def draft(manifest: Manifest, context: Context) -> Manifest:
        metadata: Json = {"name": f"new-{found.command}"}
        if not found.of_cluster:
            metadata["namespace"] = context.namespace or "default"
        spec = {"schedules": ["0 6 * * *"], "workflowSpec": NEW_SPEC} if found is CRON else NEW_SPEC
        return submit.readable(_whole({"metadata": metadata, "spec": spec}, found))

    return draft


def plan_new(manifest: Manifest, choices: Choices, context: Context) -> Plan:
    """The plan of creating what somebody wrote."""
    return plan_create(_written(choices, manifest), choices, context)


def _written(choices: Choices, instead: Manifest | None = None) -> Manifest:
    new = choices.get("new", instead)
    if not isinstance(new, dict):
        raise UsageError("nothing says what it is to be")
    return new


def plan_create(manifest: Manifest, choices: Choices, context: Context) -> Plan:
    """The plan of creating one from its manifest."""
    found = definition_of(manifest)
    made = _labelled(_own(_overridden(manifest, found, choices)), context)
    namespace = namespace_in(made, found)
    if not found.of_cluster:
        check_name(namespace, "the namespace")
    called = name_of(made) or f"{part(made, 'metadata').get('generateName') or ''}…"
    key = ObjectKey("", found.id, namespace, name_of(made))
    dry = bool(choices.get("server_dry_run"))
    change = Create(key=key, manifest=made, purpose=f"create {found.noun} {called}", dry_run=dry)
    where = "" if found.of_cluster else f" in {namespace}"
    return Plan(
        action=CREATE.id,
        title=f"Create {found.noun} {called}",
        lines=(f"Created: {called}{where}. Nothing runs by that.",)
        if found is not CRON
        else (f"Created: {called}{where}. It makes workflows by its schedule from now on.",),
        operation=operation_on(CREATE.id, made, [change], {}),
        command=joined(["argo", found.command, "create", str(choices.get("file") or "FILE")]),
        result=made,
        ref=ref_in(made),
    )


def plan_update(manifest: Manifest, choices: Choices, context: Context) -> Plan:
    """The plan of replacing one by `choices["new"]`, its manifest as it is to be.

    `manifest` is the one there is; what somebody else changes meanwhile is a conflict.
    """
    check_instance(manifest, context)
    found = definition_of(manifest)
    new = _written(choices)
    old = part(manifest, "metadata")
    for field in ("name", "namespace"):
        now, was = part(new, "metadata").get(field), old.get(field)
        if now and was and now != was:
            raise PlanError(f"its {field} stays {was}: create another {found.noun} to have {now}")
    owned = ("name", "namespace", *SERVER_OWNED)
    metadata = {
        **without(part(new, "metadata"), *owned),
        **{field: old[field] for field in owned if field in old and field != "managedFields"},
    }
    made = {**_whole(new, found), "metadata": metadata}
    if isinstance(manifest.get("status"), dict):
        made["status"] = manifest["status"]
    if found is CRON:
        check_schedules(part(made, "spec"))
    made = _labelled(made, context, creator=False)
    changed = sorted(
        key
        for key in {*part(manifest, "spec"), *part(made, "spec")}
        if part(manifest, "spec").get(key) != part(made, "spec").get(key)
    )
    is_same = not changed and _without_version(made) == _without_version(manifest)
    lines = (
        ("Nothing is different: nothing to do.",)
        if is_same
        else (
            f"Changed: {', '.join(changed) or 'labels or annotations'}.",
            "Workflows that run keep what they began with.",
        )
    )
    change = Update(
        key=key_in(manifest, found),
        manifest=made,
        purpose=f"update {found.noun} {name_of(manifest)}",
    )
    return Plan(
        action=UPDATE.id,
        title=f"Update {found.noun} {name_of(manifest)}",
        lines=lines,
        operation=None if is_same else operation_on(UPDATE.id, manifest, [change], {}),
        command=joined(["argo", found.command, "update", str(choices.get("file") or "FILE")]),
        result=made,
        ref=ref_in(manifest),
    )


def _without_version(manifest: Manifest) -> Json:
    kept = without(part(manifest, "metadata"), *SERVER_OWNED)
    return {**without(manifest, "status", "apiVersion", "kind"), "metadata": kept}


def _own(manifest: Manifest) -> Manifest:
    """Without what the server sets, and without a status."""
    found = definition_of(manifest)
    metadata = without(part(manifest, "metadata"), *SERVER_OWNED)
    if found.of_cluster:
        metadata.pop("namespace", None)
    return {**_whole(without(manifest, "status"), found), "metadata": metadata}


def _whole(manifest: Manifest, found: Definition) -> Json:
    return {**manifest, "apiVersion": API_VERSION, "kind": found.kind}


def _labelled(manifest: Manifest, context: Context, *, creator: bool = True) -> Manifest:
    if creator:
        labels = by_creator(labels_of(manifest), context)
    else:
        labels = labels_of(by_actor(manifest, context, "Update"))
    labels.pop(INSTANCE, None)
    if context.instance_id:
        labels[INSTANCE] = context.instance_id
    return with_labels(manifest, labels) if labels or labels_of(manifest) else manifest


def _overridden(manifest: Manifest, found: Definition, choices: Choices) -> Manifest:
    """A cron workflow with the schedule and the workflow's overrides of the command line, as argo
    takes them; its schedules are checked, because the API takes any text for one."""
    if found is not CRON:
        return manifest
    spec = dict(part(manifest, "spec"))
    if choices.get("schedule"):
        spec = {**without(spec, "schedule"), "schedules": [str(choices["schedule"])]}
    inner = submit.with_overrides({"spec": part(spec, "workflowSpec")}, choices)
    spec["workflowSpec"] = inner["spec"]
    metadata = dict(part(manifest, "metadata"))
    for field, other in (("name", "generateName"), ("generateName", "name")):
        if inner.get("metadata", {}).get(field):
            metadata[field] = inner["metadata"][field]
            metadata.pop(other, None)
    check_schedules(spec)
    return {**manifest, "metadata": metadata, "spec": spec}


def check_schedules(spec: Json) -> None:
    """Refuse a schedule that Argo's controller would. Raises: PlanError in its words."""
    lines = [str(line) for line in spec.get("schedules") or ()]
    lines += [str(spec["schedule"])] if spec.get("schedule") else []
    try:
        read(lines, str(spec.get("timezone") or ""))
    except ScheduleError as error:
        raise PlanError(str(error)) from error


# --- delete --------------------------------------------------------------------------------------


def plan_delete(manifest: Manifest, choices: Choices, context: Context) -> Plan:
    """The plan of deleting one."""
    check_instance(manifest, context)
    found = definition_of(manifest)
    name = name_of(manifest)
    change = Delete(
        key=key_in(manifest, found),
        uid=str(part(manifest, "metadata").get("uid") or ""),
        propagation="Background",
        purpose=f"delete {found.noun} {name}",
    )
    return Plan(
        action=DELETES[found.id].id,
        title=f"Delete {found.noun} {name}",
        lines=DELETED[found.id],
        operation=operation_on(DELETES[found.id].id, manifest, [change], {}),
        command=command_for("delete", manifest),
        facts={"deletes": name},
        ref=ref_in(manifest),
    )


DELETED = {
    CRON.id: (
        "No workflow is made by its schedule any more.",
        "Lost: the schedule, and the workflows that it made, those that run included: they belong "
        "to it and are deleted with it.",
    ),
    TEMPLATE.id: (
        "Workflows that run go on: they keep what they began with.",
        "Whatever refers to it fails when it is run next: cron workflows, templates, resubmits.",
    ),
    CLUSTER_TEMPLATE.id: (
        "It goes for all namespaces. Workflows that run go on: they keep what they began with.",
        "Whatever refers to it fails when it is run next: cron workflows, templates, resubmits.",
    ),
}
"""Id of a kind → what its deletion means."""


# --- a run of one --------------------------------------------------------------------------------


def plan_run(manifest: Manifest, choices: Choices, context: Context) -> Plan:
    """The plan of a workflow made from a template or cron workflow now."""
    found = definition_of(manifest)
    given = manifest
    if found.of_cluster:
        # A workflow needs a namespace, and a template of the cluster has none.
        namespace = str(choices.get("namespace") or context.namespace)
        if not namespace:
            raise PlanError("nothing says in which namespace it is to run")
        given = {**manifest, "metadata": {**part(manifest, "metadata"), "namespace": namespace}}
    made = submit.plan(given, choices, context)
    action = RUNS[found.id]
    operation = made.operation
    if operation is not None:
        key = ObjectKey("", found.id, namespace_in(manifest, found), name_of(manifest))
        target = Target(key, operation.target.uid)
        operation = Operation(
            submit.SUBMIT.id, target, operation.options, operation.changes, operation.half_way
        )
    return replace(
        made, action=action.id, title=f"{action.label} {name_of(manifest)}", operation=operation
    )


def _rights(found: Definition, *verbs: str) -> tuple[Right, ...]:
    return tuple(
        Right(verb, WORKFLOW_RESOURCE.group, found.plural, "", found.of_cluster) for verb in verbs
    )


CREATE = Action(
    id="definition.create",
    kinds=KINDS,
    label="Create",
    help="Create it from a manifest.",
    consequence="reversible",
    plan=plan_create,
    on="kind",
    said=saying("Created"),
)
UPDATE = Action(
    id="definition.update",
    kinds=KINDS,
    label="Update",
    help="Replace it by a manifest.",
    consequence="reversible",
    plan=plan_update,
    said=saying("Updated"),
)


def _editing(found: Definition) -> Action:
    return Action(
        id=f"{found.command}.edit",
        kinds=frozenset({found.id}),
        label="Edit",
        help="Change it in $EDITOR; what runs keeps what it began with.",
        consequence="reversible",
        draft=draft_of,
        plan=plan_update,
        rights=_rights(found, "get", "update"),
        said=saying("Updated"),
    )


def _creating(found: Definition) -> Action:
    return Action(
        id=f"{found.command}.create",
        kinds=frozenset({found.id}),
        label="Create",
        help=f"Write a new {found.noun} in $EDITOR, or take one from a file.",
        consequence="reversible",
        draft=_new(found),
        of_files=True,
        plan=plan_new,
        on="kind",
        rights=_rights(found, "create"),
        said=saying("Created"),
    )


def _linting(found: Definition) -> Action:
    return Action(
        id=f"{found.command}.lint",
        kinds=frozenset({found.id}),
        label="Lint",
        help="Say what Argo would refuse of it, and of what it refers to.",
        consequence="none",
        lints=True,
        rights=_rights(found, "get"),
    )


LINTS = {found.id: _linting(found) for found in DEFINITIONS}
"""Id of a kind → what judges one of it."""
EDITS = {found.id: _editing(found) for found in DEFINITIONS}
"""Id of a kind → what changes one of it in an editor."""
CREATES = {found.id: _creating(found) for found in DEFINITIONS}
"""Id of a kind → what creates one of it in an editor."""


def _deleting(found: Definition, help: str) -> Action:
    return Action(
        id=f"{found.command}.delete",
        kinds=frozenset({found.id}),
        binding="act.delete",
        label="Delete",
        help=help,
        consequence="destroys",
        plan=plan_delete,
        rights=_rights(found, "get", "delete"),
        said=saying("Deleted"),
    )


DELETE_CRON = _deleting(CRON, "Delete it, and the workflows that it made.")
DELETE_TEMPLATE = _deleting(TEMPLATE, "Delete it; what refers to it fails when it is run next.")
DELETE_CLUSTER_TEMPLATE = _deleting(
    CLUSTER_TEMPLATE, "Delete it for all namespaces; what refers to it fails when it is run next."
)
DELETES = {
    CRON.id: DELETE_CRON,
    TEMPLATE.id: DELETE_TEMPLATE,
    CLUSTER_TEMPLATE.id: DELETE_CLUSTER_TEMPLATE,
}
"""Id of a kind → what deletes one of it."""


SUBMITTED = saying("Submitted")


def _running(
    found: Definition,
    verb: str,
    label: str,
    help: str,
    *more: Choice,
    said: Callable[[Manifest], str] = SUBMITTED,
    also: tuple[str, ...] = (),
) -> Action:
    return Action(
        id=f"{found.command}.{verb}",
        kinds=frozenset({found.id}),
        binding="act.new-run",
        label=label,
        help=help,
        consequence="runs",
        plan=plan_run,
        rights=on_workflows("create"),
        form=(*submit.SUBMIT.form, *more),
        said=said,
        also=also,
    )


RUN = _running(TEMPLATE, "submit", "Submit", "Make a workflow of it.")
RUN_CLUSTER = _running(
    CLUSTER_TEMPLATE,
    "submit",
    "Submit",
    "Make a workflow of it, in a namespace.",
    Choice("namespace", "Namespace", kind="text", default="", help="where it is to run"),
)


def _triggered(answer: Manifest) -> str:
    """`Triggered nightly-etl as nightly-etl-9xk2d`."""
    of = labels_of(answer).get(f"{LABEL}cron-workflow") or ""
    return f"Triggered {of} as {name_of(answer)}" if of else f"Triggered {name_of(answer)}"


TRIGGER = _running(
    CRON,
    "trigger",
    "Trigger",
    "Make a workflow of it now, whatever its schedule.",
    said=_triggered,
    also=("submit",),
)
RUNS = {TEMPLATE.id: RUN, CLUSTER_TEMPLATE.id: RUN_CLUSTER, CRON.id: TRIGGER}
"""Id of a kind → what makes a workflow of one."""
