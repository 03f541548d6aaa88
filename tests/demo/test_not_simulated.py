"""What the demo cluster cannot do it says, instead of answering as if it were done."""

from __future__ import annotations

from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.support.demo_api import WF, Client
from tests.support.s3_answers import code_of
from tests.support.world import World
from tui.demo.resources import CONFIG_MAPS, PODS, WORKFLOWS

NS = "/api/v1/namespaces/argo"
CRDS = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions"


def says_so(answer: tuple[int, Any], what: str) -> bool:
    """Whether it is a 501 that a client shows to a person."""
    status, told = answer
    assert (status, told["kind"], told["reason"], told["code"]) == (
        501,
        "Status",
        "NotImplemented",
        501,
    )
    return bool(told["message"] == f"the demo cluster does not simulate {what}")


@pytest.mark.parametrize(
    ("method", "path", "what"),
    [
        ("POST", f"{NS}/pods/p/eviction", "pods/eviction"),
        ("POST", f"{NS}/pods/p/binding", "pods/binding"),
        ("PATCH", f"{NS}/pods/p/resize", "pods/resize"),
        ("PUT", f"{NS}/finalize", "namespaces/finalize"),
        ("GET", "/api/v1/nodes/node-a/proxy", "nodes/proxy"),
        ("GET", f"{NS}/services/s/proxy", "services/proxy"),
        ("POST", f"{NS}/serviceaccounts/workflow/token", "serviceaccounts/token"),
        ("POST", CRDS, "other kinds of objects than those it has"),
        (
            "DELETE",
            f"{CRDS}/workflows.argoproj.io",
            "other kinds of objects than those it has",
        ),
    ],
)
def test_what_a_real_cluster_does_besides_is_501(
    ask: Client, method: str, path: str, what: str
) -> None:
    ask.cluster.pod("p")
    assert says_so(ask(method, path, {}, user="demo-admin"), what)
    assert ask(method, path, {}, user="demo-viewer")[0] == 403, "rights are asked first"


def test_discovery_names_nothing_that_is_not_there(ask: Client) -> None:
    names = {each["name"] for each in ask("GET", "/api/v1")[1]["resources"]}
    assert not names & {"namespaces/finalize", "pods/eviction", "pods/exec"}


@pytest.mark.parametrize("header", ["Impersonate-Group", "Impersonate-Uid", "Impersonate-Extra-A"])
def test_acting_for_a_group_is_not_taken_for_acting_for_oneself(ask: Client, header: str) -> None:
    more = {"Impersonate-User": "demo-viewer", header: "x"}
    admin = Client(ask.cluster, "demo-admin")
    assert says_so(admin("GET", WF, **more), f"impersonation by {header}")


def test_a_pod_of_somebody_elses_never_seems_to_be_about_to_run(ask: Client) -> None:
    pod = {"metadata": {"name": "mine"}, "spec": {"containers": [{"name": "a", "image": "b"}]}}
    status = ask("POST", f"{NS}/pods", pod)[1]["status"]
    assert (status["phase"], status["reason"]) == ("Pending", "NotSimulated")
    assert status["message"] == "the demo cluster runs the pods of workflows only"


@pytest.mark.parametrize(
    ("options", "stays"),
    [
        ({"propagationPolicy": "Orphan"}, True),
        ({"orphanDependents": True}, True),
        ({"orphanDependents": False}, False),
        ({}, False),
    ],
)
@pytest.mark.parametrize("path", [f"{WF}/owner", f"{WF}?fieldSelector=metadata.name=owner"])
def test_what_is_owned_stays_where_that_is_asked_for(
    ask: Client, path: str, options: dict[str, Any], stays: bool
) -> None:
    cluster = ask.cluster
    uid = cluster.workflow("owner")["metadata"]["uid"]
    ref = {"apiVersion": "argoproj.io/v1alpha1", "kind": "Workflow", "name": "owner", "uid": uid}
    metadata = {"name": "owned", "namespace": "argo", "ownerReferences": [ref]}
    cluster.create(CONFIG_MAPS, {"metadata": metadata})
    assert ask("DELETE", path, options)[0] == 200
    assert cluster.get(WORKFLOWS, "owner") is None
    assert (cluster.get(CONFIG_MAPS, "owned") is not None) is stays


@pytest.mark.parametrize(
    "wish",
    [
        {"ServerSideEncryption": "AES256"},
        {"Tagging": "a=b"},
        {"ACL": "public-read"},
        {"StorageClass": "GLACIER"},
        {"WebsiteRedirectLocation": "/other"},
        {"ExpectedBucketOwner": "111122223333"},
    ],
    ids=lambda wish: next(iter(wish)),
)
def test_an_object_is_not_kept_otherwise_than_asked(s3: Any, wish: dict[str, Any]) -> None:
    with pytest.raises(ClientError, match="not implemented by the demo cluster") as refused:
        s3.put_object(Bucket="runs", Key="k", Body=b"1", **wish)
    assert code_of(refused) == "NotImplemented"
    assert "Contents" not in s3.list_objects_v2(Bucket="runs")


def test_the_wishes_that_are_fulfilled_anyway_are_taken(s3: Any) -> None:
    s3.put_object(Bucket="runs", Key="k", Body=b"1", ACL="private", StorageClass="STANDARD")
    with pytest.raises(ClientError) as refused:
        s3.get_object(Bucket="runs", Key="k", VersionId="older")
    assert code_of(refused) == "NotImplemented"
    assert s3.get_object(Bucket="runs", Key="k")["Body"].read() == b"1"


def test_a_resource_template_does_not_seem_to_have_written_its_object() -> None:
    world = World()
    world.run(
        """
        entrypoint: main
        templates:
        - name: main
          resource: {action: create, manifest: "apiVersion: v1\\nkind: ConfigMap"}
        """
    )
    (pod,) = world.store.list(PODS)
    lines = [each.text for each in world.logs.lines("argo", pod["metadata"]["name"], "main")]
    said = "demo: the object of a resource template is not written, what it prints is made up"
    assert said in lines


def test_the_log_of_a_program_that_is_made_up_says_so() -> None:
    world = World()
    world.run(
        """
        entrypoint: main
        templates:
        - name: main
          container: {image: registry.example.com/train:1, command: [train, --fast]}
        """
    )
    (pod,) = world.store.list(PODS)
    lines = [each.text for each in world.logs.lines("argo", pod["metadata"]["name"], "main")]
    assert "demo: train is not simulated, what it prints is made up" in lines
    assert "demo: train" not in str(world.node("wf").get("outputs", {}).get("result"))
