"""Reading objects whole where it matters, beside a list of which the server told a Table.

In this order: what is on the screen and near it; what the Table said is different since it was
read; then, in the background and with a bound, what the kind counts in its header (unfinished ones,
then failed ones), newest first. Where somebody filters or sorts by what a Table does not have,
everything.

All of this is decided on the event loop and asked for on threads, `AT_ONCE` objects a question, one
question at a time, so that what comes into sight is the very next one. Answers go through the inbox
of the session, like all that its watch tells. Nothing is asked while nothing is due.
"""

from __future__ import annotations

from bisect import insort
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Generic, NamedTuple, TypeVar

from tui.domain.changes import ChangeSet
from tui.domain.identity import Depth, ObjectKey
from tui.errors import Refused, SourceError
from tui.ports.collections import Readable, Scope
from tui.ports.tables import Tables
from tui.ports.threads import CancelToken, endless
from tui.state.inbox import Loop, call_on
from tui.state.watch import WatchSession

T = TypeVar("T")

AT_ONCE = 8
"""Objects in one question."""
NEAR_EVERY = 1.0
"""Seconds between two readings of an object that is near the screen."""
FAR_EVERY = 10.0
"""The same of one that is not."""
PACE = 0.25
"""Seconds between two questions in the background."""
BACKGROUND = 500
"""How many objects are read in the background that nobody looked at."""
BY_PAGES = 64
"""Where everything is wanted: from so many on, whole pages are read instead of single objects."""
PAGES_EVERY = 60.0
"""Seconds after which everything is read again at the earliest, however much has changed."""
LONGEST_PAUSE = 60.0
"""Seconds between two tries of a server that fails, unless it asks for more."""


class Asked(NamedTuple):
    """When an object was asked for."""

    moment: int
    """What was known then: `KnownObjects.moment`."""
    at: float
    """By the clock of the loop."""


class Question(NamedTuple):
    """Objects that are being read."""

    keys: tuple[ObjectKey, ...]
    is_near: bool
    stop: CancelToken


