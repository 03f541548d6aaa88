"""What the engine is made of, for everything that brings a workflow on.

The engine itself (`engine.py`) hears of changes and decides when to look at a workflow; what is
done then needs only these, so that nothing that works for the engine has to know it.
"""

from __future__ import annotations

import random
from collections.abc import Callable

from tui.demo.bucket import Bucket
from tui.demo.clock import Clock
from tui.demo.engine.agenda import Agenda
from tui.demo.engine.cron import Crons
from tui.demo.engine.events import Events
from tui.demo.engine.kubelet import Kubelet
from tui.demo.engine.locks import Locks
from tui.demo.engine.place import S3Place
from tui.demo.engine.run import Run
from tui.demo.engine.simpod import SimPod
from tui.demo.engine.templates import Templates
from tui.demo.podlogs import PodLogs
from tui.demo.resources import WORKFLOWS
from tui.demo.store import Store
from tui.domain.podname import fnv1a


class Parts:
    """The store, the clock, the kubelet and the books that are kept of workflows."""

    def __init__(
        self,
        store: Store,
        clock: Clock,
        logs: PodLogs,
        bucket: Bucket,
        look: Callable[[str, str], None],
        *,
        seed: int,
        s3: S3Place | None,
    ) -> None:
        """`look` is called with namespace and name of a workflow that may go on."""
        self.store = store
        self.bucket = bucket
        self.seed = seed
        self.s3 = s3 or S3Place(bucket=bucket.name)
        self.agenda = Agenda(clock)
        self.events = Events(store)
        self.templates = Templates(store)
        self.locks = Locks(store, look)
        self.look = look
        self.kubelet = Kubelet(store, self.agenda, logs, bucket, self.events, self.pod_changed)
        self.crons = Crons(store, self.agenda, self._phase_of)
        self.runs: dict[tuple[str, str], Run] = {}

    def rng(self, *parts: str) -> random.Random:
        """Chance that is the same in every run with the same seed."""
        return random.Random(fnv1a("/".join((str(self.seed), *parts))))

    def pod_changed(self, pod: SimPod) -> None:
        """Its workflow may go on."""
        self.look(pod.namespace, str(pod.obj["metadata"]["ownerReferences"][0]["name"]))

    def _phase_of(self, namespace: str, name: str) -> str | None:
        found = self.store.find(WORKFLOWS, namespace, name)
        return None if found is None else str((found.get("status") or {}).get("phase") or "")
