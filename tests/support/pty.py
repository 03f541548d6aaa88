"""Running a program in a real pseudo terminal: keys in, bytes counted, a screen to read.

Nothing here sleeps for a fixed time. "Quiet" is a stretch without output in which the program also
used no processor time, so a busy machine makes the tests slower and not wrong.
"""

from __future__ import annotations

import fcntl
import os
import pty
import select
import signal
import struct
import subprocess
import sys
import tempfile
import termios
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType

from tests.support.emulator import Emulator
from tests.support.processes import is_at_work, state_of, ticks_of

ROOT = Path(__file__).resolve().parents[2]

KEYS = {
    "up": "\x1b[A",
    "down": "\x1b[B",
    "right": "\x1b[C",
    "left": "\x1b[D",
    "home": "\x1b[H",
    "end": "\x1b[F",
    "pageup": "\x1b[5~",
    "pagedown": "\x1b[6~",
    "enter": "\r",
    "escape": "\x1b",
    "tab": "\t",
    "shift+tab": "\x1b[Z",
    "space": " ",
    "backspace": "\x7f",
    "focus": "\x1b[I",
    "blur": "\x1b[O",
}
"""What a terminal sends for the keys that have names (`focus` and `blur` are its own words)."""

PART = 0.25
"""Seconds of a long wait that are looked at by themselves. Who waits looks at the clock and at its
keys, a tick of processor time in them at most: the longer it is watched, the more that takes."""
FRAME_BEGIN = b"\x1b[?2026h"
SYNC_QUERY = b"\x1b[?2026$p"
SYNC_ANSWER = b"\x1b[?2026;2$y"


def key_bytes(key: str) -> bytes:
    """The bytes of a key as Textual names it: `down`, `ctrl+r`, `x`, `G`."""
    if key in KEYS:
        return KEYS[key].encode()
    if key.startswith("ctrl+") and len(key) == 6:
        return bytes([ord(key[5].upper()) & 0x1F])
    if len(key) == 1:
        return key.encode()
    raise ValueError(f"no bytes known for the key {key!r}")


@dataclass
class Step:
    """What one step of a script wrote."""

    data: bytes

    @property
    def size(self) -> int:
        return len(self.data)

    @property
    def frames(self) -> int:
        """Frames begun, if the terminal said it knows synchronized output."""
        return self.data.count(FRAME_BEGIN)


