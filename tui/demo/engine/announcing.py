"""Events of workflows and their nodes, in the controller's words (argo.md 1.9)."""

from __future__ import annotations

from datetime import datetime

from tui.demo.engine.parts import Parts
from tui.demo.engine.run import LABEL, Node, Run

_WORKFLOW = {
    "Running": ("WorkflowRunning", "Workflow Running"),
    "Succeeded": ("WorkflowSucceeded", "Workflow completed"),
}


def announce(parts: Parts, run: Run, noted: list[tuple[str, Node]], now: datetime) -> None:
    """Tell of every phase that was noted."""
    about = {
        "apiVersion": "argoproj.io/v1alpha1",
        "kind": "Workflow",
        "metadata": run.obj["metadata"],
    }
    for phase, node in noted:
        if not node:
            bad = phase in ("Failed", "Error")
            reason, words = _WORKFLOW.get(
                phase, ("WorkflowFailed", run.status.get("message") or "")
            )
            if phase != "Pending":
                parts.events.tell(about, reason, words, now, warning=bad)
        elif phase in ("Running", "Succeeded", "Failed", "Error"):
            extra = f": {node['message']}" if node.get("message") else ""
            parts.events.tell(
                about,
                f"WorkflowNode{phase}",
                f"{phase} node {node['name']}{extra}",
                now,
                warning=phase in ("Failed", "Error"),
                annotations={
                    f"{LABEL}node-name": node["name"],
                    f"{LABEL}node-type": str(node.get("type", "")),
                    f"{LABEL}node-start-time": str(node.get("startedAt") or ""),
                },
            )
