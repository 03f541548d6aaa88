"""The summary pane: facts about a step or the whole workflow, and bars for some of the figures."""

from __future__ import annotations

import shlex
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from typing import ClassVar

from textual import events, on, work
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.getters import query_one

from tui.bindings import bind
from tui.columns import compact
from tui.columns.nodes import Usage, node_seconds, node_token
from tui.domain import progress
from tui.domain.allowance import PodAllowance, allowance_of, pod_allowance
from tui.domain.durations import age, parse_time, resources, seconds_between
from tui.domain.history import Past
from tui.domain.node import PENDING, RUNNING, Node, NodeId, Parameter
from tui.domain.overview import INSIDE, MOST, progress_within
from tui.domain.podname import pod_name
from tui.domain.quantity import cores, memory
from tui.domain.reason import reasons_of, said
from tui.domain.retention import run_goes
from tui.domain.samples import RunSamples
from tui.domain.slowest import running, slowest
from tui.domain.status import node_icon, status_text
from tui.domain.templates import image_of
from tui.domain.workflow import LABEL, Workflow
from tui.errors import SourceError
from tui.keys import hint
from tui.kinds.glance import trend, usually
from tui.messages import GoToStep
from tui.panes.base import PaneContext
from tui.panes.keeping import ArchiveLimit
from tui.panes.resource_lines import cost_words, resource_lines
from tui.panes.text_pane import TextPane
from tui.ports.connection import Connection, offered
from tui.ports.pods import Around
from tui.widgets.bars import Bar, Bars


class SummaryBars:
    """The bars of one workflow and of its steps."""

    def __init__(self, *, pod_names: str, ascii: bool) -> None:
        self.usage: Mapping[str, Usage] = {}
        """What the pods use now, by their names."""
        self._pod_names = pod_names
        self._ascii = ascii

    def of_workflow(self, workflow: Workflow, now: datetime) -> Iterator[Bar]:
        """The bars of the whole workflow."""
        status = workflow.status
        seconds = seconds_between(status.started_at, status.finished_at, now)
        yield from _progress_bar(progress.parse(status.progress))
        if not workflow.is_completed:
            yield from _duration_bar(seconds, status.estimated_duration)
            yield from self._usage_bars(workflow, running(workflow).values())
        yield from self._slowest_bars(workflow, None, status.started_at, seconds, now)

    def of_node(self, workflow: Workflow, node: Node, now: datetime) -> Iterator[Bar]:
        """The bars of one step."""
        seconds = node_seconds(node, now)
        if node.type in INSIDE:
            yield from _progress_bar(progress_within(workflow, node.id))
        elif node.progress not in ("", "0/1", "1/1"):
            yield from _progress_bar(progress.parse(node.progress))
        if not node.is_fulfilled:
            yield from _duration_bar(seconds, node.estimated_duration)
            yield from self._usage_bars(workflow, [node])
        if node.type in INSIDE:
            yield from self._slowest_bars(workflow, node, node.started_at, seconds, now)

    def _usage_bars(self, workflow: Workflow, nodes: Iterable[Node]) -> Iterator[Bar]:
        """CPU and memory of running pods, against their limits or requests if all have some."""
        if not self.usage:
            return
        used: list[Usage] = []
        cpu: list[tuple[int, str] | None] = []
        ram: list[tuple[int, str] | None] = []
        for node in nodes:
            if node.type != "Pod" or node.phase != RUNNING:
                continue
            usage = self.usage.get(pod_name(workflow, node, self._pod_names))
            if usage is not None:
                allowed = allowance_of(workflow, node)
                used.append(usage)
                cpu.append(allowed.cpu())
                ram.append(allowed.memory())
        if used:
            yield _usage_bar("CPU", sum(u.cpu_millis for u in used), cpu, cores, " cores")
            yield _usage_bar("memory", sum(u.memory_bytes for u in used), ram, memory, "")

    def _slowest_bars(
        self,
        workflow: Workflow,
        node: Node | None,
        started_at: str | None,
        seconds: float | None,
        now: datetime,
    ) -> Iterator[Bar]:
        """The slowest steps, each as a bar on the time line of the whole."""
        steps = slowest(workflow, node.id if node else None, MOST)
        if not seconds or len(steps) < 2:
            return
        took = sorted(((node_seconds(s, now) or 0.0, s) for s in steps), key=lambda x: -x[0])
        words = f"as they ran; {hint('open')} goes"
        yield Bar("slowest", "slowest steps", words, is_heading=True)
        for length, step in took[:MOST]:
            yield Bar(
                ("step", step.id),
                f"{node_icon(step, ascii=self._ascii)} {step.title}",
                compact(length),
                length,
                seconds,
                seconds_between(started_at, step.started_at, now) or 0.0,
                node_token(step),
            )


