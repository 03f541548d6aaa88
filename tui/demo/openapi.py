"""The OpenAPI v3 documents kubectl reads before it writes, and for `explain`.

kubectl looks for the operations of a kind, whether they take `fieldValidation`, and a schema to
explain. The schemas tell the top of each kind and let everything below through.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from tui.demo.resources import ARGO, RESOURCES, Obj, Resource

_PREFIX = {"": "io.k8s.api.core.v1", ARGO: "io.argoproj.v1alpha1"}
_META = "io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta"
_LIST_META = "io.k8s.apimachinery.pkg.apis.meta.v1.ListMeta"

_ANYTHING = {"type": "object", "x-kubernetes-preserve-unknown-fields": True}


def _text(description: str) -> Obj:
    return {"type": "string", "description": description}


def _object(description: str, **properties: Any) -> Obj:
    return {
        "type": "object",
        "description": description,
        "properties": properties,
        "x-kubernetes-preserve-unknown-fields": True,
    }


def _list(description: str, items: Obj | None = None) -> Obj:
    return {"type": "array", "description": description, "items": items or dict(_ANYTHING)}


def _map(description: str) -> Obj:
    return {
        "type": "object",
        "description": description,
        "additionalProperties": {"type": "string"},
    }


_WORKFLOW_SPEC = _object(
    "What the workflow is to do.",
    entrypoint=_text("The template the run begins with."),
    templates=_list(
        "The templates of the workflow.",
        _object("A step of work, or a graph of them.", name=_text("Its name.")),
    ),
    arguments=_object("Parameters and artifacts given to the entrypoint."),
    onExit=_text("The template that runs when everything else has ended."),
    suspend={"type": "boolean", "description": "True holds the workflow back."},
    shutdown=_text("Stop or Terminate ends a running workflow."),
    parallelism={"type": "integer", "format": "int64", "description": "How many pods at once."},
    serviceAccountName=_text("The account its pods run as."),
    activeDeadlineSeconds={"type": "integer", "format": "int64", "description": "Time limit."},
    workflowTemplateRef=_object("The template this workflow is made of."),
)
_WORKFLOW_STATUS = _object(
    "How far it has come.",
    phase=_text("Pending, Running, Succeeded, Failed or Error."),
    message=_text("Why it is so."),
    progress=_text("Ended pods of known pods, as N/M."),
    startedAt={"type": "string", "format": "date-time", "description": "When it began."},
    finishedAt={"type": "string", "format": "date-time", "description": "When it ended."},
    nodes=_object("Every node of the run, by its id."),
)
_CRON_SPEC = _object(
    "When to start which workflow.",
    schedules=_list("Cron expressions.", _text("A cron expression.")),
    schedule=_text("A cron expression (before 3.6)."),
    timezone=_text("The time zone of the schedule."),
    suspend={"type": "boolean", "description": "True starts no more."},
    workflowSpec=_WORKFLOW_SPEC,
)
_PARTS: dict[str, dict[str, Obj]] = {
    "Workflow": {"spec": _WORKFLOW_SPEC, "status": _WORKFLOW_STATUS},
    "WorkflowTemplate": {"spec": _WORKFLOW_SPEC},
    "ClusterWorkflowTemplate": {"spec": _WORKFLOW_SPEC},
    "CronWorkflow": {"spec": _CRON_SPEC, "status": _object("What it has started.")},
    "WorkflowTaskResult": {
        "phase": _text("How the node ended."),
        "message": _text("Why it ended so."),
        "outputs": _object("What the node put out."),
        "progress": _text("How far the node has come."),
    },
    "Namespace": {"spec": _object("Finalizers."), "status": _object("Its phase.")},
    "Pod": {
        "spec": _object("What runs in the pod.", containers=_list("Its containers.")),
        "status": _object("How its containers are."),
    },
    "Event": {
        "involvedObject": _object("What the event is about."),
        "reason": _text("A word why."),
        "message": _text("A sentence."),
        "type": _text("Normal or Warning."),
        "count": {"type": "integer", "format": "int32", "description": "How often."},
    },
    "ConfigMap": {
        "data": _map("Text by key."),
        "binaryData": _map("Bytes by key, in base64."),
        "immutable": {"type": "boolean", "description": "True allows no change."},
    },
    "Secret": {
        "data": _map("Bytes by key, in base64."),
        "stringData": _map("Text by key, written only."),
        "type": _text("What the secret is for."),
        "immutable": {"type": "boolean", "description": "True allows no change."},
    },
    "ServiceAccount": {
        "secrets": _list("Secrets its pods may use."),
        "imagePullSecrets": _list("Secrets to pull images with."),
        "automountServiceAccountToken": {"type": "boolean", "description": "Whether to mount it."},
    },
}

_METADATA_SCHEMA = _object(
    "What every object has.",
    name=_text("Its name, unique in its namespace and kind."),
    generateName=_text("The beginning of a name to be made up."),
    namespace=_text("Its namespace."),
    labels=_map("Labels, to be selected by."),
    annotations=_map("Notes of any kind."),
    uid=_text("Unique in time and space."),
    resourceVersion=_text("Opaque; changes with every write."),
    creationTimestamp={"type": "string", "format": "date-time", "description": "When made."},
    deletionTimestamp={"type": "string", "format": "date-time", "description": "When deleted."},
    finalizers=_list("What is to be done before it goes.", _text("One of them.")),
    ownerReferences=_list("Objects it goes with."),
    generation={"type": "integer", "format": "int64", "description": "Counts changes."},
)


def _kept(hidden: frozenset[str]) -> list[Resource]:
    return [each for each in RESOURCES if not each.virtual and each.group not in hidden]


def _root(resource: Resource) -> str:
    return f"apis/{resource.api_version}" if resource.group else f"api/{resource.version}"


def index(hidden: frozenset[str] = frozenset()) -> Obj:
    """Which documents there are."""
    roots = dict.fromkeys(_root(each) for each in _kept(hidden))
    return {"paths": {r: {"serverRelativeURL": f"/openapi/v3/{r}?hash=1"} for r in roots}}


def document(root: str, hidden: frozenset[str] = frozenset()) -> Obj | None:
    """The document of one group and version, e.g. `apis/argoproj.io/v1alpha1`."""
    kinds = [each for each in _kept(hidden) if _root(each) == root]
    if not kinds:
        return None
    paths: Obj = {}
    for each in kinds:
        paths.update(_paths(each))
    return {
        "openapi": "3.0.0",
        "info": {"title": "Kubernetes", "version": "v1.32.4"},
        "paths": paths,
        "components": {"schemas": _schemas(kinds)},
    }


def _name(resource: Resource) -> str:
    return f"{_PREFIX[resource.group]}.{resource.kind}"


def _ref(name: str) -> Obj:
    return {"$ref": f"#/components/schemas/{name}"}


def _parameter(name: str) -> Obj:
    return {"name": name, "in": "query", "schema": {"type": "string"}}


def _operation(resource: Resource, action: str) -> Obj:
    answer = {"application/json": {"schema": _ref(_name(resource))}}
    operation: Obj = {
        "x-kubernetes-action": action,
        "x-kubernetes-group-version-kind": _gvk(resource),
        "responses": {"200": {"description": "OK", "content": answer}},
    }
    if action in ("post", "put", "patch"):
        names = ("dryRun", "fieldManager", "fieldValidation")
        operation["parameters"] = [_parameter(name) for name in names]
    return operation


def _gvk(resource: Resource) -> Obj:
    return {"group": resource.group, "version": resource.version, "kind": resource.kind}


def _paths(resource: Resource) -> Obj:
    many = f"/{_root(resource)}/"
    if resource.namespaced:
        many += "namespaces/{namespace}/"
    many += resource.plural
    one = many + "/{name}"
    return {
        many: {"get": _operation(resource, "list"), "post": _operation(resource, "post")},
        one: {
            "get": _operation(resource, "get"),
            "put": _operation(resource, "put"),
            "patch": _operation(resource, "patch"),
            "delete": _operation(resource, "delete"),
        },
    }


def _schemas(kinds: Sequence[Resource]) -> Obj:
    schemas: Obj = {_META: _METADATA_SCHEMA, _LIST_META: dict(_ANYTHING)}
    for each in kinds:
        top = {
            "apiVersion": _text("Group and version of the kind."),
            "kind": _text("The kind."),
            "metadata": {"description": "Standard object's metadata.", "allOf": [_ref(_META)]},
            **_PARTS[each.kind],
        }
        schemas[_name(each)] = {
            "type": "object",
            "description": f"{each.kind} of {each.group or 'the core group'}.",
            "properties": top,
            "x-kubernetes-group-version-kind": [_gvk(each)],
        }
        schemas[f"{_name(each)}List"] = {
            "type": "object",
            "properties": {
                "apiVersion": _text("Group and version of the kind."),
                "kind": _text("The kind."),
                "metadata": _ref(_LIST_META),
                "items": {"type": "array", "items": _ref(_name(each))},
            },
            "x-kubernetes-group-version-kind": [{**_gvk(each), "kind": each.list_kind}],
        }
    return schemas
