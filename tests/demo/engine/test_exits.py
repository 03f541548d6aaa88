"""Exit handlers and hooks."""

from __future__ import annotations

from tests.support.specs import SAY, shell, told
from tests.support.world import World

EXITS = f"""
entrypoint: main
onExit: bye
templates:
- name: main
  steps:
  - - name: a
      template: bad
      hooks:
        exit: {{template: bye}}
        failed: {{expression: 'steps.a.status == "Failed"', template: bye}}
- {shell("bad", "exit 1")}
- {shell("bye", "echo {{workflow.status}}")}
"""


def test_exit_handlers_and_hooks_are_children_of_their_node(world: World) -> None:
    world.run(EXITS)
    a = world.node("a")
    onexit, hook = world.node("a.onExit"), world.node("a.hooks.failed")
    assert set(a["children"]) == {onexit["id"], hook["id"]}
    assert onexit["nodeFlag"] == hook["nodeFlag"] == {"hooked": True}
    assert onexit["boundaryID"] == "wf"
    handler = world.node("wf.onExit")
    assert "boundaryID" not in handler
    assert handler["outputs"]["result"] == "Failed"
    assert world.status()["phase"] == "Failed"
    pod = world.pods()["wf.onExit"]
    assert pod["metadata"]["labels"]["workflows.argoproj.io/on-exit"] == "true"


def test_a_failing_exit_handler_fails_the_workflow(world: World) -> None:
    both = f"{shell('a', 'true')}, {shell('b', 'exit 1')}"
    world.run(f"{{entrypoint: a, onExit: b, templates: [{both}]}}")
    assert world.node("wf")["phase"] == "Succeeded"
    assert world.status()["phase"] == "Failed"


def test_workflow_hooks_run_when_their_expression_holds(world: World) -> None:
    world.run(f"""
entrypoint: a
hooks: {{running: {{expression: 'workflow.status == "Running"', template: b}}}}
templates: [{shell("a", "sleep 5")}, {shell("b", "true")}]
""")
    assert world.node("wf.hooks.running")["phase"] == "Succeeded"


def test_on_exit_goes_before_an_exit_hook(world: World) -> None:
    world.run(f"""
entrypoint: main
arguments: {{parameters: [{{name: m, value: of the workflow}}]}}
onExit: say
hooks: {{exit: {{template: bad}}}}
templates:
- name: main
  steps:
  - - {{name: a, template: ok, onExit: say, hooks: {{exit: {{template: bad}}}}}}
    - {{name: b, template: ok, hooks: {{exit: {{template: say, {told("its own")}}}}}}}
- {SAY}
- {shell("ok", "true")}
- {shell("bad", "exit 1")}
""")
    # Without arguments of its own a handler has those of the workflow.
    assert world.node("a.onExit")["outputs"]["result"] == "of the workflow"
    assert world.node("b.onExit")["outputs"]["result"] == "its own"
    assert world.node("wf.onExit")["templateName"] == "say"
    assert world.status()["phase"] == "Succeeded"
