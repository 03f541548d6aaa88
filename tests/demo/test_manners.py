"""The small ways of a real API server: rights before paths, grace, warnings, plain kinds."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.support.cluster import running_cluster
from tests.support.demo_api import WF, Client
from tui.demo.resources import NODES, PODS, SERVICES

NS = "/api/v1/namespaces/argo"


@pytest.fixture
def ask(ask: Client) -> Client:
    """Of a cluster with a workflow."""
    ask.cluster.workflow("a")
    return ask


@pytest.fixture
def stepped(tmp_path: Path) -> Iterator[Client]:
    """A cluster whose time only passes when it is told to."""
    with running_cluster(tmp_path, stepped=True) as cluster:
        client = Client(cluster)
        yield client
        client.pool.clear()


# Rights before paths


def test_who_has_no_right_does_not_learn_that_there_is_no_such_kind(ask: Client) -> None:
    path = "/apis/apps/v1/namespaces/argo/deployments"
    status, answer = ask("POST", path, {})
    assert status == 403
    assert answer["message"] == (
        'deployments.apps is forbidden: User "demo" cannot create resource "deployments" in API'
        ' group "apps" in the namespace "argo"'
    )
    assert ask("POST", path, {}, user="demo-admin") == (404, "404 page not found\n")


def test_a_path_that_is_no_objects_is_the_administrators(ask: Client) -> None:
    status, answer = ask("GET", "/metrics")
    assert (status, answer["reason"]) == (403, "Forbidden")
    assert answer["message"] == 'forbidden: User "demo" cannot get path "/metrics"'
    assert ask("GET", "/metrics", user="demo-admin")[0] == 404
    assert ask("GET", "/version")[0] == 200


@pytest.mark.parametrize("what", ["exec", "attach", "portforward"])
def test_nothing_can_be_run_in_a_simulated_container(ask: Client, what: str) -> None:
    ask.cluster.pod("p")
    status, answer = ask("POST", f"{NS}/pods/p/{what}", user="demo-viewer")
    assert status == 403 and f'cannot create resource "pods/{what}"' in answer["message"]
    status, answer = ask("POST", f"{NS}/pods/p/{what}", user="demo-admin")
    assert status == 400 and "are simulated" in answer["message"]


def test_rules_are_told_group_by_group(ask: Client) -> None:
    path = "/apis/authorization.k8s.io/v1/selfsubjectrulesreviews"
    review = {"spec": {"namespace": "argo"}}
    rules = ask("POST", path, review)[1]["status"]["resourceRules"]
    told = {(group, each) for r in rules for group in r["apiGroups"] for each in r["resources"]}
    assert ("authentication.k8s.io", "selfsubjectreviews") in told
    assert ("authorization.k8s.io", "selfsubjectreviews") not in told


@pytest.mark.parametrize(("path", "allowed"), [("/version", True), ("/logs", False)])
def test_a_review_of_a_path_says_what_the_path_does(ask: Client, path: str, allowed: bool) -> None:
    review = {"spec": {"nonResourceAttributes": {"verb": "get", "path": path}}}
    answer = ask("POST", "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews", review)[1]
    assert answer["status"]["allowed"] is allowed
    assert (ask("GET", path)[0] == 200) is allowed


# Fields there are not


def manifest(name: str, **more: Any) -> dict[str, Any]:
    kind = {"apiVersion": "argoproj.io/v1alpha1", "kind": "Workflow"}
    return {**kind, "metadata": {"name": name}, "spec": {"entrypoint": "m"}, **more}


def test_unknown_fields_are_refused_where_that_is_asked(ask: Client) -> None:
    path = f"{WF}?fieldValidation=Strict"
    status, answer = ask("POST", path, manifest("b", sepc={}))
    assert (status, answer["message"]) == (
        400,
        'Workflow in version "v1alpha1" cannot be handled as a Workflow: strict decoding error:'
        ' unknown field "sepc"',
    )
    assert ask("POST", path, manifest("b", spec={"entrypoint": "m", "new": 1}))[0] == 201


def test_unknown_fields_are_warned_of_and_taken_out(ask: Client) -> None:
    body = manifest("b", sepc={}, metadata={"name": "b", "lables": {}})
    answer = ask.opened("POST", WF, body)
    assert answer.status == 201
    assert answer.headers.getlist("Warning") == [
        '299 - "unknown field \\"metadata.lables\\""',
        '299 - "unknown field \\"sepc\\""',
    ]
    made = json.loads(answer.data)
    assert "sepc" not in made and "lables" not in made["metadata"]


def test_unknown_fields_can_be_taken_out_in_silence(ask: Client) -> None:
    patch = {"Content-Type": "application/merge-patch+json"}
    path = f"{WF}/a?fieldValidation=Ignore"
    answer = ask.opened("PATCH", path, {"extra": 1}, **patch)
    assert answer.status == 200 and "Warning" not in answer.headers
    assert "extra" not in json.loads(answer.data)
    status, said = ask("PATCH", f"{WF}/a?fieldValidation=No", {}, **patch)
    assert status == 422 and 'Unsupported value: "No"' in said["message"]


# Grace


def ends_at(client: Client, name: str) -> Any:
    pod = client.cluster.get(PODS, name)
    return pod and pod["metadata"].get("deletionTimestamp")


def test_a_running_pod_has_time_to_end(stepped: Client) -> None:
    stepped.cluster.pod("p")
    status, answer = stepped("DELETE", f"{NS}/pods/p")
    assert (status, answer["kind"], answer["metadata"]["deletionGracePeriodSeconds"]) == (
        200,
        "Pod",
        30,
    )
    table = {"Accept": "application/json;as=Table;v=v1;g=meta.k8s.io"}
    assert stepped("GET", f"{NS}/pods", **table)[1]["rows"][0]["cells"][2] == "Terminating"
    assert stepped("DELETE", f"{NS}/pods/p")[0] == 200
    stepped.cluster.patch(PODS, "p", {"status": {"message": "ending"}})
    assert ends_at(stepped, "p")
    stepped.cluster.advance(3)
    assert stepped.cluster.get(PODS, "p") is None


def test_a_pod_made_anew_is_not_taken_for_the_one_that_ends(stepped: Client) -> None:
    stepped.cluster.pod("p")
    stepped("DELETE", f"{NS}/pods/p?gracePeriodSeconds=10")
    stepped("DELETE", f"{NS}/pods/p?gracePeriodSeconds=0")
    stepped.cluster.pod("p")
    stepped.cluster.advance(20)
    assert stepped.cluster.get(PODS, "p") is not None


@pytest.mark.parametrize("phase", ["Succeeded", "Failed"])
def test_a_pod_that_has_ended_needs_no_time(ask: Client, phase: str) -> None:
    ask.cluster.pod("p", phase=phase)
    ask("DELETE", f"{NS}/pods/p")
    assert ask.cluster.get(PODS, "p") is None


def test_a_pod_can_be_deleted_at_once(ask: Client) -> None:
    ask.cluster.pod("p")
    assert ask("DELETE", f"{NS}/pods/p", {"gracePeriodSeconds": "soon"})[0] == 400
    assert ask("DELETE", f"{NS}/pods/p?dryRun=All")[0] == 200
    assert ends_at(ask, "p") is None
    ask("DELETE", f"{NS}/pods/p", {"gracePeriodSeconds": 0})
    assert ask.cluster.get(PODS, "p") is None


# Plain kinds


def test_nodes_and_services_have_the_columns_one_knows(ask: Client) -> None:
    status = {"conditions": [{"type": "Ready", "status": "True"}], "nodeInfo": {}}
    ask.cluster.create(NODES, {"metadata": {"name": "n"}, "status": status})
    spec = {"clusterIP": "10.43.0.1", "ports": [{"port": 443}]}
    ask.cluster.create(SERVICES, {"metadata": {"namespace": "argo", "name": "s"}, "spec": spec})
    table = {"Accept": "application/json;as=Table;v=v1;g=meta.k8s.io"}
    node = ask("GET", "/api/v1/nodes", **table)[1]["rows"][0]["cells"]
    assert node[:3] == ["n", "Ready", "<none>"]
    service = ask("GET", f"{NS}/services", **table)[1]["rows"][0]["cells"]
    assert service[:5] == ["s", "ClusterIP", "10.43.0.1", "<none>", "443/TCP"]


def test_definitions_are_not_there_without_what_they_define(ask: Client) -> None:
    path = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions"
    assert ask("GET", path)[0] == 200
    ask.cluster.fault("no-crds")
    assert ask("GET", path) == (404, "404 page not found\n")
