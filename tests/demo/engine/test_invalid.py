"""Specs that Argo's controller refuses before anything runs, and its words for each."""

from __future__ import annotations

import pytest

from tests.support.specs import SAY, shell, told
from tests.support.world import World

OK = shell("ok", "true")


def steps(*listed: str, more: str = "") -> str:
    """A workflow of one steps template, a group for each step."""
    groups = ", ".join(f"[{{name: s{n}, {each}}}]" for n, each in enumerate(listed))
    templates = f"{{name: main, steps: [{groups}]}}, {SAY}, {OK}{', ' + more if more else ''}"
    return f"{{entrypoint: main, templates: [{templates}]}}"


def dag(*tasks: str, more: str = "") -> str:
    """A workflow of one dag template, tasks called a, b, c, …"""
    listed = ", ".join(f"{{name: {chr(97 + n)}, {each}}}" for n, each in enumerate(tasks))
    templates = f"{{name: main, dag: {{tasks: [{listed}]}}}}, {SAY}, {OK}"
    return f"{{entrypoint: main, templates: [{templates}{', ' + more if more else ''}]}}"


def leaf(more: str) -> str:
    """A workflow of one container, and what else its template says."""
    return f"{{entrypoint: ok, templates: [{shell('ok', 'true', more)}]}}"


INNER = "{name: inner, steps: [[{name: x, template: gone}]]}"
KINDS = (
    "choose one of: container, containerSet, steps, script, resource, dag, suspend, template, "
    "template ref"
)
NAMES = (
    "name must consist of alpha-numeric characters or '-', and must start with an "
    "alpha-numeric character (e.g. My-name1-2, 123-NAME)"
)


