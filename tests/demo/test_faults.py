"""Trouble on demand: each switch does to a client what its name says."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import urllib3

from tests.support.cluster import Cluster
from tests.support.waiting import wait_until
from tui.demo.resources import WORKFLOWS

WF = "/apis/argoproj.io/v1alpha1/namespaces/argo/workflows"


class Client:
    """A plain HTTP client that tells status and body."""

    def __init__(self, cluster: Cluster) -> None:
        self.cluster = cluster
        self.pool = cluster.connections()

    def opened(
        self, path: str, method: str = "GET", token: str = "", body: Any = None, seconds: float = 5
    ) -> urllib3.BaseHTTPResponse:
        return self.pool.request(
            method,
            self.cluster.url + path,
            headers={"Authorization": f"Bearer {token or self.cluster.token}"},
            body=None if body is None else json.dumps(body).encode(),
            timeout=seconds,
            preload_content=False,
        )

    def __call__(self, path: str, **more: Any) -> tuple[int, Any]:
        answer = self.opened(path, **more)
        raw = answer.read()
        answer.release_conn()
        return answer.status, json.loads(raw) if raw.startswith((b"{", b"[")) else raw.decode()


@pytest.fixture
def ask(demo_cluster: Cluster) -> Iterator[Client]:
    demo_cluster.workflow("a")
    client = Client(demo_cluster)
    yield client
    client.pool.clear()


def test_an_answer_is_cut_after_so_many_bytes(ask: Client) -> None:
    ask.cluster.fault("cut", bytes=100, count=1)
    answer = ask.opened(WF)
    with pytest.raises(urllib3.exceptions.HTTPError):
        answer.read()
    assert ask(WF)[0] == 200


def test_a_stream_is_cut_in_the_middle_of_an_event(ask: Client) -> None:
    ask.cluster.fault("cut", bytes=40, path="watch=1")
    answer = ask.opened(f"{WF}?watch=1")
    got = b""
    with pytest.raises(urllib3.exceptions.HTTPError):
        for piece in answer.stream(1024):
            got += piece
    assert got.startswith(b'{"type":"ADDED"') and len(got) == 40


def test_a_connection_is_dropped_before_any_answer(ask: Client) -> None:
    ask.cluster.fault("cut", bytes=0, count=1)
    with pytest.raises(urllib3.exceptions.HTTPError):
        ask.opened(WF).read()


def test_a_hanging_request_is_answered_when_the_fault_is_gone(ask: Client) -> None:
    ask.cluster.fault("hang")
    with pytest.raises(urllib3.exceptions.ReadTimeoutError):
        ask.opened(WF, seconds=0.2)
    ask.cluster.clear_faults()
    assert ask(WF)[0] == 200


def test_an_open_stream_hangs_too(ask: Client) -> None:
    answer = ask.opened(f"{WF}?watch=1", seconds=0.3)
    pieces = answer.stream(65536)
    assert b'"ADDED"' in next(pieces)
    ask.cluster.fault("hang", path="watch=1")
    ask.cluster.patch(WORKFLOWS, "a", {"spec": {"suspend": True}})
    with pytest.raises(urllib3.exceptions.ReadTimeoutError):
        next(pieces)


def test_slow_bytes_take_their_time(ask: Client) -> None:
    ask.cluster.workflow("b", status={"message": "x" * 6000})
    ask.cluster.fault("slow", rate=20_000)
    began = time.monotonic()
    assert ask(WF)[0] == 200
    assert time.monotonic() - began > 0.25


def test_too_many_requests_say_when_to_come_back(ask: Client) -> None:
    ask.cluster.fault("too-many", retry_after=7, count=2)
    answer = ask.opened(WF)
    assert (answer.status, answer.headers["Retry-After"]) == (429, "7")
    assert json.loads(answer.read())["details"] == {"retryAfterSeconds": 7}
    answer.release_conn()
    assert [ask(WF)[0], ask(WF)[0]] == [429, 200]


@pytest.mark.parametrize(
    ("status", "reason"), [(500, "InternalError"), (503, "ServiceUnavailable"), (504, "Timeout")]
)
def test_the_server_fails(ask: Client, status: int, reason: str) -> None:
    ask.cluster.fault("error", status=status)
    got, answer = ask(WF)
    assert (got, answer["reason"], answer["kind"]) == (status, reason, "Status")


def test_one_right_is_taken_away(ask: Client) -> None:
    ask.cluster.fault("forbidden", verb="watch", resource="workflows")
    status, answer = ask(f"{WF}?watch=1")
    assert status == 403
    assert 'cannot watch resource "workflows"' in answer["message"]
    assert ask(WF)[0] == 200


def test_a_fault_meets_only_the_paths_and_methods_it_names(ask: Client) -> None:
    ask.cluster.fault("error", path="/pods", method="DELETE")
    assert ask(WF)[0] == 200
    assert ask("/api/v1/namespaces/argo/pods")[0] == 200
    assert ask("/api/v1/namespaces/argo/pods", method="DELETE")[0] == 503


def test_tokens_are_rotated_and_the_kubeconfig_follows(ask: Client) -> None:
    old = ask.cluster.token
    ask.cluster.rotate_tokens()
    assert ask(WF, token=old)[0] == 401
    config = json.loads(ask.cluster.kubeconfig.read_text())
    users = {each["name"]: each["user"] for each in config["users"]}
    assert ask(WF, token=Path(users["demo"]["tokenFile"]).read_text())[0] == 200
    assert ask(WF, token=users["demo-viewer"]["token"])[0] == 200


def test_the_crds_can_be_gone(ask: Client) -> None:
    ask.cluster.fault("no-crds")
    assert ask(WF) == (404, "404 page not found\n")
    assert "argoproj.io" not in json.dumps(ask("/apis")[1])
    ask.cluster.clear_faults()
    assert ask(WF)[0] == 200


def test_metrics_can_be_gone(ask: Client) -> None:
    path = "/apis/metrics.k8s.io/v1beta1/namespaces/argo/pods"
    assert ask(path)[0] == 200
    ask.cluster.fault("no-metrics")
    assert ask(path)[0] == 404


def test_open_answers_can_be_torn(ask: Client) -> None:
    answer = ask.opened(f"{WF}?watch=1")
    pieces = answer.stream(65536)
    next(pieces)
    assert ask.cluster.drop_connections("watch=1") == 1
    with pytest.raises(urllib3.exceptions.HTTPError):
        next(pieces)
    wait_until(lambda: ask.cluster.watching() == 0)


# The same over HTTP


def test_the_switches_are_for_the_admin_token_only(ask: Client) -> None:
    assert ask("/demo/faults")[0] == 401
    assert ask("/demo/faults", token=ask.cluster.admin_token) == (200, [])
    assert ask(WF, token=ask.cluster.admin_token)[0] == 401


def test_faults_are_put_up_and_taken_down_over_http(ask: Client) -> None:
    admin: dict[str, Any] = {"token": ask.cluster.admin_token}
    body = {"kind": "error", "status": 500, "path": "workflows", "count": 1}
    status, fault = ask("/demo/faults", method="POST", body=body, **admin)
    assert status == 200 and fault["id"] == 1
    assert [ask(WF)[0], ask(WF)[0]] == [500, 200]
    assert ask("/demo/faults", **admin)[1][0]["met"] == 1
    assert ask("/demo/faults/1", method="DELETE", **admin)[1] == []


@pytest.mark.parametrize(
    "body", [{"kind": "flood"}, {"kind": "cut", "sise": 1}, {"kind": "cut", "path": "("}, []]
)
def test_a_fault_that_makes_no_sense_is_refused(ask: Client, body: Any) -> None:
    status, answer = ask("/demo/faults", method="POST", body=body, token=ask.cluster.admin_token)
    assert (status, answer["reason"]) == (400, "BadRequest")


def test_compaction_rotation_and_dropping_work_over_http(ask: Client) -> None:
    admin: dict[str, Any] = {"token": ask.cluster.admin_token, "method": "POST"}
    version = ask(WF)[1]["metadata"]["resourceVersion"]
    assert ask("/demo/compact", **admin)[0] == 200
    assert '"code":410' in str(ask.opened(f"{WF}?watch=1&resourceVersion={version}").read())
    old = ask.cluster.token
    assert ask("/demo/rotate", body={"user": "demo"}, **admin)[0] == 200
    assert ask(WF, token=old)[0] == 401
    assert ask("/demo/rotate", body={"user": "nobody"}, **admin)[0] == 400
    assert ask("/demo/drop", **admin)[1]["dropped"] >= 0
