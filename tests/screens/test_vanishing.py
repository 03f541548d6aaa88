"""Workflows that come and go while somebody uses the list: it never ends, and ends up right."""

from __future__ import annotations

import asyncio
import random

from tests.support.app import Shown, showing
from tests.support.scripted import ScriptedSource, changed, manifest, part
from tui.app import ArgoApp
from tui.domain.identity import ObjectKey, Row
from tui.domain.workflow import ListedWorkflow
from tui.kinds.workflows import WORKFLOWS
from tui.ports.collections import Gone, WatchEvent

STEPS = 1_000
PHASES = ("Running", "Failed", "Succeeded", "Pending")


class Storm:
    """Random events and keys, told to the app without letting it come to rest."""

    def __init__(self, shown: Shown, seed: int) -> None:
        self.shown = shown
        self.chance = random.Random(seed)
        self.there: dict[str, Row[ListedWorkflow]] = {}
        self.version = 1
        self.begun: list[int] = []

    def cluster_changes(self) -> None:
        """A beat's worth of news, taken in at once; the screens hear of it when they get to it."""
        app = self.shown.app
        events = [self._event() for _ in range(self.chance.randint(1, 5))]
        app.take(ArgoApp.Arrived(app.lists.of(WORKFLOWS), events))

    def _event(self) -> WatchEvent[ListedWorkflow]:
        name = f"w{self.chance.randrange(40)}"
        if name in self.there and self.chance.random() < 0.45:
            gone = self.there.pop(name)
            return Gone(part(), gone.key, gone.uid)
        self.version += 1
        found = manifest(name, version=str(self.version), phase=self.chance.choice(PHASES))
        event = changed(found)
        self.there[name] = event.row
        return event

    def action_runs(self) -> None:
        """An action begins or ends for rows of which some are gone."""
        app, rows = self.shown.app, list(self.there.values())
        keys = [self.chance.choice(rows).key for _ in range(3)] if rows else []
        if len(app.context.pending) < 3:
            self.begun.append(app.context.pending.begin("retry", keys))
        else:
            keys += app.context.pending.end(self.begun.pop(0))
        app.lists.draw_again(keys)

    def key_is_pressed(self) -> None:
        """What a key does, in the middle of everything."""
        screen = self.shown.overview
        rows = screen.rows
        self.chance.choice(
            [
                rows.action_down,
                rows.action_up,
                rows.action_last,
                rows.action_first,
                rows.action_mark,
                rows.action_mark_range,
                rows.action_unmark,
                rows.action_page_down,
                screen.action_problems,
                screen.reverse,
                screen.action_copy,
                screen.action_unwind,
                lambda: screen.action_sort(1),
                lambda: screen.action_problem(1),
                lambda: screen.action_problem(-1),
                lambda: screen.targets(),
                self.shown.app._tick,
            ]
        )()


async def test_creations_changes_deletions_and_keys_with_queues_held_back_at_random() -> None:
    async with showing(source=ScriptedSource(), size=(80, 14)) as shown:
        storm = Storm(shown, seed=19)
        for step in range(STEPS):
            happens = storm.chance.random()
            if happens < 0.5:
                storm.cluster_changes()
            elif happens < 0.6:
                storm.action_runs()
            else:
                storm.key_is_pressed()
            # The screens get to what waits for them only now and then, and not to all of it.
            if storm.chance.random() < 0.1:
                await asyncio.sleep(0)
            if step % 200 == 199:
                await shown.pilot.pause()
                shown.overview.query_bar.put("")
                assert set(shown.names) == set(storm.there)
                assert {row.key.name: row for row in shown.rows.items} == storm.there
                assert shown.app.return_code is None and shown.app.is_running


async def test_a_mark_of_one_that_was_made_anew_is_taken_back_and_that_is_said() -> None:
    source = ScriptedSource(manifest("a"), manifest("b"))
    async with showing(source=source, size=(100, 14)) as shown:
        await shown.press("g", "space", "space")
        assert len(shown.rows.marks) == 2
        again = manifest("a", version="2")
        again["metadata"]["uid"] = "another"
        source.put(again)
        await shown.until_said("no longer marked, as it was made anew: a")
        assert [key.name for key in shown.rows.marks if isinstance(key, ObjectKey)] == ["b"]
