"""Opening and closing screens costs memory once, and not each time.

Short by itself; `make hard` sets HARD, and then it takes as long as it must.
"""

from __future__ import annotations

import gc
import os
import weakref
from typing import Any

import pytest

from tests.support.app import showing
from tests.support.processes import memory
from tests.support.ways import cluster, uncovered, ways

FIRST = 20 if os.environ.get("HARD") else 2
"""Times after which everything that is made once has been made."""
TIMES = 1000 if os.environ.get("HARD") else 5
ROOM = 10_000_000
"""Bytes that all the others may cost together."""
WAYS = ways()


@pytest.fixture
def as_the_program_collects() -> object:
    """What `tui.cli` sets at its start."""
    before = gc.get_threshold()
    gc.set_threshold(100_000, 20, 50)
    yield None
    gc.set_threshold(*before)


def test_a_way_leads_to_each_screen_that_there_is() -> None:
    assert uncovered() == set(), "tests/support/ways.py: how does one get there and back?"


@pytest.mark.usefixtures("as_the_program_collects")
@pytest.mark.parametrize("name", WAYS)
async def test_a_screen_that_was_closed_is_gone_and_so_is_its_memory(name: str) -> None:
    way = WAYS[name]
    async with showing(source=cluster()) as shown:
        if way.begin is not None:
            await way.begin(shown)
        for _ in range(FIRST):
            await way.there_and_back(shown)
        before = memory(os.getpid())
        fronts: list[weakref.ref[Any]] = []
        for _ in range(TIMES - FIRST):
            # Only what is still there: a thousand times as many references would be counted, too.
            fronts = [front for front in fronts if front() is not None]
            fronts += await way.there_and_back(shown)
        await shown.until(lambda: not any(front() for front in fronts))
        after = memory(os.getpid())
        print(f"{name}: {after / 1e6:.1f} MB after {TIMES} times, {before / 1e6:.1f} after {FIRST}")
        assert after - before < ROOM, f"{(after - before) / 1e6:.1f} MB more"
