"""What Textual reads from the environment when it is imported, set before that.

Nothing moves by itself: no animation, no smooth scrolling, and screens are drawn at most as often
as frames are painted. What the user has set stays as set.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping, MutableMapping

from tui.bugs import LOG
from tui.errors import UsageError
from tui.terminal.capabilities import Capabilities

ANSI_THEMES = ("ansi-dark", "ansi-light")
"""Textual's themes of the terminal's own sixteen colours."""
REMOTE_ESCAPE_DELAY = 200
"""Milliseconds Escape waits for the rest of a sequence; over SSH packets come apart."""


def theme_for(capabilities: Capabilities, wanted: str = "") -> str:
    """The theme for such a terminal, where somebody wanted one; "" for Textual's default.

    A theme of the terminal's own colours saves bytes over SSH, and is the only one that looks as it
    was meant where there are sixteen colours or none.
    """
    if capabilities.few_colours and wanted not in ANSI_THEMES:
        return ANSI_THEMES[0]
    return wanted or (ANSI_THEMES[0] if capabilities.ansi_theme else "")


def wanted(capabilities: Capabilities, theme: str = "") -> Mapping[str, str]:
    """The variables and their values for such a terminal, where somebody wants this theme."""
    found = {
        "TEXTUAL_FPS": str(capabilities.frames),
        "TEXTUAL_ANIMATIONS": "none",
        "TEXTUAL_SMOOTH_SCROLL": "0",
        "TEXTUAL_COLOR_SYSTEM": capabilities.color_system,
    }
    if capabilities.remote:
        found["ESCDELAY"] = str(REMOTE_ESCAPE_DELAY)
    if chosen := theme_for(capabilities, theme):
        found["TEXTUAL_THEME"] = chosen
    if capabilities.colours == "none":
        # With a theme of the terminal's own colours Textual leaves all of them out then.
        found["NO_COLOR"] = "1"
    return found


def prepare(
    capabilities: Capabilities, environ: MutableMapping[str, str] | None = None, *, theme: str = ""
) -> list[str]:
    """Set them where the user has not; call it before Textual is imported.

    Sizes that the environment tells are taken away: the terminal knows better.

    The answer names what comes too late, because Textual has read its variables already.
    """
    target = os.environ if environ is None else environ
    # Those of the terminal itself are asked for; these may be those of another one.
    for name in ("COLUMNS", "LINES"):
        target.pop(name, None)
    late = []
    for name, value in wanted(capabilities, theme).items():
        if name not in target:
            target[name] = value
            late.append(name)
    return late if "textual.constants" in sys.modules else []


def check_log(environ: Mapping[str, str]) -> None:
    """Look whether Textual can write the log it is asked for. Raises: UsageError."""
    path = environ.get(LOG)
    if not path:
        return
    try:
        with open(path, "a", encoding="utf-8"):
            pass
    except OSError as error:
        raise UsageError(
            f"{LOG} names a file that cannot be written: {path}: {error.strerror}",
            hint=f"name another one, or unset {LOG}",
        ) from error
