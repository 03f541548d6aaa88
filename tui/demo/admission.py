"""What an object must be before it is kept: the server's checks and defaults."""

from __future__ import annotations

import base64
import re
from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from tui.demo import qualified, refusals
from tui.demo.refusals import Cause
from tui.demo.resources import (
    ACCESS_REVIEWS,
    CONFIG_MAPS,
    EVENTS,
    NAMESPACES,
    PODS,
    RULES_REVIEWS,
    SECRETS,
    SERVICE_ACCOUNTS,
    WORKFLOW_TASK_RESULTS,
    Obj,
    Resource,
)


class _Metadata(msgspec.Struct):
    name: str | None = None
    generateName: str | None = None
    namespace: str | None = None
    uid: str | None = None
    resourceVersion: str | None = None
    labels: dict[str, str] | None = None
    annotations: dict[str, str] | None = None
    finalizers: list[str] | None = None
    ownerReferences: list[dict[str, Any]] | None = None


class _Container(msgspec.Struct):
    name: str


class _PodSpec(msgspec.Struct):
    containers: list[_Container] | None = None
    initContainers: list[_Container] | None = None
    nodeName: str | None = None


class _PodStatus(msgspec.Struct):
    phase: str | None = None
    containerStatuses: list[dict[str, Any]] | None = None
    initContainerStatuses: list[dict[str, Any]] | None = None


class _Any(msgspec.Struct):
    metadata: _Metadata | None = None


class _Pod(msgspec.Struct):
    metadata: _Metadata | None = None
    spec: _PodSpec | None = None
    status: _PodStatus | None = None


class _Event(msgspec.Struct):
    metadata: _Metadata | None = None
    involvedObject: dict[str, Any] | None = None
    source: dict[str, Any] | None = None
    count: int | None = None


class _Contents(msgspec.Struct):
    metadata: _Metadata | None = None
    data: dict[str, str] | None = None
    stringData: dict[str, str] | None = None
    binaryData: dict[str, str] | None = None


class _Namespace(msgspec.Struct):
    metadata: _Metadata | None = None
    spec: dict[str, Any] | None = None
    status: dict[str, Any] | None = None


class _ServiceAccount(msgspec.Struct):
    metadata: _Metadata | None = None
    secrets: list[dict[str, Any]] | None = None


class _Asked(msgspec.Struct):
    resourceAttributes: dict[str, Any] | None = None
    nonResourceAttributes: dict[str, Any] | None = None
    namespace: str | None = None


class _Review(msgspec.Struct):
    metadata: _Metadata | None = None
    spec: _Asked | None = None


class _Preconditions(msgspec.Struct):
    uid: str | None = None
    resourceVersion: str | None = None


class _DeleteOptions(msgspec.Struct):
    preconditions: _Preconditions | None = None
    propagationPolicy: str | None = None
    dryRun: list[str] | None = None
    gracePeriodSeconds: int | None = None
    orphanDependents: bool | None = None


POD_DEFAULTS: Obj = {
    "dnsPolicy": "ClusterFirst",
    "restartPolicy": "Always",
    "schedulerName": "default-scheduler",
    "securityContext": {},
    "terminationGracePeriodSeconds": 30,
}
"""What the server adds to every pod; some clients fail where it is missing."""
_NOT_KEPT_EMPTY = ("annotations", "finalizers", "labels", "ownerReferences")
_PROPAGATIONS = ("Background", "Foreground", "Orphan")
_SHAPES: dict[Resource, type[msgspec.Struct]] = {
    PODS: _Pod,
    EVENTS: _Event,
    CONFIG_MAPS: _Contents,
    SECRETS: _Contents,
    NAMESPACES: _Namespace,
    SERVICE_ACCOUNTS: _ServiceAccount,
    ACCESS_REVIEWS: _Review,
    RULES_REVIEWS: _Review,
}
"""What of an object must be of which type, as far as anything here reads it."""


def check_shape(resource: Resource, body: Any) -> None:
    """Refuse what could not be read into the kind's type; raises 400."""
    try:
        msgspec.convert(body, _SHAPES.get(resource, _Any))
    except msgspec.ValidationError as error:
        raise refusals.bad_request(
            f'{resource.kind} in version "{resource.version}" cannot be handled as a'
            f" {resource.kind}: json: {error}"
        ) from error


