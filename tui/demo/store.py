"""The objects of the demo cluster, and the history of their changes.

What etcd and the watch cache do for a real API server, in memory and on one thread. Objects are
kept as the bytes they are sent as, never as dicts: a list is those bytes joined, thousands of
workflows cost what their JSON costs, and whoever reads an object gets one of its own to change.
"""

from __future__ import annotations

import random
import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import timedelta
from functools import partial

from tui.demo import refusals
from tui.demo.clock import Clock
from tui.demo.garbage import Garbage
from tui.demo.graceful import is_marked
from tui.demo.history import History
from tui.demo.merging import merged
from tui.demo.names import Names
from tui.demo.objects import Objects
from tui.demo.records import (
    Change,
    ChangeType,
    Key,
    Record,
    decode,
    decode_parts,
    differing,
    encode,
    joined,
    made_record,
    timestamp,
)
from tui.demo.resources import Obj, Resource
from tui.demo.telling import Subscriber, Subscribers

__all__ = ["Change", "ChangeType", "Key", "Record", "Store", "decode", "encode", "timestamp"]

_FIRST_REVISION = 1000
_SECONDS_TO_END = 2
"""What a container needs that is told to end."""
_FOREGROUND = "foregroundDeletion"
"""The finalizer of what waits until all that belongs to it is gone."""
_SECONDS_TO_FOLLOW = 0.1
"""What the garbage collector needs to look after such an object again."""


