"""Changing an object by a patch: merge, JSON and strategic merge.

Each takes the object as it is and answers what it should become; nothing is written here. The
fourth kind, apply, is about who owns what and is in `owners`.
"""

from __future__ import annotations

import copy
from collections.abc import Mapping
from typing import Any

from tui.demo import refusals
from tui.demo.merging import merged
from tui.demo.resources import Obj, Resource

MERGE = "application/merge-patch+json"
JSON = "application/json-patch+json"
STRATEGIC = "application/strategic-merge-patch+json"
APPLY = "application/apply-patch+yaml"

LIST_KEYS = {
    "containers": "name",
    "initContainers": "name",
    "ephemeralContainers": "name",
    "env": "name",
    "volumes": "name",
    "volumeMounts": "mountPath",
    "ports": "containerPort",
    "conditions": "type",
    "ownerReferences": "uid",
    "secrets": "name",
    "imagePullSecrets": "name",
}
"""Lists of built-in kinds that a strategic patch merges item by item, and by which field."""

SET_LISTS = ("finalizers",)


class _PathMissing(Exception):
    """A JSON pointer leads nowhere."""


def accepted(resource: Resource) -> tuple[str, ...]:
    """The kinds of patch a resource takes; custom resources know no strategic one."""
    if resource.custom:
        return (JSON, MERGE, APPLY)
    return (JSON, MERGE, STRATEGIC, APPLY)


def patched(resource: Resource, obj: Obj, patch: Any, content_type: str) -> Obj:
    """`obj` after a patch that is no apply."""
    if content_type == JSON:
        return json_patched(obj, patch)
    if not isinstance(patch, dict):
        raise refusals.bad_request("patch must be a JSON object")
    merge = strategically_merged if content_type == STRATEGIC else merged
    result: Obj = merge(obj, patch)
    return result


def json_patched(obj: Obj, operations: Any) -> Obj:
    """RFC 6902, one operation after the other, or none of them."""
    if not isinstance(operations, list):
        raise refusals.bad_request("error decoding patch: json: cannot unmarshal into jsonpatch")
    if len(operations) > 10_000:
        raise refusals.ApiError(
            413, "RequestEntityTooLarge", "The allowed maximum operations in a JSON patch is 10000"
        )
    document: Any = copy.deepcopy(obj)
    for operation in operations:
        try:
            document = _operated(document, operation)
        except _PathMissing as missing:
            # The real server does not say either what it was.
            raise refusals.ApiError(
                422,
                "Invalid",
                "the server rejected our request due to an error in our request",
                details={},
            ) from missing
    if not isinstance(document, dict):
        raise refusals.bad_request("patch does not leave an object")
    return document


def _operated(document: Any, operation: Any) -> Any:
    if not isinstance(operation, Mapping) or "op" not in operation or "path" not in operation:
        raise refusals.bad_request("error decoding patch: operation without op or path")
    kind, path = operation["op"], _pointer(str(operation["path"]))
    if kind in ("add", "replace", "test") and "value" not in operation:
        raise refusals.bad_request(f"error decoding patch: {kind} without a value")
    if kind == "add":
        return _added(document, path, copy.deepcopy(operation["value"]))
    if kind == "replace":
        _value_at(document, path)
        return (
            _added(_removed(document, path), path, operation["value"])
            if path
            else (operation["value"])
        )
    if kind == "remove":
        return _removed(document, path)
    if kind == "test":
        if _value_at(document, path) != operation["value"]:
            raise _PathMissing(f"testing value {operation['path']} failed: test failed")
        return document
    if kind in ("move", "copy"):
        source = _pointer(str(operation.get("from", "")))
        value = copy.deepcopy(_value_at(document, source))
        return _added(_removed(document, source) if kind == "move" else document, path, value)
    raise refusals.bad_request(f"error decoding patch: unknown op {kind!r}")


def _pointer(path: str) -> list[str]:
    if not path:
        return []
    if not path.startswith("/"):
        raise refusals.bad_request(f"error decoding patch: bad path {path!r}")
    return [step.replace("~1", "/").replace("~0", "~") for step in path[1:].split("/")]


def _value_at(document: Any, path: list[str]) -> Any:
    for step in path:
        if isinstance(document, dict) and step in document:
            document = document[step]
        elif isinstance(document, list):
            document = document[_index(step, len(document) - 1)]
        else:
            raise _PathMissing(f"path /{'/'.join(path)} is missing")
    return document


def _index(step: str, last: int) -> int:
    if not step.isdecimal() or int(step) > last:
        raise _PathMissing(f"array index {step} is out of bounds")
    return int(step)


def _added(document: Any, path: list[str], value: Any) -> Any:
    if not path:
        return value
    parent, step = _value_at(document, path[:-1]), path[-1]
    if isinstance(parent, list):
        parent.insert(len(parent) if step == "-" else _index(step, len(parent)), value)
    elif isinstance(parent, dict):
        parent[step] = value
    else:
        raise _PathMissing(f"path /{'/'.join(path)} is missing")
    return document


def _removed(document: Any, path: list[str]) -> Any:
    _value_at(document, path)
    if not path:
        return None
    parent = _value_at(document, path[:-1])
    del parent[int(path[-1]) if isinstance(parent, list) else path[-1]]
    return document


def strategically_merged(target: Any, patch: Any) -> Any:
    """A strategic merge patch of a built-in kind: known lists are merged by their key."""
    if not isinstance(patch, dict):
        return patch
    if patch.get("$patch") == "replace":
        return {name: value for name, value in patch.items() if name != "$patch"}
    result = dict(target) if isinstance(target, dict) else {}
    for name, value in patch.items():
        if name.startswith("$"):
            _follow_directive(result, name, value)
        elif value is None:
            result.pop(name, None)
        elif isinstance(value, list):
            result[name] = _merged_list(name, result.get(name), value)
        else:
            result[name] = strategically_merged(result.get(name), value)
    return result


def _follow_directive(result: dict[str, Any], directive: str, value: Any) -> None:
    if directive.startswith("$setElementOrder/"):
        return
    if not isinstance(value, list):
        raise refusals.bad_request(f"error decoding patch: {directive} is no list")
    if directive.startswith("$deleteFromPrimitiveList/"):
        name = directive.partition("/")[2]
        result[name] = [item for item in result.get(name) or [] if item not in value]
    elif directive == "$retainKeys":
        for name in [name for name in result if name not in value]:
            del result[name]


def _merged_list(name: str, have: Any, items: list[Any]) -> list[Any]:
    if name in SET_LISTS:
        return [*(have or []), *(item for item in items if item not in (have or []))]
    key = LIST_KEYS.get(name)
    if key is None or not isinstance(have, list):
        return [item for item in items if not (isinstance(item, dict) and "$patch" in item)]
    if any(isinstance(item, dict) and item.get("$patch") == "replace" for item in items):
        return [item for item in items if "$patch" not in item]
    result = {item.get(key): item for item in have}
    for item in items:
        if item.get("$patch") == "delete":
            result.pop(item.get(key), None)
        else:
            result[item.get(key)] = strategically_merged(result.get(item.get(key)), item)
    return list(result.values())
