"""What a connection can tell of itself, so that a wrong set-up is named before it is guessed at."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol

import msgspec


class LoginFacts(msgspec.Struct, frozen=True):
    """How we log in; nothing of it is a secret."""

    by: str
    """`a client certificate`, `the plugin aws`, `a token`; "" for as nobody."""
    told_in: tuple[str, ...] = ()
    """The files, or the variable, that say so."""
    context: str = ""
    user: str = ""
    ends: datetime | None = None
    """When it is over, in UTC; None where that is not said."""


class ServerFacts(msgspec.Struct, frozen=True):
    """What a server answered to a request that changes nothing."""

    version: str
    seconds: float
    """That the answer took, connecting and logging in left aside."""
    clock: datetime | None = None
    """The time it is there, to the second, in UTC."""


class ControllerFacts(msgspec.Struct, frozen=True):
    """One of Argo's controllers, as far as we may look at it."""

    namespace: str
    version: str = ""
    """Of its image; "" where its pod may not be read."""
    instance_id: str = ""


class ArgoFacts(msgspec.Struct, frozen=True):
    """What is there of Argo."""

    kinds: frozenset[str] = frozenset()
    """The plurals of Argo's kinds that are served; empty where Argo is not installed."""
    controllers: tuple[ControllerFacts, ...] = ()
    trouble: str = ""
    """Why no controller could be looked at; "" if nothing kept us from it."""
    archive: bool | None = None
    """Whether runs are kept in an archive; None where that cannot be asked."""


class Diagnosis(Protocol):
    """Tells of the way to a server, and of what is there. Everything but `login` asks."""

    def login(self) -> LoginFacts:
        """How we log in. Raises: TuiError where the login itself fails."""

    def server(self) -> ServerFacts:
        """Who answers. Raises: SourceError."""

    def argo(self) -> ArgoFacts:
        """What is there of Argo. Raises: SourceError."""

    def measures(self) -> bool:
        """Whether the usage of pods is measured. Raises: SourceError."""
