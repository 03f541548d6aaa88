"""In which order siblings of a tree and workflows of a list stand (argo.md 2.4, 2.8)."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cmp_to_key
from typing import TypeVar

from tui.domain.durations import parse_time
from tui.domain.node import Node
from tui.domain.workflow import ListedWorkflow

W = TypeVar("W", bound=ListedWorkflow)
K = TypeVar("K", bound=str)

_INTEGER = re.compile(r"[+-]?[0-9]+")


def time_key(text: str | None) -> str:
    """A text that sorts as the moment does; never and null come first."""
    if text is not None and len(text) == 20 and text[-1] == "Z" and text[0] != "0":
        return text
    moment = parse_time(text)
    return "" if moment is None else moment.isoformat(timespec="microseconds")[:26]


def item_index(display_name: str) -> int:
    """`9` of `sleep(9:nine)`: what stands between the first `(` and the first `:`; else -1."""
    start = display_name.find("(")
    end = display_name.find(":")
    if start < 0 or end < start or not _INTEGER.fullmatch(display_name, start + 1, end):
        return -1
    return int(display_name[start + 1 : end])


def ordered(keys: list[K], nodes: dict[K, Node]) -> list[K]:
    """Siblings in Argo's order; those that Argo finds equal stay as they came."""
    if len(keys) < 2:
        return keys
    marks: list[tuple[str, int, str, K]] = []
    for key in keys:
        node = nodes[key]
        index = item_index(node.display_name)
        marks.append((time_key(node.started_at), index, node.display_name, key))
    marks.sort(key=lambda mark: mark[0])
    result: list[K] = []
    at = 0
    while at < len(marks):
        end = at + 1
        while end < len(marks) and marks[end][0] == marks[at][0]:
            end += 1
        run = marks[at:end]
        if len(run) > 1:
            run = _by_name(run)
        result.extend(mark[3] for mark in run)
        at = end
    return result


def _by_name(run: list[tuple[str, int, str, K]]) -> list[tuple[str, int, str, K]]:
    """Those that started together: by index where two have one, else by name."""
    indexed = sum(mark[1] >= 0 for mark in run)
    if indexed == len(run):
        return sorted(run, key=lambda mark: mark[1])
    if indexed == 0:
        return sorted(run, key=lambda mark: mark[2])
    return sorted(run, key=cmp_to_key(_compared))


def _compared(one: tuple[str, int, str, K], other: tuple[str, int, str, K]) -> int:
    if one[1] >= 0 and other[1] >= 0:
        return one[1] - other[1]
    return (one[2] > other[2]) - (one[2] < other[2])


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
