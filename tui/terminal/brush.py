"""Writing runs of cells by the shortest known way: the pen, the cursor, repeats and erasing.

The brush knows what the terminal will know after everything written so far: which look it writes
with and where its cursor stands.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import groupby

from tui.terminal.looks import Look, change, unlinked

SKIP_FROM = 11
"""Blanks in the middle of a line from which erasing and jumping is shorter."""
SKIPPED = " " * SKIP_FROM

REPEATED = 5
REPEATS = re.compile(rf"(.)\1{{{REPEATED},}}")
"""Equal characters, so many that repeating them by number is shorter."""

JUMP = 7
"""Bytes it takes, more or less, to get to another place."""


@dataclass(frozen=True, slots=True)
class Abilities:
    """What the terminal is known to do beyond what all do."""

    repeat: bool = False
    """`CSI n b` repeats the last character."""
    erase_colour: bool = True
    """Erasing leaves the background of the pen, not the terminal's own."""
    scroll: bool = False
    """Lines between two margins can be moved (`CSI t;b r`, line feed, reverse index)."""


Run = tuple[int, int, str, list[str], Look]
"""Neighbouring cells of one look: row, column, their text, the same cell by cell, look. Without
cells it is blanks up to the end of the line. A plain tuple, as a full screen has a thousand."""


