"""Events that come faster than they can be decoded cost neither keys nor memory, and end right.

A watch is read on a thread of its own, one event after the other, and of each object the latest is
kept: what has not been read yet waits at the server. Short by itself; `make hard` sets HARD.
"""

from __future__ import annotations

import json
import os
import threading
from pathlib import Path
from typing import Any

import pytest

from tests.support.fake_api import Asked, Reply, fake_api, listing, workflow, write_kubeconfig
from tests.support.processes import memory
from tests.support.pty import Pty, run_tui
from tests.support.runs import run, step

COUNT = 200
"""Workflows that all change without end."""
ROUNDS = 200 if os.environ.get("HARD") else 8
"""Keys that are pressed while events come."""
ROOM = 40_000_000
"""Bytes that the flood may cost, however long it lasts."""
PATIENCE = 120.0
"""Seconds until a key counts as not answered; machines are slow at times."""


def made(number: int, version: int, steps: int, phase: str = "Running") -> dict[str, Any]:
    """One of the workflows, as it is at a version."""
    name = f"flood-{number:03}"
    nodes = [step(name, "", phase), *(step(name, f"s{i}", phase) for i in range(steps))]
    nodes[1]["message"] = f"version {version}"
    whole = run(name, phase, f"{version % steps}/{steps}", nodes=nodes)
    whole["metadata"] |= {"name": name, "uid": f"uid-{name}", "resourceVersion": str(version)}
    return whole


def chunk(kind: str, value: dict[str, Any]) -> bytes:
    """An event as it goes over the wire."""
    line = json.dumps({"type": kind, "object": value}).encode() + b"\n"
    return b"%x\r\n%s\r\n" % (len(line), line)


class Flood:
    """A server that sends what it made beforehand, as fast as anybody reads."""

    def __init__(self, steps: int, waves: tuple[bytes, ...], last: bytes, *, one: bool) -> None:
        self.sent = 0
        """Bytes of events so far."""
        self.is_over = threading.Event()
        self._steps = steps
        self._waves = waves
        self._last = last
        self._one = one
        """Whether the events are those of the run that is open, else those of the list."""

    @property
    def wave(self) -> int:
        """Bytes of one wave."""
        return len(self._waves[0])

    def answer(self, asked: Asked, reply: Reply) -> None:
        wants_one = "fieldSelector" in asked.query
        if not asked.path.endswith("/workflows"):
            reply.refuse(404, "NotFound")
        elif not asked.is_watch:
            numbers = [1] if wants_one or self._one else range(COUNT)
            reply.json(listing(*(made(n, n + 1, self._steps) for n in numbers)))
        else:
            reply.begin()
            if wants_one is self._one:
                while not self.is_over.is_set():
                    for wave in self._waves:
                        reply.framed(wave)
                        self.sent += len(wave)
                reply.framed(self._last)
            reply.hold()


def flood_of_a_list() -> Flood:
    """All workflows change without end; then one goes, one comes, and all others fail."""
    steps = 40
    waves = tuple(
        b"".join(
            chunk("MODIFIED", made(number, 1000 + wave * COUNT + number, steps))
            for number in range(COUNT)
        )
        for wave in range(3)
    )
    newest = workflow("the-last-one", version="900001")
    newest["metadata"]["creationTimestamp"] = "2026-03-17T06:29:00Z"
    failed = (made(n, 900_001 + n, steps, "Failed") for n in range(1, COUNT))
    last = (chunk("DELETED", made(0, 900_000, steps)), chunk("ADDED", newest))
    return Flood(
        steps, waves, b"".join([*last, *(chunk("MODIFIED", each) for each in failed)]), one=False
    )


def flood_of_a_run() -> Flood:
    """One run of many steps changes without end, and then fails."""
    steps = 1500
    waves = tuple(chunk("MODIFIED", made(1, 1000 + wave, steps)) for wave in range(5))
    return Flood(steps, waves, chunk("MODIFIED", made(1, 900_000, steps, "Failed")), one=True)


def pressed(pty: Pty, flood: Flood) -> int:
    """Open and close the help while events come; the bytes of memory at the end."""
    pty.press("?")
    pty.wait_for("Esc closes", within=PATIENCE)
    pty.press("escape")
    pty.wait_until(lambda: "Esc closes" not in pty.picture(), "the help closes", within=PATIENCE)
    least = flood.sent + flood.wave
    pty.wait_until(lambda: flood.sent >= least, "the flood goes on", within=PATIENCE)
    return memory(pty.process.pid)


@pytest.mark.parametrize("of", ["a list", "a run"])
def test_a_flood_of_events_costs_neither_keys_nor_memory_and_ends_right(
    tmp_path: Path, of: str
) -> None:
    flood = flood_of_a_list() if of == "a list" else flood_of_a_run()
    with fake_api(flood.answer) as api:
        path = str(write_kubeconfig(tmp_path, api.url))
        with Pty(run_tui("--kubeconfig", path), columns=120, rows=40) as pty:
            pty.wait_for("flood-", within=PATIENCE)
            if of == "a run":
                pty.press("enter")
                pty.wait_for("version 100", within=PATIENCE)
            before = [pressed(pty, flood) for _ in range(4)][-1]
            after = [pressed(pty, flood) for _ in range(ROUNDS)][-1]
            flood.is_over.set()
            print(
                f"{flood.sent / 1e6:.0f} MB of events, {(after - before) / 1e6:+.1f} MB of memory"
            )
            if of == "a list":
                pty.wait_for("the-last-one", within=PATIENCE)
                pty.wait_for(f"{COUNT - 1} fail", within=PATIENCE)
            else:
                pty.wait_for("Failed", within=PATIENCE)
                # A pane may be drawn a frame before the header and the tree.
                pty.wait_until(
                    lambda: "Running" not in pty.picture(), "all of it ends", within=PATIENCE
                )
            assert after - before < ROOM
