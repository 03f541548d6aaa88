"""Asking the terminal itself: how fast it answers, how wide our signs are, what it passes on.

Only for a command that prints: while the app draws, keys and answers come the same way. A terminal
answers in the order in which it is asked, so the last question is one that each of them knows, and
whatever was not answered before that is not known to it.
"""

from __future__ import annotations

import os
import re
import select
import subprocess
import termios
import time
import tty
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field

SIGNS = "✔✖●▲‖◐━▏"
"""Characters that our screens cannot do without, each to be one cell wide."""
WITHIN = 1.0
"""Seconds for all answers."""

WHERE = "\x1b[6n"
WHO = "\x1b[c"
FOCUS = 1004
HAS_CLIPBOARD = "52"
"""What terminals that take OSC 52 say of themselves among their abilities."""

_POSITION = re.compile(r"\x1b\[(\d+);(\d+)R")
_ABILITIES = re.compile(r"\x1b\[\?([\d;]*)c")
_FOCUS = re.compile(rf"\x1b\[\?{FOCUS};(\d)\$y")

TMUX_OPTIONS = ("set-clipboard", "allow-passthrough", "escape-time", "focus-events")


@dataclass(frozen=True, slots=True)
class Probed:
    """What came of it."""

    seconds: float | None = None
    """From a question to its answer; None where nothing was answered."""
    cells: int | None = None
    """That `SIGNS` took."""
    focus: bool | None = None
    """Whether it tells when it has the focus."""
    clipboard: bool | None = None
    """Whether it says that it takes OSC 52; None where it says nothing of it."""
    tmux: Mapping[str, str] = field(default_factory=dict)
    """Options of the tmux that we are in, by name."""


def probe(*, in_tmux: bool, within: float = WITHIN, device: str = "/dev/tty") -> Probed | None:
    """Ask the terminal of this process; None where it has none. Takes `within` seconds at most."""
    try:
        terminal = os.open(device, os.O_RDWR | os.O_NOCTTY)
    except OSError:
        return None
    try:
        said, seconds = _asked(terminal, within)
    except (OSError, termios.error):
        return None
    finally:
        os.close(terminal)
    return read(said, seconds, _tmux_options() if in_tmux else {})


def read(said: str, seconds: float | None, tmux: Mapping[str, str]) -> Probed:
    """What the answers of a terminal mean."""
    columns = [int(column) for _, column in _POSITION.findall(said)]
    cells = columns[1] - columns[0] if len(columns) > 1 else None
    focus = _FOCUS.search(said)
    abilities = _ABILITIES.search(said)
    has_clipboard = abilities is not None and HAS_CLIPBOARD in abilities[1].split(";")
    return Probed(
        seconds if columns else None,
        cells,
        # 0 is "no such mode"; 1 to 4 say that it is there, on or off.
        focus[1] != "0" if focus is not None else None,
        True if has_clipboard else None,
        tmux,
    )


def _asked(terminal: int, within: float) -> tuple[str, float | None]:
    """What was answered, and the seconds until the first of it; None for nothing."""
    before = termios.tcgetattr(terminal)
    questions = f"\r{WHERE}{SIGNS}{WHERE}\x1b[?{FOCUS}$p{WHO}"
    said, first = b"", None
    try:
        tty.setraw(terminal, termios.TCSANOW)
        begun = time.monotonic()
        os.write(terminal, questions.encode())
        while (left := begun + within - time.monotonic()) > 0:
            if not select.select([terminal], [], [], left)[0]:
                break
            said += os.read(terminal, 4096)
            if first is None and _POSITION.search(said.decode("ascii", "replace")):
                first = time.monotonic() - begun
            if _ABILITIES.search(said.decode("ascii", "replace")):
                break
    finally:
        with suppress(OSError):
            os.write(terminal, b"\r\x1b[K")
        termios.tcsetattr(terminal, termios.TCSANOW, before)
    return said.decode("ascii", "replace"), first


def _tmux_options() -> dict[str, str]:
    """What tmux says of itself; nothing where it cannot be asked."""
    wanted = "\n".join(f"#{{{name}}}" for name in TMUX_OPTIONS)
    try:
        told = subprocess.run(
            ["tmux", "display-message", "-p", wanted],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=WITHIN,
        )
    except (OSError, ValueError, subprocess.TimeoutExpired):
        return {}
    values = told.stdout.split("\n")[: len(TMUX_OPTIONS)] if told.returncode == 0 else []
    return {name: value for name, value in zip(TMUX_OPTIONS, values, strict=False) if value}
