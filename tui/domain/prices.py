"""What resources cost, by prices that somebody wrote into the settings.

Argo tells for how long how much was asked for (`resourcesDuration`, argo.md 4.4): seconds of one
core, of 100Mi of memory, of 10Gi of storage, of one of anything else.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

CPU, MEMORY = "cpu", "memory"
HOUR = 3600
LEAST_AMOUNT = 0.0001
MEMORY_UNIT, STORAGE_UNIT = 100 << 20, 10 << 30
"""Bytes that Argo counts as one."""
STORAGE = ("storage", "ephemeral-storage")


@dataclass(frozen=True, slots=True)
class Prices:
    """What things cost by the hour."""

    currency: str = ""
    """What stands before an amount, as `EUR`."""
    cpu_hour: float | None = None
    """Of a core."""
    memory_gib_hour: float | None = None
    """Of a GiB of memory."""
    resources: Mapping[str, float] = field(default_factory=dict)
    """Of one of an extended resource, by its name; of storage of a GiB."""

    @property
    def are_set(self) -> bool:
        """Whether there is any price."""
        return bool(self.resources) or (self.cpu_hour, self.memory_gib_hour) != (None, None)

    def of(self, resource: str) -> float | None:
        """What a second of Argo's unit of a resource costs; None where nobody set a price."""
        if resource == CPU:
            by_hour = self.cpu_hour
        elif resource == MEMORY:
            by_hour = self.memory_gib_hour
            by_hour = by_hour * MEMORY_UNIT / (1 << 30) if by_hour is not None else None
        else:
            by_hour = self.resources.get(resource)
            if by_hour is not None and resource in STORAGE:
                by_hour = by_hour * STORAGE_UNIT / (1 << 30)
        return by_hour / HOUR if by_hour is not None else None

    def said(self, amount: float) -> str:
        """`EUR 1.20`: an amount with its currency."""
        return f"{self.currency} {self.number(amount)}".strip()

    def number(self, amount: float) -> str:
        """`1.20`; what is small has more digits, so that it is not said to be nothing."""
        if 0 < amount < LEAST_AMOUNT:
            return f"<{LEAST_AMOUNT}"
        digits = 2 if amount >= 1 or amount == 0 else 3 if amount >= 0.1 else 4
        return f"{amount:,.{digits}f}"


NO_PRICES = Prices()


class Cost(NamedTuple):
    """What a run or a step costs."""

    parts: tuple[tuple[str, float], ...]
    """Resource → how much, CPU and memory first."""
    unpriced: tuple[str, ...] = ()
    """Resources that have no price."""

    @property
    def total(self) -> float:
        """All together."""
        return sum(amount for _, amount in self.parts)


def cost_of(durations: Mapping[str, float], prices: Prices) -> Cost | None:
    """What was asked for costs, for so many seconds of Argo's units; None without prices."""
    if not prices.are_set or not durations:
        return None
    names = sorted(durations, key=lambda name: (name not in (CPU, MEMORY), name))
    known = [(name, prices.of(name)) for name in names]
    parts = tuple((name, durations[name] * by) for name, by in known if by is not None)
    return Cost(parts, tuple(name for name, by in known if by is None)) if parts else None
