"""Which logs belong to a workflow, or to one of its steps: pod and container of each.

A step is called by what a person sees of it: display name, full node name, node id or pod name. A
step that is no pod (steps, a DAG, a retry) stands for the pods inside it; of a step that was tried
again, for those of its last attempt.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from heapq import nlargest
from itertools import chain

from tui.domain.artifact import archived_log
from tui.domain.attempts import RETRY, Superseded, attempts, superseded_of
from tui.domain.branches import group_parents_of, inside
from tui.domain.fans import grove
from tui.domain.node import AGENTS, OMITTED, PENDING, PROBLEM_PHASES, RUNNING, SKIPPED, Node, NodeId
from tui.domain.once import once
from tui.domain.podname import agent_pod_name, pod_name
from tui.domain.templates import container_roles
from tui.domain.workflow import Workflow

POD, CONTAINER = "Pod", "Container"
WITH_LOGS = (POD, *AGENTS)
MAIN = "main"
BEFORE_OR_BESIDE = ("init", "Argo's")
"""Roles of containers whose log tells nothing of when the program ended."""

Within = NodeId | frozenset[NodeId] | None
"""Of what logs are read: of all that is inside one node, inside any of several, or of all."""

_CONTAINER_FAILED = re.compile(r"([a-z0-9](?:[-a-z0-9]*[a-z0-9])?): .*?\(exit code \d+\)")
"""The beginning of a node's message that names the container that failed."""


_ABOVE = re.compile(r"\.([^.\[\]]+(?:\([^)]*\))?)(?:\[\d+\])?(?=\.|$)")
"""The steps above a node, in its name."""


@dataclass(frozen=True, slots=True)
class LogTarget:
    """One container of one step, whose log can be read."""

    node: Node
    """The Pod node."""
    pod: str
    container: str = MAIN

    @property
    def has_begun(self) -> bool:
        """Whether there can be a log by now."""
        return has_begun(self.node)

    @property
    def may_begin(self) -> bool:
        """Whether its pod may exist, and run, already although its node does not say so yet."""
        return may_begin(self.node)

    @property
    def is_agents(self) -> bool:
        """Whether it is the log of the agent, who does this step among others."""
        return self.node.type in AGENTS

    @property
    def why_none(self) -> str:
        """Why there can be no log; "" if there can."""
        if self.has_begun:
            return ""
        node, memo = self.node, self.node.memoization_status
        if memo is not None and memo.hit:
            cache = f" {memo.cache_name}" if memo.cache_name else ""
            return f"it never ran: its outputs are from the cache{cache}, so there is no log"
        if node.phase in (SKIPPED, OMITTED):
            why = f" ({node.message})" if node.message else ""
            return f"it was {node.phase.lower()}{why}, so there is no log"
        return f"not begun yet ({node.message or node.phase or PENDING})"


def log_targets(
    workflow: Workflow, step: str = "", container: str = "", pod_names: str = "v2"
) -> tuple[LogTarget, ...]:
    """The logs of a workflow, or of a step, in the order in which their pods started.

    Without a step all of them, attempts that were tried again too, as `argo logs` has it. Empty
    when no node is called so, or no pod is inside it.
    """
    inner = containers_by_pod(workflow)
    found: dict[tuple[str, str], LogTarget] = {}
    for node in _pods(workflow, step, pod_names):
        if node.type in AGENTS:
            target = LogTarget(node, agent_pod_name(workflow.metadata.name), container or MAIN)
            found.setdefault((target.pod, target.container), target)
            continue
        names = (container,) if container else _containers(inner.get(node.id, ()), step)
        for name in names:
            target = LogTarget(node, pod_name(workflow, node, pod_names), name)
            found.setdefault((target.pod, name), target)
    return tuple(sorted(found.values(), key=lambda each: each.node.started_at or "9"))


def best_target(
    workflow: Workflow, node: Node | None = None, pod_names: str = "v2"
) -> LogTarget | None:
    """The most interesting log of a step, or of a whole workflow (no node).

    What failed, else runs, else began last, and of its containers the one that failed. An attempt
    that was tried again is read only by who goes to it. None where there is no pod.
    """
    nodes = workflow.nodes
    if node is not None and node.type == CONTAINER and node.boundary_id in nodes:
        pod = nodes[node.boundary_id]
        return LogTarget(pod, pod_name(workflow, pod, pod_names), _name_of(node) or MAIN)
    wanted = None
    if node is not None and node.type == RETRY:
        # Its hooks are inside it too, and begin last.
        tries = attempts(nodes, node)
        wanted = best_pod(workflow, tries[-1]) if tries else None
    if wanted is None:
        wanted = best_pod(workflow, None if node is None else node.id)
    if wanted is None:
        return None
    if wanted.type in AGENTS:
        return LogTarget(wanted, agent_pod_name(workflow.metadata.name))
    name = pod_name(workflow, wanted, pod_names)
    return LogTarget(wanted, name, _container_to_read(workflow, wanted))


