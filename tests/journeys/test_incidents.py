"""A run that was saved on the demo cluster: every pane says without it what it said on it."""

from __future__ import annotations

import tarfile
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.support.app import showing
from tests.support.every_pane import each_pane, named, panes_of, text_below, without_places
from tests.support.scripted import planted
from tui.demo.child import start as demo_child
from tui.ports.connection import Connection
from tui.screens.workflow import WorkflowScreen
from tui.settings import Settings
from tui.sources import open_source

RUNS = ("exit-handlers", "paused", "migrate-schema", "container-set")
"""How the names of runs of the demo begin that stand still: one failed, one is held, one waits, one
succeeded."""


@pytest.fixture(scope="module")
def live() -> Iterator[Settings]:
    with demo_child() as child:
        now = datetime.now(UTC).replace(microsecond=0)
        yield Settings(kubeconfig=str(child.kubeconfig), fixed_now=now, delete_wait=0)


@pytest.mark.parametrize("begin", RUNS)
async def test_every_pane_of_a_saved_run_says_what_the_live_one_said(
    live: Settings, tmp_path: Path, begin: str
) -> None:
    path = tmp_path / "run.argo.tgz"
    async with showing(settings=live, connect=lambda demo: open_source(live), size=(140, 50)) as it:
        name = await named(it, begin)
        before = await panes_of(it, name)
        await it.write(f":save {path}")
        await it.press("enter")
        await it.until(path.exists)
        await it.until_said(str(path))
    there = replace(live, kubeconfig="", files=(str(path),))

    def connect(demo: bool) -> Connection:
        return open_source(there)

    async with showing(settings=there, connect=connect, size=(140, 50)) as it:
        await it.until(lambda: it.shows(WorkflowScreen) and it.detail.workflow)
        async for pane in each_pane(it):
            wanted = without_places(before.pop(pane))

            def is_same(wanted: str = wanted) -> bool:
                return without_places(text_below(it)) == wanted

            with suppress(AssertionError):  # which says nothing of the difference
                await it.until(is_same)
            assert without_places(text_below(it)) == wanted, pane
    assert not before


SECRET = "hunter2-planted-4711"


async def test_a_planted_secret_is_in_no_saved_run(tmp_path: Path) -> None:
    path = tmp_path / "run.argo.tgz"
    async with showing(source=planted(SECRET)) as shown:
        await shown.open("etl")
        await shown.write(f":save {path}")
        await shown.press("enter")
        await shown.until(path.exists)
        await shown.until_said(str(path))
    with tarfile.open(path) as tar:
        members = {each.name: tar.extractfile(each) for each in tar}
        texts = {name: file.read() for name, file in members.items() if file is not None}
    assert not [name for name, data in texts.items() if SECRET.encode() in data]
    assert sum(data.count(b"***") for data in texts.values()) > 3
