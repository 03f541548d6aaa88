"""What one wants to know first: of a step, or of the whole workflow."""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime

from textual import events
from textual.app import ComposeResult
from textual.getters import query_one

from tui.columns import compact
from tui.columns.nodes import Usage
from tui.domain.durations import age, resources, seconds_between
from tui.domain.node import Node, Parameter
from tui.domain.podname import pod_name
from tui.domain.reason import reasons, said
from tui.domain.status import node_icon, status_text
from tui.domain.workflow import LABEL, Workflow
from tui.keys import hint
from tui.panes.base import PaneContext
from tui.panes.summary_bars import SummaryBars
from tui.panes.text_pane import TextPane
from tui.widgets.bars import Bar, Bars

WIDTH = 12
BARS_FROM = 8
"""Rows of the pane from which there are bars in it."""
MOST_STEPS = 5
"""So many steps that failed or wait are told of the whole workflow."""


def field(label: str, value: str) -> str:
    """One line; the lines of a longer value stand below each other."""
    first, *rest = value.split("\n")
    return "\n".join(
        [f"{label and label + ':':<{WIDTH}} {first}", *(" " * (WIDTH + 1) + x for x in rest)]
    )


def parameters(title: str, found: tuple[Parameter, ...]) -> Iterator[str]:
    """A block of parameters, with values or what they fall back to."""
    if not found:
        return
    yield ""
    yield f"{title}:"
    for parameter in found:
        value = parameter.value if parameter.value is not None else parameter.default
        yield field(f"  {parameter.name}", value if value is not None else "(not set)")


def times(started: str | None, finished: str | None, now: datetime) -> Iterator[str]:
    """When it began and ended, and how long it took so far."""
    if started:
        yield field("started", f"{started} ({age(started, now)})")
    if finished:
        yield field("finished", f"{finished} ({age(finished, now)})")
    seconds = seconds_between(started, finished, now)
    if seconds is not None:
        yield field("duration", compact(seconds))


def hangs_on(workflow: Workflow) -> Iterator[str]:
    """The steps that made it fail or that it waits for, and who has the lock it wants."""
    found = list(reasons(workflow.nodes, is_over=workflow.is_completed))
    for at, key in enumerate(found[:MOST_STEPS]):
        yield field("" if at else "because of", said(workflow.nodes[key]))
    if len(found) > MOST_STEPS:
        yield field("", f"and {len(found) - MOST_STEPS} more steps")
    for lock, holders in workflow.status.waits_for_locks:
        holds = f", held by {', '.join(holders)}" if holders else ""
        yield field("waits for", f"{lock}{holds}")


def of_workflow(workflow: Workflow, now: datetime, why: Iterable[str]) -> Iterator[str]:
    """The whole workflow (argo.md 2.1, and who made it)."""
    meta, status = workflow.metadata, workflow.status
    yield field("workflow", meta.name)
    yield field("namespace", meta.namespace)
    terminating = " (Terminating)" if meta.deletion_timestamp else ""
    yield field("status", status_text(workflow) + terminating)
    if status.message:
        yield field("message", status.message)
    yield from why
    if meta.deletion_timestamp and meta.finalizers:
        yield field("waits for", f"finalizers {', '.join(meta.finalizers)}")
    if status.progress:
        yield field("progress", status.progress)
    if meta.creation_timestamp:
        yield field("created", f"{meta.creation_timestamp} ({age(meta.creation_timestamp, now)})")
    yield from times(status.started_at, status.finished_at, now)
    if status.phase == "Running" and status.estimated_duration:
        yield field("usual", compact(status.estimated_duration))
    if status.resources_duration:
        yield field("resources", resources(status.resources_duration))
    ref = workflow.spec.workflow_template_ref
    if ref:
        yield field("template", f"{ref.name}{' (cluster)' if ref.cluster_scope else ''}")
    for label, key in (
        ("cron", "cron-workflow"),
        ("resubmitted", "resubmitted-from-workflow"),
        ("creator", "creator"),
    ):
        if f"{LABEL}{key}" in meta.labels:
            yield field(label, meta.labels[f"{LABEL}{key}"])
    yield field("account", workflow.exec_spec.service_account_name or "default")
    for condition in status.conditions:
        yield field("condition", f"{condition.type} {condition.message or condition.status}")
    if status.offload_node_status_version:
        yield field("steps", "are kept in Argo's database: only Argo Server can show them")
    yield from parameters("parameters", workflow.exec_spec.arguments.parameters)
    if status.outputs:
        yield from parameters("outputs", status.outputs.parameters)


