"""One simulated pod, from being scheduled to its end."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import datetime
from typing import Any

from tui.demo.engine.behaviour import Behaviour
from tui.demo.engine.containers import Container
from tui.demo.engine.podspec import main_containers
from tui.demo.engine.programs import Files
from tui.demo.resources import Obj
from tui.demo.store import timestamp
from tui.domain.quantity import millis

HOSTS = ("node-a", "node-b", "node-c")


class SimPod:
    """A pod as the kubelet knows it."""

    def __init__(
        self, obj: Obj, template: dict[str, Any], behaviour: Behaviour, files: Files, seed: int
    ) -> None:
        self.obj = obj
        self.template = template
        self.behaviour = behaviour
        self.files = files
        self.seed = seed
        self.rng = random.Random(seed)
        self.host = self.rng.choice(HOSTS)
        self.ip = f"10.42.{self.rng.randrange(4)}.{self.rng.randrange(2, 250)}"
        self.phase = "Pending"
        self.reason = ""
        self.message = ""
        self.scheduled: datetime | None = None
        self.unschedulable = ""
        self.waiting = ""
        self.waiting_message = ""
        self.finished: datetime | None = None
        self.killed = False
        self.labels: dict[str, str] = {}
        """What it has been labelled with since it was made."""
        self.progress = ""
        """How far it says it is, as `N/M` (argo.md 4.3)."""
        self.key = ""
        """Where its artifacts and logs go in the bucket."""
        self.archive_logs = False
        self.wants_result = False
        self.is_asked_for_result: Callable[[], bool] = lambda: False
        """Says whether anything in its workflow speaks of its result."""
        self.outputs: dict[str, Any] | None = None
        """What the executor has reported, once the pod has ended."""
        self.failure = ""
        """What the executor could not do."""
        self.init = Container(obj["spec"]["initContainers"][0], "init")
        self.firsts = [Container(each, "init") for each in template.get("initContainers") or ()]
        """The template's own init containers, which run after Argo's."""
        first = obj["spec"]["containers"][0]
        self.wait = Container(first, "wait") if first["name"] == "wait" else None
        """The executor; an agent's pod has none."""
        self.mains = [Container(each, "main") for each in main_containers(template)]
        self.sidecars = [Container(each, "sidecar") for each in template.get("sidecars") or ()]

    @property
    def namespace(self) -> str:
        """`metadata.namespace`."""
        return str(self.obj["metadata"]["namespace"])

    @property
    def name(self) -> str:
        """`metadata.name`."""
        return str(self.obj["metadata"]["name"])

    @property
    def main(self) -> Container:
        """The container `main`, or the last of a containerSet."""
        return next((each for each in self.mains if each.name == "main"), self.mains[-1])

    @property
    def containers(self) -> list[Container]:
        """All but the init container."""
        return [*([self.wait] if self.wait else []), *self.mains, *self.sidecars]

    @property
    def every(self) -> list[Container]:
        """All there are, in the order of their start."""
        return [self.init, *self.firsts, *self.containers]

    @property
    def over(self) -> bool:
        """Succeeded or Failed."""
        return self.phase in ("Succeeded", "Failed")

    def why_pending(self) -> str:
        """What a Pending node says of it (argo.md 1.3)."""
        if self.unschedulable:
            return f"Unschedulable: {self.unschedulable}"
        if self.waiting_message:
            return f"{self.waiting}: {self.waiting_message}"
        return self.waiting

    def why_failed(self) -> str:
        """What a Failed node says of it (argo.md 1.3)."""
        if self.reason and not any(each.started for each in self.mains):
            name = self.main.name
            return f"Pod failed before {name} container starts due to {self.reason}: {self.message}"
        if self.message:
            return self.message
        for each in self.mains:
            if each.exit_code:
                return f"{each.name}: {each.reason} (exit code {each.exit_code})"
        return self.failure or "pod failed"

    def status(self) -> dict[str, Any]:
        """`status` of its object."""
        created = self.obj["metadata"].get("creationTimestamp", "")
        ready = self.phase == "Running" and all(each.running for each in self.containers)
        made: dict[str, Any] = {
            "phase": self.phase,
            "qosClass": "Burstable",
            "conditions": self._conditions(created, ready=ready),
        }
        if self.reason:
            made["reason"] = self.reason
        if self.message:
            made["message"] = self.message
        if self.scheduled:
            waiting = self.waiting or "PodInitializing"
            made["startTime"] = timestamp(self.scheduled)
            made["hostIP"] = "10.0.0." + str(10 + HOSTS.index(self.host))
            if self.init.started:
                made["podIP"] = self.ip
                made["podIPs"] = [{"ip": self.ip}]
            made["initContainerStatuses"] = [
                each.status("PodInitializing") for each in (self.init, *self.firsts)
            ]
            made["containerStatuses"] = [
                # What goes wrong with an image is that container's own.
                each.status(waiting, self.waiting_message)
                if each.kind == "main"
                else each.status("PodInitializing")
                # The kubelet sorts them by name, and what kubectl shows depends on it.
                for each in sorted(self.containers, key=lambda each: each.name)
            ]
        return made

    def _conditions(self, created: str, *, ready: bool) -> list[dict[str, Any]]:
        at = timestamp(self.scheduled) if self.scheduled else created
        placed: dict[str, Any] = {
            "type": "PodScheduled",
            "status": "True" if self.scheduled else "False",
            "lastTransitionTime": at,
        }
        if self.unschedulable:
            placed |= {"reason": "Unschedulable", "message": self.unschedulable}
        if not self.scheduled:
            return [placed]
        begun = str(all(each.exit_code == 0 for each in (self.init, *self.firsts)))
        stopped = {} if ready else {"reason": "PodCompleted" if self.over else "ContainersNotReady"}
        return [
            {"type": "Initialized", "status": begun, "lastTransitionTime": at},
            *(
                {"type": kind, "status": str(ready), "lastTransitionTime": at, **stopped}
                for kind in ("Ready", "ContainersReady")
            ),
            placed,
        ]

    def resources_duration(self) -> dict[str, int]:
        """How much was asked for, for how long (argo.md 4.4)."""
        total: dict[str, int] = {}
        for each in self.every:
            if not (each.started and each.finished):
                continue
            age = int(each.finished.timestamp()) - int(each.started.timestamp())
            asked: dict[str, Any] = {"cpu": "100m", "memory": "100Mi"}
            spec: dict[str, Any] = next(
                (
                    c
                    for c in (*self.obj["spec"]["initContainers"], *self.obj["spec"]["containers"])
                    if c.get("name") == each.name
                ),
                {},
            )
            resources = spec.get("resources") or {}
            asked |= {**(resources.get("limits") or {}), **(resources.get("requests") or {})}
            for name, quantity in asked.items():
                part = millis(str(quantity)) * age // _denominator(name)
                total[name] = total.get(name, 0) + part
        return total


def _denominator(resource: str) -> int:
    if resource == "memory":
        return 100 * 2**20 * 1000
    if resource in ("storage", "ephemeral-storage"):
        return 10 * 2**30 * 1000
    return 1000
