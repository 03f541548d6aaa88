"""The health of a connection, as a test says it is."""

from __future__ import annotations

from tui.errors import SourceError


class Troubled:
    """The requests of a connection, as a test says they go."""

    def __init__(self) -> None:
        self.trouble: SourceError | None = None
        self.checks = 0

    def check(self) -> None:
        self.checks += 1
        self.trouble = None
