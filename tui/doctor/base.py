"""What a check is told, and what it finds."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import Enum

from tui.errors import TuiError
from tui.ports.connection import Connection
from tui.terminal.capabilities import Capabilities
from tui.terminal.probing import Probed


class Sign(Enum):
    """How good what was found is."""

    GOOD = "good"
    NOTICE = "notice"
    """Something will lack, or is odd; the program works."""
    BAD = "bad"
    """Something does not work."""
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of the report."""

    check: str
    """The id of the check that found it."""
    sign: Sign
    fact: str
    """What is so, in one line."""
    advice: str = ""
    """What to do about it; "" for nothing."""
    more: tuple[str, ...] = ()
    """Lines to copy, such as the rules that lack of a role."""


@dataclass(frozen=True, slots=True)
class Case:
    """What there is to look at."""

    terminal: Capabilities | None
    """None where input and output are none."""
    probed: Probed | None
    """What the terminal answered; None where it was not asked."""
    config: str
    """The path of the settings file; "" where there is none."""
    faults: tuple[str, ...]
    """What is wrong with its lines."""
    connection: Connection | TuiError
    """Where the settings lead, or why nowhere."""
    namespaces: tuple[str, ...]
    """Those that are looked at; () for all."""
    now: datetime
    """In UTC."""

    @property
    def namespace(self) -> str:
        """The namespace that questions are asked in, which need one."""
        if self.namespaces:
            return self.namespaces[0]
        if isinstance(self.connection, TuiError):
            return "default"
        return self.connection.place.namespace.partition(",")[0].strip() or "default"


Look = Callable[[Case], Iterator[Finding]]
"""Looks, and may ask. What it raises is a finding too."""


@dataclass(frozen=True, slots=True)
class Check:
    """One part of the report."""

    id: str
    look: Look
    asks: bool = True
    """Whether it asks a server, so that there is no use in it where the server does not answer."""


def found(check: str) -> Callable[..., Finding]:
    """Makes findings of one check."""

    def make(sign: Sign, fact: str, advice: str = "", more: Sequence[str] = ()) -> Finding:
        return Finding(check, sign, fact, advice, tuple(more))

    return make
