"""`2` shows the steps as a graph; the pane follows its cursor, and all keys mean what they do."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any

import pytest

from tests.conftest import Picture
from tests.support.app import STILL, Shown, showing
from tests.support.runs import ETL, FAILED_ATTEMPT, nightly_etl, run, step
from tests.support.scripted import ScriptedSource
from tui.domain.graph import ITEMS
from tui.domain.workflow import Manifest
from tui.screens.split_view import SplitView
from tui.widgets.graph import GraphView

GOES_ON = "release-9k2m4"
SPEC: dict[str, Any] = {
    "entrypoint": "main",
    "onExit": "notify",
    "templates": [
        {
            "name": "main",
            "dag": {
                "tasks": [
                    {"name": "build", "template": "work"},
                    {"name": "lint", "template": "work"},
                    {"name": "test", "template": "work", "depends": "build",
                     "withItems": list(range(50))},
                    {"name": "package", "template": "flow", "depends": "test && lint"},
                    {"name": "publish", "template": "work", "depends": "package",
                     "when": "{{inputs.parameters.env}} == prod"},
                ]
            },
        },
        {"name": "flow", "steps": [[{"name": "sign", "template": "work"},
                                    {"name": "scan", "template": "work"}],
                                   [{"name": "upload", "template": "work"}]]},
        {"name": "work", "container": {"image": "alpine"}},
        {"name": "notify", "container": {"image": "alpine"}},
    ],
}  # fmt: skip


def goes_on() -> Manifest:
    """A run in the middle: a loop of fifty items, and more still to come."""

    def node(name: str, phase: str, **more: Any) -> dict[str, Any]:
        return step(GOES_ON, name, phase, **more)

    items = [f"test({n}:{n})" for n in range(50)]
    phases = {7: "Failed", 20: "Running", 21: "Running"}
    return run(
        GOES_ON,
        "Running",
        spec=SPEC,
        began=30,
        nodes=[
            node("", "Running", type="DAG", began=30, children=["build", "lint"]),
            node("build", "Succeeded", began=30, ended=25, children=["test"], template="work"),
            node("lint", "Running", began=30, template="work"),
            node("test", "Running", type="TaskGroup", began=25, children=items, template="work"),
            *(
                node(item, phases.get(n, "Succeeded" if n < 20 else "Pending"), began=25,
                     ended=10 if phases.get(n, "Succeeded" if n < 20 else "") in
                     ("Failed", "Succeeded") else None, template="work")
                for n, item in enumerate(items)
            ),
        ],
    )  # fmt: skip


def graph_of(shown: Shown) -> GraphView:
    return shown.app.screen.query_one(GraphView)


def split_of(shown: Shown) -> SplitView:
    return shown.app.screen.query_one(SplitView)


def on(shown: Shown) -> str:
    box = graph_of(shown).current
    return box.label if box is not None else ""


def names(shown: Shown) -> list[str]:
    return [box.label for box in graph_of(shown).model.graph.boxes.values()]


async def opened(shown: Shown, name: str = ETL) -> None:
    await shown.open(name)
    await shown.until(lambda: shown.detail.steps.node is not None)
    await shown.press("2")
    await shown.until(lambda: split_of(shown).is_graph and graph_of(shown).has_focus)
    await shown.at_rest()


def _has_files(shown: Shown, is_there: bool) -> bool:
    return ("◇" in shown.text) is is_there


async def test_it_has_all_the_room_and_begins_on_the_step_of_the_tree() -> None:
    async with showing(nightly_etl(), size=(100, 30)) as shown:
        await opened(shown)
        assert split_of(shown).is_zoomed
        assert on(shown) == FAILED_ATTEMPT.removesuffix("(1)")
        assert "━ GRAPH ━" in shown.rows_of_screen[1] and "critical:" in shown.rows_of_screen[1]
        await shown.press("2")
        assert split_of(shown).is_graph
        await shown.press("1")
        await shown.until(lambda: not split_of(shown).is_graph)
        await shown.until(lambda: shown.detail.steps.has_focus)
        assert not split_of(shown).is_zoomed and "STEP" in shown.text


async def test_the_tree_and_the_timeline_go_where_the_graph_went() -> None:
    async with showing(nightly_etl(), size=(100, 30)) as shown:
        await opened(shown)
        await shown.press("left")
        await shown.until(lambda: on(shown).startswith("extract"))
        where = on(shown)
        await shown.press("3")
        await shown.until(lambda: shown.detail.steps.is_timeline and shown.detail.steps.has_focus)
        assert shown.detail.steps.node is not None and shown.detail.steps.node.title == where
        await shown.press("2")
        await shown.until(lambda: split_of(shown).is_graph)
        assert on(shown) == where


async def test_the_pane_follows_the_cursor_and_enter_reads_a_log() -> None:
    async with showing(nightly_etl(), size=(200, 50)) as shown:
        await opened(shown)
        assert not split_of(shown).is_zoomed, "a wide screen has room for both"
        await shown.press("d")
        await shown.press("tab")
        await shown.until(lambda: graph_of(shown).has_focus)
        await shown.press("left")
        where = on(shown)
        await shown.until(lambda: where in shown.pane_text)
        await shown.press("enter")
        await shown.until(lambda: shown.detail.pane_tabs.front == "logs")
        assert shown.detail.pane_tabs.holds_focus and split_of(shown).is_graph
        await shown.press("escape")
        await shown.until(lambda: graph_of(shown).has_focus)


async def test_enter_and_o_open_a_loop() -> None:
    async with showing(goes_on(), size=(120, 40)) as shown:
        await opened(shown, GOES_ON)
        assert on(shown) == "test(7:7)", "what failed is beside its fellows"
        await shown.press("up")
        box = graph_of(shown).current
        assert box is not None and box.label == "test" and box.has == ITEMS and box.total == 50
        await shown.press("enter")
        await shown.until(lambda: on(shown).startswith("test("))
        assert "test(6:6)" in shown.text or "test(0:0)" in shown.text
        await shown.press("o")
        await shown.until(lambda: on(shown) == "test")


async def test_what_is_to_come_is_there_and_has_no_step() -> None:
    async with showing(goes_on(), size=(160, 40)) as shown:
        await opened(shown, GOES_ON)
        for word in ("package", "sign", "scan", "upload", "release-9k2m4.on"):
            assert word[:12] in "\n".join(graph_of(shown).table_lines(everything=True))
        await shown.press("G")
        assert on(shown) == "publish" and split_of(shown).node is None
        assert "still to come, if {{inputs.parameters.env}} == prod" in shown.text
        await shown.press("enter")
        await shown.until_said("nothing here to open")
        await shown.press("$")
        await shown.until_said("the cursor is on no step")


async def test_a_step_that_begins_is_the_same_box() -> None:
    source = ScriptedSource(goes_on())
    async with showing(source=source, size=(160, 40)) as shown:
        await opened(shown, GOES_ON)
        before = graph_of(shown).model.layout
        later = goes_on()
        later["metadata"]["resourceVersion"] = "9"
        package = step(GOES_ON, "package", "Running", type="Steps", began=1, template="flow")
        later["status"]["nodes"][package["id"]] = package
        for node in later["status"]["nodes"].values():
            if node["displayName"].startswith(("lint", "test(")):
                node["children"] = [package["id"]]
        source.put(later)
        await shown.until(lambda: package["id"] in graph_of(shown).model.graph.place)
        await shown.until(lambda: not graph_of(shown).model.graph.boxes[package["id"]].is_coming)
        assert graph_of(shown).model.layout.boxes == before.boxes


async def test_plus_tells_more_and_underscore_less() -> None:
    async with showing(nightly_etl(), size=(100, 30)) as shown:
        await opened(shown)
        usual = shown.text
        await shown.press("plus")
        await shown.until(lambda: shown.text != usual)
        assert shown.text.count("No more retries left") == 2, "in its box, and below"
        await shown.press("underscore", "underscore", "underscore")
        await shown.until(lambda: "[✔]" in shown.text or "{✔}" in shown.text)


async def test_help_has_its_keys_and_its_signs() -> None:
    async with showing(nightly_etl(), size=(120, 60)) as shown:
        await opened(shown)
        await shown.press("?", "/")
        await shown.write("edge")
        await shown.until_shown("Back along an edge")
        await shown.press("enter", "escape", "?", "/")
        await shown.write("graph")
        await shown.until_shown("on the critical path")


async def test_the_heading_counts_each_step_once() -> None:
    async with showing(goes_on(), size=(160, 40)) as shown:
        await opened(shown, GOES_ON)
        # Fifty items, build, lint, sign, scan, upload, publish and the handler.
        assert "57 steps" in shown.rows_of_screen[1]


@pytest.mark.parametrize("typed", ["graph", "timeline", "tree"])
async def test_each_form_has_a_command(typed: str) -> None:
    async with showing(nightly_etl(), size=(100, 30)) as shown:
        await opened(shown)
        await shown.press("tab")  # to the pane, where digits may mean something else
        await shown.press(":")
        await shown.write(typed)
        await shown.press("enter")
        is_so: dict[str, Callable[[], bool]] = {
            "graph": lambda: split_of(shown).is_graph,
            "timeline": lambda: shown.detail.steps.is_timeline and not split_of(shown).is_graph,
            "tree": lambda: not shown.detail.steps.is_timeline and not split_of(shown).is_graph,
        }
        await shown.until(is_so[typed])


async def test_artifacts_come_and_go_by_command() -> None:
    async with showing(nightly_etl(), size=(120, 40)) as shown:
        await opened(shown)
        assert "◇" not in shown.text
        for is_there in (True, False):
            await shown.press(":")
            await shown.write("graph-artifacts")
            await shown.press("enter")
            await shown.until(partial(_has_files, shown, is_there))


async def test_finding_and_problems_move_in_the_graph() -> None:
    async with showing(nightly_etl(), size=(100, 30)) as shown:
        await opened(shown)
        await shown.press("/")
        await shown.write("users")
        await shown.until(lambda: on(shown) == "extract-users")
        await shown.press("enter")
        await shown.until(lambda: graph_of(shown).has_focus)
        await shown.press("}")
        await shown.until(lambda: on(shown).startswith("transform(2"))
        await shown.press("L")
        await shown.until(lambda: shown.detail.pane_tabs.front == "logs")
        assert split_of(shown).is_graph


async def test_problems_alone_are_shown_with_what_they_are_part_of() -> None:
    async with showing(goes_on(), size=(120, 40)) as shown:
        await opened(shown, GOES_ON)
        assert "build" in shown.text
        await shown.press("!")
        await shown.until(lambda: "build" not in shown.text)
        assert on(shown) == "test(7:7)" and "problems only: 1" in shown.rows_of_screen[1]
        assert names(shown) == [GOES_ON, "test(7:7)"]
        await shown.press("1")
        await shown.until(lambda: shown.detail.steps.has_focus)
        assert shown.detail.steps.sought is not None, "the tree shows the same ones"
        await shown.press("2")
        await shown.until(lambda: split_of(shown).is_graph and graph_of(shown).has_focus)
        await shown.press("!")
        await shown.until(lambda: "build" in shown.text)


async def test_of_a_run_in_which_nothing_failed_everything_stays() -> None:
    source = run("calm-1", "Succeeded", spec={}, nodes=[step("calm-1", "", "Succeeded")])
    async with showing(source, size=(100, 30)) as shown:
        await opened(shown, "calm-1")
        await shown.press("!")
        await shown.until_said("no step failed")
        assert graph_of(shown).model.graph.boxes


async def test_the_filter_leaves_what_matches_with_what_it_is_part_of() -> None:
    async with showing(goes_on(), size=(120, 40)) as shown:
        await opened(shown, GOES_ON)
        await shown.press("/")
        await shown.write("publ")
        await shown.until(lambda: on(shown) == "publish")
        assert "build" not in names(shown), "steps still to come are found, too"
        await shown.press("enter")
        await shown.until(lambda: graph_of(shown).has_focus)
        assert "like publ: 1" in shown.rows_of_screen[1]
        await shown.press("escape", "escape")  # all the room, then the filter
        await shown.until(lambda: "build" in names(shown))
        assert on(shown) == "publish"
        await shown.press("/")
        await shown.write("phase=Failed")
        await shown.until(lambda: on(shown) == "test(7:7)")
        await shown.press("escape")
        await shown.until(lambda: "build" in names(shown))
        await shown.press("/")
        await shown.write("no-such-step")
        await shown.until_said("no step is called like “no-such-step”")
        assert "build" in names(shown)


async def test_what_half_a_word_did_not_find_is_no_complaint_of_the_whole() -> None:
    async with showing(goes_on(), size=(120, 40)) as shown:
        await opened(shown, GOES_ON)
        await shown.press("/")
        await shown.write("phase=Faile")
        await shown.until_said("no step is with “phase=faile”")
        await shown.write("d")
        await shown.until(lambda: on(shown) == "test(7:7)")
        await shown.until(lambda: "no step is" not in shown.text)


async def test_F_keeps_the_cursor_at_what_runs() -> None:
    async with showing(goes_on(), size=(120, 40)) as shown:
        await opened(shown, GOES_ON)
        await shown.press("F")
        await shown.until_said("the cursor stays at what runs")
        box = graph_of(shown).current
        assert box is not None and box.phase == "Running"
        await shown.until(lambda: "at what runs" in shown.rows_of_screen[1])
        await shown.press("F")
        await shown.until_said("the cursor stays where it is")


async def test_hiding_what_was_omitted() -> None:
    async with showing(nightly_etl(), size=(100, 30)) as shown:
        await opened(shown)
        assert "omitted" in shown.text
        await shown.press("H")
        await shown.until(lambda: "omitted" not in shown.text)


async def test_it_is_written_to_a_file_whole() -> None:
    async with showing(goes_on(), size=(80, 24)) as shown:
        await opened(shown, GOES_ON)
        text = shown.app.terminal.text_to_read(everything=True)
        assert text is not None and text.file_name == f"{GOES_ON}-steps.txt"
        whole = "\n".join(filter(None, text.lines))
        assert "publish" in whole and "build" in whole and "─▸" in whole


async def test_a_run_without_steps_says_why() -> None:
    async with showing(run("fresh-1", "", spec={}), size=(80, 24)) as shown:
        await shown.open("fresh-1")
        await shown.press("2")
        await shown.until(lambda: split_of(shown).is_graph)
        await shown.until(lambda: "GRAPH" in shown.text)
        await shown.press("enter", "o", "right")
        await shown.press("1")
        await shown.until(lambda: not split_of(shown).is_graph)


SIZES = [(80, 24), (120, 40), (200, 60)]


@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
@pytest.mark.parametrize("name", [ETL, GOES_ON])
async def test_a_graph(size: tuple[int, int], name: str, picture: Picture) -> None:
    async with showing(nightly_etl(), goes_on(), size=size) as shown:
        await opened(shown, name)
        assert picture(shown.app)


@pytest.mark.parametrize("name", [ETL, GOES_ON])
async def test_a_graph_in_ascii(name: str, picture: Picture) -> None:
    async with showing(
        nightly_etl(), goes_on(), settings=replace(STILL, ascii=True), size=(120, 40)
    ) as shown:
        await opened(shown, name)
        assert picture(shown.app)


async def test_a_graph_with_artifacts(picture: Picture) -> None:
    async with showing(nightly_etl(), size=(120, 40)) as shown:
        await opened(shown)
        split_of(shown).toggle_artifacts()
        await shown.at_rest()
        assert picture(shown.app)
