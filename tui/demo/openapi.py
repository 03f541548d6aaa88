"""The OpenAPI documents kubectl reads before it writes, and for `explain`.

kubectl looks for the operations of a kind, whether they take `fieldValidation`, and a schema to
explain. There is a document of version 3 for each group, and the one of version 2 that older
clients want is made from them.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from tui.demo import discovery
from tui.demo.openapi_kinds import ANYTHING, METADATA, PARTS, text
from tui.demo.resources import ARGO, DEFINITIONS, RESOURCES, Obj, Resource

_EXTENSIONS = "io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1"
_PREFIX = {"": "io.k8s.api.core.v1", ARGO: "io.argoproj.v1alpha1", DEFINITIONS.group: _EXTENSIONS}
META = "io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta"
_LIST_META = "io.k8s.apimachinery.pkg.apis.meta.v1.ListMeta"


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
        "info": {"title": "Kubernetes", "version": discovery.VERSION["gitVersion"]},
        "paths": paths,
        "components": {"schemas": _schemas(kinds)},
    }


def _name(resource: Resource) -> str:
    return f"{_PREFIX[resource.group]}.{resource.kind}"


def _ref(name: str) -> Obj:
    return {"$ref": f"#/components/schemas/{name}"}


def _parameter(name: str, place: str = "query") -> Obj:
    required = {"required": True} if place == "path" else {}
    return {"name": name, "in": place, **required, "schema": {"type": "string"}}


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
    namespace = [_parameter("namespace", "path")] if resource.namespaced else []
    return {
        many: {
            "get": _operation(resource, "list"),
            "post": _operation(resource, "post"),
            "parameters": namespace,
        },
        one: {
            "get": _operation(resource, "get"),
            "put": _operation(resource, "put"),
            "patch": _operation(resource, "patch"),
            "delete": _operation(resource, "delete"),
            "parameters": [_parameter("name", "path"), *namespace],
        },
    }


def _schemas(kinds: Sequence[Resource]) -> Obj:
    schemas: Obj = {META: METADATA, _LIST_META: dict(ANYTHING)}
    for each in kinds:
        top = {
            "apiVersion": text("Group and version of the kind."),
            "kind": text("The kind."),
            "metadata": {"description": "Standard object's metadata.", "allOf": [_ref(META)]},
            **PARTS[each.kind],
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
                "apiVersion": text("Group and version of the kind."),
                "kind": text("The kind."),
                "metadata": _ref(_LIST_META),
                "items": {"type": "array", "items": _ref(_name(each))},
            },
            "x-kubernetes-group-version-kind": [{**_gvk(each), "kind": each.list_kind}],
        }
    return schemas


def document_v2(hidden: frozenset[str] = frozenset()) -> Obj:
    """All groups in one document of version 2."""
    paths: Obj = {}
    definitions: Obj = {}
    for root in index(hidden)["paths"]:
        described = document(root, hidden)
        assert described is not None, root
        for path, item in described["paths"].items():
            paths[path] = {
                name: [_parameter_v2(each) for each in content]
                if name == "parameters"
                else _operation_v2(content)
                for name, content in item.items()
            }
        for name, schema in described["components"]["schemas"].items():
            definitions[name] = _schema_v2(schema)
    return {
        "swagger": "2.0",
        "info": {"title": "Kubernetes", "version": discovery.VERSION["gitVersion"]},
        "paths": paths,
        "definitions": definitions,
    }


def _operation_v2(operation: Obj) -> Obj:
    kept = {name: value for name, value in operation.items() if name.startswith("x-")}
    content = operation["responses"]["200"]["content"]
    answer = _schema_v2(content["application/json"]["schema"])
    return {
        **kept,
        "produces": list(content),
        "parameters": [_parameter_v2(each) for each in operation.get("parameters", ())],
        "responses": {"200": {"description": "OK", "schema": answer}},
    }


def _parameter_v2(parameter: Obj) -> Obj:
    kept = {name: value for name, value in parameter.items() if name != "schema"}
    return {**kept, **parameter["schema"]}


def _schema_v2(schema: Any) -> Any:
    """References lead elsewhere, and what is more than a reference needs no `allOf`."""
    if isinstance(schema, list):
        return [_schema_v2(each) for each in schema]
    if not isinstance(schema, dict):
        return schema
    whole = {name: _schema_v2(each) for name, each in schema.items() if name != "allOf"}
    for part in schema.get("allOf", ()):
        whole |= _schema_v2(part)
    if isinstance(whole.get("$ref"), str):
        whole["$ref"] = whole["$ref"].replace("#/components/schemas/", "#/definitions/")
    return whole
