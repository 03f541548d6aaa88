"""What holds a node back: parallelism, fail-fast, and locks (argo.md 1.3)."""

from __future__ import annotations

from typing import Any

from tui.demo.engine.locks import LockError
from tui.demo.engine.names import node_id
from tui.demo.engine.operation import Operation
from tui.demo.engine.parts import Parts
from tui.demo.engine.run import (
    LABEL,
    PODDED,
    Node,
    Run,
    Template,
    fulfilled,
    node_type,
    template_kind,
    unsuccessful,
)
from tui.demo.engine.where import Where
from tui.demo.resources import NAMESPACES

POSTPONED = "Workflow processing has been postponed because too many workflows are already running"


def is_crowded(parts: Parts, run: Run) -> bool:
    """Whether as many workflows run as the label of their namespace allows (argo.md 1.7)."""
    namespace = parts.store.find(NAMESPACES, "", run.namespace) or {}
    labels = (namespace.get("metadata") or {}).get("labels") or {}
    limit = str(labels.get(f"{LABEL}parallelism-limit") or "")
    if not limit.isdigit():
        return False
    others = (each for each in parts.runs.values() if each is not run)
    here = [each for each in others if each.namespace == run.namespace]
    return sum(each.phase == "Running" and not each.is_over for each in here) >= int(limit)


def reached_limit(op: Operation, template: Template, node: Node | None, where: Where) -> bool:
    """Parallelism and fail-fast, of the workflow and of the boundary."""
    kind = template_kind(template)
    if node is not None and node.get("phase") in ("Pending", "Running"):
        return kind in ("steps", "dag") and _failed_fast(op, template, node)
    limit = op.run.spec.get("parallelism")
    if limit and kind in PODDED and _active_pods(op.run) >= int(limit):
        return True
    boundary, outer = where.boundary, where.boundary_template
    if boundary is None or outer is None:
        return False
    if _failed_fast(op, outer, boundary):
        return True
    most = outer.get("parallelism")
    return bool(most) and _active_children(op.run, boundary) >= int(str(most))


def _failed_fast(op: Operation, template: Template, node: Node) -> bool:
    if not template.get("failFast"):
        return False
    inside = [each for each in op.run.nodes.values() if each.get("boundaryID") == node["id"]]
    if not any(unsuccessful(each) for each in inside if each.get("type") != "TaskGroup"):
        return False
    if all(fulfilled(each) for each in inside if each.get("type") in ("Pod", "Steps", "DAG")):
        words = "template has failed or errored children and failfast enabled"
        op.run.mark(node, "Failed", op.now, words)
        for each in inside:
            if each.get("type") in ("StepGroup", "TaskGroup") and not fulfilled(each):
                op.run.mark(each, "Failed", op.now)
    return True


def _active_pods(run: Run) -> int:
    return sum(
        1
        for node in run.nodes.values()
        if node.get("type") == "Pod"
        and node.get("phase") in ("Pending", "Running")
        and not node.get("synchronizationStatus")
    )


def _active_children(run: Run, boundary: Node) -> int:
    return sum(
        1
        for node in run.nodes.values()
        if node.get("boundaryID") == boundary["id"]
        and node.get("type") in ("Pod", "Steps", "DAG")
        and node.get("phase") in ("Pending", "Running")
    )


def wait_for_lock(
    op: Operation,
    name: str,
    node: Node | None,
    template: Template,
    where: Where,
    fields: dict[str, Any],
) -> Node | None:
    """The waiting node, or None when it holds all its locks."""
    wanted = template.get("synchronization")
    if not isinstance(wanted, dict):
        return None
    key = node_id(op.run.name, name)
    try:
        message = op.parts.locks.acquire(op.run, wanted, key)
    except LockError as error:
        return op.error(name, node, where, {"template": template.get("name")}, str(error))
    if not message:
        if node is not None and node.get("synchronizationStatus"):
            op.run.put(node, "synchronizationStatus", None)
            op.run.mark(node, node["phase"], op.now, "")
        return None
    if node is None:
        type_ = (
            "Retry"
            if template.get("retryStrategy") is not None
            else node_type(template_kind(template))
        )
        node = op.add(name, type_, "Pending", where, fields)
    op.run.mark(node, "Pending", op.now, message)
    waiting = op.parts.locks.waiting_for(op.run, key)
    op.run.put(node, "synchronizationStatus", {"waiting": waiting})
    return node
