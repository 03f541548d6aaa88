"""How full a namespace is, read while the cursor of a list rests on something that waits in it.

Two lists each time, of its quotas and of its pods that have not begun, and no more often than every
few seconds for one namespace, however many rows of it are looked at.
"""

from __future__ import annotations

from tui.domain.pressure import pressure
from tui.domain.text import clean
from tui.domain.workflow import Manifest
from tui.errors import Missing, SourceError
from tui.ports.connection import Connection
from tui.ports.pods import Around

EVERY = 15.0
"""Seconds after which it is read again."""


class Pressures:
    """What is known of namespaces, by the id of a connection and a name."""

    def __init__(self) -> None:
        self._known: dict[tuple[str, str], str] = {}
        self._due: dict[tuple[str, str], float] = {}

    def known(self, connection: str, namespace: str) -> str:
        """In a line; "" before it was read."""
        return self._known.get((connection, namespace), "")

    def is_due(self, connection: str, namespace: str, now: float) -> bool:
        """Whether it is to be read; who asks at this time is to do it, and nobody else."""
        key = (connection, namespace)
        if now < self._due.get(key, 0.0):
            return False
        self._due[key] = now + EVERY
        return True

    def learn(self, connection: str, namespace: str, told: str) -> bool:
        """This is so now; false where it was so before."""
        was = self._known.get((connection, namespace))
        self._known[connection, namespace] = told
        return was != told


def read_pressure(source: Connection, namespace: str) -> str:
    """How full it is, in a line; what cannot be read is not known, and why is said."""
    around = source.port(Around)
    if around is None:
        return f"not known: {clean(source.lacks(Around))}"
    unread: dict[str, str] = {}
    quotas: tuple[Manifest, ...] = ()
    pending: tuple[Manifest, ...] = ()
    try:
        quotas = around.quotas(namespace)
    except Missing:
        pass  # where there is no such kind there is no quota
    except SourceError as error:
        unread["quotas"] = clean(error.what)
    try:
        pending = around.pending(namespace)
    except SourceError as error:
        unread["pods"] = clean(error.what)
    return pressure(quotas, pending, unread)
