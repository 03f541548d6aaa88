"""What pods are made of: what they inherit, their init containers, their time, their removal."""

from __future__ import annotations

from typing import Any

from tests.support.world import World
from tui.demo.resources import PODS

LABEL = "workflows.argoproj.io/"


def spec_of(world: World, node: str = "wf") -> dict[str, Any]:
    """The spec of the pod of a node."""
    spec = world.pods()[node]["spec"]
    assert isinstance(spec, dict)
    return spec


def test_a_pod_has_what_its_template_says_or_else_its_workflow() -> None:
    world = World()
    world.run(
        """
        entrypoint: main
        nodeSelector: {disk: slow}
        tolerations: [{key: gpu, operator: Exists}]
        imagePullSecrets: [{name: registry}]
        templates:
        - name: main
          nodeSelector: {disk: fast}
          container: {image: busybox, command: ["true"]}
        """
    )
    spec = spec_of(world)
    assert spec["nodeSelector"] == {"disk": "fast"}
    assert spec["tolerations"] == [{"key": "gpu", "operator": "Exists"}]
    assert spec["imagePullSecrets"] == [{"name": "registry"}]


INIT = """
entrypoint: main
templates:
- name: main
  initContainers:
  - {name: fetch, image: busybox, command: [sh, -c], args: ["echo fetching; sleep 3"]}
  - {name: check, image: busybox, command: [sh, -c], args: ["echo checking; exit CODE"]}
  container: {image: busybox, command: [echo, working]}
"""


def test_init_containers_of_a_template_run_one_after_the_other_before_the_main_one() -> None:
    world = World()
    world.submit(INIT.replace("CODE", "0"))
    world.until(lambda: bool(world.pods()) and "fetching" in log(world, "fetch"))
    states = world.pods()["wf"]["status"]["initContainerStatuses"]
    assert [each["name"] for each in states] == ["init", "fetch", "check"]
    assert "running" in states[1]["state"] and "waiting" in states[2]["state"]
    assert log(world, "main") == []
    world.finish()
    assert world.status()["phase"] == "Succeeded"
    assert (log(world, "check"), log(world, "main")) == (["checking"], ["working"])
    ended = [each["state"]["terminated"]["exitCode"] for each in initial(world)]
    assert ended == [0, 0, 0]


def test_an_init_container_that_fails_is_the_end_of_its_pod() -> None:
    world = World()
    world.run(INIT.replace("CODE", "3"))
    node = world.node("wf")
    assert (node["phase"], node["message"]) == ("Error", "check: Error (exit code 3)")
    assert log(world, "main") == []


def initial(world: World) -> list[dict[str, Any]]:
    """The statuses of init containers."""
    found: list[dict[str, Any]] = world.pods()["wf"]["status"]["initContainerStatuses"]
    return found


def log(world: World, container: str) -> list[str]:
    """What the program of a container of the only pod has printed."""
    lines = world.logs.lines("argo", "wf", container)
    return [line.text for line in lines if not line.is_argos]


def test_a_template_may_take_only_so_long() -> None:
    world = World()
    world.run(
        """
        entrypoint: main
        templates:
        - name: main
          steps:
          - - name: slow
              template: slow
              continueOn: {failed: true}
              arguments: {parameters: [{name: most, value: 10s}]}
        - name: slow
          inputs: {parameters: [{name: most}]}
          timeout: "{{inputs.parameters.most}}"
          container: {image: busybox, command: [sleep, "300"]}
        """
    )
    node = world.node("slow")
    assert (node["phase"], node["message"]) == ("Failed", "Step exceeded its deadline")
    assert world.status()["phase"] == "Succeeded"


