"""One random sequence of events, told as whole objects and as Tables: both lists come to the same.

The list of Tables gets its answers late and in any order; each tells what was there when it was
asked for.
"""

from __future__ import annotations

import random
from collections import Counter, deque
from collections.abc import Callable
from datetime import timedelta

import pytest
from msgspec import structs

from tests.state.test_inbox import PART, key
from tests.support.runs import NOW
from tests.support.scripted import printed_age
from tui.domain.changes import ChangeSet
from tui.domain.identity import Depth, ObjectKey, Row
from tui.domain.order import LATEST
from tui.domain.table import TableRow
from tui.domain.workflow import ListedStatus, ListedWorkflow, Metadata
from tui.kinds.workflows import newest, renewed, tabled
from tui.ports.collections import Changed, Filled, Gone, Page, WatchEvent, row_of
from tui.state.known import KnownObjects
from tui.state.listing import Listing
from tui.widgets.table_model import TableModel

STEPS = 10_000
PHASES = ("", "Running", "Failed", "Succeeded")
Event = WatchEvent[ListedWorkflow]


def as_table(row: Row[ListedWorkflow], at: float, *, versioned: bool) -> Row[ListedWorkflow]:
    """A row as the Table has it, so many seconds after `NOW`."""
    status, now = row.value.status, NOW + timedelta(seconds=at)
    age = ""
    if status.started_at is not None:
        began = timedelta(
            seconds=int(status.started_at[-6:-4]) * 60 + int(status.started_at[-3:-1])
        )
        age = printed_age((now - NOW.replace(hour=3, minute=0) - began).total_seconds())
    cells = {"status": status.phase, "age": age, "message": status.message}
    name = row.key.name
    told = TableRow("argo", name, cells, now, version=row.version if versioned else "")
    return row_of(PART, tabled(told), depth=Depth.TABLE)


class Told:
    """A list as one way of telling makes it: what is known, what is on its way, what is shown."""

    def __init__(self) -> None:
        self.known: KnownObjects[ListedWorkflow] = KnownObjects([PART], renewed=renewed)
        self.waiting: deque[ChangeSet[ListedWorkflow]] = deque()
        self.table: TableModel[Row[ListedWorkflow]] = TableModel(lambda row: row.key)
        self.table.resize(20)
        self.listing = self.copied()
        self.said: list[str] = []
        self.vanished: set[ObjectKey] = set()

    def copied(self) -> Listing[ListedWorkflow]:
        """A listing of what is known now."""
        return Listing(
            self.known,
            moment=self.known.moment,
            key=newest,
            reverse=True,
            group=lambda each: each.phase,
        )

    def apply(self, events: list[Event]) -> None:
        """This arrives; the list hears of it later."""
        self.waiting.append(self.known.apply(events))

    def hear(self, how_many: int) -> None:
        """The list hears of some of it, as its screen does."""
        for _ in range(min(how_many, len(self.waiting))):
            changes = self.waiting.popleft()
            guessed = {row.key for row in self.listing.rows if newest(row.value) == LATEST}
            order = [each for each in self.listing.keys if each not in guessed]
            change = self.listing.update(changes)
            if not (changes.added or changes.changed or changes.removed):
                rest = [each for each in self.listing.keys if each not in guessed]
                assert rest == order, "what is read moves nothing whose place was known"
            marks = self.table.marks
            gone = {each for each in changes.removed if each in marks}
            again = {row.key for row in changes.added if row.key in self.vanished}
            lost = (marks & set(change.replaced)) | again
            self.vanished = (self.vanished | gone) - again
            self.table.marks = marks - lost - gone
            self.said += sorted(str(each) for each in lost)
            self.table.replace(list(self.listing.rows))

    def arrange(self, do: Callable[[Listing[ListedWorkflow]], object]) -> None:
        """Somebody sorts or filters."""
        do(self.listing)
        self.table.replace(list(self.listing.rows))


