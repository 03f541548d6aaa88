"""A connection: a cluster, a server, saved files, and what can be had through it.

What a connection can do is small protocols, its ports; which of them it offers is all there is to
know about its abilities. A refused right is another matter: an error of the call.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol, TypeVar

from tui.domain.identity import Origin
from tui.errors import NotOffered, TuiError

P = TypeVar("P")


@dataclass(frozen=True, slots=True)
class Place:
    """Where a connection leads, for headers and messages."""

    label: str
    """Short: the kubeconfig context, or a file's name."""
    server: str = ""
    namespace: str = "default"
    user: str = ""
    origin: Origin = Origin.CLUSTER
    is_server: bool = False
    """Whether it is an Argo Server, with nothing else."""

    @property
    def is_live(self) -> bool:
        """Whether what is there goes on by itself; what was saved in a file does not."""
        return self.origin is not Origin.FILE


class Connection(Protocol):
    """Where objects come from."""

    @property
    def id(self) -> str:
        """What keys and parts call it."""

    @property
    def place(self) -> Place:
        """Where this is connected; known without asking anybody."""

    @property
    def troubles(self) -> Sequence[TuiError]:
        """What could not be read from the beginning, though the rest could."""

    def port(self, wanted: Callable[..., P]) -> P | None:
        """What this offers of a port, such as `Operations`; None where it offers nothing.

        (A port is a protocol, and mypy takes no protocol where `type[P]` is asked for.)
        """

    def lacks(self, wanted: Callable[..., object]) -> str:
        """Why a port is not offered, as a sentence for a person; "" for one that is."""

    def close(self) -> None:
        """Let go of whatever is open."""


def offered(connection: Connection, wanted: Callable[..., P]) -> P:
    """A port that a connection offers. Raises: NotOffered with the sentence why it does not."""
    found = connection.port(wanted)
    if found is None:
        raise NotOffered(connection.lacks(wanted), reason="NotOffered")
    return found
