"""Reading an archive beside a list, as far as somebody looks.

The list holds what is in the cluster; this adds what the archive has, page by page, in the order of
time. A page is read when the end of what was read before comes near the screen: never all of it.
Where a filter leaves little of what is read, it goes on by itself for some pages, and then says how
far it looked.

All of this is decided on the event loop and asked for on threads. Rows go through the inbox of the
session as what its watch tells does, so that one row stands for what is in both places
(`state/known.py`).
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

import msgspec

from tui.domain.archived import ArchiveQuery
from tui.domain.identity import ObjectKey, Origin, Part, Row
from tui.errors import NotOffered, SourceError
from tui.ports.archive import Archive, ArchivePage
from tui.ports.collections import Changed, Gone, HasMetadata, Page, Readable
from tui.ports.threads import CancelToken, endless
from tui.state.inbox import Loop, call_on
from tui.state.watch import WatchSession

L = TypeVar("L", bound=HasMetadata)

MARGIN = 20
"""Rows between the screen and the end of what was read, below which more is read."""
MOST_DRY = 5
"""Pages that are read one after the other without a row that the filter leaves."""
FIRST_PAUSE, LONGEST_PAUSE = 2.0, 60.0
"""Seconds until the next try after a failure: the first time, and at most."""
TRIES, CHECK_PAUSE = 2, 1.0
"""How many times a run that has left the cluster is looked for in the archive, which may be about
to have it; and seconds between two times."""


@dataclass(frozen=True, slots=True)
class ArchiveFeed:
    """An archive that is shown with a list, and what is listed of it."""

    connection: str
    archive: Archive
    namespaces: tuple[str, ...]
    """Empty for all of them."""
    labels: str = ""
    """What is listed at all."""


@dataclass(frozen=True, slots=True)
class Seen:
    """What of a list is on the screen."""

    last: int
    """The place of the last row there."""
    shown: int
    """How many rows the filter leaves."""
    place_of: Callable[[ObjectKey], int | None]
    """Where a row stands; None for one that is not shown."""
    cursor: object = None
    """Where the cursor is: when that is another, somebody moved it."""
    is_by_time: bool = True
    """Whether the newest come first, so that what is read goes below."""


@dataclass(slots=True, eq=False)
class _Reading:
    """The pages of one query of one part."""

    part: Part
    archive: Archive
    asked: ArchiveQuery
    more: str = ""
    is_over: bool = False
    has_begun: bool = False
    is_anew: bool = False
    """Whether what was read before is not to stay."""
    read: int = 0
    last: tuple[ObjectKey, str] | None = None
    """The end of what was read: the key it had, and its uid."""
    is_landing: bool = False
    """Whether a page was read of which the rows are still on their way."""
    dry: int = 0
    """Pages since the last row that is shown."""
    shown: int = -1
    """How many rows were shown when the last page was asked for."""
    stop: CancelToken | None = None
    pause_until: float = 0.0
    failures: int = 0
    uids: set[str] = field(default_factory=set)


class ArchiveReader(Generic[L]):
    """What of the archives is read into one list."""

    def __init__(
        self,
        session: WatchSession[L],
        kind: Readable[L, Any],
        feeds: Sequence[ArchiveFeed],
        loop: Loop,
        *,
        said: Callable[[SourceError], object],
        went_on: Callable[[], object],
        lost: Callable[[], object] = lambda: None,
    ) -> None:
        """`said` hears once of each kind of trouble, `went_on` when what is told of it changed,
        `lost` when an archive turned out not to have a run. All are called on the loop."""
        self._session = session
        self._kind = kind
        self._feeds = tuple(feeds)
        self._loop = loop
        self._said = said
        self._went_on = went_on
        self._lost = lost
        self._queries: tuple[ArchiveQuery, ...] = (ArchiveQuery(),)
        self._readings: list[_Reading] = []
        self._off: dict[str, NotOffered] = {}
        """By connection, why it has no archive."""
        self.error: SourceError | None = None
        """What is wrong with reading on; None while nothing is."""
        self._told: set[str] = set()
        self._checking: set[ObjectKey] = set()
        """What is being looked up again."""
        self._answered: set[tuple[ObjectKey, str]] = set()
        """What changes by what came of looking it up, with its uid."""
        self._unchecked: deque[tuple[Row[L], ArchiveFeed, int]] = deque()
        """What is still to be looked up, where, and how many times at the most."""
        self._checker: CancelToken | None = None
        self._cursor: object = None
        self._is_over = False
        self._is_waking = False
        for part in self._parts():
            session.tell(Page(part, (), first=False, last=False))

    def _parts(self) -> Iterable[Part]:
        for feed in self._feeds:
            for namespace in feed.namespaces or ("",):
                yield Part(feed.connection, self._kind.id, Origin.ARCHIVE, namespace)

    # --- what is wanted --------------------------------------------------------------------

    def ask(self, queries: Iterable[ArchiveQuery]) -> None:
        """Read what these select from now on; what was read before stays known."""
        self._queries = tuple(queries)
        for reading in self._readings:
            if reading.stop is not None:
                reading.stop.set()
        self._readings = [
            _Reading(
                Part(feed.connection, self._kind.id, Origin.ARCHIVE, namespace),
                feed.archive,
                _narrowed(query, namespace, feed.labels),
            )
            for feed in self._feeds
            if feed.connection not in self._off
            for namespace in feed.namespaces or ("",)
            for query in self._queries
        ]

    def look(self, seen: Seen) -> None:
        """This is on the screen: read on where the end of what was read is not far below."""
        if self._is_over:
            return
        if seen.cursor != self._cursor:
            # Somebody moves: what is read is looked at.
            self._cursor = seen.cursor
            self.look_further()
        now = self._loop.time()
        for reading in self._readings:
            if reading.stop is not None or reading.is_over:
                continue
            if reading.is_landing and not self._has_landed(reading):
                continue
            if now < reading.pause_until:
                self._wake_at(reading.pause_until)
            elif self._is_near(reading, seen):
                reading.shown = seen.shown
                self._read(reading)

    def _has_landed(self, reading: _Reading) -> bool:
        if reading.last is not None:
            key, uid = reading.last
            known = self._session.known
            if key not in known:
                plain = known.get(key._replace(incarnation=""))
                if plain is None or plain.uid not in ("", uid):
                    return False
        reading.is_landing = False
        return True

    def _is_near(self, reading: _Reading, seen: Seen) -> bool:
        if not reading.has_begun:
            return True
        if seen.shown > reading.shown and seen.is_by_time:
            reading.dry = 0
        if reading.dry >= MOST_DRY:
            return False
        place = None
        if reading.last is not None:
            key = reading.last[0]
            place = seen.place_of(key)
            place = seen.place_of(key._replace(incarnation="")) if place is None else place
        # Of what the filter leaves out nobody can tell how far it is.
        return (seen.shown if place is None else place) <= seen.last + MARGIN

    def look_further(self) -> None:
        """Somebody wants more to be read, though little of it matches."""
        for reading in self._readings:
            reading.dry = 0

    def try_again(self) -> None:
        """Do not wait for the next try."""
        for reading in self._readings:
            reading.pause_until = 0.0
        self._went_on()

    def read_anew(self) -> None:
        """Read from the beginning, and ask again whether there is an archive; what was read before
        goes when the first page has come."""
        self._off.clear()
        self._told.clear()
        self.ask(self._queries)
        for reading in {each.part: each for each in reversed(self._readings)}.values():
            reading.is_anew = True
        self._went_on()

    def end(self, *, forget: bool = False) -> None:
        """Read nothing more; `forget` takes what was read out of the list."""
        self._is_over = True
        for reading in self._readings:
            if reading.stop is not None:
                reading.stop.set()
        if self._checker is not None:
            self._checker.set()
        if forget:
            for part in self._parts():
                self._session.tell(Page(part, (), first=True, last=True))

    # --- what is known of it ---------------------------------------------------------------

    @property
    def off(self) -> str:
        """Why there is no archive at all; "" where there is one."""
        if len(self._off) < len({feed.connection for feed in self._feeds}):
            return ""
        return next((str(error) for error in self._off.values()), "")

    @property
    def has_more(self) -> bool:
        """Whether there is more in an archive than was read."""
        return any(not each.is_over for each in self._readings)

    @property
    def is_reading(self) -> bool:
        """Whether something is being read just now."""
        return any(each.stop is not None for each in self._readings)

    @property
    def read(self) -> int:
        """How many runs were read by what is asked now."""
        return sum(len(each.uids) for each in self._readings)

    @property
    def is_dry(self) -> bool:
        """Whether it stopped because nothing that it reads matches."""
        return any(each.dry >= MOST_DRY and not each.is_over for each in self._readings)

    # --- asking ----------------------------------------------------------------------------

    def _read(self, reading: _Reading) -> None:
        more = reading.more

        def work(stop: CancelToken) -> None:
            page = reading.archive.page(self._kind, reading.asked, more, stop=stop)
            if not stop.is_set:
                if reading.is_anew and not more:
                    self._session.tell(Page(reading.part, (), first=True, last=True))
                self._session.tell(Page(reading.part, page.rows, first=False, last=False))
            call_on(self._loop, lambda: self._landed(reading, stop, page))

        stop = reading.stop = endless(
            f"archive {self._kind.id}",
            work,
            lambda error: call_on(self._loop, lambda: self._failed(reading, stop, error)),
        )

    def _landed(self, reading: _Reading, stop: CancelToken, page: ArchivePage[L]) -> None:
        if reading.stop is not stop or self._is_over:
            return
        reading.stop = None
        reading.has_begun = True
        reading.failures = 0
        reading.dry += 1
        reading.uids.update(row.uid for row in page.rows)
        if page.rows:
            reading.last = page.rows[-1].key, page.rows[-1].uid
            reading.is_landing = True
        reading.more = page.more
        reading.is_over = not page.more
        if not any(each.failures for each in self._readings):
            self.error = None
        self._went_on()

    def _failed(self, reading: _Reading, stop: CancelToken, error: SourceError) -> None:
        if reading.stop is not stop or self._is_over:
            return
        reading.stop = None
        if isinstance(error, NotOffered):
            self._off[reading.part.connection] = error
            self._readings = [
                each for each in self._readings if each.part.connection != reading.part.connection
            ]
        else:
            self.error = error
            reading.failures += 1
            pause = min(LONGEST_PAUSE, FIRST_PAUSE * 2.0 ** min(reading.failures - 1, 10))
            reading.pause_until = self._loop.time() + error.wait(pause)
            self._wake_at(reading.pause_until)
        if error.what not in self._told:
            self._told.add(error.what)
            self._said(error)
        self._went_on()

    def _wake_at(self, time: float) -> None:
        if not self._is_waking:
            self._is_waking = True
            self._loop.call_later(max(0.0, time - self._loop.time()) + 0.05, self._wake)

    def _wake(self) -> None:
        self._is_waking = False
        if not self._is_over:
            self._went_on()

    # --- what may be otherwise -------------------------------------------------------------

    def check(self, row: Row[L]) -> None:
        """Look again whether the archive has a run: it was deleted there, or has come there."""
        uid = row.uid
        if (row.key, uid) in self._answered:
            self._answered.discard((row.key, uid))
            return  # this is what came of looking
        feed = self._feed_of(row.key)
        if self._is_over or feed is None or row.key in self._checking:
            return
        self._checking.add(row.key)
        # What was being archived as it left the cluster may not be there for a moment.
        is_read = any(uid in each.uids for each in self._readings)
        self._unchecked.append((row, feed, 1 if is_read else TRIES))
        self._begin_checking()

    def _feed_of(self, key: ObjectKey) -> ArchiveFeed | None:
        return next((each for each in self._feeds if each.connection == key.connection), None)

    def _begin_checking(self) -> None:
        """One thread looks up all of them: a thousand may leave a cluster at once."""
        if self._unchecked and self._checker is None and not self._is_over:
            self._checker = endless(f"archive {self._kind.id}", self._check_all, lambda error: None)

    def _check_all(self, stop: CancelToken) -> None:
        try:
            again: list[tuple[Row[L], ArchiveFeed, int]] = []
            while self._unchecked and not stop.is_set:
                row, feed, tries = self._unchecked.popleft()
                if not self._is_checked(row, feed, stop, is_last=tries <= 1):
                    again.append((row, feed, tries - 1))
                if again and not self._unchecked and not stop.sleep(CHECK_PAUSE):
                    self._unchecked.extend(again)
                    again = []
        finally:
            call_on(self._loop, self._checked)

    def _is_checked(
        self, row: Row[L], feed: ArchiveFeed, stop: CancelToken, *, is_last: bool
    ) -> bool:
        """Whether it is known what became of a run: it is in the archive, or it is not."""
        key, uid = row.key, row.uid
        part = Part(
            key.connection, key.kind, Origin.ARCHIVE, key.namespace if feed.namespaces else ""
        )
        pause = FIRST_PAUSE
        found: Row[L] | None = None
        while not stop.is_set:
            try:
                found = feed.archive.find(self._kind, key, uid)
                break
            except NotOffered:
                break
            except SourceError as error:
                # What was told last stays until somebody can say more.
                stop.sleep(error.wait(pause))
                pause = min(LONGEST_PAUSE, pause * 2.0)
        if stop.is_set:
            return True
        if found is None and not is_last:
            return False
        if found is None:
            # First: whoever sees that the row is gone asks anew for what was known of it.
            call_on(self._loop, self._lost)
            self._session.tell(Gone(part, key, uid))
        else:
            if (found.version, found.uid) != (row.version, row.uid):
                self._answered.add((key, found.uid))
            self._session.tell(Changed(part, msgspec.structs.replace(found, key=key)))
        call_on(self._loop, lambda: self._checking.discard(key))
        return True

    def _checked(self) -> None:
        self._checker = None
        self._begin_checking()


def _narrowed(query: ArchiveQuery, namespace: str, labels: str) -> ArchiveQuery:
    both = ",".join(filter(None, (labels, query.labels)))
    return msgspec.structs.replace(query, namespace=namespace, labels=both)
