"""A line one answers with: what is chosen on it stands out while it has the focus."""

from __future__ import annotations

from rich.style import Style

from tui.widgets.line_view import LineView

REVERSE = Style(reverse=True)


class FieldLine(LineView):
    """One answer on one line; the kinds of it draw it."""

    DEFAULT_CSS = "FieldLine { height: 1; width: 1fr; }"

    @property
    def chosen_look(self) -> Style:
        """How what is chosen looks: focus is seen by reverse video."""
        base = self.token("")
        return base + REVERSE if self.has_focus else base

    def on_focus(self) -> None:
        """It stands out now."""
        self.repaint()

    def on_blur(self) -> None:
        """No longer."""
        self.repaint()
