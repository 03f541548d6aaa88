"""Playing what was recorded: a clock of its own, which can be stopped, hurried, put elsewhere."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from tui.ports.connection import Connection

SPEEDS = (0.25, 0.5, 1.0, 2.0, 5.0, 10.0, 30.0, 60.0, 300.0, 1800.0)
"""How many times faster than life it can go."""


def speed_text(speed: float) -> str:
    """How fast it goes: `2x`, `1/4x`."""
    return f"{speed:g}x" if speed >= 1 else f"1/{1 / speed:g}x"


class Playback(Protocol):
    """What is played, for all connections that it has."""

    @property
    def name(self) -> str:
        """What the recording is called: its file."""

    @property
    def begins(self) -> datetime:
        """When the first list was heard; without one, the first thing."""

    @property
    def ends(self) -> datetime:
        """The time of the last one."""

    @property
    def notes(self) -> Sequence[str]:
        """What is missing of the recording, in sentences."""

    @property
    def connections(self) -> Sequence[Connection]:
        """Those that were recorded, the first of them first."""

    @property
    def speed(self) -> float:
        """How many times faster than life it goes."""

    @property
    def is_paused(self) -> bool:
        """Whether its clock stands, though it is not at its end."""

    @property
    def is_over(self) -> bool:
        """Whether its clock is at the end."""

    def now(self) -> datetime:
        """The time that it is in the recording."""

    def pause(self, paused: bool) -> None:
        """Have its clock stand, or go on."""

    def go_at(self, speed: float) -> None:
        """Go at another speed."""

    def go_to(self, moment: datetime) -> None:
        """Go to another time, be it before or after; one outside of it is its beginning or end."""
