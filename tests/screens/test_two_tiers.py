"""The whole app on one story, told as whole objects and as Tables: at rest one sees the same."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import pytest

from tests.support.app import Shown, showing
from tests.support.runs import run, step
from tests.support.scripted import ScriptedSource, key_of, ref_of
from tui.domain.workflow import Manifest

PHASES = ("", "Running", "Failed", "Succeeded")


@dataclass
class Story:
    """What happens on a cluster, and what somebody does who looks at it; the same for both."""

    seed: int
    count: int = 60
    there: dict[str, Manifest] = field(default_factory=dict)
    version: int = 0

    def __post_init__(self) -> None:
        self.chance = random.Random(self.seed)
        for number in range(self.count):
            self._make(f"w-{number:02}")
        self.first = list(self.there.values())

    def events(self, count: int) -> list[tuple[str, Any]]:
        """So many things that happen."""
        return [self._event() for _ in range(count)]

    def _event(self) -> tuple[str, Any]:
        happens = self.chance.random()
        name = self.chance.choice(sorted(self.there))
        if happens < 0.55:
            return "put", self._make(name)
        if happens < 0.65:
            return "put", self._make(f"new-{self.version}")
        if happens < 0.75:
            return "remove", self.there.pop(name)
        if happens < 0.85:
            gone = self.there.pop(name)
            return "anew", (gone, self._make(name))
        return "mark", key_of(self.there[name])

    def _make(self, name: str) -> Manifest:
        self.version += 1
        before = self.there.get(name)
        phase = self.chance.choice(PHASES)
        began = self.chance.randrange(200 * 60) / 60
        failed = step(name, "a", "Failed", began=1, ended=0.5, message=f"exit code {self.version}")
        root = step(name, "", "Failed", type="DAG", began=1, ended=0.5, children=["a"])
        made = run(
            name,
            phase,
            f"{self.version % 10}/10",
            began=began if phase else None,
            ended=0.5 if phase in ("Failed", "Succeeded") else None,
            version=str(self.version),
            labels={"team": self.chance.choice(("qa", "ops"))},
            nodes=[root, failed] if phase == "Failed" else [],
        )
        if before is not None:
            if "startedAt" in before["status"] and phase:
                made["status"]["startedAt"] = before["status"]["startedAt"]
            made["metadata"]["creationTimestamp"] = before["metadata"]["creationTimestamp"]
            made["metadata"]["uid"] = before["metadata"]["uid"]
        else:
            made["metadata"]["uid"] = f"uid-{self.version}"
        self.there[name] = made
        return made


async def happen(shown: Shown, source: ScriptedSource, events: list[tuple[str, Any]]) -> None:
    """All of it, one after the other; marks wait for their row."""
    for what, about in events:
        if what == "put":
            for ref in [ref for ref in source.manifests if ref[:2] == ref_of(about)[:2]]:
                del source.manifests[ref]
            source.put(about)
        elif what == "remove":
            source.remove(ref_of(about))
        elif what == "anew":
            source.remove(ref_of(about[0]))
            source.put(about[1])
        else:
            await shown.until(partial(shown.rows.move_to, about))
            await shown.press("space")
        await shown.pilot.pause()


async def seen(shown: Shown, story: Story, cursor: str, *, order: str) -> dict[str, Any]:
    """What is seen once it rests, everything was read and the list is sorted anew."""
    known = shown.app.lists.of(shown.overview.kind).known
    rows = shown.rows
    versions = {key_of(each): each["metadata"]["resourceVersion"] for each in story.there.values()}
    shown.overview.sort_by("steps")  # needs everything
    await shown.until(lambda: {key: row.version for key, row in known.items()} == versions)
    shown.pass_time(1)
    shown.overview.sort_by(order)
    await shown.until(lambda: not known.due)
    # How far it is scrolled comes from where rows stood before they were read: begin at the top.
    rows.move_to_line(0)
    await shown.at_rest()
    rows.move_to(key_of(story.there[cursor]))
    await shown.at_rest()
    return {
        "rows": list(rows.items),
        "marks": rows.marks,
        "cursor": (rows.cursor, rows.cursor_key),
        "screen": shown.rows_of_screen[:-2],
        "counts": dict(shown.overview.arrangement.listing.counts),
        "said": shown.said.startswith("no longer marked"),
    }


@pytest.mark.parametrize("seed", [1, 2])
async def test_after_it_rests_a_list_of_tables_shows_what_a_list_of_objects_shows(
    seed: int,
) -> None:
    found: list[dict[str, Any]] = []
    for tables in (False, True):
        story = Story(seed)
        source = ScriptedSource(*story.first, tables=tables)
        async with showing(source=source, size=(120, 30)) as shown:
            for _ in range(4):
                source.held_back.clear()
                await happen(shown, source, story.events(12))
                source.held_back.set()
            cursor = story.chance.choice(sorted(story.there))
            found.append(await seen(shown, story, cursor, order=("", "message")[seed % 2]))
            await shown.press("!")
            await shown.at_rest()
            found[-1]["problems"] = shown.names
    whole, tabled = found
    for each, value in whole.items():
        assert tabled[each] == value, each
