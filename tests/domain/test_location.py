"""Where an artifact's bytes are, by Argo's rules (argo.md 8.1 to 8.3)."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from tui.domain.location import (
    OtherLocation,
    RawLocation,
    RepositoryReference,
    S3Location,
    SecretRef,
    archive_location,
    is_full,
    key_of,
    kind_of,
    repository_of,
    repository_references,
    resolve,
)
from tui.domain.node import Artifact
from tui.domain.templates import template_of
from tui.domain.workflow import Workflow

REPOSITORY = {
    "archiveLogs": True,
    "s3": {
        "endpoint": "minio.argo:9000",
        "bucket": "runs",
        "insecure": True,
        "keyFormat": "{{workflow.name}}/{{pod.name}}",
        "accessKeySecret": {"name": "minio", "key": "user"},
        "secretKeySecret": {"name": "minio", "key": "password"},
    },
}


def artifact(**fields: Any) -> Artifact:
    return msgspec.convert({"name": "a", **fields}, Artifact)


def workflow(**fields: Any) -> Workflow:
    whole = {"metadata": {"name": "wf", "namespace": "ml"}, **fields}
    return msgspec.convert(whole, Workflow)


def test_a_key_alone_takes_the_whole_repository_credentials_and_all() -> None:
    found, why_not = resolve(artifact(s3={"key": "wf/pod/a.tgz"}), REPOSITORY, "ml")
    assert why_not == ""
    assert found == S3Location(
        bucket="runs",
        key="wf/pod/a.tgz",
        endpoint="minio.argo:9000",
        insecure=True,
        namespace="ml",
        access_key=SecretRef("minio", "user"),
        secret_key=SecretRef("minio", "password"),
    )


def test_a_partial_override_is_lost_but_for_its_key() -> None:
    partial = artifact(s3={"bucket": "mine", "key": "k", "region": "eu-west-1"})
    found, _ = resolve(partial, REPOSITORY, "ml")
    assert isinstance(found, S3Location)
    assert (found.bucket, found.region, found.key) == ("runs", "", "k")


def test_a_full_location_is_used_as_it_is() -> None:
    fields = {"endpoint": "s3.amazonaws.com", "bucket": "mine", "key": "k", "useSDKCreds": True}
    found, _ = resolve(artifact(s3=fields), REPOSITORY, "ml")
    assert isinstance(found, S3Location)
    assert (found.bucket, found.access_key, found.use_sdk_creds) == ("mine", None, True)
    assert not found.insecure


def test_every_field_of_s3_is_kept() -> None:
    fields = {
        "endpoint": "e",
        "bucket": "b",
        "key": "k",
        "region": "r",
        "roleARN": "arn:x",
        "addressingStyle": "virtual-hosted",
        "sessionTokenSecret": {"name": "s", "key": "t"},
        "caSecret": {"name": "ca", "key": "crt"},
        "encryptionOptions": {"serverSideCustomerKeySecret": {"name": "sse", "key": "c"}},
    }
    found, _ = resolve(artifact(s3=fields), None, "ml")
    assert isinstance(found, S3Location)
    assert (found.region, found.role_arn, found.addressing_style) == ("r", "arn:x", "virtual")
    assert found.session_token == SecretRef("s", "t")
    assert found.ca == SecretRef("ca", "crt")
    assert found.customer_key == SecretRef("sse", "c")
    assert found.url == "s3://b/k"


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({}, "where it is stored"),
        ({"s3": {"key": "k"}}, "which artifact repository"),
        ({"s3": {"bucket": "b"}}, "no key"),
    ],
)
def test_an_artifact_without_location_says_why(fields: dict[str, Any], words: str) -> None:
    found, why_not = resolve(artifact(**fields), None, "ml")
    assert found is None
    assert words in why_not


def test_a_key_moves_to_the_field_that_the_repository_has_for_it() -> None:
    azure = {"azure": {"endpoint": "https://x.blob/", "container": "c", "blob": "old"}}
    found, _ = resolve(artifact(s3={"key": "a/b"}), azure, "ml")
    assert isinstance(found, OtherLocation)
    assert (found.kind, found.key, found.url) == ("azure", "a/b", "https://x.blob/c/a/b")
    _, why_not = resolve(artifact(s3={"key": "a/b"}), {"git": {"repo": "r"}}, "ml")
    assert "git" in why_not


@pytest.mark.parametrize(
    ("location", "kind", "full", "key"),
    [
        ({"raw": {"data": ""}}, "raw", True, None),
        ({"git": {"repo": "https://x/y.git"}}, "git", True, None),
        ({"http": {"url": "https://x/y/z.txt?q=1"}}, "http", True, "/y/z.txt"),
        ({"artifactory": {"url": "https://x/y"}}, "artifactory", False, "/y"),
        ({"gcs": {"bucket": "b", "key": "k"}}, "gcs", True, "k"),
        ({"gcs": {"key": "k"}}, "gcs", False, "k"),
        ({"azure": {"container": "c", "blob": "k"}}, "azure", True, "k"),
        ({"oss": {"endpoint": "e", "bucket": "b"}}, "oss", False, ""),
        ({"hdfs": {"addresses": ["h:1"], "path": "/p"}}, "hdfs", True, "/p"),
        ({"plugin": {"name": "p", "key": "k"}}, "plugin", True, "k"),
        ({"s3": {"key": "k"}, "gcs": {"bucket": "b", "key": "g"}}, "gcs", True, "g"),
        ({}, "", False, None),
        (None, "", False, None),
        ({"s3": None}, "", False, None),
    ],
)
def test_kinds_keys_and_fullness(
    location: dict[str, Any] | None, kind: str, full: bool, key: str | None
) -> None:
    assert (kind_of(location), is_full(location), key_of(location)) == (kind, full, key)


def test_raw_content_never_shows_in_a_repr() -> None:
    found, _ = resolve(artifact(raw={"data": "s3cr3t"}), None, "ml")
    assert found == RawLocation("s3cr3t")
    assert "s3cr3t" not in repr(found)


def test_a_full_archive_location_of_the_template_wins_over_the_repository() -> None:
    own = {"s3": {"endpoint": "e", "bucket": "own", "key": "{{pod.name}}"}}
    one = workflow(
        spec={
            "templates": [
                {"name": "full", "archiveLocation": own},
                {"name": "partial", "archiveLocation": {"s3": {"bucket": "own"}}},
                {"name": "logs", "archiveLocation": {"archiveLogs": True}},
            ]
        },
        status={
            "artifactRepositoryRef": {"artifactRepository": REPOSITORY},
            "nodes": {
                name: {"id": name, "name": name, "templateName": name}
                for name in ("full", "partial", "logs", "unknown")
            },
        },
    )
    nodes = {node.name: node for node in one.nodes.values()}
    assert archive_location(one, nodes["full"]) == own
    for name in ("partial", "logs", "unknown"):
        assert archive_location(one, nodes[name]) == REPOSITORY


def test_a_repository_that_the_caller_found_is_used_only_where_the_status_has_none() -> None:
    other = {"gcs": {"bucket": "b"}}
    bare = workflow(status={"nodes": {"n": {"id": "n", "name": "n"}}})
    node = next(iter(bare.nodes.values()))
    assert archive_location(bare, node, other) == other
    full = workflow(status={"artifactRepositoryRef": {"artifactRepository": REPOSITORY}})
    assert archive_location(full, node, other) == REPOSITORY
    assert repository_of(bare) is None


def test_a_named_repository_is_looked_for_in_argos_places() -> None:
    one = workflow(
        status={"artifactRepositoryRef": {"configMap": "cm", "key": "k", "namespace": "argo"}}
    )
    assert repository_references(one) == (
        RepositoryReference("argo", "cm", "k"),
        RepositoryReference("ml", "cm", "k"),
    )
    assert repository_references(workflow()) == (
        RepositoryReference("ml", "artifact-repositories", ""),
    )


def test_a_template_is_found_in_every_place_and_a_reference_under_its_own_name() -> None:
    def node(**fields: Any) -> dict[str, Any]:
        return {"id": "n", "name": "n", **fields}

    base: dict[str, dict[str, Any]] = {
        "spec": {"templates": [{"name": "echo", "from": "spec"}]},
        "status": {
            "storedWorkflowTemplateSpec": {"templates": [{"name": "merged", "from": "merged"}]},
            "storedTemplates": {
                "namespaced/t/echo": {"name": "echo", "from": "t"},
                "cluster/t/echo": {"name": "echo", "from": "cluster t"},
                "namespaced/u/far": {"name": "far", "from": "u"},
            },
        },
    }

    def origin(**fields: Any) -> Any:
        status: dict[str, Any] = {**base["status"], "nodes": {"n": node(**fields)}}
        one = workflow(spec=base["spec"], status=status)
        found = template_of(one, next(iter(one.nodes.values())))
        return found and found["from"]

    assert origin(templateName="echo") == "spec"
    assert origin(templateName="echo", templateScope="local/wf") == "spec"
    assert origin(templateName="merged") == "merged"
    assert origin(templateName="far") == "u"
    assert origin(templateRef={"name": "t", "template": "echo"}) == "t"
    clustered = {"name": "t", "template": "echo", "clusterScope": True}
    assert origin(templateRef=clustered) == "cluster t"
    assert origin(templateName="echo", templateScope="cluster/t") == "cluster t"
    assert origin(templateName="echo", templateScope="t") == "t"
    assert origin(templateName="nowhere") is None
    assert origin() is None


def test_a_whole_bucket_is_shown_without_a_second_slash() -> None:
    assert S3Location("runs", "/").url == "s3://runs/"
