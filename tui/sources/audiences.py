"""From what a reflector tells to the events of the ports: of a list, of one object."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from typing import Generic, TypeVar

from tui.domain.identity import ObjectKey, Part, Row
from tui.errors import Missing, SourceError
from tui.ports.collections import (
    Changed,
    Gone,
    HasMetadata,
    Live,
    Page,
    Sink,
    Stale,
    Standing,
    Stood,
    Unreadable,
    WatchEvent,
    row_of,
)
from tui.ports.objects import Whole, whole_row
from tui.ports.threads import CancelToken

L = TypeVar("L", bound=HasMetadata)
W = TypeVar("W", bound=HasMetadata)


class RowAudience(Generic[L]):
    """Tells the sink of a list about the rows of one part of it; silent once stopped."""

    def __init__(self, part: Part, sink: Sink[L], stop: CancelToken) -> None:
        self._part = part
        self._sink = sink
        self._stop = stop

    def page(self, items: tuple[Row[L], ...], *, first: bool, last: bool) -> None:
        """A piece of the list."""
        self._tell(Page(self._part, items, first, last))

    def changed(self, item: Row[L]) -> None:
        """One is new or different."""
        self._tell(Changed(self._part, item))

    def removed(self, item: Row[L]) -> None:
        """One is gone."""
        self._tell(Gone(self._part, item.key, item.uid))

    def live(self) -> None:
        """The watch is open."""
        self._tell(Stood(self._part, Live()))

    def stale(self, error: SourceError, retry_in: float, attempt: int) -> None:
        """The watch broke."""
        self._tell(Stood(self._part, Stale(error, retry_in, attempt)))

    def unreadable(self, error: SourceError, retry_in: float) -> None:
        """There is nothing of this part; the others go on."""
        self._tell(Stood(self._part, Unreadable(error, retry_in)))

    def _tell(self, event: WatchEvent[L]) -> None:
        if not self._stop.is_set:
            self._sink(event)


class ListAudience(Generic[L]):
    """The same for whoever has objects, of which it makes the rows."""

    def __init__(self, part: Part, sink: Sink[L], stop: CancelToken) -> None:
        self._part = part
        self._rows = RowAudience(part, sink, stop)
        self.live = self._rows.live
        self.stale = self._rows.stale
        self.unreadable = self._rows.unreadable

    def page(self, items: tuple[L, ...], *, first: bool, last: bool) -> None:
        """A piece of the list."""
        part = self._part
        rows = tuple([row_of(part, item) for item in items])
        self._rows.page(rows, first=first, last=last)

    def changed(self, item: L) -> None:
        """One is new or different."""
        self._rows.changed(row_of(self._part, item))

    def removed(self, item: L) -> None:
        """One is gone."""
        self._rows.removed(row_of(self._part, item))


class ManyPartsAudience(Generic[L]):
    """Tells the sink of a list about parts that are read together, each as if it were by itself.

    Rows of other namespaces are nobody's.
    """

    def __init__(self, parts: Sequence[Part], sink: Sink[L], stop: CancelToken) -> None:
        self._audiences = {part.namespace: RowAudience(part, sink, stop) for part in parts}

    def page(self, items: tuple[Row[L], ...], *, first: bool, last: bool) -> None:
        """A piece of the list: of each part what is in it."""
        of: dict[str, list[Row[L]]] = {namespace: [] for namespace in self._audiences}
        for row in items:
            if row.key.namespace in of:
                of[row.key.namespace].append(row)
        for namespace, rows in of.items():
            if rows or first or last:
                self._audiences[namespace].page(tuple(rows), first=first, last=last)

    def changed(self, item: Row[L]) -> None:
        """One is new or different."""
        if (audience := self._audiences.get(item.key.namespace)) is not None:
            audience.changed(item)

    def removed(self, item: Row[L]) -> None:
        """One is gone."""
        if (audience := self._audiences.get(item.key.namespace)) is not None:
            audience.removed(item)

    def live(self) -> None:
        """The watch is open."""
        for audience in self._audiences.values():
            audience.live()

    def stale(self, error: SourceError, retry_in: float, attempt: int) -> None:
        """The watch broke."""
        for audience in self._audiences.values():
            audience.stale(error, retry_in, attempt)

    def unreadable(self, error: SourceError, retry_in: float) -> None:
        """They may not be read together, which says nothing of each. Raises: the error."""
        raise error


class ObjectAudience(Generic[W]):
    """Tells the sink of one object; one made again under the same name is another one."""

    def __init__(
        self,
        part: Part,
        key: ObjectKey,
        uid: str,
        noun: str,
        sink: Sink[Whole[W]],
        stop: CancelToken,
        *,
        where_else: str = "it may have been deleted",
    ) -> None:
        """`where_else` is what to know of one that was never there."""
        self._where_else = where_else
        self._noun = noun
        self._part = part
        self._key = key
        self._uid = uid
        self._sink = sink
        self._stop = stop
        self._shown: tuple[str, str] | None = None
        """uid and version of what was told last."""

    def page(self, items: tuple[Whole[W], ...], *, first: bool, last: bool) -> None:
        """What the list has of it. Raises: Missing when it was never there."""
        wanted = [item for item in items if self._is_wanted(item)]
        if wanted:
            self._open(wanted[0])
        elif self._shown is None:
            where = f" in {self._key.namespace}" if self._key.namespace else ""
            raise Missing(
                f"there is no {self._noun} {self._key.name}{where}",
                hint=self._where_else,
                status=404,
                reason="NotFound",
            )
        else:
            self._gone()

    def changed(self, item: Whole[W]) -> None:
        """It is different."""
        if self._is_wanted(item):
            self._open(item)

    def removed(self, item: Whole[W]) -> None:
        """It is gone."""
        if self._is_wanted(item):
            self._gone()

    def live(self) -> None:
        """The watch is open."""
        self._stand(Live())

    def stale(self, error: SourceError, retry_in: float, attempt: int) -> None:
        """The watch broke."""
        self._stand(Stale(error, retry_in, attempt))

    def unreadable(self, error: SourceError, retry_in: float) -> None:
        """Who opened it hears so at once. Raises: the error."""
        raise error

    def _is_wanted(self, item: Whole[W]) -> bool:
        return self._uid in ("", item.object.metadata.uid)

    def _open(self, item: Whole[W]) -> None:
        metadata = item.object.metadata
        seen = (metadata.uid, metadata.resource_version)
        if self._stop.is_set or (seen[1] and seen == self._shown):
            return
        self._shown = seen
        self._sink(Changed(self._part, whole_row(self._part, item)))

    def _gone(self) -> None:
        uid = self._shown[0] if self._shown else self._uid
        if not self._stop.is_set and self._shown != ("", ""):
            self._shown = ("", "")
            self._sink(Gone(self._part, self._key, uid))

    def _stand(self, standing: Standing) -> None:
        if not self._stop.is_set:
            self._sink(Stood(self._part, standing))


def all_at_once(jobs: dict[str, Callable[[CancelToken], None]], stop: CancelToken) -> None:
    """Run endless jobs side by side until stopped; the first that fails ends them all."""
    inner = CancelToken()
    take_back = stop.lead(inner)
    failed: list[BaseException] = []

    def work(job: Callable[[CancelToken], None]) -> None:
        try:
            job(inner)
        except BaseException as error:  # handed to the caller's thread, which raises it
            failed.append(error)
            inner.set()

    threads = [
        threading.Thread(target=work, args=(job,), name=f"watch {name}", daemon=True)
        for name, job in jobs.items()
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    take_back()
    if failed:
        raise failed[0]
