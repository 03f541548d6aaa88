"""The OpenAPI documents: version 3 for each group, version 2 as JSON and as gnostic's protobuf."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from tests.support.cluster import Cluster
from tui.demo import gnostic, openapi

SHORT = "application/com.github.proto-openapi.spec.v2.v1.0+protobuf"
OLD = "application/com.github.proto-openapi.spec.v2@v1.0+protobuf"


def fields(data: bytes) -> Iterator[tuple[int, Any]]:
    """The fields of a protobuf message: numbers as they are, everything else as bytes."""
    at = 0
    while at < len(data):
        tag, at = varint(data, at)
        if tag & 7 == 0:
            value, at = varint(data, at)
            yield tag >> 3, value
        else:
            assert tag & 7 == 2
            size, at = varint(data, at)
            assert at + size <= len(data)
            yield tag >> 3, data[at : at + size]
            at += size


def varint(data: bytes, at: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        byte = data[at]
        value |= (byte & 0x7F) << shift
        at, shift = at + 1, shift + 7
        if byte < 0x80:
            return value, at


def every(data: bytes, number: int) -> list[Any]:
    return [value for each, value in fields(data) if each == number]


def only(data: bytes, *numbers: int) -> Any:
    """What is found by going down these fields, each of which is there once."""
    for number in numbers:
        [data] = every(data, number)
    return data


def named(data: bytes, number: int) -> dict[str, bytes]:
    """A list of named entries as a map."""
    return {only(entry, 1).decode(): only(entry, 2) for entry in every(data, number)}


def test_the_protobuf_document_has_what_kubectl_reads_before_it_writes() -> None:
    document = gnostic.document(openapi.document_v2())
    assert only(document, 1) == b"2.0"
    paths = named(only(document, 8), 2)
    patch = only(paths["/apis/argoproj.io/v1alpha1/namespaces/{namespace}/workflows/{name}"], 8)
    kind = json.loads(only(named(patch, 13)["x-kubernetes-group-version-kind"], 2))
    assert kind == {"group": "argoproj.io", "version": "v1alpha1", "kind": "Workflow"}
    # parameters → parameter → not of the body → of the query → name
    queried = [only(each, 1, 2, 3, 4) for each in every(patch, 8)]
    assert b"fieldValidation" in queried


def test_the_protobuf_document_has_every_schema_with_its_types() -> None:
    plain = openapi.document_v2()["definitions"]
    schemas = named(only(gnostic.document(openapi.document_v2()), 9), 1)
    assert schemas.keys() == plain.keys()
    properties = named(only(schemas["io.argoproj.v1alpha1.Workflow"], 25), 1)
    assert only(properties["metadata"], 1) == b"#/definitions/" + openapi.META.encode()
    spec = named(only(properties["spec"], 25), 1)
    assert only(spec["suspend"], 22, 1) == b"boolean"
    templates = named(only(spec["templates"], 23, 1, 25), 1)
    assert {"container", "script", "steps", "dag", "inputs"} <= templates.keys()


def test_a_field_without_a_number_is_an_error_and_not_left_out() -> None:
    with pytest.raises(KeyError):
        gnostic.document({"swagger": "2.0", "basePath": "/"})


@pytest.mark.parametrize("accept", [SHORT, OLD, f"{OLD}, application/json;q=0.5"])
def test_older_clients_are_answered_in_protobuf(demo_cluster: Cluster, accept: str) -> None:
    head, body = fetched(demo_cluster, "/openapi/v2", accept)
    assert head == SHORT
    assert only(body, 2, 1) == b"Kubernetes"


@pytest.mark.parametrize("accept", ["application/json", "*/*", ""])
def test_everybody_else_is_answered_in_json(demo_cluster: Cluster, accept: str) -> None:
    head, body = fetched(demo_cluster, "/openapi/v2", accept)
    assert head == "application/json"
    assert json.loads(body)["definitions"]["io.argoproj.v1alpha1.Workflow"]["type"] == "object"


def test_every_reference_of_every_document_leads_somewhere() -> None:
    whole = openapi.document_v2()
    assert references(whole) == {f"#/definitions/{name}" for name in referred(whole["definitions"])}
    for root in openapi.index()["paths"]:
        document = openapi.document(root)
        assert document is not None
        names = {f"#/components/schemas/{name}" for name in document["components"]["schemas"]}
        assert references(document) <= names


def referred(definitions: dict[str, Any]) -> set[str]:
    """All of them, but what is only there as a list of something."""
    return {name for name in definitions if not name.endswith("List") or name == "ListMeta"}


def references(value: Any) -> set[str]:
    if isinstance(value, list):
        return {each for item in value for each in references(item)}
    if not isinstance(value, dict):
        return set()
    here = {value["$ref"]} if isinstance(value.get("$ref"), str) else set()
    return here.union(*(references(each) for each in value.values()))


def test_what_is_not_installed_is_not_described(demo_cluster: Cluster) -> None:
    demo_cluster.fault("no-crds")
    _, body = fetched(demo_cluster, "/openapi/v2", "application/json")
    assert "argoproj" not in body.decode()


def fetched(cluster: Cluster, path: str, accept: str) -> tuple[str, bytes]:
    pool = cluster.connections()
    try:
        headers = {"Authorization": f"Bearer {cluster.token}"}
        if accept:
            headers["Accept"] = accept
        answer = pool.request("GET", cluster.url + path, headers=headers)
        assert answer.status == 200
        return answer.headers["Content-Type"], answer.data
    finally:
        pool.clear()
