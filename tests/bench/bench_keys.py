"""How long a key waits for its answer: from the key to the first cell that the cursor changed.

    python tests/bench/bench_keys.py [--keys 500] [--runs 5] [--apps ours] [--states idle]

A pseudo terminal of 120x40 with a list of 10,000 workflows: the program itself, on a cluster that a
process of its own stands in for, and an app of Textual's own DataTable. Idle, and while 2,000
events a second change random rows. A key follows the answer to the one before it by 20 to 80 ms,
the same waits in each run. Printed are the median and the 99th of a hundred of each run's keys; of
several runs the median of these, and the worst run. Aim: 15 and 30 ms idle, 25 and 60 ms busy.
"""

from __future__ import annotations

import argparse
import json
import random
import select
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from tests.support.emulator import Emulator
from tests.support.fake_api import Asked, Reply, fake_api, listing, write_kubeconfig
from tests.support.processes import ticks_of
from tests.support.pty import ROOT, Pty, run_python, run_tui
from tests.support.runs import run

HERE = Path(__file__).resolve().parent
ROWS, EVENTS = 10_000, 2_000
STEP = 0.02
"""Seconds between two bundles of events."""
SHORTEST, LONGEST = 0.02, 0.08
"""Seconds between an answer and the next key: somebody types, or holds a key down."""
TURN = 15
"""Keys after which the cursor goes the other way."""
TOO_LONG = 30.0
TICKS_A_SECOND = 100
AIMS = {"idle": (15, 30), "busy": (25, 60)}

Cursor = Callable[[Emulator], int]
"""The row of the terminal that the cursor is on; negative if it is on none."""


# --- the cluster ----------------------------------------------------------------------------


def workflow(number: int, version: int) -> dict[str, Any]:
    """One of the list; a change of it moves no row."""
    done = version % 99
    began = number % 5000 + 1
    return run(f"w-{number:05}", "Running", f"{done}/99", began=began, version=str(version))


def serve(events: int) -> None:
    """Until the input ends: a list of all, and a watch that says so many events a second."""
    everything = listing(*(workflow(number, 100) for number in range(ROWS)))
    body = json.dumps(everything).encode()

    def answer(asked: Asked, reply: Reply) -> None:
        if not asked.path.endswith("/workflows"):
            reply.refuse(404, "NotFound", "nothing but workflows")
        elif asked.is_watch:
            reply.begin()
            flood(reply)
        else:
            reply.raw(body)

    def flood(reply: Reply) -> None:
        chance, began, bundle = random.Random(17), time.monotonic(), int(events * STEP)
        told = 0
        while events:
            told += 1
            changed = [workflow(chance.randrange(ROWS), 1000 + told) for _ in range(bundle)]
            lines = (json.dumps({"type": "MODIFIED", "object": each}) for each in changed)
            reply.piece("".join(f"{line}\n" for line in lines).encode())
            time.sleep(max(0.0, began + told * STEP - time.monotonic()))
        reply.hold()

    with tempfile.TemporaryDirectory() as folder, fake_api(answer) as api:
        print(write_kubeconfig(Path(folder), api.url), flush=True)
        sys.stdin.read()


@contextmanager
def cluster(events: int) -> Iterator[str]:
    """The stand-in cluster in a process of its own; gives the path of its kubeconfig."""
    process = subprocess.Popen(
        run_python(__file__, "--serve", str(events)),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=ROOT,
    )
    assert process.stdin is not None and process.stdout is not None
    try:
        yield process.stdout.readline().strip()
    finally:
        process.stdin.close()
        process.wait(20)


# --- the two programs -----------------------------------------------------------------------


@contextmanager
def ours(events: int) -> Iterator[tuple[Pty, Cursor]]:
    """The program on the stand-in cluster, all of it listed."""
    with cluster(events) as kubeconfig:
        argv = run_tui("--kubeconfig", kubeconfig, "-n", "argo")
        env = {"PYTHONDONTWRITEBYTECODE": "", "KUBECONFIG": kubeconfig}
        with Pty(argv, columns=120, rows=40, env=env) as terminal:
            terminal.wait_for(f"{ROWS:,}", within=60)
            terminal.wait_for("►")
            yield terminal, marked


