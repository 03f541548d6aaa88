"""What a workflow says for all its templates, and what templates say of themselves."""

from __future__ import annotations

from tests.support.world import World
from tui.demo.resources import CRON_WORKFLOWS, EVENTS, NAMESPACES, WORKFLOWS


def test_a_retry_strategy_of_the_workflow_is_that_of_its_templates() -> None:
    world = World()
    world.run(
        """
        entrypoint: main
        retryStrategy: {limit: "1"}
        templates:
        - name: main
          container: {image: busybox, command: [sh, -c, "exit 1"]}
        """
    )
    assert world.node("wf")["type"] == "Retry"
    assert world.node("wf")["message"] == "No more retries left"
    assert world.node("wf(1)")["phase"] == "Failed"


def test_a_template_may_give_its_nodes_a_name_to_show() -> None:
    world = World()
    world.run(
        """
        entrypoint: main
        templates:
        - name: main
          metadata: {annotations: {workflows.argoproj.io/display-name: "not allowed!"}}
          steps:
          - - {name: a, template: leaf}
        - name: leaf
          metadata: {annotations: {workflows.argoproj.io/display-name: Compile.all}}
          container: {image: busybox, command: ["true"]}
        """
    )
    assert world.node("wf[0].a")["displayName"] == "Compile.all"
    assert world.node("wf[0]")["displayName"] == "[0]"
    assert world.node("wf")["displayName"] == "wf"


def test_inline_templates_of_another_template_are_kept_with_the_run() -> None:
    world = World()
    world.create(
        """
        apiVersion: argoproj.io/v1alpha1
        kind: WorkflowTemplate
        metadata: {name: shared}
        spec:
          templates:
          - name: all
            steps:
            - - name: one
                withItems: [1, 2]
                inline: {container: {image: busybox, command: ["true"]}}
        """
    )
    world.run(
        """
        entrypoint: main
        templates:
        - name: main
          steps: [[{name: go, templateRef: {name: shared, template: all}}]]
        """
    )
    assert world.status()["phase"] == "Succeeded"
    stored = sorted(world.status()["storedTemplates"])
    assert stored == ["namespaced/shared/all", "namespaced/shared/inline/one"]


def test_events_of_nodes_say_when_these_started() -> None:
    world = World()
    spec = "{entrypoint: a, templates: [{name: a, container: {command: ['true']}}]}"
    world.run(spec)
    started = world.node("wf")["startedAt"]
    key = "workflows.argoproj.io/node-start-time"
    told = [each["metadata"].get("annotations", {}).get(key) for each in world.store.list(EVENTS)]
    assert started in told


def test_a_cron_workflow_stops_when_it_has_run_as_often_as_it_should() -> None:
    world = World()
    spec = {
        "schedules": ["* * * * *"],
        "stopStrategy": {"expression": "cronworkflow.succeeded >= 2"},
        "workflowSpec": {
            "entrypoint": "a",
            "templates": [{"name": "a", "container": {"command": ["echo", "beat"]}}],
        },
    }
    cron = {"metadata": {"name": "beat", "namespace": "argo"}, "spec": spec}
    world.store.create(CRON_WORKFLOWS, cron)
    world.clock.advance(600)
    (now,) = world.store.list(CRON_WORKFLOWS)
    assert now["status"]["phase"] == "Stopped"
    assert now["metadata"]["labels"]["cronworkflows.argoproj.io/completed"] == "true"
    assert len(world.store.list(WORKFLOWS)) == 2


def test_a_namespace_may_allow_only_so_many_workflows_at_once() -> None:
    world = World()
    label = {"workflows.argoproj.io/parallelism-limit": "1"}
    world.store.create(NAMESPACES, {"metadata": {"name": "argo", "labels": label}})
    spec = "{entrypoint: a, templates: [{name: a, container: {command: [sleep, '60']}}]}"
    world.submit(spec, "one")
    world.clock.advance(5)
    world.submit(spec, "two")
    world.clock.advance(20)
    waiting = world.status("two")
    assert (waiting["phase"], world.status("one")["phase"]) == ("Pending", "Running")
    assert waiting["message"].startswith("Workflow processing has been postponed")
    world.finish("two")
    both = [world.status(name) for name in ("one", "two")]
    assert [each["phase"] for each in both] == ["Succeeded", "Succeeded"]
    assert both[0]["finishedAt"] <= both[1]["startedAt"]
    assert "message" not in both[1]
