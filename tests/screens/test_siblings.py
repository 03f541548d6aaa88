"""The order of siblings in the tree of a workflow: by key, by palette, and kept."""

from __future__ import annotations

from tests.support.app import showing
from tests.support.runs import nightly_etl
from tui.menu import Menu


async def test_s_sorts_siblings_by_a_letter_and_again_turns_them_round() -> None:
    async with showing(nightly_etl()) as shown:
        await shown.open()
        own = shown.steps
        await shown.press("S")
        await shown.until(lambda: shown.shows(Menu))
        assert "Sort siblings" in shown.text and "Argo's own order" in shown.text
        await shown.press("n")
        await shown.until_shown("STEP by name")
        by_name = shown.steps
        assert sorted(by_name) == sorted(own)
        await shown.press("S", "r")
        await shown.until(lambda: shown.steps != by_name)
        await shown.press("S", "a")
        await shown.until(lambda: shown.steps == own)


async def test_the_palette_sorts_siblings_too() -> None:
    async with showing(nightly_etl()) as shown:
        await shown.open()
        await shown.press("colon", *"siblings duration", "enter")
        await shown.until_shown("STEP by duration↓")
