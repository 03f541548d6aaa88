"""Which logs belong to a workflow, or to one of its steps: pod and container of each.

A step is called by what a person sees of it: display name, full node name, node id or pod name. A
step that is no pod (steps, a DAG, a retry) stands for all pods inside it.
"""

from __future__ import annotations

from dataclasses import dataclass

from tui.domain.branches import TASK_GROUP, all_branches
from tui.domain.node import OMITTED, PENDING, SKIPPED, Node, NodeId
from tui.domain.podname import pod_name
from tui.domain.workflow import Workflow

POD, CONTAINER, RETRY = "Pod", "Container", "Retry"
MAIN = "main"


@dataclass(frozen=True, slots=True)
class LogTarget:
    """One container of one step, as far as its log goes."""

    node: Node
    """The Pod node."""
    pod: str
    container: str = MAIN

    @property
    def has_begun(self) -> bool:
        """Whether there can be a log at all by now."""
        hit = self.node.memoization_status is not None and self.node.memoization_status.hit
        return self.node.phase not in ("", PENDING, SKIPPED, OMITTED) and not hit


def log_targets(
    workflow: Workflow, step: str = "", container: str = "", pod_names: str = "v2"
) -> tuple[LogTarget, ...]:
    """The logs of a workflow, or of a step, in the order in which their pods started.

    Empty when no node is called so, or no pod is inside it.
    """
    nodes = workflow.nodes
    found: dict[tuple[str, str], LogTarget] = {}
    for key in _pods(workflow, _called(workflow, step, pod_names)):
        node = nodes[key]
        names = (container,) if container else _containers(workflow, node, step)
        for name in names:
            target = LogTarget(node, pod_name(workflow, node, pod_names), name)
            found.setdefault((target.pod, name), target)
    return tuple(sorted(found.values(), key=lambda each: each.node.started_at or "9"))


def attempts_before(workflow: Workflow, node: Node) -> tuple[Node, ...] | None:
    """The pods of the attempts before this one, the last of them first (argo.md 1.6).

    None for a node that no retry strategy has made.
    """
    nodes = workflow.nodes
    for group in nodes.values():
        if group.type != RETRY or node.id not in group.children:
            continue
        # Hooks and exit handlers are children of a retry too.
        own = f"{group.name}("
        tries = [key for key in group.children if key in nodes and nodes[key].name.startswith(own)]
        if node.id not in tries:
            return None
        before = [nodes[key] for key in reversed(tries[: tries.index(node.id)])]
        return tuple(each for each in before if each.type == POD)
    return None


def _called(workflow: Workflow, step: str, pod_names: str) -> list[NodeId]:
    """The nodes of that name; all of them for none."""
    nodes = workflow.nodes
    if not step:
        return list(nodes)
    if step in nodes:
        return [NodeId(step)]
    for name_of in (
        lambda node: node.name,
        lambda node: node.display_name,
        lambda node: pod_name(workflow, node, pod_names) if node.type == POD else "",
    ):
        same = [key for key, node in nodes.items() if name_of(node) == step]
        if same:
            return same
    return []


def _pods(workflow: Workflow, keys: list[NodeId]) -> list[NodeId]:
    """The Pod nodes among these, inside them, or around them (a container stands for its pod)."""
    nodes = workflow.nodes
    branches = all_branches(workflow).branches
    seen: set[NodeId] = set()
    pods: list[NodeId] = []
    waiting = list(reversed(keys))
    while waiting:
        key = waiting.pop()
        if key in seen or key not in nodes:
            continue
        seen.add(key)
        node = nodes[key]
        if node.type == POD:
            pods.append(key)
        elif node.type == CONTAINER:
            waiting.append(node.boundary_id)
        else:
            # The screen hangs the items of a fan-out beside their group, not below it. The task
            # that comes after one without items is its child as well.
            items = [
                child
                for child in (node.children if node.type == TASK_GROUP else ())
                if child in nodes and nodes[child].name.startswith(f"{node.name}(")
            ]
            waiting.extend(reversed([*branches.get(key, []), *items]))
    return pods


def _containers(workflow: Workflow, pod: Node, step: str) -> tuple[str, ...]:
    """The one that was named, else those of a containerSet, else `main`."""
    inner = [
        node
        for node in workflow.nodes.values()
        if node.type == CONTAINER and node.boundary_id == pod.id
    ]
    named = [n for n in inner if step and step in (n.id, n.name, n.display_name)]
    names = (node.title for node in named or inner)
    return tuple(name for name in names if name) or (MAIN,)
