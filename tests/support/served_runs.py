"""Runs behind a real HTTP server, which counts the deletions that arrive and refuses some."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Collection, Iterable

from tests.support.fake_api import Asked, Reply
from tests.support.runs import run
from tui.domain.workflow import Manifest

AT_ONCE = 8
"""How many deletions wait for each other, to be seen together."""


class ServedRuns:
    """An API of these runs, all of them over."""

    def __init__(self, names: Iterable[str], *, refused: Collection[str] = ()) -> None:
        self.runs = {name: run(name, "Succeeded", ended=1) for name in names}
        self.refused = refused
        self.arrived: Counter[str] = Counter()
        """How many deletions of a name have arrived."""
        self.most = 0
        """Deletions that were under way at a time, at most."""
        self._now = 0
        self._lock = threading.Lock()
        self._company = threading.Semaphore(0)

    def __call__(self, asked: Asked, reply: Reply) -> None:
        name = asked.path.rpartition("/")[2]
        if asked.method == "DELETE":
            self._delete(name, reply)
        elif asked.is_watch:
            reply.begin()
            reply.hold()
        elif asked.path.endswith("/workflows"):
            items: list[Manifest] = list(self.runs.values())
            metadata = {"resourceVersion": "1"}
            reply.json({"kind": "WorkflowList", "metadata": metadata, "items": items})
        elif name in self.runs:
            reply.json(self.runs[name])
        else:
            reply.refuse(404, "NotFound", "nothing here")

    def _delete(self, name: str, reply: Reply) -> None:
        with self._lock:
            self.arrived[name] += 1
            self._now += 1
            self.most = max(self.most, self._now)
            if self._now == AT_ONCE:
                self._company.release(AT_ONCE)
        # Until all that may come at a time have come; the last ones have less company.
        self._company.acquire(timeout=0.05)
        with self._lock:
            self._now -= 1
        if name in self.refused:
            reply.refuse(403, "Forbidden", f"{name} is protected by a policy")
        else:
            reply.json({"kind": "Status", "status": "Success"})
