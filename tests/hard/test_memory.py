"""Opening and closing screens costs memory once, and not each time.

Short by itself; `make hard` sets HARD, and then it takes as long as it must.
"""

from __future__ import annotations

import gc
import os
import weakref

import pytest
from textual.screen import Screen

from tests.support.app import Shown, showing
from tests.support.processes import memory
from tests.support.runs import nightly_etl

FIRST = 20
"""Times after which everything that is made once has been made."""
TIMES = 1000 if os.environ.get("HARD") else 60
ROOM = 10_000_000
"""Bytes that all the others may cost together."""

WAYS = {
    "workflow": ("enter", "escape"),
    "help": ("question_mark", "escape"),
    "palette": ("colon", "escape"),
    "question": ("D", "escape"),
    "leave": ("q", "n"),
}


@pytest.fixture
def as_the_program_collects() -> object:
    """What `tui.cli` sets at its start."""
    before = gc.get_threshold()
    gc.set_threshold(100_000, 20, 50)
    yield None
    gc.set_threshold(*before)


async def opened_and_closed(shown: Shown, way: tuple[str, str]) -> weakref.ref[Screen[object]]:
    """In and out again; what was in front meanwhile."""
    depth = len(shown.app.screen_stack)
    await shown.press(way[0])
    await shown.until(lambda: len(shown.app.screen_stack) > depth)
    front = weakref.ref(shown.app.screen)
    await shown.press(way[1])
    await shown.until(lambda: len(shown.app.screen_stack) == depth)
    return front


@pytest.mark.usefixtures("as_the_program_collects")
@pytest.mark.parametrize("way", WAYS.values(), ids=WAYS)
async def test_a_screen_that_was_closed_is_gone_and_so_is_its_memory(way: tuple[str, str]) -> None:
    async with showing(nightly_etl()) as shown:
        for _ in range(FIRST):
            await opened_and_closed(shown, way)
        before = memory(os.getpid())
        fronts = [await opened_and_closed(shown, way) for _ in range(TIMES - FIRST)]
        await shown.until(lambda: not any(front() for front in fronts))
        after = memory(os.getpid())
        print(f"{after / 1e6:.1f} MB after {TIMES} times, {before / 1e6:.1f} MB after {FIRST}")
        assert after - before < ROOM, f"{(after - before) / 1e6:.1f} MB more"