class Store:
    """Every object there is. Not for several threads."""

    def __init__(
        self, clock: Clock, *, seed: int = 0, keep: int = 20_000, keep_bytes: int = 128 * 1024**2
    ) -> None:
        self.clock = clock
        self.revision = _FIRST_REVISION
        self._history = History(_FIRST_REVISION, keep, keep_bytes)
        self._random = random.Random(seed)
        self._objects = Objects()
        self._names = Names(self._objects, seed)
        self._subscribers = Subscribers()
        self._garbage = Garbage(self._objects, self.delete, self.update)

    # Reading

    def get(self, resource: Resource, namespace: str, name: str) -> Obj:
        """One object, the caller's own; raises the 404 of the API."""
        return self.record(resource, namespace, name).decoded()

    def find(self, resource: Resource, namespace: str, name: str) -> Obj | None:
        """One object, or None."""
        record = self._objects.find(resource, (namespace, name))
        return record.decoded() if record else None

    def record(self, resource: Resource, namespace: str, name: str) -> Record:
        """One object without decoding it; raises the 404 of the API."""
        record = self._objects.find(resource, (namespace, name))
        if record is None:
            raise refusals.not_found(resource, name)
        return record

    def records(self, resource: Resource, namespace: str = "") -> Sequence[Record]:
        """All of a kind (in one namespace, if given), by namespace and name."""
        return self._objects.all(resource, namespace)

    def list(
        self, resource: Resource, namespace: str = "", labels: Mapping[str, str] | None = None
    ) -> Sequence[Obj]:
        """Objects of a kind with these labels, the caller's own, by namespace and name."""
        wanted = (labels or {}).items()
        return [
            record.decoded()
            for record in self.records(resource, namespace)
            if wanted <= record.labels.items()
        ]

    def records_at(
        self, resource: Resource, revision: int, namespace: str = ""
    ) -> Sequence[Record]:
        """The same as of an earlier revision, for the later pages of a list."""
        undone = self._history.undone(resource, revision)
        if not undone:
            return self.records(resource, namespace)
        then = {record.key: record for record in self.records(resource, namespace)}
        for key, record in undone.items():
            if record is None:
                then.pop(key, None)
            elif not namespace or key[0] == namespace:
                then[key] = record
        return [then[key] for key in sorted(then)]

    def changes_after(self, resource: Resource, revision: int) -> Iterator[Change]:
        """The history of a kind after a revision; raises the 410 of the API."""
        return self._history.after(resource, revision)

    @property
    def compacted(self) -> int:
        """Watches from before this revision are refused."""
        return self._history.compacted

    # Writing

    def create(self, resource: Resource, obj: Obj, *, dry_run: bool = False) -> Obj:
        """Keep a new object; makes up its name from `generateName`, its uid and its times.

        A uid, creationTimestamp or generation that is there already is kept, so that scenes can
        have a past.
        """
        metadata = dict(obj.get("metadata") or {})
        if not metadata.get("name"):
            if not metadata.get("generateName"):
                raise refusals.nameless(resource)
            metadata["name"] = self._names.free(resource, metadata)
        if not resource.namespaced:
            metadata.pop("namespace", None)
        key = (str(metadata.get("namespace", "")), str(metadata["name"]))
        there = self._objects.find(resource, key)
        if there is not None:
            refuse = refusals.being_deleted if there.deleting else refusals.already_exists
            raise refuse(resource, key[1])
        if "uid" not in metadata:
            metadata["uid"] = str(uuid.UUID(int=self._random.getrandbits(128), version=4))
        metadata.setdefault("creationTimestamp", timestamp(self.clock.now()))
        if resource.custom:
            metadata.setdefault("generation", 1)
        new = {"apiVersion": resource.api_version, "kind": resource.kind, **obj}
        new["metadata"] = metadata
        return self._commit("ADDED", resource, new, None, dry_run=dry_run)

    def update(self, resource: Resource, obj: Obj, *, dry_run: bool = False) -> Obj:
        """Replace an object; 409 if it carries a resource version that is not the present one.

        A write that changes nothing keeps the resource version and tells nobody.
        """
        metadata = dict(obj["metadata"])
        old = self.record(resource, str(metadata.get("namespace", "")), str(metadata["name"]))
        if metadata.get("resourceVersion") not in (None, "", "0", str(old.revision)):
            raise refusals.modified_meanwhile(resource, old.name)
        if metadata.get("uid") not in (None, "", old.uid):
            raise refusals.conflict(
                resource,
                old.name,
                f"Precondition failed: UID in precondition: {metadata['uid']},"
                f" UID in object meta: {old.uid}",
            )
        before = decode_parts(old.raw)
        kept = decode(bytes(before["metadata"]))
        for name in ("uid", "creationTimestamp", "deletionTimestamp", "generation"):
            metadata.pop(name, None)
            if name in kept:
                metadata[name] = kept[name]
        if "deletionTimestamp" in kept:
            metadata["deletionGracePeriodSeconds"] = kept.get("deletionGracePeriodSeconds", 0)
        metadata["resourceVersion"] = str(old.revision)
        new = {"apiVersion": resource.api_version, "kind": resource.kind, **obj}
        new["metadata"] = metadata
        parts = {name: encode(new[name]) for name in new}
        if not differing(before, parts):
            return new
        if resource.custom and differing(before, parts) - {"metadata"}:
            metadata["generation"] = int(kept.get("generation", 0)) + 1
        if old.deleting and old.finalizers and not metadata.get("finalizers"):
            return self._remove(old, new, dry_run=dry_run)
        return self._commit("MODIFIED", resource, new, old, parts=parts, dry_run=dry_run)

    def patch_merge(
        self, resource: Resource, namespace: str, name: str, patch: Obj, *, dry_run: bool = False
    ) -> Obj:
        """Change part of an object, as a merge patch (RFC 7386)."""
        obj = merged(self.get(resource, namespace, name), patch)
        return self.update(resource, obj, dry_run=dry_run)

    def delete(
        self,
        resource: Resource,
        namespace: str,
        name: str,
        *,
        propagation: str = "Background",
        uid: str = "",
        version: str = "",
        grace: int = 0,
        dry_run: bool = False,
    ) -> Obj:
        """Delete an object, or mark it while it has finalizers; returns its last state.

        What it owns goes after it; before it if `propagation` is "Foreground", not at all if it is
        "Orphan". With `grace` it is only marked, and stays for so many seconds at most, or less if
        it needs less to end.
        """
        record = self.record(resource, namespace, name)
        _check_preconditions(record, uid, version)
        obj = record.decoded()
        if grace:
            return self._end_later(record, obj, grace, dry_run=dry_run)
        waits_for_others = propagation == "Foreground" and _FOREGROUND not in record.finalizers
        if waits_for_others:
            obj["metadata"]["finalizers"] = [*record.finalizers, _FOREGROUND]
            if not dry_run:
                self.clock.call_later(_SECONDS_TO_FOLLOW, partial(self._clear_before, record))
        if record.finalizers or waits_for_others:
            if record.deleting and not waits_for_others:
                return obj
            if not record.deleting:
                self._mark(obj, resource)
            return self._commit("MODIFIED", resource, obj, record, dry_run=dry_run)
        if is_marked(resource) and not record.deleting:
            self._mark(obj, resource)
        return self._remove(record, obj, dry_run=dry_run, orphan=propagation == "Orphan")

    def _mark(self, obj: Obj, resource: Resource) -> None:
        """An object is being deleted, as of now."""
        metadata = obj["metadata"]
        metadata["deletionTimestamp"] = timestamp(self.clock.now())
        metadata["deletionGracePeriodSeconds"] = 0
        if resource.custom or "generation" in metadata:
            metadata["generation"] = int(metadata.get("generation", 0)) + 1

    def _clear_before(self, record: Record) -> None:
        """What belongs to an object goes; when all of it is gone, the object no longer waits."""
        now = self._objects.find(record.resource, record.key)
        if now is None or now.uid != record.uid:
            return
        self._garbage.gone(now, orphan=False)
        if list(self._objects.owned_by(now.uid)):
            self.clock.call_later(_SECONDS_TO_FOLLOW, partial(self._clear_before, record))
            return
        obj = now.decoded()
        left = [each for each in obj["metadata"].get("finalizers") or () if each != _FOREGROUND]
        obj["metadata"]["finalizers"] = left
        self.update(record.resource, obj)

    def _end_later(self, record: Record, obj: Obj, grace: int, *, dry_run: bool) -> Obj:
        if record.deleting:
            return obj
        end = self.clock.now() + timedelta(seconds=grace)
        obj["metadata"]["deletionTimestamp"] = timestamp(end)
        obj["metadata"]["deletionGracePeriodSeconds"] = grace
        marked = self._commit("MODIFIED", record.resource, obj, record, dry_run=dry_run)
        if not dry_run:
            self.clock.call_later(min(grace, _SECONDS_TO_END), partial(self._end, record))
        return marked

    def _end(self, record: Record) -> None:
        """The grace is over for what is still the same object."""
        now = self._objects.find(record.resource, record.key)
        if now is not None and now.uid == record.uid:
            self.delete(record.resource, record.namespace, record.name)

    def compact(self) -> None:
        """Forget the history: every watch and continue token of before is too old now."""
        # One revision further, so that even a client that saw everything has to list again.
        self.revision += 1
        self._history.forget(self.revision)

    # Telling

    def subscribe(self, callback: Subscriber) -> Callable[[], None]:
        """Call `callback` right after every write; returns how to end that.

        Every subscriber sees the same order, also of writes made inside such calls.
        """
        return self._subscribers.add(callback)

    # Keeping

    def _commit(
        self,
        type: ChangeType,
        resource: Resource,
        obj: Obj,
        old: Record | None,
        *,
        parts: dict[str, bytes] | None = None,
        dry_run: bool = False,
    ) -> Obj:
        if dry_run:
            return obj
        self.revision += 1
        obj["metadata"]["resourceVersion"] = str(self.revision)
        if parts is None:
            parts = {name: encode(obj[name]) for name in obj}
        parts["metadata"] = encode(obj["metadata"])
        record = made_record(resource, obj, self.revision, joined(parts))
        self._objects.put(record, old)
        self._history.add(change := Change(type, record, old))
        self._subscribers.tell(change)
        return obj

    def _remove(self, old: Record, obj: Obj, *, dry_run: bool, orphan: bool = False) -> Obj:
        if dry_run:
            return obj
        self.revision += 1
        obj["metadata"]["resourceVersion"] = str(self.revision)
        self._objects.take(old)
        last = made_record(old.resource, obj, self.revision, encode(obj))
        self._history.add(change := Change("DELETED", last, old))
        self._subscribers.tell(change)
        self._garbage.gone(old, orphan=orphan)
        return obj


def _check_preconditions(record: Record, uid: str, version: str) -> None:
    for what, sent, there in (
        ("UID", uid, record.uid),
        ("ResourceVersion", version, str(record.revision)),
    ):
        if sent and sent != there:
            raise refusals.precondition(record.resource, record.name, what, sent, there)
