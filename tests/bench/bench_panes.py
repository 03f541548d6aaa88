"""What one update of a large running workflow costs on the thread of the event loop, pane by pane.

    python tests/bench/bench_panes.py [NODES …]      1000, 10000 and 50000 unless told otherwise

A wide run is open in the app and a new version of it arrives, of which a few steps changed. What
counts is the time that the loop's thread computes (decoding is on another thread), and of that the
most in one turn of the loop. Apart from it stands the longest stall: how long a key would have
waited, other threads and the machine included.
The same is told of opening the run, of the first key after it, and of wrapping a line of a
megabyte.
"""

from __future__ import annotations

import asyncio
import gc
import sys
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from tests.support.app import app_showing
from tests.support.scripted import ScriptedSource, told_whole
from tests.support.turns import TimedLoop, timed
from tui.domain.identity import ObjectKey
from tui.domain.lines import TextLines
from tui.keys import KEYS
from tui.kinds.workflows import WORKFLOWS
from tui.panes import panes_of
from tui.ports.collections import Changed, Readable, Sink, WatchEvent
from tui.ports.objects import Whole
from tui.ports.threads import CancelToken
from tui.screens.workflow import WorkflowScreen
from tui.settings import Settings
from tui.widgets.text_view import TextView

SIZES = (1_000, 10_000, 50_000)
AIM = 20.0
"""Milliseconds that an update may take on the loop's thread."""
QUIET = 4
"""Tenths of a second without work after which an update counts as done."""
SIZE = (140, 45)


def wide(nodes: int, version: int = 1) -> dict[str, Any]:
    """A fan-out of so many steps, each with an archived log; every seventh still runs."""
    made: dict[str, Any] = {}
    for number in range(nodes):
        key = f"wide-{number:07}"
        is_running = number % 7 == 0 and number >= version * 7
        made[key] = {
            "id": key,
            "name": f"wide[0].shard({number}:{number})",
            "displayName": f"shard({number}:{number})",
            "type": "Pod",
            "templateName": "work",
            "templateScope": "local/wide",
            "phase": "Running" if is_running else "Succeeded",
            "boundaryID": "wide",
            "startedAt": f"2026-03-17T06:{number % 60:02}:{number // 60 % 60:02}Z",
            "finishedAt": None if is_running else f"2026-03-17T07:{number % 60:02}:00Z",
            "progress": "0/1" if is_running else "1/1",
            "inputs": {"parameters": [{"name": "shard", "value": str(number)}]},
            "outputs": {"artifacts": [{"name": "main-logs", "s3": {"key": f"wide/{key}.log"}}]},
        }
    group = {"id": "g", "name": "wide[0]", "displayName": "[0]", "type": "StepGroup"}
    root = {"id": "wide", "name": "wide", "displayName": "wide", "type": "Steps"}
    common = {"phase": "Running", "startedAt": "2026-03-17T06:00:00Z", "templateName": "main"}
    nodes_of_all = {
        "wide": {**root, **common, "children": ["g"]},
        "g": {**group, **common, "boundaryID": "wide", "children": list(made)},
        **made,
    }
    templates = [{"name": "main", "steps": []}, {"name": "work", "container": {"image": "i"}}]
    return {
        "apiVersion": "argoproj.io/v1alpha1",
        "kind": "Workflow",
        "metadata": {
            "name": "wide",
            "namespace": "argo",
            "uid": "u",
            "resourceVersion": str(version),
            "creationTimestamp": "2026-03-17T06:00:00Z",
        },
        "spec": {"entrypoint": "main", "templates": templates},
        "status": {"phase": "Running", "startedAt": "2026-03-17T06:00:00Z", "nodes": nodes_of_all},
    }


Version = Changed[Whole[Any]]


class Wide(ScriptedSource):
    """One wide run, decoded beforehand; versions of it are told when the bench wants them."""

    def __init__(self, first: Version, small: dict[str, Any]) -> None:
        super().__init__(small)
        self._first = first

    def watch_one(
        self,
        kind: Readable[Any, Any],
        key: ObjectKey,
        uid: str,
        sink: Sink[Any],
        stop: CancelToken,
    ) -> None:
        """The whole run at once, then whatever is told."""
        sent: list[bool] = []

        def instead(event: WatchEvent[Any]) -> None:
            # The scripted source opens with the small one that it lists.
            if isinstance(event, Changed) and not sent:
                sent.append(True)
                event = self._first
            sink(event)

        super().watch_one(kind, key, uid, instead, stop)


