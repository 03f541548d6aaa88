"""A list of 10,000 at 2,000 events a second: what that costs, counted, and that keys are answered.

Counts do not depend on the machine; `tests/bench/bench_busy.py` has the times.
"""

from __future__ import annotations

import random
from typing import Any

from tests.support.app import showing
from tests.support.runs import run
from tests.support.scripted import ScriptedSource, changed, page
from tui.domain.identity import Row
from tui.domain.workflow import ListedWorkflow
from tui.kinds.workflows import newest
from tui.ports.collections import Changed
from tui.state.inbox import BUSY_BEAT
from tui.state.known import KnownObjects
from tui.state.listing import Listing

ROWS, EVENTS = 10_000, 2_000
ALL = [run(f"w-{i:05}", "Running", "1/9", began=i % 5000 + 1) for i in range(ROWS)]


def events(count: int) -> list[Changed[ListedWorkflow]]:
    """So many changes of random rows, none of which moves one."""
    chance = random.Random(17)
    told = []
    for number in range(count):
        index = chance.randrange(ROWS)
        version = str(1000 + number)
        found = run(f"w-{index:05}", "Running", "2/9", began=index % 5000 + 1, version=version)
        told.append(changed(found))
    return told


def test_a_beat_asks_for_the_places_of_the_rows_that_changed_and_sorts_nothing() -> None:
    known: KnownObjects[ListedWorkflow] = KnownObjects()
    known.apply([page(*ALL)])
    asked = 0

    def key(workflow: ListedWorkflow) -> Any:
        nonlocal asked
        asked += 1
        return newest(workflow)

    listing = Listing(known, moment=known.moment, key=key, reverse=True)
    assert asked == ROWS
    beat = int(EVENTS * BUSY_BEAT)
    changes = known.apply(events(beat))
    asked = 0
    change = listing.update(changes)
    assert asked == len(changes.changed) <= beat
    assert not change.order and len(change.rows) == len(changes.changed)


async def test_two_thousand_events_come_in_few_deliveries_and_the_cursor_moves_all_the_while() -> (
    None
):
    class Large(ScriptedSource):
        def _in(self, kind: Any, scope: Any) -> Any:
            return tuple(row.value for row in page(*ALL).rows)

    source = Large()
    async with showing(source=source, size=(120, 40)) as shown:
        assert len(shown.names) == ROWS
        told = events(EVENTS)
        deliveries = 0
        listening = shown.app.lists.listen(shown.overview.kind, lambda changes: count())

        def count() -> None:
            nonlocal deliveries
            deliveries += 1

        for start in range(0, EVENTS, 200):
            for event in told[start : start + 200]:
                source.say(event)
            await shown.press("j")
        assert shown.rows.cursor == EVENTS // 200, "every key was answered"
        last: Row[ListedWorkflow] = told[-1].row
        known = shown.app.lists.of(shown.overview.kind).known
        await shown.until(lambda: known[last.key].version == last.version)
        listening()
        assert deliveries <= EVENTS // 20, f"{deliveries} deliveries for {EVENTS} events"
