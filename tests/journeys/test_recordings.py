"""Recording on the demo cluster, and playing it: the same screens, and what was not recorded."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.support.app import Shown, showing
from tui.demo.child import start as demo_child
from tui.ports.connection import Connection
from tui.settings import Settings
from tui.sources import open_source

RUNS = ("exit-handlers", "paused", "migrate-schema")
"""How the names of runs of the demo begin that stand still: one failed, one is held, one waits."""


@pytest.fixture(scope="module")
def live() -> Iterator[Settings]:
    with demo_child() as child:
        now = datetime.now(UTC).replace(microsecond=0)
        yield Settings(kubeconfig=str(child.kubeconfig), fixed_now=now, delete_wait=0)


@asynccontextmanager
async def recorded(live: Settings, path: Path) -> AsyncIterator[Shown]:
    """The app on the demo cluster, recording into a file."""
    settings = replace(live, record=str(path))

    def connect(demo: bool) -> Connection:
        return open_source(settings)

    async with showing(settings=settings, connect=connect, size=(140, 50)) as shown:
        yield shown


@asynccontextmanager
async def played(live: Settings, path: Path) -> AsyncIterator[Shown]:
    """The app on the end of a recording."""
    settings = Settings(files=(str(path),), fixed_now=live.fixed_now)

    def connect(demo: bool) -> Connection:
        return open_source(settings)

    async with showing(settings=settings, connect=connect, size=(140, 50)) as shown:
        await shown.write(":time end")
        await shown.press("enter")
        await shown.until(lambda: shown.app.tape.playback and shown.app.tape.playback.is_over)
        yield shown


async def named(shown: Shown, begin: str) -> str:
    """The whole name of the first run in the list whose name begins so."""
    await shown.until(lambda: any(name.startswith(begin) for name in shown.names))
    return next(name for name in shown.names if name.startswith(begin))


async def panes_of(shown: Shown, name: str) -> dict[str, str]:
    """What is below the header in each pane of a run, by its id."""
    detail = await shown.open(name)
    found = {}
    for spec in detail.pane_tabs.specs:
        await detail.action_pane(spec.id)
        await shown.at_rest()
        await shown.until(lambda: "– text" not in shown.text)  # the store has told the size
        found[spec.id] = "\n".join(line.rstrip() for line in shown.rows_of_screen[1:-2])
    await shown.press("escape", "escape")
    await shown.until(lambda: not shown.shows(type(detail)))
    return found


async def test_every_pane_of_the_played_run_says_what_the_live_one_said(
    live: Settings, tmp_path: Path
) -> None:
    path = tmp_path / "day.argo.rec"
    before: dict[str, dict[str, str]] = {}
    async with recorded(live, path) as shown:
        for begin in RUNS:
            name = await named(shown, begin)
            before[name] = await panes_of(shown, name)
    async with played(live, path) as shown:
        for name, panes in before.items():
            after = await panes_of(shown, name)
            for pane, text in panes.items():
                assert after[pane] == text, f"{name}, {pane}"
