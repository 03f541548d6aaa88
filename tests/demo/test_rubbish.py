"""Whatever is sent to the demo cluster, it answers as a server would, and goes on."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.support.cluster import Cluster

ARGO = "/apis/argoproj.io/v1alpha1/namespaces/argo"
CORE = "/api/v1/namespaces/argo"
KINDS = {
    f"{ARGO}/workflows": ("argoproj.io/v1alpha1", "Workflow"),
    f"{ARGO}/cronworkflows": ("argoproj.io/v1alpha1", "CronWorkflow"),
    f"{CORE}/pods": ("v1", "Pod"),
    f"{CORE}/events": ("v1", "Event"),
    f"{CORE}/configmaps": ("v1", "ConfigMap"),
    f"{CORE}/secrets": ("v1", "Secret"),
    f"{CORE}/serviceaccounts": ("v1", "ServiceAccount"),
    "/api/v1/namespaces": ("v1", "Namespace"),
}
KEYS = [
    *("metadata", "spec", "status", "name", "labels", "finalizers", "ownerReferences", "uid"),
    *("phase", "message", "startedAt", "containers", "containerStatuses", "state", "terminated"),
    *("data", "stringData", "involvedObject", "source", "op", "path", "value", "a", ""),
]
leaves = st.none() | st.booleans() | st.integers(-5, 5) | st.sampled_from(["", "a", "/a", "é\x00"])
rubbish = st.recursive(
    leaves,
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(KEYS), inner, max_size=5)
    ),
    max_leaves=12,
)
PATCHES = [f"application/{kind}" for kind in ("merge-patch+json", "json-patch+json")]
PATCHES += ["application/strategic-merge-patch+json", "application/apply-patch+yaml"]
TABLE = "application/json;as=Table;v=v1;g=meta.k8s.io"

few = settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


class Client:
    """The administrator's, who gets as far as anyone."""

    def __init__(self, cluster: Cluster) -> None:
        self.cluster = cluster
        self.pool = cluster.connections()

    def __call__(self, method: str, path: str, raw: bytes | None = None, **more: str) -> int:
        headers = {"Authorization": f"Bearer {self.cluster.token_of('demo-admin')}", **more}
        url = self.cluster.url + path
        return self.pool.request(method, url, body=raw, headers=headers).status


@pytest.fixture(scope="module")
def ask(module_cluster: Cluster) -> Iterator[Client]:
    client = Client(module_cluster)
    yield client
    client.pool.clear()


def check_tables(ask: Client, path: str) -> None:
    assert ask("GET", path, Accept=TABLE) == 200


@few
@given(path=st.sampled_from(sorted(KINDS)), body=rubbish, named=st.booleans())
def test_objects_of_any_shape(ask: Client, path: str, body: Any, named: bool) -> None:
    if isinstance(body, dict):
        body["apiVersion"], body["kind"] = KINDS[path]
        if named and isinstance(body.setdefault("metadata", {}), dict):
            body["metadata"]["generateName"] = "r-"
            body["metadata"].pop("name", None)
            body.setdefault("spec", {})
    assert ask("POST", path, json.dumps(body).encode()) < 500
    check_tables(ask, path)


@few
@given(content=st.sampled_from(PATCHES), body=rubbish, pod=st.booleans())
def test_patches_of_any_shape(ask: Client, content: str, body: Any, pod: bool) -> None:
    kind, path = ("pod", f"{CORE}/pods") if pod else ("workflow", f"{ARGO}/workflows")
    name = f"patched-{kind}"
    if ask("GET", f"{path}/{name}") == 404:
        (ask.cluster.pod if pod else ask.cluster.workflow)(name)
    raw = json.dumps(body).encode()
    query = "?fieldManager=me"
    assert ask("PATCH", f"{path}/{name}{query}", raw, **{"Content-Type": content}) < 500
    check_tables(ask, path)
    if pod:
        assert ask("GET", f"{path}/{name}/log") < 500


@few
@given(method=st.sampled_from(["POST", "PUT", "PATCH", "DELETE"]), raw=st.binary(max_size=60))
def test_bodies_of_any_bytes(ask: Client, method: str, raw: bytes) -> None:
    assert ask(method, f"{ARGO}/workflows/none", raw) < 500
    assert ask("POST", "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews", raw) < 500


@few
@given(
    path=st.text(st.characters(codec="ascii", exclude_characters="?#"), max_size=20),
    query=st.text(max_size=20),
)
def test_paths_and_queries_of_any_kind(ask: Client, path: str, query: str) -> None:
    assert ask("GET", f"/{path}") < 500
    names = ("labelSelector", "fieldSelector", "limit", "continue", "resourceVersion")
    quoted = "&".join(f"{name}={query}" for name in names)
    assert ask("GET", f"{ARGO}/workflows?{quoted}") in (200, 400, 504)
