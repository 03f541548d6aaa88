"""Names cut where they are equal, so that what tells them apart is seen.

Names that stand below each other in a column often begin and end alike: attempts of one step,
workflows of one template, pods of one workflow. A name that is too long for its column loses its
middle, unless it would then read like another one: then it keeps the characters by which it differs
from the others, and as much around them as there is room for.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from itertools import islice

from tui.widgets.cells import ELLIPSIS, cut, head, units, width_of

Split = tuple[str, ...]
"""A name as characters, each with the marks that combine with it."""


class Names:
    """The names that are seen below each other; all of them printable."""

    def __init__(self, names: Iterable[str]) -> None:
        self._names = frozenset(names)
        self._forwards: list[Split] | None = None
        """The names in order; made when the first name is cut."""
        self._backwards: list[Split] = []
        """The names read from their ends, in order."""

    def cut(self, name: str, cells: int, *, ellipsis: str = ELLIPSIS) -> str:
        """The name if it fits into so many cells, else cut so that it differs from the others."""
        if width_of(name) <= cells:
            return name
        split, room = _split(name), cells - width_of(ellipsis)
        if room <= 0:
            return head(name, cells)
        prefix, suffix = self._shared(split)
        in_head = prefix < len(split) and _width(split[: prefix + 1]) <= room - room // 2
        in_tail = suffix < len(split) and _width(split[-suffix - 1 :]) <= room // 2
        if in_head or in_tail:
            return cut(name, cells, middle=True, ellipsis=ellipsis)
        return _Kept(split, cells, ellipsis).cut(self._differences(split))

    def _in_order(self) -> list[Split]:
        if self._forwards is None:
            self._forwards = sorted(map(_split, self._names))
            self._backwards = sorted(split[::-1] for split in self._forwards)
        return self._forwards

    def _shared(self, name: Split) -> tuple[int, int]:
        """How many characters another name begins with as this does, and ends with; the most."""
        forwards = self._in_order()
        return _longest(forwards, name), _longest(self._backwards, name[::-1])

    def _differences(self, name: Split) -> list[int]:
        """Where this name differs from another for the first time, the furthest first."""
        found = {_common(name, other) for other in self._in_order() if other != name}
        # Of two names of which one begins with the other, the shorter one is known by its end.
        return sorted({min(at, len(name) - 1) for at in found}, reverse=True)


class _Kept:
    """The characters of one name that are kept; an ellipsis stands for what is left out."""

    def __init__(self, name: Split, cells: int, ellipsis: str) -> None:
        self._name = name
        self._cells = cells
        self._ellipsis = ellipsis
        self._kept: list[int] = []
        """Indexes of characters, ascending."""

    def cut(self, differences: Sequence[int]) -> str:
        """Keep these characters, as far as there is room, and what is around them."""
        for at in differences:
            self._add(at)
        while any([self._add(at) for at in self._around()]):
            pass
        return self._drawn(self._kept)

    def _around(self) -> list[int]:
        """The next characters to keep: at the beginning, then beside what is kept already."""
        kept = set(self._kept)
        first = next(i for i in range(len(self._name) + 1) if i not in kept)
        found = [first]
        for at in reversed(self._kept):
            found += [i for i in (at + 1, at - 1) if i not in kept]
        return [i for i in found if 0 <= i < len(self._name)]

    def _add(self, at: int) -> bool:
        """Keep one character more; false if it is kept already or there is no room."""
        if at in self._kept:
            return False
        kept = sorted([*self._kept, at])
        if width_of(self._drawn(kept)) > self._cells:
            return False
        self._kept = kept
        return True

    def _drawn(self, kept: Sequence[int]) -> str:
        parts: list[str] = []
        expected = 0
        for at in kept:
            if at != expected:
                parts.append(self._ellipsis)
            parts.append(self._name[at])
            expected = at + 1
        if expected < len(self._name):
            parts.append(self._ellipsis)
        return "".join(parts)


def _split(name: str) -> Split:
    return tuple(name) if name.isascii() else tuple(unit for unit, _ in units(name))


def _width(split: Split) -> int:
    return width_of("".join(split))


def _common(one: Split, other: Split) -> int:
    """How many characters both begin with."""
    count = 0
    for left, right in zip(one, other, strict=False):
        if left != right:
            break
        count += 1
    return count


def _longest(names: Sequence[Split], name: Split) -> int:
    """The most characters that another one of these names, which are in order, begins with."""
    at = bisect_left(names, name)
    others = (other for other in islice(names, max(0, at - 1), at + 2) if other != name)
    return max((_common(name, other) for other in others), default=0)