def of_node(
    workflow: Workflow, node: Node, now: datetime, pod_names: str, *, ascii: bool = False
) -> Iterator[str]:
    """One step: what it is, how it went, where it ran."""
    yield field("step", node.title)
    yield field("phase", f"{node_icon(node, ascii=ascii)} {node.phase}".strip())
    if node.message:
        yield field("message", node.message)
    yield field("type", node.type)
    if node.template_ref:
        yield field("template", f"{node.template_ref.name}/{node.template_ref.template}")
    elif node.template_name:
        yield field("template", node.template_name)
    yield from times(node.started_at, node.finished_at, now)
    if node.estimated_duration and not node.finished_at:
        yield field("usual", compact(node.estimated_duration))
    if node.type == "Pod":
        yield field("pod", pod_name(workflow, node, pod_names))
        if node.host_node_name:
            yield field("host", node.host_node_name)
    if node.progress:
        yield field("progress", node.progress)
    if node.resources_duration:
        yield field("resources", resources(node.resources_duration))
    if node.outputs and node.outputs.exit_code:
        yield field("exit code", node.outputs.exit_code)
    if node.memoization_status:
        hit = "hit" if node.memoization_status.hit else "miss"
        yield field("memoized", f"{hit}, key {node.memoization_status.key}")
    if node.is_active_suspend:
        yield field("waits for", _who_resumes(workflow, node))
    if node.synchronization_status and node.synchronization_status.waiting:
        yield field("waits for", node.synchronization_status.waiting)
    if node.failed_pod_restarts:
        yield field("restarts", f"{node.failed_pod_restarts} after failures of the infrastructure")
    yield field("name", node.name)
    yield field("id", node.id)


def _who_resumes(workflow: Workflow, node: Node) -> str:
    """How a step that waits for somebody goes on."""
    wanted = node.wanted_values
    if not wanted:
        return f"somebody to resume it ({hint('act.suspend')})"
    meta = workflow.metadata
    words = ["argo", "node", "set", "-n", meta.namespace, meta.name]
    words += ["--node-field-selector", f"id={node.id}"]
    for name in wanted:
        words += ["--output-parameter", f"{name}=VALUE"]
    return (
        f"a value of {' and '.join(wanted)}; {hint('act.suspend')} resumes it once it has one: "
        f"{shlex.join(words)}"
    )


class SummaryPane(TextPane):
    """Facts about the step under the cursor, and in bars; on the root, about the workflow."""

    WRAPS = True  # why something failed is a long sentence

    bars = query_one(Bars)

    def __init__(self, context: PaneContext) -> None:
        super().__init__(context)
        self._of: tuple[Workflow, Node | None] | None = None
        self._hangs_on: tuple[Workflow, tuple[str, ...]] | None = None
        self._made = SummaryBars(pod_names=context.pod_names, ascii=context.ascii)

    def compose(self) -> ComposeResult:
        """Facts, bars, the line to search by."""
        facts, *others = super().compose()
        yield facts
        yield Bars(ascii=self.context.ascii, now=self.context.now())
        yield from others

    def on_mount(self) -> None:
        """Keys belong to the facts: the bars are as high as they are many."""
        self.bars.can_focus = False

    def on_resize(self, event: events.Resize) -> None:
        """Bars only where the facts have room, too."""
        self.bars.display = event.size.height >= BARS_FROM

    def show(self, workflow: Workflow, node: Node | None, raw: bytes) -> None:
        """Facts about this."""
        self._of = (workflow, node)
        self._write(self.context.now())

    def show_usage(self, usage: Mapping[str, Usage]) -> None:
        """What the pods use now, by their names."""
        if usage is not self._made.usage:
            self._made.usage = usage
            self._write(self.context.now())

    def tick(self, now: datetime) -> None:
        """Durations go on."""
        self._write(now)

    def _why(self, workflow: Workflow) -> tuple[str, ...]:
        """What a workflow hangs on; looked for once a version, not with every second."""
        if self._hangs_on is None or self._hangs_on[0] is not workflow:
            self._hangs_on = (workflow, tuple(hangs_on(workflow)))
        return self._hangs_on[1]

    def _write(self, now: datetime) -> None:
        if self._of is None:
            return
        workflow, node = self._of
        bars: Iterator[Bar]
        if node is None or node.id == workflow.metadata.name:
            lines = of_workflow(workflow, now, self._why(workflow))
            bars = self._made.of_workflow(workflow, now)
        else:
            context = self.context
            lines = of_node(workflow, node, now, context.pod_names, ascii=context.ascii)
            bars = self._made.of_node(workflow, node, now)
        self.put((workflow.ref, node.id if node else ""), "\n".join(lines))
        self.bars.show(list(bars))
