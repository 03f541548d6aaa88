"""An API server whose workflows come, change and go all the time, and the model of what it has.

What is asked of it is answered from the model, writes change it, and connections are cut at random.
"""

from __future__ import annotations

import json
import random
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from tests.support.fake_api import Asked, FakeApi, Reply, fake_api, listing
from tests.support.runs import run, step

PHASES = ("Running", "Succeeded", "Failed", "Pending", "Error")
KEPT = 20_000
"""Events a watch may begin after; older versions are gone (410)."""


class Churn:
    """The model, and how it answers."""

    def __init__(self, count: int, rate: float, *, seed: int = 1, cut_every: float = 20.0) -> None:
        self.rate = rate
        """Events a second."""
        self._count = count
        self._cut_every = cut_every
        self._random = random.Random(seed)
        self._lock = threading.Condition()
        self._live: dict[str, dict[str, Any]] = {}
        self._events: list[tuple[int, str, dict[str, Any]]] = []
        self._version = 1000
        self._next = 0
        self._is_over = False
        self.writes: list[str] = []
        """Method and path of each."""
        for _ in range(count):
            self._add()

    @property
    def names(self) -> list[str]:
        """What there is now."""
        with self._lock:
            return sorted(self._live)

    @property
    def counts(self) -> dict[str, int]:
        """How many of them run, wait and failed, and all of them, as the list's header has it."""
        with self._lock:
            phases = [made["status"]["phase"] for made in self._live.values()]
        found = {
            "run": phases.count("Running"),
            "wait": phases.count("Pending"),
            "fail": phases.count("Failed") + phases.count("Error"),
        }
        return {**{word: count for word, count in found.items() if count}, "": len(phases)}

    # --- what happens ----------------------------------------------------------------------

    def _add(self) -> dict[str, Any]:
        with self._lock:
            name = f"soak-{self._next:06}"
            self._next += 1
        made = self._made(name)
        self._tell("ADDED", made)
        return made

    def _remove(self, name: str) -> None:
        """Unless somebody else has."""
        with self._lock:
            made = self._live.get(name)
        if made is not None:
            self._tell("DELETED", made)

    def _made(self, name: str) -> dict[str, Any]:
        phase = self._random.choice(PHASES)
        nodes = [step(name, "", phase), *(step(name, f"s{i}", phase) for i in range(5))]
        made = run(name, phase, f"{self._random.randrange(6)}/5", nodes=nodes)
        made["metadata"]["name"] = name
        return made

    def _tell(self, kind: str, made: dict[str, Any]) -> None:
        with self._lock:
            self._version += 1
            name = made["metadata"]["name"]
            made["metadata"]["resourceVersion"] = str(self._version)
            if kind == "DELETED":
                self._live.pop(name, None)
            else:
                self._live[name] = made
            self._events.append((self._version, kind, made))
            del self._events[:-KEPT]
            self._lock.notify_all()

    def happen(self) -> None:
        """One thing: mostly a change, now and then one more or one less, around as many as at
        the beginning: a list that grows takes memory, and says nothing of the program."""
        names = self.names
        dice = self._random.random()
        if dice >= 0.2 and names:
            self._tell("MODIFIED", self._made(self._random.choice(names)))
        elif dice < 0.2 * self._wanted_more(len(names)):
            self._add()
        else:
            self._remove(self._random.choice(names))

    def _wanted_more(self, now: int) -> float:
        """The chance that the next change in number is one more: a half at the number wanted, 1
        where an eighth is missing, 0 where there is an eighth too many."""
        return min(1.0, max(0.0, 0.5 + 4 * (self._count - now) / self._count))

    def churn(self) -> None:
        """Things happen at the rate of this moment until it is over."""
        while not self._is_over:
            if self.rate > 0:
                self.happen()
            time.sleep(1 / self.rate if self.rate > 0 else 0.05)

    def end(self) -> None:
        """No more."""
        self._is_over = True
        with self._lock:
            self._lock.notify_all()

    # --- what is answered ------------------------------------------------------------------

    def answer(self, asked: Asked, reply: Reply) -> None:
        """One request."""
        if asked.method != "GET":
            self._write(asked, reply)
        elif asked.is_watch:
            self._watch(asked, reply)
        elif asked.path.endswith("/workflows"):
            self._list(asked, reply)
        elif "/workflows/" in asked.path:
            with self._lock:
                found = self._live.get(asked.path.rpartition("/")[2])
            reply.json(found) if found else reply.refuse(404, "NotFound", name="x")
        elif asked.path.endswith("/log"):
            self._log(asked, reply)
        elif asked.path.endswith(("/pods", "/events")):
            reply.json({"kind": "List", "items": [], "metadata": {}})
        else:
            reply.refuse(404, "NotFound")

    def _wanted(self, asked: Asked) -> str:
        return asked.query.get("fieldSelector", "").partition("metadata.name=")[2]

    def _list(self, asked: Asked, reply: Reply) -> None:
        only = self._wanted(asked)
        with self._lock:
            found = [made for name, made in self._live.items() if only in ("", name)]
            version = str(self._version)
            body = json.loads(json.dumps(listing(*found, version=version)))
        reply.json(body)

    def _watch(self, asked: Asked, reply: Reply) -> None:
        only, at = self._wanted(asked), int(asked.query.get("resourceVersion") or 0)
        until = time.monotonic() + self._random.uniform(0.5, 2.0) * self._cut_every
        reply.begin()
        while not self._is_over and time.monotonic() < until:
            with self._lock:
                if self._events and at < self._events[0][0] - 1:
                    gone = {"kind": "Status", "code": 410, "reason": "Expired", "message": "old"}
                    reply.event("ERROR", gone)
                    break
                if self._version <= at:
                    self._lock.wait(0.5)
                first = len(self._events) - max(0, self._version - at)
                new = [(kind, json.dumps(made)) for _, kind, made in self._events[max(0, first) :]]
                names = [made["metadata"]["name"] for _, _, made in self._events[max(0, first) :]]
                at = self._version
            for (kind, text), name in zip(new, names, strict=True):
                if only in ("", name):
                    reply.piece(f'{{"type":"{kind}","object":{text}}}\n'.encode())
        reply.cut()

    def _log(self, asked: Asked, reply: Reply) -> None:
        reply.begin()
        for number in range(50):
            reply.piece(f"2026-03-17T06:20:{number:02}Z line {number} of a log\n".encode())
        while asked.query.get("follow") == "true" and not self._is_over:
            time.sleep(0.2)
            reply.piece(b"2026-03-17T06:21:00Z one more line\n")
        reply.end()

    def _write(self, asked: Asked, reply: Reply) -> None:
        self.writes.append(f"{asked.method} {asked.path}")
        if asked.method == "POST":
            added = self._add()
            # Somebody may resubmit all that are marked: others make room for them.
            for name in self.names[: max(0, len(self.names) - self._count * 5 // 4)]:
                self._remove(name)
            reply.json(added)
            return
        with self._lock:
            found = self._live.get(asked.path.rpartition("/")[2])
        if found is None:
            reply.refuse(404, "NotFound", name="x")
            return
        self._tell("DELETED" if asked.method == "DELETE" else "MODIFIED", dict(found))
        reply.json(found)


@contextmanager
def churning(count: int, rate: float, **more: Any) -> Iterator[tuple[Churn, FakeApi]]:
    """Such a server, for as long as the block lasts."""
    churn = Churn(count, rate, **more)
    with fake_api(churn.answer) as api:
        thread = threading.Thread(target=churn.churn, daemon=True)
        thread.start()
        try:
            yield churn, api
        finally:
            churn.end()
            thread.join()
