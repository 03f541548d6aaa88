"""Objects as rows: what `kubectl get` prints is made here, by the server.

The columns and their words are those of the real server for built-in kinds, and of Argo's CRDs
for its own (argo.md 1.1). What the row of a workflow shows is kept with it, so that nothing of it
is decoded.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

import msgspec

from tui.demo.resources import (
    CONFIG_MAPS,
    DEFINITIONS,
    EVENTS,
    NAMESPACES,
    NODES,
    PODS,
    SECRETS,
    SERVICE_ACCOUNTS,
    SERVICES,
    WORKFLOWS,
    Obj,
    Resource,
)
from tui.demo.store import Record, encode
from tui.domain.table import age_text

Cells = list[Any]


class Column(msgspec.Struct, frozen=True):
    """A column definition as it goes over the wire."""

    name: str
    type: str = "string"
    format: str = ""
    description: str = ""
    priority: int = 0


class _Metadata(msgspec.Struct):
    metadata: msgspec.Raw


_metadata = msgspec.json.Decoder(_Metadata).decode

_NAME = Column("Name", format="name")
_AGE = Column("Age")
_COLUMNS: dict[Resource, tuple[Column, ...]] = {
    WORKFLOWS: (
        _NAME,
        Column("Status", description="Status of the workflow"),
        Column("Age", "date", "date-time", "When the workflow was started"),
        Column("Message", description="Human readable message"),
    ),
    PODS: (
        _NAME,
        Column("Ready"),
        Column("Status"),
        Column("Restarts"),
        _AGE,
        Column("IP", priority=1),
        Column("Node", priority=1),
        Column("Nominated Node", priority=1),
        Column("Readiness Gates", priority=1),
    ),
    NAMESPACES: (_NAME, Column("Status"), _AGE),
    NODES: (
        _NAME,
        Column("Status"),
        Column("Roles"),
        _AGE,
        Column("Version"),
        Column("Internal-IP", priority=1),
        Column("External-IP", priority=1),
        Column("OS-Image", priority=1),
        Column("Kernel-Version", priority=1),
        Column("Container-Runtime", priority=1),
    ),
    SERVICES: (
        _NAME,
        Column("Type"),
        Column("Cluster-IP"),
        Column("External-IP"),
        Column("Port(s)"),
        _AGE,
        Column("Selector", priority=1),
    ),
    EVENTS: (
        Column("Last Seen"),
        Column("Type"),
        Column("Reason"),
        Column("Object"),
        Column("Subobject", priority=1),
        Column("Source", priority=1),
        Column("Message"),
        Column("First Seen", priority=1),
        Column("Count", priority=1),
        Column("Name", format="name", priority=1),
    ),
    DEFINITIONS: (_NAME, Column("Created At", "date")),
    CONFIG_MAPS: (_NAME, Column("Data"), _AGE),
    SECRETS: (_NAME, Column("Type"), Column("Data", "integer"), _AGE),
    SERVICE_ACCOUNTS: (_NAME, Column("Secrets", "integer"), _AGE),
}
_OTHERS = (_NAME, Column("Age", "date"))


def columns(resource: Resource) -> bytes:
    """The column definitions of a kind, as JSON."""
    return encode(_COLUMNS.get(resource, _OTHERS))


def metadata_of(record: Record) -> bytes:
    """The object's metadata alone, as JSON."""
    return bytes(_metadata(record.raw).metadata)


def partial(record: Record) -> bytes:
    """The object as PartialObjectMetadata."""
    return _partial(metadata_of(record))


def _partial(metadata: bytes) -> bytes:
    kind = b'"kind":"PartialObjectMetadata","apiVersion":"meta.k8s.io/v1"'
    return b'{%s,"metadata":%s}' % (kind, metadata)


def row(record: Record, now: datetime, include: str) -> bytes:
    """One row, with as much of its object as `includeObject` asks for."""
    cells = encode(_cells(record, now))
    if include == "None":
        return b'{"cells":%s,"object":null}' % cells
    shown = record.raw if include == "Object" else partial(record)
    return b'{"cells":%s,"object":%s}' % (cells, shown)


