"""What holds a run back or ends it: parallelism, locks, deadlines."""

from __future__ import annotations

import pytest

from tests.support.specs import only, shell
from tests.support.world import World


def most_running(world: World, done: str = "wf") -> int:
    most = 0
    while not world.status(done).get("finishedAt"):
        world.clock.advance(1)
        running = [p for p in world.pods().values() if p["status"]["phase"] == "Running"]
        most = max(most, len(running))
    return most


@pytest.mark.parametrize("place", ["workflow", "template"])
def test_parallelism_holds_pods_back(world: World, place: str) -> None:
    top, inner = ("parallelism: 2", "") if place == "workflow" else ("", "parallelism: 2,")
    world.submit(f"""
entrypoint: main
{top}
templates:
- {{name: main, {inner} steps: [[{{name: s, template: a, withSequence: {{count: "5"}}}}]]}}
- {shell("a", "sleep 4")}
""")
    assert most_running(world) == 2
    assert world.status()["phase"] == "Succeeded"


def locked(kind: str, place: str) -> str:
    lock = {
        "mutex": "mutexes: [{name: m}]",
        "semaphore": "semaphores: [{configMapKeyRef: {name: limits, key: n}}]",
    }[kind]
    top, inner = (
        (f"synchronization: {{{lock}}}", "")
        if place == "wf"
        else ("", f"synchronization: {{{lock}}}")
    )
    return f"""
entrypoint: main
{top}
templates:
- {{name: main, steps: [[{{name: s, template: a, withSequence: {{count: "3"}}}}]]}}
- {shell("a", "sleep 10", inner)}
"""


def test_a_workflow_waits_for_a_mutex_until_it_is_free(world: World) -> None:
    world.submit(locked("mutex", "wf"), "one")
    world.submit(locked("mutex", "wf"), "two")
    world.clock.advance(5)
    waiting = world.status("two")
    assert waiting["phase"] == "Pending"
    assert waiting["message"] == "Waiting for argo/Mutex/m lock. Lock status: 0/1"
    assert waiting["synchronization"]["mutex"]["waiting"] == [
        {"mutex": "argo/Mutex/m", "holder": "argo/one"}
    ]
    assert world.status("one")["synchronization"]["mutex"]["holding"][0]["holder"] == "argo/one"
    world.finish("two")
    assert world.status("two")["phase"] == "Succeeded"
    assert "synchronization" not in world.status("one")


def test_a_semaphore_lets_so_many_nodes_run(world: World) -> None:
    limits = "{apiVersion: v1, kind: ConfigMap, metadata: {name: limits}, data: {n: '2'}}"
    world.create(limits)
    world.submit(locked("semaphore", "node"))
    world.clock.advance(4)
    waiting = [n for n in world.status()["nodes"].values() if n.get("synchronizationStatus")]
    assert [n["phase"] for n in waiting] == ["Pending"]
    lock = "argo/ConfigMap/limits/n"
    assert waiting[0]["synchronizationStatus"] == {"waiting": lock}
    assert waiting[0]["message"] == f"Waiting for {lock} lock. Lock status: 0/2"
    assert most_running(world) == 2
    assert world.status()["phase"] == "Succeeded"


def test_a_semaphore_without_its_config_map_is_an_error(world: World) -> None:
    world.run(locked("semaphore", "node"))
    words = 'configmaps "limits" not found'
    assert world.node("s(0:0)")["phase"] == "Error"
    assert world.node("s(0:0)")["message"] == words
    world.run(locked("semaphore", "wf"), "whole")
    whole = world.status("whole")
    assert (whole["phase"], whole["message"]) == (
        "Failed",
        f"Failed to acquire the synchronization lock. {words}",
    )
    world.create("{apiVersion: v1, kind: ConfigMap, metadata: {name: limits}, data: {m: '2'}}")
    world.run(locked("semaphore", "node"), "other")
    words = "Sync configuration key 'n' not found in ConfigMap"
    assert world.node("s(0:0)", "other")["message"] == words


def test_the_deadline_of_a_workflow_ends_what_runs(world: World) -> None:
    main, slow = "{name: main, steps: [[{name: a, template: a}]]}", shell("a", "sleep 999")
    spec = f"{{entrypoint: main, activeDeadlineSeconds: 20, templates: [{main}, {slow}]}}"
    world.run(spec, limit=60)
    assert world.status()["phase"] == "Failed"
    assert world.node("a")["message"] == "Step exceeded its deadline"


def test_the_deadline_of_a_template_is_its_pods(world: World) -> None:
    world.run(only("sleep 999", "activeDeadlineSeconds: 10"))
    words = "Pod was active on the node longer than the specified deadline"
    assert world.node("wf")["message"] == words
