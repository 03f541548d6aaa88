"""What a log of a million lines costs, from its pod to the pane and to a pipe, beside kubectl.

    python tests/bench/bench_logs.py [LINES]

A server in a process of its own gives all of them the same bytes, as fast as it can, in pieces as
the kubelet sends them. `kubectl logs` is the neighbour of the command where it is installed; of the
pane, which needs the times of lines, and of the command with times, `kubectl logs --timestamps`.
Python has its modules compiled, as an installed program has.

Last the pane itself takes in all of it in a running app: how long the event loop is held up.
"""

from __future__ import annotations

import asyncio
import gc
import json
import os
import queue
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, cast

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from tests.support.turns import TimedLoop, timed
from tui.domain import decode
from tui.domain.lines import Levels
from tui.domain.logs import LogBlock
from tui.domain.logtargets import LogTarget
from tui.domain.search import compile_pattern
from tui.headless.connected import one
from tui.logs.book import LogBook, LogView
from tui.logs.follower import LogEnded, LogFollower
from tui.logs.reader import LogReader
from tui.settings import Settings
from tui.sources import open_source
from tui.widgets.finder import Finder

ROOT = Path(__file__).resolve().parents[2]
NAME = "train-x7k2p"
PIECE = 1 << 15
"""Bytes of a chunk, as the kubelet copies a log."""
RUNS = 3
STAMP = 31
"""Bytes of the time before each line."""
PLAIN, PIPED, STAMPED = "kubectl logs", "kubectl | grep", "kubectl --timestamps"
BESIDE = {
    "command": PLAIN,
    "with --grep": PIPED,
    "with --timestamps": STAMPED,
    "pane": PLAIN,
}
"""What each is compared with."""
HEARTBEAT = 0.002
"""Seconds between two looks at whether all lines are there."""


def log_of(lines: int) -> bytes:
    """A log as the kubelet sends it: each line with its time."""
    return b"".join(
        b"2026-03-17T%02d:%02d:%02d.%09dZ worker-%02d INFO step=%d processed a batch of records "
        b"in %d ms, everything is fine and more\n"
        % (
            6 + number // 600_000,
            number // 10_000 % 60,
            number // 170 % 60,
            number * 5_881 % 1_000_000_000,
            number % 16,
            number,
            number % 977,
        )
        for number in range(lines)
    )


# --- the server ----------------------------------------------------------------------------


