"""Reading raw workflows, and making changed copies of them.

A plan writes back what it was given, every field kept, so it works on dictionaries and copies only
the levels it changes: ten thousand nodes are shared with the input, not cloned.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from tui.actions.base import Context
from tui.domain.archived import is_only_in_archive
from tui.domain.durations import rfc3339 as rfc3339
from tui.domain.identity import ObjectKey, Target
from tui.domain.names import check_name
from tui.domain.shellwords import joined
from tui.domain.workflow import (
    WORKFLOW,
    ListedWorkflow,
    Manifest,
    WorkflowRef,
    is_of_instance,
)
from tui.errors import InputError, PlanError
from tui.ports.operations import Change, Create, Operation, Patch, Update

API_VERSION = "argoproj.io/v1alpha1"
OURS = "argo-tui"
"""The command line that does what argo's has no flag for."""

Json = dict[str, Any]


def part(owner: Mapping[str, Any], key: str) -> Json:
    """The object under `key`, empty if there is none.

    Raises: InputError where something else stands there.
    """
    value = owner.get(key)
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise InputError(f"{key} is not an object but {type(value).__name__}")
    return value


def items(owner: Mapping[str, Any], key: str) -> list[Json]:
    """The list of objects under `key`, empty if there is none.

    Raises: InputError where something else stands there.
    """
    value = owner.get(key)
    if value is None:
        return []
    if not isinstance(value, list) or not all(isinstance(item, dict) for item in value):
        raise InputError(f"{key} is not a list of objects")
    return value


def name_of(manifest: Manifest) -> str:
    """`metadata.name`, "" if it has none."""
    return str(part(manifest, "metadata").get("name") or "")


def namespace_of(manifest: Manifest) -> str:
    """`metadata.namespace`; `default` if it has none, as in the API."""
    return str(part(manifest, "metadata").get("namespace") or "default")


def phase_of(manifest: Manifest) -> str:
    """`status.phase`; "" before a controller has seen the workflow."""
    return str(part(manifest, "status").get("phase") or "")


def ref_of(manifest: Manifest) -> WorkflowRef:
    """The reference of this workflow."""
    uid = str(part(manifest, "metadata").get("uid") or "")
    return WorkflowRef(namespace_of(manifest), name_of(manifest), uid)


def labels_of(manifest: Manifest) -> dict[str, str]:
    """A copy of `metadata.labels`."""
    return dict(part(part(manifest, "metadata"), "labels"))


def without(mapping: Mapping[str, Any], *keys: str) -> Json:
    """A copy without `keys`."""
    return {key: value for key, value in mapping.items() if key not in keys}


def with_labels(manifest: Manifest, labels: Mapping[str, str]) -> Manifest:
    """A copy with these labels and no others."""
    return {**manifest, "metadata": {**part(manifest, "metadata"), "labels": dict(labels)}}


def check_instance(manifest: Manifest, context: Context) -> None:
    """Refuse an object of another controller instance (argo.md 5.0); files are always accepted.

    Raises: PlanError in Argo's words.
    """
    if not context.is_saved and not is_of_instance(manifest, context.instance_id):
        raise PlanError(f"'{name_of(manifest)}' is not managed by the current Argo Server")


def key_of(kind: str, namespace: str, name: str, what: str) -> ObjectKey:
    """The key of an object; `what` names it in errors.

    Raises: InputError for a name that cannot be one: the change would mean something else.
    """
    check_name(namespace, "the namespace")
    check_name(name, f"the name of the {what}")
    return ObjectKey("", kind, namespace, name)


def own_key(manifest: Manifest) -> ObjectKey:
    """The key of this workflow. Raises: InputError if it has no name."""
    key = key_of(WORKFLOW, namespace_of(manifest), name_of(manifest), "workflow")
    return key._replace(incarnation=_incarnation(manifest))


def target_of(manifest: Manifest, kind: str = WORKFLOW) -> Target:
    """The target for this object; an object that is submitted may have no name."""
    uid = str(part(manifest, "metadata").get("uid") or "")
    namespace, name = namespace_of(manifest), name_of(manifest)
    return Target(ObjectKey("", kind, namespace, name, _incarnation(manifest)), uid)


def _incarnation(manifest: Manifest) -> str:
    """Of what only the archive has its uid: that alone tells which one is meant."""
    if not is_only_in_archive(manifest):
        return ""
    return str(part(manifest, "metadata").get("uid") or "")


def whole(manifest: Manifest) -> Manifest:
    """A copy with `apiVersion` and `kind`, which objects from lists may lack."""
    return {**manifest, "apiVersion": API_VERSION, "kind": "Workflow"}


def create(manifest: Manifest, namespace: str, purpose: str, *, dry_run: bool = False) -> Create:
    """The creation of a workflow in a namespace. Raises: InputError for an invalid workflow."""
    check_name(namespace, "the namespace")
    key = ObjectKey("", WORKFLOW, namespace, name_of(manifest))
    return Create(key=key, manifest=manifest, purpose=purpose, dry_run=dry_run)


def update(manifest: Manifest, purpose: str, *, dry_run: bool = False) -> Update:
    """The update of a whole workflow, with the `metadata.resourceVersion` that was read."""
    return Update(key=own_key(manifest), manifest=whole(manifest), purpose=purpose, dry_run=dry_run)


def patch(manifest: Manifest, body: Json, purpose: str) -> Patch:
    """A merge patch of the workflow."""
    return Patch(key=own_key(manifest), patch=body, purpose=purpose)


def operation(
    action: str,
    manifest: Manifest,
    changes: Sequence[Change],
    options: Mapping[str, Any],
    *,
    kind: str = WORKFLOW,
    half_way: str = "",
) -> Operation | None:
    """The operation of an action on this object; None if there is nothing to change."""
    if not changes:
        return None
    return Operation(action, target_of(manifest, kind), options, tuple(changes), half_way)


def command(verb: str, manifest: Manifest, flags: Iterable[str] = ()) -> str:
    """The `argo` command line that does the same, quoted for a shell."""
    verbs, name = verb.split(), name_of(manifest)
    if is_only_in_archive(manifest):
        verbs, name = ["archive", *verbs], _incarnation(manifest) or name
    return joined(["argo", *verbs, "-n", namespace_of(manifest), name, *flags])


def not_over(workflow: ListedWorkflow, verb: str) -> str | None:
    """Why a completed workflow cannot be `verb`ed any more; None if it is not completed."""
    if not workflow.is_completed:
        return None
    name = workflow.metadata.name
    return f"{name} is over ({workflow.phase}): only an unfinished workflow can be {verb}."
