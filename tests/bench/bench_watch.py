"""A watch: events a second through our source, against the official client's `watch.Watch`.

    python tests/bench/bench_watch.py [EVENTS]

Both read the same bytes (20 kB an event) from the same server, each in a fresh process, from the
first event to the last; importing and connecting do not count. Aim: ten times the events. When a
reader is faster than the server writes, its CPU time says more than the clock, so both are printed.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from tests.bench.serving import ROOT, serving

OURS = """
import json, sys, threading, time
from tests.support.where import where
from tui.kinds.workflows import WORKFLOWS
from tui.ports.collections import Changed, Scope
from tui.ports.threads import CancelToken
from tui.sources.opening import connect
source, stop, want = connect(where(kubeconfig=sys.argv[1]), {}), CancelToken(), int(sys.argv[2])
state = {"count": 0, "begun": None}
def sink(event):
    if not isinstance(event, Changed):
        return
    if state["begun"] is None:
        state["begun"] = (time.perf_counter(), time.process_time())
    state["count"] += 1
    if state["count"] == want:
        wall, cpu = state["begun"]
        print(json.dumps([time.perf_counter() - wall, time.process_time() - cpu]), flush=True)
        stop.set()
source.watch(WORKFLOWS, Scope(("argo",)), sink, stop)
"""

OFFICIAL = """
import json, sys, time
from kubernetes import client, config, watch
config.load_kube_config(sys.argv[1])
api, want, count, begun = client.CustomObjectsApi(), int(sys.argv[2]), 0, None
events = watch.Watch().stream(
    api.list_namespaced_custom_object, "argoproj.io", "v1alpha1", "argo", "workflows",
    resource_version="100",
)
for event in events:
    begun = begun or (time.perf_counter(), time.process_time())
    count += 1
    if count == want:
        wall, cpu = begun
        print(json.dumps([time.perf_counter() - wall, time.process_time() - cpu]), flush=True)
        break
"""


def measured(code: str, kubeconfig: str, events: int) -> tuple[float, float]:
    """Events a second by the clock, and by CPU time."""
    done = subprocess.run(
        [sys.executable, "-c", code, kubeconfig, str(events)],
        capture_output=True,
        text=True,
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        timeout=120,
    )
    if done.returncode or not done.stdout:
        raise SystemExit(done.stderr)
    wall, cpu = json.loads(done.stdout.splitlines()[0])
    return events / wall, events / max(cpu, 1e-9)


def bench(events: int) -> None:
    """Both readers, one after the other."""
    with serving("firehose", events) as kubeconfig:
        ours, ours_cpu = measured(OURS, kubeconfig, events)
        # The official client is an order slower; a quarter of the events is enough of a sample.
        theirs, theirs_cpu = measured(OFFICIAL, kubeconfig, events // 4)
    print(
        f"watch: {ours:,.0f} events/s, watch.Watch {theirs:,.0f} events/s: "
        f"{ours / theirs:.1f} times (aim 10)"
    )
    by_cpu = ours_cpu / theirs_cpu
    print(f"  by CPU time {ours_cpu:,.0f} against {theirs_cpu:,.0f}: {by_cpu:.1f} times")


if __name__ == "__main__":
    bench(int(sys.argv[1]) if len(sys.argv) > 1 else 8000)
