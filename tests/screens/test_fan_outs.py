"""A run of many steps on its screen: fan-outs, what is looked for, columns, and what is usual."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.conftest import Picture
from tests.support.app import STILL, Shown, showing
from tests.support.runs import Node, run, step
from tests.support.scripted import ScriptedSource
from tui.domain.workflow import Manifest
from tui.menu import Menu

NAME = "reprocess-x7k2p"
SIZES = [(80, 24), (120, 40), (200, 60)]


def partitions(task: str, count: int, phase: str = "Succeeded", **times: float) -> list[Node]:
    """The items of a task, one a minute later over than the other."""
    made = []
    for at in range(count):
        ended = None if phase in ("Running", "Pending") else times["ended"] - at * 0.25
        made.append(step(NAME, f"{task}({at}:part-{at})", phase, began=times["began"], ended=ended))
    return made


def reprocess() -> Manifest:
    """A run of four tasks with thirty-three items each: one done, one with two that failed, one
    that runs, one that waits; and a step that was tried three times."""
    failed = partitions("transform", 33, began=40, ended=28)
    for at in (7, 21):
        failed[at] |= {"phase": "Failed", "message": "Error (exit code 1)"}
    retry = step(
        *(NAME, "check", "Succeeded"),
        type="Retry",
        began=27,
        ended=18,
        children=[f"check({at})" for at in range(3)],
    )
    tries = [
        step(NAME, f"check({at})", phase, began=27 - at * 3, ended=25 - at * 3)
        for at, phase in enumerate(("Failed", "Failed", "Succeeded"))
    ]
    nodes = [
        step(NAME, "", "Running", type="DAG", began=60),
        *partitions("extract", 33, began=60, ended=50),
        *failed,
        retry,
        *tries,
        *partitions("train", 33, "Running", began=16),
        *partitions("publish", 33, "Pending", began=1),
    ]
    nodes[5] |= {"hostNodeName": "cpu-3", "resourcesDuration": {"cpu": 900, "memory": 4000}}
    return run(NAME, "Running", "66/132", began=60, nodes=nodes)


async def opened(shown: Shown) -> None:
    await shown.open(NAME)
    await shown.until(lambda: shown.detail.steps.node is not None)
    await shown.at_rest()


async def test_a_hundred_and_thirty_steps_are_a_screen_and_every_pane_knows_a_fan_out() -> None:
    async with showing(reprocess()) as shown:
        await opened(shown)
        assert len(shown.steps) < 12
        assert "transform(7:part-7)" in shown.steps and "31 more" in shown.steps
        for key in "Wdlaiey":
            for at, label in enumerate(shown.steps):
                if label in ("extract", "31 more"):
                    shown.detail.steps.move_to_line(at)
                    await shown.press(key)
                    await shown.at_rest()
                    shown.detail.steps.focus()
                    assert shown.detail.steps.current is not None
                    assert shown.detail.steps.current.label == label


async def test_nothing_is_done_to_what_stands_for_several_steps() -> None:
    async with showing(reprocess()) as shown:
        await opened(shown)
        for label in ("extract", "31 more"):
            shown.detail.steps.move_to_line(shown.steps.index(label))
            assert shown.detail.subjects("node") == ()
            assert shown.detail.subjects("pod") == ()
            assert NAME in shown.detail.place


async def test_slash_leaves_what_matches_and_escape_shows_all_again() -> None:
    async with showing(reprocess()) as shown:
        await opened(shown)
        before = shown.steps
        await shown.press("slash")
        await shown.write("phase=Failed,templateName=transform")
        await shown.press("enter")
        assert shown.steps == [NAME, "transform", "transform(7:part-7)", "transform(21:part-21)"]
        assert "with phase=Failed" in shown.rows_of_screen[1]
        await shown.press("n")
        assert shown.detail.steps.current is not None
        assert shown.detail.steps.current.label == "transform(21:part-21)"
        await shown.press("escape")
        assert set(shown.steps) >= set(before)
        await shown.press("exclamation_mark")
        assert shown.steps == [NAME, "transform", "transform(7:part-7)", "transform(21:part-21)"]
        await shown.press("exclamation_mark")
        assert set(shown.steps) >= set(before)


async def test_a_filter_that_is_cancelled_leaves_the_tree_as_it_was() -> None:
    async with showing(reprocess()) as shown:
        await opened(shown)
        before = shown.steps
        await shown.press("slash")
        await shown.write("train(1")
        assert "train(1:part-1)" in shown.steps and "extract" not in shown.steps
        await shown.press("escape")
        assert shown.steps == before


async def test_columns_are_chosen_in_a_menu_and_by_a_command() -> None:
    async with showing(reprocess(), size=(80, 24)) as shown:
        await opened(shown)
        assert "TIMELINE" in shown.rows_of_screen[1] and "DUR" in shown.rows_of_screen[1]
        await shown.press("number_sign")
        await shown.until(lambda: shown.shows(Menu))
        assert "[x] Timeline" in shown.text and "[ ] Template" in shown.text
        await shown.press("t")
        await shown.until(lambda: "[ ] Timeline" in shown.text)
        await shown.press("escape")
        await shown.until(lambda: "TIMELINE" not in shown.rows_of_screen[1])
        for command in ("columns timeline", "columns template"):
            await shown.press("colon")
            await shown.write(command)
            await shown.press("enter")
        await shown.until(lambda: "TIMELINE" in shown.rows_of_screen[1])
        await shown.until(lambda: "TEMPLATE" in shown.rows_of_screen[1])


def nightly(number: int, minutes: float, phase: str = "Succeeded") -> Manifest:
    """A run whose only step takes so long; the higher its number, the later it was."""
    name = f"nightly-{number:08}"
    began = 500 - number * 60
    ended = began - minutes if phase == "Succeeded" else None
    nodes = [
        step(name, "", phase, type="DAG", began=began, ended=ended),
        step(name, "load", phase, began=began, ended=ended),
    ]
    return run(name, phase, began=began, ended=ended, nodes=nodes)


async def test_what_is_usual_is_learned_of_earlier_runs_for_tree_and_list() -> None:
    earlier = [nightly(number, 20) for number in range(5)]
    late = nightly(5, 31)
    going = run(
        "nightly-00000006",
        "Running",
        began=8,
        nodes=[
            step("nightly-00000006", "", "Running", type="DAG", began=8),
            step("nightly-00000006", "load", "Running", began=8),
        ],
    )
    async with showing(*earlier, late, going) as shown:
        await shown.until_shown("LEFT")
        row = next(row for row in shown.rows_of_screen if "00000006" in row)
        assert row.split()[row.split().index("8m") + 1] == "12m", "of twenty minutes as a rule"
        assert all("12m" not in row for row in shown.rows_of_screen if "00000003" in row)
        await shown.open("nightly-00000006")
        await shown.until_shown("USUAL")
        row = next(row for row in shown.rows_of_screen if "load" in row and "8m" in row)
        assert "-12m" in row
        await shown.press("escape")
        await shown.open("nightly-00000005")
        await shown.until_shown("+55 %")


async def test_tree_and_why_learn_of_earlier_runs_by_one_reading() -> None:
    late = nightly(5, 31)
    source = ScriptedSource(*(nightly(number, 20) for number in range(5)), late)
    async with showing(source=source, size=(120, 40)) as shown:
        await shown.open("nightly-00000005")
        await shown.press("W")
        await shown.until(lambda: "usually 20m (5 runs)" in shown.pane_text)
        await shown.until(lambda: "USUAL" in shown.rows_of_screen[1])
        read = [about.name for what, about in source.asked if what == "get"]
        assert sorted(read) == [f"nightly-{number:08}" for number in range(5)], "each once"


@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
async def test_a_run_of_many_steps(size: tuple[int, int], picture: Picture) -> None:
    async with showing(reprocess(), size=size) as shown:
        await opened(shown)
        assert picture(shown.app)


async def test_a_run_of_many_steps_in_ascii(picture: Picture) -> None:
    settings = replace(STILL, ascii=True)
    async with showing(reprocess(), settings=settings, size=(80, 24)) as shown:
        await opened(shown)
        assert all(row.isascii() for row in shown.rows_of_screen)
        assert picture(shown.app)
