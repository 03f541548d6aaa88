"""What the program itself writes to a terminal for what happens on its own screens, in bytes.

Each screen is opened once a size, and everything on it is measured in turn. Where a key changes two
things, as the tree and the pane beside it, the first frame is held to the budget of the first: it
is what the user waits for.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from statistics import mean
from typing import TextIO

import pytest

from tests.cost import budgets
from tests.support.pty import FRAME_BEGIN, Pty, Step, run_python

pytestmark = pytest.mark.pty

APP = Path(__file__).with_name("real_app.py")
STILL = 0.25
"""Seconds without a byte that end a step: the pace of frames, and a pane that waits its turn."""
A_MINUTE = 60
SECONDS = 12
"""Seconds watched where each costs the same."""
LIVE = 1_000
"""Bytes a second that a live screen may cost."""
DIALOG = 1_800
"""What our dialogs cost, far below the budget: they dim nothing, and are painted once. The row of
hints goes meanwhile, and comes back."""


@dataclass
class Screen:
    """The program in a terminal, and the pipe on which it is told what happens."""

    terminal: Pty
    pipe: TextIO

    @property
    def columns(self) -> int:
        return self.terminal.columns

    def press(self, *keys: str) -> Step:
        return self.terminal.step(*keys, still=STILL)

    def tell(self, *lines: str) -> Step:
        def write() -> None:
            self.pipe.writelines(f"{line}\n" for line in lines)
            self.pipe.flush()

        return self.terminal.during(write, still=STILL)

    def open(self) -> None:
        """The workflow with the steps."""
        self.press("g", "enter")
        self.terminal.wait_for("step-000")
        self.press("j")


@pytest.fixture(params=budgets.SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
def screen(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Screen]:
    path = tmp_path / "pipe"
    os.mkfifo(path)
    columns, rows = request.param
    argv = run_python(APP, str(path))
    env = {"XDG_STATE_HOME": str(tmp_path)}  # what an earlier start left is not ours
    with (
        Pty(argv, columns=columns, rows=rows, env=env) as terminal,
        path.open("w") as pipe,
    ):
        terminal.wait_for("nightly-etl-0003")
        terminal.quiet(still=STILL)
        yield Screen(terminal, pipe)


def first_frame(step: Step) -> int:
    """Bytes of the first frame of several."""
    begin = step.data.index(FRAME_BEGIN)
    end = step.data.find(FRAME_BEGIN, begin + 1)
    return len(step.data[begin:] if end < 0 else step.data[begin:end])


def within(size: int, budget: budgets.Budget, screen: Screen) -> bool:
    return 0 < size <= budget.at(screen.columns)


def test_the_list_costs_what_changes_in_it(screen: Screen) -> None:
    assert len(screen.terminal.data) <= budgets.FIRST_PAINT.at(screen.columns)
    for key in "jjk":
        assert within(screen.press(key).size, budgets.CURSOR_DOWN, screen)
    screen.tell("row 5 200")
    assert within(screen.tell("row 5 201").size, budgets.LINE_CHANGED, screen)
    assert screen.tell("unseen 104").size == 0, "a hundred rows changed, none of them shown"
    assert within(screen.press("pagedown").size, budgets.PAGE_DOWN, screen)
    assert within(screen.press("pageup").size, budgets.PAGE_DOWN, screen)


def test_the_cursor_at_the_edge_moves_the_lines_and_nothing_else(screen: Screen) -> None:
    screen.press(*("j" * screen.terminal.rows))
    for key in "jj":
        # Besides the two rows that change, one is new, and so is the line that tells about it.
        step = screen.press(key)
        assert 0 < step.size <= budgets.CURSOR_DOWN.at(screen.columns) * 2


def test_a_quiet_cluster_costs_nothing_for_a_minute(screen: Screen) -> None:
    screen.press("G")
    assert "Running" not in screen.terminal.picture()
    assert screen.tell(*["second"] * A_MINUTE).size <= LIVE, "ages that reach another minute"
    assert screen.tell("second").size == 0
    assert screen.terminal.during(lambda: None, still=2.5).size == 0


@pytest.mark.parametrize("where", ["list", "tree"])
def test_ten_running_workflows_cost_their_seconds(screen: Screen, where: str) -> None:
    if where == "tree":
        screen.open()
    seconds = [screen.tell("second").size for _ in range(SECONDS)]
    assert 0 < mean(seconds) <= LIVE / 2
    assert max(seconds) <= LIVE


def test_the_tree_costs_what_changes_in_it(screen: Screen) -> None:
    screen.open()
    for _ in range(6):
        step = screen.press("j")
        assert within(first_frame(step), budgets.TREE_CURSOR_DOWN, screen)
        assert within(step.size, budgets.CURSOR_DOWN, screen), "and the pane follows"
    screen.tell("step hello 2")
    assert within(screen.tell("step hellO 3").size, budgets.TREE_ROW_CHANGED, screen)
    passed = screen.press("k", "k", "k", "k", "k")
    frames = passed.data.count(FRAME_BEGIN)
    assert frames <= 6, "one a key at most, and one of the pane"
    assert passed.size <= frames * budgets.KEYS_PASSED.at(screen.columns)
    assert within(first_frame(screen.press("pagedown")), budgets.PAGE_DOWN, screen)


def test_a_followed_log_costs_its_lines(screen: Screen) -> None:
    screen.open()
    screen.press("l")
    screen.terminal.wait_for("following")
    beside = follow(screen, 300)
    assert max(beside) <= budgets.LOG_LINE.at(screen.columns)
    assert mean(beside) <= budgets.LOG_LINE.at(screen.columns) / 2
    screen.press("z")
    alone = follow(screen, 400)
    assert max(alone) <= budgets.LOG_LINE.at(screen.columns) / 2, "lines are moved, not written"
    screen.press("k")
    assert screen.terminal.emulator.shows("following") is False


def follow(screen: Screen, number: int) -> list[int]:
    """What each of as many lines costs as take the log past where room is made for more."""
    return [screen.tell(f"log {number + n}").size for n in range(screen.terminal.rows // 5)]


def test_the_dialog_of_an_action_costs_its_own_cells(screen: Screen) -> None:
    def ask(key: str) -> None:
        opened = screen.press(key)
        assert within(opened.size, budgets.DIALOG_OPENED, screen)
        assert opened.size <= DIALOG
        assert opened.data.count(FRAME_BEGIN) == 1
        closed = screen.press("escape")
        assert within(closed.size, budgets.DIALOG_CLOSED, screen)
        assert closed.size <= DIALOG

    for key in "XR":
        ask(key)
    screen.open()
    for key in "XD":
        ask(key)


def test_a_question_whose_answer_is_late_is_shown_before_it(screen: Screen) -> None:
    screen.tell("late")
    opened = screen.press("X")
    assert within(opened.size, budgets.DIALOG_OPENED, screen)
    assert screen.terminal.emulator.shows("reading …")
    planned = screen.tell("answer")
    assert within(opened.size + planned.size, budgets.DIALOG_OPENED, screen)
    assert screen.terminal.emulator.shows("It ends as Failed")


def test_another_view_comes_in_one_flight(screen: Screen) -> None:
    for key in ("enter", "l", "y", "z", "z", "?", "escape"):
        assert 0 < screen.press(key).size <= budgets.VIEW_CHANGE, key
