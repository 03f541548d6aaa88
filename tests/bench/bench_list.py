"""A list: time of 1,000 workflows against kubectl, memory of 5,000 against the official client.

    python tests/bench/bench_list.py [COUNT] [LARGE]

Everything is measured in this run, each contender in a fresh process against the same demo cluster,
so the ratios mean something even where the machine is slow. Aims: the list in no more than
kubectl's time, and a twentieth of the official client's memory.
"""

from __future__ import annotations

import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from tests.bench.serving import ROOT, serving

RUNS = 7

OURS = """
import json, resource, sys, time
from tests.support.where import where
from tui.kinds.workflows import WORKFLOWS
from tui.ports.collections import Scope
from tui.ports.connection import offered
from tui.ports.namespaces import Namespaces
from tui.sources.opening import connect
source = connect(where(kubeconfig=sys.argv[1]), {})
offered(source, Namespaces).namespaces()
before, begun = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, time.perf_counter()
found = source.read_all(WORKFLOWS, Scope(("argo",)))
seconds = time.perf_counter() - begun
after = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
print(json.dumps([len(found), before, after, seconds]))
"""

OFFICIAL = """
import json, resource, sys, time
from kubernetes import client, config
config.load_kube_config(sys.argv[1])
api = client.CustomObjectsApi()
client.VersionApi().get_code()
before, begun = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, time.perf_counter()
found = api.list_namespaced_custom_object("argoproj.io", "v1alpha1", "argo", "workflows")
seconds = time.perf_counter() - begun
after = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
print(json.dumps([len(found["items"]), before, after, seconds]))
"""


def side_by_side(
    commands: Mapping[str, Sequence[str]], expected: int, *, runs: int = RUNS
) -> dict[str, float]:
    """Seconds of commands that print one line a workflow; the medians of several rounds.

    They take turns, so that what else this machine does meets all of them.
    """
    seconds: dict[str, list[float]] = {name: [] for name in commands}
    for _ in range(runs):
        for name, command in commands.items():
            begun = time.perf_counter()
            done = subprocess.run(
                command, capture_output=True, text=True, cwd=ROOT, env=installed()
            )
            seconds[name].append(time.perf_counter() - begun)
            lines = done.stdout.count("\n")
            if done.returncode or not expected <= lines <= expected + 3:
                raise SystemExit(f"{command} printed {lines} lines: {done.stderr[-400:]}")
    return {name: statistics.median(each) for name, each in seconds.items()}


def installed() -> dict[str, str]:
    """The environment of an installed program: its files are compiled, its output is buffered."""
    development = ("PYTHONDONTWRITEBYTECODE", "PYTHONUNBUFFERED")
    return {name: value for name, value in os.environ.items() if name not in development}


class Measured(NamedTuple):
    """A list in a fresh process; memory is the peak, in kB."""

    items: int
    before: int
    after: int
    seconds: float


def measured(code: str, kubeconfig: str) -> Measured:
    """Run it."""
    done = subprocess.run(
        [sys.executable, "-c", code, kubeconfig],
        capture_output=True,
        text=True,
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    if done.returncode:
        raise SystemExit(done.stderr)
    count, before, after, seconds = json.loads(done.stdout)
    # macOS counts in bytes.
    unit = 1024 if sys.platform == "darwin" else 1
    return Measured(count, before // unit, after // unit, seconds)


def newest_kubectl() -> str | None:
    """A kubectl that the demo cluster is made for; the one on the PATH may be a dispatcher."""
    found = shutil.which("kubectl")
    if found is None:
        return None
    siblings = sorted(Path(found).resolve().parent.glob("kubectl.1.*"))
    return str(siblings[-1]) if siblings else found


def bench_time(count: int) -> None:
    """`argo-tui list` against `kubectl get wf`."""
    kubectl = newest_kubectl()
    with serving("cluster", count) as kubeconfig, tempfile.TemporaryDirectory() as cache:
        list_them = [sys.executable, "-m", "tui", "--kubeconfig", kubeconfig, "list"]
        commands = {"ours": [*list_them, "--no-headers"]}
        if kubectl is not None:
            get = [
                kubectl,
                f"--kubeconfig={kubeconfig}",
                f"--cache-dir={cache}",
                "get",
                "workflows",
            ]
            commands["theirs"] = [*get, "--no-headers"]
        took = side_by_side(commands, count)
        print(f"list of {count:,}: argo-tui list {took['ours']:.2f} s", end="")
        if kubectl is None:
            print("; no kubectl here to compare with")
            return
        theirs = took["theirs"]
        alone = measured(OURS, kubeconfig).seconds
        print(f", kubectl get wf {theirs:.2f} s: ratio {took['ours'] / theirs:.2f} (aim 1.00)")
        print(
            f"  the list alone, once Python runs and the connection stands: {alone:.2f} s, "
            f"ratio {alone / theirs:.2f}"
        )


def bench_memory(count: int) -> None:
    """The source's list against the official client's call."""
    with serving("cluster", count) as kubeconfig:
        ours, theirs = measured(OURS, kubeconfig), measured(OFFICIAL, kubeconfig)
    if not ours.items == theirs.items == count:
        raise SystemExit(f"counted {ours.items} and {theirs.items} of {count}")
    grown, theirs_grown = ours.after - ours.before, theirs.after - theirs.before
    print(
        f"memory of {count:,}: grown by {grown / 1024:.1f} MB, official client "
        f"{theirs_grown / 1024:.1f} MB: {theirs_grown / max(grown, 1):.0f} times less (aim 20)"
    )
    print(
        f"  whole process {ours.after / 1024:.0f} MB against {theirs.after / 1024:.0f} MB: "
        f"{theirs.after / ours.after:.1f} times less; "
        f"in {ours.seconds:.2f} s against {theirs.seconds:.2f} s"
    )


if __name__ == "__main__":
    bench_time(int(sys.argv[1]) if len(sys.argv) > 1 else 1000)
    bench_memory(int(sys.argv[2]) if len(sys.argv) > 2 else 5000)
