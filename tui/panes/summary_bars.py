"""The summary in bars: how far it is, what its pods use of what they may, where the time went."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime

from tui.columns import compact
from tui.columns.nodes import Usage, node_seconds, node_token
from tui.columns.words import cores, memory
from tui.domain import progress
from tui.domain.allowance import allowance_of
from tui.domain.durations import seconds_between
from tui.domain.node import RUNNING, Node, NodeId
from tui.domain.podname import pod_name
from tui.domain.slowest import Slowest
from tui.domain.status import node_icon
from tui.domain.workflow import Workflow
from tui.widgets.bars import Bar

MOST = 5
"""Steps that are called the slowest."""
INSIDE = ("DAG", "Steps")
"""Types of nodes that have others inside of them."""


class SummaryBars:
    """The bars of one workflow and of its steps."""

    def __init__(self, *, pod_names: str, ascii: bool) -> None:
        self.usage: Mapping[str, Usage] = {}
        """What its pods use now, by their names."""
        self._pod_names = pod_names
        self._ascii = ascii
        self._slowest = Slowest()
        self._of: tuple[Workflow, NodeId | None] | None = None
        self._steps: tuple[Node, ...] = ()

    def of_workflow(self, workflow: Workflow, now: datetime) -> Iterator[Bar]:
        """The whole workflow."""
        status = workflow.status
        seconds = seconds_between(status.started_at, status.finished_at, now)
        yield from _done(progress.parse(status.progress))
        if not workflow.is_completed:
            yield from _time(seconds, status.estimated_duration)
            yield from self._used(workflow, workflow.nodes.values())
        yield from self._where(workflow, None, status.started_at, seconds, now)

    def of_node(self, workflow: Workflow, node: Node, now: datetime) -> Iterator[Bar]:
        """One step, or what is inside of it."""
        seconds = node_seconds(node, now)
        if node.type in INSIDE:
            yield from _done(_progress(_inside(workflow, node.id)))
        elif node.progress not in ("", "0/1", "1/1"):
            yield from _done(progress.parse(node.progress))
        if not node.is_fulfilled:
            yield from _time(seconds, node.estimated_duration)
            yield from self._used(workflow, [node])
        if node.type in INSIDE:
            yield from self._where(workflow, node, node.started_at, seconds, now)

    def _used(self, workflow: Workflow, nodes: Iterable[Node]) -> Iterator[Bar]:
        """CPU and memory of the pods that run, against what they may use if all of them say so."""
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
            yield _against("CPU", sum(u.cpu_millis for u in used), cpu, cores, " cores")
            yield _against("memory", sum(u.memory_bytes for u in used), ram, memory, "")

    def _where(
        self,
        workflow: Workflow,
        node: Node | None,
        started_at: str | None,
        seconds: float | None,
        now: datetime,
    ) -> Iterator[Bar]:
        """The slowest steps, each where it ran in the time of the whole."""
        key = node.id if node else None
        if self._of is None or self._of[0] is not workflow or self._of[1] != key:
            self._of = (workflow, key)
            inside = workflow.nodes.values() if key is None else _inside(workflow, key)
            self._steps = self._slowest.among(inside, MOST, now)
        if not seconds or len(self._steps) < 2:
            return
        took = sorted(((node_seconds(s, now) or 0.0, s) for s in self._steps), key=lambda x: -x[0])
        yield Bar("slowest", "slowest steps", is_heading=True)
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


def _inside(workflow: Workflow, key: NodeId) -> list[Node]:
    """All nodes within one, however deep."""
    within: dict[NodeId, list[Node]] = {}
    for node in workflow.nodes.values():
        within.setdefault(node.boundary_id, []).append(node)
    found: list[Node] = []
    waiting = [key]
    while waiting:
        inner = within.pop(waiting.pop(), [])
        found += inner
        waiting += [node.id for node in inner]
    return found


def _progress(nodes: Iterable[Node]) -> tuple[int, int]:
    """The sum over what executes."""
    said = [progress.of_node(node) for node in nodes]
    known = [each for each in said if each is not None]
    return sum(done for done, _ in known), sum(total for _, total in known)


def _done(said: tuple[int, int] | None) -> Iterator[Bar]:
    if said is not None and said[1] > 0:
        done, total = said
        yield Bar(
            "progress", "progress", f"{done} of {total} ({done * 100 // total}%)", done, total
        )


def _time(seconds: float | None, estimate: int) -> Iterator[Bar]:
    """How long it has run of what runs like it usually take."""
    if seconds is None or estimate <= 0:
        return
    late = "! " if seconds > estimate else ""
    text = f"{late}{compact(seconds)} of usual {compact(estimate)}"
    token = "warning" if late else ""
    yield Bar("time", "time", text, seconds, max(seconds, estimate), token=token)


def _against(
    label: str,
    used: int,
    allowed: list[tuple[int, str] | None],
    words: Callable[[int], str],
    unit: str,
) -> Bar:
    """What is used of what may be used, if every pod says what that is."""
    known = [each for each in allowed if each is not None]
    if len(known) < len(allowed):
        return Bar(label, label, f"{words(used)}{unit}, no limit known")
    most = sum(amount for amount, _ in known)
    kind = "limit" if all(kind == "limit" for _, kind in known) else "request"
    over = "! " if used > most * 0.9 else ""
    text = f"{over}{words(used)} of {words(most)}{unit} ({kind})"
    return Bar(label, label, text, used, most, token="warning" if over else "")