def serve(lines: int) -> None:
    """A cluster with one workflow and one pod that has written this; until stdin ends."""
    stamped = log_of(lines)
    bare = b"\n".join([line[STAMP:] for line in stamped.split(b"\n")])
    chunked, chunked_bare = (
        b"".join(
            b"%x\r\n%s\r\n" % (len(piece), piece)
            for piece in (body[at : at + PIECE] for at in range(0, len(body), PIECE))
        )
        for body in (stamped, bare)
    )
    meta = {"name": NAME, "namespace": "argo", "uid": "1", "resourceVersion": "1"}
    root = {"id": NAME, "name": NAME, "displayName": NAME, "type": "Pod", "templateName": "main"}
    times = {"startedAt": "2026-03-17T06:00:00Z", "phase": "Running"}
    workflow = {
        "apiVersion": "argoproj.io/v1alpha1",
        "kind": "Workflow",
        "metadata": meta,
        "spec": {"entrypoint": "main", "templates": [{"name": "main", "container": {}}]},
        "status": {**times, "nodes": {NAME: {**root, **times}}},
    }
    pod = {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": meta,
        "spec": {"containers": [{"name": "main"}]},
        "status": {"phase": "Running"},
    }

    discovered: dict[str, dict[str, Any]] = {
        "/api": {"kind": "APIVersions", "versions": ["v1"]},
        "/apis": {"kind": "APIGroupList", "apiVersion": "v1", "groups": []},
        "/api/v1": {
            "kind": "APIResourceList",
            "groupVersion": "v1",
            "resources": [
                {
                    "name": "pods",
                    "singularName": "pod",
                    "namespaced": True,
                    "kind": "Pod",
                    "verbs": ["get", "list"],
                }
            ],
        },
    }

    class Cluster(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            if "/log" in self.path:
                self.send_response(200)
                self.send_header("Content-Type", "text/plain")
                self.send_header("Transfer-Encoding", "chunked")
                self.end_headers()
                is_previous = "previous=true" in self.path
                said = chunked if "timestamps=true" in self.path else chunked_bare
                self.wfile.write((b"" if is_previous else said) + b"0\r\n\r\n")
                return
            path = self.path.partition("?")[0]
            found = discovered.get(path, workflow if "workflows" in path else pod)
            data = json.dumps(found).encode()
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, *args: object) -> None:
            """Nothing is told."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Cluster)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "kubeconfig"
        path.write_text(
            json.dumps(
                {
                    "apiVersion": "v1",
                    "kind": "Config",
                    "current-context": "bench",
                    "clusters": [
                        {
                            "name": "bench",
                            "cluster": {"server": f"http://127.0.0.1:{server.server_port}"},
                        }
                    ],
                    "users": [{"name": "bench", "user": {}}],
                    "contexts": [
                        {
                            "name": "bench",
                            "context": {"cluster": "bench", "user": "bench", "namespace": "argo"},
                        }
                    ],
                }
            )
        )
        print(path, flush=True)
        sys.stdin.read()


@contextmanager
def serving(lines: int) -> Iterator[str]:
    """The server, in a process of its own; gives the path of its kubeconfig."""
    process = subprocess.Popen(
        [sys.executable, __file__, "serve", str(lines)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=ROOT,
    )
    assert process.stdin is not None
    assert process.stdout is not None
    try:
        yield process.stdout.readline().strip()
    finally:
        process.stdin.close()
        process.wait(20)


# --- who reads -----------------------------------------------------------------------------


def wall(work: Callable[[], object]) -> float:
    """Seconds that something takes."""
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun


COMPILED = tempfile.mkdtemp()
"""Where Python keeps its modules compiled."""


def run(*words: str, kubeconfig: str) -> None:
    """A command, its output thrown away."""
    env = {**os.environ, "KUBECONFIG": kubeconfig, "PYTHONPATH": str(ROOT)}
    env.pop("PYTHONDONTWRITEBYTECODE", None)
    env["PYTHONPYCACHEPREFIX"] = COMPILED
    subprocess.run(words, env=env, stdout=subprocess.DEVNULL, check=True, cwd=ROOT)


def to_pane(kubeconfig: str, firsts: list[float]) -> LogBook:
    """Through a follower into a book, as the pane has it."""
    begun = time.perf_counter()
    settings = Settings(kubeconfig=kubeconfig)
    source = open_source(settings)
    workflow = decode.from_manifest(one(source, NAME, settings))
    woken: queue.SimpleQueue[None] = queue.SimpleQueue()
    follower = LogFollower(LogReader(source, workflow), arrived=lambda: woken.put(None))
    book = LogBook(follower.sources)
    target = LogTarget(next(iter(workflow.nodes.values())), NAME)
    follower.begin(target, is_followed=False)
    while True:
        woken.get()
        events = follower.take()
        book.append([event for event in events if isinstance(event, LogBlock)])
        if book and not firsts:
            firsts.append(time.perf_counter() - begun)
        for event in events:
            if isinstance(event, LogEnded):
                if event.error is not None:
                    raise event.error
                source.close()
                return book


def search(book: LogBook, text: str) -> tuple[float, float, int, float]:
    """Seconds to the first hit and to the count, the count, and the longest turn of the loop."""
    turns: list[Callable[[], None]] = []
    gone: list[float] = []
    begun = time.perf_counter()
    finder = Finder(turns.append, lambda line: gone.append(time.perf_counter() - begun), _nothing)
    longest = wall(lambda: finder.begin(text, book, 0))
    while turns:
        longest = max(longest, wall(turns.pop(0)))
    first = gone[0] if gone else 0.0
    return first, time.perf_counter() - begun, finder.count, longest


def problems(book: LogBook) -> tuple[float, int]:
    """Seconds until all lines that tell of errors are known, and how many there are."""
    turns: list[Callable[[], None]] = []
    finder = Finder(turns.append, lambda line: None, _nothing)
    begun = time.perf_counter()
    finder.look_for(re.compile("error"), Levels(book), 0)
    while turns:
        turns.pop(0)()
    return time.perf_counter() - begun, finder.count


async def stalls(kubeconfig: str, lines: int) -> tuple[float, float, float]:
    """Seconds until the pane has all lines, the longest turn of the loop meanwhile, and the longest
    time that it computed in one."""
    from tests.support.panes import bench
    from tui.panes.logs import LogsPane
    from tui.terminal.tidying import THRESHOLDS

    # As the program has it: else Python looks for rubbish among all that was imported.
    gc.collect()
    gc.freeze()
    gc.set_threshold(*THRESHOLDS)
    settings = Settings(kubeconfig=kubeconfig)
    with closing(open_source(settings)) as source:
        manifest = one(source, NAME, settings)
        there = cast(Any, source)
        async with bench(lambda context: LogsPane(context), there, size=(120, 40)) as on:
            loop = asyncio.get_running_loop()
            assert isinstance(loop, TimedLoop)
            on.app.show(manifest, NAME)
            begun = time.perf_counter()
            loop.forget()
            while len(on.pane.book) < lines or on.pane.lines.counts is None:
                await asyncio.sleep(HEARTBEAT)
            return time.perf_counter() - begun, loop.longest.seconds, loop.busiest.computed


def _nothing() -> None:
    """Nobody is told."""


def resident() -> int:
    """Bytes of memory that this process has now."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE")


