"""A shell in the pod of a step.

It is a session on the terminal, not a plan: what a person does in it nobody knows beforehand.
"""

from __future__ import annotations

from tui.actions.base import Action
from tui.domain.identity import Target
from tui.domain.node import OMITTED, PENDING, RUNNING, SKIPPED, NodeId
from tui.domain.rights import Right
from tui.domain.workflow import WORKFLOW, ListedWorkflow, Workflow

BEST_SHELL = ("sh", "-c", "command -v bash >/dev/null 2>&1 && exec bash; exec sh")
"""bash where the image has it, else sh. Not `exec bash || exec sh`: a shell that fails to `exec`
ends at once (POSIX), as those of Debian and busybox do."""


def refusal(workflow: ListedWorkflow, target: Target) -> str | None:
    """Why there is nothing to enter, as far as the workflow tells; None if there may be."""
    if not isinstance(workflow, Workflow):
        return None
    node = workflow.nodes.get(NodeId(target.node))
    if node is None:
        return None
    memo = node.memoization_status
    if memo is not None and memo.hit:
        return f"{node.title} never ran: its outputs are from a cache, so there is no pod"
    if node.phase in ("", PENDING):
        why = f": {node.message}" if node.message else ""
        return f"{node.title} has not begun{why}"
    if node.phase in (SKIPPED, OMITTED):
        return f"{node.title} was {node.phase.lower()}, so there is no pod"
    if node.phase != RUNNING and not node.daemoned:
        return f"{node.title} is over ({node.phase}): there is a shell only while it runs"
    return None


SHELL = Action(
    id="workflow.shell",
    kinds=frozenset({WORKFLOW}),
    label="Shell",
    help="Open a shell in the pod of a step that runs. The screen steps aside for it.",
    consequence="runs",
    session=BEST_SHELL,
    on="pod",
    refusal=refusal,
    rights=(Right("get", "", "pods"), Right("create", "", "pods", "exec")),
    # A websocket begins with a GET, which servers before 1.35 take for that verb alone.
    sometimes=(Right("get", "", "pods", "exec"),),
    binding="act.shell",
)
