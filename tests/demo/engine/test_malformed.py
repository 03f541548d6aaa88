"""What cannot run says so, and the engine goes on."""

from __future__ import annotations

import pytest

from tests.support.specs import SAY, shell
from tests.support.world import World


@pytest.mark.parametrize(
    ("spec", "message"),
    [
        ("{templates: []}", "invalid spec: spec.entrypoint is required"),
        ("{entrypoint: gone, templates: []}", "invalid spec: template name 'gone' undefined"),
        (
            "{entrypoint: m, templates: [{name: m, steps: [[{name: s, template: gone}]]}]}",
            "invalid spec: templates.m.steps[0].s template name 'gone' undefined",
        ),
        (
            "{workflowTemplateRef: {name: gone}}",
            'workflowtemplates.argoproj.io "gone" not found',
        ),
        (
            f"{{entrypoint: say, templates: [{SAY}]}}",
            "invalid spec: templates.say inputs.parameters.m was not supplied",
        ),
        (
            "{entrypoint: m, templates: 7}",
            "invalid spec: spec.templates must be a list of templates",
        ),
    ],
)
def test_what_cannot_run_says_so(world: World, spec: str, message: str) -> None:
    done = world.run(spec, limit=30)
    assert done["status"]["phase"] in ("Failed", "Error")
    assert done["status"]["message"] == message


@pytest.mark.parametrize(
    "spec",
    [
        "{}",
        "{entrypoint: m, templates: [{name: m, dag: 3}]}",
        "{entrypoint: m, templates: [{name: m, steps: [3]}]}",
        "{entrypoint: m, templates: [{name: m, container: {args: 3, command: sh}}]}",
        "{entrypoint: m, arguments: 3, templates: [{name: m, container: {}}]}",
        "{entrypoint: m, templates: [{name: m, steps: [[{name: again, template: m}]]}]}",
        "{entrypoint: m, templates: [{name: m, dag: {tasks: [{name: a, template: m,"
        " depends: '&&'}]}}]}",
        "{entrypoint: m, templates: [{name: m, container: {image: x},"
        " retryStrategy: {limit: many}}]}",
    ],
)
def test_a_malformed_workflow_ends_itself_and_not_the_engine(world: World, spec: str) -> None:
    world.submit(spec, "bad")
    world.submit(f"{{entrypoint: a, templates: [{shell('a', 'true')}]}}", "good")
    world.finish("good")
    world.clock.advance(600)
    assert world.status("good")["phase"] == "Succeeded"
    assert world.status("bad")["phase"] in ("Failed", "Error", "Succeeded")