def main() -> None:
    """Print the figures."""
    lines = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    size = len(log_of(min(lines, 1000))) * lines // min(lines, 1000)
    print(f"{lines:,} lines, about {size / 1e6:,.0f} MB with their times")
    with serving(lines) as kubeconfig:
        pod = ("kubectl", "logs", NAME)
        ours = (sys.executable, "-m", "tui", "logs", NAME)
        commands = {
            PLAIN: pod,
            "command": (*ours, "--no-color"),
            PIPED: ("sh", "-c", f"kubectl logs {NAME} | grep -E step=.*77"),
            "with --grep": (*ours, "--no-color", "--grep", "step=.*77"),
            STAMPED: (*pod, "--timestamps"),
            "with --timestamps": (*ours, "--no-color", "--timestamps"),
        }
        if shutil.which("kubectl") is None:
            del commands[PLAIN], commands[PIPED], commands[STAMPED]
        run(*ours, kubeconfig=kubeconfig)  # what is compiled now is so ever after
        took: dict[str, list[float]] = {name: [] for name in [*commands, "pane"]}
        firsts: list[float] = []
        to_pane(kubeconfig, []).close()  # what is imported for it is there whatever the log
        before = resident()
        book = to_pane(kubeconfig, firsts)
        memory = resident() - before
        for _ in range(RUNS):
            for name, words in commands.items():
                took[name].append(wall(partial(run, *words, kubeconfig=kubeconfig)))
            book.close()
            begun = time.perf_counter()
            book = to_pane(kubeconfig, firsts)
            took["pane"].append(time.perf_counter() - begun)
        medians = {name: statistics.median(each) for name, each in took.items()}
        for name, seconds in medians.items():
            beside = BESIDE.get(name, "")
            ratio = f"{seconds / medians[beside]:5.2f} x {beside}" if beside in medians else ""
            print(f"{name:<20}{seconds:6.2f} s  {ratio}")
        took_pane, longest_turn, computed = timed(stalls(kubeconfig, lines))
    print(
        f"in a running app {took_pane:.2f} s until errors are counted; the loop was held up for "
        f"{longest_turn * 1e3:.0f} ms at the most, and computed {computed * 1e3:.0f} ms at the most"
    )
    print(f"first line in the pane after {firsts[0]:.2f} s; {len(book):,} lines kept")
    print(f"memory {memory / 1e6:.0f} MB, {book.on_disk / 1e6:.0f} MB in the file")
    for text in (f"step={lines - 1}", "STEP=77", "batch", "77", "zzz", r"step=\d*77\b", "(a|aa)+$"):
        compile_pattern(text)
        first, all_of_it, count, longest = search(book, text)
        told = f"first {first:.2f} s, all {all_of_it:.2f} s, longest turn {longest * 1e3:.0f} ms"
        print(f"search {text:<14} {count:>9,} lines  {told}")
    seconds, count = problems(book)
    print(f"errors {count:,} in {seconds:.2f} s")
    view = LogView(filters=())
    print(f"back to everything in {wall(lambda: book.choose(view)) * 1e3:.0f} ms")
    book.close()


if __name__ == "__main__":
    if sys.argv[1:2] == ["serve"]:
        serve(int(sys.argv[2]))
    else:
        main()
