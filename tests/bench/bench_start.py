"""Starting: time to the first frame, and to the whole list of 1,000, against `kubectl get wf`.

    python tests/bench/bench_start.py [COUNT]

The program runs in a real pseudo terminal against a demo cluster that runs already, so what counts
is what a person waits for. Aims: a first frame in less than half a second, and the whole list in no
more than kubectl's time.
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from tests.bench.bench_list import RUNS, newest_kubectl
from tests.bench.serving import serving
from tests.support.pty import Pty, run_tui

TOO_LONG = 30.0


def started(kubeconfig: str, count: int) -> tuple[float, float]:
    """Seconds until anything is drawn, and until the header counts every workflow."""
    begun = time.perf_counter()
    argv = run_tui("--kubeconfig", kubeconfig)
    # Compiled files are what an installed program has.
    environment = {"PYTHONDONTWRITEBYTECODE": "", "KUBECONFIG": kubeconfig}
    with Pty(argv, columns=120, rows=40, env=environment) as terminal:
        terminal.wait_until(lambda: bool(terminal.picture().strip()), "a frame", within=TOO_LONG)
        if terminal.process.poll() is not None:
            raise SystemExit(f"the app ended at once:\n{terminal.picture()}")
        first = time.perf_counter() - begun
        terminal.wait_for(f"{count:,}", within=TOO_LONG)
        return first, time.perf_counter() - begun


def bench(count: int) -> None:
    """The app and kubectl by turns, against the same cluster."""
    kubectl = newest_kubectl()
    with serving("cluster", count) as kubeconfig, tempfile.TemporaryDirectory() as cache:
        get = [
            str(kubectl),
            f"--kubeconfig={kubeconfig}",
            f"--cache-dir={cache}",
            "get",
            "workflows",
        ]
        runs: list[tuple[float, float]] = []
        kubectls: list[float] = []
        for _ in range(RUNS):
            runs.append(started(kubeconfig, count))
            if kubectl is not None:
                begun = time.perf_counter()
                subprocess.run(get, capture_output=True, check=True)
                kubectls.append(time.perf_counter() - begun)
        first, whole = (statistics.median(each) for each in zip(*runs, strict=True))
        print(f"start: first frame {first:.2f} s (aim 0.50)")
        print(f"start: all {count:,} workflows {whole:.2f} s", end="")
        if kubectl is None:
            print("; no kubectl here to compare with")
            return
        theirs = statistics.median(kubectls)
        print(
            f", kubectl get wf {theirs:.2f} s: ratio {whole / theirs:.2f} (aim 1.00), "
            f"{(whole - first) / theirs:.2f} counted from the first frame"
        )


if __name__ == "__main__":
    bench(int(sys.argv[1]) if len(sys.argv) > 1 else 1000)