class Filling(Generic[T]):
    """What of one list is read whole, and when."""

    def __init__(
        self,
        session: WatchSession[T],
        tables: Tables,
        kind: Readable[Any, Any],
        scope: Scope,
        loop: Loop,
        *,
        connection: str,
        urgency: Callable[[T], int | None],
        newest: Callable[[T], Any],
        said: Callable[[SourceError], object],
        went_on: Callable[[], object],
    ) -> None:
        """`connection` is the id of the one whose objects it reads.

        `urgency` says what is read in the background, the lowest first; None is not.

        `said` hears once of each kind of trouble, `went_on` when reading everything began, ended or
        when a server selected. Both are called on the loop.
        """
        self._connection = connection
        self._session = session
        self._known = session.known
        self._tables = tables
        self._kind = kind
        self._scope = scope
        self._loop = loop
        self._urgency = urgency
        self._newest = newest
        self._said = said
        self._went_on = went_on
        self._is_over = False
        self._near: tuple[ObjectKey, ...] = ()
        self._asked: dict[ObjectKey, Asked] = {}
        self._tries: dict[ObjectKey, int] = {}
        """How often reading an object failed; those wait for the others."""
        self._queues: dict[int, list[tuple[Any, ObjectKey]]] = {}
        """What is read in the background, by urgency, the newest last."""
        self._again: dict[ObjectKey, None] = {}
        """What else is read there, before that."""
        self._left = BACKGROUND
        self._question: Question | None = None
        self._next_far = 0.0
        self._pause_until = 0.0
        self._failures = 0
        self._waking = float("inf")
        """When a timer of ours goes off."""
        self._refused: dict[str, SourceError] = {}
        """Namespaces of which no object may be read."""
        self._doubted: set[str] = set()
        """Namespaces of which one may be such, so that they are asked for one by one."""
        self._wants_all = False
        self._pages: CancelToken | None = None
        """Of reading everything; set, too, while that waits for its next try."""
        self._page_failures = 0
        self._next_pages = float("-inf")
        """When everything is read again at the earliest, as where a list was begun anew."""
        self._selecting: CancelToken | None = None
        self._selectors: tuple[str, ...] = ()
        self.selected: dict[str, frozenset[ObjectKey]] = {}
        """What the server selected, by the text of a label selector."""
        self._take_due(self._own(self._known.due))

    # --- what is wanted --------------------------------------------------------------------

    def look(self, near: Sequence[ObjectKey]) -> None:
        """These are on the screen, in this order, and then those that are near it."""
        wanted = tuple(key for key in near if key.connection == self._connection)
        if wanted == self._near:
            return
        self._near = wanted
        question = self._question
        if question is not None and question.is_near and not set(question.keys) & set(wanted):
            # Somebody scrolled on: what is on the screen now does not wait for that.
            self._let_go(question)
        self.go_on()

    def take(self, changes: ChangeSet[T]) -> None:
        """This happened in the list."""
        due = self._own(changes.due)
        self._take_due(due)
        is_many = self._wants_all and self._pages is None and len(due) >= BY_PAGES
        if is_many and self._loop.time() >= self._next_pages:
            self._read_pages()
        self.go_on()

    @property
    def is_reading_all(self) -> bool:
        """Whether everything is being read just now, page by page."""
        return self._pages is not None

    @property
    def is_asking(self) -> bool:
        """Whether a server is asked just now what it selects."""
        return self._selecting is not None

    def read_all(self) -> None:
        """Read everything that is not read yet, and from now on whatever comes or changes."""
        if self._is_over or self._wants_all:
            return
        self._wants_all = True
        due = self._own(self._known.due)
        if len(due) >= BY_PAGES:
            self._read_pages()
        else:
            self._again.update(dict.fromkeys(due))
        self.go_on()

    def read_no_more(self) -> bool:
        """Do not read everything any longer; whether it was being read, or asked about."""
        was_busy = self._pages is not None or self._selecting is not None
        self._wants_all = False
        self._page_failures = 0
        for stop in (self._pages, self._selecting):
            if stop is not None:
                stop.set()
        self._pages = self._selecting = None
        return was_busy

    def select(self, selectors: Iterable[str]) -> None:
        """Ask the server what it selects; where that is nothing, read everything."""
        wanted = tuple(selectors)
        if self._is_over or (self._selecting is not None and wanted == self._selectors):
            return
        if self._selecting is not None:
            self._selecting.set()
        self._selectors = wanted
        since = self._known.moment

        def work(stop: CancelToken) -> None:
            found: dict[str, frozenset[ObjectKey]] = {}
            for each in wanted:
                own = self._scope.label_selector
                scope = Scope(
                    self._scope.namespaces,
                    f"{own},{each}" if own else each,
                    self._scope.field_selector,
                )
                found[each] = self._tables.matching(self._kind, scope, stop)
            call_on(self._loop, lambda: self._take_selected(stop, found, since))

        stop = endless(
            f"select {self._kind.id}",
            work,
            lambda error: call_on(self._loop, lambda: self._not_selected(stop, error)),
        )
        self._selecting = stop

    def try_again(self) -> None:
        """Do not wait for the next try, and ask again for what was refused."""
        self._pause_until = 0.0
        self._failures = 0
        self._refused.clear()
        self.go_on()

    def end(self) -> None:
        """Read nothing more."""
        self._is_over = True
        self.read_no_more()
        if self._question is not None:
            self._let_go(self._question)

    # --- one question at a time ------------------------------------------------------------

    def go_on(self) -> None:
        """Ask for what is due and most wanted, unless something is under way or has to wait."""
        if self._is_over or self._question is not None or not self._known.due:
            return
        now = self._loop.time()
        if now < self._pause_until:
            self._wake_at(self._pause_until)
            return
        keys = self._pick_near(now)
        if keys:
            self._ask(keys, now, is_near=True)
            return
        if now < self._next_far:
            if self._again or any(self._queues.values()):
                self._wake_at(self._next_far)
            return
        keys = self._pick_far(now)
        if keys:
            self._next_far = now + PACE
            self._ask(keys, now, is_near=False)

    def _pick_near(self, now: float) -> list[ObjectKey]:
        """What waits longest, so that rows that change all the time keep nobody from the others."""
        able: list[tuple[int, float, int, ObjectKey]] = []
        for place, key in enumerate(self._near):
            wait = self._wait(key, now, NEAR_EVERY)
            if wait == 0.0:
                asked = self._asked.get(key)
                since = asked.at if asked is not None else float("-inf")
                able.append((self._tries.get(key, 0), since, place, key))
            elif wait:
                self._wake_at(now + wait)
        picked: list[ObjectKey] = []
        for *_, key in sorted(able):
            if len(picked) < AT_ONCE and self._goes_with(key, picked):
                picked.append(key)
        return picked

    def _pick_far(self, now: float) -> list[ObjectKey]:
        """What is to be read again or at last; then what is wanted in the background."""
        picked: list[ObjectKey] = []
        every = NEAR_EVERY if self._wants_all else FAR_EVERY
        for key in list(self._again)[: 4 * AT_ONCE]:
            if len(picked) == AT_ONCE:
                return picked
            wait = self._wait(key, now, every)
            if wait is None:
                del self._again[key]
            elif wait:
                # It stands last in the queue now, and those behind it are looked at.
                del self._again[key]
                self._again[key] = None
                self._wake_at(now + wait)
            elif self._goes_with(key, picked):
                del self._again[key]
                picked.append(key)
        for urgency in sorted(self._queues):
            queue = self._queues[urgency]
            while queue and self._left and len(picked) < AT_ONCE:
                key = queue.pop()[1]
                if self._wait(key, now, FAR_EVERY) == 0.0:
                    if not self._goes_with(key, picked):
                        self._again[key] = None
                        continue
                    picked.append(key)
                    self._left -= 1
        if not self._left:
            self._queues.clear()
        if len(self._again) > len(picked) or any(self._queues.values()):
            self._wake_at(now + PACE)
        return picked

    def _wait(self, key: ObjectKey, now: float, every: float) -> float | None:
        """Seconds until an object may be asked for; None where it need not, or must not."""
        since = self._known.due.get(key)
        if since is None or key.namespace in self._refused:
            return None
        asked = self._asked.get(key)
        if asked is None:
            return 0.0
        if since <= asked.moment:
            return None  # the answer is under way, or there was none: the watch will say so
        return max(0.0, asked.at + every - now)

    def _goes_with(self, key: ObjectKey, picked: Sequence[ObjectKey]) -> bool:
        """Whether an object may be in one question with others: one that fails ends them all."""
        if not picked:
            return True
        if self._tries.get(key) or self._tries.get(picked[0]):
            return False
        doubted = {key.namespace, picked[0].namespace} & self._doubted
        return not doubted or key.namespace == picked[0].namespace

    def _ask(self, keys: Sequence[ObjectKey], now: float, *, is_near: bool) -> None:
        since = self._known.moment
        if len(self._asked) > 4096:
            self._asked = {key: at for key, at in self._asked.items() if key in self._known.due}
        self._asked.update((key, Asked(since, now)) for key in keys)

        def work(stop: CancelToken) -> None:
            self._tables.fill(self._kind, keys, self._session.tell, stop, since=since)
            call_on(self._loop, lambda: self._answered(stop, None))

        stop = endless(
            f"fill {self._kind.id}",
            work,
            lambda error: call_on(self._loop, lambda: self._answered(stop, error)),
        )
        self._question = Question(tuple(keys), is_near, stop)

    def _answered(self, stop: CancelToken, error: SourceError | None) -> None:
        question = self._question
        if question is None or question.stop is not stop:
            return
        self._question = None
        if error is None:
            self._failures = 0
            for key in question.keys:
                self._tries.pop(key, None)
        else:
            self._failed(question, error)
        self.go_on()

    def _failed(self, question: Question, error: SourceError) -> None:
        for key in question.keys:
            # Those that were answered are not due any more, once the answers have arrived.
            self._asked.pop(key, None)
            if not question.is_near:
                self._again[key] = None
        if isinstance(error, Refused):
            namespaces = {key.namespace for key in question.keys}
            if len(namespaces) > 1:
                self._doubted |= namespaces
                return
            if not self._refused:
                self._said(error)
            self._refused.update(dict.fromkeys(namespaces, error))
            return
        for key in question.keys:
            self._tries[key] = self._tries.get(key, 0) + 1
        self._pause(error)

    def _pause(self, error: SourceError) -> None:
        self._failures += 1
        self._pause_until = self._loop.time() + error.wait(_own_pause(self._failures))

    def _let_go(self, question: Question) -> None:
        for key in question.keys:
            self._asked.pop(key, None)
        self._question = None
        question.stop.set()

    def _wake_at(self, when: float) -> None:
        now = self._loop.time()
        if when >= self._waking > now:
            return  # it goes off earlier, and will look again
        self._waking = when

        def wake() -> None:
            self._waking = float("inf")
            self.go_on()

        self._loop.call_later(max(0.0, when - now), wake)

    def _own(self, keys: Iterable[ObjectKey]) -> list[ObjectKey]:
        """Those of its connection."""
        return [key for key in keys if key.connection == self._connection]

    # --- what is due -----------------------------------------------------------------------

    def _take_due(self, due: Iterable[ObjectKey]) -> None:
        fresh: dict[int, list[tuple[Any, ObjectKey]]] = {}
        for key in due:
            row = self._known.get(key)
            if row is None:
                continue
            if (self._wants_all and self._pages is None) or row.depth > Depth.TABLE:
                self._again[key] = None
            elif self._left and (urgency := self._urgency(row.value)) is not None:
                fresh.setdefault(urgency, []).append((self._newest(row.value), key))
        for urgency, entries in fresh.items():
            queue = self._queues.setdefault(urgency, [])
            if len(entries) > AT_ONCE:
                queue.extend(entries)
                queue.sort()
            else:
                for entry in entries:
                    insort(queue, entry)

    # --- everything ------------------------------------------------------------------------

    def _read_pages(self) -> None:
        since = self._known.moment

        def work(stop: CancelToken) -> None:
            scope, tell = self._scope, self._session.tell
            self._tables.fill_all(self._kind, scope, tell, stop, since=since)
            call_on(self._loop, lambda: self._pages_read(stop, since))

        stop = endless(
            f"fill all {self._kind.id}",
            work,
            lambda error: call_on(self._loop, lambda: self._pages_failed(stop, error)),
        )
        self._pages = stop
        self._again.clear()
        self._went_on()

    def _pages_read(self, stop: CancelToken, since: int) -> None:
        if self._pages is stop:
            self._pages = None
            self._page_failures = 0
            self._next_pages = self._loop.time() + PAGES_EVERY
            self._want_due_after(since)
            self._went_on()
            self.go_on()

    def _pages_failed(self, stop: CancelToken, error: SourceError) -> None:
        if self._pages is not stop:
            return
        if not self._page_failures:
            self._said(error)
        if isinstance(error, Refused):
            self._pages = None
            self._wants_all = False
            self._went_on()
            return
        self._page_failures += 1

        def again() -> None:
            if self._pages is stop:
                self._read_pages()

        self._loop.call_later(error.wait(_own_pause(self._page_failures)), again)

    def _want_due_after(self, moment: int) -> None:
        """Read single objects that came or changed since everything was asked for."""
        due = self._known.due
        self._again.update((key, None) for key in self._own(due) if due[key] > moment)

    def _take_selected(
        self, stop: CancelToken, found: Mapping[str, frozenset[ObjectKey]], since: int
    ) -> None:
        if self._selecting is not stop:
            return
        self._selecting = None
        self.selected = dict(found)
        if not any(found.values()):
            self.read_all()  # a value may be written otherwise, or a key have another prefix
        else:
            self.read_no_more()
            self._wants_all = True
            self._want_due_after(since)
        self._went_on()
        self.go_on()

    def _not_selected(self, stop: CancelToken, error: SourceError) -> None:
        if self._selecting is not stop:
            return
        self._selecting = None
        self._said(error)
        self._went_on()


