"""Reading the demo cluster's API over HTTP: lists, tables, logs, discovery."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.support.cluster import running_cluster
from tests.support.demo_api import PARTIAL, TABLE, WF, Client, names
from tui.demo.resources import NAMESPACES, PODS, WORKFLOWS


def test_a_list_comes_in_pages_of_one_moment(ask: Client) -> None:
    for name in ("a", "b", "c", "d", "e"):
        ask.cluster.workflow(name)
    _, first = ask("GET", f"{WF}?limit=2")
    assert first["kind"] == "WorkflowList" and names(first) == ["a", "b"]
    assert first["metadata"]["remainingItemCount"] == 3
    ask.cluster.delete(WORKFLOWS, "c")
    ask.cluster.workflow("bb")
    token = first["metadata"]["continue"]
    _, second = ask("GET", f"{WF}?limit=5&continue={token}")
    assert names(second) == ["c", "d", "e"]
    version = first["metadata"]["resourceVersion"]
    assert second["metadata"] == {"continue": "", "resourceVersion": version}


def test_a_page_after_the_compaction_is_410_with_a_way_on(ask: Client) -> None:
    for name in ("a", "b", "c"):
        ask.cluster.workflow(name)
    _, first = ask("GET", f"{WF}?limit=1")
    ask.cluster.compact()
    status, gone = ask("GET", f"{WF}?limit=1&continue={first['metadata']['continue']}")
    assert status == 410 and gone["reason"] == "Expired"
    _, rest = ask("GET", f"{WF}?continue={gone['metadata']['continue']}")
    assert names(rest) == ["b", "c"]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("labelSelector=tier%3Dfront", ["a"]),
        ("labelSelector=tier+in+(front,back)", ["a", "b"]),
        ("labelSelector=tier+notin+(front),x", ["b"]),
        ("labelSelector=!tier", ["c"]),
        ("labelSelector=tier!%3Dfront,tier", ["b"]),
        ("fieldSelector=metadata.name%3Dc", ["c"]),
        ("fieldSelector=metadata.name!%3Dc", ["a", "b"]),
    ],
)
def test_selectors_choose(ask: Client, query: str, expected: list[str]) -> None:
    ask.cluster.workflow("a", metadata={"labels": {"tier": "front"}})
    ask.cluster.workflow("b", metadata={"labels": {"tier": "back", "x": "1"}})
    ask.cluster.workflow("c")
    _, listing = ask("GET", f"{WF}?{query}")
    assert names(listing) == expected


@pytest.mark.parametrize(
    "query",
    ["fieldSelector=status.phase%3DRunning", "labelSelector=a+in", "labelSelector=a%3Db%3Dc"],
)
def test_a_selector_the_server_cannot_read_is_400(ask: Client, query: str) -> None:
    status, answer = ask("GET", f"{WF}?{query}")
    assert (status, answer["reason"]) == (400, "BadRequest")


def test_pods_can_be_selected_by_phase(ask: Client) -> None:
    ask.cluster.pod("a")
    ask.cluster.pod("b", phase="Succeeded")
    _, listing = ask("GET", "/api/v1/pods?fieldSelector=status.phase%3DSucceeded")
    assert names(listing) == ["b"]


def test_a_table_has_what_kubectl_prints(ask: Client) -> None:
    ask.cluster.workflow("a", status={"phase": "Failed", "message": "child failed"})
    _, table = ask("GET", WF, accept=TABLE)
    assert [column["name"] for column in table["columnDefinitions"]] == [
        "Name",
        "Status",
        "Age",
        "Message",
    ]
    assert table["rows"][0]["cells"] == ["a", "Failed", None, "child failed"]
    assert table["rows"][0]["object"]["kind"] == "PartialObjectMetadata"


def test_metadata_alone_can_be_listed(ask: Client) -> None:
    ask.cluster.workflow("a")
    _, listing = ask("GET", WF, accept=PARTIAL)
    assert listing["kind"] == "PartialObjectMetadataList"
    assert listing["items"][0]["kind"] == "PartialObjectMetadata" and names(listing) == ["a"]
    assert "spec" not in listing["items"][0]


def test_only_formats_there_are_can_be_had(ask: Client) -> None:
    assert ask("GET", WF, accept="application/vnd.kubernetes.protobuf")[0] == 406


def test_large_answers_are_packed_for_those_who_can_unpack(ask: Client) -> None:
    ask.cluster.workflow("a", status={"message": "x" * 200_000})
    url = ask.cluster.url + WF
    headers = {"Authorization": f"Bearer {ask.cluster.token}", "Accept-Encoding": "gzip"}
    answer = ask.pool.request("GET", url, headers=headers)
    assert answer.headers["Content-Encoding"] == "gzip"
    assert json.loads(answer.data)["items"][0]["status"]["message"] == "x" * 200_000


def test_the_clusters_time_is_in_every_answer(tmp_path: Path) -> None:
    with running_cluster(tmp_path, stepped=True) as cluster, cluster.connections() as pool:
        headers = {"Authorization": f"Bearer {cluster.token}"}
        dates = []
        for path in (WF, f"{WF}/none"):
            dates.append(pool.request("GET", cluster.url + path, headers=headers).headers["Date"])
            cluster.advance(60)
    assert dates == ["Thu, 01 Jan 2026 12:00:00 GMT", "Thu, 01 Jan 2026 12:01:00 GMT"]


# Logs
LOG = "/api/v1/namespaces/argo/pods/p/log"


def test_a_log_can_be_cut_to_size(ask: Client) -> None:
    ask.cluster.pod("p")
    ask.cluster.print_log("p", "one", "two", "three")
    assert ask("GET", LOG) == (200, "one\ntwo\nthree\n")
    assert ask("GET", f"{LOG}?tailLines=1") == (200, "three\n")
    assert ask("GET", f"{LOG}?tailLines=0") == (200, "")
    assert ask("GET", f"{LOG}?limitBytes=5") == (200, "one\nt")
    assert ask("GET", f"{LOG}?sinceTime=2026-01-01T12:00:01Z") == (200, "two\nthree\n")
    stamped = ask("GET", f"{LOG}?timestamps=true&tailLines=1")[1]
    assert stamped == "2026-01-01T12:00:02.000000000Z three\n"


def test_a_log_is_followed_to_its_end(ask: Client) -> None:
    ask.cluster.pod("p")
    ask.cluster.print_log("p", "one")
    response = ask.pool.request(
        "GET",
        f"{ask.cluster.url}{LOG}?follow=true",
        headers={"Authorization": f"Bearer {ask.cluster.token}"},
        preload_content=False,
    )
    pieces = response.stream(1024)
    assert next(pieces) == b"one\n"
    ask.cluster.print_log("p", "two")
    assert next(pieces) == b"two\n"
    ask.cluster.end_log("p")
    assert list(pieces) == []
    response.release_conn()


def test_the_log_of_the_run_before_can_be_had(ask: Client) -> None:
    ask.cluster.pod("p")
    status, answer = ask("GET", f"{LOG}?previous=true")
    assert status == 400 and answer["message"] == (
        'previous terminated container "main" in pod "p" not found'
    )
    ask.cluster.print_log("p", "before")
    ask.cluster.on_loop(lambda: ask.cluster.logs.begin("argo", "p", "main"))
    ask.cluster.print_log("p", "after")
    assert ask("GET", f"{LOG}?previous=true") == (200, "before\n")


def test_a_container_must_be_named_where_there_are_several(ask: Client) -> None:
    ask.cluster.pod("p", "main", "wait")
    status, answer = ask("GET", LOG)
    assert status == 400 and answer["message"] == (
        "a container name must be specified for pod p, choose one of: [main wait]"
    )
    status, answer = ask("GET", f"{LOG}?container=nope")
    assert answer["message"] == "container nope is not valid for pod p"


def test_a_container_that_waits_says_why(ask: Client) -> None:
    ask.cluster.create(
        PODS,
        {
            "metadata": {"namespace": "argo", "name": "p"},
            "spec": {"nodeName": "n", "containers": [{"name": "main"}]},
            "status": {
                "phase": "Pending",
                "containerStatuses": [
                    {"name": "main", "state": {"waiting": {"reason": "PodInitializing"}}}
                ],
            },
        },
    )
    status, answer = ask("GET", LOG)
    assert status == 400 and answer["message"] == (
        'container "main" in pod "p" is waiting to start: PodInitializing'
    )


# What there is
def test_the_group_of_argo_is_discovered_both_ways(ask: Client) -> None:
    plain = ask("GET", "/apis/argoproj.io/v1alpha1")[1]["resources"]
    assert {"workflows", "cronworkflows"} <= {each["name"] for each in plain}
    for version in ("v2", "v2beta1"):
        accept = f"application/json;g=apidiscovery.k8s.io;v={version};as=APIGroupDiscoveryList"
        found = ask("GET", "/apis", accept=accept)[1]
        assert found["apiVersion"] == f"apidiscovery.k8s.io/{version}"
        groups = {item["metadata"]["name"] for item in found["items"]}
        assert groups == {
            "apiextensions.k8s.io",
            "argoproj.io",
            "authentication.k8s.io",
            "authorization.k8s.io",
            "metrics.k8s.io",
        }


def test_health_needs_no_token(ask: Client) -> None:
    assert ask("GET", "/readyz", token="none") == (200, "ok")


def test_openapi_is_told_group_by_group(ask: Client) -> None:
    index = ask("GET", "/openapi/v3")[1]["paths"]
    described = ask("GET", index["apis/argoproj.io/v1alpha1"]["serverRelativeURL"])[1]
    patch = described["paths"]["/apis/argoproj.io/v1alpha1/namespaces/{namespace}/workflows/{name}"]
    assert "fieldValidation" in {each["name"] for each in patch["patch"]["parameters"]}


def test_usage_is_what_the_pods_use(ask: Client) -> None:
    ask.cluster.usage.append(
        {
            "metadata": {"name": "p", "namespace": "argo", "labels": {"a": "b"}},
            "containers": [{"name": "main", "usage": {"cpu": "5m", "memory": "3Mi"}}],
        }
    )
    path = "/apis/metrics.k8s.io/v1beta1/namespaces/argo/pods"
    assert names(ask("GET", path)[1]) == ["p"]
    assert names(ask("GET", f"{path}?labelSelector=a%3Dc")[1]) == []
    assert ask("GET", f"{path}/p")[1]["metadata"]["name"] == "p"
    assert ask("GET", f"{path}/q")[0] == 404


def test_namespaces_are_labelled_with_their_name(ask: Client) -> None:
    admin = Client(ask.cluster, "demo-admin")
    made = admin("POST", "/api/v1/namespaces", {"metadata": {"name": "new"}})[1]
    assert made["metadata"]["labels"] == {"kubernetes.io/metadata.name": "new"}
    assert made["status"] == {"phase": "Active"}
    assert admin("DELETE", "/api/v1/namespaces/new")[0] == 200
    assert ask.cluster.get(NAMESPACES, "new", "") is None
