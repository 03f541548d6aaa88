"""What ends lets go what it held and gives what it has, whatever it is and wherever it stands."""

from __future__ import annotations

from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest

from tests.support.world import World
from tui.demo.resources import CONFIG_MAPS

DAG = """
    dag:
      tasks:
      - {name: one, template: work}
      - {name: two, template: work}
      - {name: three, template: work, dependencies: [one]}
"""
STEPS = """
    steps:
    - - {name: one, template: work}
      - {name: two, template: work}
      - {name: three, template: work}
"""
AROUND = {
    "a DAG": DAG,
    "steps": STEPS,
    "a loop of a DAG": "dag: {tasks: [{name: many, template: work, withItems: [1, 2, 3]}]}",
    "a loop of steps": "steps: [[{name: many, template: work, withItems: [1, 2, 3]}]]",
    "a DAG in a DAG": "dag: {tasks: [{name: inner, inline: {" + "dag: {tasks: ["
    "{name: one, template: work}, {name: two, template: work}, {name: three, template: work}]}}}]}",
}
LOCKS = {
    "mutex": "mutexes: [{name: the-lock}]",
    "old mutex": "mutex: {name: the-lock}",
    "semaphore": "semaphores: [{configMapKeyRef: {name: limits, key: one}}]",
}
WORK = {
    "a container": "container: {image: busybox, command: [sh, -c], args: [sleep 5]}",
    "a retried container": (
        "retryStrategy: {limit: 2}\n"
        "    container: {image: busybox, command: [sh, -c], args: [sleep 5]}"
    ),
    "a failing container": (
        "retryStrategy: {limit: 1}\n"
        "    container: {image: busybox, command: [sh, -c], args: ['sleep 5; exit 1']}"
    ),
    "steps": "steps: [[{name: deep, template: sleeper}]]",
    "a DAG": "dag: {tasks: [{name: deep, template: sleeper}]}",
    "a pause": "suspend: {duration: 5s}",
}


def spans(world: World) -> list[tuple[datetime, datetime]]:
    """From when to when each of the three had the lock: that of its pods."""
    found = []
    for name, pod in world.pods().items():
        times = (pod["metadata"]["creationTimestamp"], world.node(name)["finishedAt"])
        found.append((datetime.fromisoformat(times[0]), datetime.fromisoformat(times[1])))
    return sorted(found)


@pytest.mark.parametrize("around", AROUND)
@pytest.mark.parametrize("lock", LOCKS)
def test_who_holds_a_lock_lets_it_go_at_its_end(around: str, lock: str) -> None:
    took_turns(AROUND[around], LOCKS[lock], WORK["a container"])


@pytest.mark.parametrize("work", WORK)
@pytest.mark.parametrize("around", ["a DAG", "steps"])
def test_whatever_it_is_that_holds_the_lock(around: str, work: str) -> None:
    took_turns(AROUND[around], LOCKS["mutex"], WORK[work], fails="failing" in work)


def took_turns(around: str, lock: str, work: str, *, fails: bool = False) -> None:
    """Three that want one lock have it one after the other."""
    world = World()
    world.create("{apiVersion: v1, kind: ConfigMap, metadata: {name: limits}, data: {one: '1'}}")
    allowed = "continueOn: {failed: true}, " if fails else ""
    world.run(
        f"""
  entrypoint: main
  templates:
  - name: main
    {around.strip().replace("template: work", allowed + "template: work")}
  - name: work
    synchronization: {{{lock}}}
    {work}
  - name: sleeper
    container: {{image: busybox, command: [sh, -c], args: [sleep 5]}}
""",
        limit=600,
    )
    assert world.status()["phase"] == "Succeeded"
    times = spans(world)
    assert len(times) >= 3 or "suspend" in work
    # Argo's times are whole seconds; a pod ends a moment before its node is seen to have ended.
    for (_, end), (start, _) in pairwise(times):
        assert start >= end - timedelta(seconds=1)
    assert "synchronization" not in world.status()


PRODUCE = """
  - name: produce
    container: {image: busybox, command: [sh, -c], args: ["echo -n 42 > /tmp/n"]}
    outputs:
      parameters: [{name: num, globalName: answer, valueFrom: {path: /tmp/n}}]
      artifacts: [{name: file, globalName: answer-file, path: /tmp/n}]
  - name: consume
    inputs:
      artifacts:
      - {name: in, path: /in, from: "{{workflow.outputs.artifacts.answer-file}}"}
    container:
      image: busybox
      command: [sh, -c]
      args: ["echo answer={{workflow.outputs.parameters.answer}} `cat /in`"]
"""
FIRST_AND_SECOND = {
    "tasks": """
    dag:
      tasks:
      - {name: produce, FIRST}
      - {name: consume, template: consume, depends: produce, ARGUMENTS}
""",
    "steps": """
    steps:
    - - {name: produce, FIRST}
    - - {name: consume, template: consume, ARGUMENTS}
""",
}
GIVEN = 'arguments: {artifacts: [{name: in, from: "{{workflow.outputs.artifacts.answer-file}}"}]}'
BY = {
    "itself": "template: produce",
    "tried again": "template: again",
    "in a DAG": "template: inner-dag",
    "in steps": "template: inner-steps",
}
MORE = """
  - name: again
    retryStrategy: {limit: 1}
    container: {image: busybox, command: [sh, -c], args: ["echo -n 42 > /tmp/n"]}
    outputs:
      parameters: [{name: num, globalName: answer, valueFrom: {path: /tmp/n}}]
      artifacts: [{name: file, globalName: answer-file, path: /tmp/n}]
  - name: inner-dag
    dag: {tasks: [{name: deep, template: produce}]}
  - name: inner-steps
    steps: [[{name: deep, template: produce}]]
"""


