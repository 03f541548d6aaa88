"""A driver without a terminal behind it: what is written goes straight into an emulator.

For tests of whole apps in this process. It can be told to be slow, and takes what a terminal may do
to us: another size, the focus lost and found.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Mapping
from typing import Any

from textual import events
from textual._compositor import LayoutUpdate
from textual._context import visible_screen_stack
from textual.app import App
from textual.driver import Driver
from textual.geometry import Size
from textual.pilot import Pilot
from textual.strip import Strip

from tests.support.emulator import Emulator


class EmulatorDriver(Driver):
    """Writes into `emulator`; `backlog` is what a slow terminal would not have taken yet."""

    drained: Callable[[], None] | None = None
    sessions = 0

    def __init__(self, app: App[Any], **options: Any) -> None:
        super().__init__(app, **options)
        width, height = self._size or (80, 24)
        self.emulator = Emulator(width, height)
        self.written: list[str] = []
        self.backlog = 0

    def write(self, data: str) -> None:
        self.written.append(data)
        self.emulator.feed(data)

    def start_application_mode(self) -> None:
        self.sessions += 1
        self.write("\x1b[?1049h\x1b[?7l\x1b[?25l")
        self._send_size(self.emulator.columns, self.emulator.lines)

    def disable_input(self) -> None:
        """There is no input to disable."""

    def stop_application_mode(self) -> None:
        self.write("\x1b[?1049l")

    def resize(self, columns: int, rows: int) -> None:
        self.emulator.resize(lines=rows, columns=columns)
        self._send_size(columns, rows)

    def jam(self) -> None:
        """The line is full: nothing more is taken for now."""
        self.backlog = 1

    def drain(self) -> None:
        self.backlog = 0
        if self.drained is not None:
            self.drained()

    def _send_size(self, columns: int, rows: int) -> None:
        size = Size(columns, rows)
        self._app.post_message(events.Resize(size, size))


def driver_of(app: App[Any]) -> EmulatorDriver:
    assert isinstance(app._driver, EmulatorDriver)
    return app._driver


def as_textual_paints(app: App[Any]) -> Emulator:
    """A fresh terminal of the same size on which Textual itself painted the whole screen."""
    screen = app.screen
    visible_screen_stack.set(app._background_screens)
    region = screen._compositor.size.region
    chops = screen._compositor._render_chops(region, lambda y: True)
    update = LayoutUpdate([_whole(line, region.width) for line in chops], region)
    fresh = Emulator(screen.size.width, screen.size.height)
    fresh.feed("\x1b[?7l" + update.render_segments(app.console).replace("\n", "\r\n"))
    return fresh


def _whole(chops: Mapping[int, Strip], width: int) -> list[Strip]:
    """Each stretch as wide as its place.

    Where Textual cuts a cluster in two, what comes after it is a cell short of what it claims.
    """
    ends = [*chops, width][1:]
    return [
        Strip(parts := list(strip)).adjust_cell_length(end - x, parts[-1].style if parts else None)
        for (x, strip), end in zip(chops.items(), ends, strict=True)
    ]


def run_script(
    app: App[Any],
    script: Callable[[Pilot[Any]], Coroutine[Any, Any, None]],
    size: tuple[int, int] = (80, 24),
) -> None:
    """Run an app on an `EmulatorDriver` with a script at its keys; errors of both come out."""
    app.driver_class = EmulatorDriver
    asyncio.run(app.run_async(size=size, auto_pilot=script, mouse=False))
    if app._exception is not None:
        raise app._exception
