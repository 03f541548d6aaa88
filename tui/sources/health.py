"""What the last requests to a server came to, a watch that is still open left aside."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from tui.errors import Busy, SourceError, Stopped, Unauthenticated, Unreachable
from tui.sources.paths import REVIEWS

OF_THE_SERVER = (Unreachable, Unauthenticated, Busy)
"""Failures that any other request would meet as well. A right that lacks, or an object that is not
there, is an answer."""


DISCOVERY = "/api"
"""What everybody who is logged in may ask for, and what the server answers with a few bytes."""


class RequestHealth:
    """The outcome of the last request; any number of threads may report theirs."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._failed: tuple[str, SourceError] | None = None
        self._refused = 0

    @property
    def refused(self) -> int:
        """How many requests so far were refused for want of a right (403)."""
        with self._lock:
            return self._refused

    @property
    def failed(self) -> tuple[str, SourceError] | None:
        """What the last request asked for, and why it failed; None while requests are answered."""
        with self._lock:
            return self._failed

    @contextmanager
    def of(self, path: str) -> Iterator[None]:
        """Notes what the request for a path, made within, comes to."""
        try:
            yield
        except Stopped:
            raise
        except SourceError as error:
            self._note(path, error)
            raise
        self._note(path, None)

    @contextmanager
    def of_stream(self, path: str) -> Iterator[None]:
        """The same for a stream, of which only a login or right that is refused is noted: that it
        breaks is told by whoever reads it."""
        try:
            yield
        except SourceError as error:
            if error.status == 403:
                self._count(path)
            elif isinstance(error, Unauthenticated):
                self._note(path, error)
            raise

    def _count(self, path: str) -> None:
        """A refused question about rights says nothing about any other right."""
        if not path.startswith(REVIEWS):
            with self._lock:
                self._refused += 1

    def _note(self, path: str, error: SourceError | None) -> None:
        if error is not None and error.status == 403:
            self._count(path)
        with self._lock:
            if is_answered_by_the_server(path):
                self._failed = (path, error) if isinstance(error, OF_THE_SERVER) else None
            elif isinstance(error, Unauthenticated):
                # Who asks is looked at before anything is handed on, so this is of the server.
                self._failed = (DISCOVERY, error)
            elif error is None and self._failed and isinstance(self._failed[1], Unauthenticated):
                self._failed = None


def is_answered_by_the_server(path: str) -> bool:
    """Whether the API server answers a path from what it knows itself.

    Others, such as metrics, it hands on to a server that may be down while it is well; a log comes
    from the kubelet.
    """
    if path.startswith("/api/"):
        return not path.endswith("/log")
    return path.startswith("/apis/argoproj.io/")
