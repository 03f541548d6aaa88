"""Why a cron workflow makes no run, or when it makes the next, in a pane of its screen."""

from __future__ import annotations

from functools import partial
from typing import Any

from tests.screens.test_kinds import go
from tests.support.app import Shown, showing
from tests.support.runs import nightly_etl
from tests.support.scripted import ScriptedSource
from tests.test_keys import NIGHTLY
from tui.screens.object import ObjectScreen
from tui.widgets.pointed_text import PointedText


def cron(status: dict[str, Any] | None = None, **spec: Any) -> dict[str, Any]:
    return {**NIGHTLY, "spec": {**NIGHTLY["spec"], **spec}, "status": status or {}}


def _is_front(screen: ObjectScreen, pane: str) -> bool:
    return screen.pane_tabs.front == pane


async def opened(shown: Shown, *keys: str) -> ObjectScreen:
    await go(shown, "cron")
    await shown.until_shown("nightly")
    await shown.press(*keys)
    await shown.until(lambda: shown.shows(ObjectScreen))
    screen = shown.app.screen
    assert isinstance(screen, ObjectScreen)
    return screen


async def test_it_says_when_the_next_run_comes_and_leads_to_the_schedule() -> None:
    async with showing(source=ScriptedSource(nightly_etl(), cron())) as shown:
        screen = await opened(shown, "W")
        await shown.until_shown("it makes its runs")
        await shown.until_shown("next run")
        screen.query_one(PointedText).point(1)
        await shown.press("enter")
        await shown.until(lambda: screen.pane_tabs.front == "manifest")
        await shown.until_shown("schedule")


async def test_one_that_is_suspended_says_so_with_the_key_that_resumes_it() -> None:
    async with showing(source=ScriptedSource(nightly_etl(), cron(suspend=True))) as shown:
        await opened(shown, "W")
        await shown.until_shown("somebody to resume it: it is suspended")
        helps = next(row for row in shown.rows_of_screen if "what helps" in row)
        assert helps.split() == ["what", "helps", "s", "resumes"]


async def test_a_run_that_forbids_overlap_is_opened_from_there() -> None:
    name = nightly_etl()["metadata"]["name"]
    held = cron({"active": [{"name": name}]}, concurrencyPolicy="Forbid")
    async with showing(source=ScriptedSource(nightly_etl(), held)) as shown:
        await opened(shown, "W")
        await shown.until_shown("it forbids overlap")
        helps = next(row for row in shown.rows_of_screen if "what helps" in row)
        assert helps.split() == ["what", "helps", "Enter", "goes", "there"]
        await shown.press("enter")
        await shown.until(lambda: shown.detail.key.name == name)


async def test_one_whose_last_run_was_refused_opens_on_why_and_others_on_their_summary() -> None:
    condition = {"type": "SubmissionError", "status": "True", "message": "spec is [/odd]"}
    refused = cron({"conditions": [condition]})
    for manifest, front in ((refused, "cron-why"), (cron(), "facts")):
        async with showing(source=ScriptedSource(nightly_etl(), manifest)) as shown:
            screen = await opened(shown, "enter")
            await shown.until(partial(_is_front, screen, front))
            if front == "cron-why":
                await shown.until_shown("its last run could not be made: spec is [/odd]")