@pytest.mark.parametrize("kind", FIRST_AND_SECOND)
@pytest.mark.parametrize("by", BY)
def test_an_output_for_all_is_there_for_what_runs_next(kind: str, by: str) -> None:
    world = World()
    main = FIRST_AND_SECOND[kind].replace("FIRST", BY[by]).replace("ARGUMENTS", GIVEN)
    produce = PRODUCE.replace(', from: "{{workflow.outputs.artifacts.answer-file}}"', "")
    world.run(f"  entrypoint: main\n  templates:\n  - name: main{main}{produce}{MORE}")
    assert world.status()["phase"] == "Succeeded"
    assert "answer=42 42" in log_of(world, "consume")
    (told,) = world.status()["outputs"]["parameters"]
    assert (told["name"], told["value"]) == ("answer", "42")


def log_of(world: World, shown: str) -> list[str]:
    """What the step of that display name printed."""
    pod = world.pods()[world.node(shown)["name"]]["metadata"]["name"]
    return [each.text for each in world.logs.lines("argo", pod, "main") if not each.is_argos]


@pytest.mark.parametrize("around", ["dag: {tasks: [STEP]}", "steps: [[STEP]]"])
def test_a_result_is_kept_for_the_next_who_asks(around: str) -> None:
    spec = f"""
    entrypoint: main
    templates:
    - name: main
      {around.replace("STEP", "{name: made, template: memo}")}
    - name: memo
      memoize: {{key: k, cache: {{configMap: {{name: kept}}}}}}
      container: {{image: busybox, command: [sh, -c], args: ["echo -n 7 > /n"]}}
      outputs: {{parameters: [{{name: n, valueFrom: {{path: /n}}}}]}}
    """
    world = World()
    world.run(spec, "first")
    assert "k" in world.store.get(CONFIG_MAPS, "argo", "kept")["data"]
    world.run(spec, "second")
    assert world.node("made", "second")["memoizationStatus"]["hit"] is True
    assert world.node("made", "second")["outputs"]["parameters"][0]["value"] == "7"


def test_names_of_outputs_may_hold_what_their_template_is_given() -> None:
    world = World()
    world.run(
        """
    entrypoint: main
    templates:
    - name: main
      steps:
      - - name: make
          template: make
          arguments: {parameters: [{name: v, value: "{{item}}"}]}
          withItems: [car, bike]
      - - name: read
          template: read
          arguments: {artifacts: [{name: a, from: "{{workflow.outputs.artifacts.out-car}}"}]}
    - name: make
      inputs: {parameters: [{name: v}]}
      script:
        image: alpine
        command: [sh]
        source: "echo have {{inputs.parameters.v}} > /r.txt; echo -n 1 > /n"
      outputs:
        artifacts:
        - name: "r-{{inputs.parameters.v}}"
          path: /r.txt
          globalName: "out-{{inputs.parameters.v}}"
        parameters:
        - {name: "n-{{inputs.parameters.v}}-{{workflow.name}}", valueFrom: {path: /n}}
    - name: read
      inputs: {artifacts: [{name: a, path: /in}]}
      container: {image: alpine, command: [cat, /in]}
    """
    )
    assert world.status()["phase"] == "Succeeded"
    assert log_of(world, "read") == ["have car"]
    outputs = world.node("make(0:car)")["outputs"]
    assert outputs["artifacts"][0]["name"] == "r-car"
    assert outputs["parameters"][0]["name"] == "n-car-wf"


@pytest.mark.parametrize(
    "name", ["r {{inputs.parameters.v}}", "{{inputs.parameters.w}}", "{{steps.a.outputs.result}}"]
)
def test_other_names_of_outputs_are_refused(name: str) -> None:
    world = World()
    made = world.run(
        f"""
    entrypoint: main
    arguments: {{parameters: [{{name: v, value: x}}]}}
    templates:
    - name: main
      inputs: {{parameters: [{{name: v}}]}}
      container: {{image: alpine, command: [ls]}}
      outputs: {{artifacts: [{{name: "{name}", path: /r.txt}}]}}
    """
    )
    assert made["status"]["phase"] == "Failed"
    assert made["status"]["message"].startswith("invalid spec: ")


EMPTY = {
    "in the middle": "[[A], [], [B]]",
    "first": "[[], [A], [B]]",
    "last": "[[A], [B], []]",
    "two of them": "[[A], [], [], [B]]",
    "nothing but": "[[], []]",
    "no group": "[]",
}


@pytest.mark.parametrize("where", EMPTY)
def test_an_empty_group_of_steps_is_passed_and_nothing_is_its_own_child(where: str) -> None:
    groups = (
        EMPTY[where].replace("A", "{name: a, template: t}").replace("B", "{name: b, template: t}")
    )
    world = World()
    world.run(
        f"""
    entrypoint: main
    templates:
    - {{name: main, steps: [[{{name: inner, template: inside}}], [{{name: after, template: t}}]]}}
    - {{name: inside, steps: {groups}}}
    - {{name: t, container: {{image: busybox, command: [echo, hi]}}}}
    """
    )
    assert world.status()["phase"] == "Succeeded"
    nodes: dict[str, Any] = world.status()["nodes"]
    for key, node in nodes.items():
        assert key not in node.get("children", ()), node["name"]
    assert not circle(nodes)
    assert world.node("after")["phase"] == "Succeeded"


def circle(nodes: dict[str, Any]) -> bool:
    """Whether some node comes after itself."""
    for start in nodes:
        todo, seen = list(nodes[start].get("children", ())), set()
        while todo:
            key = todo.pop()
            if key == start:
                return True
            if key not in seen:
                seen.add(key)
                todo += nodes[key].get("children", ())
    return False
