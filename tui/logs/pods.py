"""The logs of a workflow by the pods it has left: where its nodes cannot be read (argo.md 7.1).

Argo labels each pod with its workflow, and writes into it which node it is of.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from tui.domain.durations import parse_time
from tui.domain.logtargets import MAIN, POD, LogTarget, best_of
from tui.domain.logtimes import nanoseconds
from tui.domain.node import FAILED, PENDING, SUCCEEDED, Node, NodeId
from tui.domain.workflow import Manifest
from tui.ports.pods import ContainerState, Pod

ARGOS = ("init", "wait", "supervisor")
"""Containers that Argo adds to each pod."""
NEVER, ON_FAILURE = "Never", "OnFailure"
KILLED = (137, 143)
"""Exit codes of containers that were ended because the one that counts was over."""


def target_of(pod: Pod) -> LogTarget:
    """The container of a pod that one wants to read: what failed, else the program's."""
    broken = failed_container(pod)
    names = [container.name for container in pod.containers if not container.is_init]
    programs = [name for name in names if name not in ARGOS] or [MAIN]
    first = MAIN if MAIN in programs else programs[0]
    step = pod.step or pod.name
    node = Node(
        id=NodeId(pod.node_id or pod.name),
        name=step,
        display_name=step.rpartition(".")[2],
        type=POD,
        phase=_phase(pod, broken),
        message=pod.message,
        started_at=pod.started_at,
    )
    return LogTarget(node, pod.name, broken.name if broken is not None else first)


def targets_of(pods: Iterable[Pod], step: str = "", container: str = "") -> list[LogTarget]:
    """The logs of these pods in the order they started, or of the step that is called so."""
    found = [target_of(pod) for pod in pods]
    if step:
        found = [target for target in found if step in _names(target)]
    if container:
        found = [LogTarget(target.node, target.pod, container) for target in found]
    return sorted(found, key=lambda target: target.node.started_at or "9")


def best_target(pods: Iterable[Pod]) -> LogTarget | None:
    """The log to read first of a workflow with these pods; None of one without."""
    targets = [target_of(pod) for pod in pods]
    best = best_of(target.node for target in targets)
    return next((target for target in targets if target.node is best), None)


def failed_container(pod: Pod) -> ContainerState | None:
    """The container that made a pod fail; None where none did.

    A sidecar that was killed was ended by Argo, because the program was over.
    """
    broken = [
        each
        for each in pod.containers
        if each.exit_code and (each.name == MAIN or each.exit_code not in KILLED)
    ]
    return min(broken, key=lambda each: (not each.is_init, each.name != MAIN), default=None)


def runs_since(pod: Manifest | None, container: str) -> int | str:
    """When a container began that runs now, in nanoseconds since 1970.

    In words, what it does until it is started again; "" for one that is over, or gone.
    """
    status, spec = (pod or {}).get("status") or {}, (pod or {}).get("spec") or {}
    own = _called(container, status.get("containerStatuses"))
    policy = spec.get("restartPolicy")
    if not own:
        own = _called(container, status.get("initContainerStatuses"))
        # One that is to go on beside the others says so itself.
        policy = _called(container, spec.get("initContainers")).get("restartPolicy") or (
            NEVER if policy == NEVER else ON_FAILURE
        )
    state = own.get("state") or {}
    if running := state.get("running"):
        begun = parse_time(running.get("startedAt"))
        return nanoseconds(begun) if begun is not None else ""
    if status.get("phase") in (SUCCEEDED, FAILED) or (pod or {}).get("metadata", {}).get(
        "deletionTimestamp"
    ):
        return ""
    # The first wait may be told before it counts as a start.
    has_run = own.get("restartCount") or (own.get("lastState") or {}).get("terminated")
    if (waiting := state.get("waiting")) is not None and has_run:
        return f"waits to be started again: {waiting.get('reason') or 'nothing says why'}"
    code = (state.get("terminated") or {}).get("exitCode")
    starts_again = policy == "Always" or (policy == ON_FAILURE and bool(code))
    return "will be started again" if starts_again and code is not None else ""


def _called(name: str, found: object) -> dict[str, Any]:
    listed = found if isinstance(found, list) else []
    return next((x for x in listed if isinstance(x, dict) and x.get("name") == name), {})


def _names(target: LogTarget) -> tuple[str, ...]:
    return target.node.id, target.node.name, target.node.display_name, target.pod


def _phase(pod: Pod, broken: ContainerState | None) -> str:
    """The phase of its node, which is not that of the pod where only a sidecar was killed."""
    ended_well = any(each.name == MAIN and each.exit_code == 0 for each in pod.containers)
    if pod.phase == FAILED and broken is None and ended_well:
        return SUCCEEDED
    return pod.phase or PENDING
