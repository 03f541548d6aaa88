"""One workflow: its tree, its panes, and what happens to both while it runs."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from msgspec import structs

from tests.support.app import Shown, showing, strips_of
from tests.support.runs import (
    ETL,
    FAILED_ATTEMPT,
    etl_log,
    nightly_etl,
    run,
    step,
    team,
    two_steps,
)
from tests.support.scripted import ScriptedSource
from tests.support.widgets import screen_of
from tui.domain.identity import ObjectKey
from tui.domain.podname import node_id
from tui.domain.workflow import Manifest
from tui.keys import KEYS
from tui.kinds.workflows import WORKFLOWS
from tui.panes import panes_of
from tui.ports.collections import Changed, Sink, WatchEvent
from tui.ports.logs import LogRequest
from tui.ports.metrics import PodUsage
from tui.ports.threads import CancelToken
from tui.screens.list import ListScreen
from tui.screens.workflow import LOOK_BACK, WorkflowScreen

POD = f"{ETL}-transform-{node_id(ETL, f'{ETL}.{FAILED_ATTEMPT}').rpartition('-')[2]}"

LAST = "cannot grow the hash table"
"""Of the log that the failed step wrote."""


def with_log(*manifests: Manifest) -> ScriptedSource:
    """A source that still has the pod which failed."""
    source = ScriptedSource(*manifests)
    source.logs[POD, "main"] = etl_log()
    return source


def front_tab(shown: Shown) -> str:
    """The tab that stands in reverse video on the row of the tabs."""
    row = next(y for y, text in enumerate(shown.rows_of_screen) if " In/Out " in text)
    tabs = [s for s in strips_of(shown.app)[row] if s.style is not None and s.style.reverse]
    assert len(tabs) == 1
    return tabs[0].text.strip()


async def test_it_opens_on_the_first_failed_step_and_says_why_it_failed() -> None:
    async with showing(source=with_log(nightly_etl())) as shown:
        await shown.open()
        node = shown.detail.steps.node
        assert node is not None and node.display_name.startswith("transform(2")
        assert node.is_problem and node.type == "Pod"
        await shown.until_shown(LAST)
        assert shown.detail.pane_tabs.front == "why"
        assert "was killed for taking more memory" in shown.pane_text
        assert shown.detail.steps.has_focus, "the tree keeps the keys"


async def test_one_that_goes_well_opens_with_its_summary() -> None:
    async with showing(two_steps()) as shown:
        await shown.open()
        assert shown.detail.pane_tabs.front == "summary"
        assert "workflow:" in shown.pane_text


async def test_its_summary_tells_the_trend_of_what_the_list_knows_and_asks_nothing_for_it() -> None:
    spec = {"workflowTemplateRef": {"name": "etl"}}
    before = [run(f"e-{n}", "Succeeded", began=90 + n, ended=80 + n, spec=spec) for n in range(3)]
    source = ScriptedSource(*before, run("e-now", "Running", began=4, spec=spec))
    async with showing(source=source) as shown:
        await shown.open("e-now")
        await shown.until(lambda: "last 4 of etl" in shown.pane_text)
        assert "duration:    4m, usually 10m, about 6m to go" in shown.pane_text
        asked = list(source.asked)
        source.put(run("e-bad", "Failed", began=3, ended=2, spec=spec))
        await shown.until(lambda: len(shown.app.lists.of(WORKFLOWS).known) == 5)
        shown.pass_time(LOOK_BACK)
        await shown.until(lambda: "last 5 of etl, 1 failed" in shown.pane_text)
        more = {what for what, _ in source.asked[len(asked) :]}
        assert more <= {"usage"}, "the list tells it"


async def test_the_tree_tells_icons_durations_and_messages_in_order() -> None:
    async with showing(nightly_etl(), size=(200, 40)) as shown:
        await shown.open()
        assert shown.steps[:3] == [ETL, "extract-orders", "extract-users"]
        assert "load" in shown.steps[-1]
        text = shown.text
        for told in ("✔ extract-orders", "18m", "OOMKilled", "omitted: depends"):
            assert told in text


async def test_containers_of_a_container_set_stand_under_their_pod() -> None:
    name = "bundle-q1w2e"
    pod = step(name, "", "Running", type="Pod", children=[])
    inner = [step(name, c, "Running", type="Container") for c in ("fetch", "pack")]
    pod["children"] = [inner[0]["id"]]
    inner[0]["children"] = [inner[1]["id"]]
    async with showing(run(name, "Running", nodes=[pod, *inner])) as shown:
        await shown.open()
        assert shown.steps == [name, "fetch", "pack"]
        assert [row.depth for row in shown.detail.steps.items][:2] == [0, 1]


async def test_steps_appear_and_change_as_the_watch_tells_and_the_cursor_stays() -> None:
    source = ScriptedSource(two_steps())
    async with showing(source=source) as shown:
        await shown.open()
        await shown.press("j")
        source.put(two_steps("Succeeded", "Running", version="2"))
        await shown.until(lambda: "ship" in shown.steps)
        node = shown.detail.steps.node
        assert node is not None and node.display_name == "build" and node.phase == "Succeeded"
        assert shown.pane_text.splitlines()[1].endswith("Succeeded"), "the pane moves too"


async def test_the_pane_waits_for_keys_that_take_long_and_then_shows_the_last_step() -> None:
    async with showing(two_steps("Succeeded", "Running"), size=(120, 40)) as shown:
        await shown.open()
        await shown.press("d", "escape", "g")
        await shown.until(lambda: shown.detail.pane_tabs.front == "summary")
        await shown.until(lambda: "build" not in shown.pane_text.splitlines()[0])
        asked: list[bool] = [True]

        def is_at_keys() -> bool:
            asked.append(asked[0])
            return asked[0]

        before, shown.detail.split.is_at_keys = shown.pane_text, is_at_keys
        await shown.press("j")
        await shown.until(lambda: len(asked) > 3)
        assert shown.pane_text == before, "more keys may move it on"
        asked[0] = False
        await shown.until(lambda: shown.pane_text != before)
        assert "build" in shown.pane_text


async def test_folding_hides_and_unfolding_shows() -> None:
    async with showing(nightly_etl()) as shown:
        await shown.open()
        everything = len(shown.steps)
        shown.detail.steps.move_to_line(0)
        await shown.press("o")
        assert shown.steps == [ETL]
        await shown.press("right")
        assert len(shown.steps) == everything


async def test_folding_a_step_with_none_below_it_says_so() -> None:
    async with showing(nightly_etl()) as shown:
        await shown.open()
        everything = shown.steps
        await shown.press("o")
        assert shown.said == "no steps below transform(2:shard:2)(1); Left goes up"
        assert shown.steps == everything


async def test_enter_on_a_pod_reads_its_log_and_on_a_group_folds_it() -> None:
    async with showing(source=with_log(nightly_etl())) as shown:
        await shown.open()
        await shown.press("enter")
        await shown.until(lambda: shown.detail.pane_tabs.holds_focus)
        assert shown.detail.pane_tabs.front == "logs"
        await shown.press("escape")
        shown.detail.steps.move_to_line(0)
        await shown.press("enter")
        assert shown.steps == [ETL]


@pytest.mark.parametrize("pane", panes_of(WORKFLOWS), ids=lambda pane: pane.id)
async def test_each_pane_has_a_key_that_goes_there_and_back(pane: object) -> None:
    spec = next(p for p in panes_of(WORKFLOWS) if p is pane)
    async with showing(source=with_log(nightly_etl())) as shown:
        await shown.open()
        await shown.press(KEYS[spec.binding_id])
        await shown.until(
            lambda: shown.detail.pane_tabs.front == spec.id and shown.detail.pane_tabs.holds_focus
        )
        assert front_tab(shown) == spec.title
        await shown.press("escape")
        assert shown.detail.steps.has_focus


async def test_e_opens_the_events_from_every_pane() -> None:
    async with showing(source=with_log(nightly_etl())) as shown:
        await shown.open()
        for key in ("d", "i", "y", "l", "a"):
            await shown.press(key)
            await shown.until(lambda: shown.detail.pane_tabs.holds_focus)
            assert shown.app.screen.active_bindings["e"].binding.description == "Events"
            await shown.press("e")
            await shown.until(lambda: shown.detail.pane_tabs.front == "events")


@pytest.mark.parametrize(
    ("key", "step"),
    [("d", ETL), ("y", ETL), ("i", ETL), ("e", ETL), ("a", ETL), ("l", "shard"), ("L", "shard")],
)
async def test_from_the_list_a_summary_or_a_manifest_is_that_of_the_workflow(
    key: str, step: str
) -> None:
    async with showing(source=with_log(nightly_etl())) as shown:
        await shown.press(key)
        await shown.until(lambda: shown.shows(WorkflowScreen) and shown.detail.steps.node)
        assert shown.detail.steps.node is not None
        assert step in shown.detail.steps.node.title


async def test_the_log_of_what_failed_has_a_key_and_goes_on_to_the_next_that_failed() -> None:
    nodes = [
        step("two-1", "", "Failed", type="DAG", children=["a", "ok", "b"]),
        *(step("two-1", name, "Failed") for name in ("a", "b")),
        step("two-1", "ok", "Succeeded"),
    ]
    two = run("two-1", "Failed", ended=1, nodes=nodes)
    async with showing(source=ScriptedSource(two)) as shown:
        await shown.press("L")
        await shown.until(lambda: shown.shows(WorkflowScreen) and shown.detail.steps.node)
        await shown.until(lambda: shown.detail.pane_tabs.holds_focus)
        for name in ("a", "b", "a"):
            assert shown.detail.steps.node is not None
            assert shown.detail.steps.node.display_name == name
            assert shown.detail.pane_tabs.front == "logs"
            await shown.press("L")
        await shown.press("escape", "G", "g", "L")
        assert shown.detail.steps.node is not None
        assert shown.detail.steps.node.display_name == "a"


async def test_in_the_log_of_the_only_step_that_failed_its_key_says_so() -> None:
    nodes = [
        step("one-1", "", "Failed", type="DAG", children=["a"]),
        step("one-1", "a", "Failed"),
    ]
    async with showing(run("one-1", "Failed", ended=1, nodes=nodes)) as shown:
        await shown.press("L")
        await shown.until(lambda: shown.shows(WorkflowScreen) and shown.detail.steps.node)
        await shown.until(lambda: shown.detail.pane_tabs.holds_focus)
        assert not shown.said
        await shown.press("L")
        await shown.until_said("no other step failed")
        assert shown.detail.pane_tabs.front == "logs" and shown.detail.pane_tabs.holds_focus


async def test_where_nothing_failed_its_key_says_so() -> None:
    async with showing(run("well-1", "Succeeded", ended=1)) as shown:
        await shown.press("L")
        await shown.until_said("no step of well-1 failed; l opens a log")
        await shown.open()
        await shown.press("L")
        await shown.until_said("no step failed")


async def test_brackets_turn_through_the_panes_without_leaving_the_tree() -> None:
    async with showing(source=with_log(nightly_etl())) as shown:
        await shown.open()
        seen = [shown.detail.pane_tabs.front]
        for _ in panes_of(WORKFLOWS):
            await shown.press("right_parenthesis")
            seen.append(shown.detail.pane_tabs.front)
            assert shown.detail.steps.has_focus
        assert sorted(seen[1:]) == sorted(p.id for p in panes_of(WORKFLOWS)) and seen[0] == seen[-1]
        await shown.press("left_parenthesis")
        assert shown.detail.pane_tabs.front == seen[-2]


async def test_zoom_shows_one_side_and_escape_unwinds_zoom_then_pane_then_screen() -> None:
    async with showing(source=with_log(nightly_etl())) as shown:
        await shown.open()
        await shown.until_shown(LAST)
        await shown.press("tab", "z")
        assert "extract-users" not in shown.text and LAST in shown.text
        await shown.press("tab")
        assert "extract-users" in shown.text and LAST not in shown.text
        await shown.press("tab", "escape")
        assert "extract-users" in shown.text and LAST in shown.text
        assert shown.detail.pane_tabs.holds_focus
        await shown.press("escape")
        assert shown.detail.steps.has_focus
        await shown.press("escape")
        assert shown.shows(ListScreen)


async def test_side_by_side_where_there_is_room_else_below_each_other() -> None:
    async with showing(source=with_log(nightly_etl()), size=(80, 24)) as shown:
        await shown.open()
        await shown.until_shown(LAST)
        tree, pane = shown.detail.steps.region, shown.detail.pane_tabs.place.region
        assert pane.y >= tree.bottom and pane.width == 80
        await shown.pilot.resize_terminal(140, 40)
        await shown.until(lambda: shown.detail.pane_tabs.place.region.x > 0)
        assert shown.detail.pane_tabs.place.region.x >= shown.detail.steps.region.right


async def test_what_the_cursor_is_on_is_told_as_soon_as_there_is_room() -> None:
    async with showing(source=with_log(nightly_etl()), size=(80, 24)) as shown:
        await shown.open()
        await shown.until_shown(LAST)
        await shown.pilot.resize_terminal(200, 50)
        await shown.until(
            lambda: (
                "exit code" in "".join(screen_of(shown.detail.split.about))
                and shown.detail.split.about.region.x >= shown.detail.steps.region.right
            )
        )


async def test_a_step_is_found_by_its_name() -> None:
    async with showing(nightly_etl()) as shown:
        await shown.open()
        shown.detail.steps.move_to_line(0)
        await shown.press("slash")
        await shown.write("extr")
        await shown.press("enter")
        assert shown.detail.steps.node is not None
        assert shown.detail.steps.node.display_name == "extract-orders"
        assert not shown.detail.find_bar.is_open and not shown.detail.find_bar.display
        await shown.press("n")
        assert shown.detail.steps.node.display_name == "extract-users"
        await shown.press("N")
        assert shown.detail.steps.node.display_name == "extract-orders"
        await shown.press("slash")
        await shown.write("qq")
        await shown.until_said("no step is called like “qq”")


async def test_a_search_for_a_step_that_is_cancelled_leaves_no_line_behind() -> None:
    async with showing(nightly_etl()) as shown:
        await shown.open()
        await shown.press("slash")
        await shown.write("extr")
        assert shown.detail.find_bar.display
        await shown.press("escape")
        await shown.until(lambda: not shown.detail.find_bar.display)
        assert shown.detail.steps.has_focus


async def test_looking_for_a_step_where_there_is_none_says_so() -> None:
    young = two_steps()
    young["status"]["nodes"] = {}
    async with showing(young) as shown:
        await shown.open()
        await shown.press("slash", "e")
        assert shown.said == "no step is called like “e”"
        await shown.press("enter", "n", "N")
        assert shown.said == "no step is called like “e”"


async def test_what_is_odd_about_a_workflow_is_said_when_it_opens() -> None:
    odd = two_steps("Flickering")
    (root, *_) = odd["status"]["nodes"].values()
    root["children"] = ["nobody"]
    async with showing(odd) as shown:
        await shown.open()
        await shown.until_said("has a child nobody that is not there (and 1 more)")
        assert "build" in shown.steps, "all of it is shown all the same"


class ReadOnce(ScriptedSource):
    """A source whose workflow cannot be read again: it takes a while for large ones."""

    def watch_one(
        self, kind: Any, key: ObjectKey, uid: str, sink: Sink[Any], stop: CancelToken
    ) -> None:
        def told(event: WatchEvent[Any]) -> None:
            if isinstance(event, Changed):
                whole = structs.replace(event.row.value, raw=b"")
                event = Changed(event.part, structs.replace(event.row, value=whole))
            sink(event)

        super().watch_one(kind, key, uid, told, stop)


async def test_what_was_read_to_its_end_is_not_read_again_to_see_what_is_odd() -> None:
    odd = two_steps()
    (root, *_) = odd["status"]["nodes"].values()
    root["children"] = ["nobody"]
    async with showing(source=ReadOnce(odd)) as shown:
        await shown.open()
        await shown.until_said("has a child nobody that is not there")


async def test_what_has_the_wrong_shape_is_said_too() -> None:
    odd = two_steps()
    odd["spec"] = "echo hello"
    async with showing(odd) as shown:
        await shown.open()
        await shown.until_said("spec is text where a map belongs: it is left out")


async def test_metrics_add_two_columns_and_no_metrics_take_nothing_away() -> None:
    source = ScriptedSource(two_steps())
    pod = f"deploy-api-k3v9s-build-{node_id('deploy-api-k3v9s', 'deploy-api-k3v9s.build')}"
    pod = pod.replace("build-deploy-api-k3v9s", "build")
    async with showing(source=source, size=(200, 30)) as shown:
        await shown.open()
        assert "CPU" not in shown.text.split("▏")[0], "no column; the summary says why"
    source.usage_of["deploy-api-k3v9s"] = {pod: PodUsage(250, 96 << 20)}
    async with showing(source=source, size=(200, 30)) as shown:
        await shown.open()
        await shown.until_shown("CPU")
        await shown.until_shown("0.25")


async def test_a_workflow_without_a_tree_says_why() -> None:
    unseen = run("brand-new-1", "", began=None)
    kept = run("huge-1", "Running", offloadNodeStatusVersion="fnv:1")
    why = "invalid spec: templates.main.steps[0] template name 'biuld' undefined, as is the end"
    wrong = run("wrong-1", "Failed", message=why, ended=1)
    async with showing(unseen, kept, wrong, size=(80, 24)) as shown:
        await shown.open("wrong-1")
        assert "no steps: invalid spec: templates.main" in shown.text
        assert "no steps yet" not in shown.text
        await shown.at_rest()
        await shown.until_shown("it cannot run at all: invalid spec: templates.main.steps")
        assert shown.text.count("the end") == 2, "in the tree and in the summary"
        await shown.press("escape")
        await shown.open("brand-new-1")
        assert "no controller has seen it yet" in shown.text
        await shown.press("escape")
        await shown.open("huge-1")
        assert "only Argo Server can show them" in shown.text


async def test_what_was_said_of_one_pane_does_not_stand_under_the_next() -> None:
    async with showing(source=with_log(nightly_etl())) as shown:
        await shown.open()
        await shown.press("c")
        assert "sent" in shown.said
        await shown.press("right_parenthesis")
        await shown.until(lambda: not shown.said)
        shown.app.say("Retry: the cluster is busy", "error")
        await shown.press("right_parenthesis", "y")
        assert shown.said == "Retry: the cluster is busy", "but an error does"
        for _ in range(60):
            shown.app._tick()
        assert not shown.said


async def test_leaving_ends_the_watch_and_the_log() -> None:
    source = with_log(nightly_etl())
    async with showing(source=source) as shown:
        await shown.open()
        await shown.until(lambda: any(what == "log" for what, _ in source.asked))
        await shown.press("escape")
        await shown.until(lambda: not source._details)
        assert all(
            isinstance(about, LogRequest) and about.pod == POD
            for what, about in source.asked
            if what == "log"
        )


async def test_the_name_that_is_copied_is_the_pods() -> None:
    async with showing(source=with_log(nightly_etl())) as shown:
        await shown.open()
        await shown.press("c")
        assert POD[:20] in shown.said and "sent" in shown.said


async def test_a_list_of_namesakes_opens_the_one_that_is_meant() -> None:
    twins = [run("same", "Running"), run("same", "Failed", namespace="ml", ended=1)]
    twins[1]["metadata"]["uid"] = "uid-other"
    async with showing(*twins) as shown:
        await shown.press("0")
        await shown.until(lambda: len(shown.names) == 2)
        wanted = next(i for i, w in enumerate(shown.rows.items) if w.key.namespace == "ml")
        shown.rows.move_to_line(wanted)
        await shown.press("enter")
        await shown.until(lambda: shown.shows(WorkflowScreen) and shown.detail.workflow)
        assert shown.detail.key.namespace == "ml" and "Failed" in shown.rows_of_screen[0]


async def test_running_durations_tick_with_the_clock_and_finished_ones_do_not() -> None:
    async with showing(two_steps("Succeeded", "Running"), *team()) as shown:
        await shown.open("deploy-api-k3v9s")
        later = shown.app.context.now() + timedelta(minutes=5)
        shown.app.context.settings = replace(shown.app.context.settings, fixed_now=later)
        shown.app._tick()
        await shown.until(lambda: "7m" in shown.rows_of_screen[0])
        row = next(line for line in shown.rows_of_screen if "ship" in line)
        assert "6m" in row


async def test_a_pane_asked_for_in_the_list_takes_the_keys() -> None:
    async with showing(nightly_etl()) as shown:
        await shown.press("a")
        await shown.until(lambda: shown.shows(WorkflowScreen))
        screen = shown.app.screen
        assert isinstance(screen, WorkflowScreen)
        await shown.until(
            lambda: screen.pane_tabs.front == "artifacts" and screen.pane_tabs.holds_focus
        )
        await shown.press("escape")
        await shown.until(lambda: screen.steps.has_focus)


async def test_keys_move_the_border_and_scroll_the_other_side() -> None:
    async with showing(source=with_log(nightly_etl()), size=(140, 40)) as shown:
        await shown.open()
        before = shown.detail.split.tree_side.size.width
        await shown.press("plus")
        await shown.until(lambda: shown.detail.split.tree_side.size.width > before)
        await shown.press("tab", "plus", "plus")
        await shown.until(lambda: shown.detail.split.tree_side.size.width < before)
        await shown.press("underscore")
        await shown.until(lambda: shown.detail.split.tree_side.size.width >= before)
        step = shown.detail.steps.cursor
        await shown.press("K")
        assert shown.detail.steps.cursor == step - 1 and shown.detail.pane_tabs.holds_focus
        await shown.press("J")
        assert shown.detail.steps.cursor == step