class Model:
    """A cluster, and the two lists of it."""

    def __init__(self, seed: int, *, versioned: bool) -> None:
        self.chance = random.Random(seed)
        self.versioned = versioned
        self.version = 0
        self.passed = 0.0
        self.there: dict[str, Row[ListedWorkflow]] = {}
        self.whole, self.tables = Told(), Told()
        self.answers: list[Filled[ListedWorkflow]] = []
        """Answers that are on their way, each as of when the cluster looked."""

    # --- what happens ----------------------------------------------------------------------

    def cluster_changes(self) -> None:
        """A batch of events, and now and then a list that is begun anew."""
        whole: list[Event] = []
        tables: list[Event] = []
        for _ in range(self.chance.randint(1, 6)):
            self.passed += 1
            for event in self._events():
                whole.append(event)
                tables.append(self._told(event))
            if self.chance.random() < 0.3 and tables:
                # The batch ends anywhere, also between an object and the next of its name.
                self._arrive(whole, tables)
                whole, tables = [], []
        if self.chance.random() < 0.05:
            rows = tuple(self.there.values())
            whole.append(Page(PART, rows, True, True))
            tables.append(Page(PART, tuple(self._as_table(row) for row in rows), True, True))
        self._arrive(whole, tables)

    def _arrive(self, whole: list[Event], tables: list[Event]) -> None:
        if self.chance.random() < 0.5 and self.answers:
            at = self.chance.randrange(len(self.answers))
            tables.insert(self.chance.randrange(len(tables) + 1), self.answers.pop(at))
        self.whole.apply(whole)
        self.tables.apply(tables)

    def somebody_asks(self) -> None:
        """Some of what is due is read; the answer is held back."""
        due = list(self.tables.known.due)
        if due:
            keys = self.chance.sample(due, min(len(due), 8))
            self.answers.append(self._answer(keys))

    def answer_arrives(self) -> None:
        """One that was held back, whichever."""
        if self.answers:
            at = self.chance.randrange(len(self.answers))
            self.tables.apply([self.answers.pop(at)])

    def key_is_pressed(self) -> None:
        """The same key in both lists: a mark, or the cursor on an object."""
        found = sorted(self.there)
        shown = [each for each in found if self._is_shown_by_both(key(each))]
        if not shown:
            return
        chosen = key(self.chance.choice(shown))
        for each in (self.whole, self.tables):
            each.table.move_to(each.table.index_of(chosen))
        if self.chance.random() < 0.3:
            for each in (self.whole, self.tables):
                each.table.toggle_mark()

    def _is_shown_by_both(self, chosen: ObjectKey) -> bool:
        return all(
            not each.waiting and each.listing.index_of(chosen) is not None
            for each in (self.whole, self.tables)
        )

    def lists_hear(self) -> None:
        """Each of some of what waits for it."""
        for each in (self.whole, self.tables):
            each.hear(self.chance.randint(0, 5))

    # --- what should be --------------------------------------------------------------------

    def rest(self) -> None:
        """All that is under way arrives, all that is due is read, both are sorted anew."""
        while self.answers:
            self.answer_arrives()
        while self.tables.known.due:
            self.tables.apply([self._answer(list(self.tables.known.due))])
        for each in (self.whole, self.tables):
            each.hear(len(each.waiting))
            each.arrange(lambda listing: listing.arrange_anew())

    def compare(self) -> None:
        """Both lists are what is there."""
        whole, tables = self.whole, self.tables
        for each in (whole, tables):
            assert {row.key.name: row for row in each.known.values()} == self.there
            assert each.listing.total == len(self.there)
            assert each.listing.counts == Counter(row.value.phase for row in self.there.values())
        assert list(tables.listing.rows) == list(whole.listing.rows)
        assert tables.table.marks == whole.table.marks
        assert sorted(tables.said) == sorted(whole.said)
        assert not tables.known.unread and not any(tables.listing.unread.values())
        for each in (whole, tables):
            current = each.table.current
            if current is not None:
                assert each.listing.index_of(current.key) == each.table.cursor

    def _answer(self, keys: list[ObjectKey]) -> Filled[ListedWorkflow]:
        rows = tuple(self.there[each.name] for each in keys if each.name in self.there)
        return Filled(PART, rows, self.tables.known.moment)

    def _as_table(self, row: Row[ListedWorkflow]) -> Row[ListedWorkflow]:
        return as_table(row, self.passed, versioned=self.versioned)

    def _told(self, event: Event) -> Event:
        if isinstance(event, Changed):
            return Changed(PART, self._as_table(event.row))
        assert isinstance(event, Gone)
        return structs.replace(event, uid="")

    def _events(self) -> list[Event]:
        name = f"w{self.chance.randrange(40)}"
        known = self.there.get(name)
        if known is not None and self.chance.random() < 0.3:
            del self.there[name]
            return [Gone(PART, known.key, known.uid)]
        events: list[Event] = []
        self.version += 1
        status = known.value.status if known is not None else ListedStatus()
        uid = known.uid if known is not None else f"{name}-{self.version}"
        if known is not None and self.chance.random() < 0.1:
            # Made anew: the watch tells of both.
            events.append(Gone(PART, known.key, known.uid))
            uid, status = f"{name}-{self.version}", ListedStatus()
        phase = self.chance.choice(PHASES)
        began = status.started_at
        if phase and began is None:
            began = f"2026-03-17T03:{self.chance.randrange(30):02}:{self.chance.randrange(60):02}Z"
        item = ListedWorkflow(
            Metadata(name, "argo", uid, str(self.version), "2026-03-17T03:00:00Z"),
            status=ListedStatus(
                phase=phase,
                started_at=began,
                message=self.chance.choice(("", "no space left")),
                progress=f"{self.chance.randrange(10)}/10",
                why="step a: exit code 1" if phase == "Failed" else "",
            ),
        )
        self.there[name] = row_of(PART, item)
        return [*events, Changed(PART, self.there[name])]


@pytest.mark.parametrize("versioned", [False, True], ids=["without versions", "with versions"])
def test_a_list_of_tables_comes_to_what_a_list_of_whole_objects_is(versioned: bool) -> None:
    model = Model(20, versioned=versioned)
    for step in range(STEPS // 2):
        happens = model.chance.random()
        if happens < 0.4:
            model.cluster_changes()
        elif happens < 0.55:
            model.somebody_asks()
        elif happens < 0.65:
            model.answer_arrives()
        elif happens < 0.8:
            model.key_is_pressed()
        else:
            model.lists_hear()
        if step % 50 == 49:
            model.rest()
            model.compare()
