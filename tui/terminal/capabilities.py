"""What the terminal can do, told by the environment and nothing else.

`detect` is a pure function of environment, arguments and size, so that every terminal can be a row
in a test; `this_terminal` asks it about the one at hand.
Where the environment leaves a doubt the plainer answer is taken: fewer colours, no repeats, ASCII.
"""

from __future__ import annotations

import codecs
import contextlib
import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

Colours = Literal["truecolor", "256", "16", "none"]
Multiplexer = Literal["", "tmux", "screen"]

LOCAL_FRAMES = 20
REMOTE_FRAMES = 10
REMOTE_AHEAD = 2_000
"""Over SSH nobody sees how full the line is: it gets some steps of a cursor, but no more than a
page, ahead of the next frame."""

REPEATING = ("alacritty", "contour", "foot", "mlterm", "xterm-ghostty", "xterm-kitty", "wezterm")
"""Names of terminals whose own TERM says who they are, and which repeat characters."""

SCROLLING = (
    *REPEATING,
    "xterm",
    "screen",
    "tmux",
    "rxvt",
    "linux",
    "konsole",
    "gnome",
    "vte",
    "st-",
)
"""Beginnings of TERM of those that scroll between margins, as the VT100 did."""

TRUECOLOUR_TERMS = ("-direct", "truecolor", "xterm-kitty", "xterm-ghostty", "alacritty", "foot")


@dataclass(frozen=True, slots=True)
class Capabilities:
    """One terminal, as far as it matters for drawing."""

    colours: Colours = "truecolor"
    ascii: bool = False
    """Draw with ASCII alone: phase letters, plain lines."""
    remote: bool = False
    """Reached over SSH."""
    multiplexer: Multiplexer = ""
    mouse: bool = False
    repeat: bool = False
    """Known to repeat a character by number."""
    erase_colour: bool = True
    """Erasing leaves the background colour."""
    scroll: bool = False
    """Known to move the lines between two margins."""
    no_color: bool = False
    """The user asked for no colours at all (NO_COLOR)."""
    term: str = ""
    columns: int = 80
    rows: int = 24
    advice: str = ""
    """Why the full-screen program cannot run here and what to do; empty if it can."""

    @property
    def frames(self) -> int:
        """Frames a second that may be painted."""
        return REMOTE_FRAMES if self.remote else LOCAL_FRAMES

    @property
    def few_colours(self) -> bool:
        """Whether other colours than the terminal's own sixteen would not look as they should."""
        return self.no_color or self.colours in ("16", "none")

    @property
    def ahead(self) -> float:
        """Bytes that keys may have written before the next frame is due."""
        return REMOTE_AHEAD if self.remote else float("inf")

    @property
    def ansi_theme(self) -> bool:
        """Whether the terminal's own sixteen colours are the better default.

        They take half the bytes of RGB, and with NO_COLOR an RGB theme would become greys.
        """
        return self.remote or self.few_colours

    @property
    def color_system(self) -> str:
        """The name Textual's TEXTUAL_COLOR_SYSTEM has for the colours."""
        return {"truecolor": "truecolor", "256": "256", "16": "standard", "none": "standard"}[
            self.colours
        ]


def detect(
    environ: Mapping[str, str],
    *,
    ascii_only: bool = False,
    mouse: bool = False,
    size: tuple[int, int] = (80, 24),
    interactive: bool = True,
    lacking: str = "input or output",
) -> Capabilities:
    """The capabilities an environment speaks of.

    `size` is what the terminal reports (0x0 too); `interactive` is whether input and screen are
    terminals at all, and `lacking` is which is not.
    """
    term = environ.get("TERM", "")
    multiplexer = multiplexer_of(environ)
    remote = bool(environ.get("SSH_CONNECTION") or environ.get("SSH_TTY"))
    # Some terminals report no size, as a serial line does.
    columns, rows = size if min(size) > 0 else (80, 24)
    return Capabilities(
        colours=_colours(environ),
        ascii=ascii_only or not _draws_unicode(environ),
        remote=remote,
        multiplexer=multiplexer,
        mouse=mouse,
        repeat=_repeats(environ, multiplexer, remote),
        # GNU screen erases with its own background unless told otherwise (defbce).
        erase_colour=multiplexer != "screen" and not term.startswith(("screen", "vt")),
        scroll=term.startswith(SCROLLING),
        no_color="NO_COLOR" in environ and environ["NO_COLOR"] != "",
        term=term,
        columns=columns,
        rows=rows,
        advice=_advice(term, "" if interactive else lacking),
    )