class Cost(NamedTuple):
    """Milliseconds."""

    computed: float
    """By the loop's thread."""
    turn: float
    """Of that, in the turn of the loop that computed most."""
    stall: float


class Loop:
    """How much the loop's thread computes, and how long it does not come round."""

    def __init__(self) -> None:
        self._last = time.monotonic()
        self.stall = 0.0
        running = asyncio.get_running_loop()
        assert isinstance(running, TimedLoop)
        self._running = running
        self._task = asyncio.ensure_future(self._beat())

    async def _beat(self) -> None:
        while True:
            await asyncio.sleep(0.001)
            now = time.monotonic()
            self.stall = max(self.stall, now - self._last - 0.001)
            self._last = now

    async def idle(self) -> float:
        """What the thread computes in a second in which nothing is to be done, this bench too."""
        begun, clock = time.thread_time(), time.monotonic()
        await asyncio.sleep(1.0)
        return (time.thread_time() - begun) / (time.monotonic() - clock)

    async def others_rest(self) -> None:
        """Until no other thread computes: what one finds comes to the loop's thread in the end."""
        quiet = 0
        while quiet < QUIET:
            begun, of_all = time.thread_time(), time.process_time()
            await asyncio.sleep(0.1)
            others = time.process_time() - of_all - (time.thread_time() - begun)
            quiet = quiet + 1 if others < 0.005 else 0

    async def cost(self, work: Callable[[], object]) -> Cost:
        """What it costs until it is quiet again."""
        await self.others_rest()
        idle = await self.idle()
        self.stall = spent = 0.0
        self._running.forget()
        before, of_all, since = time.thread_time(), time.process_time(), time.monotonic()
        found = work()
        if asyncio.iscoroutine(found):
            await found
        quiet = 0
        while quiet < QUIET:
            own = time.thread_time() - before
            others = time.process_time() - of_all - own
            computed = own - idle * (time.monotonic() - since)
            is_quiet = computed < 0.002 and others < 0.005
            spent += 0.0 if is_quiet else max(0.0, computed)
            quiet = quiet + 1 if is_quiet else 0
            before, of_all, since = time.thread_time(), time.process_time(), time.monotonic()
            await asyncio.sleep(0.1)
        return Cost(spent * 1000, self._running.busiest.computed * 1000, self.stall * 1000)

    async def end(self) -> None:
        """Measure no more."""
        self._task.cancel()
        with suppress(asyncio.CancelledError):
            await self._task


class Searches:
    """Python's searches for rubbish, which are in the turns where they happen: how many there were
    of each generation, and milliseconds that the longest computed."""

    def __init__(self) -> None:
        self._begun = 0.0
        self._loop = threading.get_ident()
        self.longest = [0.0, 0.0, 0.0]
        self.on_loop = [0.0, 0.0, 0.0]
        self.count = [0, 0, 0]
        gc.callbacks.append(self._hear)

    def _hear(self, phase: str, about: dict[str, int]) -> None:
        if phase == "start":
            self._begun = time.thread_time()
            return
        took, which = (time.thread_time() - self._begun) * 1000, about["generation"]
        self.count[which] += 1
        self.longest[which] = max(self.longest[which], took)
        if threading.get_ident() == self._loop:
            self.on_loop[which] = max(self.on_loop[which], took)

    def end(self) -> str:
        """Hear of no more; what was heard, in words."""
        gc.callbacks.remove(self._hear)
        told = zip(("young", "older", "all"), self.count, self.longest, self.on_loop, strict=True)
        return ", ".join(
            f"{which} {count} times, {longest:.1f} at most ({on_loop:.1f} on the loop)"
            for which, count, longest, on_loop in told
        )


