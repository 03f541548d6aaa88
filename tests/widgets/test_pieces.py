"""What was painted in pieces is what would be painted at once.

Textual keeps the lines of a widget and asks again only for those that were marked. So after any
script of keys and updates its kept lines must be those that the widget would draw now.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from random import Random

import pytest
from textual.strip import Strip

from tests.support.widgets import Alone, FullDisk, blocks
from tests.widgets.test_step_tree import etl, node
from tui.columns import workflow_columns
from tui.domain.workflow import ListedStatus, ListedWorkflow, Metadata
from tui.logs.book import LogBook
from tui.widgets.line_view import LineView
from tui.widgets.step_tree import StepTree
from tui.widgets.table import Table
from tui.widgets.text_view import TextView

NOON = datetime(2026, 8, 21, 12, tzinfo=UTC)
NAMES = ("etl", "日本語-etl", "e\u0301te\u0301", "x" * 70, "[/x]", "")
PHASES = ("Running", "Failed", "Succeeded", "Pending", "Odd")


Looks = list[list[tuple[str, object]]]


def looks(strips: list[Strip]) -> Looks:
    """Every character and how it looks, colours apart: Textual turns those into others."""
    return [
        [
            (c, style and (style.reverse, style.bold, style.underline))
            for text, style, _ in strip
            for c in text
        ]
        for strip in strips
    ]


def kept(widget: LineView) -> Looks:
    """The lines as Textual has them, those that were marked drawn anew."""
    return looks(widget.render_lines(widget.size.region))


def fresh(widget: LineView) -> Looks:
    """The lines as the widget would draw them now."""
    return looks([widget.line_at(y) for y in range(widget.size.height)])


def some_workflow(random: Random, number: int) -> ListedWorkflow:
    name = f"{random.choice(NAMES)}-{number}"
    status = ListedStatus(
        phase=random.choice(PHASES),
        progress=f"{random.randrange(40)}/40",
        started_at="2026-08-21T11:00:00Z",
        message=random.choice(NAMES),
    )
    return ListedWorkflow(metadata=Metadata(name=name, uid=str(number)), status=status)


@pytest.mark.parametrize("seed", range(4))
async def test_a_list_in_pieces(seed: int) -> None:
    random = Random(seed)
    widget: Table[ListedWorkflow] = Table(
        workflow_columns(), key=lambda w: w.metadata.uid, now=NOON, placeholder="empty"
    )
    async with Alone(widget).run_test(size=(70, 12)) as pilot:
        for step in range(40):
            act = random.randrange(6)
            if act == 0:
                count = random.randrange(40)
                widget.replace([some_workflow(random, random.randrange(60)) for _ in range(count)])
            elif act == 1 and widget.items:
                number = random.randrange(len(widget.items))
                widget.update_item(number, some_workflow(random, number))
            elif act == 2:
                widget.tick(NOON + timedelta(seconds=step * 11))
            elif act == 3:
                await pilot.resize_terminal(random.randrange(10, 140), random.randrange(2, 30))
            else:
                for _ in range(3):
                    name = random.choice(
                        (
                            "down",
                            "up",
                            "last",
                            "first",
                            "page_down",
                            "half_up",
                            "mark",
                            "wide",
                            "pan_right",
                            "pan_left",
                            "mark_range",
                        )
                    )
                    await widget.run_action(name)
            if random.random() < 0.5:
                await pilot.pause()
            assert kept(widget) == fresh(widget)


@pytest.mark.parametrize("seed", range(4))
async def test_a_log_in_pieces(seed: int) -> None:
    random = Random(seed)
    book = LogBook(in_memory=1000, spill=FullDisk(), clock=lambda: NOON)
    widget = TextView(levels=True)
    async with Alone(widget).run_test(size=(50, 12)) as pilot:
        widget.show(book)
        for _ in range(40):
            act = random.randrange(5)
            if act < 2:
                lines = [random.choice((*NAMES, "ERROR x", "\x1b[31mred")) for _ in range(act * 9)]
                widget.lines_appended(
                    *book.append(blocks(*(f"{line}\n".encode() for line in lines)))
                )
            elif act == 2:
                await pilot.resize_terminal(random.randrange(10, 90), random.randrange(2, 30))
            elif random.random() < 0.2:
                widget.follow(not widget.is_following)
            else:
                name = random.choice(
                    (
                        "down",
                        "up",
                        "last",
                        "first",
                        "page_down",
                        "half_up",
                        "wrap",
                        "pan(1)",
                        "error(1)",
                        "next_hit",
                    )
                )
                await widget.run_action(name)
                widget.find(random.choice(("", "e", "日")))
            if random.random() < 0.5:
                await pilot.pause()
            assert kept(widget) == fresh(widget)


@pytest.mark.parametrize("seed", range(4))
async def test_a_tree_in_pieces(seed: int) -> None:
    random = Random(seed)
    widget = StepTree(now=NOON)
    async with Alone(widget).run_test(size=(70, 12)) as pilot:
        for step in range(40):
            act = random.randrange(4)
            if act == 0:
                parents = ["etl"]
                nodes = []
                for number in range(random.randrange(1, 30)):
                    parent = random.choice(parents[-4:])
                    kind = random.choice(("DAG", "Pod"))
                    key = f"n{number}"
                    nodes.append(
                        node(
                            key,
                            type=kind,
                            under=parent,
                            phase=random.choice(PHASES),
                            name=random.choice(NAMES),
                            message=random.choice(NAMES),
                        )
                    )
                    if kind == "DAG":
                        parents.append(key)
                widget.show(etl(*nodes))
            elif act == 1:
                widget.tick(NOON + timedelta(seconds=step * 11))
            elif act == 2:
                await pilot.resize_terminal(random.randrange(10, 140), random.randrange(2, 30))
            else:
                for name in ("down", "fold", "up", "toggle_folds", "problem(1)", "fold_quiet"):
                    if random.random() < 0.4:
                        await widget.run_action(name)
            if random.random() < 0.5:
                await pilot.pause()
            assert kept(widget) == fresh(widget)
