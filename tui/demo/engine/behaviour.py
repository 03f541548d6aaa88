"""How our scenes steer what their pods do: annotations that begin with `demo.argo-tui/`.

| annotation | meaning |
|---|---|
| `only-if` | the rest holds only where this `when` is true |
| `duration` | seconds the main container takes (whatever its command says) |
| `log-rate` | lines a second it prints meanwhile |
| `exit-code` | how it ends |
| `exit-codes` | how each attempt of the step ends, one after the other; the last holds on |
| `oom` | "true": killed by the kernel at the end of its duration (also exit code 137) |
| `memory` | MiB in use over the run, evenly spaced, e.g. `40,80,500` |
| `cpu` | millicores in use over the run |
| `unschedulable` | what the scheduler says; the pod stays Pending |
| `image-pull-failure` | what the registry says; the pod stays Pending |
| `size` | MB of the (made-up) file under every output artifact |
| `restarts` | how often the main container has run and failed before |
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from tui.demo.engine.conditions import ConditionError, holds

PREFIX = "demo.argo-tui/"


@dataclass(frozen=True, slots=True)
class Behaviour:
    """What a pod is told to do; what is None is left to its command."""

    duration: float | None = None
    log_rate: float | None = None
    exit_code: int | None = None
    memory: tuple[float, ...] = ()
    cpu: tuple[float, ...] = ()
    unschedulable: str = ""
    image_pull_failure: str = ""
    size: float = 0.0
    restarts: int = 0

    @property
    def oom(self) -> bool:
        """Whether the kernel ends it."""
        return self.exit_code == 137

    @property
    def scripted(self) -> bool:
        """Whether it takes the place of the command."""
        return self.duration is not None or self.log_rate is not None


def of(annotations: Mapping[str, str], attempt: int) -> Behaviour:
    """What a pod's annotations say for this attempt (counted from 0) of its step."""
    told = {
        key.removeprefix(PREFIX): str(value)
        for key, value in annotations.items()
        if key.startswith(PREFIX)
    }
    if not told or not _applies(told.get("only-if", "")):
        return Behaviour()
    codes = _numbers(told.get("exit-codes", ""))
    code: int | None = None
    if codes:
        code = int(codes[min(attempt, len(codes) - 1)])
    elif "exit-code" in told:
        code = int(_number(told["exit-code"]) or 0)
    if told.get("oom") == "true":
        code = 137
    failing = code is None or code != 0
    return Behaviour(
        duration=_number(told.get("duration", "")),
        log_rate=_number(told.get("log-rate", "")),
        exit_code=code,
        memory=_numbers(told.get("memory", "")) if failing else (),
        cpu=_numbers(told.get("cpu", "")),
        unschedulable=told.get("unschedulable", ""),
        image_pull_failure=told.get("image-pull-failure", ""),
        size=_number(told.get("size", "")) or 0.0,
        restarts=int(_number(told.get("restarts", "")) or 0),
    )


def _applies(condition: str) -> bool:
    try:
        return holds(condition)
    except ConditionError:
        return False


def _number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None


def _numbers(text: str) -> tuple[float, ...]:
    found = (_number(part) for part in text.split(","))
    return tuple(number for number in found if number is not None)


def along(curve: tuple[float, ...], part: float) -> float:
    """The curve's value after this part (0 to 1) of the run."""
    if len(curve) == 1:
        return curve[0]
    place = min(max(part, 0.0), 1.0) * (len(curve) - 1)
    low = min(int(place), len(curve) - 2)
    return curve[low] + (curve[low + 1] - curve[low]) * (place - low)
