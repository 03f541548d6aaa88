"""What Argo would refuse: structure by a schema, and rules by what refers to what."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.golden import DATA
from tui.domain import fields, linting
from tui.domain.fields import Fault, Positions, faults, nearest, of_openapi, shown
from tui.domain.workflow import Manifest
from tui.sources.linter import of_table
from tui.sources.positions import read_placed


def template(name: str, **more: Any) -> dict[str, Any]:
    return {"name": name, "container": {"image": "a"}, **more}


def workflow(*templates: dict[str, Any], kind: str = "Workflow", **spec: Any) -> Manifest:
    listed = list(templates) or [template("main")]
    made = {"entrypoint": "main", "templates": listed, **spec}
    inner = {"schedules": ["@daily"], "workflowSpec": made} if kind == "CronWorkflow" else made
    return {
        "apiVersion": "argoproj.io/v1alpha1",
        "kind": kind,
        "metadata": {"name": "w"},
        "spec": inner,
    }


def steps(*group: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"name": "main", "steps": [list(group)], **more}


def dag(*tasks: dict[str, Any]) -> dict[str, Any]:
    return {"name": "main", "dag": {"tasks": list(tasks)}}


def told(manifest: Manifest, **lookup: Any) -> list[str]:
    return [fault.what for fault in linting.check(manifest, **lookup)]


NEEDY = template("needy", inputs={"parameters": [{"name": "text"}]})
RULES: dict[str, tuple[Manifest, str]] = {
    "no entrypoint": (workflow(entrypoint=None), "spec.entrypoint is required"),
    "unknown entrypoint": (workflow(entrypoint="mian"), "template name 'mian' undefined"),
    "unknown exit handler": (workflow(onExit="bye"), "template name 'bye' undefined"),
    "a name twice": (
        workflow(template("main"), template("main")),
        "spec.templates[1].name 'main' is not unique",
    ),
    "no name": (
        workflow(template("main"), {"container": {"image": "a"}}),
        "spec.templates[1].name is required",
    ),
    "no type": (workflow({"name": "main"}), "templates.main template type unspecified"),
    "two types": (
        workflow(template("main", script={"image": "a", "source": "x"})),
        "templates.main multiple template types specified",
    ),
    "no image": (
        workflow({"name": "main", "container": {}}),
        "templates.main.container.image may not be empty",
    ),
    "unknown step": (
        workflow(steps({"name": "a", "template": "sya"}), template("say")),
        "template name 'sya' undefined",
    ),
    "a step twice": (
        workflow(
            steps({"name": "a", "template": "say"}, {"name": "a", "template": "say"}),
            template("say"),
        ),
        "templates.main.steps[0].name 'a' is not unique",
    ),
    "a step of nothing": (workflow(steps({"name": "a"})), "template name is required"),
    "two loops": (
        workflow(
            steps({"name": "a", "template": "say", "withItems": [1], "withParam": "[1]"}),
            template("say"),
        ),
        "only one of withItems, withParam, withSequence can be specified",
    ),
    "not supplied": (
        workflow(steps({"name": "a", "template": "needy"}), NEEDY),
        "templates.needy inputs.parameters.text was not supplied",
    ),
    "unknown dependency": (
        workflow(dag({"name": "a", "template": "say", "dependencies": ["b"]}), template("say")),
        "templates.main.tasks.a dependency 'b' not defined",
    ),
    "unknown in depends": (
        workflow(dag({"name": "a", "template": "say", "depends": "b.Failed"}), template("say")),
        "templates.main.tasks.a dependency 'b' not defined",
    ),
    "a circle": (
        workflow(
            dag(
                {"name": "a", "template": "say", "depends": "b"},
                {"name": "b", "template": "say", "depends": "a"},
            ),
            template("say"),
        ),
        "templates.main sorting failed",
    ),
    "both ways": (
        workflow(
            dag(
                {"name": "a", "template": "say"},
                {"name": "b", "template": "say", "depends": "a"},
                {"name": "c", "template": "say", "dependencies": ["a"]},
            ),
            template("say"),
        ),
        "cannot use both 'depends' and 'dependencies'",
    ),
    "no tasks": (workflow(dag()), "templates.main must have at least one task"),
    "unknown input": (
        workflow(template("main", container={"image": "{{inputs.parameters.x}}"})),
        "failed to resolve {{inputs.parameters.x}}",
    ),
    "unknown parameter": (
        workflow(template("main", container={"image": "{{workflow.parameters.x}}"})),
        "failed to resolve {{workflow.parameters.x}}",
    ),
    "unknown sibling": (
        workflow(
            steps({"name": "a", "template": "say", "when": "{{steps.b.outputs.result}} == 1"}),
            template("say"),
        ),
        "failed to resolve {{steps.b.outputs.result}}",
    ),
    "retry policy": (
        workflow(template("main", retryStrategy={"retryPolicy": "Sometimes"})),
        "Sometimes is not a valid RetryPolicy",
    ),
    "pod gc": (
        workflow(podGC={"strategy": "Never"}),
        "podGC.strategy unknown strategy 'Never'",
    ),
    "beside its list": (
        workflow(arguments={"parameters": [{"name": "a", "value": "3", "enum": ["1", "2"]}]}),
        "spec.arguments.a.value should be present in spec.arguments.a.enum list",
    ),
    "a hook": (
        workflow(hooks={"running": {"template": "main"}}),
        "hooks.running Expression required",
    ),
    "a resource": (
        workflow({"name": "main", "resource": {"action": "look", "manifest": "x"}}),
        "templates.main.resource.action must be one of",
    ),
    "a cron without a value": (
        workflow(kind="CronWorkflow", arguments={"parameters": [{"name": "a"}]}),
        "spec.arguments.a.value or spec.arguments.a.valueFrom is required",
    ),
}


@pytest.mark.parametrize(("manifest", "words"), RULES.values(), ids=RULES)
def test_a_rule_that_is_broken_is_told_in_argos_words(manifest: Manifest, words: str) -> None:
    (found,) = told(manifest)
    assert words in found


def test_a_cron_workflow_is_judged_by_its_schedules() -> None:
    made = workflow(kind="CronWorkflow")
    assert told(made) == []
    made["spec"].update(schedules=["61 * * * *"], timezone="Europe/Nowhere", concurrencyPolicy="No")
    words = told(made)
    assert words[0].startswith("cron schedule 61 * * * * is malformed")
    assert words[1].startswith('invalid timezone "Europe/Nowhere"')
    assert words[2] == "'No' is not a valid concurrencyPolicy"
    made["spec"] = {"workflowSpec": made["spec"]["workflowSpec"]}
    assert "cron workflow must have at least one schedule" in told(made)


def test_templates_of_others_are_looked_up() -> None:
    other = workflow(template("say"), NEEDY, kind="WorkflowTemplate")

    def lookup(kind: str, name: str) -> Manifest | None:
        return other if (kind, name) == ("WorkflowTemplate", "other") else None

    def using(name: str, called: str, **more: Any) -> Manifest:
        reference = {"name": name, "template": called, **more}
        return workflow(steps({"name": "a", "templateRef": reference}))

    assert told(using("other", "say"), lookup=lookup) == []
    assert told(using("nope", "say"), lookup=lookup) == ['WorkflowTemplate "nope" not found']
    (fault,) = linting.check(using("other", "sy"), lookup)
    assert fault.what == "template reference other.sy not found"
    assert fault.hint == "did you mean say?"
    assert "was not supplied" in told(using("other", "needy"), lookup=lookup)[0]
    (fault,) = linting.check(using("other", "say", clusterScope=True), lookup)
    assert fault.hint == "there is a WorkflowTemplate of that name: clusterScope: false"
    assert told(using("nope", "say")) == [], "what nobody knows is not judged"


def test_all_faults_are_told_at_once() -> None:
    made = workflow(template("a"), {"name": "b"}, entrypoint="x", onExit="y")
    assert len(told(made)) == 3


def test_unknown_fields_have_the_nearest_name_and_types_are_told() -> None:
    made = workflow(template("main", contaner={}), entryPoint="x", priority="high", parallelism=2.0)
    made["metadata"]["labels"] = {"a": True}
    found = {fault.path: fault for fault in faults(made, of_table("Workflow"))}
    assert found["spec", "entryPoint"].hint == "did you mean entrypoint?"
    assert found["spec", "templates", 0, "contaner"].hint == "did you mean container?"
    assert (
        found[
            "spec",
            "priority",
        ].what
        == "spec.priority must be a whole number, and is text"
    )
    assert found["metadata", "labels", "a"].hint == "put it in quotes"
    assert len(found) == 4


def test_values_of_parameters_may_be_any_scalar() -> None:
    values = [{"name": str(n), "value": value} for n, value in enumerate((1, 1.5, True, "x"))]
    made = workflow(arguments={"parameters": values})
    assert faults(made, of_table("Workflow")) == []
    made["spec"]["arguments"]["parameters"] = [{"name": "a", "value": [1]}]
    (fault,) = faults(made, of_table("Workflow"))
    assert fault.path == ("spec", "arguments", "parameters", 0, "value")


def test_a_schema_of_a_cluster_is_read() -> None:
    schemas = {"Inner": {"type": "object", "properties": {"on": {"type": "boolean"}}}}
    shape = of_openapi(
        {
            "type": "object",
            "required": ["name"],
            "properties": {
                "name": {"type": "string", "enum": ["a", "b"]},
                "many": {"type": "array", "items": {"$ref": "#/components/schemas/Inner"}},
                "either": {"x-kubernetes-int-or-string": True},
                "free": {"type": "object", "x-kubernetes-preserve-unknown-fields": True},
            },
        },
        schemas,
    )
    good = {"name": "a", "many": [{"on": True}], "either": "50%", "free": {"x": {"y": 1}}}
    assert faults(good, shape) == []
    bad = {"name": "c", "many": [{"on": "yes"}], "eiter": 1}
    assert [fault.what for fault in faults(bad, shape)] == [
        "unknown field eiter",
        "name must be one of a, b, and is c",
        "many[0].on must be true or false, and is text",
    ]
    assert [fault.what for fault in faults({}, shape)] == ["name is required"]


@pytest.mark.parametrize(
    ("name", "near"), [("templats", "templates"), ("ENTRYPOINT", "entrypoint"), ("zzz", "")]
)
def test_the_nearest_name(name: str, near: str) -> None:
    assert nearest(name, ["templates", "entrypoint", "arguments"]) == near


def test_paths_and_places() -> None:
    assert shown(("spec", "templates", 0, "name")) == "spec.templates[0].name"
    places = Positions({(): (1, 1), ("items", 0, "spec"): (4, 3)}, ("items", 0))
    assert places.of(("spec", "templates", 3)) == (4, 3)
    assert places.of(("metadata",)) == (1, 1)


@pytest.mark.parametrize("odd", [None, 1, "x", [], [1], {"a": 1}, [[1]], True])
@pytest.mark.parametrize("kind", linting.KINDS)
def test_whatever_stands_anywhere_rules_never_crash(odd: Any, kind: str) -> None:
    whole = workflow(
        steps({"name": "a", "template": "needy", "hooks": {"exit": {"template": "x"}}}),
        dag({"name": "b", "template": "needy", "depends": "c", "dependencies": ["d"]}),
        NEEDY,
        kind=kind,
        hooks={"exit": {"template": "main"}},
        workflowTemplateRef={"name": "x"},
        arguments={"parameters": [{"name": "a", "enum": ["1"], "value": "1"}]},
        podGC={"strategy": "x"},
    )

    def replaced(value: Any) -> list[Any]:
        """The same with the odd thing in each place, one after the other."""
        if isinstance(value, dict):
            inner = [
                {**value, key: new} for key, each in value.items() for new in [odd, *replaced(each)]
            ]
            return inner
        if isinstance(value, list):
            return [
                [*value[:at], new, *value[at + 1 :]]
                for at, each in enumerate(value)
                for new in [odd, *replaced(each)]
            ]
        return []

    for made in replaced(whole):
        if isinstance(made.get("kind"), str):
            assert all(isinstance(fault, Fault) for fault in linting.check(made))
            assert all(isinstance(each, Fault) for each in faults(made, of_table(kind)))


TWICE = "k8s-patch-json-workflow.yaml"
"""An example of Argo's whose first annotations its second ones replace."""


@pytest.mark.skipif(not (DATA / "examples").is_dir(), reason="no ../shared/data here")
def test_argos_own_examples_have_no_faults() -> None:
    placed = [
        each
        for path in sorted((DATA / "examples").rglob("*.yaml"))
        for each in read_placed(str(path))
    ]
    there = {
        (each.manifest["kind"], each.manifest["metadata"].get("name")): each.manifest
        for each in placed
    }
    found = [
        (each.file, fault.what)
        for each in placed
        if each.manifest["kind"] in linting.KINDS
        for fault in (
            *each.faults,
            *fields.faults(each.manifest, of_table(each.manifest["kind"])),
            *linting.check(each.manifest, lambda kind, name: there.get((kind, name))),
        )
    ]
    assert len(placed) > 200
    assert found == [(str(DATA / "examples" / TWICE), "metadata.annotations is there twice")]
