"""Templates without pods: suspend, HTTP and plugin nodes."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from tui.demo.engine.expression import ExpressionError, evaluate
from tui.demo.engine.run import Node, Template, node_type
from tui.demo.engine.spans import duration
from tui.domain.durations import parse_time

if TYPE_CHECKING:
    from tui.demo.engine.operation import Operation, Where


def suspend(
    op: Operation, name: str, template: Template, where: Where, fields: dict[str, Any]
) -> Node:
    """A suspend node: until somebody resumes it, or its time is over (argo.md 5.7)."""
    node = op.run.node(name)
    if node is None:
        if not op.may_run(where):
            return op.add(name, "Suspend", "Failed", where, fields, op.stopped())
        node = op.add(name, "Suspend", "Running", where, fields)
        supplied = [dict(each) for each in (template.get("outputs") or {}).get("parameters") or ()]
        if supplied:
            op.run.put(node, "outputs", {"parameters": supplied})
    elif node["phase"] == "Pending":
        op.run.mark(node, "Running", op.now, "")
    if not op.may_run(where):
        return op.run.mark(node, "Failed", op.now, op.stopped())
    seconds = duration((template.get("suspend") or {}).get("duration"))
    if seconds:
        end = (parse_time(node.get("startedAt")) or op.now) + timedelta(seconds=seconds)
        if op.now >= end:
            return op.run.mark(node, "Succeeded", op.now)
        op.wake_at(end)
    return node


def ask_agent(
    op: Operation, name: str, kind: str, template: Template, where: Where, fields: dict[str, Any]
) -> Node:
    """An HTTP or plugin node: answered after a moment, without a pod of its own."""
    node = op.run.node(name)
    if node is None:
        if not op.may_run(where):
            return op.add(name, node_type(kind), "Failed", where, fields, op.stopped())
        node = op.add(name, node_type(kind), "Pending", where, fields)
    if node["phase"] == "Pending":
        op.run.mark(node, "Running", op.now)
    if not op.may_run(where):
        return op.run.mark(node, "Failed", op.now, op.stopped())
    rng = op.engine.rng(op.run.uid, name)
    end = op.run.agent.setdefault(node["id"], op.now + timedelta(seconds=rng.uniform(0.8, 2.5)))
    if op.now < end:
        op.wake_at(end)
        return node
    del op.run.agent[node["id"]]
    body = '{"status":"ok","message":"made up by the demo"}'
    op.run.put(node, "outputs", {"result": body} if kind == "http" else {})
    condition = (template.get("http") or {}).get("successCondition")
    if condition and not _accepted(str(condition), body):
        words = f"successCondition '{condition}' evaluated false"
        return op.run.mark(node, "Failed", op.now, words)
    return op.run.mark(node, "Succeeded", op.now)


def _accepted(condition: str, body: str) -> bool:
    response = {"response": {"statusCode": 200, "body": body, "headers": {}}}
    try:
        return bool(evaluate(condition, response))
    except ExpressionError:
        return False
