"""The resource requests and limits of a step's pod, from its template.

They may be left to the cluster, or come from a parameter that is substituted later: then they are
unknown here (None).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from tui.domain.node import Node
from tui.domain.quantity import millis, whole
from tui.domain.templates import template_of
from tui.domain.workflow import Workflow


class Allowance(NamedTuple):
    """Requests and limits of all containers of a template together; None where not known."""

    cpu_request: int | None = None
    """Thousandths of a core."""
    cpu_limit: int | None = None
    memory_request: int | None = None
    """Bytes."""
    memory_limit: int | None = None

    def cpu(self) -> tuple[int, str] | None:
        """The CPU limit or else request in thousandths of a core, and which of them it is."""
        return _first(self.cpu_limit, self.cpu_request)

    def memory(self) -> tuple[int, str] | None:
        """The memory limit or else request in bytes, and which of them it is."""
        return _first(self.memory_limit, self.memory_request)


def _first(limit: int | None, request: int | None) -> tuple[int, str] | None:
    if limit:
        return limit, "limit"
    return (request, "request") if request else None


def allowance_of(workflow: Workflow, node: Node) -> Allowance:
    """The requests and limits of a node's pod."""
    template = template_of(workflow, node) or {}
    containers = list(_containers(template))
    return Allowance(
        _sum(containers, "requests", "cpu"),
        _sum(containers, "limits", "cpu"),
        _sum(containers, "requests", "memory"),
        _sum(containers, "limits", "memory"),
    )


def _containers(template: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for name in ("container", "script"):
        if isinstance(template.get(name), dict):
            yield template[name]
    inner = template.get("containerSet")
    groups = [inner.get("containers") if isinstance(inner, dict) else None]
    for group in [*groups, template.get("sidecars")]:
        if isinstance(group, list | tuple):
            yield from (each for each in group if isinstance(each, dict))


def _sum(containers: list[dict[str, Any]], kind: str, what: str) -> int | None:
    """The sum over the containers; None unless every one of them has a value."""
    total = 0
    for container in containers:
        resources = container.get("resources")
        said = resources.get(kind) if isinstance(resources, dict) else None
        text = str(said.get(what, "")) if isinstance(said, dict) else ""
        amount = millis(text) if what == "cpu" else whole(text)
        if amount <= 0:
            return None
        total += amount
    return total or None
