"""Whether requests other than an open watch are answered."""

from __future__ import annotations

from typing import Protocol

from tui.errors import SourceError


class Health(Protocol):
    """What the last requests to a server came to.

    A watch that is open may go on for minutes after its server has lost its database, or our token
    was deleted: new requests fail then, and what is shown may soon be old.
    """

    @property
    def trouble(self) -> SourceError | None:
        """Why the last request failed; None while requests are answered."""

    def check(self) -> None:
        """Ask the server something small, so that `trouble` is of this moment; blocks."""
