"""An app as far as its terminal goes: painting, colours, clipboard, a hang-up, and a crash."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import Callable, Sequence

from textual.app import App

from tui.terminal.capabilities import Capabilities
from tui.terminal.clipboard import send
from tui.terminal.driver import SteadyDriver
from tui.terminal.hangup import HangUp
from tui.terminal.output import CellDiffMixin

SHORT = 60
"""Characters up to which a copied text is called by itself."""
HUNG_UP = 129


class TerminalApp(CellDiffMixin, App[int]):
    """What every app of ours does with its terminal, whatever it shows there."""

    def __init__(self, capabilities: Capabilities, *, diff: bool) -> None:
        super().__init__()
        self.capabilities = capabilities
        self._hang_up: HangUp | None = None
        self.use_terminal(capabilities, diff=diff)

    def say(self, text: str, severity: str = "information") -> None:
        """Tell a person something; where, the app knows."""
        raise NotImplementedError

    def use_colours(self) -> None:
        """Those of the terminal itself where that saves bytes, unless somebody chose others."""
        if self.capabilities.ansi_theme and not os.environ.get("TEXTUAL_THEME"):
            self.theme = "ansi-dark"

    def heed_hang_up(self, steps: Sequence[Callable[[], object]]) -> None:
        """When the terminal goes: these steps, then leave."""
        hang_up = self._hang_up = HangUp(steps, lambda: self.exit(return_code=HUNG_UP))
        if sys.platform == "win32" or self.is_headless:
            return
        loop = asyncio.get_running_loop()
        hang_up.listen(loop)
        # Under another program the signal may never reach us; the end of our input does.
        if isinstance(self._driver, SteadyDriver):
            self._driver.lost = lambda: hang_up.soon(loop)

    def copy(self, text: str) -> None:
        """Send a text to the clipboard of the terminal."""
        sent = send(
            text, what=text if len(text) < SHORT else "", multiplexer=self.capabilities.multiplexer
        )
        if sent.ok and self._driver is not None:
            self._driver.write(sent.sequence)
        self.say(sent.message, "information" if sent.ok else "warning")

    def _fatal_error(self) -> None:
        # Textual prints local variables with a crash, and ours hold bearer tokens.
        from rich.traceback import Traceback

        self.bell()
        self.panic(Traceback(show_locals=False, width=None))
