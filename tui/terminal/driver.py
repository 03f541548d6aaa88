"""Textual's driver, with a writer that never blocks the event loop.

Only the public methods of a driver are overridden. `sessions` counts how often the terminal was
taken over: after a suspension, an editor or a shell it is another number, and then nothing that was
on the screen can be counted on.
"""

from __future__ import annotations

import sys
from collections.abc import Callable

from textual.drivers.linux_driver import LinuxDriver

from tui.terminal.writer import Writer


class SteadyDriver(LinuxDriver):
    """A driver whose `write` takes everything at once."""

    sessions = 0
    drained: Callable[[], None] | None = None
    """Called, on the thread of the writer, whenever all is written."""
    _steady: Writer | None = None

    @property
    def backlog(self) -> int:
        """Bytes the terminal has not taken yet."""
        return self._steady.backlog if self._steady is not None else 0

    def write(self, data: str) -> None:
        if self._steady is not None:
            self._steady.write(data)

    def flush(self) -> None:
        """Nothing to do: the writer never holds anything back."""

    def start_application_mode(self) -> None:
        self.sessions += 1
        stream = sys.__stderr__
        assert stream is not None, "Textual draws on the standard error"
        self._steady = Writer(
            stream.fileno(), encoding=stream.encoding or "utf-8", drained=self._tell_drained
        )
        self._steady.start()
        super().start_application_mode()  # type: ignore[no-untyped-call]

    def stop_application_mode(self) -> None:
        # The pen is carried from frame to frame, so it is put down here.
        self.write("\x1b[0m")
        super().stop_application_mode()

    def close(self) -> None:
        if self._steady is not None:
            self._steady.stop()
            self._steady = None
        super().close()

    def _tell_drained(self) -> None:
        if self.drained is not None:
            self.drained()
