"""The step tree of a screen: Argo's shape, every node in it, and cheap to change."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.support.graphs import PHASES, graphs, made, node
from tui.domain.forest import (
    ORDERS,
    ForestView,
    SiblingOrder,
    TreeRow,
    first_problem,
    rows,
    whole_tree,
)
from tui.domain.node import NodeId
from tui.domain.podname import node_id
from tui.domain.workflow import Workflow


def drawn(found: tuple[TreeRow, ...]) -> list[str]:
    return [f"{row.guide}{row.label}" for row in found]


def test_step_groups_lend_their_lines_to_their_steps() -> None:
    workflow = made(
        node("w", "Steps"),
        node("g0", "StepGroup", "w", children=["a"]),
        node("g1", "StepGroup", "w", children=["b", "c"], startedAt="2026-01-01T00:00:01Z"),
        node("a", inside="w"),
        node("b", inside="w"),
        node("c", inside="w"),
    )
    assert drawn(rows(workflow)) == ["w", "├───a", "└─┬─b", "  └─c"]
    assert [row.depth for row in rows(workflow)] == [0, 1, 1, 1]


def test_containers_hang_under_their_pod() -> None:
    workflow = made(node("w", "DAG"), node("p", inside="w"), node("c", "Container", "p"))
    assert drawn(rows(workflow)) == ["w", "└─p", "  └─c"]
    assert drawn(rows(workflow, show_containers=False)) == ["w", "└─p"]


def test_one_attempt_is_shown_without_its_retry_and_several_with_it() -> None:
    one = made(node("w", "DAG"), node("r", "Retry", "w", children=["r0"]), node("r0", inside="w"))
    assert drawn(rows(one)) == ["w", "└─r0"]
    two = made(
        node("w", "DAG"),
        node("r", "Retry", "w", children=["r0", "r1"]),
        node("r0", inside="w"),
        node("r1", inside="w"),
    )
    assert drawn(rows(two)) == ["w", "└─r", "  ├─r0", "  └─r1"]


def test_items_stand_in_the_order_of_their_index() -> None:
    names = ["x(10:j)", "x(2:b)", "x(0:a)"]
    workflow = made(node("w", "DAG"), *(node(name, inside="w") for name in names))
    assert [row.label for row in rows(workflow)][1:] == ["x(0:a)", "x(2:b)", "x(10:j)"]


NOW = datetime(2026, 1, 1, 1, tzinfo=UTC)


def timed(name: str, began: int, took: int | None, phase: str = "Succeeded") -> Any:
    """A step that began and ended so many minutes after another."""
    at = "2026-01-01T00:{:02}:00Z".format
    more = {"finishedAt": at(began + took)} if took is not None else {}
    return node(name, inside="w", phase=phase, startedAt=at(began), **more)


@pytest.mark.parametrize(
    ("by", "descending", "wanted"),
    [
        ("name", False, ["a(2)", "a(10)", "b", "c"]),
        ("name", True, ["c", "b", "a(10)", "a(2)"]),
        ("started", False, ["c", "a(10)", "a(2)", "b"]),
        ("duration", True, ["b", "a(2)", "c", "a(10)"]),
        ("phase", False, ["a(2)", "b", "c", "a(10)"]),
    ],
)
def test_siblings_are_sorted_and_lines_end_at_the_last(
    by: str, descending: bool, wanted: list[str]
) -> None:
    workflow = made(
        node("w", "DAG", startedAt="2026-01-01T00:00:00Z"),
        timed("a(10)", 2, 1),
        timed("a(2)", 3, 20, "Failed"),
        timed("b", 4, None, "Running"),
        timed("c", 1, 2),
    )
    found = rows(workflow, order=SiblingOrder(by, descending, NOW))
    assert [row.label for row in found][1:] == wanted
    assert [row.guide for row in found] == ["", "├─", "├─", "├─", "└─"]


def test_groups_of_steps_stay_in_their_order_and_what_is_in_one_is_sorted() -> None:
    workflow = made(
        node("w", "Steps"),
        node("g0", "StepGroup", "w", children=["z", "y"]),
        node("g1", "StepGroup", "w", children=["b"], startedAt="2026-01-01T00:00:01Z"),
        node("z", inside="w"),
        node("y", inside="w"),
        node("b", inside="w"),
    )
    found = rows(workflow, order=SiblingOrder("name", False, NOW))
    assert [row.label for row in found] == ["w", "y", "z", "b"]


@given(graphs(), st.sampled_from(sorted(ORDERS)), st.booleans())
@settings(suppress_health_check=[HealthCheck.too_slow])
def test_in_any_order_the_same_steps_are_there(
    workflow: Workflow, by: str, descending: bool
) -> None:
    found = rows(workflow, order=SiblingOrder(by, descending, NOW))
    assert sorted(row.key for row in found) == sorted(row.key for row in rows(workflow))


def test_exit_handler_and_hooks_are_trees_after_the_workflow() -> None:
    exit_id = node_id("w", "w.onExit")
    workflow = made(node("w.hook"), node(exit_id), node("w", "DAG"))
    assert [row.key for row in rows(workflow)] == ["w", exit_id, "w.hook"]


def test_orphans_and_circles_come_last_and_are_marked() -> None:
    workflow = made(
        node("w", "DAG"),
        node("orphan", inside="gone"),
        node("a", "DAG", "b"),
        node("b", "DAG", "a"),
        node("self", "DAG", "self"),
    )
    found = rows(workflow)
    assert {row.key for row in found} == {"w", "orphan", "a", "b", "self"}
    assert found[0].key == "w"
    assert {row.key for row in found if row.is_lost} >= {"orphan", "self"}


def test_a_folded_row_counts_what_it_hides() -> None:
    workflow = made(
        node("w", "DAG"), node("d", "DAG", "w"), node("x", inside="d"), node("y", inside="d")
    )
    found = rows(workflow, folded={NodeId("d")})
    assert drawn(found) == ["w", "└─d"]
    assert (found[1].is_folded, found[1].has_children, found[1].hidden_below) == (True, True, 2)


def test_steps_that_are_left_out_are_counted_and_leave_no_line_dangling() -> None:
    workflow = made(
        node("w", "DAG"),
        node("a", inside="w", startedAt="2026-01-01T00:00:01Z"),
        node("b", inside="w", startedAt="2026-01-01T00:00:02Z"),
        node("c", "Skipped", "w", phase="Omitted", startedAt="2026-01-01T00:00:03Z"),
        node("d", "Skipped", "w", phase="Skipped", startedAt="2026-01-01T00:00:04Z"),
        node("e", "Skipped", "w", phase="Omitted", startedAt="2026-01-01T00:00:05Z"),
    )
    found = rows(workflow)
    assert drawn(found) == ["w", "├─a", "├─b", "└─d"]
    assert [row.left_out for row in found] == [2, 0, 0, 0]
    found = rows(workflow, show_skipped=False)
    assert drawn(found) == ["w", "├─a", "└─b"]
    assert [row.left_out for row in found] == [3, 0, 0]


def test_a_group_of_which_all_is_left_out_is_counted_where_it_is_missed() -> None:
    workflow = made(
        node("w", "Steps", children=["g0"]),
        node("g0", "StepGroup", "w", children=["a"]),
        node("a", inside="w", children=["g1"]),
        node("g1", "StepGroup", "w", children=["b", "c"]),
        node("b", "Skipped", "w", phase="Skipped"),
        node("c", "Skipped", "w", phase="Omitted"),
    )
    found = rows(workflow, show_skipped=False)
    assert drawn(found) == ["w", "└───a"]
    assert [row.left_out for row in found] == [2, 0]


def test_nothing_is_left_out_where_all_has_rows() -> None:
    workflow = made(node("w", "DAG"), node("a", inside="w"), node("b", inside="w"))
    assert [row.left_out for row in rows(workflow, show_skipped=False)] == [0, 0, 0]


def test_the_cursor_goes_to_the_last_attempt_of_the_first_step_that_failed() -> None:
    workflow = made(
        node("w", "DAG", phase="Failed"),
        node("fine", "DAG", "w"),
        node("forgiven", inside="fine", phase="Failed"),
        node("r", "Retry", "w", phase="Failed", children=["r0", "r1"],
             startedAt="2026-01-01T00:00:01Z"),
        node("r0", inside="w", phase="Failed"),
        node("r1", inside="w", phase="Failed"),
        node("z", inside="w", phase="Error", startedAt="2026-01-01T00:00:02Z"),
    )  # fmt: skip
    assert first_problem(workflow, rows(workflow)) == "r1"
    assert first_problem(made(node("w")), rows(made(node("w")))) is None


def test_the_last_attempt_counts_however_deep_its_steps_are() -> None:
    def attempt(number: int, phase: str = "Failed") -> list[dict[str, Any]]:
        inside = f"r{number}"
        return [
            node(inside, "Steps", "w", phase=phase, startedAt=f"2026-01-01T00:00:0{number}Z"),
            node(f"{inside}-a", "DAG", inside, phase="Failed"),
            node(f"{inside}-a-x", inside=f"{inside}-a", phase="Failed"),
            node(f"{inside}-b", inside=inside, phase="Error", startedAt="2026-01-01T00:00:09Z"),
        ]

    def attempts(*made_of: list[dict[str, Any]]) -> Workflow:
        return made(
            node("w", "DAG", phase="Failed"),
            node("r", "Retry", "w", phase="Failed", children=["r0", "r1", "hook"]),
            *(each for one in made_of for each in one),
            node("hook", inside="w", phase="Error", startedAt="2026-01-01T00:00:10Z",
                 nodeFlag={"hooked": True}),
            node("later", inside="w", phase="Error", startedAt="2026-01-01T00:00:11Z"),
        )  # fmt: skip

    over = attempts(attempt(0), attempt(1))
    assert first_problem(over, rows(over)) == "r1-a-x"
    going_on = attempts(attempt(0), attempt(1, "Running"))
    assert first_problem(going_on, rows(going_on)) == "r1-a-x"


def test_ten_thousand_nodes_deep_and_wide_are_no_trouble() -> None:
    deep = [node("w", "DAG")]
    deep += [node(f"n{at}", "DAG", f"n{at - 1}" if at else "w") for at in range(10_000)]
    found = rows(made(*deep))
    assert len(found) == 10_001
    assert max(len(row.guide) for row in found) < 200
    wide = [node("w", "DAG"), *(node(f"n({at}:x)", inside="w") for at in range(10_000))]
    assert len(rows(made(*wide))) == 10_001


ANY_GRAPH = settings(max_examples=400, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@ANY_GRAPH
@given(graphs())
def test_no_graph_loses_a_node_or_shows_one_twice(workflow: Workflow) -> None:
    found = [row.key for row in rows(workflow)]
    assert len(found) == len(set(found))
    hidden = {
        key
        for key, each in workflow.nodes.items()
        if each.type in ("StepGroup", "TaskGroup")
        or (each.type == "Retry" and len(each.children) == 1)
        or (each.type == "Skipped" and each.phase == "Omitted")
    }
    assert set(workflow.nodes) - hidden <= set(found)


@ANY_GRAPH
@given(graphs(), st.data())
def test_a_view_shows_what_rows_made_anew_show(workflow: Workflow, data: st.DataObject) -> None:
    view = ForestView()
    view.update(workflow)
    key = data.draw(st.sampled_from(sorted(workflow.nodes)))
    phase = data.draw(st.sampled_from(PHASES))
    changed = msgspec.structs.replace(workflow.nodes[key], phase=phase, message="new")
    status = msgspec.structs.replace(workflow.status, nodes={**workflow.nodes, key: changed})
    after = msgspec.structs.replace(workflow, status=status)
    before = view.rows
    assert view.update(after) == rows(after)
    if view.changed is not None:
        same = [at for at, row in enumerate(view.rows) if row is before[at]]
        assert len(same) + len(view.changed) == len(view.rows)


def test_a_view_takes_the_rows_that_were_found_elsewhere_and_goes_on_from_them() -> None:
    first = made(node("w", "DAG"), node("a", inside="w"), node("b", inside="w"))
    whole, view = whole_tree(first), ForestView()
    found = whole.rows
    assert found == rows(first)
    assert view.update(first, found=whole) is found
    changed = msgspec.structs.replace(first.nodes[NodeId("b")], phase="Failed")
    status = msgspec.structs.replace(first.status, nodes={**first.nodes, NodeId("b"): changed})
    second = msgspec.structs.replace(first, status=status)
    assert view.update(second) == rows(second)
    assert view.rows[1] is found[1] and view.place_of(NodeId("b")) == 2


def test_what_was_found_elsewhere_names_the_same_problem_to_begin_with() -> None:
    first = made(
        node("w", "DAG", phase="Running"),
        node("a", inside="w"),
        node("b", inside="w", phase="Failed"),
    )
    whole = whole_tree(first)
    assert whole.problem == first_problem(first, whole.rows) == NodeId("b")
    assert whole.places == {row.key: at for at, row in enumerate(whole.rows)}


@ANY_GRAPH
@given(graphs(), st.data())
def test_folding_hides_exactly_what_it_counts(workflow: Workflow, data: st.DataObject) -> None:
    whole = rows(workflow)
    if not whole:
        return
    key = data.draw(st.sampled_from([row.key for row in whole]))
    folded = rows(workflow, folded={key})
    (row,) = (each for each in folded if each.key == key)
    assert len(folded) + row.hidden_below == len(whole)
