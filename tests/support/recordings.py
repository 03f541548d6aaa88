"""Recordings in tests: what is in one, and making one of a source that a test has.

path = recording_of(source, folder, lambda heard: ...)   # what is asked of `heard` is recorded
"""

from __future__ import annotations

import random
import re
import uuid
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import msgspec

from tests.support.runs import ETL, nightly_etl
from tui.domain import decode
from tui.domain.identity import Origin, Part
from tui.domain.logs import LogBlock
from tui.domain.recording import Frame, Unpacked, frame_of
from tui.kinds.workflows import WORKFLOWS
from tui.ports.collections import Changed, Scope, row_of
from tui.ports.connection import Connection
from tui.ports.events import Event
from tui.recording.hearing import Ear, Stream
from tui.recording.writing import Recorder


def texts_in(path: Path) -> list[Frame]:
    """The frames of a recording, in their order, as far as it is whole."""
    with open(path, "rb") as opened:
        lines = [line for block in Unpacked(opened).blocks() for line in block.splitlines()]
    return [frame for line in lines if (frame := frame_of(line)) is not None]


class Clock:
    """A clock that tests turn, in seconds."""

    def __init__(self, seconds: float = 0.0) -> None:
        self.seconds = seconds

    def __call__(self) -> float:
        return self.seconds


def recording_of(
    source: Connection, path: Path, ask: Callable[[Connection, Clock], object]
) -> Path:
    """Record what a test asks of a source, at the times that it turns the clock to."""
    clock, said = Clock(1_800_000_000.0), list[str]()
    recorder = Recorder(path, failed=said.append, clock=clock)
    ear = Ear()
    ear.begin(recorder)
    ask(ear.heard(source), clock)
    ear.end()
    recorder.end()
    assert not said, said
    return path


_NUMBER = re.compile(r"(?<=-)\d{6,}(?=\")")
UPDATES, WHOLES, OPENED = 40, 8, 10
"""Of a made-up run: how often its row changes, how often it is read whole for that, a run a minute
long each; and every which run somebody opens, with its log and its events."""


def day_of(runs: int, ear: Ear, tick: Callable[[], object] = lambda: None) -> None:
    """Have an ear hear the life of so many runs; `tick` is called before each thing it hears."""
    part = Part("demo", WORKFLOWS.id, Origin.CLUSTER, "argo")
    chance = random.Random(26)
    for at in range(runs):
        made = nightly_etl()
        name = f"nightly-etl-{chance.randbytes(4).hex()}"
        made["metadata"].update(name=name, uid=str(uuid.UUID(int=chance.getrandbits(128))))
        for update in range(UPDATES):
            version = str(at * UPDATES + update + 1)
            made["metadata"]["resourceVersion"] = version
            is_over = update == UPDATES - 1
            made["status"]["phase"] = "Failed" if is_over else "Running"
            made["status"]["progress"] = f"{update}/{UPDATES}"
            # Its steps and pods are called after it, with a number of their own each.
            text = msgspec.json.encode(made).decode().replace(ETL, name)
            raw = _NUMBER.sub(lambda found: f"{chance.randrange(10**9)}", text).encode()
            tick()
            ear.event(Changed(part, row_of(part, decode.listed(raw))), Scope())
            if update % (UPDATES // WHOLES) == 0 or is_over:
                ear.whole("demo", WORKFLOWS.id, raw)
        if at % OPENED == 0:
            _opened(ear, name, chance)


def _opened(ear: Ear, name: str, chance: random.Random) -> None:
    """Somebody looks at a run: the log of one of its pods, and its events."""
    begin = 1_800_000_000 + chance.randrange(86_400)
    key, stream = ("demo", "argo", f"{name}-load-1", "main", ""), Stream()
    lines = [
        f"{datetime.fromtimestamp(begin + i, UTC):%Y-%m-%dT%H:%M:%S}.{chance.randrange(10**9):09}Z "
        f'level=info msg="loaded partition {i}" rows={chance.randrange(10**6)}\n'.encode()
        for i in range(500)
    ]
    ear.lines(key, stream, LogBlock.uncut(b"".join(lines)))
    events = tuple(
        Event("Normal", "Pulled", f"pulled image {i} of {name}", None) for i in range(12)
    )
    ear.answer(("demo", "events", "argo", name, ""), lambda: events)
