"""Patches and selectors, by the examples of their standards and some unkind ones."""

from __future__ import annotations

import copy
import re
from typing import Any

import pytest

from tui.demo.merging import merged
from tui.demo.patches import JSON, MERGE, STRATEGIC, json_patched, patched
from tui.demo.paths import target
from tui.demo.protobuf import decoded
from tui.demo.refusals import ApiError
from tui.demo.resources import PODS, WORKFLOWS
from tui.demo.selectors import parse_fields, parse_labels
from tui.demo.tables import pod_status
from tui.domain.table import age_text


@pytest.mark.parametrize(
    ("before", "patch", "after"),
    [
        ({"a": "b"}, {"a": "c"}, {"a": "c"}),
        ({"a": "b"}, {"b": "c"}, {"a": "b", "b": "c"}),
        ({"a": "b"}, {"a": None}, {}),
        ({"a": ["b"]}, {"a": "c"}, {"a": "c"}),
        ({"a": {"b": "c"}}, {"a": {"b": "d", "c": None}}, {"a": {"b": "d"}}),
        ({"a": [{"b": "c"}]}, {"a": [1]}, {"a": [1]}),
        ({"e": None}, {"a": 1}, {"e": None, "a": 1}),
        ({}, {"a": {"bb": {"ccc": None}}}, {"a": {"bb": {}}}),
        ({"a": "foo"}, ["c"], ["c"]),
    ],
)
def test_merge_patches_of_rfc_7386(before: Any, patch: Any, after: Any) -> None:
    assert merged(before, patch) == after


@pytest.mark.parametrize(
    ("before", "operations", "after"),
    [
        ({"a": 1}, [{"op": "add", "path": "/b", "value": 2}], {"a": 1, "b": 2}),
        ({"a": [1, 3]}, [{"op": "add", "path": "/a/1", "value": 2}], {"a": [1, 2, 3]}),
        ({"a": [1]}, [{"op": "add", "path": "/a/-", "value": 2}], {"a": [1, 2]}),
        ({"a": [1, 2]}, [{"op": "remove", "path": "/a/0"}], {"a": [2]}),
        ({"a": [1, 2]}, [{"op": "replace", "path": "/a/1", "value": 9}], {"a": [1, 9]}),
        ({"a": 1}, [{"op": "move", "from": "/a", "path": "/b"}], {"b": 1}),
        (
            {"a": {"x": 1}},
            [{"op": "copy", "from": "/a", "path": "/b"}],
            {"a": {"x": 1}, "b": {"x": 1}},
        ),
        ({"a/b": {"~": 1}}, [{"op": "replace", "path": "/a~1b/~0", "value": 2}], {"a/b": {"~": 2}}),
        ({"a": 1}, [{"op": "test", "path": "/a", "value": 1}], {"a": 1}),
    ],
)
def test_json_patches_of_rfc_6902(before: Any, operations: Any, after: Any) -> None:
    kept = copy.deepcopy(before)
    assert json_patched(before, operations) == after
    assert before == kept


@pytest.mark.parametrize(
    ("operations", "status"),
    [
        ([{"op": "remove", "path": "/b"}], 422),
        ([{"op": "replace", "path": "/b", "value": 1}], 422),
        ([{"op": "test", "path": "/a", "value": 2}], 422),
        ([{"op": "add", "path": "/x/y", "value": 1}], 422),
        ([{"op": "add", "path": "/list/5", "value": 1}], 422),
        ([{"op": "remove", "path": "/list/-"}], 422),
        ([{"op": "flip", "path": "/a"}], 400),
        ([{"op": "add", "path": "/a"}], 400),
        ([{"path": "/a"}], 400),
        ([{"op": "add", "path": "a", "value": 1}], 400),
        ({"op": "add"}, 400),
        ([{"op": "remove", "path": ""}], 400),
    ],
)
def test_a_json_patch_that_cannot_be_is_refused(operations: Any, status: int) -> None:
    with pytest.raises(ApiError) as refused:
        json_patched({"a": 1, "list": [1]}, operations)
    assert refused.value.status == status


@pytest.mark.parametrize("content_type", [MERGE, STRATEGIC])
def test_only_an_object_can_be_merged_into_one(content_type: str) -> None:
    with pytest.raises(ApiError):
        patched(PODS, {}, [], content_type)
    with pytest.raises(ApiError):
        patched(PODS, {}, {}, JSON)


@pytest.mark.parametrize(
    ("selector", "labels", "expected"),
    [
        ("", {}, True),
        ("a=b", {"a": "b"}, True),
        ("a == b", {"a": "b"}, True),
        ("a=", {"a": ""}, True),
        ("a=", {}, False),
        ("a!=b", {}, True),
        ("a in (b, c)", {"a": "c"}, True),
        ("a in ()", {"a": ""}, True),
        ("a notin (b)", {"a": "b"}, False),
        ("a notin (b)", {}, True),
        ("a", {"a": ""}, True),
        ("!a", {"a": ""}, False),
        ("! a", {}, True),
        ("n>5,n<7", {"n": "6"}, True),
        ("n>5", {"n": "many"}, False),
        ("in=a", {"in": "a"}, True),
        ("example.com/a in (x),b", {"example.com/a": "x", "b": ""}, True),
    ],
)
def test_label_selectors(selector: str, labels: dict[str, str], expected: bool) -> None:
    assert all(test(labels) for test in parse_labels(selector)) is expected


