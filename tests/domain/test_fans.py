"""Fan-outs: what is put together, what it comes to, and that nothing is lost by it."""

from __future__ import annotations

from collections import Counter
from itertools import pairwise
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.support.graphs import PHASES, fanned_out, graphs, made, made_of, node
from tui.domain.fans import Fan, above, grove, keep_grove, rest_of
from tui.domain.forest import FIRST, Folds, ForestView, rows
from tui.domain.node import Node, NodeId
from tui.domain.overview import prepare
from tui.domain.sought import sought_by
from tui.domain.workflow import Workflow
from tui.widgets.step_tree_model import StepTreeModel

RUNS = st.one_of(fanned_out(), graphs())
ANY_RUN = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
OPEN = Folds(is_all_open=True)


def items(count: int, name: str = "x", inside: str = "w", **more: Any) -> list[dict[str, Any]]:
    return [
        node(f"{name}({at}:{at})", inside=inside, name=f"w.{name}({at}:{at})", **more)
        for at in range(count)
    ]


def fan(workflow: Workflow) -> Fan:
    (found,) = grove(workflow).fans.values()
    return found


def test_a_fan_out_has_the_worst_phase_and_counts_them_all_in_the_order_of_need() -> None:
    made_up = items(6)
    for each, phase in zip(
        made_up,
        ("Succeeded", "Running", "Omitted", "Error", "Failed", "Succeeded"),
        strict=True,
    ):
        each["phase"] = phase
    found = fan(made(node("w", "DAG"), *made_up))
    assert found.node.phase == "Error"
    assert found.phases == (
        *(("Error", 1), ("Failed", 1), ("Running", 1), ("Succeeded", 2), ("Omitted", 1)),
    )
    assert set(found.problems) == {"x(3:3)", "x(4:4)"}
    assert found.node.finished_at is None, "one of them runs"


def test_a_fan_out_lasts_from_its_first_beginning_to_its_last_end() -> None:
    made_up = items(3)
    for at, each in enumerate(made_up):
        each["startedAt"] = f"2026-01-01T00:0{at}:00Z"
        each["finishedAt"] = f"2026-01-01T00:0{at * 3 + 1}:00Z"
        each["hostNodeName"] = f"cpu-{at}"
        each["resourcesDuration"] = {"cpu": 10}
    found = fan(made(node("w", "DAG"), *made_up))
    assert (found.node.started_at, found.node.finished_at) == (
        "2026-01-01T00:00:00Z",
        "2026-01-01T00:07:00Z",
    )
    assert found.spread is not None and found.spread[1:] == (180.0, 60.0, 300.0)
    assert found.hosts == 3 and found.node.resources_duration == {"cpu": 30}


def test_a_task_group_gives_its_id_and_a_loop_of_steps_has_one_of_its_own() -> None:
    group = node("g", "TaskGroup", "w", children=[f"x({at}:{at})" for at in range(3)])
    assert fan(made(node("w", "DAG"), group, *items(3))).key == "g"
    stands = node("g", "TaskGroup", "w", phase="Failed", children=["x(0:0)"], displayName="x")
    found = fan(made(node("w", "DAG"), stands, *items(3)))
    assert found.key != "g", "one that failed by itself has a row of its own"
    steps = made(
        node("w", "Steps"),
        node("s", "StepGroup", "w", children=[f"x({at}:{at})" for at in range(3)]),
        *items(3),
    )
    assert fan(steps).key not in steps.nodes


@pytest.mark.parametrize("count", [1, 2, 3])
def test_of_few_items_each_has_its_row(count: int) -> None:
    workflow = made(node("w", "DAG"), *items(count))
    assert bool(grove(workflow).fans) == (count == 3)
    shown = [row.label for row in rows(workflow, folds=Folds())]
    assert shown == (["w", "x"] if count == 3 else ["w", *(f"x({at}:{at})" for at in range(count))])


def test_hooks_of_items_are_a_fan_out_of_their_own() -> None:
    hooks = [node(f"x({at}:{at}).onExit", inside="w") for at in range(3)]
    workflow = made(node("w", "DAG"), *items(3), *hooks)
    assert [row.label for row in rows(workflow, folds=Folds())] == ["w", "x", "x.onExit"]


