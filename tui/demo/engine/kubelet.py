"""Scheduling and running the simulated pods, and writing what they are into the store.

The operator asks a pod what has become of it (`SimPod`); everybody else reads its object. While the
engine catches up with the past only the end of a pod is written, since nobody can be watching.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from tui.demo.bucket import Bucket
from tui.demo.engine import executor, results
from tui.demo.engine.agenda import Agenda
from tui.demo.engine.containers import Container
from tui.demo.engine.events import Events
from tui.demo.engine.simpod import SimPod
from tui.demo.podlogs import LogLine, PodLogs
from tui.demo.refusals import ApiError
from tui.demo.resources import PODS
from tui.demo.store import Store, timestamp
from tui.domain.podname import fnv1a

Key = tuple[str, str]

_SCHEDULED, _STARTED, _WAITED = 0.4, 0.9, 0.6
"""Seconds until it has a node, until its containers start, and until the executor is done."""
_TICK = 0.2
"""The least real seconds between two looks at a container's output."""
_STRETCH = 120.0
"""The same in the cluster's seconds, in the past."""


class Kubelet:
    """All pods of the cluster's workflows."""

    def __init__(
        self,
        store: Store,
        agenda: Agenda,
        logs: PodLogs,
        bucket: Bucket,
        events: Events,
        changed: Callable[[SimPod], None],
    ) -> None:
        self._store = store
        self._agenda = agenda
        self._logs = logs
        self._bucket = bucket
        self._events = events
        self._changed = changed
        self.pods: dict[Key, SimPod] = {}

    def find(self, namespace: str, name: str) -> SimPod | None:
        """The pod of that name."""
        return self.pods.get((namespace, name))

    def create(self, pod: SimPod) -> None:
        """Take a new pod on."""
        pod.obj["metadata"]["creationTimestamp"] = timestamp(self._agenda.now())
        pod.obj = self._store.create(PODS, pod.obj)
        self.pods[(pod.namespace, pod.name)] = pod
        self._later(pod, _SCHEDULED * pod.rng.uniform(0.6, 1.4), self._schedule)

    def forget(self, namespace: str, name: str) -> SimPod | None:
        """The pod was deleted: its processes and logs are gone."""
        pod = self.pods.pop((namespace, name), None)
        if pod is not None:
            pod.killed = True
            for each in (pod.init, *pod.containers):
                if each.program is not None:
                    each.program.close()
                    each.program = None
        self._logs.forget(namespace, name)
        return pod

    def delete(self, namespace: str, name: str) -> None:
        """Delete a pod and its object."""
        self.forget(namespace, name)
        try:
            self._store.delete(PODS, namespace, name)
        except ApiError:
            return  # it is gone already, which is what was wanted

    def publish(self) -> None:
        """Write all pods that are not over, after catching up with the past."""
        for pod in list(self.pods.values()):
            if not pod.over:
                self._write(pod)

    def label(self, pod: SimPod, key: str, value: str) -> None:
        """Set one label of its object."""
        labels = pod.obj["metadata"].setdefault("labels", {})
        if labels.get(key) != value:
            labels[key] = value
            self._write(pod)

    # A pod's life

    def _later(self, pod: SimPod, seconds: float, step: Callable[[SimPod], None]) -> None:
        def go() -> None:
            if self.pods.get((pod.namespace, pod.name)) is not pod or pod.over:
                return
            try:
                step(pod)
            except (TypeError, AttributeError, KeyError, ValueError) as error:
                # A pod of the wrong shape: a real API server would not have taken it.
                pod.message = f"pod is invalid: {error}"
                self._stop_containers(pod, 1)
                self._finish(pod, "Failed")

        self._agenda.call_later(seconds, go)

    def _schedule(self, pod: SimPod) -> None:
        now = self._agenda.now()
        told = pod.behaviour
        if told.unschedulable:
            pod.unschedulable = told.unschedulable
            self._tell(pod, "FailedScheduling", told.unschedulable, "default-scheduler", bad=True)
            self._publish(pod)
            return
        pod.scheduled = now
        pod.obj["spec"]["nodeName"] = pod.host
        where = f"Successfully assigned {pod.namespace}/{pod.name} to {pod.host}"
        self._tell(pod, "Scheduled", where, "default-scheduler")
        pod.waiting = "PodInitializing"
        self._publish(pod)
        self._later(pod, _STARTED * pod.rng.uniform(0.5, 1.2), self._initialise)

    def _initialise(self, pod: SimPod) -> None:
        now = self._agenda.now()
        pod.init.started = now - timedelta(seconds=0.4)
        self._print(pod, pod.init, _INIT_LINES)
        problem = self._load(pod)
        pod.init.end(now, 1 if problem else 0)
        self._logs.end(pod.namespace, pod.name, "init")
        if problem:
            self._print(pod, pod.init, (f'level=error msg="{problem}"',))
            pod.message = f"init: Error (exit code 1): {problem}"
            self._finish(pod, "Failed")
            return
        if pod.behaviour.image_pull_failure:
            self._pull_failure(pod)
            return
        for each in pod.mains:
            image = str(each.spec.get("image") or "")
            self._tell(pod, "Pulling", f'Pulling image "{image}"', path=each.name)
            self._tell(pod, "Pulled", f'Successfully pulled image "{image}"', path=each.name)
        self._run(pod)

    def _load(self, pod: SimPod) -> str:
        for artifact in (pod.template.get("inputs") or {}).get("artifacts") or ():
            if problem := executor.load(artifact, pod.files, self._bucket):
                return problem
        return ""

    def _pull_failure(self, pod: SimPod) -> None:
        image = str(pod.main.spec.get("image") or "")
        why = pod.behaviour.image_pull_failure
        pod.waiting = "ErrImagePull" if pod.waiting == "PodInitializing" else "ImagePullBackOff"
        backing = f'Back-off pulling image "{image}"'
        if pod.waiting == "ErrImagePull":
            pod.waiting_message = f'failed to pull image "{image}": {why}'
            self._tell(pod, "Failed", f'Failed to pull image "{image}": {why}', bad=True)
            self._later(pod, 12.0, self._pull_failure)
        else:
            pod.waiting_message = backing
            self._tell(pod, "BackOff", backing)
        self._publish(pod)

    def _run(self, pod: SimPod) -> None:
        pod.phase, pod.waiting = "Running", ""
        now = self._agenda.now()
        pod.wait.started = now
        self._print(pod, pod.wait, _WAIT_LINES)
        for each in pod.sidecars:
            self._start(pod, each)
        for each in pod.mains:
            if not each.spec.get("dependencies"):
                self._start(pod, each)
        limit = pod.obj["spec"].get("activeDeadlineSeconds")
        if limit:
            self._later(pod, float(limit), self._deadline)
        self._publish(pod)

    def _deadline(self, pod: SimPod) -> None:
        pod.reason = "DeadlineExceeded"
        pod.message = "Pod was active on the node longer than the specified deadline"
        self._stop_containers(pod, 137)
        self._finish(pod, "Failed")

    def _start(self, pod: SimPod, container: Container) -> None:
        env = {"HOSTNAME": pod.name, "PATH": "/usr/local/bin:/usr/bin:/bin", "HOME": "/root"}
        told = pod.behaviour
        if container.kind == "main":
            for number in range(told.restarts):
                self._logs.begin(pod.namespace, pod.name, container.name)
                self._print(pod, container, (f"run {number} of {container.name} failed",))
            container.restarts = told.restarts
        self._logs.begin(pod.namespace, pod.name, container.name)
        seed = pod.seed ^ hash_of(container.name)
        container.start(self._agenda.now(), pod.files, env, told, seed)
        self._tell(pod, "Created", f"Created container {container.name}", path=container.name)
        self._tell(pod, "Started", f"Started container {container.name}", path=container.name)
        self._step(pod, container)

    def _step(self, pod: SimPod, container: Container) -> None:
        """Let a container run until now, and come back when it goes on."""
        if not container.running or container.program is None or container.started is None:
            return
        now = self._agenda.now()
        lines, goes_on = container.advance((now - container.started).total_seconds() + 1e-6)
        if lines:
            self._logs.write(pod.namespace, pod.name, container.name, lines)
        if goes_on is None:
            self._ended(pod, container)
            return
        wait = goes_on - (now - container.started).total_seconds()
        least = _TICK * self._agenda.speed
        if self._agenda.in_past:
            # Nobody can be watching, so long stretches are lived through at once.
            least = max(least, min(_STRETCH, self._agenda.behind - 1.0))
        if wait < least:
            # Several small steps at once, each with its own time in the log.
            lines, goes_on = container.advance(goes_on + least)
            self._logs.write(pod.namespace, pod.name, container.name, lines)
            wait = least if goes_on is None else goes_on - (now - container.started).total_seconds()
            if goes_on is None:
                wait = max(0.0, container.at - (now - container.started).total_seconds())
                self._later(pod, wait, lambda pod: self._ended(pod, container))
                return
        if wait < 1e8:
            self._later(pod, wait, lambda pod: self._step(pod, container))

    def _ended(self, pod: SimPod, container: Container) -> None:
        if not container.running:
            return
        code = container.exit_code or 0
        reason = "OOMKilled" if code == 137 and pod.behaviour.oom else ""
        container.end(self._agenda.now(), code, reason)
        self._logs.end(pod.namespace, pod.name, container.name)
        if reason:
            self._tell(pod, "OOMKilling", "Memory cgroup out of memory: Killed process 1", bad=True)
        if container.kind != "main":
            return
        if code == 0:
            self._start_dependents(pod)
        if all(each.finished or not each.started for each in pod.mains) and not any(
            self._can_start(pod, each) for each in pod.mains
        ):
            self._stop_sidecars(pod)
            self._later(pod, _WAITED, self._collect)
        elif len(pod.mains) > 1:
            self._publish(pod)

    def _can_start(self, pod: SimPod, container: Container) -> bool:
        needed = container.spec.get("dependencies") or ()
        done = {each.name for each in pod.mains if each.finished and each.exit_code == 0}
        return container.started is None and all(name in done for name in needed)

    def _start_dependents(self, pod: SimPod) -> None:
        for each in pod.mains:
            if self._can_start(pod, each):
                self._start(pod, each)

    def _stop_sidecars(self, pod: SimPod) -> None:
        now = self._agenda.now()
        for each in pod.sidecars:
            if each.running:
                each.end(now, 0)
                self._logs.end(pod.namespace, pod.name, each.name)

    def _stop_containers(self, pod: SimPod, code: int) -> None:
        now = self._agenda.now()
        for each in pod.containers:
            if each.running:
                each.end(
                    now, 0 if each.kind == "wait" else code, "" if each.kind == "wait" else "Error"
                )
                self._logs.end(pod.namespace, pod.name, each.name)

    def kill(self, pod: SimPod) -> None:
        """End it as `argo stop` does: its processes get SIGTERM."""
        if pod.over:
            return
        for each in (*pod.mains, *pod.sidecars):
            if each.running:
                self._print(pod, each, ("Terminated",))
        self._stop_containers(pod, 143)
        results.keep_logs(pod, self._logs, self._bucket)
        self._finish(pod, "Failed")

    def finish_daemon(self, pod: SimPod) -> None:
        """End a daemon whose boundary is over: that counts as success."""
        self._stop_containers(pod, 0)
        results.keep_logs(pod, self._logs, self._bucket)
        self._finish(pod, "Succeeded")

    # The executor

    def _collect(self, pod: SimPod) -> None:
        now = self._agenda.now()
        failed = any(each.exit_code for each in pod.mains)
        outputs = results.keep_logs(pod, self._logs, self._bucket)
        if not failed or pod.main.box is not None:
            problem = results.keep_outputs(pod, outputs, self._bucket, failed=failed)
            if problem and not failed:
                pod.message = f"wait: Error (exit code 1): {problem}"
                failed = True
        self._print(pod, pod.wait, ('level=info msg="stopping wait"',))
        pod.wait.end(now, 1 if pod.message else 0)
        self._logs.end(pod.namespace, pod.name, "wait")
        self._finish(pod, "Failed" if failed else "Succeeded")

    def _finish(self, pod: SimPod, phase: str) -> None:
        pod.finished = self._agenda.now()
        pod.phase = phase
        for each in (pod.init, *pod.containers):
            if each.running:
                each.end(pod.finished, 0)
        self._write(pod)
        self._changed(pod)
        # The files and the output have been read; only the object and its logs live on.
        pod.files = {}
        for each in pod.mains:
            each.printed, each.box = "", None

    # Telling

    def _print(self, pod: SimPod, container: Container, texts: tuple[str, ...]) -> None:
        nanos = int(self._agenda.now().timestamp() * 1_000_000_000)
        lines = [LogLine(nanos + n * 104_729, text) for n, text in enumerate(texts)]
        self._logs.write(pod.namespace, pod.name, container.name, lines)

    def _tell(
        self,
        pod: SimPod,
        reason: str,
        message: str,
        component: str = "kubelet",
        *,
        bad: bool = False,
        path: str = "",
    ) -> None:
        self._events.tell(
            pod.obj,
            reason,
            message,
            self._agenda.now(),
            component=component,
            warning=bad,
            field_path=f"spec.containers{{{path}}}" if path else "",
        )

    def _publish(self, pod: SimPod) -> None:
        if not self._agenda.in_past:
            self._write(pod)
        self._changed(pod)

    def _write(self, pod: SimPod) -> None:
        pod.obj["status"] = pod.status()
        pod.obj["metadata"].pop("resourceVersion", None)
        try:
            pod.obj = self._store.update(PODS, pod.obj)
        except ApiError:
            return  # deleted meanwhile; the deletion is told to us as a change

    def usage(self, namespace: str, now: datetime) -> list[dict[str, Any]]:
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
                    {"name": each.name, "usage": _quantities(*each.usage(now, pod.behaviour))}
                    for each in pod.containers
                    if each.running
                ],
            }
            for pod in self.pods.values()
            if pod.phase == "Running" and (not namespace or pod.namespace == namespace)
        ]


_INIT_LINES = (
    'level=info msg="Starting Workflow Executor" version=v4.1.2',
    'level=info msg="Loading script source and input artifacts"',
    'level=info msg="init done"',
)
_WAIT_LINES = (
    'level=info msg="Starting Workflow Executor" version=v4.1.2',
    'level=info msg="Starting deadline monitor"',
)


def _quantities(millicores: int, used: int) -> dict[str, str]:
    return {"cpu": f"{millicores * 1_000_000}n", "memory": f"{used // 1024}Ki"}


def hash_of(text: str) -> int:
    """A number that is the same for this text in every process."""
    return fnv1a(text)
