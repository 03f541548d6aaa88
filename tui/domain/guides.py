"""The box lines before a node's icon (argo.md 2.5).

A hidden step group lends its lines to its children, so that a group of one reads as `──` and a
group of several opens with `┬─`. Hidden nodes keep their place: nobody is hung elsewhere.
"""

from __future__ import annotations

from typing import NamedTuple

_ASCII = str.maketrans("─┬├└│⋯", "-+|`|~")

ALONE, OPENING, MIDDLE, LAST = "──", "┬─", "├─", "└─"
BAR, GAP = "│ ", "  "


class Prefix(NamedTuple):
    """What a node's line begins with, and what the lines below it go on with."""

    own: str
    below: str


def ascii_guide(guide: str) -> str:
    """The same lines without UTF-8."""
    return guide.translate(_ASCII)


def parts(count: int, *, is_hidden: bool, is_group: bool) -> list[tuple[str, str]]:
    """For each of a node's children: its connector, and what its own children go on with."""
    if is_hidden and not is_group:
        return [("", "")] * count
    if is_hidden and count == 1:
        return [(ALONE, GAP)]
    found = [(MIDDLE, BAR)] * count
    if is_hidden:
        found[0] = (OPENING, BAR)
    found[-1] = (LAST, GAP)
    return found


def child_prefixes(prefix: Prefix, count: int, *, is_hidden: bool, is_group: bool) -> list[Prefix]:
    """The prefixes of a node's children, first to last."""
    below = prefix.below
    found = [
        Prefix(below + part, below + rest)
        for part, rest in parts(count, is_hidden=is_hidden, is_group=is_group)
    ]
    if is_hidden:
        # The first child stands on the line where the hidden parent would have stood.
        part = found[0].own[len(below) :]
        found[0] = Prefix(prefix.own + part, found[0].below)
    return found