@dataclass
class Pty:
    """A program in a pseudo terminal of its own; use it in a `with`."""

    argv: Sequence[str]
    columns: int = 80
    rows: int = 24
    env: Mapping[str, str] = field(default_factory=dict)
    """Added to a bare environment: TERM, HOME, PATH, a UTF-8 locale, a state of its own."""
    knows_sync: bool = True
    """Whether the terminal answers that it knows synchronized output."""
    rate: float = 0.0
    """Bytes a second that the far end reads; 0 for as many as there are."""
    naive: bool = False
    is_read: bool = True
    """Whether anybody looks at the screen; without it what was written is counted, and no more."""
    cwd: Path = ROOT
    others: list[int] = field(default_factory=list)
    """Process ids of what works for the program, as a server: until all rest it is not quiet."""

    def __post_init__(self) -> None:
        self.emulator = Emulator(self.columns, self.rows, naive=self.naive)
        self.data = b""
        """Everything written so far."""
        self._asked = 0
        # Within that of the tests, which pytest clears away even where they were killed.
        around = os.environ.get("XDG_STATE_HOME", "")
        self._state = tempfile.TemporaryDirectory(
            prefix="argo-tui-state-", dir=around if os.path.isdir(around) else None
        )

    # Beginning and end

    def __enter__(self) -> Pty:
        self.master, slave = pty.openpty()
        self._set_size(self.columns, self.rows)
        self.process = subprocess.Popen(
            list(self.argv),
            stdin=slave,
            stdout=slave,
            stderr=slave,
            cwd=self.cwd,
            env=self._environment(),
            start_new_session=True,
            preexec_fn=_take_terminal,
        )
        os.close(slave)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()
        os.close(self.master)
        self._state.cleanup()

    def _environment(self) -> dict[str, str]:
        bare = {
            "TERM": "xterm-256color",
            "COLORTERM": "truecolor",
            "LC_ALL": "C.UTF-8",
            "PATH": os.environ.get("PATH", ""),
            "HOME": os.environ.get("HOME", "/"),
            # Programs that are hung up here must leave nothing where a person's own looks.
            "XDG_STATE_HOME": self._state.name,
            "PYTHONPATH": str(ROOT),
            "PYTHONDONTWRITEBYTECODE": "1",
        }
        return {**bare, **self.env}

    # Doing

    def send(self, data: bytes) -> None:
        os.write(self.master, data)

    def press(self, *keys: str) -> None:
        for key in keys:
            self.send(key_bytes(key))

    def resize(self, columns: int, rows: int) -> None:
        """The window takes another size, and says so as a terminal does."""
        self.columns, self.rows = columns, rows
        self.emulator.resize(lines=rows, columns=columns)
        self._set_size(columns, rows)

    def step(self, *keys: str, still: float = 0.1, within: float = 20.0) -> Step:
        """Press keys, wait until it is quiet again, and say what was written meanwhile."""
        if "escape" in keys:
            # Textual waits to see whether more follows before it takes an Escape for a key.
            still = max(still, 0.3)
        return self.during(lambda: self.press(*keys), still=still, within=within)

    def during(
        self, act: Callable[[], object], *, still: float = 0.1, within: float = 20.0
    ) -> Step:
        before = len(self.data)
        act()
        self.quiet(still=still, within=within)
        return Step(self.data[before:])

    # Waiting

    def quiet(self, *, still: float = 0.1, within: float = 20.0) -> None:
        """Until `still` seconds pass in which nothing was written and nothing was worked on."""
        end = time.monotonic() + within
        pids = [self.process.pid, *self.others]
        while time.monotonic() < end:
            if self._is_quiet(still, pids):
                return
        raise AssertionError(f"not quiet within {within} s; the screen:\n{self.picture()}")

    def _is_quiet(self, still: float, pids: Sequence[int]) -> bool:
        """Whether nothing was written and nothing worked on for so many seconds."""
        end = time.monotonic() + still
        while (left := end - time.monotonic()) > 0:
            worked = sum(map(ticks_of, pids))
            if self._read(min(left, PART)) or sum(map(ticks_of, pids)) - worked > 1:
                return False
        # On a busy machine it may not have had its turn: that is not quiet either.
        return not any(map(is_at_work, pids))

    def pump(self, seconds: float) -> None:
        """Read for so long whatever comes, quiet or not."""
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            self._read(left)

    def forget(self) -> None:
        """What was written so far is not looked at any more: a long run writes gigabytes."""
        self.data, self._asked = b"", 0

    def wait_for(self, words: str, *, within: float = 20.0) -> None:
        """Until the screen shows the words."""
        self.wait_until(lambda: self.emulator.shows(words), f"{words!r} to show", within=within)

    def wait_until(self, fact: Callable[[], bool], what: str, *, within: float = 20.0) -> None:
        end = time.monotonic() + within
        while not fact():
            if time.monotonic() > end:
                raise AssertionError(f"waited {within} s for {what}; the screen:\n{self.picture()}")
            self._read(0.05)

    def wait_for_exit(self, *, within: float = 20.0) -> int:
        end = time.monotonic() + within
        while self.process.poll() is None:
            if time.monotonic() > end:
                raise AssertionError(f"still running; the screen:\n{self.picture()}")
            self._read(0.05)
        while self._read(0.0):
            pass
        return self.process.returncode

    def picture(self) -> str:
        return "\n".join(self.emulator.text())

    # The machinery

    def _set_size(self, columns: int, rows: int) -> None:
        size = struct.pack("HHHH", rows, columns, 0, 0)
        fcntl.ioctl(self.master, termios.TIOCSWINSZ, size)

    def _read(self, patience: float) -> bool:
        """Read what is there, waiting so long for the first of it; False if there was nothing."""
        try:
            ready, _, _ = select.select([self.master], [], [], patience)
            if not ready:
                return False
            chunk = self._receive()
        except OSError:
            # The program is gone, and Linux says so with EIO.
            return False
        self.data += chunk
        if self.is_read:
            self.emulator.feed(chunk)
        self._answer()
        return bool(chunk)

    def _receive(self) -> bytes:
        if not self.rate:
            return os.read(self.master, 65536)
        # A slow reader: each packet takes the time the line would take.
        chunk = os.read(self.master, 1024)
        time.sleep(len(chunk) / self.rate)
        return chunk

    def _answer(self) -> None:
        asked = self.data.count(SYNC_QUERY)
        if self.knows_sync and asked > self._asked:
            self.send(SYNC_ANSWER)
        self._asked = asked

    @property
    def is_stopped(self) -> bool:
        """Whether the program is suspended just now."""
        return state_of(self.process.pid) == "T"


def _take_terminal() -> None:
    """In the child: the pseudo terminal becomes its controlling terminal, so that SIGHUP works."""
    fcntl.ioctl(0, termios.TIOCSCTTY, 0)


def run_python(path: Path | str, *arguments: str) -> list[str]:
    """The argument list that runs a Python file with this Python."""
    return [sys.executable, str(path), *arguments]


def run_tui(*arguments: str) -> list[str]:
    """The argument list that runs the program itself."""
    return [sys.executable, "-m", "tui", *arguments]
