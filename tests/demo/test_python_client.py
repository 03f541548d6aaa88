"""The demo cluster through the official Python client, unmodified."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from kubernetes import client, config, dynamic, watch
from kubernetes.client.exceptions import ApiException
from kubernetes.dynamic.exceptions import ConflictError

from tests.support.cluster import Cluster
from tui.demo.resources import PODS, WORKFLOWS

ARGO = ("argoproj.io", "v1alpha1", "argo", "workflows")


@pytest.fixture
def connection(module_cluster: Cluster) -> Iterator[Any]:
    made = config.new_client_from_config(str(module_cluster.kubeconfig))
    yield made
    made.close()


@pytest.fixture
def cluster(module_cluster: Cluster) -> Iterator[Cluster]:
    """The file's cluster, emptied after each test."""
    yield module_cluster

    def empty() -> None:
        for resource in (WORKFLOWS, PODS):
            for record in module_cluster.store.records(resource):
                module_cluster.store.delete(resource, record.namespace, record.name)

    module_cluster.on_loop(empty)


def manifest(name: str) -> dict[str, Any]:
    return {
        "apiVersion": "argoproj.io/v1alpha1",
        "kind": "Workflow",
        "metadata": {"name": name},
        "spec": {"entrypoint": "main"},
    }


def test_custom_objects_are_created_listed_patched_replaced_and_deleted(
    cluster: Cluster, connection: Any
) -> None:
    api = client.CustomObjectsApi(connection)
    made = api.create_namespaced_custom_object(*ARGO, manifest("a"))
    assert made["metadata"]["uid"]
    api.patch_namespaced_custom_object(*ARGO, "a", {"metadata": {"labels": {"x": "y"}}})
    operations = [{"op": "add", "path": "/spec/suspend", "value": True}]
    patched = api.patch_namespaced_custom_object(
        *ARGO, "a", operations, _content_type="application/json-patch+json"
    )
    assert patched["spec"]["suspend"] is True
    listed = api.list_namespaced_custom_object(*ARGO, label_selector="x=y", limit=1)
    assert [item["metadata"]["name"] for item in listed["items"]] == ["a"]
    everywhere = api.list_cluster_custom_object("argoproj.io", "v1alpha1", "workflows")
    assert len(everywhere["items"]) == 1
    patched["spec"]["suspend"] = False
    assert api.replace_namespaced_custom_object(*ARGO, "a", patched)["spec"]["suspend"] is False
    assert api.delete_namespaced_custom_object(*ARGO, "a")["status"] == "Success"
    with pytest.raises(ApiException) as missing:
        api.get_namespaced_custom_object(*ARGO, "a")
    assert missing.value.status == 404


def test_conflicts_and_broken_objects_are_told_apart(cluster: Cluster, connection: Any) -> None:
    api = client.CustomObjectsApi(connection)
    made = api.create_namespaced_custom_object(*ARGO, manifest("a"))
    statuses = []
    for name, body in (("a", manifest("a")), ("Bad_Name", manifest("Bad_Name"))):
        with pytest.raises(ApiException) as refused:
            api.create_namespaced_custom_object(*ARGO, body)
        statuses.append((name, refused.value.status))
    cluster.patch(WORKFLOWS, "a", {"spec": {"suspend": True}})
    with pytest.raises(ApiException) as stale:
        api.replace_namespaced_custom_object(*ARGO, "a", made)
    assert [*statuses, ("stale", stale.value.status)] == [
        ("a", 409),
        ("Bad_Name", 422),
        ("stale", 409),
    ]


def test_the_core_kinds_become_the_clients_models(cluster: Cluster, connection: Any) -> None:
    api = client.CoreV1Api(connection)
    cluster.pod("p", "main", "wait")
    cluster.print_log("p", "one", "two")
    names = {each.metadata.name for each in api.list_namespace().items}
    assert {"argo", "default"} <= names
    (pod,) = api.list_namespaced_pod("argo", field_selector="status.phase=Running").items
    assert [each.name for each in pod.status.container_statuses] == ["main", "wait"]
    assert api.read_namespaced_pod_log("p", "argo", container="main", tail_lines=1) == "two\n"
    with pytest.raises(ApiException) as refused:
        api.read_namespaced_pod_log("p", "argo")
    assert refused.value.status == 400 and "choose one of: [main wait]" in refused.value.body
    made = api.create_namespaced_config_map(
        "argo", client.V1ConfigMap(metadata={"name": "c"}, data={"a": "b"})
    )
    assert made.metadata.uid
    assert api.list_namespaced_event("argo").items == []


