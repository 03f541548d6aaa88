"""Kubernetes Events of workflows and pods (argo.md 1.9).

A real cluster forgets them after an hour; here there is a bound too, and nothing is told of a past
that lies further back.
"""

from __future__ import annotations

from collections import deque
from datetime import datetime, timedelta
from typing import Any

from tui.demo.refusals import ApiError
from tui.demo.resources import EVENTS
from tui.demo.store import Store, timestamp

KEPT = 1500
LIFE = timedelta(hours=1)


class Events:
    """Writes events, and removes the oldest."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._kept: deque[tuple[str, str]] = deque()
        self._count = 0

    def tell(
        self,
        about: dict[str, Any],
        reason: str,
        message: str,
        now: datetime,
        *,
        component: str = "workflow-controller",
        warning: bool = False,
        annotations: dict[str, str] | None = None,
        field_path: str = "",
    ) -> None:
        """Something happened to an object (its apiVersion, kind and metadata)."""
        if now < self._store.clock.now() - LIFE:
            return
        self._count += 1
        involved = _involved(about, field_path)
        namespace = str(involved["namespace"])
        name = f"{involved['name']}.{(int(now.timestamp()) << 24) + self._count:x}"
        moment = timestamp(now)
        obj: dict[str, Any] = {
            "metadata": {"name": name, "namespace": namespace, "creationTimestamp": moment},
            "involvedObject": involved,
            "reason": reason,
            "message": message,
            "type": "Warning" if warning else "Normal",
            "firstTimestamp": moment,
            "lastTimestamp": moment,
            "eventTime": None,
            "count": 1,
            "source": {"component": component},
            "reportingComponent": component,
            "reportingInstance": "",
        }
        if annotations:
            obj["metadata"]["annotations"] = annotations
        self._store.create(EVENTS, obj)
        self._kept.append((namespace, name))
        while len(self._kept) > KEPT:
            self._drop(*self._kept.popleft())

    def _drop(self, namespace: str, name: str) -> None:
        try:
            self._store.delete(EVENTS, namespace, name)
        except ApiError:
            return  # somebody else removed it already


def _involved(about: dict[str, Any], field_path: str) -> dict[str, Any]:
    """Which object an event is about, or which field of it."""
    metadata = about["metadata"]
    involved = {
        "apiVersion": about["apiVersion"],
        "kind": about["kind"],
        "name": metadata["name"],
        "namespace": metadata.get("namespace", ""),
        "uid": metadata.get("uid", ""),
        "resourceVersion": metadata.get("resourceVersion", ""),
    }
    return {**involved, "fieldPath": field_path} if field_path else involved
