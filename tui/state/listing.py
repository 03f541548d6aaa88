"""What a list shows of the workflows: filtered, sorted, and what of it changed.

A listing is a copy that change sets keep up to date: change sets arrive later than they were made,
and whatever is asked meanwhile is answered as of the last one that was taken in.

`update` answers the one question a list widget has: can it redraw a few rows in place, or did the
order change? The sort key of each row is kept, so that a busy cluster costs one nearly sorted sort
a beat and not ten thousand key functions.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tui.domain.changes import ChangeSet
from tui.domain.order import time_key
from tui.domain.workflow import ListedWorkflow, WorkflowRef

SortKey = Callable[[ListedWorkflow], Any]
"""What to sort by; None means "nothing to say" and stands last in either direction."""
Predicate = Callable[[ListedWorkflow], bool]


@dataclass(frozen=True, slots=True)
class ListingChange:
    """What became of the rows: all to be laid out anew, or only some to be drawn again."""

    order: bool = False
    """Rows came, went or moved."""
    rows: tuple[int, ...] = ()
    """Rows to draw again, ascending; empty when `order` is true."""

    def __bool__(self) -> bool:
        return self.order or bool(self.rows)


def newest_first(workflow: ListedWorkflow) -> str:
    """The key a list begins with, to be used with `reverse`."""
    begun = workflow.status.started_at or workflow.metadata.creation_timestamp
    return time_key(begun) or "9"


class Listing:
    """The rows of a workflow list, in the order they are shown."""

    def __init__(
        self,
        workflows: Mapping[WorkflowRef, ListedWorkflow],
        *,
        moment: int = 0,
        key: SortKey = newest_first,
        reverse: bool = True,
        matches: Predicate | None = None,
    ) -> None:
        self._workflows = dict(workflows)
        self._moment = moment
        self._key = key
        self._reverse = reverse
        self._matches = matches
        self._kept: set[WorkflowRef] = set()
        self._keys: dict[WorkflowRef, tuple[Any, ...]] = {}
        self._refs: list[WorkflowRef] = []
        self._index: dict[WorkflowRef, int] | None = None
        self._counts: Counter[str] | None = None
        self._relay()

    # --- what is shown ---------------------------------------------------------------------

    @property
    def refs(self) -> Sequence[WorkflowRef]:
        """The references of the rows, in their order."""
        return self._refs

    @property
    def rows(self) -> Sequence[ListedWorkflow]:
        """The rows in their order, as they are now."""
        return _Rows(self._refs, self._workflows)

    def __len__(self) -> int:
        return len(self._refs)

    def index_of(self, ref: WorkflowRef) -> int | None:
        """Which row it is; None when it is gone or filtered out."""
        if self._index is None:
            self._index = {ref: index for index, ref in enumerate(self._refs)}
        return self._index.get(ref)

    @property
    def total(self) -> int:
        """How many there are, shown or not."""
        return len(self._workflows)

    @property
    def phase_counts(self) -> Mapping[str, int]:
        """How many of each phase there are, shown or not; "" for those not begun."""
        if self._counts is None:
            self._counts = Counter(workflow.phase for workflow in self._workflows.values())
        return self._counts

    # --- what changes it -------------------------------------------------------------------

    def update(self, changes: ChangeSet) -> ListingChange:
        """Take in what changed; what is older than this listing changes nothing."""
        if changes.moment < self._moment:
            return ListingChange()
        self._moment = changes.moment
        self._counts = None
        order = False
        for ref in changes.removed:
            self._workflows.pop(ref, None)
            order = self._keys.pop(ref, None) is not None or order
        touched: list[WorkflowRef] = []
        for workflow in (*changes.added, *changes.changed):
            ref = workflow.ref
            self._workflows[ref] = workflow
            before = self._keys.get(ref)
            after = self._key_of(ref, workflow)
            if after is None:
                self._keys.pop(ref, None)
            else:
                self._keys[ref] = after
            if before != after:
                order = True
            elif after is not None:
                touched.append(ref)
        if order:
            self._sort()
            return ListingChange(order=True)
        indexes = (self.index_of(ref) for ref in touched)
        return ListingChange(rows=tuple(sorted(i for i in indexes if i is not None)))

    def sort(self, key: SortKey, *, reverse: bool = False) -> ListingChange:
        """Sort by something else."""
        self._key, self._reverse = key, reverse
        self._relay()
        return ListingChange(order=True)

    def filter(self, matches: Predicate | None) -> ListingChange:
        """Show only what matches; None shows everything. What was kept is forgotten."""
        self._matches = matches
        self._kept.clear()
        self._relay()
        return ListingChange(order=True)

    def keep(self, refs: Iterable[WorkflowRef]) -> None:
        """Rows of these that are shown stay, matching or not, until the filter is another.

        Who retries a failed workflow in a list of failed ones wants to see what becomes of it.
        """
        self._kept.update(ref for ref in refs if ref in self._keys)

    # --- inside ----------------------------------------------------------------------------

    def _key_of(self, ref: WorkflowRef, workflow: ListedWorkflow) -> tuple[Any, ...] | None:
        """Where it belongs; None when it is not shown. Names make the order a total one."""
        if self._matches is not None and not self._matches(workflow) and ref not in self._kept:
            return None
        key = self._key(workflow)
        has_nothing = key is None
        return (has_nothing is not self._reverse, 0 if has_nothing else key, *ref)

    def _relay(self) -> None:
        keys = {ref: self._key_of(ref, each) for ref, each in self._workflows.items()}
        self._keys = {ref: key for ref, key in keys.items() if key is not None}
        self._sort()

    def _sort(self) -> None:
        # The old order is nearly the new one, which is what makes this sort cheap.
        refs = [ref for ref in self._refs if ref in self._keys]
        known = set(refs)
        refs.extend(ref for ref in self._keys if ref not in known)
        refs.sort(key=self._keys.__getitem__, reverse=self._reverse)
        self._refs = refs
        self._index = None
        self._counts = None


class _Rows(Sequence[ListedWorkflow]):
    """The rows, looked up when asked for."""

    def __init__(
        self, refs: list[WorkflowRef], workflows: Mapping[WorkflowRef, ListedWorkflow]
    ) -> None:
        self._refs = refs
        self._workflows = workflows

    def __len__(self) -> int:
        return len(self._refs)

    def __getitem__(self, index: Any) -> Any:
        if isinstance(index, slice):
            return [self._workflows[ref] for ref in self._refs[index]]
        return self._workflows[self._refs[index]]
