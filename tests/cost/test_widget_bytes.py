"""How many bytes our widgets cost on the wire, counted in a real pseudo terminal.

The budgets at 120 and 200 columns are those of ux.md 5.2 (its "diff" columns) times 1.2, but for a
step of the cursor, which highlights its whole row; at 80 columns nothing may cost more than at
120. Counts, not times, so a busy machine changes nothing.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.pty import Pty, run_python

pytestmark = pytest.mark.pty

APP = Path(__file__).with_name("widgets_app.py")
SIZES = [(80, 24), (120, 40), (200, 60)]

CURSOR_DOWN = {80: 700, 120: 700, 200: 700}
ROW_CHANGED = 28
PAGE_DOWN = {80: 2776, 120: 2776, 200: 7694}
LOG_LINE = {80: 851, 120: 851, 200: 2370}
TREE_CURSOR_DOWN = {80: 500, 120: 500, 200: 500}
TREE_ROW_CHANGED = 46
STATUS_CHANGED = 55
GRAPH_CURSOR = 800
"""A box gets the cursor, another loses it, and the line between them is lit."""
GRAPH_STEP_CHANGED = 60
GRAPH_PANNED = {80: 2_000, 120: 5_500, 200: 13_000}
TICKING = 10
"""Running rows on the list; each may cost its digits and the way to them."""


def started(what: str, size: tuple[int, int]) -> Iterator[Pty]:
    with Pty(run_python(APP, what), columns=size[0], rows=size[1]) as terminal:
        terminal.wait_for("q Quit")
        terminal.quiet()
        yield terminal


@pytest.fixture(params=SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
def workflows(request: pytest.FixtureRequest) -> Iterator[Pty]:
    yield from started("list", request.param)


@pytest.fixture(params=SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
def tree(request: pytest.FixtureRequest) -> Iterator[Pty]:
    yield from started("tree", request.param)


@pytest.fixture(params=SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
def graph(request: pytest.FixtureRequest) -> Iterator[Pty]:
    yield from started("graph", request.param)


@pytest.fixture(params=SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
def log(request: pytest.FixtureRequest) -> Iterator[Pty]:
    yield from started("log", request.param)


def test_a_list_costs_what_changes_in_it(workflows: Pty) -> None:
    width = workflows.columns
    assert 0 < workflows.step("j").size <= CURSOR_DOWN[width]
    workflows.step("8")
    assert 0 < workflows.step("8").size <= ROW_CHANGED
    assert workflows.step("2").size == 0, "a hundred rows changed, none of them on the screen"
    assert workflows.step("3").size <= STATUS_CHANGED
    assert 0 < workflows.step("t").size <= TICKING * 14 + 90
    assert 0 < workflows.step("pagedown").size <= PAGE_DOWN[width]


def test_a_tree_costs_what_changes_in_it(tree: Pty) -> None:
    width = tree.columns
    assert 0 < tree.step("j").size <= TREE_CURSOR_DOWN[width]
    tree.step("8")
    assert 0 < tree.step("8").size <= TREE_ROW_CHANGED
    assert 0 < tree.step("pagedown").size <= PAGE_DOWN[width]


def test_a_graph_costs_what_changes_in_it(graph: Pty) -> None:
    graph.step("g")
    graph.step("right")
    assert 0 < graph.step("down").size <= GRAPH_CURSOR
    graph.step("8")
    assert 0 < graph.step("8").size <= GRAPH_STEP_CHANGED, "one sign"


def test_panning_a_graph_sends_what_moves_and_nothing_of_what_stands(graph: Pty) -> None:
    graph.step("g")
    first = graph.step("pagedown")
    assert 0 < first.size <= GRAPH_PANNED[graph.columns]
    assert b"GRAPH" not in first.data and b"Quit" not in first.data, "heading and hints stand"
    for _ in range(10):
        graph.step("pagedown")
    assert graph.step("pagedown").size == 0, "there is no more"


EVENT = 1.2
"""How many times as much an event may cost where the tree has bars."""


def test_bars_cost_next_to_nothing_when_a_step_ends(tree: Pty) -> None:
    with_bars = [tree.step("9").size for _ in range(4)]
    tree.step("0")
    assert not tree.emulator.shows("TIMELINE")
    without = [tree.step("9").size for _ in range(4)]
    assert 0 < sum(with_bars) <= sum(without) * EVENT


def test_a_followed_log_costs_what_differs(log: Pty) -> None:
    sizes = [log.step("8").size for _ in range(10)]
    assert 0 < sum(sizes) / len(sizes) <= LOG_LINE[log.columns] / 2, sizes
    assert max(sizes) <= LOG_LINE[log.columns] * 1.2, "the line for which room is made"
    log.step("g")
    assert log.step("8").size == 0, "a line arrived below the screen"
