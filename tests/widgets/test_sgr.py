"""Colours that a program wrote become styles, in each form that programs write them in."""

from __future__ import annotations

import pytest
from rich.color import Color
from rich.style import Style

from tui.widgets.sgr import coloured

PLAIN = Style()


@pytest.mark.parametrize(
    ("codes", "style"),
    [
        ("31", Style(color=Color.from_ansi(1))),
        ("1;31", Style(bold=True, color=Color.from_ansi(1))),
        ("38;5;200", Style(color=Color.from_ansi(200))),
        ("38:5:200", Style(color=Color.from_ansi(200))),
        ("38;2;1;2;3", Style(color=Color.from_rgb(1, 2, 3))),
        ("38:2:1:2:3", Style(color=Color.from_rgb(1, 2, 3))),
        ("38:2::1:2:3", Style(color=Color.from_rgb(1, 2, 3))),
        ("38:2::1:2:3:0:1", Style(color=Color.from_rgb(1, 2, 3))),
        ("48:2::1:2:3;1", Style(bgcolor=Color.from_rgb(1, 2, 3), bold=True)),
        ("4:3", Style(underline=True)),
        ("4:0", Style(underline=False)),
        ("58:2::1:2:3;32", Style(color=Color.from_ansi(2))),
        ("38:2", PLAIN),
        ("38:9:1:2:3", PLAIN),
        ("99999999999999999999999", PLAIN),
        (":", PLAIN),
        (";;;", PLAIN),
    ],
)
def test_a_sequence_becomes_a_style(codes: str, style: Style) -> None:
    ((text, found),) = coloured(f"\x1b[{codes}mx", PLAIN)
    assert (text, found) == ("x", style)