def bookmark_row(resource: Resource, metadata: Obj | None) -> bytes:
    """The row of a bookmark: that of an object that has nothing but, perhaps, its metadata."""
    cells = ["", *[None] * (len(_COLUMNS.get(resource, _OTHERS)) - 1)]
    shown = b"null" if metadata is None else _partial(encode(metadata))
    return b'{"cells":%s,"object":%s}' % (encode(cells), shown)


def table(definitions: bytes | None, rows: Sequence[bytes], metadata: bytes) -> bytes:
    """A Table; without definitions for the later events of a watch."""
    return (
        b'{"kind":"Table","apiVersion":"meta.k8s.io/v1","metadata":%s,"columnDefinitions":%s,'
        b'"rows":[%s]}' % (metadata, definitions or b"null", b",".join(rows))
    )


def _cells(record: Record, now: datetime) -> Cells:
    if record.resource is WORKFLOWS:
        # Whatever they are: the CRD has no schema that would keep rubbish out.
        phase, started_at, message = record.printed
        begun = age(started_at, now) if started_at else None
        return [record.name, _text(phase), begun, _text(message)]
    make = _MAKERS.get(record.resource)
    obj = record.decoded()
    if make:
        return make(obj, now)
    return [record.name, age(obj["metadata"].get("creationTimestamp"), now)]


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) else None


def age(stamp: Any, now: datetime) -> str:
    """The time since a timestamp, as kubectl writes ages."""
    if not isinstance(stamp, str):
        return "<unknown>"
    try:
        return age_text((now - datetime.fromisoformat(stamp)).total_seconds())
    except ValueError:
        return "<unknown>"


def _created(obj: Obj, now: datetime) -> str:
    return age(obj["metadata"].get("creationTimestamp"), now)


def _namespace(obj: Obj, now: datetime) -> Cells:
    phase = (obj.get("status") or {}).get("phase", "Active")
    return [obj["metadata"]["name"], phase, _created(obj, now)]


def _node(obj: Obj, now: datetime) -> Cells:
    status, labels = obj.get("status") or {}, obj["metadata"].get("labels") or {}
    info = status.get("nodeInfo") or {}
    ready = {"True": "Ready", "False": "NotReady"}
    words = [
        ready.get(each.get("status"), "Unknown")
        for each in status.get("conditions") or ()
        if each.get("type") == "Ready"
    ]
    if (obj.get("spec") or {}).get("unschedulable"):
        words.append("SchedulingDisabled")
    role = "node-role.kubernetes.io/"
    roles = sorted(each.removeprefix(role) for each in labels if each.startswith(role))
    at = {each.get("type"): each.get("address") for each in status.get("addresses") or ()}
    return [
        obj["metadata"]["name"],
        ",".join(words) or "Unknown",
        ",".join(roles) or "<none>",
        _created(obj, now),
        info.get("kubeletVersion", ""),
        at.get("InternalIP", "<none>"),
        at.get("ExternalIP", "<none>"),
        info.get("osImage", "<unknown>"),
        info.get("kernelVersion", "<unknown>"),
        info.get("containerRuntimeVersion", "<unknown>"),
    ]


def _definition(obj: Obj, now: datetime) -> Cells:
    return [obj["metadata"]["name"], obj["metadata"].get("creationTimestamp")]


def _service(obj: Obj, now: datetime) -> Cells:
    spec = obj.get("spec") or {}
    ports = [
        f"{each.get('port')}/{each.get('protocol', 'TCP')}" for each in spec.get("ports") or ()
    ]
    chosen = [f"{name}={value}" for name, value in (spec.get("selector") or {}).items()]
    return [
        obj["metadata"]["name"],
        spec.get("type", "ClusterIP"),
        spec.get("clusterIP", "<none>"),
        "<none>",
        ",".join(ports) or "<none>",
        _created(obj, now),
        ",".join(chosen) or "<none>",
    ]


