"""Whose token may do what on the demo cluster."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.support.demo_api import WF, Client
from tests.support.golden import ABSENT, DATA
from tui.demo.access import ADMIN, Rule, User, access_review, rules_review
from tui.demo.store import encode


def test_no_token_or_a_wrong_one_is_401(ask: Client) -> None:
    status, answer = ask("GET", WF, token="wrong")
    assert (status, answer["reason"], answer["message"]) == (401, "Unauthorized", "Unauthorized")


def test_a_viewer_may_look_and_not_touch(ask: Client) -> None:
    ask.cluster.workflow("a")
    viewer = Client(ask.cluster, "demo-viewer")
    assert viewer("GET", WF)[0] == 200
    status, answer = viewer("DELETE", f"{WF}/a")
    assert (status, answer["reason"]) == (403, "Forbidden")
    assert answer["message"] == (
        'workflows.argoproj.io "a" is forbidden: User "demo-viewer" cannot delete resource'
        ' "workflows" in API group "argoproj.io" in the namespace "argo"'
    )


def test_only_the_administrator_may_act_for_others(ask: Client) -> None:
    ask.cluster.workflow("a")
    as_viewer = {"Impersonate-User": "demo-viewer"}
    assert ask("GET", WF, **as_viewer)[1]["message"].startswith('users "demo-viewer" is forbidden')
    admin = Client(ask.cluster, "demo-admin")
    assert admin("GET", WF, **as_viewer)[0] == 200
    assert 'User "demo-viewer" cannot' in admin("DELETE", f"{WF}/a", **as_viewer)[1]["message"]
    assert admin("GET", WF, **{"Impersonate-User": "nobody"})[0] == 403


def test_the_least_account_knows_one_namespace(ask: Client) -> None:
    least = Client(ask.cluster, "demo-least")
    assert least("GET", WF)[0] == 200
    assert least("GET", "/apis/argoproj.io/v1alpha1/workflows")[0] == 403
    assert least("GET", "/api/v1/namespaces")[0] == 403
    assert least("GET", WF.replace("/argo/", "/default/"))[0] == 403


@pytest.mark.parametrize(
    ("user", "verb", "expected"),
    [("demo", "delete", True), ("demo-viewer", "delete", False), ("demo-viewer", "list", True)],
)
def test_rights_can_be_asked_beforehand(ask: Client, user: str, verb: str, expected: bool) -> None:
    attributes = {"namespace": "argo", "verb": verb, "group": "argoproj.io"}
    review = {"spec": {"resourceAttributes": {**attributes, "resource": "workflows"}}}
    path = "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews"
    status, answer = Client(ask.cluster, user)("POST", path, review)
    assert status == 201 and answer["status"]["allowed"] is expected


RULES_REVIEW = "/apis/authorization.k8s.io/v1/selfsubjectrulesreviews"
ACCESS_REVIEW = "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews"
RECORDED = sorted((DATA / "kube" / "reviews").glob("ssar-*.http"))


def recorded(path: Path) -> tuple[dict[str, Any], int, dict[str, Any]]:
    """What was asked of a real cluster, and its answer."""
    asked, _, answered = path.read_text().partition("==========\n")
    status = int(answered.split()[1])
    return json.loads(asked.split("\n\n")[1]), status, json.loads(answered.split("\n\n")[-1])


def user_of(name: str) -> User:
    """Somebody with the rules that the real cluster told of its account."""
    rules = recorded(DATA / "kube" / "reviews" / f"ssrr-{name}.http")[2]["status"]["resourceRules"]
    made = (
        Rule(tuple(rule["apiGroups"]), tuple(rule["resources"]), tuple(rule["verbs"]), ("sv-1",))
        for rule in rules
    )
    return User(f"system:serviceaccount:argo:{name}", ADMIN if name == "admin" else tuple(made))


@pytest.mark.skipif(not RECORDED, reason=ABSENT)
@pytest.mark.parametrize("path", RECORDED, ids=lambda path: path.stem)
def test_single_questions_are_answered_as_a_real_cluster_does(path: Path) -> None:
    review, status, answer = recorded(path)
    if status != 201:
        return  # a wrong token, which is refused before anything is asked
    who = next(
        (name for name in ("viewer", "operator") if f"{name.upper()}-TOKEN" in path.read_text()),
        "admin",
    )
    said = access_review(user_of(who), review, now="2026-11-29T05:11:32Z")
    assert said["status"]["allowed"] == answer["status"]["allowed"]
    assert said["status"].keys() == answer["status"].keys()
    assert (said["spec"], said["metadata"]) == (answer["spec"], answer["metadata"])
    assert said.keys() == answer.keys()


@pytest.mark.skipif(not RECORDED, reason=ABSENT)
@pytest.mark.parametrize("name", ["operator", "viewer"])
def test_rules_are_told_as_a_real_cluster_tells_them(name: str) -> None:
    review, _, answer = recorded(DATA / "kube" / "reviews" / f"ssrr-{name}.http")
    said = json.loads(encode(rules_review(user_of(name), review)))
    assert said["status"]["resourceRules"] == answer["status"]["resourceRules"]
    assert (said["spec"], said["metadata"]) == (answer["spec"], answer["metadata"])
    assert said["status"].keys() == answer["status"].keys()


def test_a_question_without_a_namespace_or_about_nothing_is_refused(ask: Client) -> None:
    status, answer = ask("POST", RULES_REVIEW, {"spec": {}})
    assert (status, answer["message"]) == (400, "no namespace on request")
    both: dict[str, Any] = {"resourceAttributes": {}, "nonResourceAttributes": {}}
    for spec in ({}, both):
        status, answer = ask("POST", ACCESS_REVIEW, {"spec": spec})
        assert status == 422
        assert "exactly one of nonResourceAttributes or resourceAttributes" in answer["message"]


def test_rules_that_are_not_told_leave_single_questions(ask: Client) -> None:
    ask.cluster.fault("no-rules")
    status = ask("POST", RULES_REVIEW, {"spec": {"namespace": "argo"}})[1]["status"]
    assert status["incomplete"] is True and "webhook" in status["evaluationError"]
    assert all("workflows" not in rule["resources"] for rule in status["resourceRules"])
    asked = {"verb": "list", "namespace": "argo", "group": "argoproj.io", "resource": "workflows"}
    answer = ask("POST", ACCESS_REVIEW, {"spec": {"resourceAttributes": asked}})[1]
    assert answer["status"]["allowed"] is True


def test_a_rule_may_be_about_named_objects_and_about_a_subresource_of_all(ask: Client) -> None:
    users = ask.cluster.server.access.users
    rules = (
        Rule(("argoproj.io",), ("workflows",), ("get", "list", "patch"), ("argo",), ("mine",)),
        Rule(("",), ("*/log",), ("get",), ("argo",)),
    )
    before = users["demo-least"]
    users["demo-least"] = User(before.name, (*before.rules[:2], *rules), token=before.token)
    ask.cluster.workflow("mine")
    ask.cluster.pod("talking")
    ask.cluster.end_log("talking")
    least = Client(ask.cluster, "demo-least")
    assert least("GET", f"{WF}/mine")[0] == 200 and least("GET", f"{WF}/other")[0] == 403
    assert least("GET", WF)[0] == 403
    assert least("GET", f"{WF}?fieldSelector=metadata.name%3Dmine")[0] == 200
    pods = "/api/v1/namespaces/argo/pods"
    assert least("GET", f"{pods}/talking/log")[0] == 200 and least("GET", pods)[0] == 403
    told = least("POST", RULES_REVIEW, {"spec": {"namespace": "argo"}})[1]["status"]
    assert told["resourceRules"][2]["resourceNames"] == ["mine"]