def delete_options_asked(query: Mapping[str, str]) -> Obj:
    """What a DELETE without a body asks for in its query; raises 400 and 422.

    Where there is a body, even one that asks for nothing, nobody looks at the query: a
    `?dryRun=All` really deletes then.
    """
    names = ("propagationPolicy", "gracePeriodSeconds", "orphanDependents")
    options: Obj = {name: query[name] for name in names if query.get(name)}
    if options.get("orphanDependents"):
        options["orphanDependents"] = options["orphanDependents"] in ("true", "1")
    if query.get("dryRun"):
        options["dryRun"] = [query["dryRun"]]
    return _checked_options(options)


def delete_options_sent(body: Any) -> Obj:
    """What a DELETE asks for in its body; raises 400 and 422."""
    try:
        msgspec.convert(body, _DeleteOptions)
    except msgspec.ValidationError as error:
        raise refusals.bad_request(
            f'DeleteOptions in version "v1" cannot be handled as a DeleteOptions: json: {error}'
        ) from error
    return _checked_options(dict(body))


def _checked_options(options: Obj) -> Obj:
    if options.get("orphanDependents") is not None:  # the older name of the same wish
        older = "Orphan" if options["orphanDependents"] else "Background"
        options.setdefault("propagationPolicy", older)
    policy = options.get("propagationPolicy")
    if policy is not None and policy not in _PROPAGATIONS:
        supported = ", ".join(f'"{each}"' for each in _PROPAGATIONS)
        raise refusals.wrong_options(
            "DeleteOptions",
            "propagationPolicy",
            f'Unsupported value: "{policy}": supported values: {supported}',
            "FieldValueNotSupported",
        )
    check_dry_run("DeleteOptions", options.get("dryRun") or [])
    grace = str(options.get("gracePeriodSeconds") or 0)
    if not re.fullmatch("-?[0-9]{1,18}", grace):
        raise refusals.bad_request(f'strconv.ParseInt: parsing "{grace}": invalid syntax')
    return options


def check_dry_run(kind: str, asked: Sequence[str]) -> bool:
    """Whether nothing is to be kept; raises 422 for a kind of dry run there is not.

    `kind` is that of the options that ask for it, such as `CreateOptions`.
    """
    if any(each != "All" for each in asked):
        values = "[" + " ".join(f'"{each}"' for each in asked) + "]"
        raise refusals.wrong_options(
            kind,
            "dryRun",
            f'Unsupported value: {values}: supported values: "All"',
            "FieldValueNotSupported",
        )
    return bool(asked)


def admitted(resource: Resource, namespace: str, name: str, body: Any) -> Obj:
    """The object a request sends, in its place, checked and with defaults; raises 400 or 422.

    `name` is that of the path, "" when it is to be created.
    """
    obj = placed(resource, namespace, name, body)
    check(resource, obj, is_new=not name)
    return _defaulted(resource, obj)


def placed(resource: Resource, namespace: str, name: str, body: Any) -> Obj:
    """The object, or the part of one, that a request sends, of the right types and in its place."""
    if not isinstance(body, dict):
        raise refusals.bad_request("couldn't get version/kind; json parse error: not an object")
    obj = {**body, **_typed(resource, body)}
    check_shape(resource, body)
    metadata = {
        name: value
        for name, value in (body.get("metadata") or {}).items()
        if value or name not in _NOT_KEPT_EMPTY
    }
    if resource.namespaced:
        if metadata.get("namespace", namespace) not in ("", namespace):
            raise refusals.bad_request(
                "the namespace of the provided object does not match the namespace sent on the"
                " request"
            )
        metadata["namespace"] = namespace
    if name and metadata.get("name", name) != name:
        raise refusals.bad_request(
            f"the name of the object ({metadata['name']}) does not match the name on the URL"
            f" ({name})"
        )
    if name:
        metadata["name"] = name
    obj["metadata"] = metadata
    return obj


def new(resource: Resource, namespace: str, body: Any) -> Obj:
    """The same for an object to be created: what only the server decides is taken out."""
    obj = admitted(resource, namespace, "", body)
    if obj["metadata"].get("resourceVersion"):
        raise refusals.bad_request("resourceVersion should not be set on objects to be created")
    server_decides = ("uid", "creationTimestamp", "deletionTimestamp", "generation", "selfLink")
    for field in (*server_decides, "resourceVersion", "managedFields"):
        obj["metadata"].pop(field, None)
    if resource is PODS:
        obj["status"] = {
            "phase": "Pending",
            "qosClass": "BestEffort",
            "reason": "NotSimulated",
            "message": "the demo cluster runs the pods of workflows only",
        }
    return obj


