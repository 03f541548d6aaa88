"""Texts that plans share: counts, and shortened lists of names."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence

from tui.actions.base import Plan
from tui.actions.graph import RawNode
from tui.actions.manifests import name_of
from tui.domain.workflow import Manifest
from tui.ports.operations import Call

NAMES_SHOWN = 8


def counted(number: int, noun: str) -> str:
    """`1 pod`, `3 pods`, `1,204 pods`."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def pods_with_logs(number: int, between: str = " ") -> str:
    """`1 pod with its logs`, `3 pods deleted with their logs` where that stands between."""
    return f"{counted(number, 'pod')}{between}with {'its' if number == 1 else 'their'} logs"


def pods_lost(pods: int, with_logs: int) -> str:
    """`3 pods deleted with their logs`, `3 pods deleted, 1 with its logs`: of so many pods, those
    whose logs nobody keeps; `3 pods deleted, logs archived` where all are kept."""
    if with_logs >= pods:
        return pods_with_logs(pods, " deleted ")
    if not with_logs:
        return f"{counted(pods, 'pod')} deleted, logs archived"
    whose = "its" if with_logs == 1 else "their"
    return f"{counted(pods, 'pod')} deleted, {with_logs} with {whose} logs"


def saying(done: str) -> Callable[[Manifest], str]:
    """Makes the message of a completed action: what was done, and to which workflow."""
    return lambda answer: f"{done} {name_of(answer)}"


def named(names: Sequence[str]) -> str:
    """The first names, and the number of further ones."""
    shown = ", ".join(names[:NAMES_SHOWN])
    more = len(names) - NAMES_SHOWN
    return f"{shown} and {more} more" if more > 0 else shown


def step_names(nodes: Iterable[RawNode]) -> list[str]:
    """The titles of nodes, with attempts and items in the order of their numbers."""
    names = [str(node.get("displayName") or node.get("name") or node.get("id")) for node in nodes]
    return sorted(names, key=_by_number)


def _by_number(name: str) -> list[tuple[int, str]]:
    """A sort key by which `step(9)` comes before `step(10)`."""
    pieces = re.split(r"([0-9]+)", name)
    return [(len(piece.lstrip("0")) if at % 2 else 0, piece) for at, piece in enumerate(pieces)]


def differences(old: Plan, new: Plan) -> list[str]:
    """What a plan says otherwise than the one before: `-` what is gone, `+` what is new."""
    gone = [f"- {line}" for line in old.lines if line not in new.lines]
    return [*gone, *(f"+ {line}" for line in new.lines if line not in old.lines)]


def call_lines(calls: Iterable[Call]) -> Iterable[str]:
    """The API calls of a plan, numbered in their order."""
    for at, one in enumerate(calls, 1):
        query = "&".join(f"{key}={value}" for key, value in one.query)
        path = f"{one.path}?{query}" if query else one.path
        yield f"  {at:>4}. {one.method} {path}"
