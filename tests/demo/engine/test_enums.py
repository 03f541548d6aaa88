"""Parameters with choices: whose word counts, and what is refused."""

from __future__ import annotations

from tests.support.world import World

SPEC = """
entrypoint: main
arguments:
  parameters: [{name: where, value: VALUE, enum: CHOICES}]
templates:
- name: main
  container: {image: busybox, command: [echo, "{{workflow.parameters.where}}"]}
"""
TEMPLATE = """
apiVersion: argoproj.io/v1alpha1
kind: WorkflowTemplate
metadata: {name: deploy}
spec:
  entrypoint: main
  arguments:
    parameters: [{name: where, value: VALUE, enum: [staging, live]}]
  templates:
  - name: main
    container: {image: busybox, command: [echo, "{{workflow.parameters.where}}"]}
"""


def message(value: str, choices: str) -> str:
    """How a workflow with this value and these choices ends."""
    world = World()
    world.run(SPEC.replace("VALUE", value).replace("CHOICES", choices))
    return str(world.status().get("message", world.status()["phase"]))


def test_a_value_that_the_workflow_itself_does_not_list_is_refused() -> None:
    assert message("bogus", "[staging, live]") == (
        "invalid spec: spec.arguments.where.value "
        "should be present in spec.arguments.where.enum list"
    )
    assert message("live", "[staging, live]") == "Succeeded"
    assert message("true", "[true, false]") == "Succeeded"
    assert message("3", "['3']") == "Succeeded"


def test_choices_without_any_are_refused() -> None:
    assert "should contain at least one value" in message("live", "[]")


def test_a_parameter_given_in_place_of_the_templates_has_lost_its_choices() -> None:
    world = World()
    world.create(TEMPLATE.replace("VALUE", "staging"))
    ref = "workflowTemplateRef: {name: deploy}\n"
    world.run(ref + "arguments: {parameters: [{name: where, value: bogus}]}")
    assert world.status()["phase"] == "Succeeded"
    assert world.node("wf")["outputs"]["result"] == "bogus"


def test_the_templates_own_value_has_to_be_one_of_its_choices() -> None:
    world = World()
    world.create(TEMPLATE.replace("VALUE", "bogus"))
    world.run("workflowTemplateRef: {name: deploy}")
    assert "should be present" in world.status()["message"]
