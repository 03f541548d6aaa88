"""How the parts of a list stand, since when, when they are tried again, and which is worst."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, timedelta

from tui.domain.identity import Part
from tui.errors import SourceError
from tui.ports.collections import Live, Polled, Reading, Stale, Standing, Unreadable

WORST_FIRST = (Unreadable, Stale, Reading, Polled, Live)


class PartStanding:
    """What a part last said of itself, with the times that it means."""

    def __init__(self) -> None:
        self.standing: Standing = Reading()
        self.stale_since: datetime | None = None
        """When it broke; None while it is open."""
        self.retry_at: datetime | None = None
        """When it is tried again."""

    def take(self, standing: Standing, now: datetime) -> bool:
        """It says this now; returns whether that is news."""
        is_news = standing != self.standing
        self.standing = standing
        if isinstance(standing, Stale | Unreadable):
            self.stale_since = self.stale_since or now
            self.retry_at = now + timedelta(seconds=standing.retry_in)
        elif not isinstance(standing, Reading):
            self.stale_since = self.retry_at = None
        return is_news

    @property
    def error(self) -> SourceError | None:
        """What is wrong with it; None where nothing is."""
        standing = self.standing
        return standing.error if isinstance(standing, Stale | Unreadable) else None


class Standings(Mapping[Part, PartStanding]):
    """All parts of one watch."""

    def __init__(self, parts: Iterable[Part] = ()) -> None:
        self._parts = {part: PartStanding() for part in parts}

    def __getitem__(self, part: Part) -> PartStanding:
        return self._parts[part]

    def __iter__(self) -> Iterator[Part]:
        return iter(self._parts)

    def __len__(self) -> int:
        return len(self._parts)

    def take(self, part: Part, standing: Standing, now: datetime) -> bool:
        """A part says this of itself; returns whether that is news."""
        return self._parts.setdefault(part, PartStanding()).take(standing, now)

    @property
    def worst(self) -> Part | None:
        """The part that is worst off; None where there are none."""
        ranked = sorted(self, key=lambda part: WORST_FIRST.index(type(self[part].standing)))
        return ranked[0] if ranked else None

    @property
    def unreadable(self) -> dict[Part, SourceError]:
        """The parts that cannot be read at all, and why."""
        found = {part: each.standing for part, each in self.items()}
        return {part: each.error for part, each in found.items() if isinstance(each, Unreadable)}

    @property
    def is_live(self) -> bool:
        """Whether what is shown is what is."""
        return bool(self) and all(
            isinstance(each.standing, Live | Polled) for each in self.values()
        )

    @property
    def is_partly_live(self) -> bool:
        """Whether some of what is shown is what is."""
        return any(isinstance(each.standing, Live | Polled) for each in self.values())

    @property
    def is_answered(self) -> bool:
        """Whether every part has been read, or has said that it cannot be."""
        return bool(self) and not any(isinstance(each.standing, Reading) for each in self.values())

    @property
    def error(self) -> SourceError | None:
        """What is wrong where no part can be read; None while one may be."""
        errors = [each.error for each in self.values()]
        return errors[0] if errors and None not in errors else None

    def try_now(self, now: datetime) -> bool:
        """The next try of every broken part is now; false where none is broken."""
        broken = [each for each in self.values() if each.error is not None]
        for each in broken:
            each.retry_at = now
        return bool(broken)
