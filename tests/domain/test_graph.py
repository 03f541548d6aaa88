"""What is one box and what is several; what failed is never hidden; every edge is in the object."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from random import Random
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.support.graphs import graphs, made, node
from tests.support.runs import ETL, NOW, nightly_etl, s3
from tui.domain import decode
from tui.domain.attempts import Superseded
from tui.domain.graph import (
    ALIKE,
    ARTIFACT,
    ATTEMPTS,
    GROUP,
    INSIDE,
    ITEMS,
    JOIN,
    MANY_ALIKE,
    MOST_FAILED,
    MOST_OPEN,
    Box,
    Graph,
    Key,
    folded_at_first,
    folded_for,
    graph_of,
    groups_of,
    kept_with,
    ways_to,
)
from tui.domain.node import PROBLEM_PHASES, NodeId
from tui.domain.upcoming import coming_of
from tui.domain.why import slow
from tui.domain.workflow import Workflow

LATER = datetime(2026, 1, 1, 2, tzinfo=UTC).timestamp()


def box(graph: Graph, label: str) -> Box:
    [found] = [each for each in graph.boxes.values() if each.label == label]
    return found


def labels(graph: Graph) -> set[str]:
    return {each.label for each in graph.boxes.values() if each.kind != JOIN}


def arrows(graph: Graph) -> set[tuple[str, str]]:
    def called(key: Key) -> str:
        return graph.boxes[key].label or "+"

    return {(called(one), called(other)) for one, after in graph.edges.items() for other in after}


def shown(workflow: Workflow, **more: Any) -> Graph:
    more.setdefault("folded", folded_at_first(workflow))
    return graph_of(workflow, LATER, **more)


def loop(failed: tuple[int, ...] = (), count: int = 4, task: str = "b") -> Workflow:
    """a, then so many items of b, then c."""
    return made(
        node("w", "DAG", name="w", children=["a"]),
        node("a", inside="w", name="w.a", children=[task]),
        node(task, "TaskGroup", "w", name=f"w.{task}",
             children=[f"{task}{n}" for n in range(count)],
             phase="Failed" if failed else "Succeeded"),
        *(
            node(f"{task}{n}", inside="w", name=f"w.{task}({n}:x)", children=["c"],
                 displayName=f"{task}({n}:x)", phase="Failed" if n in failed else "Succeeded")
            for n in range(count)
        ),
        node("c", inside="w", name="w.c"),
    )  # fmt: skip


# --- groups --------------------------------------------------------------------------------------


def test_the_items_of_a_loop_are_one_box_with_counts() -> None:
    drawn = shown(loop())
    assert labels(drawn) == {"w", "a", "b", "c"}
    assert arrows(drawn) == {("w", "a"), ("a", "b"), ("b", "c")}
    items = box(drawn, "b")
    assert (items.kind, items.total, items.counts) == (GROUP, 4, (("Succeeded", 4),))
    assert (items.has, items.is_folded, items.step) == (ITEMS, True, "b")


def test_they_unfold() -> None:
    workflow = loop()
    drawn = shown(workflow, folded=frozenset())
    assert labels(drawn) == {"w", "a", "c", *(f"b({n}:x)" for n in range(4))}
    assert ("a", "b(0:x)") in arrows(drawn) and ("b(3:x)", "c") in arrows(drawn)
    assert box(drawn, "b(0:x)").group == "b", "and fold again from any of them"


def test_what_failed_in_a_folded_loop_stands_beside_its_fellows() -> None:
    drawn = shown(loop(failed=(2,)))
    assert labels(drawn) == {"w", "a", "b", "b(2:x)", "c"}
    assert {("a", "b(2:x)"), ("b(2:x)", "c"), ("a", "b"), ("b", "c")} <= arrows(drawn)
    assert ("b", "b(2:x)") not in arrows(drawn)
    assert box(drawn, "b").counts == (("Failed", 1), ("Succeeded", 3))
    assert box(drawn, "b(2:x)").step == "b2"


def test_of_very_many_that_failed_the_rest_is_one_box_with_nothing_else_in_it() -> None:
    count = MOST_FAILED + 10
    drawn = shown(loop(failed=tuple(range(count)), count=count + 5))
    failed = [each for each in drawn.boxes.values() if each.label.startswith("b(")]
    assert len(failed) == MOST_FAILED
    rest = box(drawn, "10 more failed")
    assert rest.is_problem and rest.total == 10 and rest.counts == (("Failed", 10),)
    assert {("a", "10 more failed"), ("10 more failed", "c")} <= arrows(drawn)


def test_steps_have_no_node_for_their_items_and_fold_all_the_same() -> None:
    workflow = made(
        node("w", "Steps", name="w", children=["g0"]),
        node("g0", "StepGroup", "w", name="w[0]", children=["x0", "x1", "y"]),
        node("x0", inside="w", name="w[0].x(0:a)", displayName="x(0:a)", children=["g1"]),
        node("x1", inside="w", name="w[0].x(1:b)", displayName="x(1:b)", children=["g1"],
             phase="Running"),
        node("y", inside="w", name="w[0].y", displayName="y", children=["g1"]),
        node("g1", "StepGroup", "w", name="w[1]", children=["z", "z2"]),
        node("z", inside="w", name="w[1].z", displayName="z"),
        node("z2", inside="w", name="w[1].z2", displayName="z2"),
    )  # fmt: skip
    drawn = shown(workflow)
    assert labels(drawn) == {"w", "x", "y", "z", "z2"}
    items = box(drawn, "x")
    assert (items.total, items.phase, items.step) == (2, "Running", "g0")
    assert ("x", "+") in arrows(drawn) and ("+", "z") in arrows(drawn), "they meet in a point"


def test_the_attempts_of_a_step_are_one_step() -> None:
    workflow = made(
        node("r", "Retry", name="w.r", children=["t0", "t1"], phase="Failed"),
        node("t0", name="w.r(0)", phase="Failed", nodeFlag={"retried": True}),
        node("t1", name="w.r(1)", phase="Failed", nodeFlag={"retried": True}),
    )
    drawn = shown(workflow)
    [step] = drawn.boxes.values()
    assert (step.tries, step.total, step.step, step.has) == (2, 1, "t1", ATTEMPTS)
    opened = shown(workflow, folded=frozenset())
    assert opened.boxes["t0"].is_past and not opened.boxes["t0"].is_problem
    assert opened.boxes["t1"].is_problem


def test_what_failed_inside_a_folded_dag_is_still_seen() -> None:
    workflow = made(
        node("w", "DAG", name="w", children=["d"], phase="Failed"),
        node("d", "DAG", "w", name="w.d", children=["p", "q"], phase="Failed"),
        node("p", inside="d", name="w.d.p", children=["e"]),
        node("q", inside="d", name="w.d.q", children=["e"], phase="Error"),
        node("e", inside="w", name="w.e", phase="Omitted"),
    )
    drawn = shown(workflow, folded=frozenset({"d"}))
    assert labels(drawn) == {"w", "d", "q", "e"}
    assert box(drawn, "d").total == 2 and box(drawn, "d").has == INSIDE
    assert {("d", "q"), ("q", "e"), ("d", "e")} <= arrows(drawn)


def test_many_tasks_that_are_alike_are_one_box() -> None:
    count = MANY_ALIKE
    tasks = [node(f"t{n}", inside="w", name=f"w.task-{n}", templateName="t", children=["z"],
                  displayName=f"task-{n}", phase="Failed" if n == 3 else "Succeeded")
             for n in range(count)]  # fmt: skip
    root = node("w", "DAG", name="w", children=[f"t{n}" for n in range(count)])
    workflow = made(root, *tasks, node("z", inside="w", name="w.z"))
    drawn = shown(workflow)
    assert labels(drawn) == {"w", "task-*", "task-3", "z"}
    assert box(drawn, "task-*").has == ALIKE and box(drawn, "task-*").total == count
    fewer = made(root, *tasks[1:], node("z", inside="w", name="w.z"))
    assert "task-*" not in labels(shown(fewer))


def test_of_very_many_boxes_the_innermost_dags_are_folded() -> None:
    inner = range(MOST_OPEN // 2)
    workflow = made(
        node("w", "DAG", name="w", children=["d0", "d1", "d2"]),
        *(node(f"d{d}", "DAG", "w", name=f"w.d{d}", children=[f"d{d}n0"]) for d in range(3)),
        *(
            node(f"d{d}n{n}", inside=f"d{d}", name=f"w.d{d}.n{n}", templateName=f"{n}",
                 children=[f"d{d}n{n + 1}"])
            for d in range(3)
            for n in inner
        ),
    )  # fmt: skip
    drawn = shown(workflow)
    assert labels(drawn) == {"w", "d0", "d1", "d2"}
    assert box(drawn, "d0").total == len(inner)


# --- what else is seen ---------------------------------------------------------------------------


def test_omitted_steps_are_there_until_they_are_hidden() -> None:
    workflow = made(
        node("w", "DAG", name="w", children=["a"]),
        node("a", inside="w", name="w.a", children=["b"]),
        node("b", "Skipped", "w", name="w.b", phase="Omitted", children=["c"]),
        node("c", inside="w", name="w.c"),
    )
    assert labels(shown(workflow)) == {"w", "a", "b", "c"}
    without = shown(workflow, shows_skipped=False)
    assert labels(without) == {"w", "a", "c"} and ("a", "c") in arrows(without)


def test_the_critical_path_is_marked() -> None:
    workflow = decode.from_manifest(nightly_etl())
    drawn = shown(workflow)
    way = {each.node.id for each in slow.path(workflow, NOW.timestamp())}
    marked = {each.key for each in drawn.boxes.values() if each.is_critical}
    assert marked and marked == {drawn.place[key] for key in way}
    assert drawn.critical <= {(a, b) for a, after in drawn.edges.items() for b in after}


def test_artifacts_stand_between_who_made_and_who_reads_them() -> None:
    def kept(*files: dict[str, Any]) -> dict[str, Any]:
        return {"artifacts": list(files)}

    read = {"name": "given", "s3": {"key": s3("orders", "orders.parquet")["s3"]["key"]}}
    workflow = made(
        node("w", "DAG", name="w", children=["a"]),
        node("a", inside="w", name="w.a", children=["b"],
             outputs=kept(s3("orders", "orders.parquet"), s3("main-logs", "main.log"))),
        node("b", inside="w", name="w.b",
             inputs=kept(read, {"name": "code", "git": {"repo": "https://x"}})),
    )  # fmt: skip
    assert ARTIFACT not in {each.kind for each in shown(workflow).boxes.values()}
    drawn = shown(workflow, shows_artifacts=True)
    assert arrows(drawn) == {
        ("w", "a"), ("a", "b"), ("a", "orders"), ("orders", "b"), ("code", "b"),
    }  # fmt: skip


def test_a_loop_that_no_node_stands_for_has_no_box_while_it_is_open() -> None:
    """As items of Steps, which have a group of the step alone."""
    workflow = made(
        node("w", "Steps", name="w", children=["g"]),
        node("g", "StepGroup", "w", name="w[0]", children=["x0", "x1"]),
        node("x0", inside="w", name="w[0].each(0:a)", displayName="each(0:a)"),
        node("x1", inside="w", name="w[0].each(1:b)", displayName="each(1:b)"),
    )
    folded = [box.label for box in shown(workflow).boxes.values()]
    assert "each" in folded and "each(0:a)" not in folded
    labels = {box.label for box in shown(workflow, folded=frozenset()).boxes.values()}
    assert labels == {"w", "each(0:a)", "each(1:b)"}


def test_every_way_to_a_box() -> None:
    ahead = {"b": ["a"], "c": ["a"], "d": ["b", "c"], "e": ["d", "x"]}
    assert ways_to(ahead, "d") == {"a", "b", "c", "d"}
    assert ways_to({"a": ["b"], "b": ["a"]}, "a") == {"a", "b"}, "a circle has an end"


# --- only some of it -----------------------------------------------------------------------------


def only(workflow: Workflow, *found: str, **more: Any) -> Graph:
    more.setdefault("folded", folded_for(workflow, frozenset(found)))
    return graph_of(workflow, LATER, kept=kept_with(workflow, found), **more)


def test_lines_lead_past_steps_that_nobody_looks_for() -> None:
    workflow = made(
        node("w", "DAG", name="w", children=["a", "b"]),
        node("a", inside="w", name="w.a", children=["c", "d"]),
        node("b", inside="w", name="w.b", children=["c", "d"]),
        node("c", inside="w", name="w.c", children=["e"]),
        node("d", inside="w", name="w.d", children=["e"]),
        node("e", inside="w", name="w.e", phase="Failed", children=["f"]),
        node("f", inside="w", name="w.f"),
    )
    drawn = only(workflow, "e")
    assert labels(drawn) == {"w", "e"} and arrows(drawn) == {("w", "e")}, "and no point between"


def test_of_a_loop_those_are_shown_that_are_looked_for() -> None:
    workflow = loop(failed=(2,))
    drawn = only(workflow, "b2")
    assert labels(drawn) == {"w", "b(2:x)"} and arrows(drawn) == {("w", "b(2:x)")}
    whole = only(workflow, "b", "b0", "b1", "b2", "b3")
    assert labels(whole) == {"w", "b", "b(2:x)"}, "what failed is not hidden by folding"
    two = only(workflow, "b0", "b1", folded=frozenset({"b"}))
    assert box(two, "b").counts == (("Succeeded", 2),), "others do not count"
    itself = only(workflow, "b", folded=frozenset({"b"}))
    assert box(itself, "b").total == 4


def test_of_a_dag_in_a_dag_what_is_looked_for_is_in_both() -> None:
    workflow = made(
        node("w", "DAG", name="w", children=["d"]),
        node("d", "DAG", "w", name="w.d", children=["p"]),
        node("p", inside="d", name="w.d.p", children=["q"]),
        node("q", inside="d", name="w.d.q", children=["e"]),
        node("e", inside="w", name="w.e"),
    )
    assert arrows(only(workflow, "q")) == {("w", "d"), ("d", "q")}
    assert labels(only(workflow)) == set()


# --- whatever there is ---------------------------------------------------------------------------


def led_by(workflow: Workflow) -> dict[Key, list[NodeId]]:
    """Node → what the object, and its templates, say comes next."""
    coming = coming_of(workflow).edges
    known = {**workflow.nodes, **coming_of(workflow).nodes}
    return {
        key: [c for c in (*each.children, *coming.get(key, ())) if c in known]
        for key, each in known.items()
    }


def check(workflow: Workflow, drawn: Graph) -> None:
    """What holds of every graph."""
    assert all(key == each.key for key, each in drawn.boxes.items())
    assert set(drawn.edges) <= set(drawn.boxes)
    hidden = {*workflow.nodes, *coming_of(workflow).nodes} - set(drawn.place)
    after = led_by(workflow)
    inside: dict[Key, set[Key]] = {}
    for key, place in drawn.place.items():
        inside.setdefault(place, set()).add(key)
    # Each edge is one of the object: from something in the one box, past what is no box.
    ways: dict[Key, set[Key]] = {}
    for one in drawn.edges:
        reached: set[Key] = set()
        waiting = [child for key in inside.get(one, ()) for child in after.get(key, ())]
        while waiting:
            at = waiting.pop()
            if at in reached:
                continue
            reached.add(at)
            is_group = drawn.place.get(at, at) == one or at in hidden
            passes = is_group or drawn.place[at] in groups_of(workflow).kinds
            if passes:
                waiting += after.get(at, ())
        ways[one] = {drawn.place[at] for at in reached if at in drawn.place}
    assert all(other in ways[one] for one, others in drawn.edges.items() for other in others)
    # What failed is a box, or in one of nothing else; if not, what it is part of is, or what failed
    # in it.
    superseded = Superseded(workflow.nodes)
    for key, each in workflow.nodes.items():
        if not each.is_problem or key in superseded or key in hidden:
            continue
        shown_in = drawn.boxes[drawn.place[key]]
        alone = all(
            workflow.nodes[NodeId(k)].is_problem
            for k in inside[shown_in.key]
            if k in workflow.nodes
        )
        goes_on = _is_tried_again(workflow, key)
        is_told = shown_in.phase in PROBLEM_PHASES
        assert is_told or alone or goes_on or _says_more(workflow, drawn, key)


def _is_tried_again(workflow: Workflow, key: Key) -> bool:
    above = groups_of(workflow).parents.get(key)
    while above is not None:
        found = workflow.nodes.get(NodeId(above))
        if found is not None and found.type == "Retry" and not found.is_fulfilled:
            return True
        above = groups_of(workflow).parents.get(above)
    return False


def _says_more(workflow: Workflow, drawn: Graph, key: Key) -> bool:
    """Whether something in it failed, and is seen."""
    parents = groups_of(workflow).parents
    for other, each in workflow.nodes.items():
        at: Key | None = other
        seen: set[Key] = set()
        while at is not None and at != key and at not in seen:
            seen.add(at)
            at = parents.get(at)
        if (
            at == key
            and other != key
            and each.is_problem
            and drawn.place.get(other) != drawn.place[key]
        ):
            return True
    return False


@settings(max_examples=40, suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(graphs(), st.integers(0, 1 << 32), st.booleans(), st.booleans())
def test_any_nodes_are_drawn(workflow: Workflow, seed: int, skipped: bool, files: bool) -> None:
    chance = Random(seed)
    groups = sorted(groups_of(workflow).kinds)
    for folded in (
        frozenset(), frozenset(groups), folded_at_first(workflow),
        frozenset(key for key in groups if chance.random() < 0.5),
    ):  # fmt: skip
        drawn = graph_of(
            workflow, LATER, folded=folded, shows_skipped=skipped, shows_artifacts=files
        )
        check(workflow, drawn)
        wanted = frozenset(key for key in workflow.nodes if chance.random() < 0.3)
        kept = kept_with(workflow, wanted)
        fewer = graph_of(workflow, LATER, folded=folded, kept=kept)
        assert set(fewer.place) <= {*kept, *drawn.place}
        found = {key for key in wanted if key not in fewer.place}
        assert all(workflow.nodes[key].type in ("StepGroup", "TaskGroup") for key in found)
        boxes = {k for k, each in fewer.boxes.items() if each.kind != JOIN}
        assert {k for k in boxes if not k.startswith("failed ")} <= kept
        everywhere = {*workflow.nodes} - set(drawn.place)
        assert all(
            workflow.nodes[key].type in ("StepGroup", "TaskGroup")
            or (not skipped and workflow.nodes[key].phase in ("Skipped", "Omitted"))
            for key in everywhere
        ), "no step is lost"


def large(count: int, chance: Random) -> Iterator[dict[str, Any]]:
    """A DAG of loops, DAGs and steps with attempts, each after some before it."""
    tasks = max(1, count // 12)
    names = [f"t{n}" for n in range(tasks)]
    yield node("w", "DAG", name="w", children=names[:1])
    for n, name in enumerate(names):
        after = [names[m] for m in range(n + 1, min(tasks, n + 4)) if chance.random() < 0.6]
        kind = chance.choice(["TaskGroup", "DAG", "Retry"])
        inner = [f"{name}i{k}" for k in range(11)]
        ends = ["Failed" if chance.random() < 0.1 else "Succeeded" for _ in inner]
        yield node(name, kind, "w", name=f"w.{name}", children=inner, phase=ends[-1])
        for k, key in enumerate(inner):
            own = f"w.{name}.x{k}" if kind == "DAG" else f"w.{name}({k}{':a' * (kind != 'Retry')})"
            yield node(key, inside=name if kind == "DAG" else "w", name=own, phase=ends[k],
                       children=after)  # fmt: skip


@settings(max_examples=3, suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(st.integers(1_000, 10_000), st.integers(0, 1 << 32))
def test_ten_thousand_nodes_hide_nothing_that_failed(count: int, seed: int) -> None:
    workflow = made(*large(count, Random(seed)))
    superseded = Superseded(workflow.nodes)
    for folded in (folded_at_first(workflow), frozenset(groups_of(workflow).kinds)):
        drawn = graph_of(workflow, LATER, folded=folded)
        for key, each in workflow.nodes.items():
            if each.type == "Pod" and each.is_problem and key not in superseded:
                place = drawn.boxes[drawn.place[key]]
                assert place.is_problem, key
                assert place.key == key or place.label.endswith("failed") or place.tries > 1


@pytest.mark.parametrize("size", [0, 1])
def test_little_is_drawn_too(size: int) -> None:
    workflow = made(*[node("w", name="w")][:size])
    assert len(shown(workflow).boxes) == size


def test_a_step_of_the_made_up_run_is_where_it_belongs() -> None:
    workflow = decode.from_manifest(nightly_etl())
    drawn = shown(workflow)
    assert ETL in labels(drawn) and "load" in labels(drawn)
