"""Writing to the terminal without ever waiting for it.

Textual puts what it writes into a queue of thirty; when the line is slow the queue is full and the
event loop stands still, keys and all. Here writing only ever adds to a list, a thread of its own
does the waiting, and whoever paints asks `backlog` first: nothing that can be painted later is put
behind something not yet written. What cannot be painted again (the clipboard, switching a mode)
keeps its order and is never dropped.
"""

from __future__ import annotations

import os
import select
import threading
from collections.abc import Callable

from tui.bugs import caught


class Writer(threading.Thread):
    """Writes text to a file descriptor, in order, on its own thread."""

    def __init__(
        self,
        fd: int,
        *,
        encoding: str = "utf-8",
        drained: Callable[[], None] | None = None,
        lost: Callable[[], None] | None = None,
    ) -> None:
        super().__init__(daemon=True, name="terminal-output")
        self._fd = fd
        self._encoding = encoding
        self._drained = drained
        self._lost = lost
        self._change = threading.Condition()
        self._waiting: list[bytes] = []
        self._backlog = 0
        self._ending = False
        self._dead = False

    @property
    def backlog(self) -> int:
        """Bytes taken but not yet written."""
        return self._backlog

    def write(self, text: str) -> None:
        """Take text for writing; never blocks, and is silent once the terminal is gone."""
        data = text.encode(self._encoding, "replace")
        with self._change:
            if self._dead or self._ending or not data:
                return
            self._waiting.append(data)
            self._backlog += len(data)
            self._change.notify()

    def stop(self, patience: float = 5.0) -> bool:
        """Write what is left and end; False if the terminal did not take it in time."""
        with self._change:
            self._ending = True
            self._change.notify()
        if self.is_alive():
            self.join(patience)
        return not self.is_alive()

    def run(self) -> None:
        try:
            self._run()
        except Exception as error:
            # Nothing can be shown any more: to go is better than to stand still.
            caught(error, "writing to the terminal")
            self._end_all()

    def _run(self) -> None:
        while True:
            with self._change:
                while not self._waiting and not self._ending:
                    self._change.wait()
                if not self._waiting:
                    return
                data = b"".join(self._waiting)
                self._waiting.clear()
            if not self._write_all(data):
                return
            with self._change:
                self._backlog -= len(data)
                empty = not self._backlog
            if empty and self._drained is not None:
                self._drained()

    def _write_all(self, data: bytes) -> bool:
        view = memoryview(data)
        while view:
            try:
                view = view[os.write(self._fd, view) :]
            except BlockingIOError:
                # Some other program left the terminal in non-blocking mode.
                select.select([], [self._fd], [], 1.0)
            except OSError:
                # The terminal is gone: nobody will read this, or anything after it.
                self._end_all()
                return False
        return True

    def _end_all(self) -> None:
        with self._change:
            self._dead = True
            self._waiting.clear()
            self._backlog = 0
        if self._lost is not None:
            self._lost()