def this_terminal(*, ascii_only: bool = False, mouse: bool = False) -> Capabilities:
    """The capabilities of the terminal this program was started in."""
    screen = sys.__stderr__
    interactive = is_terminal()
    size = 0, 0
    if interactive and screen is not None:
        with contextlib.suppress(OSError):
            columns, rows = os.get_terminal_size(screen.fileno())
            size = columns, rows
    return detect(
        os.environ,
        ascii_only=ascii_only,
        mouse=mouse,
        size=size,
        interactive=interactive,
        lacking="standard input" if not os.isatty(0) else "standard error, where it is drawn,",
    )


def is_terminal() -> bool:
    """Whether input and screen of this process are a terminal."""
    screen = sys.__stderr__
    # Textual reads keys from descriptor 0, whatever `sys.stdin` is; it draws on standard error.
    return os.isatty(0) and screen is not None and screen.isatty()


def _advice(term: str, lacking: str) -> str:
    instead = "use argo-tui list, argo-tui get NAME or argo-tui logs NAME instead"
    if lacking:
        return f"{lacking} is not a terminal; {instead}"
    if not term:
        return f"TERM is not set, so the screen cannot be drawn; {instead}"
    if term in ("dumb", "unknown", "emacs", "network", "dialup"):
        return f"the terminal says it is {term!r} and cannot draw a screen; {instead}"
    return ""


def multiplexer_of(environ: Mapping[str, str]) -> Multiplexer:
    """The program between us and the terminal that has to be told to let a sequence through."""
    term = environ.get("TERM", "")
    if environ.get("TMUX"):
        return "tmux"
    if environ.get("STY"):
        return "screen"
    if term.startswith("tmux"):
        return "tmux"
    # tmux of old, or reached over SSH, calls itself screen as well; screen is the plainer guess.
    return "screen" if term.startswith("screen") else ""


def _colours(environ: Mapping[str, str]) -> Colours:
    if environ.get("NO_COLOR"):
        return "none"
    term = environ.get("TERM", "").lower()
    if term in ("vt52", "vt100", "vt102", "vt220", "vt320", "xterm-mono") or term.endswith("-m"):
        return "none"
    if environ.get("COLORTERM", "").strip().lower() in ("truecolor", "24bit"):
        return "truecolor"
    if any(word in term for word in TRUECOLOUR_TERMS):
        return "truecolor"
    if "256" in term:
        return "256"
    return "16"


def _draws_unicode(environ: Mapping[str, str]) -> bool:
    """Whether the locale is UTF-8 and the terminal has the characters we draw with."""
    term = environ.get("TERM", "")
    if term == "linux" or term.startswith("vt"):
        return False
    character = environ.get("LC_CTYPE", "")
    language = environ.get("LANG", "")
    if character == "C.UTF-8" and language in ("C", "POSIX"):
        # Python itself put it there at its start (PEP 538); the user's locale is the other.
        character = ""
    locale = environ.get("LC_ALL") or character or language
    if not locale:
        # Nothing said: terminals without UTF-8 are the ones that say so.
        return True
    name, _, coding = locale.partition(".")
    coding = coding.partition("@")[0]
    if not coding:
        return name == "UTF-8"
    try:
        return codecs.lookup(coding).name == "utf-8"
    except LookupError:
        return False


def _repeats(environ: Mapping[str, str], multiplexer: Multiplexer, remote: bool) -> bool:
    """Whether whoever reads our output is known, and known to repeat."""
    if multiplexer or remote:
        # tmux (3.3a tried) repeats only ASCII, and what stands between here and the terminal that
        # TERM names over SSH (mosh, say) may not repeat at all.
        return False
    term = environ.get("TERM", "")
    return any(term.startswith(name) for name in REPEATING) or bool(environ.get("XTERM_VERSION"))
