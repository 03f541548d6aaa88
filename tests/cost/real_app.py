"""The program itself on a made-up cluster that a test talks through a named pipe.

`python real_app.py PIPE [--no-diff]`. Each line of the pipe is one thing that happens: to a
workflow, to a step, to a log, or a second that goes by. Otherwise the clock stands still.
"""

from __future__ import annotations

import os
import queue
import sys
import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

from tests.support.runs import NOW, run, step
from tests.support.scripted import ScriptedSource, never_restarted
from tui.app import ArgoApp
from tui.domain.identity import Target
from tui.domain.logs import LogBlock, blocks_of
from tui.domain.workflow import Manifest
from tui.ports.connection import Connection, Place
from tui.ports.logs import LogRequest
from tui.ports.threads import CancelToken
from tui.settings import Settings
from tui.terminal.capabilities import Capabilities, this_terminal
from tui.terminal.environment import prepare

WORKFLOWS = 500
RUNNING = 10
STEPS = 300
BIG = "nightly-etl-0000-x7k2p"
"""The workflow with the steps; the newest, hence the first of the list."""
PHASES = ("Succeeded", "Failed", "Succeeded", "Error", "Succeeded")
OOM = "train(3): OOMKilled main (exit code 137)"


def workflow(number: int, done: int = 103) -> Manifest:
    """One of the list; the first ten run."""
    phase = "Running" if number < RUNNING else PHASES[number % 5]
    began = 20 + number * 1.1
    return run(
        f"nightly-etl-{number:04}-x7k2p",
        phase,
        f"{done}/480",
        began=began,
        ended=None if phase == "Running" else began - 17,
        message=OOM if phase == "Failed" else "",
        version=str(1000 + done),
    )


def big(message: str = "", version: int = 1) -> Manifest:
    """Three hundred steps, some of them running; the second has something to say."""
    names = [f"step-{number:03}" for number in range(STEPS)]
    nodes = [step(BIG, "", "Running", type="DAG", began=20, children=names)]
    for number, name in enumerate(names):
        is_running = number < 5
        nodes.append(
            step(
                BIG,
                name,
                "Running" if is_running else "Succeeded",
                began=19,
                ended=None if is_running else 7,
                template="train",
                message=message if number == 2 else "",
            )
        )
    return run(BIG, "Running", "295/300", began=20, version=str(version), nodes=nodes)


def log_line(number: int) -> bytes:
    """As training jobs write them: much alike, and some longer than others."""
    moment = (NOW + timedelta(seconds=number)).strftime("%Y-%m-%dT%H:%M:%S.000000Z")
    return b"%s epoch %d/40 step=%d lr=0.0003 loss=0.%03d shard %s\n" % (
        moment.encode(),
        number // 40,
        number * 11,
        number * 37 % 1000,
        b"x" * (number * 13 % 40),
    )


class Cluster(ScriptedSource):
    """Every container has the same log, and it goes on."""

    def __init__(self) -> None:
        others = (workflow(number) for number in range(1, WORKFLOWS))
        place = Place("prod-eu", "https://prod-eu", "argo", "tester")
        super().__init__(big(), *others, place=place)
        self.said = queue.SimpleQueue[bytes]()
        self.may_answer = threading.Event()
        self.may_answer.set()

    def get(self, target: Target) -> Manifest:
        self.may_answer.wait()
        return super().get(target)

    def log(self, request: LogRequest, stop: CancelToken) -> Iterator[LogBlock]:
        if request.previous:
            raise never_restarted(request)
        return blocks_of(self._said(stop), request.source)

    def _said(self, stop: CancelToken) -> Iterator[bytes]:
        for number in range(200):
            yield log_line(number)
        stop.on_set(lambda: self.said.put(b""))
        while not stop.is_set:
            yield self.said.get()


class Timed(ArgoApp):
    """The app at whatever time it is told."""

    is_patient = True
    """Whether a question waits for its plan however slow the machine is just then."""

    def hold_frames(self, seconds: float) -> None:
        """As long as it is asked to, or until it is let go."""
        super().hold_frames(30 if seconds and self.is_patient else seconds)

    def second(self) -> None:
        """What its timer does each second, a second later."""
        settings = self.context.settings
        later = self.context.now() + timedelta(seconds=1)
        self.context.settings = replace(settings, fixed_now=later)
        self._tick()


def obey(words: list[str], cluster: Cluster, app: Timed) -> None:
    """One line of the pipe."""
    match words:
        case ["row", row, done]:
            cluster.put(workflow(int(row), int(done)))
        case ["unseen", done]:
            for number in range(100, 200):
                cluster.put(workflow(number, int(done)))
        case ["step", message, version]:
            cluster.put(big(message, int(version)))
        case ["log", line]:
            cluster.said.put(log_line(int(line)))
        case ["late"]:
            app.is_patient = False
            cluster.may_answer.clear()
        case ["answer"]:
            cluster.may_answer.set()
        case ["second"]:
            app.call_from_thread(app.second)
        case _:
            raise ValueError(words)


def listen(pipe: str, cluster: Cluster, app: Timed) -> None:
    """Do what the lines of the pipe say, for as long as somebody writes there."""
    with open(pipe) as lines:
        for line in lines:
            obey(line.split(), cluster, app)


def made(cluster: Connection, capabilities: Capabilities, *, diff: bool = True) -> Timed:
    """The app on such a cluster."""
    settings = Settings(fixed_now=NOW, no_diff=not diff)
    return Timed(settings, lambda demo: cluster, capabilities=capabilities)


if __name__ == "__main__":
    terminal = this_terminal()
    prepare(terminal)
    here = Cluster()
    program = made(here, terminal, diff="--no-diff" not in sys.argv)
    if sys.argv[1:2] and os.path.exists(sys.argv[1]):
        talk = threading.Thread(target=listen, args=(sys.argv[1], here, program), daemon=True)
        talk.start()
    program.run(mouse=False)
