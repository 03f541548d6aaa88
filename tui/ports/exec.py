"""Interactive sessions in the containers of pods, on the terminal of this process."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple, Protocol

from tui.domain.identity import Target


class Container(NamedTuple):
    """One container of one pod."""

    namespace: str
    pod: str
    name: str


class Session(Protocol):
    """A program in a container, which is not begun yet."""

    @property
    def command(self) -> tuple[str, ...]:
        """The argument vector that does the same on a command line, for a person to read."""

    def run(self) -> int:
        """Run it on the plain terminal (descriptors 0, 1 and 2) until it ends; its exit code.

        Whatever the program did to the terminal is not undone here. Raises: SourceError where it
        cannot begin, or the connection breaks.
        """


class Exec(Protocol):
    """Where programs are run in containers."""

    def refusal(self, operation: str, target: Target | None) -> str:
        """Why this connection never runs anything in a container; "" if it does."""

    def running(self, namespace: str, pod: str) -> tuple[str, ...]:
        """The containers of a pod that run just now, in the order of the pod.

        Raises: Missing for a pod that is gone, SourceError with the reason for one that does not
        run.
        """

    def session(self, container: Container, argv: Sequence[str]) -> Session:
        """A session of this program. Raises: SourceError where nothing may be run."""
