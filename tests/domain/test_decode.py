"""Decoding: the typed way, the tolerant way, compressed nodes, and rubbish."""

from __future__ import annotations

import base64
import gzip
import json
from typing import Any

import brotli
import pytest
import zstandard
from hypothesis import given, settings
from hypothesis import strategies as st

from tui.domain import compressed, decode
from tui.domain.forest import rows
from tui.domain.node import Node
from tui.domain.status import status_text
from tui.domain.templates import container_names, template_named
from tui.domain.tolerant import go_text
from tui.domain.workflow import Workflow
from tui.errors import InputError

NODES = {"w": {"id": "w", "name": "w", "displayName": "w", "type": "Pod", "phase": "Succeeded"}}


def raw(**rest: Any) -> bytes:
    return json.dumps({"metadata": {"name": "w"}, **rest}).encode()


def packed(data: bytes) -> str:
    return base64.b64encode(data).decode()


COMPRESSORS = {
    "gzip": gzip.compress,
    "zstd": zstandard.ZstdCompressor().compress,
    "brotli": brotli.compress,
}


@pytest.mark.parametrize("name", COMPRESSORS)
def test_nodes_are_unpacked_whatever_packed_them(name: str) -> None:
    text = packed(COMPRESSORS[name](json.dumps(NODES).encode()))
    workflow = decode.workflow(raw(status={"compressedNodes": text}))
    assert [node.name for node in workflow.nodes.values()] == ["w"]
    assert workflow.status.compressed_nodes == ""
    assert decode.nodes_trouble(workflow) is None


@pytest.mark.parametrize("name", COMPRESSORS)
def test_a_bomb_is_refused(name: str) -> None:
    bomb = packed(COMPRESSORS[name](b" " * 5_000_000))
    with pytest.raises(InputError, match="more than 100000 bytes"):
        compressed.unpack(bomb, largest=100_000)


@pytest.mark.parametrize(
    "text",
    ["%%%", packed(b"\x1f\x8bnonsense"), packed(b"\x28\xb5\x2f\xfdnonsense"), packed(b"nonsense"),
     packed(gzip.compress(b"{}")[:-9]), packed(gzip.compress(b"[1]")), packed(gzip.compress(b"{"))],
    ids=["no base64", "no gzip", "no zstd", "no magic", "cut", "a list", "half an object"],
)  # fmt: skip
def test_nodes_that_cannot_be_unpacked_are_told_and_hide_nothing_else(text: str) -> None:
    workflow = decode.workflow(raw(status={"compressedNodes": text, "phase": "Failed"}))
    assert status_text(workflow) == "Failed"
    assert isinstance(decode.nodes_trouble(workflow), InputError)


def test_what_pack_packs_unpack_unpacks() -> None:
    assert compressed.unpack(compressed.pack(b"{}" * 1000)) == b"{}" * 1000


def test_plain_nodes_win_over_compressed_ones() -> None:
    workflow = decode.workflow(raw(status={"nodes": NODES, "compressedNodes": "%%%"}))
    assert list(workflow.nodes) == ["w"]


def test_the_stored_spec_is_what_runs() -> None:
    stored = {"serviceAccountName": "robot", "templates": [{"name": "t", "container": {}}]}
    workflow = decode.workflow(raw(spec={}, status={"storedWorkflowTemplateSpec": stored}))
    assert workflow.exec_spec.service_account_name == "robot"
    template = template_named(workflow, "t")
    assert template is not None
    assert "container" in template


def test_odd_values_do_not_hide_a_workflow() -> None:
    workflow = decode.workflow(
        raw(
            spec={
                "priority": "5",
                "suspend": "true",
                "arguments": {"parameters": [{"name": "n", "value": 81861780812}, 7, None]},
            },
            status={
                "phase": 7,
                "message": None,
                "conditions": {"not": "a list"},
                "nodes": {"w": {**NODES["w"], "children": None, "message": 1.50}, "x": 3},
            },
        )
    )
    assert workflow.spec.priority == 5
    assert workflow.spec.suspend is True
    assert workflow.spec.arguments.parameters[0].value == "81861780812"
    assert workflow.status.phase == "7"
    assert workflow.nodes == {"w": Node(**{**_named(NODES["w"]), "message": "1.5"})}


def test_whether_all_of_it_could_be_read_is_told_with_it() -> None:
    assert decode.whole(raw(spec={"priority": 5}))[1]
    workflow, fits = decode.whole(raw(spec="echo hello", status={"phase": "Failed"}))
    assert (workflow.status.phase, fits) == ("Failed", False)
    assert [each.place for each in decode.misfits(raw(spec="echo hello"))] == ["spec"]


