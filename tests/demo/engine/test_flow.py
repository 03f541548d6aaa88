"""Steps, DAGs, loops, conditions and gates: the nodes that Argo's controller would write."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.support.specs import ECHO, SAY, shell, told
from tests.support.world import World
from tui.demo.resources import WORKFLOWS
from tui.domain.podname import node_id, v2_pod_name

STEPS = f"""
entrypoint: main
templates:
- name: main
  steps:
  - [{{name: a, template: one}}, {{name: b, template: inner}}]
  - [{{name: c, template: one}}]
- name: inner
  steps: [[{{name: x, template: one}}], [{{name: y, template: one}}]]
- {shell("one", "sleep 2")}
"""


def test_steps_connect_each_group_to_the_ends_of_the_one_before(world: World) -> None:
    world.run(STEPS)
    root, b, y, a = (world.node(name) for name in ("wf", "b", "y", "a"))
    first, second = node_id("wf", "wf[0]"), node_id("wf", "wf[1]")
    assert root["children"] == [first]
    assert set(world.node("wf[0]")["children"]) == {a["id"], b["id"]}
    assert a["children"] == [second]
    assert y["children"] == [second], "the end of the inner steps leads to the next group"
    assert b["outboundNodes"] == [y["id"]]
    assert b["children"] == [node_id("wf", "wf[0].b[0]")]
    assert root["outboundNodes"] == [world.node("c")["id"]]
    assert y["boundaryID"] == b["id"]
    assert world.node("wf[0]")["displayName"] == "[0]"
    assert y["name"] == "wf[0].b[1].y"
    assert v2_pod_name("wf", y["name"], "one") in {
        pod["metadata"]["name"] for pod in world.pods().values()
    }


def test_the_report_of_a_run_draws_its_tree(world: World) -> None:
    world.run(STEPS)
    tree = [line for line in world.tree().splitlines() if "✔" in line]
    assert [line.split("✔")[1].split()[0] for line in tree] == ["wf", "a", "b", "x", "y", "c"]


DAG = f"""
entrypoint: main
templates:
- name: main
  dag:
    tasks:
    - {{name: A, template: ok}}
    - {{name: B, template: bad, depends: A}}
    - {{name: C, template: ok, depends: A}}
    - {{name: D, template: ok, depends: B && C}}
    - {{name: E, template: ok, depends: B.Failed}}
- {shell("ok", "sleep 2")}
- {shell("bad", "exit 1")}
"""


def test_a_dag_omits_what_depends_on_a_failure(world: World) -> None:
    world.run(DAG)
    phases = world.phases()
    assert phases == {
        "wf": "Failed",
        "A": "Succeeded",
        "B": "Failed",
        "C": "Succeeded",
        "D": "Omitted",
        "E": "Succeeded",
    }
    d = world.node("D")
    assert (d["type"], d["message"]) == ("Skipped", "omitted: depends condition not met")
    assert d["id"] in world.node("B")["children"]
    assert d["id"] in world.node("C")["children"]
    assert world.node("wf")["children"] == [world.node("A")["id"]]


@pytest.mark.parametrize(("fail_fast", "later"), [("true", False), ("false", True)])
def test_fail_fast_starts_nothing_new(world: World, fail_fast: str, later: bool) -> None:
    world.run(f"""
entrypoint: main
templates:
- name: main
  dag:
    failFast: {fail_fast}
    tasks:
    - {{name: bad, template: bad}}
    - {{name: slow, template: slow}}
    - {{name: later, template: slow, dependencies: [slow]}}
- {shell("slow", "sleep 20")}
- {shell("bad", "exit 1")}
""")
    assert world.status()["phase"] == "Failed"
    assert world.phases()["slow"] == "Succeeded"
    assert world.has("later") is later


def test_continue_on_lets_a_failure_pass(world: World) -> None:
    done = world.run(f"""