@contextmanager
def stock(events: int) -> Iterator[tuple[Pty, Cursor]]:
    """Textual's table with as many rows, changed by a thread of the same process."""
    argv = run_python(HERE / "stock_app.py", "list", str(ROWS), str(events))
    with Pty(argv, columns=120, rows=40) as terminal:
        terminal.wait_for("nightly-etl-0001", within=60)
        terminal.pump(0.5)
        colour = terminal.emulator.cell(1, 1).bg
        yield terminal, lambda screen: coloured(screen, colour)


def marked(screen: Emulator) -> int:
    """The row with the mark of the cursor in front."""
    return next((y for y in range(screen.lines) if screen.cell(0, y).data == "►"), -1)


def coloured(screen: Emulator, colour: str) -> int:
    """The row with the background of the cursor."""
    return next((y for y in range(screen.lines) if screen.cell(1, y).bg == colour), -1)


PROGRAMS = {"ours": ours, "stock": stock}


# --- keys -----------------------------------------------------------------------------------


@dataclass(frozen=True)
class Figures:
    """What one run measured: milliseconds, bytes a key, and the processor time of the program."""

    median: float
    late: float
    worst: float
    size: float
    load: float


def typed(terminal: Pty, cursor: Cursor, keys: int) -> Figures:
    """Press the keys, each some time after the answer to the one before it."""
    chance = random.Random(5)
    waits: list[float] = []
    before, ticks, began = len(terminal.data), ticks_of(terminal.process.pid), time.monotonic()
    for number in range(keys):
        waits.append(answered(terminal, cursor, "j" if number // TURN % 2 == 0 else "k"))
        terminal.pump(chance.uniform(SHORTEST, LONGEST))
    seconds = time.monotonic() - began
    spent = (ticks_of(terminal.process.pid) - ticks) / TICKS_A_SECOND
    waits.sort()
    return Figures(
        median(waits) * 1000,
        waits[int(len(waits) * 0.99)] * 1000,
        waits[-1] * 1000,
        (len(terminal.data) - before) / keys,
        spent / seconds,
    )


def answered(terminal: Pty, cursor: Cursor, key: str) -> float:
    """Seconds until the cursor stood elsewhere. The emulator's own time does not count."""
    before = cursor(terminal.emulator)
    terminal.press(key)
    pressed = time.perf_counter()
    while True:
        select.select([terminal.master], [], [], TOO_LONG)
        arrived = time.perf_counter() - pressed
        terminal.pump(0.0001)
        if cursor(terminal.emulator) not in (before, -1):
            return arrived
        if arrived > TOO_LONG:
            raise SystemExit(f"no answer to {key!r} in {TOO_LONG} s:\n{terminal.picture()}")


def measure(program: str, state: str, keys: int) -> Figures:
    with PROGRAMS[program](EVENTS if state == "busy" else 0) as (terminal, cursor):
        terminal.pump(2.0)
        typed(terminal, cursor, TURN * 2)  # nothing is compiled or imported any more
        return typed(terminal, cursor, keys)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--keys", type=int, default=500)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--apps", default=",".join(PROGRAMS))
    parser.add_argument("--states", default=",".join(AIMS))
    parser.add_argument("--serve", type=int, help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    if chosen.serve is not None:
        serve(chosen.serve)
        return
    print(f"{ROWS:,} rows at 120x40, {chosen.keys} keys, {chosen.runs} runs; milliseconds a key")
    for state in chosen.states.split(","):
        tell(state, chosen.apps.split(","), chosen.keys, chosen.runs)


def tell(state: str, programs: Sequence[str], keys: int, runs: int) -> None:
    """The programs by turns, so that a machine that is busy for a while is busy for both."""
    found: dict[str, list[Figures]] = {name: [] for name in programs}
    for _ in range(runs):
        for name in programs:
            found[name].append(measure(name, state, keys))
    events = EVENTS if state == "busy" else 0
    aims = "median {}, 99th of a hundred {}".format(*AIMS[state])
    print(f"{state}, {events:,} events a second (aim: {aims})")
    for name, figures in found.items():
        print(
            f"  {name:5} median {median(each.median for each in figures):4.0f}"
            f"  99th {median(each.late for each in figures):4.0f}"
            f"  worst {max(each.worst for each in figures):4.0f}"
            f"  {median(each.size for each in figures):6,.0f} B a key"
            f"  {median(each.load for each in figures):4.0%} of a core"
        )


if __name__ == "__main__":
    main()
