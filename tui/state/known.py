"""The objects of a list as far as they are known, with one writer: the watch.

Nothing here is guessed ahead. A batch of events goes in, what really changed comes out, so that a
relist of ten thousand objects that did not change costs no drawing. Resource versions are only
compared for equality; what is older is decided by the order of the stream.

Rows may come in two tiers (`ports/tables.py`). Of a row of the server's Table only the Table's
fields are known. It is due to be read from its object, and so is every row of which a Table has
told something since it was read. The answer to such a question was under way for a while, so it
says at which moment it was asked: what the Table told of its row after that is newer.

Several parts may tell of one object, a cluster and its archive for example. It is one row then,
with both origins, and goes when the last of them no longer has it.

A run that only the archive has is known by its uid, too, as names are used again. As long as the
cluster has it as well it has the key of that, and it keeps that key when it leaves the cluster, so
that cursor and marks stay where they are; it gives the key up to what comes by its name.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import count
from typing import Generic, Protocol, TypeVar

from msgspec import structs

from tui.domain.changes import ChangeSet
from tui.domain.identity import Depth, ObjectKey, Origin, Part, Row
from tui.ports.collections import ORIGINS, Changed, Filled, Gone, Page, WatchEvent

T = TypeVar("T")

ADDED, CHANGED, REMOVED = "added", "changed", "removed"

_moments = count(1)
"""One count for all tables, so that a change of an earlier table is older than any later one."""


class Kept(Protocol[T]):
    """What the archive may have of an object that has left the cluster."""

    def __call__(self, value: T, /, *, is_read: bool = True) -> T | None:
        """None where it has nothing; `is_read` says whether more than a Table's row is known."""


Renewed = Callable[[T, T], T]
"""What is known of an object, with what a Table, the second, tells of it later. It returns the
first itself where that is nothing new."""


