"""A busy list: 10,000 rows, 2,000 events a second for some seconds, and how long a key waits.

    python tests/bench/bench_busy.py [SECONDS]

The app runs without a terminal, its events come from a thread as a cluster's do. Printed: the CPU
time a second of the whole process, and the median and the worst time from a key to its effect. Aim:
no key waits a quarter of a second.
"""

from __future__ import annotations

import asyncio
import statistics
import sys
import threading
import time
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from tests.cost.test_busy_list import ALL, EVENTS, ROWS, events
from tests.support.app import showing
from tests.support.scripted import ScriptedSource, page

STEP = 0.02
"""Seconds between two bundles of events."""


class Large(ScriptedSource):
    """A source of so many workflows."""

    def _in(self, kind: Any, scope: Any) -> Any:
        return tuple(row.value for row in page(*ALL).rows)


async def bench(seconds: float) -> None:
    """Press a key every now and then while events come."""
    source, ended = Large(), threading.Event()
    told = events(int(EVENTS * seconds))

    def flood() -> None:
        bundle, begun = int(EVENTS * STEP), time.perf_counter()
        for number, start in enumerate(range(0, len(told), bundle)):
            for event in told[start : start + bundle]:
                source.say(event)
            time.sleep(max(0.0, begun + (number + 1) * STEP - time.perf_counter()))
        ended.set()

    async with showing(source=source, size=(120, 40)) as shown:
        waits: list[float] = []
        cpu, begun = time.process_time(), time.perf_counter()
        threading.Thread(target=flood, daemon=True).start()
        while not ended.is_set():
            before, pressed = shown.rows.cursor, time.perf_counter()
            shown.app.simulate_key("j")
            while shown.rows.cursor == before:
                await asyncio.sleep(0.001)
            waits.append(time.perf_counter() - pressed)
            await asyncio.sleep(0.1)
        wall = time.perf_counter() - begun
        spent = (time.process_time() - cpu) / wall
    print(
        f"{ROWS:,} rows, {EVENTS:,} events/s for {wall:.1f} s: {spent:.0%} of a core; a key waits "
        f"{statistics.median(waits) * 1000:.0f} ms, at worst {max(waits) * 1000:.0f} ms (aim 250)"
    )


if __name__ == "__main__":
    asyncio.run(bench(float(sys.argv[1]) if len(sys.argv) > 1 else 5.0))
