"""What each pane of a run says on the screen, to be compared with what it says elsewhere."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator

from tests.support.app import Shown
from tui.kinds.workflows import WORKFLOWS
from tui.panes import panes_of as registered


async def named(shown: Shown, begin: str) -> str:
    """The whole name of the first run in the list whose name begins so."""
    await shown.until(lambda: any(name.startswith(begin) for name in shown.names))
    return next(name for name in shown.names if name.startswith(begin))


async def panes_of(shown: Shown, name: str) -> dict[str, str]:
    """What is below the header in each pane that a workflow has, by its id, of the step that the
    cursor begins on."""
    detail = await shown.open(name)
    found = await panes_in_front(shown)
    await shown.press("escape", "escape")
    await shown.until(lambda: not shown.shows(type(detail)))
    return found


async def panes_in_front(shown: Shown) -> dict[str, str]:
    """The same of the run whose screen is in front."""
    return {pane: text_below(shown) async for pane in each_pane(shown)}


async def each_pane(shown: Shown) -> AsyncIterator[str]:
    """The id of each pane that a workflow has, once it is in front and at rest."""
    assert shown.detail.pane_tabs.specs == registered(WORKFLOWS)
    for spec in shown.detail.pane_tabs.specs:
        await shown.detail.action_pane(spec.id)
        await shown.at_rest()
        await shown.until(lambda: "– text" not in shown.text)  # the store has told the size
        yield spec.id


def text_below(shown: Shown) -> str:
    """What is below the header, and above what is said of the moment."""
    return "\n".join(line.rstrip() for line in shown.rows_of_screen[1:-2])


def without_places(text: str) -> str:
    """The same but for where an artifact was read, and for how wide columns are."""
    text = re.sub("(?m)(S3 127.0.0.1:|from the file).*$", "", text)
    return re.sub("(?m) +$", "", re.sub(" {2,}", "  ", text))
