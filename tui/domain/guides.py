"""The box lines before a node's icon (argo.md 2.5).

A hidden step group lends its lines to its children, so that a group of one reads as `──` and a
group of several opens with `┬─`. Hiding a node does not move its children elsewhere in the tree.
"""

from __future__ import annotations

from typing import NamedTuple

_ASCII = str.maketrans("─┬├└│⋯", "-+|`|~")

ALONE, OPENING, MIDDLE, LAST = "──", "┬─", "├─", "└─"
BAR, GAP = "│ ", "  "


class Prefix(NamedTuple):
    """The prefix of a node's line, and the prefix for the lines below it."""

    own: str
    below: str


def ascii_guide(guide: str) -> str:
    """The same lines without UTF-8."""
    return guide.translate(_ASCII)


def child_prefixes(prefix: Prefix, count: int, *, is_hidden: bool, is_group: bool) -> list[Prefix]:
    """The prefixes of a node's children, first to last."""
    own, below = prefix
    if is_hidden and not is_group:
        return [prefix, *[Prefix(below, below)] * (count - 1)]
    if is_hidden and count == 1:
        return [Prefix(own + ALONE, below + GAP)]
    # Most of a fan-out shares one prefix, so it is made once.
    found = [Prefix(below + MIDDLE, below + BAR)] * count
    found[-1] = Prefix(below + LAST, below + GAP)
    if is_hidden:
        # The first child stands on the line where the hidden parent would have stood.
        found[0] = Prefix(own + OPENING, below + BAR)
    return found
