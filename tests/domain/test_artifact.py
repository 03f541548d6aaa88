"""Which artifacts belong to a step, and what is known of each without reading it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec
import pytest

from tui.domain.artifact import (
    archived_log,
    artifacts_of,
    artifacts_of_workflow,
    artifacts_within,
    is_text,
    kind_by_bytes,
    kind_by_name,
    log_artifact,
)
from tui.domain.decode import from_manifest
from tui.domain.node import Node
from tui.domain.workflow import Workflow
from tui.sources.files import read_manifests

REPOSITORY = {"s3": {"endpoint": "minio:9000", "bucket": "b", "insecure": True}}


def out(name: str, key: str, **more: Any) -> dict[str, Any]:
    return {"name": name, "s3": {"key": key}, **more}


def workflow(*nodes: dict[str, Any], stored: bool = True, **status: Any) -> Workflow:
    whole: dict[str, Any] = {
        "metadata": {"name": "wf", "namespace": "ml"},
        "status": {"nodes": {n["id"]: {"name": n["id"], **n} for n in nodes}, **status},
    }
    if stored:
        whole["status"]["artifactRepositoryRef"] = {"artifactRepository": REPOSITORY}
    return msgspec.convert(whole, Workflow)


def node(one: Workflow, name: str) -> Node:
    return next(n for n in one.nodes.values() if n.name == name)


def test_inputs_come_first_and_each_says_where_it_is() -> None:
    one = workflow(
        {
            "id": "a",
            "type": "Pod",
            "displayName": "train(1)",
            "inputs": {
                "artifacts": [
                    {"name": "code", "git": {"repo": "https://x/y.git"}},
                    {"name": "maybe", "optional": True},
                ]
            },
            "outputs": {
                "artifacts": [
                    out("model", "wf/a/model.tgz"),
                    out("table", "wf/a/table.csv", archive={"none": {}}),
                    out("packed", "wf/a/packed.zip", archive={"zip": {}}, deleted=True),
                ]
            },
        }
    )
    found = artifacts_of(one, node(one, "a"))
    assert [(a.direction, a.name, a.archive) for a in found] == [
        ("in", "code", "tar"),
        ("out", "model", "tar"),
        ("out", "table", "none"),
        ("out", "packed", "zip"),
    ]
    assert [a.kind for a in found] == [None, "tgz", "csv", "zip"]
    assert [a.deleted for a in found] == [False, False, False, True]
    assert found[1].file_name == "model.tgz"
    assert found[1].step == "train(1)"
    assert found[0].file_name == "code"


def test_without_a_repository_an_artifact_says_so_and_keeps_its_key() -> None:
    one = workflow(
        {"id": "a", "outputs": {"artifacts": [out("model", "wf/a/model.tgz")]}}, stored=False
    )
    (found,) = artifacts_of(one, node(one, "a"))
    assert found.location is None
    assert "artifact repository" in found.why_not
    assert found.file_name == "model.tgz"
    (looked_up,) = artifacts_of(one, node(one, "a"), REPOSITORY)
    assert looked_up.location is not None


def test_a_retry_that_repeats_its_last_attempt_is_shown_once_where_the_pod_is() -> None:
    one = workflow(
        {
            "id": "r",
            "type": "Retry",
            "startedAt": "2026-01-15T12:00:00Z",
            "children": ["r(0)", "r(1)"],
            "inputs": {"artifacts": [out("given", "src")]},
            "outputs": {"artifacts": [out("model", "wf/r1/model.tgz"), out("main-logs", "l1")]},
        },
        {
            "id": "r(0)",
            "type": "Pod",
            "startedAt": "2026-01-15T12:00:01Z",
            "inputs": {"artifacts": [out("given", "src")]},
            "outputs": {"artifacts": [out("main-logs", "l0")]},
        },
        {
            "id": "r(1)",
            "type": "Pod",
            "startedAt": "2026-01-15T12:00:02Z",
            "inputs": {"artifacts": [out("given", "src")]},
            "outputs": {"artifacts": [out("model", "wf/r1/model.tgz"), out("main-logs", "l1")]},
        },
    )
    found = artifacts_of_workflow(one)
    assert [(a.step, a.name) for a in found] == [
        ("r(0)", "given"),
        ("r(0)", "main-logs"),
        ("r(1)", "given"),
        ("r(1)", "model"),
        ("r(1)", "main-logs"),
    ]
    assert artifacts_within(one, node(one, "r")) == found


def test_an_output_that_a_dag_passes_on_is_shown_once_and_a_global_one_not_again() -> None:
    one = workflow(
        {"id": "wf", "type": "DAG", "outputs": {"artifacts": [out("model", "k")]}},
        {"id": "wf.a", "type": "Pod", "outputs": {"artifacts": [out("model", "k")]}},
        outputs={"artifacts": [out("published", "k"), out("extra", "only-global")]},
    )
    found = artifacts_of_workflow(one)
    assert [(a.step, a.name) for a in found] == [("wf.a", "model"), ("(workflow)", "extra")]


def test_the_same_name_under_two_keys_stays_two() -> None:
    one = workflow(
        *(
            {"id": f"s({i})", "type": "Pod", "outputs": {"artifacts": [out("m", f"k{i}")]}}
            for i in range(3)
        )
    )
    assert [a.key for a in artifacts_of_workflow(one)] == ["k0", "k1", "k2"]


def test_what_ran_inside_a_node_is_found_by_boundary_and_group_but_not_what_ran_next() -> None:
    one = workflow(
        {"id": "wf", "type": "Steps", "children": ["wf[0]"]},
        {"id": "wf[0]", "type": "StepGroup", "boundaryID": "wf", "children": ["wf[0].in"]},
        {"id": "wf[0].in", "type": "Steps", "boundaryID": "wf", "children": ["wf[0].in[0]"]},
        {
            "id": "wf[0].in[0]",
            "type": "StepGroup",
            "boundaryID": "wf[0].in",
            "children": ["wf[0].in[0].x"],
        },
        {
            "id": "wf[0].in[0].x",
            "type": "Pod",
            "boundaryID": "wf[0].in",
            "children": ["wf[1]"],
            "outputs": {"artifacts": [out("x", "x")]},
        },
        {
            "id": "wf[1]",
            "type": "TaskGroup",
            "boundaryID": "wf",
            "children": ["wf.after"],
        },
        {
            "id": "wf.after",
            "type": "Pod",
            "boundaryID": "wf",
            "outputs": {"artifacts": [out("y", "y")]},
        },
    )
    assert [a.name for a in artifacts_within(one, node(one, "wf[0].in"))] == ["x"]
    assert [a.name for a in artifacts_within(one, node(one, "wf[0]"))] == ["x"]
    assert artifacts_within(one, node(one, "wf[1]")) == ()
    assert [a.name for a in artifacts_within(one, node(one, "wf"))] == ["y", "x"]


def test_a_circle_or_a_chain_of_thousands_of_nodes_does_no_harm() -> None:
    chain = [
        {"id": f"n{i:05}", "type": "Steps", "boundaryID": f"n{i - 1:05}"} for i in range(20_000)
    ]
    circle: list[dict[str, Any]] = [
        {"id": "c", "type": "Retry", "children": ["c1"], "boundaryID": "c1"},
        {
            "id": "c1",
            "type": "Retry",
            "children": ["c", "gone"],
            "boundaryID": "c",
            "outputs": {"artifacts": [out("x", "x")]},
        },
    ]
    one = workflow(*chain, *circle)
    assert artifacts_within(one, node(one, "n00000")) == ()
    assert [a.name for a in artifacts_within(one, node(one, "c"))] == ["x"]


def test_the_archived_log_of_a_container_is_found_through_its_pod() -> None:
    one = workflow(
        {
            "id": "p",
            "type": "Pod",
            "outputs": {"artifacts": [out("main-logs", "m.log"), out("b-logs", "b.log")]},
        },
        {"id": "p.b", "type": "Container", "displayName": "b", "boundaryID": "p"},
    )
    log = archived_log(one, node(one, "p"))
    assert log is not None and log.key == "m.log"
    other = archived_log(one, node(one, "p.b"), "b")
    assert other is not None and other.key == "b.log"
    assert archived_log(one, node(one, "p"), "sidecar") is None
    assert [a.name for a in artifacts_within(one, node(one, "p.b"))] == ["main-logs", "b-logs"]


def test_a_log_that_artifact_gc_removed_is_known_but_has_no_place() -> None:
    one = workflow({"id": "p", "outputs": {"artifacts": [out("main-logs", "k", deleted=True)]}})
    known = log_artifact(one, node(one, "p"))
    assert known is not None and known.deleted and known.is_log and known.container == "main"
    assert known.kind == "text"
    assert archived_log(one, node(one, "p")) is None


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("a.JSON", "json"),
        ("a.tar.gz", "tgz"),
        ("a.tgz", "tgz"),
        ("a.csv", "csv"),
        ("a.zip", "zip"),
        ("a.log", "text"),
        ("a.gz", "gzip"),
        ("shards/", "folder"),
        ("model.bin", None),
        ("noend", None),
        ("", None),
    ],
)
def test_a_name_tells_the_kind_or_nothing(name: str, kind: str | None) -> None:
    assert kind_by_name(name) == kind


@pytest.mark.parametrize(
    ("first", "kind"),
    [
        (b'{"a": 1}', "json"),
        (b"\xef\xbb\xbf [1]", "json"),
        (b"hello", "text"),
        (b"", "text"),
        ("grüß".encode()[:-1], "text"),
        (b"gr\xfc\xdf dich", "binary"),
        (b"a\0b", "binary"),
        (b"\x1f\x8b\x08", "tgz"),
        (b"PK\x03\x04", "zip"),
        (b"\x89PNG\r\n\x1a\n", "image"),
        (b"x" * 257 + b"ustar", "tar"),
    ],
)
def test_first_bytes_tell_the_kind(first: bytes, kind: str) -> None:
    assert kind_by_bytes(first) == kind


def test_only_a_character_cut_at_the_end_is_forgiven() -> None:
    assert is_text("ab€".encode()[:-1])
    assert not is_text(b"\xffab")


SAVED = Path(__file__).resolve().parents[2].parent / "shared/data/workflows"


@pytest.mark.skipif(not SAVED.is_dir(), reason="no saved workflows beside this checkout")
def test_every_artifact_of_saved_workflows_has_a_place_or_says_why_not() -> None:
    seen = 0
    for path in sorted(SAVED.iterdir()):
        for found in read_manifests(str(path)):
            if found.get("kind") != "Workflow":
                continue
            one = from_manifest(found)
            for artifact in artifacts_of_workflow(one):
                seen += 1
                assert (artifact.location is None) == bool(artifact.why_not)
            for inner in one.nodes.values():
                log = log_artifact(one, inner)
                assert log is None or log.is_log
    assert seen