@once
def best_pod(workflow: Workflow, within: Within) -> Node | None:
    """The pod to read of those inside a node, or inside some, or of all (None); or what the agent
    does."""
    if within is None:
        return best_of(_pods_of_whole(workflow))
    found = (_pods_inside(workflow, node) for node in _steps_of(workflow, within))
    return best_of(chain.from_iterable(found))


def pods_of_run(workflow: Workflow, node: Node | None) -> list[Node]:
    """The nodes with logs of a whole workflow (no node), or inside a step.

    Attempts that were tried again are among them.
    """
    nodes = workflow.nodes
    if node is None or node.name == workflow.metadata.name:
        return [each for each in nodes.values() if each.type in WITH_LOGS]
    keys = list(inside(workflow, node))
    if node.type == RETRY:
        tries = attempts(nodes, node)
        keys = [*tries, *(key for each in tries for key in inside(workflow, nodes[each]))]
    return [nodes[key] for key in dict.fromkeys(keys) if nodes[key].type in WITH_LOGS]


def pods_within(workflow: Workflow, within: Within) -> list[Node]:
    """The nodes with logs inside a node, inside some of them, or of all (None).

    Of one that stands for several, those of its items; of a container, its pod. Of several nodes no
    pod is there twice, and they are in the order of the workflow's nodes.
    """
    if within is None:
        return pods_of_run(workflow, None)
    nodes = workflow.nodes
    if not isinstance(within, frozenset) and within in nodes:
        return pods_of_run(workflow, nodes[within])
    wanted = _steps_of(workflow, within)
    if any(node.name == workflow.metadata.name for node in wanted):
        return pods_of_run(workflow, None)
    keys: set[NodeId] = set()
    for node in wanted:
        is_one = node.type in (*WITH_LOGS, CONTAINER)
        pods = _pods_inside(workflow, node) if is_one else pods_of_run(workflow, node)
        keys.update(pod.id for pod in pods)
    return [node for key, node in nodes.items() if key in keys]


def _steps_of(workflow: Workflow, within: NodeId | frozenset[NodeId]) -> list[Node]:
    """The nodes that are meant, in their order; the items of what stands for several."""
    nodes = workflow.nodes
    if not isinstance(within, frozenset) and within in nodes:
        return [nodes[within]]
    keys: set[NodeId] = set()
    for key in within if isinstance(within, frozenset) else (within,):
        fan = grove(workflow).fans.get(key) if key not in nodes else None
        keys.update(fan.members if fan is not None else (key,))
    return [node for key, node in nodes.items() if key in keys]


@once
def begun_pods(workflow: Workflow, within: Within) -> dict[NodeId, None]:
    """Ids of the pods inside a node, or some, or of all, of which there can be a log by now.

    In the order of the nodes. What the agent does has one log, so one of its nodes stands for all.
    """
    begun = [pod for pod in pods_within(workflow, within) if has_begun(pod)]
    agents = [pod.id for pod in begun if pod.type in AGENTS]
    found = dict.fromkeys(pod.id for pod in begun)
    for key in agents[1:]:
        del found[key]
    return found


MOST_COMING = 8
"""Pods that have not begun whose logs are asked for: each costs a request every few seconds."""


@once
def coming_pods(workflow: Workflow, within: Within) -> tuple[NodeId, ...]:
    """Ids of the pods inside a node, or some, or of all, that may run before their nodes say so.

    Argo looks at a workflow every ten seconds or so, and calls a step of the agent pending for as
    long as its request takes. The first few only, and one for all that the agent does.
    """
    if workflow.is_completed:
        return ()
    found: list[NodeId] = []
    is_any_agents = False
    for pod in pods_within(workflow, within):
        if not may_begin(pod) or (is_any_agents and pod.type in AGENTS):
            continue
        is_any_agents = is_any_agents or pod.type in AGENTS
        found.append(pod.id)
        if len(found) == MOST_COMING:
            break
    return tuple(found)


def keep_begun(workflow: Workflow, before: Workflow | None, within: Within) -> None:
    """Where no more pods have begun than in the version before, the answer is the very same."""
    found = begun_pods(workflow, within)
    if before is not None and (kept := begun_pods(before, within)) == found:
        begun_pods.keep(workflow, kept, within)


