"""Plans against Argo's own answers, where the test data is at hand."""

from __future__ import annotations

import copy
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from tui.actions import RESUBMIT, RETRY
from tui.actions.base import Context
from tui.actions.parameters import from_file
from tui.actions.submit import with_overrides
from tui.errors import InputError, PlanError
from tui.sources.files import read_manifests
from tui.sources.yamlreader import read_documents

DATA = Path(__file__).resolve().parents[3] / "shared" / "data"
CONTEXT = Context(now=datetime(2026, 1, 15, 12, tzinfo=UTC), suffix="abcde", is_saved=True)
NODE_FIELDS = (
    "boundaryID",
    "children",
    "displayName",
    "finishedAt",
    "message",
    "name",
    "outboundNodes",
    "phase",
    "startedAt",
    "type",
)

Case = dict[str, Any]


def cases(area: str) -> list[Any]:
    path = DATA / "golden" / f"{area}.jsonl"
    if not path.exists():
        skip = pytest.mark.skip(reason=f"no golden data at {path}")
        return [pytest.param({}, marks=skip, id=area)]
    found = [json.loads(line) for line in path.read_text("utf-8").splitlines()]
    return [pytest.param(case, id=case["name"]) for case in found]


def input_of(case: Case) -> dict[str, Any]:
    if "input" in case:
        found: dict[str, Any] = case["input"]
        return found
    return read_manifests(str(DATA / case["input_file"]))[0]


@pytest.mark.parametrize("case", cases("retry"))
def test_a_retry_does_what_argo_would(case: Case) -> None:
    given = input_of(case)
    before = copy.deepcopy(given)
    try:
        got = dict(RETRY.plan(given, case["args"], CONTEXT).facts)
    except PlanError as error:
        got = {"error": error.what}
    assert got == case["expected"]
    assert given == before


@pytest.mark.parametrize("case", cases("resubmit"))
def test_a_resubmission_is_the_object_that_argo_would_create(case: Case) -> None:
    given, expected = input_of(case), case["expected"]
    before = copy.deepcopy(given)
    try:
        made = RESUBMIT.plan(given, case["args"], CONTEXT).result
    except PlanError as error:
        assert {"error": error.what} == expected
        return
    assert given == before
    assert made is not None
    if "metadata" in expected:
        status = made.get("status") or {}
        nodes = {
            node_id: {key: node[key] for key in NODE_FIELDS if node.get(key)}
            for node_id, node in (status.get("nodes") or {}).items()
        }
        assert {"creationTimestamp": None, **made["metadata"]} == expected["metadata"]
        assert nodes == expected["status"]["nodes"]
        assert status.get("conditions") == expected["status"]["conditions"]
    if "labels_present" in expected:
        labels = made["metadata"]["labels"]
        assert set(expected["labels_present"]) <= labels.keys()
        assert not set(expected["labels_absent"]) & labels.keys()
        assert len(made["metadata"]["ownerReferences"]) == expected["ownerReferences"]
    if "spec.arguments.parameters[0].value" in expected:
        value = made["spec"]["arguments"]["parameters"][0]["value"]
        assert value == expected["spec.arguments.parameters[0].value"]


@pytest.mark.parametrize("case", cases("submit"))
def test_overrides_of_a_submission_are_argos(case: Case) -> None:
    for one in case["cases"]:
        if "parameter_file" in one:
            values = read_documents("file", one["parameter_file"])[0]
            assert list(from_file(values)) == one["expected"]["parameters"]
            continue
        opts = dict(one["opts"])
        opts["pod_priority_class"] = opts.pop("podPriorityClassName", "")
        given = {
            "metadata": {"labels": one.get("input_labels", {})},
            "spec": {"arguments": {"parameters": one.get("input_parameters", [])}},
        }
        if one.get("expected_error"):
            with pytest.raises((PlanError, InputError)):
                with_overrides(given, opts)
            continue
        made, expected = with_overrides(given, opts), one["expected"]
        if "labels" in expected:
            assert made["metadata"]["labels"] == expected["labels"]
        if "parameters" in expected:
            assert made["spec"]["arguments"]["parameters"] == expected["parameters"]
        if "spec.podPriorityClassName" in expected:
            assert made["spec"]["podPriorityClassName"] == expected["spec.podPriorityClassName"]
