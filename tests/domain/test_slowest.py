"""Which steps took longest."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from tui.domain.node import Node, NodeId
from tui.domain.slowest import durations, keep_durations, running, slowest
from tui.domain.workflow import Status, Workflow

NOW = datetime(2026, 3, 17, 6, 30, tzinfo=UTC)


def run(*nodes: Node) -> Workflow:
    """A workflow of these nodes."""
    return Workflow(status=Status(nodes={node.id: node for node in nodes}))


def node(
    name: str, began: float, ended: float | None = None, type: str = "Pod", within: str = ""
) -> Node:
    """A step that began and ended so many minutes ago."""

    def at(minutes: float) -> str:
        return (NOW - timedelta(minutes=minutes)).strftime("%Y-%m-%dT%H:%M:%SZ")

    return Node(
        id=NodeId(name),
        type=type,
        boundary_id=NodeId(within),
        phase="Running" if ended is None else "Succeeded",
        started_at=at(began),
        finished_at=None if ended is None else at(ended),
    )


def names(found: tuple[Node, ...]) -> list[str]:
    return [each.id for each in found]


def test_the_longest_of_what_is_over_and_the_first_of_what_runs() -> None:
    workflow = run(node("short", 9, 8), node("long", 9, 1), node("new", 1), node("old", 5))
    assert names(slowest(workflow, None, 1)) == ["long", "old"]
    assert names(slowest(workflow, None, 2)) == ["long", "short", "old", "new"]


def test_inside_a_step_only_what_ran_there_counts() -> None:
    dag, inner, outer = node("dag", 9, 1, "DAG"), node("a", 9, 5, within="dag"), node("b", 9, 2)
    workflow = run(dag, inner, outer, node("c", 3, within="dag"))
    assert names(slowest(workflow, NodeId("dag"), 5)) == ["a", "c"]
    assert slowest(workflow, NodeId("gone"), 5) == ()


def test_what_only_groups_others_or_never_began_does_not_count() -> None:
    never = Node(id=NodeId("never"), type="Pod", phase="Pending")
    assert slowest(run(node("dag", 9, 1, "DAG"), never), None, 5) == ()


def test_a_retried_step_is_measured_anew() -> None:
    first = run(node("a", 9, 1), node("b", 9, 5))
    assert names(slowest(first, None, 1)) == ["a"]
    second = run(node("a", 2, 1), first.nodes[NodeId("b")])
    keep_durations(second, first)
    assert names(slowest(second, None, 1)) == ["b"]
    assert durations(second) == {"a": 60.0, "b": 240.0}


def test_times_that_cannot_be_read_are_no_time_and_no_crash() -> None:
    odd = Node(id=NodeId("a"), type="Pod", phase="Failed", started_at="x", finished_at="y")
    unfinished = Node(
        id=NodeId("b"),
        type="Pod",
        phase="Running",
        started_at="2026-03-17T06:00:00Z",
        finished_at="0001-01-01T00:00:00Z",
    )
    assert durations(run(odd, unfinished)) == {"a": 0.0}
    assert list(running(run(odd, unfinished))) == ["b"]
