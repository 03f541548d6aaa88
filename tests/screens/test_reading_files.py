"""Saved workflows take a while where there are thousands: how far that is stands on the screen."""

from __future__ import annotations

from dataclasses import replace
from threading import Event

from tests.support.app import STILL, Shown, app_showing
from tests.support.runs import nightly_etl
from tests.support.scripted import ScriptedSource
from tui.ports.connection import Connection
from tui.ports.reading import FilesRead


async def test_files_are_counted_on_the_screen_while_they_are_read() -> None:
    reading, go_on = FilesRead(), Event()

    def connect(demo: bool) -> Connection:
        for name in reading.counted([f"{number}.yaml" for number in range(2_000)]):
            if name == "1234.yaml":
                go_on.wait(20)
        return ScriptedSource(nightly_etl())

    settings = replace(STILL, files=("runs",))
    app = app_showing(connect=connect, settings=settings, reading=reading)
    async with app.run_test(size=(80, 24)) as pilot:
        shown = Shown(app, pilot)
        await shown.until_shown("reading 1,234 of 2,000 files")
        assert shown.text.count("reading 1,234 of 2,000 files") == 2, "in the header, and below"
        go_on.set()
        await shown.until_shown("nightly-etl")
        assert "files …" not in shown.text
