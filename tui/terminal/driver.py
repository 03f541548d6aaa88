"""Textual's driver, with a writer that never blocks the event loop.

Only the public methods of a driver are overridden. `sessions` counts how often the terminal was
taken over: after a suspension, an editor or a shell it is another number, and then nothing that was
on the screen can be counted on.
"""

from __future__ import annotations

import os
import selectors
import sys
import termios
from codecs import getincrementaldecoder
from collections.abc import Callable
from contextlib import suppress

from textual.drivers.linux_driver import LinuxDriver

from tui.terminal.typed import TypedInput
from tui.terminal.writer import Writer

READ = 4096
SLOW_DRAIN, GONE_DRAIN = 5.0, 0.1
"""Seconds that a slow terminal, and one that is gone, have to take what is left for it."""
LISTEN = 0.1
"""Seconds after which a lone Escape is taken for the key, and an end is noticed."""


class SteadyDriver(LinuxDriver):
    """A driver whose `write` takes everything at once."""

    sessions = 0
    returns = False
    """Whether the system sends a carriage return before each line feed that is written."""
    drained: Callable[[], None] | None = None
    """Called, on the thread of the writer, whenever all is written."""
    lost: Callable[[], None] | None = None
    """Called once, on a thread, when the terminal is gone though no signal said so."""
    _steady: Writer | None = None
    _is_lost = False

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
            stream.fileno(),
            encoding=stream.encoding or "utf-8",
            drained=self._tell_drained,
            lost=self._tell_lost,
        )
        self._steady.start()
        self.returns = returns_on_line_feed(stream.fileno())
        super().start_application_mode()  # type: ignore[no-untyped-call]

    def resume_application_mode(self) -> None:
        """Take the terminal over again.

        SIGCONT asks for this, also where nothing was suspended: after a stop from elsewhere, and
        from the kernel after a hang-up. A second keyboard thread would then never end.
        """
        if self._steady is not None:
            if not os.isatty(self.fileno):
                return  # it was hung up, and we are about to leave
            self.suspend_application_mode()
        super().resume_application_mode()

    def stop_application_mode(self) -> None:
        # The pen is carried from frame to frame, so it is put down here.
        self.write("\x1b[0m")
        super().stop_application_mode()

    def close(self) -> None:
        if self._steady is not None:
            # A terminal that is gone takes nothing any more, however long one waits.
            self._steady.stop(SLOW_DRAIN if os.isatty(self.fileno) else GONE_DRAIN)
            self._steady = None
        super().close()

    def run_input_thread(self) -> None:
        """Read keys until the end: as Textual does, but what is no UTF-8 does not end the app, and
        nothing of a paste is a key.

        A Latin-1 paste, or the meta key of an old terminal, becomes replacement characters.
        """
        typed = TypedInput(debug=self._debug)
        session = self.sessions
        decode = getincrementaldecoder("utf-8")(errors="replace").decode
        with selectors.SelectSelector() as selector:
            selector.register(self.fileno, selectors.EVENT_READ)
            while not self.exit_event.is_set() and session == self.sessions:
                read = self._read() if selector.select(LISTEN) else None
                if read == b"":
                    self._tell_lost()
                    self.exit_event.wait(LISTEN)  # the end of a file is always ready to be read
                for event in typed.feed(decode(read)) if read else []:
                    self.process_message(event)
                for event in typed.tick():
                    self.process_message(event)
        typed.close()

    def _read(self) -> bytes:
        try:
            return os.read(self.fileno, READ)
        except OSError:
            # What a terminal that was hung up answers, where it does not answer with an end.
            return b""

    def _get_terminal_size(self) -> tuple[int, int]:
        """Its own size, whatever COLUMNS and LINES say: they may be those of another terminal."""
        for descriptor in (2, self.fileno):
            with suppress(OSError):
                columns, rows = os.get_terminal_size(descriptor)
                if columns and rows:
                    return columns, rows
        return 80, 25

    def _tell_lost(self) -> None:
        if self.lost is not None and not self._is_lost and not self.exit_event.is_set():
            self._is_lost = True
            self.lost()

    def _tell_drained(self) -> None:
        if self.drained is not None:
            self.drained()


def returns_on_line_feed(terminal: int) -> bool:
    """Whether a carriage return is sent before each line feed; false where that is not known."""
    try:
        mode: int = termios.tcgetattr(terminal)[1]
    except termios.error:
        return False
    return bool(mode & termios.OPOST and mode & termios.ONLCR)
