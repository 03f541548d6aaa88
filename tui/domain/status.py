"""The state of workflows and nodes, as a word or an icon (argo.md 2.2, 2.6)."""

from __future__ import annotations

from tui.domain.node import (
    ERROR,
    FAILED,
    OMITTED,
    PENDING,
    RUNNING,
    SKIPPED,
    SUCCEEDED,
    Node,
)
from tui.domain.once import once
from tui.domain.workflow import ListedWorkflow, Workflow

ICONS = {
    PENDING: "◷",
    RUNNING: "●",
    SUCCEEDED: "✔",
    SKIPPED: "○",
    FAILED: "✖",
    ERROR: "⚠",
}
SUSPEND_ICON = "‖"
TROUBLE_ICON = "▲"
ARCHIVE_ICON, ASCII_ARCHIVE = "▤", "a"
"""What stands before a run that only the archive has."""
ASCII_TROUBLE = "!"
"""Of what waits in trouble: neither failed nor getting on."""
SUSPEND_WORD = "Suspend"

LETTERS = {
    PENDING: "P",
    RUNNING: "R",
    SUCCEEDED: "S",
    SKIPPED: "k",
    OMITTED: "O",
    FAILED: "F",
    ERROR: "E",
}
"""One ASCII character a phase, for screens without UTF-8 (ux.md 2, C.11); none of them is what the
lines of a tree are drawn with."""


def icon(phase: str, *, ascii: bool = False) -> str:
    """One character for a phase; `?` for one that is unknown, `·` for none and for Omitted."""
    if ascii:
        return LETTERS.get(phase, "?" if phase else ".")
    if not phase or phase == OMITTED:
        return "·"
    return ICONS.get(phase, "?")


def node_icon(node: Node, *, ascii: bool = False) -> str:
    """The icon of a node; a suspended one has its own."""
    if node.is_active_suspend:
        return "=" if ascii else SUSPEND_ICON
    return icon(node.phase, ascii=ascii)


def status_text(workflow: ListedWorkflow) -> str:
    """`Running (Suspended)`, `Failed (Terminated)`, `Pending`, … (argo.md 2.2)."""
    phase = workflow.status.phase
    if phase == RUNNING and (workflow.spec.suspend or has_active_suspend(workflow)):
        return "Running (Suspended)"
    if phase == FAILED and workflow.spec.shutdown:
        return "Failed (Terminated)"
    if phase in ("", PENDING):
        return PENDING if workflow.metadata.creation_timestamp else "Unknown"
    return phase


def has_active_suspend(workflow: ListedWorkflow) -> bool:
    """Whether a suspend node waits; always false for a workflow that came without nodes."""
    return isinstance(workflow, Workflow) and waits_to_be_resumed(workflow)


@once
def waits_to_be_resumed(workflow: Workflow) -> bool:
    """Whether one of its nodes is a suspend node that waits."""
    return any(node.is_active_suspend for node in workflow.nodes.values())
