"""Steps that have no node yet are read from spec and templates, and are the nodes they will be."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.world import World
from tui.domain import decode
from tui.domain.attempts import is_hook
from tui.domain.graph import Graph, Key, graph_of
from tui.domain.node import Node, NodeId
from tui.domain.upcoming import MOST, Upcoming, needed_tasks, upcoming
from tui.domain.workflow import Workflow

LEAF = """
- name: work
  inputs: {parameters: [{name: n, default: "0"}]}
  container: {image: alpine, command: [sh, -c, "sleep 5"]}
"""
DIAMOND = f"""
entrypoint: main
templates:
{LEAF}
- name: main
  dag:
    tasks:
    - {{name: a, template: work}}
    - {{name: b, template: work, depends: a}}
    - {{name: c, template: work, depends: a.Succeeded}}
    - {{name: d, template: work, depends: "b && (c.Succeeded || c.Skipped)"}}
"""
GROUPS = f"""
entrypoint: main
templates:
{LEAF}
- name: main
  steps:
  - - {{name: one, template: work}}
  - - {{name: two, template: work}}
    - {{name: three, template: inner}}
  - - {{name: four, template: work}}
- name: inner
  dag:
    tasks:
    - {{name: x, template: work}}
    - {{name: y, template: work, dependencies: [x]}}
"""
NESTED = f"""
entrypoint: main
templates:
{LEAF}
- name: main
  dag:
    tasks:
    - {{name: a, template: inner}}
    - {{name: b, template: inner, depends: a}}
- name: inner
  steps:
  - - {{name: p, template: work}}
    - {{name: q, template: work}}
  - - {{name: r, template: work}}
"""


def titles(found: Upcoming) -> set[str]:
    return {node.display_name for node in found.nodes.values() if node.type != "StepGroup"}


def shown(world: World) -> Workflow:
    return decode.from_manifest(world.get())


def arrows(graph: Graph) -> set[tuple[Key, Key]]:
    return {(one, other) for one, others in graph.edges.items() for other in others}


@pytest.mark.parametrize("spec", [DIAMOND, GROUPS, NESTED], ids=["diamond", "steps", "nested"])
def test_what_is_drawn_before_a_run_is_what_is_drawn_after_it(spec: str) -> None:
    world = World()
    world.submit(spec)
    before = shown(world)
    assert not before.nodes
    drawn = graph_of(before, 0)
    assert drawn.boxes and all(box.is_coming and not box.is_never for box in drawn.boxes.values())
    world.finish()
    after = graph_of(shown(world), 0)
    assert not any(box.is_coming for box in after.boxes.values())
    assert set(drawn.boxes) == set(after.boxes)
    assert arrows(drawn) == arrows(after)


@pytest.mark.parametrize("spec", [DIAMOND, GROUPS, NESTED], ids=["diamond", "steps", "nested"])
def test_the_graph_is_the_same_at_any_moment_of_a_run(spec: str) -> None:
    world = World()
    world.submit(spec)
    whole = graph_of(shown(world), 0)
    for _ in range(60):
        world.clock.advance(1)
        now = shown(world)
        drawn = graph_of(now, 0)
        assert set(drawn.boxes) == set(whole.boxes)
        assert arrows(drawn) == arrows(whole)
        if now.is_completed:
            break
    assert now.phase == "Succeeded"


def made(spec: str, **status: object) -> Workflow:
    world = World()
    world.submit(spec)
    return shown(world)


def test_a_loop_is_one_node_with_as_many_items_as_the_template_says() -> None:
    found = upcoming(
        made(
            f"""
entrypoint: main
templates:
{LEAF}
- name: main
  dag:
    tasks:
    - {{name: listed, template: work, withItems: [1, 2, 3]}}
    - {{name: numbered, template: work, withSequence: {{start: "2", end: "5"}}}}
    - {{name: counted, template: work, withSequence: {{count: "7"}}}}
    - {{name: unknown, template: work, withParam: "{{{{workflow.parameters.x}}}}"}}
    - {{name: once, template: work}}