def _named(fields: dict[str, Any]) -> dict[str, Any]:
    return {"display_name" if key == "displayName" else key: each for key, each in fields.items()}


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (True, "true"),
        (1, "1"),
        (1.5, "1.5"),
        (1.0, "1"),
        (1e21, "1000000000000000000000"),
        (81861780812, "81861780812"),
        (1e-7, "0.0000001"),
        ({"b": 1, "a": [1, "x"]}, "map[a:[1 x] b:1]"),
        (None, "<nil>"),
    ],
)
def test_values_become_text_as_go_prints_them(value: Any, text: str) -> None:
    assert go_text(value) == text


def test_half_a_character_does_not_hide_a_workflow() -> None:
    found = decode.from_manifest({"metadata": {"name": "w"}, "status": {"message": "\ud83d!"}})
    assert (found.metadata.name, found.status.message) == ("w", "\ud83d!")


def test_one_odd_item_leaves_the_others_in_the_list() -> None:
    items = [{"metadata": {"name": "a"}}, {"metadata": {"name": 5}}, {"metadata": None}]
    meta = {"resourceVersion": "9", "continue": "more", "remainingItemCount": 2}
    page = decode.listed_page(json.dumps({"metadata": meta, "items": items}).encode())
    assert [each.metadata.name for each in page.items] == ["a", "5", ""]
    assert page[1:] == ("9", "more")


@pytest.mark.parametrize(
    "data",
    [
        b'{"items": [{"metadata": 5}',
        b'{"items": 5}',
        b'{"metadata": {"resourceVersion": "\xff"}}',
    ],
)
def test_what_is_no_list_is_an_input_error(data: bytes) -> None:
    with pytest.raises(InputError):
        decode.listed_page(data)


@pytest.mark.parametrize("data", [b"", b"[]", b"nonsense", b"\xff\xfe", b"[" * 100_000, b"null"])
def test_what_is_no_object_is_an_input_error(data: bytes) -> None:
    for reader in (decode.workflow, decode.listed):
        with pytest.raises(InputError):
            reader(data)


leaves = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=4)
values = st.recursive(
    leaves,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner),
    max_leaves=8,
)
parts = st.fixed_dictionaries(
    {},
    optional={
        name: values
        for name in ("phase", "startedAt", "nodes", "conditions", "message", "compressedNodes",
                     "templates", "arguments", "suspend", "outputs", "storedTemplates")
    },
)  # fmt: skip
manifests = st.fixed_dictionaries(
    {}, optional={"metadata": values | parts, "spec": values | parts, "status": values | parts}
)


@settings(max_examples=400, deadline=None)
@given(manifests)
def test_no_object_is_too_odd_to_show(manifest: dict[str, Any]) -> None:
    workflow = decode.from_manifest(manifest)
    assert isinstance(workflow, Workflow)
    rows(workflow)
    status_text(workflow)


def test_containers_of_a_node_are_told_from_its_template() -> None:
    templates = [
        {"name": "one", "container": {}, "sidecars": [{"name": "db"}],
         "initContainers": [{"name": "setup"}]},
        {"name": "set", "containerSet": {"containers": [{"name": "a"}, {"name": "b"}]}},
    ]  # fmt: skip
    nodes = {
        "p": {"id": "p", "type": "Pod", "templateName": "set"},
        "c": {"id": "c", "type": "Container", "displayName": "b", "boundaryID": "p"},
        "o": {"id": "o", "type": "Pod", "templateName": "one"},
        "u": {"id": "u", "type": "Pod", "templateName": "unknown"},
    }
    workflow = decode.workflow(raw(spec={"templates": templates}, status={"nodes": nodes}))
    told = {key: container_names(workflow, node) for key, node in workflow.nodes.items()}
    assert told == {
        "p": ("a", "b", "init", "wait"),
        "c": ("b", "a", "init", "wait"),
        "o": ("main", "db", "setup", "init", "wait"),
        "u": ("main", "init", "wait"),
    }


@pytest.mark.parametrize(
    ("written", "read"),
    [
        (b'{"a": "b\xffc"}', {"a": "b\ufffdc"}),
        (b'{"a\xfe": 1}', {"a\ufffd": 1}),
        (b'{"a": "\\ud83d!"}', {"a": "\ufffd!"}),
        (b'{"a": 123456789012345678901234567890}', {"a": 123456789012345678901234567890}),
    ],
)
def test_every_field_is_read_whatever_bytes_are_in_it(written: bytes, read: object) -> None:
    assert decode.manifest(written) == read


def test_bytes_that_are_no_text_hide_neither_a_workflow_nor_the_rest_of_a_list() -> None:
    odd = b'{"metadata": {"name": "odd\xff"}, "status": {"phase": "Failed"}}'
    assert decode.workflow(odd).metadata.name == "odd\ufffd"
    page = decode.listed_page(b'{"items": [%s, {"metadata": {"name": "good"}}]}' % odd)
    assert [each.metadata.name for each in page.items] == ["odd\ufffd", "good"]


@pytest.mark.parametrize("written", [b"", b"[1]", b"\xff", b'{"a": ' + b"[" * 100_000])
def test_what_is_no_object_even_so_is_refused(written: bytes) -> None:
    with pytest.raises(InputError):
        decode.manifest(written)
