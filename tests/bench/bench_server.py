"""A list by an Argo Server: bytes and time, with and without projection, and bytes at rest.

    python tests/bench/bench_server.py [COUNT]

Without projection is what the server sends to who does not ask for less: every workflow with all
its steps. Both are decoded, and come from the same stand-in in the same run; what a real server
takes to read its cluster is in neither figure.
"""

from __future__ import annotations

import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from tests.support.argo_server import StandIn, served_by
from tests.support.fake_api import FakeApi
from tests.support.following import Follower
from tests.support.scripted import manifest
from tests.support.waiting import wait_until
from tui.domain.workflow import Manifest
from tui.kinds.workflows import WORKFLOWS
from tui.ports.collections import Live, Scope, Stood

COUNT = 1000
NODES = 20
RUNS = 5
WAITING = 20
"""Of so many, among the others, only their steps say what they wait for: those are read."""
REST = 10.0
"""Seconds at rest, of which the bytes of a minute are made."""


def several(count: int) -> StandIn:
    """A server with so many workflows of so many steps."""
    nodes = {
        f"n-{number}": {
            **{"id": f"n-{number}", "name": f"etl.step-{number}", "displayName": f"step-{number}"},
            **{"type": "Pod", "phase": "Succeeded", "templateName": "step", "boundaryID": "n-0"},
            "startedAt": "2026-11-29T12:00:00Z",
            "finishedAt": "2026-11-29T12:00:10Z",
        }
        for number in range(NODES)
    }
    waiting = {**nodes, "n-1": {**nodes["n-1"], "phase": "Pending", "message": "ErrImagePull"}}
    idle = {"type": "PodRunning", "status": "False"}
    over = {"type": "Completed", "status": "True"}

    def one(number: int) -> Manifest:
        name = f"etl-{number:05}"
        if number < WAITING:
            return manifest(name, phase="Running", conditions=[idle], nodes=waiting)
        return manifest(name, phase="Succeeded", conditions=[idle, over], nodes=nodes)

    return StandIn(*map(one, range(count)))


def timed(server: StandIn, api: FakeApi, read: Callable[[], Any]) -> tuple[float, int]:
    """Seconds and bytes that a reading takes."""
    before = server.streamed + api.bytes_sent
    begun = time.perf_counter()
    read()
    return time.perf_counter() - begun, server.streamed + api.bytes_sent - before


def bench(count: int) -> None:
    """Both by turns, then what comes while nothing happens."""
    server = several(count)
    scope = Scope(("argo",))
    with server.running() as api:
        source = served_by(api)
        lists = [
            ("a list, with projection", lambda: source.read_all(WORKFLOWS, scope)),
            ("everything of each", lambda: source.read_raw(WORKFLOWS, scope)),
        ]
        found: dict[str, list[tuple[float, int]]] = {name: [] for name, _ in lists}
        for _ in range(RUNS):
            for name, read in lists:
                found[name].append(timed(server, api, read))
        print(f"{count:,} workflows of {NODES} steps, the median of {RUNS} runs")
        for name, runs in found.items():
            seconds = statistics.median(run[0] for run in runs)
            print(f"  {name:<26}{seconds * 1000:7.0f} ms {runs[0][1] / 1e6:8.2f} MB")
        server.beat = 1.0
        follower = Follower(lambda sink, stop: source.watch(WORKFLOWS, scope, sink, stop))
        wait_until(lambda: any(isinstance(e.standing, Live) for e in follower.of(Stood)))
        wait_until(lambda: len(_looked_at(api)) >= WAITING)
        kept = (server.streamed, api.bytes_sent)
        looks = f"{len(_looked_at(api))} of {count:,} were read for what their steps say"
        time.sleep(REST)
        beats, others = server.streamed - kept[0], api.bytes_sent - kept[1]
        # A sign of life is two bytes every 15 seconds; a bookmark comes once a minute.
        print(f"  {looks}, each once")
        print(
            f"  at rest: {beats} bytes of signs of life in {REST:.0f} s, one a second here, and "
            f"{others} bytes of all else"
        )
        follower.end()
        source.close()


def _looked_at(api: FakeApi) -> list[str]:
    return [each.path for each in api.asked if "status.nodes" in each.query.get("fields", "")]


if __name__ == "__main__":
    bench(int(sys.argv[1]) if len(sys.argv) > 1 else COUNT)
