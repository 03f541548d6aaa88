"""The fields of a form: what is drawn, and that nothing but the values offered can be chosen."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from textual.app import App, ComposeResult

from tests.support.widgets import screen_of
from tui.widgets.form_fields import SelectField


class Asking(App[None]):
    ENABLE_COMMAND_PALETTE = False

    def __init__(self, values: Sequence[str], value: str = "", *, ascii: bool = False) -> None:
        super().__init__()
        self.field = SelectField(values, value, ascii=ascii)
        self.told: list[str] = []
        self.done = 0

    def compose(self) -> ComposeResult:
        yield self.field
        yield SelectField(["other"])

    def on_select_field_selected(self, message: SelectField.Selected) -> None:
        assert message.control is self.field
        self.told.append(message.value)

    def on_form_field_done(self) -> None:
        self.done += 1

    @property
    def line(self) -> str:
        return screen_of(self.field)[0].rstrip()


async def test_left_and_right_go_round_and_other_keys_choose_nothing() -> None:
    app = Asking(["small", "base", "xl"], "base")
    async with app.run_test() as pilot:
        assert app.line == "‹ small [base] xl ›"
        await pilot.press("right", "right", "left", "l", "h", "space", "x", "9", "delete")
        assert app.told == ["xl", "small", "xl", "small", "xl", "small"]
        assert app.line == "‹ [small] base xl ›"


async def test_enter_is_done_with_the_field_and_chooses_nothing() -> None:
    app = Asking(["a", "b"])
    async with app.run_test() as pilot:
        app.field.focus()
        await pilot.press("enter")
        assert app.done == 1 and not app.told


async def test_what_has_no_room_comes_when_it_is_chosen() -> None:
    app = Asking([f"value-{i}" for i in range(9)])
    async with app.run_test(size=(32, 5)) as pilot:
        assert app.line == "‹ [value-0] value-1 value-2 … ›"
        await pilot.press("left")
        assert app.line == "‹ … value-6 value-7 [value-8] ›"
        await pilot.press("left", "left", "left")
        assert app.line == "‹ … [value-5] value-6 … ›"


@pytest.mark.parametrize("ascii", [False, True])
async def test_no_value_is_left_out_without_a_sign_on_its_side(ascii: bool) -> None:
    values = ["one", "two", "three", "four", "five"]
    sign = "~" if ascii else "…"
    for width in range(16, 40):
        app = Asking(values, "three", ascii=ascii)
        async with app.run_test(size=(width, 3)):
            words = app.line.strip("‹›<> ").split()
            assert (words[0] == sign) == ("one" not in words)
            assert (words[-1] == sign) == ("five" not in words)
            assert "[three]" in words and (sign not in words) == (width >= len(app.field.shows))


async def test_it_is_ascii_where_asked_and_says_the_chosen_without_colour() -> None:
    app = Asking(["long " * 9, "\x1b[31mred", "x"], "x", ascii=True)
    async with app.run_test(size=(24, 5)) as pilot:
        assert app.line.startswith("< ") and app.line.endswith("[x] >")
        assert "\x1b" not in app.line
        await pilot.press("right")
        assert app.line.endswith("~] ~ >") and app.line.isascii()


async def test_of_nothing_nothing_is_chosen() -> None:
    app = Asking([])
    async with app.run_test() as pilot:
        await pilot.press("right")
        assert app.field.value == "" and not app.told
