"""The order of siblings in a tree and of workflows in a list (argo.md 2.4, 2.8)."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cmp_to_key, lru_cache
from itertools import groupby
from typing import TypeVar

from tui.domain.durations import parse_time
from tui.domain.node import Node
from tui.domain.workflow import ListedWorkflow

W = TypeVar("W", bound=ListedWorkflow)
K = TypeVar("K", bound=str)

_INTEGER = re.compile(r"[+-]?[0-9]{1,18}")
"""Maximum number of digits, since Python refuses to parse thousands of them."""

_NUMBER = re.compile(r"([0-9]+)")


class Guess(str):
    """What something is sorted by as long as its time is not known; it moves once it is."""

    __slots__ = ()


LATEST = Guess("9")
"""Sorts after every time: what has none yet is the newest."""


def time_key(text: str | None) -> str:
    """A text that sorts like the time; Go's zero time and null come first."""
    if text is not None and len(text) == 20 and text[-1] == "Z" and text[0] != "0":
        # What controllers write; no time is lost on reading it.
        return text[:-1]
    moment = parse_time(text)
    return "" if moment is None else moment.replace(tzinfo=None).isoformat()


def natural(text: str) -> tuple[object, ...]:
    """A text to sort by, numbers in it as numbers: `x(2)` before `x(10)`."""
    parts = _NUMBER.split(text)
    return tuple(
        (len(part.lstrip("0")), part.lstrip("0")) if at % 2 else part
        for at, part in enumerate(parts)
    )


def item_index(display_name: str) -> int:
    """`9` of `sleep(9:nine)`: what stands between the first `(` and the first `:`; else -1."""
    # Names without one are as many as there are workflows, and are not remembered.
    return _index_within(display_name) if "(" in display_name else -1


@lru_cache(maxsize=1 << 14)
def _index_within(display_name: str) -> int:
    start = display_name.find("(")
    end = display_name.find(":")
    if start < 0 or end < start or not _INTEGER.fullmatch(display_name, start + 1, end):
        return -1
    return int(display_name[start + 1 : end])


def ordered(keys: list[K], nodes: dict[K, Node]) -> list[K]:
    """Siblings in Argo's order; the sort is stable."""
    if len(keys) < 2:
        return keys
    told = {key: nodes[key].started_at for key in keys}
    # Of thousands many started in the same second.
    moments = {text: time_key(text) for text in set(told.values())}
    times = {key: moments[text] for key, text in told.items()}
    result: list[K] = []
    for _, together in groupby(sorted(keys, key=times.__getitem__), key=times.__getitem__):
        run = list(together)
        result.extend(_by_name(run, nodes) if len(run) > 1 else run)
    return result


def _by_name(run: list[K], nodes: dict[K, Node]) -> list[K]:
    """Those that started together: by index where two have one, else by name."""
    names = {key: nodes[key].display_name for key in run}
    indices = {key: item_index(name) for key, name in names.items()}
    indexed = sum(index >= 0 for index in indices.values())
    if indexed == len(indices):
        return sorted(run, key=indices.__getitem__)
    if indexed == 0:
        return sorted(run, key=names.__getitem__)

    def compared(one: K, other: K) -> int:
        if indices[one] >= 0 and indices[other] >= 0:
            return indices[one] - indices[other]
        return (names[one] > names[other]) - (names[one] < names[other])

    return sorted(run, key=cmp_to_key(compared))


def newest_first(workflows: Iterable[W]) -> list[W]:
    """As `argo list`: unfinished first, newest on top; then finished, last finished on top."""
    unfinished: list[tuple[str, W]] = []
    finished: list[tuple[str, W]] = []
    for workflow in workflows:
        ended = time_key(workflow.status.finished_at)
        if ended:
            finished.append((ended, workflow))
        else:
            unfinished.append((time_key(workflow.metadata.creation_timestamp), workflow))
    # Equals: `sorted(reverse=True)` keeps them as they came; Argo's own comparison turns those that
    # are not finished round, and so do we.
    unfinished.reverse()
    return [*_latest_first(unfinished), *_latest_first(finished)]


def _latest_first(marked: list[tuple[str, W]]) -> list[W]:
    return [workflow for _, workflow in sorted(marked, key=lambda mark: mark[0], reverse=True)]
