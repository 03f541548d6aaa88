"""Space marks steps; the logs pane then reads them as one, in whatever form steps are shown."""

from __future__ import annotations

import pytest

from tests.panes.test_log_run import ended, words
from tests.support.app import Shown, showing
from tests.support.logs_pane import RUN, line, pod, running
from tests.support.scripted import ScriptedSource
from tui.domain.node import NodeId
from tui.domain.podname import node_id
from tui.screens.workflow import WorkflowScreen
from tui.widgets.graph import GraphView

STEPS = ("api", "web", "job")


def with_logs(*failed: str) -> ScriptedSource:
    """A run of three steps that is over, and what each wrote."""
    source = ScriptedSource(ended(running(*STEPS), *failed))
    for second, name in enumerate(STEPS, 1):
        source.logs[pod(name), "main"] = [line(second, f"of {name}")]
    return source


def log_of(shown: Shown) -> list[str]:
    return words(shown.pane_text)


def go_to(shown: Shown, name: str) -> None:
    assert shown.detail.steps.move_to(NodeId(node_id(RUN, f"{RUN}.{name}")))


async def test_the_marked_steps_are_read_as_one_until_esc_takes_the_marks_back() -> None:
    async with showing(source=with_logs(), size=(80, 24)) as shown:
        await shown.open()
        go_to(shown, "api")
        await shown.press("space")
        assert shown.said == "l reads the logs of marked steps as one"
        await shown.press("j", "space", "l")
        await shown.until(lambda: log_of(shown) == ["api of api", "job of job"])
        await shown.until_shown("2 marked steps")
        assert any("STEP 2 marked" in row for row in shown.rows_of_screen)
        await shown.press("tab", "g", "j")
        await shown.at_rest()
        assert log_of(shown) == ["api of api", "job of job"], "wherever the cursor is"
        await shown.press("slash", *"web", "enter", "escape")
        assert shown.detail.steps.marks and shown.detail.split.sought is None, (
            "what is sought first"
        )
        await shown.press("escape")
        assert not shown.detail.steps.marks and shown.shows(WorkflowScreen)
        go_to(shown, "web")
        await shown.until(lambda: log_of(shown) == ["of web"])
        await shown.press("escape")
        await shown.until(lambda: not shown.shows(WorkflowScreen))


async def test_what_one_does_is_about_the_step_under_the_cursor_all_the_same() -> None:
    async with showing(source=with_logs(), size=(80, 24)) as shown:
        await shown.open()
        go_to(shown, "api")
        await shown.press("space", "space")
        before = shown.detail.subjects("object"), shown.detail.subjects("pod")
        await shown.press("u")
        assert not shown.detail.steps.marks
        assert before == (shown.detail.subjects("object"), shown.detail.subjects("pod"))
        assert len(before[1]) == 1 and before[1][0].target.pod == pod("job")


async def test_the_log_of_what_failed_is_shown_and_not_that_of_what_is_marked() -> None:
    async with showing(source=with_logs("job"), size=(80, 24)) as shown:
        await shown.open()
        go_to(shown, "api")
        await shown.press("space", "space", "L")
        await shown.until(lambda: log_of(shown) == ["of job"])
        assert not shown.detail.steps.marks
        assert shown.said == "nothing is marked any more, so that this log is shown"


async def test_marks_are_those_of_the_graph_and_of_the_timeline_too() -> None:
    async with showing(source=with_logs(), size=(120, 40)) as shown:
        await shown.open()
        go_to(shown, "api")
        await shown.press("space", "2")
        await shown.until(lambda: shown.app.screen.query(GraphView))
        graph = shown.app.screen.query_one(GraphView)
        await shown.until(lambda: graph.has_focus and not graph.is_empty)
        await shown.until_shown("■api")
        graph.go_to(NodeId(node_id(RUN, f"{RUN}.web")))
        await shown.press("space")
        await shown.until(lambda: len(shown.detail.steps.marks) == 2)
        await shown.until_shown("2 marked")
        assert any("2 marked" in row and "GRAPH" in row for row in shown.rows_of_screen)
        await shown.press("3")
        await shown.until_shown("◆web")
        await shown.press("2", "u")
        await shown.until(lambda: not shown.detail.steps.marks)
        await shown.at_rest()
        assert not any("■" in row for row in shown.rows_of_screen)


async def test_what_marks_are_for_is_said_no_longer_than_there_are_marks() -> None:
    async with showing(source=with_logs(), size=(80, 24)) as shown:
        await shown.open()
        go_to(shown, "api")
        for taking_back in ("u", "escape"):
            await shown.press("space")
            assert shown.said == "l reads the logs of marked steps as one"
            await shown.press(taking_back)
            assert not shown.detail.steps.marks and not shown.said


def id_of(name: str) -> NodeId:
    return NodeId(node_id(RUN, f"{RUN}.{name}"))


@pytest.mark.parametrize("key", ["V", "ctrl+@"])
async def test_in_the_graph_a_range_goes_from_the_last_mark_to_the_cursor_as_in_the_tree(
    key: str,
) -> None:
    async with showing(source=with_logs(), size=(120, 40)) as shown:
        await shown.open()
        go_to(shown, "api")
        await shown.press("space", "2")  # marked in the tree
        await shown.until(lambda: shown.app.screen.query(GraphView))
        graph = shown.app.screen.query_one(GraphView)
        await shown.until(lambda: graph.has_focus and not graph.is_empty)
        graph.go_to(id_of("job"))
        await shown.press(key)
        await shown.until(lambda: shown.detail.steps.marks == {*map(id_of, STEPS)})
        await shown.press("u")
        await shown.until(lambda: not shown.detail.steps.marks)
        graph.go_to(id_of("job"))
        await shown.press("space")
        graph.go_to(id_of("web"))
        await shown.press(key)
        two = {id_of("web"), id_of("job")}
        await shown.until(lambda: shown.detail.steps.marks == two)  # from where one marked


async def test_in_the_graph_all_that_has_a_box_is_marked_and_taken_back_again() -> None:
    async with showing(source=with_logs(), size=(120, 40)) as shown:
        await shown.open()
        await shown.press("2")
        await shown.until(lambda: shown.app.screen.query(GraphView))
        graph = shown.app.screen.query_one(GraphView)
        await shown.until(lambda: graph.has_focus and not graph.is_empty)
        await shown.press("u")
        await shown.until_said("nothing is marked; Space marks")
        await shown.press("asterisk")
        await shown.until(lambda: {*map(id_of, STEPS)} <= shown.detail.steps.marks)
        await shown.until_shown("■web")
        await shown.until_said("l reads the logs of marked steps as one")
        await shown.press("asterisk")
        await shown.until(lambda: not shown.detail.steps.marks)
        assert not shown.said


@pytest.mark.parametrize("key", ["V", "ctrl+@"])
async def test_in_the_timeline_a_range_and_all_are_marked_as_in_the_tree(key: str) -> None:
    async with showing(source=with_logs(), size=(120, 40)) as shown:
        await shown.open()
        await shown.press("3")
        go_to(shown, "api")
        await shown.press("space", "j", key)
        assert shown.detail.steps.marks == {*map(id_of, STEPS)}
        await shown.press("u", "asterisk")
        assert {*map(id_of, STEPS)} <= shown.detail.steps.marks
