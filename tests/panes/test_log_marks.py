"""Steps that are marked: their logs are read as one, wherever the cursor is."""

from __future__ import annotations

import pytest

from tests.panes.test_log_run import ended, words
from tests.support.logs_pane import Written, head, line, new, pod, running
from tests.support.panes import bench
from tests.support.runs import run, step
from tests.support.scripted import ScriptedSource
from tui.domain import decode
from tui.domain.logtargets import begun_pods, best_pod, count_of_begun, keep_begun, pods_within
from tui.domain.node import NodeId
from tui.domain.workflow import Manifest, Workflow
from tui.panes.log_choice import LogChoice
from tui.widgets.table import Table


def groups() -> Manifest:
    """Two groups with two steps each, a loop of three, and a step of its own."""
    name = "deep-1"
    items = [f"item({n}:{n})" for n in range(3)]
    return run(
        name,
        "Succeeded",
        ended=1,
        nodes=[
            step(name, "", "Succeeded", type="DAG", children=["a", "b", "alone", *items]),
            step(name, "a", "Succeeded", type="DAG", children=["a.x", "a.y"]),
            step(name, "a.x", "Succeeded", inside="a"),
            step(name, "a.y", "Succeeded", inside="a"),
            step(name, "b", "Succeeded", type="DAG", children=["b.x"]),
            step(name, "b.x", "Failed", inside="b"),
            step(name, "alone", "Succeeded"),
            *(step(name, item, "Succeeded") for item in items),
        ],
    )


def ids(workflow: Workflow, *names: str) -> frozenset[NodeId]:
    """The ids of the nodes with these full names, without that of the workflow."""
    whole = workflow.metadata.name
    known = {node.name.removeprefix(f"{whole}."): key for key, node in workflow.nodes.items()}
    return frozenset(known[name] for name in names)


def called(workflow: Workflow, within: frozenset[NodeId]) -> list[str]:
    """The full names of the pods inside these, without that of the workflow."""
    whole = workflow.metadata.name
    return [node.name.removeprefix(f"{whole}.") for node in pods_within(workflow, within)]


def test_of_several_steps_it_is_all_that_is_inside_in_their_order_and_no_pod_twice() -> None:
    workflow = decode.from_manifest(groups())
    assert called(workflow, ids(workflow, "alone", "a")) == ["a.x", "a.y", "alone"]
    assert called(workflow, ids(workflow, "a", "a.y", "a.x")) == ["a.x", "a.y"]
    assert called(workflow, ids(workflow, "a.y") | {NodeId("gone")}) == ["a.y"]
    root = NodeId(workflow.metadata.name)
    assert len(called(workflow, frozenset({root, *ids(workflow, "a.x")}))) == 7
    within = ids(workflow, "a", "b")
    assert count_of_begun(workflow, within) == 3
    best = best_pod(workflow, within)
    assert best is not None and best.name.endswith(".b.x"), "what failed tells most"


def test_what_stands_for_a_loop_counts_with_its_items() -> None:
    workflow = decode.from_manifest(groups())
    loop = NodeId(f"{workflow.metadata.name}\nitem")
    assert called(workflow, frozenset({loop})) == ["item(0:0)", "item(1:1)", "item(2:2)"]
    assert list(begun_pods(workflow, loop)) == list(begun_pods(workflow, frozenset({loop})))


def test_a_version_in_which_no_more_have_begun_has_the_same_answer() -> None:
    before, after = decode.from_manifest(groups()), decode.from_manifest(groups())
    within = ids(before, "a", "alone")
    begun = begun_pods(before, within)
    keep_begun(after, before, within)
    assert begun_pods(after, within) is begun


def test_the_choice_is_of_what_is_marked_wherever_the_cursor_is() -> None:
    workflow = decode.from_manifest(groups())
    nodes = workflow.nodes
    alone, other = (nodes[next(iter(ids(workflow, name)))] for name in ("alone", "a.x"))
    two = ids(workflow, "a", "alone")
    choice = LogChoice("v2")
    assert choice.go_to(workflow, other) and choice.scope is None
    assert choice.go_to(workflow, other, two)
    assert choice.scope == choice.within == two and choice.group_called == "2 marked steps"
    assert not choice.go_to(workflow, alone, two), "the cursor moved, the marks did not"
    assert choice.go_to(workflow, other, frozenset({alone.id}))
    assert choice.scope is None and choice.is_marked, "one step reads as it does by itself"
    assert choice.target is not None and choice.target.node is alone
    assert choice.go_to(workflow, other)
    assert choice.target.node is other and not choice.is_marked