async def measure(nodes: int) -> list[tuple[str, Cost]]:
    """What each pane costs for a run of this size."""
    versions = [told_whole(wide(nodes, version)) for version in range(1, 6)]
    found: list[tuple[str, Cost]] = []
    for spec in panes_of(WORKFLOWS):
        source = Wide(versions[0], wide(3))
        app = app_showing(source=source, settings=Settings())
        async with app.run_test(size=SIZE) as pilot:
            while app.screen.query("#rows") and not source.open_watches:
                await pilot.pause(0.01)
            await pilot.pause(0.2)
            loop = Loop()
            if not found:
                found.append(("open", await loop.cost(lambda: pilot.press("enter"))))
                await wait_for(app, versions[0])
                found.append(("first key", await loop.cost(lambda: pilot.press("j"))))
                await pilot.press("k")
            else:
                await pilot.press("enter")
                await wait_for(app, versions[0])
            key = KEYS[spec.binding_id]
            found.append((f"{spec.id} opened", await loop.cost(partial(pilot.press, key))))
            updates = []
            for version in versions[1:]:
                updates.append(await loop.cost(partial(source.say_of, version)))
            usual = Cost(*(sorted(column)[1] for column in zip(*updates, strict=True)))
            found.append((f"{spec.id} update", usual))
            await loop.end()
    return found + await measure_graph(versions)


async def measure_graph(versions: list[Version]) -> list[tuple[str, Cost]]:
    """What the graph costs: opened, with all open, a key at its far end, and an update of that."""
    found: list[tuple[str, Cost]] = []
    source = Wide(versions[0], wide(3))
    app = app_showing(source=source, settings=Settings())
    async with app.run_test(size=SIZE) as pilot:
        await pilot.pause(0.2)
        await pilot.press("enter")
        await wait_for(app, versions[0])
        loop = Loop()
        told = (("opened", "2"), ("all open", "O"), ("to its end", "G"), ("a key", "up"))
        for what, key in told:
            found.append((f"graph {what}", await loop.cost(partial(pilot.press, key))))
        updates = [await loop.cost(partial(source.say_of, each)) for each in versions[1:]]
        usual = Cost(*(sorted(column)[1] for column in zip(*updates, strict=True)))
        found.append(("graph update", usual))
        await loop.end()
    return found


async def wait_for(app: Any, version: Version) -> None:
    """Until the screen of the run shows this version."""
    while not (
        isinstance(app.screen, WorkflowScreen) and app.screen.workflow is version.row.value.object
    ):
        await asyncio.sleep(0.01)
    await asyncio.sleep(0.5)


LONG_LINES = {
    "plain": "x" * 1_000_000,
    "words": "some words and more " * 50_000,
    "coloured": "\x1b[31mred\x1b[0m plain " * 60_000,
    "wide": "日本語 " * 250_000,
}
"""Lines of about a megabyte."""


async def wrap_a_long_line(line: str, *, by_words: bool) -> Cost:
    """The first `w` on a long line."""
    from textual.app import App

    class Alone(App[None]):
        def compose(self) -> Any:
            yield TextView(by_words=by_words)

    app = Alone()
    async with app.run_test(size=SIZE) as pilot:
        view = app.query_one(TextView)
        view.show(TextLines(f"{line}\nshort"))
        view.focus()
        await pilot.pause(0.2)
        loop = Loop()
        spent = await loop.cost(lambda: pilot.press("w"))
        await loop.end()
    return spent


def main() -> None:
    """Print the figures."""
    gc.set_threshold(100_000, 20, 50)  # as the program does (cli.py)
    print(f"{'':28}{'computing':>12}{'in a turn':>12}{'stall':>12}   milliseconds")
    print(f"an update should compute {AIM:g} at most, and so should a turn")
    for nodes in map(int, sys.argv[1:] or map(str, SIZES)):
        searches = Searches()
        for what, cost in timed(measure(nodes)):
            late = what.endswith("update") and cost.computed > AIM
            told = f"{cost.computed:>12.1f}{cost.turn:>12.1f}{cost.stall:>12.1f}"
            print(f"{nodes:>7,} nodes {what:<14}{told}{'  !' if late else ''}", flush=True)
        print(f"{nodes:>7,} nodes searched for rubbish: {searches.end()}", flush=True)
    for name, line in LONG_LINES.items():
        for by_words in (False, True):
            cost = timed(wrap_a_long_line(line, by_words=by_words))
            words = f"w, a megabyte {name}{', by words' if by_words else ''}"
            print(f"{words:<32}{cost.computed:>8.1f}{cost.turn:>12.1f}{cost.stall:>12.1f}")


if __name__ == "__main__":
    main()
