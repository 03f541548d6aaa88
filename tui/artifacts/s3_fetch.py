"""Fetching objects in pieces, several at a time.

One object of many pieces and a folder of many small objects are the same work: a list of pieces,
each written to its own place. boto3's own transfers do this as fast, but when they are stopped they
finish the reads under way and leave their connections open; here a stop breaks the reads.
"""

from __future__ import annotations

import contextlib
import os
import threading
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tui.artifacts.base import Progress, StoreError, stopped
from tui.artifacts.s3_client import Client
from tui.artifacts.saving import open_file, open_inside
from tui.ports.threads import CancelToken

PIECE = 32 << 20
"""Bytes of one request, at most."""

AT_ONCE = 4
"""Requests at the same time."""

READ = 1 << 18
"""Bytes between two looks at whether to go on, and two tellings of progress."""

PATIENCE = 3
"""Tries in a row that may bring nothing."""

GOODBYE = 1.0
"""Seconds that a stop waits for reads to break; after that they are left to end by themselves."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """One object and the file, which is there already, that it goes to."""

    key: str
    size: int
    etag: str
    path: Path
    folder: Path | None = None
    """The folder that we fill; `path` is from there on. None for a file by itself."""

    def opened(self) -> int:
        """A descriptor to write it. Raises: OSError; StoreError where a link stands there."""
        return open_file(self.path) if self.folder is None else open_inside(self.folder, self.path)


@dataclass(frozen=True, slots=True)
class _Piece:
    wanted: Wanted
    start: int
    end: int

    @property
    def is_whole(self) -> bool:
        return self.end - self.start == self.wanted.size


class Fetch:
    """One download under way."""

    def __init__(self, client: Client, bucket: str, progress: Progress, total: int) -> None:
        self._client = client
        self._bucket = bucket
        self._progress = progress
        self._total = total
        self._done = 0
        self._waiting: deque[_Piece] = deque()
        self._lock = threading.Lock()
        self._telling = threading.Lock()
        """Apart from the other, because whoever is told may stop us there and then."""
        self._over = threading.Event()
        """No new piece is begun: all done, stopped, or one failed."""
        self._alive = 0
        self._bodies: set[Any] = set()
        self._error: BaseException | None = None

    def run(self, objects: Sequence[Wanted], stop: CancelToken) -> None:
        """Fetch them all. Raises what boto3 or the disk raised first, or StoreError ("stopped")."""
        self._waiting.extend(
            _Piece(wanted, start, min(start + PIECE, wanted.size))
            for wanted in objects
            for start in range(0, wanted.size, PIECE)
        )
        self._progress(0, self._total)
        self._alive = min(AT_ONCE, len(self._waiting))
        threads = [
            threading.Thread(target=self._work, name="artifact fetch", daemon=True)
            for _ in range(self._alive)
        ]
        take_back = stop.on_set(self._break_off)
        try:
            for thread in threads:
                thread.start()
            if threads:
                self._over.wait()
            for thread in threads:
                thread.join(GOODBYE if stop.is_set else None)
        finally:
            take_back()
        if stop.is_set:
            raise stopped()
        if self._error is not None:
            raise self._error

    def _work(self) -> None:
        try:
            while not self._over.is_set():
                try:
                    piece = self._waiting.popleft()
                except IndexError:
                    break
                self._fetch(piece)
        except BaseException as error:
            # Carried to the thread that waits in `run`.
            with self._lock:
                self._error = self._error or error
            self._break_off()
        with self._lock:
            self._alive -= 1
            if not self._alive:
                self._over.set()

    def _fetch(self, piece: _Piece) -> None:
        """One piece, going on where it was when a connection breaks."""
        from botocore import exceptions as boto

        broken = (
            boto.ConnectionClosedError,
            boto.IncompleteReadError,
            boto.ReadTimeoutError,
            boto.ResponseStreamingError,
        )
        at, tries = piece.start, 0
        with os.fdopen(piece.wanted.opened(), "r+b", buffering=0) as file:
            while at < piece.end and not self._over.is_set():
                before = at
                try:
                    with self._opened(piece, at) as body:
                        while data := body.read(min(READ, piece.end - at)):
                            at += _write(file.fileno(), data, at)
                            self._tell(len(data))
                except broken:
                    tries = 1 if at > before else tries + 1
                    if self._over.is_set() or tries >= PATIENCE:
                        raise
                else:
                    if at == before:
                        raise StoreError(f"{piece.wanted.key} ended too early")

    @contextlib.contextmanager
    def _opened(self, piece: _Piece, at: int) -> Iterator[Any]:
        """The body of the rest of a piece; a stop from another thread breaks its reads."""
        asked: dict[str, str] = dict(self._client.extra)
        if not piece.is_whole or at:
            asked["Range"] = f"bytes={at}-{piece.end - 1}"
        if piece.wanted.etag:
            # Pieces of two versions must never make one file.
            asked["IfMatch"] = piece.wanted.etag
        got = self._client.boto.get_object(Bucket=self._bucket, Key=piece.wanted.key, **asked)
        body = got["Body"]
        try:
            if "Range" in asked and "ContentRange" not in got:
                raise StoreError("the store does not give parts of objects", reason="unsupported")
            with self._lock:
                self._bodies.add(body)
            if self._over.is_set():
                raise stopped()
            yield body
        finally:
            with self._lock:
                self._bodies.discard(body)
            body.close()

    def _break_off(self) -> None:
        self._over.set()
        with self._lock:
            for body in self._bodies:
                # Only this wakes a blocked read, and botocore has no word of its own for it;
                # it complains where there is nothing left to read.
                raw = getattr(body, "_raw_stream", None)
                with contextlib.suppress(OSError, ValueError, RuntimeError):
                    if raw is not None:
                        raw.shutdown()

    def _tell(self, more: int) -> None:
        with self._telling:
            self._done += more
            self._progress(self._done, self._total)


def _write(descriptor: int, data: bytes, at: int) -> int:
    """Write all of it at its place; threads share no position."""
    view = memoryview(data)
    while view:
        written = os.pwrite(descriptor, view, at)
        view = view[written:]
        at += written
    return len(data)
