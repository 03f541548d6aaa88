"""The containers of a pod at work: starting them, letting them run, stopping them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from tui.demo.engine import emissary, progress
from tui.demo.engine.agenda import Agenda
from tui.demo.engine.containers import Container
from tui.demo.engine.podspec import PROGRESS_FILE
from tui.demo.engine.reports import Reports
from tui.demo.engine.simpod import SimPod
from tui.domain.podname import fnv1a

Step = Callable[[SimPod], None]

_SIGTERM = 15
_WAITED = 0.6
"""Seconds until the executor is done with what the containers have left."""
_TICK = 0.2
"""The least real seconds between two looks at a container's output."""
_STRETCH = 120.0
"""The same in the cluster's seconds, in the past."""


class Running:
    """Runs containers until they end.

    `prepared` is what comes after each init container, `over` what comes after the last main one.
    """

    def __init__(
        self,
        agenda: Agenda,
        reports: Reports,
        later: Callable[[SimPod, float, Step], None],
        prepared: Step,
        over: Step,
    ) -> None:
        self._agenda = agenda
        self._reports = reports
        self._later = later
        self._prepared = prepared
        self._over = over

    def start(self, pod: SimPod, container: Container) -> None:
        env = {"HOSTNAME": pod.name, "PATH": "/usr/local/bin:/usr/bin:/bin", "HOME": "/root"}
        if container.kind == "main":
            env |= {"ARGO_CONTAINER_NAME": container.name, "ARGO_PROGRESS_FILE": PROGRESS_FILE}
        told = pod.behaviour
        if container.kind == "main":
            for number in range(told.restarts):
                self._reports.logs.begin(pod.namespace, pod.name, container.name)
                self._reports.print(pod, container, (f"run {number} of {container.name} failed",))
            container.restarts = told.restarts
        self._reports.logs.begin(pod.namespace, pod.name, container.name)
        seed = pod.seed ^ fnv1a(container.name)
        now = self._agenda.now()
        container.start(now, pod.files, env, told, seed)
        said = emissary.at_start(pod, container, now)
        self._reports.print(pod, container, said, argos=True, before=True)
        for word in ("Created", "Started"):
            self._reports.tell(pod, word, f"{word} container {container.name}", path=container.name)
        self._step(pod, container)

    def _step(self, pod: SimPod, container: Container) -> None:
        """Let a container run until now, and come back when it goes on."""
        if not container.running or container.program is None or container.started is None:
            return
        begun = container.started

        def moment(seconds: float) -> datetime:
            return self._agenda.after(begun, seconds)

        passed = self._agenda.passed(begun, self._agenda.now())
        lines, goes_on = container.advance(passed + 1e-6, moment)
        if lines:
            self._reports.logs.write(pod.namespace, pod.name, container.name, lines)
        self._hear_progress(pod)
        if goes_on is None:
            self._ended(pod, container)
            return
        wait = goes_on - passed
        least = _TICK * self._agenda.speed
        if self._agenda.in_past:
            # Nobody can be watching, so long stretches are lived through at once.
            least = max(least, min(_STRETCH, self._agenda.behind - 1.0))
        if wait < least:
            # Several small steps at once, each with its own time in the log.
            lines, goes_on = container.advance(goes_on + least, moment)
            self._reports.logs.write(pod.namespace, pod.name, container.name, lines)
            self._hear_progress(pod)
            if goes_on is None:
                wait = max(0.0, container.at - passed)
                self._later(pod, wait, lambda pod: self._ended(pod, container))
                return
            wait = goes_on - passed
        if wait < 1e8:
            self._later(pod, wait, lambda pod: self._step(pod, container))

    def _hear_progress(self, pod: SimPod) -> None:
        """What the pod says of itself in the file for that (argo.md 4.3)."""
        said = pod.files.get(PROGRESS_FILE, b"").decode("utf-8", "replace").strip()
        if said != pod.progress and progress.parsed(said):
            pod.progress = said
            self._reports.progressed(pod)

    def _ended(self, pod: SimPod, container: Container) -> None:
        if not container.running:
            return
        code = container.exit_code or 0
        reason = "OOMKilled" if code == 137 and pod.behaviour.oom else ""
        now = self._agenda.now()
        self._reports.print(pod, container, emissary.at_end(pod, container, now), argos=True)
        container.end(now, code, reason)
        self._reports.logs.end(pod.namespace, pod.name, container.name)
        if reason:
            words = "Memory cgroup out of memory: Killed process 1"
            self._reports.tell(pod, "OOMKilling", words, bad=True)
        if container.kind == "init":
            self._prepared(pod)
        if container.kind != "main":
            return
        if code == 0:
            self._start_dependents(pod)
        if all(each.finished or not each.started for each in pod.mains) and not any(
            self._can_start(pod, each) for each in pod.mains
        ):
            self._stop_sidecars(pod)
            self._later(pod, _WAITED, self._over)
        elif len(pod.mains) > 1:
            self._reports.publish(pod)

    def _can_start(self, pod: SimPod, container: Container) -> bool:
        needed = container.spec.get("dependencies") or ()
        done = {each.name for each in pod.mains if each.finished and each.exit_code == 0}
        return container.started is None and all(name in done for name in needed)

    def _start_dependents(self, pod: SimPod) -> None:
        for each in pod.mains:
            if self._can_start(pod, each):
                self.start(pod, each)

    def _stop_sidecars(self, pod: SimPod) -> None:
        now = self._agenda.now()
        for each in pod.sidecars:
            if each.running:
                self._signalled(pod, each, now, 0)

    def stop(self, pod: SimPod, code: int) -> None:
        now = self._agenda.now()
        for each in pod.containers:
            if each.running:
                self._signalled(pod, each, now, 0 if each.kind == "wait" else code)

    def _signalled(self, pod: SimPod, container: Container, now: datetime, code: int) -> None:
        """It was asked to end, and ends at once."""
        container.exit_code = code
        said = emissary.at_end(pod, container, now, signal=_SIGTERM)
        self._reports.print(pod, container, said, argos=True)
        container.end(now, code)
        self._reports.logs.end(pod.namespace, pod.name, container.name)
