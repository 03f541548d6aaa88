"""Changing the demo cluster's objects over HTTP: what the server decides, checks and refuses."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.demo_api import WF, Client, names, wf
from tui.demo.resources import WORKFLOWS


def test_creating_answers_201_and_the_whole_object(ask: Client) -> None:
    status, made = ask("POST", WF, wf("a"))
    assert status == 201
    assert made["metadata"]["namespace"] == "argo" and made["metadata"]["uid"]
    assert ask("POST", WF, wf("a"))[1]["reason"] == "AlreadyExists"


def test_the_server_decides_what_is_its_own(ask: Client) -> None:
    body = wf("a")
    body["metadata"] |= {"uid": "mine", "creationTimestamp": "1999-01-01T00:00:00Z"}
    metadata = ask("POST", WF, body)[1]["metadata"]
    assert metadata["uid"] != "mine" and not metadata["creationTimestamp"].startswith("1999")


def test_a_namespace_that_is_not_there_is_404(ask: Client) -> None:
    status, answer = ask("POST", WF.replace("/argo/", "/nowhere/"), wf("a"))
    assert (status, answer["message"]) == (404, 'namespaces "nowhere" not found')


@pytest.mark.parametrize(
    ("body", "field"),
    [
        (wf("Bad_Name"), "metadata.name"),
        ({**wf("a"), "spec": "text"}, "spec"),
        ({key: value for key, value in wf("a").items() if key != "spec"}, "spec"),
        ({**wf("a"), "metadata": {"name": "a", "labels": {"x": "no spaces"}}}, "metadata.labels"),
        ({**wf("a"), "metadata": {}}, "metadata.name"),
    ],
)
def test_what_breaks_the_rules_is_422_with_its_field(ask: Client, body: Any, field: str) -> None:
    status, answer = ask("POST", WF, body)
    assert (status, answer["reason"]) == (422, "Invalid")
    assert answer["details"]["causes"][0]["field"] == field


def test_a_wrong_kind_is_invalid_and_no_json_is_400(ask: Client) -> None:
    assert ask("POST", WF, {**wf("a"), "kind": "Pod"})[0] == 422
    assert ask("POST", WF, b"{broken")[0] == 400


def test_an_update_needs_the_version_it_read(ask: Client) -> None:
    made = ask("POST", WF, wf("a"))[1]
    assert ask("PUT", f"{WF}/a", wf("a"))[0] == 422
    made["spec"]["suspend"] = True
    assert ask("PUT", f"{WF}/a", made)[0] == 200
    status, answer = ask("PUT", f"{WF}/a", {**made, "spec": {}})
    assert (status, answer["reason"]) == (409, "Conflict")


def test_a_workflow_has_no_status_of_its_own_path(ask: Client) -> None:
    ask.cluster.workflow("a")
    assert ask("GET", f"{WF}/a/status", token=ask.cluster.token_of("demo-admin"))[0] == 404
    patch = {"status": {"phase": "Failed"}}
    content = "application/merge-patch+json"
    assert ask("PATCH", f"{WF}/a", patch, content=content)[1]["status"]["phase"] == "Failed"


def test_a_pods_status_is_changed_on_its_own_path_only(ask: Client) -> None:
    ask.cluster.pod("p")
    path, content = "/api/v1/namespaces/argo/pods/p", "application/merge-patch+json"
    patch = {"status": {"phase": "Failed"}, "metadata": {"labels": {"a": "b"}}}
    changed = ask("PATCH", path, patch, content=content)[1]
    assert changed["status"]["phase"] == "Running" and changed["metadata"]["labels"] == {"a": "b"}
    assert ask("PATCH", f"{path}/status", patch, content=content)[0] == 403
    admin = Client(ask.cluster, "demo-admin")
    changed = admin("PATCH", f"{path}/status", patch, content=content)[1]
    assert changed["status"]["phase"] == "Failed"


def test_a_patch_with_an_old_version_is_a_conflict(ask: Client) -> None:
    version = ask.cluster.workflow("a")["metadata"]["resourceVersion"]
    ask.cluster.patch(WORKFLOWS, "a", {"spec": {"suspend": True}})
    patch = {"metadata": {"resourceVersion": version}, "spec": {"suspend": None}}
    status, answer = ask("PATCH", f"{WF}/a", patch, content="application/merge-patch+json")
    assert (status, answer["reason"]) == (409, "Conflict")


def test_a_strategic_patch_is_for_built_in_kinds(ask: Client) -> None:
    ask.cluster.workflow("a")
    ask.cluster.pod("p", "main", "wait")
    content = "application/strategic-merge-patch+json"
    assert ask("PATCH", f"{WF}/a", {"spec": {}}, content=content)[0] == 415
    patch = {"spec": {"containers": [{"name": "wait", "image": "new"}]}}
    pod = ask("PATCH", "/api/v1/namespaces/argo/pods/p", patch, content=content)[1]
    assert [(each["name"], each["image"]) for each in pod["spec"]["containers"]] == [
        ("main", "a"),
        ("wait", "new"),
    ]


def test_applying_creates_changes_and_takes_away(ask: Client) -> None:
    content, path = "application/apply-patch+yaml", f"{WF}/a?fieldManager=me"
    first = {**wf("a"), "metadata": {"name": "a", "labels": {"x": "1", "y": "2"}}}
    assert ask("PATCH", path, first, content=content)[0] == 201
    ask.cluster.patch(WORKFLOWS, "a", {"metadata": {"labels": {"other": "kept"}}})
    second = {**wf("a"), "metadata": {"name": "a", "labels": {"x": "3"}}}
    status, answer = ask("PATCH", path, second, content=content)
    assert status == 200
    assert answer["metadata"]["labels"] == {"x": "3", "other": "kept"}
    assert ask("PATCH", f"{WF}/a", second, content=content)[0] == 422


def test_yaml_can_be_applied(ask: Client) -> None:
    body = b"apiVersion: argoproj.io/v1alpha1\nkind: Workflow\nmetadata: {name: a}\nspec: {}\n"
    path = f"{WF}/a?fieldManager=me"
    assert ask("PATCH", path, body, content="application/apply-patch+yaml")[0] == 201


def test_a_dry_run_answers_and_keeps_nothing(ask: Client) -> None:
    assert ask("POST", f"{WF}?dryRun=All", wf("a"))[0] == 201
    assert ask("GET", f"{WF}/a")[0] == 404
    ask.cluster.workflow("b")
    assert ask("DELETE", f"{WF}/b", {"dryRun": ["All"]})[0] == 200
    assert ask("GET", f"{WF}/b")[0] == 200


def test_deleting_answers_a_status_and_minds_preconditions(ask: Client) -> None:
    ask.cluster.workflow("a")
    wrong = {"preconditions": {"uid": "other"}}
    assert ask("DELETE", f"{WF}/a", wrong)[0] == 409
    status, answer = ask("DELETE", f"{WF}/a", {"propagationPolicy": "Background"})
    assert (status, answer["status"]) == (200, "Success")
    assert ask("DELETE", f"{WF}/a")[0] == 404


def test_a_selection_can_be_deleted(ask: Client) -> None:
    ask.cluster.workflow("a", metadata={"labels": {"old": "yes"}})
    ask.cluster.workflow("b")
    assert names(ask("DELETE", f"{WF}?labelSelector=old")[1]) == ["a"]
    assert names(ask("GET", WF)[1]) == ["b"]


def test_secrets_take_text_and_keep_it_encoded(ask: Client) -> None:
    body = {"metadata": {"name": "s"}, "stringData": {"key": "value"}}
    made = Client(ask.cluster, "demo-admin")("POST", "/api/v1/namespaces/argo/secrets", body)[1]
    assert made["data"] == {"key": "dmFsdWU="} and "stringData" not in made


def test_a_body_beyond_what_a_server_reads_is_413(ask: Client) -> None:
    status, answer = ask("POST", WF, b" " * (3 * 1024 * 1024 + 1))
    assert (status, answer["reason"]) == (413, "RequestEntityTooLarge")
