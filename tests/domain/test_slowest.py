"""Which steps took longest."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from tui.domain.node import Node, NodeId
from tui.domain.slowest import Slowest

NOW = datetime(2026, 3, 17, 6, 30, tzinfo=UTC)


def node(name: str, began: float, ended: float | None = None, type: str = "Pod") -> Node:
    """A step that began and ended so many minutes ago."""

    def at(minutes: float) -> str:
        return (NOW - timedelta(minutes=minutes)).strftime("%Y-%m-%dT%H:%M:%SZ")

    return Node(
        id=NodeId(name),
        type=type,
        phase="Running" if ended is None else "Succeeded",
        started_at=at(began),
        finished_at=None if ended is None else at(ended),
    )


def names(found: tuple[Node, ...]) -> list[str]:
    return [each.id for each in found]


def test_the_longest_of_what_is_over_and_the_first_of_what_runs() -> None:
    nodes = [node("short", 9, 8), node("long", 9, 1), node("new", 1), node("old", 5)]
    assert names(Slowest().among(nodes, 1, NOW)) == ["long", "old"]
    assert names(Slowest().among(nodes, 2, NOW)) == ["long", "short", "old", "new"]


def test_what_only_groups_others_or_never_began_does_not_count() -> None:
    never = Node(id=NodeId("never"), type="Pod", phase="Pending")
    assert Slowest().among([node("dag", 9, 1, "DAG"), never], 5, NOW) == ()


def test_a_retried_step_is_measured_anew() -> None:
    slowest = Slowest()
    first = slowest.among([node("a", 9, 1), node("b", 9, 5)], 1, NOW)
    assert names(first) == ["a"]
    again = slowest.among([node("a", 2, 1), node("b", 9, 5)], 1, NOW)
    assert names(again) == ["b"]
