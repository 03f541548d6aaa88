"""Colours in log lines: SGR sequences into styles, for the lines on the screen only.

The line has been through `clean_log`, so colours are the only sequences left in it. Blinking and
hidden text are left out: the first costs attention, the second hides what a program wrote.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from rich.color import Color
from rich.style import Style

from tui.widgets.cells import Piece

_SGR = re.compile(r"\x1b\[([0-9;:]*)m")
_ON: dict[int, Style] = {
    1: Style(bold=True),
    2: Style(dim=True),
    3: Style(italic=True),
    4: Style(underline=True),
    7: Style(reverse=True),
    9: Style(strike=True),
}
_OFF: dict[int, Style] = {
    22: Style(bold=False, dim=False),
    23: Style(italic=False),
    24: Style(underline=False),
    27: Style(reverse=False),
    29: Style(strike=False),
}


def coloured(line: str, base: Style) -> Iterator[Piece]:
    """The stretches of a line, each with its style on top of `base`."""
    if "\x1b" not in line:
        yield line, base
        return
    style, at = base, 0
    for found in _SGR.finditer(line):
        if found.start() > at:
            yield line[at : found.start()], style
        style = _after(style, found.group(1), base)
        at = found.end()
    if at < len(line):
        yield line[at:], style


@lru_cache(maxsize=512)
def _after(style: Style, codes: str, base: Style) -> Style:
    """What a style becomes by one sequence; codes nobody knows change nothing."""
    parts = codes[:64].split(";")
    i = 0
    while i < len(parts):
        if ":" in parts[i]:
            style = _with_parameters(style, [_number(sub) for sub in parts[i].split(":")])
            i += 1
            continue
        code = _number(parts[i])
        i += 1
        if code == 0:
            style = base
        elif code in _ON:
            style += _ON[code]
        elif code in _OFF:
            style += _OFF[code]
        elif code in (38, 48):
            colour, i = _extended([_number(part) for part in parts], i)
            style = _painted(style, code, colour)
        elif 30 <= code <= 37 or 90 <= code <= 97:
            style += Style(color=_standard(code, 30))
        elif 40 <= code <= 47 or 100 <= code <= 107:
            style += Style(bgcolor=_standard(code, 40))
        elif code == 39:
            style += Style(color=base.color or Color.default())
        elif code == 49:
            style += Style(bgcolor=base.bgcolor or Color.default())
    return style


def _number(part: str) -> int:
    return int(part) if part.isdecimal() else 0


def _with_parameters(style: Style, numbers: list[int]) -> Style:
    """A code whose parameters are behind colons: `38:5:n`, `38:2::r:g:b`, `4:3`."""
    code, kind = numbers[:2]
    if code == 4:
        return style + (_ON[4] if kind else _OFF[24])
    if code not in (38, 48):
        return style
    # Before red there may be the number of a colour space, which is mostly left empty.
    told = [kind, *numbers[-3:]] if kind == 2 and len(numbers) > 5 else numbers[1:]
    if kind == 2 and len(numbers) > 6:
        told = [kind, *numbers[3:6]]
    colour, _ = _extended(told, 0)
    return _painted(style, code, colour)


def _painted(style: Style, code: int, colour: Color | None) -> Style:
    if colour is None:
        return style
    return style + (Style(color=colour) if code == 38 else Style(bgcolor=colour))


def _standard(code: int, low: int) -> Color:
    return Color.from_ansi(code - low if code < 60 + low else code - low - 60 + 8)


def _extended(numbers: list[int], i: int) -> tuple[Color | None, int]:
    """`5;n` or `2;r;g;b`, and where to go on reading."""
    kind = numbers[i] if i < len(numbers) else 0
    if kind == 5 and i + 1 < len(numbers):
        return (Color.from_ansi(numbers[i + 1]) if numbers[i + 1] < 256 else None), i + 2
    if kind == 2 and i + 3 < len(numbers):
        red, green, blue = numbers[i + 1 : i + 4]
        fits = max(red, green, blue) < 256
        return (Color.from_rgb(red, green, blue) if fits else None), i + 4
    return None, len(numbers)