@once
def telling_most(workflow: Workflow, within: Within, most: int) -> tuple[Node, ...]:
    """Of the pods that have begun those whose logs tell most: what failed or runs, then what came
    last. All of them, in the order of the nodes, where there are no more than `most`."""
    begun = [workflow.nodes[key] for key in begun_pods(workflow, within)]
    return tuple(begun if len(begun) <= most else nlargest(most, begun, key=tells))


def tells(node: Node) -> tuple[bool, str]:
    """The more, the more the log of a pod tells."""
    return matters(node), node.started_at or ""


def matters(node: Node) -> bool:
    """Whether the log of a pod is one that people look for."""
    return node.is_problem or node.phase == RUNNING


@once
def count_of_begun(
    workflow: Workflow, within: Within, containers: frozenset[str] = frozenset()
) -> int:
    """How many logs the pods have that have begun."""
    begun = (workflow.nodes[key] for key in begun_pods(workflow, within))
    return count_of_logs(workflow, begun, containers)


@once
def shared_titles(workflow: Workflow) -> frozenset[str]:
    """Titles that several nodes with logs have."""
    counts = Counter(node.title for node in workflow.nodes.values() if node.type in WITH_LOGS)
    return frozenset(title for title, count in counts.items() if count > 1)


def name_among_pods(workflow: Workflow, node: Node) -> str:
    """What a pod is called among others: its title, and what it is in where titles are equal."""
    if node.title not in shared_titles(workflow):
        return node.title
    above = _ABOVE.findall(node.name.removesuffix(node.display_name).rstrip("."))
    return f"{above[-1]}.{node.title}" if above else node.title


def targets_of_pod(
    workflow: Workflow,
    pod: Node,
    pod_names: str = "v2",
    containers: frozenset[str] = frozenset(),
) -> list[LogTarget]:
    """The logs of a pod: the program's, or of a container set; and those of more containers."""
    if pod.type in AGENTS:
        return [LogTarget(pod, agent_pod_name(workflow.metadata.name))]
    name = pod_name(workflow, pod, pod_names)
    return [LogTarget(pod, name, each) for each in containers_read(workflow, pod, containers)]


def containers_read(
    workflow: Workflow, pod: Node, containers: frozenset[str] = frozenset()
) -> list[str]:
    """The containers of a pod whose logs are read where these are wanted, `main` for programs."""
    if pod.type in AGENTS:
        return [MAIN]
    programs = [_name_of(node) for node in containers_by_pod(workflow).get(pod.id, ())] or [MAIN]
    if not containers:
        return [each for each in programs if each]
    names = [each for each, _ in container_roles(workflow, pod)]
    return [
        each for each in names if each in containers or (each in programs and MAIN in containers)
    ]


def count_of_logs(
    workflow: Workflow, pods: Iterable[Node], containers: frozenset[str] = frozenset()
) -> int:
    """How many logs these pods have, without a look at the template of each."""
    sets = containers_by_pod(workflow)
    by_template: dict[tuple[object, ...], int] = {}
    count = 0
    for pod in pods:
        if not containers and pod.id not in sets:
            count += 1
            continue
        whose = pod.id if pod.id in sets else ""
        key = (whose, pod.type, pod.template_ref, pod.template_scope, pod.template_name)
        if key not in by_template:
            by_template[key] = len(containers_read(workflow, pod, containers))
        count += by_template[key]
    return count


def attempts_before(workflow: Workflow, node: Node) -> tuple[Node, ...] | None:
    """The pods of the attempts before this one, the last of them first (argo.md 1.6).

    None for a node that no retry strategy has made.
    """
    nodes = workflow.nodes
    above = group_parents_of(workflow).get(node.id)
    group = nodes[above] if above is not None else None
    if group is None or group.type != RETRY:
        return None
    tries = attempts(nodes, group)
    if node.id not in tries:
        return None
    before = [nodes[key] for key in reversed(tries[: tries.index(node.id)])]
    return tuple(each for each in before if each.type == POD)


def has_begun(node: Node) -> bool:
    """Whether there can be a log of a pod by now."""
    hit = node.memoization_status is not None and node.memoization_status.hit
    return node.phase not in ("", PENDING, SKIPPED, OMITTED) and not hit


def may_begin(node: Node) -> bool:
    """Whether a pod may exist, and run, already although its node does not say so yet."""
    hit = node.memoization_status is not None and node.memoization_status.hit
    return node.phase in ("", PENDING) and not hit


