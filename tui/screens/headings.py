"""What the lines around a list and around a workflow say: where one is, how many, how it stands.

Plain functions of what is known; the screens only put their answers into lines.
"""

from __future__ import annotations

from tui.columns import compact, workflow_icon, workflow_seconds, workflow_token
from tui.domain.status import status_text
from tui.domain.workflow import ListedWorkflow, Workflow, WorkflowRef
from tui.screens.desk import Desk
from tui.sources.base import Live, Stale
from tui.state.listing import Listing
from tui.widgets.header import Part


def place_of_list(desk: Desk) -> list[Part]:
    """Which cluster, which namespaces, whether one may write, and how the connection is."""
    source, scope = desk.source, desk.scope
    arrow = ">" if desk.ascii else "▸"
    place = source.place.label if source else "…"
    namespaces = "all namespaces" if not scope.namespaces else ",".join(scope.namespaces)
    parts: list[Part] = [(f" {place}", "heading"), (f" {arrow} {namespaces}  ", "")]
    if source is None:
        return [*parts, ("connecting", "muted")]
    writable = source.capabilities.can_write and not desk.settings.read_only
    parts.append(("RW  " if writable else "RO  ", "muted"))
    return [*parts, *connection(desk)]


def connection(desk: Desk) -> list[Part]:
    """Live, or stale with its age and the next try."""
    source, connection = desk.source, desk.live.connection
    if source is not None and not source.capabilities.is_live:
        return [("saved", "muted")]
    if isinstance(connection, Live):
        return [("* live" if desk.ascii else "● live", "phase-succeeded")]
    if not isinstance(connection, Stale):
        return [("reading", "muted")]
    now = desk.now()
    since, retry = desk.stale_since, desk.retry_at
    age = f" {compact((now - since).total_seconds())}" if since else ""
    wait = max(0.0, (retry - now).total_seconds()) if retry else 0.0
    text = f"stale{age}, retry in {compact(wait)}: {connection.error.what}"
    return [("! " if desk.ascii else "▲ ", "warning"), (text, "warning")]


def counts(listing: Listing, *, ascii: bool) -> list[Part]:
    """How many run, wait and failed, and how many there are."""
    found = listing.phase_counts
    failed = found.get("Failed", 0) + found.get("Error", 0)
    waiting = found.get("Pending", 0) + found.get("", 0)
    bar = "|" if ascii else "│"
    parts: list[Part] = []
    for number, word, token in (
        (found.get("Running", 0), "run", "phase-running"),
        (waiting, "wait", "phase-pending"),
        (failed, "fail", "phase-failed"),
    ):
        if number:
            parts.append((f"{number:,} {word} ", token))
    return [*parts, (f"{bar} {listing.total:,} ", "")]


def why_empty(desk: Desk, query: str, total: int) -> str:
    """What stands where no workflow does."""
    if desk.source is None:
        return "connecting …"
    if desk.live.connection is None:
        return "reading the list …"
    if query and total:
        return f"none of {total:,} match “{query}”; Esc clears the filter"
    if isinstance(desk.live.connection, Stale):
        return desk.live.connection.error.what
    if not desk.scope.namespaces:
        return "no workflows here yet"
    here = ",".join(desk.scope.namespaces)
    return f"no workflows in {here}; 0 shows all namespaces"


def about_row(workflow: ListedWorkflow, doing: str) -> list[Part]:
    """All that the list has no room for."""
    parts: list[Part] = [(f" {workflow.metadata.name}", "heading")]
    if doing:
        parts.append((f"  {doing} …", "accent"))
    if workflow.metadata.deletion_timestamp:
        parts.append(("  Terminating", "warning"))
    message = workflow.status.message
    parts.append((f"  {workflow.phase or 'Pending'}", ""))
    if message:
        parts.append((f": {message}", "problem" if workflow.phase != "Running" else ""))
    return parts


def place_of_workflow(desk: Desk, ref: WorkflowRef, workflow: Workflow | None) -> list[Part]:
    """Where one is, and how this workflow is doing."""
    arrow = ">" if desk.ascii else "▸"
    place = desk.source.place.label if desk.source else "…"
    parts: list[Part] = [
        (f" {place} {arrow} {ref.namespace} {arrow} ", "muted"),
        (ref.name, "heading"),
    ]
    if workflow is None:
        return parts
    icon = workflow_icon(workflow, ascii=desk.ascii)
    seconds = workflow_seconds(workflow, desk.now())
    parts.append((f"  {icon} {status_text(workflow)}", workflow_token(workflow)))
    parts.append((f"  {compact(seconds)}  {workflow.status.progress}", ""))
    doing = desk.pending.of(workflow.ref)
    if doing:
        parts.append((f"  {doing} …", "accent"))
    if workflow.metadata.deletion_timestamp:
        parts.append(("  Terminating", "warning"))
    return parts
