"""How artifact stores are reached from this machine, which the settings may say by context."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Protocol

from tui.domain.location import Location
from tui.ports.connection import Connection


class StoreReach(Protocol):
    """The way from here to where artifacts are."""

    def reached(self, location: Location) -> Location:
        """A location of a workflow, as it is reached from here."""


class StoreAnswers(Protocol):
    """Where the answers of stores go through, of a connection that hears them, or has them."""

    @property
    def is_recorded(self) -> bool:
        """Whether it has them, and there is no store to ask."""

    def store_answer(
        self, question: tuple[str, ...], ask: Callable[[], dict[str, Any]]
    ) -> dict[str, Any]:
        """The answer to a question: what `ask` gives, which is asked only if it is needed.

        Raises: Missing where it is known to be nowhere.
        """

    def store_questions(self, begin: tuple[str, ...]) -> Sequence[tuple[str, ...]]:
        """The questions that begin so and have an answer; none where there is a store to ask."""


def reached_from(connection: Connection | None, location: Location) -> Location:
    """The same by what a connection says; unchanged where it says nothing."""
    reach = connection.port(StoreReach) if connection is not None else None
    return reach.reached(location) if reach is not None else location