def _progress_bar(counts: tuple[int, int] | None) -> Iterator[Bar]:
    if counts is not None and counts[1] > 0:
        done, total = counts
        yield Bar(
            "progress", "steps done", f"{done} of {total} ({done * 100 // total}%)", done, total
        )


def _duration_bar(seconds: float | None, estimate: int) -> Iterator[Bar]:
    """How long it has run, against the estimate from earlier runs."""
    if seconds is None or estimate <= 0:
        return
    late = "! " if seconds > estimate else ""
    text = f"{late}{compact(seconds)} of usual {compact(estimate)}"
    token = "warning" if late else ""
    yield Bar("time", "time taken", text, seconds, max(seconds, estimate), token=token)


def _usage_bar(
    label: str,
    used: int,
    allowed: list[tuple[int, str] | None],
    words: Callable[[int], str],
    unit: str,
) -> Bar:
    """The usage of all pods against their limits or requests, if every pod has one."""
    known = [each for each in allowed if each is not None]
    if len(known) < len(allowed):
        return Bar(label, f"{label} in use", f"{words(used)}{unit}, no limit known")
    most = sum(amount for amount, _ in known)
    kind = "limit" if all(kind == "limit" for _, kind in known) else "request"
    over = "! " if used > most * 0.9 else ""
    text = f"{over}{words(used)} of {words(most)}{unit} ({kind})"
    return Bar(label, f"{label} in use", text, used, most, token="warning" if over else "")


WIDTH = 12
MIN_HEIGHT_FOR_BARS = 8
"""Rows of the pane from which on it shows bars."""
MOST_STEPS = 5
"""Number of failed or waiting steps that are named for the whole workflow."""


def field(label: str, value: str) -> str:
    """A labelled value; further lines of the value are aligned below the first."""
    first, *rest = value.split("\n")
    return "\n".join(
        [f"{label and label + ':':<{WIDTH}} {first}", *(" " * (WIDTH + 1) + x for x in rest)]
    )


def parameters(title: str, found: tuple[Parameter, ...]) -> Iterator[str]:
    """A block of parameters with their values or defaults."""
    if not found:
        return
    yield ""
    yield f"{title}:"
    for parameter in found:
        value = parameter.value if parameter.value is not None else parameter.default
        yield field(f"  {parameter.name}", value if value is not None else "(not set)")


def moment(time: str, now: datetime, *, local: bool) -> str:
    """A time as the cluster wrote it, in UTC, or as one of here; and how long ago that was."""
    read = parse_time(time) if local else None
    told = read.astimezone().isoformat() if read is not None else time
    return f"{told} ({age(time, now)})"


def times(
    started: str | None,
    finished: str | None,
    now: datetime,
    usual: str = "",
    *,
    local: bool = False,
) -> Iterator[str]:
    """Start, end, and the duration so far; `usual` is said behind it. `local` is for times of
    here."""
    if started:
        yield field("started", moment(started, now, local=local))
    if finished:
        yield field("finished", moment(finished, now, local=local))
    seconds = seconds_between(started, finished, now)
    if seconds is not None:
        yield field("duration", f"{compact(seconds)}{usual}")


def hangs_on(workflow: Workflow) -> Iterator[str]:
    """The steps that made it fail or that it waits for, and the holders of locks it waits for."""
    found = reasons_of(workflow)
    for at, key in enumerate(found[:MOST_STEPS]):
        yield field("" if at else "because of", said(workflow.nodes[key]))
    if len(found) > MOST_STEPS:
        yield field("", f"and {len(found) - MOST_STEPS} more steps")
    for lock, holders in workflow.status.waits_for_locks:
        holds = f", held by {', '.join(holders)}" if holders else ""
        yield field("waits for", f"{lock}{holds}")