class Brush:
    """Turns runs into bytes."""

    def __init__(self, abilities: Abilities) -> None:
        self.abilities = abilities
        self.down = "\r\n"
        """What moves to the beginning of the next line."""
        self._pen: Look | None = None
        self._at: tuple[int, int] | None = None
        """Column and row of the cursor, if known."""
        self._out: list[str] = []

    def forget(self) -> None:
        """Take neither pen nor cursor for granted any more."""
        self._pen = None
        self._at = None

    def erasable(self, look: Look) -> bool:
        """Whether erasing leaves what a blank of this look is."""
        return look.erasable and (self.abilities.erase_colour or not look.bg)

    def write(self, runs: list[Run], spans: int) -> None:
        """Write the runs of so many spans, all of one look after another where that is shorter."""
        repeats = self.abilities.repeat
        for y, x, text, chars, look in self._ordered(runs, spans):
            if not chars:
                self._move(x, y)
                self._ready(look, True)
                self._out.append("\x1b[K")
            elif not text.isascii():
                self._clusters(chars, look, x, y)
            elif SKIPPED in text or (repeats and len(text) > REPEATED):
                self._narrow(text, look, x, y)
            else:
                self._plain(text, look, x, y)

    def scroll(self, top: int, bottom: int, rows: int) -> None:
        """Move the lines from `top` to `bottom` up by so many rows, or down if negative."""
        self._out.append(f"\x1b[{top + 1};{bottom + 1}r")
        if rows > 0:
            self._out.append(f"\x1b[{bottom + 1}H" + "\n" * rows)
        else:
            self._out.append(f"\x1b[{top + 1}H" + "\x1bM" * -rows)
        self._out.append("\x1b[r")
        # Taking the margins away moves the cursor, in most terminals.
        self._at = None

    def end(self, cursor: tuple[int, int] | None) -> str:
        """What was written since the last end, with the cursor left there."""
        if self._pen is not None and self._pen.link[1]:
            self._ready(unlinked(self._pen), False)
        if cursor is not None and self._at != cursor:
            self._move(*cursor)
        written = "".join(self._out)
        self._out.clear()
        return written

    def _ordered(self, runs: list[Run], spans: int) -> list[Run]:
        if len(runs) < 3:
            return runs
        looks = [run[4] for run in runs]
        in_place = _turning(self._pen, [look for look, _ in groupby(looks)])
        ranks = {look: rank for rank, look in enumerate(dict.fromkeys(looks))}
        by_look = _turning(self._pen, [*ranks])
        if by_look + JUMP * len(runs) >= in_place + JUMP * spans:
            return runs
        if any(not run[2].isascii() and max(map(len, run[3])) > 1 for run in runs):
            # A cluster that some terminals draw too wide must be written before what is after it.
            return runs
        if self._pen in ranks:
            ranks[self._pen] = -1
        order = sorted(range(len(runs)), key=[ranks[look] for look in looks].__getitem__)
        return [runs[at] for at in order]

    def _ready(self, look: Look, blank: bool) -> None:
        """The pen takes this look, or keeps one under which a blank looks the same."""
        pen = self._pen
        if pen is look or (blank and pen is not None and pen.blank == look.blank):
            return
        self._out.append(change(pen, look))
        self._pen = look

    def _clusters(self, chars: list[str], look: Look, x: int, y: int) -> None:
        """Write a run of one look: stretches of narrow characters, and clusters one by one."""
        start = 0
        for at, char in enumerate(chars):
            wide = _wide(chars, at)
            if char and (wide or _unsure(char)):
                self._narrow("".join(chars[start:at]), look, x + start, y)
                self._cluster(char, 2 if wide else 1, look, x + at, y)
                start = at + (2 if wide else 1)
        self._narrow("".join(chars[start:]), look, x + start, y)

    def _narrow(self, text: str, look: Look, x: int, y: int) -> None:
        """Write characters of one cell each, long repeats among them by the shortest way."""
        start = 0
        blank_to = text.rfind(SKIPPED) + SKIP_FROM if self.erasable(look) else 0
        is_blank = False
        for repeat in REPEATS.finditer(text):
            char, count = repeat[1], repeat.end() - repeat.start()
            erase = char == " " and count >= SKIP_FROM and blank_to > 0
            if not erase and not self.abilities.repeat:
                continue
            self._plain(text[start : repeat.start()], look, x + start, y)
            start = repeat.end()
            if erase:
                if not is_blank:
                    # All blanks to come at once: what stands between them is written over that.
                    # The cursor stays where the erasing began.
                    self._move(x + repeat.start(), y)
                    self._ready(look, True)
                    self._out.append(f"\x1b[{blank_to - repeat.start()}X")
                    is_blank = True
            else:
                self._plain(char, look, x + repeat.start(), y)
                self._out.append(f"\x1b[{count - 1}b")
                self._at = (x + start, y)
        self._plain(text[start:], look, x + start, y)

    def _plain(self, text: str, look: Look, x: int, y: int) -> None:
        if not text:
            return
        if self._at != (x, y):
            self._move(x, y)
        if self._pen is not look:
            self._ready(look, text.isspace())
        self._out.append(text)
        self._at = (x + len(text), y)

    def _cluster(self, cluster: str, width: int, look: Look, x: int, y: int) -> None:
        """A wide character, or one with others joined to it."""
        unsure = _unsure(cluster)
        if unsure and width == 2:
            # A terminal that takes it for narrow would leave what was in the second cell.
            self._plain("  ", look, x, y)
        self._move(x, y)
        self._ready(look, False)
        self._out.append(cluster)
        # Where terminals disagree about a width, the next cell is placed by its column.
        self._at = None if unsure else (x + width, y)

    def _move(self, x: int, y: int) -> None:
        at = self._at
        if at == (x, y):
            return
        if at is None or not at[1] <= y <= at[1] + 1:
            place = f"\x1b[{y + 1};{x + 1}H" if x else f"\x1b[{y + 1}H" if y else "\x1b[H"
        elif at[1] != y:
            # The next line: by its beginning.
            place = self.down + (f"\x1b[{x}C" if x > 1 else "\x1b[C" if x else "")
        elif not x:
            place = "\r"
        else:
            ahead = x - at[0]
            short = 0 < ahead < 10 or x >= 99
            place = (
                f"\x1b[{'' if ahead == 1 else ahead}C" if ahead > 0 and short else f"\x1b[{x + 1}G"
            )
        self._out.append(place)
        self._at = (x, y)


def _turning(pen: Look | None, looks: list[Look]) -> int:
    """Bytes it takes to turn the pen from look to look."""
    return sum(map(len, map(change, [pen, *looks], looks)))


def _wide(chars: list[str], at: int) -> bool:
    return at + 1 < len(chars) and chars[at + 1] == ""


def _unsure(cluster: str) -> bool:
    """Whether terminals disagree about how many cells this takes."""
    return len(cluster) > 1 or (cluster != "" and ord(cluster) >= 0x1F000)
