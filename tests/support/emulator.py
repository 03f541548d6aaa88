"""A terminal in memory: feed it bytes, read back what a person would see.

pyte does the parsing. What pyte does not do as a real terminal does is put right here, in the open,
so that a difference between two screens is a fault of ours and never of the emulator:

* `draw` gave up on a whole run of text at a joiner or a variation selector, measured character by
  character, and left half a wide character standing when the other half was overwritten. Here text
  is drawn cluster by cluster, by the width Textual measures (`naive=True`: by the width of single
  code points, as many terminals do).
* dim, concealed, double underlined and overlined text were not told apart.
* repeating a character (`CSI n b`) was unknown, and so were the end of synchronized output and
  moving the lines between the margins (`CSI n S` and `CSI n T`, which tmux writes).
* `CSI < u` (leaving the keyboard protocol of kitty) printed a `u`.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from typing import Any, NamedTuple

import pyte
from pyte import graphics
from pyte import modes as pyte_modes
from rich.cells import get_character_cell_size, split_graphemes

# Our cells hold more than pyte's, so its types do not fit ours.
_Screen: Any = pyte.Screen
_ByteStream: Any = pyte.ByteStream

SET_MARKS = {
    1: "bold",
    2: "dim",
    3: "italic",
    4: "underline",
    5: "blink",
    6: "blink",
    7: "reverse",
    8: "conceal",
    9: "strike",
    21: "double",
    53: "overline",
}
UNSET_MARKS: dict[int, tuple[str, ...]] = {
    22: ("bold", "dim"),
    23: ("italic",),
    24: ("underline", "double"),
    25: ("blink",),
    27: ("reverse",),
    28: ("conceal",),
    29: ("strike",),
    55: ("overline",),
}
VISIBLE_ON_BLANK = {"underline", "double", "strike", "overline", "reverse", "blink"}


class Cell(NamedTuple):
    """One place of the screen: a cluster (empty in the second half of a wide one) and its style."""

    data: str
    fg: str = "default"
    bg: str = "default"
    marks: frozenset[str] = frozenset()

    @property
    def seen(self) -> tuple[str, str, str, frozenset[str]]:
        """What the eye can tell: on a blank, only the background and lines through it."""
        if self.data == " " and not self.marks & VISIBLE_ON_BLANK:
            return (" ", "", self.bg, frozenset())
        return (self.data, self.fg, self.bg, self.marks)


class Emulator(_Screen):  # type: ignore[misc]
    """A screen of so many columns and rows that understands what we write."""

    def __init__(self, columns: int, rows: int, *, naive: bool = False) -> None:
        self.naive = naive
        self.frames = 0
        """Ends of synchronized output seen."""
        self.last_cluster = ""
        super().__init__(columns, rows)
        self.stream = _Stream(self)

    def feed(self, data: bytes | str) -> None:
        raw = data.encode() if isinstance(data, str) else data
        self.stream.feed(raw.replace(b"\x1b[<u", b""))

    # What is on the screen

    def cell(self, x: int, y: int) -> Cell:
        found: Cell = self.buffer[y][x]
        return found

    def cells(self) -> list[list[Cell]]:
        return [[self.cell(x, y) for x in range(self.columns)] for y in range(self.lines)]

    def text(self) -> list[str]:
        """The rows as text, without the blanks at their ends."""
        return ["".join(cell.data for cell in row).rstrip() for row in self.cells()]

    def shows(self, words: str) -> bool:
        return any(words in row for row in self.text())

    def seen(self) -> list[list[tuple[str, str, str, frozenset[str]]]]:
        """Every cell as the eye tells it; equal when two screens look the same."""
        return [[cell.seen for cell in row] for row in self.cells()]

    # What pyte asks of its screen

    @property
    def default_char(self) -> Cell:
        return Cell(" ")

    def reset(self) -> None:
        super().reset()
        self.cursor.attrs = self.default_char

    def set_mode(self, *modes: int, **kwargs: Any) -> None:
        super().set_mode(*modes, **kwargs)
        if kwargs.get("private") and 1049 in modes:
            self.erase_in_display(2)

    def reset_mode(self, *modes: int, **kwargs: Any) -> None:
        if kwargs.get("private") and 2026 in modes:
            self.frames += 1
        super().reset_mode(*modes, **kwargs)

    def draw(self, data: str) -> None:
        for cluster, width in self._clusters(data):
            if width == 0:
                self._combine(cluster)
            else:
                self._put(cluster, width)
                self.last_cluster = cluster

    def repeat_last(self, count: int | None = None) -> None:
        self.draw(self.last_cluster * (count or 1))

    def scroll_up(self, count: int | None = None) -> None:
        """Move the lines between the margins up; blank ones come from below."""
        self._at_top(self.delete_lines, count)

    def scroll_down(self, count: int | None = None) -> None:
        """The same downwards."""
        self._at_top(self.insert_lines, count)

    def _at_top(self, change: Callable[[int], None], count: int | None) -> None:
        x, y = self.cursor.x, self.cursor.y
        self.cursor.y = self.margins.top if self.margins is not None else 0
        change(count or 1)
        self.cursor.x, self.cursor.y = x, y

    def _clusters(self, data: str) -> list[tuple[str, int]]:
        if self.naive:
            return [(char, get_character_cell_size(char)) for char in data]
        spans, _ = split_graphemes(data)
        return [(data[start:end], width) for start, end, width in spans]

    def _combine(self, mark: str) -> None:
        if not unicodedata.category(mark[0]).startswith("M") and mark[0] != "\u200d":
            return
        line = self.buffer[self.cursor.y]
        x = self.cursor.x - 1
        if x > 0 and line[x].data == "":
            x -= 1
        if x >= 0:
            line[x] = line[x]._replace(data=line[x].data + mark)

    def _put(self, cluster: str, width: int) -> None:
        if self.cursor.x + width > self.columns:
            if pyte_modes.DECAWM in self.mode:
                self.carriage_return()
                self.linefeed()
            else:
                self.cursor.x = self.columns - width
        line = self.buffer[self.cursor.y]
        x = self.cursor.x
        if line[x].data == "" and x:
            line[x - 1] = line[x - 1]._replace(data=" ")
        end = x + width
        if end < self.columns and line[end].data == "":
            line[end] = line[end]._replace(data=" ")
        line[x] = self.cursor.attrs._replace(data=cluster)
        if width == 2:
            line[x + 1] = self.cursor.attrs._replace(data="")
        self.cursor.x = end
        self.dirty.add(self.cursor.y)

    def select_graphic_rendition(self, *attrs: int, **kwargs: Any) -> None:
        pen: Cell = self.cursor.attrs
        codes = list(attrs or (0,))
        while codes:
            code = codes.pop(0)
            if code == 0:
                pen = self.default_char
            elif code in SET_MARKS:
                pen = pen._replace(marks=pen.marks | {SET_MARKS[code]})
            elif code in UNSET_MARKS:
                pen = pen._replace(marks=pen.marks - set(UNSET_MARKS[code]))
            elif code in (38, 48):
                colour = _long_colour(codes)
                pen = pen._replace(fg=colour) if code == 38 else pen._replace(bg=colour)
            elif code in graphics.FG or code in graphics.FG_AIXTERM:
                pen = pen._replace(fg="default" if code == 39 else str(code))
            elif code in graphics.BG or code in graphics.BG_AIXTERM:
                # Backgrounds are named by the foreground of the same colour.
                pen = pen._replace(bg="default" if code == 49 else str(code - 10))
        self.cursor.attrs = pen


class _Stream(_ByteStream):  # type: ignore[misc]
    csi = {**_ByteStream.csi, "b": "repeat_last", "S": "scroll_up", "T": "scroll_down"}
    events = _ByteStream.events | {"repeat_last", "scroll_up", "scroll_down"}


def _long_colour(codes: list[int]) -> str:
    kind = codes.pop(0) if codes else 5
    if kind == 5:
        return f"i{codes.pop(0)}"
    red, green, blue = (codes.pop(0) for _ in range(3))
    return f"{red:02x}{green:02x}{blue:02x}"


def differences(left: Emulator, right: Emulator, *, most: int = 12) -> list[str]:
    """The places where two screens look different, in words, at most so many."""
    if (left.columns, left.lines) != (right.columns, right.lines):
        return [f"{left.columns}x{left.lines} against {right.columns}x{right.lines}"]
    found: list[str] = []
    for y, (ours, theirs) in enumerate(zip(left.cells(), right.cells(), strict=True)):
        for x, (one, other) in enumerate(zip(ours, theirs, strict=True)):
            if one.seen != other.seen:
                found.append(f"row {y} column {x}: {one} against {other}")
    return found[:most]
