"""How artifact stores are reached from this machine, which the settings may say by context."""

from __future__ import annotations

from typing import Protocol

from tui.domain.location import Location
from tui.ports.connection import Connection


class StoreReach(Protocol):
    """The way from here to where artifacts are."""

    def reached(self, location: Location) -> Location:
        """A location of a workflow, as it is reached from here."""


def reached_from(connection: Connection | None, location: Location) -> Location:
    """The same by what a connection says; unchanged where it says nothing."""
    reach = connection.port(StoreReach) if connection is not None else None
    return reach.reached(location) if reach is not None else location
