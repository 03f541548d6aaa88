"""An action on a step, a pod or an artifact is a registration, and nothing else."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.app import Shown, showing
from tests.support.asking import ask
from tests.support.made_up import made_up_action
from tests.support.runs import ETL, nightly_etl
from tests.support.scripted import ScriptedSource
from tui.actions import ACTIONS, actions_of
from tui.actions.base import On
from tui.errors import SettingsError
from tui.palette import Entry, Palette
from tui.screens.help import HelpScreen


async def to_a_pod(shown: Shown) -> None:
    """Open a workflow with the cursor on a step that has a pod."""
    await shown.open(ETL)
    await shown.until(lambda: getattr(shown.detail.steps.node, "type", "") == "Pod")


async def entries(shown: Shown) -> dict[str, Entry]:
    await shown.press("colon")
    await shown.until(lambda: shown.shows(Palette))
    palette = shown.app.screen
    assert isinstance(palette, Palette)
    found = {entry.name: entry for entry in palette.found.items}
    await shown.press("escape")
    return found


@pytest.mark.parametrize("on", ["node", "pod", "artifact"])
async def test_it_is_in_list_palette_help_and_keys_and_does_its_work(on: On) -> None:
    source = ScriptedSource(nightly_etl())
    with ACTIONS.including(made_up_action("part.note", on=on, key="M")):
        assert "part.note" in [one.id for one in actions_of("wf", on)]
        async with showing(source=source) as shown:
            await to_a_pod(shown)
            if on == "artifact":
                await shown.press("a")
                await shown.until(lambda: shown.detail.subjects("artifact"))
            (subject,) = shown.detail.subjects(on)
            entry = (await entries(shown))["Note"]
            assert (entry.key, entry.help, entry.is_refused) == ("M", "Write it down.", False)
            await shown.press("question_mark")
            await shown.until(lambda: shown.shows(HelpScreen))
            assert any("M" in line and "Note: Write it down." in line for line in help_of(shown))
            await shown.press("escape")
            await ask(shown, "M")
            assert f"Note {subject.name}" in shown.text
            await shown.press("y")
            await shown.until_said("Noted")
    (call,) = source.performed
    target = subject.target
    chosen = {"node": target.node, "pod": target.pod, "artifact": target.artifact}[on]
    assert chosen
    assert call.body == {"metadata": {"annotations": {"made-up": chosen}}}


def help_of(shown: Shown) -> list[str]:
    screen: Any = shown.app.screen
    return list(screen._lines)


async def test_where_there_is_no_such_part_its_key_says_so() -> None:
    with ACTIONS.including(made_up_action("part.note", on="pod", key="M")):
        async with showing(nightly_etl()) as shown:
            await shown.open(ETL)
            await shown.press("g", "M")
            await shown.until_said("Note: the cursor is on no step with a pod")


async def test_an_action_on_a_kind_is_done_from_its_list() -> None:
    with ACTIONS.including(made_up_action("kind.note", on="kind", key="M")):
        async with showing(nightly_etl()) as shown:
            assert "Note" in await entries(shown)
            await ask(shown, "M")
            assert "Notes: " in shown.static("dialog-plan")


async def test_a_key_that_means_something_else_already_is_refused_at_start() -> None:
    clashing = made_up_action("part.note", key="r")
    refused = pytest.raises(SettingsError, match=r"part\.note is that of act\.retry already")
    with ACTIONS.including(clashing), refused:
        async with showing(nightly_etl()):
            pass
