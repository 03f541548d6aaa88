"""What is found: a sentence, how much it matters, and where each thing that it says was read.

A pointer quotes the value that stands there, so that a sentence can be checked against the object
it is about, and so that one can go there. A sentence without one says that something is not known.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Any, Literal

import msgspec

WORKFLOW, POD = "Workflow", "Pod"

Path = tuple[str | int, ...]


class FieldAt(msgspec.Struct, frozen=True, tag="field", tag_field="in"):
    """A field of an object of the cluster."""

    kind: str
    name: str
    path: Path
    quote: str
    """The value as it stands there, or as much of it as the sentence says."""

    @property
    def node(self) -> str:
        """The id of the step whose status it is in; "" for another field."""
        of_node = self.kind == WORKFLOW and self.path[:2] == ("status", "nodes")
        return str(self.path[2]) if of_node and len(self.path) > 2 else ""

    @property
    def where(self) -> str:
        """`Pod train-3: status.containerStatuses[0].state`."""
        return f"{self.kind} {self.name}: {dotted(self.path)}"


class EventAt(msgspec.Struct, frozen=True, tag="event", tag_field="in"):
    """A Kubernetes event."""

    kind: str
    """Of what it is about."""
    name: str
    reason: str
    quote: str
    """Its message."""
    uid: str = ""

    @property
    def where(self) -> str:
        """`event FailedScheduling of Pod train-3`."""
        return f"event {self.reason} of {self.kind} {self.name}"


class LogAt(msgspec.Struct, frozen=True, tag="log", tag_field="in"):
    """A line of a log."""

    node: str
    """The id of the step."""
    pod: str
    container: str
    line: int
    """Counted from the end: 1 is the last one that was read."""
    quote: str

    @property
    def where(self) -> str:
        """`log of train-3, main: line 2 from the end`."""
        place = "the last line" if self.line == 1 else f"line {self.line} from the end"
        return f"log of {self.pod}, {self.container}: {place}"


class SampleAt(msgspec.Struct, frozen=True, tag="sample", tag_field="in"):
    """What was measured while somebody looked."""

    pod: str
    container: str
    resource: str
    quote: str
    """The greatest value, as it is shown."""

    @property
    def where(self) -> str:
        """`measured: memory of main in train-3`."""
        return f"measured: {self.resource} of {self.container} in {self.pod}"


Pointer = FieldAt | EventAt | LogAt | SampleAt

Weight = Literal["cause", "problem", "detail", "help", "unknown"]
"""How much a finding matters: what it all comes from; what is wrong besides; what there is to know;
what could be done; what cannot be told."""


class Finding(msgspec.Struct, frozen=True, omit_defaults=True):
    """One sentence of an answer."""

    cause: str
    """Id of what found it, as `oom`."""
    label: str
    """What it is about, in a word or two: `memory`, `attempt 2`."""
    text: str
    weight: Weight = "detail"
    at: tuple[Pointer, ...] = ()
    """Where it comes from; the first is where one goes."""
    key: str = ""
    """Id of the key that could help (`keys.py`), as `act.retry`."""
    step: str = ""
    """Id of the step it is about; "" for the whole."""
    opens: str = ""
    """`namespace/name` of another workflow that one can go to for more; "" for none."""


class Verdict(StrEnum):
    """How a workflow stands."""

    FAILED = "failed"
    WAITS = "waits"
    SLOW = "slow"
    RUNS = "runs"
    SUCCEEDED = "succeeded"


class Answer(msgspec.Struct, frozen=True):
    """Why: all that was found, what matters most first."""

    verdict: Verdict
    headline: str
    findings: tuple[Finding, ...] = ()
    step: str = ""
    """Id of the step that it hangs on; "" for none."""
    reason: str = ""
    """What a list says in its column MESSAGE."""

    @property
    def cause(self) -> Finding | None:
        """What it all comes from, if that is known."""
        return next((each for each in self.findings if each.weight == "cause"), None)


_PLAIN = re.compile(r"[A-Za-z_][A-Za-z0-9_-]*")


def dotted(path: Path) -> str:
    """`status.nodes['a.b'].message`, `spec.containers[0].image`."""
    parts: list[str] = []
    for each in path:
        if isinstance(each, int):
            parts.append(f"[{each}]")
        elif _PLAIN.fullmatch(each):
            parts.append(f".{each}" if parts else each)
        else:
            parts.append(f"[{each!r}]")
    return "".join(parts)


def value_at(manifest: Any, path: Path) -> Any:
    """What stands in an object at a path; None where nothing does, or where it goes astray."""
    for each in path:
        if isinstance(manifest, Mapping) and isinstance(each, str):
            manifest = manifest.get(each)
        elif isinstance(each, int) and isinstance(manifest, Sequence):
            is_there = not isinstance(manifest, str | bytes) and 0 <= each < len(manifest)
            manifest = manifest[each] if is_there else None
        else:
            return None
    return manifest
