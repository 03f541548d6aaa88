"""Cleaning of text from a cluster before it is written to a terminal (house.md 5.7).

A workflow's message may hold escape sequences that write the clipboard, name the window or clear
the screen, and no widget keeps them out. So every `str` passes one of these functions where it is
drawn or printed, and nowhere earlier: names also travel back to the API, unchanged. Here, too,
secrets in use are hidden (`domain.hidden`).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable

from tui.domain.hidden import IN_USE

SPACES = {ord(c): " " for c in "\t\n\v\f\r\x1c\x1d\x1e\x85\u2028\u2029"}
"""Characters that move the cursor along or down; they become blanks within a line."""

DROPPED: dict[int, None] = dict.fromkeys(
    [
        0xAD,
        0x61C,
        0x180E,
        *range(0x200B, 0x2010),
        *range(0x202A, 0x202F),
        *range(0x2060, 0x2070),
        0xFEFF,
        *range(0xFFF9, 0xFFFC),
        *range(0xE0000, 0xE0080),
    ]
)
"""Invisible characters, and those that change the direction of text; they are removed."""

LAID_OUT = "\n\t\u00a0\u1680" + "".join(map(chr, range(0x2000, 0x200B))) + "\u202f\u205f\u3000"
"""Harmless white space that printed text keeps, since reports are compared byte by byte."""

SHOWN = "\ufffd"
"""The visible replacement of a control character."""

SGR = re.compile(r"\x1b\[[0-9;:]*m")
"""A sequence that changes colours, and nothing else."""
_SEQUENCES = re.compile(
    r"\x1b\[[0-?]*[ -/]*[@-~]"  # CSI, colours among them
    r"|\x1b[\]PX^_].*?(?:\x07|\x1b\\|\x9c|$)"  # OSC, DCS, SOS, PM, APC up to their end
    r"|\x9b[0-?]*[ -/]*[@-~]"  # the same with 8-bit introducers
    r"|[\x90\x98\x9d-\x9f].*?(?:\x07|\x1b\\|\x9c|$)"
    r"|\x1b[ -/]*[0-~]?",
    re.DOTALL,
)
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")
TAB = 8


def clean(text: str) -> str:
    """One line fit to draw: no controls, nothing invisible, blanks for line breaks and tabs."""
    text = IN_USE.hide(text)
    if text.isprintable():
        return text
    return _strip(text.translate(SPACES), "")


def clean_lines(text: str) -> str:
    """Text of several lines fit to draw: newlines, tabs and blanks of every width stay."""
    text = IN_USE.hide(text)
    if text.isprintable():
        return text
    return _strip(text, LAID_OUT)


def clean_log(line: str) -> str:
    """One log line fit to draw: colours (SGR) stay, every other escape sequence goes.

    Tabs become blanks up to the next stop; a carriage return within the line is shown as `␍`,
    so that nothing hides behind it.
    """
    line = IN_USE.hide(line)
    if line.isprintable():
        return line
    pieces: list[str] = []
    column = 0
    for text, colour in _pieces(line.rstrip("\r\n")):
        if colour:
            pieces.append(text)
            continue
        shown = text
        if "\t" in shown:
            shown = _expanded(shown, column)
        if not shown.isprintable():
            shown = _strip(_CONTROL.sub(_control_of_log, shown), "")
        column += len(shown)
        pieces.append(shown)
    return "".join(pieces)


def clean_plain(line: str) -> str:
    """One log line without any colour, tabs kept: for pipes and files."""
    line = IN_USE.hide(line)
    if line.isprintable():
        return line
    return clean_lines("".join(text for text, colour in _pieces(line) if not colour))


_UNFIT_LOG, _UNFIT_PLAIN = re.compile(r"[^\x20-\x7e\n]"), re.compile(r"[^\x20-\x7e\n\t]")


def clean_log_lines(lines: str) -> str:
    """Log lines, each with its newline, fit to print: each as `clean_log`, its colours ended."""
    if _UNFIT_LOG.search(lines) is None:
        return lines
    return _each(lines, lambda line: _colour_ended(clean_log(line.rstrip("\r"))))


def clean_plain_lines(lines: str) -> str:
    """Log lines, each with its newline, without any colour: each as `clean_plain`."""
    if _UNFIT_PLAIN.search(lines) is None:
        return lines
    return _each(lines, lambda line: clean_plain(line.rstrip("\r")))


def _each(lines: str, cleaned: Callable[[str], str]) -> str:
    return "\n".join([line if line.isprintable() else cleaned(line) for line in lines.split("\n")])


def _colour_ended(line: str) -> str:
    return f"{line}\x1b[0m" if "\x1b" in line else line


def _pieces(line: str) -> list[tuple[str, bool]]:
    """Plain stretches and colour sequences, in order; other sequences are left out."""
    if "\x1b" not in line and not _CONTROL.search(line):
        return [(line, False)]
    pieces: list[tuple[str, bool]] = []
    at = 0
    for found in _SEQUENCES.finditer(line):
        if found.start() > at:
            pieces.append((line[at : found.start()], False))
        if SGR.fullmatch(found.group()):
            pieces.append((found.group(), True))
        at = found.end()
    if at < len(line):
        pieces.append((line[at:], False))
    return pieces


def _control_of_log(found: re.Match[str]) -> str:
    return "␍" if found.group() == "\r" else ""


def _expanded(text: str, column: int) -> str:
    parts = text.split("\t")
    out = [parts[0]]
    column += len(parts[0])
    for part in parts[1:]:
        blanks = TAB - column % TAB
        out.append(" " * blanks + part)
        column += blanks + len(part)
    return "".join(out)


def _strip(text: str, kept: str) -> str:
    """Controls and lone surrogates become `SHOWN`, the invisible goes, `kept` stays."""
    text = text.translate(DROPPED)
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() or c in kept else _replaced(c) for c in text)


def _replaced(char: str) -> str:
    category = unicodedata.category(char)
    if category in ("Cc", "Cs"):
        return SHOWN
    if category in ("Zl", "Zp"):
        return " "
    if category == "Cf":
        return ""
    return " " if category == "Zs" else char
