"""Nothing that the API sent is lost on its way through us: printed, written back, or packed."""

from __future__ import annotations

import base64
import gzip
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.support.headless import run
from tui.sources.files import manifests_in

leaves = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.integers(min_value=2**60, max_value=2**80)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=6)
    | st.sampled_from(["yes", "1:30", "0x1f", "~", "2026-01-15", "a\nb\n", " x", "é\u0000\x1b[2J"])
)
values = st.recursive(
    leaves,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner),
    max_leaves=12,
)
mappings = st.dictionaries(st.text(max_size=6), values, max_size=4)
workflows = st.builds(
    lambda metadata, spec, status, nodes: {
        "apiVersion": "argoproj.io/v1alpha1",
        "kind": "Workflow",
        "metadata": {**metadata, "name": "w", "namespace": "n"},
        "spec": spec,
        "status": {
            **status,
            "phase": "Failed",
            "nodes": {
                "w": {**nodes, "id": "w", "name": "w", "type": "DAG", "phase": "Failed",
                      "children": []},
            },
        },
    },
    mappings, mappings, mappings, mappings,
)  # fmt: skip
OFTEN = settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


def put(folder: Path, manifest: dict[str, Any]) -> str:
    path = folder / "w.json"
    path.write_text(json.dumps(manifest))
    return str(path)


@OFTEN
@given(workflows)
def test_get_prints_every_field_that_came(tmp_path: Path, manifest: dict[str, Any]) -> None:
    path = put(tmp_path, manifest)
    said = run(["get", "-f", path, "-o", "json"])
    assert json.loads(said.out) == manifest
    assert said.out.isprintable() or set(said.out) & set("\x00\x1b\x9b") == set()
    (again,) = manifests_in("yaml", run(["get", "-f", path, "-o", "yaml"]).out.encode())
    assert again == manifest


@OFTEN
@given(workflows)
def test_packed_nodes_come_out_as_they_were(tmp_path: Path, manifest: dict[str, Any]) -> None:
    status = dict(manifest["status"])
    nodes = status.pop("nodes")
    packed = base64.b64encode(gzip.compress(json.dumps(nodes).encode())).decode()
    path = put(tmp_path, {**manifest, "status": {**status, "compressedNodes": packed}})
    assert json.loads(run(["get", "-f", path, "-o", "json"]).out) == manifest


@OFTEN
@given(st.dictionaries(st.text(max_size=6).map(lambda key: f"x-{key}"), values, max_size=4))
@pytest.mark.parametrize("verb", ["retry", "suspend"])
def test_what_is_written_back_keeps_what_we_do_not_know(
    tmp_path: Path, verb: str, extra: dict[str, Any]
) -> None:
    phase = "Failed" if verb == "retry" else "Running"
    node = {**extra, "id": "w", "name": "w", "type": "DAG", "phase": phase, "children": []}
    manifest = {
        **extra,
        "kind": "Workflow",
        "metadata": {**extra, "name": "w", "namespace": "n", "resourceVersion": "7"},
        "spec": {**extra, "entrypoint": "main"},
        "status": {**extra, "phase": phase, "nodes": {"w": node}},
    }
    said = run(["plan", verb, "-f", put(tmp_path, manifest), "-o", "json"])
    body = json.loads(said.out)["writes"][-1]["body"]
    for sent in (
        body,
        body["metadata"],
        body["spec"],
        body["status"],
        body["status"]["nodes"]["w"],
    ):
        assert {key: sent[key] for key in extra} == extra
    assert body["metadata"]["resourceVersion"] == "7"
