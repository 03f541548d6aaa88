"""Change sets that wait: the list they reach is that of their own moment, and then of now."""

from __future__ import annotations

import random
from collections import Counter, deque

from tests.state.test_inbox import PART, key
from tui.domain.changes import ChangeSet
from tui.domain.identity import Row
from tui.domain.workflow import ListedStatus, ListedWorkflow, Metadata
from tui.ports.collections import Changed, Gone, Page, WatchEvent, row_of
from tui.state.known import KnownObjects
from tui.state.listing import Listing

STEPS = 10_000
PHASES = ("", "Running", "Failed", "Succeeded")


class Model:
    """A cluster, what is known of it, the change sets on their way, and the list they reach."""

    def __init__(self, seed: int) -> None:
        self.chance = random.Random(seed)
        self.version = 0
        self.there: dict[str, Row[ListedWorkflow]] = {}
        self.live: KnownObjects[ListedWorkflow] = KnownObjects([PART])
        self.waiting: deque[ChangeSet[ListedWorkflow]] = deque()
        self.matches_failed = False
        self.listing = self._copy()

    def _copy(self) -> Listing[ListedWorkflow]:
        return Listing(self.live, moment=self.live.moment, group=lambda each: each.phase)

    # --- what happens ----------------------------------------------------------------------

    def cluster_changes(self) -> None:
        """A batch of events, in the order they happened."""
        events = [self._event() for _ in range(self.chance.randint(1, 6))]
        if self.chance.random() < 0.05:
            events.append(Page(PART, tuple(self.there.values()), True, True))
        self.waiting.append(self.live.apply(events))

    def action_changes(self) -> None:
        """Rows of an action under way are drawn again; some of them are long gone."""
        names = [f"w{self.chance.randrange(40)}" for _ in range(3)]
        keys = [key(name) for name in names]
        keys += [each.key for each in self.there.values() if self.chance.random() < 0.1]
        self.listing.keep(keys)
        self.waiting.append(self.live.as_changed(keys))

    def scope_changes(self) -> None:
        """Another table; change sets of the one before are still on their way."""
        self.live = KnownObjects([PART])
        self.there = {}
        self.listing = self._copy()
        self.arrange()

    def key_is_pressed(self) -> None:
        """Keys look at the list as it is, however old that is."""
        listing = self.listing
        if self.chance.random() < 0.3:
            self.matches_failed = not self.matches_failed
            self.arrange()
        if len(listing):
            at = self.chance.randrange(len(listing))
            assert listing.index_of(listing.rows[at].key) == at
        assert len(listing.rows[:]) == len(listing)
        assert sum(listing.counts.values()) == listing.total

    def list_hears(self, how_many: int) -> None:
        """Some of what waits arrives."""
        for _ in range(min(how_many, len(self.waiting))):
            self.listing.update(self.waiting.popleft())

    def arrange(self) -> None:
        matches = (lambda each: each.phase == "Failed") if self.matches_failed else None
        self.listing.filter(matches)
        order = self.chance.choice([lambda w: w.phase, lambda w: w.metadata.name])
        self.listing.sort(order, reverse=self.chance.random() < 0.5)

    # --- what should be --------------------------------------------------------------------

    def compare(self) -> None:
        """Once nothing waits any more, the list is what is there."""
        self.list_hears(len(self.waiting))
        self.arrange()
        expected = {
            name: each
            for name, each in self.there.items()
            if each.value.phase == "Failed" or not self.matches_failed
        }
        assert {row.key.name: row for row in self.listing.rows} == expected
        assert self.listing.total == len(self.there)
        assert self.listing.counts == Counter(each.value.phase for each in self.there.values())

    def _event(self) -> WatchEvent[ListedWorkflow]:
        name = f"w{self.chance.randrange(40)}"
        known = self.there.get(name)
        if known is not None and self.chance.random() < 0.4:
            del self.there[name]
            return Gone(PART, known.key, known.uid)
        self.version += 1
        uid = known.uid if known and self.chance.random() < 0.8 else f"{name}-{self.version}"
        item = ListedWorkflow(
            Metadata(name, "argo", uid, str(self.version)),
            status=ListedStatus(phase=self.chance.choice(PHASES)),
        )
        self.there[name] = row_of(PART, item)
        return Changed(PART, self.there[name])


def test_a_list_whose_changes_are_held_back_never_fails_and_comes_to_what_is_there() -> None:
    model = Model(seed=19)
    for step in range(STEPS):
        happens = model.chance.random()
        if happens < 0.45:
            model.cluster_changes()
        elif happens < 0.55:
            model.action_changes()
        elif happens < 0.56:
            model.scope_changes()
        elif happens < 0.8:
            model.key_is_pressed()
        else:
            model.list_hears(model.chance.randint(0, 5))
        if step % 100 == 99:
            model.compare()
