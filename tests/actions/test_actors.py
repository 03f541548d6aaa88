"""Who acted, as labels: the same values that Argo gives them."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from tests.support.plans import calls_of
from tests.support.scripted import manifest
from tui.actions import RESUBMIT, SET_NODE, SUBMIT, called
from tui.actions.actors import actor_labels, by_actor, by_creator, label_value, resumed_by
from tui.actions.base import Context
from tui.ports.identity import Caller

LABEL = "workflows.argoproj.io/"
NOW = datetime(2026, 1, 15, 12, tzinfo=UTC)
JENKINS = Caller("system:serviceaccount:argo:jenkins")
ALICE = Caller("1234|auth0", "alice@example.com", "Alice Ä")
EARLIER = {f"{LABEL}actor": "bob", f"{LABEL}actor-email": "bob.at.x", f"{LABEL}action": "Stop"}


def context(caller: Caller | None) -> Context:
    return Context(now=NOW, suffix="abcde", caller=caller)


def actors(labels: dict[str, str]) -> dict[str, str]:
    return {
        key.removeprefix(LABEL): value
        for key, value in labels.items()
        if key.startswith((f"{LABEL}act", f"{LABEL}creator"))
    }


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("system:serviceaccount:argo:jenkins", "system-serviceaccount-argo-jenkins"),
        ("a_b.c-D9", "a_b.c-D9"),
        ("--x--", "x"),
        ("é", ""),
        ("Alice Ä", "Alice"),
        ("x" * 70, "x" * 63),
        ("head" + ":" * 60 + "tail", "tail"),
        ("a.at.b@c", "a.at.b-c"),
    ],
)
def test_a_text_becomes_the_value_of_a_label_as_argo_makes_it(text: str, value: str) -> None:
    assert label_value(text) == value


def test_an_object_says_who_acted_last_and_how() -> None:
    old = manifest("w", labels={**EARLIER, "mine": "x"})
    labels = by_actor(old, context(ALICE), "Retry")["metadata"]["labels"]
    assert labels == {
        "mine": "x",
        f"{LABEL}actor": "1234-auth0",
        f"{LABEL}actor-email": "alice.at.example.com",
        f"{LABEL}actor-preferred-username": "Alice",
        f"{LABEL}action": "Retry",
    }
    labels = by_actor(old, context(JENKINS), "")["metadata"]["labels"]
    assert labels == {"mine": "x", f"{LABEL}actor": "system-serviceaccount-argo-jenkins"}


def test_without_a_caller_what_an_earlier_one_left_goes() -> None:
    old = manifest("w", labels={**EARLIER, "mine": "x"})
    assert by_actor(old, context(None), "Retry")["metadata"]["labels"] == {"mine": "x"}
    assert actor_labels(context(None), "Stop") == {}
    creators = {f"{LABEL}creator": "bob", f"{LABEL}action": "Stop", "mine": "x"}
    assert by_creator(creators, context(None)) == {"mine": "x"}


def test_a_name_of_which_no_character_may_be_in_a_label_leaves_the_label_as_it_was() -> None:
    old = manifest("w", labels=dict(EARLIER))
    labels = by_actor(old, context(Caller("ééé")), "Retry")["metadata"]["labels"]
    assert labels == {f"{LABEL}actor": "bob", f"{LABEL}action": "Retry"}
    assert actor_labels(context(Caller("ééé")), "Stop") == {
        f"{LABEL}actor": "",
        f"{LABEL}action": "Stop",
    }


def failed() -> dict[str, Any]:
    node = {"id": "w", "name": "w", "type": "Pod", "phase": "Failed", "templateName": "t"}
    return manifest("w", phase="Failed", labels=dict(EARLIER), nodes={"w": node})


def waiting(**spec: Any) -> dict[str, Any]:
    node = {"id": "w-1", "name": "w[0].a", "type": "Suspend", "phase": "Running"}
    found = manifest("w", labels=dict(EARLIER), nodes={"w-1": node})
    return {**found, "spec": spec}


@pytest.mark.parametrize(
    ("action", "given", "choices", "name"),
    [
        ("workflow.retry", failed(), {}, "Retry"),
        ("workflow.suspend", waiting(), {}, "Suspend"),
        ("workflow.resume", waiting(suspend=True), {}, "Resume"),
        ("workflow.resume", waiting(), {"node_field_selector": "id=w-1"}, "Resume"),
        ("workflow.stop", waiting(), {}, "Stop"),
        ("workflow.stop", waiting(), {"node_field_selector": "id=w-1"}, "Stop"),
        ("workflow.terminate", waiting(), {}, "Terminate"),
    ],
)
def test_each_action_says_who_did_it(
    action: str, given: Any, choices: dict[str, Any], name: str
) -> None:
    plan = called(action)[0].plan(given, choices, context(JENKINS))
    labels = calls_of(plan)[-1].body["metadata"]["labels"]
    assert actors(labels) == {"actor": "system-serviceaccount-argo-jenkins", "action": name}
    assert plan.result is not None


def test_setting_outputs_says_who_did_it_and_names_no_action() -> None:
    choices = {"node_field_selector": "id=w-1", "message": "m"}
    plan = SET_NODE.plan(waiting(), choices, context(JENKINS))
    labels = calls_of(plan)[-1].body["metadata"]["labels"]
    assert actors(labels) == {"actor": "system-serviceaccount-argo-jenkins"}


@pytest.mark.parametrize("action", [RESUBMIT, SUBMIT], ids=lambda action: action.id)
def test_what_is_made_anew_says_who_made_it(action: Any) -> None:
    given = manifest(
        "w", phase="Failed", labels={f"{LABEL}creator": "bob", f"{LABEL}creator-email": "b"}
    )
    labels = calls_of(action.plan(given, {}, context(ALICE)))[0].body["metadata"]["labels"]
    assert actors(labels) == {
        "creator": "1234-auth0",
        "creator-email": "alice.at.example.com",
        "creator-preferred-username": "Alice",
    }


def test_a_step_that_is_passed_says_by_whom_in_his_own_letters() -> None:
    assert resumed_by(context(ALICE)) == (
        "Resumed by: map[Email:alice@example.com PreferredUsername:Alice Ä User:1234|auth0]"
    )
    assert resumed_by(context(None)) == ""
    plan = called("workflow.resume")[0].plan(waiting(), {}, context(JENKINS))
    node = calls_of(plan)[-1].body["status"]["nodes"]["w-1"]
    assert node["message"] == "Resumed by: map[User:system:serviceaccount:argo:jenkins]"
