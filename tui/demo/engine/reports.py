"""What the kubelet says of its pods: their objects, their logs, events, and what they use."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import Any

from tui.demo.engine.agenda import Agenda
from tui.demo.engine.containers import Container
from tui.demo.engine.events import Events
from tui.demo.engine.simpod import SimPod
from tui.demo.engine.taskresults import TaskResults
from tui.demo.podlogs import LogLine, PodLogs
from tui.demo.resources import PODS
from tui.demo.store import Store, timestamp

Passed = Callable[[datetime, datetime], float]
"""For how many seconds something has gone on from one moment to another."""


class Reports:
    """Tells the store, the logs, the events and the operator."""

    def __init__(
        self,
        store: Store,
        agenda: Agenda,
        logs: PodLogs,
        events: Events,
        changed: Callable[[SimPod], None],
    ) -> None:
        self._store = store
        self._agenda = agenda
        self._events = events
        self.logs = logs
        self.results = TaskResults(store)
        self.changed = changed

    def print(
        self,
        pod: SimPod,
        container: Container,
        texts: Sequence[str],
        *,
        argos: bool = False,
        before: bool = False,
    ) -> None:
        """Lines of a container's log, by its program or by Argo's executor.

        With `before` they end where the program begins.
        """
        nanos = int(self._agenda.now().timestamp() * 1_000_000_000)
        nanos -= len(texts) * 104_729 if before else 0
        if last := self.logs.last(pod.namespace, pod.name, container.name):
            nanos = max(nanos, last.nanos + 1)
        lines = [LogLine(nanos + n * 104_729, text, argos) for n, text in enumerate(texts)]
        self.logs.write(pod.namespace, pod.name, container.name, lines)

    def tell(
        self,
        pod: SimPod,
        reason: str,
        message: str,
        component: str = "kubelet",
        *,
        bad: bool = False,
        path: str = "",
    ) -> None:
        """An event of the pod, or (with `path`) of one of its containers."""
        self._events.tell(
            pod.obj,
            reason,
            message,
            self._agenda.now(),
            component=component,
            warning=bad,
            field_path=f"spec.containers{{{path}}}" if path else "",
        )

    def publish(self, pod: SimPod) -> None:
        """It has become something else; of the past only its end is written."""
        if not self._agenda.in_past:
            self.write(pod)
        self.changed(pod)

    def progressed(self, pod: SimPod) -> None:
        """It has said how far it is."""
        if not self._agenda.in_past:
            self.results.report(pod, completed=False)
        self.changed(pod)

    def write(self, pod: SimPod) -> None:
        """Its object, as it is now; what others have written into it meanwhile stays."""
        now = self._store.find(PODS, pod.namespace, pod.name)
        if now is None:
            return  # deleted meanwhile; the deletion is told to us as a change
        now["metadata"].setdefault("labels", {}).update(pod.labels)
        now |= {"spec": pod.obj["spec"], "status": pod.status()}
        pod.obj = self._store.update(PODS, now)


def usage(
    pods: Iterable[SimPod], namespace: str, now: datetime, passed: Passed
) -> list[dict[str, Any]]:
    """CPU and memory of the running pods, as metrics.k8s.io tells it."""
    return [
        {
            "metadata": {
                "name": pod.name,
                "namespace": pod.namespace,
                "labels": pod.obj["metadata"].get("labels") or {},
                "creationTimestamp": timestamp(now),
            },
            "timestamp": timestamp(now),
            "window": "15s",
            "containers": [
                {
                    "name": each.name,
                    "usage": _quantities(*each.usage(passed(each.started, now), pod.behaviour)),
                }
                for each in pod.containers
                if each.started and each.running
            ],
        }
        for pod in pods
        if pod.phase == "Running" and (not namespace or pod.namespace == namespace)
    ]


def _quantities(millicores: int, used: int) -> dict[str, str]:
    return {"cpu": f"{millicores * 1_000_000}n", "memory": f"{used // 1024}Ki"}
