"""What a step uses, used at most, asks for and may use, container by container; of what holds
other steps, the sums over their pods.

Measured values come from `samples`, requests and limits from the pod where it was read, else from
its template (`allowance`). What is not known is None, never 0.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Iterator
from typing import NamedTuple

from tui.domain.allowance import (
    CPU,
    MEMORY,
    PodAllowance,
    same_allowance,
    template_allowance,
)
from tui.domain.attempts import superseded_of
from tui.domain.branches import group_parents_of, inside
from tui.domain.node import Node, NodeId
from tui.domain.once import once
from tui.domain.podname import V1, pod_name, pod_name_format
from tui.domain.samples import PodSamples, RunSamples, Samples
from tui.domain.workflow import Workflow

Asked = tuple[str, str]
"""What is counted, as `request` or `limit`, and the resource."""


class Line(NamedTuple):
    """One resource of a container, or of several together."""

    resource: str
    now: int | None = None
    peak: int | None = None
    request: int | None = None
    limit: int | None = None
    near: int | None = None
    """Percent of the limit that it came too near to; None where it kept away."""


class Load(NamedTuple):
    """The resources of one container, or of all pods of a group."""

    name: str
    lines: tuple[Line, ...]
    points: tuple[tuple[float, int, int], ...] = ()
    """Samples over time, as `Samples.points`."""


class Sums(NamedTuple):
    """Over the pods of a group."""

    load: Load
    pods: int = 0
    live: int = 0
    """Those that were measured just now."""
    measured: int = 0
    """Those that were ever measured."""
    unclear: str = ""
    is_by_pods: bool = False
    """Whether the pods say themselves what they ask for, and not their templates."""


def allowed_in(workflow: Workflow, node: Node, samples: RunSamples, pod_names: str) -> PodAllowance:
    """What a step's pod says itself, where it was read; else what its template says."""
    read = samples.allowed.get(pod_name(workflow, node, pod_names))
    return read if read is not None else template_allowance(workflow, node)


def loads_of(allowed: PodAllowance, found: PodSamples | None) -> tuple[Load, ...]:
    """Each container of a pod: those of the step first, Argo's own last."""
    order = {"main": 0, "sidecar": 1, "init": 2, "argo": 3}
    known = sorted(allowed.containers, key=lambda each: order[each.role])
    loads = [
        Load(
            each.name,
            tuple(_lines(each.requests, each.limits, each.asked, measured, _is_live(found))),
            tuple(measured.points) if measured is not None else (),
        )
        for each in known
        for measured in (found.containers.get(each.name) if found is not None else None,)
    ]
    names = {each.name for each in allowed.containers}
    others = found.containers.items() if found is not None else ()
    loads += [
        Load(
            name,
            tuple(_lines({}, {}, lambda resource: None, one, _is_live(found))),
            tuple(one.points),
        )
        for name, one in others
        if name not in names
    ]
    return tuple(each for each in loads if each.lines)


def _nothing(resource: str) -> None:
    """What a container asks for of which nobody knows it."""


def _is_live(found: PodSamples | None) -> bool:
    return found is not None and found.is_live


def _lines(
    requests: dict[str, int],
    limits: dict[str, int],
    asked: Callable[[str], int | None],
    found: Samples | None,
    is_live: bool,
) -> Iterator[Line]:
    names = {*requests, *limits} - {CPU, MEMORY}
    for resource in (CPU, MEMORY, *sorted(names)):
        now = peak = near = None
        limit = limits.get(resource)
        if found is not None and resource in (CPU, MEMORY):
            is_cpu = resource == CPU
            now = (found.cpu if is_cpu else found.memory) if is_live else None
            peak = found.peak_cpu if is_cpu else found.peak_memory
            if limit and (found.near_cpu(limit) if is_cpu else found.near_memory(limit)):
                near = (found.stayed_cpu if is_cpu else peak) * 100 // limit
        line = Line(resource, now, peak, asked(resource), limit, near)
        if line[1:] != (None,) * 5:
            yield line


# --- sums up the tree ----------------------------------------------------------------------------


class Measured(NamedTuple):
    """What the pods of a step together use, as the columns of the tree say it."""

    cpu: int | None = None
    """Now; None where none of them was measured just now."""
    memory: int | None = None
    peak: int = 0
    """Of memory, added up."""
    limit: int | None = None
    """None where there is a pod without one."""
    is_near: bool = False
    pods: int = 1


def node_of_pod(workflow: Workflow, pod: str, pod_names: str) -> Node | None:
    """The step of a pod. Both names end with the same hash, or are the same (argo.md 3)."""
    name = workflow.metadata.name
    if pod == name or pod_name_format(workflow, pod_names) == V1:
        return workflow.nodes.get(NodeId(pod))
    return workflow.nodes.get(NodeId(f"{name}-{pod.rpartition('-')[2]}"))


