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

    Tabs become blanks up to the next stop; of what a carriage return or a backspace wrote over
    (`overwritten`), the last state is shown, as a terminal would.
    """
    line = IN_USE.hide(line)
    if line.isprintable():
        return line
    line = IN_USE.hide(overwritten(line.rstrip("\r\n")))
    pieces: list[str] = []
    column = 0
    for text, colour in _pieces(line):
        if colour:
            pieces.append(text)
            continue
        shown = text
        if "\t" in shown:
            shown = _expanded(shown, column)
        if not shown.isprintable():
            shown = _strip(_CONTROL.sub("", shown), "")
        column += len(shown)
        pieces.append(shown)
    return "".join(pieces)


def shown_log(line: bytes) -> str:
    """The bytes of one log line as text, as it is read: decoded, and with its last state only."""
    text = decoded_log(line)
    if "\r" in text or "\b" in text:
        return overwritten(text.rstrip("\r\n"))
    return text


def decoded_log(line: bytes) -> str:
    """The bytes of one log line as text: UTF-8, or UTF-16 as programs for Windows write it.

    Lines were split at the byte of a newline, so of one in UTF-16 the other byte is left over: in
    front of the line after it, or at its own end.
    """
    if b"\0" in line or line[:2] in _MARKS:
        wide = from_utf16(line)
        if wide is not None:
            return wide[0]
    return line.decode("utf-8", "replace").removeprefix("\ufeff")


_MARKS = (b"\xff\xfe", b"\xfe\xff")


def from_utf16(line: bytes) -> tuple[str, str] | None:
    """A line in UTF-16 as text, and its encoding as Python calls it; None if it is none."""
    candidates: list[tuple[bytes, str]] = []
    if line[:2] in _MARKS:
        order = "utf-16-le" if line[:2] == _MARKS[0] else "utf-16-be"
        body = line[2:]
        candidates.append((body[: len(body) & ~1], order))
    elif len(line) % 2:
        # Half of the newline before it, or of its own.
        if line[0] == 0:
            candidates.append((line[1:], "utf-16-le"))
        if line[-1] == 0:
            candidates.append((line[:-1], "utf-16-be"))
    else:
        candidates += [(line, "utf-16-le"), (line, "utf-16-be")]
    best: tuple[int, str, str] | None = None
    for body, order in candidates:
        high = body[1::2] if order == "utf-16-le" else body[::2]
        low = body[::2] if order == "utf-16-le" else body[1::2]
        # Texts are of one or two scripts, so the higher bytes are nearly all the same.
        common = max((high.count(byte) for byte in set(high)), default=0)
        text = body.decode(order, "replace")
        is_one_script = common * 10 >= len(high) * 6 and low.count(0) * 4 <= len(low)
        if not is_one_script and (len(line) % 2 == 0 or not _is_chinese(text, body)):
            continue
        rank = len(set(high)) + sum(not c.isprintable() and c not in "\t\r\x1b\b" for c in text)
        if best is None or rank < best[0]:
            best = rank, text, order
    return (best[1].removeprefix("\ufeff"), best[2]) if best is not None else None


def _is_chinese(text: str, body: bytes) -> bool:
    """Whether a text is of the scripts whose higher bytes differ, and its bytes are no ASCII."""
    if sum(byte > 0x7F for byte in body) * 4 < len(body):
        return False
    return all("\u3000" <= char <= "\ud7ff" or char.isascii() for char in text)


_ERASE = re.compile(r"\x1b\[([012]?)K")
LONGEST_STATE = 1 << 20
"""Characters of a line from its end on of which the last state is made."""


def overwritten(line: str) -> str:
    """What is left of a line after its carriage returns and backspaces: its last state.

    A progress bar is written again and again over itself; what it says last is what one sees.
    `_\\bx` is underlined and `x\\bx` bold, as pagers have it.
    """
    if "\b" not in line:
        if "\r" not in line:
            return line
        return _last_state(line)
    return _typed_over(_last_state(line))


def _last_state(line: str) -> str:
    """A line whose parts, between carriage returns, lie over each other, the last on top."""
    parts = line[-LONGEST_STATE:].split("\r")
    parts = [part for part in parts if part]
    if not parts:
        return ""
    top = parts[-1]
    state, width = top, _width_without(top)
    for part in reversed(parts[:-1]):
        erased = _ERASE.search(top)
        if erased is not None:
            break  # what was written before is gone
        over = _width_without(part)
        if over > width:
            state += _from_column(part, width)
            width = over
        top = part
    return _ERASE.sub("", state)


def _width_without(part: str) -> int:
    """Characters of a part, its escape sequences left out."""
    if "\x1b" not in part:
        return len(part)
    return sum(len(text) for text, colour in _pieces(part) if not colour)


def _from_column(part: str, column: int) -> str:
    """What of a part stands from a column on, in the colours it has there."""
    if "\x1b" not in part:
        return part[column:]
    out: list[str] = []
    colours = ""
    at = 0
    for text, colour in _pieces(part):
        if colour:
            if at >= column:
                out.append(text)
            else:
                colours += text
            continue
        if at + len(text) > column:
            if at < column:
                out.append(colours)
            out.append(text[max(0, column - at) :])
        at += len(text)
    return "\x1b[0m" + "".join(out)


def _typed_over(line: str) -> str:
    """A line with backspaces, each character over the one it was typed over."""
    cells: list[tuple[str, str]] = []
    """Each character, and the colours before it."""
    at = 0
    colours = ""
    for text, colour in _pieces(line):
        if colour:
            colours = text if text in ("\x1b[m", "\x1b[0m") else colours + text
            continue
        for char in text:
            if char == "\b":
                at = max(0, at - 1)
                continue
            look = colours
            if at < len(cells):
                before = cells[at][0]
                if before == "_" and char != "_":
                    look += "\x1b[4m"
                elif before == char and char != " ":
                    look += "\x1b[1m"
                cells[at] = char, look
            else:
                cells.append((char, look))
            at += 1
    out: list[str] = []
    now = ""
    for char, look in cells:
        if look != now:
            out.append("\x1b[0m" + look if now else look)
            now = look
        out.append(char)
    return "".join(out) + ("\x1b[0m" if now else "")


def clean_plain(line: str) -> str:
    """One log line without any colour, tabs kept: for pipes and files."""
    line = IN_USE.hide(line)
    if line.isprintable():
        return line
    line = overwritten(line)
    return clean_lines("".join(text for text, colour in _pieces(line) if not colour))


_UNFIT_LOG, _UNFIT_PLAIN = re.compile(r"[^\x20-\x7e\n]"), re.compile(r"[^\x20-\x7e\n\t]")


_PLAIN = bytes(range(0x20, 0x7F)) + b"\n"


def is_plain_ascii(data: bytes) -> bool:
    """Whether these lines are fit to print as they are: nothing but ASCII and newlines."""
    return not data.translate(None, _PLAIN)


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
