"""Downloading S3 objects with several ranged requests at a time.

One large object and a folder of many small ones are the same work: a list of byte ranges, each
written to its own file and position. boto3's own transfers are as fast, but when they are stopped
they finish the reads under way and leave their connections open; here a stop interrupts the reads.
"""

from __future__ import annotations

import contextlib
import os
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from tui.artifacts.base import Progress, Stat, StoreError, stopped
from tui.artifacts.s3_client import Client
from tui.artifacts.s3_small import SMALL, SmallObjects
from tui.artifacts.saving import Kept
from tui.ports.threads import CancelToken

PIECE = 32 << 20
"""Maximum number of bytes of one request."""

PARALLEL_REQUESTS = 4
"""Number of requests that run at the same time, unless small objects are waited for."""

MOST_REQUESTS = 16
"""Number of requests for small objects that run at the same time."""

BUSY = 0.5
"""Part of the time that we compute above which more requests at the same time gain nothing."""

READ_SIZE = 1 << 18
"""Bytes of one read; after each one we check for a stop and report progress."""

STREAMED = 1 << 20
"""Bytes of one read of what is read as it comes."""

PAUSES = (0.0, 1.0, 4.0)
"""Seconds before each new try in a row of what was broken off: a store that is started again is
back after some. Without a byte after the last one a range fails."""

STOP_TIMEOUT = 1.0
"""Seconds that a stop waits for its threads; after that they are left to end by themselves."""


@dataclass(frozen=True, slots=True)
class ObjectFile:
    """One object, and the file that it is written to, which exists already."""

    key: str
    size: int
    etag: str
    opened: Callable[[], int]
    """A descriptor of the file. Raises: OSError; StoreError if a link has replaced the file."""
    kept: Kept | None = None
    """What remembers how far it is, for the next try."""


@dataclass(frozen=True, slots=True)
class _Range:
    file: ObjectFile
    start: int
    end: int
    index: int = 0
    had: int = 0
    """Bytes of it that are there from an earlier try."""

    @property
    def is_whole(self) -> bool:
        return self.end - self.start == self.file.size

    @property
    def is_small(self) -> bool:
        return self.file.size <= SMALL


def _ranges(file: ObjectFile, had: Sequence[int]) -> Iterator[_Range]:
    """The ranges of a file that are not there yet; `had` says how much of each is."""
    for index, start in enumerate(range(0, file.size, PIECE)):
        found = _Range(file, start, min(start + PIECE, file.size), index, had[index] if had else 0)
        if found.start + found.had < found.end:
            yield found


class ObjectDownload:
    """A download of one or many objects."""

    def __init__(self, client: Client, bucket: str, progress: Progress, total: int) -> None:
        self._client = client
        self._bucket = bucket
        self._progress = progress
        self._total = total
        self._done = 0
        self._waiting: deque[_Range] = deque()
        self._lock = threading.Lock()
        self._progress_lock = threading.Lock()
        """A lock of its own, since the progress callback may stop the download."""
        self._over = threading.Event()
        """Set when no new range may begin: all are done, it was stopped, or one failed."""
        self._threads: list[threading.Thread] = []
        self._alive = 0
        self._has_come = False
        """Whether anything has."""
        self._small: SmallObjects | None = None
        self._begun = self._computed = 0.0
        """When it began: by the clock, and by what this program had computed."""
        self._bodies: set[Any] = set()
        self._error: BaseException | None = None

    def run(self, objects: Sequence[ObjectFile], stop: CancelToken) -> None:
        """Download all of them.

        Raises: the first error of boto3 or of the disk; StoreError ("stopped").
        """
        for file in objects:
            had = file.kept.done() if file.kept is not None else ()
            self._waiting.extend(_ranges(file, had))
            self._done += sum(had)
        self._progress(self._done, self._total)
        if len(self._waiting) > PARALLEL_REQUESTS:
            self._small = SmallObjects.of(self._client, self._bucket)
        unregister = stop.on_set(self._break_off)
        self._begun, self._computed = time.monotonic(), time.process_time()
        try:
            with self._lock:
                for _ in range(min(PARALLEL_REQUESTS, len(self._waiting))):
                    self._begin_thread()
            if self._threads:
                self._over.wait()
            for thread in self._threads:
                thread.join(STOP_TIMEOUT if stop.is_set else None)
        finally:
            unregister()
        if stop.is_set:
            raise stopped()
        if self._error is not None:
            raise self._error

    def _begin_thread(self) -> None:
        self._alive += 1
        self._threads.append(
            threading.Thread(target=self._work, name="artifact fetch", daemon=True)
        )
        self._threads[-1].start()

    def _ask_for_more(self) -> None:
        """Have another small object asked for at the same time, if they are mostly waited for."""
        with self._lock:
            is_over = self._over.is_set() or len(self._waiting) <= self._alive
            if is_over or len(self._threads) >= MOST_REQUESTS:
                return
            passed = time.monotonic() - self._begun
            if time.process_time() - self._computed < BUSY * passed:
                self._begin_thread()

    def _work(self) -> None:
        try:
            while not self._over.is_set():
                try:
                    piece = self._waiting.popleft()
                except IndexError:
                    break
                self._fetch(piece)
                if piece.is_small:
                    self._ask_for_more()
        except BaseException as error:
            # Carried to the thread that waits in `run`.
            with self._lock:
                self._error = self._error or error
            self._break_off()
        with self._lock:
            self._alive -= 1
            if not self._alive:
                self._over.set()

    def _fetch(self, piece: _Range) -> None:
        """Download one range, and resume it where a connection breaks."""
        broken = _broken()
        at, tries = piece.start + piece.had, 0
        with (
            os.fdopen(piece.file.opened(), "r+b", buffering=0) as file,
            _remembered(piece, lambda: at, file.fileno()),
        ):
            while at < piece.end and not self._over.is_set():
                before = at
                try:
                    with self._body(piece, at) as body:
                        while data := body.read(min(READ_SIZE, piece.end - at)):
                            at += _write(file.fileno(), data, at)
                            self._report(len(data))
                except broken as error:
                    tries = 0 if at > before else tries
                    pause = _pause_after(error, tries, has_come=self._has_come)
                    if self._over.is_set() or pause is None:
                        raise
                    tries += 1
                    self._over.wait(pause)
                else:
                    if at == before:
                        raise StoreError(f"{piece.file.key} ended too early")

    @contextlib.contextmanager
    def _body(self, piece: _Range, at: int) -> Iterator[Any]:
        """The response body for the rest of a range; a stop interrupts reads from it."""
        fields: dict[str, str] = dict(self._client.extra)
        if not piece.is_whole or at:
            fields["Range"] = f"bytes={at}-{piece.end - 1}"
        if piece.file.etag:
            # Ranges of two versions must never end up in one file.
            fields["IfMatch"] = piece.file.etag
        body, span = None, ""
        if self._small is not None and piece.is_small and "Range" not in fields:
            body = self._small.body(piece.file.key, piece.file.etag, piece.file.size)
        if body is None:
            got = self._client.boto.get_object(Bucket=self._bucket, Key=piece.file.key, **fields)
            body, span = got["Body"], got.get("ContentRange", "")
        try:
            if "Range" in fields:
                _check_span(span, at)
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
                _shut_down(body)

    def _report(self, more: int) -> None:
        with self._progress_lock:
            self._has_come = True
            self._done += more
            self._progress(self._done, self._total)


