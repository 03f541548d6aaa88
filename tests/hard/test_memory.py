"""Opening and closing screens costs memory once, and not each time.

Short by itself; `make hard` sets HARD, and then it takes as long as it must.
"""

from __future__ import annotations

import gc
import os
import weakref
from typing import Any, NamedTuple

import pytest
from textual.screen import Screen

from tests.support.app import Shown, showing
from tests.support.processes import memory
from tests.support.runs import nightly_etl
from tui.domain.workflow import Manifest
from tui.kinds.base import Kind
from tui.kinds.cron_workflows import CRON_WORKFLOWS
from tui.kinds.workflow_templates import WORKFLOW_TEMPLATES
from tui.kinds.workflows import WORKFLOWS
from tui.screens.list import ListScreen
from tui.widgets.table import Table

FIRST = 20 if os.environ.get("HARD") else 10
"""Times after which everything that is made once has been made."""
TIMES = 1000 if os.environ.get("HARD") else 30
ROOM = 10_000_000
"""Bytes that all the others may cost together."""


class Way(NamedTuple):
    """Keys that lead to a screen, and those that lead back."""

    forth: str
    back: str
    kind: Kind[Any, Any] = WORKFLOWS
    """Whose list it begins at."""


WAYS = {
    "workflow": Way("enter", "escape"),
    "logs": Way("l", "q"),
    "artifacts": Way("a", "q"),
    "manifest": Way("y", "q"),
    "help": Way("question_mark", "escape"),
    "palette": Way("colon", "escape"),
    "question": Way("D", "escape"),
    "form": Way("R", "escape"),
    "leave": Way("q", "n"),
    "cron workflow": Way("enter", "q", CRON_WORKFLOWS),
    "template": Way("enter", "q", WORKFLOW_TEMPLATES),
    "list": Way("enter", "q", CRON_WORKFLOWS),
}
"""The last goes to and fro between the lists themselves."""


def object_of(kind: str, name: str) -> Manifest:
    """A cron workflow or template with nothing remarkable about it."""
    metadata = {"name": name, "namespace": "argo", "uid": f"uid-{name}", "resourceVersion": "1"}
    spec = {"schedules": ["0 7 * * *"]} if kind == "CronWorkflow" else {"entrypoint": "main"}
    return {"kind": kind, "metadata": metadata, "spec": spec, "status": {}}


@pytest.fixture
def as_the_program_collects() -> object:
    """What `tui.cli` sets at its start."""
    before = gc.get_threshold()
    gc.set_threshold(100_000, 20, 50)
    yield None
    gc.set_threshold(*before)


async def opened_and_closed(shown: Shown, way: Way) -> weakref.ref[Screen[object]]:
    """In and out again; what was in front meanwhile."""
    depth = len(shown.app.screen_stack)
    await shown.press(way.forth)
    await shown.until(lambda: len(shown.app.screen_stack) > depth)
    front = weakref.ref(shown.app.screen)
    await shown.press(way.back)
    await shown.until(lambda: len(shown.app.screen_stack) == depth)
    return front


async def list_and_back(shown: Shown, way: Way) -> weakref.ref[Screen[object]]:
    """To the list of a kind, and to the workflows again."""
    shown.app.show_kind(way.kind)
    await shown.until(lambda: is_list_of(shown.app.screen, way.kind))
    front = weakref.ref(shown.app.screen)
    shown.app.show_kind(WORKFLOWS)
    await shown.until(lambda: is_list_of(shown.app.screen, WORKFLOWS))
    return front


def is_list_of(screen: object, kind: Kind[Any, Any]) -> bool:
    """Whether it is the list of a kind, with something in it."""
    if not isinstance(screen, ListScreen) or screen.kind is not kind:
        return False
    return any(table.items for table in screen.query(Table))


@pytest.mark.usefixtures("as_the_program_collects")
@pytest.mark.parametrize("name", WAYS)
async def test_a_screen_that_was_closed_is_gone_and_so_is_its_memory(name: str) -> None:
    way = WAYS[name]
    there = list_and_back if name == "list" else opened_and_closed
    others = [object_of("CronWorkflow", "nightly"), object_of("WorkflowTemplate", "etl")]
    async with showing(nightly_etl(), *others) as shown:
        if name != "list":
            shown.app.show_kind(way.kind)
            await shown.until(lambda: is_list_of(shown.app.screen, way.kind))
        for _ in range(FIRST):
            await there(shown, way)
        before = memory(os.getpid())
        fronts = [await there(shown, way) for _ in range(TIMES - FIRST)]
        await shown.until(lambda: not any(front() for front in fronts))
        after = memory(os.getpid())
        print(f"{after / 1e6:.1f} MB after {TIMES} times, {before / 1e6:.1f} MB after {FIRST}")
        assert after - before < ROOM, f"{(after - before) / 1e6:.1f} MB more"
