"""Our themes, side by side: every phase, a problem, a question.

Whoever changes one of these pictures has looked at it.
"""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.conftest import Picture
from tests.support.app import STILL, showing
from tests.support.runs import run
from tests.support.scripted import ScriptedSource
from tui.ports.connection import Place
from tui.screens.action import ActionScreen
from tui.themes import THEMES
from tui.widgets.hints import Hints

RUNS = (
    run("release-gate-vphwn", "Running", began=9, spec={"suspend": True}),
    run("train-model-fndvl", "Running", began=20, progress="3/8"),
    run("migrate-schema-nlqvs", "Pending", began=30),
    run("deploy-service-b4826", "Succeeded", began=50, ended=40),
    run("nightly-etl-57tmj", "Failed", began=70, ended=55, message="OOMKilled (exit code 137)"),
    run("sync-orders-5xq2d", "Error", began=90, ended=80, message="no such template"),
)


@pytest.mark.parametrize("theme", [theme.id for theme in THEMES])
async def test_a_theme(theme: str, picture: Picture) -> None:
    source = ScriptedSource(*RUNS, place=Place("prod-eu", "https://prod-eu", "argo", "kim"))
    settings = replace(STILL, theme=theme)
    async with showing(source=source, settings=settings, size=(90, 24)) as shown:
        shown.rows.move_to_line(4)
        hints = shown.overview.query_one(Hints)
        await shown.until(lambda: "  r Retry" in hints.text and "(X Stop)" in hints.text)
        await shown.press("D")
        await shown.until(lambda: shown.shows(ActionScreen))
        await shown.until_shown("The workflow goes")
        await shown.at_rest()
        assert picture(shown.app)
