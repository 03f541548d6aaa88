"""Whose token may do what on the demo cluster."""

from __future__ import annotations

import pytest

from tests.support.demo_api import WF, Client


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
