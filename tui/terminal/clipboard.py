"""The clipboard of the person at the far end, by an escape sequence (OSC 52).

No terminal answers it, so nobody can say that something was copied: it was sent. Inside tmux both
forms are sent, plain (for `set-clipboard on`) and passed through (for `allow-passthrough on`);
twice the same text does no harm. GNU screen takes it in pieces of its own wrapper.
"""

from __future__ import annotations

import base64
from collections.abc import Sequence
from dataclasses import dataclass

from tui.domain.text import clean
from tui.keys import hint
from tui.terminal.capabilities import Multiplexer

MOST = 74_994
"""Encoded bytes that terminals are known to take; what is longer they drop without a word."""

SCREEN_PIECE = 512
"""Bytes GNU screen passes on in one string."""


def _ways_out() -> str:
    return f"{hint('command')}plain shows it plainly"


@dataclass(frozen=True, slots=True)
class Sent:
    """What to write to the terminal, and what to tell the user."""

    sequence: str
    """Empty if nothing can be sent."""
    message: str

    @property
    def ok(self) -> bool:
        return self.sequence != ""


def send(text: str, *, what: str = "", multiplexer: Multiplexer = "") -> Sent:
    """The sequence that sends a text to the clipboard, as one line without controls.

    `what` names the text for the message.
    """
    # What is pasted into a shell runs at its first line break, and a name may hold one.
    return _sent(clean(text), what, multiplexer)


def send_lines(lines: Sequence[str], *, what: str = "", multiplexer: Multiplexer = "") -> Sent:
    """The same for lines that somebody marked: each stays one, without controls."""
    what = what or ("1 line" if len(lines) == 1 else f"{len(lines):,} lines")
    return _sent("\n".join(map(clean, lines)), what, multiplexer)


def _sent(text: str, what: str, multiplexer: Multiplexer) -> Sent:
    name = clean(what) or "the text"
    encoded = base64.b64encode(text.encode("utf-8", "replace")).decode("ascii")
    if not text:
        return Sent("", f"{name} is empty: nothing was sent")
    if len(encoded) > MOST:
        size = f"{len(encoded) / 1000:.0f} kB encoded, a clipboard takes {MOST // 1000} kB"
        return Sent("", f"{name} is too large to send to the clipboard ({size}): {_ways_out()}")
    return Sent(
        _wrapped(f"\x1b]52;c;{encoded}\x07", multiplexer),
        f"{name} sent to the clipboard; if it is not there: {_ways_out()}",
    )


def notice(text: str, *, term: str, multiplexer: Multiplexer = "") -> str:
    """The bell, and the sequence that has the desktop of the person show a notice.

    OSC 777 where the terminal is known for it, else OSC 9; others ignore both.
    """
    shown = clean(text).replace(";", ",")
    sequence = f"\x1b]9;{shown}\x07"
    if term.startswith(("rxvt", "foot")):
        sequence = f"\x1b]777;notify;argo-tui;{shown}\x07"
    return "\x07" + _wrapped(sequence, multiplexer)


def _wrapped(sequence: str, multiplexer: Multiplexer) -> str:
    if multiplexer == "tmux":
        return sequence + "\x1bPtmux;" + sequence.replace("\x1b", "\x1b\x1b") + "\x1b\\"
    if multiplexer == "screen":
        pieces = (sequence[at : at + SCREEN_PIECE] for at in range(0, len(sequence), SCREEN_PIECE))
        return "".join(f"\x1bP{piece}\x1b\\" for piece in pieces)
    return sequence
