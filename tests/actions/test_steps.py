"""A gate's answer, and a retry from one step: what they send and what they say."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from tests.support.scripted import manifest, opened
from tui.actions.base import Context
from tui.actions.nodes import selector_of
from tui.actions.steps import ANSWER, FROM_HERE, supplied
from tui.domain.identity import ObjectKey, Target
from tui.domain.selectors import FieldSelector
from tui.domain.workflow import Manifest
from tui.errors import PlanError

NOW = datetime(2026, 1, 15, 12, tzinfo=UTC)
GATE = "w-1"


def at(node: str) -> Target:
    return Target(ObjectKey("", "wf", "argo", "w"), "", node)


def context(node: str = GATE) -> Context:
    return Context(now=NOW, target=at(node))


def waiting(*outputs: dict[str, Any], inputs: Any = (), phase: str = "Running") -> Manifest:
    gate = {
        "id": GATE,
        "name": "w[0].approve",
        "displayName": "approve",
        "type": "Suspend",
        "phase": phase,
        "inputs": {"parameters": list(inputs)},
        "outputs": {"parameters": list(outputs)},
    }
    other = {**gate, "id": "w-2", "name": "w[0].sign", "displayName": "sign"}
    return manifest("w", nodes={GATE: gate, "w-2": other})


def asked(name: str, **more: Any) -> dict[str, Any]:
    return {"name": name, "valueFrom": {"supplied": {}, **more}}


def nodes(plan: Any) -> dict[str, Any]:
    return dict(plan.operation.changes[0].manifest["status"]["nodes"])


def test_the_form_has_lists_descriptions_and_defaults() -> None:
    inputs = [{"name": "go", "enum": ["yes", "no"], "description": "may it?", "value": "no"}]
    found = waiting(
        asked("go"), asked("why", default="none"), {"name": "set", "value": "1"}, inputs=inputs
    )
    assert supplied(found, None, at(GATE)) == [
        {"name": "go", "enum": ["yes", "no"], "description": "may it?", "default": "no"},
        {"name": "why", "default": "none"},
    ]


def test_an_answer_sets_its_step_alone_and_lets_it_go_on() -> None:
    found = waiting(asked("go"), asked("why", default="none"))
    plan = ANSWER.plan(found, {"parameters": ("go=a=b\nünï",)}, context())
    after = nodes(plan)
    assert after[GATE]["outputs"]["parameters"] == [
        {"name": "go", "value": "a=b\nünï"},
        {"name": "why", "value": "none"},
    ]
    assert after[GATE]["phase"] == "Succeeded" and after["w-2"]["phase"] == "Running"
    assert plan.command.startswith("argo node set -n argo w --node-field-selector id=w-1 --phase")


def test_what_nobody_gave_and_has_no_default_is_asked_for() -> None:
    found = waiting(asked("go"))
    with pytest.raises(PlanError, match="'go' has not been set and does not have a default"):
        ANSWER.plan(found, {}, context())
    held = ANSWER.plan(found, {"ends": "goes on waiting"}, context())
    assert held.operation is None
    failed = ANSWER.plan(found, {"ends": "Failed", "message": "no"}, context())
    assert (nodes(failed)[GATE]["phase"], nodes(failed)[GATE]["message"]) == ("Failed", "no")


def test_values_may_be_set_while_it_goes_on_waiting() -> None:
    plan = ANSWER.plan(
        waiting(asked("go")), {"ends": "goes on waiting", "parameters": ("go=1",)}, context()
    )
    assert nodes(plan)[GATE]["phase"] == "Running"
    assert nodes(plan)[GATE]["outputs"]["parameters"] == [{"name": "go", "value": "1"}]


def test_a_value_beside_the_list_is_refused() -> None:
    found = waiting(asked("go"), inputs=[{"name": "go", "enum": ["yes", "no"]}])
    with pytest.raises(PlanError, match="go must be one of yes, no"):
        ANSWER.plan(found, {"parameters": ("go=maybe",)}, context())


def test_only_a_step_that_waits_can_be_answered() -> None:
    whole = opened(waiting(asked("go"))).object
    assert ANSWER.refusal(whole, at(GATE)) is None
    assert ANSWER.refusal(opened(waiting(phase="Succeeded")).object, at(GATE))
    assert ANSWER.refusal(whole, at("")) and ANSWER.refusal(whole, at("nobody"))
    with pytest.raises(PlanError, match="does not wait any more"):
        ANSWER.plan(waiting(phase="Succeeded"), {}, context())


@pytest.mark.parametrize("node", ["w-1", "a,b=c\\d"])
def test_the_selector_of_a_step_matches_it_and_nothing_else(node: str) -> None:
    selector = FieldSelector.parse(selector_of(node))
    made = {node: {"id": node, "name": "n", "type": "Pod"}, "w-9": {"id": "w-9", "name": "m"}}
    found = opened(manifest("w", nodes=made)).object.nodes
    assert [one for one, each in found.items() if selector.matches(each)] == [node]


def test_a_retry_from_a_step_runs_it_and_what_follows_though_they_succeeded() -> None:
    chain = {
        "w": {"id": "w", "name": "w", "type": "Steps", "phase": "Succeeded", "children": ["w-g"]},
        "w-g": {
            "id": "w-g",
            "name": "w[0]",
            "type": "StepGroup",
            "phase": "Succeeded",
            "boundaryID": "w",
            "children": ["w-a"],
        },
        "w-a": {
            "id": "w-a",
            "name": "w[0].a",
            "type": "Pod",
            "phase": "Succeeded",
            "boundaryID": "w",
            "children": ["w-b"],
            "templateName": "t",
        },
        "w-b": {
            "id": "w-b",
            "name": "w[1].b",
            "type": "Pod",
            "phase": "Succeeded",
            "boundaryID": "w",
            "templateName": "t",
        },
    }
    found = manifest("w", phase="Succeeded", nodes=chain)
    plan = FROM_HERE.plan(found, {}, context("w-b"))
    assert plan.facts["deleted"] == ["w-b"]
    assert "--restart-successful --node-field-selector id=w-b" in plan.command
    assert FROM_HERE.plan(found, {}, context("w-a")).facts["deleted"] == ["w-a", "w-b"]
    running = opened(manifest("w", nodes=chain)).object
    assert "only a finished workflow" in (FROM_HERE.refusal(running, at("w-b")) or "")
