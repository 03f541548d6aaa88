"""How a watch stands: open, or broken since when, and when it is tried again."""

from __future__ import annotations

from datetime import datetime, timedelta

from tui.ports.collections import Live, Stale


class Connection:
    """What a watch last said of itself, with the times that it means."""

    def __init__(self) -> None:
        self.state: Live | Stale | None = None
        """None while nothing has been read yet."""
        self.stale_since: datetime | None = None
        """When it broke; None while it is open."""
        self.retry_at: datetime | None = None
        """When it is tried again."""

    def take(self, state: Live | Stale | None, now: datetime) -> None:
        """It says this now; the same once more is no news."""
        if state is self.state:
            return
        self.state = state
        if isinstance(state, Stale):
            self.stale_since = self.stale_since or now
            self.retry_at = now + timedelta(seconds=state.retry_in)
        elif isinstance(state, Live):
            self.stale_since = self.retry_at = None

    def try_now(self, now: datetime) -> bool:
        """The next try is now; false where nothing is broken."""
        if not isinstance(self.state, Stale):
            return False
        self.retry_at = now
        return True
