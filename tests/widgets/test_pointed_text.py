"""A text with a cursor on one of its lines."""

from __future__ import annotations

from textual.app import App, ComposeResult

from tui.domain.lines import TextLines
from tui.widgets.pointed_text import PointedText

MOVES = ("down", "up", "first", "last", "half_down", "half_up", "page_down", "page_up")


class Showing(App[None]):
    """A text of so many rows."""

    def __init__(self, height: int) -> None:
        super().__init__()
        self.height = height

    def compose(self) -> ComposeResult:
        """The text alone."""
        text = PointedText()
        text.styles.height = self.height
        yield text


async def test_a_line_is_pointed_at_also_while_there_is_no_room_for_any() -> None:
    for height in (0, 2):
        app = Showing(height)
        async with app.run_test(size=(40, 10)) as pilot:
            text = app.query_one(PointedText)
            text.show_lines(TextLines("a\nb\nc\nd\ne"))
            await pilot.pause()
            text.point(4)
            assert text.cursor == 4
            text.point(99)
            assert text.cursor == 4


async def test_every_key_may_come_before_there_is_a_line() -> None:
    app = Showing(5)
    async with app.run_test(size=(40, 10)) as pilot:
        text = app.query_one(PointedText)
        for rows in ("", "a\nb"):
            text.show_lines(TextLines(rows))
            text.focus()
            for move in MOVES:
                getattr(text, f"action_{move}")()
                await pilot.pause()
                assert text.cursor in range(max(1, len(text.text)))
            text.show_lines(TextLines(""))
