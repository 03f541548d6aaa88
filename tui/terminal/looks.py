"""How a cell looks, and the shortest way from one look to the next.

A Rich style also carries what no terminal shows (what a click does, offsets for selecting), so
styles are reduced to looks: attributes, two colours, a link. Looks are interned, hence compared
with `is`, and the escape sequence between two of them is worked out once.
"""

from __future__ import annotations

from functools import lru_cache

from rich.color import ColorSystem
from rich.style import Style

MARKS = (
    ("bold", 1),
    ("dim", 2),
    ("italic", 3),
    ("underline", 4),
    ("blink", 5),
    ("blink2", 6),
    ("reverse", 7),
    ("conceal", 8),
    ("strike", 9),
    ("underline2", 21),
    ("frame", 51),
    ("encircle", 52),
    ("overline", 53),
)
"""Attributes of a Rich style and the codes that set them."""

UNSET = {1: 22, 2: 22, 3: 23, 4: 24, 5: 25, 6: 25, 7: 27, 8: 28, 9: 29, 21: 24, 51: 54, 52: 54}
UNSET[53] = 55
SEEN_ON_BLANK = frozenset({4, 5, 6, 7, 9, 21, 51, 52, 53})

MOST_STYLES = 16_384
"""Styles remembered; selecting text makes a new style a cell, so there must be an end to it."""

Link = tuple[str, str]
"""The id and the address of a hyperlink; both empty if there is none."""


class Look:
    """What a terminal is told about a cell besides its character."""

    __slots__ = ("bg", "blank", "fg", "link", "marks")

    def __init__(self, marks: frozenset[int], fg: str, bg: str, link: Link) -> None:
        self.marks = marks
        self.fg = fg
        """Codes that set the text colour; empty for the terminal's own."""
        self.bg = bg
        self.link = link
        self.blank: tuple[object, ...] = _blank(marks, fg, bg, link)
        """Equal for two looks that show the same blank."""

    @property
    def erasable(self) -> bool:
        """Whether a blank of this look is nothing but its background."""
        return len(self.blank) == 1

    def __repr__(self) -> str:
        return f"Look({sorted(self.marks)}, {self.fg!r}, {self.bg!r}, {self.link!r})"


def _blank(marks: frozenset[int], fg: str, bg: str, link: Link) -> tuple[object, ...]:
    lines = marks & SEEN_ON_BLANK
    return (bg, fg, lines, link) if lines or link[1] else (bg,)


@lru_cache(maxsize=MOST_STYLES)
def look(marks: frozenset[int], fg: str, bg: str, link: Link) -> Look:
    """The one look with these properties."""
    return Look(marks, fg, bg, link)


PLAIN = look(frozenset(), "", "", ("", ""))


class Looks:
    """The looks of Rich styles on a terminal with so many colours."""

    def __init__(self, colours: ColorSystem) -> None:
        self.colours = colours
        self._known: dict[int, tuple[Style | None, Look]] = {}
        """By identity, as hashing a style takes longer than looking it up; the style is kept, so
        that no other one can have its identity."""

    def of(self, style: Style | None) -> Look:
        found = self._known.get(id(style))
        if found is not None:
            return found[1]
        if len(self._known) > MOST_STYLES:
            self._known.clear()
        reduced = self._reduce(style)
        self._known[id(style)] = (style, reduced)
        return reduced

    def _reduce(self, style: Style | None) -> Look:
        if style is None:
            return PLAIN
        marks = frozenset(code for name, code in MARKS if getattr(style, name))
        fg = bg = ""
        if style.color is not None:
            fg = ";".join(style.color.downgrade(self.colours).get_ansi_codes())
        if style.bgcolor is not None:
            bg = ";".join(style.bgcolor.downgrade(self.colours).get_ansi_codes(False))
        link = (style.link_id, style.link) if style.link else ("", "")
        # 39 and 49 are the terminal's own colours, which is also what no colour means.
        return look(marks, "" if fg == "39" else fg, "" if bg == "49" else bg, link)


@lru_cache(maxsize=MOST_STYLES)
def change(before: Look | None, after: Look) -> str:
    """The bytes that turn the pen from one look to another; `before` None is a pen unknown."""
    whole = _sgr(_reset(after))
    if before is None:
        # No frame ends inside of a link, so there is none to be closed.
        return whole + (_link(after.link) if after.link[1] else "")
    steps = _steps(before, after)
    pen = min(whole, _sgr(steps), key=len) if steps else ""
    return pen + (_link(after.link) if before.link != after.link else "")


def unlinked(pen: Look) -> Look:
    """The same look without its link."""
    return look(pen.marks, pen.fg, pen.bg, ("", ""))


def _sgr(codes: list[str]) -> str:
    return f"\x1b[{'' if codes == ['0'] else ';'.join(codes)}m"


def _reset(after: Look) -> list[str]:
    codes = ["0", *(str(mark) for mark in sorted(after.marks)), after.fg, after.bg]
    return [code for code in codes if code]


def _steps(before: Look, after: Look) -> list[str]:
    unset = {UNSET[mark] for mark in before.marks - after.marks}
    # Some codes unset two attributes; the one that stays is set again.
    wanted = {mark for mark in after.marks if mark not in before.marks or UNSET[mark] in unset}
    codes = [str(code) for code in (*sorted(unset), *sorted(wanted))]
    if before.fg != after.fg:
        codes.append(after.fg or "39")
    if before.bg != after.bg:
        codes.append(after.bg or "49")
    return codes


def _link(link: Link) -> str:
    key, address = link
    return f"\x1b]8;{f'id={key}' if address else ''};{address}\x1b\\"
