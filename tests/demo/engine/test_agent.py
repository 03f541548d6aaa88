"""HTTP and plugin nodes, and the pod that works for them."""

from __future__ import annotations

from tests.support.world import World
from tui.demo.resources import PODS, WORKFLOW_TASK_RESULTS, WORKFLOWS
from tui.domain.podname import agent_pod_name

CALLS = """
entrypoint: main
templates:
- name: main
  steps:
  - - {name: good, template: call, arguments: {parameters: [{name: url, value: "https://x.y/a"}]}}
    - name: bad
      template: call
      continueOn: {failed: true}
      arguments: {parameters: [{name: url, value: "https://x.y/status/503"}]}
    - name: made
      template: wants-201
      arguments: {parameters: [{name: url, value: "https://x.y/status/201"}]}
    - name: named
      template: wants-name
      arguments: {parameters: [{name: url, value: "https://google.com"}]}
  - - {name: plug, template: plug}
- name: call
  inputs: {parameters: [{name: url}]}
  http: {url: "{{inputs.parameters.url}}"}
- name: wants-201
  inputs: {parameters: [{name: url}]}
  http: {url: "{{inputs.parameters.url}}", successCondition: "response.statusCode == 201"}
- name: wants-name
  inputs: {parameters: [{name: url}]}
  http:
    url: "{{inputs.parameters.url}}"
    successCondition: 'response.body contains "google" && response.headers["Server"][0] == "demo"'
- name: plug
  plugin: {hello: {}}
"""


def test_answers_are_judged_by_the_condition_or_by_their_status() -> None:
    world = World()
    world.run(CALLS)
    phases = world.phases()
    assert phases["wf"] == "Succeeded"
    assert [phases[n] for n in ("good", "made", "named", "plug")] == ["Succeeded"] * 4
    assert (phases["bad"], world.node("bad")["message"]) == (
        "Failed",
        "received non-2xx response code: 503",
    )
    assert "https://x.y/a" in world.node("good")["outputs"]["result"]
    assert world.node("plug")["type"] == "Plugin"


def test_one_agent_works_for_all_of_a_workflow_and_goes_with_its_end() -> None:
    world = World()
    world.submit(CALLS)
    world.until(lambda: bool(world.store.list(PODS)))
    (pod,) = world.store.list(PODS)
    assert pod["metadata"]["name"] == agent_pod_name("wf")
    assert pod["metadata"]["labels"]["workflows.argoproj.io/component"] == "agent"
    assert world.node("good")["phase"] == "Pending"
    world.until(lambda: world.has("plug"))
    (pod,) = world.store.list(PODS)
    assert pod["status"]["phase"] == "Running"
    lines = world.logs.lines("argo", agent_pod_name("wf"), "main")
    assert any("Processing task" in line.text for line in lines)
    world.finish()
    assert world.store.list(PODS) == []
    assert world.store.list(WORKFLOW_TASK_RESULTS) == []


def test_an_agent_that_somebody_deleted_comes_again() -> None:
    world = World()
    world.submit(CALLS)
    world.until(lambda: bool(world.store.list(PODS)))
    world.engine.kubelet.delete("argo", agent_pod_name("wf"))
    world.store.patch_merge(WORKFLOWS, "argo", "wf", {"metadata": {"labels": {"a": "b"}}})
    assert world.finish()["status"]["phase"] == "Succeeded"


def test_stopping_ends_nodes_that_wait_for_the_agent() -> None:
    world = World()
    world.submit(CALLS)
    world.until(lambda: world.has("good"))
    world.store.patch_merge(WORKFLOWS, "argo", "wf", {"spec": {"shutdown": "Stop"}})
    world.finish()
    assert world.phases()["good"] == "Failed"
    assert world.store.list(PODS) == []