def _typed(resource: Resource, body: Mapping[str, Any]) -> Obj:
    version, kind = body.get("apiVersion"), body.get("kind")
    if resource.custom and not kind:
        raise refusals.bad_request("Object 'Kind' is missing in the body of the request")
    if resource.custom and kind != resource.kind:
        name = (body.get("metadata") or {}).get("name", "")
        raise refusals.of_another_kind(resource, str(kind), str(name))
    if kind and kind != resource.kind:
        raise refusals.bad_request(
            f'no kind "{kind}" is registered for the path of {resource.qualified}:'
            f" {kind} cannot be handled as a {resource.kind}"
        )
    if version and version != resource.api_version:
        raise refusals.bad_request(
            f"the API version in the data ({version}) does not match the expected API version"
            f" ({resource.api_version})"
        )
    return {"apiVersion": resource.api_version, "kind": resource.kind}


def check(resource: Resource, obj: Obj, *, is_new: bool = True) -> None:
    """The rules of names, labels and schemas; raises one 422 with all that is wrong."""
    # Three layers of the server look at the labels of a custom resource that is changed, and each
    # tells what it finds.
    layers = 3 if resource.custom and not is_new else 1
    metadata = obj["metadata"]
    causes: list[Cause] = []
    name = str(metadata.get("name") or "")
    if name and (wrong := qualified.wrong_subdomain(name)):
        causes.append(_wrong("metadata.name", f'Invalid value: "{name}": {wrong}'))
    prefix = str(metadata.get("generateName") or "")
    if not name and prefix and (wrong := qualified.wrong_subdomain(prefix + "x")):
        causes.append(_wrong("metadata.generateName", f'Invalid value: "{prefix}": {wrong}'))
    for key, value in (metadata.get("labels") or {}).items():
        if wrong := qualified.wrong_key(key):
            causes.extend([_wrong("metadata.labels", f'Invalid value: "{key}": {wrong}')] * layers)
        if wrong := qualified.wrong_value(value):
            causes.extend(
                [_wrong("metadata.labels", f'Invalid value: "{value}": {wrong}')] * layers
            )
    for key in metadata.get("annotations") or ():
        if wrong := qualified.wrong_key(key.lower()):
            causes.append(_wrong("metadata.annotations", f'Invalid value: "{key}": {wrong}'))
    if resource in (CONFIG_MAPS, SECRETS):
        for field in ("data", "binaryData", "stringData"):
            for key in obj.get(field) or ():
                if wrong := qualified.wrong_data_key(key):
                    place = f"data[{key}]" if field != "binaryData" else f"binaryData[{key}]"
                    causes.append(_wrong(place, f'Invalid value: "{key}": {wrong}'))
    causes.extend(_wrong_schema(resource, obj))
    if resource is PODS and not (obj.get("spec") or {}).get("containers"):
        causes.append(_wrong("spec.containers", "Required value", "FieldValueRequired"))
    if causes:
        raise refusals.invalid(resource, name or prefix, causes)


def _wrong(field: str, message: str, reason: str = "FieldValueInvalid") -> Cause:
    return {"reason": reason, "message": message, "field": field}


def _wrong_schema(resource: Resource, obj: Obj) -> list[Cause]:
    if not resource.custom or resource is WORKFLOW_TASK_RESULTS:
        return []
    if "spec" not in obj:
        wrong = [_wrong("spec", "Required value", "FieldValueRequired")]
    else:
        wrong = [
            _wrong(field, _not_an_object(field, obj[field]), "FieldValueTypeInvalid")
            for field in ("spec", "status")
            if field in obj and not isinstance(obj[field], dict)
        ]
    return [*wrong, refusals.NOT_CHECKED] if wrong else []


def _not_an_object(field: str, value: Any) -> str:
    names = {list: "array", str: "string", bool: "boolean", type(None): "null", float: "number"}
    kind = names.get(type(value), "integer")
    return f'Invalid value: "{kind}": {field} in body must be of type object: "{kind}"'


def _defaulted(resource: Resource, obj: Obj) -> Obj:
    if resource is SECRETS:
        texts = obj.pop("stringData", None) or {}
        if texts:
            encoded = {k: base64.b64encode(str(v).encode()).decode() for k, v in texts.items()}
            obj["data"] = {**(obj.get("data") or {}), **encoded}
        obj.setdefault("type", "Opaque")
    elif resource is PODS:
        obj["spec"] = {**POD_DEFAULTS, **(obj.get("spec") or {})}
    elif resource is NAMESPACES:
        labels = dict(obj["metadata"].get("labels") or {})
        if obj["metadata"].get("name"):
            labels.setdefault("kubernetes.io/metadata.name", obj["metadata"]["name"])
        obj["metadata"]["labels"] = labels
        obj.setdefault("spec", {"finalizers": ["kubernetes"]})
        obj.setdefault("status", {"phase": "Active"})
    return obj
