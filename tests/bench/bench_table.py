"""Ten thousand workflows of 50 kB: the list of their rows, and `list -o brief`, against kubectl.

    python tests/bench/bench_table.py [COUNT] [LONG]

Both are asked in this run, each in fresh processes against the same demo cluster. Aims: the
complete list of rows in a tenth of the time that `kubectl get workflows` takes, 2 MB on the wire,
90 MB of memory; LONG rows usable. What goes over the wire is counted in runs of their own, through
a relay.
"""

from __future__ import annotations

import re
import socket
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from tests.bench.bench_list import installed, measured, newest_kubectl, side_by_side
from tests.bench.serving import ROOT, serving

ROWS = """
import json, resource, sys, time
from tests.support.tables import TABLED
from tests.support.where import where
from tui.ports.collections import Live, Page, Scope, Stood
from tui.ports.connection import offered
from tui.ports.namespaces import Namespaces
from tui.ports.threads import CancelToken
from tui.sources.opening import connect
source, stop, rows, seconds = connect(where(kubeconfig=sys.argv[1]), {}), CancelToken(), [], []
offered(source, Namespaces).namespaces()

def sink(event):
    if isinstance(event, Page):
        rows.extend(event.rows)
        seconds.append(time.perf_counter() - begun)
    elif isinstance(event, Stood):
        stop.set()

before, begun = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, time.perf_counter()
source.watch(TABLED, Scope(("argo",)), sink, stop)
after = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
print(json.dumps([len(rows), before, after, seconds[-1]]))
"""
"""The rows of a list as the app has them, from the request to the last row."""


class Relay:
    """Connections to a server, counted."""

    def __init__(self, host: str, port: int) -> None:
        self._server = (host, port)
        self._lock = threading.Lock()
        self.received = 0
        """Bytes that the server sent."""
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.port = self._listening.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._listening.accept()
            except OSError:
                return
            server = socket.create_connection(self._server)
            for one, other, counts in ((client, server, False), (server, client, True)):
                threading.Thread(target=self._pass, args=(one, other, counts), daemon=True).start()

    def _pass(self, one: socket.socket, other: socket.socket, counts: bool) -> None:
        try:
            while piece := one.recv(262_144):
                if counts:
                    with self._lock:
                        self.received += len(piece)
                other.sendall(piece)
            other.shutdown(socket.SHUT_WR)
        except OSError:
            return

    def close(self) -> None:
        """Accept no more."""
        self._listening.close()


@contextmanager
def relayed(kubeconfig: str) -> Iterator[tuple[Relay, str]]:
    """The same cluster behind a relay; gives the kubeconfig that leads there."""
    text = Path(kubeconfig).read_text()
    found = re.search(r"https://([\w.]+):(\d+)", text)
    if found is None:
        raise SystemExit(f"no server in {kubeconfig}")
    relay = Relay(found[1], int(found[2]))
    # Beside the other: what it names may be relative to its folder.
    path = Path(kubeconfig).with_name("relayed")
    path.write_text(text.replace(found[0], f"https://{found[1]}:{relay.port}"))
    try:
        yield relay, str(path)
    finally:
        relay.close()


def bytes_of(kubeconfig: str, command: Sequence[str]) -> int:
    """What a command has a cluster send."""
    with relayed(kubeconfig) as (relay, path):
        words = [path if word == kubeconfig else word for word in command]
        done = subprocess.run(words, capture_output=True, text=True, cwd=ROOT, env=installed())
        if done.returncode:
            raise SystemExit(done.stderr)
        return relay.received


def bench_rows(count: int) -> None:
    """The list of rows, and the command that prints it, against kubectl."""
    kubectl = newest_kubectl()
    with serving("large", count) as kubeconfig, tempfile.TemporaryDirectory() as cache:
        ours = [sys.executable, "-m", "tui", "--kubeconfig", kubeconfig, "list", "-o", "brief"]
        commands = {"ours": [*ours, "--no-headers"]}
        if kubectl is not None:
            get = [kubectl, "--kubeconfig", kubeconfig, f"--cache-dir={cache}", "get", "workflows"]
            commands["theirs"] = [*get, "--no-headers"]
        took = side_by_side(commands, count, runs=3)
        found = min((measured(ROWS, kubeconfig) for _ in range(3)), key=lambda each: each.seconds)
        if found.items != count:
            raise SystemExit(f"counted {found.items} of {count}")
        sent = {name: bytes_of(kubeconfig, command) for name, command in commands.items()}
    print(f"list of {count:,} rows in the app: {found.seconds:.2f} s", end="")
    if "theirs" in took:
        ratio = found.seconds / took["theirs"]
        print(f", kubectl get wf {took['theirs']:.2f} s: ratio {ratio:.2f} (aim 0.10)")
    else:
        print("; no kubectl here to compare with")
    print(f"  memory of the process {found.after / 1024:.0f} MB (aim 90)")
    print(f"argo-tui list -o brief: {took['ours']:.2f} s", end="")
    if "theirs" in took:
        print(f", ratio {took['ours'] / took['theirs']:.2f}", end="")
    print(f"; {sent['ours'] / 1e6:.2f} MB on the wire (aim 2.00)", end="")
    print(f", kubectl {sent['theirs'] / 1e6:.2f} MB" if "theirs" in sent else "")


def bench_long(count: int) -> None:
    """A list that is longer than anybody should have."""
    with serving("small", count) as kubeconfig:
        found = measured(ROWS, kubeconfig)
    print(
        f"list of {found.items:,} rows in the app: {found.seconds:.2f} s, "
        f"memory of the process {found.after / 1024:.0f} MB"
    )


if __name__ == "__main__":
    bench_rows(int(sys.argv[1]) if len(sys.argv) > 1 else 10_000)
    bench_long(int(sys.argv[2]) if len(sys.argv) > 2 else 50_000)
