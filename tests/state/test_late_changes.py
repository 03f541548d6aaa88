"""Change sets that wait: the list they reach is that of their own moment, and then of now."""

from __future__ import annotations

import random
from collections import Counter, deque

from tui.domain.changes import ChangeSet
from tui.domain.workflow import ListedStatus, ListedWorkflow, Metadata, WorkflowRef
from tui.ports.collections import Changed, ListEvent, Page, Removed
from tui.state.listing import Listing
from tui.state.workflows import LiveWorkflows

STEPS = 10_000
PHASES = ("", "Running", "Failed", "Succeeded")


class Model:
    """A cluster, what is known of it, the change sets on their way, and the list they reach."""

    def __init__(self, seed: int) -> None:
        self.chance = random.Random(seed)
        self.version = 0
        self.there: dict[str, ListedWorkflow] = {}
        self.live = LiveWorkflows()
        self.waiting: deque[ChangeSet] = deque()
        self.matches_failed = False
        self.listing = Listing(self.live, moment=self.live.moment)

    # --- what happens ----------------------------------------------------------------------

    def cluster_changes(self) -> None:
        """A batch of events, in the order they happened."""
        events = [self._event() for _ in range(self.chance.randint(1, 6))]
        if self.chance.random() < 0.05:
            events.append(Page(tuple(self.there.values()), True, True))
        self.waiting.append(self.live.apply(events))

    def action_changes(self) -> None:
        """Rows of an action under way are drawn again; some of them are long gone."""
        names = [f"w{self.chance.randrange(40)}" for _ in range(3)]
        refs = [WorkflowRef("argo", name, f"{name}-1") for name in names]
        refs += [each.ref for each in self.there.values() if self.chance.random() < 0.1]
        self.listing.keep(refs)
        self.waiting.append(self.live.as_changed(refs))

    def scope_changes(self) -> None:
        """Another table; change sets of the one before are still on their way."""
        self.live = LiveWorkflows()
        self.there = {}
        self.listing = Listing(self.live, moment=self.live.moment)
        self.arrange()

    def key_is_pressed(self) -> None:
        """Keys look at the list as it is, however old that is."""
        listing = self.listing
        if self.chance.random() < 0.3:
            self.matches_failed = not self.matches_failed
            self.arrange()
        if len(listing):
            at = self.chance.randrange(len(listing))
            assert listing.index_of(listing.rows[at].ref) == at
        assert len(listing.rows[:]) == len(listing)
        assert sum(listing.phase_counts.values()) == listing.total

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
            if each.phase == "Failed" or not self.matches_failed
        }
        assert {each.metadata.name: each for each in self.listing.rows} == expected
        assert self.listing.total == len(self.there)
        assert self.listing.phase_counts == Counter(each.phase for each in self.there.values())

    def _event(self) -> ListEvent:
        name = f"w{self.chance.randrange(40)}"
        known = self.there.get(name)
        if known is not None and self.chance.random() < 0.4:
            del self.there[name]
            return Removed(known.ref)
        self.version += 1
        uid = (
            known.metadata.uid if known and self.chance.random() < 0.8 else f"{name}-{self.version}"
        )
        self.there[name] = ListedWorkflow(
            Metadata(name, "argo", uid, str(self.version)),
            status=ListedStatus(phase=self.chance.choice(PHASES)),
        )
        return Changed(self.there[name])


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
