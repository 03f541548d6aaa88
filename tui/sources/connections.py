"""What a transport needs of the connections to a cluster.

Those of `direct.py` are made of the standard library. They raise plain errors: `NotConnected` when
a request cannot have left, else OSError, HTTPException or ValueError; `answers.unreachable` has the
words for them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from http.client import HTTPException
from typing import Any, Protocol

TOO_LARGE = (MemoryError, OverflowError)
"""What an answer raises that announces more than a computer can hold."""
BROKEN = (OSError, HTTPException, ValueError, *TOO_LARGE)
"""What connections and their answers raise."""

Headers = Sequence[tuple[str, str]]


class NotConnected(OSError):
    """No connection was made, so that nothing can have been asked; its cause says why."""


def never_left(error: BaseException) -> bool:
    """Whether it came of a connection that was not even made, so nothing can have been done."""
    return isinstance(error.__cause__, NotConnected)


class ProxyFailed(NotConnected):
    """The proxy on the way did not let us through."""


class Answer(Protocol):
    """An answer whose body is not read yet. Of the thread that asked, but for `break_off`."""

    @property
    def status(self) -> int:
        """The number."""

    @property
    def headers(self) -> Mapping[str, str]:
        """What was said before the body; names in any case."""

    def body(self) -> bytes:
        """All of it, unpacked."""

    def pieces(self, most: int) -> Iterator[bytes]:
        """It as it comes, in pieces of any size up to `most`."""

    def allow_silence(self, seconds: float | None) -> None:
        """From now on nothing may come for so long; None is for ever."""

    def break_off(self) -> None:
        """End a read that another thread is blocked in."""

    def done(self) -> None:
        """Keep the connection if the body was read to its end, else close it."""

    def close(self) -> None:
        """Close the connection."""


class Connections(Protocol):
    """Connections to one server. Any number of threads may ask at once."""

    def ask(
        self,
        method: str,
        target: str,
        headers: Headers,
        body: bytes | None,
        *,
        connect: float,
        read: float,
    ) -> Answer:
        """Send a request, once; answers when the headers of the answer are there.

        `connect` and `read` are the seconds that connecting, and each silence, may take.
        """

    def raw(self, target: str, *, connect: float) -> tuple[Any, str]:
        """A connected socket for another protocol than HTTP, and the URL of a target on it.

        It has no time limit, and is closed by whoever asked for it.
        """

    def close(self) -> None:
        """Let go of idle connections; reads of other threads may end at once, writes never do."""
