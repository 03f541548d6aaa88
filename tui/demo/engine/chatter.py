"""Programs nobody knows: they take their time and print what such programs print."""

from __future__ import annotations

import math
import random
from collections.abc import Iterator

from tui.demo.engine.programs import Box, Err, Program

SERVERS = ("nginx", "influxd", "redis-server", "dockerd", "dockerd-entrypoint.sh", "nc", "httpd")
"""Programs that run until they are told to stop."""

_LEVELS = ("INFO",) * 12 + ("DEBUG",) * 5 + ("WARN",) * 2
_WORK = (
    "processed batch {a} in {b} ms",
    "read {a} rows from part-{c:05d}.parquet",
    "checkpoint {c} written ({b} KiB)",
    "worker {d} picked up partition {c}",
    "cache hit ratio {e:.2f}",
    "retrying request {c} after {b} ms",
    "uploaded chunk {c} of {a}",
    "heap {b} MiB, gc paused {d} ms",
    "connection to postgres:5432 reused ({d} idle)",
    "flushed {a} records, lag {d}",
)


def lines(rng: random.Random) -> Iterator[str]:
    """Endless log lines, without their ends."""
    while True:
        form = rng.choice(_WORK)
        a, b, c, d = rng.randrange(9_000), rng.randrange(800), rng.randrange(400), rng.randrange(9)
        text = form.format(a=a, b=b, c=c, d=d, e=rng.random())
        yield f'level={rng.choice(_LEVELS).lower()} msg="{text}" worker={d}'


def talk(box: Box, duration: float, rate: float, opening: str = "") -> Program:
    """Print `rate` lines a second for so long."""
    if opening:
        yield opening + "\n"
    if rate <= 0:
        yield duration
        return 0
    made = lines(box.rng)
    gap = 1.0 / rate
    left = duration
    while left > 0:
        pause = min(left, gap * box.rng.uniform(0.5, 1.5))
        yield pause
        left -= pause
        if left > 0:
            yield next(made) + "\n"
    return 0


def work(argv: list[str], box: Box) -> Program:
    """Stand in for a program that is not simulated."""
    name = argv[0].rsplit("/", 1)[-1]
    box.unknown = box.unknown or name[:60]
    what = f"{name[:60]} is not simulated"
    if argv[:2] == ["argoexec", "resource"]:
        what = "the object of a resource template is not written"
    yield Err(f"demo: {what}, what it prints is made up\n")
    if name in SERVERS:
        yield f"{name}: ready for connections\n"
        yield from talk(box, math.inf, 0.2)
        return 0
    yield from talk(box, box.rng.uniform(1.0, 8.0), 0.7, "+ " + " ".join(argv)[:200])
    return 0
