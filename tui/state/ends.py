"""Being told when workflows end, whatever is on the screen meanwhile.

Each one that is asked about has a watch of its own, so that it is told though its list was left.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from functools import partial
from typing import Any, Protocol

from tui.domain.identity import Target
from tui.errors import Missing, SourceError
from tui.ports.collections import Changed, Gone, WatchEvent
from tui.ports.connection import Connection, offered
from tui.ports.objects import Watches
from tui.ports.threads import CancelToken, endless

MOST = 20
"""As many are watched at a time; each is a connection."""

Told = Callable[[Target, str], object]
"""Called with how one ended, on a thread."""


class Ending(Protocol):
    """What ends."""

    @property
    def is_completed(self) -> bool:
        """Whether it is over."""

    @property
    def phase(self) -> str:
        """How."""


class Ends:
    """Whose end somebody wants to be told."""

    def __init__(self, told: Told) -> None:
        self._told = told
        self._lock = threading.Lock()
        self._stops: dict[Target, CancelToken] = {}

    def __len__(self) -> int:
        with self._lock:
            return len(self._stops)

    def toggle(self, connection: Connection, kind: Any, target: Target) -> bool | None:
        """Ask for the end of one, or no more; whether it is asked for now, None if too many are.

        `kind` is how it is read (`ports.collections.Readable`).
        """
        with self._lock:
            stop = self._stops.pop(target, None)
            if stop is not None:
                stop.set()
                return False
            if len(self._stops) >= MOST:
                return None
            self._stops[target] = CancelToken()  # until the real one is there

        def watch(stop: CancelToken) -> None:
            port = offered(connection, Watches)
            port.watch_one(kind, target.key, target.uid, partial(self._take, target), stop)

        begun = endless(f"the end of {target.key.name}", watch, partial(self._fail, target))
        with self._lock:
            if target in self._stops:
                self._stops[target] = begun
            else:
                begun.set()  # it has ended meanwhile
        return True

    def end(self) -> None:
        """Ask for none any more."""
        with self._lock:
            stops = list(self._stops.values())
            self._stops.clear()
        for stop in stops:
            stop.set()

    def _take(self, target: Target, event: WatchEvent[Any]) -> None:
        if isinstance(event, Gone):
            self._finish(target, "is gone")
        elif isinstance(event, Changed) and event.row.value.object.is_completed:
            ended: Ending = event.row.value.object
            self._finish(target, ended.phase)

    def _fail(self, target: Target, error: SourceError) -> None:
        said = "is gone" if isinstance(error, Missing) else f"cannot be watched: {error}"
        self._finish(target, said)

    def _finish(self, target: Target, said: str) -> None:
        with self._lock:
            stop = self._stops.pop(target, None)
        if stop is not None:
            stop.set()
            self._told(target, said)
