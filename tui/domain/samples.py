"""What the pods of a run were measured to use: now, at most, and in between.

Samples come while somebody looks at the run, and are kept when a pod has ended: nothing else tells
afterwards how much memory it had. They can be written into a file and read again.

Of CPU amounts are thousandths of a core, of memory bytes. Nothing here is read by two threads at a
time: samples are taken in on the event loop, and others get a copy of what they ask about.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

import msgspec

from tui.domain.allowance import ContainerAllowance, PodAllowance
from tui.domain.durations import epoch_of

MOST_POINTS = 120
"""Samples of one container that are kept; of more, two neighbours become one, the greater."""
MOST_PODS = 5_000
"""Pods of one run whose samples are kept; those that ended first go first."""
STAYED = 3
"""Samples one after the other in which the CPU stays, so that it is no mere peak."""
NEAR_MEMORY, NEAR_CPU = 0.90, 0.95
"""The share of a limit from which on it is marked: memory that was above it at any time, CPU that
stayed there or above."""


class Reading(Protocol):
    """What a pod uses at one time, as `ports.PodUsage` says it."""

    @property
    def cpu_millis(self) -> int: ...
    @property
    def memory_bytes(self) -> int: ...
    @property
    def containers(self) -> Mapping[str, tuple[int, int]]:
        """Name → CPU and memory; empty where only the sum is known."""

    @property
    def measured_at(self) -> str:
        """When, as the cluster says it; "" where it does not."""


class Samples(msgspec.Struct, omit_defaults=True):
    """What one container used, or all of a pod together."""

    cpu: int = 0
    """The last that was measured."""
    memory: int = 0
    peak_cpu: int = 0
    peak_memory: int = 0
    stayed_cpu: int = 0
    """What the CPU did not fall below in `STAYED` samples one after the other, at most."""
    count: int = 0
    last: list[int] = []
    """The CPU of the last samples."""
    points: list[tuple[float, int, int]] = []
    """Time as seconds of Unix, CPU and memory, oldest first."""

    def take(self, at: float, cpu: int, memory: int) -> None:
        """One more sample."""
        self.cpu, self.memory = cpu, memory
        self.peak_cpu = max(self.peak_cpu, cpu)
        self.peak_memory = max(self.peak_memory, memory)
        self.count += 1
        self.last = [*self.last[1 - STAYED :], cpu] if self.last else [cpu]
        if len(self.last) == STAYED:
            self.stayed_cpu = max(self.stayed_cpu, min(self.last))
        self.points.append((at, cpu, memory))
        if len(self.points) > MOST_POINTS:
            self.points = [_greater(self.points[i : i + 2]) for i in range(0, MOST_POINTS + 1, 2)]

    def near_memory(self, limit: int | None) -> bool:
        """Whether the peak passed nine tenths of a limit."""
        return limit is not None and self.peak_memory > limit * NEAR_MEMORY

    def near_cpu(self, limit: int | None) -> bool:
        """Whether the CPU stayed at a limit, or close to it."""
        return limit is not None and self.stayed_cpu >= limit * NEAR_CPU


def _greater(points: list[tuple[float, int, int]]) -> tuple[float, int, int]:
    return points[0][0], max(each[1] for each in points), max(each[2] for each in points)


class PodSamples(msgspec.Struct, omit_defaults=True):
    """What a pod used."""

    whole: Samples = msgspec.field(default_factory=Samples)
    """All its containers together."""
    containers: dict[str, Samples] = {}
    is_live: bool = False
    """Whether the last reading had it; else it has ended, or nothing could be read."""
    measured_at: str = ""

    def take(self, at: float, reading: Reading) -> None:
        """One more reading; one that was had already is none."""
        self.is_live = True
        if reading.measured_at and reading.measured_at == self.measured_at:
            return
        self.measured_at = reading.measured_at
        at = epoch_of(reading.measured_at) or at
        self.whole.take(at, reading.cpu_millis, reading.memory_bytes)
        for name, (cpu, memory) in reading.containers.items():
            self.containers.setdefault(name, Samples()).take(at, cpu, memory)

    def is_near(self, allowed: PodAllowance) -> bool:
        """Whether some container came too near to a limit."""
        return any(
            found.near_memory(each.limits.get("memory")) or found.near_cpu(each.limits.get("cpu"))
            for each, found in self.pairs(allowed)
        )

    def pairs(self, allowed: PodAllowance) -> list[tuple[ContainerAllowance, Samples]]:
        """Each container that is both known and measured."""
        return [
            (each, self.containers[each.name])
            for each in allowed.containers
            if each.name in self.containers
        ]

    def against_limit(self, allowed: PodAllowance) -> tuple[int, int | None]:
        """Peak and limit of memory: of the container that came nearest to its limit; where none
        has a limit the peak of them all."""
        limited = [
            (found.peak_memory, each.limits["memory"])
            for each, found in self.pairs(allowed)
            if each.limits.get("memory")
        ]
        if not limited:
            return self.whole.peak_memory, None
        return max(limited, key=lambda each: each[0] / each[1])


class RunSamples(msgspec.Struct, omit_defaults=True):
    """What the pods of one run used, and what they themselves say that they may use."""

    pods: dict[str, PodSamples] = {}
    """By name; those that were measured first come first."""
    allowed: dict[str, PodAllowance] = {}
    """Of pods that were read: the name → what the pod says."""
    gone: set[str] = set()
    """Pods that somebody looked for and that were not there any more."""
    why_not: str = ""
    """Why nothing is measured; "" where it is, or nobody tried."""
    revision: int = 0
    """Goes up with everything that becomes known."""

    def take(self, at: float, readings: Mapping[str, Reading]) -> None:
        """What the pods use at a time, as seconds of Unix; those not named have ended."""
        self.revision += 1
        for name, found in self.pods.items():
            found.is_live = name in readings
        for name, reading in readings.items():
            self.pods.setdefault(name, PodSamples()).take(at, reading)
        if len(self.pods) > MOST_PODS:
            over = [name for name, found in self.pods.items() if not found.is_live]
            for name in over[: len(self.pods) - MOST_PODS]:
                del self.pods[name]

    def learn(self, pod: str, allowed: PodAllowance | None) -> None:
        """What a pod says that it may use; None for one that is gone."""
        self.revision += 1
        if allowed is None:
            self.gone.add(pod)
        else:
            self.allowed[pod] = allowed

    @property
    def is_measured(self) -> bool:
        """Whether anything was ever measured."""
        return bool(self.pods)

    def memory_peaks(self) -> dict[tuple[str, str], int]:
        """Pod and container → the most memory that was measured of it, in bytes."""
        return {
            (pod, name): each.peak_memory
            for pod, found in self.pods.items()
            for name, each in found.containers.items()
        }