def test_rights_are_reviewed(cluster: Cluster, connection: Any) -> None:
    api = client.AuthorizationV1Api(connection)
    attributes = client.V1ResourceAttributes(
        namespace="argo", verb="delete", group="argoproj.io", resource="workflows"
    )
    review = client.V1SelfSubjectAccessReview(
        spec=client.V1SelfSubjectAccessReviewSpec(resource_attributes=attributes)
    )
    assert api.create_self_subject_access_review(review).status.allowed is True
    rules = client.V1SelfSubjectRulesReview(
        spec=client.V1SelfSubjectRulesReviewSpec(namespace="argo")
    )
    told = api.create_self_subject_rules_review(rules).status.resource_rules
    assert any("argoproj.io" in rule.api_groups for rule in told)


def test_a_watch_hears_custom_objects(cluster: Cluster, connection: Any) -> None:
    api = client.CustomObjectsApi(connection)
    cluster.workflow("a")
    version = api.list_namespaced_custom_object(*ARGO)["metadata"]["resourceVersion"]
    cluster.workflow("b")
    cluster.delete(WORKFLOWS, "a")
    stream = watch.Watch().stream(
        api.list_namespaced_custom_object, *ARGO, resource_version=version, timeout_seconds=1
    )
    heard = [(event["type"], event["object"]["metadata"]["name"]) for event in stream]
    assert heard == [("ADDED", "b"), ("DELETED", "a")]


def test_a_watch_raises_410_for_a_history_that_is_gone(cluster: Cluster, connection: Any) -> None:
    api = client.CustomObjectsApi(connection)
    version = api.list_namespaced_custom_object(*ARGO)["metadata"]["resourceVersion"]
    cluster.compact()
    with pytest.raises(ApiException) as expired:
        list(
            watch.Watch().stream(
                api.list_namespaced_custom_object,
                *ARGO,
                resource_version=version,
                timeout_seconds=1,
            )
        )
    assert expired.value.status == 410


def test_a_watch_follows_a_log(cluster: Cluster, connection: Any) -> None:
    api = client.CoreV1Api(connection)
    cluster.pod("followed")
    cluster.print_log("followed", "one", "two")
    follower = watch.Watch()
    lines = []
    for line in follower.stream(api.read_namespaced_pod_log, "followed", "argo"):
        lines.append(line)
        if line == "two":
            cluster.print_log("followed", "three")
        if line == "three":
            follower.stop()
    assert lines == ["one", "two", "three"]


def test_the_dynamic_client_discovers_and_applies(cluster: Cluster, connection: Any) -> None:
    workflows = dynamic.DynamicClient(connection).resources.get(
        api_version="argoproj.io/v1alpha1", kind="Workflow"
    )
    workflows.create(body=manifest("a"), namespace="argo")
    other = {**manifest("a"), "spec": {"entrypoint": "other"}}
    about = {"body": other, "name": "a", "namespace": "argo", "field_manager": "tests"}
    with pytest.raises(ConflictError, match="conflict with"):
        workflows.server_side_apply(**about)
    applied = workflows.server_side_apply(**about, force_conflicts=True)
    assert applied.spec.entrypoint == "other"
    assert [each.metadata.name for each in workflows.get(namespace="argo").items] == ["a"]
    workflows.delete(name="a", namespace="argo")
    assert workflows.get(namespace="argo").items == []


def test_a_deleted_pod_is_told_as_a_pod(cluster: Cluster, connection: Any) -> None:
    core = client.CoreV1Api(connection)
    cluster.pod("ended", phase="Succeeded")
    cluster.pod("running")
    gone = core.delete_namespaced_pod("ended", "argo")
    ending = core.delete_namespaced_pod("running", "argo", grace_period_seconds=9)
    assert (gone.metadata.name, gone.status.phase) == ("ended", "Succeeded")
    assert ending.metadata.deletion_grace_period_seconds == 9
    core.delete_namespaced_pod(
        "running", "argo", body=client.V1DeleteOptions(grace_period_seconds=0)
    )
    assert core.list_namespaced_pod("argo").items == []
