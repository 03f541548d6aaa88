"""What made a workflow, and which workflows its steps made."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.support.runs import run, step
from tests.support.scripted import listed
from tui.domain import decode
from tui.domain.lineage import children_of, origins_of, runs_alike
from tui.domain.query import parse
from tui.domain.workflow import LABEL, ListedWorkflow, Manifest
from tui.kinds.workflows import FIELDS


def made(
    name: str = "w",
    owners: tuple[tuple[str, str], ...] = (),
    began: float = 10,
    labels: dict[str, str] | None = None,
    **spec: Any,
) -> ListedWorkflow:
    manifest = run(name, "Succeeded", began=began, ended=1, spec=spec, labels=labels)
    manifest["metadata"]["ownerReferences"] = [{"kind": kind, "name": n} for kind, n in owners]
    return listed(manifest)


@pytest.mark.parametrize(
    ("workflow", "found"),
    [
        (made(), []),
        (made(workflowTemplateRef={"name": "etl"}), [("wftmpl", "argo", "etl")]),
        (
            made(workflowTemplateRef={"name": "etl", "clusterScope": True}),
            [("cwftmpl", "", "etl")],
        ),
        (
            made(labels={f"{LABEL}cron-workflow": "nightly", f"{LABEL}workflow-template": "etl"}),
            [("cron", "argo", "nightly"), ("wftmpl", "argo", "etl")],
        ),
        (made(owners=(("CronWorkflow", "nightly"),)), [("cron", "argo", "nightly")]),
        (
            made(
                owners=(("Workflow", "parent"), ("CronWorkflow", "nightly")),
                labels={f"{LABEL}cron-workflow": "nightly"},
            ),
            [("wf", "argo", "parent"), ("cron", "argo", "nightly")],
        ),
        (made(labels={f"{LABEL}resubmitted-from-workflow": "v"}), [("wf", "argo", "v")]),
        (made(owners=(("Job", "j"),)), []),
    ],
)
def test_what_made_a_workflow(workflow: ListedWorkflow, found: list[tuple[str, str, str]]) -> None:
    assert [each[:3] for each in origins_of(workflow)] == found
    assert all(each.what for each in origins_of(workflow))


@pytest.mark.parametrize(
    ("workflow", "others", "left"),
    [
        (
            made("a-1", workflowTemplateRef={"name": "etl"}),
            [
                made("b-1", workflowTemplateRef={"name": "etl"}),
                made("c-1", workflowTemplateRef={"name": "etl-2"}),
            ],
            {"a-1", "b-1"},
        ),
        (made("etl-x7k2p"), [made("etl-q1w2e"), made("xetl-q1w2e")], {"etl-x7k2p", "etl-q1w2e"}),
        (
            made("a", labels={"events.argoproj.io/sensor": "hook"}),
            [made("b", labels={"events.argoproj.io/sensor": "hook"}), made("c")],
            {"a", "b"},
        ),
    ],
)
def test_the_filter_of_runs_alike_leaves_those_of_its_maker(
    workflow: ListedWorkflow, others: list[ListedWorkflow], left: set[str]
) -> None:
    query = parse(runs_alike(workflow), FIELDS)
    names = {each.metadata.name for each in (workflow, *others) if query.matches(each)}
    assert names == left
    assert runs_alike(made("alone")) == ""


def parent(manifest: str, action: str = "create", outputs: Any = None) -> Manifest:
    node = step("w", "make", "Succeeded", began=20, ended=10, templateName="make")
    if outputs is not None:
        node["outputs"] = {"parameters": [{"name": "child", "value": outputs}]}
    return run(
        "w",
        "Succeeded",
        began=20,
        ended=10,
        nodes=[step("w", "", "Succeeded", type="Steps", children=["make"]), node],
        spec={
            "templates": [
                {"name": "make", "resource": {"action": action, "manifest": manifest}},
                {"name": "main", "steps": []},
            ]
        },
    )


YAML = """apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata:
  labels:
    name: label
  generateName: child-{{inputs.parameters.day}}-
spec:
  templates:
    - name: other
"""
BY_NAME = YAML.replace(
    "generateName: child-{{inputs.parameters.day}}-", "name: 'child-of-{{workflow.name}}'"
)
JSON = json.dumps({"kind": "Workflow", "metadata": {"generateName": "child-"}}, indent=2)


@pytest.mark.parametrize(
    ("manifest", "found"),
    [
        (YAML, ["child-7-q1w2e", "child-8-q1w2e"]),
        (BY_NAME, ["child-of-w"]),
        (JSON, ["child-abcde"]),
        (JSON.replace("\n", "").replace("  ", ""), ["child-abcde"]),
        (YAML.replace("kind: Workflow", "kind: Job"), []),
        (YAML.replace("kind: Workflow", "kind: WorkflowTemplate"), []),
        ("", ["owned"]),
        ("kind: [", []),
    ],
)
def test_the_workflows_of_a_resource_template(manifest: str, found: list[str]) -> None:
    workflow = decode.from_manifest(parent(manifest))
    known = [
        made("child-7-q1w2e", began=15),
        made("child-8-q1w2e", began=12),
        made("child-of-w", began=15),
        made("child-abcde", began=15),
        made("child-7-older", began=300),
        made("child-7-later", began=1),
        made("other-7-q1w2e", began=15),
        made("owned", owners=(("Workflow", "w"),), began=15),
    ]
    node = next(each for each in workflow.nodes.values() if each.display_name == "make")
    assert [each.metadata.name for each in children_of(workflow, node, known)] == found


def test_what_an_output_tells_is_the_one_and_who_only_reads_makes_none() -> None:
    known = [made("child-7-q1w2e", began=15), made("child-8-q1w2e", began=12)]
    for action, outputs, found in (
        ("create", "child-8-q1w2e", ["child-8-q1w2e"]),
        ("get", "child-8-q1w2e", []),
        ("delete", None, []),
        ("apply", "nothing", ["child-7-q1w2e", "child-8-q1w2e"]),
    ):
        workflow = decode.from_manifest(parent(YAML, action, outputs))
        node = next(each for each in workflow.nodes.values() if each.display_name == "make")
        assert [x.metadata.name for x in children_of(workflow, node, known)] == found
