"""Reading pods, their usage and events from what the core API answers.

Only the fields that are shown are decoded. An odd object among many is left out, not fatal: a pod
that cannot be read must not hide the others.
"""

from __future__ import annotations

from typing import Any, TypeVar

import msgspec

from tui.domain import quantity
from tui.domain.allowance import PodAllowance, pod_allowance
from tui.domain.workflow import LABEL, Metadata
from tui.ports.events import Event
from tui.ports.metrics import PodUsage
from tui.ports.pods import ContainerState, Pod
from tui.sources.answers import UNREADABLE
from tui.sources.transport import not_kubernetes

T = TypeVar("T", bound=msgspec.Struct)


class _Object(msgspec.Struct, frozen=True, gc=False, rename="camel"):
    """Something of the core API; absent fields have defaults, unknown ones are skipped."""


class _Waiting(_Object, frozen=True):
    reason: str | None = None
    message: str | None = None
    exit_code: int | None = None


class _State(_Object, frozen=True):
    waiting: _Waiting | None = None
    running: _Waiting | None = None
    terminated: _Waiting | None = None


class _Container(_Object, frozen=True):
    name: str = ""
    state: _State | None = None
    last_state: _State | None = None
    restart_count: int = 0


class _Condition(_Object, frozen=True):
    type: str = ""
    status: str = ""
    message: str | None = None


class _PodStatus(_Object, frozen=True):
    phase: str = ""
    message: str | None = None
    reason: str | None = None
    start_time: str | None = None
    conditions: list[_Condition] | None = None
    init_container_statuses: list[_Container] | None = None
    container_statuses: list[_Container] | None = None


class _Named(_Object, frozen=True):
    name: str = ""


class _PodSpec(_Object, frozen=True):
    node_name: str = ""
    init_containers: list[_Named] | None = None
    containers: list[_Named] | None = None


class _Pod(_Object, frozen=True):
    metadata: Metadata = Metadata()
    spec: _PodSpec | None = None
    status: _PodStatus | None = None


class _Measured(_Object, frozen=True):
    name: str = ""
    usage: dict[str, str] = {}


class _Metrics(_Object, frozen=True):
    metadata: Metadata = Metadata()
    timestamp: str | None = None
    containers: list[_Measured] | None = None


class _Series(_Object, frozen=True):
    count: int = 0
    last_observed_time: str | None = None


class _Involved(_Object, frozen=True):
    kind: str = ""
    name: str = ""
    uid: str = ""
    field_path: str | None = None


class _Event(_Object, frozen=True):
    metadata: Metadata = Metadata()
    involved_object: _Involved | None = None
    type: str | None = None
    reason: str | None = None
    message: str | None = None
    count: int | None = None
    first_timestamp: str | None = None
    last_timestamp: str | None = None
    event_time: str | None = None
    series: _Series | None = None


class _Items(msgspec.Struct):
    metadata: dict[str, Any] = {}
    items: list[msgspec.Raw] | None = None


_items = msgspec.json.Decoder(_Items)


def page(body: bytes, kind: type[T]) -> tuple[list[T], str]:
    """The readable items of a list, and where its next page begins."""
    try:
        found = _items.decode(body)
    except UNREADABLE as error:
        raise not_kubernetes(error) from error
    read: list[T] = []
    for raw in found.items or ():
        try:
            read.append(msgspec.json.decode(raw, type=kind))
        except UNREADABLE:
            continue  # not as Kubernetes writes it: leave this one out
    more = found.metadata.get("continue")
    return read, more if isinstance(more, str) else ""


class Names(_Object, frozen=True):
    """Anything, as far as its name."""

    metadata: Metadata = Metadata()


def pods(body: bytes) -> tuple[list[Pod], str]:
    """A page of pods."""
    found, more = page(body, _Pod)
    return [_pod(each) for each in found], more


def pod(body: bytes) -> Pod:
    """One pod. Raises: SourceError where it is something else."""
    try:
        return _pod(msgspec.json.decode(body, type=_Pod))
    except UNREADABLE as error:
        raise not_kubernetes(error) from error


