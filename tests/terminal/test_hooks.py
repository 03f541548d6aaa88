"""A Textual that is not as we know it is painted by Textual itself."""

from __future__ import annotations

from typing import Any

from textual._compositor import CompositorUpdate
from textual.app import App, ComposeResult
from textual.pilot import Pilot
from textual.widgets import Static

from tests.support.driver import as_textual_paints, driver_of, run_script
from tests.support.emulator import differences
from tui.terminal import hooks
from tui.terminal.capabilities import Capabilities
from tui.terminal.output import CellDiffMixin


class Small(CellDiffMixin, App[None]):
    def compose(self) -> ComposeResult:
        yield Static("hello", id="words")


class Foreign(CellDiffMixin):
    """An app of some other Textual: it has nothing that we use."""

    class Log:
        def __init__(self) -> None:
            self.lines: list[str] = []

        def warning(self, line: str) -> None:
            self.lines.append(line)

    def __init__(self) -> None:
        self.log = self.Log()

    @property
    def _app(self) -> Any:
        return self


def test_all_is_known_of_this_textual() -> None:
    assert hooks.missing(Small()) == []


def test_an_app_that_lacks_what_we_use_is_left_alone_with_a_note() -> None:
    app = Foreign()
    app.use_terminal(Capabilities())
    assert app.cell_diff is None
    assert "_batch_count" in app.terminal_note
    assert app.log.lines == [app.terminal_note]


def test_updates_of_another_shape_turn_it_off_and_the_screen_is_right_all_the_same() -> None:
    app = Small()
    app.use_terminal(Capabilities())

    class ChopsUpdate(CompositorUpdate):
        """Named as we know it, but made otherwise."""

    async def run(pilot: Pilot[Any]) -> None:
        await pilot.pause()
        assert app.cell_diff is not None
        app._display(app.screen, ChopsUpdate())
        assert app.cell_diff is None
        assert "AttributeError" in app.terminal_note
        app.query_one("#words", Static).update("still here")
        while not driver_of(app).emulator.shows("still here"):
            await pilot.pause()
        assert differences(driver_of(app).emulator, as_textual_paints(app)) == []
        app.exit()

    run_script(app, run)


def test_without_the_diff_frames_behind_a_slow_terminal_are_left_out_too() -> None:
    app = Small()
    app.use_terminal(Capabilities(), diff=False)

    async def run(pilot: Pilot[Any]) -> None:
        await pilot.pause()
        driver = driver_of(app)
        driver.jam()
        written = len(driver.written)
        app.query_one("#words", Static).update("later")
        await pilot.pause()
        assert len(driver.written) == written
        driver.drain()
        while not driver.emulator.shows("later"):
            await pilot.pause()
        app.exit()

    run_script(app, run)
