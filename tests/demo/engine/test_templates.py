"""Templates from elsewhere, kept as they were when a run began; remembered results."""

from __future__ import annotations

from tests.support.specs import SAY, shell, told
from tests.support.world import World
from tui.demo.resources import WORKFLOW_TEMPLATES
from tui.domain.podname import v2_pod_name

TEMPLATE = f"""
apiVersion: argoproj.io/v1alpha1
kind: WorkflowTemplate
metadata: {{name: tmpl}}
spec:
  entrypoint: main
  arguments: {{parameters: [{{name: who, value: you}}, {{name: how, value: well}}]}}
  templates:
  - {{name: main, steps: [[{{name: s, template: say, {told("{{workflow.parameters.who}}")}}}]]}}
  - {SAY}
"""


def test_a_workflow_of_a_template_stores_its_spec(world: World) -> None:
    world.create(TEMPLATE)
    parameters = "{parameters: [{name: who, value: me}]}"
    world.run(f"{{workflowTemplateRef: {{name: tmpl}}, arguments: {parameters}}}")
    stored = world.status()["storedWorkflowTemplateSpec"]
    assert stored["entrypoint"] == "main"
    assert {p["name"]: p["value"] for p in stored["arguments"]["parameters"]} == {
        "who": "me",
        "how": "well",
    }
    assert world.node("s")["outputs"]["result"] == "me"
    # The merged spec belongs to the workflow; what it was made from is stored besides.
    assert world.node("s")["templateScope"] == "local/"
    assert sorted(world.status()["storedTemplates"]) == [
        "namespaced/tmpl/main",
        "namespaced/tmpl/say",
    ]


def test_a_template_ref_stores_the_template(world: World) -> None:
    world.create(TEMPLATE)
    arguments = "arguments: {parameters: [{name: m, value: hi}]}"
    ref = f"{{name: s, templateRef: {{name: tmpl, template: say}}, {arguments}}}"
    world.run(f"{{entrypoint: main, templates: [{{name: main, steps: [[{ref}]]}}]}}")
    node = world.node("s")
    assert node["templateRef"] == {"name": "tmpl", "template": "say"}
    assert "templateName" not in node
    assert list(world.status()["storedTemplates"]) == ["namespaced/tmpl/say"]
    assert node["outputs"]["result"] == "hi"


def test_an_inline_template_has_no_name(world: World) -> None:
    inline = "{name: s, inline: {container: {image: busybox, command: [echo], args: [hi]}}}"
    world.run(f"{{entrypoint: main, templates: [{{name: main, steps: [[{inline}]]}}]}}")
    assert world.node("s")["phase"] == "Succeeded"
    names = {pod["metadata"]["name"] for pod in world.pods().values()}
    assert v2_pod_name("wf", "wf[0].s", "") in names


def test_a_memoized_step_runs_once(world: World) -> None:
    spec = """
entrypoint: a
templates:
- name: a
  memoize: {key: k, maxAge: 1h, cache: {configMap: {name: cache}}}
  container: {image: busybox, command: [sh, -c], args: ["echo $RANDOM > /n"]}
  outputs: {parameters: [{name: n, valueFrom: {path: /n}}]}
"""
    world.run(spec, "one")
    world.run(spec, "two")
    first, second = world.node("one", "one"), world.node("two", "two")
    assert first["memoizationStatus"] == {"hit": False, "key": "k", "cacheName": "cache"}
    assert second["memoizationStatus"]["hit"] is True
    assert second["outputs"]["parameters"] == first["outputs"]["parameters"]
    assert set(world.pods()) == {"one"}


def test_a_run_keeps_the_templates_it_has_begun_with(world: World) -> None:
    world.create(TEMPLATE)
    ref = "{name: s, templateRef: {name: tmpl, template: main}}"
    main = f"{{name: main, steps: [[{{name: wait, template: w}}], [{ref}]]}}"
    given = "arguments: {parameters: [{name: who, value: me}]}"
    spec = f"{{entrypoint: main, {given}, templates: [{main}, {shell('w', 'sleep 30')}]}}"
    world.submit(spec)
    world.clock.advance(10)
    world.store.delete(WORKFLOW_TEMPLATES, "argo", "tmpl")
    assert world.finish()["status"]["phase"] == "Succeeded"
    assert set(world.status()["storedTemplates"]) == {
        "namespaced/tmpl/main",
        "namespaced/tmpl/say",
    }


def test_an_estimate_comes_from_the_last_success_of_the_same_template(world: World) -> None:
    world.create(TEMPLATE)
    labels = {"workflows.argoproj.io/workflow-template": "tmpl"}
    world.submit("{workflowTemplateRef: {name: tmpl}}", "one", labels=dict(labels))
    world.finish("one")
    world.submit("{workflowTemplateRef: {name: tmpl}}", "two", labels=dict(labels))
    world.clock.advance(2)
    assert "estimatedDuration" not in world.status("one")
    assert world.status("two")["estimatedDuration"] >= 1