entrypoint: main
templates:
- name: main
  steps:
  - [{{name: bad, template: bad, continueOn: {{failed: true}}}}]
  - [{{name: dag, template: dag}}]
- name: dag
  dag:
    tasks:
    - {{name: x, template: bad, continueOn: {{failed: true}}}}
    - {{name: y, template: ok, dependencies: [x]}}
- {shell("ok", "true")}
- {shell("bad", "exit 1")}
""")
    assert done["status"]["phase"] == "Succeeded"
    assert done["status"]["progress"] == "1/3"
    assert world.phases()["y"] == "Succeeded"


def test_a_failed_step_fails_its_steps_with_argos_words(world: World) -> None:
    world.run(f"""
entrypoint: main
templates:
- {{name: main, steps: [[{{name: bad, template: bad}}], [{{name: never, template: bad}}]]}}
- {shell("bad", "exit 1")}
""")
    child = world.node("bad")["id"]
    assert world.status()["message"] == f"child '{child}' failed"
    assert world.node("wf[0]")["message"] == f"child '{child}' failed"
    assert not world.has("never")


LOOP = f"""
entrypoint: main
templates:
- name: main
  dag:
    tasks:
    - {{name: gen, template: gen}}
    - name: each
      template: say
      depends: gen
      withParam: "{{{{tasks.gen.outputs.result}}}}"
      arguments: {{parameters: [{{name: m, value: "{{{{item}}}}"}}]}}
    - name: all
      template: say
      depends: each
      arguments: {{parameters: [{{name: m, value: "{{{{tasks.each.outputs.result}}}}"}}]}}
- name: gen
  script: {{image: python, command: [python], source: "print('[\\"x\\", \\"y\\"]')"}}
- {SAY}
"""


def test_a_loop_over_a_result_is_a_task_group(world: World) -> None:
    world.run(LOOP)
    group = world.node("each")
    assert (group["type"], group["phase"]) == ("TaskGroup", "Succeeded")
    assert group["children"] == [world.node("each(0:x)")["id"], world.node("each(1:y)")["id"]]
    assert world.node("each(1:y)")["boundaryID"] == "wf"
    assert world.node("each(1:y)")["inputs"]["parameters"] == [{"name": "m", "value": "y"}]
    assert world.node("all")["outputs"]["result"] == '["x","y"]'
    assert world.node("all")["id"] in world.node("each(0:x)")["children"]


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("hello", "invalid character 'h' looking for beginning of value"),
        ("nothing", "invalid character 'o' in literal null (expecting 'u')"),
        ("[1, 2", "unexpected end of JSON input"),
        ("[1 2]", "invalid character '2' after array element"),
        ('{"a": 1 "b": 2}', "invalid character '\"' after object key:value pair"),
        ('{"a": 1}', "json: cannot unmarshal object into Go value of type []v1alpha1.Item"),
    ],
)
def test_a_loop_over_what_is_no_list_says_what_go_says(world: World, text: str, error: str) -> None:
    step = {"name": "s", "template": "ok", "withParam": text}
    steps = f"{{name: m, steps: [[{json.dumps(step)}]]}}"
    world.run(f"{{entrypoint: m, templates: [{steps}, {shell('ok', 'true')}]}}")
    words = f"withParam value could not be parsed as a JSON list: {text}: {error}"
    assert world.node("[0]")["message"] == world.status()["message"] == words


def test_a_loop_of_steps_has_an_id_without_having_a_node(world: World) -> None:
    loop = "{name: many, template: ok, withItems: [0, 1]}"
    say = f"{{name: after, template: say, {told('{{steps.many.id}}')}}}"
    main = f"{{name: main, steps: [[{loop}], [{say}]]}}"
    world.run(f"{{entrypoint: main, templates: [{main}, {SAY}, {shell('ok', 'true')}]}}")
    assert world.node("after")["outputs"]["result"] == node_id("wf", "wf[0].many")


@pytest.mark.parametrize(
    ("default", "value", "said"),
    [
        ("", "{{tasks.a.outputs.parameters.o}}", None),
        ("default: d", "{{tasks.a.outputs.parameters.o}}", "d"),
    ],
)
def test_what_a_skipped_task_never_gave_is_an_error_unless_there_is_a_default(
    world: World, default: str, value: str, said: str | None
) -> None:
    outputs = "outputs: {parameters: [{name: o, valueFrom: {path: /o}}]}"
    show = f"{{name: show, inputs: {{parameters: [{{name: m, {default}}}]}}, {ECHO}}}"
    a = "{name: a, template: give, when: 'false'}"
    b = f"{{name: b, template: show, depends: a.Skipped, {told(value)}}}"
    main = f"{{name: main, dag: {{tasks: [{a}, {b}]}}}}"
    world.run(
        f"{{entrypoint: main, templates: [{main}, {shell('give', 'true', outputs)}, {show}]}}"
    )
    node = world.node("b")
    if said is None:
        assert (node["type"], node["phase"]) == ("Skipped", "Error")
        assert node["message"] == (
            "inputs.parameters.m: argument references an absent optional "
            "(skipped/omitted node output with no default)"
        )
    else:
        assert node["outputs"]["result"] == said


def test_an_empty_loop_is_skipped(world: World) -> None:
    world.run(f"""
