"""A yes or no: no is what Enter means."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from textual.app import App
from textual.widgets import Button

from tui.resources import styles
from tui.screens.confirm import ConfirmScreen, LeaveScreen


class Asking(App[None]):
    CSS_PATH = [str(styles() / name) for name in ("tokens.tcss", "dialogs.tcss")]
    ENABLE_COMMAND_PALETTE = False

    def __init__(self) -> None:
        super().__init__()
        self.answers: list[bool | None] = []

    def ask(self, question: str = "Leave?") -> None:
        self.push_screen(ConfirmScreen(question, yes="Leave"), self.answers.append)


@pytest.fixture
def app() -> Iterator[Asking]:
    yield Asking()


async def test_cancel_has_the_focus_and_only_yes_is_a_yes(app: Asking) -> None:
    async with app.run_test() as pilot:
        for keys in (
            ["enter"],
            ["n"],
            ["escape"],
            ["y"],
            ["right", "enter"],
            ["tab", "tab", "enter"],
        ):
            app.ask()
            await pilot.pause()
            focused = app.screen.focused
            assert isinstance(focused, Button) and str(focused.label) == "Cancel"
            await pilot.press(*keys)
        assert app.answers == [False, False, False, True, True, False]


async def test_other_keys_answer_nothing(app: Asking) -> None:
    async with app.run_test() as pilot:
        app.ask("[/x] \x1b[2J [@click=app.quit]?")
        await pilot.pause()
        await pilot.press("x", "Y", "q", "D")
        assert app.answers == [] and isinstance(app.screen, ConfirmScreen)


async def test_the_key_that_asked_whether_to_leave_is_a_yes(app: Asking) -> None:
    async with app.run_test() as pilot:
        for keys in (["q"], ["enter"], ["escape"]):
            app.push_screen(LeaveScreen(), app.answers.append)
            await pilot.pause()
            await pilot.press(*keys)
        assert app.answers == [True, False, False]
