"""The pseudo terminal and the emulator themselves."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from tests.support.emulator import Emulator, differences
from tests.support.pty import Pty, run_python

SMALL = Path(__file__).parent / "small_app.py"

pytestmark = pytest.mark.pty


def test_a_program_is_driven_by_keys_and_its_bytes_are_counted() -> None:
    with Pty(run_python(SMALL)) as term:
        term.wait_for("workflow-1")
        term.quiet()
        assert term.step().size == 0
        step = term.step("l")
        assert step.size > 0
        assert step.frames >= 1
        term.wait_for("日本語の行")
        term.resize(100, 30)
        term.quiet()
        assert term.emulator.columns == 100
        assert term.emulator.cell(99, 0).bg != "default"
        term.press("q")
        assert term.wait_for_exit() == 0


def test_what_a_program_leaves_behind_is_where_the_tests_clear_away() -> None:
    ask = "import os; print('state', os.environ['XDG_STATE_HOME'])"
    with Pty([sys.executable, "-c", ask], columns=200) as term:
        term.wait_for("state /")
        (line,) = [line for line in term.emulator.text() if line.startswith("state ")]
    assert Path(line.split()[1]).parent == Path(os.environ["XDG_STATE_HOME"])
    assert not Path(line.split()[1]).exists()


def test_overwriting_half_of_a_wide_character_blanks_the_other_half() -> None:
    screen = Emulator(10, 2)
    screen.feed("日本\x1b[1;2Hx")
    assert screen.text()[0] == " x本"


def test_combining_marks_and_joined_emoji_take_the_place_of_one_cluster() -> None:
    screen = Emulator(20, 1)
    screen.feed("e\u0301x\U0001f468\u200d\U0001f469y")
    assert screen.cell(0, 0).data == "e\u0301"
    assert screen.cell(2, 0).data == "\U0001f468\u200d\U0001f469"
    assert screen.cell(4, 0).data == "y"


def test_repeat_and_erase_with_a_background_are_understood() -> None:
    screen, plain = Emulator(12, 1), Emulator(12, 1)
    screen.feed("\x1b[44m─\x1b[5b\x1b[K")
    plain.feed("\x1b[44m──────      ")
    assert differences(screen, plain) == []
    plain.feed("\x1b[1;8H\x1b[0m ")
    assert len(differences(screen, plain)) == 1


def test_lines_move_between_the_margins() -> None:
    screen = Emulator(3, 5)
    screen.feed("a\r\nb\r\nc\r\nd\r\ne\x1b[2;4r\x1b[1;2H\x1b[2S")
    assert screen.text() == ["a", "d", "", "", "e"]
    screen.feed("x\x1b[T")
    assert screen.text() == ["ax", "", "d", "", "e"]


def test_text_colour_of_a_blank_is_not_seen_but_its_background_is() -> None:
    red, green, plain = Emulator(1, 1), Emulator(1, 1), Emulator(1, 1)
    red.feed("\x1b[31m ")
    green.feed("\x1b[42m ")
    assert differences(red, plain) == []
    assert differences(green, plain) != []
