"""Scheduling and running the simulated pods, and writing what they are into the store.

The operator asks a pod what has become of it (`SimPod`); everybody else reads its object. While the
engine catches up with the past only the end of a pod is written, since nobody can be watching.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from tui.demo.bucket import Bucket
from tui.demo.engine import emissary, executor, results
from tui.demo.engine.agenda import Agenda
from tui.demo.engine.containers import Container
from tui.demo.engine.events import Events
from tui.demo.engine.expression import NotSimulated
from tui.demo.engine.reports import Reports, usage
from tui.demo.engine.run import Run
from tui.demo.engine.running import Running
from tui.demo.engine.simpod import SimPod
from tui.demo.engine.spans import duration
from tui.demo.podlogs import PodLogs
from tui.demo.refusals import ApiError
from tui.demo.resources import PODS
from tui.demo.store import Store, timestamp

Key = tuple[str, str]

_SCHEDULED, _STARTED = 0.4, 0.9
"""Seconds until it has a node, and until its containers start."""


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
        self._bucket = bucket
        self._reports = Reports(store, agenda, logs, events, changed)
        self._running = Running(agenda, self._reports, self._later, self._prepare, self._collect)
        self.pods: dict[Key, SimPod] = {}

    def find(self, namespace: str, name: str) -> SimPod | None:
        """The pod of that name."""
        return self.pods.get((namespace, name))

    def create(self, pod: SimPod) -> None:
        """Take a new pod on."""
        pod.obj["metadata"]["creationTimestamp"] = timestamp(self._agenda.now())
        there = self._store.find(PODS, pod.namespace, pod.name)
        if there is not None and "deletionTimestamp" in there["metadata"]:
            # Of a workflow of the same name that was deleted just now: it need not wait for that.
            self.delete(pod.namespace, pod.name)
        pod.obj = self._store.create(PODS, pod.obj)
        self.pods[(pod.namespace, pod.name)] = pod
        if timeout := duration(pod.template.get("timeout")):
            self._later(pod, timeout, self._overdue)
        self._later(pod, _SCHEDULED * pod.rng.uniform(0.6, 1.4), self._schedule)

    def forget(self, namespace: str, name: str) -> SimPod | None:
        """The pod was deleted: its processes and logs are gone."""
        pod = self.pods.pop((namespace, name), None)
        if pod is not None:
            pod.killed = True
            for each in pod.every:
                if each.program is not None:
                    each.program.close()
                    each.program = None
        self._reports.logs.forget(namespace, name)
        return pod

    def delete(self, namespace: str, name: str) -> None:
        """Delete a pod and its object."""
        self.forget(namespace, name)
        try:
            self._store.delete(PODS, namespace, name)
        except ApiError:
            return  # it is gone already, which is what was wanted

    def publish(self, runs: Callable[[SimPod], bool]) -> None:
        """Write what was not worth it in the past: pods, and the results of workflows that run."""
        for pod in list(self.pods.values()):
            if not pod.over:
                self._reports.write(pod)
            if pod.wait is not None and pod.wait.started and runs(pod):
                self._reports.results.report(pod, completed=pod.over)

    def say(self, pod: SimPod, text: str) -> None:
        """A line of its main container's log that somebody else knows of."""
        self._reports.print(pod, pod.main, (text,))

    def _say(self, pod: SimPod, container: Container, *said: str, level: str = "INFO") -> None:
        """Lines of the executor in its own containers."""
        lines = [emissary.line(self._agenda.now(), text, level) for text in said]
        self._reports.print(pod, container, lines, argos=True)

    def forget_results(self, run: Run) -> None:
        """The workflow is over: its task results have been read."""
        self._reports.results.forget(run)

    def label(self, pod: SimPod, key: str, value: str) -> None:
        """Set one label of its object."""
        if pod.labels.get(key) != value:
            pod.labels[key] = value
            self._reports.write(pod)

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
                self._running.stop(pod, 1)
                self._finish(pod, "Failed")

        self._agenda.call_later(seconds, go)

    def _schedule(self, pod: SimPod) -> None:
        now = self._agenda.now()
        told = pod.behaviour
        if told.unschedulable:
            pod.unschedulable = told.unschedulable
            words = told.unschedulable
            self._reports.tell(pod, "FailedScheduling", words, "default-scheduler", bad=True)
            self._reports.publish(pod)
            return
        pod.scheduled = now
        limit = pod.obj["spec"].get("activeDeadlineSeconds")
        if limit:
            self._later(pod, float(limit), self._deadline)
        pod.obj["spec"]["nodeName"] = pod.host
        where = f"Successfully assigned {pod.namespace}/{pod.name} to {pod.host}"
        self._reports.tell(pod, "Scheduled", where, "default-scheduler")
        pod.waiting = "PodInitializing"
        self._reports.publish(pod)
        self._later(pod, _STARTED * pod.rng.uniform(0.5, 1.2), self._initialise)

    def _initialise(self, pod: SimPod) -> None:
        now = self._agenda.now()
        pod.init.started = self._agenda.after(now, -0.4)
        self._say(pod, pod.init, *_INIT_LINES)
        problem = self._load(pod)
        pod.init.end(now, 1 if problem else 0)
        self._reports.logs.end(pod.namespace, pod.name, "init")
        if problem:
            self._say(pod, pod.init, problem, level="ERROR")
            pod.message = f"init: Error (exit code 1): {problem}"
            self._finish(pod, "Failed")
            return
        self._prepare(pod)

    def _prepare(self, pod: SimPod) -> None:
        """The template's init containers, one after the other; then those that do the work."""
        for each in pod.firsts:
            if each.exit_code:
                pod.message = f"{each.name}: {each.reason} (exit code {each.exit_code})"
                self._finish(pod, "Failed")
                return
            if not each.finished:
                self._running.start(pod, each)
                self._reports.publish(pod)
                return
        if pod.behaviour.image_pull_failure:
            self._pull_failure(pod)
            return
        for each in pod.mains:
            image = str(each.spec.get("image") or "")
            self._reports.tell(pod, "Pulling", f'Pulling image "{image}"', path=each.name)
            words = f'Successfully pulled image "{image}"'
            self._reports.tell(pod, "Pulled", words, path=each.name)
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
            self._start_others(pod)
            pod.waiting_message = f'failed to pull image "{image}": {why}'
            self._reports.tell(pod, "Failed", f'Failed to pull image "{image}": {why}', bad=True)
            self._later(pod, 12.0, self._pull_failure)
        else:
            pod.waiting_message = backing
            self._reports.tell(pod, "BackOff", backing)
        self._reports.publish(pod)

    def _run(self, pod: SimPod) -> None:
        pod.phase, pod.waiting = "Running", ""
        self._start_others(pod)
        for each in pod.mains:
            if not each.spec.get("dependencies"):
                self._running.start(pod, each)
        self._reports.publish(pod)

    def _start_others(self, pod: SimPod) -> None:
        """The executor and the sidecars, whatever becomes of the containers that do the work."""
        if pod.wait is not None:
            pod.wait.started = self._agenda.now()
            self._say(pod, pod.wait, *_WAIT_LINES)
            if not self._agenda.in_past:
                self._reports.results.report(pod, completed=False)
        for each in pod.sidecars:
            self._running.start(pod, each)

    def _overdue(self, pod: SimPod) -> None:
        """Its template's `timeout` counts from the start of its node."""
        pod.message = "Step exceeded its deadline"
        self._running.stop(pod, 143)
        self._finish(pod, "Failed")

    def _deadline(self, pod: SimPod) -> None:
        pod.reason = "DeadlineExceeded"
        pod.message = "Pod was active on the node longer than the specified deadline"
        self._running.stop(pod, 137)
        self._finish(pod, "Failed")

    def kill(self, pod: SimPod) -> None:
        """End it as `argo stop` does: its processes get SIGTERM."""
        if pod.over:
            return
        for each in (*pod.mains, *pod.sidecars):
            if each.running:
                self._reports.print(pod, each, ("Terminated",))
        self._running.stop(pod, 143)
        results.keep_logs(pod, self._reports.logs, self._bucket)
        self._finish(pod, "Failed")

    def finish_daemon(self, pod: SimPod) -> None:
        """End a daemon whose boundary is over: that counts as success."""
        self._running.stop(pod, 0)
        results.keep_logs(pod, self._reports.logs, self._bucket)
        self._finish(pod, "Succeeded")

    def usage(self, namespace: str, now: datetime) -> list[dict[str, Any]]:
        """CPU and memory of the running pods, as metrics.k8s.io tells it."""
        return usage(self.pods.values(), namespace, now, self._agenda.passed)

    # The executor

    def _collect(self, pod: SimPod) -> None:
        now = self._agenda.now()
        failed = any(each.exit_code for each in pod.mains)
        outputs = results.keep_logs(pod, self._reports.logs, self._bucket)
        if not failed or pod.main.box is not None:
            try:
                problem = results.keep_outputs(pod, outputs, self._bucket, failed=failed)
                words = f"wait: Error (exit code 1): {problem}" if problem and not failed else ""
            except NotSimulated as error:
                words = f"demo: {error}"
            if words:
                pod.message, failed = words, True
        if pod.wait is not None:
            self._say(pod, pod.wait, "Deadline monitor stopped", "no artifact sidecars to kill")
            pod.wait.end(now, 1 if pod.message else 0)
            self._reports.logs.end(pod.namespace, pod.name, "wait")
        self._finish(pod, "Failed" if failed else "Succeeded")

    def _finish(self, pod: SimPod, phase: str) -> None:
        pod.finished = self._agenda.now()
        pod.phase = phase
        for each in pod.every:
            if each.running:
                each.end(pod.finished, 0)
        if pod.wait is not None and pod.wait.started and not self._agenda.in_past:
            self._reports.results.report(pod, completed=True)
        self._reports.write(pod)
        self._reports.changed(pod)
        # The files and the output have been read; only the object and its logs live on.
        pod.files = {}
        for each in pod.mains:
            each.printed, each.box = "", None


_INIT_LINES = (
    "Starting Workflow Executor",
    "Loading script source and input artifacts",
    "Start loading input artifacts...",
)
_WAIT_LINES = ("Starting Workflow Executor", "Starting deadline monitor")
