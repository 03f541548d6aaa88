"""No message is cut while eight cells of its row are empty, on any screen at any width."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from tests.support.app import Shown, showing
from tests.support.runs import ETL, run, step, team
from tests.support.scripted import ScriptedSource
from tui.columns.fitting import EMPTY

WIDTHS = (80, 100, 120, 160, 200)
LONG = "the table of the orders of the day before is not there, nor is that of the day before that"
MANY = run(
    "many-7xk2p",
    "Failed",
    "1/3",
    began=60,
    ended=20,
    nodes=[
        step("many-7xk2p", "", "Failed", type="Steps"),
        step("many-7xk2p", "load", "Failed", message=LONG, ended=30),
        step("many-7xk2p", "short", "Succeeded", ended=30),
    ],
    spec={"arguments": {"parameters": [{"name": "day", "value": "2026-03-16 " * 4}]}},
    labels={"workflows.argoproj.io/workflow-template": "many"},
)
BORDERS = "│─╭╮╰╯┃━┌┐└┘├┤|"


def wasted(row: str) -> Iterator[str]:
    """What is cut in a row of the screen though many cells beside it are empty."""
    for cut in re.finditer("…", row):
        after = row[cut.end() :]
        if after[:1].strip() and after[:1] not in BORDERS:
            continue  # cut in its middle, as names are
        if row[: cut.start()].endswith(" "):
            continue  # a word of its own
        blank = len(after) - len(after.lstrip(" "))
        inside = re.split("  +", row[: cut.start()])
        text = inside[-1]
        before = row[: cut.start() - len(text)]
        empty = len(before) - len(before.rstrip(" "))
        is_first = not before.strip(f" {BORDERS}►■") or text[:1] in BORDERS
        if blank >= EMPTY or (empty >= EMPTY and not is_first):
            yield row


def test_what_is_wasted_is_found() -> None:
    assert list(wasted(" a          cut text…"))
    assert list(wasted(" a   cut text…           b"))
    assert list(wasted("│ a  cut text…           │"))
    assert not list(wasted(" a   cut text…    b"))
    assert not list(wasted(" a-very-lo…ame-x            "))
    assert not list(wasted("          cut text…"))


SCENES: dict[str, tuple[str, ...]] = {
    "list": (),
    "palette": ("colon",),
    "actions": ("x",),
    "sort": ("S",),
    "help": ("question_mark",),
    "retry": ("r",),
    "delete": ("D",),
    "why": ("enter", "W"),
    "summary": ("enter", "d"),
    "artifacts": ("enter", "a"),
    "inout": ("enter", "i"),
    "events": ("enter", "e"),
}


async def settle(shown: Shown) -> None:
    await shown.pilot.pause()
    await shown.at_rest()


@pytest.mark.parametrize("name", [MANY["metadata"]["name"], ETL])
@pytest.mark.parametrize("scene", SCENES)
async def test_no_text_is_cut_while_eight_cells_of_its_row_are_empty(scene: str, name: str) -> None:
    source = ScriptedSource(*team(), MANY)
    async with showing(source=source, size=(WIDTHS[0], 36)) as shown:
        shown.rows.move_to_line(shown.names.index(name))
        await settle(shown)
        await shown.press(*SCENES[scene])
        for width in WIDTHS:
            await shown.pilot.resize_terminal(width, 36)
            await settle(shown)
            found = [each for row in shown.rows_of_screen for each in wasted(row)]
            assert not found, (width, found)
