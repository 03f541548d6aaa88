"""The objects there are now: by kind and name, in order, and by whom they belong to."""

from __future__ import annotations

from bisect import bisect_left, insort
from collections.abc import Iterator, Sequence

from tui.demo.records import Key, Record
from tui.demo.resources import Resource


class Objects:
    """The latest record of every object. Knows no rules; the store does."""

    def __init__(self) -> None:
        self._records: dict[Resource, dict[Key, Record]] = {}
        self._keys: dict[Resource, list[Key]] = {}
        self._owned: dict[str, dict[tuple[Resource, Key], None]] = {}
        """Uid of an owner → what says that it belongs to it."""

    def find(self, resource: Resource, key: Key) -> Record | None:
        """One object, if it is there."""
        return self._records.get(resource, {}).get(key)

    def all(self, resource: Resource, namespace: str = "") -> Sequence[Record]:
        """All of a kind (in one namespace, if given), by namespace and name."""
        kept = self._records.get(resource, {})
        keys = self._keys.get(resource, [])
        if namespace:
            first = bisect_left(keys, (namespace, ""))
            last = bisect_left(keys, (namespace + "\x00", ""))
            keys = keys[first:last]
        return [kept[key] for key in keys]

    def put(self, record: Record, old: Record | None) -> None:
        """Keep a record, in place of the old one."""
        kept = self._records.setdefault(record.resource, {})
        if record.key not in kept:
            insort(self._keys.setdefault(record.resource, []), record.key)
        kept[record.key] = record
        if old is not None:
            self._disown(old)
        for uid in record.owners:
            self._owned.setdefault(uid, {})[(record.resource, record.key)] = None

    def take(self, record: Record) -> None:
        """It is gone."""
        del self._records[record.resource][record.key]
        keys = self._keys[record.resource]
        del keys[bisect_left(keys, record.key)]
        self._disown(record)

    def _disown(self, record: Record) -> None:
        for uid in record.owners:
            owned = self._owned.get(uid, {})
            owned.pop((record.resource, record.key), None)
            if not owned:
                self._owned.pop(uid, None)

    def owned_by(self, uid: str) -> list[Record]:
        """What belongs to an object."""
        found = (self.find(*place) for place in tuple(self._owned.get(uid, {})))
        return [record for record in found if record is not None]

    def inside(self, namespace: str) -> Iterator[Record]:
        """Everything in a namespace."""
        for resource in tuple(self._records):
            yield from self.all(resource, namespace)
