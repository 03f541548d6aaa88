"""A list put together in groups: by what, and what a row of a group says."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from tui.columns import Column
from tui.columns.base import ASCII_UNKNOWN, UNKNOWN
from tui.domain.groups import UNREAD, Group
from tui.errors import UsageError
from tui.kinds.base import Kind

PREFIX = "argoproj.io/"
"""In the keys of labels that Argo sets."""
LABEL, NONE = "label", "none"
"""The words for a label, whose key follows, and for no groups at all."""


class Grouping(NamedTuple):
    """What rows are put together by."""

    text: str
    """As one types it: `template`, `label team`."""
    title: str
    """Above the names of the groups."""
    name: Callable[[Any], str]
    """The group of an object; "" for none."""


def grouping_called(text: str, kind: Kind[Any, Any]) -> Grouping | None:
    """What a text asks for: `template`, `cron`, `label KEY`; None for `none`.

    Raises: UsageError for what is none of those.
    """
    word, _, key = text.strip().partition(" ")
    key = key.strip()
    if word == NONE and not key:
        return None
    if word in kind.groupings and not key:
        return Grouping(word, word.upper(), kind.groupings[word])
    if word == LABEL and key:
        return Grouping(f"{LABEL} {key}", key.upper(), _by_label(key))
    known = ", ".join([*kind.groupings, f"{LABEL} KEY", NONE])
    raise UsageError(f"there is no grouping {text.strip()!r}", hint=f"there are {known}")


def _by_label(key: str) -> Callable[[Any], str]:
    def value(item: Any) -> str:
        labels: Mapping[str, str] = item.metadata.labels
        if key in labels:
            return labels[key]
        return next((v for k, v in labels.items() if k.rpartition("/")[2] == key), "")

    return value


def label_keys(values: Sequence[Any]) -> list[str]:
    """The keys of labels that objects have, those of most objects first; Argo's own last."""
    found: dict[str, int] = {}
    for value in values:
        for key in value.metadata.labels:
            found[key] = found.get(key, 0) + 1
    return sorted(found, key=lambda key: (PREFIX in key, -found[key], key))


def named(group: Group[Any], grouping: Grouping, *, ascii: bool) -> str:
    """What a group is called."""
    if group.name is UNREAD:
        return f"{ASCII_UNKNOWN if ascii else UNKNOWN} not read yet"
    return group.name or f"(no {grouping.text.removeprefix(LABEL).strip()})"


def group_columns(
    kind: Kind[Any, Any], grouping: Grouping, columns: Sequence[Column[Any]], *, ascii: bool
) -> tuple[Column[Group[Any]], ...]:
    """How many there are of what the kind counts, and the last one as `columns` of rows say it."""
    of_last = {column.id: column for column in columns}
    return (
        *_last(of_last, "phase", "", joined=True),
        Column(
            id="name",
            title=grouping.title,
            text=lambda group, now: named(group, grouping, ascii=ascii),
            width=16,
            least=8,
            grow=2,
            style=lambda group: "" if group.name else "muted",
            cut="middle",
            keeps=True,
        ),
        Column(
            id="all",
            title="ALL",
            text=lambda group, now: f"{group.total:,}",
            width=5,
            least=3,
            align="right",
            keeps=True,
        ),
        *(_count(tally.word, tally.token, tally.groups) for tally in kind.tallies),
        *_last(of_last, "age", "LAST"),
        *_last(of_last, "duration", "DUR"),
        *_last(of_last, "name", "LAST ONE", drop=2),
        *_last(of_last, "message", "MESSAGE"),
    )


def _count(word: str, token: str, groups: frozenset[str]) -> Column[Group[Any]]:
    def number(group: Group[Any]) -> int:
        return sum(group.counts.get(each, 0) for each in groups)

    return Column(
        id=f"count-{word}",
        title=word.upper(),
        text=lambda group, now: f"{number(group):,}" if number(group) else "",
        width=max(4, len(word)),
        align="right",
        style=lambda group: token,
    )


def _last(
    of_last: Mapping[str, Column[Any]], id: str, title: str, *, joined: bool = False, drop: int = 0
) -> tuple[Column[Group[Any]], ...]:
    """A column of the newest row of each group; none where rows have no such column."""
    column = of_last.get(id)
    if column is None:
        return ()
    text, style = column.text, column.style

    def told(group: Group[Any], now: datetime) -> str:
        return text(group.last, now)

    return (
        Column(
            id=f"last-{id}",
            title=title,
            text=told,
            width=column.width,
            least=column.least,
            grow=3 if id == "message" else 0,
            style=lambda group: style(group.last),
            ticks=column.ticks,
            align=column.align,
            cut=column.cut,
            drop=drop,
            joined=joined,
            keeps=joined or column.ticks,
            most=30 if id == "name" else 0,
        ),
    )
