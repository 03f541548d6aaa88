"""Bytes on the wire of what every screen does: appear, stand still, ask, give way to another."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cost import budgets
from tests.support.pty import Pty, run_python

pytestmark = pytest.mark.pty

APP = Path(__file__).with_name("dialog_app.py")


@pytest.fixture(params=budgets.SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
def screen(request: pytest.FixtureRequest) -> Iterator[Pty]:
    columns, rows = request.param
    with Pty(run_python(APP, "list"), columns=columns, rows=rows) as terminal:
        terminal.wait_for("0001-x7k2p")
        terminal.quiet()
        yield terminal


def test_the_first_paint_is_one_screen(screen: Pty) -> None:
    assert len(screen.data) <= budgets.FIRST_PAINT.at(screen.columns)


def test_a_dialog_costs_its_own_cells_and_what_was_under_them(screen: Pty) -> None:
    opened = screen.step("d")
    screen.wait_for("Stop 3 workflows")
    assert 0 < opened.size <= budgets.DIALOG_OPENED.at(screen.columns)
    assert 0 < screen.step("x").size <= 160, "a letter in an input, and its cursor"
    closed = screen.step("escape")
    assert not screen.emulator.shows("Stop 3 workflows")
    assert 0 < closed.size <= budgets.DIALOG_CLOSED.at(screen.columns)
    # A dialog that dims nothing is far below what one that does may cost.
    assert opened.size <= budgets.KEY_ECHO
    assert closed.size <= budgets.KEY_ECHO


def test_another_view_comes_in_one_flight(screen: Pty) -> None:
    assert 0 < screen.step("y").size <= budgets.VIEW_CHANGE
    screen.wait_for("apiVersion line 3")
    assert 0 < screen.step("escape").size <= budgets.VIEW_CHANGE


def test_standing_still_costs_nothing_with_an_open_dialog_too(screen: Pty) -> None:
    assert screen.during(lambda: None, still=2.0).size == 0
    screen.step("d")
    assert screen.during(lambda: None, still=2.0).size == 0


def test_a_key_is_one_frame(screen: Pty) -> None:
    for key in ("j", "j", "k", "8", "t"):
        assert screen.step(key).frames == 1, key


def test_painting_anew_costs_one_screen(screen: Pty) -> None:
    screen.send(b"\x1b[15~")
    step = screen.step()
    assert 0 < step.size <= budgets.FIRST_PAINT.at(screen.columns)
