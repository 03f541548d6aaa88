"""What to write so that the terminal shows a picture, given what it shows.

The painter remembers what it wrote: the cells, the pen and the cursor. Of a new picture it writes
the spans that differ and nothing else, moving the cursor and changing the pen by the shortest known
way. `forget` is for every doubt: then the next paint writes everything.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

from tui.terminal.looks import Look, change, unlinked
from tui.terminal.picture import Picture, Row

Span = tuple[int, int]

NEAR = 4
"""Unchanged cells of the same look that are cheaper written again than jumped over."""

ERASE_FROM = 4
"""Blanks at the end of a line from which erasing is shorter than writing them."""

SKIP_FROM = 11
"""Blanks in the middle of a line from which erasing and jumping is shorter."""

REPEATS = re.compile(r"(.)\1{5,}")
"""Equal characters, so many that repeating them by number is shorter."""


@dataclass(frozen=True, slots=True)
class Abilities:
    """What the terminal is known to do beyond what all do."""

    repeat: bool = False
    """`CSI n b` repeats the last character."""
    erase_colour: bool = True
    """Erasing leaves the background of the pen, not the terminal's own."""


class Painter:
    """Keeps what the terminal shows and says what to write to change it."""

    def __init__(self, abilities: Abilities | None = None) -> None:
        self.abilities = abilities or Abilities()
        self._shown: list[Row] | None = None
        self._width = 0
        self._pen: Look | None = None
        self._at: tuple[int, int] | None = None
        """Column and row of the cursor, if known."""
        self._out: list[str] = []

    def forget(self) -> None:
        """Take nothing for granted any more."""
        self._shown = None
        self._pen = None
        self._at = None

    def cursor_moved(self) -> None:
        """Something else was written that may have moved the cursor or changed the pen."""
        self._pen = None
        self._at = None

    def paint(self, picture: Picture, cursor: tuple[int, int] | None = None) -> str:
        """The bytes that make the terminal show the picture, with the cursor at the end there."""
        if self._shown is not None and (
            len(self._shown) != picture.height or self._width != picture.width
        ):
            self.forget()
        rows = range(picture.height) if self._shown is None else sorted(picture.dirty)
        if self._shown is None:
            self._shown = [Row(0) for _ in range(picture.height)]
            self._width = picture.width
            self._at = None
        for y in rows:
            row = picture.rows[y]
            shown = self._shown[y]
            if not row.same_as(shown):
                self._row(y, shown if shown.chars else None, row)
                self._shown[y] = row.copy()
        picture.dirty.clear()
        if self._pen is not None and self._pen.link[1]:
            self._ready(unlinked(self._pen), False)
        if cursor is not None and self._at != cursor:
            self._move(*cursor)
        written = "".join(self._out)
        self._out.clear()
        return written

    def _row(self, y: int, shown: Row | None, row: Row) -> None:
        width = len(row.chars)
        spans = [(0, width)] if shown is None else list(_spans(shown, row))
        tail = self._tail(row) if spans and spans[-1][1] > width - ERASE_FROM else width
        for start, end in spans:
            if end - max(start, tail) >= ERASE_FROM:
                self._cells(row, start, max(start, tail), y)
                self._erase(row.looks[max(start, tail)], max(start, tail), y)
                return
            self._cells(row, start, end, y)

    def _tail(self, row: Row) -> int:
        """Where the blanks at the end of the line begin that erasing can paint."""
        chars, looks = row.chars, row.looks
        at = len(chars)
        if not at or not self._erasable(looks[-1]):
            return at
        blank = looks[-1].blank
        while at and chars[at - 1] == " " and looks[at - 1].blank == blank:
            at -= 1
        return at

    def _erasable(self, look: Look) -> bool:
        return look.erasable and (self.abilities.erase_colour or not look.bg)

    def _erase(self, look: Look, x: int, y: int) -> None:
        self._move(x, y)
        self._ready(look, True)
        self._out.append("\x1b[K")

    def _ready(self, look: Look, blank: bool) -> None:
        """The pen takes this look, or keeps one under which a blank looks the same."""
        pen = self._pen
        if pen is look or (blank and pen is not None and pen.blank == look.blank):
            return
        self._out.append(change(pen, look))
        self._pen = look

    def _cells(self, row: Row, start: int, end: int, y: int) -> None:
        """Write the cells of one span, run by run."""
        chars, looks = row.chars, row.looks
        x = start
        while x < end:
            look, stop = looks[x], x + 1
            while stop < end and looks[stop] is look:
                stop += 1
            text = "".join(chars[x:stop])
            if text.isascii():
                self._narrow(text, look, x, y)
            else:
                self._run(chars[x:stop], look, x, y)
            x = stop

    def _run(self, chars: list[str], look: Look, x: int, y: int) -> None:
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
        for repeat in REPEATS.finditer(text):
            char, count = repeat[1], repeat.end() - repeat.start()
            erase = char == " " and count >= SKIP_FROM and self._erasable(look)
            if not erase and not self.abilities.repeat:
                continue
            self._plain(text[start : repeat.start()], look, x + start, y)
            start = repeat.end()
            if erase:
                # The cursor stays where the erasing began.
                self._move(x + repeat.start(), y)
                self._ready(look, True)
                self._out.append(f"\x1b[{count}X")
            else:
                self._plain(char, look, x + repeat.start(), y)
                self._out.append(f"\x1b[{count - 1}b")
                self._at = (x + start, y)
        self._plain(text[start:], look, x + start, y)

    def _plain(self, text: str, look: Look, x: int, y: int) -> None:
        if not text:
            return
        self._move(x, y)
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
        if self._at == (x, y):
            return
        place = f"\x1b[{y + 1};{x + 1}H" if x else f"\x1b[{y + 1}H" if y else "\x1b[H"
        if self._at is not None:
            was_x, was_y = self._at
            if was_y == y and was_x < x:
                place = min(place, f"\x1b[{'' if x - was_x == 1 else x - was_x}C", key=len)
            elif was_y == y:
                place = min(place, f"\x1b[{x + 1}G" if x else "\r", key=len)
            elif was_y + 1 == y:
                place = min(place, "\r\n" + (f"\x1b[{x}C" if x else ""), key=len)
        self._out.append(place)
        self._at = (x, y)


