"""The fields of an object as paths, in the spelling of `metadata.managedFields`.

A path is what `fieldsV1` nests: `f:name` is a field, `k:{…}` an item of a list by its key, `v:…` an
item of a list that is a set. Custom resources have no schema that would say which lists are such,
so theirs are values as wholes; and so is a status, which for a workflow may be megabytes.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from tui.demo.patches import LIST_KEYS, SET_LISTS
from tui.demo.resources import Obj, Resource

Path = tuple[str, ...]

INSIDE = object()
"""The value of a path that has further paths below it."""

_NOT_OWNED = frozenset({"apiVersion", "kind"})
_NOT_OWNED_METADATA = frozenset(
    {
        *("name", "namespace", "creationTimestamp", "deletionTimestamp", "generation", "uid"),
        *("deletionGracePeriodSeconds", "managedFields", "resourceVersion", "selfLink"),
    }
)


def values(resource: Resource, obj: Mapping[str, Any]) -> dict[Path, Any]:
    """Every path of an object that can be owned, and what is there."""
    found: dict[Path, Any] = {}
    left: list[tuple[Path, Any]] = [
        ((f"f:{name}",), value) for name, value in obj.items() if name not in _NOT_OWNED
    ]
    while left:
        path, value = left.pop()
        below = [] if resource.custom and path == ("f:status",) else _below(resource, path, value)
        found[path] = INSIDE if below else value
        left.extend(below)
    found.pop(("f:metadata",), None)
    return found


def _below(resource: Resource, path: Path, value: Any) -> list[tuple[Path, Any]]:
    if isinstance(value, dict):
        unowned = _NOT_OWNED_METADATA if path == ("f:metadata",) else frozenset[str]()
        return [((*path, f"f:{name}"), each) for name, each in value.items() if name not in unowned]
    if not isinstance(value, list) or (resource.custom and path[0] != "f:metadata"):
        return []
    name = path[-1].removeprefix("f:")
    if name in SET_LISTS:
        return [((*path, f"v:{json.dumps(each)}"), each) for each in value]
    key = LIST_KEYS.get(name)
    if key is None or not all(isinstance(each, dict) and key in each for each in value):
        return []
    return [((*path, _keyed(key, each[key])), each) for each in value]


def _keyed(key: str, value: Any) -> str:
    return "k:" + json.dumps({key: value}, separators=(",", ":"))


def applied(resource: Resource, config: Mapping[str, Any]) -> set[Path]:
    """What somebody owns who applies this: its values, and the items of its lists."""
    found = values(resource, config)
    return {path for path, value in found.items() if value is not INSIDE or path[-1][0] == "k"}


def differing(before: Mapping[Path, Any], after: Mapping[Path, Any]) -> set[Path]:
    """The paths that are new or have another value."""
    return {path for path, value in after.items() if path not in before or before[path] != value}


def nested(paths: Iterable[Path]) -> Obj:
    """Paths as `fieldsV1`; one that others go on from is told by a dot."""
    owned = set(paths)
    root: Obj = {}
    for path in owned:
        place = root
        for depth, step in enumerate(path, 1):
            place = place.setdefault(step, {})
            if depth < len(path) and path[:depth] in owned:
                place["."] = {}
    return root


def flat(fields: Mapping[str, Any]) -> set[Path]:
    """The paths of a `fieldsV1`; raises ValueError where it is none."""
    found: set[Path] = set()
    left: list[tuple[Path, Any]] = [((), fields)]
    while left:
        path, below = left.pop()
        if not isinstance(below, dict):
            raise ValueError(f"no map of fields below {shown(path)}")
        if path and (not below or "." in below):
            found.add(path)
        for step, each in below.items():
            if step != ".":
                _read(step)
                left.append(((*path, step), each))
    return found


def _read(step: str) -> tuple[str, Any]:
    """One step: `f` and a name, `k` and a map, or `v` and a value."""
    kind, _, text = step.partition(":")
    if kind == "f":
        return kind, text
    value = json.loads(text)
    if kind not in ("k", "v") or (kind == "k" and not isinstance(value, dict)):
        raise ValueError(f"no step of a path: {step}")
    return kind, value


def shown(path: Path) -> str:
    """A path as it is said to people: `.spec.containers[name="main"].image`."""
    return "".join(_shown(*_read(step)) for step in path)


def _shown(kind: str, value: Any) -> str:
    if kind == "f":
        return f".{value}"
    pairs = value.items() if kind == "k" else [("", value)]
    return "[" + ",".join(f"{key}={json.dumps(each)}" for key, each in pairs) + "]"


def without(obj: Obj, paths: Iterable[Path]) -> Obj:
    """The caller's own object less these, and less what they leave empty."""
    for path in sorted(paths, key=len):
        trail = list(_trail(obj, path))
        if len(trail) < len(path):
            continue
        container, step, value = trail.pop()
        _take(container, step, value)
        while trail and not trail[-1][2]:
            _take(*trail.pop())
    return obj


def _trail(obj: Any, path: Path) -> Iterator[tuple[Any, str, Any]]:
    """Container, name and value of each step, as far as there is something."""
    place = obj
    for step in path:
        kind, wanted = _read(step)
        if kind == "f":
            found = [place[wanted]] if isinstance(place, dict) and wanted in place else []
        else:
            items = place if isinstance(place, list) else []
            found = [each for each in items if each == wanted or _has(each, kind, wanted)]
        if not found:
            return
        yield place, str(wanted), found[0]
        place = found[0]


def _has(item: Any, kind: str, wanted: Any) -> bool:
    return kind == "k" and isinstance(item, dict) and wanted.items() <= item.items()


def _take(container: Any, name: str, value: Any) -> None:
    if isinstance(container, list):
        container.remove(value)
    else:
        del container[name]
