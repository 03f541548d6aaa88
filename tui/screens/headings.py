"""What the lines around a list and around a workflow say: where one is, how many, how it stands.

Plain functions of what is known; the screens only put their answers into lines.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from tui.actions import ACTIONS
from tui.actions.verdict import may_change
from tui.columns import compact, workflow_icon, workflow_seconds, workflow_token
from tui.domain.status import status_text
from tui.domain.workflow import ListedWorkflow, Workflow, WorkflowRef
from tui.keys import hint
from tui.ports.collections import Live, Stale
from tui.screens.desk import Desk
from tui.state.connection import Connection
from tui.state.listing import Listing
from tui.widgets.header import WHOLE, HeaderPart, Shrink

LEAST_NAME = 16
"""Cells that a name keeps while something else can be shortened."""


class Heading(NamedTuple):
    """Both sides of a header, and what of them may be shortened, in that order."""

    left: list[HeaderPart]
    right: list[HeaderPart]
    shrinks: list[Shrink]


def heading_of_list(desk: Desk, listing: Listing) -> Heading:
    """Which cluster, which namespaces, whether one may write, how the connection is, how many."""
    source, scope = desk.source, desk.scope
    right = counts(listing, ascii=desk.ascii)
    if source is None:
        return Heading([(f" {not_open_yet(desk)}", "muted")], right, [])
    arrow = ">" if desk.ascii else "▸"
    namespaces = "all namespaces" if not scope.namespaces else ",".join(scope.namespaces)
    left: list[HeaderPart] = [
        (f" {source.place.label}", "heading"),
        (f" {arrow} {namespaces}", ""),
        ("  ", ""),
        *standing(desk, desk.connection),
    ]
    return Heading(left, right, [(len(left) - 1, 0), (1, LEAST_NAME), (0, LEAST_NAME)])


def not_open_yet(desk: Desk) -> str:
    """What is under way before there is anything to show; where that is may not be known yet."""
    wanted = desk.settings
    if wanted.files:
        return "reading …"
    namespace = "all namespaces" if wanted.all_namespaces else wanted.namespace
    where = " ".join(filter(None, (wanted.context, namespace)))
    return f"connecting to {where} …" if where else "connecting …"


def standing(desk: Desk, connection: Connection) -> list[HeaderPart]:
    """Whether one may write, and how a watch stands; the last part, words, may be left out."""
    source = desk.source
    if source is None:
        return [("connecting", "muted"), ("", "")]
    may: HeaderPart = ("RW  " if may_change(ACTIONS, desk.conditions) else "RO  ", "muted")
    if not source.capabilities.is_live:
        return [may, ("saved", "muted"), ("", "")]
    return [may, *_watched(connection, desk.now(), ascii=desk.ascii)]


def _watched(connection: Connection, now: datetime, *, ascii: bool) -> list[HeaderPart]:
    """Live, or stale with its age and the next try, and why."""
    state = connection.state
    if isinstance(state, Live):
        return [("* live" if ascii else "● live", "phase-succeeded"), ("", "")]
    if not isinstance(state, Stale):
        return [("reading", "muted"), ("", "")]
    since, retry = connection.stale_since, connection.retry_at
    age = f" {compact((now - since).total_seconds())}" if since else ""
    wait = max(0.0, (retry - now).total_seconds()) if retry else 0.0
    sign = "! " if ascii else "▲ "
    text = f"{sign}stale{age}, retry in {compact(wait)}"
    return [(text, "warning"), (f": {state.error.what}", "warning")]


def counts(listing: Listing, *, ascii: bool) -> list[HeaderPart]:
    """How many run, wait and failed, and how many there are."""
    found = listing.phase_counts
    failed = found.get("Failed", 0) + found.get("Error", 0)
    waiting = found.get("Pending", 0) + found.get("", 0)
    bar = "|" if ascii else "│"
    parts: list[HeaderPart] = []
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
        return not_open_yet(desk)
    if desk.live.connection is None:
        return "reading the list …"
    if query and total:
        return f"none of {total:,} match “{query}”; {hint('unwind')} clears the filter"
    if isinstance(desk.live.connection, Stale):
        return desk.live.connection.error.what
    demo = ""
    if desk.can_demo:
        demo = f"; {hint('pane.summary')} opens the built-in demo cluster"
    if not desk.scope.namespaces:
        return f"no workflows here yet{demo}"
    here = ",".join(desk.scope.namespaces)
    return f"no workflows in {here}; {hint('namespaces')} shows all namespaces{demo}"


def offers_demo(desk: Desk) -> bool:
    """Whether the demo may be opened from the list: there is nothing else to look at."""
    return desk.can_demo and isinstance(desk.live.connection, Live) and not desk.live


def why_no_steps(workflow: Workflow) -> str:
    """What stands where no step does."""
    status = workflow.status
    if status.offload_node_status_version:
        return "only Argo Server can show them: they are in its database"
    if not status.phase:
        return "no controller has seen it yet"
    if status.message:
        return f"no steps: {status.message}"
    return "it ended without any step" if workflow.is_completed else "no steps yet"


def first_of(said: Sequence[str]) -> str:
    """One line for several sentences: the first, and how many more there are."""
    more = f" (and {len(said) - 1} more)" if len(said) > 1 else ""
    return f"{said[0]}{more}" if said else ""


def why_nothing_done(desk: Desk, query: str, total: int) -> str:
    """What a key says that needs a workflow under the cursor where there is none."""
    if desk.source is None:
        return "not connected yet"
    if query and total:
        return f"no workflow here: {hint('unwind')} clears the filter"
    return "no workflow here"


def about_cursor(
    desk: Desk, workflow: ListedWorkflow | None, listing: Listing, query: str
) -> tuple[list[HeaderPart], list[HeaderPart]]:
    """Both sides of the line below the list: the cursor's workflow, and how many match."""
    if workflow is None:
        return [], []
    shown = [(f"{len(listing):,} of {listing.total:,} shown ", "muted")] if query else []
    return about_row(workflow, desk.pending.of(workflow.ref)), shown