@pytest.mark.parametrize(
    ("selector", "words"),
    [
        ("a b", "unable to parse requirement: found 'b', expected: in, notin, =, ==, !=, gt, lt"),
        ("a in", "unable to parse requirement: found '' expected: '('"),
        ("a in (b", "unable to parse requirement: found '', expected: ',' or ')'"),
        ("!", "unable to parse requirement: found '', expected: identifier"),
        ("a>=b", "unable to parse requirement: found '=', expected: identifier"),
        ("a=b=c", "found '=', expected: ',' or 'end of string'"),
        ("a=b c", "found 'c', expected: ',' or 'end of string'"),
        ("=a", "found '=', expected: !, identifier, or 'end of string'"),
        ("a,", "found '', expected: identifier after ','"),
        ("a,,b", "found ',', expected: identifier after ','"),
        ("a,=", "found '=', expected: identifier after ','"),
    ],
)
def test_a_label_selector_that_is_none(selector: str, words: str) -> None:
    with pytest.raises(ApiError, match=f"^{re.escape(words)}$"):
        parse_labels(selector)


def test_field_selectors_know_their_kind() -> None:
    (test,) = parse_fields(PODS, "status.phase!=Running")
    assert test({"status.phase": "Failed"}) and not test({"status.phase": "Running"})
    (escaped,) = parse_fields(PODS, r"metadata.name=a\,b\=c")
    assert escaped({"metadata.name": "a,b=c"})
    with pytest.raises(ApiError, match=r"field label not supported: status\.phase"):
        parse_fields(WORKFLOWS, "status.phase=Failed")
    with pytest.raises(ApiError, match="invalid selector"):
        parse_fields(PODS, "status.phase")


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("/api/v1/namespaces", ("namespaces", "", "", "")),
        ("/api/v1/namespaces/argo", ("namespaces", "", "argo", "")),
        ("/api/v1/namespaces/argo/status", ("namespaces", "", "argo", "status")),
        ("/api/v1/pods", ("pods", "", "", "")),
        ("/api/v1/namespaces/argo/pods/p/log", ("pods", "argo", "p", "log")),
        ("/apis/argoproj.io/v1alpha1/workflows", ("workflows", "", "", "")),
        ("/apis/argoproj.io/v1alpha1/workflows/a", None),
        ("/apis/argoproj.io/v1alpha1/namespaces/n/clusterworkflowtemplates", None),
        (
            "/apis/argoproj.io/v1alpha1/namespaces/n/workflows/a/status",
            ("workflows", "n", "a", "status"),
        ),
        ("/apis/argoproj.io/v1/workflows", None),
        ("/api/v1/namespaces/argo/pods/p/log/more", None),
        ("/api/v1/volumes", None),
        ("/", None),
    ],
)
def test_paths_name_what_they_name(path: str, expected: tuple[str, ...] | None) -> None:
    found = target(path)
    told = found and (found.resource.plural, found.namespace, found.name, found.subresource)
    assert told == expected


@pytest.mark.parametrize(
    "body",
    [b"", b"k8s\x00", b"k8s\x00\x0a\xff", b"\x00" * 9, b"k8s\x00\x0a\x02\x12\x00", b"k8s\x00\x07"],
)
def test_broken_protobuf_is_400_or_415(body: bytes) -> None:
    with pytest.raises(ApiError) as refused:
        decoded(body)
    assert refused.value.status in (400, 415)


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (-5, "<invalid>"),
        (-1, "0s"),
        (119, "119s"),
        (120, "2m"),
        (125, "2m5s"),
        (659, "10m"),
        (10799, "179m"),
        (10800, "3h"),
        (27000, "7h30m"),
        (172799, "47h"),
        (172800, "2d"),
        (180000, "2d2h"),
        (691200, "8d"),
        (63072000, "2y"),
        (66000000, "2y33d"),
        (300000000, "9y"),
    ],
)
def test_ages_are_written_as_kubectl_writes_them(seconds: float, text: str) -> None:
    assert age_text(seconds) == text


@pytest.mark.parametrize(
    ("status", "word"),
    [
        ({"phase": "Running"}, "Running"),
        ({}, "Pending"),
        ({"phase": "Failed", "reason": "Evicted"}, "Evicted"),
        (
            {
                "phase": "Pending",
                "containerStatuses": [{"state": {"waiting": {"reason": "ImagePullBackOff"}}}],
            },
            "ImagePullBackOff",
        ),
        (
            {
                "phase": "Failed",
                "containerStatuses": [
                    {"state": {"terminated": {"reason": "OOMKilled", "exitCode": 137}}},
                    {"state": {"terminated": {"reason": "Completed", "exitCode": 0}}},
                ],
            },
            "OOMKilled",
        ),
        (
            {
                "phase": "Pending",
                "initContainerStatuses": [
                    {"state": {"terminated": {"reason": "Error", "exitCode": 1}}}
                ],
            },
            "Init:Error",
        ),
        ({"phase": "Pending", "initContainerStatuses": [{"state": {"running": {}}}]}, "Init:0/1"),
    ],
)
def test_a_pods_word_is_the_first_thing_wrong(status: dict[str, Any], word: str) -> None:
    pod = {"metadata": {"name": "p"}, "spec": {"initContainers": [{}]}, "status": status}
    assert pod_status(pod) == word
