"""Suspend nodes."""

from __future__ import annotations

from typing import Any

from tui.demo.engine.operation import Operation
from tui.demo.engine.run import Node, Template
from tui.demo.engine.spans import duration
from tui.demo.engine.where import Where


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
        end = op.parts.agenda.after(op.run.moment(node, "startedAt") or op.now, seconds)
        if op.now >= end:
            return op.run.mark(node, "Succeeded", op.now)
        op.wake_at(end)
    return node
