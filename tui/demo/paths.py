"""Which object, or which objects, a path of the Kubernetes API names."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import unquote

from tui.demo.resources import (
    NAMESPACES,
    NODES,
    PODS,
    SERVICE_ACCOUNTS,
    SERVICES,
    Resource,
    by_path,
)

IN_CONTAINERS = ("exec", "attach", "portforward", "proxy", "ephemeralcontainers")
"""Subresources of pods that need containers which really run."""
NOT_SIMULATED: dict[Resource, tuple[str, ...]] = {
    PODS: ("binding", "eviction", "resize", *IN_CONTAINERS),
    NAMESPACES: ("finalize",),
    NODES: ("proxy",),
    SERVICES: ("proxy",),
    SERVICE_ACCOUNTS: ("token",),
}
"""Subresources of a real cluster that this one does not have, and says so of."""


@dataclass(frozen=True, slots=True)
class Target:
    """What a path is about."""

    resource: Resource
    namespace: str = ""
    name: str = ""
    subresource: str = ""


def target(path: str) -> Target | None:
    """Read `/api/v1/…` and `/apis/G/V/…`; None if the path names no resource of ours.

    A resource in the wrong scope (a namespaced object without its namespace) is none either.
    """
    taken = _taken_apart(path)
    if taken is None:
        return None
    group, version, namespace, rest = taken
    resource = by_path(group, version, rest[0])
    if resource is None or len(rest) > 3:
        return None
    name = rest[1] if len(rest) > 1 else ""
    subresource = rest[2] if len(rest) > 2 else ""
    if namespace and not resource.namespaced:
        return None
    if resource.namespaced and name and not namespace:
        return None
    known = (
        resource.custom
        or resource.has(subresource)
        or subresource in NOT_SIMULATED.get(resource, ())
    )
    if subresource and not known:
        return None
    return Target(resource, namespace, name, subresource)


def unknown_target(path: str) -> Target | None:
    """What a path would be about if there were such a kind: rights are asked before that."""
    taken = _taken_apart(path)
    if taken is None:
        return None
    group, version, namespace, (plural, *more) = taken
    name, subresource = [*more, "", ""][:2]
    kind = Resource(group, version, plural, plural, plural, namespaced=bool(namespace))
    return Target(kind, namespace, name, subresource)


_OF_A_NAMESPACE = (
    *(name for name, _ in NAMESPACES.subresources),
    *NOT_SIMULATED[NAMESPACES],
)


def _taken_apart(path: str) -> tuple[str, str, str, list[str]] | None:
    """Group, version, namespace, and the steps from the plural on."""
    steps = [unquote(step) for step in path.strip("/").split("/")]
    if steps[0] == "api" and len(steps) > 2:
        group, version, rest = "", steps[1], steps[2:]
    elif steps[0] == "apis" and len(steps) > 3:
        group, version, rest = steps[1], steps[2], steps[3:]
    else:
        return None
    if "" in rest:
        return None
    if (
        rest[0] == "namespaces"
        and len(rest) > 2
        and not (group == "" and rest[2] in _OF_A_NAMESPACE and len(rest) == 3)
    ):
        return group, version, rest[1], rest[2:]
    return group, version, "", rest
