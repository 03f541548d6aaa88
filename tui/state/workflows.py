"""The workflows we know, with one writer: the source.

Nothing here is guessed ahead. A batch of events goes in, what really changed comes out, so that a
relist of ten thousand workflows that did not change costs no drawing. Resource versions are only
compared for equality; what is older is decided by the order of the stream.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import count

from tui.domain.changes import ChangeSet
from tui.domain.workflow import ListedWorkflow, WorkflowRef
from tui.ports.collections import Changed, ListEvent, Live, Page, Removed, Stale

ADDED, CHANGED, REMOVED = "added", "changed", "removed"

_moments = count(1)
"""One count for all tables, so that a change of an earlier table is older than any later one."""


class LiveWorkflows(Mapping[WorkflowRef, ListedWorkflow]):
    """All workflows of the watched scope by their reference, as of the last batch."""

    def __init__(self) -> None:
        self.connection: Live | Stale | None = None
        """None until the first list is whole or has failed."""
        self.moment = next(_moments)
        """Grows with each batch; change sets say which one they belong to."""
        self._by_ref: dict[WorkflowRef, ListedWorkflow] = {}
        self._by_name: dict[tuple[str, str], WorkflowRef] = {}
        self._relisting: dict[str, set[WorkflowRef]] = {}
        self._is_whole = False
        self._happened: dict[WorkflowRef, str] = {}

    @property
    def is_whole(self) -> bool:
        """Whether a list has been read to its end at least once."""
        return self._is_whole

    def __getitem__(self, ref: WorkflowRef) -> ListedWorkflow:
        return self._by_ref[ref]

    def __iter__(self) -> Iterator[WorkflowRef]:
        return iter(self._by_ref)

    def __len__(self) -> int:
        return len(self._by_ref)

    def named(self, namespace: str, name: str) -> ListedWorkflow | None:
        """The workflow that has this name now, whichever its uid."""
        ref = self._by_name.get((namespace, name))
        return self._by_ref[ref] if ref else None

    def apply(self, events: Iterable[ListEvent]) -> ChangeSet:
        """Take a batch in, in its order, and say what came of it."""
        connection = False
        for event in events:
            if isinstance(event, Changed):
                self._put(event.workflow)
            elif isinstance(event, Removed):
                self._drop(event.ref)
            elif isinstance(event, Page):
                connection = self._take_page(event) or connection
            else:
                connection = connection or event != self.connection
                self.connection = event
        self.moment = next(_moments)
        return self._changes(connection)

    def as_changed(self, refs: Iterable[WorkflowRef]) -> ChangeSet:
        """A change set that asks for these to be drawn again, those of them that are known."""
        known = (self._by_ref.get(ref) for ref in refs)
        return ChangeSet(
            changed=tuple(each for each in known if each is not None), moment=self.moment
        )

    def _take_page(self, page: Page) -> bool:
        """Put a page in, and drop what a whole list no longer has."""
        if page.first:
            self._relisting[page.namespace] = set()
        for workflow in page.workflows:
            self._put(workflow)
        if not page.last:
            return False
        seen = self._relisting.pop(page.namespace, set())
        for ref in [ref for ref in self._by_ref if ref not in seen]:
            if page.namespace in ("", ref.namespace):
                self._drop(ref)
        was_whole, self._is_whole = self._is_whole, not self._relisting
        return self._is_whole is not was_whole

    def _put(self, workflow: ListedWorkflow) -> None:
        ref = workflow.ref
        for seen in self._relisting.values():
            seen.add(ref)
        name = (ref.namespace, ref.name)
        before = self._by_name.get(name)
        if before is not None and before != ref:
            self._drop(before)  # deleted and made again while we did not look
        known = self._by_ref.get(ref)
        if known is not None and known.version and known.version == workflow.version:
            return
        self._by_ref[ref] = workflow
        self._by_name[name] = ref
        self._note(ref, ADDED if known is None else CHANGED)

    def _drop(self, ref: WorkflowRef) -> None:
        if self._by_ref.pop(ref, None) is None:
            return
        if self._by_name.get((ref.namespace, ref.name)) == ref:
            del self._by_name[ref.namespace, ref.name]
        self._note(ref, REMOVED)

    def _note(self, ref: WorkflowRef, what: str) -> None:
        """Several events of one workflow in a batch come to one change, or to none."""
        earlier = self._happened.get(ref)
        if earlier is None:
            self._happened[ref] = what
        elif earlier == ADDED and what == REMOVED:
            del self._happened[ref]
        elif earlier == REMOVED and what == ADDED:
            self._happened[ref] = CHANGED
        elif earlier == CHANGED:
            self._happened[ref] = what

    def _changes(self, connection: bool) -> ChangeSet:
        happened, self._happened = self._happened, {}
        sets: dict[str, list[WorkflowRef]] = {ADDED: [], CHANGED: [], REMOVED: []}
        for ref, what in happened.items():
            sets[what].append(ref)
        return ChangeSet(
            added=tuple(self._by_ref[ref] for ref in sets[ADDED]),
            changed=tuple(self._by_ref[ref] for ref in sets[CHANGED]),
            removed=tuple(sets[REMOVED]),
            connection=connection,
            moment=self.moment,
        )
