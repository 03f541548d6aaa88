"""The styles of the parts of a line: looked up when drawn with, and again when colours change."""

from __future__ import annotations

import pytest
from rich.segment import Segment
from textual.app import App, ComposeResult
from textual.strip import Strip
from textual.theme import Theme

from tui.widgets.line_view import LineView, TokenNode


class Row(LineView):
    """One line in the colour of what failed."""

    def line_at(self, y: int) -> Strip:
        return Strip([Segment("failed".ljust(self.size.width), self.token("phase-failed"))])


class Showing(App[None]):
    """It alone, in themes that differ in nothing else."""

    def compose(self) -> ComposeResult:
        yield Row()

    def on_mount(self) -> None:
        for name, colour in (("one", "#ff0000"), ("two", "#0000ff")):
            self.register_theme(
                Theme(
                    *(name, "#808080"),
                    error=colour,
                    background="#000000",
                    variables={"text-error": colour},
                )
            )
        self.theme = "one"


def drawn(app: App[None]) -> str:
    """The colour in which the word stands on the screen."""
    segment = next(iter(app.query_one(Row).render_lines(app.screen.region)[0]))
    assert segment.style is not None
    assert segment.style.color is not None
    return segment.style.color.name


async def test_a_token_has_the_colour_of_the_theme_of_the_moment() -> None:
    app = Showing()
    async with app.run_test(size=(20, 3)) as pilot:
        await pilot.pause()
        assert drawn(app) == "#ff0000"
        app.theme = "two"
        await pilot.pause()
        assert drawn(app) == "#0000ff"


async def test_only_tokens_that_are_drawn_with_are_looked_up(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked: list[str] = []
    begin = TokenNode.__init__

    def noted(node: TokenNode, name: str, widget: LineView) -> None:
        asked.append(name)
        begin(node, name, widget)

    monkeypatch.setattr(TokenNode, "__init__", noted)
    app = Showing()
    async with app.run_test(size=(20, 3)) as pilot:
        await pilot.pause()
        assert set(asked) == {"phase-failed"}
        before = len(asked)
        app.query_one(Row).line_at(0)
        assert len(asked) == before


async def test_a_token_that_no_stylesheet_knows_is_an_error() -> None:
    app = Showing()
    async with app.run_test() as pilot:
        await pilot.pause()
        with pytest.raises(KeyError):
            app.query_one(Row).token("phase-faild")
