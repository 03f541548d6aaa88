"""What the account of a connection may do, asked before anything is tried."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple, Protocol

from tui.domain.rights import Permissions, Right
from tui.ports.operations import Operation

MOST_REQUESTS = 4
"""Requests that one screen may cost."""


class Wanted(NamedTuple):
    """A right that is about to matter."""

    right: Right
    name: str = ""
    """The object that it is about; "" for none in particular."""


class Rights(Protocol):
    """Tells what may be done. A hint and no guard: the last word is the server's."""

    def known(self, namespace: str) -> Permissions:
        """What was answered last for a namespace; asks nobody, so it never waits."""

    def needed(self, operation: Operation) -> tuple[Wanted, ...]:
        """The rights that an operation takes, each once; asks nobody."""

    def may(self, namespace: str, wanted: Wanted) -> bool:
        """Ask for just one right, in any case; "" is every namespace at once. Raises: SourceError,
        also where asking is not allowed."""

    def learn(
        self,
        namespace: str,
        wanted: Sequence[Wanted] = (),
        *,
        anew: bool = False,
        most: int = MOST_REQUESTS,
    ) -> Permissions:
        """Ask what is not known, or is out of date, by at most so many requests.

        The rules of the namespace come first, then what they leave open of `wanted`, in its
        order. An answer is good for five minutes, or until something is refused; `anew` asks
        unless it is of this moment. With the namespace "" only `wanted` is asked: in every
        namespace at once.

        Raises: SourceError where the cluster could not be asked. That asking is not allowed is an
        answer: nothing is known then.
        """
