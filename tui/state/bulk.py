"""What became of each of several that something is done to at once."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from typing import NamedTuple

from tui.domain.identity import ObjectKey
from tui.errors import TuiError

AT_A_TIME = 8
"""Of several, how many are sent at a time."""


class Ended(NamedTuple):
    """One that is over."""

    key: ObjectKey
    name: str
    said: str
    """What became of it, as a sentence."""
    error: TuiError | None = None
    """Why it was not done; None if it was."""


class Bulk:
    """The results of one action on several, in the order in which they come. Any thread may add."""

    def __init__(self, title: str, total: int, left_out: Sequence[str] = ()) -> None:
        """`left_out` has a sentence for each that was meant, too, and is not done."""
        self.title = title
        self.total = total
        self.left_out = tuple(left_out)
        self.job: int | None = None
        """The number of its job; None before it has begun."""
        self.is_over = False
        """Whether nothing more comes, be it that all are done or that it was stopped."""
        self._lock = threading.Lock()
        self._ended: list[Ended] = []

    def add(self, ended: Ended) -> None:
        """One more is over."""
        with self._lock:
            self._ended.append(ended)

    @property
    def ended(self) -> tuple[Ended, ...]:
        """Those that are over, the first one first."""
        with self._lock:
            return tuple(self._ended)

    @property
    def failed(self) -> tuple[Ended, ...]:
        """Those of them that were not done."""
        return tuple(each for each in self.ended if each.error is not None)

    @property
    def done(self) -> tuple[ObjectKey, ...]:
        """The keys of the others."""
        return tuple(each.key for each in self.ended if each.error is None)

    @property
    def not_begun(self) -> int:
        """Once it is over: how many were never begun."""
        return self.total - len(self.ended) if self.is_over else 0

    @property
    def words(self) -> str:
        """How far it is: `57 of 200 done, 19 failed`."""
        ended, failed = len(self.ended), len(self.failed)
        parts = [f"{ended - failed} of {self.total} done"]
        parts += [f"{failed} failed"] if failed else []
        parts += [f"{self.not_begun} not begun"] if self.not_begun else []
        parts += [f"{len(self.left_out)} left out"] if self.left_out else []
        return ", ".join(parts)