def test_of_many_that_failed_a_window_is_shown() -> None:
    workflow = made(node("w", "DAG"), *items(500, phase="Failed"))
    shown = rows(workflow, folds=Folds())
    assert len(shown) == FIRST + 3
    assert shown[-1].label == "480 more" and shown[-1].fan is not None
    assert shown[-1].fan.phases == (("Failed", 480),)


def test_odd_names_are_items_only_if_argo_would_name_them_so() -> None:
    names = ["(0:a)", "x(a:b)", "x", "x(1)", "x(1:a", "y(0:(1:z))", "y(1:))", "y(2:\n)"]
    workflow = made(node("w", "DAG"), *(node(name, inside="w") for name in names))
    assert [found.node.display_name for found in grove(workflow).fans.values()] == ["y"]


@ANY_RUN
@given(RUNS)
def test_with_all_of_it_open_every_node_has_the_row_it_has_without_fan_outs(
    workflow: Workflow,
) -> None:
    with_fans = rows(workflow, folds=OPEN)
    keys = [row.key for row in with_fans if not row.is_made_up]
    assert Counter(keys) == Counter(row.key for row in rows(workflow))
    assert all(below.depth <= row.depth + 1 for row, below in pairwise(with_fans))


@ANY_RUN
@given(RUNS, st.data())
def test_what_is_folded_away_is_counted_and_no_row_stands_there_twice(
    workflow: Workflow, data: st.DataObject
) -> None:
    model = StepTreeModel()
    model.show(workflow)
    everything = {row.key for row in rows(workflow, folds=OPEN)}
    for _ in range(data.draw(st.integers(0, 8))):
        if not model.rows:
            return
        row = data.draw(st.sampled_from(model.rows))
        match data.draw(st.sampled_from(["toggle", "open", "close", "all", "quiet", "skipped"])):
            case "toggle":
                model.toggle(row)
            case "open":
                model.open(row)
            case "close":
                model.close(row)
            case "all":
                (model.open_all if model.hides else model.fold_all)()
            case "quiet":
                model.fold_quiet()
            case "skipped":
                model.toggle_skipped()
        shown = [row.key for row in model.rows]
        assert len(shown) == len(set(shown))
        assert {row.key for row in model.rows if not row.is_more} <= everything
    for row in model.rows:
        if row.fan is not None and row.has_children and not row.is_folded:
            below = model.rows[model.rows.index(row) + 1 :]
            mine = [each for each in below if each.depth == row.depth + 1]
            assert mine, "a row that says it is open has rows below it"


@ANY_RUN
@given(RUNS, st.data())
def test_every_step_that_has_a_row_can_be_revealed(workflow: Workflow, data: st.DataObject) -> None:
    everything = [row.key for row in rows(workflow, folds=OPEN)]
    model = StepTreeModel()
    model.show(workflow)
    if not everything:
        return
    if data.draw(st.booleans()):
        model.fold_all()
    key = data.draw(st.sampled_from(everything))
    assert model.reveal(key) and model.has_row(key)


@ANY_RUN
@given(fanned_out(), st.data())
def test_a_version_that_differs_a_little_shows_what_one_made_anew_shows(
    workflow: Workflow, data: st.DataObject
) -> None:
    view = ForestView()
    prepare(workflow, None)
    view.update(workflow, folds=Folds())
    for _ in range(3):
        key = data.draw(st.sampled_from(sorted(workflow.nodes)))
        phase = data.draw(st.sampled_from(PHASES))
        changed = msgspec.structs.replace(workflow.nodes[key], phase=phase, message="new")
        status = msgspec.structs.replace(workflow.status, nodes={**workflow.nodes, key: changed})
        after = msgspec.structs.replace(workflow, status=status)
        alone = msgspec.structs.replace(workflow, status=status)
        prepare(after, workflow)
        assert view.update(after, folds=Folds()) == rows(alone, folds=Folds())
        workflow = after