def ends_early(workflow: Workflow, target: LogTarget) -> str:
    """Why what was read of a pod to its end may not be all of its log; "" where it is.

    A pod that is deleted in mid-run has no log any more, and mostly none was archived.
    """
    node = workflow.nodes.get(target.node.id)
    if node is None or not was_deleted(node):
        return ""
    role = dict(container_roles(workflow, node)).get(target.container, "")
    if role in BEFORE_OR_BESIDE or archived_log(workflow, node, target.container) is not None:
        return ""
    name = "" if target.container == MAIN else f"/{target.container}"
    return f"{node.title}{name}: its pod was deleted, so its log may end early"


def was_deleted(node: Node) -> bool:
    """Whether somebody deleted its pod before it was over, as far as Argo knows."""
    return node.is_problem and node.message.strip() == "pod deleted"


def best_of(pods: Iterable[Node]) -> Node | None:
    """The pod to read among several: one that failed, or else runs, or else began last."""
    best: Node | None = None
    most, latest = -1, ""
    for node in pods:
        phase = node.phase
        if phase in PROBLEM_PHASES:
            urgency = 3
        elif phase == RUNNING:
            urgency = 2
        elif most > 1:
            continue
        else:
            urgency = 1 if has_begun(node) else 0
        if urgency < most:
            continue
        # Of those that have not begun the first will do.
        began = node.started_at or "" if urgency else ""
        if urgency > most or began > latest:
            best, most, latest = node, urgency, began
    return best


def _pods_of_whole(workflow: Workflow) -> Iterable[Node]:
    nodes = workflow.nodes
    gone = Superseded(nodes, superseded_of(workflow))
    pods = [node for node in nodes.values() if node.type in WITH_LOGS]
    return [node for node in pods if node.id not in gone] if gone.attempts else pods


def _pods_inside(workflow: Workflow, node: Node) -> list[Node]:
    """The pods inside a node, or the node itself if it is a pod or has an agent's."""
    if node.type in WITH_LOGS:
        return [node]
    nodes = workflow.nodes
    if node.type == CONTAINER:
        return [nodes[node.boundary_id]] if node.boundary_id in nodes else []
    pods = [nodes[key] for key in inside(workflow, node) if nodes[key].type in WITH_LOGS]
    gone = Superseded(nodes, superseded_of(workflow))
    # Who stands inside an attempt that was tried again wants to see what is there.
    return pods if node.id in gone else [pod for pod in pods if pod.id not in gone]


def _pods(workflow: Workflow, step: str, pod_names: str) -> Iterable[Node]:
    """The pods with a name, inside the steps with it, or around the container with it."""
    if not step:
        return [node for node in workflow.nodes.values() if node.type in WITH_LOGS]
    found: dict[NodeId, Node] = {}
    for node in nodes_called(workflow, step, pod_names):
        for pod in _pods_inside(workflow, node):
            found.setdefault(pod.id, pod)
    return found.values()


def nodes_called(workflow: Workflow, step: str, pod_names: str) -> list[Node]:
    """The nodes with this id, or else with this name, display name or pod name."""
    nodes = workflow.nodes
    if step in nodes:
        return [nodes[NodeId(step)]]
    for name_of in (
        lambda node: node.name,
        lambda node: node.display_name,
        lambda node: pod_name(workflow, node, pod_names) if node.type == POD else "",
    ):
        same = [node for node in nodes.values() if name_of(node) == step]
        if same:
            return same
    return []


@once
def containers_by_pod(workflow: Workflow) -> dict[NodeId, list[Node]]:
    """The containers of each pod that is a containerSet."""
    found: dict[NodeId, list[Node]] = {}
    for node in workflow.nodes.values():
        if node.type == CONTAINER:
            found.setdefault(node.boundary_id, []).append(node)
    return found


def _containers(inner: Sequence[Node], step: str) -> tuple[str, ...]:
    """The container that was named, or else those of a containerSet, or else `main`."""
    named = [n for n in inner if step and step in (n.id, n.name, n.display_name)]
    names = (_name_of(node) for node in named or inner)
    return tuple(name for name in names if name) or (MAIN,)


def _container_to_read(workflow: Workflow, pod: Node) -> str:
    """The container of a pod that failed, else `main` or the first of its set."""
    inner = containers_by_pod(workflow).get(pod.id, [])
    names = [_name_of(node) for node in inner if node.is_problem] or [failed_container(pod)]
    return names[0] or next((name for name in map(_name_of, inner) if name), MAIN)


def _name_of(container: Node) -> str:
    """The name of a container in its pod."""
    return container.display_name or container.name.rpartition(".")[2]


def failed_container(pod: Node) -> str:
    """The container that made a pod fail, from its node's message; "" if it names none."""
    if not pod.is_problem:
        return ""
    found = _CONTAINER_FAILED.match(pod.message)
    return found[1] if found else ""
