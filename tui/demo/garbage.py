"""What goes when something is deleted: what it owned, and what was in a namespace."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable

from tui.demo.graceful import grace_of
from tui.demo.objects import Objects
from tui.demo.records import Record
from tui.demo.resources import NAMESPACES, Obj, Resource


class Garbage:
    """Deletes what belonged to what is gone; one after the other, however deep that goes."""

    def __init__(
        self,
        objects: Objects,
        delete: Callable[..., Obj],
        update: Callable[[Resource, Obj], Obj],
    ) -> None:
        self._objects = objects
        self._delete = delete
        self._update = update
        self._gone: deque[tuple[Record, bool]] = deque()
        """Deleted owners whose belongings are still to be seen to, and whether those stay."""
        self._at_it = False

    def gone(self, owner: Record, *, orphan: bool) -> None:
        """See to what belonged to it; with `orphan` that stays, and belongs to nobody."""
        self._gone.append((owner, orphan))
        if self._at_it:
            return
        self._at_it = True
        try:
            while self._gone:
                self._clear(*self._gone.popleft())
        finally:
            self._at_it = False

    def _clear(self, owner: Record, orphan: bool) -> None:
        if owner.resource is NAMESPACES:
            for record in tuple(self._objects.inside(owner.name)):
                self._remove(record, grace=0)
        for owned in self._objects.owned_by(owner.uid):
            self._lose_owner(owned, owner.uid, orphan=orphan)

    def _lose_owner(self, owned: Record, uid: str, *, orphan: bool) -> None:
        others = [each for each in owned.owners if each != uid]
        if not orphan and not others:
            self._remove(owned, grace=grace_of(owned))
            return
        obj = owned.decoded()
        refs = obj["metadata"]["ownerReferences"]
        obj["metadata"]["ownerReferences"] = [ref for ref in refs if ref.get("uid") in others]
        self._update(owned.resource, obj)

    def _remove(self, record: Record, *, grace: int) -> None:
        if self._objects.find(record.resource, record.key) is not None:
            self._delete(record.resource, record.namespace, record.name, grace=grace)
