"""The palette on the wire: its own cells to open and to close, and a letter is a line or two."""

from __future__ import annotations

import pytest

from tests.cost import budgets
from tests.cost.test_app_budgets import Screen, screen  # noqa: F401

pytestmark = pytest.mark.pty

BOX = 2_500
"""What a box of sixteen lines may cost; what is around it stays as it is."""


def test_it_costs_its_own_cells_and_stands_still(screen: Screen) -> None:  # noqa: F811
    opened = screen.press(":")
    screen.terminal.wait_for("Esc closes")
    assert 0 < opened.size <= min(BOX, budgets.DIALOG_OPENED.at(screen.columns))
    assert screen.terminal.during(lambda: None, still=2.0).size == 0, "nothing in it moves"
    for letter in "sort":
        assert 0 < screen.press(letter).size <= budgets.KEY_ECHO, letter
    assert 0 < screen.press("down").size <= budgets.CURSOR_DOWN.at(screen.columns)
    assert 0 < screen.press("escape").size <= BOX
    assert not screen.terminal.emulator.shows("Esc closes")


def test_a_box_to_choose_namespaces_from_costs_no_more(screen: Screen) -> None:  # noqa: F811
    screen.press(":")
    screen.terminal.wait_for("Esc closes")
    for letter in "ns":
        screen.press(letter)
    opened = screen.press("enter")
    screen.terminal.wait_for("Esc stays")
    assert 0 < opened.size <= 2 * BOX, "the palette goes, and the box comes"
    assert screen.terminal.during(lambda: None, still=2.0).size == 0, "nothing in it moves"
    assert 0 < screen.press("space").size <= 2 * budgets.CURSOR_DOWN.at(screen.columns)
    assert 0 < screen.press("x").size <= BOX
    assert 0 < screen.press("escape").size <= BOX
    assert not screen.terminal.emulator.shows("Esc stays")
