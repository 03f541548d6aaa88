"""The animal of `cowsay`: our own drawing."""

from __future__ import annotations

import textwrap

_ANIMAL = r"""
      \
       \        __ | __
        \      /  \|/  \
                   |
      ____________/ \_____________
     /                            \
    |   o                          \      _/|
    |        ____                   \____/ /
     \      (____)                        (
      \__________________________________\_\
   ~ ~ ~   ~ ~ ~ ~  ~ ~ ~    ~ ~ ~ ~  ~ ~ ~  ~ ~
"""


def says(text: str) -> str:
    """The whale with these words in its balloon."""
    lines = [line for part in text.splitlines() or [""] for line in textwrap.wrap(part, 60) or [""]]
    width = max(len(line) for line in lines)
    balloon = [" " + "_" * (width + 2)]
    if len(lines) == 1:
        balloon.append(f"< {lines[0]} >")
    else:
        balloon.append(f"/ {lines[0]:<{width}} \\")
        balloon += [f"| {line:<{width}} |" for line in lines[1:-1]]
        balloon.append(f"\\ {lines[-1]:<{width}} /")
    balloon.append(" " + "-" * (width + 2))
    return "\n".join(balloon) + _ANIMAL
