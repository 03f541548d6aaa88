"""What a question says of the workflow it is about: a plain sentence, then what happens to it."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.runs import NOW, at, container, run, step
from tui.actions import ACTIONS
from tui.actions.base import Context, Plan
from tui.domain.workflow import Manifest

CONTEXT = Context(now=NOW)
NAME = "one-run-a1b2c"


def running(*, spec: dict[str, Any] | None = None, gate: bool = False, **more: Any) -> Manifest:
    """One with a pod that runs and one that waits for a node."""
    nodes = [
        step(NAME, "", "Running", type="Steps", children=["one", "two"]),
        step(NAME, "one", "Running"),
        step(NAME, "two", "Pending"),
        step(NAME, "over", "Succeeded", ended=1),
    ]
    if gate:
        nodes.append(step(NAME, "gate", "Running", type="Suspend"))
    whole = {"entrypoint": "main", "templates": [container("main")], **(spec or {})}
    return run(NAME, "Running", nodes=nodes, spec=whole, **more)


def plan_of(verb: str, manifest: Manifest, **choices: Any) -> Plan:
    return ACTIONS[f"workflow.{verb}"].plan(manifest, choices, CONTEXT)


@pytest.mark.parametrize(
    ("verb", "sentence"),
    [
        ("stop", "It ends as Failed: 2 pods are stopped, and no new step begins."),
        ("terminate", "It ends as Failed at once: 2 pods are killed."),
        ("suspend", "No new step begins until it is resumed; 2 pods are left to end."),
        (
            "delete",
            "It is not over: 2 pods are killed, and it goes with the state of its steps and their "
            "logs.",
        ),
        ("resume", "Nothing is suspended and no step waits: nothing to do."),
    ],
)
def test_the_first_line_is_a_plain_sentence(verb: str, sentence: str) -> None:
    plan = plan_of(verb, running())
    assert plan.sentence == sentence
    assert plan.lines == (sentence, *plan.here)


def test_an_exit_handler_is_named_with_whether_it_runs() -> None:
    with_handler = running(spec={"onExit": "notify"})
    assert "Exit handler: notify still runs, and it is over when that is." in (
        plan_of("stop", with_handler).here
    )
    assert "Exit handler: notify does not run." in plan_of("terminate", with_handler).here
    assert "Exit handler: notify does not run." in plan_of("delete", with_handler).here
    assert "Exit handler: notify runs when it is over, not now." in (
        plan_of("suspend", with_handler).here
    )


def test_one_without_an_exit_handler_says_so_and_one_that_has_begun_is_killed() -> None:
    assert "Exit handler: it has none." in plan_of("stop", running()).here
    begun = running(spec={"hooks": {"exit": {"template": "notify"}}})
    node = step(NAME, "", "Running") | {"id": "exit", "name": f"{NAME}.onExit"}
    begun["status"]["nodes"]["exit"] = node
    assert "Exit handler: notify has begun, and is killed too." in plan_of("terminate", begun).here


def test_the_exit_handler_of_a_template_is_found_once_the_controller_has_read_that() -> None:
    spec = {"workflowTemplateRef": {"name": "etl"}}
    unread = run(NAME, "", spec=spec)
    (line, *_) = plan_of("stop", unread).here
    assert line == "Exit handler: its template is not read yet; one that it has runs."
    read = run(NAME, "Running", spec=spec, storedWorkflowTemplateSpec={"onExit": "notify"})
    assert plan_of("stop", read).here[0].startswith("Exit handler: notify still runs")


@pytest.mark.parametrize(
    ("spec", "told"),
    [
        ({}, "killed after 30 s"),
        ({"podSpecPatch": "terminationGracePeriodSeconds: 90"}, "killed after 90 s"),
        (
            {"templates": [container("main", podSpecPatch='{"terminationGracePeriodSeconds":5}')]},
            "killed after 5 s",
        ),
        ({"podSpecPatch": "terminationGracePeriodSeconds: 0"}, "killed at once"),
    ],
)
def test_how_long_pods_take_to_end_is_told(spec: dict[str, Any], told: str) -> None:
    for verb in ("stop", "terminate"):
        assert told in "\n".join(plan_of(verb, running(spec=spec)).here)


def test_what_is_suspended_ends_only_once_it_is_resumed() -> None:
    held = running(spec={"suspend": True})
    assert "It is suspended: none of this happens before it is resumed." in (
        plan_of("terminate", held).here
    )


def test_a_deadline_goes_on_while_a_workflow_is_suspended() -> None:
    (*_, line) = plan_of("suspend", running(spec={"activeDeadlineSeconds": 3600})).here
    assert line.endswith("its deadline goes on, and fails it at 2026-03-17 07:20:00 UTC.")
    (*_, line) = plan_of("suspend", running(startedAt=at(1))).here
    assert line == "How long: until it is resumed; it has no activeDeadlineSeconds."


def test_gates_that_a_stop_fails_and_a_resume_passes_are_counted() -> None:
    gated = running(gate=True)
    assert "1 waiting step failed" in plan_of("stop", gated).sentence
    assert plan_of("resume", gated).sentence == "It goes on: 1 waiting step passes."
    held = running(gate=True, spec={"suspend": True})
    assert plan_of("resume", held).sentence == (
        "It goes on: new steps begin, and 1 waiting step passes."
    )


def test_who_suspends_what_waits_for_a_value_is_told_that_nothing_is_resumed_before_it() -> None:
    for source, words in (
        ({"supplied": {}}, "1 for want of a value, and nothing is resumed before it is given"),
        ({"supplied": {}, "default": "no"}, "resume passes them too"),
    ):
        outputs: dict[str, Any] = {"parameters": [{"name": "answer", "valueFrom": source}]}
        gate = step(NAME, "gate", "Running", type="Suspend", outputs=outputs)
        made = run(NAME, "Running", nodes=[step(NAME, "", "Running", type="Steps"), gate])
        (line,) = [each for each in plan_of("suspend", made).here if each.startswith("Gates: ")]
        assert words in line


def test_steps_in_a_database_are_not_counted_and_keep_nobody_from_ending_them() -> None:
    offloaded = run(NAME, "Running", offloadNodeStatusVersion="fnv:1")
    assert "nobody counted them" in plan_of("terminate", offloaded).sentence
    assert "nobody counted them" in plan_of("delete", offloaded).sentence


def test_a_name_from_the_cluster_brings_no_escapes() -> None:
    evil = running(spec={"onExit": "a\x1b]0;b\x07"})
    assert "\x1b" not in "".join(plan_of("stop", evil).lines)