@pytest.mark.parametrize("name", ["a", "b"])
def test_a_group_that_alone_is_marked_reads_as_the_group(name: str) -> None:
    workflow = decode.from_manifest(groups())
    (key,) = ids(workflow, name)
    choice = LogChoice("v2")
    choice.go_to(workflow, None, frozenset({key}))
    assert choice.scope == choice.within == key and choice.group_called == name


async def test_two_of_three_are_merged_until_the_marks_are_taken_back() -> None:
    source = ScriptedSource()
    for second, name in enumerate(("api", "web", "job"), 1):
        source.logs[pod(name), "main"] = [line(second, "one"), line(second + 5, "two")]
    manifest = ended(running("api", "web", "job"))
    workflow = decode.from_manifest(manifest)
    async with bench(new, source) as on:
        on.app.show(manifest, "web")
        await on.until(lambda: on.app.text == "one\ntwo")
        on.pane.show_marked(ids(workflow, "api", "job"))
        on.app.show(manifest, "web")
        await on.until(lambda: len(on.app.text.splitlines()) == 4)
        assert words(on.app.text) == ["api one", "job one", "api two", "job two"]
        assert "2 marked steps 2 logs by time" in head(on)
        assert on.pane.file_name.endswith("-2-marked-steps.log")
        await on.pilot.press("A")
        await on.pilot.pause()
        rows = on.app.screen.query_one(Table).items
        assert [row.name for row in rows if row.kind == "step"] == ["api", "job"]
        await on.pilot.press("escape")
        on.pane.show_marked(frozenset())
        on.app.show(manifest, "web")
        await on.until(lambda: on.app.text == "one\ntwo")
        assert "web" in head(on) and "marked" not in head(on)


async def test_of_one_that_is_marked_it_says_so_since_the_cursor_may_be_elsewhere() -> None:
    manifest = groups()
    workflow = decode.from_manifest(manifest)
    async with bench(new, ScriptedSource()) as on:
        on.pane.show_marked(ids(workflow, "a"))
        on.app.show(manifest, "x")
        await on.until(lambda: "a 2 logs by time (marked)" in head(on))
        on.pane.show_marked(ids(workflow, "alone"))
        on.app.show(manifest, "x")
        await on.until(lambda: "alone main (marked)" in head(on))


async def test_a_step_that_begins_inside_what_is_marked_joins() -> None:
    source = Written()
    async with bench(new, source) as on:
        first, second = running("api", "web", phase="Pending"), running("api", "web")
        workflow = decode.from_manifest(first)
        on.pane.show_marked(ids(workflow, "api", "web"))
        on.app.show(first, "")
        await on.until(lambda: "not begun yet" in on.app.screen_text)
        source.pipe(pod("api")).put(line(1, "of api"))
        source.pipe(pod("web")).put(line(2, "of web"))
        on.app.show(second, "")
        await on.until(lambda: len(on.app.text.splitlines()) == 2)
        assert words(on.app.text) == ["api of api", "web of web"]


async def test_without_a_pod_in_what_is_marked_it_says_so() -> None:
    name = "flat-1"
    manifest = run(
        name,
        "Succeeded",
        ended=1,
        nodes=[
            step(name, "", "Succeeded", type="DAG", children=["a", "b", "c"]),
            *(step(name, each, "Succeeded", type="Suspend") for each in ("a", "b")),
            step(name, "c", "Succeeded"),
        ],
    )
    async with bench(new, ScriptedSource()) as on:
        on.pane.show_marked(ids(decode.from_manifest(manifest), "a", "b"))
        on.app.show(manifest, "c")
        await on.until(lambda: "no pod belongs to what is marked" in on.app.screen_text)