@pytest.mark.parametrize(
    ("spec", "words"),
    [
        # The way to a template that is deep inside is told whole.
        (
            steps("template: inner", more=INNER),
            "templates.main.steps[0].s0 templates.inner.steps[0].x template name 'gone' undefined",
        ),
        # A template that nothing uses is looked at too.
        (
            steps("template: ok", more=INNER),
            "templates.inner templates.inner.steps[0].x template name 'gone' undefined",
        ),
        (
            "{entrypoint: a, templates: [{name: a_b, suspend: {}}]}",
            f"spec.templates[0].name: 'a_b' is invalid: {NAMES}",
        ),
        (
            "{entrypoint: a, templates: [{name: a, suspend: {}}, {name: a, suspend: {}}]}",
            "spec.templates[1].name 'a' is not unique",
        ),
        (
            "{entrypoint: a, templates: [{name: a}]}",
            f"templates.a template type unspecified. {KINDS}",
        ),
        (
            "{entrypoint: a, templates: [{name: a, suspend: {}, dag: {}}]}",
            f"templates.a multiple template types specified. {KINDS}",
        ),
        (
            "{entrypoint: ok, arguments: {parameters: [{name: m}]}, templates: [" + OK + "]}",
            "spec.arguments.m.value or spec.arguments.m.valueFrom is required",
        ),
        (
            "{entrypoint: ok, podGC: {strategy: Now}, templates: [" + OK + "]}",
            "podGC.strategy unknown strategy 'Now'",
        ),
        (
            "{entrypoint: ok, hooks: {running: {template: ok}}, templates: [" + OK + "]}",
            "hooks.running Expression required",
        ),
        (
            "{entrypoint: ok, onExit: gone, templates: [" + OK + "]}",
            "template name 'gone' undefined",
        ),
        # Steps.
        (
            steps("template: say"),
            "templates.main.steps[0].s0 templates.say inputs.parameters.m was not supplied",
        ),
        (
            steps("template: say, " + told("{{steps.s1.outputs.result}}"), "template: ok"),
            "templates.main.steps failed to resolve {{steps.s1.outputs.result}}",
        ),
        (
            steps("template: say, " + told("{{inputs.parameters.nope}}")),
            "templates.main.steps failed to resolve {{inputs.parameters.nope}}",
        ),
        (
            steps("template: say, " + told("{{item.a}}") + ", withItems: [{b: 1}]"),
            "templates.main.steps failed to resolve {{item.a}}",
        ),
        (
            steps("template: ok, withItems: [1], withParam: '[]'"),
            "templates.main.steps[0].s0 only one of withItems, withParam, withSequence can be "
            "specified",
        ),
        (
            steps("template: ok, withSequence: {count: 1, end: 2}"),
            "templates.main.steps[0].s0 only one of count or end can be defined in withSequence",
        ),
        (
            steps("templateRef: {name: gone}"),
            "templates.main.steps[0].s0 template name is required",
        ),
        (
            steps("template: ok, templateRef: {name: a, template: b}"),
            "templates.main.steps[0].s0 template name cannot be specified with templateRef",
        ),
        (
            steps("template: ok, hooks: {running: {template: ok}}"),
            "templates.main.steps[0].s0.running Expression required",
        ),
        (
            "{entrypoint: m, templates: [" + OK + ", {name: m, steps: [[{name: a, template: ok}, "
            "{name: a, template: ok}]]}]}",
            "templates.m.steps[0].name 'a' is not unique",
        ),
        # DAGs.
        (
            "{entrypoint: m, templates: [{name: m, dag: {}}]}",
            "templates.m must have at least one task",
        ),
        (
            dag("template: ok, dependencies: [z]"),
            "templates.main sorting failed: invalid dependency z",
        ),
        (
            dag("template: ok, depends: b", "template: ok, depends: a.Failed"),
            "templates.main sorting failed: graph with cycle",
        ),
        (
            dag("template: ok", "template: ok, depends: a", "template: ok, dependencies: [a]"),
            "templates.main cannot use both 'depends' and 'dependencies' in the same DAG template",
        ),
        (
            dag("template: ok, continueOn: {failed: true}", "template: ok, depends: a"),
            "templates.main cannot use 'continueOn' when using 'depends'. Instead use "
            "'dep-task.Failed'/'dep-task.Errored'",
        ),
        (
            dag("template: ok", "template: ok, depends: a.Done"),
            "templates.main.tasks.b task result 'Done' for task 'a' is invalid",
        ),
        (
            dag("template: ok", "template: ok, depends: a.AnySucceeded"),
            "templates.main.tasks.b dependency 'a' uses an items-based condition such as "
            ".AnySucceeded or .AllFailed but does not contain any items",
        ),
        (
            dag("template: ok", "template: say, " + told("{{tasks.a.outputs.result}}")),
            "templates.main.tasks.b missing dependency 'a' for parameter 'm'",
        ),
        (
            dag("template: ok", "template: say, when: '{{tasks.a.status}} == x', " + told("x")),
            "templates.main.tasks.b failed to resolve {{tasks.a.status}}",
        ),
        (
            "{entrypoint: m, templates: [" + OK + ", {name: m, dag: {target: z, tasks: "
            "[{name: a, template: ok}]}}]}",
            "templates.m.targets: target 'z' is not defined",
        ),
        (
            "{entrypoint: m, templates: [" + OK + ", {name: m, activeDeadlineSeconds: 5, dag: "
            "{tasks: [{name: a, template: ok}]}}]}",
            "templates.m.activeDeadlineSeconds is only valid for leaf templates",
        ),
        # What does something itself.
        (
            leaf("inputs: {artifacts: [{name: a, raw: {data: x}}]}"),
            "error in templates.ok.inputs.artifacts.a: Artifact 'a' did not specify a path",
        ),
        (
            leaf("inputs: {artifacts: [{name: a, path: /a}]}"),
            "templates.ok inputs.artifacts.a was not supplied",
        ),
        (
            leaf("outputs: {parameters: [{name: p}]}"),
            "templates.ok.outputs.parameters.p does not have valueFrom or value specified",
        ),
        (
            leaf("outputs: {parameters: [{name: p, valueFrom: {default: x}}]}"),
            "valueFrom type unspecified. choose one of: path, jqFilter, jsonPath, parameter, raw, "
            "expression",
        ),
        (
            leaf("outputs: {parameters: [{name: p, valueFrom: {expression: x}}]}"),
            "templates.ok.outputs.parameters.p.path must be specified for Container templates",
        ),
        (leaf("retryStrategy: {retryPolicy: Often}"), "Often is not a valid RetryPolicy"),
        (leaf("timeout: 10"), "ok has invalid duration format in timeout"),
        (
            leaf("parallelism: 1"),
            "templates.ok.parallelism is only valid for steps and dag templates",
        ),
        (
            leaf("activeDeadlineSeconds: soon"),
            "templates.ok.activeDeadlineSeconds must be a positive integer > 0 or an argo variable",
        ),
        (
            f"{{entrypoint: a, templates: [{shell('a', 'echo {{workflow.parameters.nope}}')}]}}",
            "templates.a: failed to resolve {{workflow.parameters.nope}}",
        ),
        (
            "{entrypoint: a, templates: [{name: a, resource: {action: make, manifest: x}}]}",
            "templates.a.resource.action must be one of: get, create, apply, delete, replace, "
            "patch",
        ),
        (
            "{entrypoint: a, templates: [{name: a, containerSet: {containers: [{name: x, "
            "dependencies: [y]}]}}]}",
            "templates.a.containerSet.containers.x dependency 'y' not defined",
        ),
    ],
)
def test_an_invalid_spec_fails_in_argos_words(world: World, spec: str, words: str) -> None:
    done = world.run(spec, limit=30)
    assert done["status"]["phase"] == "Failed"
    assert done["status"]["message"] == f"invalid spec: {words}"
    assert not done["status"].get("nodes")


