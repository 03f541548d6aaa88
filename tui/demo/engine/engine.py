"""The workflow engine of the demo cluster: Argo's controller and a kubelet, on one store.

It hears of every write, and looks at a workflow again when it or one of its pods has changed: at
most a few times a second, and written once each time, as the real controller does.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from tui.demo.bucket import Bucket
from tui.demo.clock import Clock
from tui.demo.engine import agent, controller
from tui.demo.engine.agenda import Due
from tui.demo.engine.announcing import announce
from tui.demo.engine.parts import Parts
from tui.demo.engine.place import S3Place
from tui.demo.engine.run import Node, Run
from tui.demo.engine.simpod import SimPod
from tui.demo.podlogs import PodLogs
from tui.demo.refusals import ApiError
from tui.demo.resources import CONFIG_MAPS, CRON_WORKFLOWS, PODS, WORKFLOWS
from tui.demo.store import Change, Store, decode, encode
from tui.domain.podname import fnv1a

SOON = 0.05
"""Seconds from a change to the look at it, so that changes made together are seen together."""
APART = 0.5
"""The least seconds between two looks at one workflow, at the speed of life."""
WRITES = 10.0
"""The most looks at one workflow in a second, at any speed."""


OFFLOADED = "demo.argo-tui/offloaded"
"""Label of workflows whose nodes are kept apart from them, as those of very large ones are."""
VERSIONS = 5
"""How many versions of the nodes of one workflow are kept apart from it."""
STILL = "demo.argo-tui/still"
"""Label of workflows that are only looked at: the engine leaves them as they are."""


class Engine(Parts):
    """Runs every workflow there is, and starts those of cron workflows."""

    def __init__(
        self,
        store: Store,
        clock: Clock,
        logs: PodLogs,
        bucket: Bucket,
        *,
        seed: int = 0,
        s3: S3Place | None = None,
        requeue: float = APART,
        offload: bool = False,
    ) -> None:
        """`requeue` are the least seconds between two looks at one workflow, at the speed of life.

        The real controller takes ten (`DEFAULT_REQUEUE_TIME`). With `offload` the nodes of every
        workflow are kept apart from it, as with `ALWAYS_OFFLOAD_NODE_STATUS`.
        """
        super().__init__(store, clock, logs, bucket, self.look, seed=seed, s3=s3)
        self._due: dict[tuple[str, str], tuple[datetime, Due]] = {}
        self._looked: dict[tuple[str, str], datetime] = {}
        self._writing: tuple[str, str] | None = None
        self._requeue = requeue
        self._offloads_all = offload
        self._offloaded: dict[str, dict[str, bytes]] = {}
        """The database of Argo: nodes by the uid of their workflow and by their version."""
        self._leave: Callable[[], None] | None = None

    # Life

    def start(self) -> None:
        """Hear of what changes, and take on what is there."""
        if self._leave is not None:
            return
        self._leave = self.store.subscribe(self._heard)
        for record in self.store.records(WORKFLOWS):
            if record.labels.get("workflows.argoproj.io/completed") != "true":
                self._take(record.namespace, record.name)
        for record in self.store.records(CRON_WORKFLOWS):
            self.crons.changed(record.namespace, record.name)

    def stop(self) -> None:
        """Do nothing any more."""
        if self._leave is not None:
            self._leave()
            self._leave = None
        self.agenda.clear()

    def catch_up(self) -> None:
        """Come from the past (`agenda.set_back`) to the present."""
        self.agenda.catch_up()
        self.kubelet.publish(self._runs)

    def _runs(self, pod: SimPod) -> bool:
        """Whether the workflow of a pod is not over."""
        owner = pod.obj["metadata"]["ownerReferences"][0]
        run = self.runs.get((pod.namespace, str(owner["name"])))
        return run is not None and not run.is_over

    def pod_metrics(self, namespace: str = "") -> list[dict[str, Any]]:
        """CPU and memory of running pods now: `PodMetrics` without apiVersion and kind."""
        return self.kubelet.usage(namespace, self.agenda.now())

    # Hearing

    def _heard(self, change: Change) -> None:
        record = change.record
        key = (record.namespace, record.name)
        if change.resource is WORKFLOWS:
            self._workflow_changed(change, key)
        elif change.resource is PODS and change.type == "DELETED":
            pod = self.kubelet.forget(*key)
            if pod is not None:
                self.pod_changed(pod)
        elif change.resource is CRON_WORKFLOWS:
            # Our own writes of its status plan nothing.
            before = change.previous.decoded() if change.previous else {}
            if change.type == "DELETED" or before.get("spec") != change.object.get("spec"):
                self.crons.changed(*key)
        elif change.resource is CONFIG_MAPS and change.type == "MODIFIED":
            for waiting in list(self.runs.values()):
                if waiting.status.get("synchronization"):
                    self.look(waiting.namespace, waiting.name)

    def _workflow_changed(self, change: Change, key: tuple[str, str]) -> None:
        if change.type == "DELETED":
            run = self.runs.pop(key, None)
            self._looked.pop(key, None)
            if due := self._due.pop(key, None):
                due[1].cancel()
            if run is not None:
                self.locks.release_all(run)
                self._offloaded.pop(run.uid, None)
            return
        if self._writing == key:
            return
        run = self.runs.get(key)
        if run is not None and run.revision == str(change.record.revision):
            return
        if change.record.labels.get(STILL) == "true":
            return
        over = change.record.labels.get("workflows.argoproj.io/completed") == "true"
        if over and run is None and not change.record.deleting:
            return
        self._take(*key)

    def _take(self, namespace: str, name: str) -> None:
        """Take a workflow on, as somebody else has just written it."""
        obj = self.store.find(WORKFLOWS, namespace, name)
        if obj is None:
            return
        run = self.runs.get((namespace, name))
        if run is None or run.uid != obj["metadata"]["uid"]:
            run = self.runs[(namespace, name)] = Run(obj)
        else:
            # Whatever was edited may not have ended any more.
            run.obj = obj
            run.settled.clear()
        self._load(run)
        controller.unpack(run)
        self.look(namespace, name)

    # Looking

    def look(self, namespace: str, name: str, at: datetime | None = None) -> None:
        """Look at a workflow soon, or at the given time."""
        key = (namespace, name)
        if key not in self.runs:
            return
        now = self.agenda.now()
        moment = at or self.agenda.after(now, SOON)
        if at is None and key in self._looked:
            quick = max(self._requeue / self.agenda.speed, 1.0 / WRITES)
            apart = quick if not self.agenda.in_past else max(1.0, self._requeue)
            moment = max(moment, self._looked[key] + timedelta(seconds=apart))
        run = self.runs[key]
        if run.wake is not None and run.wake < moment and at is None:
            moment = max(run.wake, now)
        if old := self._due.get(key):
            if old[0] <= moment:
                return
            old[1].cancel()
        self._due[key] = (moment, self.agenda.call_at(moment, lambda: self._reconcile(key)))

    def _reconcile(self, key: tuple[str, str]) -> None:
        self._due.pop(key, None)
        run = self.runs.get(key)
        if run is None:
            return
        self._looked[key] = self.agenda.now()
        run.wake = None
        controller.reconcile(self, run, self.agenda.now())
        self.write(run)
        if run.is_over:
            self.kubelet.forget_results(run)
            agent.dismiss(self, run)
        if run.wake is not None and key in self.runs:
            self.look(*key, at=max(run.wake, self.agenda.after(self.agenda.now(), SOON)))

    def write(self, run: Run) -> None:
        """Write what has changed; somebody else's write in between wins, and is looked at."""
        key = (run.namespace, run.name)
        noted, run.noted = run.noted, []
        if run.changed:
            run.changed = False
            self._writing = key
            try:
                nodes = self._offload(run)
                run.obj = self.store.update(WORKFLOWS, run.obj)
                if nodes:
                    run.obj["status"]["nodes"] = nodes
            except ApiError:
                self._writing = None
                self._take(*key)
                return
            finally:
                self._writing = None
        announce(self, run, noted, self.agenda.now())

    # Nodes that are kept apart

    def _offload(self, run: Run) -> dict[str, Node]:
        """Keep the nodes apart from the object that is about to be written; these nodes."""
        if not (self._offloads_all or run.labels.get(OFFLOADED) == "true") or not run.nodes:
            return {}
        nodes = run.nodes
        data = encode(nodes)
        version = f"fnv:{fnv1a(data.decode())}"
        kept = self._offloaded.setdefault(run.uid, {})
        kept[version] = data
        for old in list(kept)[:-VERSIONS]:
            del kept[old]
        status = {key: value for key, value in run.status.items() if key != "nodes"}
        run.obj = {**run.obj, "status": {**status, "offloadNodeStatusVersion": version}}
        return nodes

    def _load(self, run: Run) -> None:
        """Have the nodes with the object that was read, wherever they were kept."""
        version = str(run.status.get("offloadNodeStatusVersion") or "")
        data = self._offloaded.get(run.uid, {}).get(version)
        if data is not None and not run.status.get("nodes"):
            run.status["nodes"] = decode(data)
            del run.status["offloadNodeStatusVersion"]