"""
        )
    )
    counts = {found.nodes[key].display_name: count for key, count in found.counts.items()}
    assert counts == {"listed": 3, "numbered": 4, "counted": 7, "unknown": None}


def test_a_template_of_another_object_is_found_where_the_status_stores_it() -> None:
    workflow = decode.from_manifest(
        {
            "metadata": {"name": "w"},
            "spec": {"entrypoint": "main", "templates": [
                {"name": "main", "dag": {"tasks": [
                    {"name": "a", "templateRef": {"name": "lib", "template": "flow"}}]}},
                {"name": "flow", "container": {"image": "wrong one"}},
            ]},
            "status": {"phase": "Running", "storedTemplates": {
                "namespaced/lib/flow": {"name": "flow", "steps": [
                    [{"name": "x", "template": "inner"}]]},
                "namespaced/lib/inner": {"name": "inner", "suspend": {}},
            }},
        }
    )  # fmt: skip
    found = upcoming(workflow)
    assert {(node.display_name, node.type) for node in found.nodes.values()} == {
        ("w", "DAG"), ("a", "Steps"), ("[0]", "StepGroup"), ("x", "Suspend"),
    }  # fmt: skip


def test_of_a_run_from_a_template_the_stored_spec_is_read() -> None:
    workflow = decode.from_manifest(
        {
            "metadata": {"name": "w"},
            "spec": {"workflowTemplateRef": {"name": "t"}},
            "status": {"storedWorkflowTemplateSpec": {
                "entrypoint": "main", "onExit": "bye",
                "templates": [{"name": "main", "steps": [[{"name": "a", "template": "bye"}]]},
                              {"name": "bye", "container": {}}]}},
        }
    )  # fmt: skip
    assert titles(upcoming(workflow)) == {"w", "a", "w.onExit"}


def test_a_template_that_uses_itself_is_not_followed_into_itself() -> None:
    found = upcoming(
        made(
            """
entrypoint: flip
templates:
- name: flip
  steps:
  - - {name: again, template: flip, when: "{{x}} == y"}
"""
        )
    )
    assert titles(found) == {"wf", "again"}
    assert list(found.conditions.values()) == ["{{x}} == y"]


def test_a_handler_is_to_come_until_its_task_is_over() -> None:
    spec = f"""
entrypoint: main
onExit: work
templates:
{LEAF}
- name: main
  dag:
    tasks:
    - {{name: a, template: work, hooks: {{exit: {{template: work}}}}}}
    - {{name: b, template: work, depends: a}}
    - {{name: c, template: work, hooks: {{running: {{template: work, expression: "1 == 1"}}}}}}
"""
    world = World()
    world.submit(spec)
    first = upcoming(shown(world))
    assert {"a.onExit", "wf.onExit"} <= titles(first)
    world.clock.advance(2)
    assert "a.onExit" in titles(upcoming(shown(world)))
    world.finish()
    after = shown(world)
    assert upcoming(after).nodes == {}
    assert any(is_hook(node) for node in after.nodes.values())


HOOKED = f"""
entrypoint: main
hooks:
  exit: {{template: work}}
  started: {{template: work, expression: 'workflow.status == "Running"'}}
templates:
{LEAF}
- name: main
  steps:
  - - name: a
      template: work
      hooks:
        exit: {{template: work}}
        begun: {{template: work, expression: 'steps["a"].status == "Running"'}}
        never: {{template: work, expression: 'steps["a"].status == "Error"'}}
  - - name: b
      template: work
      hooks: {{exit: {{template: work, expression: 'steps["b"].status == "Failed"'}}}}
"""


def test_lifecycle_hooks_are_to_come_with_what_has_to_hold_for_them() -> None:
    world = World()
    world.submit(HOOKED)
    found = upcoming(shown(world))
    hooks = {node.display_name: key for key, node in found.nodes.items() if is_hook(node)}
    assert set(hooks) == {
        "wf.onExit", "wf.hooks.started", "a.onExit", "a.hooks.begun", "a.hooks.never", "b.onExit",
    }  # fmt: skip
    assert found.conditions[hooks["wf.hooks.started"]] == 'workflow.status == "Running"'
    assert found.conditions[hooks["b.onExit"]] == 'steps["b"].status == "Failed"'
    assert hooks["a.onExit"] not in found.conditions
    step = next(key for key, node in found.nodes.items() if node.display_name == "a")
    assert hooks["a.hooks.begun"] in found.edges[step]
    for _ in range(60):
        world.clock.advance(1)
        now = shown(world)
        known = {node.name: key for key, node in now.nodes.items()}
        coming = {node.name for node in upcoming(now).nodes.values()}
        assert not coming & set(known), "what began is not to come any more"
        assert {known[n] for n in ("wf.onExit", "wf[0].a.hooks.begun") if n in known} <= set(
            hooks.values()
        ), "and it is the same node"
        if now.is_completed:
            break
    assert {node.name for node in now.nodes.values() if is_hook(node)} == {
        "wf.onExit", "wf.hooks.started", "wf[0].a.onExit", "wf[0].a.hooks.begun",
    }  # fmt: skip


def test_a_run_from_a_template_has_its_hooks_and_those_of_other_templates() -> None:
    ref = {"templateRef": {"name": "lib", "template": "bye"}}
    workflow = decode.from_manifest(
        {
            "metadata": {"name": "w"},
            "spec": {"workflowTemplateRef": {"name": "t"}},
            "status": {"phase": "Running", "storedWorkflowTemplateSpec": {
                "entrypoint": "main", "hooks": {"exit": ref, "odd": "no hook", "none": {}},
                "templates": [{"name": "main", "container": {}}]},
                "storedTemplates": {"namespaced/lib/bye": {"name": "bye", "suspend": {}}}},
        }
    )  # fmt: skip
    assert {(node.display_name, node.type) for node in upcoming(workflow).nodes.values()} == {
        ("w", "Pod"), ("w.onExit", "Suspend"),
    }  # fmt: skip


def test_what_a_failed_run_left_undone_will_never_come() -> None:
    world = World()
    world.submit(
        """