def measured_sums(
    workflow: Workflow, samples: RunSamples, pod_names: str
) -> dict[NodeId, Measured]:
    """Of every step that has measured pods, and of all it stands in, up to the root; of several
    attempts the last one counts."""
    found: dict[NodeId, Measured] = {}
    parents, gone = group_parents_of(workflow), superseded_of(workflow)
    for pod, one in samples.pods.items():
        node = node_of_pod(workflow, pod, pod_names)
        if node is None:
            continue
        allowed = samples.allowed.get(pod) or template_allowance(workflow, node)
        peak, limit = one.against_limit(allowed)
        is_near = one.is_near(allowed)
        mine = Measured(None, None, peak, limit, is_near)
        if one.is_live:
            mine = Measured(one.whole.cpu, one.whole.memory, peak, limit, is_near)
        seen: set[str] = set()
        key = node.id
        while key and key not in seen:
            seen.add(key)
            found[key] = _both(found[key], mine) if key in found else mine
            if key in gone:
                # Attempts follow each other: the last one counts, and that one was near a limit.
                mine = Measured(None, None, 0, 0, mine.is_near, 0)
            above = workflow.nodes.get(key)
            key = parents.get(key) or (above.boundary_id if above is not None else NodeId(""))
    return found


def _both(one: Measured, other: Measured) -> Measured:
    return Measured(
        _sum((one.cpu, other.cpu)),
        _sum((one.memory, other.memory)),
        one.peak + other.peak,
        one.limit + other.limit if one.limit is not None and other.limit is not None else None,
        one.is_near or other.is_near,
        one.pods + other.pods,
    )


def _sum(values: Iterable[int | None]) -> int | None:
    known = [each for each in values if each is not None]
    return sum(known) if known else None


@once
def _pods_in(workflow: Workflow, key: str) -> dict[NodeId, Node]:
    """The steps with a pod in a step, or in the whole, by their ids."""
    nodes = workflow.nodes
    found: Iterable[Node] = nodes.values()
    if key:
        at = nodes.get(NodeId(key))
        found = (nodes[each] for each in inside(workflow, at)) if at is not None else ()
    return {node.id: node for node in found if node.type == "Pod"}


@once
def asked_in(workflow: Workflow, key: str) -> tuple[Counter[Asked], str]:
    """What the templates of the pods in a step ask for, added up, and what is unclear of it."""
    alike: dict[Hashable, list[Node]] = {}
    for node in _pods_in(workflow, key).values():
        alike.setdefault(same_allowance(workflow, node), []).append(node)
    counts: Counter[Asked] = Counter()
    unclear = ""
    for nodes in alike.values():
        allowed = template_allowance(workflow, nodes[0])
        unclear = unclear or allowed.unclear
        for name, amount in _amounts(allowed).items():
            counts[name] += amount * len(nodes)
    return counts, unclear


def _amounts(allowed: PodAllowance) -> dict[Asked, int]:
    found: dict[Asked, int] = {("pods", ""): 1}
    for resource in allowed.resources():
        if amount := allowed.request(resource):
            found["request", resource] = amount
        limits = [each.limits.get(resource) for each in allowed.own]
        if limits and all(limits):
            found["limit", resource] = sum(each or 0 for each in limits)
            found["limited", resource] = 1
    return found


def sums_of(workflow: Workflow, node: Node | None, samples: RunSamples, pod_names: str) -> Sums:
    """Over the pods in a step, or in the whole (None): those that have begun and those that wait to
    begin, each with what it asks for; and what of them was measured.

    Pods say themselves what they ask for only where all of them were read. A sum over what some say
    themselves and templates say of the others would depend on which of them somebody looked at:
    what the cluster adds to each pod would be in it for some.
    """
    key = "" if node is None else str(node.id)
    counts, unclear = asked_in(workflow, key)
    by_pods: Counter[Asked] = Counter()
    wanted = _pods_in(workflow, key)
    measured: list[PodSamples] = []
    near = [False, False]
    read = 0
    for pod in {**samples.pods, **samples.allowed}:
        found = node_of_pod(workflow, pod, pod_names)
        if found is None or found.id not in wanted:
            continue
        by_template = template_allowance(workflow, found)
        allowed = samples.allowed.get(pod, by_template)
        if allowed is not by_template:
            read += 1
            by_pods.update(_amounts(allowed))
        if (one := samples.pods.get(pod)) is not None:
            measured.append(one)
            for each, its in one.pairs(allowed):
                near[0] |= its.near_cpu(each.limits.get(CPU))
                near[1] |= its.near_memory(each.limits.get(MEMORY))
    live = [each.whole for each in measured if each.is_live]
    pods = len(wanted)
    is_by_pods = read == pods
    total = by_pods if is_by_pods else counts
    lines: list[Line] = []
    names = {name for kind, name in total if name and total[kind, name]} - {CPU, MEMORY}
    for resource in (CPU, MEMORY, *sorted(names)):
        now = peak = None
        if resource == CPU:
            now = _sum(each.cpu for each in live)
            peak = _sum(each.whole.peak_cpu for each in measured)
        elif resource == MEMORY:
            now = _sum(each.memory for each in live)
            peak = _sum(each.whole.peak_memory for each in measured)
        # A sum of limits of which some lack would be no limit.
        is_limited = total["limited", resource] == total["pods", ""]
        line = Line(
            resource,
            now,
            peak,
            total["request", resource] or None,
            (total["limit", resource] or None) if is_limited else None,
            0 if near[resource == MEMORY] and resource in (CPU, MEMORY) else None,
        )
        if line[1:5] != (None,) * 4:
            lines.append(line)
    unclear = "" if is_by_pods else unclear
    return Sums(Load("", tuple(lines)), pods, len(live), len(measured), unclear, is_by_pods)
