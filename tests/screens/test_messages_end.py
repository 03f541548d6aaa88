"""Esc takes a message away whichever pane has the keys, whatever else Esc does there."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.app import Shown, showing
from tests.support.runs import nightly_etl
from tests.support.scripted import ScriptedSource
from tests.test_keys import ETL, NIGHTLY, POD
from tui.kinds.base import Kind
from tui.kinds.registry import KINDS
from tui.kinds.workflows import WORKFLOWS
from tui.panes import panes_of
from tui.screens.list import ListScreen
from tui.screens.object import ObjectScreen
from tui.widgets.status_line import SECONDS_READ

SAID = "something that was said before"
PANES = [(kind, pane.id) for kind in KINDS for pane in panes_of(kind) if kind.id != "cwftmpl"]


def source() -> ScriptedSource:
    return ScriptedSource(nightly_etl(), NIGHTLY, ETL, POD)


async def say_and_unwind(shown: Shown) -> None:
    shown.app.say(SAID, "error")
    await shown.until_said(SAID)
    await shown.press("escape")
    await shown.until(lambda: SAID not in shown.text)


@pytest.mark.parametrize(("kind", "pane"), PANES, ids=[f"{k.id} {pane}" for k, pane in PANES])
async def test_esc_takes_a_message_away_in_every_pane(kind: Kind[Any, Any], pane: str) -> None:
    async with showing(source=source()) as shown:
        if kind is WORKFLOWS:
            await shown.open()
            await shown.detail.action_pane(pane)
            await shown.until(lambda: shown.detail.pane_tabs.holds_focus)
        else:
            shown.app.show_kind(kind)
            await shown.until(lambda: isinstance(shown.app.screen, ListScreen))
            await shown.press("escape")
            view = shown.app.screen
            assert isinstance(view, ListScreen)
            await shown.until(lambda: len(view.rows.items))
            await shown.press("enter")
            await shown.until(lambda: shown.shows(ObjectScreen))
            await shown.app.screen.action_pane(pane)  # type: ignore[attr-defined]
        await say_and_unwind(shown)


@pytest.mark.parametrize("pane", [spec.id for spec in panes_of(WORKFLOWS)])
async def test_esc_takes_a_message_away_while_something_is_looked_for(pane: str) -> None:
    async with showing(source=source()) as shown:
        await shown.open()
        await shown.detail.action_pane(pane)
        await shown.until(lambda: shown.detail.pane_tabs.holds_focus)
        await shown.press("slash", *"etl", "enter")
        await say_and_unwind(shown)


async def test_esc_takes_a_message_away_in_the_tree_and_while_one_side_has_all_the_room() -> None:
    async with showing(source=source()) as shown:
        await shown.open()
        await shown.press("z")
        await say_and_unwind(shown)
        await say_and_unwind(shown)


async def test_a_sentence_goes_when_a_box_opens() -> None:
    async with showing(source=source()) as shown:
        for key in ("x", "question_mark", "colon"):
            shown.app.say(SAID, "warning")
            await shown.until_said(SAID)
            assert shown.app.views.status_line is not None
            shown.app.views.status_line.tick()  # else it may be why the box opens
            await shown.press(key)
            await shown.until(lambda: len(shown.app.screen_stack) == 3)
            await shown.until(lambda: SAID not in shown.rows_of_screen[-2])
            await shown.press("escape")
            await shown.until(lambda: len(shown.app.screen_stack) == 2)


async def test_a_sentence_that_was_read_goes_with_the_next_key_that_does_something() -> None:
    async with showing(source=source()) as shown:
        line = shown.app.views.status_line
        assert line is not None
        shown.app.say(SAID, "warning")
        await shown.press("j")
        assert line.text == SAID, "nobody had time to read it"
        for _ in range(SECONDS_READ):
            line.tick()
        await shown.press("j")
        await shown.until(lambda: not line.text)
        shown.app.say(SAID, "error")
        for _ in range(SECONDS_READ):
            line.tick()
        await shown.press("k")
        assert line.text == SAID, "an error stays until it is taken away"
        await shown.press("t")
        assert line.text == "times, in UTC", "what the key itself says stays"
