"""A text with a cursor on one of its lines, from which one can go somewhere.

Moving moves the cursor, and the text only as far as it takes to keep the line in sight. While keys
go elsewhere, the cursor is not drawn.
"""

from __future__ import annotations

from textual.strip import Strip

from tui.domain.lines import LineModel
from tui.widgets.line_view import CURSOR
from tui.widgets.text_view import TextView


class PointedText(TextView):
    """Lines, one of them under the cursor."""

    cursor: int = 0
    """The number of the line."""

    def lines_changed(self) -> None:
        """Other lines stand here: the cursor stays where it is, as far as there are lines."""
        self.cursor = max(0, min(self.cursor, len(self.text) - 1))
        self.changed()

    def show_lines(self, text: LineModel) -> None:
        """Another text, the cursor on its first line."""
        self.cursor = 0
        self.show(text)

    def point(self, line: int) -> None:
        """Put the cursor on a line, all of which is on the screen then if it fits."""
        self.cursor = max(0, min(line, len(self.text) - 1))
        if not len(self.text):
            return  # nothing has been found yet
        first, last = self.shown_range
        rows = [at for at, each in enumerate(self.model.positions) if each.line == self.cursor]
        lacks = self.renderer.row_count(self.cursor, self.model.width) - len(rows)
        if self.cursor < first or (rows and lacks and rows[0] == 0):
            self.model.move_to(self.cursor)
        elif self.model.positions and (self.cursor > last or lacks):  # else it has no room yet
            while self.model.positions[-1].line < self.cursor:
                self.model.scroll(1)
            for _ in range(max(0, lacks)):
                if self.model.positions[0].line < self.cursor:
                    self.model.scroll(1)
        self.repaint()

    # --- keys ------------------------------------------------------------------------------

    def action_down(self) -> None:
        """The next line."""
        self.point(self.cursor + 1)

    def action_up(self) -> None:
        """The line before."""
        self.point(self.cursor - 1)

    def action_first(self) -> None:
        """The first line."""
        self.point(0)

    def action_last(self) -> None:
        """The last line."""
        self.point(len(self.text) - 1)

    def _page(self, rows: int) -> None:
        self._scroll(rows)
        first, last = self.shown_range
        if last >= first:
            # At either end the cursor goes the rest of the way.
            at = last if rows > 0 and last == len(self.text) - 1 else first
            self.cursor = min(max(self.cursor, first), last) if rows and at != last else at
        self.repaint()

    def action_half_down(self) -> None:
        """Half a screen on."""
        self._page(max(1, self.size.height // 2))

    def action_half_up(self) -> None:
        """Half a screen back."""
        self._page(-max(1, self.size.height // 2))

    def action_page_down(self) -> None:
        """A screen on."""
        self._page(max(1, self.size.height - 1))

    def action_page_up(self) -> None:
        """A screen back."""
        self._page(-max(1, self.size.height - 1))

    # --- painting --------------------------------------------------------------------------

    def on_focus(self) -> None:
        """The cursor is drawn while keys come here."""
        self.repaint()

    def on_blur(self) -> None:
        """It is not when they go elsewhere."""
        self.repaint()

    def line_at(self, y: int) -> Strip:
        """A row of the text, those of the line under the cursor highlighted."""
        strip = super().line_at(y)
        positions = self.model.positions
        if self.has_focus and y < len(positions) and positions[y].line == self.cursor:
            return strip.apply_style(self.token(CURSOR))
        return strip