def streamed(
    client: Client, bucket: str, key: str, fact: Stat, stop: CancelToken
) -> Iterator[bytes]:
    """The content of an object in order, by one request as long as its connection holds.

    Ends early where it is stopped. Raises: errors of boto3; StoreError.
    """
    broken = _broken()
    at, tries = 0, 0
    while at < fact.size and not stop.is_set:
        before = at
        fields: dict[str, str] = dict(client.extra)
        if at:
            fields["Range"] = f"bytes={at}-"
        if fact.etag:
            # What comes after a break must be of the same version.
            fields["IfMatch"] = fact.etag
        try:
            got = client.boto.get_object(Bucket=bucket, Key=key, **fields)
            with contextlib.closing(got["Body"]) as body:
                if at:
                    _check_span(got.get("ContentRange", ""), at)
                unregister = stop.on_set(partial(_shut_down, body))
                try:
                    while data := body.read(STREAMED):
                        at += len(data)
                        yield data
                finally:
                    unregister()
        except broken as error:
            tries = 0 if at > before else tries
            pause = _pause_after(error, tries, has_come=at > 0)
            if pause is None and not stop.is_set:
                raise
            tries += 1
            stop.sleep(pause or 0.0)
        else:
            if at < fact.size and not stop.is_set:
                raise StoreError(f"{key} ended too early", hint="try again")
    if at > fact.size:
        raise StoreError(f"{key} changed while it was read", hint="try again")


def _pause_after(error: Exception, tries: int, *, has_come: bool) -> float | None:
    """Seconds to wait before the next try; None where there is none.

    Who cannot be reached from the first is not waited for, who was there a moment ago is.
    """
    from botocore.exceptions import EndpointConnectionError

    if tries == len(PAUSES) or (isinstance(error, EndpointConnectionError) and not has_come):
        return None
    return PAUSES[tries]


def _broken() -> tuple[type[Exception], ...]:
    """The errors of a connection that broke while content came, or cannot be made."""
    from botocore import exceptions as boto

    return (
        boto.ConnectionClosedError,
        boto.EndpointConnectionError,
        boto.IncompleteReadError,
        boto.ReadTimeoutError,
        boto.ResponseStreamingError,
    )


def _check_span(span: str, at: int) -> None:
    """Check that what comes begins where it was asked for; `span` is what the store says of it."""
    if not span:
        raise StoreError("the store does not give parts of objects", reason="unsupported")
    if not span.startswith(f"bytes {at}-"):
        raise StoreError("the store gave another part of an object than it was asked for")


def _shut_down(body: Any) -> None:
    """End the read of a body that is under way."""
    # Only a shutdown wakes a blocked read, and botocore has no method for it. It raises where there
    # is nothing left to read.
    raw = getattr(body, "_raw_stream", None)
    with contextlib.suppress(OSError, ValueError, RuntimeError):
        if raw is not None:
            raw.shutdown()


@contextlib.contextmanager
def _remembered(piece: _Range, at: Callable[[], int], descriptor: int) -> Iterator[None]:
    """Remember how far a range of the file that is open here is, however it ends."""
    try:
        yield
    finally:
        if piece.file.kept is not None:
            piece.file.kept.keep(piece.index, at() - piece.start, descriptor)


def _write(descriptor: int, data: bytes, at: int) -> int:
    """Write all of the data at a position; threads share no file position."""
    view = memoryview(data)
    while view:
        written = os.pwrite(descriptor, view, at)
        view = view[written:]
        at += written
    return len(data)
