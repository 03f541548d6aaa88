"""A scene from a file: runs as they were somewhere, with their pods, events, logs and artifacts.

Runs that are not over stand still: nothing goes on that is not in the file. Their artifacts are in
the demo's bucket, whatever store they were in; what was not saved is not there.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

import msgspec

from tui.demo.bucket import Bucket
from tui.demo.engine.engine import STILL, Engine
from tui.demo.podlogs import LogLine, PodLogs
from tui.demo.resources import EVENTS, NAMESPACES, PODS, WORKFLOWS, Obj, by_kind
from tui.demo.scenes.cluster import furnish_namespace
from tui.demo.store import Store, timestamp
from tui.domain.logs import NO_TIME, LogBlock
from tui.errors import InputError, TuiError

COMPLETED = "workflows.argoproj.io/completed"
KEY = "saved"
"""Where artifacts without a key of their own are kept in the bucket."""


class _Scene(msgspec.Struct):
    objects: list[dict[str, Any]] = []
    events: list[dict[str, Any]] = []
    namespace: str = ""
    logs: list[dict[str, Any]] = []
    artifacts: list[dict[str, Any]] = []


def put(
    store: Store, engine: Engine, bucket: Bucket, logs: PodLogs, now: datetime, path: str
) -> None:
    """Put in what a file has, as `sources/scene.py` writes it. Raises: InputError."""
    try:
        with open(path, "rb") as opened:
            scene = msgspec.json.decode(opened.read(), type=_Scene)
    except (OSError, msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise InputError(f"the scene cannot be read: {error}") from error
    contents = {
        (str(each.get("node")), str(each.get("direction")), str(each.get("name"))): each
        for each in scene.artifacts
    }
    for obj in sorted(scene.objects, key=lambda each: each.get("kind") != WORKFLOWS.kind):
        _put_object(store, engine, bucket, now, obj, contents)
    # An earlier start of a container comes before the last one.
    for log in sorted(scene.logs, key=lambda each: not each.get("previous")):
        _put_log(store, logs, now, log)
    for at, event in enumerate(scene.events):
        _put_event(store, now, scene.namespace, event, at)


def _put_object(
    store: Store,
    engine: Engine,
    bucket: Bucket,
    now: datetime,
    obj: Obj,
    contents: dict[tuple[str, str, str], dict[str, Any]],
) -> None:
    resource = by_kind(str(obj.get("apiVersion")), str(obj.get("kind")))
    metadata = obj.get("metadata")
    if resource is None or not isinstance(metadata, dict) or not metadata.get("name"):
        return
    namespace = str(metadata.get("namespace") or "") if resource.namespaced else ""
    name = str(metadata["name"])
    if namespace:
        _furnish(store, engine, now, namespace)
    if store.find(resource, namespace, name) is not None:
        store.delete(resource, namespace, name)  # what is in the file is what is meant
    obj = {**obj, "metadata": {**metadata}}
    for made in ("resourceVersion", "managedFields", "selfLink"):
        obj["metadata"].pop(made, None)
    if resource is WORKFLOWS:
        labels = dict(obj["metadata"].get("labels") or {})
        if labels.get(COMPLETED) != "true":
            labels[STILL] = "true"
        obj["metadata"]["labels"] = labels
        _put_artifacts(engine, bucket, obj, contents)
    store.create(resource, obj)


def _furnish(store: Store, engine: Engine, now: datetime, namespace: str) -> None:
    """A namespace that the demo does not have yet."""
    if store.find(NAMESPACES, "", namespace) is None:
        furnish_namespace(store, engine.s3, now, namespace)


def _put_artifacts(
    engine: Engine,
    bucket: Bucket,
    obj: Obj,
    contents: dict[tuple[str, str, str], dict[str, Any]],
) -> None:
    """Have the artifacts of a run in our bucket, and the run say so."""
    status = obj.get("status")
    if not isinstance(status, dict):
        return
    status = obj["status"] = {**status}
    for node, direction, artifact in _artifacts(status):
        content = contents.get((node, direction, str(artifact.get("name"))))
        if content is None or "raw" in artifact:
            continue
        s3 = artifact.get("s3")
        key = str((s3 if isinstance(s3, dict) else {}).get("key") or "")
        key = key or f"{KEY}/{node}/{direction}/{artifact.get('name')}"
        for store in ("s3", "gcs", "oss", "azure", "http", "git", "artifactory", "hdfs"):
            artifact.pop(store, None)
        artifact["s3"] = {"key": key}
        data = str(content.get("data") or "")
        bucket.put(key, data.encode("latin-1", errors="replace"))
    status["artifactRepositoryRef"] = engine.s3.repository_ref(None)


def _artifacts(status: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    nodes = status.get("nodes")
    for node_id, node in (nodes if isinstance(nodes, dict) else {}).items():
        for field, direction in (("inputs", "in"), ("outputs", "out")):
            part = node.get(field) if isinstance(node, dict) else None
            found = part.get("artifacts") if isinstance(part, dict) else None
            for artifact in found if isinstance(found, list) else ():
                if isinstance(artifact, dict):
                    yield str(node_id), direction, artifact


def _put_log(store: Store, logs: PodLogs, now: datetime, log: dict[str, Any]) -> None:
    """A log; of a pod that was gone, which is there again as far as its log needs it."""
    namespace, pod = str(log.get("namespace")), str(log.get("pod"))
    container = str(log.get("container"))
    if store.find(PODS, namespace, pod) is None:
        state = {"terminated": {"exitCode": 0, "finishedAt": timestamp(now)}}
        store.create(
            PODS,
            {
                "metadata": {"name": pod, "namespace": namespace},
                "spec": {"containers": [{"name": container}]},
                "status": {
                    "phase": "Succeeded",
                    "containerStatuses": [{"name": container, "state": state}],
                },
            },
        )
    text = str(log.get("text") or "").encode("latin-1", errors="replace")
    if not text.endswith(b"\n"):
        text += b"\n"
    logs.begin(namespace, pod, container)
    block = LogBlock.uncut(text)
    moment = int(now.timestamp() * 1_000_000_000)
    lines = []
    for at, time in enumerate(block.times):
        moment = time if time != NO_TIME else moment
        lines.append(LogLine(moment, block.line(at).decode(errors="replace")))
    logs.write(namespace, pod, container, lines)
    logs.end(namespace, pod, container)


def _put_event(store: Store, now: datetime, namespace: str, event: dict[str, Any], at: int) -> None:
    involved = {
        "kind": event.get("object_kind"),
        "name": event.get("object_name"),
        "namespace": namespace,
        "uid": event.get("object_uid"),
        "fieldPath": event.get("object_field"),
    }
    obj: Obj = {
        "metadata": {"name": f"saved-{at}.{event.get('object_name')}", "namespace": namespace},
        "involvedObject": {key: value for key, value in involved.items() if value},
        "type": event.get("type"),
        "reason": event.get("reason"),
        "message": event.get("message"),
        "count": event.get("count") or 1,
        "lastTimestamp": event.get("last_seen") or timestamp(now),
    }
    try:
        store.create(EVENTS, obj)
    except TuiError:
        return  # its name cannot be one