@ANY_RUN
@given(RUNS, st.sampled_from(["t", "x(", "phase=Failed", "phase!=Failed", "a", "[0]"]))
def test_what_is_looked_for_is_shown_with_what_it_is_below_and_nothing_else(
    workflow: Workflow, text: str
) -> None:
    model = StepTreeModel()
    model.show(workflow)
    sought = sought_by(text)
    assert sought is not None
    model.seek(sought)
    whole = {row.key for row in rows(workflow, folds=OPEN)}
    wanted = {key for key, each in workflow.nodes.items() if sought.matches(each)}
    shown = {row.key for row in model.rows}
    assert wanted & whole <= shown <= above(grove(workflow), wanted)
    model.seek(None)
    assert model.rows == rows(workflow, folds=Folds())


def test_a_forest_in_which_no_node_moved_is_shared() -> None:
    first = made(node("w", "DAG"), *items(10), *items(10, "y"))
    changed = msgspec.structs.replace(first.nodes[NodeId("y(3:3)")], phase="Failed")
    status = msgspec.structs.replace(first.status, nodes={**first.nodes, changed.id: changed})
    second = msgspec.structs.replace(first, status=status)
    keep_grove(second, first)
    before, after = grove(first), grove(second)
    assert after.tree is before.tree and after.parents is before.parents
    same = [key for key in before.fans if after.fans[key] is before.fans[key]]
    assert len(before.fans) == 2 and len(same) == 1


@settings(max_examples=2, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.integers(9_000, 10_000), st.integers(1, 50), st.sampled_from(["Failed", "Running"]))
def test_ten_thousand_items_are_a_few_rows(count: int, odd: int, phase: str) -> None:
    made_up = items(count)
    for each in made_up[:odd]:
        each["phase"] = phase
    workflow = made_of([node("w", "DAG"), *made_up])
    model = StepTreeModel()
    model.show(workflow)
    assert len(model.rows) == (2 if phase == "Running" else 3 + min(odd, FIRST))
    found = fan(workflow)
    assert sum(count for _, count in found.phases) == count
    model.open_all()
    assert len(model.rows) == count + 2
    model.fold_all()
    assert len(model.rows) == 2
    assert model.reveal(NodeId(f"x({count - 1}:{count - 1})"))


class Asked(dict[NodeId, Node]):
    """Nodes that count how often one of them is looked up."""

    lookups = 0

    def __getitem__(self, key: NodeId) -> Node:
        self.lookups += 1
        return super().__getitem__(key)


def test_what_is_left_of_a_fan_out_is_told_without_a_look_at_each_item() -> None:
    made_up = items(2000, phase="Running")
    for at, each in enumerate(made_up):
        each["startedAt"] = f"2026-01-01T00:00:{59 - at % 60:02}Z"
    workflow = made(node("w", "DAG", phase="Running"), *made_up)
    found = grove(workflow)
    nodes = Asked(found.nodes)
    rest = rest_of(found._replace(nodes=nodes), fan(workflow), {NodeId("x(7:7)")})
    assert nodes.lookups < 10
    assert (rest.node.display_name, rest.node.started_at) == ("1,999 more", "2026-01-01T00:00:00Z")
    assert (rest.phases, rest.node.finished_at) == ((("Running", 1999),), None)


@ANY_RUN
@given(fanned_out(), st.data())
def test_what_is_left_of_a_fan_out_is_what_those_come_to_that_are_not_shown(
    workflow: Workflow, data: st.DataObject
) -> None:
    found = grove(workflow)
    for each in found.fans.values():
        if each.is_retry:
            continue
        shown = data.draw(st.sets(st.sampled_from([*each.members, *workflow.nodes])))
        left = [found.nodes[key] for key in each.members if key not in shown]
        rest = rest_of(found, each, shown)
        counts = Counter(item.phase for item in left)
        assert dict(rest.phases) == dict(counts)
        assert rest.node.display_name == f"{len(left):,} more"
        begun = [item.started_at for item in left if item.started_at]
        assert rest.node.started_at == min(begun, default=None)
        is_over = each.node.finished_at is not None or all(item.is_fulfilled for item in left)
        ended = [item.finished_at for item in left if item.finished_at]
        assert rest.node.finished_at == (max(ended, default=None) if is_over else None)