def of_workflow(
    workflow: Workflow,
    now: datetime,
    why: Iterable[str],
    past: Past | None = None,
    needs: Iterable[str] = (),
    *,
    archive: timedelta | None = None,
    ascii: bool = False,
    local: bool = False,
) -> Iterator[str]:
    """The facts about a whole workflow (argo.md 2.1); `why` are the lines of `hangs_on`, `past` the
    last runs of what made it, `needs` the lines about its resources; `archive` is how long after
    its end the archive keeps it; `local` is for times of here."""
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
        yield field("created", moment(meta.creation_timestamp, now, local=local))
    seconds = seconds_between(status.started_at, status.finished_at, now)
    usual = "".join(text for text, _ in usually(workflow, past, seconds or 0.0))
    yield from times(status.started_at, status.finished_at, now, usual, local=local)
    if goes := run_goes(workflow, now, archive):
        yield field("kept", goes)
    if status.phase == "Running" and status.estimated_duration and not usual:
        yield field("usual", compact(status.estimated_duration))
    if past is not None and len(past.runs) > 1:
        bars = "".join(text for text, _ in trend(past, now, ascii=ascii))
        failed = f", {past.failed} failed" if past.failed else ""
        yield field("trend", f"{bars}  last {len(past.runs)} of {past.maker.label}{failed}")
    if status.resources_duration:
        yield field("requested", resources(status.resources_duration))
    yield from needs
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
    workflow: Workflow,
    node: Node,
    now: datetime,
    pod_names: str,
    needs: Iterable[str] = (),
    *,
    ascii: bool = False,
    local: bool = False,
) -> Iterator[str]:
    """The facts about one step; `needs` are the lines about its resources; `local` is for times of
    here."""
    yield field("step", node.title)
    yield field("phase", f"{node_icon(node, ascii=ascii)} {node.phase}".strip())
    if node.message:
        yield field("message", node.message)
    yield field("type", node.type)
    if node.template_ref:
        yield field("template", f"{node.template_ref.name}/{node.template_ref.template}")
    elif node.template_name:
        yield field("template", node.template_name)
    # Before what has more lines for one step than for the next: so it stays where it stands.
    yield from needs
    yield from times(node.started_at, node.finished_at, now, local=local)
    if node.estimated_duration and not node.finished_at:
        yield field("usual", compact(node.estimated_duration))
    if node.own_resources:
        yield field("requested", resources(node.own_resources))
    if node.type == "Pod":
        yield field("pod", pod_name(workflow, node, pod_names))
        if node.host_node_name:
            yield field("node", node.host_node_name)
    if node.progress:
        yield field("progress", node.progress)
    if node.outputs and node.outputs.exit_code:
        yield field("exit code", node.outputs.exit_code)
    allowed = allowance_of(workflow, node).memory() if node.ran_out_of_memory else None
    if allowed is not None:
        yield field("memory", f"{allowed[1]} {memory(allowed[0])}")
    if node.is_problem and (image := image_of(workflow, node)):
        yield field("image", image)
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
    """How a suspended step can be resumed."""
    missing = node.wanted_values
    if not missing:
        return f"somebody to resume it ({hint('act.suspend')})"
    meta = workflow.metadata
    words = ["argo", "node", "set", "-n", meta.namespace, meta.name]
    words += ["--node-field-selector", f"id={node.id}"]
    for name in missing:
        words += ["--output-parameter", f"{name}=VALUE"]
    return (
        f"a value of {' and '.join(missing)}; {hint('act.suspend')} resumes it once it has one: "
        f"{shlex.join(words)}"
    )


def step_of(bar: Bar | None) -> NodeId | None:
    """The step whose bar it is; None where it is another's."""
    key = bar.key if bar is not None else None
    return NodeId(str(key[1])) if isinstance(key, tuple) and key[0] == "step" else None


