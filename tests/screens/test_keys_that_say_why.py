"""A key that can do nothing here says so in one line, instead of nothing."""

from __future__ import annotations

import pytest

from tests.support.app import showing
from tests.support.runs import nightly_etl, run, step, team
from tests.support.scripted import ScriptedSource
from tui.domain.workflow import Manifest
from tui.errors import Unreachable
from tui.kinds.registry import KINDS
from tui.screens.list import ListScreen
from tui.screens.object import ObjectScreen

NIGHTLY: Manifest = {
    "kind": "CronWorkflow",
    "metadata": {"name": "nightly", "namespace": "argo", "uid": "u1", "resourceVersion": "1"},
    "spec": {"schedules": ["0 7 * * *"]},
}


@pytest.mark.parametrize("key", ["l", "a", "d", "y", "r", "R", "s", "X", "T", "D", "c"])
async def test_where_nothing_matches_the_filter_a_key_says_how_to_get_out_of_it(key: str) -> None:
    async with showing(*team()) as shown:
        await shown.press("slash", *"nowhere", "enter", key)
        assert shown.said == "no workflow here: Esc clears the filter"


async def test_in_an_empty_list_there_is_nothing_to_open_or_to_mark() -> None:
    async with showing(*team()) as shown:
        await shown.press("slash", *"nowhere", "enter", "enter")
        assert shown.said == "nothing here to open"
        for key in ("space", "V", "u"):
            await shown.press(key)
            assert shown.said == "nothing here to mark"


async def test_enter_on_a_filter_that_is_none_says_what_there_is_and_what_is_shown() -> None:
    async with showing(*team()) as shown:
        await shown.press("slash", *"ingest:x", "enter")
        assert shown.said.startswith("there is no field ingest (there are name, phase, ns, in, ")
        assert shown.said.endswith("; shown is what matches ingest")
        assert all("ingest" in name for name in shown.names)
        await shown.press("escape", "slash", '"', "enter")
        assert shown.said == "this quote is not closed"


async def test_taking_marks_back_where_there_are_none_says_how_to_make_them() -> None:
    async with showing(*team()) as shown:
        await shown.press("u")
        assert shown.said == "nothing is marked; Space marks"
        await shown.press("space", "u")
        assert not shown.rows.marks


@pytest.mark.parametrize(
    ("key", "said"),
    [
        ("u", "nothing is marked; Space marks"),
        ("n", "nothing to look for yet: / and the name of a step"),
        ("N", "nothing to look for yet: / and the name of a step"),
        ("O", "no step has steps below it"),
        ("H", "no step was skipped, omitted or memoized"),
        ("}", "no step failed"),
        ("{", "no step failed"),
    ],
)
async def test_a_key_of_the_tree_says_why_it_does_nothing(key: str, said: str) -> None:
    flat = [step("flat-1", "", "Succeeded", type="DAG"), step("flat-1", "a", "Succeeded")]
    async with showing(run("flat-1", "Succeeded", ended=1, nodes=flat)) as shown:
        await shown.open()
        await shown.press(key)
        assert shown.said == said


async def test_where_they_do_something_they_say_nothing() -> None:
    async with showing(nightly_etl()) as shown:
        await shown.open()
        as_it_opens = shown.steps
        await shown.press("O")
        everything = shown.steps
        assert len(everything) > len(as_it_opens), "the items of a loop that were folded away"
        await shown.press("O")
        assert len(shown.steps) < len(as_it_opens)
        await shown.press("O", "}")
        assert shown.steps == everything and not shown.said


@pytest.mark.parametrize(
    ("pane", "key", "said"),
    [
        ("a", "f", "no artifact here"),
        ("a", "c", "no artifact here"),
        ("a", "J", "nothing to scroll: Enter shows what is in an artifact"),
        ("a", "enter", "nothing here to open"),
        ("l", "p", "no pod belongs to this step, so there are no attempts"),
        ("l", "A", "no pod belongs to this step, so there are no containers"),
        ("l", "n", "nothing to look for yet: / searches"),
        ("l", "}", "no line of this tells of an error"),
        ("d", "n", "nothing to look for yet: / searches"),
    ],
)
async def test_a_key_of_a_pane_says_why_it_does_nothing(pane: str, key: str, said: str) -> None:
    async with showing(run("waits-1", "Pending", "", message="Waiting for a lock")) as shown:
        await shown.open()
        await shown.press(pane)
        await shown.press(key)
        await shown.until(lambda: said in shown.text)