def _config_map(obj: Obj, now: datetime) -> Cells:
    size = len(obj.get("data") or ()) + len(obj.get("binaryData") or ())
    return [obj["metadata"]["name"], size, _created(obj, now)]


def _secret(obj: Obj, now: datetime) -> Cells:
    size = len(obj.get("data") or ())
    return [obj["metadata"]["name"], obj.get("type", "Opaque"), size, _created(obj, now)]


def _service_account(obj: Obj, now: datetime) -> Cells:
    return [obj["metadata"]["name"], len(obj.get("secrets") or ()), _created(obj, now)]


def _event(obj: Obj, now: datetime) -> Cells:
    about = obj.get("involvedObject") or {}
    source = obj.get("source") or {}
    parts = [source.get("component") or obj.get("reportingComponent", ""), source.get("host", "")]
    first = obj.get("firstTimestamp") or obj.get("eventTime")
    return [
        age(obj.get("lastTimestamp") or first, now),
        obj.get("type", ""),
        obj.get("reason", ""),
        f"{str(about.get('kind', '')).lower()}/{about.get('name', '')}",
        about.get("fieldPath", ""),
        ", ".join(part for part in parts if part),
        str(obj.get("message", "")).strip(),
        age(first, now),
        int(obj.get("count") or 1),
        obj["metadata"]["name"],
    ]


def _pod(obj: Obj, now: datetime) -> Cells:
    spec, status = obj.get("spec") or {}, obj.get("status") or {}
    containers = status.get("containerStatuses") or []
    ready = sum(1 for each in containers if each.get("ready"))
    restarts = sum(int(each.get("restartCount", 0)) for each in containers)
    return [
        obj["metadata"]["name"],
        f"{ready}/{len(spec.get('containers') or ())}",
        pod_status(obj),
        str(restarts),
        _created(obj, now),
        status.get("podIP") or "<none>",
        spec.get("nodeName") or "<none>",
        status.get("nominatedNodeName") or "<none>",
        "<none>",
    ]


def pod_status(obj: Obj) -> str:
    """The word in kubectl's STATUS column: the first thing wrong, or else the phase."""
    spec, status = obj.get("spec") or {}, obj.get("status") or {}
    word = str(status.get("reason") or status.get("phase") or "Pending")
    if (first := _init_word(spec, status)) is not None:
        word = first
    else:
        running = False
        for each in reversed(status.get("containerStatuses") or []):
            state = each.get("state") or {}
            if (waiting := (state.get("waiting") or {}).get("reason")) is not None:
                word = waiting
            elif ended := state.get("terminated"):
                word = _ended_word(ended)
            elif state.get("running") is not None and each.get("ready"):
                running = True
        if word == "Completed" and running:
            word = "Running"
    if "deletionTimestamp" in obj["metadata"]:
        return "Terminating"
    return word


def _init_word(spec: Obj, status: Obj) -> str | None:
    total = len(spec.get("initContainers") or ())
    for index, each in enumerate(status.get("initContainerStatuses") or []):
        state = each.get("state") or {}
        ended, waiting = state.get("terminated"), state.get("waiting") or {}
        if ended and ended.get("exitCode", 0) == 0:
            continue
        if ended:
            return f"Init:{_ended_word(ended)}"
        reason = waiting.get("reason")
        if reason and reason != "PodInitializing":
            return f"Init:{reason}"
        return f"Init:{index}/{total}"
    return None


def _ended_word(ended: Obj) -> str:
    if ended.get("reason"):
        return str(ended["reason"])
    if ended.get("signal"):
        return f"Signal:{ended['signal']}"
    return f"ExitCode:{ended.get('exitCode', 0)}"


_MAKERS: dict[Resource, Callable[[Obj, datetime], Cells]] = {
    PODS: _pod,
    NAMESPACES: _namespace,
    DEFINITIONS: _definition,
    NODES: _node,
    SERVICES: _service,
    EVENTS: _event,
    CONFIG_MAPS: _config_map,
    SECRETS: _secret,
    SERVICE_ACCOUNTS: _service_account,
}
