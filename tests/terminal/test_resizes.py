"""Windows that are resized faster than a busy program can follow."""

from __future__ import annotations

import asyncio
import time
from itertools import count
from typing import Any

from textual.app import App, ComposeResult
from textual.pilot import Pilot
from textual.widgets import Static

from tests.support.driver import as_textual_paints, driver_of, run_script
from tests.support.emulator import differences
from tests.support.waiting import until
from tui.terminal.capabilities import Capabilities
from tui.terminal.output import CellDiffMixin


class Small(CellDiffMixin, App[None]):
    """Some words, and work that lasts as long as a test likes."""

    def __init__(self) -> None:
        super().__init__()
        self.capabilities = Capabilities()
        self.use_terminal(self.capabilities)
        self.is_busy = asyncio.Event()
        self.is_done = asyncio.Event()

    def compose(self) -> ComposeResult:
        yield Static("hello " * 100)

    async def work(self) -> None:
        self.is_busy.set()
        await self.is_done.wait()


def test_a_size_that_had_to_wait_never_takes_the_place_of_a_newer_one() -> None:
    app = Small()

    async def run(pilot: Pilot[Any]) -> None:
        driver = driver_of(app)
        for width in count(60):
            driver.resize(width, 20)
            await asyncio.sleep(0)
            if app._last_resize:
                break
        app.call_later(app.work)
        await app.is_busy.wait()
        driver.resize(width + 1, 20)
        begun = time.monotonic()
        await until(lambda: time.monotonic() - begun > 2 / app.capabilities.frames)
        app.is_done.set()
        await until(lambda: app.screen.size == app.size == (width + 1, 20))
        await until(lambda: differences(driver.emulator, as_textual_paints(app)) == [])
        app.exit()

    run_script(app, run)