entrypoint: main
templates:
- name: main
  steps: [[{{name: s, template: say, withParam: "[]", {told("x")}}}]]
- {SAY}
""")
    assert world.status()["phase"] == "Succeeded"
    assert world.node("s")["message"] == "Skipped, empty params"


def test_when_skips_with_its_words(world: World) -> None:
    world.run(f"""
entrypoint: main
templates:
- name: main
  steps: [[{{name: s, template: say, when: "a == b", {told("x")}}}]]
- {SAY}
""")
    s = world.node("s")
    assert (s["type"], s["phase"]) == ("Skipped", "Skipped")
    assert s["message"] == "when 'a == b' evaluated false"


GATE = f"""
entrypoint: main
templates:
- name: main
  steps:
  - [{{name: gate, template: gate}}]
  - [{{name: say, template: say, {told("{{steps.gate.outputs.parameters.ok}}")}}}]
- name: gate
  suspend: {{}}
  outputs: {{parameters: [{{name: ok, valueFrom: {{supplied: {{}}, default: fine}}}}]}}
- {SAY}
"""


def test_a_suspend_node_waits_with_its_supplied_outputs(world: World) -> None:
    world.submit(GATE)
    world.clock.advance(600)
    gate = world.node("gate")
    assert (gate["type"], gate["phase"]) == ("Suspend", "Running")
    wanted = {"name": "ok", "valueFrom": {"supplied": {}, "default": "fine"}}
    assert gate["outputs"]["parameters"] == [wanted]
    assert world.status()["phase"] == "Running"


def test_a_timed_suspend_goes_on_by_itself(world: World) -> None:
    begun = world.now()
    world.run("{entrypoint: a, templates: [{name: a, suspend: {duration: 90s}}]}")
    assert world.status()["phase"] == "Succeeded"
    assert (world.now() - begun).total_seconds() >= 90


def test_the_same_seed_is_the_same_run() -> None:
    def story(seed: int) -> list[Any]:
        world = World(seed)
        world.run(LOOP)
        return [world.status()["nodes"], world.status()["finishedAt"]]

    assert story(5) == story(5)


def test_a_workflow_is_written_once_for_many_pods(world: World) -> None:
    world.submit(f"""
entrypoint: main
templates:
- {{name: main, steps: [[{{name: s, template: a, withSequence: {{count: "40"}}}}]]}}
- {shell("a", "sleep 3")}
""")
    writes = 0

    def count(change: Any) -> None:
        nonlocal writes
        writes += change.resource is WORKFLOWS

    world.store.subscribe(count)
    world.finish()
    assert 3 < writes < 20
