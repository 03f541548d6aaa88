"""Mutexes and semaphores (argo.md 1.3): who holds which lock, and who waits."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from tui.demo.engine.run import Run
from tui.demo.resources import CONFIG_MAPS
from tui.demo.store import Store


class LockError(ValueError):
    """A lock that cannot be had at all; the words are Argo's."""


@dataclass
class Lock:
    """One lock: its holders, and those who wait in order."""

    name: str
    limit: int
    holders: list[str] = field(default_factory=list)
    waiting: list[str] = field(default_factory=list)

    @property
    def is_mutex(self) -> bool:
        """Whether its name says it is one."""
        return "/Mutex/" in self.name


def holder_key(run: Run, node_id: str = "") -> str:
    """What a holder is called: the workflow, or one node of it."""
    whole = f"{run.namespace}/{run.name}"
    return f"{whole}/{node_id}" if node_id else whole


class Locks:
    """All locks of the cluster."""

    def __init__(self, store: Store, freed: Callable[[str, str], None]) -> None:
        self._store = store
        self._freed = freed
        self._locks: dict[str, Lock] = {}

    def acquire(self, run: Run, wanted: dict[str, Any], node_id: str = "") -> str:
        """Take every lock or none; the message to wait with, or "" when all are held."""
        key = holder_key(run, node_id)
        locks = [self._lock(name, limit) for name, limit in self._named(run, wanted)]
        for lock in locks:
            if key not in lock.holders and key not in lock.waiting:
                lock.waiting.append(key)
        for lock in locks:
            if key in lock.holders:
                continue
            free = lock.limit - len(lock.holders)
            if free <= 0 or key not in lock.waiting[:free]:
                self.show(run)
                held = max(0, free)
                return f"Waiting for {lock.name} lock. Lock status: {held}/{lock.limit}"
        for lock in locks:
            if key in lock.waiting:
                lock.waiting.remove(key)
            if key not in lock.holders:
                lock.holders.append(key)
        self.show(run)
        return ""

    def waiting_for(self, run: Run, node_id: str) -> str:
        """The first lock this node waits for."""
        key = holder_key(run, node_id)
        return next((lock.name for lock in self._locks.values() if key in lock.waiting), "")

    def release(self, run: Run, node_id: str = "") -> None:
        """Give back what this workflow or node holds or waits for."""
        key = holder_key(run, node_id)
        if self._drop(lambda other: other == key):
            self.show(run)

    def release_all(self, run: Run) -> None:
        """Give back everything of a workflow."""
        whole = holder_key(run)
        if self._drop(lambda other: other == whole or other.startswith(f"{whole}/")):
            self.show(run)

    def _drop(self, matches: Callable[[str], bool]) -> bool:
        found = False
        for lock in self._locks.values():
            for keys in (lock.holders, lock.waiting):
                for key in [key for key in keys if matches(key)]:
                    keys.remove(key)
                    found = True
        if found:
            for lock in self._locks.values():
                for key in lock.waiting[: max(0, lock.limit - len(lock.holders))]:
                    namespace, name, *_ = key.split("/")
                    self._freed(namespace, name)
        return found

    def _lock(self, name: str, limit: int) -> Lock:
        lock = self._locks.setdefault(name, Lock(name, limit))
        lock.limit = limit
        return lock

    def _named(self, run: Run, wanted: dict[str, Any]) -> Iterator[tuple[str, int]]:
        mutexes = list(wanted.get("mutexes") or ())
        semaphores = list(wanted.get("semaphores") or ())
        if wanted.get("mutex"):
            mutexes.append(wanted["mutex"])
        if wanted.get("semaphore"):
            semaphores.append(wanted["semaphore"])
        for mutex in mutexes:
            yield f"{mutex.get('namespace') or run.namespace}/Mutex/{mutex.get('name', '')}", 1
        for semaphore in semaphores:
            namespace = str(semaphore.get("namespace") or run.namespace)
            ref = semaphore.get("configMapKeyRef")
            if ref:
                yield (
                    f"{namespace}/ConfigMap/{ref.get('name', '')}/{ref.get('key', '')}",
                    self._limit(namespace, ref),
                )
            else:
                key = (semaphore.get("database") or {}).get("key", "")
                yield f"{namespace}/Database/{key}", 1

    def _limit(self, namespace: str, ref: dict[str, Any]) -> int:
        found = self._store.find(CONFIG_MAPS, namespace, str(ref.get("name", "")))
        key = ref.get("key", "")
        if found is None:
            raise LockError(f'configmaps "{ref.get("name", "")}" not found')
        value = (found.get("data") or {}).get(key)
        if value is None:
            raise LockError(f"Sync configuration key '{key}' not found in ConfigMap")
        try:
            return int(str(value))
        except ValueError as error:
            raise LockError(f'strconv.Atoi: parsing "{value}": invalid syntax') from error

    def show(self, run: Run) -> None:
        """Write who holds and who waits into the workflow's status."""
        whole = holder_key(run)
        shown: dict[str, Any] = {}
        for lock in self._locks.values():
            kind = "mutex" if lock.is_mutex else "semaphore"
            mine = [k for k in lock.holders if k == whole or k.startswith(f"{whole}/")]
            waits = any(k == whole or k.startswith(f"{whole}/") for k in lock.waiting)
            entry = shown.setdefault(kind, {})
            if mine:
                held: dict[str, Any] = {kind: lock.name}
                held |= {"holder": mine[0]} if lock.is_mutex else {"holders": mine}
                entry.setdefault("holding", []).append(held)
            if waits:
                others: dict[str, Any] = {kind: lock.name}
                first = lock.holders[0] if lock.holders else ""
                others |= {"holder": first} if lock.is_mutex else {"holders": list(lock.holders)}
                entry.setdefault("waiting", []).append(others)
        shown = {kind: entry for kind, entry in shown.items() if entry}
        if shown != (run.status.get("synchronization") or {}):
            if shown:
                run.status["synchronization"] = shown
            else:
                run.status.pop("synchronization", None)
            run.changed = True
