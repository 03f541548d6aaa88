"""What a program prints, on a screen of its own, as it prints it.

The program has no keyboard, and ends when the screen is closed. Only so much of what it prints is
kept, and what is left out is told.
"""

from __future__ import annotations

import os
import shlex
import signal
import subprocess
import threading
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.message import Message

from tui.bindings import bind
from tui.bugs import caught
from tui.context import AppContext
from tui.domain.lines import TextLines
from tui.domain.text import clean
from tui.errors import PlanError
from tui.keys import hint
from tui.view import ModalView
from tui.widgets.box import Box
from tui.widgets.text_view import TextView

MOST = 4_000_000
"""Bytes that are kept of what it prints."""
PIECE = 65536


class ProgramScreen(ModalView[None]):
    """A program that runs, or ran, and its output."""

    BINDINGS: ClassVar[list[BindingType]] = [
        bind("unwind", "dismiss", "Close"),
        bind("back", "dismiss", "Close"),
    ]

    @dataclass
    class Printed(Message):
        """All that it has printed so far, and how it ended."""

        number: int
        text: str
        ended: str

        def can_replace(self, message: Message) -> bool:
            """Only the latest is worth drawing."""
            return isinstance(message, type(self)) and message.number == self.number

    def __init__(self, context: AppContext, argv: Sequence[str], *, may_repeat: bool) -> None:
        """`may_repeat` says whether it may run once more without being asked about."""
        super().__init__()
        self.context = context
        self._argv = list(argv)
        self._may_repeat = may_repeat
        self._number = 0
        self._process: subprocess.Popen[bytes] | None = None
        self._lock = threading.Lock()
        """Held by whoever starts it or ends it."""
        self._is_over = False

    def compose(self) -> ComposeResult:
        """Title and lines."""
        with Box(id="help", width=92, ascii=self.context.ascii):
            yield TextView(wrap=True, ascii=self.context.ascii, placeholder="running …")

    def on_mount(self) -> None:
        """Run it."""
        self.query_one(TextView).focus()
        self._begin()

    def on_unmount(self) -> None:
        """Nobody looks any more."""
        with self._lock:
            self._is_over = True
        self._end()

    def try_again(self) -> None:
        """Run it once more, where that changes nothing."""
        if self._may_repeat:
            self._begin()

    async def action_dismiss(self, result: None = None) -> None:
        """Close."""
        self.dismiss(result)

    def _begin(self) -> None:
        self._end()
        self._number += 1
        self._show_head("")
        self._run(self._number)

    def _end(self) -> None:
        """End it with all that it has started."""
        with self._lock:
            if self._process is not None and self._process.poll() is None:
                with suppress(OSError):
                    os.killpg(self._process.pid, signal.SIGTERM)

    def _show_head(self, ended: str) -> None:
        again = f"{hint('refresh')} runs it again  " if self._may_repeat else ""
        line = clean(shlex.join(self._argv))
        self.query_one(Box).show_title(f"$ {line}", ended)
        self.query_one(Box).show_keys(f"{again}{hint('unwind')} closes")

    @work(thread=True, group="program")
    def _run(self, number: int) -> None:
        printed = bytearray()
        left_out = 0

        def tell(ended: str) -> None:
            text = printed.decode("utf-8", "replace")
            if left_out:
                text += f"\n… and {left_out:,} bytes more, which are not kept"
            self.post_message(self.Printed(number, text, ended))

        try:
            running = self._started()
            if running is None:
                return
            assert running.stdout is not None
            while piece := os.read(running.stdout.fileno(), PIECE):
                room = MOST - len(printed)
                printed += piece[:room]
                left_out += max(0, len(piece) - room)
                tell("")
            code = running.wait()
            running.stdout.close()
            tell(f"exit code {code}" if code else "")
        except Exception as error:
            printed += str(caught(error, "running a command")).encode()
            tell("not started")

    def _started(self) -> subprocess.Popen[bytes] | None:
        """None where the screen was closed before. Raises: PlanError."""
        with self._lock:
            if self._is_over:
                return None
            try:
                self._process = subprocess.Popen(
                    self._argv,
                    stdin=subprocess.DEVNULL,
                    stdout=subprocess.PIPE,
                    stderr=subprocess.STDOUT,
                    start_new_session=True,
                )
            except OSError as error:
                why = error.strerror or error
                raise PlanError(f"{clean(self._argv[0])} cannot be started: {why}") from error
            return self._process

    @on(Printed)
    def show(self, message: Printed) -> None:
        """What it printed by now."""
        if message.number != self._number or not self.query(TextView):
            return
        self._show_head(message.ended)
        view = self.query_one(TextView)
        text = message.text
        if not text and not message.ended:
            text = "(it printed nothing)"
        view.show(TextLines(text))
