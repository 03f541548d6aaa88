"""How long the plan of a retry takes on ten thousand nodes: `python -m tests.bench.bench_plans`."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from typing import Any

from tui.actions import RETRY
from tui.actions.base import Context

NODES = 10_000
AIM = 1.0


def workflow(count: int) -> dict[str, Any]:
    """A fan-out of many steps, of which every seventh failed."""
    nodes = {
        f"wf-{index}": {
            "id": f"wf-{index}",
            "name": f"wf.step({index}:item)",
            "displayName": f"step({index}:item)",
            "type": "Pod",
            "phase": "Succeeded" if index % 7 else "Failed",
            "boundaryID": "wf",
            "templateName": "work",
            "templateScope": "local/wf",
            "startedAt": "2026-01-01T00:00:00Z",
            "finishedAt": "2026-01-01T00:01:00Z",
            "message": "" if index % 7 else "main: Error (exit code 1)",
            "resourcesDuration": {"cpu": 3, "memory": 60},
            "hostNodeName": "node-1",
        }
        for index in range(count)
    }
    root = {"id": "wf", "name": "wf", "type": "DAG", "phase": "Failed", "children": list(nodes)}
    return {
        "metadata": {"name": "wf", "namespace": "argo", "resourceVersion": "1"},
        "spec": {},
        "status": {"phase": "Failed", "nodes": {"wf": root, **nodes}},
    }


def main() -> None:
    """Print the best of three."""
    given = workflow(NODES)
    context = Context(now=datetime(2026, 1, 15, tzinfo=UTC))
    times = []
    for _ in range(3):
        begun = time.perf_counter()
        RETRY.plan(given, {}, context)
        times.append(time.perf_counter() - begun)
    print(f"plan retry, {NODES:,} nodes: {min(times) * 1000:.0f} ms (aim {AIM * 1000:.0f} ms)")


if __name__ == "__main__":
    main()
