"""Who a connection acts as."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Protocol

import msgspec

from tui.errors import SourceError
from tui.ports.connection import Connection


class Caller(msgspec.Struct, frozen=True):
    """Who asks, as the cluster or the token says."""

    subject: str
    """`system:serviceaccount:argo:jenkins`, or whatever the identity provider calls a user."""
    email: str = ""
    preferred_username: str = ""
    groups: tuple[str, ...] = ()
    issuer: str = ""
    """Who gave the token, where that is told."""
    service_account: str = ""
    """`NAMESPACE/NAME` of the service account that an Argo Server acts as for us."""

    def told(self) -> Iterator[tuple[str, str]]:
        """What is known, by what to call it."""
        yield "User", self.subject
        for name, value in (
            ("Name", self.preferred_username),
            ("Email", self.email),
            ("Groups", ", ".join(self.groups)),
            ("Service account", self.service_account),
            ("Issuer", self.issuer),
        ):
            if value:
                yield name, value


class Identity(Protocol):
    """Tells who we are."""

    def caller(self) -> Caller | None:
        """Who we are; None where nobody says. Asked once and remembered, unless asking failed.

        Raises: SourceError where it could not be asked.
        """

    def authorization(self) -> str:
        """The header that says who we are, `Bearer …`; "" where no header does.

        A secret: only who asks for just this is told it. Raises: SourceError where we cannot log
        in.
        """

    def prove(self) -> None:
        """Find out whether what we log in with is good: what it says of us may prove nothing.

        Raises: Unauthenticated where it is not, SourceError where it could not be asked.
        """


def caller_of(connection: Connection) -> Caller | None:
    """Who a connection acts as; None too where it cannot say. Asks, so it may take its time."""
    identity = connection.port(Identity)
    try:
        return identity.caller() if identity is not None else None
    except SourceError:
        return None  # whatever is wrong is told by what is done next