def test_only_pods_with_these_labels_are_collected() -> None:
    world = World()
    world.run(
        """
        entrypoint: main
        podGC:
          strategy: OnPodCompletion
          labelSelector:
            matchLabels: {kind: short}
            matchExpressions: [{key: keep, operator: DoesNotExist}]
        templates:
        - name: main
          steps:
          - - {name: gone, template: gone}
            - {name: kept, template: kept}
            - {name: other, template: other}
        - name: gone
          metadata: {labels: {kind: short}}
          container: {image: busybox, command: ["true"]}
        - name: kept
          metadata: {labels: {kind: short, keep: "yes"}}
          container: {image: busybox, command: ["true"]}
        - name: other
          container: {image: busybox, command: ["true"]}
        """
    )
    world.clock.advance(30)
    assert sorted(world.pods()) == ["wf[0].kept", "wf[0].other"]
    told = world.pods()["wf[0].kept"]["metadata"]["annotations"]
    assert told[f"{LABEL}pod-gc-strategy"] == "OnPodCompletion/0s"


def test_a_volume_made_for_a_workflow_goes_when_it_has_succeeded() -> None:
    world = World()
    spec = """
        entrypoint: main
        volumeClaimTemplates: [{metadata: {name: work}, spec: {}}]
        templates:
        - name: main
          container: {image: busybox, command: [sh, -c, "exit CODE"]}
        """
    world.submit(spec.replace("CODE", "0"), "good")
    world.until(lambda: bool(world.status("good").get("nodes")))
    claim = {"name": "work", "persistentVolumeClaim": {"claimName": "good-work"}}
    assert world.status("good")["persistentVolumeClaims"] == [claim]
    assert claim in world.pods()["good"]["spec"]["volumes"]
    world.finish("good")
    assert "persistentVolumeClaims" not in world.status("good")
    world.run(spec.replace("CODE", "1"), "bad")
    assert world.status("bad")["persistentVolumeClaims"]


def test_a_patch_changes_a_pod_by_the_names_of_its_containers() -> None:
    world = World()
    world.run(
        """
        entrypoint: main
        arguments: {parameters: [{name: cpu, value: 300m}]}
        podSpecPatch: |
          terminationGracePeriodSeconds: 3
          containers:
          - name: main
            resources: {limits: {cpu: "{{workflow.parameters.cpu}}"}}
        templates:
        - name: main
          podSpecPatch: '{"containers":[{"name":"main","resources":{"limits":{"memory":"1Gi"}}}]}'
          container: {image: busybox, command: ["true"]}
        """
    )
    spec = spec_of(world)
    assert spec["terminationGracePeriodSeconds"] == 3
    assert [each["name"] for each in spec["containers"]] == ["wait", "main"]
    assert spec["containers"][1]["resources"]["limits"] == {"cpu": "300m", "memory": "1Gi"}
    assert spec["containers"][1]["image"] == "busybox"


def test_pods_of_exit_handlers_of_steps_are_labelled_as_such() -> None:
    world = World()
    world.run(
        """
        entrypoint: main
        templates:
        - name: main
          steps: [[{name: one, template: leaf, onExit: leaf}]]
        - name: leaf
          container: {image: busybox, command: ["true"]}
        """
    )
    label = f"{LABEL}on-exit"
    pods = world.pods()
    assert pods["wf[0].one.onExit"]["metadata"]["labels"][label] == "true"
    assert label not in pods["wf[0].one"]["metadata"]["labels"]


def test_a_node_says_whether_the_result_of_its_pod_is_in() -> None:
    world = World()
    world.submit("{entrypoint: a, templates: [{name: a, container: {command: [sleep, '9']}}]}")
    world.until(lambda: bool(world.status().get("nodes")))
    assert world.node("wf")["taskResultSynced"] is False
    world.finish()
    assert world.node("wf")["taskResultSynced"] is True


def test_what_others_write_into_a_pod_stays() -> None:
    world = World()
    world.submit("{entrypoint: a, templates: [{name: a, container: {command: [sleep, '9']}}]}")
    world.until(lambda: bool(world.pods()))
    world.store.patch_merge(PODS, "argo", "wf", {"metadata": {"labels": {"seen": "yes"}}})
    world.finish()
    labels = world.pods()["wf"]["metadata"]["labels"]
    assert (labels["seen"], labels[f"{LABEL}completed"]) == ("yes", "true")
