"""For how long how much was asked for, up to now, of a step or of a whole run (argo.md 4.4).

Argo tells it of a pod that has ended. What still runs is reckoned by the same rule, so that a cost
does not jump when a step ends.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime

from tui.domain.allowance import CPU, MEMORY, ContainerAllowance, PodAllowance
from tui.domain.branches import inside
from tui.domain.durations import seconds_between
from tui.domain.load import allowed_in
from tui.domain.node import RUNNING, Node, NodeId
from tui.domain.once import once
from tui.domain.prices import MEMORY_UNIT, STORAGE, STORAGE_UNIT
from tui.domain.samples import RunSamples
from tui.domain.templates import INIT, WAIT
from tui.domain.workflow import Workflow

DEFAULTS = {CPU: 100, MEMORY: MEMORY_UNIT}
"""What Argo counts for a container that asks for nothing."""


def spent(
    workflow: Workflow, node: Node | None, now: datetime, samples: RunSamples, pod_names: str
) -> tuple[dict[str, float], bool]:
    """Seconds of Argo's units of a step, or of the whole run (None), up to now; and whether some
    of it still runs."""
    told = workflow.status.resources_duration if node is None else node.own_resources
    is_over = workflow.is_completed if node is None else node.is_fulfilled
    if is_over and told:
        return dict(told), False
    done, running = _inside(workflow, "" if node is None else node.id)
    total = dict(done)
    for each in running:
        allowed = allowed_in(workflow, each, samples, pod_names)
        _add(total, of_pod(allowed, seconds_between(each.started_at, None, now) or 0.0))
    return total, bool(running)


@once
def _inside(workflow: Workflow, key: str) -> tuple[dict[str, float], list[Node]]:
    """What the ended pods of a step, or of the whole, took; and those that run."""
    nodes = workflow.nodes
    found: Iterable[Node]
    if not key:
        found = nodes.values()
    else:
        at = nodes.get(NodeId(key))
        found = [at, *(nodes[each] for each in inside(workflow, at))] if at is not None else ()
    total: dict[str, float] = {}
    running: list[Node] = []
    for node in found:
        if node.type != "Pod":
            continue
        if node.phase == RUNNING and not node.resources_duration:
            running.append(node)
        _add(total, node.resources_duration)
    return total, running


def _add(total: dict[str, float], more: Mapping[str, float]) -> None:
    for name, seconds in more.items():
        total[name] = total.get(name, 0) + seconds


def of_pod(allowed: PodAllowance, seconds: float) -> dict[str, float]:
    """What Argo would count for a pod that has run for so long (argo.md 4.4)."""
    total: dict[str, float] = {}
    containers = [each for each in allowed.containers if each.role != "init"]
    if not allowed.is_of_pod:
        # The template does not name Argo's own beside them.
        containers.append(ContainerAllowance(WAIT, "argo"))
    for each in containers:
        if each.name == INIT:
            continue
        for name, amount in {**DEFAULTS, **each.limits, **each.requests}.items():
            unit = 1000 if name == CPU else MEMORY_UNIT if name == MEMORY else 1
            unit = STORAGE_UNIT if name in STORAGE else unit
            total[name] = total.get(name, 0) + amount * seconds / unit
    return total
