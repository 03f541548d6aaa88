"""Reading single objects, several at once, for the rows of a list that say too little."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from queue import SimpleQueue
from typing import Any, Generic, TypeVar

from tui.domain import decode
from tui.domain.identity import ObjectKey, Part, Row
from tui.errors import InputError, Missing, Stopped
from tui.ports.collections import HasMetadata, Readable, row_of
from tui.ports.threads import CancelToken
from tui.sources.answers import NO_KIND
from tui.sources.paths import object_path
from tui.sources.transport import Transport, not_kubernetes

L = TypeVar("L", bound=HasMetadata)

AT_ONCE = 8
"""Objects that are read at the same time."""


class Filling(Generic[L]):
    """Objects that are being read, on threads that end with the last of them."""

    def __init__(
        self,
        transport: Transport,
        kind: Readable[L, Any],
        keys: Sequence[ObjectKey],
        heard: Callable[[bytes], object] | None = None,
    ) -> None:
        """`heard` gets each object as it came, on the thread that reads it."""
        self._transport = transport
        self._heard = heard
        self._kind = kind
        self._keys = iter(keys)
        self._lock = threading.Lock()
        self._stop = CancelToken()
        self._came: SimpleQueue[Row[L] | BaseException | None] = SimpleQueue()
        """Rows; what went wrong; None for a thread that has no more to do."""
        self._threads = min(AT_ONCE, len(keys))
        for _ in range(self._threads):
            threading.Thread(target=self._work, name="fill", daemon=True).start()

    def end(self) -> None:
        """Read no more, and wait for nobody: an answer that has not begun may take a while."""
        self._stop.set()
        self._came.put(None)

    def batches(self) -> Iterator[list[Row[L]]]:
        """What came, several where several are waiting; raises the first that went wrong."""
        working = self._threads
        while working and not self._stop.is_set:
            rows: list[Row[L]] = []
            wrong: BaseException | None = None
            came: Row[L] | BaseException | None = self._came.get()
            while True:
                if came is None:
                    working -= 1
                elif isinstance(came, Row):
                    rows.append(came)
                else:
                    wrong = wrong or came
                if self._came.empty():
                    break
                came = self._came.get()
            if rows:
                yield rows
            if wrong is not None:
                raise wrong

    def _work(self) -> None:
        try:
            while (key := self._next()) is not None:
                row = self._read(key)
                if row is not None:
                    self._came.put(row)
        except Stopped:
            pass
        except BaseException as error:  # raised by the thread that takes what came
            self._came.put(error)
        self._came.put(None)

    def _next(self) -> ObjectKey | None:
        with self._lock:
            return None if self._stop.is_set else next(self._keys, None)

    def _read(self, key: ObjectKey) -> Row[L] | None:
        path = object_path(self._kind.resource, key.namespace, key.name)
        try:
            body = self._transport.get(path, stop=self._stop)
        except Missing as error:
            if error.reason == NO_KIND:
                raise
            return None
        try:
            item = decode.list_reader(self._kind.listed).one(body)
        except InputError as error:
            raise not_kubernetes(error) from error
        if self._heard is not None:
            self._heard(body)
        # What was asked for is at its place, whatever it says of itself.
        made = row_of(Part(key.connection, key.kind), item)
        return Row(key, made.uid, made.version, made.origins, made.value)
