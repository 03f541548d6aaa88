"""The whole demo cluster at once: what is created through the API runs, and can be read."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from kubernetes import client, config

from tests.support.waiting import wait_until
from tui.demo import child

ARGO = ("argoproj.io", "v1alpha1", "argo", "workflows")
WHALE = {
    "apiVersion": "argoproj.io/v1alpha1",
    "kind": "Workflow",
    "metadata": {"generateName": "hello-"},
    "spec": {
        "entrypoint": "say",
        "templates": [
            {
                "name": "say",
                "container": {"image": "whalesay", "command": ["cowsay"], "args": ["ahoy"]},
            }
        ],
    },
}


@pytest.fixture(scope="module")
def demo() -> Iterator[child.DemoChild]:
    with child.start(speed=100) as demo:
        yield demo


@pytest.fixture
def connection(demo: child.DemoChild) -> Iterator[Any]:
    made = config.new_client_from_config(str(demo.kubeconfig))
    yield made
    made.close()


def run_to_the_end(connection: Any) -> dict[str, Any]:
    """The finished whale."""
    api = client.CustomObjectsApi(connection)
    name = api.create_namespaced_custom_object(*ARGO, WHALE)["metadata"]["name"]

    def phase() -> str:
        found = api.get_namespaced_custom_object(*ARGO, name)
        return str(found.get("status", {}).get("phase", ""))

    wait_until(lambda: phase() not in ("", "Pending", "Running"), 15)
    found: dict[str, Any] = api.get_namespaced_custom_object(*ARGO, name)
    return found


def test_the_scenes_are_there_from_the_first_answer_on(connection: Any) -> None:
    api = client.CustomObjectsApi(connection)
    listed = api.list_cluster_custom_object("argoproj.io", "v1alpha1", "workflows")["items"]
    assert len({item["metadata"]["namespace"] for item in listed}) == 2
    phases = {item["status"]["phase"] for item in listed if "status" in item}
    assert {"Succeeded", "Failed", "Running"} <= phases
    core = client.CoreV1Api(connection)
    assert core.list_pod_for_all_namespaces().items
    assert core.list_event_for_all_namespaces().items
    assert core.list_namespaced_secret("argo").items


def test_scale_adds_so_many_workflows() -> None:
    with child.start(scale=40) as demo:
        made = config.new_client_from_config(str(demo.kubeconfig))
        api = client.CustomObjectsApi(made)
        listed = api.list_cluster_custom_object("argoproj.io", "v1alpha1", "workflows", limit=1)
        made.close()
    assert listed["metadata"]["remainingItemCount"] > 40


def test_a_created_workflow_runs_and_its_pods_are_what_clients_take(connection: Any) -> None:
    whale = run_to_the_end(connection)
    assert whale["status"]["phase"] == "Succeeded"
    core = client.CoreV1Api(connection)
    label = f"workflows.argoproj.io/workflow={whale['metadata']['name']}"
    (pod,) = core.list_namespaced_pod("argo", label_selector=label).items
    assert pod.status.phase == "Succeeded"
    assert "ahoy" in core.read_namespaced_pod_log(pod.metadata.name, "argo", container="main")
    reasons = {event.reason for event in core.list_namespaced_event("argo").items}
    assert {"WorkflowRunning", "WorkflowSucceeded", "Scheduled"} <= reasons


def test_a_deleted_workflow_takes_its_pods_along(connection: Any) -> None:
    name = run_to_the_end(connection)["metadata"]["name"]
    client.CustomObjectsApi(connection).delete_namespaced_custom_object(*ARGO, name)
    label = f"workflows.argoproj.io/workflow={name}"
    pods = client.CoreV1Api(connection).list_namespaced_pod("argo", label_selector=label)
    assert pods.items == []


def test_archived_logs_are_in_the_bucket(demo: child.DemoChild, connection: Any) -> None:
    (node,) = run_to_the_end(connection)["status"]["nodes"].values()
    logs = next(each for each in node["outputs"]["artifacts"] if each["name"] == "main-logs")
    bucket = boto3.client(
        "s3",
        endpoint_url=demo.s3_endpoint,
        aws_access_key_id=demo.s3_access_key,
        aws_secret_access_key=demo.s3_secret_key,
        region_name="us-east-1",
    )
    stored = bucket.get_object(Bucket=demo.s3_bucket, Key=logs["s3"]["key"])
    assert b"ahoy" in stored["Body"].read()