def about_row(workflow: ListedWorkflow, doing: str) -> list[HeaderPart]:
    """All that the list has no room for."""
    parts: list[HeaderPart] = [(f" {workflow.metadata.name}", "heading")]
    if doing:
        parts.append((f"  {doing} …", "accent"))
    if workflow.metadata.deletion_timestamp:
        parts.append(("  Terminating", "warning"))
    parts.append((f"  {workflow.phase or 'Pending'}", ""))
    if workflow.reason:
        parts.append((f": {workflow.reason}", "problem" if workflow.phase != "Running" else ""))
    return parts


def heading_of_workflow(
    desk: Desk,
    ref: WorkflowRef,
    workflow: ListedWorkflow | None,
    connection: Connection,
    now: datetime,
    over: str = "",
) -> Heading:
    """Where one is, how this workflow is doing, and how its watch stands, or that it is `over`."""
    arrow = ">" if desk.ascii else "▸"
    place = desk.source.place.label if desk.source else "…"
    left: list[HeaderPart] = [
        (" ", ""),
        (f"{place} {arrow} ", "muted"),
        (f"{ref.namespace} {arrow} ", "muted"),
        (ref.name, "heading"),
    ]
    where, namespace, name = 1, 2, 3
    if workflow is not None:
        left += _doing(desk, workflow, now)
    right: list[HeaderPart] = [(over, "warning"), ("", "")] if over else standing(desk, connection)
    right.append((" ", ""))
    words = len(left) + len(right) - 2
    shrinks = [(words, 0), (name, LEAST_NAME), (where, WHOLE), (namespace, WHOLE), (name, 4)]
    return Heading(left, right, shrinks)


def _doing(desk: Desk, workflow: ListedWorkflow, now: datetime) -> list[HeaderPart]:
    icon = workflow_icon(workflow, ascii=desk.ascii)
    seconds = workflow_seconds(workflow, now)
    parts: list[HeaderPart] = [
        (f"  {icon} {status_text(workflow)}", workflow_token(workflow)),
        (f"  {compact(seconds)}  {workflow.status.progress}", ""),
    ]
    doing = desk.pending.of(workflow.ref)
    if doing:
        parts.append((f"  {doing} …", "accent"))
    if workflow.metadata.deletion_timestamp:
        parts.append(("  Terminating", "warning"))
    return parts
