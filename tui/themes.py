"""Themes of ours as data, and the names of Textual's, so that both are known without Textual.

A theme says for each meaning which colour its text has: those of the phases first, because they are
what one looks for. Any two of them differ for everybody whom the theme is for, also where somebody
sees fewer colours or a terminal has no more than 256, and all can be read on every background there
is (`tests/test_themes.py` measures that). Backgrounds are nearly grey, because a dark blue becomes
a bright one among 256 colours. Signs and letters say the same as colours, in every theme.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from tui.registry import Registry


@dataclass(frozen=True, slots=True)
class ThemeColours:
    """The colours of one theme, as `#rrggbb`."""

    id: str
    about: str
    """Whom it is for, in a few words."""
    background: str
    boost: str
    """Behind header, tabs and hints."""
    surface: str
    """Behind dialogs and fields."""
    panel: str
    """Lines between parts."""
    foreground: str
    primary: str
    """Frames of dialogs, buttons."""
    running: str
    succeeded: str
    failed: str
    pending: str
    """Also of warnings."""
    suspended: str
    """Also of what is told apart for other reasons, as keys in hints."""
    dark: bool = True
    sight: str = "usual"
    """For which eyes the phases differ: usual, red-green or blue-yellow."""

    @property
    def phases(self) -> dict[str, str]:
        """The colour of the text of each phase."""
        return {
            "pending": self.pending,
            "running": self.running,
            "succeeded": self.succeeded,
            "failed": self.failed,
            "suspended": self.suspended,
        }

    def as_textual(self) -> dict[str, Any]:
        """The arguments of Textual's `Theme`."""
        return {
            "name": self.id,
            "primary": self.primary,
            "secondary": self.running,
            "success": self.succeeded,
            "error": self.failed,
            "warning": self.pending,
            "accent": self.suspended,
            "background": self.background,
            "foreground": self.foreground,
            "surface": self.surface,
            "panel": self.panel,
            "dark": self.dark,
            "variables": {
                # Textual's Theme heeds a boost only where it has no panel.
                "boost": self.boost,
                # Textual would tint these with black or white, and phases would be more alike.
                "text-primary": self.primary,
                "text-secondary": self.running,
                "text-success": self.succeeded,
                "text-error": self.failed,
                "text-warning": self.pending,
                "text-accent": self.suspended,
                "button-color-foreground": self.background,
                "block-cursor-foreground": self.background,
            },
        }


THEMES: Registry[ThemeColours] = Registry(
    "theme",
    (
        ThemeColours(
            id="argo-dark",
            about="dark, in the colours of Argo's own pages",
            background="#15191b",
            boost="#23292c",
            surface="#1c2124",
            panel="#33454f",
            foreground="#d7e2e8",
            primary="#3f9fc4",
            running="#2cbcf2",
            succeeded="#3dbf99",
            failed="#ff7b7b",
            pending="#f2c14b",
            suspended="#c99ceb",
        ),
        ThemeColours(
            id="argo-light",
            about="light, in the colours of Argo's own pages",
            background="#f8fafb",
            boost="#eaedee",
            surface="#ffffff",
            panel="#bccbd3",
            foreground="#1c2a33",
            primary="#0a6c93",
            running="#046296",
            succeeded="#007a51",
            failed="#af203c",
            pending="#8a5200",
            suspended="#764bb9",
            dark=False,
        ),
        ThemeColours(
            id="high-contrast",
            about="black and bright, every text with a contrast of 7 to 1 or more",
            background="#000000",
            boost="#1c1c1c",
            surface="#000000",
            panel="#ffffff",
            foreground="#ffffff",
            primary="#ffffff",
            running="#5fd7ff",
            succeeded="#5fff5f",
            failed="#ff8787",
            pending="#ffff00",
            suspended="#ff9bff",
        ),
        ThemeColours(
            id="red-green-blind",
            about="blue and orange, for eyes that see red and green alike",
            background="#15181b",
            boost="#22262a",
            surface="#1b1e22",
            panel="#364350",
            foreground="#dde4ea",
            primary="#5b9bd5",
            running="#ffffff",
            succeeded="#4b90ff",
            failed="#fa6452",
            pending="#fff44a",
            suspended="#9293b5",
            sight="red-green",
        ),
        ThemeColours(
            id="blue-yellow-blind",
            about="red and turquoise, for eyes that see blue and yellow poorly",
            background="#14171a",
            boost="#20252a",
            surface="#1a1e22",
            panel="#3b444c",
            foreground="#e3e6e8",
            primary="#4fb3b8",
            running="#ffffff",
            succeeded="#1adac4",
            failed="#fc5052",
            pending="#f8a4b7",
            suspended="#80958b",
            sight="blue-yellow",
        ),
    ),
)
"""The themes of ours, in the order they are offered in."""

OF_TEXTUAL = (
    "textual-dark",
    "textual-light",
    "ansi-dark",
    "ansi-light",
    "nord",
    "gruvbox",
    "catppuccin-mocha",
    "catppuccin-latte",
    "catppuccin-frappe",
    "catppuccin-macchiato",
    "dracula",
    "tokyo-night",
    "monokai",
    "flexoki",
    "solarized-light",
    "solarized-dark",
    "rose-pine",
    "rose-pine-moon",
    "rose-pine-dawn",
    "atom-one-dark",
    "atom-one-light",
)
"""The names of Textual's own."""


CLEARER: dict[str, dict[str, Any]] = {
    "textual-dark": {"accent": "#b98cff"},
    "textual-light": {"accent": "#8a3fc7"},
    "monokai": {"secondary": "#ae81ff"},
    "ansi-dark": {"primary": "ansi_bright_blue", "accent": "ansi_bright_magenta"},
}
"""What we change of Textual's own: where what is suspended had the colour of what waits or has
succeeded, or what runs that of what failed. The plain blue of many terminals is hard to read on
black."""


def about(name: str) -> str:
    """What is said of a theme, in a few words."""
    theme = THEMES.get(name)
    if theme is not None:
        return theme.about
    ansi = "the terminal's own sixteen colours, "
    is_light = name.endswith(("light", "latte", "dawn"))
    return f"{ansi if name.startswith('ansi-') else ''}{'light' if is_light else 'dark'}"


NAMES = (*(theme.id for theme in THEMES), *OF_TEXTUAL)
"""All names of themes, ours first."""

HEADER_COLOURS = {
    "red": "#b3261e",
    "orange": "#ee8a1c",
    "yellow": "#f2c94c",
    "green": "#2a7a3b",
    "cyan": "#0b7f8c",
    "blue": "#1f5fbf",
    "purple": "#7a45b8",
    "pink": "#b8286c",
    "grey": "#5c6870",
}
"""Names of colours that a header can have."""
