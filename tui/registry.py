"""Registries: tuples of values that other code looks up by their id.

A registry is a value made from its entries where they are written down; importing a module never
registers anything. Two entries with one id, or one name, are a mistake that shows at start.

    KINDS = Registry("kind", (WORKFLOWS, CRON_WORKFLOWS), names=lambda kind: kind.names)
    KINDS["wf"], KINDS.named("workflows"), list(KINDS)
    with KINDS.including(MADE_UP): ...      # a test, later a plugin
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Generic, Protocol, TypeVar


class HasId(Protocol):
    """What can be in a registry."""

    @property
    def id(self) -> str:
        """What it is looked up by."""


T = TypeVar("T", bound=HasId)


def only_its_id(entry: HasId) -> Iterable[str]:
    """The names of an entry that has no others."""
    return (entry.id,)


class Registry(Generic[T]):
    """Entries in the order they are offered in, by id and by whatever else they are called."""

    def __init__(
        self,
        what: str,
        entries: Iterable[T],
        *,
        names: Callable[[T], Iterable[str]] = only_its_id,
    ) -> None:
        """`what` is the word for an entry in messages; `names` gives what `named` finds it by.

        Raises: ValueError where two entries share an id or a name.
        """
        self._what = what
        self._names = names
        self._entries: tuple[T, ...] = ()
        self._by_id: dict[str, T] = {}
        self._by_name: dict[str, T] = {}
        self._set(tuple(entries))

    def __iter__(self) -> Iterator[T]:
        return iter(self._entries)

    def __len__(self) -> int:
        return len(self._entries)

    def __contains__(self, id: object) -> bool:
        return id in self._by_id

    def __getitem__(self, id: str) -> T:
        """The entry with this id. Raises: KeyError."""
        try:
            return self._by_id[id]
        except KeyError:
            raise KeyError(f"there is no {self._what} {id!r}") from None

    def get(self, id: str) -> T | None:
        """The entry with this id, if there is one."""
        return self._by_id.get(id)

    def named(self, name: str) -> T | None:
        """The entry that somebody who types this means: by its id, or by another of its names."""
        return self._by_name.get(name)

    @contextmanager
    def including(self, *more: T) -> Iterator[None]:
        """With these entries too, after the others, until the block ends.

        Raises: ValueError where one of them is called like an entry that is there.
        """
        before = self._entries
        self._set((*before, *more))
        try:
            yield
        finally:
            self._set(before)

    def _set(self, entries: tuple[T, ...]) -> None:
        by_id: dict[str, T] = {}
        by_name: dict[str, T] = {}
        for entry in entries:
            for name in dict.fromkeys((entry.id, *self._names(entry))):
                other = by_name.setdefault(name, entry)
                if other is not entry:
                    raise ValueError(
                        f"{self._what} {other.id!r} and {self._what} {entry.id!r} "
                        f"are both called {name!r}"
                    )
            by_id[entry.id] = entry
        self._entries, self._by_id, self._by_name = entries, by_id, by_name