entrypoint: main
templates:
- name: bad
  container: {image: alpine, command: [sh, -c, "exit 1"]}
- name: main
  steps:
  - - {name: one, template: bad}
  - - {name: two, template: bad}
"""
    )
    world.finish()
    found = upcoming(shown(world))
    assert titles(found) == {"two"} and set(found.nodes) == found.never
    drawn = graph_of(shown(world), 0)
    [box] = [box for box in drawn.boxes.values() if box.is_never]
    assert box.label == "two" and [one for one, other in arrows(drawn) if other == box.key]


def test_tasks_that_no_target_needs_do_not_come() -> None:
    found = upcoming(
        made(
            f"""
entrypoint: main
templates:
{LEAF}
- name: main
  dag:
    target: b
    tasks:
    - {{name: a, template: work}}
    - {{name: b, template: work, depends: a}}
    - {{name: c, template: work}}
"""
        )
    )
    assert titles(found) == {"wf", "a", "b"}


@pytest.mark.parametrize(
    ("task", "needs"),
    [
        ({"depends": "a.Succeeded && (b || !c.Failed)"}, ["a", "b", "c"]),
        ({"depends": "a.AnySucceeded || a.AllFailed"}, ["a"]),
        ({"dependencies": ["x-1", "y_2"]}, ["x-1", "y_2"]),
        ({"depends": ""}, []),
        ({"dependencies": "no list"}, []),
        ({}, []),
    ],
)
def test_what_a_task_needs(task: dict[str, object], needs: list[str]) -> None:
    assert needed_tasks(task) == needs


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=4),
    lambda inner: st.lists(inner, max_size=3)
    | st.dictionaries(
        st.sampled_from(["name", "template", "dag", "tasks", "steps", "depends", "withItems",
                         "withSequence", "count", "hooks", "exit", "templateRef", "inline",
                         "dependencies", "target"]),
        inner, max_size=4,
    ),
    max_leaves=20,
)  # fmt: skip


@given(st.lists(st.dictionaries(st.just("dag") | st.just("steps"), ANYTHING), max_size=4))
def test_no_template_is_too_odd(templates: list[dict[str, object]]) -> None:
    manifest = {
        "metadata": {"name": "w"},
        "spec": {
            "entrypoint": "t0",
            "templates": [{"name": f"t{at}", **each} for at, each in enumerate(templates)],
        },
        "status": {"phase": "Running"},
    }
    found = upcoming(decode.from_manifest(manifest))
    assert len(found.nodes) <= MOST
    for key, node in found.nodes.items():
        assert node.id == key


def doubling(depth: int) -> Iterator[dict[str, object]]:
    for level in range(depth):
        tasks = [{"name": f"x{at}", "template": f"t{level + 1}"} for at in range(10)]
        yield {"name": f"t{level}", "dag": {"tasks": tasks}}
    yield {"name": f"t{depth}", "container": {}}


def test_templates_that_stand_for_millions_of_steps_end() -> None:
    workflow = decode.from_manifest(
        {
            "metadata": {"name": "w"},
            "spec": {"entrypoint": "t0", "templates": list(doubling(12))},
            "status": {"phase": "Running"},
        }
    )
    found = upcoming(workflow)
    assert 1_000 < len(found.nodes) <= MOST
    known: dict[NodeId, Node] = {**workflow.nodes, **found.nodes}
    assert all(key in known and set(after) <= set(known) for key, after in found.edges.items())
