"""Writing down what was heard, on a thread of its own, so that nobody waits for a disk.

What is heard is put into a queue as it is; encoding, leaving out secrets, packing and writing are
for the thread. The queue has an end: what comes faster than it can be written is counted, and the
file says how much that was. A block is written at the latest `SOON` seconds after its first frame.
"""

from __future__ import annotations

import os
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable
from pathlib import Path

import msgspec

from tui.bugs import caught
from tui.domain.hidden import IN_USE
from tui.domain.incident import Redaction
from tui.domain.recording import (
    ENDED,
    FIRST_LINE,
    LOST,
    MOST_BLOCK,
    Frame,
    Packer,
    encoded,
)
from tui.errors import InputError
from tui.recording.scrubbing import scrub

SOON = 1.0
"""Seconds for which frames wait for others, as small blocks are packed badly."""
LARGE = 1 << 20
"""Bytes of frames that do not wait for others."""
AROUND = 100
"""Bytes of a frame besides its body, about."""
MOST_WAITING = 20_000
"""Pieces that wait to be written; more are lost."""
MOST_WEIGHT = 64 << 20
"""The same in bytes, of logs and whole objects."""
MOST_FRAME = MOST_BLOCK >> 2
"""Bytes of a frame; an object that is larger is left out."""


class Telling(msgspec.Struct, frozen=True):
    """A frame that is to be written, before its secrets are left out."""

    tells: str
    key: tuple[str, ...] = ()
    body: bytes = b"null"
    """JSON."""
    is_clean: bool = False
    """Whether it has no secrets: they were left out before."""


Late = Callable[[bool], Iterable[Telling]]
"""Makes the frames of what was held back and may be written by now; where the recording is over,
of all that was. Called on the thread that writes."""


def _nothing(is_over: bool) -> Iterable[Telling]:
    return ()


Tell = Callable[[], Iterable[Telling]]
"""Makes the frames of something that was heard; called on the thread that writes."""


class Recorder:
    """One file that is written, from when it is made until `end`. Any thread may tell it."""

    def __init__(
        self,
        path: Path,
        *,
        failed: Callable[[str], object],
        clock: Callable[[], float] = time.time,
        write: Callable[[int, memoryview], int] = os.write,
    ) -> None:
        """`failed` is told in a sentence, on the thread that writes, why it ended by itself;
        `write` writes some bytes to a file descriptor, and returns how many.

        Raises: InputError where the file is there already, or cannot be written.
        """
        self.path = path
        self.redaction = Redaction()
        self.size = 0
        """Bytes that are written."""
        self.lost = 0
        """Pieces that came too fast, or were too large."""
        self.late: Late = _nothing
        """Called once in a while, and at the end."""
        self._failed = failed
        self._clock = clock
        self._write_some = write
        self._waiting: deque[tuple[int, Tell, int]] = deque()
        self._weight = 0
        self._lock = threading.Lock()
        self._woken = threading.Event()
        self._is_open = True
        self._packer = Packer()
        self.cpu = 0.0
        """Seconds of a core that its thread took so far."""
        try:
            flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC
            self._file = os.open(path, flags, 0o600)
            self._write(FIRST_LINE)
        except FileExistsError as error:
            raise InputError(f"{path} is there already", hint="record into another file") from error
        except (OSError, ValueError) as error:
            why = getattr(error, "strerror", None) or str(error)
            raise InputError(f"{path} cannot be written: {why}") from error
        self._thread = threading.Thread(target=self._run, name="recording", daemon=True)
        self._thread.start()

    @property
    def is_open(self) -> bool:
        """Whether what is told is still written."""
        return self._is_open

    def tell(self, make: Tell, weight: int = 0) -> None:
        """Have something written; never waits. `weight` are about the bytes that it keeps."""
        at = int(self._clock() * 1000)
        with self._lock:
            if not self._is_open:
                return
            if len(self._waiting) >= MOST_WAITING or self._weight + weight > MOST_WEIGHT:
                self.lost += 1
                return
            self._waiting.append((at, make, weight))
            self._weight += weight
            is_much = self._weight > LARGE or len(self._waiting) > MOST_WAITING // 4
        if is_much:
            self._woken.set()

    def end(self, patience: float = 10.0) -> None:
        """Write what waits, and close the file; waits for a slow disk no longer than this."""
        with self._lock:
            self._is_open = False
        self._woken.set()
        self._thread.join(patience)

    # --- the thread that writes ------------------------------------------------------------

    def _run(self) -> None:
        try:
            told_lost = 0
            while self._is_open or self._waiting:
                if self._is_open:
                    self._woken.wait(SOON)
                    self._woken.clear()
                self._write_waiting()
                self._write_told(self._now, self.late(False))
                if self.lost > told_lost:
                    told_lost = self.lost
                    self._write_frames([self._frame(self._now, Telling(LOST, (str(told_lost),)))])
                self.cpu = time.thread_time()
            self._write_told(self._now, self.late(True))
            self._write_frames([self._frame(self._now, Telling(ENDED))])
            if scrub(self.path, self.redaction.has_any, self.redaction.data):
                self.size = self.path.stat().st_size
        except OSError as error:
            self._give_up(f"the recording ended: {self.path} cannot be written: {error.strerror}")
        except Exception as error:
            self._give_up(f"the recording ended: {caught(error, 'recording')}")
        finally:
            self._is_open = False
            os.close(self._file)

    @property
    def _now(self) -> int:
        return int(self._clock() * 1000)

    def _give_up(self, why: str) -> None:
        with self._lock:
            self._is_open = False
            self._waiting.clear()
        self._failed(why)

    def _write_waiting(self) -> None:
        frames: list[Frame] = []
        size = 0
        while self._waiting:
            with self._lock:
                at, make, weight = self._waiting.popleft()
                self._weight -= weight
            for told in make():
                size += self._add(frames, at, told)
                if size > LARGE:
                    self._write_frames(frames)
                    frames, size = [], 0
        self._write_frames(frames)

    def _write_told(self, at: int, told: Iterable[Telling]) -> None:
        for each in told:
            frames: list[Frame] = []
            self._add(frames, at, each)
            self._write_frames(frames)

    def _add(self, frames: list[Frame], at: int, told: Telling) -> int:
        """Add the frame of something, and return about the bytes that it takes."""
        if len(told.body) > MOST_FRAME:
            self.lost += 1
            return 0
        frames.append(self._frame(at, told))
        return len(frames[-1].body) + AROUND

    def _frame(self, at: int, told: Telling) -> Frame:
        body = told.body if told.is_clean else self.clean_json(told.body)
        return Frame(at, told.tells, told.key, msgspec.Raw(body))

    def clean_json(self, body: bytes) -> bytes:
        """JSON without secrets: those of the workflows, and those that this program uses."""
        body = self.redaction.json(body)
        self.redaction.hidden.clear()
        return self._without_own(body)

    def clean_text(self, text: bytes) -> bytes:
        """The same of lines of a log."""
        return self._without_own(self.redaction.data(text))

    def _without_own(self, data: bytes) -> bytes:
        if not IN_USE.are_in(data):
            return data
        return IN_USE.hide(data.decode(errors="surrogateescape")).encode(errors="surrogateescape")

    def _write_frames(self, frames: list[Frame]) -> None:
        if frames:
            self._write(self._packer.block(encoded(frames)))

    def _write(self, data: bytes) -> None:
        view = memoryview(data)
        while view:
            written = self._write_some(self._file, view)
            self.size += written
            view = view[written:]