def _spans(shown: Row, row: Row) -> Iterator[Span]:
    """The stretches of a row that differ from what is shown, near ones joined."""
    differing = _differing(shown, row)
    if not differing:
        return
    chars, looks = row.chars, row.looks
    last = len(chars)
    if max(map(len, chars)) > 1 and any(_sprawls(char) for char in chars[differing[0] :]):
        # Some terminals draw it over more cells than it has, so all after it is drawn again.
        yield (differing[0], last)
        return
    start = end = differing[0]
    for x in differing:
        if x > end:
            near = x - end <= NEAR and looks[end:x] == [looks[end - 1]] * (x - end)
            if not near:
                yield _whole(chars, start, end)
                start = x
        end = x + 1
    yield _whole(chars, start, end)


def _whole(chars: list[str], start: int, end: int) -> Span:
    """A span that holds both halves of every wide character in it."""
    if chars[start] == "":
        start -= 1
    if end < len(chars) and chars[end] == "":
        end += 1
    return start, end


def _differing(shown: Row, row: Row) -> list[int]:
    """The columns whose cells look different."""
    found: list[int] = []
    cells = zip(shown.chars, row.chars, shown.looks, row.looks, strict=True)
    for x, (was, char, was_look, look) in enumerate(cells):
        if was != char or (
            was_look is not look and not (char == " " and was_look.blank == look.blank)
        ):
            found.append(x)
    return found


def _wide(chars: list[str], at: int) -> bool:
    return at + 1 < len(chars) and chars[at + 1] == ""


def _unsure(cluster: str) -> bool:
    """Whether terminals disagree about how many cells this takes."""
    return len(cluster) > 1 or (cluster != "" and ord(cluster) >= 0x1F000)


def _sprawls(cluster: str) -> bool:
    """Whether some terminals draw this over more cells than Textual counts."""
    return len(cluster) > 1 and any(
        not unicodedata.category(char).startswith("M") or char == "\ufe0f" for char in cluster[1:]
    )