async def test_a_key_that_means_nothing_says_so_on_every_screen_and_in_every_box() -> None:
    async with showing(source=ScriptedSource(nightly_etl(), *team())) as shown:
        await shown.press("%")
        await shown.until_said("%: nothing here, ? for keys")
        await shown.press("f5")
        await shown.until_said("f5: nothing here, ? for keys")
        assert len(shown.app.views._notices) == 0, "help does not repeat it"
        for box in ("question_mark", "S", "D", "q"):
            await shown.press(box, "%")
            await shown.until_said("%: nothing here")
            await shown.press("escape", "escape")
        await shown.open()
        for key, said in (("%", "%"), ("ctrl+g", "ctrl-g"), ("é", "é")):
            await shown.press(key)
            await shown.until_said(f"{said}: nothing here, ? for keys")
        await shown.press("y")
        await shown.until(lambda: shown.detail.pane_tabs.holds_focus)
        await shown.press("o", "é")
        await shown.until_said("é: nothing here, ? for keys")


async def test_a_key_that_does_something_or_is_typed_says_nothing() -> None:
    async with showing(source=ScriptedSource(nightly_etl(), *team())) as shown:
        for key in ("j", "space", "w", "escape", "slash", "x", "escape", "question_mark", "j", "q"):
            await shown.press(key)
            assert "nothing here" not in shown.said, key


async def test_where_nothing_can_be_shown_a_key_that_means_nothing_says_so_too() -> None:
    def fail(demo: bool) -> ScriptedSource:
        raise Unreachable("no route to the cluster")

    async with showing(connect=fail) as shown:
        await shown.until_shown("no route")
        await shown.press("%")
        await shown.until_shown("%: nothing here, ? for keys")


async def test_a_key_of_another_kind_says_what_this_kind_does_not_have() -> None:
    async with showing(source=ScriptedSource(nightly_etl(), NIGHTLY)) as shown:
        shown.app.show_kind(KINDS["cron"])
        await shown.until(lambda: shown.app.views.listed_kind == "cron")
        view = shown.app.screen
        assert isinstance(view, ListScreen)
        await shown.until(lambda: len(view.rows.items))
        for key, said in (
            ("l", "l: a cron workflow has no Logs, ? for keys"),
            ("r", "r: Retry: not of cron workflows, ? for keys"),
            ("%", "%: nothing here, ? for keys"),
        ):
            await shown.press(key)
            await shown.until_said(said)
        await shown.press("enter")
        await shown.until(lambda: shown.shows(ObjectScreen))
        for key, said in (
            ("a", "a: a cron workflow has no Artifacts"),
            ("z", "z: the panes have all the room"),
        ):
            await shown.press(key)
            await shown.until_said(said)


async def test_marks_of_steps_are_taken_back_from_a_pane_too() -> None:
    async with showing(nightly_etl()) as shown:
        await shown.open()
        await shown.press("g", "space", "y")
        await shown.until(lambda: shown.detail.pane_tabs.holds_focus)
        assert shown.detail.steps.marks
        await shown.press("u")
        await shown.until(lambda: not shown.detail.steps.marks)
        await shown.press("u")
        await shown.until_said("nothing is marked; Space marks")


async def test_in_the_graph_long_names_are_whole_and_what_sorts_the_tree_says_so() -> None:
    long = "a-step-with-a-name-that-no-box-has-room-for"
    nodes = [step("one", "", "Running", type="DAG", children=[long])]
    nodes.append(step("one", long, "Running", began=1))
    async with showing(run("one", "Running", nodes=nodes), size=(120, 30)) as shown:
        await shown.open()
        await shown.press("2")
        await shown.until(lambda: shown.app.screen.query("GraphView"))
        await shown.until_shown("a-step-wit")
        await shown.at_rest()

        def boxes() -> str:
            return "\n".join(row for row in shown.rows_of_screen if "│" in row)

        assert long not in boxes()
        await shown.press("w")
        await shown.until(lambda: long in boxes())
        await shown.until_said("names are whole")
        await shown.press("w")
        await shown.until(lambda: long not in boxes())
        await shown.press("S")
        await shown.until_said(
            "a graph has the order of its lines; 1 shows the tree, where S sorts"
        )
