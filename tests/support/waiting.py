"""Waiting for a condition instead of for a time.

The most that is waited is for machines that have much else to do: only what fails waits so long.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable

MOST = 20.0


def wait_until(condition: Callable[[], object], seconds: float = MOST) -> None:
    """Return as soon as the condition holds; fail when it does not in time."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, f"not so within {seconds} s: {condition}"
        time.sleep(0.002)


async def until(
    condition: Callable[[], object], seconds: float = MOST, *, every: float = 0.005
) -> None:
    """The same while an event loop goes on."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, f"not so within {seconds} s: {condition}"
        await asyncio.sleep(every)
