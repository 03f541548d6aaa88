"""The one place where text becomes cells of the screen.

Whatever a widget of ours draws passes through here. It is cleaned, measured in cells and cut by
cells, so that a wide character is never halved and an escape sequence never reaches the terminal
(house.md 5.7). Markup is read nowhere.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import repeat
from typing import Literal

from rich.cells import cell_len, get_character_cell_size
from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

from tui.domain.text import clean

Piece = tuple[str, Style]
"""A text and its style."""

LONGEST = 4096
"""Characters of a text that are looked at to fill a cell; a message may be a megabyte."""
VARIATION_SELECTORS: dict[int, None] = dict.fromkeys(
    [*range(0xFE00, 0xFE10), *range(0xE0100, 0xE01F0)]
)
ELLIPSIS = "…"
ASCII_ELLIPSIS = "~"
PLAIN = str.maketrans(
    {"…": "...", "⋯": "...", "▸": ">", "►": ">", "●": "*", "◷": "@", "✔": "+", "✖": "X", "⚠": "!"}
    | {"▲": "!", "○": "o", "■": "#", "◆": "#", "‖": "=", "─": "-", "│": "|", "–": "-", "—": "-"}
    | {"“": '"', "”": '"', "‘": "'", "’": "'", "·": "-", "↑": "^", "↓": "v", "␍": "~"}
    | {"→": "->", "×": "x", "◐": "~"}
)
"""Our own symbols, as a terminal without UTF-8 draws them."""


def width_of(text: str) -> int:
    """How many cells a text takes."""
    return len(text) if text.isascii() else cell_len(text)


def units(text: str) -> Iterator[tuple[str, int]]:
    """Each character with the marks that combine with it, and its cells."""
    if text.isascii():
        for character in text:
            yield character, 1
        return
    unit, wide = "", 0
    for character in text:
        cells = get_character_cell_size(character)
        if cells == 0 and unit:
            unit += character
            continue
        if unit:
            yield unit, wide
        unit, wide = character, cells
    if unit:
        yield unit, wide


def head(text: str, cells: int) -> str:
    """As much of the beginning as fits into so many cells."""
    if text.isascii():
        return text[: max(0, cells)]
    kept, used = [], 0
    for unit, wide in units(text):
        if used + wide > cells:
            break
        kept.append(unit)
        used += wide
    return "".join(kept)


def tail(text: str, cells: int) -> str:
    """As much of the end as fits into so many cells."""
    if text.isascii():
        return text[len(text) - max(0, cells) :] if cells < len(text) else text
    kept, used = [], 0
    for unit, wide in reversed(list(units(text))):
        if used + wide > cells:
            break
        kept.append(unit)
        used += wide
    return "".join(reversed(kept))


def cut(text: str, cells: int, *, middle: bool = False, ellipsis: str = ELLIPSIS) -> str:
    """The text if it fits, else what fits of it with an ellipsis at its end or in its middle."""
    if width_of(text) <= cells:
        return text
    if cells <= 0:
        return ""
    room = cells - width_of(ellipsis)
    if room <= 0:
        return head(text, cells)
    if not middle:
        return head(text, room) + ellipsis
    last = room // 2
    return head(text, room - last) + ellipsis + tail(text, last)


Align = Literal["left", "right"]


def fit(text: str, cells: int, *, align: Align = "left", ellipsis: str = ELLIPSIS) -> str:
    """Text from anywhere, cleaned, as exactly so many cells; cut at its end if it is too long."""
    return padded(cut(printable(text[:LONGEST]), cells, ellipsis=ellipsis), cells, align)


def rule(is_heavy: bool, *, ascii: bool) -> str:
    """What a line across the screen is made of; the heavy one is of the side that keys go to."""
    return "-="[is_heavy] if ascii else "─━"[is_heavy]


def padded(text: str, cells: int, align: Align = "left") -> str:
    """A text that is not too long as exactly so many cells."""
    blank = " " * (cells - width_of(text))
    return blank + text if align == "right" else text + blank


def printable_name(text: str) -> str:
    """The same as `printable`; a name of more than `LONGEST` characters loses its middle."""
    if len(text) > LONGEST:
        text = text[: LONGEST // 2] + text[-LONGEST // 2 :]
    return printable(text)


def printable(text: str) -> str:
    """Text from anywhere as one line without anything that the terminal would act on."""
    return without_leading_marks(without_selectors(clean(text)))


def plain(text: str, ascii: bool) -> str:
    """The text; with `ascii`, our own symbols in it as ASCII."""
    return text.translate(PLAIN) if ascii and not text.isascii() else text


def wrapped(text: str, cells: int) -> list[str]:
    """A text as rows of at most so many cells, broken at blanks where possible."""
    rows: list[str] = []
    while text and cells > 0:
        row = head(text, cells)
        if not row:
            break  # a wide character where there is one column
        if len(row) < len(text) and text[len(row)] != " ":
            at = row.rfind(" ")
            row = row[:at] if at > 0 else row
        rows.append(row)
        text = text[len(row) :].removeprefix(" ")
    return rows


def rows_of(lines: Iterable[str], cells: int) -> int:
    """How many rows of so many cells these lines take."""
    return sum(max(1, len(wrapped(line, cells))) for line in lines)


def without_selectors(text: str) -> str:
    """Without variation selectors: terminals disagree how wide they make a character."""
    return text if text.isascii() else text.translate(VARIATION_SELECTORS)


def without_leading_marks(text: str) -> str:
    """Without combining marks at its beginning: they would change what stands before it."""
    while text and not text[0].isascii() and get_character_cell_size(text[0]) == 0:
        text = text[1:]
    return text


def strip_of(pieces: Iterable[Piece], cells: int, blank: Style) -> Strip:
    """A line of exactly so many cells, made of pieces whose text is clean already.

    Neighbours with the same style become one segment: fewer segments are fewer colour codes.
    """
    segments: list[Segment] = []
    used = 0
    for text, style in (*pieces, (" " * cells, blank)):
        text = without_leading_marks(text)
        wide = width_of(text)
        if used + wide > cells:
            text = head(text, cells - used)
            wide = width_of(text)
        if not text:
            continue
        if segments and segments[-1].style == style:
            segments[-1] = Segment(segments[-1].text + text, style)
        else:
            segments.append(Segment(text, style))
        used += wide
    if used < cells:  # half of a wide character did not fit
        segments.append(Segment(" " * (cells - used), blank))
    return Strip(segments, cells)


def panned(pieces: Iterable[Piece], skip: int) -> Iterator[Piece]:
    """The pieces without their first cells; half a wide character becomes a blank."""
    for text, style in pieces:
        wide = width_of(text)
        if skip <= 0:
            yield text, style
        elif wide > skip:
            kept = tail(text, wide - skip)
            yield " " * (wide - skip - width_of(kept)) + kept, style
            skip = 0
        else:
            skip -= wide


def _cells_of(strip: Strip) -> list[tuple[str, Style | None]]:
    """The cells of a line; the second cell of a wide character has no text."""
    cells: list[tuple[str, Style | None]] = []
    for text, style, _ in strip:
        if text.isascii():
            cells += zip(text, repeat(style))
            continue
        for unit, wide in units(text):
            cells.append((unit, style))
            cells.extend([("", style)] * (wide - 1))
    return cells


def _is_edge(cells: list[tuple[str, Style | None]], at: int) -> bool:
    """Whether a line may be cut before this cell: Textual loses combining marks at a cut."""
    if not 0 < at < len(cells):
        return True
    left = at - 1
    while left > 0 and cells[left][0] == "":
        left -= 1  # the marks of a wide character are with its first cell
    return cells[at][0] != "" and len(cells[left][0]) <= 1


def difference(old: Strip, new: Strip) -> tuple[int, int] | None:
    """The first cell in which two lines differ and the one after the last; None if in none."""
    if old is new or list(old) == list(new):
        return None
    before, after = _cells_of(old), _cells_of(new)
    first, shorter = 0, min(len(before), len(after))
    while first < shorter and before[first] == after[first]:
        first += 1
    last_before, last_after = len(before), len(after)
    if last_before == last_after:
        if first == last_after:
            return None
        while before[last_after - 1] == after[last_after - 1]:
            last_after -= 1
    end = max(last_after, first + 1)
    while first > 0 and not (_is_edge(before, first) and _is_edge(after, first)):
        first -= 1
    while end < shorter and not (_is_edge(before, end) and _is_edge(after, end)):
        end += 1
    if last_before != len(after):
        end = max(last_before, len(after))
    return first, end