class KnownObjects(Mapping[ObjectKey, Row[T]], Generic[T]):
    """All objects of the watched parts by their keys, as of the last batch."""

    def __init__(
        self,
        parts: Iterable[Part] = (),
        *,
        renewed: Renewed[T] | None = None,
        kept: Kept[T] | None = None,
    ) -> None:
        """Without `renewed` a row of a Table takes the place of whatever was known before; without
        `kept` what leaves the cluster is not taken to be in an archive."""
        self.moment = next(_moments)
        """Grows with each batch; change sets say which one they belong to."""
        self._rows: dict[ObjectKey, Row[T]] = {}
        self._told: dict[Part, dict[ObjectKey, Row[T]]] = {part: {} for part in parts}
        """What each part tells."""
        self._relisting: dict[Part, set[ObjectKey]] = {}
        """What a list that is not at its end yet has told, for each part that is being listed."""
        self._whole: set[Part] = set()
        self._renewed = renewed
        self._kept = kept
        self._unread: set[ObjectKey] = set()
        self._due: dict[ObjectKey, int] = {}
        self._came: dict[ObjectKey, int] = {}
        """The moment at which a row of a Table came: answers asked for before that are of another
        object."""
        self._asked: dict[ObjectKey, int] = {}
        """The moment at which what is known of an object was asked for."""
        self._batch = self.moment
        """The moment of the batch that is being taken in."""
        self._happened: dict[ObjectKey, str] = {}
        self._replaced: set[ObjectKey] = set()
        self._newly_due: dict[ObjectKey, None] = {}
        self._gone: dict[ObjectKey, str] = {}
        """The uids of what went in this batch; "" where they were not known."""

    def __getitem__(self, key: ObjectKey) -> Row[T]:
        return self._rows[key]

    def __iter__(self) -> Iterator[ObjectKey]:
        return iter(self._rows)

    def __len__(self) -> int:
        return len(self._rows)

    @property
    def whole_parts(self) -> frozenset[Part]:
        """The parts of which a list has been read to its end at least once."""
        return frozenset(self._whole)

    @property
    def unread(self) -> int:
        """Of how many only the Table's row is known."""
        return len(self._unread)

    @property
    def due(self) -> Mapping[ObjectKey, int]:
        """What has to be read from its object, and the moment since which that is so."""
        return self._due

    # --- what changes it -------------------------------------------------------------------

    def apply(self, events: Iterable[WatchEvent[T]]) -> ChangeSet[T]:
        """Take a batch in, in its order, and say what came of it.

        Answers are taken in last: they are judged by the moment they were asked for, not by their
        place among the others.
        """
        was_whole = len(self._whole)
        self._batch = next(_moments)
        answers: list[Filled[T]] = []
        for event in events:
            if isinstance(event, Changed):
                self._put(event.part, event.row)
            elif isinstance(event, Gone):
                self._drop(event.part, event.key, event.uid)
            elif isinstance(event, Page):
                self._take_page(event)
            elif isinstance(event, Filled):
                answers.append(event)
        for answer in answers:
            self._learn_uids(answer)
        self.moment = self._batch
        changes = self._changes()
        filled: dict[ObjectKey, None] = {}
        for answer in answers:
            filled.update(dict.fromkeys(self._fill(answer)))
        replaced, self._replaced = self._replaced, set()
        due, self._newly_due = self._newly_due, {}
        self._gone.clear()
        return ChangeSet(
            added=changes.added,
            changed=changes.changed,
            removed=changes.removed,
            filled=tuple(self._rows[key] for key in filled),
            replaced=frozenset(replaced),
            due=tuple(key for key in due if key in self._due),
            standing=len(self._whole) != was_whole,
            moment=self.moment,
        )

    def as_changed(self, keys: Iterable[ObjectKey]) -> ChangeSet[T]:
        """A change set that asks for these to be drawn again, those of them that are known."""
        known = (self._rows.get(key) for key in keys)
        return ChangeSet(changed=tuple(row for row in known if row is not None), moment=self.moment)

    def _take_page(self, page: Page[T]) -> None:
        """Put a page in, and drop what a whole list of its part no longer has.

        Of an archive that is read as far as somebody looks, and a whole list of it, which has
        nothing, ends that it is shown.
        """
        part = page.part
        self._told.setdefault(part, {})
        if page.first:
            self._relisting[part] = set()
        for row in page.rows:
            self._put(part, row)
        if not page.last:
            return
        seen = self._relisting.pop(part, set())
        for key in [key for key in self._told.get(part, ()) if key not in seen]:
            self._drop(part, key)
        if part.origin is Origin.ARCHIVE:
            del self._told[part]
        else:
            self._whole.add(part)

    # --- what an archive has, too -----------------------------------------------------------

    def _archives(self, key: ObjectKey) -> Iterator[dict[ObjectKey, Row[T]]]:
        """What archives tell that may have an object."""
        for part, told in self._told.items():
            if (
                part.origin is Origin.ARCHIVE
                and (part.connection, part.kind) == key[:2]
                and part.namespace in ("", key.namespace)
            ):
                yield told

    def _placed(self, part: Part, row: Row[T]) -> Row[T]:
        """A row that is put in, under the key that it has among the others."""
        if part.origin is Origin.ARCHIVE:
            return self._placed_of_archive(part, row)
        if row.uid and len(self._told) > 1:
            for told in self._archives(row.key):
                self._make_room(told, row)
        return row

    def _placed_of_archive(self, part: Part, row: Row[T]) -> Row[T]:
        plain = row.key._replace(incarnation="")
        known = self._told.get(part, {}).get(plain)
        if known is not None:
            is_same = known.uid == row.uid
        else:
            live = self._rows.get(plain)
            # A Table may not tell the uid; the newest of that name, which is first, is it then.
            is_same = live is not None and live.uid in ("", row.uid)
        return structs.replace(row, key=plain) if is_same else row

    def _make_room(self, told: dict[ObjectKey, Row[T]], row: Row[T]) -> None:
        """What an archive tells by the name of an object in the cluster is that object, or gets a
        key of its own."""
        key = row.key
        mine = told.get(key)
        if mine is not None and mine.uid != row.uid:
            self._move(told, key, key._replace(incarnation=mine.uid))
            self._replaced.add(key)
        own = key._replace(incarnation=row.uid)
        if own in told:
            self._move(told, own, key)

    def _learn_uids(self, answer: Filled[T]) -> None:
        """What an archive has was told apart by name where the Table did not tell uids."""
        if any(part.origin is Origin.ARCHIVE for part in self._told):
            for row in answer.rows:
                known = self._rows.get(row.key)
                if row.uid and known is not None and Origin.ARCHIVE in known.origins:
                    for told in self._archives(row.key):
                        self._make_room(told, row)

    def _move(self, told: dict[ObjectKey, Row[T]], old: ObjectKey, new: ObjectKey) -> None:
        row = told[new] = structs.replace(told.pop(old), key=new)
        if not any(old in each for each in self._told.values()):
            del self._rows[old]
            self._note(old, REMOVED)
        self._note(new, CHANGED if new in self._rows else ADDED)
        self._rows[new] = self._merged(new, row)

    def _keep(self, row: Row[T]) -> None:
        """What leaves the cluster stays where the archive that is shown is known to have it."""
        is_read = row.depth is not Depth.TABLE
        left = self._kept(row.value, is_read=is_read) if self._kept is not None else None
        told = next(self._archives(row.key), None)
        if left is not None and told is not None:
            told[row.key] = Row(row.key, row.uid, "", ORIGINS[Origin.ARCHIVE], left)

    # --- one row ----------------------------------------------------------------------------

    def _put(self, part: Part, row: Row[T]) -> None:
        row = self._placed(part, row)
        key = row.key
        seen = self._relisting.get(part)
        if seen is not None:
            seen.add(key)
        told = self._told.setdefault(part, {})
        before = told.get(key)
        if before is not None and _is_same(before, row):
            return
        is_another = before is not None and _is_another(before, row)
        if is_another or (before is None and self._is_made_anew(row)):
            self._replaced.add(key)
        if row.depth is Depth.TABLE:
            # Also where nothing looks different: it may be in what a Table does not tell.
            self._due[key] = self._batch
            self._newly_due[key] = None
            if before is None or is_another:
                if part in self._whole:  # else nobody can have asked for it
                    self._came[key] = self._batch
            else:
                row = self._renew(before, row, uid=before.uid)
                if row.value is before.value:
                    self._set(told, row)
                    return
        elif part.origin is not Origin.ARCHIVE and (
            self._due.pop(key, None) is not None or key in self._asked
        ):
            self._asked[key] = self._batch  # answers that are under way are older than this
        self._note(key, ADDED if key not in self._rows else CHANGED)
        self._set(told, row)

    def _is_made_anew(self, row: Row[T]) -> bool:
        """Whether a row that comes is of an object made after one of its name went, just now."""
        gone = self._gone.get(row.key)
        return gone is not None and not (gone and gone == row.uid)

    def _fill(self, answer: Filled[T]) -> Iterator[ObjectKey]:
        """Take an answer in; tells which rows look different now."""
        for row in answer.rows:
            key, since = row.key, answer.since
            told = self._teller(answer.part, key)
            before = told.get(key)
            if before is None or self._came.get(key, 0) > since:
                continue  # it is gone, or another object since
            if self._asked.get(key, 0) > since:
                continue  # an answer that was asked for later was here first
            self._asked[key] = since
            row = structs.replace(row, key=before.key)  # one key of an object is enough to keep
            told_later = self._due.get(key, 0) > since
            if told_later and not (before.version and before.version == row.version):
                row = self._renew(row, before, uid=row.uid)
            else:
                self._due.pop(key, None)
            if _is_another(before, row):
                self._replaced.add(key)
            self._set(told, row)
            if row != before:
                yield key

    def _teller(self, part: Part, key: ObjectKey) -> dict[ObjectKey, Row[T]]:
        """What the part tells that has a key: this one, or one of more namespaces."""
        told = self._told.get(part, {})
        if key in told:
            return told
        return self._told.get(part._replace(namespace=""), {})

    def _renew(self, known: Row[T], told: Row[T], *, uid: str) -> Row[T]:
        """What is known of an object, with what a Table told later; its version is the Table's."""
        if self._renewed is None:
            return told
        value = self._renewed(known.value, told.value)
        return structs.replace(told, uid=uid, depth=known.depth, value=value)

    def _set(self, told: dict[ObjectKey, Row[T]], row: Row[T]) -> None:
        key = row.key
        told[key] = row
        self._rows[key] = row = row if len(self._told) == 1 else self._merged(key, row)
        if row.depth is Depth.TABLE:
            self._unread.add(key)
        else:
            self._unread.discard(key)

    def _drop(self, part: Part, key: ObjectKey, uid: str = "") -> None:
        """A part no longer has an object; with a uid, only if it is still that one."""
        told = self._told.get(part, {})
        row = told.get(key)
        if row is None or (uid and row.uid and uid != row.uid):
            return
        del told[key]
        self._gone[key] = row.uid
        if part.origin is not Origin.ARCHIVE:
            for each in (self._due, self._came, self._asked):
                each.pop(key, None)
            self._unread.discard(key)
        if part.origin is Origin.CLUSTER:
            self._keep(row)
        left = next((each[key] for each in self._told.values() if key in each), None)
        if left is None:
            del self._rows[key]
            self._note(key, REMOVED)
        else:
            self._rows[key] = self._merged(key, left)
            self._note(key, CHANGED)

    def _merged(self, key: ObjectKey, row: Row[T]) -> Row[T]:
        """The row of all parts that tell of an object: what the cluster says is newest."""
        rows = [told[key] for told in self._told.values() if key in told]
        if len(rows) < 2:
            return row
        newest = next((each for each in rows if Origin.CLUSTER in each.origins), rows[0])
        origins = frozenset[Origin]().union(*(each.origins for each in rows))
        return structs.replace(newest, origins=origins)

    def _note(self, key: ObjectKey, what: str) -> None:
        """Several events of one object in a batch come to one change, or to none."""
        earlier = self._happened.get(key)
        if earlier is None:
            self._happened[key] = what
        elif earlier == ADDED and what == REMOVED:
            del self._happened[key]
        elif earlier == REMOVED and what == ADDED:
            self._happened[key] = CHANGED
        elif earlier == CHANGED:
            self._happened[key] = what

    def _changes(self) -> ChangeSet[T]:
        happened, self._happened = self._happened, {}
        sets: dict[str, list[ObjectKey]] = {ADDED: [], CHANGED: [], REMOVED: []}
        for key, what in happened.items():
            sets[what].append(key)
        return ChangeSet(
            added=tuple(self._rows[key] for key in sets[ADDED]),
            changed=tuple(self._rows[key] for key in sets[CHANGED]),
            removed=tuple(sets[REMOVED]),
        )


def _is_same(before: Row[T], row: Row[T]) -> bool:
    """Whether a row says no more than what is known; a Table's does not say of which object."""
    is_version = bool(row.version) and before.version == row.version
    return is_version and row.uid in ("", before.uid) and row.depth <= before.depth


def _is_another(before: Row[T], row: Row[T]) -> bool:
    """Whether a row is known to be of another object than before."""
    return bool(before.uid and row.uid) and before.uid != row.uid