def usage(body: bytes) -> tuple[dict[str, PodUsage], str]:
    """A page of metrics.k8s.io: pod name → what its containers use."""
    found, more = page(body, _Metrics)
    return {each.metadata.name: _usage(each) for each in found}, more


def _usage(of: _Metrics) -> PodUsage:
    containers = {
        each.name: (
            quantity.millis(each.usage.get("cpu", "")),
            quantity.whole(each.usage.get("memory", "")),
        )
        for each in of.containers or ()
    }
    return PodUsage(
        cpu_millis=sum(cpu for cpu, _ in containers.values()),
        memory_bytes=sum(memory for _, memory in containers.values()),
        containers=containers,
        measured_at=of.timestamp or "",
    )


class _Asking(_Object, frozen=True):
    """A pod, as far as what it may use."""

    metadata: Metadata = Metadata()
    spec: dict[str, Any] = {}


def allowances(body: bytes) -> tuple[list[tuple[str, PodAllowance]], str]:
    """A page of pods: their names, and what each may use."""
    found, more = page(body, _Asking)
    return [(each.metadata.name, pod_allowance({"spec": each.spec})) for each in found], more


def events(body: bytes) -> tuple[list[Event], str]:
    """A page of events, in the order they came."""
    found, more = page(body, _Event)
    return [_event(each) for each in found], more


def _event(event: _Event) -> Event:
    about = event.involved_object or _Involved()
    series = event.series or _Series()
    return Event(
        type=event.type or "",
        reason=event.reason or "",
        message=event.message or "",
        last_seen=series.last_observed_time
        or event.last_timestamp
        or event.event_time
        or event.first_timestamp
        or event.metadata.creation_timestamp,
        count=event.count or series.count or 1,
        object_kind=about.kind,
        object_name=about.name,
        object_uid=about.uid,
        uid=event.metadata.uid,
        object_field=about.field_path or "",
    )


def _pod(pod: _Pod) -> Pod:
    spec, status = pod.spec or _PodSpec(), pod.status or _PodStatus()
    told = {c.name: c for c in status.init_container_statuses or ()}
    told.update({c.name: c for c in status.container_statuses or ()})
    return Pod(
        name=pod.metadata.name,
        namespace=pod.metadata.namespace,
        phase=status.phase,
        node_id=pod.metadata.annotations.get(f"{LABEL}node-id", ""),
        step=pod.metadata.annotations.get(f"{LABEL}node-name", ""),
        node_name=spec.node_name,
        message=_why(status),
        started_at=status.start_time,
        containers=tuple(
            _container(name, told.get(name), is_init=is_init)
            for name, is_init in _container_names(spec, status)
        ),
    )


def _container_names(spec: _PodSpec, status: _PodStatus) -> list[tuple[str, bool]]:
    """Every container once, those that start first first."""
    names: dict[str, bool] = {}
    for each in (*(spec.init_containers or ()), *(status.init_container_statuses or ())):
        names.setdefault(each.name, True)
    for each in (*(spec.containers or ()), *(status.container_statuses or ())):
        names.setdefault(each.name, False)
    return list(names.items())


def _container(name: str, told: _Container | None, *, is_init: bool) -> ContainerState:
    state = (told.state if told else None) or _State()
    last = (told.last_state if told else None) or _State()
    word, detail = next(
        (
            (word, detail)
            for word, detail in (
                ("terminated", state.terminated),
                ("running", state.running),
                ("waiting", state.waiting),
            )
            if detail is not None
        ),
        ("", _Waiting()),
    )
    return ContainerState(
        name=name,
        state=word,
        reason=detail.reason or "",
        message=detail.message or "",
        exit_code=detail.exit_code,
        restarts=told.restart_count if told else 0,
        is_init=is_init,
        has_previous=last.terminated is not None,
    )


def _why(status: _PodStatus) -> str:
    """Why a pod is as it is: its own message, else why it cannot be placed."""
    if status.message or status.reason:
        return status.message or status.reason or ""
    for condition in status.conditions or ():
        if condition.type == "PodScheduled" and condition.status == "False":
            return condition.message or ""
    return ""