class SummaryPane(TextPane):
    """Facts and bars about the step under the cursor; on the root, about the workflow."""

    WRAPS = True  # why something failed is a long sentence
    BINDINGS: ClassVar[list[BindingType]] = [
        bind("open", "choose_step", "Slowest steps", group="text"),
        bind("times", "times", "Times", group="text"),
    ]

    bars = query_one(Bars)
    archive = query_one(ArchiveLimit)

    def __init__(self, context: PaneContext) -> None:
        super().__init__(context)
        self._of: tuple[Workflow, Node | None] | None = None
        self._usage_refused = ""
        """Why nobody tells what pods use; "" where somebody does, or nobody measures it."""
        self._past: Past | None = None
        self._samples = RunSamples()
        self._needs: tuple[object, list[str]] = (None, [])
        """The table of resources, and what it was made of."""
        self._asked: set[str] = set()
        """Pods that were asked what they may use."""
        self._made = SummaryBars(pod_names=context.pod_names, ascii=context.ascii)
        self._is_local = False
        """Whether times are those of here."""

    def compose(self) -> ComposeResult:
        """Facts, bars, and the search bar."""
        facts, *others = super().compose()
        yield facts
        yield Bars(ascii=self.context.ascii, now=self.context.now())
        yield from others
        yield ArchiveLimit(self.context)

    def action_choose_step(self) -> None:
        """Enter: to the slowest steps, and there to the step of one."""
        first = next((i for i, bar in enumerate(self.bars.items) if step_of(bar)), None)
        if first is None or not self.bars.display:
            self.context.say("no steps to choose from here")
            return
        self.bars.focus()
        self.bars.move_to_line(first)

    def action_times(self) -> None:
        """Show times in UTC, or those of here."""
        self._is_local = not self._is_local
        self._write(self.context.now())
        self.context.say("times of here" if self._is_local else "times in UTC")

    @on(ArchiveLimit.Learned)
    def tell_limit(self, message: ArchiveLimit.Learned) -> None:
        """Say how long the archive keeps the run."""
        message.stop()
        self._write(self.context.now())

    @on(Bars.Chosen)
    def go_to_step(self, message: Bars.Chosen) -> None:
        """Go to the step of a bar."""
        message.stop()
        step = step_of(self.bars.current)
        if step is not None:
            self.post_message(GoToStep(step))

    @on(Bars.CursorMoved)
    def keep_to_itself(self, message: Bars.CursorMoved) -> None:
        """The cursor of the bars is not that of the tree."""
        message.stop()

    def on_resize(self, event: events.Resize) -> None:
        """Hide the bars where the facts need the room."""
        self.bars.display = event.size.height >= MIN_HEIGHT_FOR_BARS

    def show(self, workflow: Workflow, node: Node | None, raw: bytes) -> None:
        """Show the facts about a workflow or a step."""
        self._of = (workflow, node)
        self._write(self.context.now())
        self._ask_pod(workflow, node)

    def _ask_pod(self, workflow: Workflow, node: Node | None) -> None:
        """Ask a pod, once, what it may use: the cluster may have added what no template says."""
        if node is None or node.type != "Pod" or node.phase == PENDING:
            return
        pod, source = pod_name(workflow, node, self.context.pod_names), self.context.source
        samples = self._samples
        known = pod in self._asked or pod in samples.allowed or pod in samples.gone
        if not known and source is not None and source.port(Around) is not None:
            self._asked.add(pod)
            self._read_pod(source, samples, workflow.ref.namespace, pod)

    # Textual describes a worker by the text of its arguments.
    @work(thread=True, group="pod", description="reading what a pod may use")
    def _read_pod(self, source: Connection, samples: RunSamples, namespace: str, pod: str) -> None:
        try:
            found = offered(source, Around).pod(namespace, pod)
        except SourceError:
            return  # then its template says it, as it is told there
        allowed = pod_allowance(found) if found is not None else None
        self.app.call_from_thread(self._learn, samples, pod, allowed)

    def _learn(self, samples: RunSamples, pod: str, allowed: PodAllowance | None) -> None:
        samples.learn(pod, allowed)
        if samples is self._samples:
            self._write(self.context.now())

    def _about_resources(self, workflow: Workflow, node: Node | None, now: datetime) -> list[str]:
        """What it costs, and the table, which is made anew only where something is new."""
        context, samples = self.context, self._samples
        made_of = (id(workflow), node, id(samples), samples.revision)
        if made_of != self._needs[0]:
            told = resource_lines(workflow, node, samples, context.pod_names, ascii=context.ascii)
            self._needs = made_of, list(told)
        cost = cost_words(workflow, node, now, samples, context.pod_names, context.prices)
        why_not = "" if workflow.is_completed else self._usage_refused or samples.why_not
        lines = [*self._needs[1], *([""] if self._needs[1] else [])]
        before = (("cost", cost), ("CPU, memory", why_not))
        return [*(field(label, words) for label, words in before if words), *lines]

    def show_usage(self, usage: Mapping[str, Usage]) -> None:
        """Show what the pods use now, by their names."""
        if usage is not self._made.usage:
            self._made.usage = usage
            self._write(self.context.now())

    def show_samples(self, samples: RunSamples) -> None:
        """Show what its pods were measured to use."""
        if samples is not self._samples:
            self._samples = samples
            self._asked.clear()  # what pods said went to those before
            if self._of is not None:
                self._ask_pod(*self._of)
        self._write(self.context.now())

    def show_usage_refused(self, why: str) -> None:
        """Say so where CPU and memory would be."""
        self._usage_refused = why
        self._write(self.context.now())

    def show_past(self, past: Past | None) -> None:
        """Tell how the last runs of what made it went."""
        if past != self._past:
            self._past = past
            self._write(self.context.now())

    def tick(self, now: datetime) -> None:
        """Update durations and ages."""
        self._write(now)

    def _write(self, now: datetime) -> None:
        if self._of is None:
            return
        workflow, node = self._of
        context = self.context
        bars: Iterator[Bar]
        if node is None or node.id == workflow.metadata.name:
            # The one step of a run that is nothing but a pod is that run.
            of = node if node is not None and node.type == "Pod" else None
            needs = self._about_resources(workflow, of, now)
            why = hangs_on(workflow)
            kept = self.archive.of(workflow)
            lines = of_workflow(
                workflow,
                now,
                why,
                self._past,
                needs,
                archive=kept,
                ascii=context.ascii,
                local=self._is_local,
            )
            bars = self._made.of_workflow(workflow, now)
        else:
            needs = self._about_resources(workflow, node, now)
            lines = of_node(
                workflow,
                node,
                now,
                context.pod_names,
                needs,
                ascii=context.ascii,
                local=self._is_local,
            )
            bars = self._made.of_node(workflow, node, now)
        self.put((workflow.ref, node.id if node else ""), "\n".join(lines))
        self.bars.show(list(bars))
