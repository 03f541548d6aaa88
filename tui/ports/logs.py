"""Which log of a pod to read."""

from __future__ import annotations

import msgspec


class LogRequest(msgspec.Struct, frozen=True):
    """Which log to read, and how much of it."""

    namespace: str
    pod: str
    container: str = "main"
    follow: bool = True
    previous: bool = False
    timestamps: bool = True
    tail_lines: int | None = None
    since_time: str | None = None