def test_a_workflow_of_a_template_has_no_templates_of_its_own(world: World) -> None:
    world.create(f"""
apiVersion: argoproj.io/v1alpha1
kind: WorkflowTemplate
metadata: {{name: tmpl}}
spec: {{entrypoint: ok, templates: [{OK}]}}
""")
    done = world.run(f"{{workflowTemplateRef: {{name: tmpl}}, templates: [{OK}]}}")
    assert done["status"]["message"] == (
        "invalid spec: Templates is invalid field in spec if workflow referred WorkflowTemplate "
        "reference"
    )


def test_a_name_that_does_not_fit_into_a_label_is_refused(world: World) -> None:
    name = "w" * 64
    done = world.run(leaf(""), name)
    assert done["status"]["message"] == (
        f'invalid spec: workflow name "{name}" must not be more than 63 characters long '
        "(currently 64)"
    )


def test_what_is_known_only_later_is_no_mistake(world: World) -> None:
    line = (
        "echo {{workflow.creationTimestamp}} {{workflow.duration}} {{=workflow.name}} {{mine}} "
        "{{pod.name}}"
    )
    world.run(f"{{entrypoint: a, templates: [{shell('a', line)}]}}")
    assert world.status()["phase"] == "Succeeded"


def test_inputs_of_an_inline_template_may_speak_of_those_around_it(world: World) -> None:
    inner = "{inputs: {parameters: [{name: z, value: '{{inputs.parameters.n}}'}]}, "
    inner += "container: {image: busybox, command: [echo], args: ['{{inputs.parameters.z}}']}}"
    world.run(
        "{entrypoint: main, templates: [{name: main, inputs: {parameters: [{name: n, value: v}]}, "
        f"dag: {{tasks: [{{name: a, inline: {inner}}}]}}}}]}}"
    )
    assert world.node("a")["outputs"]["result"] == "v"


def test_defaults_of_all_templates_leave_the_kind_of_each(world: World) -> None:
    world.run(
        "{entrypoint: main, templateDefaults: {timeout: 60s, container: {image: busybox}}, "
        f"templates: [{{name: main, steps: [[{{name: a, template: ok}}]]}}, {OK}]}}"
    )
    assert world.node("wf")["type"] == "Steps"
    assert world.status()["phase"] == "Succeeded"


def test_templates_that_nest_deeply_are_looked_at_all_the_same(world: World) -> None:
    chain = ", ".join(
        f"{{name: t{n}, steps: [[{{name: s, template: t{n + 1}}}]]}}" for n in range(3000)
    )
    done = world.run(f"{{entrypoint: t0, templates: [{chain}]}}", limit=30)
    assert done["status"]["message"].endswith("template name 't3000' undefined")
