"""`3` shows the steps as bars on the time of their run, `1` as a tree again."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.conftest import Picture
from tests.support.app import STILL, Shown, showing
from tests.support.runs import ETL, nightly_etl
from tui.domain.timeline import BAD, RUN
from tui.screens.split_view import SplitView


async def opened(shown: Shown) -> None:
    await shown.open(ETL)
    await shown.until(lambda: shown.detail.steps.node is not None)
    await shown.press("3")
    await shown.until(lambda: shown.detail.steps.is_timeline)
    await shown.at_rest()


def is_zoomed(shown: Shown) -> bool:
    return shown.app.screen.query_one(SplitView).is_zoomed


async def test_it_has_all_the_room_and_gives_it_back() -> None:
    async with showing(nightly_etl(), size=(100, 30)) as shown:
        await opened(shown)
        assert is_zoomed(shown)
        assert BAD in shown.text and RUN in shown.text
        assert "Z━" in shown.rows_of_screen[1], "the heading is an axis"
        where = shown.detail.steps.node
        await shown.press("1")
        await shown.until(lambda: not is_zoomed(shown))
        assert shown.detail.steps.node == where
        assert "Z━" not in shown.rows_of_screen[1], "the tree shares its room again"
        await shown.press("1")
        assert not shown.detail.steps.is_timeline


async def test_plus_looks_closer_at_what_the_cursor_is_on_and_underscore_back() -> None:
    async with showing(nightly_etl(), size=(100, 30)) as shown:
        await opened(shown)
        far = shown.rows_of_screen[1]
        await shown.press("plus", "plus")
        await shown.until(lambda: shown.rows_of_screen[1] != far)
        row = next(line for line in shown.rows_of_screen if "►" in line)
        assert row.count(BAD) > 20, "the step that the cursor is on fills more of the line"
        await shown.press("underscore", "underscore", "underscore")
        await shown.until(lambda: shown.rows_of_screen[1] == far)


SIZES = [(80, 24), (120, 40), (200, 60)]


@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
@pytest.mark.parametrize("plain", [False, True], ids=["unicode", "ascii"])
async def test_a_timeline(size: tuple[int, int], plain: bool, picture: Picture) -> None:
    settings = replace(STILL, ascii=plain)
    async with showing(nightly_etl(), settings=settings, size=size) as shown:
        await opened(shown)
        assert picture(shown.app)