class Fillings(Generic[T]):
    """The same of all connections that one list is made of: each waits for its own server alone."""

    def __init__(self, each: Iterable[Filling[T]]) -> None:
        self._each = tuple(each)

    def look(self, near: Sequence[ObjectKey]) -> None:
        """These are on the screen, in this order, and then those that are near it."""
        for one in self._each:
            one.look(near)

    def take(self, changes: ChangeSet[T]) -> None:
        """This happened in the list."""
        for one in self._each:
            one.take(changes)

    def go_on(self) -> None:
        """Ask for what is due and most wanted, unless something is under way or has to wait."""
        for one in self._each:
            one.go_on()

    @property
    def is_reading_all(self) -> bool:
        """Whether everything is being read just now, page by page."""
        return any(one.is_reading_all for one in self._each)

    @property
    def is_asking(self) -> bool:
        """Whether a server is asked just now what it selects."""
        return any(one.is_asking for one in self._each)

    @property
    def selected(self) -> dict[str, frozenset[ObjectKey]]:
        """What the servers selected, by the text of a label selector."""
        found: dict[str, frozenset[ObjectKey]] = {}
        for one in self._each:
            for selector, keys in one.selected.items():
                found[selector] = found.get(selector, frozenset()) | keys
        return found

    def read_all(self) -> None:
        """Read everything that is not read yet, and from now on whatever comes or changes."""
        for one in self._each:
            one.read_all()

    def read_no_more(self) -> bool:
        """Do not read everything any longer; whether it was being read, or asked about."""
        return any([one.read_no_more() for one in self._each])

    def select(self, selectors: Sequence[str]) -> None:
        """Ask the servers what they select; where that is nothing, read everything."""
        for one in self._each:
            one.select(selectors)

    def try_again(self) -> None:
        """Do not wait for the next try, and ask again for what was refused."""
        for one in self._each:
            one.try_again()

    def end(self) -> None:
        """Read nothing more."""
        for one in self._each:
            one.end()


def _own_pause(failures: int) -> float:
    """Seconds until the next try after so many failures, where the server does not say."""
    return min(LONGEST_PAUSE, 2.0 ** min(failures, 10) / 2)
